//! The domain objects of STIX 2.1 section 4.

use super::common::KILL_CHAIN_PHASE;
use super::rules;
use super::shape::Kind::{Bool, Choice, Container, Integer, List, Number, Reference, Struct, Text, Time};
use super::shape::{Kind, Property, Rule, Shape, Target, may, must};

const TEXTS: Kind = List(&Text);
const PHASES: Kind = List(&Struct(&KILL_CHAIN_PHASE));
const OBJECTS: Kind = List(&Reference(Target::Any));
const SOFTWARE: Target = Target::Of(&["software"]);
const SEEN: &[Rule] = &[Rule::NotBefore("first_seen", "last_seen")];

/// The shape of a domain object type.
pub(super) fn shape(object_type: &str) -> Option<&'static Shape> {
    Some(match object_type {
        "attack-pattern" => &ATTACK_PATTERN,
        "campaign" => &CAMPAIGN,
        "course-of-action" => &COURSE_OF_ACTION,
        "grouping" => &GROUPING,
        "identity" => &IDENTITY,
        "incident" => &INCIDENT,
        "indicator" => &INDICATOR,
        "infrastructure" => &INFRASTRUCTURE,
        "intrusion-set" => &INTRUSION_SET,
        "location" => &LOCATION,
        "malware" => &MALWARE,
        "malware-analysis" => &MALWARE_ANALYSIS,
        "note" => &NOTE,
        "observed-data" => &OBSERVED_DATA,
        "opinion" => &OPINION,
        "report" => &REPORT,
        "threat-actor" => &THREAT_ACTOR,
        "tool" => &TOOL,
        "vulnerability" => &VULNERABILITY,
        _ => return None,
    })
}

static ATTACK_PATTERN: Shape = Shape::plain(&[
    must("name", Text),
    may("description", Text),
    may("aliases", TEXTS),
    may("kill_chain_phases", PHASES),
]);

static CAMPAIGN: Shape = Shape::ruled(
    &[
        must("name", Text),
        may("description", Text),
        may("aliases", TEXTS),
        may("first_seen", Time),
        may("last_seen", Time),
        may("objective", Text),
    ],
    SEEN,
);

static COURSE_OF_ACTION: Shape = Shape::plain(NAMED);

static INCIDENT: Shape = Shape::plain(NAMED);

static VULNERABILITY: Shape = Shape::plain(NAMED);

const NAMED: &[Property] = &[must("name", Text), may("description", Text)];

static GROUPING: Shape = Shape::plain(&[
    may("name", Text),
    may("description", Text),
    must("context", Text),
    must("object_refs", OBJECTS),
]);

static IDENTITY: Shape = Shape::plain(&[
    must("name", Text),
    may("description", Text),
    may("roles", TEXTS),
    may("identity_class", Text),
    may("sectors", TEXTS),
    may("contact_information", Text),
]);

static INDICATOR: Shape = Shape::ruled(
    &[
        may("name", Text),
        may("description", Text),
        may("indicator_types", TEXTS),
        must("pattern", Text),
        must("pattern_type", Text),
        may("pattern_version", Text),
        must("valid_from", Time),
        may("valid_until", Time),
        may("kill_chain_phases", PHASES),
    ],
    &[Rule::After("valid_from", "valid_until"), Rule::Special(rules::pattern)],
);

static INFRASTRUCTURE: Shape = Shape::ruled(
    &[
        must("name", Text),
        may("description", Text),
        may("infrastructure_types", TEXTS),
        may("aliases", TEXTS),
        may("kill_chain_phases", PHASES),
        may("first_seen", Time),
        may("last_seen", Time),
    ],
    SEEN,
);

static INTRUSION_SET: Shape = Shape::ruled(
    &[
        must("name", Text),
        may("description", Text),
        may("aliases", TEXTS),
        may("first_seen", Time),
        may("last_seen", Time),
        may("goals", TEXTS),
        may("resource_level", Text),
        may("primary_motivation", Text),
        may("secondary_motivations", TEXTS),
    ],
    SEEN,
);

static LOCATION: Shape = Shape::ruled(
    &[
        may("name", Text),
        may("description", Text),
        may("latitude", Number(-90.0, 90.0)),
        may("longitude", Number(-180.0, 180.0)),
        may("precision", Number(0.0, f64::MAX)),
        may("region", Text),
        may("country", Text),
        may("administrative_area", Text),
        may("city", Text),
        may("street_address", Text),
        may("postal_code", Text),
    ],
    &[
        Rule::Some(&["region", "country", "latitude"]),
        Rule::Needs("latitude", "longitude"),
        Rule::Needs("longitude", "latitude"),
        Rule::Needs("precision", "latitude"),
    ],
);

static MALWARE: Shape = Shape::ruled(
    &[
        may("name", Text),
        may("description", Text),
        may("malware_types", TEXTS),
        must("is_family", Bool),
        may("aliases", TEXTS),
        may("kill_chain_phases", PHASES),
        may("first_seen", Time),
        may("last_seen", Time),
        may("operating_system_refs", List(&Reference(SOFTWARE))),
        may("architecture_execution_envs", TEXTS),
        may("implementation_languages", TEXTS),
        may("capabilities", TEXTS),
        may("sample_refs", List(&Reference(Target::Of(&["file", "artifact"])))),
    ],
    &[
        Rule::NotBefore("first_seen", "last_seen"),
        Rule::Special(rules::malware_family_has_a_name),
    ],
);

static MALWARE_ANALYSIS: Shape = Shape::ruled(
    &[
        must("product", Text),
        may("version", Text),
        may("host_vm_ref", Reference(SOFTWARE)),
        may("operating_system_ref", Reference(SOFTWARE)),
        may("installed_software_refs", List(&Reference(SOFTWARE))),
        may("configuration_version", Text),
        may("modules", TEXTS),
        may("analysis_engine_version", Text),
        may("analysis_definition_version", Text),
        may("submitted", Time),
        may("analysis_started", Time),
        may("analysis_ended", Time),
        may("result_name", Text),
        may("result", Text),
        may("analysis_sco_refs", List(&Reference(Target::Observable))),
        may(
            "sample_ref",
            Reference(Target::Of(&["file", "artifact", "network-traffic"])),
        ),
    ],
    &[Rule::Some(&["result", "analysis_sco_refs"])],
);

static NOTE: Shape = Shape::plain(&[
    may("abstract", Text),
    must("content", Text),
    may("authors", TEXTS),
    must("object_refs", OBJECTS),
]);

static OBSERVED_DATA: Shape = Shape::ruled(
    &[
        must("first_observed", Time),
        must("last_observed", Time),
        must("number_observed", Integer(1, 999_999_999)),
        may("objects", Container),
        may("object_refs", List(&Reference(Target::ObservableOrRelation))),
    ],
    &[
        Rule::NotBefore("first_observed", "last_observed"),
        Rule::Some(&["object_refs", "objects"]),
        Rule::NotBoth("objects", "object_refs"),
    ],
);

static OPINION: Shape = Shape::plain(&[
    may("explanation", Text),
    may("authors", TEXTS),
    must(
        "opinion",
        Choice(&["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"]),
    ),
    must("object_refs", OBJECTS),
]);

static REPORT: Shape = Shape::plain(&[
    must("name", Text),
    may("description", Text),
    may("report_types", TEXTS),
    must("published", Time),
    must("object_refs", OBJECTS),
]);

static THREAT_ACTOR: Shape = Shape::ruled(
    &[
        must("name", Text),
        may("description", Text),
        may("threat_actor_types", TEXTS),
        may("aliases", TEXTS),
        may("first_seen", Time),
        may("last_seen", Time),
        may("roles", TEXTS),
        may("goals", TEXTS),
        may("sophistication", Text),
        may("resource_level", Text),
        may("primary_motivation", Text),
        may("secondary_motivations", TEXTS),
        may("personal_motivations", TEXTS),
    ],
    SEEN,
);

static TOOL: Shape = Shape::plain(&[
    must("name", Text),
    may("description", Text),
    may("tool_types", TEXTS),
    may("aliases", TEXTS),
    may("kill_chain_phases", PHASES),
    may("tool_version", Text),
]);
