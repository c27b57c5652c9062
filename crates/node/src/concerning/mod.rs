//! What concerns a member: its sectors, the places it is in, what it runs.
//!
//! ```text
//! found, 60 at the most ──► store::concerns: own text, texts beside it ──► Facts ─┐
//! member: sectors, countries, technologies ──────────────────────────────► Own  ──┴─► reasons (pure)
//! ```
//!
//! What a member runs is for itself and the operators ([`Action::SeeTechnologies`]): it is no part of a member as others
//! read one, and nothing is told of it to anybody else.

mod places;
mod reasons;
mod technology;

pub use places::Place;
pub use reasons::Reason;
pub use technology::{LENGTH_MOST, MOST};

use policy::{Action, MemberId, decide};
use store::{Found, MemberKey};
use uuid::Uuid;

use self::reasons::{Facts, Own, reasons};
use self::technology::Technology;
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::membership::{NO_MEMBER, acts_for};
use crate::node::Node;

/// The types of objects beside a thing that say where it is about and what it is about.
const BESIDE: &[&str] = &["location", "software", "vulnerability"];

/// What is new, and why it matters to the member of whoever looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concerning {
    /// What has the most reasons first; otherwise in the order in which it was found.
    pub found: Vec<(Found, Vec<Reason>)>,
    /// The member of whoever looks, where it has not said yet what it runs.
    pub unsaid: Option<Uuid>,
}

/// The words of a text, without case.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let parts = lower.split(|one: char| !one.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Node {
    /// What was found, with why it matters to the caller's member; what has the most reasons first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn concerning(&self, caller: &Caller, found: Vec<Found>) -> Result<Concerning, Error> {
        let Some(member) = caller.principal.member else {
            return Ok(Concerning::without_reasons(found));
        };
        let Some(member) = self.store().member_get(MemberKey::Id(member)).await? else {
            return Ok(Concerning::without_reasons(found));
        };
        let sees = decide(&caller.principal, Action::SeeTechnologies(member.id)).is_ok();
        let technologies = match sees {
            true => self.store().technologies_of(member.id).await?,
            false => Vec::new(),
        };
        let unsaid = (sees && technologies.is_empty()).then_some(member.uuid);
        let own = Own::of(&member, &technologies);
        if own.is_empty() {
            let found = Concerning::without_reasons(found);
            return Ok(Concerning { unsaid, ..found });
        }
        let viewer = self.viewer(caller).await?;
        let mut concerns = self.store().concerns(&viewer, &found, BESIDE).await?;
        let with_reasons = |one: Found| {
            let concern = concerns.remove(&one.row.id).unwrap_or_default();
            let facts = Facts::of(one.title.as_deref(), &concern);
            (one, reasons(&own, &facts))
        };
        let mut found: Vec<(Found, Vec<Reason>)> = found.into_iter().map(with_reasons).collect();
        found.sort_by_key(|(_, reasons)| std::cmp::Reverse(reasons.len()));
        Ok(Concerning { found, unsaid })
    }

    /// What a member runs, as it wrote it.
    ///
    /// # Errors
    /// When it is not for this caller.
    pub async fn technologies(&self, caller: &Caller, member: MemberId) -> Result<Vec<String>, Error> {
        let may = decide(&caller.principal, Action::SeeTechnologies(member));
        may.map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        Ok(self.store().technologies_of(member).await?)
    }

    /// Says what a member runs, in place of what it said before; what is said twice is kept once.
    ///
    /// # Errors
    /// When the caller may not act for the member, or one of them cannot be looked for.
    pub async fn technologies_say(&self, caller: &Caller, member: MemberId, named: &[String]) -> Result<(), Error> {
        acts_for(caller, member)?;
        if named.len() > MOST {
            let message = format!("a member names {MOST} technologies at most");
            return Err(bad(
                "too-many",
                message,
                "name what matters most, as in fortinet fortios",
            ));
        }
        let mut kept: Vec<String> = Vec::new();
        for text in named {
            let read = Technology::read(text)?;
            if !kept.contains(&read.written) {
                kept.push(read.written);
            }
        }
        Ok(self.store().technologies_put(&caller.principal, member, &kept).await?)
    }
}

impl Concerning {
    fn without_reasons(found: Vec<Found>) -> Self {
        Self {
            found: found.into_iter().map(|one| (one, Vec::new())).collect(),
            unsaid: None,
        }
    }
}
