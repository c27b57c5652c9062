use super::{Bundle, Identity, Indicator, LanguageContent, MarkingDefinition, ObservedData, Sighting, View};
use super::{Vulnerability, graph_references, references};
use crate::marking::{Tlp, fixed};
use crate::{Object, Timestamp};

const INDICATOR: &str = r#"{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
"created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"2026-01-02T00:00:00.000Z","modified":"2026-01-02T00:00:00.000Z",
"name":"Beacon","confidence":80,"labels":["a","b"],"pattern":"[domain-name:value = 'c2.example']","pattern_type":"stix",
"valid_from":"2026-01-02T00:00:00Z","valid_until":"2026-02-02T00:00:00Z",
"object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
"kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"impact"}],
"external_references":[{"source_name":"cve","external_id":"CVE-2026-0001"}]}"#;

fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn an_indicator_reads_as_written_and_knows_when_it_holds() {
    let object = Object::parse(INDICATOR).unwrap();
    let indicator = Indicator::of(object.map()).unwrap();
    assert_eq!(indicator.name(), Some("Beacon"));
    assert_eq!(indicator.confidence(), Some(80));
    assert_eq!(indicator.lang(), "en");
    assert_eq!(indicator.labels().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        indicator.kill_chain_phases().collect::<Vec<_>>(),
        [("mitre-attack", "impact")]
    );
    assert_eq!(indicator.external_references().next().unwrap().source_name(), "cve");
    assert!(indicator.is_valid_at(instant("2026-01-02T00:00:00Z")));
    assert!(!indicator.is_valid_at(instant("2026-02-02T00:00:00Z")));
    assert!(Identity::of(object.map()).is_none());
}

#[test]
fn references_are_found_at_every_depth_and_local_keys_are_not() {
    let object = Object::parse(INDICATOR).unwrap();
    let names: Vec<&str> = references(object.map()).map(|(name, _)| name).collect();
    assert_eq!(names, ["created_by_ref", "object_marking_refs"]);
    assert_eq!(graph_references(object.map()).count(), 0);

    let text = r#"{"type":"file","content_ref":"artifact--0682152c-646a-513b-bc07-e516494ed178","parent_directory_ref":"0",
        "extensions":{"archive-ext":{"contains_refs":["file--cfebcece-2336-51b0-baf1-d94daae5e1d1",7,"x"]}}}"#;
    let object = Object::parse(text).unwrap();
    assert_eq!(
        graph_references(object.map()).collect::<Vec<_>>(),
        [
            ("content_ref", "artifact--0682152c-646a-513b-bc07-e516494ed178"),
            ("contains_refs", "file--cfebcece-2336-51b0-baf1-d94daae5e1d1"),
        ]
    );
}

#[test]
fn a_translation_falls_back_to_the_shorter_language() {
    let text = r#"{"type":"language-content","object_ref":"campaign--12a111f0-b824-4baf-a224-83b80237a094",
        "contents":{"pt":{"name":"Ataque","goals":["","dinheiro"]},"pt-BR":{"name":"Ataque ao banco"}}}"#;
    let object = Object::parse(text).unwrap();
    let content = LanguageContent::of(object.map()).unwrap();
    assert_eq!(content.languages().collect::<Vec<_>>(), ["pt", "pt-BR"]);
    assert_eq!(content.translation("pt-br", "name"), Some("Ataque ao banco"));
    assert_eq!(content.translation("pt-PT", "name"), Some("Ataque"));
    assert_eq!(content.translation("pt-BR", "goals.[1]"), Some("dinheiro"));
    assert_eq!(content.translation("pt", "goals.[0]"), None);
    assert_eq!(content.translation("de", "name"), None);
}

#[test]
fn markings_sightings_and_the_rest_read_their_own() {
    let object = Object::parse(fixed::of_tlp(Tlp::AmberStrict).text).unwrap();
    let marking = MarkingDefinition::of(object.map()).unwrap();
    assert_eq!((marking.tlp(), marking.statement()), (Some(Tlp::AmberStrict), None));

    let text = r#"{"type":"bundle","id":"bundle--1","objects":[
        {"type":"sighting","sighting_of_ref":"a","where_sighted_refs":["b"],"count":3,"last_seen":"2026-01-02T00:00:00Z"},
        {"type":"observed-data","number_observed":2,"objects":{"0":{"type":"file","name":"a"}}},
        {"type":"vulnerability","name":"CVE-2026-1234"},
        {"type":"vulnerability","name":"nine","external_references":[{"source_name":"cve","external_id":"CVE-2026-9"}]}]}"#;
    let object = Object::parse(text).unwrap();
    let objects: Vec<_> = Bundle::of(object.map()).unwrap().objects().collect();
    let sighting = Sighting::of(objects[0]).unwrap();
    assert_eq!((sighting.sighting_of(), sighting.count()), (Some("a"), Some(3)));
    assert_eq!(sighting.where_sighted().collect::<Vec<_>>(), ["b"]);
    let observed = ObservedData::of(objects[1]).unwrap();
    assert_eq!(observed.contained().next().unwrap().1.str("name"), Some("a"));
    let cves: Vec<&str> = objects[2..]
        .iter()
        .flat_map(|one| Vulnerability::of(one).unwrap().cve_ids())
        .collect();
    assert_eq!(cves, ["CVE-2026-1234", "CVE-2026-9"]);
}
