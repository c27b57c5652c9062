//! Objects in the reader's language: translations that somebody shared (STIX 2.1 section 7.1, `language-content`), and
//! sharing one.
//!
//! A translation is an object of its own and is read like every other: through the reader's view. One that is shared here
//! goes to the audience of what it translates, as far as its contributor may speak there, and never further: it says what
//! the original says.

use std::collections::BTreeMap;

use policy::{Action, Audience, Principal, decide};
use serde_json::json;
use stix::marking::Pap;
use store::{MemberKey, ObjectDetail, Told};

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::intake::{Handling, ShareRequest};
use crate::node::Node;

/// Texts that are translated.
pub const TEXTS: [&str; 5] = ["name", "description", "abstract", "content", "explanation"];
/// Translations that are looked at.
const LOOKED_AT: usize = 200;
/// Characters of a text.
const TEXT_MOST: usize = 20_000;

/// A translation of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The identifier of the object that says it.
    pub id: String,
    /// The language, as RFC 5646 writes it.
    pub language: String,
    /// By property, each that the original has.
    pub texts: BTreeMap<String, String>,
    /// The member that shared it, where its name may be known.
    pub from: Option<String>,
    /// Whether it is of who shared the original.
    pub is_of_sharer: bool,
    /// Whether it translates another version than this.
    pub is_of_other_version: bool,
}

/// A translation to be shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranslationWish {
    /// The language, as RFC 5646 writes it.
    pub language: String,
    /// By property.
    pub texts: BTreeMap<String, String>,
    /// Whether the member's name is withheld.
    pub withheld: bool,
}

/// Whether a tag names a language: letters, then parts of letters and digits (RFC 5646 section 2.1, its outer form).
fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_first = (2..=8).contains(&first.len()) && first.bytes().all(|one| one.is_ascii_alphabetic());
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphanumeric());
    is_first && text.len() <= 35 && parts.all(is_part)
}

/// Whether two tags are of one language, whatever its region.
fn same_language(one: &str, other: &str) -> bool {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    primary(one) == primary(other)
}

/// The texts of an object that can be translated.
pub fn texts_of(body: &str) -> BTreeMap<String, String> {
    let Ok(object) = stix::Object::parse(body) else {
        return BTreeMap::new();
    };
    let text = |key: &str| {
        Some((
            key.to_owned(),
            object.map().str(key).filter(|text| !text.trim().is_empty())?.to_owned(),
        ))
    };
    TEXTS.into_iter().filter_map(text).collect()
}

/// The language that an object says it is in.
pub fn language_of(body: &str) -> Option<String> {
    let object = stix::Object::parse(body).ok()?;
    object.map().str("lang").map(str::to_owned)
}

/// What of a translation is in a language: the tag and the texts that the original has.
fn in_language(
    told: &Told,
    language: &str,
    original: &BTreeMap<String, String>,
) -> Option<(String, BTreeMap<String, String>)> {
    let object = stix::Object::parse(&told.row.body).ok()?;
    let contents = object.map().get("contents")?.as_object()?;
    let mut of_language: Vec<_> = contents
        .iter()
        .filter(|(tag, _)| same_language(tag, language))
        .collect();
    // The very tag before one of another region.
    of_language.sort_by_key(|(tag, _)| (!tag.eq_ignore_ascii_case(language), tag.len()));
    let (tag, texts) = of_language.first()?;
    let texts = texts.as_object()?;
    let text = |key: &&String| Some(((*key).clone(), texts.str(key)?.chars().take(TEXT_MOST).collect()));
    let texts: BTreeMap<String, String> = original.keys().filter_map(|key| text(&key)).collect();
    (!texts.is_empty()).then(|| ((*tag).to_owned(), texts))
}

/// How a translation of what this audience may see is shared by a member: with the same, as far as it may speak there.
/// None: it may not, or others would see it who do not see the original.
fn handling(audience: &Audience, principal: &Principal, withheld: bool) -> Option<Handling> {
    let own = principal.member?;
    // The intake adds who shares to those who are named: who is not named already would bring in their own clients.
    if !audience.named().is_empty() && !audience.named().contains(&own) {
        return None;
    }
    let speaks = |community: &&policy::CommunityId| decide(principal, Action::Contribute(**community)).is_ok();
    let communities: Vec<_> = audience.communities().iter().filter(speaks).copied().collect();
    if communities.is_empty() && !audience.communities().is_empty() {
        return None;
    }
    if audience.communities().is_empty() && decide(principal, Action::ContributeToNamed).is_err() {
        return None;
    }
    Some(Handling {
        communities,
        named: audience.named().iter().copied().collect(),
        tlp: Some(audience.tlp()),
        pap: Some(audience.pap()),
        withheld,
        ..Handling::default()
    })
}

/// The identifiers of the markings, for nodes that it is passed on to.
fn markings(audience: &Audience) -> Vec<&'static str> {
    let pap = stix::marking::PAP_MARKINGS
        .iter()
        .find(|(_, pap)| *pap == audience.pap() && *pap != Pap::Clear);
    [audience.tlp().marking_id()]
        .into_iter()
        .chain(pap.map(|(id, _)| *id))
        .collect()
}

impl Node {
    /// An object in a language: the translation of who shared it before those of others, the newest first. None where
    /// there is none, or the object is in this language.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn translation(
        &self,
        caller: &Caller,
        original: &ObjectDetail,
        language: &str,
    ) -> Result<Option<Translation>, Error> {
        if language_of(&original.row.body).is_some_and(|lang| same_language(&lang, language)) {
            return Ok(None);
        }
        let viewer = self.viewer(caller).await?;
        let id = &original.row.id;
        let told = self
            .store()
            .told_of(&viewer, id, "language-content", "object_ref", LOOKED_AT)
            .await?;
        let texts = texts_of(&original.row.body);
        let mut found = Vec::new();
        for one in &told {
            if let Some((tag, texts)) = in_language(one, language, &texts) {
                let is_of_sharer = one.origin.is_some() && one.origin == original.origin;
                found.push((!is_of_sharer, one, tag, texts));
            }
        }
        found.sort_by_key(|(others, ..)| *others);
        let Some((others, one, language, texts)) = found.into_iter().next() else {
            return Ok(None);
        };
        let from = match one.origin {
            Some(member) => self.store().member_get(MemberKey::Id(member)).await?,
            None => None,
        };
        let object = stix::Object::parse(&one.row.body)?;
        let of_version = object.map().str("object_modified");
        Ok(Some(Translation {
            id: one.row.id.clone(),
            language,
            texts,
            from: from.map(|member| member.name),
            is_of_sharer: !others,
            is_of_other_version: of_version
                .is_some_and(|version| stix::Timestamp::parse(version).ok() != Some(original.row.version)),
        }))
    }

    /// Whether the caller may share a translation of what they see so.
    pub fn may_translate(&self, caller: &Caller, original: &ObjectDetail) -> bool {
        !texts_of(&original.row.body).is_empty() && handling(&original.audience, &caller.principal, false).is_some()
    }

    /// Shares a translation with those who have the original. Gives its identifier.
    ///
    /// # Errors
    /// When there is no such object, the caller may not speak to those who have it, or a text is none of the original.
    pub async fn translate(&self, caller: &Caller, id: &str, wish: &TranslationWish) -> Result<String, Error> {
        let shown = self.show(caller, id, 1).await?;
        let Some(original) = shown.contributions.first() else {
            return Err(Error::NotFound(
                "there is no such object, or it is not open to you".to_owned(),
            ));
        };
        let handling = handling(&original.audience, &caller.principal, wish.withheld).ok_or(Error::NotAllowed(
            "your member may not share with those who have this object, so a translation would reach nobody",
        ))?;
        let texts = checked(&texts_of(&original.row.body), wish)?;
        let own = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let own = self.store().member_get(MemberKey::Id(own)).await?;
        let own = own.ok_or_else(|| Error::Ours("the caller's member is not there".to_owned()))?;
        let now = self.now().to_string();
        let made = format!("language-content--{}", self.fresh_uuid());
        let mut object = json!({
            "type": "language-content", "spec_version": "2.1", "id": made, "created": now, "modified": now,
            "object_ref": id, "object_modified": original.row.version_text, "contents": { wish.language.clone(): texts },
            "object_marking_refs": markings(&original.audience),
        });
        match wish.withheld {
            true => object[crate::intake::WITHHELD] = true.into(),
            false => object["created_by_ref"] = own.identity.as_str().into(),
        }
        let request = ShareRequest {
            channel: "translation".to_owned(),
            handling,
            list_items: true,
            ..ShareRequest::default()
        };
        let report = self
            .share_bytes(caller, request, json!({ "objects": [object] }).to_string())
            .await?;
        match report
            .problems
            .into_iter()
            .find(|one| one.severity == stix::Severity::Error)
        {
            Some(problem) => Err(Error::input(problem)),
            None => Ok(made),
        }
    }
}

/// The texts of a wish that say something.
fn checked(original: &BTreeMap<String, String>, wish: &TranslationWish) -> Result<BTreeMap<String, String>, Error> {
    if !is_tag(&wish.language) {
        let message = format!(
            "'{}' is not the tag of a language",
            wish.language.chars().take(40).collect::<String>()
        );
        return Err(bad("bad-language", message, "write it as RFC 5646 says: es, pt-BR"));
    }
    let mut texts = BTreeMap::new();
    for (key, text) in wish.texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
        if !original.contains_key(key) {
            let message = format!("the object has no text '{key}' to translate");
            let known: Vec<&str> = original.keys().map(String::as_str).collect();
            return Err(bad(
                "no-such-text",
                message,
                &format!("there are: {}", known.join(", ")),
            ));
        }
        if text.chars().count() > TEXT_MOST {
            let message = format!("'{key}' has more than {TEXT_MOST} characters");
            return Err(bad("too-long", message, "say it shorter"));
        }
        texts.insert(key.clone(), text.trim().to_owned());
    }
    if texts.is_empty() {
        return Err(bad(
            "nothing-translated",
            "no text is translated",
            "translate one text at least",
        ));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use policy::{CommunityId, MemberId, Role, may_see};
    use proptest::prelude::*;
    use stix::marking::Tlp;

    use super::*;
    use crate::intake::Marked;

    const OWN: MemberId = MemberId(1);
    const COLOURS: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    #[test]
    fn a_tag_is_one_of_a_language() {
        for good in ["es", "pt-BR", "zh-Hant-TW", "gsw"] {
            assert!(is_tag(good), "{good}");
        }
        for bad in ["", "e", "e1", "es-", "es_ES", "-es", "<b>", "abcdefghi"] {
            assert!(!is_tag(bad), "{bad}");
        }
        assert!(same_language("pt-BR", "PT") && !same_language("es", "et"));
    }

    #[test]
    fn only_texts_of_the_original_are_translated() {
        let original = BTreeMap::from([("name".to_owned(), "Pump".to_owned())]);
        let wish = |key: &str, text: &str| TranslationWish {
            language: "es".to_owned(),
            texts: BTreeMap::from([(key.to_owned(), text.to_owned())]),
            withheld: false,
        };
        assert_eq!(checked(&original, &wish("name", " Bomba ")).unwrap()["name"], "Bomba");
        assert!(checked(&original, &wish("pattern", "x")).is_err());
        assert!(checked(&original, &wish("name", " ")).is_err());
        assert!(
            checked(
                &original,
                &TranslationWish {
                    language: "x".to_owned(),
                    ..wish("name", "x")
                }
            )
            .is_err()
        );
    }

    proptest! {
        /// Clients of the translator's member, members of other communities, everybody: who reads the translation reads
        /// the original.
        #[test]
        fn nobody_reads_a_translation_who_does_not_read_the_original(
            tlp in 0_usize..5,
            communities in prop::collection::btree_set(1_i64..5, 0..4),
            named in prop::collection::btree_set(1_i64..5, 0..4),
            speaks in prop::collection::btree_set(1_i64..5, 0..4),
            reader in 1_i64..7, inside in prop::collection::btree_set(1_i64..5, 0..4),
            providers in prop::collection::btree_set(1_i64..7, 0..3),
            provided in prop::collection::btree_set(1_i64..5, 0..4),
            withheld in any::<bool>(),
        ) {
            let ids = |set: &BTreeSet<i64>| set.iter().map(|one| CommunityId(*one)).collect::<BTreeSet<_>>();
            let members = |set: &BTreeSet<i64>| set.iter().map(|one| MemberId(*one)).collect::<BTreeSet<_>>();
            let Ok(original) = Audience::new(COLOURS[tlp], Pap::Amber, ids(&communities), members(&named)) else {
                return Ok(());
            };
            let translator = Principal {
                member: Some(OWN), role: Some(Role::Contributor), read_only: false,
                communities: ids(&speaks), contributes_to: ids(&speaks), ..Principal::public()
            };
            let Some(handling) = handling(&original, &translator, withheld) else { return Ok(()) };
            let marked = Marked { tlp: Some(original.tlp()), pap: Some(original.pap()), unknown: false };
            let translation = handling.audience(marked, OWN).unwrap();
            let reader = Principal {
                member: Some(MemberId(reader)), communities: ids(&inside), providers: members(&providers),
                provider_communities: ids(&provided), ..Principal::public()
            };
            for reader in [&reader, &Principal::public()] {
                prop_assert!(!may_see(reader, &translation) || may_see(reader, &original));
            }
            prop_assert_eq!((translation.tlp(), translation.pap()), (original.tlp(), original.pap()));
        }
    }
}
