//! What may be told of members that did something: some by name, the others counted, never so few that it points at
//! somebody.

use node::disclosure::{Figure, Told};
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

/// Members that did something.
#[derive(Serialize, ToSchema)]
pub struct ToldView {
    /// Those that may be named.
    pub named: Vec<NamedView>,
    /// The others, without those that let nothing be told.
    pub others: FigureView,
}

impl ToldView {
    /// With what is said of each that is named.
    pub(crate) fn new<T>(told: Told<T>, say: impl Fn(&mut NamedView, T)) -> Self {
        let named = told.named.into_iter().map(|(member, what)| {
            let mut named = NamedView::of(member);
            say(&mut named, what);
            named
        });
        Self {
            named: named.collect(),
            others: told.others.into(),
        }
    }
}
