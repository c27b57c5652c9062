//! Asking first: what waits for an answer, what exactly would be told, and the answer.

use serde_json::Value;
use stix::{Place, Problem, Timestamp};
use store::{Seen, SeenKey, SeenState, SeenValue, SightingForm};
use uuid::Uuid;

use super::due::ANSWER_DAYS;
use super::record::MOST_LISTED;
use super::rules::rule_for;
use super::{judging_member, make, own_member};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Something that waits for an answer.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The hits.
    pub seen: Seen,
    /// The values that were hit, which stay at home.
    pub values: Vec<SeenValue>,
    /// The objects that would be shared, to the letter; none where nobody may be told any more.
    pub objects: Vec<Value>,
    /// When it is too late.
    pub until: Timestamp,
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Tell it, in this form or as the rule says.
    Confirm(Option<SightingForm>),
    /// Keep it at home.
    Decline,
}

fn absent() -> Error {
    Error::NotFound("there is no such sighting that waits, or it is not open to you".to_owned())
}

impl Node {
    /// What waits for an answer of the caller's member, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn sightings_pending(
        &self,
        caller: &Caller,
        limit: usize,
        before: Option<i64>,
    ) -> Result<Vec<Pending>, Error> {
        let member = own_member(caller)?;
        let teller = self.teller(member).await?;
        let mut pending = Vec::new();
        for seen in self
            .store()
            .seen_waiting(member, before, limit.min(MOST_LISTED))
            .await?
        {
            let mut objects = Vec::new();
            if let Some(teller) = &teller {
                let form = seen.form.unwrap_or(SightingForm::Never);
                let destinations = self.destinations_of(teller, &seen).await?;
                if let Some(destination) = destinations.first().filter(|_| form != SightingForm::Never) {
                    objects = make::sighting(&seen, form, &teller.member, destination);
                }
            }
            pending.push(Pending {
                values: self.store().seen_values(seen.id).await?,
                objects,
                until: seen.ends.plus_micros(ANSWER_DAYS * 86_400_000_000),
                seen,
            });
        }
        Ok(pending)
    }

    /// Answers for one that waits, and tells it where the answer is yes. Gives what became of it.
    ///
    /// # Errors
    /// When the caller may not decide this, nothing of that name waits, or the form would tell more than the rule allows.
    pub async fn sighting_answer(&self, caller: &Caller, uuid: Uuid, answer: Answer) -> Result<Seen, Error> {
        let member = judging_member(caller)?;
        let key = SeenKey { member, uuid };
        let found = self.store().seen_get(key).await?;
        let mut seen = found
            .filter(|seen| seen.state == SeenState::Waiting)
            .ok_or_else(absent)?;
        seen.settled = Some(self.now());
        seen.person = caller.principal.person;
        match answer {
            Answer::Decline => seen.state = SeenState::Declined,
            Answer::Confirm(form) => {
                let rules = self.store().sighting_rule_list(member).await?;
                // Both hold: what the rule said when it was asked, and what it says now.
                let asked = seen.form.unwrap_or(SightingForm::Never);
                let most = asked.min(rule_for(&rules, seen.community).form);
                let form = form.unwrap_or(most);
                if form > most || form == SightingForm::Never {
                    return Err(too_much(form, most));
                }
                (seen.form, seen.state) = (Some(form), SeenState::Confirmed);
            }
        }
        if self
            .store()
            .seen_settle(SeenState::Waiting, std::slice::from_ref(&seen))
            .await?
            == 0
        {
            // Somebody else answered meanwhile.
            return Err(absent());
        }
        if seen.state == SeenState::Declined {
            return Ok(seen);
        }
        let told = self.tell(vec![seen], self.now()).await?;
        told.into_iter().next().ok_or_else(absent)
    }
}

fn too_much(form: SightingForm, most: SightingForm) -> Error {
    let message = match form {
        SightingForm::Never => "the rule tells nothing, so there is nothing to confirm".to_owned(),
        _ => format!(
            "the form '{}' tells more than the rule, which says '{}'",
            form.as_str(),
            most.as_str()
        ),
    };
    let help = "confirm with a form that tells as much or less, decline, or change the rule first";
    Error::input(Problem::error("tells-too-much", Place::default(), message).help(help))
}
