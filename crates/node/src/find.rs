//! Finding: by value, by words, by identifier, and what is connected to what. All of it through the caller's view.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use stix::marking::Tlp;
use stix::observable::Observable;
use store::{Counts, Edge, Found, ObjectDetail, Position, SearchQuery};

use crate::accounts::Caller;
use crate::bridges::CameBy;
use crate::error::Error;
use crate::node::Node;

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

impl Node {
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
    ) -> Result<Vec<Found>, Error> {
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
                types: THINGS.map(str::to_owned).to_vec(),
                ..query.clone()
            };
            best = self.search(caller, &things, MOST, None).await?;
            best.sort_by_key(|one| !is_named(one));
        }
        if best.len() < limit {
            let rest = self.search(caller, query, MOST, None).await?;
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
