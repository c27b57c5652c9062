//! Feedback: a false positive or an end is told to those who have the indicator, and reaches the one who shared it.

use serde_json::json;
use store::{Feedback, FeedbackKind, FeedbackPage, MemberKey, Position};

use super::destination::destinations;
use super::make::bounded;
use super::record::MOST_LISTED;
use super::{judging_member, make, own_member};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::intake::{Report, ShareRequest};
use crate::node::Node;

/// Characters of a comment.
const MOST_COMMENT: usize = 2_000;

/// What a person says of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackWish {
    /// What.
    pub kind: FeedbackKind,
    /// Why, in a sentence or two that the others read.
    pub comment: Option<String>,
    /// Whether the member's name is withheld.
    pub withheld: bool,
}

impl Node {
    /// Shares feedback on an indicator with those it came from. Gives the identifier of the object that says it.
    ///
    /// # Errors
    /// When the caller may not give feedback, sees no such indicator, or nobody can be told.
    pub async fn feedback_give(&self, caller: &Caller, id: &str, wish: &FeedbackWish) -> Result<String, Error> {
        let member = judging_member(caller)?;
        let comment = wish
            .comment
            .as_deref()
            .map(str::trim)
            .filter(|comment| !comment.is_empty());
        if comment.is_some_and(|comment| comment.chars().count() > MOST_COMMENT) {
            let message = format!("a comment may have {MOST_COMMENT} characters at the most");
            return Err(bad(
                "long-comment",
                message,
                "say it shorter, or share a note of its own",
            ));
        }
        let viewer = self.viewer(caller).await?;
        let details = self.store().object_get(&viewer, id).await?;
        if details.is_empty() {
            return Err(Error::NotFound(
                "there is no such object, or it is not open to you".to_owned(),
            ));
        }
        if stix::id::object_type(id) != "indicator" {
            let message = format!("feedback is given on indicators, and '{id}' is none");
            return Err(bad(
                "not-an-indicator",
                message,
                "name the indicator; for other things share a note or an opinion",
            ));
        }
        let destinations = destinations(details.iter().map(|detail| &detail.audience), &caller.principal);
        if destinations.is_empty() {
            return Err(Error::NotAllowed(
                "your member may not share with those who have this indicator, so nobody can be told",
            ));
        }
        let own = self.store().member_get(MemberKey::Id(member)).await?;
        let own = own.ok_or_else(|| Error::Ours("the caller's member is not there".to_owned()))?;
        let creator = (!wish.withheld).then_some(&*own.identity);
        let mut made = String::new();
        for destination in destinations {
            // One for each: the marking is part of the object, and one version has one content.
            let uuid = self.fresh_uuid();
            let object = make::feedback(wish.kind, uuid, id, creator, comment, self.now(), &destination);
            made = object["id"].as_str().unwrap_or_default().to_owned();
            let request = ShareRequest {
                channel: "feedback".to_owned(),
                handling: destination.handling(wish.withheld),
                list_items: true,
                ..ShareRequest::default()
            };
            let body = json!({ "objects": [object] }).to_string();
            taken(self.share_bytes(caller, request, body).await?)?;
        }
        Ok(made)
    }

    /// Feedback on what the caller's member contributed, the newest first, strictly before a position.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn feedback(
        &self,
        caller: &Caller,
        limit: usize,
        before: Option<Position>,
    ) -> Result<FeedbackPage, Error> {
        own_member(caller)?;
        let viewer = self.viewer(caller).await?;
        Ok(self
            .store()
            .feedback_page(&viewer, limit.min(MOST_LISTED), before)
            .await?)
    }
}

/// The refusal of what was refused.
fn taken(report: Report) -> Result<(), Error> {
    match report
        .problems
        .into_iter()
        .find(|one| one.severity == stix::Severity::Error)
    {
        Some(problem) => Err(Error::input(problem)),
        None => Ok(()),
    }
}

/// What feedback says in words.
pub fn comment_of(feedback: &Feedback) -> Option<String> {
    let object = stix::Object::parse(&feedback.body).ok()?;
    let said = object
        .map()
        .str("explanation")
        .or_else(|| object.map().str("content"))?;
    Some(bounded(said, 2 * MOST_COMMENT).to_owned())
}
