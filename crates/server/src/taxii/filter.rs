//! Reads the URL filters of TAXII 2.1 section 3.4: `added_after`, `limit`, `next`, `match[id|type|version|spec_version]`.
//!
//! | rule | answer |
//! |---|---|
//! | a filter given twice, an empty one, a limit that is no positive number, a time that is none | 400 |
//! | a limit above the server's | the server's |
//! | several values in a `match`, with commas | any of them |
//! | several filters | all of them |
//! | a value that nothing can have | nothing matches |
//! | a parameter that TAXII does not define | ignored, so that a cache-breaker or a tracing parameter harms nobody |

use sha2::{Digest, Sha256};
use stix::Timestamp;

use crate::problem::Fault;
use crate::query::{Plus, bad, pairs, time};

/// Values of one filter; more are refused, so that a query stays small.
const VALUES_MAX: usize = 1_000;

/// Which versions of each object are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The earliest.
    pub first: bool,
    /// The latest.
    pub last: bool,
    /// Every one.
    pub all: bool,
    /// Those of these times, ascending.
    pub exact: Vec<Timestamp>,
}

impl Versions {
    /// The latest only: what is meant where nothing is said.
    pub fn latest() -> Self {
        Self {
            last: true,
            ..Self::default()
        }
    }
}

/// The filters of one request, each list sorted and without repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Only what was added later than this.
    pub added_after: Option<Timestamp>,
    /// At most so many.
    pub limit: Option<usize>,
    /// The token of an earlier page, unread.
    pub next: Option<String>,
    /// `match[id]`.
    pub ids: Vec<String>,
    /// `match[type]`.
    pub types: Vec<String>,
    /// `match[version]`; none where it is absent.
    pub versions: Option<Versions>,
    /// `match[spec_version]`.
    pub spec_versions: Vec<String>,
}

impl Filters {
    /// Reads a query string.
    pub fn read(query: Option<&str>) -> Result<Self, Fault> {
        let mut filters = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in pairs(query.unwrap_or_default(), Plus::Itself)? {
            let known = matches!(
                name.as_str(),
                "added_after"
                    | "limit"
                    | "next"
                    | "match[id]"
                    | "match[type]"
                    | "match[version]"
                    | "match[spec_version]"
            );
            if !known {
                continue;
            }
            if seen.contains(&name) {
                let message = format!("'{name}' is given twice: give it once, with commas between its values");
                return Err(bad("filter-twice", message));
            }
            if value.is_empty() {
                return Err(bad(
                    "empty-filter",
                    format!("'{name}' has no value: leave it out, or give it one"),
                ));
            }
            match name.as_str() {
                "added_after" => filters.added_after = Some(time(&name, &value)?),
                "limit" => filters.limit = Some(limit(&value)?),
                "next" => filters.next = Some(value),
                "match[id]" => filters.ids = values(&name, &value)?,
                "match[type]" => filters.types = values(&name, &value)?,
                "match[version]" => filters.versions = Some(versions(&name, &value)?),
                _ => filters.spec_versions = values(&name, &value)?,
            }
            seen.push(name);
        }
        Ok(filters)
    }

    /// A digest of everything that decides what is on the pages, but for where to begin and how much to give at once.
    pub fn fingerprint(&self, place: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut part = |name: &str, values: &[String]| {
            hash.update(format!("{name} {}\n", values.len()));
            for value in values {
                hash.update(format!("{} ", value.len()));
                hash.update(value);
            }
        };
        let exact: Vec<String> = self
            .versions
            .iter()
            .flat_map(|v| &v.exact)
            .map(|at| at.micros().to_string())
            .collect();
        let flags = self
            .versions
            .as_ref()
            .map_or(String::new(), |v| format!("{} {} {}", v.first, v.last, v.all));
        let added_after = self.added_after.map(|at| at.micros().to_string());
        part("place", &[place.to_owned()]);
        part("added_after", added_after.as_slice());
        part("id", &self.ids);
        part("type", &self.types);
        part("version", &exact);
        part("version_flags", &[flags]);
        part("spec_version", &self.spec_versions);
        hash.finalize().into()
    }
}

/// Reads a whole number above zero.
pub(crate) fn limit(text: &str) -> Result<usize, Fault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().unwrap_or(usize::MAX) } else { 0 };
    if number == 0 {
        return Err(bad(
            "bad-limit",
            "'limit' must be a whole number above zero, as in limit=100",
        ));
    }
    Ok(number)
}

fn values(name: &str, text: &str) -> Result<Vec<String>, Fault> {
    let mut values: Vec<String> = text.split(',').map(|value| value.trim().to_owned()).collect();
    if values.len() > VALUES_MAX {
        return Err(bad(
            "filter-too-long",
            format!("'{name}' may have {VALUES_MAX} values at most: ask in several requests"),
        ));
    }
    if values.iter().any(String::is_empty) {
        return Err(bad(
            "empty-filter",
            format!("'{name}' has an empty value between its commas"),
        ));
    }
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

fn versions(name: &str, text: &str) -> Result<Versions, Fault> {
    let mut found = Versions::default();
    for value in values(name, text)? {
        match value.as_str() {
            "first" => found.first = true,
            "last" => found.last = true,
            "all" => found.all = true,
            time_text => found.exact.push(time(name, time_text)?),
        }
    }
    found.exact.sort_unstable();
    found.exact.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::{Filters, Versions};

    fn read(query: &str) -> Filters {
        Filters::read(Some(query)).unwrap()
    }

    fn refused(query: &str) -> &'static str {
        Filters::read(Some(query)).unwrap_err().code()
    }

    #[test]
    fn reads_every_filter_and_its_percent_encoded_form() {
        let filters = read(
            "match[type]=malware,indicator,malware&match%5Bid%5D=indicator--1&limit=5&next=abc&match[spec_version]=2.1,2.0",
        );
        assert_eq!(filters.types, ["indicator", "malware"]);
        assert_eq!(filters.ids, ["indicator--1"]);
        assert_eq!((filters.limit, filters.next.as_deref()), (Some(5), Some("abc")));
        assert_eq!(filters.spec_versions, ["2.0", "2.1"]);
    }

    #[test]
    fn reads_times_of_any_precision_and_offset() {
        let expected = Timestamp::parse("2024-01-01T00:00:00Z").unwrap();
        for text in [
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.0Z",
            "2024-01-01T00:00:00.000000000Z",
            "2024-01-01T00:00:00.0000009Z",
            "2024-01-01T01:00:00+01:00",
            "2024-01-01T01:00:00%2B01:00",
            "2024-01-01t00:00:00z",
        ] {
            assert_eq!(
                read(&format!("added_after={text}")).added_after,
                Some(expected),
                "{text}"
            );
        }
        for text in [
            "2024-01-01",
            "yesterday",
            "1704067200",
            "2024-13-01T00:00:00Z",
            "2024-01-01T00:00:00",
            "%ff",
        ] {
            assert!(Filters::read(Some(&format!("added_after={text}"))).is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_is_a_positive_number_however_large() {
        assert_eq!(read("limit=99999999999999999999999").limit, Some(usize::MAX));
        for bad in ["0", "-1", "ten", "1.5", "+5", "%2B5", "1e3", "00", " 5"] {
            assert_eq!(refused(&format!("limit={bad}")), "bad-limit", "{bad}");
        }
    }

    #[test]
    fn versions_combine() {
        let at = Timestamp::parse("2020-01-01T00:00:00Z").unwrap();
        let both = Versions {
            first: true,
            last: true,
            ..Versions::default()
        };
        assert_eq!(read("match[version]=first,last").versions, Some(both));
        let mixed = Versions {
            first: true,
            exact: vec![at],
            ..Versions::default()
        };
        assert_eq!(
            read("match[version]=2020-01-01T00:00:00.000Z,first,2020-01-01T00:00:00Z").versions,
            Some(mixed)
        );
        assert_eq!(refused("match[version]=newest"), "bad-time");
    }

    #[test]
    fn a_filter_given_twice_or_empty_is_refused_and_an_unknown_one_ignored() {
        assert_eq!(refused("match[type]=a&match[type]=b"), "filter-twice");
        assert_eq!(refused("limit=1&limit=2"), "filter-twice");
        assert_eq!(refused("match[id]="), "empty-filter");
        assert_eq!(refused("match[id]=a,,b"), "empty-filter");
        assert_eq!(read("colour=red&_=1&match[colour]=red"), Filters::default());
    }

    #[test]
    fn the_fingerprint_ignores_order_and_limit_but_nothing_else() {
        let base = read("match[type]=a,b&limit=1").fingerprint("x");
        assert_eq!(read("limit=9&match[type]=b,a").fingerprint("x"), base);
        for other in [
            "match[type]=a",
            "match[id]=a,b",
            "match[type]=a,b&added_after=2024-01-01T00:00:00Z",
            "match[type]=a,b&match[version]=all",
            "match[type]=a,b&match[version]=2024-01-01T00:00:00Z",
            "match[type]=a,b&match[spec_version]=2.1",
        ] {
            assert_ne!(read(other).fingerprint("x"), base, "{other}");
        }
        assert_ne!(read("match[type]=a,b").fingerprint("y"), base);
    }
}
