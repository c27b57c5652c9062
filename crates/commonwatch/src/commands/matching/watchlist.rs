//! `commonwatch watchlist`: compiling, and looking into what was compiled.

use std::time::Instant;

use serde_json::json;

use super::{arm, show};
use crate::cli::Global;
use crate::cli::matching::WatchlistCommand;
use crate::failure::{self, Failure};
use crate::output::Output;

/// Does what the command line asks.
pub fn run(global: &Global, command: WatchlistCommand, output: Output) -> Result<(), Failure> {
    match command {
        WatchlistCommand::Compile {
            indicators,
            output: file,
            choice,
        } => {
            let begun = Instant::now();
            let list = if indicators.is_empty() {
                arm::of_node(global, &choice, output)?
            } else {
                arm::compile(&indicators, &choice, output)?
            };
            list.save(&file)
                .map_err(|error| failure::file("written", &file, &error))?;
            let left_out: u64 = list.meta().left_out.iter().map(|(_, many)| many).sum();
            let seconds = begun.elapsed().as_secs_f64();
            if output.is_json() {
                output.json_line(&json!({
                    "entries": list.len(), "excluded": left_out, "unusable": list.meta().problems,
                    "bytes": list.bytes(), "seconds": seconds,
                }));
            } else {
                output.line(&format!(
                    "{} ({}, {seconds:.2} s): {} to look for, {left_out} left out, {} unusable",
                    file.display(),
                    show::size(list.bytes() as u64),
                    list.len(),
                    list.meta().problems
                ));
            }
            Ok(())
        }
        WatchlistCommand::Show { file } => {
            let list = arm::open(&file)?;
            if output.is_json() {
                let left_out: Vec<_> = list
                    .meta()
                    .left_out
                    .iter()
                    .map(|(reason, many)| json!({ "reason": reason.to_string(), "values": many }))
                    .collect();
                output.json_line(&json!({
                    "compiled": list.meta().compiled, "entries": list.len(), "left_out": left_out,
                    "unusable": list.meta().problems, "bytes": list.bytes(),
                }));
                return Ok(());
            }
            output.line(&format!(
                "compiled {}, {} to look for, {} unusable ({})",
                list.meta().compiled,
                list.len(),
                list.meta().problems,
                show::size(list.bytes() as u64)
            ));
            let rows: Vec<Vec<String>> = list
                .meta()
                .left_out
                .iter()
                .map(|(reason, many)| vec![many.to_string(), reason.to_string()])
                .collect();
            if !rows.is_empty() {
                output.table(&["left out", "because"], &rows);
            }
            Ok(())
        }
        WatchlistCommand::Explain { file, values } => show::explained(&arm::open(&file)?, &values, output),
    }
}
