//! Carrying questions and answers: what our members ask partner hubs, and what our members answer to theirs.
//!
//! ```text
//! request for partner hubs too ──────────────┐            ┌── answers of our members to what came from there
//! question about a sighting of that hub ─────┴─► hub ◄────┴── what they answered about their sightings
//! ```
//!
//! A question goes one hop: only requests of our own members go out, and only to hubs that took part when they asked.

use stix::Timestamp;
use store::{BridgeQuestion, Commitment, CommitmentState, QuestionKind, QuestionState, Request};
use uuid::Uuid;

use super::super::message::{Message, Question, Reply, Said};
use super::super::terms::PairHere;
use super::{Carry, Line};
use crate::push::is_about_content;
use crate::rules::Rules;
use crate::subscriptions::Stop;

/// The kind of commitment by which a question about a sighting is asked and answered.
pub(in crate::bridges) const ABOUT_SIGHTING: &str = "answer-sighting";
/// Questions or answers of one message.
const MOST_SAID: usize = 50;
/// Characters of what several members answered together.
const MOST_TEXT: usize = 4_000;

impl Carry<'_> {
    /// Asks what is to be asked there, and says what was answered here. Says whether that was all: whatever does not go
    /// because the rules have moved on, the next run looks at again.
    pub(super) async fn questions(&mut self, line: &Line, pairs: &[PairHere], version: i64) -> Result<bool, Stop> {
        let rules = Rules::now(self.node).await?;
        let mut questions = Vec::new();
        for pair in pairs {
            questions.extend(self.asked_of(pair).await?);
        }
        questions.extend(self.closed().await?);
        questions.extend(self.about_sightings().await?);
        if !self.is_as_agreed().await? || !self.ask(line, version, questions, &rules).await? {
            return Ok(false);
        }
        self.answer(line).await
    }

    /// Says something that a hub of an older version does not understand; none where it does not.
    async fn say_if_known(&mut self, line: &Line, message: &Message) -> Result<Option<Reply>, Stop> {
        match line.say(message).await {
            Ok(reply) => Ok(Some(reply)),
            Err(failure) if is_about_content(&failure) => {
                self.note(format!("the other hub does not take questions and answers: {failure}"));
                Ok(None)
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// Requests of a paired community whose askers let partner hubs see them, where what is marked as is usual there passes.
    async fn asked_of(&self, pair: &PairHere) -> Result<Vec<(Question, QuestionKind)>, Stop> {
        let Some(community) = self.node.asks_beyond(pair).await? else {
            return Ok(Vec::new());
        };
        let (id, hub) = (self.bridge.id, self.bridge.set.member);
        let new = self
            .node
            .store()
            .bridge_requests_new(id, community, hub, MOST_SAID)
            .await?;
        let question = |request: Request| Question::Request {
            id: request.asked.uuid,
            community: pair.theirs.clone(),
            text: request.asked.question,
            until: request.asked.until,
            to_all: request.asked.to_all,
        };
        Ok(new
            .into_iter()
            .map(|one| (question(one), QuestionKind::Request))
            .collect())
    }

    async fn closed(&self) -> Result<Vec<(Question, QuestionKind)>, Stop> {
        let closed = self
            .node
            .store()
            .bridge_requests_closed(self.bridge.id, MOST_SAID)
            .await?;
        let question = |request: Request| Question::Closed {
            id: request.asked.uuid,
            summary: request.summary.unwrap_or_default(),
        };
        Ok(closed
            .into_iter()
            .map(|one| (question(one), QuestionKind::Request))
            .collect())
    }

    /// What the member that stands for the other hub was asked about sightings which that hub counted.
    async fn about_sightings(&self) -> Result<Vec<(Question, QuestionKind)>, Stop> {
        let (id, hub, store) = (self.bridge.id, self.bridge.set.member, self.node.store().clone());
        let mut questions = Vec::new();
        for uuid in store.bridge_owed_new(id, hub, ABOUT_SIGHTING, MOST_SAID).await? {
            let Some(owed) = store.commitment_get(uuid).await? else {
                continue;
            };
            match self.counted_there(&owed).await? {
                Some(object) => {
                    let text = owed.terms.because;
                    let question = Question::Sighting { id: uuid, object, text };
                    questions.push((question, QuestionKind::Sighting));
                }
                // Another bridge of the same member, or a sighting that the hub made itself.
                None => self.mark(uuid, QuestionKind::Sighting, QuestionState::Refused).await?,
            }
        }
        Ok(questions)
    }

    /// The object whose sightings by the other hub a commitment is about.
    async fn counted_there(&self, owed: &Commitment) -> Result<Option<String>, Stop> {
        let caller = self.node.hub_caller(&self.bridge).await?;
        let viewer = self.node.viewer(&caller).await?;
        for detail in self.node.store().object_get(&viewer, &owed.terms.subject).await? {
            let said: serde_json::Value = serde_json::from_str(&detail.row.body).unwrap_or_default();
            let Some(object) = said["sighting_of_ref"].as_str() else {
                continue;
            };
            if owed.terms.subject == self.node.sighting_by(&self.bridge, object) {
                return Ok(Some(object.to_owned()));
            }
        }
        Ok(None)
    }

    async fn mark(&self, question: Uuid, kind: QuestionKind, state: QuestionState) -> Result<(), Stop> {
        let one = BridgeQuestion {
            question,
            outward: true,
            kind,
            state,
            at: self.now,
        };
        self.node.store().bridge_question_put(self.bridge.id, &one, &[]).await?;
        Ok(())
    }

    async fn ask(
        &mut self,
        line: &Line,
        version: i64,
        all: Vec<(Question, QuestionKind)>,
        rules: &Rules,
    ) -> Result<bool, Stop> {
        for part in all.chunks(MOST_SAID) {
            if !rules.hold(self.node).await? {
                return Ok(false);
            }
            let message = Message::Questions {
                version,
                questions: part.iter().map(|(question, _)| question.clone()).collect(),
            };
            let Some(reply) = self.say_if_known(line, &message).await? else {
                return Ok(true);
            };
            for (question, kind) in part {
                let id = question.id();
                let refused = reply.refused.iter().find(|one| one.id == id.to_string());
                let state = match (question, refused) {
                    (_, Some(refused)) => {
                        self.note(format!("a question was refused there: {}", refused.why));
                        QuestionState::Refused
                    }
                    (Question::Closed { .. }, None) => QuestionState::Closed,
                    (Question::Request { .. } | Question::Sighting { .. }, None) => QuestionState::Open,
                };
                self.mark(id, *kind, state).await?;
                self.counts.asked += u64::from(state == QuestionState::Open);
            }
        }
        Ok(true)
    }

    /// Tells the other hub what was answered here to its questions; says whether that was all.
    async fn answer(&mut self, line: &Line) -> Result<bool, Stop> {
        let (id, store) = (self.bridge.id, self.node.store().clone());
        loop {
            if !self.is_as_agreed().await? {
                return Ok(false);
            }
            let new = store.bridge_answers_new(id, MOST_SAID).await?;
            if new.is_empty() {
                break;
            }
            let said = new.iter().map(|(question, answer)| Said {
                id: answer.uuid,
                question: *question,
                text: answer.text.clone(),
                to_all: answer.to_all,
                needless: false,
            });
            let message = Message::Answers {
                answers: said.collect(),
            };
            let Some(reply) = self.say_if_known(line, &message).await? else {
                return Ok(true);
            };
            self.note_refused(&reply);
            self.counts.answered += (new.len() as u64).saturating_sub(reply.refused.len() as u64);
            for (question, answer) in &new {
                store.bridge_answers_told(id, *question, answer.id).await?;
            }
        }
        for open in store.bridge_questions_open(id, false, QuestionKind::Sighting).await? {
            let Some(said) = self.answered_here(&open).await? else {
                continue;
            };
            if !self.is_as_agreed().await? {
                return Ok(false);
            }
            let message = Message::Answers { answers: vec![said] };
            let Some(reply) = self.say_if_known(line, &message).await? else {
                return Ok(true);
            };
            self.note_refused(&reply);
            self.counts.answered += u64::from(reply.refused.is_empty());
            let state = QuestionState::Closed;
            store
                .bridge_question_put(id, &BridgeQuestion { state, ..open }, &[])
                .await?;
        }
        Ok(true)
    }

    fn note_refused(&mut self, reply: &Reply) {
        for refused in &reply.refused {
            self.note(format!("an answer was refused there: {}", refused.why));
        }
    }

    /// What all who were asked here say together about their sightings; none while somebody is still to answer.
    async fn answered_here(&self, question: &BridgeQuestion) -> Result<Option<Said>, Stop> {
        let store = self.node.store();
        let mut answers = Vec::new();
        for uuid in store.bridge_asked(self.bridge.id, question.question).await? {
            let Some(one) = store.commitment_get(uuid).await? else {
                continue;
            };
            if !one.state.is_settled() {
                return Ok(None);
            }
            if one.state == CommitmentState::Kept {
                answers.push(one.evidence.unwrap_or_else(|| "answered, without words".to_owned()));
            }
        }
        let needless = answers.is_empty();
        let text = match needless {
            true => "nobody there who saw it could or wanted to answer".to_owned(),
            false => answers.join("\n\n"),
        };
        Ok(Some(Said {
            id: question.question,
            question: question.question,
            text: text.chars().take(MOST_TEXT).collect(),
            to_all: false,
            needless,
        }))
    }
}

impl Question {
    /// Its name.
    pub(in crate::bridges) fn id(&self) -> Uuid {
        match self {
            Self::Request { id, .. } | Self::Closed { id, .. } | Self::Sighting { id, .. } => *id,
        }
    }

    /// Until when answers help, where that is still to come.
    pub(in crate::bridges) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Request { until, .. } => until.filter(|until| *until > now),
            Self::Closed { .. } | Self::Sighting { .. } => None,
        }
    }
}
