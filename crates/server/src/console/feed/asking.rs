//! What somebody typed into the one box: words, and the filters that the node has.
//!
//! `type:malware,tool since:7d water pump` asks for malware and tools of the last seven days in which both words occur.

use stix::Timestamp;
use store::SearchQuery;

use crate::query;

/// Filters that people know from elsewhere and that this search does not have.
const NOT_HERE: [&str; 6] = ["tlp", "sector", "from", "technique", "region", "score"];
/// Types of one question.
const TYPES_MOST: usize = 20;
const DAY_MICROS: i64 = 86_400_000_000;

/// A question, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asking {
    /// What is left when the filters are taken out.
    pub words: String,
    /// Only these types; none: what people look for. `any` is every type.
    pub types: Vec<String>,
    /// Only what was added since.
    pub since: Option<Timestamp>,
    /// What could not be read: the key of a sentence, and what it is about.
    pub odd: Vec<(&'static str, String)>,
}

impl Asking {
    /// Reads a question, asked now.
    pub fn read(text: &str, now: Timestamp) -> Self {
        let mut asking = Self::default();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if !asking.takes(word, now) {
                words.push(word);
            }
        }
        asking.words = words.join(" ");
        asking
    }

    /// Takes a word that is a filter.
    fn takes(&mut self, word: &str, now: Timestamp) -> bool {
        let Some((name, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty()) else {
            return false;
        };
        match name.to_ascii_lowercase().as_str() {
            "type" => {
                for one in value.split(',').filter(|one| !one.is_empty()) {
                    let one = one.to_ascii_lowercase();
                    match stix::id::check_object_type(&one) {
                        Ok(()) if self.types.len() < TYPES_MOST => self.types.push(one),
                        _ => self.say("feed-odd-type", &one),
                    }
                }
            }
            "since" => match since(value, now) {
                Some(since) => self.since = Some(since),
                None => self.say("feed-odd-since", value),
            },
            other if NOT_HERE.contains(&other) => self.say("feed-odd-filter", other),
            _ => return false,
        }
        true
    }

    fn say(&mut self, key: &'static str, about: &str) {
        if self.odd.len() < TYPES_MOST {
            self.odd.push((key, about.chars().take(64).collect()));
        }
    }

    /// The same for the node.
    pub fn query(&self) -> SearchQuery {
        let things = || node::find::THINGS.map(str::to_owned).to_vec();
        SearchQuery {
            words: self.words.clone(),
            types: match self.types.as_slice() {
                [] => things(),
                types if types.iter().any(|one| one == "any") => Vec::new(),
                types => types.to_vec(),
            },
            since: self.since,
        }
    }

    /// Whether something of this type, added then, is asked for.
    pub fn wants(&self, object_type: &str, added: Timestamp) -> bool {
        let wants_type = self.types.is_empty() || self.types.iter().any(|one| one == "any" || one == object_type);
        wants_type && self.since.is_none_or(|since| added >= since)
    }
}

/// `7d`, `24h`, `2w`, a day, or a time.
fn since(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some((number, unit)) = text.split_at_checked(text.len().checked_sub(1)?)
        && let Ok(number) = number.parse::<u16>()
    {
        let unit = match unit {
            "h" => DAY_MICROS / 24,
            "d" => DAY_MICROS,
            "w" => 7 * DAY_MICROS,
            _ => return None,
        };
        return Some(now.plus_micros(-i64::from(number) * unit));
    }
    let whole = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    query::time("since", &whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_out_of_the_words() {
        let now = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let asking = Asking::read("type:Malware,tool water since:7d pump tlp:red http://x.example", now);
        assert_eq!(asking.words, "water pump http://x.example");
        assert_eq!(asking.types, ["malware", "tool"]);
        assert_eq!(asking.since, Timestamp::parse("2026-11-16T12:00:00Z").ok());
        assert_eq!(asking.odd, [("feed-odd-filter", "tlp".to_owned())]);
        assert_eq!(asking.query().types, ["malware", "tool"]);
    }

    #[test]
    fn a_time_is_a_span_a_day_or_a_time() {
        let now = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let read = |text: &str| Asking::read(&format!("since:{text}"), now);
        assert_eq!(read("24h").since, Timestamp::parse("2026-11-22T12:00:00Z").ok());
        assert_eq!(read("2026-11-01").since, Timestamp::parse("2026-11-01T00:00:00Z").ok());
        assert_eq!(read("2026-11-01T02:00:00%2B01:00").since, None);
        for odd in ["x", "7", "7y", "-1d", "99999999d", "é"] {
            let asking = read(odd);
            assert_eq!((asking.since, asking.odd.len()), (None, 1), "{odd}");
        }
    }
}
