//! One transfer, from the first byte to the report.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

use formats::{Found, Limits, ReadOptions, Sink, Summary};
use policy::MemberId;
use stix::{Id, Place, Problem, Severity};
use store::{Contribution, NewEntry, NewHeld, ObjectDetail, Origin, Outcome, Transfer, TransferState};

use super::creator::{Identities, asks_to_withhold, names_the_sharer, passing_on};
use super::handling::Handling;
use super::markings::Markings;
use super::prepare::{Preparation, Prepared, locate};
use super::report::{ItemResult, ItemState, Report};
use crate::accounts::Caller;
use crate::communities::{Moderators, shows_members};
use crate::error::Error;
use crate::node::Node;

/// Objects that go to the store together: so many at first, and twice as many each time, up to the second, as a long
/// transfer goes on. A batch is one transaction, and a large one changes each page of an index once for many objects.
const BATCH: (usize, usize) = (1_000, 8_000);
/// Bytes of bodies that go to the store together.
const BATCH_BYTES: usize = 8 << 20;
/// Objects and bytes of them that wait for the definition of a marking.
const HELD: (usize, usize) = (50_000, 32 << 20);

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

impl Node {
    /// In whose name objects are made for what has no creator: that of the member that shares, or, where its name is
    /// withheld, an identity that stands for nobody.
    pub(crate) async fn producer(&self, member: MemberId, withheld: bool) -> Result<Id, Error> {
        let nobody = || {
            let own = self.settings().identity.as_str();
            Id::new("identity", uuid::Uuid::new_v5(&NOBODY, own.as_bytes()))
        };
        if withheld {
            return Ok(nobody());
        }
        let found = self.store().member_get(store::MemberKey::Id(member)).await?;
        let identity = found.and_then(|member| Id::parse(&member.identity).ok());
        Ok(identity.unwrap_or_else(nobody))
    }

    /// Refuses names that would get nothing, because they stand in none of these communities: naming narrows.
    /// Of a community that hides its members from the sharer this tells nothing, so there it is not asked.
    pub(crate) async fn check_named(
        &self,
        caller: &Caller,
        communities: &[store::Community],
        named: &[MemberId],
    ) -> Result<(), Error> {
        let hides = |one: &store::Community| !shows_members(&caller.principal, one);
        if named.is_empty() || communities.iter().any(hides) {
            return Ok(());
        }
        let mut addressed: HashSet<MemberId> = caller.principal.member.into_iter().collect();
        for community in communities {
            let members = self.store().membership_list(community.id).await?;
            addressed.extend(members.iter().map(|membership| membership.member));
        }
        let Some(outside) = named.iter().find(|member| !addressed.contains(member)) else {
            return Ok(());
        };
        let member = self.store().member_get(store::MemberKey::Id(*outside)).await?;
        let name = member.map_or_else(String::new, |member| member.name);
        let message = format!("'{name}' is in none of the communities addressed, so it would get nothing");
        let help = "leave the name out, add a community it is in, or share with named members and no community";
        Err(Error::input(
            Problem::error("named-outside", Place::default(), message).help(help),
        ))
    }

    /// Records who shares in whose name: with both members, and with everything of the transfer.
    async fn note_on_behalf(&self, by: &Caller, origin: &mut Origin) -> Result<(), Error> {
        let Some(delegate) = by.principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        let delegate_uuid = self.member_by_id(delegate).await?.uuid;
        origin.person = by.principal.person;
        origin.channel = format!("{} by {delegate_uuid}", origin.channel);
        let body = serde_json::json!({
            "by_member": delegate.0, "by_person": by.principal.person.map(|person| person.0),
            "on_behalf_of": origin.member.0, "transfer": origin.transfer,
        });
        let entry = |member| NewEntry {
            kind: "shared-on-behalf".to_owned(),
            member: Some(member),
            body: body.to_string(),
        };
        let entries = vec![entry(origin.member), entry(delegate)];
        Ok(self.store().ledger_append(entries).await?)
    }

    /// The members by their identities, read anew when the rules have changed.
    pub(crate) async fn identities(&self) -> Result<Arc<Identities>, Error> {
        let generation = self.store().policy_generation().await?;
        if let Some(kept) = self.kept_identities(generation) {
            return Ok(kept);
        }
        let identities = Arc::new(Identities::of(self.store().member_list().await?));
        self.keep_identities(generation, Arc::clone(&identities));
        Ok(identities)
    }
}

/// Namespace of the identity of those who withhold their name.
const NOBODY: uuid::Uuid = uuid::uuid!("3d1f4a52-6c0e-5c7b-9a55-0b8f6b1c7e20");

/// A transfer under way.
pub(super) struct Taking<'a> {
    node: &'a Node,
    caller: Caller,
    request: ShareRequest,
    origin: Origin,
    producer: Id,
    identities: Arc<Identities>,
    /// The sharer's identity and name, which must not show in what is shared without them.
    own: Option<(String, String)>,
    report: Report,
    markings: Markings,
    /// Objects with a marking that nobody knows so far: its definition may come later in the transfer.
    held: Vec<(String, Place, bool)>,
    held_bytes: usize,
    batch: Vec<Contribution>,
    batch_bytes: usize,
    /// Objects of a full batch.
    batch_most: usize,
    /// The batch that the store is writing, while the next is gathered.
    written: Option<Written>,
    /// Whose consent it waits for; nobody's mostly.
    moderators: Option<Moderators>,
    /// What is to wait of the batch, in its order; empty where nothing waits.
    held_back: Vec<NewHeld>,
    /// Results of the items since the last batch, in order; those that wait for the store have their place.
    waiting: Vec<(ItemResult, Option<Place>)>,
    /// The store's answer that ended the transfer.
    broken: Option<Error>,
    runtime: tokio::runtime::Handle,
}

impl<'a> Taking<'a> {
    pub(super) fn begin(node: &'a Node, caller: &Caller, mut request: ShareRequest) -> Result<Self, Error> {
        let runtime = tokio::runtime::Handle::current();
        let by = caller;
        let spoken_for;
        let caller = match request.handling.on_behalf {
            None => caller,
            Some(member) => {
                spoken_for = runtime.block_on(node.spoken_for(caller, member))?;
                &spoken_for
            }
        };
        node.may_share(caller, &request.handling)?;
        let Some(member) = caller.principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        let mut moderators = None;
        if !request.handling.communities.is_empty() {
            let mut communities = runtime.block_on(node.store().community_list())?;
            communities.retain(|community| request.handling.communities.contains(&community.id));
            runtime.block_on(node.check_named(caller, &communities, &request.handling.named))?;
            request.handling.follow(&communities);
            if request.handling.released.is_none() {
                moderators = runtime.block_on(node.moderators(&caller.principal, &communities))?;
            }
        }
        let transfer = node.fresh_uuid();
        let mut origin = Origin {
            member,
            person: caller.principal.person,
            channel: request.channel.clone(),
            withheld: request.handling.withheld,
            transfer,
        };
        if request.handling.on_behalf.is_some() {
            runtime.block_on(node.note_on_behalf(by, &mut origin))?;
        }
        let identities = runtime.block_on(node.identities())?;
        let own = identities.of_member(member);
        let own = own.map(|(identity, name)| (identity.to_owned(), name.to_owned()));
        Ok(Self {
            node,
            caller: caller.clone(),
            producer: runtime.block_on(node.producer(member, request.handling.withheld))?,
            own,
            identities,
            origin,
            report: Report::new(transfer, node.now()),
            request,
            markings: Markings::default(),
            held: Vec::new(),
            held_bytes: 0,
            batch: Vec::new(),
            batch_most: BATCH.0,
            written: None,
            moderators,
            held_back: Vec::new(),
            batch_bytes: 0,
            waiting: Vec::new(),
            broken: None,
            runtime,
        })
    }

    pub(super) fn read_options(&self) -> ReadOptions {
        ReadOptions {
            name: self.request.name.clone(),
            producer: self.producer.clone(),
            default_markings: Vec::new(),
            now: self.node.now(),
            limits: Limits::default(),
        }
    }

    /// What the sharer sees of an object just now.
    fn known(&self, id: &str) -> Result<Vec<ObjectDetail>, Error> {
        let viewer = self.runtime.block_on(self.node.viewer(&self.caller))?;
        Ok(self.runtime.block_on(self.node.store().object_get(&viewer, id))?)
    }

    /// Finishes: stores what is left and writes the record of the transfer.
    pub(super) fn end(mut self, read: Result<&'static str, Problem>) -> Result<Report, Error> {
        for (text, place, dated) in std::mem::take(&mut self.held) {
            let text = Cow::Owned(text);
            if self.take(Found { text, place, dated }, true).is_err() {
                break;
            }
        }
        self.flush();
        self.settle();
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        if self.report.waiting > 0 {
            let message = "what was accepted waits for the moderators of the community; until then they and you see it";
            let help = "GET /api/v1/moderation, or 'commonwatch community waiting', says what became of it";
            let problem = Problem::warning("waits-for-moderation", Place::default(), message);
            self.report.keep(problem.help(help));
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

    /// Prepares one object; the second says whether a marking of it is not known.
    fn prepare(&mut self, found: &Found<'_>) -> (Prepared, bool) {
        let node = self.node;
        let lists = node.warninglists();
        let preparation = Preparation {
            handling: &self.request.handling,
            own: self.origin.member,
            latest: node.now().plus_micros(node.settings().clock_tolerance),
            warninglists: &lists,
        };
        let mut markings = std::mem::take(&mut self.markings);
        let known = |id: &str| self.known(id).unwrap_or_default();
        let mut unknown = false;
        let prepared = preparation.prepare(found, &mut |head, map| {
            let marked = markings.of(&known, head, map);
            unknown = markings.is_missing_one();
            marked
        });
        self.markings = markings;
        (prepared, unknown)
    }

    /// Takes one object; `last` says that nothing more comes that could define a marking.
    fn take(&mut self, found: Found<'_>, last: bool) -> Result<(), Problem> {
        let (prepared, unknown) = self.prepare(&found);
        if unknown && !last && self.held.len() < HELD.0 && self.held_bytes < HELD.1 {
            self.held_bytes += found.text.len();
            self.held.push((found.text.into_owned(), found.place, found.dated));
            return Ok(());
        }
        if unknown {
            for problem in self.markings.unknown(&found.place) {
                self.report.keep(problem);
            }
        }
        if let Err(error) = self.put(prepared, &found.place) {
            self.broken = Some(error);
        }
        match &self.broken {
            // The reader stops here; `end` gives the store's own answer.
            Some(error) => Err(Problem::error("store-unavailable", Place::default(), error.to_string())),
            None => Ok(()),
        }
    }

    /// Puts what was prepared into the batch, unless it speaks for somebody else.
    fn put(&mut self, prepared: Prepared, place: &Place) -> Result<(), Error> {
        for warning in prepared.warnings {
            self.report.keep(warning);
        }
        let outcome = match prepared.outcome {
            Ok(contribution) => match self.speaks_for_another(&contribution)? {
                Some(mut problem) => {
                    locate(&mut problem, place, Some(&contribution.id));
                    Err(problem)
                }
                None => self.hold_back(contribution, place),
            },
            refused => refused,
        };
        let (state, stored) = match outcome {
            Ok(contribution) => {
                self.withhold(self.is_withheld(&contribution));
                self.batch_bytes += contribution.body.len();
                self.batch.push(*contribution);
                (ItemState::Accepted, Some(place.clone()))
            }
            Err(problem) => {
                let problem = Box::new(problem);
                (ItemState::Refused { problem }, None)
            }
        };
        let result = ItemResult {
            id: prepared.id,
            version: prepared.version,
            state,
        };
        self.waiting.push((result, stored));
        self.flush_if_full();
        Ok(())
    }

    /// Lets a contribution wait where moderators have to consent: until then it is for them and its contributor only.
    fn hold_back(&mut self, mut contribution: Box<Contribution>, place: &Place) -> Result<Box<Contribution>, Problem> {
        let Some(moderators) = &self.moderators else {
            return Ok(contribution);
        };
        let holding = moderators.holding(&contribution.audience, self.origin.member);
        let holding = holding.map_err(|mut problem| {
            locate(&mut problem, place, Some(&contribution.id));
            problem
        })?;
        let origin = Origin {
            withheld: self.is_withheld(&contribution),
            ..self.origin.clone()
        };
        let held = moderators.held(self.node.fresh_uuid(), &origin, &contribution, &contribution.audience);
        // Else what was gathered for a batch of another origin would be flushed with this one in it.
        self.withhold(origin.withheld);
        self.held_back.push(held);
        contribution.audience = holding;
        Ok(contribution)
    }

    fn flush_if_full(&mut self) {
        let most = self.batch_most;
        if self.batch.len() >= most || self.batch_bytes >= BATCH_BYTES || self.waiting.len() >= 2 * most {
            self.flush();
            self.batch_most = (most * 2).min(BATCH.1);
        }
    }

    /// Whether the sharer's name is withheld: of the whole transfer, or because the object asks for it.
    fn is_withheld(&self, contribution: &Contribution) -> bool {
        self.request.handling.withheld || asks_to_withhold(&contribution.body)
    }

    /// What is stored together has one origin.
    fn withhold(&mut self, withheld: bool) {
        if self.origin.withheld != withheld {
            self.flush();
            self.origin.withheld = withheld;
        }
    }

    /// Why this member may not share this object, where it is not theirs or says who they are.
    fn speaks_for_another(&self, contribution: &Contribution) -> Result<Option<Problem>, Error> {
        let own = self.origin.member;
        if self.is_withheld(contribution)
            && let Some((identity, name)) = &self.own
            && let Some(problem) = names_the_sharer(&contribution.body, identity, name)
        {
            return Ok(Some(problem));
        }
        let creator = contribution.created_by.as_deref();
        if !creator.is_some_and(|creator| self.identities.is_other(creator, own)) {
            return Ok(None);
        }
        let known = self.known(&contribution.id)?;
        Ok(passing_on(contribution, &known, own))
    }

    /// Hands what was gathered to the store, once that is done with what it got before.
    fn flush(&mut self) {
        self.settle();
        if self.broken.is_some() {
            self.waiting.clear();
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let answer = (!batch.is_empty()).then(|| {
            // Released is one object at a time.
            let along = self.request.handling.released.take().unwrap_or_default();
            let (node, origin) = (self.node.clone(), self.origin.clone());
            let contributed = async move { node.store().contribute_along(&origin, batch, along).await };
            self.runtime.spawn(contributed)
        });
        self.written = Some(Written {
            waiting: std::mem::take(&mut self.waiting),
            held_back: std::mem::take(&mut self.held_back),
            answer,
        });
    }

    /// Waits for what the store is writing, and reports what became of it.
    fn settle(&mut self) {
        let Some(written) = self.written.take() else { return };
        let outcomes = match self.outcomes(written.answer, written.held_back) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.broken = Some(error);
                return;
            }
        };
        let mut outcomes = outcomes.into_iter();
        for (mut result, stored) in written.waiting {
            if let Some(place) = stored {
                result.state = match outcomes.next() {
                    Some(Outcome::Accepted { .. }) => ItemState::Accepted,
                    Some(Outcome::Unchanged { .. }) | None => ItemState::Unchanged,
                    Some(Outcome::Refused(mut problem)) => {
                        locate(&mut problem, &place, result.id.as_deref());
                        let problem = Box::new(problem);
                        ItemState::Refused { problem }
                    }
                };
            }
            self.report.item(result, self.request.list_items);
        }
    }

    /// The store's answer to a batch; what waits for moderators is put into their queue.
    fn outcomes(&mut self, answer: Option<Answer>, held_back: Vec<NewHeld>) -> Result<Vec<Outcome>, Error> {
        let Some(answer) = answer else {
            return Ok(Vec::new());
        };
        let outcomes = self.runtime.block_on(answer);
        let outcomes = outcomes.map_err(|error| Error::Ours(format!("storing a batch stopped: {error}")))??;
        let mut waiting = Vec::with_capacity(held_back.len());
        for (held, outcome) in held_back.into_iter().zip(&outcomes) {
            match outcome {
                Outcome::Accepted { added } => {
                    self.report.waiting += 1;
                    waiting.push(NewHeld { added: *added, ..held });
                }
                // There already; a break may have come before it was put into the queue.
                Outcome::Unchanged { added } => waiting.push(NewHeld { added: *added, ..held }),
                Outcome::Refused(_) => {}
            }
        }
        if !waiting.is_empty() {
            self.runtime.block_on(self.node.store().held_put_many(&waiting))?;
        }
        Ok(outcomes)
    }
}

/// The store's answer to a batch, when it comes.
type Answer = tokio::task::JoinHandle<store::Result<Vec<Outcome>>>;

/// A batch that the store is writing.
struct Written {
    /// Results of its items, in order; those that wait for the store have their place.
    waiting: Vec<(ItemResult, Option<Place>)>,
    /// What is to wait of it for moderators.
    held_back: Vec<NewHeld>,
    answer: Option<Answer>,
}

impl Sink for Taking<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.take(found, false)
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
                None,
            ));
            // What is broken from end to end must not pile up either.
            self.flush_if_full();
        } else {
            self.report.keep(problem);
        }
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
