//! Push to peers: forwards to another node, or any TAXII 2.1 collection, what the rules let its member see.
//!
//! ```text
//! store.changes (with the eyes of the peer's member) ──► envelopes ──► POST ──► status ──► ledger ──► cursor
//!                                     └─ taken back ──► DELETE
//! ```
//!
//! A peer of the kind `misp` is a MISP server, and gets events (`misp.rs`).
//!
//! The cursor moves after the peer has accepted, so a break loses nothing; what is sent twice after one, the peer knows
//! already. Bodies go out as they came in, byte for byte.

mod cut;
mod misp;
mod run;
mod send;

use policy::{Action, CommunityId, MemberId, Viewer, decide};
use serde::Deserialize;
use stix::Timestamp;
use store::{NewPeer, Peer, Position};

use crate::accounts::Caller;
use crate::client::Access;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::subscriptions::{administer, check_interval, check_name, check_url};

pub(crate) use cut::{cursor_after, halve, parts};
pub use run::PushReport;
pub(crate) use send::is_about_content;

/// Objects in an envelope where the settings do not say.
const PAGE_SIZE: usize = 500;
/// The most objects in an envelope.
const MOST_PAGE_SIZE: usize = 10_000;
/// Changes read at a time when the backlog is counted.
const COUNTED_AT_A_TIME: usize = 1_000;
/// The most changes of a backlog that are counted.
const MOST_COUNTED: u64 = 20_000;

/// A peer to be made or changed.
#[derive(Clone, Debug)]
pub struct PeerWish {
    /// Its name, unique; it stands in the receipts of what is pushed.
    pub name: String,
    /// The address of the collection, or of its server where the settings name the collection.
    pub url: String,
    /// The rest, see [`PeerSettings`].
    pub settings: serde_json::Value,
    /// The member that receives: it gets what it may see, and no more.
    pub member: MemberId,
    /// Only what was addressed to this community.
    pub community: Option<CommunityId>,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// Whether it runs by itself.
    pub enabled: bool,
}

/// What a peer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeerKind {
    /// A TAXII 2.1 collection: it gets objects.
    #[default]
    Taxii,
    /// A MISP server: it gets events.
    Misp,
}

impl PeerKind {
    /// The name, as it stands in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taxii => "taxii",
            Self::Misp => "misp",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Taxii, Self::Misp].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The settings of a peer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PeerSettings {
    /// What it is.
    pub kind: PeerKind,
    /// How to get in.
    #[serde(flatten)]
    pub access: Access,
    /// Objects in one envelope.
    pub page_size: Option<usize>,
    /// Identifier, alias or title of the collection, where the address is that of a server or API root.
    pub collection: Option<String>,
    /// MISP server: the distribution of what its author gave none, 0 to 3; 1 where not given, and then it stays here.
    pub assumed_distribution: Option<u8>,
    #[serde(flatten)]
    unknown: std::collections::BTreeMap<String, serde_json::Value>,
}

impl PeerSettings {
    fn parse(text: &str) -> Result<Self, Error> {
        let help = "docs/guide/subscriptions.md lists the settings";
        let text = if matches!(text.trim(), "" | "null") { "{}" } else { text };
        let read = serde_json::from_str::<Self>(text);
        let settings =
            read.map_err(|error| bad("bad-settings", format!("the settings cannot be used: {error}"), help))?;
        if let Some(name) = settings.unknown.keys().next() {
            return Err(bad("bad-settings", format!("there is no setting '{name}'"), help));
        }
        let is_misp = settings.kind == PeerKind::Misp;
        if settings.assumed_distribution.is_some_and(|level| level > 3 || !is_misp) {
            let message = "assumed_distribution is 0 to 3, and of peers of the kind misp";
            return Err(bad("bad-settings", message, help));
        }
        if is_misp && settings.collection.is_some() {
            return Err(bad("bad-settings", "a MISP server has no collections", help));
        }
        Ok(settings)
    }

    fn page_size(&self) -> usize {
        self.page_size.unwrap_or(PAGE_SIZE).clamp(1, MOST_PAGE_SIZE)
    }
}

/// A peer as its operator may see it: without secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerView {
    /// What is asked for and how it goes; `terms.settings` is empty here.
    pub peer: Peer,
    /// The settings with every secret blotted out.
    pub settings: serde_json::Value,
}

impl From<Peer> for PeerView {
    fn from(mut peer: Peer) -> Self {
        let settings = Access::blotted(&peer.terms.settings);
        peer.terms.settings = String::new();
        Self { peer, settings }
    }
}

/// What waits to be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Changes that the peer has not got.
    pub waiting: u64,
    /// Whether there are more than were counted.
    pub more: bool,
    /// Since when the first of them waits.
    pub oldest: Option<Timestamp>,
}

fn not_there(name: &str) -> Error {
    Error::NotFound(format!("there is no peer '{name}'"))
}

impl Node {
    /// Makes a peer, or changes the one of the same name. Its first run is due at once.
    ///
    /// # Errors
    /// When the caller may not, or something in the wish cannot be used.
    pub async fn peer_put(&self, caller: &Caller, wish: PeerWish) -> Result<PeerView, Error> {
        self.check_peer(caller, &wish).await?;
        let settings = wish.settings.to_string();
        let known = self.store().peer_get(&wish.name).await?;
        if let Some(known) = known.as_ref().filter(|known| known.terms.url != wish.url) {
            // Another server has nothing of what that one got.
            self.store().misp_sent_forget_all(known.id).await?;
        }
        let terms = NewPeer {
            uuid: known.map_or_else(|| self.fresh_uuid(), |known| known.terms.uuid),
            name: wish.name,
            url: wish.url,
            settings,
            member: wish.member,
            community: wish.community,
            interval_seconds: wish.interval_seconds,
            enabled: wish.enabled,
        };
        Ok(self.store().peer_put(&caller.principal, terms).await?.into())
    }

    async fn check_peer(&self, caller: &Caller, wish: &PeerWish) -> Result<(), Error> {
        decide(&caller.principal, Action::SendElsewhere)
            .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
        check_name(&wish.name)?;
        check_interval(wish.interval_seconds)?;
        check_url(&wish.url)?;
        PeerSettings::parse(&wish.settings.to_string())?;
        let receiver = self.receiving_member(wish.member, &wish.name).await?;
        if wish
            .community
            .is_some_and(|community| !receiver.principal.communities.contains(&community))
        {
            let help = "let it join the community first, or choose another member or community";
            return Err(bad(
                "may-not-read",
                "the member of the peer is not in that community and would get nothing",
                help,
            ));
        }
        Ok(())
    }

    /// Every peer, by name, without secrets.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn peers(&self, caller: &Caller) -> Result<Vec<PeerView>, Error> {
        administer(caller)?;
        Ok(self
            .store()
            .peer_list()
            .await?
            .into_iter()
            .map(PeerView::from)
            .collect())
    }

    /// A page of them by name, strictly after one.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn peer_page(&self, caller: &Caller, after: &str, limit: usize) -> Result<Vec<PeerView>, Error> {
        administer(caller)?;
        let page = self.store().peer_page(after, limit).await?;
        Ok(page.into_iter().map(PeerView::from).collect())
    }

    /// Ends pushing to a peer; what it got stays there.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn peer_delete(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        administer(caller)?;
        let found = self.store().peer_get(name).await?.ok_or_else(|| not_there(name))?;
        self.store().peer_delete(&caller.principal, found.id).await?;
        Ok(self.store().misp_sent_forget_all(found.id).await?)
    }

    /// Lets a peer be pushed to by schedule, or rest.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn peer_enable(&self, caller: &Caller, name: &str, enabled: bool) -> Result<PeerView, Error> {
        administer(caller)?;
        let found = self.store().peer_get(name).await?.ok_or_else(|| not_there(name))?;
        let terms = NewPeer { enabled, ..found.terms };
        Ok(self.store().peer_put(&caller.principal, terms).await?.into())
    }

    /// Pushes to one peer now, whether it is due or not.
    ///
    /// # Errors
    /// When the caller may not, there is none of this name, or it is running already. How the run itself went, also
    /// when it failed, is in the report.
    pub async fn push_run(&self, caller: &Caller, name: &str) -> Result<PushReport, Error> {
        administer(caller)?;
        let found = self.store().peer_get(name).await?.ok_or_else(|| not_there(name))?;
        let report = run::run(self, found, self.now(), false).await?;
        report.ok_or_else(|| Error::Conflict(format!("the push to '{name}' is running just now")))
    }

    /// Pushes to every peer that is due, a few at a time.
    ///
    /// # Errors
    /// When the store does not answer; how the runs went is in the reports.
    pub async fn pushes_run_due(&self, now: Timestamp) -> Result<Vec<PushReport>, Error> {
        run::run_due(self, now).await
    }

    /// What waits to be pushed to a peer.
    ///
    /// # Errors
    /// When the caller may not, or there is none of this name.
    pub async fn push_backlog(&self, caller: &Caller, name: &str) -> Result<Backlog, Error> {
        administer(caller)?;
        let peer = self.store().peer_get(name).await?.ok_or_else(|| not_there(name))?;
        let settings = PeerSettings::parse(&peer.terms.settings)?;
        if settings.kind == PeerKind::Misp {
            let receiver = self.receiving_member(peer.terms.member, name).await?;
            let viewer = self.push_viewer(&receiver, peer.terms.community).await?;
            return misp::backlog(self, peer.id, &viewer, &settings).await;
        }
        self.waiting(peer.terms.member, name, peer.terms.community, peer.cursor)
            .await
    }

    /// What would be pushed to a peer that there is not yet, by its first runs. Nothing is kept and nothing leaves.
    ///
    /// # Errors
    /// When the caller may not, or something in the wish cannot be used.
    pub async fn push_preview(&self, caller: &Caller, wish: &PeerWish) -> Result<Backlog, Error> {
        self.check_peer(caller, wish).await?;
        let settings = PeerSettings::parse(&wish.settings.to_string())?;
        if settings.kind == PeerKind::Misp {
            let receiver = self.receiving_member(wish.member, &wish.name).await?;
            let viewer = self.push_viewer(&receiver, wish.community).await?;
            return misp::backlog(self, misp::NOT_YET, &viewer, &settings).await;
        }
        self.waiting(wish.member, &wish.name, wish.community, None).await
    }

    async fn waiting(
        &self,
        member: MemberId,
        name: &str,
        community: Option<CommunityId>,
        mut cursor: Option<Position>,
    ) -> Result<Backlog, Error> {
        let receiver = self.receiving_member(member, name).await?;
        let viewer = self.push_viewer(&receiver, community).await?;
        let mut backlog = Backlog {
            waiting: 0,
            more: false,
            oldest: None,
        };
        loop {
            let changes = self.store().changes(&viewer, cursor, COUNTED_AT_A_TIME).await?;
            let waiting = || changes.rows.iter().filter(|change| cut::concerns_peer(change));
            backlog.waiting += waiting().count() as u64;
            backlog.oldest = backlog
                .oldest
                .or_else(|| waiting().next().map(|change| Timestamp::from_micros(change.position.0)));
            if !changes.more || backlog.waiting >= MOST_COUNTED {
                backlog.more = changes.more;
                return Ok(backlog);
            }
            cursor = Some(changes.cursor);
        }
    }

    /// The member of a peer as a reader without a person.
    async fn receiving_member(&self, member: MemberId, name: &str) -> Result<Caller, Error> {
        let principal = self.store().principal_of_member(member).await?;
        if principal.member.is_none() {
            return Err(Error::NotAllowed("the member of this peer is not there or not active"));
        }
        Ok(Caller::new(principal, format!("push:{name}")))
    }

    /// What the member of a peer may see, of one community where the peer is for one.
    async fn push_viewer(&self, receiver: &Caller, community: Option<CommunityId>) -> Result<Viewer, Error> {
        let viewer = self.viewer(receiver).await?;
        Ok(match community {
            Some(community) => self.store().viewer_within(&viewer, community).await?,
            None => viewer,
        })
    }
}
