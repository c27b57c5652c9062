//! Compiled rules and how they are matched, by yara-x.

use stix::{Place, Problem};
use yara_x::{Compiler, MetaValue, Scanner};

use super::{Builder, RuleMatch, StringMatch};
use crate::Limits;

/// What stands before saved rules: ours, of this form.
const SAVED: &[u8] = b"commonwatch-yara-1\n";
/// Bytes of the checksum that follows it.
const CHECKSUM: usize = 32;

/// Compiled rules, shared by threads.
pub struct Rules {
    rules: yara_x::Rules,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("count", &self.count()).finish()
    }
}

impl Rules {
    /// Starts a set of rules.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) const fn of(rules: yara_x::Rules) -> Self {
        Self { rules }
    }

    /// How many rules there are.
    pub fn count(&self) -> usize {
        self.rules.iter().len()
    }

    /// The rules in one piece, for [`Rules::load`].
    pub fn save(&self) -> Result<Vec<u8>, Problem> {
        use sha2::{Digest, Sha256};
        let rules = self.rules.serialize().map_err(|error| not_rules(&error.to_string()))?;
        let mut saved = SAVED.to_vec();
        saved.extend_from_slice(&Sha256::digest(&rules));
        saved.extend_from_slice(&rules);
        Ok(saved)
    }

    /// Restores saved rules. Damage is found by a checksum; a file that somebody forged is not, so only what this machine
    /// saved itself may be loaded: rules from others come as sources.
    pub fn load(saved: &[u8]) -> Result<Self, Problem> {
        use sha2::{Digest, Sha256};
        let rest = saved
            .strip_prefix(SAVED)
            .ok_or_else(|| not_rules("they begin differently"))?;
        let (checksum, rules) = rest
            .split_at_checked(CHECKSUM)
            .ok_or_else(|| not_rules("they are cut off"))?;
        if Sha256::digest(rules).as_slice() != checksum {
            return Err(not_rules("their checksum is wrong"));
        }
        let rules = yara_x::Rules::deserialize(rules).map_err(|error| not_rules(&error.to_string()))?;
        Ok(Self { rules })
    }
}

fn not_rules(why: &str) -> Problem {
    let message = format!("these are not rules saved by this version: {why}");
    Problem::error("yara-saved", Place::default(), message).help("compile the rules again from their sources")
}

/// Variables that published rules expect of the program that scans (those of Loki and Thor).
const VARIABLES: [&str; 5] = ["filename", "filepath", "extension", "filetype", "owner"];

pub(super) fn define_variables(compiler: &mut Compiler<'_>) -> Result<(), Problem> {
    for name in VARIABLES {
        compiler
            .define_global(name, "")
            .map_err(|error| problem(&error.to_string()))?;
    }
    Ok(())
}

pub(super) fn problem(message: &str) -> Problem {
    Problem::error(
        "yara-engine",
        Place::default(),
        format!("the YARA engine says: {message}"),
    )
}

/// Matches rules on contents, one after the other on one thread.
pub struct Matcher<'r> {
    scanner: Scanner<'r>,
    told_strings: usize,
    excerpt_bytes: usize,
    seconds: u64,
}

impl<'r> Matcher<'r> {
    pub(crate) fn new(rules: &'r Rules, limits: &Limits) -> Self {
        let mut scanner = Scanner::new(&rules.rules);
        scanner
            .set_timeout(limits.rule_time)
            .max_matches_per_pattern(limits.rule_matches)
            // Of a string that a rule only asks for, the first place is enough; where its places are counted, all are found.
            .fast_scan(true);
        Self {
            scanner,
            told_strings: limits.told_strings,
            excerpt_bytes: limits.excerpt_bytes,
            seconds: limits.rule_time.as_secs(),
        }
    }

    /// Adds the rules that a content meets.
    pub(crate) fn scan(
        &mut self,
        content: &[u8],
        name: &str,
        path: &str,
        found: &mut Vec<RuleMatch>,
    ) -> Result<(), Problem> {
        let extension = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default();
        for (variable, value) in [("filename", name), ("filepath", path), ("extension", extension)] {
            self.scanner
                .set_global(variable, value)
                .map_err(|error| problem(&error.to_string()))?;
        }
        let seconds = self.seconds;
        let (told_strings, excerpt_bytes) = (self.told_strings, self.excerpt_bytes);
        let results = self.scanner.scan(content).map_err(|error| match error {
            yara_x::ScanError::Timeout => {
                let message =
                    format!("the rules took longer than {seconds} seconds, the limit; what they found is not told");
                Problem::warning("rules-too-slow", Place::default(), message)
                    .help("find the slow rule and leave it out, or raise the limit (--yara-seconds)")
            }
            other => problem(&other.to_string()),
        })?;
        found.extend(
            results
                .matching_rules()
                .map(|rule| told(&rule, told_strings, excerpt_bytes)),
        );
        Ok(())
    }
}

fn told(rule: &yara_x::Rule<'_, '_>, told_strings: usize, excerpt_bytes: usize) -> RuleMatch {
    let strings = rule.patterns().filter_map(|pattern| {
        let first = pattern.matches().next()?;
        let data = first.data();
        Some(StringMatch {
            identifier: pattern.identifier().to_owned(),
            offset: first.range().start as u64,
            length: first.range().len() as u64,
            excerpt: data.get(..excerpt_bytes).unwrap_or(data).escape_ascii().to_string(),
        })
    });
    RuleMatch {
        rule: rule.identifier().to_owned(),
        namespace: rule.namespace().to_owned(),
        tags: rule.tags().map(|tag| tag.identifier().to_owned()).collect(),
        meta: rule
            .metadata()
            .map(|(name, value)| (name.to_owned(), written(value)))
            .collect(),
        strings: strings.take(told_strings).collect(),
    }
}

fn written(value: MetaValue<'_>) -> String {
    match value {
        MetaValue::Integer(number) => number.to_string(),
        MetaValue::Float(number) => number.to_string(),
        MetaValue::Bool(yes) => yes.to_string(),
        MetaValue::String(text) => text.to_owned(),
        MetaValue::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
