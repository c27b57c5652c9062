//! What a member runs, and where texts and software objects name it.
//!
//! | written | is found in texts | is found in software |
//! |---|---|---|
//! | `fortinet fortios` | these words, in this order, at most three others between one and the next | the same in its vendor and name, or those of its CPE |
//! | `cpe:2.3:o:fortinet:fortios` | its vendor and product as words | a CPE that has the same parts, as far as they are said here |
//!
//! Words are whole and without case: what runs `ios` is not told of `fortios`.

use std::borrow::Cow;
use std::collections::HashMap;

use super::words;
use crate::error::{Error, bad};

/// Technologies of a member.
pub const MOST: usize = 50;
/// Characters of one.
pub const LENGTH_MOST: usize = 100;
/// Other words that may stand between two words of one.
const BETWEEN: usize = 3;
/// Characters of a CPE that is read.
const CPE_MOST: usize = 1_000;
const CPE_PARTS: usize = 11;

/// A technology as it is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Technology {
    /// As the member wrote it.
    pub(super) written: String,
    words: Vec<String>,
    cpe: Option<Vec<String>>,
}

impl Technology {
    /// Reads what a member wrote.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        if text.chars().count() > LENGTH_MOST || text.chars().any(char::is_control) {
            let message = format!("a technology is a line of {LENGTH_MOST} characters at most");
            return Err(bad("bad-technology", message, "as in fortinet fortios"));
        }
        let written = text.trim();
        if !says_something(written) {
            let message = format!("'{written}' has no word that could be looked for");
            let help = "name a product or a vendor, with two letters or a letter and a digit side by side, as in siemens simatic";
            return Err(bad("bad-technology", message, help));
        }
        let cpe = cpe_of(written).filter(|parts| !product_words(parts).is_empty());
        Ok(Self {
            written: written.to_owned(),
            words: cpe.as_deref().map_or_else(|| words(written), product_words),
            cpe,
        })
    }

    /// Whether a text names it.
    pub(super) fn is_in(&self, text: &Text) -> bool {
        let Some((first, rest)) = self.words.split_first() else {
            return false;
        };
        let mut ends = Cow::Borrowed(text.places(first));
        for word in rest {
            // Each place of the word that the last place before it of the word before is near enough to.
            let near = |place: &&usize| {
                let before = ends.partition_point(|end| end < *place);
                let last = before.checked_sub(1).and_then(|last| ends.get(last));
                last.is_some_and(|last| **place - last <= BETWEEN + 1)
            };
            let reached: Vec<usize> = text.places(word).iter().filter(near).copied().collect();
            ends = Cow::Owned(reached);
        }
        !ends.is_empty()
    }

    /// Whether a CPE names it.
    pub(super) fn is_cpe(&self, cpe: &Cpe) -> bool {
        match &self.cpe {
            None => self.is_in(&cpe.named),
            Some(own) => {
                let is_same = |(own, other): (&String, &String)| is_any(own) || own == other;
                own.len() <= cpe.parts.len() && own.iter().zip(&cpe.parts).all(is_same)
            }
        }
    }
}

/// A CPE that an object has.
pub(super) struct Cpe {
    parts: Vec<String>,
    named: Text,
}

impl Cpe {
    pub(super) fn read(text: &str) -> Option<Self> {
        let parts = cpe_of(text)?;
        let named = Text::of(product_words(&parts));
        Some(Self { parts, named })
    }
}

/// A text that is looked through: where each of its words stands.
pub(super) struct Text(HashMap<String, Vec<usize>>);

impl Text {
    pub(super) fn read(text: &str) -> Self {
        Self::of(words(text))
    }

    fn of(words: Vec<String>) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, word) in words.into_iter().enumerate() {
            places.entry(word).or_default().push(place);
        }
        Self(places)
    }

    fn places(&self, word: &str) -> &[usize] {
        self.0.get(word).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The parts of a CPE after its scheme, from `a`, `o` or `h` on: of CPE 2.3 and of the older form (`cpe:/o:vendor:product`).
fn cpe_of(text: &str) -> Option<Vec<String>> {
    let text = text.trim().to_lowercase();
    if text.len() > CPE_MOST {
        return None;
    }
    let rest = text.strip_prefix("cpe:2.3:").or_else(|| text.strip_prefix("cpe:/"))?;
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for one in rest.chars() {
        match one {
            // A colon may be a part of a name where a backslash is before it; without it, names compare the same.
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            ':' if !escaped => parts.push(String::new()),
            one => parts.last_mut()?.push(one),
        }
        escaped = false;
    }
    while parts.last().is_some_and(|part| is_any(part)) {
        parts.pop();
    }
    (parts.len() <= CPE_PARTS).then_some(parts)
}

fn is_any(part: &str) -> bool {
    matches!(part, "" | "*")
}

/// Whether a text has a letter of Latin, Greek or Cyrillic beside another or beside a digit: anything shorter is found
/// everywhere. The API document says the same as a pattern.
fn says_something(text: &str) -> bool {
    let is_letter = |one: char| one.is_ascii_alphabetic() || ('\u{c0}'..='\u{52f}').contains(&one);
    let is_part = |one: char| is_letter(one) || one.is_ascii_digit();
    let mut pairs = text.chars().zip(text.chars().skip(1));
    pairs.any(|(one, next)| is_part(one) && is_part(next) && (is_letter(one) || is_letter(next)))
}

/// Vendor and product of a CPE, as far as they are said; where the product begins with the vendor, it is not said twice in texts.
fn product_words(parts: &[String]) -> Vec<String> {
    let of = |at: usize| {
        parts
            .get(at)
            .filter(|part| !is_any(part))
            .map(|part| words(part))
            .unwrap_or_default()
    };
    let (vendor, product) = (of(1), of(2));
    if product.starts_with(&vendor) {
        return product;
    }
    [vendor, product].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_named(technology: &str, text: &str) -> bool {
        Technology::read(technology).unwrap().is_in(&Text::read(text))
    }

    fn is_of(technology: &str, cpe: &str) -> bool {
        Technology::read(technology).unwrap().is_cpe(&Cpe::read(cpe).unwrap())
    }

    #[test]
    fn a_technology_is_named_by_its_words_whole_in_order_and_near_each_other() {
        for (technology, text) in [
            ("fortios", "FortiOS: heap overflow"),
            ("Fortinet FortiOS", "A flaw in Fortinet’s FortiOS 7.2"),
            ("siemens simatic", "Siemens Industrial Automation SIMATIC S7-1500"),
            ("fortios 7.2", "FortiOS version 7.2.4"),
            ("windows server", "windows windows x x x server windows server"),
        ] {
            assert!(is_named(technology, text), "{technology} in {text}");
        }
        for (technology, text) in [
            ("ios", "FortiOS: heap overflow"),
            ("fortios", "Forti OS"),
            ("windows server", "the server of windows"),
            ("windows server", "windows and some other things on a server"),
            ("siemens simatic", "siemens"),
            ("fortios", ""),
        ] {
            assert!(!is_named(technology, text), "{technology} in {text}");
        }
    }

    #[test]
    fn a_cpe_is_compared_part_by_part_as_far_as_it_says_something() {
        let own = "cpe:2.3:o:fortinet:fortios";
        assert!(is_of(own, "cpe:2.3:o:fortinet:fortios:7.2.1:*:*:*:*:*:*:*"));
        assert!(is_of(own, "CPE:/o:Fortinet:FortiOS:7.2"));
        assert!(is_of("cpe:2.3:*:fortinet:fortios", "cpe:2.3:o:fortinet:fortios:7"));
        assert!(!is_of(own, "cpe:2.3:o:fortinet:fortios_manager:7"));
        assert!(!is_of(
            "cpe:2.3:o:fortinet:fortios:7.0",
            "cpe:2.3:o:fortinet:fortios:7.2"
        ));
        assert!(!is_of("cpe:2.3:o:fortinet:fortios:7.0", "cpe:2.3:o:fortinet:fortios"));
        assert!(is_of("fortinet fortios", "cpe:2.3:o:fortinet:fortios:7"));
        assert!(is_of("fortios", "cpe:2.3:o:fortinet:fortios:7"));
        assert!(!is_of("simatic", "cpe:2.3:o:fortinet:fortios:7"));
        assert!(is_of("cpe:2.3:o:fortinet", "cpe:2.3:o:fortinet:fortios:7"));
        assert!(is_named(own, "Fortinet FortiOS") && is_named("cpe:2.3:o:fortinet", "Fortinet"));
        // What is none is words like others, and found nowhere.
        assert!(!is_of("cpe:2.3:o", "cpe:2.3:o:fortinet:fortios:7") && !is_named("cpe:/o", "o"));
        assert!(is_named(
            "cpe:/a:microsoft:exchange_server",
            "Microsoft Exchange Server 2019"
        ));
        assert!(is_of(r"cpe:2.3:a:a\:b:c\+\+x", "cpe:2.3:a:a\\:b:c++x:1"));
    }

    #[test]
    fn what_could_be_found_in_anything_or_nothing_is_refused() {
        for wrong in ["", " ", "7", "c", "++", "7 8", "a b", "24", "ab\ncd"] {
            assert!(Technology::read(wrong).is_err(), "{wrong}");
        }
        assert!(Technology::read(&"x".repeat(101)).is_err());
        assert!(Technology::read(&"x".repeat(100)).is_ok());
    }

    proptest! {
        #[test]
        fn a_technology_is_found_in_itself_whatever_is_around_it(
            parts in prop::collection::vec("[a-z]{2}[a-z0-9]{0,6}", 1..4),
            before in "[ A-Z.,]{0,30}",
            after in "[ A-Z.,]{0,30}",
        ) {
            let technology = parts.join(" ");
            let text = format!("{before} {} {after}", technology.to_uppercase());
            prop_assert!(is_named(&technology, &text));
            // Not as a part of a longer word.
            let longer = format!("{technology}qqqqqqq");
            prop_assert!(!is_named(&longer, &text));
        }

        #[test]
        fn nothing_that_is_written_makes_it_fail(text in any::<String>(), other in any::<String>()) {
            if let Ok(technology) = Technology::read(&text) {
                technology.is_in(&Text::read(&other));
                prop_assert!(technology.is_in(&Text::read(&technology.words.join(" "))));
            }
            let _ = Cpe::read(&other);
        }
    }
}
