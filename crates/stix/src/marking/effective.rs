//! What the markings of an object mean taken together: of several the narrowest, never the widest.

use std::collections::HashSet;

use super::{PAP_EXTENSION, Pap, TLP_2_EXTENSION, Tlp};
use crate::json::{Map, Value};

/// What one marking definition says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// How far it may travel.
    pub tlp: Option<Tlp>,
    /// What may be done with it.
    pub pap: Option<Pap>,
    /// A statement for people (copyright, terms of use).
    pub statement: Option<String>,
}

/// What the markings of an object say taken together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// The narrowest TLP; none if no marking gives one.
    pub tlp: Option<Tlp>,
    /// The strictest PAP; none if no marking gives one.
    pub pap: Option<Pap>,
    /// The statements, each once, in the order of the markings.
    pub statements: Vec<String>,
    /// Markings that nobody could resolve, or that say nothing known here. Who shares on has to be careful with these.
    pub unknown: Vec<String>,
}

impl Meaning {
    /// Reads a marking definition.
    ///
    /// TLP comes from a fixed identifier, from `definition.tlp`, from the extension for TLP 2.0, or from a name or
    /// statement that is nothing but `TLP:…` (how MISP and others carry what STIX has no definition for); PAP likewise.
    pub fn of(map: &Map<'_>) -> Self {
        let id = map.str("id").unwrap_or_default();
        if let Some(tlp) = Tlp::of_marking(id) {
            // The identifier decides: a copy with a changed colour must not widen anything.
            return Self {
                tlp: Some(tlp),
                ..Self::default()
            };
        }
        if let Some(pap) = Pap::of_marking(id) {
            return Self {
                pap: Some(pap),
                ..Self::default()
            };
        }
        let definition = map.object("definition");
        let said = |key: &str| definition.and_then(|definition| definition.str(key));
        let extension = |id: &str, key: &str| {
            map.object("extensions")
                .and_then(|all| all.object(id))
                .and_then(|one| one.str(key))
        };
        let labels = [map.str("name"), said("statement"), map.str("x_opencti_definition")];
        let labelled = |prefix: &str| {
            let has_prefix = move |text: &&str| {
                text.get(..prefix.len())
                    .is_some_and(|it| it.eq_ignore_ascii_case(prefix))
            };
            labels
                .into_iter()
                .flatten()
                .map(str::trim)
                .filter(has_prefix)
                .collect::<Vec<_>>()
        };
        let tlp = [said("tlp"), extension(TLP_2_EXTENSION, "tlp_2_0")];
        let pap = [said("pap"), extension(PAP_EXTENSION, "pap")];
        Self {
            tlp: tlp
                .into_iter()
                .flatten()
                .chain(labelled("tlp:"))
                .filter_map(Tlp::parse)
                .max(),
            pap: pap
                .into_iter()
                .flatten()
                .chain(labelled("pap:"))
                .filter_map(Pap::parse)
                .max(),
            statement: said("statement").map(str::to_owned),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Takes several markings together; `resolve` is asked for those that are not fixed by a standard.
pub fn effective<'i>(
    marking_ids: impl IntoIterator<Item = &'i str>,
    mut resolve: impl FnMut(&str) -> Option<Meaning>,
) -> Effective {
    let mut all = Effective::default();
    // An object may name a hundred thousand markings: each is looked up once, and no list is searched for each.
    let (mut asked, mut told) = (HashSet::new(), HashSet::new());
    for id in marking_ids {
        if let Some(tlp) = Tlp::of_marking(id) {
            all.tlp = all.tlp.max(Some(tlp));
        } else if let Some(pap) = Pap::of_marking(id) {
            all.pap = all.pap.max(Some(pap));
        } else if asked.insert(id) {
            let meaning = resolve(id).unwrap_or_default();
            if meaning.is_empty() {
                all.unknown.push(id.to_owned());
            }
            all.tlp = all.tlp.max(meaning.tlp);
            all.pap = all.pap.max(meaning.pap);
            all.statements
                .extend(meaning.statement.filter(|statement| told.insert(statement.clone())));
        }
    }
    all
}

/// The markings that apply to an object as a whole and to parts of it.
///
/// Who decides about the whole object takes them all together: an object with a RED part is RED until somebody cuts the part out.
pub fn references<'v>(map: &'v Map<'_>) -> impl Iterator<Item = &'v str> {
    let whole = map.array("object_marking_refs").unwrap_or_default();
    whole
        .iter()
        .filter_map(Value::as_str)
        .chain(granular(map).filter_map(|one| one.marking))
}

/// A granular marking of STIX 2.1 section 7.2.3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Granular<'v> {
    /// The marking definition, if it is about handling.
    pub marking: Option<&'v str>,
    /// The language, if it is about language.
    pub language: Option<&'v str>,
    selectors: &'v [Value<'v>],
}

impl<'v> Granular<'v> {
    /// The selectors of the parts it applies to.
    pub fn selectors(&self) -> impl Iterator<Item = &'v str> {
        self.selectors.iter().filter_map(Value::as_str)
    }
}

/// The granular markings of an object.
pub fn granular<'v>(map: &'v Map<'_>) -> impl Iterator<Item = Granular<'v>> {
    let all = map.array("granular_markings").unwrap_or_default();
    all.iter().filter_map(Value::as_object).map(|one| Granular {
        marking: one.str("marking_ref"),
        language: one.str("lang"),
        selectors: one.array("selectors").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Effective, Meaning, effective, granular, references};
    use crate::Object;
    use crate::marking::{Pap, TLP_MARKINGS, Tlp};

    fn meaning(text: &str) -> Meaning {
        Meaning::of(Object::parse(text).unwrap().map())
    }

    #[test]
    fn reads_the_ways_in_which_handling_is_written() {
        let id = r#""id":"marking-definition--11111111-1111-4111-8111-111111111111""#;
        let cases = [
            (r#""name":"TLP:AMBER+STRICT""#, Some(Tlp::AmberStrict), None),
            (r#""definition":{"statement":"tlp:ex:chr"}"#, None, None),
            (
                r#""definition_type":"statement","definition":{"statement":"PAP:RED"}"#,
                None,
                Some(Pap::Red),
            ),
            (
                r#""name":"PAP:AMBER","definition":{"statement":"custom"}"#,
                None,
                Some(Pap::Amber),
            ),
            (
                r#""extensions":{"extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b":{"pap":"green"}}"#,
                None,
                Some(Pap::Green),
            ),
            (r#""name":"TLP:CLEAR","definition":{"tlp":"red"}"#, Some(Tlp::Red), None),
            (r#""definition":{"statement":"Handle as TLP:RED, please"}"#, None, None),
        ];
        for (properties, tlp, pap) in cases {
            let found = meaning(&format!("{{{id},{properties}}}"));
            assert_eq!((found.tlp, found.pap), (tlp, pap), "{properties}");
        }
    }

    #[test]
    fn a_copy_of_a_fixed_marking_cannot_change_its_colour() {
        let text = r#"{"id":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1","name":"TLP:CLEAR"}"#;
        assert_eq!(meaning(text).tlp, Some(Tlp::Red));
    }

    #[test]
    fn keeps_what_it_does_not_understand_by_name() {
        let copyright = Meaning {
            statement: Some("Copyright".to_owned()),
            ..Meaning::default()
        };
        let found = effective(
            [
                "a",
                "b",
                "a",
                "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
            ],
            |id| (id == "b").then(|| copyright.clone()),
        );
        let expected = Effective {
            pap: Some(Pap::Amber),
            statements: vec!["Copyright".to_owned()],
            unknown: vec!["a".to_owned()],
            tlp: None,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn lists_the_markings_of_the_whole_and_of_parts() {
        let object = Object::parse(
            r#"{"object_marking_refs":["m1"],"granular_markings":[{"marking_ref":"m2","selectors":["name"]},{"lang":"de","selectors":["labels.[0]"]}]}"#,
        )
        .unwrap();
        assert_eq!(references(object.map()).collect::<Vec<_>>(), ["m1", "m2"]);
        let second = granular(object.map()).nth(1).unwrap();
        assert_eq!(second.language, Some("de"));
        assert_eq!(second.selectors().collect::<Vec<_>>(), ["labels.[0]"]);
    }

    proptest! {
        #[test]
        fn one_more_marking_never_widens(picks in prop::collection::vec(0..TLP_MARKINGS.len(), 1..6)) {
            let ids: Vec<&str> = picks.iter().map(|pick| TLP_MARKINGS[*pick].0).collect();
            let all = effective(ids.iter().copied(), |_| None).tlp;
            let fewer = effective(ids[1..].iter().copied(), |_| None).tlp;
            prop_assert!(all >= fewer);
            prop_assert_eq!(all, picks.iter().map(|pick| TLP_MARKINGS[*pick].1).max());
        }
    }
}
