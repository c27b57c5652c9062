//! `commonwatch misp migrate`: moves a MISP instance here, and says what came and what did not.

use std::path::Path;

use node::client::{Access, Secret};
use node::misp::migrate::{MigrationReport, MigrationSource, MigrationWish, Tally};

use super::share::community;
use crate::cli::Global;
use crate::cli::misp::MispMigrateArgs;
use crate::context::Local;
use crate::failure::{self, Failure};
use crate::output::{Output, printable};

/// Reasons and differences that are printed for people; `--json` has all that are kept.
const SHOWN: usize = 40;

/// Does what was asked.
pub async fn run(local: &Local, global: &Global, args: &MispMigrateArgs, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let wish = MigrationWish {
        source: source(args)?,
        community: community(local, &args.community).await?,
        unsaid_to_community: args.unsaid_to_community,
        resume: args.resume,
        page_size: args.page_size,
        size_limit: args.size_limit.saturating_mul(1 << 20),
        samples: args.samples,
    };
    let mut tell = |text: &str| {
        if output.shows_progress() {
            output.aside(text);
        }
    };
    let report = local.node.misp_migrate(&caller, wish, &mut tell).await?;
    print(&report, output);
    match report.is_whole() {
        true => Ok(()),
        false => Err(Failure::found()),
    }
}

fn source(args: &MispMigrateArgs) -> Result<MigrationSource, Failure> {
    let absolute = |path: &Path| path.canonicalize().map_err(|error| failure::file("read", path, &error));
    if args.from.starts_with("http://") || args.from.starts_with("https://") {
        let Some(key_file) = &args.key_file else {
            return Err(Failure::input("an instance is read with the key of an account there")
                .help("put the key into a file and give it with --key-file"));
        };
        let access = Access {
            key: Some(Secret::File {
                file: absolute(key_file)?,
            }),
            proxy: args.proxy.clone().map(Secret::Text),
            ca_bundle: args.ca_file.as_deref().map(absolute).transpose()?,
            ..Access::default()
        };
        return Ok(MigrationSource::Server {
            url: args.from.clone(),
            access: Box::new(access),
        });
    }
    if args.from.contains("://") {
        return Err(
            Failure::input(format!("'{}' is no address that can be read", args.from))
                .help("give http://… or https://…, or the path of a dump"),
        );
    }
    Ok(MigrationSource::Dump(absolute(Path::new(&args.from))?))
}

fn print(report: &MigrationReport, output: Output) {
    if output.is_json() {
        output.json_line(report);
        return;
    }
    let row = |what: &str, tally: &Tally| {
        vec![
            what.to_owned(),
            tally.came.to_string(),
            tally.there_already.to_string(),
            tally.did_not.to_string(),
        ]
    };
    output.table(
        &["", "came", "here already", "did not come"],
        &[
            row("organisations", &report.organisations),
            row("people", &report.people),
            row("sharing groups", &report.sharing_groups),
            row("tags", &report.tags),
            row("feeds", &report.feeds),
            row("events", &report.events),
            row("objects made of them", &report.objects),
        ],
    );
    output.line(&format!(
        "{} events are listed there, {} of them are here",
        report.events_there, report.events_here
    ));
    output.line(&format!(
        "{} attributes in the events that were read, {} of them here",
        report.attributes_there, report.attributes_here
    ));
    if report.narrowed > 0 {
        output.line(&format!(
            "{} attributes and objects go to fewer than their event: they went to your own member",
            report.narrowed
        ));
    }
    output.line(&format!(
        "{} events were compared field by field, {} differences",
        report.compared,
        report.differences.len()
    ));
    for (title, list) in [("did not come:", &report.reasons), ("differs:", &report.differences)] {
        if !list.is_empty() {
            output.line(title);
        }
        for reason in list.iter().take(SHOWN) {
            output.line(&printable(&format!("  {}: {}", reason.what, reason.why)));
        }
        if list.len() > SHOWN {
            output.line(&format!("  and {} more; --json has them", list.len() - SHOWN));
        }
    }
    if report.reasons_left_out > 0 {
        output.line(&format!(
            "{} more reasons were counted and not kept",
            report.reasons_left_out
        ));
    }
}
