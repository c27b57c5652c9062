//! Which sections of the guide are about some words: BM25 with a little more weight for headings, over a few hundred
//! sections in memory.

use std::collections::HashMap;

use super::book::Section;

/// How soon a word that repeats counts for no more.
const SATURATION: f64 = 1.2;
/// How much a long section is held against it.
const LENGTH: f64 = 0.6;
/// What a word of a heading weighs, in words of the text.
const HEADING: f64 = 6.0;
/// What a word of the title of a chapter weighs.
const CHAPTER: f64 = 2.0;
/// Characters on each side of the first word that was found.
const AROUND: usize = 90;
/// Letters from which on the beginning of a word is enough.
const BEGINNING: usize = 3;
/// Words that are looked at.
const WORDS_MOST: usize = 12;

/// A section that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Match<'b> {
    /// Which.
    pub section: &'b Section,
    /// The text around the first word that was found.
    pub around: String,
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|one: char| !one.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Whether a word of a text is meant by a word that was typed.
fn means(typed: &str, word: &str) -> bool {
    word == typed || (typed.chars().count() >= BEGINNING && word.starts_with(typed))
}

/// How often a word that was typed is in each part, weighed.
fn weight(section: &Section, typed: &str) -> f64 {
    let count = |text: &str| words(text).filter(|word| means(typed, word)).count() as f64;
    count(&section.text) + HEADING * count(&section.title) + CHAPTER * count(&section.chapter_title)
}

/// The sections in which all words are, or, where there is none, those with the most of them; the best first.
pub fn find<'b>(sections: &'b [Section], q: &str, limit: usize) -> Vec<Match<'b>> {
    let mut typed: Vec<String> = words(q).take(WORDS_MOST).collect();
    typed.dedup();
    if typed.is_empty() || sections.is_empty() {
        return Vec::new();
    }
    let lengths: Vec<f64> = sections
        .iter()
        .map(|section| words(&section.text).count() as f64)
        .collect();
    let average = lengths.iter().sum::<f64>() / lengths.len() as f64;
    let mut scores: HashMap<usize, (usize, f64)> = HashMap::new();
    for word in &typed {
        let weights: Vec<f64> = sections.iter().map(|section| weight(section, word)).collect();
        let with = weights.iter().filter(|weight| **weight > 0.0).count() as f64;
        let rare = ((sections.len() as f64 - with + 0.5) / (with + 0.5) + 1.0).ln();
        for (at, weight) in weights.into_iter().enumerate().filter(|(_, weight)| *weight > 0.0) {
            let long = lengths.get(at).copied().unwrap_or_default() / average.max(1.0);
            let damped = SATURATION * (1.0 - LENGTH + LENGTH * long);
            let (many, score) = scores.entry(at).or_default();
            *many += 1;
            *score += rare * weight * (SATURATION + 1.0) / (weight + damped);
        }
    }
    let most = scores.values().map(|(many, _)| *many).max().unwrap_or_default();
    let mut best: Vec<(usize, f64)> = scores
        .into_iter()
        .filter(|(_, (many, _))| *many == most)
        .map(|(at, (_, score))| (at, score))
        .collect();
    best.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let found = best.into_iter().take(limit).filter_map(|(at, _)| sections.get(at));
    found
        .map(|section| Match {
            around: around(&section.text, &typed),
            section,
        })
        .collect()
}

/// The text around the first word that was found; its beginning where the words are in the headings only.
fn around(text: &str, typed: &[String]) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut at = 0;
    let starts = text.split(' ').map(|word| {
        let start = at;
        at += word.chars().count() + 1;
        (start, word)
    });
    let is_meant = |word: &str| words(word).any(|word| typed.iter().any(|typed| means(typed, &word)));
    let first = starts
        .into_iter()
        .find(|(_, word)| is_meant(word))
        .map_or(0, |(start, _)| start);
    let from = first.saturating_sub(AROUND);
    let mut shown: String = text.chars().skip(from).take(2 * AROUND).collect();
    if from > 0 {
        shown.insert(0, '…');
    }
    if text.chars().count() > from + 2 * AROUND {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::guide::book::BOOK;

    fn section(title: &str, text: &str) -> Section {
        Section {
            chapter: "public",
            chapter_title: "A chapter".to_owned(),
            anchor: title.to_lowercase(),
            title: title.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_heading_weighs_more_than_the_text_and_all_words_more_than_some() {
        let sections = [
            section("Backup", "Copy the store."),
            section("Other", "A backup is a copy. Keep the backup."),
            section("Third", "Nothing of it."),
        ];
        let titles = |q: &str| {
            find(&sections, q, 9)
                .iter()
                .map(|one| one.section.title.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(titles("backup"), ["Backup", "Other"]);
        assert_eq!(titles("keep backup"), ["Other"]);
        assert_eq!(titles("BACK"), ["Backup", "Other"], "the beginning of a word is enough");
        assert_eq!(titles("ba"), Vec::<String>::new());
        assert_eq!(titles("nothing backup").len(), 3, "no section has both");
        assert_eq!(titles(" ?! "), Vec::<String>::new());
    }

    #[test]
    fn what_is_around_is_cut_between_characters() {
        let long = format!("{} needle {}", "ä".repeat(300), "ö".repeat(300));
        let shown = around(&long, &["needle".to_owned()]);
        assert!(
            shown.starts_with('…') && shown.ends_with('…') && shown.contains("needle"),
            "{shown}"
        );
    }

    #[test]
    fn the_guide_is_found_by_what_people_ask() {
        for (q, chapter) in [
            ("backup restore", "operating"),
            ("passkey", "sign-in"),
            ("false positive", "sightings"),
            ("recall acknowledge", "recall"),
            ("security.txt", "public"),
        ] {
            let found = find(BOOK.sections(), q, 5);
            assert!(found.iter().any(|one| one.section.chapter == chapter), "{q}: {found:?}");
        }
    }
}
