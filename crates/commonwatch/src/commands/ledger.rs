//! `commonwatch ledger`: checkpoints and receipts of the node; verification without any node.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use ledger::{Receipt, SignedCheckpoint, VerifyingKey};
use serde_json::json;

use crate::cli::{Global, LedgerCommand};
use crate::context::Local;
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// The longest receipt that is read.
const RECEIPT_BYTES: u64 = 4 << 20;

/// Does what was asked of the node's ledger.
pub async fn run(local: &Local, global: &Global, command: LedgerCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        LedgerCommand::Checkpoint => output.line(local.node.checkpoint().await?.to_string().trim_end()),
        LedgerCommand::PublicKey => output.line(&local.verifying_key.to_string()),
        LedgerCommand::Receipts { from, limit } => {
            for receipt in local.node.receipts(&caller, from, limit).await? {
                // One a line, so that a file of them can be taken apart and verified.
                let text = receipt
                    .to_json()
                    .map_err(|error| Failure::new(Kind::Ours, error.to_string()))?;
                output.json_line(&serde_json::from_str::<serde_json::Value>(&text).map_err(unwritten)?);
            }
        }
        LedgerCommand::Export { output: path } => {
            let mut file = File::create(&path).map_err(|error| failure::file("written", &path, &error))?;
            let checkpoint = local.node.ledger_export(&caller, &mut file).await?;
            output.say(&format!(
                "{} entries are in {}; verify them with",
                checkpoint.unverified().size,
                path.display()
            ));
            output.say(&format!(
                "  commonwatch ledger verify {} --key '{}'",
                path.display(),
                local.verifying_key
            ));
        }
        // Need no node: taken before one is opened.
        LedgerCommand::Verify { .. } | LedgerCommand::Recount { .. } => {}
    }
    Ok(())
}

fn unwritten(error: serde_json::Error) -> Failure {
    Failure::new(Kind::Ours, format!("a receipt could not be written: {error}"))
}

/// Verifies an export or a receipt with nothing but the file, the public key and an earlier checkpoint.
pub fn verify(path: &Path, key: &str, since: Option<&Path>, output: Output) -> Result<(), Failure> {
    let key: VerifyingKey = key
        .parse()
        .map_err(|error| Failure::input(format!("the public key cannot be read: {error}")))?;
    let earlier = since.map(read_checkpoint).transpose()?;
    let file = File::open(path).map_err(|error| failure::file("read", path, &error))?;
    let mut reader = BufReader::new(file);
    if is_receipt(&mut reader, path)? {
        return verify_receipt(reader, path, &key, output);
    }
    match ledger::export::verify_export(reader, &key, earlier.as_ref()) {
        Ok(report) => {
            let (size, opened) = (report.checkpoint.size, report.opened);
            if output.is_json() {
                output.json_line(&json!({ "verified": true, "entries": size, "opened": opened, "root": report.checkpoint.root.to_string() }));
            }
            let grown = if earlier.is_some() {
                "; it has grown from the earlier checkpoint and nothing before it was changed"
            } else {
                ""
            };
            output.say(&format!("verified: {size} entries give the signed root, {opened} opened entries are what was committed to{grown}"));
            Ok(())
        }
        Err(error) => {
            output.note(&format!("not verified: {}: {error}", path.display()));
            Err(Failure::found())
        }
    }
}

/// A receipt is one JSON object with a proof; an export is a line for each entry.
fn is_receipt(reader: &mut BufReader<File>, path: &Path) -> Result<bool, Failure> {
    let beginning = reader.fill_buf().map_err(|error| failure::file("read", path, &error))?;
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).contains("\"proof\""))
}

fn verify_receipt(reader: BufReader<File>, path: &Path, key: &VerifyingKey, output: Output) -> Result<(), Failure> {
    let mut text = String::new();
    reader
        .take(RECEIPT_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| failure::file("read", path, &error))?;
    // The answer of the JSON API holds receipts in a list; a file of them holds one on each line.
    let answer: Option<Receipts> = serde_json::from_str(&text).ok();
    let lines: Vec<&str> = match &answer {
        Some(answer) => answer.receipts.iter().map(|receipt| receipt.get()).collect(),
        None => text.lines().collect(),
    };
    let mut sound = true;
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let verified = Receipt::from_json(line).and_then(|receipt| {
            let verified = receipt.verify(key)?;
            Ok(json!({
                "verified": true, "position": verified.position, "kind": verified.entry.kind, "at": verified.entry.at_micros,
                "body": verified.entry.body,
            }))
        });
        match verified {
            Ok(what) if output.is_json() => output.json_line(&what),
            Ok(what) => output.line(&format!(
                "verified: entry {} {} {}",
                what["position"], what["kind"], what["body"]
            )),
            Err(error) => {
                sound = false;
                output.note(&format!(
                    "not verified: {} {} {}: {error}",
                    path.display(),
                    if answer.is_some() { "receipt" } else { "line" },
                    number + 1
                ));
            }
        }
    }
    if sound { Ok(()) } else { Err(Failure::found()) }
}

/// What `GET /api/v1/receipts` answers.
#[derive(serde::Deserialize)]
struct Receipts {
    receipts: Vec<Box<serde_json::value::RawValue>>,
}

fn read_checkpoint(path: &Path) -> Result<SignedCheckpoint, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| failure::file("read", path, &error))?;
    text.parse().map_err(|error: ledger::checkpoint::CheckpointError| {
        Failure::input(format!("{} is not a checkpoint: {error}", path.display()))
    })
}
