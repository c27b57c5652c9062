//! What may be told of members that did something: some by name, the others counted, never so few that it points at
//! somebody.

use std::collections::BTreeSet;

use node::disclosure::{Figure, Told};
use node::item::ItemReceipts;
use node::recall::RecallState;
use serde::Serialize;
use utoipa::ToSchema;

/// A count as it may be told.
#[derive(Serialize, ToSchema)]
pub struct FigureView {
    /// The number, where it may be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// In words: the number, `fewer than five`, or `all but fewer than five`.
    pub words: String,
}

impl From<Figure> for FigureView {
    fn from(figure: Figure) -> Self {
        match figure {
            Figure::Exactly(count) => Self {
                count: Some(count),
                words: count.to_string(),
            },
            Figure::FewerThanFive => Self {
                count: None,
                words: "fewer than five".to_owned(),
            },
            Figure::AllButFewerThanFive => Self {
                count: None,
                words: "all but fewer than five".to_owned(),
            },
        }
    }
}

/// A member by name, and when.
#[derive(Serialize, ToSchema)]
pub struct NamedView {
    /// The member.
    pub member: String,
    /// When first; absent where there is no time to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// By which way: `taxii`, `export`, `push:NAME`, `read`; or who answered, `person` or `node`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was told; absent where it was not, or that is not the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// When somebody reminded it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminded: Option<String>,
    /// What it says it did: `removed`, `replaced`, `kept`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// When its watchlist no longer had the item, as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swapped: Option<String>,
    /// What it says in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl NamedView {
    /// A name and nothing else.
    pub(crate) fn of(member: String) -> Self {
        Self {
            member,
            at: None,
            by: None,
            told: None,
            reminded: None,
            done: None,
            swapped: None,
            note: None,
        }
    }
}

/// Which of the members that may be named are on a page, in every list of an answer the same: in the order of their names,
/// strictly after one, so many.
pub(crate) struct Names {
    after: String,
    /// The last one, where more come after it.
    last: Option<String>,
}

impl Names {
    /// Of the members that did something with an item.
    pub(crate) fn of_item(receipts: &ItemReceipts, after: &str, limit: usize) -> Self {
        let times = [&receipts.opened, &receipts.acknowledged, &receipts.acted, &receipts.saw];
        let all = names(&receipts.could_see)
            .chain(names(&receipts.received))
            .chain(times.into_iter().flat_map(names));
        Self::of(all, after, limit)
    }

    /// Of the members that a recall concerns.
    pub(crate) fn of_recall(state: &RecallState, after: &str, limit: usize) -> Self {
        let all = names(&state.given)
            .chain(names(&state.acknowledged))
            .chain(names(&state.outstanding));
        Self::of(all, after, limit)
    }

    /// Of those that are in one of the lists at least.
    fn of<'a>(named: impl Iterator<Item = &'a str>, after: &str, limit: usize) -> Self {
        let all: BTreeSet<&str> = named.filter(|name| *name > after).collect();
        let last = all.iter().nth(limit.saturating_sub(1)).filter(|_| all.len() > limit);
        Self {
            after: after.to_owned(),
            last: last.map(|last| (*last).to_owned()),
        }
    }

    /// Leaves those on the page; gives how many there are on all pages together.
    pub(crate) fn cut<T>(&self, told: &mut Told<T>) -> usize {
        let all = told.named.len();
        let is_shown = |name: &str| name > self.after.as_str() && self.last.as_deref().is_none_or(|last| name <= last);
        told.named.retain(|(name, _)| is_shown(name));
        told.named.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// The cursor of the next page.
    pub(crate) fn next(self) -> Option<String> {
        self.last
    }
}

/// The names of a list.
fn names<T>(told: &Told<T>) -> impl Iterator<Item = &str> {
    told.named.iter().map(|(name, _)| name.as_str())
}

/// Members that did something.
#[derive(Serialize, ToSchema)]
pub struct ToldView {
    /// Those that may be named, in the order of their names: as many as are on the page.
    pub named: Vec<NamedView>,
    /// How many may be named, on all pages together.
    pub by_name: usize,
    /// The others, without those that let nothing be told.
    pub others: FigureView,
}

impl ToldView {
    /// A page, with what is said of each that is named.
    pub(crate) fn new<T>(mut told: Told<T>, page: &Names, say: impl Fn(&mut NamedView, T)) -> Self {
        let by_name = page.cut(&mut told);
        let named = told.named.into_iter().map(|(member, what)| {
            let mut named = NamedView::of(member);
            say(&mut named, what);
            named
        });
        Self {
            named: named.collect(),
            by_name,
            others: told.others.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use node::disclosure::{Figure, Told};
    use proptest::prelude::*;

    use super::{Names, names};

    fn told(numbers: &std::collections::BTreeSet<u16>) -> Told<()> {
        Told {
            // Not in the order of the names.
            named: numbers
                .iter()
                .rev()
                .map(|number| (format!("Member {number}"), ()))
                .collect(),
            others: Figure::FewerThanFive,
        }
    }

    proptest! {
        #[test]
        fn all_pages_together_show_everybody_once_and_each_says_how_many_there_are(
            one in prop::collection::btree_set(0_u16..200, 0..60), other in prop::collection::btree_set(0_u16..200, 0..60),
            limit in 1_usize..20,
        ) {
            let (mut seen, mut after) = ([Vec::new(), Vec::new()], String::new());
            loop {
                let mut lists = [told(&one), told(&other)];
                let page = Names::of(lists.iter().flat_map(names), &after, limit);
                let mut shown = std::collections::BTreeSet::new();
                for (list, (all, seen)) in lists.iter_mut().zip([&one, &other].into_iter().zip(&mut seen)) {
                    prop_assert_eq!(page.cut(list), all.len());
                    shown.extend(names(list).map(str::to_owned));
                    seen.extend(names(list).map(str::to_owned));
                }
                prop_assert!(shown.len() <= limit);
                match page.next() {
                    Some(next) => after = next,
                    None => break,
                }
            }
            for (all, seen) in [&one, &other].into_iter().zip(&seen) {
                let mut names: Vec<String> = all.iter().map(|number| format!("Member {number}")).collect();
                names.sort();
                prop_assert_eq!(seen, &names);
            }
        }
    }
}
