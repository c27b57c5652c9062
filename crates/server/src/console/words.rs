//! Sentences of the console in the languages there are, from Fluent files that are compiled in.
//!
//! A sentence that a language does not have comes in English; a test holds that each has them all.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

macro_rules! sources {
    ($tag:literal) => {
        [
            include_str!(concat!("../../locales/", $tag, "/console.ftl")),
            include_str!(concat!("../../locales/", $tag, "/errors.ftl")),
            include_str!(concat!("../../locales/", $tag, "/exchange.ftl")),
            include_str!(concat!("../../locales/", $tag, "/feed.ftl")),
            include_str!(concat!("../../locales/", $tag, "/home.ftl")),
            include_str!(concat!("../../locales/", $tag, "/people.ftl")),
            include_str!(concat!("../../locales/", $tag, "/public.ftl")),
        ]
    };
}

/// A language of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// German.
    German,
    /// Dutch.
    Dutch,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::English, Self::Spanish, Self::French, Self::German, Self::Dutch];

    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::German => "de",
            Self::Dutch => "nl",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::German => "Deutsch",
            Self::Dutch => "Nederlands",
        }
    }

    /// In which direction it is written.
    pub const fn direction(self) -> &'static str {
        "ltr"
    }

    /// Reads a tag.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language of an `Accept-Language` that there is, by its order of preference (RFC 9110, 12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let weighed = header.split(',').take(20).enumerate().filter_map(|(place, part)| {
            let mut parts = part.trim().split(';');
            let language = Self::parse(parts.next()?.trim())?;
            let weight = parts.find_map(|one| one.trim().strip_prefix("q="));
            let weight: f32 = weight.map_or(Some(1.0), |text| text.trim().parse().ok())?;
            (weight > 0.0).then_some((language, weight, place))
        });
        let best = weighed.max_by(|one, other| one.1.total_cmp(&other.1).then(other.2.cmp(&one.2)));
        best.map(|(language, ..)| language)
    }

    /// Its files: one for what every page has, and one for each group of pages.
    fn sources(self) -> [&'static str; 7] {
        match self {
            Self::English => sources!("en"),
            Self::Spanish => sources!("es"),
            Self::French => sources!("fr"),
            Self::German => sources!("de"),
            Self::Dutch => sources!("nl"),
        }
    }
}

static BUNDLES: LazyLock<HashMap<Language, FluentBundle<FluentResource>>> = LazyLock::new(|| {
    Language::ALL
        .into_iter()
        .map(|language| (language, bundle(language)))
        .collect()
});

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Marks around what is put in are for mixed directions; they would be in what people copy.
    bundle.set_use_isolating(false);
    // What cannot be read is left out, and then said in English; a test holds that there is nothing of the kind.
    for source in language.sources() {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The sentences of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Language);

impl Words {
    /// A sentence.
    pub fn say(self, key: &str) -> Cow<'static, str> {
        self.with(key, None)
    }

    /// A sentence with a number in it, `$count`.
    pub fn count<N: Copy + TryInto<i64>>(self, key: &str, count: &N) -> Cow<'static, str> {
        let mut arguments = FluentArgs::new();
        arguments.set("count", FluentValue::from((*count).try_into().unwrap_or(i64::MAX)));
        self.with(key, Some(&arguments))
    }

    /// A sentence with a text in it, `$text`.
    pub fn text(self, key: &str, text: &str) -> Cow<'static, str> {
        let mut arguments = FluentArgs::new();
        arguments.set("text", FluentValue::from(text));
        self.with(key, Some(&arguments))
    }

    fn with(self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let said = [self.0, Language::English].into_iter().find_map(|language| {
            let bundle = BUNDLES.get(&language)?;
            let pattern = bundle.get_message(key)?.value()?;
            let mut errors = Vec::new();
            Some(bundle.format_pattern(pattern, arguments, &mut errors).into_owned())
        });
        // A key that nobody wrote a sentence for is shown, so that it is seen.
        Cow::Owned(said.unwrap_or_else(|| key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(language: Language) -> BTreeSet<String> {
        let read = |line: &str| line.split_once(" =").map(|(key, _)| key.to_owned());
        let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
        let lines = language.sources().into_iter().flat_map(str::lines);
        lines.filter(is_key).filter_map(read).collect()
    }

    #[test]
    fn every_language_has_every_sentence_and_each_can_be_read() {
        let english = keys(Language::English);
        assert!(english.len() > 20);
        for language in Language::ALL {
            let missing: Vec<_> = english.difference(&keys(language)).cloned().collect();
            assert!(missing.is_empty(), "{} lacks {missing:?}", language.tag());
            let odd: Vec<_> = keys(language).difference(&english).cloned().collect();
            assert!(odd.is_empty(), "{} has {odd:?} that nobody else has", language.tag());
            for source in language.sources() {
                let read = FluentResource::try_new(source.to_owned());
                assert!(read.is_ok(), "{}: {:?}", language.tag(), read.err());
            }
        }
    }

    #[test]
    fn no_sentence_is_written_twice() {
        for language in Language::ALL {
            let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
            let lines = language.sources().into_iter().flat_map(str::lines).filter(is_key);
            let all: Vec<&str> = lines
                .filter_map(|line| line.split_once(" ="))
                .map(|(key, _)| key)
                .collect();
            assert_eq!(all.len(), keys(language).len(), "{}", language.tag());
        }
    }

    #[test]
    fn the_language_is_what_the_browser_likes_most() {
        let accepted = |header| Language::accepted(header).map(Language::tag);
        assert_eq!(accepted("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Some("fr"));
        assert_eq!(accepted("ja, de;q=0.3, nl;q=0.4"), Some("nl"));
        assert_eq!(accepted("en;q=0, es;q=0.1"), Some("es"));
        assert_eq!(accepted("ja"), None);
        assert_eq!(accepted("de;q=x"), None);
    }

    #[test]
    fn numbers_and_texts_are_put_in() {
        assert_eq!(Words(Language::English).count("things-due", &1), "1 thing is due");
        assert_eq!(Words(Language::German).count("things-due", &3), "3 Dinge sind fällig");
        assert_eq!(Words(Language::English).say("no-such-sentence"), "no-such-sentence");
    }
}
