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

use crate::api::ask::{community, json, member, must};
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
#[utoipa::path(get, path = "/api/v1/data-sets", tag = "communities", responses((status = 200, body = DataSetList)))]
pub async fn data_sets(asked: Asked) -> Result<Response, Fault> {
    let all = asked.node().data_sets(asked.caller()).await?;
    let data_sets = all.into_iter().map(DataSetView::from).collect();
    answer(StatusCode::OK, &DataSetList { data_sets })
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
