//! Moves a whole MISP instance here: what is there is read over its interface, or from a dump of its events, and taken in by
//! the one intake. Nothing there is changed.
//!
//! ```text
//! organisations, people, groups, tags, feeds ── people ──► members not let in, communities, tags, subscriptions that are off
//! list of events ── source ──► one event at a time ── partition ──► Node::share_with ──► place noted ──► counted, compared
//! ```
//!
//! Events are contributed by the operator's own member; who made them there stays their creator. An organisation of that
//! instance's own (`local`) becomes a member that is not let in, under the UUID that it has, because its people need a
//! member, its sharing groups need somebody in them, and whoever is let in later shall be who they were. All others stay
//! names that events carry (`store::MispOrganisation`): they have nobody here, and a list of members that never chose to be
//! members would be a lie.
//!
//! A break loses nothing: the place is noted after what it stands for is stored, and what comes twice changes nothing.

mod compare;
mod events;
pub(crate) mod partition;
mod people;
pub(crate) mod source;

use std::path::PathBuf;

use policy::{Action, CommunityId, decide};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::accounts::Caller;
use crate::client::Access;
use crate::error::{Error, bad};
use crate::node::Node;

/// Reasons that are kept; more are counted.
const MOST_REASONS: usize = 1_000;
/// Events compared at the most.
const MOST_SAMPLES: usize = 10_000;
/// The most that one event, or one file, may have, in bytes.
const SIZE_LIMITS: std::ops::RangeInclusive<u64> = 1 << 10..=4 << 30;

/// Where a migration reads.
#[derive(Clone, Debug)]
pub enum MigrationSource {
    /// A MISP server.
    Server {
        /// Its address.
        url: String,
        /// How to get in.
        access: Box<Access>,
    },
    /// A file of events, a folder of such files, or a folder with a MISP feed.
    Dump(PathBuf),
}

/// What is to be moved, and how.
#[derive(Clone, Debug)]
pub struct MigrationWish {
    /// From where.
    pub source: MigrationSource,
    /// To whom distribution 1 to 3 goes.
    pub community: CommunityId,
    /// Whether an event that says nothing of its distribution goes there too; otherwise to the operator's own member.
    pub unsaid_to_community: bool,
    /// Whether to go on after a break.
    pub resume: bool,
    /// Events asked for in one list.
    pub page_size: u32,
    /// The most bytes of one event or file.
    pub size_limit: u64,
    /// Events that are compared field by field at the end.
    pub samples: usize,
}

/// What became of things of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Those that came.
    pub came: u64,
    /// Those that were here already.
    pub there_already: u64,
    /// Those that did not come; the reasons stand beside.
    pub did_not: u64,
}

/// Why something did not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What.
    pub what: String,
    /// Why, and what to do.
    pub why: String,
}

/// What a migration did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MigrationReport {
    /// From where.
    pub from: String,
    /// Organisations: members that are not let in, and names.
    pub organisations: Tally,
    /// People of those members, not active.
    pub people: Tally,
    /// Sharing groups: communities.
    pub sharing_groups: Tally,
    /// Tags.
    pub tags: Tally,
    /// Feeds: subscriptions that are off.
    pub feeds: Tally,
    /// Events.
    pub events: Tally,
    /// Objects that the intake made of events: stored, unchanged, refused.
    pub objects: Tally,
    /// Attributes of the events that were read, as counted there.
    pub attributes_there: u64,
    /// Attributes of the same events, as counted here.
    pub attributes_here: u64,
    /// Attributes and objects that go to fewer than their event and so went to the operator's own member.
    pub narrowed: u64,
    /// Events that the other side lists.
    pub events_there: u64,
    /// How many of them are here.
    pub events_here: u64,
    /// Events that were compared field by field.
    pub compared: u64,
    /// What the comparison found.
    pub differences: Vec<Reason>,
    /// What did not come, and why.
    pub reasons: Vec<Reason>,
    /// Reasons that are counted and not kept.
    pub reasons_left_out: u64,
}

impl MigrationReport {
    /// Whether all came, and is the same.
    pub fn is_whole(&self) -> bool {
        self.reasons.is_empty()
            && self.differences.is_empty()
            && self.events_there == self.events_here
            && self.attributes_there == self.attributes_here
    }

    fn reason(&mut self, what: impl Into<String>, why: impl Into<String>) {
        if self.reasons.len() < MOST_REASONS {
            self.reasons.push(Reason {
                what: what.into(),
                why: why.into(),
            });
        } else {
            self.reasons_left_out += 1;
        }
    }

    fn difference(&mut self, what: impl Into<String>, why: impl Into<String>) {
        if self.differences.len() < MOST_REASONS {
            self.differences.push(Reason {
                what: what.into(),
                why: why.into(),
            });
        } else {
            self.reasons_left_out += 1;
        }
    }
}

/// How far a migration has got, as it is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    /// Whether organisations and all else that is no event are done.
    people_done: bool,
    /// The last event that is done, by its key in the list.
    after: String,
    /// An event of which only a part may be here.
    doing: String,
    report: MigrationReport,
}

/// A migration at work.
struct Moving<'n> {
    node: &'n Node,
    caller: Caller,
    wish: MigrationWish,
    rules: partition::Rules,
    place: Place,
    key: String,
    tell: &'n mut (dyn FnMut(&str) + Send),
}

impl Moving<'_> {
    async fn save(&self) -> Result<(), Error> {
        let text = serde_json::to_string(&self.place).map_err(|error| Error::Ours(error.to_string()))?;
        Ok(self.node.store().setting_put(&self.key, &text).await?)
    }

    /// The caller with what they may do now: they were put into communities since.
    async fn refresh(&mut self) -> Result<(), Error> {
        let Some(person) = self.caller.principal.person else {
            return Ok(());
        };
        let Some(person) = self.node.store().person_get(person).await? else {
            return Ok(());
        };
        let presence = self.caller.principal.presence;
        let mut principal = self.node.store().principal_of(&person, false).await?;
        principal.presence = presence;
        self.caller = Caller::new(principal, self.caller.name.clone());
        Ok(())
    }
}

/// The setting that keeps the place of a migration.
fn place_key(source: &MigrationSource) -> String {
    let from = match source {
        MigrationSource::Server { url, .. } => url.clone(),
        MigrationSource::Dump(path) => path.display().to_string(),
    };
    let digest = hex::encode(Sha256::digest(from.as_bytes()));
    format!("misp-migration-{}", digest.get(..32).unwrap_or_default())
}

impl Node {
    /// Moves a MISP instance, or a dump of one, here. `tell` is told how far it is.
    ///
    /// # Errors
    /// When the caller is no operator, something in the wish cannot be used, the other side does not answer (then the
    /// same with `resume` goes on where it broke off), or the store does not.
    pub async fn misp_migrate(
        &self,
        caller: &Caller,
        wish: MigrationWish,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<MigrationReport, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        if !SIZE_LIMITS.contains(&wish.size_limit) {
            return Err(bad(
                "bad-size-limit",
                "this size limit is not possible",
                "choose between 1 KiB and 4 GiB",
            ));
        }
        if !(1..=10_000).contains(&wish.page_size) || wish.samples > MOST_SAMPLES {
            return Err(bad(
                "bad-page-size",
                "pages have 1 to 10000 events, samples are up to 10000",
                "give fewer",
            ));
        }
        decide(&caller.principal, Action::Contribute(wish.community)).map_err(|_| {
            let help = "let it contribute there first (commonwatch community add), or name another community";
            bad(
                "may-not-contribute",
                "your own member may not contribute to that community",
                help,
            )
        })?;
        let key = place_key(&wish.source);
        let kept = self.store().setting_get(&key).await?;
        let place = match kept.filter(|text| wish.resume && !text.is_empty()) {
            Some(text) => serde_json::from_str(&text)
                .map_err(|error| Error::Ours(format!("the place of this migration cannot be read: {error}")))?,
            None => Place::default(),
        };
        let rules = partition::Rules {
            unsaid_to_community: wish.unsaid_to_community,
            ..Default::default()
        };
        let mut moving = Moving {
            node: self,
            caller: caller.clone(),
            wish,
            rules,
            place,
            key,
            tell,
        };
        let source = source::Source::open(&moving.wish)?;
        moving.place.report.from = source.name();
        moving.people(&source).await?;
        moving.events(&source).await?;
        // Whole, or as whole as it gets: the next migration from there starts from the beginning.
        moving.node.store().setting_put(&moving.key, "").await?;
        Ok(moving.place.report)
    }
}
