//! What the readers of objects ask of a database, so that each way of reading is written once.
//!
//! On SQLite every answer is there at once and a look-up costs a microsecond; on PostgreSQL a question is a round trip, so
//! questions are asked for many rows together.

use policy::{AudienceId, MemberId, Viewer};
use stix::Timestamp;

use super::merge::{Merge, Order};
use super::page::ObjectRow;
use super::select::{Candidate, Versions};
use super::words::Wanted;
use crate::Result;
use crate::writes::Rows;

/// What to read runs of positions from; each is read for one audience at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Every contribution.
    All,
    /// Those of one object type.
    Type(i64),
    /// Those in which a value occurs.
    Observable(i64, String),
    /// Those that refer to an object.
    Target(i64),
    /// Those that say a value of themselves.
    Facet(i64, String),
    /// Those of one member under its name, or those whose name it withheld.
    Member(i64, bool),
    /// What must no longer be used.
    Tombstones,
}

/// One run: of one source for one audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunOf<'a> {
    pub(super) source: &'a Source,
    pub(super) audience: AudienceId,
    pub(super) beyond: i64,
}

/// A row as it is loaded.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) candidate: Candidate,
    pub(super) audience: AudienceId,
    pub(super) follows: bool,
    pub(super) revoked: bool,
    pub(super) id: String,
    pub(super) spec_version: String,
    pub(super) version_text: String,
    pub(super) digest: [u8; 32],
    pub(super) title: Option<String>,
    pub(super) body: String,
    pub(super) member: MemberId,
    pub(super) withheld: bool,
}

impl Loaded {
    /// What a reader is given of it.
    pub(super) fn row(self) -> ObjectRow {
        let added = Timestamp::from_micros(self.candidate.added);
        ObjectRow {
            added,
            object_type: stix::id::object_type(&self.id).to_owned(),
            version: self.candidate.instant(),
            version_text: if self.candidate.unversioned {
                added.to_micros_text()
            } else {
                self.version_text
            },
            id: self.id,
            spec_version: self.spec_version,
            digest: self.digest,
            body: self.body,
            audience: self.audience,
        }
    }
}

/// A row of an object, whoever may see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnySibling {
    pub(super) object: i64,
    pub(super) added: i64,
    pub(super) version: i64,
    pub(super) audience: AudienceId,
}

/// One reference of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) added: i64,
    pub(super) property: String,
    pub(super) object: i64,
    pub(super) id: String,
}

/// A row that refers to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Referring {
    pub(super) object: i64,
    pub(super) added: i64,
}

/// A value that a row says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) added: i64,
    pub(super) kind: i64,
    pub(super) value: String,
}

/// What the readers ask of a database.
pub(super) trait Reads: Rows {
    /// For each run up to `chunk` positions beyond where it stands.
    async fn runs(&mut self, order: Order, runs: &[RunOf<'_>], chunk: usize) -> Result<Vec<Vec<i64>>>;

    /// The rows at these positions, in this order; those that are gone are left out.
    async fn load(&mut self, positions: &[i64], bodies: bool) -> Result<Vec<Loaded>>;

    /// Up to `many` positions in which the words occur, falling from strictly before one.
    async fn matching(&mut self, wanted: &Wanted, before: i64, many: usize) -> Result<Vec<i64>>;

    /// All rows of these objects.
    async fn siblings(&mut self, objects: &[i64]) -> Result<Vec<AnySibling>>;

    /// What rows refer to.
    async fn ends(&mut self, positions: &[i64]) -> Result<Vec<End>>;

    /// For each of these objects up to `each` rows that refer to it and that the viewer sees, the newest first.
    async fn referring(&mut self, viewer: &Viewer, objects: &[i64], each: usize) -> Result<Vec<Referring>>;

    /// What rows say of themselves.
    async fn said(&mut self, positions: &[i64]) -> Result<Vec<Said>>;
}

/// A walk over the positions of some sources that a viewer may see.
pub(super) struct Walk<'a> {
    runs: Vec<(AudienceId, &'a Source)>,
    order: Order,
    merge: Merge,
    last: Option<i64>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        viewer: &Viewer,
        sources: &'a [Source],
        order: Order,
        beyond: Option<i64>,
        wanted: usize,
    ) -> Self {
        let each = |source: &'a Source| viewer.audiences().iter().map(move |audience| (*audience, source));
        let runs: Vec<_> = sources.iter().flat_map(each).collect();
        Self {
            merge: Merge::new(order, runs.len(), beyond, wanted),
            order,
            runs,
            last: None,
        }
    }

    /// The next positions, up to so many; none: the end.
    pub(super) async fn next(&mut self, reads: &mut impl Reads, many: usize) -> Result<Vec<i64>> {
        let mut positions = Vec::with_capacity(many.min(1_024));
        while positions.len() < many {
            if let Some(position) = self.merge.next() {
                // Two sources may name the same row.
                if self.last != Some(position) {
                    positions.push(position);
                    self.last = Some(position);
                }
                continue;
            }
            let hungry = self.merge.hungry();
            if hungry.is_empty() {
                break;
            }
            let run = |one: &super::merge::Hungry| {
                let (audience, source) = self.runs.get(one.run)?;
                Some(RunOf {
                    source,
                    audience: *audience,
                    beyond: one.beyond,
                })
            };
            let runs: Vec<RunOf<'_>> = hungry.iter().filter_map(run).collect();
            let fetched = reads.runs(self.order, &runs, self.merge.chunk()).await?;
            self.merge.feed(fetched);
        }
        Ok(positions)
    }
}

/// What is known, while one question is answered, of the versions of objects.
#[derive(Default)]
pub(super) struct Known(std::collections::HashMap<i64, Versions>);

impl Known {
    /// Looks up the visible versions of those objects that are not known yet.
    pub(super) async fn learn(
        &mut self,
        reads: &mut impl Reads,
        viewer: &Viewer,
        candidates: impl Iterator<Item = Candidate>,
    ) -> Result<()> {
        let mut unversioned = std::collections::HashMap::new();
        for candidate in candidates.filter(|candidate| !self.0.contains_key(&candidate.object)) {
            unversioned.insert(candidate.object, candidate.unversioned);
        }
        if unversioned.is_empty() {
            return Ok(());
        }
        let objects: Vec<i64> = unversioned.keys().copied().collect();
        let mut visible: std::collections::HashMap<i64, Vec<super::select::Sibling>> = std::collections::HashMap::new();
        for sibling in reads.siblings(&objects).await? {
            if viewer.sees(sibling.audience) {
                let one = super::select::Sibling {
                    added: sibling.added,
                    version: sibling.version,
                };
                visible.entry(sibling.object).or_default().push(one);
            }
        }
        for (object, unversioned) in unversioned {
            let siblings = visible.remove(&object).unwrap_or_default();
            self.0.insert(object, Versions::of(siblings, unversioned));
        }
        Ok(())
    }

    /// The visible versions of an object, where they were learned.
    pub(super) fn of(&self, object: i64) -> Option<&Versions> {
        self.0.get(&object)
    }
}

/// Answers a question on whichever database there is. What is borrowed is cloned for the thread that reads.
macro_rules! reading {
    ($store:expr, $($borrowed:ident),* => |$reads:ident| $question:expr) => {
        match &$store.db {
            $crate::db::Db::Sqlite(sqlite) => {
                $(let $borrowed = $borrowed.to_owned();)*
                sqlite
                    .read(move |connection| {
                        $crate::contribution::sqlite_reads::SqliteReads::run(connection, async |$reads| $question.await)
                    })
                    .await
            }
            $crate::db::Db::Postgres(postgres) => {
                $(let $borrowed = $borrowed.to_owned();)*
                let mut reads = $crate::contribution::postgres_reads::PostgresReads::begin(postgres).await?;
                let $reads = &mut reads;
                $question.await
            }
        }
    };
}
pub(super) use reading;
