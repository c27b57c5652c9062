//! Handing out what a caller may see in the format of a tool: a full set, or the change since a cursor.

use formats::write::{Change, Effect, Facts, Mode, Options, OutFormat, Selector, Summary, Target, export};
use policy::action::Use;
use policy::{Action, Principal, Viewer, decide};
use stix::json::Map;
use stix::marking::Pap;
use stix::observable::Observable;
use stix::{Place, Problem, Timestamp};
use store::{ChangeKind, ObjectDetail, ObjectQuery, ObjectRow, Position};

use crate::accounts::Caller;
use crate::collections::{Collection, EVERYTHING_ALIAS, Look};
use crate::delivery::Way;
use crate::error::Error;
use crate::node::Node;

/// Rows read together.
const BATCH: usize = 1_000;
/// Problems kept of one export.
const MOST_PROBLEMS: usize = 10_000;

/// What to hand out.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// In which format.
    pub format: OutFormat,
    /// From which collection (alias or UUID); everything the caller may see where none is named.
    pub collection: Option<String>,
    /// Only the change since this cursor.
    pub since: Option<Position>,
    /// Leave out indicators whose score now is below this.
    pub minimum_score: u8,
}

/// An export that begins: what its reader sees, and the cursor of the next change, both under the same rules.
#[derive(Clone, Debug)]
pub struct ExportBegun {
    request: ExportRequest,
    look: Look,
    cursor: Position,
}

impl ExportBegun {
    /// From where to ask for the change next time: the last that the reader saw when this began. What comes meanwhile is
    /// in this export and again in the next change, which does no harm; missing it would. Where the store itself stands is
    /// nobody's to know: it moves when others share out of sight.
    pub const fn cursor(&self) -> Position {
        self.cursor
    }
}

/// What was handed out.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The account.
    pub summary: Summary,
    /// From where to ask for the change next time.
    pub cursor: Position,
    /// What was left out and why, the first [`MOST_PROBLEMS`] of it.
    pub problems: Vec<Problem>,
}

/// Whether PAP forbids what a format makes a reader's system do.
pub fn forbids(pap: Pap, format: OutFormat) -> bool {
    let wanted = match format.effect() {
        // Who receives the object itself receives what it says may be done with it.
        Effect::Exchange => return false,
        Effect::Detect => Use::Watch,
        Effect::Block => Use::Block,
    };
    decide(&Principal::public(), Action::Use(pap, wanted)).is_err()
}

impl Node {
    /// Begins an export: works out what its reader sees and from where to ask for the change next time, again where the
    /// rules moved on in between. Else what came for an audience made meanwhile would be in neither.
    ///
    /// # Errors
    /// When there is no such collection for the caller, the format has no changes, or the store does not answer.
    pub async fn export_begin(&self, caller: &Caller, request: ExportRequest) -> Result<ExportBegun, Error> {
        if request.since.is_some() && matches!(request.format, OutFormat::Misp | OutFormat::MispFeed) {
            let message = "MISP events are written whole, with all that belongs to them";
            let problem = Problem::error("no-change-in-format", Place::default(), message);
            return Err(Error::input(
                problem.help("leave the cursor out; MISP takes what is newer in a feed by itself"),
            ));
        }
        let name = request.collection.as_deref().unwrap_or(EVERYTHING_ALIAS);
        let look = self.look(caller, name).await?;
        let look =
            look.ok_or_else(|| Error::NotFound("there is no such collection, or it is not open to you".to_owned()))?;
        let last = |viewer: Viewer| {
            let store = self.store().clone();
            async move { store.last_position(&viewer).await }
        };
        let (look, last) = self.read_steadily(look, last).await?;
        let cursor = request.since.map_or(last, |since| since.max(last));
        Ok(ExportBegun { request, look, cursor })
    }

    /// Writes an export. Blocks: call it where blocking is allowed.
    ///
    /// Each batch that is handed to a member leaves an entry in the ledger, like a page.
    ///
    /// # Errors
    /// When the target fails, the reader may no longer see all that this began with, or the store does not answer.
    pub fn export(&self, begun: &ExportBegun, target: &mut dyn Target) -> Result<Exported, Error> {
        let runtime = tokio::runtime::Handle::current();
        let ExportBegun { request, look, cursor } = begun;
        let viewer = &look.viewer;
        let lists = self.warninglists();
        let harmless = |observable: &Observable| {
            lists
                .hits(observable)
                .find(|hit| hit.is_false_positive())
                .map(|hit| hit.list.name.clone())
        };
        let wanted = |selector: &Selector| self.still_wanted(&runtime, viewer, selector);
        let options = Options {
            mode: if request.since.is_some() {
                Mode::Changes
            } else {
                Mode::Full
            },
            minimum_score: request.minimum_score,
            harmless: Some(&harmless),
            still_wanted: Some(&wanted),
            ..Options::at(self.now())
        };
        let mut problems = Vec::new();
        let mut tell = |problem: Problem| {
            if problems.len() < MOST_PROBLEMS {
                problems.push(problem);
            }
        };
        let reading = Reading {
            node: self,
            format: request.format,
            caller: &look.caller,
            collection: &look.collection,
            viewer,
            runtime: &runtime,
        };
        let summary = {
            let mut writer = export(request.format, &options, target, &mut tell)?;
            let mut give = |row: &ObjectRow, kind: ChangeKind| reading.give(row, kind, writer.as_mut());
            match request.since {
                Some(since) => reading.changes(since, &mut give)?,
                None => reading.all(&mut give)?,
            }
            writer.finish()?
        };
        Ok(Exported {
            summary,
            cursor: *cursor,
            problems,
        })
    }

    /// Writes objects that a viewer sees in the format of a tool, into memory. Blocks: call it where blocking is allowed.
    /// What is handed out is for whoever calls this to record.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) fn export_objects(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        ids: &[String],
        format: OutFormat,
    ) -> Result<Vec<u8>, Error> {
        let runtime = tokio::runtime::Handle::current();
        let everything = runtime.block_on(self.collection(caller, EVERYTHING_ALIAS))?;
        let Some((collection, _)) = everything else {
            return Err(Error::NotFound(
                "there is no such collection, or it is not open to you".to_owned(),
            ));
        };
        let lists = self.warninglists();
        let harmless = |observable: &Observable| {
            lists
                .hits(observable)
                .find(|hit| hit.is_false_positive())
                .map(|hit| hit.list.name.clone())
        };
        let options = Options {
            mode: Mode::Full,
            harmless: Some(&harmless),
            ..Options::at(self.now())
        };
        let mut target = formats::write::Memory::default();
        let mut left_out = |_: Problem| {};
        let reading = Reading {
            node: self,
            format,
            caller,
            collection: &collection,
            viewer,
            runtime: &runtime,
        };
        {
            let mut writer = export(format, &options, &mut target, &mut left_out)?;
            for id in ids {
                let found = runtime.block_on(self.store().object_get(viewer, id))?;
                if let Some(detail) = found.into_iter().next() {
                    reading.give(&detail.row, ChangeKind::Added, writer.as_mut())?;
                }
            }
            writer.finish()?;
        }
        Ok(target.files.into_values().next().unwrap_or_default())
    }

    /// Whether another indicator that the caller may see still calls for a value that one of them no longer does.
    fn still_wanted(&self, runtime: &tokio::runtime::Handle, viewer: &Viewer, selector: &Selector) -> bool {
        selector.observables().into_iter().any(|observable| {
            let kind = i16::from(observable.kind.code());
            let found = runtime.block_on(
                self.store()
                    .observable_find(viewer, kind, &observable.value, BATCH, None),
            );
            // Where the store does not answer, keeping a block is the smaller harm.
            found.map_or(true, |found| found.iter().any(|one| one.row.object_type == "indicator"))
        })
    }
}

struct Reading<'a> {
    node: &'a Node,
    format: OutFormat,
    caller: &'a Caller,
    collection: &'a Collection,
    viewer: &'a Viewer,
    runtime: &'a tokio::runtime::Handle,
}

type Give<'g> = dyn FnMut(&ObjectRow, ChangeKind) -> Result<(), Error> + 'g;

impl Reading<'_> {
    /// The latest version of everything.
    fn all(&self, give: &mut Give<'_>) -> Result<(), Error> {
        let mut query = ObjectQuery {
            limit: BATCH,
            max_bytes: self.node.settings().page_bytes,
            ..ObjectQuery::default()
        };
        loop {
            self.still_allowed()?;
            let page = self.runtime.block_on(self.node.deliver(
                self.caller,
                Way::export(self.collection),
                self.viewer,
                &query,
            ))?;
            for row in &page.rows {
                give(row, ChangeKind::Added)?;
            }
            let Some(last) = page.rows.last().filter(|_| page.more) else {
                return Ok(());
            };
            query.from = Some(Position::from(last.added));
        }
    }

    fn changes(&self, since: Position, give: &mut Give<'_>) -> Result<(), Error> {
        let mut cursor = since;
        loop {
            self.still_allowed()?;
            let changes = self
                .runtime
                .block_on(self.node.store().changes(self.viewer, Some(cursor), BATCH))?;
            let came = changes
                .rows
                .iter()
                .filter(|change| !matches!(change.kind, ChangeKind::Removed(_)));
            let rows = came.map(|change| change.row.clone()).collect();
            let (way, after) = (Way::export(self.collection), Timestamp::from_micros(cursor.0));
            self.runtime
                .block_on(self.node.record_changes(self.caller, &way, after, rows))?;
            for change in &changes.rows {
                give(&change.row, change.kind)?;
            }
            cursor = changes.cursor;
            if !changes.more {
                return Ok(());
            }
        }
    }

    /// An export may take long, with a slow reader for hours: it ends where the rules it began under have changed for
    /// its reader.
    fn still_allowed(&self) -> Result<(), Error> {
        let name = self.collection.uuid.to_string();
        let now = self.runtime.block_on(async {
            let caller = self.node.as_of_now(self.caller).await?;
            self.node.collection(&caller, &name).await
        })?;
        let sees_all = |now: &Viewer| self.viewer.audiences().iter().all(|audience| now.sees(*audience));
        match now {
            Some((_, now)) if sees_all(&now) => Ok(()),
            _ => Err(Error::NotAllowed(
                "what you may see was changed while this ran; begin again",
            )),
        }
    }

    fn give(&self, row: &ObjectRow, kind: ChangeKind, writer: &mut dyn formats::write::Export) -> Result<(), Error> {
        let object = stix::Object::parse(&row.body)?;
        // Formats for exchange carry objects as they are; only the others ask what is known besides.
        let details = match self.format.effect() {
            Effect::Exchange => Vec::new(),
            _ if row.object_type != "indicator" => Vec::new(),
            _ => self
                .runtime
                .block_on(self.node.store().object_get(self.viewer, &row.id))?,
        };
        let facts = self.facts(row, object.map(), &details)?;
        let previous = details
            .iter()
            .find(|detail| detail.row.version < row.version)
            .map(|detail| detail.row.body.as_str());
        let previous = previous.map(stix::Object::parse).transpose()?;
        let change = match kind {
            ChangeKind::Added => Change::Added,
            ChangeKind::Changed => Change::Changed {
                previous: previous.as_ref(),
            },
            ChangeKind::Removed(_) => Change::Removed,
        };
        Ok(writer.add(&object, change, &facts)?)
    }

    fn facts(&self, row: &ObjectRow, object: &Map<'_>, details: &[ObjectDetail]) -> Result<Facts, Error> {
        // Another may have shared the same for other uses: what counts is the one that is handed out.
        let given = details.iter().find(|detail| detail.row.added == row.added);
        let Some(given) = given.or(details.first()) else {
            return Ok(Facts::default());
        };
        let said = self.runtime.block_on(
            self.node
                .store()
                .sighting_facts(self.viewer, std::slice::from_ref(&row.id)),
        )?;
        let said = said.get(&row.id).copied().unwrap_or_default();
        let score = crate::scoring::score_of(object, &said, self.node.now()).map(|score| score.value);
        Ok(Facts {
            score,
            tlp: Some(given.audience.tlp()),
            pap: Some(given.audience.pap()),
            forbidden: forbids(given.audience.pap(), self.format),
        })
    }
}
