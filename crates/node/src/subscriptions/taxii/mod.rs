//! TAXII collections as a source: 2.1, and 2.0 for reading.

pub(crate) mod address;
pub(super) mod v20;
pub(crate) mod v21;

use reqwest::Url;
use store::SubscriptionKind;

use super::check_url;
use super::run::Stop;
use super::settings::SourceSettings;
use crate::client::{Answer, Client, Request};

/// Objects of a first look.
const FIRST_LOOK: u32 = 100;

/// The first page of a collection, and whether there is more.
pub(super) async fn first_page(
    kind: SubscriptionKind,
    url: &str,
    settings: &SourceSettings,
    size_limit: u64,
) -> Result<(Url, bool, Answer), Stop> {
    let url = check_url(url)?;
    let client = Client::new(&settings.access, &url)?;
    let limit = settings.page_size().min(FIRST_LOOK);
    let is_21 = kind == SubscriptionKind::Taxii21;
    let accepts = if is_21 { &v21::ACCEPTS } else { &v20::ACCEPTS };
    let collection = address::find(&client, accepts, &url, settings.collection.as_deref()).await?;
    let mut at = collection.objects();
    if let Some(since) = settings.since {
        at.query_pairs_mut().append_pair("added_after", &since.to_micros_text());
    }
    if is_21 {
        at.query_pairs_mut().append_pair("limit", &limit.to_string());
        let mut answer = address::ask(&client, accepts, Request::get(at.clone(), "", size_limit)).await?;
        let more = v21::facts(&mut answer).await?.more;
        return Ok((at, more, answer));
    }
    let request =
        Request::get(at.clone(), "", size_limit).header(reqwest::header::RANGE, format!("items 0-{}", limit - 1));
    let answer = address::ask(&client, &v20::OBJECTS, request).await?;
    let more = answer.status == 206;
    Ok((at, more, answer))
}
