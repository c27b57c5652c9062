//! The guide, built in: the chapters of `docs/guide` as pages, with a search over their sections; and which of them answers
//! "what is this?" for each page of the console.
//!
//! | file | job |
//! |---|---|
//! | [`book`] | the chapters, made into HTML once |
//! | [`search`] | which sections are about some words (pure) |

pub mod book;
pub mod search;

use askama::Template;
use axum::response::Response;
use http::Method;

use self::book::{BOOK, Chapter};
use self::search::Match;
use super::page;
use super::shell::Shell;
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::show;
use crate::problem::Fault;
use crate::routes::{Needs, Route};

/// Sections that are shown for some words.
const FOUND: usize = 20;

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/guide", Needs::Member, contents),
        page(Method::GET, "/guide/{chapter}", Needs::Member, chapter),
    ]
}

/// Where the guide says what a page is for, by the last part of its path.
const ABOUT: [(&str, &str); 16] = [
    ("today", "console#today"),
    ("feed", "console#feed"),
    ("share", "console#share"),
    ("hits", "console#are-we-hit"),
    ("commitments", "console#promises"),
    ("scorecard", "console#numbers"),
    ("communities", "console#communities"),
    ("members", "console#partners"),
    ("proposals", "console#two-people"),
    ("ledger", "console#ledger"),
    ("exchange", "console#exchange"),
    ("admin", "console#node"),
    ("account", "console#account"),
    ("step-up", "sign-in#showing-again-that-it-is-you"),
    ("help", "console"),
    ("guide", "console"),
];

/// The path under which the guide says what a page is for.
pub(crate) fn about(here: &str) -> Option<String> {
    let (_, place) = ABOUT.iter().find(|(name, _)| *name == here)?;
    Some(format!("/guide/{place}"))
}

#[derive(Template)]
#[template(path = "console/guide/contents.html")]
struct ContentsPage {
    shell: Shell,
    q: String,
    found: Vec<Match<'static>>,
    chapters: &'static [Chapter],
}

/// The chapters, and the sections that are about some words.
async fn contents(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q"])?;
    let q: String = parameters
        .all("q")
        .next()
        .unwrap_or_default()
        .trim()
        .chars()
        .take(200)
        .collect();
    show(&ContentsPage {
        shell: Shell::of(&asked, "guide").await?,
        found: search::find(BOOK.sections(), &q, FOUND),
        chapters: BOOK.chapters(),
        q,
    })
}

#[derive(Template)]
#[template(path = "console/guide/chapter.html")]
struct ChapterPage {
    shell: Shell,
    chapter: &'static Chapter,
}

/// One chapter.
async fn chapter(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let chapter = BOOK.chapter(asked.param("chapter")).ok_or_else(Fault::not_found)?;
    show(&ChapterPage {
        shell: Shell::of(&asked, "guide").await?,
        chapter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_what_is_this_is_there() {
        for (here, place) in ABOUT {
            let (name, anchor) = place.split_once('#').unwrap_or((place, ""));
            let chapter = BOOK
                .chapter(name)
                .unwrap_or_else(|| panic!("{here}: no chapter {name}"));
            let is_there = anchor.is_empty() || chapter.sections.iter().any(|section| section.anchor == anchor);
            assert!(is_there, "{here}: {place}");
        }
    }
}
