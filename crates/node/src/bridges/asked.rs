//! Questions that come from the other hub, and answers that come back from there: only by pairs through which things come in
//! or went out, in the name of the member that stands for the hub.

use std::collections::BTreeSet;

use policy::{Action, CommunityId, MemberId, decide};
use store::{Bridge, BridgeQuestion, BridgeState, NewRequest, QuestionKind, QuestionState, RequestAnswer};
use uuid::Uuid;

use super::carry::ABOUT_SIGHTING;
use super::closed;
use super::message::{Question, RefusedItem, Reply, Said};
use super::terms::{PairHere, Terms};
use crate::commitments::Promise;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::requests::checked;

/// Questions or answers of one message.
const MOST: usize = 100;
/// Members who are asked about their sightings of one item.
const MOST_ASKED: usize = 100;

/// What was wrong about a question or an answer, as the other hub is told.
type Refused = Result<(), String>;

impl Node {
    /// The community of a pair, where requests asked there may go out: what is marked as is usual in it has to pass.
    pub(super) async fn asks_beyond(&self, pair: &PairHere) -> Result<Option<CommunityId>, Error> {
        let Ok(community) = self.paired(&pair.ours).await else {
            return Ok(None);
        };
        let charter = self.charter_in_force(community.id).await?.text.bridges;
        let passes = charter.is_some_and(|charter| pair.sends && community.default_tlp <= pair.tlp.min(charter));
        Ok(passes.then_some(community.id))
    }

    /// The hubs that see a request of a community whose asker lets partner hubs see it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn hubs_asked(&self, community: CommunityId) -> Result<Vec<String>, Error> {
        let mut hubs = BTreeSet::new();
        for bridge in self.store().bridge_list().await? {
            let active = bridge.set.state == BridgeState::Active;
            let Some(terms) = bridge.set.terms.as_deref().filter(|_| active) else {
                continue;
            };
            for pair in Terms::read(terms)?.here(bridge.set.first) {
                if self.asks_beyond(&pair).await? == Some(community) {
                    let name = bridge.set.hub_title.clone().unwrap_or_else(|| bridge.set.name.clone());
                    hubs.insert(name);
                }
            }
        }
        Ok(hubs.into_iter().collect())
    }

    /// The sighting of the other hub that stands for all sightings there of an object.
    pub(super) fn sighting_by(&self, bridge: &Bridge, object: &str) -> String {
        format!("sighting--{}", Uuid::new_v5(&bridge.set.uuid, object.as_bytes()))
    }

    pub(super) async fn take_questions(
        &self,
        bridge: &Bridge,
        version: i64,
        questions: Vec<Question>,
    ) -> Result<Reply, Error> {
        check(bridge, questions.len())?;
        if bridge.set.version != version {
            let message = format!("what holds here is version {} of the terms", bridge.set.version);
            return Err(Error::Conflict(message));
        }
        let mut reply = Reply::default();
        for question in questions {
            let id = question.id();
            let taken = match &question {
                Question::Request { .. } => self.take_request(bridge, &question).await?,
                Question::Closed { summary, .. } => self.take_closing(bridge, id, summary).await?,
                Question::Sighting { object, text, .. } => self.take_about(bridge, id, object, text).await?,
            };
            note(&mut reply, id, taken);
        }
        Ok(reply)
    }

    async fn take_request(&self, bridge: &Bridge, question: &Question) -> Result<Refused, Error> {
        let Question::Request {
            id,
            community: ours,
            text,
            to_all,
            ..
        } = question
        else {
            return Ok(Ok(()));
        };
        if let Some(known) = self.store().request_get(*id).await? {
            // What is said twice is heard once; a name of somebody else's request is not theirs to use.
            let theirs = known.member == bridge.set.member;
            return Ok(theirs
                .then_some(())
                .ok_or_else(|| "there is a request of that name".to_owned()));
        }
        let terms = Terms::read(bridge.set.terms.as_deref().unwrap_or_default())?;
        let pair = self.pair_of(&terms, bridge.set.first, ours).await;
        let Some((_, community)) = pair.filter(|(pair, _)| pair.takes) else {
            return Ok(Err("nothing comes in by this pair".to_owned()));
        };
        let caller = self.hub_caller(bridge).await?;
        if decide(&caller.principal, Action::Ask(community)).is_err() {
            return Ok(Err("the member that stands for you may not ask there".to_owned()));
        }
        let text = match checked("question", text) {
            Ok(text) => text,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let new = NewRequest {
            uuid: *id,
            community,
            question: text,
            until: question.until(self.now()),
            anonymous: false,
            to_all: *to_all,
            // It has come as far as it goes.
            beyond: false,
        };
        self.store()
            .request_put(&caller.principal, bridge.set.member, &new)
            .await?;
        self.came(bridge, *id, QuestionKind::Request, QuestionState::Open, &[])
            .await?;
        Ok(Ok(()))
    }

    async fn take_closing(&self, bridge: &Bridge, id: Uuid, summary: &str) -> Result<Refused, Error> {
        let came = self.store().bridge_question(bridge.id, id).await?;
        let came = came.filter(|one| !one.outward && one.kind == QuestionKind::Request);
        let Some(request) = self.store().request_get(id).await?.filter(|_| came.is_some()) else {
            return Ok(Err("that request did not come by this bridge".to_owned()));
        };
        let summary = match checked("summary", summary) {
            Ok(summary) => summary,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if request.closed.is_none() {
            self.store().request_close(&request, &summary).await?;
        }
        self.came(bridge, id, QuestionKind::Request, QuestionState::Closed, &[])
            .await?;
        Ok(Ok(()))
    }

    /// Asks every member here whose sightings of an item were counted for the other hub.
    async fn take_about(&self, bridge: &Bridge, id: Uuid, object: &str, text: &str) -> Result<Refused, Error> {
        if self.store().bridge_question(bridge.id, id).await?.is_some() {
            return Ok(Ok(()));
        }
        let text = match checked("question", text) {
            Ok(text) => text.chars().take(4_000).collect::<String>(),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let item = self.store().bridge_item(bridge.id, object, false).await?;
        let Some(item) = item.filter(|item| item.state == "passed") else {
            return Ok(Err("that item did not come here by this bridge".to_owned()));
        };
        let caller = self.hub_caller(bridge).await?;
        let viewer = self.viewer(&caller).await?;
        let (mut promises, mut asked) = (Vec::new(), BTreeSet::<MemberId>::new());
        for seen in self.store().bridge_seen(bridge.id, object).await? {
            let details = self.store().object_get(&viewer, &seen.sighting).await?;
            for member in details.iter().filter_map(|detail| detail.origin) {
                let is_new = member != bridge.set.member && asked.len() < MOST_ASKED && asked.insert(member);
                let acts = self.store().principal_of_member(member).await?.member.is_some();
                if is_new && acts {
                    promises.push(Promise {
                        uuid: self.fresh_uuid(),
                        kind: ABOUT_SIGHTING.to_owned(),
                        subject: seen.sighting.clone(),
                        title: None,
                        owed_by: member,
                        person: None,
                        owed_to: bridge.set.member,
                        community: Some(item.community),
                        because: text.clone(),
                        clock: None,
                        escalation: None,
                    });
                }
            }
        }
        let names: Vec<Uuid> = promises.iter().map(|promise| promise.uuid).collect();
        if !promises.is_empty() {
            self.commitments_by_rule(&caller.principal, promises).await?;
        }
        self.came(bridge, id, QuestionKind::Sighting, QuestionState::Open, &names)
            .await?;
        Ok(Ok(()))
    }

    async fn came(
        &self,
        bridge: &Bridge,
        question: Uuid,
        kind: QuestionKind,
        state: QuestionState,
        commitments: &[Uuid],
    ) -> Result<(), Error> {
        let one = BridgeQuestion {
            question,
            outward: false,
            kind,
            state,
            at: self.now(),
        };
        Ok(self.store().bridge_question_put(bridge.id, &one, commitments).await?)
    }

    pub(super) async fn take_answers(&self, bridge: &Bridge, answers: Vec<Said>) -> Result<Reply, Error> {
        check(bridge, answers.len())?;
        let mut reply = Reply::default();
        for said in answers {
            let asked = self.store().bridge_question(bridge.id, said.question).await?;
            let asked = asked.filter(|one| one.outward && one.state != QuestionState::Refused);
            let taken = match asked.map(|one| one.kind) {
                None => Err("that was not asked by this bridge".to_owned()),
                Some(QuestionKind::Request) => self.take_answer(bridge, &said).await?,
                Some(QuestionKind::Sighting) => self.take_settled(bridge, &said).await?,
            };
            note(&mut reply, said.question, taken);
        }
        Ok(reply)
    }

    /// An answer of somebody there to a request of somebody here: it is the other hub's member that gives it.
    async fn take_answer(&self, bridge: &Bridge, said: &Said) -> Result<Refused, Error> {
        let Some(request) = self.store().request_get(said.question).await? else {
            return Ok(Err("there is no such request".to_owned()));
        };
        // By the bridge it has a name of its own, and is heard once.
        let uuid = Uuid::new_v5(&bridge.set.uuid, said.id.as_bytes());
        if self.store().answer_number(request.id, uuid).await?.is_some() {
            return Ok(Ok(()));
        }
        if request.closed.is_some() {
            return Ok(Err("the request is closed".to_owned()));
        }
        let text = match checked("answer", &said.text) {
            Ok(text) => text,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let caller = self.hub_caller(bridge).await?;
        let answer = RequestAnswer {
            id: 0,
            uuid,
            member: bridge.set.member,
            text,
            to_all: said.to_all && request.asked.to_all,
            at: self.now(),
        };
        self.store()
            .answer_put(&caller.principal, bridge.set.member, &request, &answer)
            .await?;
        Ok(Ok(()))
    }

    /// What those there who saw something answered: the commitment of the other hub's member is kept by it.
    async fn take_settled(&self, bridge: &Bridge, said: &Said) -> Result<Refused, Error> {
        let caller = self.hub_caller(bridge).await?;
        let owed = self.store().commitment_get(said.question).await?;
        let Some(owed) = owed.filter(|owed| owed.terms.owed_by == bridge.set.member) else {
            return Ok(Err("that is not owed by the other hub".to_owned()));
        };
        if owed.state.is_settled() {
            return Ok(Ok(()));
        }
        let settled = match said.needless {
            true => {
                self.settle_by_rule(&caller, said.question, None, Some(said.text.clone()))
                    .await
            }
            false => {
                self.settle_by_rule(&caller, said.question, Some(said.text.clone()), None)
                    .await
            }
        };
        match settled {
            Ok(()) => Ok(Ok(())),
            Err(error @ Error::Input(_)) => Ok(Err(error.to_string())),
            Err(error) => Err(error),
        }
    }
}

fn note(reply: &mut Reply, id: Uuid, taken: Refused) {
    match taken {
        Ok(()) => reply.taken += 1,
        Err(why) => reply.refused.push(RefusedItem {
            id: id.to_string(),
            why,
        }),
    }
}

fn check(bridge: &Bridge, many: usize) -> Result<(), Error> {
    if many > MOST {
        let message = format!("a message has {MOST} questions or answers at the most");
        return Err(bad("too-many-questions", message, "send them in parts"));
    }
    match bridge.set.state {
        BridgeState::Active => Ok(()),
        state => Err(closed(state)),
    }
}
