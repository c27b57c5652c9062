//! The warninglists that there are, with the numbers by which MISP's clients know them.

use std::collections::BTreeMap;

use matching::warninglist::{Category, ListType, built_in};
use serde_json::{Map, Value};
use store::VocabularyKind;

use super::reads;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// A warninglist and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedList {
    /// The number by which clients know it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// How entries compare, as MISP calls it.
    pub list_type: &'static str,
    /// What a hit means, as MISP calls it.
    pub category: &'static str,
    /// Its version.
    pub version: u64,
    /// How many entries are in use.
    pub entries: usize,
    /// Whether it flags anything.
    pub enabled: bool,
    /// Whether it comes with the program.
    pub built_in: bool,
}

impl Node {
    /// The warninglists, by number; one has a number from when it is first asked for.
    ///
    /// # Errors
    /// When the caller may not read, or the store does not answer.
    pub async fn numbered_lists(&self, caller: &Caller) -> Result<Vec<NumberedList>, Error> {
        reads(caller)?;
        // The command line imports and switches beside a running node.
        self.warninglists_follow().await?;
        let known = self.store().vocabulary_list(VocabularyKind::Warninglist).await?;
        let known: BTreeMap<String, i64> = known.into_iter().map(|one| (one.key, one.id)).collect();
        let lists = self.warninglists();
        let mut numbered = BTreeMap::new();
        for list in lists.lists() {
            let id = match known.get(&list.name) {
                Some(id) => *id,
                None => {
                    self.store()
                        .vocabulary_number(VocabularyKind::Warninglist, &list.name)
                        .await?
                }
            };
            let one = NumberedList {
                id,
                name: list.name.clone(),
                description: list.description.clone(),
                list_type: match list.list_type {
                    ListType::String => "string",
                    ListType::Hostname => "hostname",
                    ListType::Substring => "substring",
                    ListType::Cidr => "cidr",
                    ListType::Regex => "regex",
                },
                category: match list.category {
                    Category::FalsePositive => "false_positive",
                    Category::Known => "known",
                },
                version: list.version,
                entries: list.entries,
                enabled: list.enabled,
                built_in: built_in().iter().any(|known| known.name == list.name),
            };
            numbered.insert(id, one);
        }
        Ok(numbered.into_values().collect())
    }

    /// What is on a warninglist, and the types of attributes that it is for; none named where it comes with the program.
    ///
    /// # Errors
    /// When the caller may not read, or the store does not answer.
    pub async fn list_entries(
        &self,
        caller: &Caller,
        list: &NumberedList,
    ) -> Result<(Vec<String>, Vec<String>), Error> {
        reads(caller)?;
        let texts = self.store().warninglist_all_texts().await?;
        let Some((_, text)) = texts.into_iter().find(|(name, _)| *name == list.name) else {
            let known = built_in().iter().find(|known| known.name == list.name);
            let entries = known.map_or(&[][..], |known| known.entries());
            return Ok((entries.iter().map(|entry| (*entry).to_owned()).collect(), Vec::new()));
        };
        let file: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
            Error::Ours(format!(
                "the warninglist '{}' in the store is damaged: {error}",
                list.name
            ))
        })?;
        let list = |key: &str| {
            let list = file
                .get(key)
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        Ok((list("list"), list("matching_attributes")))
    }

    /// The lists that know a value, each with the entry that was met; only lists that are on.
    pub fn lists_knowing(&self, value: &str) -> Vec<(String, String)> {
        let Some(observable) = stix::observable::guess(value) else {
            return Vec::new();
        };
        let lists = self.warninglists();
        lists
            .hits(&observable)
            .map(|hit| (hit.list.name.clone(), hit.entry.into_owned()))
            .collect()
    }
}
