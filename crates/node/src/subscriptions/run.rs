//! One run of a subscription: fetches part by part, stores each, notes its place, and says how it went.

use std::io::Read;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stix::{Problem, Severity, Timestamp};
use store::{Subscription, SubscriptionKind, SubscriptionReport};

use super::schedule::{Ended, next_run, run_all};
use super::settings::{SourceSettings, Vanished};
use super::turn::TURN_MICROS;
use super::{folder, list, misp, taxii};
use crate::accounts::Caller;
use crate::client::{Failure, FailureKind};
use crate::error::Error;
use crate::intake::{Handling, Report, ShareRequest};
use crate::node::Node;

/// Parts fetched in one run before others get their turn.
pub(super) const MOST_PARTS: usize = 5_000;
/// Notes kept of one run.
const MOST_NOTES: usize = 20;

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// The subscription.
    pub name: String,
    /// How it ended, in words.
    pub result: String,
    /// Why it failed, and what to do.
    pub error: Option<String>,
    /// Items stored.
    pub accepted: u64,
    /// Items that were there already.
    pub unchanged: u64,
    /// Items refused.
    pub refused: u64,
    /// What somebody should know: the first refusals, and oddities of the other side.
    pub notes: Vec<String>,
    /// When it runs next.
    pub next_run: Timestamp,
}

/// What ends a run before its time.
pub(crate) enum Stop {
    /// The other side, or the way there.
    Failure(Failure),
    /// This node.
    Node(Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Node(error)
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Node(error.into())
    }
}

/// How a source got to its end.
pub(super) enum Finish {
    /// Everything there was is here.
    Done,
    /// The other side says that nothing changed.
    NotChanged,
    /// There is more; the next run goes on.
    More,
    /// Everything but this is here; it is tried again next time.
    Partly(Failure),
}

/// What the intake says of a part: its report, or why nothing in it could be read.
pub(crate) type Shared = Result<Report, Problem>;

/// The way in for the parts of a run.
pub(crate) struct Intake {
    node: Node,
    caller: Caller,
    channel: String,
    handling: Handling,
}

impl Intake {
    /// How what comes is handled, by the terms of the subscription.
    pub fn handling(&self) -> &Handling {
        &self.handling
    }

    /// Takes in one part and gives its reader back. `name` is where it came from, for messages.
    pub async fn share<R: Read + Send + 'static>(&self, name: String, body: R) -> Result<(Shared, R), Stop> {
        self.share_as(name, body, self.handling.clone()).await
    }

    /// The same, handled in another way.
    pub async fn share_as<R: Read + Send + 'static>(
        &self,
        name: String,
        mut body: R,
        handling: Handling,
    ) -> Result<(Shared, R), Stop> {
        let request = ShareRequest {
            channel: self.channel.clone(),
            name: Some(name),
            handling,
            list_items: false,
        };
        let (node, caller) = (self.node.clone(), self.caller.clone());
        let blocking = tokio::task::spawn_blocking(move || {
            let shared = node.share(&caller, request, &mut body);
            (shared, body)
        });
        let (shared, body) = blocking
            .await
            .map_err(|error| Error::Ours(format!("the intake broke off: {error}")))?;
        match shared {
            Ok(report) => Ok((Ok(report), body)),
            Err(Error::Input(problem)) => Ok((Err(*problem), body)),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a part of the source brought.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    /// Items stored.
    pub accepted: u64,
    /// Whether it could be read at all.
    pub readable: bool,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    accepted: u64,
    unchanged: u64,
    refused: u64,
}

/// A run under way.
pub(crate) struct Run {
    pub node: Node,
    pub subscription: Subscription,
    pub settings: SourceSettings,
    pub now: Timestamp,
    began: Timestamp,
    caller: Caller,
    counts: Counts,
    reported: Counts,
    notes: Vec<String>,
    state: String,
    /// Whether a place was noted in this run: then a failure is the first of a new row.
    progressed: bool,
}

/// A place that was noted, and for which source: where the address was changed, the old place means nothing.
#[derive(serde::Deserialize)]
struct Noted<S> {
    source: String,
    at: S,
}

/// What a place is noted for: the address, and what is fetched there.
pub(super) fn source(subscription: &Subscription, settings: &SourceSettings) -> String {
    let terms = &subscription.terms;
    let collection = settings.collection.as_deref().unwrap_or_default();
    format!("{} {} {collection}", terms.kind.as_str(), terms.url)
}

/// The place that was noted for this source; none where it was another's.
pub(super) fn noted_place<S: DeserializeOwned>(state: &str, source: &str) -> Option<S> {
    let noted: Noted<S> = serde_json::from_str(state).ok()?;
    (noted.source == source).then_some(noted.at)
}

impl Run {
    /// Where this source had got to; the beginning where it has none, or was another.
    pub fn place<S: DeserializeOwned + Default>(&self) -> S {
        noted_place(&self.state, &self.source()).unwrap_or_default()
    }

    fn source(&self) -> String {
        source(&self.subscription, &self.settings)
    }

    /// Sets where this source has got to; written with the next report.
    pub fn set_place<S: Serialize>(&mut self, place: &S) {
        self.state = serde_json::json!({ "source": self.source(), "at": place }).to_string();
    }

    /// Sets where this source has got to and writes it down, so that a break from here on repeats nothing.
    pub async fn save<S: Serialize>(&mut self, place: &S) -> Result<(), Stop> {
        self.set_place(place);
        self.progressed = true;
        self.report(self.now, "running".to_owned(), None).await
    }

    /// Whether it is the turn of others; what is left comes with the next run.
    pub fn is_turn_over(&self) -> bool {
        self.node.now().micros().saturating_sub(self.began.micros()) > TURN_MICROS
    }

    /// The most bytes of one answer.
    pub fn size_limit(&self) -> u64 {
        self.subscription.terms.size_limit.unsigned_abs()
    }

    /// Keeps a remark for whoever reads the report.
    pub fn note(&mut self, note: impl Into<String>) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note.into());
        }
    }

    /// Whether anything was stored so far.
    pub fn brought_anything(&self) -> bool {
        self.counts.accepted > 0
    }

    /// The member of the subscription, as the one who acts.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Takes in one part through the intake and gives its reader back. `name` is where it came from, for messages.
    pub async fn share<R: Read + Send + 'static>(&mut self, name: String, body: R) -> Result<(Taken, R), Stop> {
        let (shared, body) = self.intake().share(name, body).await?;
        Ok((self.count(shared), body))
    }

    /// The way in for parts that are taken in beside each other; each is to be counted when it has ended.
    pub(super) fn intake(&self) -> Intake {
        let terms = &self.subscription.terms;
        Intake {
            node: self.node.clone(),
            caller: self.caller.clone(),
            channel: format!("subscription:{}", terms.name),
            handling: Handling {
                communities: vec![terms.community],
                tlp: Some(terms.tlp),
                pap: Some(terms.pap),
                ..Handling::default()
            },
        }
    }

    /// Counts a part that was taken in.
    pub fn count(&mut self, shared: Shared) -> Taken {
        let report = match shared {
            Ok(report) => report,
            // Nothing in it could be read: one refused item, and the run goes on.
            Err(problem) => {
                self.counts.refused += 1;
                self.note_problem(&problem);
                return Taken::default();
            }
        };
        self.counts.accepted += report.accepted;
        self.counts.unchanged += report.unchanged;
        self.counts.refused += report.refused;
        for problem in report
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
        {
            self.note_problem(problem);
        }
        Taken {
            accepted: report.accepted,
            readable: true,
        }
    }

    fn note_problem(&mut self, problem: &Problem) {
        self.note(format!("refused: {problem}"));
    }

    /// Counts what could not be used before it was a part: a file too large, an event that is not there.
    pub fn refuse(&mut self, note: String) {
        self.counts.refused += 1;
        self.note(note);
    }

    async fn report(&mut self, next_run: Timestamp, result: String, error: Option<String>) -> Result<(), Stop> {
        let since = |all: u64, reported: u64| i64::try_from(all - reported).unwrap_or(i64::MAX);
        let report = SubscriptionReport {
            state: self.state.clone(),
            next_run,
            run: self.now,
            result,
            error,
            accepted: since(self.counts.accepted, self.reported.accepted),
            unchanged: since(self.counts.unchanged, self.reported.unchanged),
            refused: since(self.counts.refused, self.reported.refused),
        };
        self.node
            .store()
            .subscription_report(self.subscription.id, &report)
            .await?;
        self.reported = self.counts;
        Ok(())
    }

    async fn fetch(&mut self) -> Result<Finish, Stop> {
        match self.subscription.terms.kind {
            SubscriptionKind::Taxii21 => taxii::v21::run(self).await,
            SubscriptionKind::Taxii20 => taxii::v20::run(self).await,
            SubscriptionKind::MispFeed => misp::feed::run(self).await,
            SubscriptionKind::MispServer => misp::server::run(self).await,
            SubscriptionKind::List => list::run(self).await,
            SubscriptionKind::Folder => folder::run(self).await,
        }
    }

    fn words(&self, finish: &Finish) -> String {
        let Counts {
            accepted,
            unchanged,
            refused,
        } = self.counts;
        let mut words = match (finish, accepted, unchanged, refused) {
            (Finish::NotChanged, ..) => "not changed".to_owned(),
            (_, 0, 0, 0) => "nothing new".to_owned(),
            (_, _, _, 0) => format!("{accepted} new, {unchanged} unchanged"),
            _ => format!("{accepted} new, {unchanged} unchanged, {refused} refused"),
        };
        match finish {
            Finish::More => words.push_str("; there is more, the next run goes on"),
            Finish::Partly(_) => words.push_str("; not everything could be fetched"),
            Finish::Done | Finish::NotChanged => {}
        }
        if let Some(note) = self.notes.first() {
            words.push_str("; ");
            words.extend(note.chars().take(500));
        }
        words
    }
}

/// Runs what is due.
pub(super) async fn run_due(node: &Node, now: Timestamp) -> Result<Vec<RunReport>, Error> {
    let due = node.store().subscription_due(now).await?;
    run_all(due.into_iter().map(|subscription| run(node, subscription, now, true))).await
}

/// Runs one; none where it is running already, or has run since it was found to be due.
pub(super) async fn run(
    node: &Node,
    subscription: Subscription,
    now: Timestamp,
    only_if_due: bool,
) -> Result<Option<RunReport>, Error> {
    let Some(_turn) = node.running().turn(subscription.terms.uuid) else {
        return Ok(None);
    };
    // Another run may have ended between the question what is due and our turn.
    let Some(subscription) = node.store().subscription_get(&subscription.terms.name).await? else {
        return Ok(None);
    };
    if only_if_due && subscription.next_run.is_some_and(|next| next > now) {
        return Ok(None);
    }
    let settings = SourceSettings::parse(&subscription.terms.settings);
    let retracts = settings
        .as_ref()
        .is_ok_and(|settings| settings.vanished == Vanished::Retract);
    let caller = node
        .acting_member(subscription.terms.member, &subscription.terms.name, retracts)
        .await;
    let state = subscription.state.clone();
    let mut run = Run {
        node: node.clone(),
        began: node.now(),
        settings: SourceSettings::default(),
        caller: Caller::public(),
        now,
        counts: Counts::default(),
        reported: Counts::default(),
        notes: Vec::new(),
        state,
        progressed: false,
        subscription,
    };
    let finish = match (settings, caller) {
        (Ok(settings), Ok(caller)) => {
            (run.settings, run.caller) = (settings, caller);
            run.fetch().await
        }
        (Err(error), _) | (_, Err(error)) => Err(Stop::Node(error)),
    };
    Ok(Some(end(run, finish).await?))
}

async fn end(mut run: Run, finish: Result<Finish, Stop>) -> Result<RunReport, Error> {
    let in_a_row = if run.progressed {
        1
    } else {
        run.subscription.failures_in_a_row.saturating_add(1)
    };
    let (ended, result, error) = match finish {
        Ok(finish) => {
            let words = run.words(&finish);
            match finish {
                Finish::More => (Ended::More, words, None),
                Finish::Partly(failure) => (
                    Ended::Failed {
                        in_a_row,
                        retry_after: failure.retry_after,
                    },
                    words,
                    Some(failure.message),
                ),
                Finish::Done | Finish::NotChanged => (Ended::Done, words, None),
            }
        }
        Err(Stop::Failure(failure)) => {
            let result = if failure.kind == FailureKind::Settings {
                "the settings cannot be used"
            } else {
                "failed"
            };
            (
                Ended::Failed {
                    in_a_row,
                    retry_after: failure.retry_after,
                },
                result.to_owned(),
                Some(failure.message),
            )
        }
        Err(Stop::Node(error)) => (
            Ended::Failed {
                in_a_row,
                retry_after: None,
            },
            "failed here".to_owned(),
            Some(error.to_string()),
        ),
    };
    let terms = &run.subscription.terms;
    let next = next_run(run.now, terms.interval_seconds, terms.uuid, ended);
    if let Some(error) = &error {
        tracing::warn!(subscription = %terms.name, %error, "the run of a subscription failed");
    }
    let written = run.report(next, result.clone(), error.clone()).await;
    if let Err(Stop::Node(error)) = written {
        return Err(error);
    }
    Ok(RunReport {
        name: run.subscription.terms.name.clone(),
        result,
        error,
        accepted: run.counts.accepted,
        unchanged: run.counts.unchanged,
        refused: run.counts.refused,
        notes: run.notes,
        next_run: next,
    })
}
