//! Says what is wrong with an input, where, and what to do about it.

use std::fmt;

use serde::Serialize;

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The item can be used; somebody should know nevertheless (a SHOULD of a specification, something kept unmapped).
    Warning,
    /// The item is refused (a MUST of a specification, unreadable input).
    Error,
}

/// Where in an input a [`Problem`] is; every field that is known is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// File, archive member (`feed.zip/event.json`) or URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// JSON path from the top of the input, as in `$.objects[3].pattern`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Identifier of the object concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
}

impl Place {
    /// A place known only by its JSON path.
    pub fn path(path: impl Into<String>) -> Self {
        Self {
            path: Some(path.into()),
            ..Self::default()
        }
    }

    /// A place known only by its line and column, both from 1.
    pub fn line(line: u64, column: u64) -> Self {
        Self {
            line: Some(line),
            column: Some(column),
            ..Self::default()
        }
    }

    /// Puts this place inside a larger input: prefixes the JSON path, `$.a` inside `$.objects[3]` gives `$.objects[3].a`.
    pub fn within(mut self, outer: &str) -> Self {
        self.path = Some(match self.path.as_deref() {
            Some(inner) => format!("{outer}{}", inner.strip_prefix('$').unwrap_or(inner)),
            None => outer.to_owned(),
        });
        self
    }

    /// Names the object concerned.
    pub fn object(mut self, id: impl Into<String>) -> Self {
        self.object = Some(id.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            separator = ":";
        }
        if let Some(line) = self.line {
            write!(f, "{separator}{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
            separator = " ";
        } else if self.file.is_some() {
            separator = " ";
        }
        if let Some(path) = &self.path {
            write!(f, "{separator}{path}")?;
            separator = " ";
        }
        if let Some(object) = &self.object {
            write!(f, "{separator}({object})")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether the item is refused.
    pub severity: Severity,
    /// Stable short name in lower-case-with-hyphens, for scripts and translations.
    pub code: &'static str,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What happened and what was expected, a sentence without a full stop.
    pub message: String,
    /// What to do about it, where that is not plain from the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Problem {
    /// A problem for which the item is refused.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            place,
            message: message.into(),
            help: None,
        }
    }

    /// A problem with which the item can still be used.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message)
        }
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Puts the problem inside a larger input, see [`Place::within`].
    pub fn within(mut self, outer: &str) -> Self {
        self.place = self.place.within(outer);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
