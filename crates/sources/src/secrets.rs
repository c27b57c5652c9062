//! Names and passwords from a file, so that they stand in no address, no list of processes and no log.
//!
//! A file of lines `name = value`, `#` for remarks: `user` and `password`, or `token`, or `access_key`, `secret_key` and
//! `session_token`. A credentials file of NATS (`.creds`) is taken as it is.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use stix::{Place, Problem};

use crate::open::{place, unopened};

/// The names that a file may give.
const NAMES: [&str; 6] = ["user", "password", "token", "access_key", "secret_key", "session_token"];

/// Largest file.
const FILE_BYTES: usize = 64 << 10;

/// What a credentials file says. It is never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    values: BTreeMap<&'static str, String>,
    /// The text of a `.creds` file.
    nats: Option<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(not shown)")
    }
}

impl Secrets {
    /// From a file.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let text = std::fs::read(path).map_err(|error| unopened(&name, &error))?;
        let text = String::from_utf8(text).ok().filter(|text| text.len() <= FILE_BYTES);
        let Some(text) = text else {
            let message = format!("the credentials file is not text of at most {FILE_BYTES} bytes, the limit");
            return Err(Problem::error("bad-credentials", place(&name), message));
        };
        Self::parse(&text).map_err(|mut problem| {
            problem.place.file = Some(name);
            problem
        })
    }

    /// From the text of such a file.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.contains("BEGIN NATS USER JWT") {
            return Ok(Self {
                nats: Some(text.to_owned()),
                ..Self::default()
            });
        }
        let mut values = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // What the line holds is not repeated: it may be a secret.
            let pair = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
            let known = pair.and_then(|(name, value)| Some((*NAMES.iter().find(|known| **known == name)?, value)));
            let Some((name, value)) = known else {
                let message = "a line that is not `name = value` with a name that is known";
                return Err(Problem::error("bad-credentials", Place::line(number, 1), message)
                    .help(format!("the names are {}", NAMES.join(", "))));
            };
            values.insert(name, unquoted(value).to_owned());
        }
        Ok(Self { values, nats: None })
    }

    /// One of the values.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The text of a `.creds` file of NATS.
    pub fn nats(&self) -> Option<&str> {
        self.nats.as_deref()
    }
}

fn unquoted(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_give_values_and_nothing_shows_them() {
        let secrets = Secrets::parse("# broker\nuser = a\npassword = \"b = c\"\n\n").unwrap();
        assert_eq!(
            (secrets.get("user"), secrets.get("password")),
            (Some("a"), Some("b = c"))
        );
        assert!(!format!("{secrets:?}").contains("b = c"));
        let problem = Secrets::parse("user = a\nhunter2\n").unwrap_err();
        assert_eq!(problem.place.line, Some(2));
        assert!(!problem.to_string().contains("hunter2"));
    }
}
