//! What the modifiers behind a field name (`Image|endswith`) make of the values of a rule.
//!
//! | modifier | does |
//! |---|---|
//! | `contains`, `startswith`, `endswith` | stars around the value |
//! | `all` | all values instead of one |
//! | `cased` | letters compare with regard to case |
//! | `re` with `i`, `m`, `s` | a regular expression, found anywhere |
//! | `base64`, `base64offset` | the value as it looks inside base64 |
//! | `wide`, `utf16`, `utf16le`, `utf16be` | the value in that encoding, for the two above |
//! | `windash` | any of the dashes that Windows programs take before an option |
//! | `cidr`, `lt`, `lte`, `gt`, `gte`, `exists`, `fieldref`, `neq` | as they say |
//!
//! `expand` asks for placeholders that only the owner of a rule can fill; such a rule is refused with that reason.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::pattern::{self, Pattern, Token};
use crate::test::{self, Asks, Network, Order, Part};

/// The dashes that `windash` stands for.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
/// Dashes in one value that each take all their forms by themselves; more take them together.
const FREE_DASHES: usize = 3;

/// The modifiers of one line.
#[derive(Clone, Debug, Default)]
pub struct Modifiers {
    part: Option<Part>,
    pub all: bool,
    pub not: bool,
    cased: bool,
    regex: bool,
    flags: Vec<char>,
    base64: bool,
    base64_offset: bool,
    encoding: Option<Encoding>,
    windash: bool,
    network: bool,
    order: Option<Order>,
    exists: bool,
    pub field: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Little,
    Big,
    Marked,
}

impl Modifiers {
    /// Reads the words behind a field name.
    pub fn read<'t>(words: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let mut modifiers = Self::default();
        for word in words {
            match word {
                "contains" => modifiers.part = Some(Part::Inside),
                "startswith" => modifiers.part = Some(Part::Start),
                "endswith" => modifiers.part = Some(Part::End),
                "all" => modifiers.all = true,
                "neq" => modifiers.not = true,
                "cased" => modifiers.cased = true,
                "re" => modifiers.regex = true,
                "i" | "ignorecase" => modifiers.flags.push('i'),
                "m" | "multiline" => modifiers.flags.push('m'),
                "s" | "dotall" => modifiers.flags.push('s'),
                "base64" => modifiers.base64 = true,
                "base64offset" => modifiers.base64_offset = true,
                "wide" | "utf16le" => modifiers.encoding = Some(Encoding::Little),
                "utf16be" => modifiers.encoding = Some(Encoding::Big),
                "utf16" => modifiers.encoding = Some(Encoding::Marked),
                "windash" => modifiers.windash = true,
                "cidr" => modifiers.network = true,
                "lt" => modifiers.order = Some(Order::Less),
                "lte" => modifiers.order = Some(Order::LessOrEqual),
                "gt" => modifiers.order = Some(Order::Greater),
                "gte" => modifiers.order = Some(Order::GreaterOrEqual),
                "exists" => modifiers.exists = true,
                "fieldref" => modifiers.field = true,
                "expand" => {
                    return Err(
                        "the modifier \"expand\" needs placeholders, which this engine is not given".to_owned(),
                    );
                }
                other => return Err(format!("the modifier {other:?} is not known")),
            }
        }
        Ok(modifiers)
    }

    /// The part of a value that is compared with another field.
    pub fn part(&self) -> Part {
        self.part.unwrap_or(Part::Whole)
    }

    /// What one value of a rule asks. Several where it can stand in several forms, of which one is enough.
    pub fn asks(&self, value: &str) -> Result<Vec<Asks>, String> {
        if self.exists {
            return match value {
                "true" | "yes" => Ok(vec![Asks::There(true)]),
                "false" | "no" => Ok(vec![Asks::There(false)]),
                _ => Err(format!("\"exists\" is true or false, not {value:?}")),
            };
        }
        if self.regex {
            return Ok(vec![Asks::Regex(Box::new(test::regex(value, &self.flags)?))]);
        }
        if self.network {
            let network = Network::parse(value).ok_or_else(|| format!("{value:?} is not a network"))?;
            return Ok(vec![Asks::Network(network)]);
        }
        if let Some(order) = self.order {
            let limit = test::number(value).ok_or_else(|| format!("{value:?} is not a number"))?;
            return Ok(vec![Asks::Number(order, limit)]);
        }
        let texts = match self.windash {
            true => dashed(value),
            false => vec![value.to_owned()],
        };
        let mut asks = Vec::new();
        for text in texts {
            for tokens in self.encoded(&text)? {
                let pattern = self.pattern(tokens);
                // Events keep no dash that stands for "nothing": a text that the dash would match is met by nothing.
                let dash = matches!(&pattern, Asks::Text(pattern) | Asks::Cased(pattern)
                    if pattern.literal() == "-" && pattern.matches("-"));
                asks.push(pattern);
                if dash {
                    asks.push(Asks::Nothing);
                }
            }
        }
        Ok(asks)
    }

    fn encoded(&self, text: &str) -> Result<Vec<Vec<Token>>, String> {
        if !self.base64 && !self.base64_offset {
            return match self.encoding {
                None => Ok(vec![pattern::tokens(text)]),
                Some(_) => Err("the encodings of UTF-16 are for \"base64\" and \"base64offset\"".to_owned()),
            };
        }
        let plain = match pattern::tokens(text).as_slice() {
            [Token::Text(plain)] => plain.clone(),
            _ => return Err(format!("{text:?} has wildcards, which base64 cannot have")),
        };
        let bytes: Vec<u8> = match self.encoding {
            None => plain.into_bytes(),
            Some(Encoding::Little) => plain.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Some(Encoding::Big) => plain.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Some(Encoding::Marked) => {
                let marked = [0xfeff].into_iter().chain(plain.encode_utf16());
                marked.flat_map(u16::to_le_bytes).collect()
            }
        };
        let forms = match self.base64_offset {
            true => (0..3).filter_map(|offset| shifted(&bytes, offset)).collect(),
            false => vec![STANDARD.encode(&bytes)],
        };
        Ok(forms.into_iter().map(|form| vec![Token::Text(form)]).collect())
    }

    fn pattern(&self, mut tokens: Vec<Token>) -> Asks {
        let (before, behind) = match self.part {
            Some(Part::Inside) => (true, true),
            Some(Part::Start) => (false, true),
            Some(Part::End) => (true, false),
            _ => (false, false),
        };
        if before && tokens.first() != Some(&Token::Many) {
            tokens.insert(0, Token::Many);
        }
        if behind && tokens.last() != Some(&Token::Many) {
            tokens.push(Token::Many);
        }
        let pattern = Pattern::new(tokens, self.cased);
        match (self.cased, pattern.is_nothing()) {
            (_, true) => Asks::Nothing,
            (true, _) => Asks::Cased(pattern),
            (false, _) => Asks::Text(pattern),
        }
    }
}

/// What of a text is the same in every base64 in which it begins at an offset: the ends depend on what is around it.
fn shifted(bytes: &[u8], offset: usize) -> Option<String> {
    let mut padded = vec![b' '; offset];
    padded.extend_from_slice(bytes);
    let from = [0, 2, 3][offset];
    let off_end = [0, 3, 2][padded.len() % 3];
    let text = STANDARD.encode(padded);
    text.get(from..text.len() - off_end)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
}

/// The forms of a value in which each dash or slash before a word is any of the dashes.
fn dashed(value: &str) -> Vec<String> {
    let characters: Vec<char> = value.chars().collect();
    let word = |at: usize| characters.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_');
    // A dash that does not follow a word and comes before one.
    let places: Vec<usize> = (0..characters.len())
        .filter(|&at| matches!(characters[at], '-' | '/') && word(at + 1) && (at == 0 || !word(at - 1)))
        .collect();
    let mut forms = vec![characters];
    if places.len() > FREE_DASHES {
        let original = forms.remove(0);
        for dash in DASHES {
            let mut form = original.clone();
            places.iter().for_each(|at| form[*at] = dash);
            forms.push(form);
        }
        forms.push(original);
    } else {
        for at in places {
            forms = forms
                .into_iter()
                .flat_map(|form| {
                    DASHES.map(|dash| {
                        let mut form = form.clone();
                        form[at] = dash;
                        form
                    })
                })
                .collect();
        }
    }
    forms.into_iter().map(String::from_iter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(modifiers: &str, rule: &str, value: &str) -> bool {
        let modifiers = Modifiers::read(modifiers.split('|').filter(|word| !word.is_empty())).unwrap();
        let mut lower = String::new();
        pattern::lower(value, &mut lower);
        let asks = modifiers.asks(rule).unwrap();
        asks.iter().any(|asks| asks.of_value(value, &lower))
    }

    #[test]
    fn parts_of_values() {
        assert!(holds("contains", "WhoAmI", "cmd /c whoami /all"));
        assert!(holds("startswith", "cmd", "CMD /c"));
        assert!(holds("endswith", r"\cmd.exe", r"C:\Windows\System32\cmd.exe"));
        assert!(!holds("endswith", r"\cmd.exe", r"C:\xcmd.exe"));
        assert!(!holds("cased", "Cmd", "cmd"));
        assert!(holds("re|i", "^C.d$", "cmd"));
        assert!(!holds("re", "^C.d$", "cmd"));
    }

    #[test]
    fn base64_at_any_offset() {
        for before in ["", "x", "xy", "xyz"] {
            let value = STANDARD.encode(format!("{before}http://example{before}"));
            assert!(holds("base64offset|contains", "http://example", &value), "{before}");
        }
        let wide: Vec<u8> = "IEX (".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(holds("wide|base64offset|contains", "IEX", &STANDARD.encode(wide)));
        assert!(holds("base64", "foo", "Zm9v"));
    }

    #[test]
    fn dashes_of_windows() {
        for form in [" -f ", " /f ", " \u{2013}f ", " \u{2014}f ", " \u{2015}f "] {
            assert!(holds("windash|contains", " -f ", form), "{form}");
        }
        assert!(!holds("windash|contains", "a-f", "a/f"));
        assert_eq!(dashed("-a -b -c -d").len(), 6);
        assert_eq!(dashed("-a /b").len(), 25);
    }

    #[test]
    fn numbers_and_networks() {
        assert!(holds("gte", "10", "10"));
        assert!(!holds("lt", "10", "10"));
        assert!(holds("gt", "15", "0x10"));
        assert!(!holds("gt", "15", "many"));
        assert!(holds("cidr", "192.0.2.0/24", "192.0.2.9"));
    }

    #[test]
    fn what_cannot_be_done_is_named() {
        let why = |text: &str| Modifiers::read(text.split('|')).unwrap_err();
        assert!(why("expand").contains("placeholders"));
        assert!(why("containz").contains("containz"));
    }
}
