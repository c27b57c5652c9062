//! Reads one address whole: a CSV file, a plain list, or whatever else the formats know, when it changed.
//!
//! Values that vanish from a list stay by default and fade by their score; where the operator chose `retract`, they
//! are taken back. Only a list that came whole and has something in it takes anything back.

use std::collections::BTreeSet;
use std::io::Read as _;

use formats::{Found, ReadOptions, Sink};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stix::{Object, Problem};
use store::VersionFilter;

use super::check_url;
use super::run::{Finish, Run, Stop};
use super::settings::Vanished;
use crate::client::{Body, Client, Failure, Request, shown};
use crate::error::Error;

/// The most values of a list whose vanishing is followed.
const MOST_FOLLOWED: usize = 100_000;

/// What is remembered of the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    /// SHA-256 of the list, for servers that cannot tell whether it changed.
    digest: String,
    /// The indicators of the list, where their vanishing is followed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    indicators: BTreeSet<String>,
}

pub(super) async fn run(run: &mut Run) -> Result<Finish, Stop> {
    let url = check_url(&run.subscription.terms.url)?;
    let client = Client::new(&run.settings.access, &url)?;
    let place: Place = run.place();
    let mut request = Request::get(url.clone(), "*/*", run.size_limit());
    if let Some(etag) = &place.etag {
        request = request.header(reqwest::header::IF_NONE_MATCH, etag);
    }
    if let Some(date) = &place.last_modified {
        request = request.header(reqwest::header::IF_MODIFIED_SINCE, date);
    }
    let mut answer = client.fetch(request).await?;
    if answer.status == 304 {
        return Ok(Finish::NotChanged);
    }
    let (etag, last_modified) = (
        answer.header("etag").map(str::to_owned),
        answer.header("last-modified").map(str::to_owned),
    );
    let broken = answer.broken.take();
    let (digest, body) = digest(answer.body).await?;
    if broken.is_none() && digest == place.digest {
        run.set_place(&Place {
            etag,
            last_modified,
            ..place
        });
        return Ok(Finish::NotChanged);
    }
    let (taken, body) = run.share(shown(&url), body).await?;
    if let Some(failure) = broken {
        return Err(failure.into());
    }
    if !taken.readable {
        return Err(Failure::content(format!(
            "{} holds nothing that can be read as indicators; check the address",
            shown(&url)
        ))
        .into());
    }
    let mut indicators = BTreeSet::new();
    if run.settings.vanished == Vanished::Retract {
        indicators = follow(run, &place, body).await?;
    }
    run.set_place(&Place {
        etag,
        last_modified,
        digest,
        indicators,
    });
    Ok(Finish::Done)
}

async fn digest(mut body: Body) -> Result<(String, Body), Stop> {
    let blocking = tokio::task::spawn_blocking(move || {
        let (mut hasher, mut chunk) = (Sha256::new(), vec![0; 64 << 10]);
        loop {
            let read = body.read(&mut chunk);
            match read.map_err(|error| Failure::settings(format!("the temporary file cannot be read: {error}")))? {
                0 => break,
                count => hasher.update(&chunk[..count]),
            }
        }
        body.rewind()?;
        Ok::<_, Failure>((hex::encode(hasher.finalize()), body))
    });
    Ok(blocking
        .await
        .map_err(|error| Error::Ours(format!("the reading of the list broke off: {error}")))??)
}

/// Takes back what the list had and no longer has; gives what it has.
async fn follow(run: &mut Run, place: &Place, mut body: Body) -> Result<BTreeSet<String>, Stop> {
    body.rewind()?;
    let options = ReadOptions {
        name: None,
        producer: run.node.producer(run.subscription.terms.member, false).await?,
        default_markings: Vec::new(),
        now: run.now,
        limits: formats::Limits::default(),
    };
    let blocking = tokio::task::spawn_blocking(move || {
        let mut followed = Followed::default();
        let whole = formats::read_any(&mut body, &options, &mut followed).is_ok();
        (followed, whole)
    });
    let (followed, whole) = blocking
        .await
        .map_err(|error| Error::Ours(format!("the reading of the list broke off: {error}")))?;
    if followed.too_many {
        run.note(format!(
            "the list has more than {MOST_FOLLOWED} indicators; what vanishes from it is not followed"
        ));
        return Ok(BTreeSet::new());
    }
    if !whole || followed.ids.is_empty() {
        run.note("the list is empty or damaged; nothing that it had before is taken back");
        return Ok(place.indicators.clone());
    }
    let caller = run.caller().clone();
    let community = run.subscription.terms.community;
    let collections = run.node.collections(&caller).await?;
    let Some(collection) = collections
        .into_iter()
        .find(|collection| collection.community == Some(community))
    else {
        return Err(Error::NotAllowed("the member of the subscription is no longer in its community").into());
    };
    let reason = format!(
        "no longer in the list of the subscription {}",
        run.subscription.terms.name
    );
    let mut retracted = 0_usize;
    for id in place.indicators.difference(&followed.ids) {
        // None: somebody took it back already.
        let gone = run
            .node
            .retract(&caller, &collection, id, VersionFilter::all(), &reason)
            .await?;
        retracted += usize::from(gone > 0);
    }
    if retracted > 0 {
        run.note(format!("{retracted} no longer in the list, taken back"));
    }
    Ok(followed.ids)
}

/// Gathers the identifiers of indicators.
#[derive(Default)]
struct Followed {
    ids: BTreeSet<String>,
    too_many: bool,
}

impl Sink for Followed {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let Ok(object) = Object::parse(&found.text) else {
            return Ok(());
        };
        let Ok(head) = object.head() else { return Ok(()) };
        if head.object_type == "indicator" {
            self.too_many |= self.ids.len() >= MOST_FOLLOWED;
            if !self.too_many {
                self.ids.insert(head.id.to_owned());
            }
        }
        Ok(())
    }

    fn problem(&mut self, _: Problem) {}
}
