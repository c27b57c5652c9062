//! Why something matters to a member: what an object says, held against what the member is and runs. Pure.

use std::collections::BTreeMap;

use stix::json::Map;
use store::{Concern, FacetKind, Member};

use super::places::{self, Place};
use super::technology::{Cpe, Technology, Text};

/// Characters of a title or name that are looked through.
const TITLE_MOST: usize = 300;
/// Characters of a description that are looked through.
const DESCRIPTION_MOST: usize = 2_000;
/// Characters of an object that is read; of a longer one only its title counts.
const BODY_MOST: usize = 256 * 1024;
/// Labels that are looked at.
const LABELS_MOST: usize = 50;

/// Why something matters to a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It has to do with a sector of the member.
    Sector(String),
    /// It names a country of the member, or a region that this is in.
    Region(Place),
    /// It names something that the member runs, as the member wrote it.
    Technology(String),
}

/// What a member is and runs, as it is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    sectors: Vec<String>,
    places: BTreeMap<String, Place>,
    technologies: Vec<Technology>,
}

impl Own {
    /// What was stored and can be looked for no more is left out.
    pub(super) fn of(member: &Member, technologies: &[String]) -> Self {
        let read = |text: &String| Technology::read(text).ok();
        Self {
            sectors: member
                .sectors
                .iter()
                .map(|one| FacetKind::Sector.written(one))
                .collect(),
            places: places::called(&member.countries),
            technologies: technologies.iter().filter_map(read).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sectors.is_empty() && self.places.is_empty() && self.technologies.is_empty()
    }
}

/// What an object says that can be a reason.
#[derive(Default)]
pub(super) struct Facts {
    sectors: Vec<String>,
    places: Vec<String>,
    texts: Vec<Text>,
    cpes: Vec<Cpe>,
}

impl Facts {
    /// What an object says, and what is beside it.
    pub(super) fn of(title: Option<&str>, concern: &Concern) -> Self {
        let mut facts = Self {
            sectors: concern.sectors.clone(),
            ..Self::default()
        };
        facts.text(title.unwrap_or_default(), TITLE_MOST);
        for body in std::iter::once(&concern.body).chain(&concern.beside) {
            if body.len() <= BODY_MOST
                && let Ok(object) = stix::Object::parse(body)
            {
                facts.read(object.map());
            }
        }
        facts
    }

    fn text(&mut self, text: &str, most: usize) {
        let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
        self.texts
            .extend(text.get(..end).filter(|text| !text.is_empty()).map(Text::read));
    }

    fn read(&mut self, map: &Map<'_>) {
        let labels = map.get("labels").and_then(|value| value.as_array());
        let labels = labels.into_iter().flatten().take(LABELS_MOST);
        for label in labels.filter_map(|label| label.as_str()) {
            places::of_label(label, &mut self.places);
        }
        let text = |name: &str| map.str(name).unwrap_or_default();
        match text("type") {
            "location" => places::of_location(map, &mut self.places),
            "software" => {
                self.text(&format!("{} {}", text("vendor"), text("name")), TITLE_MOST);
                self.cpes.extend(Cpe::read(text("cpe")));
            }
            "vulnerability" => {
                self.text(text("name"), TITLE_MOST);
                self.text(text("description"), DESCRIPTION_MOST);
            }
            _ => {}
        }
    }
}

/// Why what says this matters to whom is that: each reason once, in the order of [`Reason`].
pub(super) fn reasons(own: &Own, facts: &Facts) -> Vec<Reason> {
    let sectors = facts.sectors.iter().filter(|sector| own.sectors.contains(sector));
    let places = facts.places.iter().filter_map(|place| own.places.get(place));
    let is_named = |technology: &&Technology| {
        facts.texts.iter().any(|text| technology.is_in(text)) || facts.cpes.iter().any(|cpe| technology.is_cpe(cpe))
    };
    let technologies = own.technologies.iter().filter(is_named);
    let mut reasons: Vec<Reason> = sectors
        .map(|sector| Reason::Sector(sector.clone()))
        .chain(places.map(|place| Reason::Region(place.clone())))
        .chain(technologies.map(|one| Reason::Technology(one.written.clone())))
        .collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

#[cfg(test)]
mod tests {
    use policy::{MemberId, MemberState};
    use proptest::prelude::*;
    use proptest::sample::subsequence;
    use stix::Timestamp;
    use store::MemberKind;

    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|one| (*one).to_owned()).collect()
    }

    fn own(sectors: &[&str], countries: &[&str], technologies: &[&str]) -> Own {
        let member = Member {
            id: MemberId(1),
            uuid: uuid::Uuid::nil(),
            identity: String::new(),
            name: "City".to_owned(),
            kind: MemberKind::City,
            sectors: texts(sectors),
            countries: texts(countries),
            provider: None,
            parent: None,
            state: MemberState::Active,
            created: Timestamp::from_micros(0),
        };
        Own::of(&member, &texts(technologies))
    }

    fn told(own: &Own, title: &str, body: &str, beside: &[&str]) -> Vec<String> {
        let concern = Concern {
            body: body.to_owned(),
            sectors: texts(&["water"]),
            beside: texts(beside),
        };
        let facts = Facts::of(Some(title), &concern);
        let written = |reason| match reason {
            Reason::Sector(sector) => format!("sector {sector}"),
            Reason::Region(place) => format!("region {}", place.name),
            Reason::Technology(technology) => format!("technology {technology}"),
        };
        reasons(own, &facts).into_iter().map(written).collect()
    }

    const SPAIN: &str = r#"{"type":"location","country":"ES"}"#;
    const EUROPE: &str = r#"{"type":"location","region":"europe"}"#;
    const SOFTWARE: &str = r#"{"type":"software","name":"FortiOS","vendor":"Fortinet"}"#;

    #[test]
    fn sectors_places_and_technologies_are_each_said_once() {
        let own = own(
            &["Water", "energy"],
            &["ES"],
            &["FortiOS", "cpe:2.3:o:fortinet:fortios"],
        );
        let report = r#"{"type":"report","labels":["misp-galaxy:target-information=\"Spain\"",7]}"#;
        assert_eq!(
            told(&own, "FortiOS again", report, &[SPAIN, EUROPE, SOFTWARE]),
            [
                "sector water",
                "region Spain",
                "region europe",
                "technology FortiOS",
                "technology cpe:2.3:o:fortinet:fortios"
            ]
        );
        let elsewhere = r#"{"type":"location","country":"FR","region":"europe"}"#;
        assert_eq!(told(&own, "Forti OS", "nonsense", &[elsewhere]), ["sector water"]);
    }

    #[test]
    fn of_descriptions_only_those_of_vulnerabilities_are_read_and_only_their_beginning() {
        let own = own(&[], &[], &["fortios"]);
        let with = |kind: &str, before: usize| {
            format!(r#"{{"type":"{kind}","description":"{} fortios"}}"#, "x".repeat(before))
        };
        assert_eq!(told(&own, "", &with("vulnerability", 10), &[]), ["technology fortios"]);
        assert!(told(&own, "", &with("report", 10), &[]).is_empty());
        assert!(told(&own, "", &with("vulnerability", 2_000), &[]).is_empty());
        assert!(told(&own, &format!("{}fortios", "é ".repeat(200)), "{}", &[]).is_empty());
        let beside = with("vulnerability", 1);
        assert_eq!(told(&own, "", "{}", &[&beside]), ["technology fortios"]);
    }

    #[test]
    fn who_says_nothing_is_told_of_nothing() {
        let nothing = own(&[], &[], &[]);
        assert!(nothing.is_empty());
        assert!(told(&nothing, "FortiOS", SPAIN, &[SOFTWARE]).is_empty());
        // What cannot be looked for any more does not stand in the way of the rest.
        assert!(own(&[], &[], &["7"]).is_empty());
    }

    const SECTORS: [&str; 3] = ["water", "energy", "health"];
    const COUNTRIES: [&str; 3] = ["ES", "DE", "FR"];
    const TECHNOLOGIES: [&str; 3] = ["fortios", "simatic", "exchange"];

    fn some(of: [&'static str; 3]) -> impl Strategy<Value = Vec<&'static str>> {
        subsequence(of.to_vec(), 0..=3)
    }

    proptest! {
        #[test]
        fn there_is_a_reason_for_each_that_both_name_and_for_no_other(
            sectors in (some(SECTORS), some(SECTORS)),
            countries in (some(COUNTRIES), some(COUNTRIES)),
            technologies in (some(TECHNOLOGIES), some(TECHNOLOGIES)),
        ) {
            let own = own(&sectors.0, &countries.0, &technologies.0);
            let places: Vec<String> = countries.1.iter().map(|one| format!(r#"{{"type":"location","country":"{one}"}}"#)).collect();
            let concern = Concern { body: "{}".to_owned(), sectors: texts(&sectors.1), beside: places };
            let facts = Facts::of(Some(&technologies.1.join(", ")), &concern);
            let both = |(one, other): &(Vec<&str>, Vec<&str>)| one.iter().filter(|text| other.contains(text)).count();
            let found = reasons(&own, &facts);
            prop_assert_eq!(found.len(), both(&sectors) + both(&countries) + both(&technologies));
            prop_assert!(found.is_sorted_by(|one, next| one < next));
        }
    }
}
