//! Which techniques a group of objects uses, by tactics: of what a question finds, or of an object and what belongs to it.

use askama::Template;
use axum::response::Response;
use node::matrix::{Matrix, Tactic};
use node::question::Question;

use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::shell::{Shell, encoded};
use crate::console::show;
use crate::problem::Fault;
use crate::query::bad;

/// Bytes of a question.
const QUESTION_MOST: usize = 1_000;

#[derive(Template)]
#[template(path = "console/feed/matrix.html")]
struct Page {
    shell: Shell,
    matrix: Matrix,
    /// The object, and what it is called, where it is of one.
    of: Option<(String, String)>,
    q: String,
    /// Whether a part of the question cannot be read.
    is_odd: bool,
}

/// Techniques of a tactic that are shown at once; the others are folded below them.
const FIRST: usize = 12;

/// How many are folded.
fn left(tactic: &Tactic) -> usize {
    tactic.techniques.len().saturating_sub(FIRST)
}

/// How dark a technique stands out: 1 to 4, by how many have to do with it.
fn shade(count: &usize) -> u8 {
    match count {
        0 | 1 => 1,
        2..=4 => 2,
        5..=19 => 3,
        _ => 4,
    }
}

/// A tactic as people write it.
fn spelled(name: &str) -> String {
    let mut letters = name.replace('-', " ").chars().collect::<Vec<_>>();
    if let Some(first) = letters.first_mut() {
        *first = first.to_ascii_uppercase();
    }
    letters.into_iter().collect()
}

/// Of what a question finds.
pub(super) async fn of_question(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q"])?;
    let q = parameters.all("q").next().unwrap_or_default().trim();
    if q.len() > QUESTION_MOST {
        return Err(bad(
            "too-long",
            format!("a question may have {QUESTION_MOST} bytes at most"),
        ));
    }
    let question = Question::read(q, asked.node().now());
    show(&Page {
        shell: Shell::of(&asked, "feed").await?,
        matrix: asked.node().matrix_found(asked.caller(), &question).await?,
        of: None,
        q: q.to_owned(),
        is_odd: !question.odd.is_empty(),
    })
}

/// Of an object and what belongs to it.
pub(super) async fn of_object(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let (node, caller, id) = (asked.node(), asked.caller(), asked.param("id"));
    let matrix = node.matrix_of(caller, id).await?;
    let viewer = node.viewer(caller).await?;
    let titles = node.store().object_titles(&viewer, &[id.to_owned()]).await?;
    let name = titles.get(id).cloned().unwrap_or_else(|| id.to_owned());
    show(&Page {
        shell: Shell::of(&asked, "feed").await?,
        matrix,
        of: Some((id.to_owned(), name)),
        q: String::new(),
        is_odd: false,
    })
}
