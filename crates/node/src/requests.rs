//! Requests for information: a community is asked, anonymously if wished; answers are for the asker or for all.
//!
//! | who | reads |
//! |---|---|
//! | the asker's member | everything of its own request |
//! | members of the community | the question, its state and summary; answers to all; their own answers |
//! | everybody else | nothing, as if it was not there |
//!
//! With `beyond`, partner hubs are asked too ([`crate::bridges`]): there the question is of the member that stands for this
//! hub, and what is answered there is here of the member that stands for the other. No name of a member passes.
//!
//! An asker without a name is shown to nobody: not in lists, nor in errors, nor in anybody's receipts but its own.

use std::collections::BTreeMap;

use policy::{Action, CommunityId, MemberId, decide};
use stix::{Place, Problem, Timestamp};
use store::{NewRequest, Request, RequestAnswer};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Characters of a question, an answer, a summary.
const MOST_TEXT: usize = 10_000;
/// Requests, or answers to one, that are given at once.
pub const REQUESTS_MOST: usize = 500;

/// A question to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestWish {
    /// Who is asked.
    pub community: CommunityId,
    /// The question.
    pub question: String,
    /// Until when answers help.
    pub until: Option<Timestamp>,
    /// Whether the asker's name is withheld.
    pub anonymous: bool,
    /// Whether answers may be for all; otherwise they are for the asker only.
    pub to_all: bool,
    /// Whether partner hubs are asked too, over bridges.
    pub beyond: bool,
}

/// A request as one reader may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestView {
    /// Its number here: the later, the higher.
    pub id: i64,
    /// What was asked.
    pub asked: NewRequest,
    /// Who asks; none where the name is withheld, or the reader does not know of the member.
    pub from: Option<String>,
    /// Whether the reader's member asked it.
    pub own: bool,
    /// When.
    pub at: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// What came of it.
    pub summary: Option<String>,
    /// The answers that the reader may read, or as many of them as were asked for.
    pub answers: Vec<AnswerView>,
    /// The name of the last of them, where there may be more behind it.
    pub next: Option<Uuid>,
}

/// An answer as one reader may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerView {
    /// Its name.
    pub uuid: Uuid,
    /// Who answers; none where the reader does not know of the member, or that would name the asker.
    pub from: Option<String>,
    /// The answer.
    pub text: String,
    /// Whether it is for all.
    pub to_all: bool,
    /// When.
    pub at: Timestamp,
}

fn absent() -> Error {
    Error::NotFound("there is no such request, or it is not open to you".to_owned())
}

pub(crate) fn checked(what: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    let odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if text.is_empty() || text.chars().count() > MOST_TEXT || text.chars().any(odd) {
        let message =
            format!("the {what} must have 1 to {MOST_TEXT} characters, and no control characters but new lines");
        return Err(Error::input(Problem::error("bad-text", Place::default(), message)));
    }
    Ok(text.to_owned())
}

impl Node {
    /// Asks a community.
    ///
    /// # Errors
    /// When the caller may not ask there, or the question cannot be used.
    pub async fn request_ask(&self, caller: &Caller, wish: &RequestWish) -> Result<RequestView, Error> {
        let member = self.may_ask(caller, wish.community)?;
        if wish.until.is_some_and(|until| until <= self.now()) {
            let message = "'until' is over already: give a time to come, or leave it out";
            return Err(Error::Conflict(message.to_owned()));
        }
        if wish.beyond && self.hubs_asked(wish.community).await?.is_empty() {
            return Err(Error::Conflict(
                "no bridge passes what is asked in this community: ask without partner hubs, or ask an operator (the pair has \
                 to send, and its colour and the charter's 'bridges' have to let through what items are marked with by default)"
                    .to_owned(),
            ));
        }
        let new = NewRequest {
            uuid: self.fresh_uuid(),
            community: wish.community,
            question: checked("question", &wish.question)?,
            until: wish.until,
            anonymous: wish.anonymous,
            to_all: wish.to_all,
            beyond: wish.beyond,
        };
        self.store().request_put(&caller.principal, member, &new).await?;
        self.request(caller, new.uuid).await
    }

    fn may_ask(&self, caller: &Caller, community: CommunityId) -> Result<MemberId, Error> {
        let hidden = "there is no such community, or it is not open to you";
        decide(&caller.principal, Action::Ask(community)).map_err(|refusal| Error::refused(refusal, hidden))?;
        caller.principal.member.ok_or(Error::NotAllowed("sign in first"))
    }

    /// A request that the caller may read: of a community that their member is in. Who asked and has left since reads
    /// nothing more of it.
    async fn readable_request(&self, caller: &Caller, uuid: Uuid) -> Result<Request, Error> {
        let request = self.store().request_get(uuid).await?.ok_or_else(absent)?;
        if caller.principal.communities.contains(&request.asked.community) {
            Ok(request)
        } else {
            Err(absent())
        }
    }

    /// One request with the first of the answers that the caller may read.
    ///
    /// # Errors
    /// When there is none of this name that the caller may read.
    pub async fn request(&self, caller: &Caller, uuid: Uuid) -> Result<RequestView, Error> {
        self.request_answers(caller, uuid, None, REQUESTS_MOST).await
    }

    /// One request with some of the answers that the caller may read, in order: those strictly after the one of this name.
    ///
    /// # Errors
    /// When there is no request of this name that the caller may read, or it has no such answer.
    pub async fn request_answers(
        &self,
        caller: &Caller,
        uuid: Uuid,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<RequestView, Error> {
        let request = self.readable_request(caller, uuid).await?;
        let after = match after {
            None => 0,
            Some(last) => {
                let absent =
                    "the request has no answer of that name: give 'next' of an earlier page, or begin with the first";
                let number = self.store().answer_number(request.id, last).await?;
                number.ok_or_else(|| Error::NotFound(absent.to_owned()))?
            }
        };
        let limit = limit.min(REQUESTS_MOST);
        let reader = caller.principal.member.filter(|member| *member != request.member);
        let answers = self.store().answer_page(request.id, reader, after, limit).await?;
        let names = self.names(caller).await?;
        let next = answers.last().filter(|_| answers.len() >= limit).map(|last| last.uuid);
        Ok(RequestView {
            next,
            ..view(caller, &names, request, answers)
        })
    }

    /// The requests of a community, the newest first, strictly before a number, without their answers.
    ///
    /// # Errors
    /// When the caller's member is not in the community, or the store does not answer.
    pub async fn requests(
        &self,
        caller: &Caller,
        community: CommunityId,
        limit: usize,
        before: Option<i64>,
    ) -> Result<Vec<RequestView>, Error> {
        if !caller.principal.communities.contains(&community) {
            let hidden = "there is no such community, or it is not open to you";
            return Err(Error::NotFound(hidden.to_owned()));
        }
        let names = self.names(caller).await?;
        let requests = self
            .store()
            .request_list(community, before, limit.min(REQUESTS_MOST))
            .await?;
        let seen = |request| view(caller, &names, request, Vec::new());
        Ok(requests.into_iter().map(seen).collect())
    }

    async fn names(&self, caller: &Caller) -> Result<BTreeMap<MemberId, String>, Error> {
        let known = self.known_members(caller).await?;
        Ok(known.into_iter().map(|member| (member.id, member.name)).collect())
    }

    /// Answers a request; `to_all` only where the asker lets answers be for all.
    ///
    /// # Errors
    /// When the caller may not answer there, it is closed, or the answer cannot be used.
    pub async fn request_answer(
        &self,
        caller: &Caller,
        uuid: Uuid,
        text: &str,
        to_all: bool,
    ) -> Result<RequestView, Error> {
        let request = self.readable_request(caller, uuid).await?;
        let member = self.may_ask(caller, request.asked.community)?;
        let text = checked("answer", text)?;
        if request.closed.is_some() {
            return Err(Error::Conflict("the request is closed".to_owned()));
        }
        if to_all && !request.asked.to_all {
            let problem = Problem::error(
                "answers-to-asker",
                Place::default(),
                "the asker wants answers for itself",
            );
            return Err(Error::input(problem.help("leave 'to_all' out")));
        }
        let answer = RequestAnswer {
            id: 0,
            uuid: self.fresh_uuid(),
            member,
            text,
            to_all,
            at: self.now(),
        };
        self.store()
            .answer_put(&caller.principal, member, &request, &answer)
            .await?;
        self.request(caller, uuid).await
    }

    /// Closes one's own request with what came of it, which the whole community reads.
    ///
    /// # Errors
    /// When it is not the caller's member's own (the same as if it was not there), or is closed already.
    pub async fn request_close(&self, caller: &Caller, uuid: Uuid, summary: &str) -> Result<RequestView, Error> {
        let request = self.readable_request(caller, uuid).await?;
        let member = self.may_ask(caller, request.asked.community)?;
        if request.member != member {
            return Err(Error::NotAllowed("only the member that asked closes a request"));
        }
        let summary = checked("summary", summary)?;
        if request.closed.is_some() {
            return Err(Error::Conflict("the request is closed already".to_owned()));
        }
        self.store().request_close(&request, &summary).await?;
        self.request(caller, uuid).await
    }
}

fn view(
    caller: &Caller,
    names: &BTreeMap<MemberId, String>,
    request: Request,
    answers: Vec<RequestAnswer>,
) -> RequestView {
    let own = Some(request.member) == caller.principal.member;
    let hides_asker = request.asked.anonymous && !own;
    let answer = |answer: RequestAnswer| {
        // Somebody who adds to its own question must not be named by that.
        let by_asker = hides_asker && answer.member == request.member;
        AnswerView {
            from: names.get(&answer.member).filter(|_| !by_asker).cloned(),
            uuid: answer.uuid,
            text: answer.text,
            to_all: answer.to_all,
            at: answer.at,
        }
    };
    let answers = answers.into_iter().map(answer).collect();
    RequestView {
        id: request.id,
        from: names.get(&request.member).filter(|_| !hides_asker).cloned(),
        own,
        at: request.at,
        closed: request.closed,
        summary: request.summary,
        asked: request.asked,
        answers,
        next: None,
    }
}
