//! One transfer, from the first byte to the report.

use std::collections::HashMap;
use std::io::Read;

use formats::{Found, Limits, ReadOptions, Sink, Summary};
use policy::{Action, Viewer, decide};
use stix::json::Map;
use stix::marking::{self, Meaning, Pap, Tlp};
use stix::{Head, Problem, Severity};
use store::{Contribution, Origin, Outcome, Transfer, TransferState};

use super::handling::{Handling, Marked};
use super::prepare::Preparation;
use super::report::{ItemResult, ItemState, Report};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Objects that go to the store together.
const BATCH: usize = 1_000;
/// Bytes of bodies that go to the store together.
const BATCH_BYTES: usize = 8 << 20;

/// What the sharer says of a transfer.
#[derive(Clone, Debug, Default)]
pub struct ShareRequest {
    /// Through what it comes: `file`, `api`, `taxii`, `subscription:NAME`.
    pub channel: String,
    /// Name of the input, for messages.
    pub name: Option<String>,
    /// How it is to be handled.
    pub handling: Handling,
    /// Whether the report lists every item, or only counts and problems.
    pub list_items: bool,
}

impl Node {
    /// Takes in whatever `input` holds, in any format that [`formats`] reads. Blocks: call it where blocking is allowed.
    ///
    /// Objects are stored batch by batch; what was stored stays stored when a later part is broken, and sharing the
    /// same input again changes nothing that is there.
    ///
    /// # Errors
    /// When the caller may not share like this, the input as a whole cannot be read, or the store does not answer.
    pub fn share(&self, caller: &Caller, request: ShareRequest, input: &mut dyn Read) -> Result<Report, Error> {
        self.share_with(caller, request, |sink, options| formats::read_any(input, options, sink))
    }

    /// [`Node::share`] for what is not one stream of bytes (a feed directory): `read` reads it into the sink.
    ///
    /// # Errors
    /// As [`Node::share`].
    pub fn share_with(
        &self,
        caller: &Caller,
        request: ShareRequest,
        read: impl FnOnce(&mut dyn Sink, &ReadOptions) -> Result<Summary, Problem>,
    ) -> Result<Report, Error> {
        let mut taking = Taking::begin(self, caller, request)?;
        let options = taking.read_options();
        let read = read(&mut taking, &options);
        taking.end(read.map(|summary| summary.format))
    }
}

/// A transfer under way.
pub(super) struct Taking<'a> {
    node: &'a Node,
    request: ShareRequest,
    viewer: Viewer,
    origin: Origin,
    report: Report,
    /// What the markings met so far mean; none where nobody here knows them.
    markings: HashMap<String, Option<Marked>>,
    batch: Vec<Contribution>,
    batch_bytes: usize,
    /// Results of the items since the last batch, in order; those that wait for the store are marked.
    waiting: Vec<(ItemResult, bool)>,
    /// The store's answer that ended the transfer.
    broken: Option<Error>,
    runtime: tokio::runtime::Handle,
}

impl<'a> Taking<'a> {
    pub(super) fn begin(node: &'a Node, caller: &Caller, mut request: ShareRequest) -> Result<Self, Error> {
        let principal = &caller.principal;
        let absent = "there is no such community, or it is not open to you";
        for community in &request.handling.communities {
            decide(principal, Action::Contribute(*community)).map_err(|refusal| Error::refused(refusal, absent))?;
        }
        if request.handling.communities.is_empty() {
            decide(principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, absent))?;
        }
        let Some(member) = principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        let runtime = tokio::runtime::Handle::current();
        if request.handling.default_tlp.is_none() {
            // Several communities: the strictest of their rules holds.
            let communities = runtime.block_on(node.store().community_list())?;
            request.handling.default_tlp = communities
                .iter()
                .filter(|community| request.handling.communities.contains(&community.id))
                .map(|community| community.default_tlp)
                .max();
        }
        let transfer = node.fresh_uuid();
        let origin = Origin {
            member,
            person: principal.person,
            channel: request.channel.clone(),
            withheld: request.handling.withheld,
            transfer,
        };
        let viewer = runtime.block_on(node.viewer(caller))?;
        Ok(Self {
            node,
            viewer,
            origin,
            report: Report::new(transfer, node.now()),
            request,
            markings: HashMap::new(),
            batch: Vec::new(),
            batch_bytes: 0,
            waiting: Vec::new(),
            broken: None,
            runtime,
        })
    }

    pub(super) fn read_options(&self) -> ReadOptions {
        ReadOptions {
            name: self.request.name.clone(),
            producer: self.node.settings().identity.clone(),
            default_markings: Vec::new(),
            now: self.node.now(),
            limits: Limits::default(),
        }
    }

    /// Finishes: stores what is left and writes the record of the transfer.
    pub(super) fn end(mut self, read: Result<&'static str, Problem>) -> Result<Report, Error> {
        self.flush();
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        match read {
            Ok(format) => self.report.format = format,
            // What came before the break is stored and counted; the break is one refused item more.
            Err(problem) if self.report.accepted + self.report.unchanged + self.report.refused > 0 => {
                self.report.problem(problem)
            }
            Err(problem) => return Err(problem.into()),
        }
        let detail = serde_json::to_string(&self.report)
            .map_err(|error| Error::Ours(format!("the report of the transfer could not be written: {error}")))?;
        let transfer = Transfer {
            uuid: self.report.transfer,
            member: self.origin.member,
            person: self.origin.person,
            channel: self.origin.channel.clone(),
            started: self.report.started,
            ended: Some(self.node.now()),
            accepted: count(self.report.accepted),
            unchanged: count(self.report.unchanged),
            refused: count(self.report.refused),
            state: TransferState::Complete,
            detail,
        };
        self.runtime.block_on(self.node.store().transfer_put(&transfer))?;
        Ok(self.report)
    }

    /// What the markings of an object mean together.
    fn marked(&mut self, head: &Head<'_>, map: &Map<'_>) -> Marked {
        if head.object_type == "marking-definition" {
            self.markings.insert(head.id.to_owned(), Some(meaning(map)));
        }
        let mut together = Marked::default();
        for id in marking::effective::references(map) {
            let fixed = Marked {
                tlp: Tlp::of_marking(id),
                pap: Pap::of_marking(id),
                unknown: false,
            };
            let one = if fixed == Marked::default() {
                self.look_up(id)
            } else {
                Some(fixed)
            };
            match one {
                Some(one) => {
                    together.tlp = together.tlp.max(one.tlp);
                    together.pap = together.pap.max(one.pap);
                }
                None => together.unknown = true,
            }
        }
        together
    }

    fn look_up(&mut self, id: &str) -> Option<Marked> {
        if let Some(known) = self.markings.get(id) {
            return *known;
        }
        let stored = self
            .runtime
            .block_on(self.node.store().object_get(&self.viewer, id))
            .ok();
        let marked = stored.and_then(|versions| {
            let text = versions.into_iter().next()?.row.body;
            Some(meaning(stix::Object::parse(&text).ok()?.map()))
        });
        self.markings.insert(id.to_owned(), marked);
        marked
    }

    fn flush(&mut self) {
        if self.broken.is_some() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let outcomes = if batch.is_empty() {
            Vec::new()
        } else {
            match self.runtime.block_on(self.node.store().contribute(&self.origin, batch)) {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    self.broken = Some(error.into());
                    return;
                }
            }
        };
        let mut outcomes = outcomes.into_iter();
        for (mut result, stored) in self.waiting.drain(..) {
            if stored {
                result.state = match outcomes.next() {
                    Some(Outcome::Accepted { .. }) => ItemState::Accepted,
                    Some(Outcome::Unchanged { .. }) | None => ItemState::Unchanged,
                    Some(Outcome::Refused(problem)) => ItemState::Refused {
                        problem: Box::new(problem),
                    },
                };
            }
            self.report.item(result, self.request.list_items);
        }
    }
}

impl Sink for Taking<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let node = self.node;
        let lists = node.warninglists();
        let handling = std::mem::take(&mut self.request.handling);
        let preparation = Preparation {
            handling: &handling,
            own: self.origin.member,
            latest: node.now().plus_micros(node.settings().clock_tolerance),
            warninglists: &lists,
        };
        let prepared = preparation.prepare(&found, &mut |head, map| self.marked(head, map));
        self.request.handling = handling;
        for warning in prepared.warnings {
            self.report.keep(warning);
        }
        let (state, stored) = match prepared.outcome {
            Ok(contribution) => {
                self.batch_bytes += contribution.body.len();
                self.batch.push(*contribution);
                (ItemState::Accepted, true)
            }
            Err(problem) => (
                ItemState::Refused {
                    problem: Box::new(problem),
                },
                false,
            ),
        };
        self.waiting.push((
            ItemResult {
                id: prepared.id,
                version: prepared.version,
                state,
            },
            stored,
        ));
        if self.batch.len() >= BATCH || self.batch_bytes >= BATCH_BYTES || self.waiting.len() >= 2 * BATCH {
            self.flush();
        }
        match &self.broken {
            // The reader stops here; `end` gives the store's own answer.
            Some(error) => Err(Problem::error("store-unavailable", found.place, error.to_string())),
            None => Ok(()),
        }
    }

    fn problem(&mut self, problem: Problem) {
        if problem.severity == Severity::Error {
            let state = ItemState::Refused {
                problem: Box::new(problem.clone()),
            };
            self.waiting.push((
                ItemResult {
                    id: problem.place.object,
                    version: String::new(),
                    state,
                },
                false,
            ));
        } else {
            self.report.keep(problem);
        }
    }
}

/// What a marking definition says of colour and permitted actions.
fn meaning(definition: &Map<'_>) -> Marked {
    let meaning = Meaning::of(definition);
    Marked {
        tlp: meaning.tlp,
        pap: meaning.pap,
        unknown: false,
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
