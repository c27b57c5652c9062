//! As much CBOR (RFC 8949) as authenticators write: whole numbers, bytes, text, arrays, maps, truth values, each of a length
//! that is said first (CTAP2 canonical form). Whatever else there is, is no answer of an authenticator.

/// How deep values are nested at the most; certificates in attestation statements are arrays in maps in a map.
const MOST_DEEP: usize = 6;
/// Members of one array or map.
const MOST_MEMBERS: u64 = 64;

/// A value; bytes and text are of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Value<'a>>),
    Map(Vec<(Value<'a>, Value<'a>)>),
    Truth(bool),
    Nothing,
}

impl<'a> Value<'a> {
    /// What a map has under a key; nothing where it has it twice.
    pub(super) fn get(&self, key: &Value<'_>) -> Option<&Value<'a>> {
        let Self::Map(members) = self else { return None };
        let mut found = members.iter().filter(|(name, _)| name == key);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value)
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Reads one value; gives what comes after it.
pub(super) fn read(input: &[u8]) -> Option<(Value<'_>, &[u8])> {
    value(input, 0)
}

/// The major type and the argument of a head (section 3).
fn head(input: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (first, rest) = input.split_first()?;
    let (major, short) = (first >> 5, first & 0x1f);
    let length = match short {
        0..=23 => return Some((major, u64::from(short), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (argument, rest) = rest.split_at_checked(length)?;
    let argument = argument.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some((major, argument, rest))
}

fn value(input: &[u8], deep: usize) -> Option<(Value<'_>, &[u8])> {
    if deep > MOST_DEEP {
        return None;
    }
    let (major, argument, rest) = head(input)?;
    let some = |rest| {
        let length = usize::try_from(argument).ok()?;
        <[u8]>::split_at_checked(rest, length)
    };
    match major {
        0 => Some((Value::Number(i64::try_from(argument).ok()?), rest)),
        1 => Some((Value::Number(-1 - i64::try_from(argument).ok()?), rest)),
        2 => some(rest).map(|(bytes, rest)| (Value::Bytes(bytes), rest)),
        3 => {
            let (text, rest) = some(rest)?;
            Some((Value::Text(std::str::from_utf8(text).ok()?), rest))
        }
        4 | 5 if argument > MOST_MEMBERS => None,
        4 => {
            let (mut all, mut rest) = (Vec::new(), rest);
            for _ in 0..argument {
                let (member, after) = value(rest, deep + 1)?;
                all.push(member);
                rest = after;
            }
            Some((Value::Array(all), rest))
        }
        5 => {
            let (mut all, mut rest) = (Vec::new(), rest);
            for _ in 0..argument {
                let (name, after) = value(rest, deep + 1)?;
                let (member, after) = value(after, deep + 1)?;
                all.push((name, member));
                rest = after;
            }
            Some((Value::Map(all), rest))
        }
        7 if input.first().is_some_and(|first| matches!(first & 0x1f, 20..=22)) => {
            let value = match argument {
                20 => Value::Truth(false),
                21 => Value::Truth(true),
                _ => Value::Nothing,
            };
            Some((value, rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Value, read};

    #[test]
    fn the_examples_of_rfc_8949_appendix_a_are_read() {
        for (text, expected) in [
            ("00", Value::Number(0)),
            ("1818", Value::Number(24)),
            ("1903e8", Value::Number(1_000)),
            ("1a000f4240", Value::Number(1_000_000)),
            ("3863", Value::Number(-100)),
            ("f5", Value::Truth(true)),
            ("f6", Value::Nothing),
            ("4401020304", Value::Bytes(&[1, 2, 3, 4])),
            ("6449455446", Value::Text("IETF")),
            ("8301820203820405", {
                let pair = |one, two| Value::Array(vec![Value::Number(one), Value::Number(two)]);
                Value::Array(vec![Value::Number(1), pair(2, 3), pair(4, 5)])
            }),
            (
                "a201020304",
                Value::Map(vec![
                    (Value::Number(1), Value::Number(2)),
                    (Value::Number(3), Value::Number(4)),
                ]),
            ),
        ] {
            let bytes = hex::decode(text).unwrap();
            let (value, rest) = read(&bytes).unwrap();
            assert_eq!(
                (format!("{value:?}"), rest.len()),
                (format!("{expected:?}"), 0),
                "{text}"
            );
        }
    }

    #[test]
    fn what_no_authenticator_writes_is_nothing() {
        // Lengths that are not said, half floats, tags, more than is there, numbers beyond, invalid text, too deep.
        for text in [
            "9f01ff",
            "5f4101ff",
            "f97e00",
            "c074",
            "44010203",
            "1bffffffffffffffff",
            "61ff",
            "",
            "1c",
            "9a7fffffff",
        ] {
            assert_eq!(read(&hex::decode(text).unwrap()), None, "{text}");
        }
        assert_eq!(read(&[0x81; 100]), None);
        let twice = hex::decode("a201020103").unwrap();
        assert_eq!(read(&twice).unwrap().0.get(&Value::Number(1)), None);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_in_stops_it(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
