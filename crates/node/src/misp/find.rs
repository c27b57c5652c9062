//! Filters, and walking what they let through: MISP's `restSearch` without its syntax, which is the interface's business.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::Ordering;

use policy::Viewer;
use store::{MispKind, MispRow, MispSieve, MispSource};
use uuid::Uuid;

use super::shape::EventInfo;
use crate::error::Error;
use crate::node::Node;

/// Rows walked together.
const CHUNK: usize = 2_000;
/// Values of one question.
const MOST_VALUES: usize = 10_000;
/// Walks whose pages are remembered.
const WALKS: usize = 256;
/// Pages remembered of a walk.
const PAGES: usize = 100_000;

/// What is to be there, and what is not: each either whole, or with `%` for whatever stands in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Words {
    /// One of these, where there are any.
    pub any: Vec<String>,
    /// All of these.
    pub all: Vec<String>,
    /// None of these.
    pub none: Vec<String>,
}

impl Words {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.all.is_empty() && self.none.is_empty()
    }

    /// Whether texts are what is asked for.
    pub fn admit<S: AsRef<str>>(&self, texts: &[S]) -> bool {
        let there = |wanted: &String| texts.iter().any(|text| like(wanted, text.as_ref()));
        (self.any.is_empty() || self.any.iter().any(there))
            && self.all.iter().all(there)
            && !self.none.iter().any(there)
    }
}

/// A span of seconds, both ends in it.
pub type Span = (Option<i64>, Option<i64>);

/// What of deleted things is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Terms {
    /// Only what is there.
    #[default]
    Present,
    /// Only what was deleted.
    Deleted,
    /// Both.
    Both,
}

/// What is asked for; nothing said admits everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Values of attributes, whole or halves of composite ones.
    pub value: Words,
    /// Types of attributes.
    pub types: Words,
    /// Categories.
    pub category: Words,
    /// Tags of the attribute or its event.
    pub tags: Words,
    /// Tags of the event.
    pub event_tags: Words,
    /// Names or UUIDs of the organisation that made the event.
    pub organisation: Words,
    /// Titles of events.
    pub info: Words,
    /// Names of objects.
    pub object_name: Words,
    /// What an attribute is to its object.
    pub relation: Words,
    /// Comments.
    pub comment: Words,
    /// Events, by number.
    pub events: Vec<i64>,
    /// Events that are not wanted.
    pub not_events: Vec<i64>,
    /// Sharing groups, by number: what goes to one of them.
    pub groups: Vec<i64>,
    /// Whether an unknown event was named: then there is nothing, not everything.
    pub of_nothing: bool,
    /// Attributes, objects or events by UUID.
    pub uuids: Vec<Uuid>,
    /// Date of the event, as days written `2026-11-30`.
    pub date: (Option<String>, Option<String>),
    /// When the attribute, or the object, was changed.
    pub changed: Span,
    /// When the event was changed.
    pub event_changed: Span,
    /// When the event was published.
    pub published_at: Span,
    /// For detection or not.
    pub to_ids: Option<bool>,
    /// Whether the event is published.
    pub published: Option<bool>,
    /// Threat levels of the event, 1 to 4.
    pub threat_levels: Vec<i64>,
    /// Levels of analysis of the event, 0 to 2.
    pub analysis: Vec<i64>,
    /// What of deleted things.
    pub deleted: Terms,
    /// Leaves out what warninglists know.
    pub without_harmless: bool,
    /// Leaves out what is not worth looking for any more, by any of the models.
    pub without_decayed: bool,
    /// The models that count; none named: those in use.
    pub models: Vec<i64>,
    /// The score below which something counts as decayed, in place of the models' own.
    pub least_score: Option<i64>,
    /// Leaves out what is attached.
    pub without_attachments: bool,
    /// Any of value, comment and title of the event.
    pub anything: Words,
}

impl Filter {
    /// Whether something is asked of attributes.
    pub fn is_of_attributes(&self) -> bool {
        let words = [
            &self.value,
            &self.types,
            &self.category,
            &self.relation,
            &self.comment,
            &self.object_name,
        ];
        words.iter().any(|words| !words.is_empty())
            || self.to_ids.is_some()
            || self.changed != (None, None)
            || self.deleted == Terms::Deleted
            || self.without_decayed
    }

    /// Whether events are found by what is in them: then all of it is looked at for every page.
    pub fn finds_events_by_attributes(&self) -> bool {
        self.is_of_attributes() || !self.uuids.is_empty() || !self.tags.is_empty() || !self.anything.is_empty()
    }

    /// Whether an event is what is asked for.
    pub fn admits_event(&self, event: &EventInfo) -> bool {
        let within = |span: &Span, at: i64| span.0.is_none_or(|from| at >= from) && span.1.is_none_or(|to| at <= to);
        let day = event.date();
        (self.events.is_empty() || self.events.contains(&event.row.id))
            && !self.not_events.contains(&event.row.id)
            && self.date.0.as_deref().is_none_or(|from| day >= from)
            && self.date.1.as_deref().is_none_or(|to| day <= to)
            && within(&self.event_changed, event.timestamp())
            && within(&self.published_at, event.record.publish_timestamp)
            && self
                .published
                .is_none_or(|published| published == event.record.published)
            && (self.threat_levels.is_empty() || self.threat_levels.contains(&event.level("threat_level_id", 4)))
            && (self.analysis.is_empty() || self.analysis.contains(&event.level("analysis", 0)))
            && self.info.admit(&[&event.row.value])
            && self.organisation.admit(&event.creator_names())
            && self.event_tags.admit(&event.tag_names())
    }

    /// Whether an event itself goes to one of the sharing groups that are asked for.
    fn is_for(&self, event: &EventInfo) -> bool {
        let group = event.distribution.group;
        self.groups.is_empty() || group.is_some_and(|group| self.groups.contains(&group.0))
    }

    /// Whether an attribute is what is asked for, its event apart.
    fn admits_row(&self, row: &MispRow) -> bool {
        let within = |span: &Span, at: i64| span.0.is_none_or(|from| at >= from) && span.1.is_none_or(|to| at <= to);
        let deleted = match self.deleted {
            Terms::Present => !row.deleted,
            Terms::Deleted => row.deleted,
            Terms::Both => true,
        };
        deleted
            && self.to_ids.is_none_or(|to_ids| to_ids == row.to_ids)
            && within(&self.changed, row.changed)
            && self.types.admit(&[&row.element_type])
            && self.category.admit(&[&row.category])
            && (self.value.is_empty() || self.value.admit(&values(row)))
            && !(self.without_attachments && matches!(row.element_type.as_str(), "attachment" | "malware-sample"))
    }

    /// What of it the database can keep back on a long way.
    fn sieve(&self) -> MispSieve {
        let types = match self.types.any.iter().any(|word| word.contains('%')) {
            true => Vec::new(),
            false => self.types.any.clone(),
        };
        // Of several values any may be meant.
        let value = match (self.value.any.as_slice(), self.value.all.as_slice()) {
            ([value], _) | ([], [value, ..]) if value.is_ascii() && !value.contains('\\') => Some(value.clone()),
            _ => None,
        };
        MispSieve {
            to_ids: self.to_ids,
            deleted: match self.deleted {
                Terms::Present => Some(false),
                Terms::Deleted => Some(true),
                Terms::Both => None,
            },
            types,
            value,
        }
    }

    /// The values, where they are to be there whole.
    fn whole_values(&self) -> Option<Vec<&String>> {
        let values: Vec<&String> = self.value.any.iter().chain(&self.value.all).collect();
        let whole = !values.is_empty() && values.iter().all(|value| !value.contains('%'));
        (whole && values.len() <= MOST_VALUES).then_some(values)
    }
}

/// A value and its halves.
fn values(row: &MispRow) -> Vec<&str> {
    let mut values = vec![row.value.as_str()];
    if row.element_type.contains('|') || row.element_type == "malware-sample" {
        values.extend(row.value.split('|'));
    }
    values
}

/// Compares as MISP's database does: in any case, `%` for whatever is there.
pub(super) fn like(wanted: &str, text: &str) -> bool {
    let wanted = wanted.to_lowercase();
    let text = text.to_lowercase();
    let mut parts = wanted.split('%');
    let Some(first) = parts.next() else { return false };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = rest.get(at + before.len()..).unwrap_or_default(),
                None => return false,
            }
        }
    }
    match last {
        None => rest.is_empty(),
        Some(last) => rest.ends_with(last),
    }
}

/// Where the pages of a walk begin, so that a deep page costs what a first one does.
#[derive(Default)]
pub(crate) struct Walks(std::sync::Mutex<HashMap<u64, BTreeMap<usize, i64>>>);

impl Walks {
    /// The last page that is known up to one, and after which number it begins.
    fn nearest(&self, walk: u64, page: usize) -> (usize, i64) {
        let walks = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = walks.get(&walk).and_then(|pages| pages.range(..=page).next_back());
        known.map_or((1, 0), |(page, after)| (*page, *after))
    }

    /// Notes after which number a page begins.
    fn note(&self, walk: u64, page: usize, after: i64) {
        let mut walks = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if walks.len() >= WALKS && !walks.contains_key(&walk) {
            walks.clear();
        }
        let pages = walks.entry(walk).or_default();
        if pages.len() < PAGES {
            pages.insert(page, after);
        }
    }
}

/// Where a walk stands: what comes after a number, and how many of it are still passed over.
#[derive(Clone, Copy, Debug)]
struct Place {
    after: i64,
    skip: usize,
}

fn walk_name(viewer: &Viewer, filter: &Filter, kind: MispKind, limit: usize) -> u64 {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = std::collections::hash_map::DefaultHasher::new();
    viewer.audiences().hash(&mut hasher);
    viewer.principal().member.hash(&mut hasher);
    filter.hash(&mut hasher);
    kind.hash(&mut hasher);
    limit.hash(&mut hasher);
    hasher.finish()
}

/// Events as they were looked up while something was walked.
#[derive(Default)]
pub struct EventsMet {
    pub(crate) met: HashMap<i64, Option<EventInfo>>,
    /// The models of decay that count, once they were asked for.
    models: Option<Vec<super::vocabulary::DecayModel>>,
}

impl EventsMet {
    /// An event that was met.
    pub fn get(&self, id: i64) -> Option<&EventInfo> {
        self.met.get(&id).and_then(Option::as_ref)
    }
}

/// A page of rows, and the events that they belong to.
#[derive(Default)]
pub struct FoundRows {
    /// The rows, by number.
    pub rows: Vec<MispRow>,
    /// Their events.
    pub events: EventsMet,
}

impl Node {
    /// The attributes or objects that a filter lets through, `limit` of them (nought: all), a page of them from 1 on.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_find(
        &self,
        viewer: &Viewer,
        kind: MispKind,
        filter: &Filter,
        limit: usize,
        page: usize,
    ) -> Result<FoundRows, Error> {
        let mut found = FoundRows::default();
        if filter.of_nothing {
            return Ok(found);
        }
        let limit = if limit == 0 { usize::MAX } else { limit };
        let page = page.max(1);
        let sources = self.misp_sources(filter, kind).await?;
        if let Some(ids) = self.misp_collected(viewer, &sources, kind).await? {
            let mut skip = limit.saturating_mul(page - 1);
            for chunk in ids.chunks(CHUNK) {
                for id in chunk {
                    let Some(row) = self.store().misp_row(viewer, kind, *id).await? else {
                        continue;
                    };
                    if !self.misp_admits(viewer, filter, &row, &mut found.events).await? {
                        continue;
                    }
                    if skip > 0 {
                        skip -= 1;
                        continue;
                    }
                    found.rows.push(row);
                    if found.rows.len() >= limit {
                        return Ok(found);
                    }
                }
            }
            return Ok(found);
        }
        let source = sources.into_iter().next().unwrap_or(MispSource::All);
        let walk = walk_name(viewer, filter, kind, limit);
        let (known, after) = self.misp_kept().walks.nearest(walk, page);
        let mut place = Place {
            after,
            skip: limit.saturating_mul(page - known),
        };
        if place.skip > 0 && kind == MispKind::Attribute && *filter == Filter::default() {
            place = self.misp_skip(viewer, limit.saturating_mul(page - 1), place).await?;
        }
        let mut passed = limit.saturating_mul(page - 1).saturating_sub(place.skip);
        loop {
            let missing = limit - found.rows.len();
            let chunk = missing.saturating_add(place.skip).min(CHUNK).saturating_add(1);
            let part = self
                .store()
                .misp_scan(viewer, &source, kind, place.after, chunk)
                .await?;
            self.misp_meet_all(viewer, filter, &part.rows, &mut found.events)
                .await?;
            for row in part.rows {
                if !self.misp_admits(viewer, filter, &row, &mut found.events).await? {
                    continue;
                }
                passed += 1;
                if passed % limit == 0 {
                    self.misp_kept().walks.note(walk, passed / limit + 1, row.id);
                }
                if place.skip > 0 {
                    place.skip -= 1;
                    continue;
                }
                found.rows.push(row);
                if found.rows.len() >= limit {
                    return Ok(found);
                }
            }
            match part.next {
                Some(next) => place.after = next,
                None => return Ok(found),
            }
        }
    }

    /// Passes over attributes by the counts of whole stretches of them, where that leads nearer than a place that is known:
    /// as many as `target` from the beginning.
    async fn misp_skip(&self, viewer: &Viewer, target: usize, known: Place) -> Result<Place, Error> {
        let mut place = Place { after: 0, skip: target };
        let steps = self.store().misp_steps(viewer).await?;
        if steps.iter().rev().skip(1).any(|step| step.shown.is_none()) {
            // Something was taken back since they were counted.
            self.misp_kept().counted.store(false, Ordering::Relaxed);
        }
        for step in steps {
            match step.shown {
                Some(shown) if shown <= place.skip => place.skip -= shown,
                Some(_) => {
                    if let Some(after) = self.store().misp_step_place(viewer, step, place.skip).await? {
                        place = Place { after, skip: 0 };
                    }
                    break;
                }
                None => {
                    let passed = self.misp_pass(viewer, place, step.last).await?;
                    if passed.skip == 0 && passed.after < step.last {
                        place = passed;
                        break;
                    }
                    place = passed;
                }
            }
            place.after = step.last;
        }
        Ok(if place.skip < known.skip { place } else { known })
    }

    /// Walks to the end of a stretch, or to where nothing more is to be passed over.
    async fn misp_pass(&self, viewer: &Viewer, mut place: Place, last: i64) -> Result<Place, Error> {
        let (filter, mut events) = (Filter::default(), EventsMet::default());
        while place.after < last {
            let part = self
                .store()
                .misp_scan(viewer, &MispSource::All, MispKind::Attribute, place.after, CHUNK)
                .await?;
            for row in part.rows.iter().take_while(|row| row.id <= last) {
                if place.skip == 0 {
                    return Ok(place);
                }
                if self.misp_admits(viewer, &filter, row, &mut events).await? {
                    place.skip -= 1;
                }
                place.after = row.id;
            }
            match part.next {
                Some(next) if next < last => place.after = next,
                _ => break,
            }
        }
        place.after = last;
        Ok(place)
    }

    /// Where to look: the narrowest way that the filter names.
    async fn misp_sources(&self, filter: &Filter, kind: MispKind) -> Result<Vec<MispSource>, Error> {
        if kind == MispKind::Attribute
            && let Some(values) = filter.whole_values()
        {
            return Ok(values
                .into_iter()
                .map(|value| MispSource::Value(value.clone()))
                .collect());
        }
        if !filter.events.is_empty() {
            return Ok(filter.events.iter().map(|event| MispSource::Event(*event)).collect());
        }
        if let Some(since) = filter.changed.0 {
            return Ok(vec![MispSource::Changed(since)]);
        }
        Ok(vec![match kind {
            MispKind::Attribute => MispSource::Sieved(filter.sieve()),
            _ => MispSource::All,
        }])
    }

    /// The numbers of all rows of several sources, in order; none where one source is walked as it is.
    async fn misp_collected(
        &self,
        viewer: &Viewer,
        sources: &[MispSource],
        kind: MispKind,
    ) -> Result<Option<Vec<i64>>, Error> {
        if sources.len() <= 1 {
            return Ok(None);
        }
        let mut ids = Vec::new();
        for source in sources {
            let mut after = 0;
            loop {
                let part = self.store().misp_scan(viewer, source, kind, after, CHUNK).await?;
                ids.extend(part.rows.iter().map(|row| row.id));
                match part.next {
                    Some(next) => after = next,
                    None => break,
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(Some(ids))
    }

    async fn misp_admits(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        row: &MispRow,
        events: &mut EventsMet,
    ) -> Result<bool, Error> {
        if row.kind == MispKind::Attribute && !filter.admits_row(row) {
            return Ok(false);
        }
        if row.kind == MispKind::Object
            && (row.deleted != (filter.deleted == Terms::Deleted) && filter.deleted != Terms::Both)
        {
            return Ok(false);
        }
        if row.kind == MispKind::Object && !filter.object_name.admit(&[&row.element_type]) {
            return Ok(false);
        }
        if !filter.uuids.is_empty() {
            let own = self.store().misp_uuid(row.kind, row.id).await?;
            let event = self.store().misp_event(row.event).await?.map(|event| event.uuid);
            let named = [own, event]
                .into_iter()
                .flatten()
                .any(|uuid| filter.uuids.contains(&uuid));
            if !named {
                return Ok(false);
            }
        }
        self.misp_meet(viewer, row.event, events).await?;
        let Some(event) = events.get(row.event) else {
            return Ok(false);
        };
        // What another member's report claims for an event is no part of it.
        if row.owner.member != event.row.owner.member || !filter.admits_event(event) {
            return Ok(false);
        }
        if !filter.groups.is_empty() && !self.misp_is_for(viewer, filter, row, event).await? {
            return Ok(false);
        }
        if !filter.tags.is_empty() {
            let own = self.misp_tag_names(&row.tags).await?;
            let mut names: Vec<&str> = own.iter().map(String::as_str).collect();
            let of_event = event.tag_names();
            names.extend(of_event.iter().map(|name| name.as_ref()));
            if !filter.tags.admit(&names) {
                return Ok(false);
            }
        }
        if !filter.comment.is_empty() || !filter.relation.is_empty() || !filter.anything.is_empty() {
            let body = self.misp_fields(viewer, row).await?.unwrap_or_default();
            let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
            if !filter.comment.admit(&[text("comment")]) || !filter.relation.admit(&[text("object_relation")]) {
                return Ok(false);
            }
            if !filter.anything.admit(&[text("comment"), &row.value, &event.row.value]) {
                return Ok(false);
            }
        }
        if filter.without_harmless && self.misp_is_harmless(row) {
            return Ok(false);
        }
        if filter.without_decayed && row.kind == MispKind::Attribute {
            if events.models.is_none() {
                events.models = Some(self.misp_models(&filter.models).await?);
            }
            let (Some(models), Some(event)) = (&events.models, events.get(row.event)) else {
                return Ok(false);
            };
            let worth = self.misp_worth(viewer, row, event, models, filter.least_score).await?;
            if worth.iter().any(|one| one.decayed) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether something goes to one of the sharing groups that are asked for.
    async fn misp_is_for(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        row: &MispRow,
        event: &EventInfo,
    ) -> Result<bool, Error> {
        if row.audience == event.row.audience {
            return Ok(filter.is_for(event));
        }
        let own = self.misp_distribution(viewer, row, None).await?;
        Ok(own.group.is_some_and(|group| filter.groups.contains(&group.0)))
    }

    /// Whether a warninglist knows the value of an attribute.
    pub fn misp_is_harmless(&self, row: &MispRow) -> bool {
        !self.misp_warnings(row).is_empty()
    }

    /// The warninglists that know the value of an attribute.
    pub fn misp_warnings(&self, row: &MispRow) -> Vec<String> {
        let lists = self.warninglists();
        let mut names: Vec<String> = values(row)
            .into_iter()
            .filter_map(stix::observable::guess)
            .flat_map(|observable| {
                lists
                    .hits(&observable)
                    .map(|hit| hit.list.name.clone())
                    .collect::<Vec<_>>()
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Looks an event up, once.
    pub(crate) async fn misp_meet(&self, viewer: &Viewer, id: i64, events: &mut EventsMet) -> Result<(), Error> {
        if let std::collections::hash_map::Entry::Vacant(place) = events.met.entry(id) {
            place.insert(self.misp_event(viewer, id).await?);
        }
        Ok(())
    }

    /// Looks up the events of rows, together.
    async fn misp_meet_all(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        rows: &[MispRow],
        events: &mut EventsMet,
    ) -> Result<(), Error> {
        let asked = rows
            .iter()
            .filter(|row| row.kind != MispKind::Attribute || filter.admits_row(row));
        let mut ids: Vec<i64> = asked.map(|row| row.event).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| !events.met.contains_key(id));
        // One alone is looked up when it is needed.
        if ids.len() < 2 {
            return Ok(());
        }
        let heads = self.store().misp_rows(viewer, MispKind::Event, &ids).await?;
        let mut names = super::shape::Names::default();
        let infos = self.misp_event_infos(viewer, heads, &mut names).await?;
        events.met.extend(ids.into_iter().map(|id| (id, None)));
        events
            .met
            .extend(infos.into_iter().map(|info| (info.row.id, Some(info))));
        Ok(())
    }

    /// The events that a filter lets through, `limit` of them (nought: all), a page of them from 1 on.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_find_events(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        limit: usize,
        page: usize,
    ) -> Result<Vec<EventInfo>, Error> {
        if filter.of_nothing {
            return Ok(Vec::new());
        }
        let limit = if limit == 0 { usize::MAX } else { limit };
        let page = page.max(1);
        let mut found = Vec::new();
        let mut skip = limit.saturating_mul(page - 1);
        if filter.finds_events_by_attributes() {
            let mut met = EventsMet::default();
            for id in self.misp_events_of_attributes(viewer, filter).await? {
                self.misp_meet(viewer, id, &mut met).await?;
                let Some(info) = met.met.remove(&id).flatten() else {
                    continue;
                };
                if skip > 0 {
                    skip -= 1;
                } else if found.len() < limit {
                    found.push(info);
                } else {
                    break;
                }
            }
            return Ok(found);
        }
        if !filter.events.is_empty() {
            let mut ids = filter.events.clone();
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                let Some(info) = self.misp_event(viewer, id).await? else {
                    continue;
                };
                if !filter.admits_event(&info) || !filter.is_for(&info) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                } else if found.len() < limit {
                    found.push(info);
                }
            }
            return Ok(found);
        }
        let walk = walk_name(viewer, filter, MispKind::Event, limit);
        let (known, mut after) = self.misp_kept().walks.nearest(walk, page);
        let mut skip = limit.saturating_mul(page - known);
        let mut passed = limit.saturating_mul(known - 1);
        let mut names = super::shape::Names::default();
        loop {
            let chunk = limit.min(CHUNK).saturating_add(1);
            let part = self
                .store()
                .misp_scan(viewer, &MispSource::All, MispKind::Event, after, chunk)
                .await?;
            for info in self.misp_event_infos(viewer, part.rows, &mut names).await? {
                if !filter.admits_event(&info) || !filter.is_for(&info) {
                    continue;
                }
                passed += 1;
                if passed % limit == 0 {
                    self.misp_kept().walks.note(walk, passed / limit + 1, info.row.id);
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                found.push(info);
                if found.len() >= limit {
                    return Ok(found);
                }
            }
            match part.next {
                Some(next) => after = next,
                None => return Ok(found),
            }
        }
    }

    /// The events in which something is that a filter lets through; those whose own tags or titles are asked for too.
    async fn misp_events_of_attributes(&self, viewer: &Viewer, filter: &Filter) -> Result<Vec<i64>, Error> {
        let found = self.misp_find(viewer, MispKind::Attribute, filter, 0, 1).await?;
        let mut ids: HashSet<i64> = found.rows.iter().map(|row| row.event).collect();
        if !filter.is_of_attributes() {
            // An event without attributes has tags and a UUID too.
            let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Event, CHUNK);
            let mut known = super::shape::Names::default();
            while let Some(rows) = scan.next().await? {
                for info in self.misp_event_infos(viewer, rows, &mut known).await? {
                    let named = filter.uuids.is_empty() || filter.uuids.contains(&info.record.uuid);
                    let tagged = filter.tags.admit(&info.tag_names());
                    let said = filter.anything.admit(&[&info.row.value]);
                    if named && tagged && said && filter.admits_event(&info) && filter.is_for(&info) {
                        ids.insert(info.row.id);
                    }
                }
            }
        }
        let mut ids: Vec<i64> = ids.into_iter().collect();
        ids.sort_unstable();
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Words, like};

    #[test]
    fn a_percent_sign_stands_for_whatever_is_there() {
        assert!(like("%evil%", "www.EVIL.example"));
        assert!(like("evil%", "evil.example") && !like("evil%", "not.evil"));
        assert!(like("%.example", "a.example") && !like("%.example", "a.example.net"));
        assert!(like("a%b%c", "a-b-b-c") && !like("a%b%c", "a-c-b"));
        assert!(like("%", "") && like("", "") && !like("", "x"));
        assert!(!like("aa%a", "aa"), "no letter counts twice");
    }

    #[test]
    fn words_that_are_not_wanted_count_more_than_those_that_are() {
        let words = Words {
            any: vec!["tlp:green".into()],
            none: vec!["%draft%".into()],
            ..Words::default()
        };
        assert!(words.admit(&["tlp:green"]));
        assert!(!words.admit(&["tlp:green", "workflow:draft"]));
        assert!(!words.admit::<&str>(&[]));
    }

    proptest! {
        #[test]
        fn every_text_is_like_itself_and_like_its_pieces(text in "[a-zA-Z0-9.]{0,12}", cut in 0_usize..12) {
            let cut = cut.min(text.len());
            prop_assert!(like(&text, &text));
            let pieces = format!("{}%{}", &text[..cut], &text[cut..]);
            prop_assert!(like(&pieces, &text));
            let contained = format!("%{}%", &text[..cut]);
            prop_assert!(like(&contained, &text));
        }
    }
}
