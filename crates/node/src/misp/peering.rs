//! What MISP's clients ask of servers and feeds, which are subscriptions and peers here: how a server answers, what a feed
//! lists, what feeds brought of a value.

use std::collections::BTreeSet;

use policy::CommunityId;
use serde::Serialize;
use serde_json::Value;
use store::{Subscription, SubscriptionKind};

use super::remote::Remote;
use crate::accounts::Caller;
use crate::client::{Access, Failure, FailureKind};
use crate::error::{Error, bad};
use crate::node::Node;
use crate::subscriptions::{administer, check_url};

/// Values that are looked up in one question.
const MOST_VALUES: usize = 1_000;
/// Entries of a feed that are previewed.
const MOST_PREVIEWED: usize = 10_000;

/// How another server answered when it was asked who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerAnswer {
    /// Its version, and what this account may do there; none where it did not answer.
    pub version: Option<Value>,
    /// Why it did not, in MISP's numbers: 1 it did, 2 not reached, 3 no MISP server, 4 the key is refused, 5 the key may
    /// not exchange.
    pub status: u8,
    /// The same in a sentence.
    pub message: String,
}

/// An event that a feed lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Previewed {
    /// Its UUID.
    pub uuid: String,
    /// Its title.
    pub info: String,
    /// When it was changed, in seconds.
    pub timestamp: String,
    /// Its tags.
    pub tags: Vec<String>,
}

fn access_of(settings: &str) -> Access {
    serde_json::from_str(settings).unwrap_or_default()
}

fn stopped(failure: &Failure) -> Error {
    match failure.kind {
        FailureKind::Settings => bad("bad-settings", failure.message.clone(), "correct the settings"),
        _ => Error::Unavailable(failure.message.clone()),
    }
}

impl Node {
    /// The community that stands for MISP's "this community", where the caller's member contributes.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_standard_community(&self, caller: &Caller) -> Result<Option<CommunityId>, Error> {
        self.misp_usual(&caller.principal).await
    }

    /// Asks a server that an operator configured who it is.
    ///
    /// # Errors
    /// When the caller may not, or the settings cannot be used. That it does not answer is in the answer.
    pub async fn misp_server_test(&self, caller: &Caller, url: &str, settings: &str) -> Result<ServerAnswer, Error> {
        administer(caller)?;
        let remote = Remote::new(&access_of(settings), check_url(url)?).map_err(|failure| stopped(&failure))?;
        Ok(
            match remote
                .get(&["servers", "getVersion"], "the version of a MISP server")
                .await
            {
                Ok(version) if version.get("version").is_some_and(Value::is_string) => {
                    let exchanges =
                        super::project::truth(version.as_object().unwrap_or(&serde_json::Map::new()), "perm_sync");
                    let (status, message) = match exchanges {
                        true => (1, "it answers, and this key may exchange events there"),
                        false => (
                            5,
                            "it answers, and this key may read there only: ask for a key that may exchange events",
                        ),
                    };
                    ServerAnswer {
                        version: Some(version),
                        status,
                        message: message.to_owned(),
                    }
                }
                Ok(_) => ServerAnswer {
                    version: None,
                    status: 3,
                    message: "this is no MISP server: check the address".to_owned(),
                },
                Err(failure) => {
                    let status = match failure.kind {
                        FailureKind::SignIn | FailureKind::Forbidden => 4,
                        FailureKind::Content | FailureKind::NotThere => 3,
                        _ => 2,
                    };
                    ServerAnswer {
                        version: None,
                        status,
                        message: failure.message,
                    }
                }
            },
        )
    }

    /// What a feed lists just now. Nothing of it is stored.
    ///
    /// # Errors
    /// When the caller may not, it is no feed of MISP, or it does not answer.
    pub async fn misp_feed_preview(&self, caller: &Caller, feed: &Subscription) -> Result<Vec<Previewed>, Error> {
        administer(caller)?;
        if feed.terms.kind != SubscriptionKind::MispFeed {
            return Err(bad(
                "no-preview",
                "only feeds of MISP list events",
                "see the list itself at its address",
            ));
        }
        let mut url = check_url(&feed.terms.url)?;
        let path = url
            .path()
            .strip_suffix("manifest.json")
            .unwrap_or(url.path())
            .to_owned();
        url.set_path(&path);
        let remote = Remote::new(&access_of(&feed.terms.settings), url).map_err(|failure| stopped(&failure))?;
        let most = feed.terms.size_limit.unsigned_abs();
        let answer = remote
            .fetch(&["manifest.json"], most)
            .await
            .map_err(|failure| stopped(&failure))?;
        let mut body = answer.body;
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut body, &mut bytes).map(|_| bytes)
        });
        let bytes = read
            .await
            .map_err(|error| Error::Ours(format!("the reading broke off: {error}")))?;
        let bytes = bytes.map_err(|error| Error::Unavailable(format!("the feed could not be read: {error}")))?;
        let entries = formats::misp::manifest(&bytes, &mut |_| {})?;
        let shown = entries.into_iter().take(MOST_PREVIEWED).map(|entry| Previewed {
            uuid: entry.uuid.to_string(),
            info: entry.info,
            timestamp: entry.timestamp.to_string(),
            tags: entry.tags,
        });
        Ok(shown.collect())
    }

    /// The names of the subscriptions that brought an attribute with one of these values, as far as the caller sees it.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn misp_feeds_with(&self, caller: &Caller, values: &[String]) -> Result<BTreeSet<String>, Error> {
        administer(caller)?;
        if values.len() > MOST_VALUES {
            return Err(bad(
                "too-many-values",
                format!("more than {MOST_VALUES} values were asked for"),
                "ask for fewer",
            ));
        }
        self.misp_follow().await?;
        let viewer = self.viewer(caller).await?;
        let mut names = BTreeSet::new();
        for value in values {
            let source = store::MispSource::Value(value.clone());
            let page = self
                .store()
                .misp_scan(&viewer, &source, store::MispKind::Attribute, 0, MOST_VALUES)
                .await?;
            for row in page.rows.iter().filter(|row| !row.deleted && row.added > 0) {
                let channel = self.store().channel_of(stix::Timestamp::from_micros(row.added)).await?;
                names.extend(channel.and_then(|channel| channel.strip_prefix("subscription:").map(str::to_owned)));
            }
        }
        Ok(names)
    }
}
