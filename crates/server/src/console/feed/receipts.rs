//! What became of one's own item, on its page: a page of names, in each line those of it, and how many others.

use std::borrow::Cow;

use node::disclosure::{Figure, Told};
use stix::Timestamp;

use crate::api::told::Names;
use crate::asked::Asked;
use crate::console::shell::Shell;
use crate::problem::Fault;

/// Members by name on the page.
const NAMED: usize = 100;

/// What became of one's own item.
#[derive(Default)]
pub(super) struct Receipts {
    pub lines: Vec<Line>,
    /// The last member by name, where more come after it.
    pub last: Option<String>,
}

/// Who did something.
pub(super) struct Line {
    pub key: &'static str,
    pub named: Vec<(String, Option<Timestamp>)>,
    /// How many are named on other pages.
    pub elsewhere: usize,
    pub others: Figure,
}

impl Line {
    fn new<T>(key: &'static str, mut told: Told<T>, page: &Names, at: impl Fn(T) -> Option<Timestamp>) -> Self {
        let by_name = page.cut(&mut told);
        Self {
            key,
            elsewhere: by_name.saturating_sub(told.named.len()),
            named: told.named.into_iter().map(|(name, what)| (name, at(what))).collect(),
            others: told.others,
        }
    }
}

impl Receipts {
    /// Those with the names after one; nothing where the reader may read none.
    pub async fn of(asked: &Asked, id: &str, after: &str) -> Result<Self, Fault> {
        let receipts = match asked.node().item_receipts(asked.caller(), id).await {
            Ok(receipts) => receipts,
            Err(node::Error::NotFound(_) | node::Error::NotAllowed(_)) => return Ok(Self::default()),
            Err(other) => return Err(other.into()),
        };
        let page = Names::of_item(&receipts, after, NAMED);
        let lines = vec![
            Line::new("receipt-could-see", receipts.could_see, &page, |()| None),
            Line::new("receipt-received", receipts.received, &page, |given| Some(given.at)),
            Line::new("receipt-opened", receipts.opened, &page, Some),
            Line::new("receipt-acknowledged", receipts.acknowledged, &page, Some),
            Line::new("receipt-acted", receipts.acted, &page, Some),
            Line::new("receipt-saw", receipts.saw, &page, Some),
        ];
        Ok(Self {
            lines,
            last: page.next(),
        })
    }
}

/// How many others there are, as it may be told.
pub(super) fn figure(shell: &Shell, others: &Figure) -> Cow<'static, str> {
    match others {
        Figure::Exactly(count) => shell.t.count("figure-exactly", count),
        Figure::FewerThanFive => shell.t.say("figure-few"),
        Figure::AllButFewerThanFive => shell.t.say("figure-most"),
    }
}
