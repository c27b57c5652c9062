//! Finding: by words, by value, by identifier, along connections.

use axum::response::Response;
use http::StatusCode;
use node::question::Question;
use serde::Serialize;
use stix::Timestamp;
use store::SearchQuery;
use utoipa::ToSchema;

use super::ask::Parameters;
use super::view::{CameByView, ContributionView, EdgeList, EdgeView, FoundList, ObjectView, ObservableView, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Words of one search, in characters.
pub(crate) const WORDS_MOST: usize = 1_000;
/// The word that stands for every type in a question.
const EVERY_TYPE: &str = "any";

/// Finds objects in which all words occur, the newest first; where nothing is asked for, everything that people look for.
#[utoipa::path(get, path = "/api/v1/search", tag = "find",
    params(
        ("q" = Option<String>, Query, description = "Words that all must occur; a word may end in *"),
        ("question" = Option<String>, Query, description = "Words and filters, as the console's search box takes them: type: tlp: sector: from: technique: since:. What is asked by q, type and since must hold as well"),
        ("type" = Option<Vec<String>>, Query, description = "Only this STIX type; may be repeated"),
        ("since" = Option<String>, Query, description = "Only what was added at or after this time"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = FoundList), (status = 400), (status = 422, description = "A part of the question cannot be read")))]
pub async fn search(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q", "question", "type", "since", "limit", "cursor"])?;
    let limit = parameters.limit()?;
    let types: Vec<String> = parameters.all("type").map(str::to_owned).collect();
    let (since, words) = (parameters.time("since")?, parameters.one("q")?);
    short_enough("q", words.unwrap_or_default())?;
    let asked_for = match (parameters.one("question")?, words) {
        (None, Some(words)) => {
            let query = SearchQuery {
                words: words.to_owned(),
                types,
                since,
                ..SearchQuery::default()
            };
            let page = asked
                .node()
                .search(asked.caller(), &query, limit, parameters.cursor()?)
                .await?;
            return answer(StatusCode::OK, &FoundList::of(page));
        }
        (text, _) => text.unwrap_or_default(),
    };
    let question = question(&asked, asked_for)?;
    match narrowed(question, words, types, since) {
        Some(question) => {
            let cursor = parameters.cursor()?;
            let found = asked.node().ask(asked.caller(), &question, limit, cursor).await?;
            answer(StatusCode::OK, &FoundList::of(found.page))
        }
        None => answer(StatusCode::OK, &FoundList::none()),
    }
}

/// A question, of which this must hold as well; none where nothing can be both.
fn narrowed(
    mut question: Question,
    words: Option<&str>,
    types: Vec<String>,
    since: Option<Timestamp>,
) -> Option<Question> {
    if let Some(words) = words {
        question.words = format!("{} {words}", question.words).trim().to_owned();
    }
    let any = question.types.is_empty() || question.types.iter().any(|one| one == EVERY_TYPE);
    match (types.is_empty(), any) {
        (true, _) => {}
        (false, true) => question.types = types,
        (false, false) => {
            question.types.retain(|one| types.contains(one));
            if question.types.is_empty() {
                return None;
            }
        }
    }
    question.since = question.since.max(since);
    Some(question)
}

/// What a search may have of words.
fn short_enough(name: &str, text: &str) -> Result<(), Fault> {
    if text.chars().count() <= WORDS_MOST {
        return Ok(());
    }
    let message = format!("'{name}' may have {WORDS_MOST} characters at most");
    Err(bad("too-many-words", message))
}

/// A question that can be read.
fn question(asked: &Asked, text: &str) -> Result<Question, Fault> {
    short_enough("question", text)?;
    let question = Question::read(text, asked.node().now());
    let Some(odd) = question.odd.first() else {
        return Ok(question);
    };
    let message = format!(
        "'{}' at character {} cannot be read; there could stand: {}",
        odd.text,
        odd.at,
        odd.could.join(", ")
    );
    Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-question", message))
}

/// A value that a question can be narrowed by.
#[derive(Serialize, ToSchema)]
pub struct FacetValue {
    /// As it stands behind the filter.
    pub value: String,
    /// How many of those that were counted.
    pub count: usize,
}

/// A filter that a question can be narrowed by.
#[derive(Serialize, ToSchema)]
pub struct FacetView {
    /// `type`, `tlp`, `since`, `from`, `sector` or `technique`.
    pub filter: String,
    /// The most first.
    pub values: Vec<FacetValue>,
}

/// How what a question finds divides up.
#[derive(Serialize, ToSchema)]
pub struct FacetList {
    /// How many of what is found were counted, the newest first.
    pub counted: usize,
    /// Whether there are more, which were not: then every count is "at least".
    pub more: bool,
    /// By filter.
    pub facets: Vec<FacetView>,
}

/// Things that are counted.
const COUNTED: usize = 1_000;

/// How what a question finds divides up: counts of what the caller may see, over the newest thousand.
#[utoipa::path(get, path = "/api/v1/search/facets", tag = "find",
    params(("question" = Option<String>, Query, description = "Words and filters; nothing: everything that people look for")),
    responses((status = 200, body = FacetList), (status = 422, description = "A part of the question cannot be read")))]
pub async fn facets(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["question"])?;
    let question = question(&asked, parameters.one("question")?.unwrap_or_default())?;
    let division = asked.node().divide(asked.caller(), &question, COUNTED).await?;
    let value = |(value, count): (String, usize)| FacetValue { value, count };
    let facet = |(filter, values): (&str, Vec<(String, usize)>)| FacetView {
        filter: filter.to_owned(),
        values: values.into_iter().map(value).collect(),
    };
    let list = FacetList {
        counted: division.counted,
        more: division.more,
        facets: division.by.into_iter().map(facet).collect(),
    };
    answer(StatusCode::OK, &list)
}

/// Finds the objects in which a value occurs, however it is written.
#[utoipa::path(get, path = "/api/v1/observables", tag = "find",
    params(
        ("value" = String, Query, description = "An address, network, domain, URL, hash, e-mail address …; defanged ones too. The answer says what it was understood as; where it does not, the value is plainly none of these and nothing is found"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = FoundList), (status = 400)))]
pub async fn observables(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["value", "limit", "cursor"])?;
    let Some(value) = parameters.one("value")? else {
        return Err(bad(
            "missing-parameter",
            "say which value to look for, as in value=192.0.2.1",
        ));
    };
    let limit = parameters.limit()?;
    let found = asked
        .node()
        .find_value(asked.caller(), value, limit, parameters.cursor()?)
        .await?;
    // What is no observable occurs in nothing.
    let Some((observable, found)) = found else {
        return answer(StatusCode::OK, &FoundList::none());
    };
    let observable = ObservableView {
        kind: observable.kind.as_str().to_owned(),
        value: observable.value,
    };
    answer(StatusCode::OK, &FoundList::new(found, limit, Some(observable)))
}

/// Connections shown with an object; more of them at `neighbours`.
const NEIGHBOURS_SHOWN: usize = 50;

/// One object: every contribution that the caller may see, what it is connected to, its score.
#[utoipa::path(get, path = "/api/v1/objects/{id}", tag = "find",
    params(("id" = String, Path, description = "STIX identifier")),
    responses((status = 200, body = ObjectView), (status = 404)))]
pub async fn object(asked: Asked) -> Result<Response, Fault> {
    let shown = asked
        .node()
        .show(asked.caller(), asked.param("id"), NEIGHBOURS_SHOWN)
        .await?;
    if !asked.is_head() {
        asked
            .node()
            .item_opened(asked.caller(), asked.param("id"), &shown)
            .await?;
    }
    let view = ObjectView {
        contributions: shown
            .contributions
            .into_iter()
            .map(ContributionView::try_from)
            .collect::<Result<_, _>>()?,
        neighbours: shown.neighbours.into_iter().map(EdgeView::from).collect(),
        score: shown.score.map(|score| f64::from(score.value)),
        came_by: shown.came_by.into_iter().map(CameByView::from).collect(),
    };
    answer(StatusCode::OK, &view)
}

/// What an object is connected to, the newest first.
#[utoipa::path(get, path = "/api/v1/objects/{id}/neighbours", tag = "find",
    params(
        ("id" = String, Path, description = "STIX identifier"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = EdgeList), (status = 404)))]
pub async fn neighbours(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let limit = parameters.limit()?;
    let edges = asked
        .node()
        .neighbours(asked.caller(), asked.param("id"), limit, parameters.cursor()?)
        .await?;
    answer(StatusCode::OK, &EdgeList::new(edges, limit))
}
