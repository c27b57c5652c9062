//! Identifiers of STIX 2.1 section 2.9: an object type, two hyphens and a UUID.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A well-formed STIX identifier, as in `indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Id(Box<str>);

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a STIX identifier: {why} (expected an object type, '--' and a UUID)")]
pub struct IdError {
    text: String,
    why: &'static str,
}

impl Id {
    /// Takes a text that [`check`] accepts.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        check(text).map(|_| Self(text.into()))
    }

    /// Makes an identifier from its two parts.
    pub fn new(object_type: &str, uuid: uuid::Uuid) -> Self {
        Self(format!("{object_type}--{uuid}").into())
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the two hyphens.
    pub fn object_type(&self) -> &str {
        object_type(&self.0)
    }
}

/// The part of a well-formed identifier before the two hyphens.
pub fn object_type(id: &str) -> &str {
    id.rsplit_once("--").map_or(id, |(object_type, _)| object_type)
}

/// Says whether a text is a well-formed identifier; gives its object type.
pub fn check(text: &str) -> Result<&str, IdError> {
    let refuse = |why| {
        Err(IdError {
            text: shown(text, 120),
            why,
        })
    };
    // Looked for in the bytes: this is called for every reference, and a search for a text costs more to prepare.
    let hyphens = text.as_bytes().windows(2).position(|pair| pair == b"--");
    let Some((object_type, uuid)) = hyphens.and_then(|at| Some((text.get(..at)?, text.get(at + 2..)?))) else {
        return refuse("the two hyphens are missing");
    };
    if let Err(why) = check_object_type(object_type) {
        return refuse(why);
    }
    if !is_uuid(uuid.as_bytes()) {
        return refuse("the part after the two hyphens is not a UUID");
    }
    Ok(object_type)
}

/// 32 hexadecimal digits in five groups.
fn is_uuid(text: &[u8]) -> bool {
    let group = |from: usize, to: usize| {
        // Every byte is looked at, without a branch for each.
        let digits = text.get(from..to).unwrap_or_default();
        digits.iter().fold(true, |all, byte| all & byte.is_ascii_hexdigit())
    };
    text.len() == 36
        && [8, 13, 18, 23].into_iter().all(|at| text.get(at) == Some(&b'-'))
        && [(0, 8), (9, 13), (14, 18), (19, 23), (24, 36)]
            .into_iter()
            .all(|(from, to)| group(from, to))
}

/// Says whether a text may be an object type: 1 to 250 of a-z, 0-9 and single inner hyphens (STIX 2.1 section 3.1).
pub fn check_object_type(text: &str) -> Result<(), &'static str> {
    if text.is_empty() || text.len() > 250 {
        return Err("an object type has 1 to 250 characters");
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    {
        return Err("an object type is made of a-z, 0-9 and hyphens");
    }
    Ok(())
}

/// A text of a stranger as it can stand in a message: cut, and without control characters.
pub(crate) fn shown(text: &str, length: usize) -> String {
    let plain = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    text.chars().take(length).map(plain).collect()
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn takes_types_with_hyphens_and_refuses_the_rest() {
        let id = Id::parse("x-mitre-data-source--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3").unwrap();
        assert_eq!(id.object_type(), "x-mitre-data-source");
        for bad in [
            "",
            "indicator",
            "indicator--",
            "indicator--../../../../etc/passwd-aaaaaaaaaaaaaa",
            "Indicator--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3",
            "--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3",
            "indicator--c000cd5cbbb34606af6f6c6d9de0bbe3",
            "indicator--c000cd5c-bbb3-4606-af6f-6c6d9de0bbe3 ",
        ] {
            assert!(Id::parse(bad).is_err(), "{bad}");
        }
    }
}
