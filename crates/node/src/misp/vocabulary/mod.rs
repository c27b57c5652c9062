//! Words that organisations have agreed on, as MISP's clients know them: taxonomies, galaxies with clusters and relations,
//! noticelists, templates of objects, models of decay.
//!
//! | what | module |
//! |---|---|
//! | one file in the formats of MISP's repositories | [`read`] |
//! | loading many of them | [`import`] |
//! | the tags of a taxonomy | [`taxonomy`] |
//! | warninglists with their numbers | [`lists`] |
//! | clusters that members add, and their relations | [`clusters`] |
//! | what an attribute is worth by a model of decay | [`decay`] |
//!
//! What comes with the program ([`Node::vocabulary_ready`]) is our own; nothing is fetched from anywhere. What was imported
//! is for everybody, and operators decide on it.

mod clusters;
mod decay;
mod import;
mod lists;
mod read;
pub(super) mod shown;
mod taxonomy;

use policy::{Action, decide};
use serde_json::{Map, Value};
use store::{ImportEntry, MispTag, Vocabulary, VocabularyKind, VocabularyWish};

pub use clusters::{ClusterDraft, ClusterSeen, RelationDraft};
pub use decay::{DecayModel, Terms as DecayTerms, score as decay_score};
pub use import::{ImportCount, Taken, VocabularyImport};
pub use lists::NumberedList;
pub use shown::{cluster_json, galaxy_json, head};
pub use taxonomy::TaxonomyTag;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// The colour of a tag of which its taxonomy gives none.
const COLOUR: &str = "#0088cc";
/// The words for what is not there.
const ABSENT: &str = "there is nothing of this number or name";

/// The taxonomies that come with the program.
const TAXONOMIES: [&str; 4] = [
    include_str!("built_in/tlp.json"),
    include_str!("built_in/pap.json"),
    include_str!("built_in/admiralty-scale.json"),
    include_str!("built_in/workflow.json"),
];

/// The files that come with the program.
fn built_in() -> Vec<String> {
    let taxonomies = TAXONOMIES.iter().map(|text| (*text).to_owned());
    taxonomies
        .chain(decay::built_in().iter().map(Value::to_string))
        .collect()
}

fn absent() -> Error {
    Error::NotFound(ABSENT.to_owned())
}

fn operates(caller: &Caller) -> Result<(), Error> {
    decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))
}

fn reads(caller: &Caller) -> Result<(), Error> {
    decide(&caller.principal, Action::Read).map_err(|refusal| Error::refused(refusal, "no such page"))
}

impl Node {
    /// Sees to it, once, that what comes with the program is in the store; what an operator imported under the same name
    /// stays.
    pub(crate) async fn vocabulary_ready(&self) -> Result<(), Error> {
        let put = async {
            for text in built_in() {
                let Some(read) = read::read(&text)? else {
                    return Err(Error::Ours("a vocabulary of the program's own is not read".to_owned()));
                };
                // Our own models are our own scoring: they hold as long as nobody says otherwise.
                let enabled = read.file.kind == VocabularyKind::DecayModel;
                let file = VocabularyWish {
                    built_in: true,
                    enabled,
                    ..read.file
                };
                let there = self.store().vocabulary_by_key(file.kind, &file.key).await?;
                if there.is_none_or(|there| there.built_in && there.digest != file.digest) {
                    self.store().vocabulary_put(&mut ImportEntry::none(), &file).await?;
                }
            }
            Ok(())
        };
        self.misp_kept().vocabulary.get_or_try_init(|| put).await.map(drop)
    }

    /// All of a kind.
    ///
    /// # Errors
    /// When the caller may not read, or the store does not answer.
    pub async fn vocabulary_list(&self, caller: &Caller, kind: VocabularyKind) -> Result<Vec<Vocabulary>, Error> {
        reads(caller)?;
        self.vocabulary_ready().await?;
        Ok(self.store().vocabulary_list(kind).await?)
    }

    /// One of a kind, by number, name or UUID.
    ///
    /// # Errors
    /// When there is none.
    pub async fn vocabulary(&self, caller: &Caller, kind: VocabularyKind, name: &str) -> Result<Vocabulary, Error> {
        reads(caller)?;
        self.vocabulary_ready().await?;
        if let Ok(number) = name.parse::<i64>()
            && let Some(found) = self.store().vocabulary_get(kind, number).await?
        {
            return Ok(found);
        }
        if let Some(found) = self.store().vocabulary_by_key(kind, name).await? {
            return Ok(found);
        }
        let uuid = uuid::Uuid::try_parse(name).map_err(|_| absent())?.to_string();
        let all = self.store().vocabulary_list(kind).await?;
        all.into_iter().find(|one| one.uuid == uuid).ok_or_else(absent)
    }

    /// The file of one of a kind.
    ///
    /// # Errors
    /// When it is damaged, or the store does not answer.
    pub async fn vocabulary_file(&self, kind: VocabularyKind, id: i64) -> Result<Map<String, Value>, Error> {
        let body = self.store().vocabulary_body(kind, id).await?.ok_or_else(absent)?;
        serde_json::from_str(&body)
            .map_err(|error| Error::Ours(format!("vocabulary {id} in the store is damaged: {error}")))
    }

    /// The file as it was imported, byte for byte.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn vocabulary_text(&self, kind: VocabularyKind, id: i64) -> Result<String, Error> {
        self.store().vocabulary_body(kind, id).await?.ok_or_else(absent)
    }

    /// The tags of a taxonomy.
    ///
    /// # Errors
    /// As [`Node::vocabulary_file`].
    pub async fn taxonomy_tags(&self, id: i64) -> Result<Vec<TaxonomyTag>, Error> {
        let file = self.vocabulary_file(VocabularyKind::Taxonomy, id).await?;
        Ok(taxonomy::tags(&file)?)
    }

    /// Says whether something is in use, and whether each event is to have a tag of it; what is not said stays.
    ///
    /// # Errors
    /// When the caller is no operator, or there is no such thing.
    pub async fn vocabulary_switch(
        &self,
        caller: &Caller,
        (kind, name): (VocabularyKind, &str),
        enabled: Option<bool>,
        required: Option<bool>,
    ) -> Result<Vocabulary, Error> {
        operates(caller)?;
        let mut found = self.vocabulary(caller, kind, name).await?;
        let (enabled, required) = (enabled.unwrap_or(found.enabled), required.unwrap_or(found.required));
        if (enabled, required) != (found.enabled, found.required) {
            self.store()
                .vocabulary_set(&caller.principal, kind, found.id, enabled, required)
                .await?;
        }
        (found.enabled, found.required) = (enabled, required);
        Ok(found)
    }

    /// Offers the tags of a taxonomy that is in use, all or some of them; says how many, and how many are too long for tags.
    ///
    /// # Errors
    /// When the caller is no operator, or the taxonomy is not in use.
    pub async fn taxonomy_offer(
        &self,
        caller: &Caller,
        name: &str,
        only: Option<&[String]>,
    ) -> Result<(usize, usize), Error> {
        operates(caller)?;
        let taxonomy = self.vocabulary(caller, VocabularyKind::Taxonomy, name).await?;
        if !taxonomy.enabled {
            let message = format!("the taxonomy '{}' is not in use", taxonomy.key);
            return Err(bad(
                "taxonomy-not-enabled",
                message,
                "enable it first: POST /taxonomies/enable with its number",
            ));
        }
        let (mut offered, mut too_long) = (0, 0);
        for tag in self.taxonomy_tags(taxonomy.id).await? {
            if only.is_some_and(|only| !only.contains(&tag.name)) {
                continue;
            }
            if tag.name.chars().count() > read::NAME {
                too_long += 1;
                continue;
            }
            let wish = MispTag {
                id: 0,
                name: tag.name,
                colour: tag.colour.unwrap_or_else(|| COLOUR.to_owned()),
                exportable: true,
                hidden: false,
                number: tag.number,
                is_open: false,
            };
            let made = self.misp_tag_make(caller, &wish).await?;
            if made.hidden {
                self.misp_tag_change(caller, &MispTag { hidden: false, ..made }).await?;
            }
            offered += 1;
        }
        Ok((offered, too_long))
    }

    /// Offers the tags of a taxonomy no more, all or some of them; where they are, they stay. Says how many.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn taxonomy_withdraw(
        &self,
        caller: &Caller,
        name: &str,
        only: Option<&[String]>,
    ) -> Result<usize, Error> {
        operates(caller)?;
        let taxonomy = self.vocabulary(caller, VocabularyKind::Taxonomy, name).await?;
        let mut withdrawn = 0;
        for tag in self.taxonomy_tags(taxonomy.id).await? {
            if only.is_some_and(|only| !only.contains(&tag.name)) {
                continue;
            }
            if let Some(there) = self
                .store()
                .misp_tag_by_name(&tag.name)
                .await?
                .filter(|there| !there.hidden)
            {
                self.misp_tag_change(caller, &MispTag { hidden: true, ..there }).await?;
                withdrawn += 1;
            }
        }
        Ok(withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use store::VocabularyKind;

    use super::{built_in, read::read, taxonomy};

    #[test]
    fn what_comes_with_the_program_is_read_as_files_are() {
        let read = |text: &String| read(text).unwrap().unwrap().file;
        let files: Vec<_> = built_in().iter().map(read).collect();
        let keys = |kind| {
            files
                .iter()
                .filter(|file| file.kind == kind)
                .map(|file| file.key.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            keys(VocabularyKind::Taxonomy),
            ["tlp", "PAP", "admiralty-scale", "workflow"]
        );
        assert_eq!(keys(VocabularyKind::DecayModel).len(), 5);
    }

    #[test]
    fn every_colour_of_tlp_and_pap_is_a_tag_and_no_two_go_together() {
        let tags = |text: &str| {
            taxonomy::tags(
                serde_json::from_str::<serde_json::Value>(text)
                    .unwrap()
                    .as_object()
                    .unwrap(),
            )
        };
        let tlp = tags(super::TAXONOMIES[0]).unwrap();
        let names: Vec<&str> = tlp.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "tlp:red",
                "tlp:amber+strict",
                "tlp:amber",
                "tlp:green",
                "tlp:clear",
                "tlp:white"
            ]
        );
        let pap = tags(super::TAXONOMIES[1]).unwrap();
        assert_eq!(pap.len(), 5);
        assert!(
            tlp.iter()
                .chain(&pap)
                .all(|tag| tag.is_exclusive && tag.colour.is_some())
        );
    }
}
