//! Walks over one JSON object without building a tree: every plain value, with the names above it joined by dots.
//!
//! Elements of a list have the name of the list. Strings are borrowed where they have no escapes. More lenient than
//! RFC 8259 where that loses nothing (control characters and bytes that are not UTF-8 inside of strings), strict about structure, so
//! that a line that was cut off is noticed.

use std::borrow::Cow;

use memchr::memchr2;

use super::malformed::Malformed;
use super::{MOST_DEPTH, MOST_FIELDS};

/// A value that holds no others.
pub(super) enum Plain<'l> {
    Text(Cow<'l, str>),
    /// A number or `true`, `false` as the line writes it. `null` is not told.
    Bare(&'l str),
}

/// What a value is called.
pub(super) enum Name<'l, 'p> {
    /// At the top: the name as it stands in the line.
    Top(Cow<'l, str>),
    /// Further down: names joined by dots.
    Joined(&'p str),
}

/// Calls a function with every plain value of the object that `bytes` is.
pub(super) fn each_value<'l>(bytes: &'l [u8], take: &mut impl FnMut(Name<'l, '_>, Plain<'l>)) -> Result<(), Malformed> {
    let mut walk = Walk {
        bytes,
        whole: std::str::from_utf8(bytes).ok(),
        at: 0,
        path: String::new(),
        values: 0,
        take,
    };
    walk.blank();
    if walk.peek() != Some(b'{') {
        return Err(Malformed::NotThis("a JSON object"));
    }
    walk.object(1)?;
    walk.blank();
    if walk.at < bytes.len() {
        return Err(Malformed::Trailing);
    }
    Ok(())
}

struct Walk<'l, 't, F> {
    bytes: &'l [u8],
    /// The same as text, looked at once for all values; none where it is not UTF-8 throughout.
    whole: Option<&'l str>,
    at: usize,
    /// The names above the value, joined; empty at the top.
    path: String,
    values: usize,
    take: &'t mut F,
}

impl<'l, F: FnMut(Name<'l, '_>, Plain<'l>)> Walk<'l, '_, F> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What a missing or wrong byte at this place means.
    fn fault(&self) -> Malformed {
        if self.at >= self.bytes.len() {
            Malformed::CutOff
        } else {
            Malformed::Unexpected(self.at)
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return Err(self.fault());
        }
        self.at += 1;
        Ok(())
    }

    /// An object; stands on its opening brace.
    fn object(&mut self, depth: usize) -> Result<(), Malformed> {
        if depth > MOST_DEPTH {
            return Err(Malformed::TooDeep);
        }
        self.at += 1;
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            let key = self.string()?;
            self.blank();
            self.expect(b':')?;
            self.blank();
            self.member(key, depth)?;
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.fault()),
            }
        }
    }

    /// The value of a key.
    fn member(&mut self, key: Cow<'l, str>, depth: usize) -> Result<(), Malformed> {
        if depth == 1 && !matches!(self.peek(), Some(b'{' | b'[')) {
            if let Some(plain) = self.plain()? {
                (self.take)(Name::Top(key), plain);
            }
            return Ok(());
        }
        let above = self.path.len();
        if above > 0 {
            self.path.push('.');
        }
        self.path.push_str(&key);
        let result = self.value(depth);
        self.path.truncate(above);
        result
    }

    /// Any value, under the path as it is.
    fn value(&mut self, depth: usize) -> Result<(), Malformed> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            _ => {
                if let Some(plain) = self.plain()? {
                    (self.take)(Name::Joined(&self.path), plain);
                }
                Ok(())
            }
        }
    }

    /// A list; stands on its opening bracket.
    fn list(&mut self, depth: usize) -> Result<(), Malformed> {
        if depth > MOST_DEPTH {
            return Err(Malformed::TooDeep);
        }
        self.at += 1;
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            self.value(depth)?;
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.fault()),
            }
        }
    }

    /// A string, number or word; none for `null`.
    fn plain(&mut self) -> Result<Option<Plain<'l>>, Malformed> {
        self.values += 1;
        if self.values > MOST_FIELDS {
            return Err(Malformed::TooManyFields);
        }
        if self.peek() == Some(b'"') {
            return self.string().map(|text| Some(Plain::Text(text)));
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.'))
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        let known = match word {
            b"null" | b"true" | b"false" => true,
            [first, ..] => matches!(first, b'0'..=b'9' | b'-'),
            [] => false,
        };
        // Every object ends in a brace, so a word at the very end is cut off.
        if after.is_empty() {
            self.at = self.bytes.len();
            return Err(Malformed::CutOff);
        }
        if !known {
            return Err(self.fault());
        }
        self.at += length;
        // What was let through above is ASCII.
        let word = std::str::from_utf8(word).unwrap_or_default();
        Ok((word != "null").then_some(Plain::Bare(word)))
    }

    /// A string; stands on its opening quote.
    fn string(&mut self) -> Result<Cow<'l, str>, Malformed> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at = self.quote_or_escape()?;
            if self.peek() == Some(b'"') {
                break;
            }
            escaped = true;
            self.at += 2;
        }
        let end = self.at;
        self.at += 1;
        Ok(if escaped {
            Cow::Owned(unescaped(self.bytes.get(start..end).unwrap_or_default()))
        } else {
            self.text(start, end)
        })
    }

    /// Where the next quote or backslash is.
    fn quote_or_escape(&mut self) -> Result<usize, Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        // Most strings are short: for them a loop costs less than a call.
        let (near, far) = rest.split_at(rest.len().min(NEAR));
        let found = near
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\'))
            .or_else(|| memchr2(b'"', b'\\', far).map(|at| near.len() + at));
        match found {
            Some(found) => Ok(self.at + found),
            None => {
                self.at = self.bytes.len();
                Err(Malformed::CutOff)
            }
        }
    }

    fn text(&self, start: usize, end: usize) -> Cow<'l, str> {
        match self.whole.and_then(|whole| whole.get(start..end)) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(self.bytes.get(start..end).unwrap_or_default()),
        }
    }
}

/// How many bytes of a string are looked at one by one.
const NEAR: usize = 16;

/// The text that a string with escapes stands for. An escape that there is not stays as it is.
fn unescaped(raw: &[u8]) -> String {
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        text.extend_from_slice(before);
        let (length, character) = match escape.get(1) {
            Some(b'"') => (2, '"'),
            Some(b'\\') => (2, '\\'),
            Some(b'/') => (2, '/'),
            Some(b'n') => (2, '\n'),
            Some(b't') => (2, '\t'),
            Some(b'r') => (2, '\r'),
            Some(b'b') => (2, '\u{8}'),
            Some(b'f') => (2, '\u{c}'),
            Some(b'u') => by_number(escape),
            _ => (1, '\\'),
        };
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = escape.get(length..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
    String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The character of `\u0041`, or of a pair of surrogates, and how many bytes it takes.
fn by_number(escape: &[u8]) -> (usize, char) {
    let unit = |from: usize| {
        let digits = escape.get(from..from + 4)?;
        let digits = std::str::from_utf8(digits)
            .ok()
            .filter(|digits| !digits.starts_with('+'))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(2) else { return (1, '\\') };
    if let Some(character) = char::from_u32(first) {
        return (6, character);
    }
    let second = if escape.get(6..8) == Some(b"\\u") {
        unit(8)
    } else {
        None
    };
    match second {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let number = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (12, char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        _ => (6, char::REPLACEMENT_CHARACTER),
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Plain, each_value};
    use crate::lines::{MOST_DEPTH, Malformed};

    fn walked(text: &str) -> (String, Result<(), Malformed>) {
        let mut all = Vec::new();
        let result = each_value(text.as_bytes(), &mut |name, plain| {
            let name = match &name {
                Name::Top(name) => name.as_ref(),
                Name::Joined(name) => name,
            };
            all.push(match plain {
                Plain::Text(text) => format!("{name}={text:?}"),
                Plain::Bare(word) => format!("{name}={word}"),
            });
        });
        (all.join(" "), result)
    }

    #[test]
    fn names_are_joined_by_dots_and_elements_have_the_name_of_their_list() {
        let (all, result) = walked(r#" { "a":1, "b":{"c":"x","d":[1,{"e":[true,null]}]}, "f" : [ ] , "g":{} } "#);
        insta::assert_snapshot!(all, @r#"a=1 b.c="x" b.d=1 b.d.e=true"#);
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn escapes_are_undone_and_what_is_no_escape_stays() {
        let (all, _) = walked(r#"{"a":"http:\/\/x\u0041\n\"","b":"\ud83d\ude00 \ud83d \u12","c":"C:\\q\w"}"#);
        insta::assert_snapshot!(all, @r#"a="http://xA\n\"" b="😀 � \\u12" c="C:\\q\\w""#);
    }

    #[test]
    fn what_is_cut_off_is_noticed_and_read_up_to_there() {
        let whole = r#"{"a":"b","c":[1,{"d":true}],"e":12}"#;
        for end in 1..whole.len() {
            let (_, result) = walked(&whole[..end]);
            assert_eq!(result, Err(Malformed::CutOff), "{}", &whole[..end]);
        }
        assert_eq!(walked(&whole[..12]).0, r#"a="b""#);
        assert_eq!(walked(&format!("{whole}x")).1, Err(Malformed::Trailing));
        assert_eq!(walked(r#"{"a":x}"#).1, Err(Malformed::Unexpected(5)));
        assert_eq!(walked("[1]").1, Err(Malformed::NotThis("a JSON object")));
    }

    #[test]
    fn depth_has_an_end() {
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert_eq!(walked(&deep).1, Err(Malformed::TooDeep));
        let fits = format!(
            "{{\"a\":{}1{}}}",
            "[".repeat(MOST_DEPTH - 1),
            "]".repeat(MOST_DEPTH - 1)
        );
        assert_eq!(walked(&fits).1, Ok(()));
    }
}
