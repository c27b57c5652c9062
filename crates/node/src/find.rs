//! Finding: by question, by value, by identifier, and what is connected to what. All of it through the caller's view.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use stix::marking::Tlp;
use stix::observable::Observable;
use store::{Counts, Edge, FacetKind, Found, FoundPage, MemberKey, ObjectDetail, Position, SearchQuery};

use crate::accounts::Caller;
use crate::bridges::CameBy;
use crate::error::Error;
use crate::node::Node;
use crate::question::{FILTERS, Odd, OddKind, Question, Typing};

/// The most results of one answer.
const MOST: usize = 1_000;

/// What people look for when they type words, before what connects it.
pub const THINGS: [&str; 16] = [
    "attack-pattern",
    "campaign",
    "course-of-action",
    "grouping",
    "identity",
    "incident",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "note",
    "report",
    "threat-actor",
    "tool",
    "vulnerability",
];

/// They, as a question asks for types.
pub fn things() -> Vec<String> {
    THINGS.map(str::to_owned).to_vec()
}

/// An object with all that the caller may know of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Every contribution of it that the caller may see, the latest version first.
    pub contributions: Vec<ObjectDetail>,
    /// What it is connected to, the newest first.
    pub neighbours: Vec<Edge>,
    /// The score of it now, where it is an indicator.
    pub score: Option<matching::score::Score>,
    /// How it came here over bridges, where it did.
    pub came_by: Vec<CameBy>,
}

/// What a question comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// What was found.
    pub page: FoundPage,
    /// Members that were named, of whom nothing is open to the caller.
    pub unknown: Vec<Odd>,
}

/// How what is found divides up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// How many were counted.
    pub counted: usize,
    /// Whether there are more, which were not.
    pub more: bool,
    /// By filter: its values with how many there are of each, the most first.
    pub by: Vec<(&'static str, Vec<(String, usize)>)>,
}

/// Names that are told, and characters of one.
const NAMES: usize = 40;
const DAY: i64 = 86_400_000_000;

impl Node {
    /// Answers a question, the newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn ask(
        &self,
        caller: &Caller,
        question: &Question,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Answered, Error> {
        let Some(query) = self.query_of(question).await? else {
            let unknown = self.unknown(caller, question).await?;
            let page = FoundPage::default();
            return Ok(Answered { page, unknown });
        };
        let page = self.search(caller, &query, limit, before).await?;
        let unknown = match page.found.is_empty() && before.is_none() {
            true => self.unknown(caller, question).await?,
            false => Vec::new(),
        };
        Ok(Answered { page, unknown })
    }

    /// How the newest of what a question finds divides up; what cannot be known is not counted.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn divide(&self, caller: &Caller, question: &Question, most: usize) -> Result<Division, Error> {
        let Some(query) = self.query_of(question).await? else {
            return Ok(Division::default());
        };
        let viewer = self.viewer(caller).await?;
        let divided = self.store().search_divided(&viewer, &query, most.min(MOST)).await?;
        let mut members = Vec::new();
        for (member, count) in divided.members {
            let found = self.store().member_get(MemberKey::Id(member)).await?;
            members.extend(found.map(|member| (member.name, count)));
        }
        let tlps = divided.tlps.into_iter();
        let tlps = tlps.map(|(tlp, count)| (crate::question::colour(tlp), count));
        let since = ["24h", "7d", "4w"].into_iter().zip([DAY, 7 * DAY, 28 * DAY]);
        let since = since.map(|(name, span)| {
            let begin = self.now().plus_micros(-span);
            (
                name.to_owned(),
                divided.added.iter().filter(|added| **added >= begin).count(),
            )
        });
        let by = [
            ("type", divided.types),
            ("tlp", tlps.collect()),
            ("since", since.filter(|(_, count)| *count > 0).collect()),
            ("from", members),
            ("sector", divided.sectors),
            ("technique", divided.techniques),
        ];
        Ok(Division {
            counted: divided.counted,
            more: divided.more,
            by: by.into_iter().filter(|(_, counts)| !counts.is_empty()).collect(),
        })
    }

    /// A question as the store is asked; none where a part of it can let nothing through.
    pub(crate) async fn query_of(&self, question: &Question) -> Result<Option<SearchQuery>, Error> {
        let mut from = Vec::new();
        for (name, _) in &question.from {
            let found = self.store().member_get(MemberKey::Name(name)).await?;
            from.extend(found.map(|member| member.id));
        }
        if !question.odd.is_empty() || (from.is_empty() && !question.from.is_empty()) {
            return Ok(None);
        }
        let value = question.value();
        Ok(Some(SearchQuery {
            types: match question.types.as_slice() {
                [] if value.is_none() => things(),
                types if types.iter().any(|one| one == "any") => Vec::new(),
                types => types.to_vec(),
            },
            words: if value.is_none() {
                question.words.clone()
            } else {
                String::new()
            },
            value: value.map(|value| (i16::from(value.kind.code()), value.value)),
            tlps: question.tlps.clone(),
            from,
            sectors: question.sectors.clone(),
            techniques: question.techniques.clone(),
            since: question.since,
        }))
    }

    /// The members that a question names and that the caller knows nothing of: whether or not there are such.
    async fn unknown(&self, caller: &Caller, question: &Question) -> Result<Vec<Odd>, Error> {
        if question.from.is_empty() {
            return Ok(Vec::new());
        }
        let known: Vec<String> = self
            .members(caller)
            .await?
            .into_iter()
            .map(|member| member.name)
            .collect();
        let is_unknown = |(name, _): &&(String, usize)| !known.contains(name);
        let odd = |(name, at): &(String, usize)| Odd {
            kind: OddKind::Member,
            text: name.chars().take(NAMES).collect(),
            at: *at,
            could: known.iter().take(NAMES).cloned().collect(),
        };
        Ok(question.from.iter().filter(is_unknown).map(odd).collect())
    }

    /// How a question that is being typed may go on, each as the whole question; values that the caller may see only.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn complete(&self, caller: &Caller, text: &str, limit: usize) -> Result<Vec<String>, Error> {
        let typing = Typing::read(text);
        let values = match typing.filter {
            None => FILTERS.map(|name| format!("{name}:")).to_vec(),
            Some("type") => THINGS.into_iter().chain(["any"]).map(str::to_owned).collect(),
            Some("tlp") => crate::question::colours().collect(),
            Some("since") => crate::question::sinces(self.now()),
            Some("from") => self
                .members(caller)
                .await?
                .into_iter()
                .map(|member| member.name)
                .collect(),
            Some(name) => {
                let kind = match name {
                    "sector" => FacetKind::Sector,
                    _ => FacetKind::Technique,
                };
                let viewer = self.viewer(caller).await?;
                self.store().facet_values(&viewer, kind).await?
            }
        };
        let part = typing.part.to_lowercase();
        let goes_on = |value: &&String| {
            let value = value.to_lowercase();
            value.starts_with(&part) && value != part
        };
        let whole = |value: &String| typing.with(value);
        Ok(values.iter().filter(goes_on).take(limit).map(whole).collect())
    }

    /// Finds objects in which all words occur, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn search(
        &self,
        caller: &Caller,
        query: &SearchQuery,
        limit: usize,
        before: Option<Position>,
    ) -> Result<FoundPage, Error> {
        let viewer = self.viewer(caller).await?;
        Ok(self.store().search(&viewer, query, limit.min(MOST), before).await?)
    }

    /// The same for somebody who looks at the first few only: things before what connects them, names before texts.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn search_best(&self, caller: &Caller, query: &SearchQuery, limit: usize) -> Result<Vec<Found>, Error> {
        let words: Vec<String> = query
            .words
            .split_whitespace()
            .map(|word| word.trim_matches('*').to_lowercase())
            .collect();
        let is_named = |one: &Found| {
            let title = one.title.as_deref().unwrap_or_default().to_lowercase();
            words.iter().all(|word| title.contains(word))
        };
        let mut best = Vec::new();
        if query.types.is_empty() {
            let things = SearchQuery {
                types: things(),
                ..query.clone()
            };
            best = self.search(caller, &things, MOST, None).await?.found;
            best.sort_by_key(|one| !is_named(one));
        }
        if best.len() < limit {
            let rest = self.search(caller, query, MOST, None).await?.found;
            let known: HashSet<_> = best.iter().map(|one| one.row.added).collect();
            best.extend(rest.into_iter().filter(|one| !known.contains(&one.row.added)));
        }
        best.truncate(limit);
        Ok(best)
    }

    /// Finds objects in which a value occurs, however it is written (defanged, upper case, with a trailing dot).
    /// Gives what the value was understood as; none where it is no observable.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn find_value(
        &self,
        caller: &Caller,
        text: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Option<(Observable, Vec<Found>)>, Error> {
        let refanged = stix::observable::refang(text);
        let Some(observable) = stix::observable::guess(&refanged) else {
            return Ok(None);
        };
        let viewer = self.viewer(caller).await?;
        let kind = i16::from(observable.kind.code());
        let found = self
            .store()
            .observable_find(&viewer, kind, &observable.value, limit.min(MOST), before)
            .await?;
        Ok(Some((observable, found)))
    }

    /// One object with its versions, neighbours and score.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is nothing of that name that the caller may see.
    pub async fn show(&self, caller: &Caller, id: &str, neighbours: usize) -> Result<Shown, Error> {
        let viewer = self.viewer(caller).await?;
        let contributions = self.store().object_get(&viewer, id).await?;
        let Some(latest) = contributions.first() else {
            return Err(Error::NotFound(
                "there is no such object, or it is not open to you".to_owned(),
            ));
        };
        let mut score = None;
        if latest.indicator.is_some() {
            let said = self.store().sighting_facts(&viewer, &[id.to_owned()]).await?;
            let said = said.get(id).copied().unwrap_or_default();
            let object = stix::Object::parse(&latest.row.body)?;
            score = crate::scoring::score_of(object.map(), &said, self.now());
        }
        let neighbours = self.store().neighbours(&viewer, id, neighbours.min(MOST), None).await?;
        let came_by = self.came_by(id, &contributions).await?;
        Ok(Shown {
            contributions,
            neighbours,
            score,
            came_by,
        })
    }

    /// What an object is connected to, the newest first, resuming before a position.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn neighbours(
        &self,
        caller: &Caller,
        id: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Edge>, Error> {
        let viewer = self.viewer(caller).await?;
        if !self.store().object_exists(&viewer, id).await? {
            return Err(Error::NotFound(
                "there is no such object, or it is not open to you".to_owned(),
            ));
        }
        Ok(self.store().neighbours(&viewer, id, limit.min(MOST), before).await?)
    }

    /// The strictest colour under which the caller sees each of these objects; one that it does not see is left out.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn colours(&self, caller: &Caller, ids: &[String]) -> Result<HashMap<String, Tlp>, Error> {
        let viewer = self.viewer(caller).await?;
        let audiences = self.store().audiences_of(&viewer, ids).await?;
        let strictest = |audiences: Vec<Arc<policy::Audience>>| audiences.iter().map(|one| one.tlp()).max();
        let found = audiences.into_iter().filter_map(|(id, of)| Some((id, strictest(of)?)));
        Ok(found.collect())
    }

    /// How much the caller may see.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn counts(&self, caller: &Caller) -> Result<Counts, Error> {
        let viewer = self.viewer(caller).await?;
        Ok(self.store().counts(&viewer).await?)
    }
}
