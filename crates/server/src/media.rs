//! Reads `Accept` and `Content-Type` as TAXII 2.1 sections 1.6.8 and 3.1 want them read.
//!
//! | header | taken | refused |
//! |---|---|---|
//! | `Accept` | absent, `*/*`, `application/*`, `application/taxii+json` without a version or with 2.1; quoted, in any case, with quality values, among others | everything else: 406 |
//! | `Content-Type` | `application/taxii+json` without a version or with 2.1; quoted, in any case, with white space | everything else, and an absent one: 415 |
//!
//! `application/json` alone is refused: it is not a media type of TAXII, and answering it with another type would break the
//! clients that believe what they asked for. The message says what to send. What browsers and HTTP libraries send
//! (`application/json, text/plain, */*`) is fine because of its last range.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use crate::problem::Fault;

/// What every TAXII answer is.
pub const TAXII: &str = "application/taxii+json;version=2.1";

/// How closely a media range names a representation; the closest range decides (RFC 9110 section 12.5.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    AnyApplication,
    Taxii,
    TaxiiVersion,
}

/// Whether the client takes TAXII 2.1.
pub fn accepts_taxii(headers: &HeaderMap) -> Result<(), Fault> {
    if !headers.contains_key(ACCEPT) {
        return Ok(());
    }
    let mut best: Option<(Closeness, u16)> = None;
    for value in headers.get_all(ACCEPT) {
        let Ok(text) = value.to_str() else { continue };
        for range in split_outside_quotes(text, ',') {
            if let Some(candidate) = range_for_taxii(range) {
                best = best.max(Some(candidate));
            }
        }
    }
    match best {
        Some((_, quality)) if quality > 0 => Ok(()),
        _ => Err(Fault::new(
            StatusCode::NOT_ACCEPTABLE,
            "not-acceptable",
            format!("this answers as {TAXII} only: send 'Accept: {TAXII}'"),
        )),
    }
}

/// Whether the body is TAXII 2.1.
pub fn sends_taxii(headers: &HeaderMap) -> Result<(), Fault> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let text = values.next().and_then(|value| value.to_str().ok());
    let good = values.next().is_none()
        && text
            .and_then(range_for_taxii)
            .is_some_and(|(closeness, _)| closeness >= Closeness::Taxii);
    if good {
        return Ok(());
    }
    Err(Fault::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        format!("objects are sent as an envelope: send 'Content-Type: {TAXII}'"),
    ))
}

/// How closely a media range names TAXII 2.1, and its quality in thousandths; none when it names something else.
fn range_for_taxii(range: &str) -> Option<(Closeness, u16)> {
    let mut parts = split_outside_quotes(range, ';');
    let kind = parts.next()?.trim().to_ascii_lowercase();
    let mut closeness = match kind.as_str() {
        "*/*" => Closeness::Anything,
        "application/*" => Closeness::AnyApplication,
        "application/taxii+json" => Closeness::Taxii,
        _ => return None,
    };
    let mut quality = 1_000;
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("version") && closeness == Closeness::Taxii {
            if value != "2.1" {
                return None;
            }
            closeness = Closeness::TaxiiVersion;
        } else if name.trim().eq_ignore_ascii_case("q") {
            quality = thousandths(value)?;
        }
    }
    Some((closeness, quality))
}

/// Reads `0`, `0.5`, `1.000`; none where it is no quality value, which makes its range count for nothing.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return None;
    }
    let fraction = format!("{fraction:0<3}").parse::<u16>().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1_000),
        _ => None,
    }
}

/// Splits at a separator that is not inside a quoted string.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        if character == '"' {
            quoted = !quoted;
        }
        character == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, CONTENT_TYPE};
    use http::{HeaderMap, HeaderValue};

    use super::{accepts_taxii, sends_taxii};

    fn accept(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT, HeaderValue::from_static(value));
        }
        accepts_taxii(&headers).is_ok()
    }

    fn content(value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
        sends_taxii(&headers).is_ok()
    }

    #[test]
    fn takes_every_way_to_ask_for_taxii() {
        assert!(accept(&[]));
        for good in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json",
            "Application/TAXII+json;Version=2.1",
            "application/taxii+json;version=\"2.1\"",
            "application/taxii+json;version=2.1;q=0.1",
            "text/html, application/taxii+json;version=2.1;q=0.5",
            "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
            "application/json, text/plain, */*",
            "*/*",
            "application/*;q=0.001",
        ] {
            assert!(accept(&[good]), "{good}");
        }
        assert!(accept(&["text/html", "application/taxii+json;version=2.1"]));
    }

    #[test]
    fn refuses_what_is_not_taxii_2_1() {
        for bad in [
            "application/json",
            "text/html",
            "application/taxii+json;version=2.0",
            "application/taxii+json;version=2.10",
            "application/vnd.oasis.taxii+json;version=2.1",
            "application/taxii+json;version=2.1;q=0",
            "application/stix+json;version=2.1",
            "",
            "nonsense",
            "application/taxii+json;q=2",
        ] {
            assert!(!accept(&[bad]), "{bad}");
        }
    }

    #[test]
    fn the_closest_range_decides() {
        assert!(!accept(&["*/*, application/taxii+json;version=2.1;q=0"]));
        assert!(accept(&["*/*;q=0, application/taxii+json;version=2.1"]));
        assert!(!accept(&["application/*;q=0, */*"]));
    }

    #[test]
    fn takes_the_content_type_with_and_without_its_version() {
        for good in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json",
            "APPLICATION/taxii+JSON ; version=\"2.1\"",
            "application/taxii+json;version=2.1; charset=utf-8",
        ] {
            assert!(content(good), "{good}");
        }
        for bad in [
            "application/json",
            "*/*",
            "application/*",
            "application/taxii+json;version=2.0",
            "text/plain",
        ] {
            assert!(!content(bad), "{bad}");
        }
        assert!(sends_taxii(&HeaderMap::new()).is_err());
    }
}
