//! Sightings back: hits of one's own matcher, what is told of them and to whom, and feedback on what others shared.

use axum::response::Response;
use http::StatusCode;
use node::sightings::{Answer, FeedbackWish, Pending, Recorded, SeenHit};
use policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stix::Timestamp;
use stix::observable::Kind;
use store::{CommunityKey, Feedback, FeedbackKind, Seen, SeenValue, SightingForm, SightingRule};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Parameters, community, json, must};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Bytes of a value, and of the name of a source.
pub(super) const TEXT_MOST: usize = 4_096;

/// Hits of the member's own matcher.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHits {
    /// The hits, 10,000 at the most.
    pub hits: Vec<NewHitView>,
}

/// A value that is on the watchlist was seen. There is no field for the event itself: it stays where it was matched.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHitView {
    /// STIX identifier of the indicator.
    pub indicator: String,
    /// The value as it was seen. It is told to nobody but the member's own people.
    pub value: String,
    /// What kind of value it is, as in `domain`.
    pub kind: Option<String>,
    /// When it was seen; now where nothing is said.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub time: Option<Timestamp>,
    /// How many events it stands for.
    #[serde(default = "once")]
    pub count: u64,
    /// The log or sensor.
    #[serde(default)]
    pub source: String,
}

fn once() -> u64 {
    1
}

impl NewHitView {
    fn hit(self) -> Result<SeenHit, Fault> {
        for (name, text) in [
            ("indicator", &self.indicator),
            ("value", &self.value),
            ("source", &self.source),
        ] {
            if text.chars().count() > TEXT_MOST {
                let message = format!("'{name}' may have {TEXT_MOST} characters at most");
                return Err(bad("too-long", message));
            }
        }
        let kind = match self.kind.as_deref() {
            None => None,
            Some(name) => {
                let kind = Kind::parse(name);
                let unknown = || {
                    bad(
                        "bad-kind",
                        "'kind' is none that is known; leave it out where you are not sure",
                    )
                };
                Some(kind.ok_or_else(unknown)?)
            }
        };
        if self.count == 0 || i64::try_from(self.count).is_err() {
            return Err(bad(
                "bad-count",
                "a hit stands for one event at least, and for no more than can be counted",
            ));
        }
        Ok(SeenHit {
            indicator: self.indicator,
            value: self.value,
            kind,
            at: self.time,
            count: self.count,
            source: self.source,
            event: None,
        })
    }
}

/// What became of hits.
#[derive(Serialize, ToSchema)]
pub struct RecordedView {
    /// Events that were counted.
    pub counted: u64,
    /// Events on what is no indicator that is open to the caller, by its identifier.
    pub unknown: std::collections::BTreeMap<String, u64>,
}

impl From<Recorded> for RecordedView {
    fn from(recorded: Recorded) -> Self {
        Self {
            counted: recorded.counted,
            unknown: recorded.unknown,
        }
    }
}

/// Records what the member's own matcher found; what is told of it, the member's rules say.
#[utoipa::path(post, path = "/api/v1/hits", tag = "sightings", request_body = NewHits,
    responses((status = 200, body = RecordedView), (status = 400), (status = 403), (status = 422)))]
pub async fn record(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::RecordHits)?;
    Parameters::read(&asked, &[])?;
    let wish: NewHits = json(&mut asked).await?;
    let hits = wish
        .hits
        .into_iter()
        .map(NewHitView::hit)
        .collect::<Result<Vec<_>, _>>()?;
    let recorded = asked.node().hits_record(asked.caller(), &hits).await?;
    answer(StatusCode::OK, &RecordedView::from(recorded))
}

/// One value that was seen.
#[derive(Serialize, ToSchema)]
pub struct SeenValueView {
    /// The value; empty for those beyond the fifty that are kept one by one.
    pub value: String,
    /// What kind of value it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The log or sensor in which it was seen last.
    pub source: String,
    /// How often.
    pub count: i64,
    /// When first.
    pub first: String,
    /// When last.
    pub last: String,
}

impl From<SeenValue> for SeenValueView {
    fn from(value: SeenValue) -> Self {
        Self {
            value: value.value,
            kind: value.kind,
            source: value.source,
            count: value.count,
            first: value.first.to_string(),
            last: value.last.to_string(),
        }
    }
}

/// Hits on one indicator over a stretch of time, for one community.
#[derive(Serialize, ToSchema)]
pub struct SeenView {
    /// Its name, under which it is answered for.
    pub id: String,
    /// The indicator.
    pub indicator: String,
    /// The community that is or would be told; absent: the members named with the indicator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// `open`, `closed`, `waiting`, `confirmed`, `told`, `kept`, `declined`, `lapsed` or `refused`.
    pub state: &'static str,
    /// What was or would be told: `full`, `sector`, `count` or `never`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// Why it is where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the stretch begins.
    pub starts: String,
    /// When it ends.
    pub ends: String,
    /// The first event.
    pub first: String,
    /// The last event.
    pub last: String,
    /// How many events.
    pub count: i64,
    /// The values that were seen.
    pub values: Vec<SeenValueView>,
}

impl SeenView {
    async fn new(asked: &Asked, seen: Seen, values: Vec<SeenValue>) -> Result<Self, Fault> {
        Ok(Self {
            id: seen.uuid.to_string(),
            indicator: seen.indicator,
            community: match seen.community {
                Some(community) => alias(asked, community).await?,
                None => None,
            },
            state: seen.state.as_str(),
            form: seen.form.map(SightingForm::as_str),
            reason: seen.reason,
            starts: seen.starts.to_string(),
            ends: seen.ends.to_string(),
            first: seen.first.to_string(),
            last: seen.last.to_string(),
            count: seen.count,
            values: values.into_iter().map(SeenValueView::from).collect(),
        })
    }
}

async fn alias(asked: &Asked, community: policy::CommunityId) -> Result<Option<String>, Fault> {
    let found = asked.node().store().community_get(CommunityKey::Id(community)).await?;
    Ok(found.map(|community| community.alias))
}

/// What was recorded.
#[derive(Serialize, ToSchema)]
pub struct HitList {
    /// The newest first.
    pub hits: Vec<SeenView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What the member's matcher found, the newest first. For the member's own people.
#[utoipa::path(get, path = "/api/v1/hits", tag = "sightings",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = HitList), (status = 403)))]
pub async fn hits(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let (limit, cursor) = (parameters.limit()?, parameters.cursor()?);
    let found = asked
        .node()
        .hits(asked.caller(), limit, cursor.map(|cursor| cursor.0))
        .await?;
    let next = found
        .last()
        .filter(|_| found.len() >= limit)
        .map(|(seen, _)| seen.id.to_string());
    let mut hits = Vec::with_capacity(found.len());
    for (seen, values) in found {
        hits.push(SeenView::new(&asked, seen, values).await?);
    }
    answer(StatusCode::OK, &HitList { hits, next })
}

/// A rule.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleView {
    /// Alias or UUID of the community; absent: every community without a rule of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// What is told: `full`, `sector`, `count` or `never`.
    pub form: String,
    /// Whether a person is asked first (`true`), or it is told by itself.
    #[serde(default = "asks")]
    pub asks: bool,
    /// Seconds over which hits are counted into one sighting.
    #[serde(default = "an_hour")]
    pub seconds: i64,
    /// Whether a log line goes along; only with `full`.
    #[serde(default)]
    pub log_line: bool,
}

fn asks() -> bool {
    true
}

fn an_hour() -> i64 {
    node::sightings::RULE_DEFAULT.seconds
}

/// The rules of a member.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleList {
    /// The one without a community is for all that have none of their own.
    pub rules: Vec<RuleView>,
}

/// What the member tells of its sightings, and how.
#[utoipa::path(get, path = "/api/v1/sighting-rules", tag = "sightings",
    responses((status = 200, body = RuleList), (status = 403)))]
pub async fn rules(asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    shown_rules(&asked).await
}

async fn shown_rules(asked: &Asked) -> Result<Response, Fault> {
    let mut rules = Vec::new();
    for rule in asked.node().sighting_rules(asked.caller()).await? {
        rules.push(RuleView {
            community: match rule.community {
                Some(community) => alias(asked, community).await?,
                None => None,
            },
            form: rule.form.as_str().to_owned(),
            asks: rule.asks,
            seconds: rule.seconds,
            log_line: rule.log_line,
        });
    }
    answer(StatusCode::OK, &RuleList { rules })
}

/// Puts these rules in place of the member's own; what is left out is as if it was never chosen.
#[utoipa::path(put, path = "/api/v1/sighting-rules", tag = "sightings", request_body = RuleList,
    responses((status = 200, body = RuleList), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn rules_put(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::JudgeSightings)?;
    Parameters::read(&asked, &[])?;
    let wish: RuleList = json(&mut asked).await?;
    let mut rules = Vec::with_capacity(wish.rules.len());
    for rule in wish.rules {
        rules.push(SightingRule {
            community: match &rule.community {
                Some(name) => Some(community(&asked, name).await?),
                None => None,
            },
            form: form(&rule.form)?,
            asks: rule.asks,
            seconds: rule.seconds,
            log_line: rule.log_line,
        });
    }
    asked.node().sighting_rules_put(asked.caller(), &rules).await?;
    shown_rules(&asked).await
}

fn form(name: &str) -> Result<SightingForm, Fault> {
    SightingForm::parse(name).ok_or_else(|| bad("bad-form", "'form' must be full, sector, count or never"))
}

/// Something that waits for an answer.
#[derive(Serialize, ToSchema)]
pub struct PendingView {
    /// The hits.
    #[serde(flatten)]
    pub seen: SeenView,
    /// When it is too late.
    pub until: String,
    /// The objects that would be shared, to the letter; empty where nobody may be told any more.
    #[schema(value_type = Vec<Object>)]
    pub objects: Vec<Value>,
}

impl PendingView {
    async fn new(asked: &Asked, pending: Pending) -> Result<Self, Fault> {
        Ok(Self {
            seen: SeenView::new(asked, pending.seen, pending.values).await?,
            until: pending.until.to_string(),
            objects: pending.objects,
        })
    }
}

/// What waits for an answer.
#[derive(Serialize, ToSchema)]
pub struct PendingList {
    /// The newest first.
    pub pending: Vec<PendingView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What waits for somebody's answer, with what exactly would be told. For the member's own people.
#[utoipa::path(get, path = "/api/v1/sightings/pending", tag = "sightings",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = PendingList), (status = 403)))]
pub async fn pending(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let (limit, cursor) = (parameters.limit()?, parameters.cursor()?);
    let before = cursor.map(|cursor| cursor.0);
    let found = asked.node().sightings_pending(asked.caller(), limit, before).await?;
    let next = found
        .last()
        .filter(|_| found.len() >= limit)
        .map(|one| one.seen.id.to_string());
    let mut pending = Vec::with_capacity(found.len());
    for one in found {
        pending.push(PendingView::new(&asked, one).await?);
    }
    answer(StatusCode::OK, &PendingList { pending, next })
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerView {
    /// `confirm` or `decline`.
    pub answer: String,
    /// With `confirm`: a form that tells as much as the rule or less; as the rule says where nothing is said.
    pub form: Option<String>,
}

/// Answers for a sighting that waits; where the answer is yes, it is shared at once.
#[utoipa::path(post, path = "/api/v1/sightings/pending/{id}", tag = "sightings", request_body = AnswerView,
    params(("id" = String, Path, description = "Its name")),
    responses((status = 200, body = SeenView), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn pending_answer(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::JudgeSightings)?;
    Parameters::read(&asked, &[])?;
    let uuid = Uuid::try_parse(asked.param("id")).map_err(|_| Fault::not_found())?;
    let wish: AnswerView = json(&mut asked).await?;
    let said = match (&*wish.answer, &wish.form) {
        ("confirm", name) => Answer::Confirm(name.as_deref().map(form).transpose()?),
        ("decline", None) => Answer::Decline,
        ("decline", Some(_)) => return Err(bad("bad-answer", "what is declined has no form")),
        _ => return Err(bad("bad-answer", "'answer' must be confirm or decline")),
    };
    let seen = asked.node().sighting_answer(asked.caller(), uuid, said).await?;
    let values = asked.node().store().seen_values(seen.id).await?;
    answer(StatusCode::OK, &SeenView::new(&asked, seen, values).await?)
}

/// What somebody says of an indicator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    /// `false-positive` or `expired`.
    pub kind: String,
    /// Why; those who have the indicator read it.
    pub comment: Option<String>,
    /// Whether the member's name is withheld.
    #[serde(default)]
    pub withheld: bool,
}

/// The object that says it.
#[derive(Serialize, ToSchema)]
pub struct GivenFeedback {
    /// STIX identifier of the opinion or note.
    pub id: String,
}

/// Tells those an indicator came from that it is a false positive, or over. It lowers the score for them.
#[utoipa::path(post, path = "/api/v1/objects/{id}/feedback", tag = "sightings", request_body = NewFeedback,
    params(("id" = String, Path, description = "STIX identifier of the indicator")),
    responses((status = 201, body = GivenFeedback), (status = 400), (status = 403), (status = 404), (status = 422)))]
pub async fn feedback_give(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::JudgeSightings)?;
    Parameters::read(&asked, &[])?;
    let wish: NewFeedback = json(&mut asked).await?;
    let kind =
        FeedbackKind::parse(&wish.kind).ok_or_else(|| bad("bad-kind", "'kind' must be false-positive or expired"))?;
    let wish = FeedbackWish {
        kind,
        comment: wish.comment,
        withheld: wish.withheld,
    };
    let id = asked
        .node()
        .feedback_give(asked.caller(), asked.param("id"), &wish)
        .await?;
    answer(StatusCode::CREATED, &GivenFeedback { id })
}

/// What one object says of one indicator.
#[derive(Serialize, ToSchema)]
pub struct FeedbackView {
    /// STIX identifier of the opinion or note.
    pub id: String,
    /// `false-positive` or `expired`.
    pub kind: &'static str,
    /// The indicator.
    pub about: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The member that says it; absent where its name is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When it was added here.
    pub added: String,
    /// What it says in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl From<Feedback> for FeedbackView {
    fn from(feedback: Feedback) -> Self {
        Self {
            comment: node::sightings::comment_of(&feedback),
            id: feedback.id,
            kind: feedback.kind.as_str(),
            about: feedback.about,
            title: feedback.title,
            from: feedback.from,
            added: feedback.added.to_micros_text(),
        }
    }
}

/// Feedback on what one's own member contributed.
#[derive(Serialize, ToSchema)]
pub struct FeedbackList {
    /// The newest first.
    pub feedback: Vec<FeedbackView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Who called what the member contributed a false positive or expired, the newest first.
#[utoipa::path(get, path = "/api/v1/feedback", tag = "sightings",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, and what one object says besides"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer; a page may be short and go on"),
    ),
    responses((status = 200, body = FeedbackList), (status = 403)))]
pub async fn feedback(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["limit", "cursor"])?;
    let (limit, cursor) = (parameters.limit()?, parameters.cursor()?);
    let page = asked.node().feedback(asked.caller(), limit, cursor).await?;
    let list = FeedbackList {
        feedback: page.feedback.into_iter().map(FeedbackView::from).collect(),
        next: page.next.map(|next| next.0.to_string()),
    };
    answer(StatusCode::OK, &list)
}
