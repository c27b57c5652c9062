//! Feedback on what a member contributed: who called it a false positive or expired, the newest first.

use policy::action::Withheld;
use policy::{Action, MemberId, Viewer, decide};
use stix::Timestamp;

use super::detail::{current, references};
use super::merge::Order;
use super::page::{Position, sources};
use super::reads::{Known, Loaded, Reads, Walk, reading};
use super::sighting::FeedbackKind;
use crate::{Result, Store};

/// What one object says of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// Where to resume.
    pub position: Position,
    /// The opinion or note.
    pub id: String,
    /// What it says.
    pub kind: FeedbackKind,
    /// The object that it is about.
    pub about: String,
    /// Its name.
    pub title: Option<String>,
    /// The member that says it; none where its name is withheld.
    pub from: Option<String>,
    /// When it was added here.
    pub added: Timestamp,
    /// The opinion or note itself.
    pub body: String,
}

/// A page of feedback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedbackPage {
    /// The newest first.
    pub feedback: Vec<Feedback>,
    /// Where to go on; none: this was all.
    pub next: Option<Position>,
}

/// Rows looked at together.
const BATCH: usize = 200;
/// Rows looked at for one page; a page may have less than was asked for, and go on.
const MOST_LOOKED_AT: usize = 20_000;

const OWN: &str = "select title from contribution where object = ?1 and member = ?2 order by added desc limit 1";
const FROM: &str = "select c.member, c.withheld, m.name from contribution c join member m on m.id = c.member \
                    where c.added = ?1";

async fn from(reads: &mut impl Reads, viewer: &Viewer, added: i64) -> Result<Option<String>> {
    let rows = reads.rows(FROM, vec![added.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let withheld = if row.flag(1)? { Withheld::Yes } else { Withheld::No };
    let shown = decide(viewer.principal(), Action::SeeOrigin(MemberId(row.int(0)?), withheld)).is_ok();
    Ok(if shown { row.maybe_text(2)? } else { None })
}

/// What a row says of objects that the member contributed.
async fn of_row(
    reads: &mut impl Reads,
    viewer: &Viewer,
    member: MemberId,
    row: &Loaded,
    kind: FeedbackKind,
) -> Result<Vec<Feedback>> {
    let mut found = Vec::new();
    for (property, target, about) in references(reads, row.candidate.added).await? {
        if property != "object_refs" {
            continue;
        }
        let own = reads.rows(OWN, vec![target.into(), member.into()]).await?;
        let Some(own) = own.first() else { continue };
        found.push(Feedback {
            position: Position(row.candidate.added),
            id: row.id.clone(),
            kind,
            about,
            title: own.maybe_text(0)?,
            from: from(reads, viewer, row.candidate.added).await?,
            added: Timestamp::from_micros(row.candidate.added),
            body: row.body.clone(),
        });
    }
    Ok(found)
}

async fn page(
    reads: &mut impl Reads,
    viewer: &Viewer,
    member: MemberId,
    limit: usize,
    before: Option<Position>,
) -> Result<FeedbackPage> {
    let mut page = FeedbackPage::default();
    let sources = sources(reads, &["opinion".to_owned(), "note".to_owned()]).await?;
    let mut walk = Walk::new(viewer, &sources, Order::Falling, before.map(|before| before.0), limit);
    let mut known = Known::default();
    let mut looked_at = 0;
    loop {
        let batch = walk.next(reads, BATCH).await?;
        let Some(last) = batch.last().copied() else {
            return Ok(page);
        };
        looked_at += batch.len();
        for head in current(reads, viewer, &mut known, &batch).await? {
            let object_type = stix::id::object_type(&head.id);
            let Some(kind) = FeedbackKind::of(object_type, head.title.as_deref()) else {
                continue;
            };
            let added = head.candidate.added;
            for row in reads.load(&[added], true).await? {
                page.feedback.extend(of_row(reads, viewer, member, &row, kind).await?);
            }
            // What one object says is never cut.
            if page.feedback.len() >= limit {
                page.next = Some(Position(added));
                return Ok(page);
            }
        }
        if looked_at >= MOST_LOOKED_AT {
            page.next = Some(Position(last));
            return Ok(page);
        }
    }
}

impl Store {
    /// Feedback that the viewer may see on what their member contributed, the newest first, resuming strictly before a
    /// position.
    pub async fn feedback_page(&self, viewer: &Viewer, limit: usize, before: Option<Position>) -> Result<FeedbackPage> {
        let Some(member) = viewer.principal().member else {
            return Ok(FeedbackPage::default());
        };
        reading!(self, viewer => |reads| page(reads, &viewer, member, limit, before))
    }
}
