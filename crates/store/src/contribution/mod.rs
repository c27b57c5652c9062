//! Objects as members contribute them: the one door to the tables of objects.
//!
//! Nothing outside this directory names those tables (`tests/it/door.rs` holds that). Every function that reads takes a
//! [`policy::Viewer`] and gives what it may see, and the same answer for what is hidden as for what is not there.
//!
//! ```text
//! intake ── Contribution ──► weigh (pure: versions, repeats) ──► rows ──► one transaction with the ledger entry
//! viewer ── ObjectQuery ───► merge (one run for each audience) ─► select (pure: versions, filters) ──► ObjectPage
//! ```

pub mod about;
mod assess;
mod audiences;
pub mod change;
mod check;
pub mod counting;
pub mod departure;
pub mod detail;
pub mod facet;
pub mod feedback;
pub mod find;
pub(crate) mod follow;
mod index;
pub mod mark;
mod merge;
mod narrow;
pub mod page;
mod postgres_before;
mod postgres_reads;
mod postgres_rows;
mod postgres_write;
mod reads;
mod recall;
mod retention;
mod retract;
mod select;
mod share;
pub mod sighting;
mod sqlite_reads;
mod sqlite_write;
mod weigh;
mod words;

use policy::{Audience, MemberId, PersonId};
use stix::{Problem, Timestamp};
use uuid::Uuid;

use crate::db::{Along, Db};
use crate::sqlite::Terms;
use crate::{Result, Store};

pub(crate) use assess::{item_score, watch_ages};
pub(crate) use share::{id_hash, value_hash};
pub(crate) use sqlite_write::Interned;

pub use about::Told;
pub use change::{ChangeKind, ChangeRow, Changes, RemovedWhy};
pub use counting::{Beside, Concern, Divided};
pub use departure::SharedWith;
pub use detail::{Direction, Edge, ObjectDetail};
pub use facet::FacetKind;
pub use feedback::{Feedback, FeedbackPage};
pub use find::{Counts, Found, FoundPage, SearchQuery};
pub use follow::Followed;
pub use page::{ObjectPage, ObjectQuery, ObjectRow, Position, VersionFilter};
pub use recall::Recalled;
pub use sighting::{FeedbackKind, SeenBy, SightingFacts};

/// Puts words (`?2`) of a contribution (`?1`) into the full-text index: SQLite, PostgreSQL. SQLite's transaction is the
/// only one that writes, so what was there a moment ago is there still; a statement that could write several rows would
/// begin a savepoint, at which FTS5 writes out all it has gathered, and each row would become a segment of its own.
pub(crate) const PUT_WORDS: (&str, &str) = (
    "insert into search (rowid, words) values (?1, ?2)",
    "insert into search (added, words) select ?1, to_tsvector('simple', ?2) \
     where exists (select 1 from contribution where added = ?1)",
);
/// Takes the words of a contribution (`?1`) out of it.
pub(crate) const FORGET_WORDS: (&str, &str) = (
    "delete from search where rowid = ?1",
    "delete from search where added = ?1",
);

/// One object as one member contributes it to one audience; made by the intake.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The exact JSON text.
    pub body: String,
    /// `id`.
    pub id: String,
    /// `type`.
    pub object_type: String,
    /// `2.0` or `2.1`.
    pub spec_version: String,
    /// `modified`, else `created`; none for an object without versions.
    pub version: Option<Timestamp>,
    /// The same as the object writes it; empty for an object without versions.
    pub version_text: String,
    /// `created`.
    pub created: Option<Timestamp>,
    /// `created_by_ref`.
    pub created_by: Option<String>,
    /// `revoked`.
    pub revoked: bool,
    /// SHA-256 of what counts as its content.
    pub digest: [u8; 32],
    /// Who may see it.
    pub audience: Audience,
    /// Whether its times are its own; made-up ones do not make a new version of what the member shared already.
    pub dated: bool,
    /// Its name; for a relationship its `relationship_type`, which neighbours show.
    pub title: Option<String>,
    /// What full-text search reads beside the observables: name, description, aliases, labels (bounded).
    pub text: Option<String>,
    /// The normalised values found in it, each with the code of its kind.
    pub observables: Vec<(i16, String)>,
    /// The objects it refers to: property and target identifier.
    pub edges: Vec<(String, String)>,
    /// What an indicator is scored by.
    pub indicator: Option<IndicatorFacts>,
    /// The warninglists that know one of its values.
    pub warnings: Vec<String>,
}

/// What the score and the end of an indicator are computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorFacts {
    /// `pattern_type`.
    pub pattern_type: String,
    /// `valid_from`.
    pub valid_from: Timestamp,
    /// `valid_until`.
    pub valid_until: Option<Timestamp>,
    /// The score it starts with, 0 to 100.
    pub base_score: i16,
    /// Days until the score is nought; nought or less: never.
    pub lifetime_days: i32,
    /// How the score falls (MISP decay models).
    pub decay_speed: f32,
}

/// Where a batch comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The member that shares.
    pub member: MemberId,
    /// The person, where one did it.
    pub person: Option<PersonId>,
    /// The way it came: `taxii`, `file`, `api`, `subscription:NAME`.
    pub channel: String,
    /// Whether the member's name is withheld from other members.
    pub withheld: bool,
    /// The transfer it is part of.
    pub transfer: Uuid,
}

/// What became of one contribution.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is stored.
    Accepted {
        /// Its place in the order of everything stored.
        added: Timestamp,
    },
    /// The member had shared the same with the same audience.
    Unchanged {
        /// The place of what is there.
        added: Timestamp,
    },
    /// It breaks a rule.
    Refused(Problem),
}

/// What a member takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retraction {
    /// The object.
    pub id: String,
    /// Which of its versions.
    pub versions: VersionFilter,
    /// Only what was addressed to this community.
    pub community: Option<policy::CommunityId>,
    /// Why, for the ledger.
    pub reason: String,
}

impl Store {
    /// Stores what is new of a batch, in order, and answers when it is durable; one outcome for each contribution.
    ///
    /// Writes one ledger entry of kind `shared` for each audience that got something, in the same transaction.
    pub async fn contribute(&self, origin: &Origin, batch: Vec<Contribution>) -> Result<Vec<Outcome>> {
        self.contribute_along(origin, batch, Along::default()).await
    }

    /// The same, and something else with it, all or nothing: then a contribution that is refused is an error too.
    pub async fn contribute_along(
        &self,
        origin: &Origin,
        batch: Vec<Contribution>,
        along: Along,
    ) -> Result<Vec<Outcome>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let sight = self.member_viewer(origin.member).await?;
        match &self.db {
            Db::Sqlite(sqlite) => {
                let origin = origin.clone();
                // What it may be refused for is looked at before anything is written.
                let terms = Terms {
                    rows: batch.len(),
                    acknowledged: true,
                    guarded: !along.is_nothing(),
                };
                sqlite
                    .write(terms, move |writing| {
                        writing.change(&along.0)?;
                        let outcomes = sqlite_write::contribute(writing, &origin, &sight, batch)?;
                        all_or_nothing(&along, &outcomes)?;
                        Ok(outcomes)
                    })
                    .await
            }
            Db::Postgres(postgres) => postgres_write::contribute(postgres, origin, &sight, batch, &along).await,
        }
    }
}

/// What goes along with a batch is not done where something of the batch is not.
fn all_or_nothing(along: &Along, outcomes: &[Outcome]) -> Result<()> {
    let refused = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Refused(problem) if !along.is_nothing() => Some(problem),
        _ => None,
    });
    refused.map_or(Ok(()), |problem| Err(crate::Error::conflict(problem.to_string())))
}
