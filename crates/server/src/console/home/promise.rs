//! A commitment as pages show it: what, by when, for whom, and what happens if it is missed.

use node::commitments::CommitmentShown;
use node::commitments::kinds::{About, kind};
use stix::Timestamp;

use super::super::shell::encoded;
use super::super::words::Words;
use super::word;

/// The kinds by what happens if they are missed, the worst first.
const BY_HARM: [&str; 9] = [
    "answer-recall",
    "answer-report",
    "act",
    "review-marking",
    "answer-sighting",
    "answer-request",
    "acknowledge",
    "accept-agreement",
    "renew-contact",
];

/// One commitment.
pub(crate) struct Promise {
    /// Its UUID.
    pub id: String,
    /// What is to be done, in words.
    pub what: String,
    /// What it is about: a title, or an identifier.
    pub about: String,
    /// Where that is, where there is a page of it.
    pub path: Option<String>,
    /// When it is due; none while it waits.
    pub due: Option<Timestamp>,
    /// Whether it is owed still and its time is over.
    pub overdue: bool,
    /// Whether it was kept after its time.
    pub late: bool,
    /// Its state, in words.
    pub state: String,
    /// Whether it is settled.
    pub is_settled: bool,
    /// The member that owes it.
    pub owed_by: String,
    /// The member it is owed to.
    pub owed_to: String,
    /// Who sees to it.
    pub person: Option<String>,
    /// The community.
    pub community: Option<String>,
    /// Which rule or agreement says so.
    pub because: String,
    /// What happens if it is missed.
    pub missed: String,
    harm: usize,
}

impl Promise {
    /// In the words of a language.
    pub(crate) fn new(words: Words, shown: CommitmentShown) -> Self {
        let terms = shown.commitment.terms;
        let is_item = kind(&terms.kind).is_some_and(|kind| kind.about == About::Item);
        let subject = encoded(&terms.subject);
        let path = match terms.kind.as_str() {
            "answer-recall" => Some("/recalls".to_owned()),
            "answer-report" => Some(format!("/admin/reports/{subject}")),
            "answer-request" => Some(format!("/requests/{subject}")),
            _ => is_item.then(|| format!("/objects/{subject}")),
        };
        Self {
            id: terms.uuid.to_string(),
            what: word(words, "promise", &terms.kind),
            about: shown.title.unwrap_or(terms.subject),
            path,
            due: shown.commitment.due,
            overdue: shown.overdue,
            late: shown.late,
            state: word(words, "promise-state", shown.commitment.state.as_str()),
            is_settled: shown.commitment.state.is_settled(),
            owed_by: shown.owed_by.name,
            owed_to: shown.owed_to.name,
            person: shown.person,
            community: shown.community,
            because: terms.because,
            missed: word(words, "missed", &terms.kind),
            harm: BY_HARM
                .iter()
                .position(|name| *name == terms.kind)
                .unwrap_or(BY_HARM.len()),
        }
    }

    /// In which order they are to be seen to: what is overdue, then what does the most harm, then what is due first.
    pub(crate) fn urgency(&self) -> (bool, usize, i64) {
        (!self.overdue, self.harm, self.due.map_or(i64::MAX, Timestamp::micros))
    }
}
