//! The node: its ledger, and what each page is for.

use askama::Template;
use axum::response::Response;
use ledger::Receipt;

use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::shell::Shell;
use crate::console::show;
use crate::problem::Fault;
use crate::query::bad;

/// Lines of a page.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "console/people/ledger.html")]
struct LedgerPage {
    shell: Shell,
    size: u64,
    note: String,
    receipts: Vec<Line>,
    from: u64,
    next: Option<u64>,
}

/// A receipt in the list.
struct Line {
    position: u64,
    at: stix::Timestamp,
    kind: String,
    body: String,
}

impl From<Receipt> for Line {
    fn from(receipt: Receipt) -> Self {
        Self {
            position: receipt.position,
            at: stix::Timestamp::from_micros(receipt.entry.at_micros),
            kind: receipt.entry.kind,
            body: receipt.entry.body,
        }
    }
}

/// How large the ledger is, the checkpoint, and the receipts of one's own member.
pub(crate) async fn ledger(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["from"])?;
    let number = |text: &str| {
        text.parse()
            .map_err(|_| bad("bad-parameter", "'from' must be a position in the log"))
    };
    let from = parameters.one("from")?.map(number).transpose()?.unwrap_or(0);
    let node = asked.node();
    let checkpoint = node.checkpoint().await?;
    let receipts = node.receipts(asked.caller(), from, LINES).await?;
    let last = receipts.last().filter(|_| receipts.len() >= LINES);
    show(&LedgerPage {
        shell: Shell::of(&asked, "ledger").await?,
        size: checkpoint.unverified().size,
        note: checkpoint.note().to_string(),
        from,
        next: last.map(|last| last.position + 1),
        receipts: receipts.into_iter().map(Line::from).collect(),
    })
}

#[derive(Template)]
#[template(path = "console/people/help.html")]
struct HelpPage {
    shell: Shell,
}

/// What each page is for, and the keys of the keyboard.
pub(crate) async fn help(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    show(&HelpPage {
        shell: Shell::of(&asked, "help").await?,
    })
}

/// What a page is for; nothing where nobody wrote it down.
fn purpose(shell: &Shell, path: &str) -> String {
    let key = format!("help-{}", path.trim_start_matches('/'));
    let said = shell.t.say(&key);
    if said == key { String::new() } else { said.into_owned() }
}
