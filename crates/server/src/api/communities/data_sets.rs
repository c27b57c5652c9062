//! De-identified data sets for research.

use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use node::data_sets::DataSetWish;
use policy::Action;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::DataSet;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::ask::{Parameters, community, json, member, must};
use crate::api::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;

/// A data set to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDataSetView {
    /// Alias or UUID of the community.
    pub community: String,
    /// Name or UUID of the university or research institute.
    pub member: String,
    /// What was added from then on.
    #[schema(value_type = String, format = DateTime)]
    pub starts: Timestamp,
    /// Until then.
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
}

/// A data set.
#[derive(Serialize, ToSchema)]
pub struct DataSetView {
    /// Its name.
    pub uuid: String,
    /// What was added from then on.
    pub starts: String,
    /// Until then.
    pub ends: String,
    /// Objects in it.
    pub objects: i64,
    /// The version of the agreement that it was given under.
    pub agreement: i64,
    /// SHA-256 of the data, in hexadecimal.
    pub sha256: String,
    /// When it was given.
    pub at: String,
}

impl From<DataSet> for DataSetView {
    fn from(set: DataSet) -> Self {
        Self {
            uuid: set.terms.uuid.to_string(),
            starts: set.terms.starts.to_string(),
            ends: set.terms.ends.to_string(),
            objects: set.terms.objects,
            agreement: set.terms.agreement,
            sha256: hex::encode(set.digest),
            at: set.at.to_string(),
        }
    }
}

/// Data sets.
#[derive(Serialize, ToSchema)]
pub struct DataSetList {
    /// The newest first.
    pub data_sets: Vec<DataSetView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Makes a de-identified data set of a community for research. docs/guide/communities.md says what is taken out.
#[utoipa::path(post, path = "/api/v1/data-sets", tag = "communities", request_body = NewDataSetView,
    responses((status = 201, body = DataSetView), (status = 403), (status = 404), (status = 422)))]
pub async fn data_set_make(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let wish: NewDataSetView = json(&mut asked).await?;
    let community = community(&asked, &wish.community).await?;
    must(&asked, Action::Moderate(community))?;
    let wish = DataSetWish {
        community,
        member: member(&asked, &wish.member).await?,
        starts: wish.starts,
        ends: wish.ends,
    };
    let made = asked.node().data_set_make(asked.caller(), wish).await?;
    answer(StatusCode::CREATED, &DataSetView::from(made))
}

/// The data sets that the caller's member gave or got, without the data.
#[utoipa::path(get, path = "/api/v1/data-sets", tag = "communities",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = DataSetList), (status = 400)))]
pub async fn data_sets(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let before = wish.key(|text| Uuid::try_parse(text).ok())?;
    let page = asked.node().data_set_page(asked.caller(), before, wish.limit).await?;
    let next = wish.next(&page, |last| last.terms.uuid.to_string());
    let data_sets = page.into_iter().map(DataSetView::from).collect();
    answer(StatusCode::OK, &DataSetList { data_sets, next })
}

/// The data of a set, one object a line, for the member that got it.
#[utoipa::path(get, path = "/api/v1/data-sets/{data_set}", tag = "communities",
    params(("data_set" = String, Path, description = "Its UUID")),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = 404)))]
pub async fn data_set_read(asked: Asked) -> Result<Response, Fault> {
    let uuid = Uuid::try_parse(asked.param("data_set")).map_err(|_| Fault::not_found())?;
    let set = asked.node().data_set_read(asked.caller(), uuid).await?;
    let mut response = set.terms.body.into_response();
    let lines = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(CONTENT_TYPE, lines);
    Ok(response)
}
