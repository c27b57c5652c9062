//! `commonwatch share`: takes files in, says what became of every item.

use std::path::Path;

use formats::Sink;
use node::intake::{Report, ShareRequest};
use policy::{CommunityId, MemberId};
use stix::Problem;
use stix::marking::{Pap, Tlp};
use store::{CommunityKey, MemberKey};

use super::input;
use crate::cli::{Global, HandlingArgs, ShareArgs};
use crate::context::Local;
use crate::failure::{Failure, Kind};
use crate::output::Output;

/// Shares files one after another; fails with the code for "found" when an item was refused. A file that cannot be read
/// at all is refused whole, and the files after it are shared.
pub async fn run(local: &Local, global: &Global, args: ShareArgs, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let mut handling = handling(local, &args.handling).await?;
    if args.preview {
        return super::charter::preview(local, &caller, handling, output).await;
    }
    if let Some(name) = &args.on_behalf {
        handling.on_behalf = Some(member(local, name).await?);
    }
    let mut refused = 0;
    let alone = args.files.len() == 1;
    for file in args.files {
        let request = ShareRequest {
            channel: "file".to_owned(),
            name: Some(file.display().to_string()),
            handling: handling.clone(),
            list_items: false,
        };
        let (node, caller) = (local.node.clone(), caller.clone());
        let progress = output.shows_progress().then(|| progress(&file));
        let path = file.clone();
        let shared = tokio::task::spawn_blocking(move || share_one(&node, &caller, request, &path, progress))
            .await
            .map_err(|error| Failure::new(Kind::Ours, format!("sharing stopped: {error}")))?;
        match shared {
            Ok(mut report) => {
                refused += report.refused;
                name_file(&mut report.problems, &file);
                print(&file, &report, output);
            }
            Err(failure) if alone || !failure.is_input() => return Err(failure),
            Err(failure) => {
                refused += 1;
                output.failure(&failure);
            }
        }
    }
    if refused == 0 { Ok(()) } else { Err(Failure::found()) }
}

fn share_one(
    node: &node::Node,
    caller: &node::Caller,
    request: ShareRequest,
    path: &Path,
    progress: Option<indicatif::ProgressBar>,
) -> Result<Report, Failure> {
    let report = if path.is_dir() {
        node.share_with(caller, request, |sink: &mut dyn Sink, options| {
            let manifest = std::fs::read(path.join("manifest.json")).map_err(|error| {
                Problem::error(
                    "unreadable",
                    stix::Place::default(),
                    format!("{}/manifest.json cannot be read: {error}", path.display()),
                )
                .help("a directory is shared as a MISP feed; name its files one by one where it is none")
            })?;
            formats::misp::read_feed(&manifest, &mut |name| input::feed_member(path, name), options, sink)
        })
    } else {
        let mut opened = input::open(path)?;
        match &progress {
            Some(bar) => node.share(caller, request, &mut bar.wrap_read(opened)),
            None => node.share(caller, request, &mut opened),
        }
    };
    if let Some(bar) = progress {
        bar.finish_and_clear();
    }
    Ok(report?)
}

/// A problem that was found when the object was stored knows the object and not the file; among many files that matters.
fn name_file(problems: &mut [Problem], file: &Path) {
    for problem in problems {
        problem.place.file.get_or_insert_with(|| file.display().to_string());
    }
}

fn progress(path: &Path) -> indicatif::ProgressBar {
    let length = std::fs::metadata(path)
        .map(|metadata| metadata.len())
        .unwrap_or_default();
    let bar = indicatif::ProgressBar::new(length);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(path.display().to_string());
    bar
}

fn print(path: &Path, report: &Report, output: Output) {
    if output.is_json() {
        output.json_line(report);
        return;
    }
    output.problems(&report.problems);
    if report.problems_left_out > 0 {
        output.note(&format!(
            "and {} more problems, counted but not listed",
            report.problems_left_out
        ));
    }
    output.line(&format!(
        "{}: {}, {} accepted, {} unchanged, {} refused (transfer {})",
        path.display(),
        report.format,
        report.accepted,
        report.unchanged,
        report.refused,
        report.transfer
    ));
    if report.waiting > 0 {
        output.line(&format!(
            "{} of them wait for the moderators of the community",
            report.waiting
        ));
    }
}

/// Reads how something is to be handled from the options.
pub async fn handling(local: &Local, args: &HandlingArgs) -> Result<node::intake::Handling, Failure> {
    let mut communities = Vec::new();
    for alias in &args.communities {
        communities.push(community(local, alias).await?);
    }
    let mut named = Vec::new();
    for name in &args.named {
        named.push(member(local, name).await?);
    }
    Ok(node::intake::Handling {
        communities,
        named,
        tlp: args.tlp.as_deref().map(tlp).transpose()?,
        pap: args.pap.as_deref().map(pap).transpose()?,
        withheld: args.anonymous,
        ..node::intake::Handling::default()
    })
}

/// Finds a community by alias.
pub async fn community(local: &Local, alias: &str) -> Result<CommunityId, Failure> {
    let found = local.node.store().community_get(CommunityKey::Alias(alias)).await?;
    found.map(|community| community.id).ok_or_else(|| {
        Failure::new(Kind::Refused, format!("there is no community '{alias}'"))
            .help("'commonwatch community list' shows them")
    })
}

/// Finds a member by name.
pub async fn member(local: &Local, name: &str) -> Result<MemberId, Failure> {
    let found = local.node.store().member_get(MemberKey::Name(name)).await?;
    found.map(|member| member.id).ok_or_else(|| {
        Failure::new(Kind::Refused, format!("there is no member '{name}'")).help("'commonwatch member list' shows them")
    })
}

/// Reads a colour.
pub fn tlp(text: &str) -> Result<Tlp, Failure> {
    Tlp::parse(text).ok_or_else(|| {
        Failure::input(format!("'{text}' is not a TLP colour")).help("clear, green, amber, amber+strict or red")
    })
}

/// Reads permitted actions.
pub fn pap(text: &str) -> Result<Pap, Failure> {
    Pap::parse(text)
        .ok_or_else(|| Failure::input(format!("'{text}' is not a PAP colour")).help("clear, green, amber or red"))
}
