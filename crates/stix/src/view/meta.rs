//! Views of meta objects and of the bundle.

use super::{text, time, view};
use crate::Timestamp;
use crate::check::selector;
use crate::json::{Map, Value};
use crate::marking::{Meaning, Pap, Tlp};

view!(
    /// A rule of handling that other objects point to (section 7.2.1).
    MarkingDefinition, "marking-definition"
);

impl<'v> MarkingDefinition<'v> {
    /// Everything it says, read once.
    pub fn meaning(self) -> Meaning {
        Meaning::of(self.0)
    }

    /// How far what it marks may travel: TLP 1, TLP 2.0, or written as a name or statement.
    pub fn tlp(self) -> Option<Tlp> {
        self.meaning().tlp
    }

    /// What may be done with what it marks.
    pub fn pap(self) -> Option<Pap> {
        self.meaning().pap
    }

    /// The text of a statement marking.
    pub fn statement(self) -> Option<&'v str> {
        self.0
            .object("definition")
            .and_then(|definition| text(definition, "statement"))
    }

    /// `definition_type`
    pub fn definition_type(self) -> Option<&'v str> {
        text(self.0, "definition_type")
    }
}

view!(
    /// The texts of another object in other languages (section 7.1).
    LanguageContent, "language-content"
);

impl<'v> LanguageContent<'v> {
    /// `object_ref`
    pub fn object(self) -> Option<&'v str> {
        text(self.0, "object_ref")
    }

    /// `object_modified`: the version it is about; all versions when absent.
    pub fn object_modified(self) -> Option<Timestamp> {
        time(self.0, "object_modified")
    }

    /// The languages it has.
    pub fn languages(self) -> impl Iterator<Item = &'v str> {
        self.0
            .object("contents")
            .into_iter()
            .flat_map(Map::iter)
            .map(|(language, _)| language)
    }

    /// The text of a property in a language: `name`, or a part as a selector names it, `goals.[0]`.
    ///
    /// A language that is not there falls back to its shorter forms (`pt-BR` to `pt`, RFC 4647 section 3.4). An empty
    /// text means untranslated and reads as none.
    pub fn translation(self, language: &str, selector: &str) -> Option<&'v str> {
        // No tag of RFC 5646 in use is longer; a longer one would be looked for once for each of its hyphens.
        if language.len() > 64 {
            return None;
        }
        let contents = self.0.object("contents")?;
        let mut wanted = language;
        loop {
            let texts = contents
                .iter()
                .find(|(tag, _)| tag.eq_ignore_ascii_case(wanted))
                .and_then(|(_, texts)| texts.as_object());
            let found = texts.and_then(|texts| selector::find(texts, selector, &mut 100_000).ok());
            if let Some(text) = found.and_then(Value::as_str).filter(|text| !text.is_empty()) {
                return Some(text);
            }
            wanted = wanted.rsplit_once('-')?.0;
        }
    }
}

view!(
    /// Objects that travel together (section 8). Large ones are better streamed (crate `formats`).
    Bundle, "bundle"
);

impl<'v> Bundle<'v> {
    /// The objects in it.
    pub fn objects(self) -> impl Iterator<Item = &'v Map<'v>> {
        super::maps(self.0, "objects")
    }

    /// `spec_version`, which only bundles of STIX 2.0 have.
    pub fn spec_version(self) -> Option<&'v str> {
        text(self.0, "spec_version")
    }
}
