//! Am I hit? A log is dropped here, matched against what the reader may see, and forgotten.

use askama::Template;
use axum::response::Response;
use node::log_match::{LOG_FILE_MOST, LOG_MOST, LogHit, LogMatch};
use stix::Timestamp;

use super::super::arriving::Arriving;
use super::super::form::{Form, is_multipart};
use super::super::shell::{Shell, encoded};
use super::super::show as show_page;
use super::{mistake, show_again};
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::problem::Fault;

/// A hit.
struct Line {
    line: u64,
    time: Option<Timestamp>,
    value: String,
    matched: String,
    host: Option<String>,
    count: u64,
    name: String,
    path: Option<String>,
    shared_by: String,
    tlp: Option<&'static str>,
    threats: Vec<String>,
    actions: Vec<String>,
}

impl From<LogHit> for Line {
    fn from(hit: LogHit) -> Self {
        let of = hit.indicator;
        Self {
            line: hit.line,
            time: hit.time,
            host: hit.host,
            count: hit.count,
            path: of
                .id
                .starts_with("indicator--")
                .then(|| format!("/objects/{}", encoded(&of.id))),
            name: if of.name.is_empty() { of.id } else { of.name },
            shared_by: of.shared_by,
            tlp: of.tlp.map(stix::marking::Tlp::label),
            threats: of.threats,
            actions: of.actions,
            matched: if hit.matched == hit.value {
                String::new()
            } else {
                hit.matched
            },
            value: hit.value,
        }
    }
}

/// What came of it.
struct Outcome {
    lines: Vec<Line>,
    hits: u64,
    untold: u64,
    records: u64,
    looked_for: u64,
    left_out: u64,
    is_whole: bool,
    problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/home/log.html")]
struct Page {
    shell: Shell,
    may_watch: bool,
    has_past: bool,
    mebibytes: usize,
    file_mebibytes: usize,
    wrong: Option<String>,
    outcome: Option<Outcome>,
}

impl Page {
    async fn new(asked: &Asked) -> Result<Self, Fault> {
        Ok(Self {
            shell: Shell::of(asked, "hits").await?,
            may_watch: super::hits::may_watch(asked),
            has_past: asked.node().has_past(asked.caller()),
            mebibytes: LOG_MOST >> 20,
            file_mebibytes: LOG_FILE_MOST >> 20,
            wrong: None,
            outcome: None,
        })
    }
}

/// The form.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    super::must_be_of_a_member(&asked)?;
    Parameters::read(&asked, &[])?;
    show_page(&Page::new(&asked).await?)
}

/// What is in a log. Nothing changes by it, so the answer is the page itself; the log is not in it. A file is matched as it
/// arrives, and is nowhere as a whole.
pub(super) async fn look(mut asked: Asked) -> Result<Response, Fault> {
    super::must_be_of_a_member(&asked)?;
    let mut page = Page::new(&asked).await?;
    let matched = match is_multipart(&asked) {
        false => {
            let form = Form::read(&mut asked, &["log"]).await?;
            let log = form.text("log").as_bytes().to_vec();
            drop(form);
            asked
                .node()
                .log_match(asked.caller(), log)
                .await
                .map(|found| (found, false))
        }
        true => upload_matched(&mut asked).await?,
    };
    match matched {
        Ok((found, is_cut)) => {
            page.outcome = Some(Outcome {
                lines: found.told.into_iter().map(Line::from).collect(),
                hits: found.hits,
                untold: found.untold,
                records: found.records,
                looked_for: found.looked_for,
                left_out: found.left_out,
                is_whole: found.is_whole && !is_cut,
                problems: found.problems.iter().map(ToString::to_string).collect(),
            });
            show_page(&page)
        }
        Err(error) => {
            page.wrong = Some(mistake(&asked, error.into())?);
            show_again(&page)
        }
    }
}

/// Matches the text or the file of a form; says also whether the file was longer than is looked at.
async fn upload_matched(asked: &mut Asked) -> Result<Result<(LogMatch, bool), node::Error>, Fault> {
    let mut upload = Arriving::of(asked, &["log"], "file", LOG_FILE_MOST).await?;
    let Some((reader, feed)) = upload.file() else {
        let log = upload.form.text("log").as_bytes().to_vec();
        let matched = asked.node().log_match(asked.caller(), log).await;
        return Ok(matched.map(|found| (found, false)));
    };
    let matching = asked.node().log_match_file(asked.caller(), Box::new(reader));
    let (matched, fed) = tokio::join!(matching, feed);
    Ok(matched.map(|found| (found, fed)))
}
