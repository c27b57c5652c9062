//! What somebody typed into the one box, read: words and filters.
//!
//! ```text
//! type:malware,tool tlp:green,amber from:"City of Lake" sector:water technique:T1566 since:7d water pump
//! ```
//!
//! Filters of different names must all hold, values of one filter are alternatives; what is no filter are words that must
//! all occur. What cannot be read is told with its place and with what could stand there, and such a filter lets nothing
//! through: a filter that was left out would find what was not asked for.

use stix::Timestamp;
use stix::marking::Tlp;
use stix::observable::{Observable, guess, refang};

use crate::find::THINGS;

/// Every filter.
pub const FILTERS: [&str; 6] = ["type", "tlp", "sector", "from", "since", "technique"];
/// Filters that people know from elsewhere and that there are not here.
const NOT_HERE: [&str; 9] = [
    "region", "score", "country", "pap", "marking", "tag", "label", "author", "until",
];
/// Values of one question.
const VALUES_MOST: usize = 40;
/// Things that are told.
const ODD_MOST: usize = 10;
/// Characters of a value that are told.
const TOLD: usize = 64;
const HOUR: i64 = 3_600_000_000;

/// What of a question could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddKind {
    /// There is no such filter.
    Filter,
    /// There is no such type.
    Type,
    /// There is no such colour.
    Tlp,
    /// It is not a time.
    Since,
    /// It is not the identifier of a technique.
    Technique,
    /// Nothing of a member of that name is open to who asks.
    Member,
    /// There are more values than can be asked for together.
    TooMany,
}

/// Something that could not be read, where it stands, and what could stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// What it is.
    pub kind: OddKind,
    /// What stands there.
    pub text: String,
    /// Its first character, counted from 1.
    pub at: usize,
    /// What could stand there.
    pub could: Vec<String>,
}

/// A question, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// What is left when the filters are taken out.
    pub words: String,
    /// Only these types; none: what people look for. `any` is every type.
    pub types: Vec<String>,
    /// Only what was shared under these colours.
    pub tlps: Vec<Tlp>,
    /// Only what has to do with one of these sectors.
    pub sectors: Vec<String>,
    /// Only what has to do with one of these techniques.
    pub techniques: Vec<String>,
    /// Only what members of these names shared; each with its place.
    pub from: Vec<(String, usize)>,
    /// Only what was added since.
    pub since: Option<Timestamp>,
    /// What could not be read.
    pub odd: Vec<Odd>,
}

/// A word of a question: where it begins, and what it is without quotes.
struct Word {
    at: usize,
    /// The name of a filter, where it is one.
    name: Option<String>,
    /// What follows the name, or the whole.
    value: String,
    /// Where the value begins.
    value_at: usize,
}

/// Cuts a question at white space that does not stand between quotes.
fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut one: Option<Word> = None;
    let mut quoted = false;
    for (at, letter) in (1..).zip(text.chars()) {
        if letter.is_whitespace() && !quoted {
            found.extend(one.take());
            continue;
        }
        let word = one.get_or_insert_with(|| Word {
            at,
            name: None,
            value: String::new(),
            value_at: at,
        });
        match letter {
            '"' if word.name.is_some() => quoted = !quoted,
            ':' if word.name.is_none() && is_filter(&word.value) => {
                word.name = Some(std::mem::take(&mut word.value).to_ascii_lowercase());
                word.value_at = at + 1;
            }
            letter => word.value.push(letter),
        }
    }
    found.extend(one);
    found
}

fn is_filter(name: &str) -> bool {
    FILTERS
        .iter()
        .chain(&NOT_HERE)
        .any(|known| known.eq_ignore_ascii_case(name))
}

impl Question {
    /// Reads a question, asked now.
    pub fn read(text: &str, now: Timestamp) -> Self {
        let mut question = Self::default();
        let mut rest = Vec::new();
        for word in words(text) {
            match word.name.as_deref() {
                // Who has just typed the colon has not said anything yet.
                Some(_) if word.value.is_empty() => {}
                Some(name) => question.filter(name, &word, now),
                None => rest.push(word.value),
            }
        }
        question.words = rest.join(" ");
        question
    }

    /// The one value that somebody plainly means, where it is one.
    pub fn value(&self) -> Option<Observable> {
        let is_one = !self.words.is_empty() && !self.words.contains(char::is_whitespace);
        is_one.then(|| guess(&refang(&self.words))).flatten()
    }

    /// Whether nothing is asked for.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    fn filter(&mut self, name: &str, word: &Word, now: Timestamp) {
        if !FILTERS.contains(&name) {
            return self.tell(
                OddKind::Filter,
                name,
                word.at,
                FILTERS.map(|name| format!("{name}:")).to_vec(),
            );
        }
        if name == "since" {
            match since(&word.value, now) {
                Some(since) => self.since = Some(since),
                None => self.tell(OddKind::Since, &word.value, word.value_at, sinces(now)),
            }
            return;
        }
        let mut at = word.value_at;
        for value in word.value.split(',') {
            if !value.trim().is_empty() {
                self.one(name, value.trim(), at);
            }
            at += value.chars().count() + 1;
        }
    }

    fn one(&mut self, name: &str, value: &str, at: usize) {
        let many = self.types.len() + self.tlps.len() + self.sectors.len() + self.techniques.len() + self.from.len();
        if many >= VALUES_MOST {
            return self.tell(OddKind::TooMany, value, at, Vec::new());
        }
        match name {
            "type" => {
                let one = value.to_ascii_lowercase();
                match stix::id::check_object_type(&one) {
                    Ok(()) => self.types.push(one),
                    Err(_) => self.tell(OddKind::Type, value, at, near(&one, THINGS.into_iter())),
                }
            }
            "tlp" => match Tlp::parse(&value.to_ascii_lowercase().replace("r-s", "r+s")) {
                Some(tlp) => self.tlps.push(tlp),
                None => self.tell(OddKind::Tlp, value, at, colours().collect()),
            },
            "sector" => self.sectors.push(store::FacetKind::Sector.written(value)),
            "technique" => {
                let one = store::FacetKind::Technique.written(value);
                match store::FacetKind::is_technique(&one) {
                    true => self.techniques.push(one),
                    false => self.tell(
                        OddKind::Technique,
                        value,
                        at,
                        vec!["T1566".to_owned(), "T1566.001".to_owned()],
                    ),
                }
            }
            _ => self.from.push((value.to_owned(), at)),
        }
    }

    /// Tells of something that could not be read.
    pub(crate) fn tell(&mut self, kind: OddKind, text: &str, at: usize, could: Vec<String>) {
        if self.odd.len() < ODD_MOST {
            self.odd.push(Odd {
                kind,
                text: text.chars().take(TOLD).collect(),
                at,
                could,
            });
        }
    }
}

/// A colour as a filter names it.
pub(crate) fn colour(tlp: Tlp) -> String {
    tlp.label().trim_start_matches("TLP:").to_ascii_lowercase()
}

/// Every colour as a filter names it.
pub(crate) fn colours() -> impl Iterator<Item = String> {
    let colours = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];
    colours.into_iter().map(colour)
}

/// Times that can stand behind `since:`.
pub(crate) fn sinces(now: Timestamp) -> Vec<String> {
    let day = now.to_string().chars().take(10).collect();
    vec!["24h".to_owned(), "7d".to_owned(), "4w".to_owned(), day]
}

/// `7d`, `24h`, `2w`, a day, or a time.
fn since(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some((number, unit)) = text.split_at_checked(text.len().checked_sub(1)?)
        && let Ok(number) = number.parse::<u16>()
    {
        let unit = match unit {
            "h" => HOUR,
            "d" => 24 * HOUR,
            "w" => 7 * 24 * HOUR,
            _ => return None,
        };
        return Some(now.plus_micros(-i64::from(number) * unit));
    }
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&whole).ok()
}

/// Those that begin alike, else all.
fn near<'w>(text: &str, words: impl Iterator<Item = &'w str> + Clone) -> Vec<String> {
    let begin: String = text.chars().take(2).collect();
    let alike: Vec<String> = words
        .clone()
        .filter(|word| word.starts_with(&begin))
        .map(str::to_owned)
        .collect();
    match alike.is_empty() || begin.is_empty() {
        true => words.map(str::to_owned).collect(),
        false => alike,
    }
}

/// The last word of a question that is being typed: what stands before it, the filter, the value as far as it goes.
pub(crate) struct Typing<'t> {
    /// What stays.
    pub before: &'t str,
    /// The filter whose value is being typed.
    pub filter: Option<&'static str>,
    /// What is typed of the name of a filter or of a value.
    pub part: String,
}

impl<'t> Typing<'t> {
    /// Reads a question up to where somebody types.
    pub fn read(text: &'t str) -> Self {
        let nothing = |before| Self {
            before,
            filter: None,
            part: String::new(),
        };
        let Some(word) = words(text).pop() else {
            return nothing(text);
        };
        let at = |place: usize| text.char_indices().nth(place - 1).map_or(text.len(), |(at, _)| at);
        let typed = text.get(at(word.at)..).unwrap_or_default();
        let is_open = word.name.is_some() && typed.matches('"').count() % 2 == 1;
        if text.ends_with(char::is_whitespace) && !is_open {
            return nothing(text);
        }
        let Some(name) = word.name else {
            return Self {
                before: text.get(..at(word.at)).unwrap_or_default(),
                filter: None,
                part: word.value,
            };
        };
        // Of several values the last is being typed.
        let value = text.get(at(word.value_at)..).unwrap_or_default();
        let begin = value.rfind(',').filter(|_| !is_open).map_or(0, |comma| comma + 1);
        let part = value.get(begin..).unwrap_or_default();
        Self {
            before: text.get(..text.len() - part.len()).unwrap_or_default(),
            filter: FILTERS.into_iter().find(|known| *known == name),
            part: part.replace('"', ""),
        }
    }

    /// The question with the rest of the word.
    pub fn with(&self, value: &str) -> String {
        let needs_quotes = self.filter.is_some() && value.contains(char::is_whitespace);
        match needs_quotes {
            true => format!("{}\"{value}\"", self.before),
            false => format!("{}{value}", self.before),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
    }

    #[test]
    fn filters_are_taken_out_of_the_words() {
        let text = "type:Malware,tool water since:7d pump tlp:green,amber-strict http://x.example technique:t1566.001";
        let question = Question::read(text, now());
        assert_eq!(question.words, "water pump http://x.example");
        assert_eq!(question.types, ["malware", "tool"]);
        assert_eq!(question.tlps, [Tlp::Green, Tlp::AmberStrict]);
        assert_eq!(question.techniques, ["T1566.001"]);
        assert_eq!(question.since, Timestamp::parse("2026-11-16T12:00:00Z").ok());
        assert!(question.odd.is_empty());
    }

    #[test]
    fn a_value_with_blanks_stands_between_quotes() {
        let question = Question::read("from:\"City of Lake\",Birch sector:\"Oil & Gas\" pump", now());
        let names: Vec<&str> = question.from.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["City of Lake", "Birch"]);
        assert_eq!(
            (question.sectors, question.words),
            (vec!["oil-gas".to_owned()], "pump".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place_and_what_could_stand_there() {
        let question = Question::read(
            "é region:eu tlp:blue type:mal/ware since:soon technique:phishing",
            now(),
        );
        let told: Vec<_> = question
            .odd
            .iter()
            .map(|odd| (odd.kind, odd.text.as_str(), odd.at))
            .collect();
        assert_eq!(
            told,
            [
                (OddKind::Filter, "region", 3),
                (OddKind::Tlp, "blue", 17),
                (OddKind::Type, "mal/ware", 27),
                (OddKind::Since, "soon", 42),
                (OddKind::Technique, "phishing", 57),
            ]
        );
        assert_eq!(
            question.odd[1].could,
            ["clear", "green", "amber", "amber+strict", "red"]
        );
        assert_eq!(question.odd[2].could, ["malware"]);
    }

    #[test]
    fn a_time_is_a_span_a_day_or_a_time() {
        let read = |text: &str| Question::read(&format!("since:{text}"), now());
        assert_eq!(read("24h").since, Timestamp::parse("2026-11-22T12:00:00Z").ok());
        assert_eq!(read("2026-11-01").since, Timestamp::parse("2026-11-01T00:00:00Z").ok());
        for odd in ["x", "7", "7y", "-1d", "99999999d", "é"] {
            let question = read(odd);
            assert_eq!((question.since, question.odd.len()), (None, 1), "{odd}");
        }
    }

    #[test]
    fn the_last_word_is_completed_and_nothing_else() {
        let typing = |text| {
            let typing = Typing::read(text);
            (typing.filter, typing.part.clone(), typing.with("X Y"))
        };
        assert_eq!(typing("pump ty"), (None, "ty".to_owned(), "pump X Y".to_owned()));
        assert_eq!(typing("pump "), (None, String::new(), "pump X Y".to_owned()));
        assert_eq!(
            typing("type:mal"),
            (Some("type"), "mal".to_owned(), "type:\"X Y\"".to_owned())
        );
        assert_eq!(
            typing("a type:tool,mal"),
            (Some("type"), "mal".to_owned(), "a type:tool,\"X Y\"".to_owned())
        );
        assert_eq!(
            typing("from:\"City o"),
            (Some("from"), "City o".to_owned(), "from:\"X Y\"".to_owned())
        );
        assert_eq!(
            typing("from:\"City of "),
            (Some("from"), "City of ".to_owned(), "from:\"X Y\"".to_owned())
        );
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_and_places_lie_within_it(text in "(type:|tlp:|from:\"|since:|é|,|\"| |[a-z]{0,4}|[0-9]d){0,12}") {
            let question = Question::read(&text, now());
            for odd in &question.odd {
                prop_assert!(odd.at >= 1 && odd.at <= text.chars().count(), "{:?}", odd);
            }
            prop_assert!(Typing::read(&text).with("x").len() <= text.len() + 3);
        }
    }
}
