//! Where something is about: countries and regions, as objects name them and as a member is in them.
//!
//! `countries.txt` has a line for each country: its code of ISO 3166-1, its region in the words of STIX 2.1 (10.17
//! `region-ov`, after the United Nations' M49), and its names in English, the one that is shown first.

use std::collections::BTreeMap;

use stix::json::Map;

use super::words;

const COUNTRIES: &str = include_str!("countries.txt");
/// Characters of the name of a place.
const NAME_MOST: usize = 100;

/// The predicates of labels that name a place, as in `misp-galaxy:target-information="Spain"` and `country:es`.
const PREDICATES: [&str; 6] = [
    "country",
    "region",
    "target-country",
    "target-information",
    "target-location",
    "target-region",
];

/// A place of a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What is shown: the name of the country in English, or the region in the words of STIX 2.1.
    pub name: String,
    /// The code of the country (ISO 3166-1 alpha-2), by which browsers know its name in the reader's language.
    pub code: Option<String>,
}

impl Place {
    fn country(name: &str, code: &str) -> Self {
        Self {
            name: name.to_owned(),
            code: Some(code.to_owned()),
        }
    }

    fn region(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            code: None,
        }
    }
}

/// The regions that a region is in.
fn wider(region: &str) -> &'static [&'static str] {
    match region {
        "caribbean" | "central-america" | "south-america" => &["latin-america-caribbean", "americas"],
        "northern-america" => &["americas"],
        "australia-new-zealand" | "melanesia" | "micronesia" | "polynesia" => &["oceania"],
        region if region.ends_with("-africa") => &["africa"],
        region if region.ends_with("-asia") => &["asia"],
        region if region.ends_with("-europe") => &["europe"],
        _ => &[],
    }
}

/// A name as it is compared.
fn key(name: &str) -> String {
    words(name).join("-")
}

/// All by which the places of a member are called, each with the place.
pub(super) fn called(countries: &[String]) -> BTreeMap<String, Place> {
    let mut called = BTreeMap::new();
    for line in COUNTRIES.lines() {
        let mut parts = line.split('\t');
        let (Some(code), Some(region), Some(names)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if !countries.iter().any(|own| own.eq_ignore_ascii_case(code)) {
            continue;
        }
        let country = Place::country(names.split('|').next().unwrap_or(code), code);
        called.insert(key(code), country.clone());
        called.extend(names.split('|').map(|name| (key(name), country.clone())));
        let regions = std::iter::once(region).chain(wider(region).iter().copied());
        called.extend(regions.map(|region| (region.to_owned(), Place::region(region))));
    }
    // A country that is not in the list is known by its code.
    for own in countries {
        called.entry(key(own)).or_insert_with(|| Place {
            name: own.clone(),
            code: None,
        });
    }
    called
}

/// The places that a location (STIX 2.1, 4.11) names: its country; where it has none, its region and its name.
pub(super) fn of_location(map: &Map<'_>, places: &mut Vec<String>) {
    match map.str("country").map(str::trim).filter(|country| !country.is_empty()) {
        Some(country) => put(country, places),
        None => {
            let named = ["region", "name"].into_iter().filter_map(|name| map.str(name));
            named.for_each(|name| put(name, places));
        }
    }
}

/// The place that a label names, where it names one.
pub(super) fn of_label(label: &str, places: &mut Vec<String>) {
    let Some((space, rest)) = label.split_once(':') else {
        return;
    };
    let (predicate, value) = rest.split_once('=').unwrap_or((space, rest));
    if PREDICATES
        .iter()
        .any(|known| predicate.trim().eq_ignore_ascii_case(known))
    {
        let value = value.trim().trim_matches('"');
        // MISP's regions begin with their number in M49, as in `039 - Southern Europe`.
        let numbered = value
            .split_once(" - ")
            .filter(|(number, _)| number.bytes().all(|one| one.is_ascii_digit()));
        put(numbered.map_or(value, |(_, name)| name), places);
    }
}

fn put(name: &str, places: &mut Vec<String>) {
    let key = key(name);
    if name.len() <= NAME_MOST && !key.is_empty() && !places.contains(&key) {
        places.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(label: &str) -> Vec<String> {
        let mut places = Vec::new();
        of_label(label, &mut places);
        places
    }

    fn location(body: &str) -> Vec<String> {
        let mut places = Vec::new();
        of_location(stix::Object::parse(body).unwrap().map(), &mut places);
        places
    }

    #[test]
    fn the_list_of_countries_has_each_once_with_a_region_and_a_name() {
        let mut codes: Vec<&str> = Vec::new();
        for line in COUNTRIES.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let [code, region, names] = *parts else {
                panic!("{line}")
            };
            assert!(
                code.len() == 2 && code.bytes().all(|one| one.is_ascii_uppercase()),
                "{line}"
            );
            assert!(region == "antarctica" || !wider(region).is_empty(), "{line}");
            assert!(names.split('|').all(|name| !key(name).is_empty()), "{line}");
            codes.push(code);
        }
        assert!(codes.is_sorted_by(|one, next| one < next));
        assert_eq!(codes.len(), 250);
    }

    #[test]
    fn a_member_is_called_by_code_names_and_regions_of_its_countries() {
        let called = called(&["es".to_owned(), "QX".to_owned()]);
        let written = |(key, place): (&String, &Place)| match &place.code {
            Some(code) => format!("{key}: {} ({code})", place.name),
            None => format!("{key}: {}", place.name),
        };
        let told: Vec<String> = called.iter().map(written).collect();
        assert_eq!(
            told,
            [
                "es: Spain (ES)",
                "europe: europe",
                "qx: QX",
                "southern-europe: southern-europe",
                "spain: Spain (ES)"
            ]
        );
        assert!(super::called(&[]).is_empty());
    }

    #[test]
    fn a_location_names_its_country_and_only_without_one_its_region_and_name() {
        assert_eq!(
            location(r#"{"country":"FR","region":"southern-europe","name":"Nice"}"#),
            ["fr"]
        );
        assert_eq!(
            location(r#"{"country":" ","region":"southern-europe","name":"Southern Europe"}"#),
            ["southern-europe"]
        );
        assert_eq!(location(r#"{"name":"Côte d'Ivoire","region":7}"#), ["côte-d-ivoire"]);
    }

    #[test]
    fn a_label_names_a_place_where_its_predicate_says_so() {
        assert_eq!(label(r#"misp-galaxy:target-information="Spain""#), ["spain"]);
        assert_eq!(label("country:es"), ["es"]);
        assert_eq!(label("Country: ES"), ["es"]);
        assert_eq!(
            label(r#"misp-galaxy:region="039 - Southern Europe""#),
            ["southern-europe"]
        );
        for other in [
            "spain",
            "tlp:green",
            r#"misp-galaxy:threat-actor="Spain""#,
            "country:",
            "",
        ] {
            assert!(label(other).is_empty(), "{other}");
        }
    }
}
