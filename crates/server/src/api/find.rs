//! Finding: by words, by value, by identifier, along connections.

use axum::response::Response;
use http::StatusCode;
use node::question::Question;
use serde::Serialize;
use store::SearchQuery;
use utoipa::ToSchema;

use super::ask::Parameters;
use super::view::{CameByView, ContributionView, EdgeList, EdgeView, FoundList, ObjectView, ObservableView, answer};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Words of one search, in bytes.
const WORDS_MOST: usize = 1_000;

/// Finds objects in which all words occur, the newest first.
#[utoipa::path(get, path = "/api/v1/search", tag = "find",
    params(
        ("q" = Option<String>, Query, description = "Words that all must occur; a word may end in *"),
        ("question" = Option<String>, Query, description = "Instead of q, type and since: words and filters, as the console's search box takes them: type: tlp: sector: from: technique: since:"),
        ("type" = Option<Vec<String>>, Query, description = "Only this STIX type; may be repeated"),
        ("since" = Option<String>, Query, description = "Only what was added at or after this time"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = FoundList), (status = 400), (status = 422, description = "A part of the question cannot be read")))]
pub async fn search(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q", "question", "type", "since", "limit", "cursor"])?;
    let limit = parameters.limit()?;
    if let Some(text) = parameters.one("question")? {
        let alone = ["q", "type", "since"]
            .iter()
            .all(|name| parameters.all(name).next().is_none());
        if !alone {
            return Err(bad(
                "question-alone",
                "ask by 'question' or by q, type and since, not by both",
            ));
        }
        let question = question(&asked, text)?;
        let page = asked
            .node()
            .ask(asked.caller(), &question, limit, parameters.cursor()?)
            .await?
            .page;
        return answer(StatusCode::OK, &FoundList::of(page));
    }
    let Some(words) = parameters.one("q")? else {
        return Err(bad("missing-parameter", "say what to search for, as in q=water"));
    };
    if words.len() > WORDS_MOST {
        return Err(bad(
            "too-many-words",
            format!("'q' may have {WORDS_MOST} bytes at most"),
        ));
    }
    let query = SearchQuery {
        words: words.to_owned(),
        types: parameters.all("type").map(str::to_owned).collect(),
        since: parameters.time("since")?,
        ..SearchQuery::default()
    };
    let page = asked
        .node()
        .search(asked.caller(), &query, limit, parameters.cursor()?)
        .await?;
    answer(StatusCode::OK, &FoundList::of(page))
}

/// A question that can be read.
fn question(asked: &Asked, text: &str) -> Result<Question, Fault> {
    if text.len() > WORDS_MOST {
        return Err(bad(
            "too-many-words",
            format!("'question' may have {WORDS_MOST} bytes at most"),
        ));
    }
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
        ("value" = String, Query, description = "An address, network, domain, URL, hash, e-mail address …; defanged ones too"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = FoundList), (status = 400), (status = 422, description = "The value is not plainly one kind of observable")))]
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
    let Some((observable, found)) = found else {
        let message = "that is not plainly an address, network, domain, URL, hash or e-mail address; try search?q=";
        return Err(Fault::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not-an-observable",
            message,
        ));
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
