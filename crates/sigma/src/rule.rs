//! What a rule says about itself.

use std::fmt;

use crate::yaml::Node;

/// How bad it is if the rule is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Only for what builds on it.
    #[default]
    Informational,
    /// Noteworthy.
    Low,
    /// To be looked at.
    Medium,
    /// To be looked at soon.
    High,
    /// To be looked at now.
    Critical,
}

impl Level {
    /// The word of the specification.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    fn read(word: &str) -> Option<Self> {
        let all = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];
        all.into_iter().find(|level| level.name() == word)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which logs a rule is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogSource {
    /// `windows`, `linux`, `zeek`, `aws` …
    pub product: Option<String>,
    /// `process_creation`, `dns_query`, `proxy` …
    pub category: Option<String>,
    /// `security`, `sysmon`, `cloudtrail` …
    pub service: Option<String>,
}

/// What a rule says about itself; what it looks for is inside [`crate::Rules`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// The file it came from, as the caller named it.
    pub file: String,
    /// Its identifier, a UUID by custom.
    pub id: Option<String>,
    /// A name by which correlation rules speak of it.
    pub name: Option<String>,
    /// Its title.
    pub title: String,
    /// How bad it is.
    pub level: Level,
    /// `stable`, `test`, `experimental` …
    pub status: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// What it finds, for people.
    pub description: Option<String>,
    /// What else may look like this.
    pub falsepositives: Vec<String>,
    /// `attack.t1059.001`, `cve.2021-44228` …
    pub tags: Vec<String>,
    /// Which logs it is for; empty for a correlation.
    pub logsource: LogSource,
    /// Whether it says when other rules match together, and has no selection of its own.
    pub correlation: bool,
}

impl Rule {
    /// Reads what a document says about itself.
    pub(crate) fn read(file: &str, document: &Node) -> Self {
        let text = |name: &str| document.text_of(name).map(str::to_owned);
        let logsource = document.get("logsource");
        let part = |name: &str| {
            let text = logsource.and_then(|source| source.text_of(name));
            text.filter(|text| !text.is_empty()).map(str::to_ascii_lowercase)
        };
        Self {
            file: file.to_owned(),
            id: text("id"),
            name: text("name"),
            title: text("title").unwrap_or_default(),
            level: document.text_of("level").and_then(Level::read).unwrap_or_default(),
            status: text("status"),
            author: text("author"),
            description: text("description"),
            falsepositives: document.texts_of("falsepositives"),
            tags: document.texts_of("tags"),
            logsource: LogSource {
                product: part("product"),
                category: part("category"),
                service: part("service"),
            },
            correlation: document.get("correlation").is_some(),
        }
    }

    /// The ATT&CK techniques among its tags, as ATT&CK writes them: `T1059.001`.
    pub fn techniques(&self) -> impl Iterator<Item = String> + '_ {
        let tags = self.tags.iter().filter_map(|tag| tag.strip_prefix("attack.t"));
        tags.filter(|number| number.starts_with(|first: char| first.is_ascii_digit()))
            .map(|number| format!("T{number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_are_the_tags_that_name_one() {
        let rule = Rule {
            tags: ["attack.t1059.001", "attack.execution", "attack.ta0002", "cve.2026-1"]
                .map(str::to_owned)
                .to_vec(),
            ..Rule::default()
        };
        assert_eq!(rule.techniques().collect::<Vec<_>>(), ["T1059.001"]);
    }
}
