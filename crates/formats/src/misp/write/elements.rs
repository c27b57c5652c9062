//! What single STIX objects are in MISP: for those who keep events and elements apart, and put events together themselves.

use stix::json::Map;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use super::super::text::Json;
use super::{WriteOptions, Writer, tag};

/// What one object is in MISP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Under which name MISP lists it: `Event`, `Attribute`, `Object`, `ObjectReference`, `Sighting`, `EventReport`,
    /// `ShadowAttribute`, `Note`, `Opinion`, `Relationship`, `Galaxy`.
    pub list: &'static str,
    /// The identifier of the object that it speaks of, where it does.
    pub about: Option<String>,
    /// A JSON object, as MISP writes it; tags apart.
    pub json: String,
    /// Its tags, each a JSON object.
    pub tags: Vec<String>,
}

/// Says what a STIX object is in MISP: nothing, where it is only part of something else.
pub fn elements(object: &Map<'_>, options: &WriteOptions) -> Vec<Element> {
    let mut writer = Writer::new(options.clone());
    writer.object(object);
    let mut elements = Vec::new();
    for header in std::mem::take(&mut writer.headers) {
        let mut json = Json::default();
        json.raw(&header.body);
        writer.creator(&header, &mut json);
        json.close();
        let mut tags = header.tags.clone();
        if !header.from_misp {
            tags.extend(markings(header.marked, header.tagged));
        }
        elements.push(Element {
            list: "Event",
            about: None,
            json: json.into_string(),
            tags,
        });
    }
    for (_, fragments) in std::mem::take(&mut writer.fragments) {
        for fragment in fragments {
            let mut tags = fragment.tags;
            // What came from MISP has the tags that it came with.
            if !is_from_misp(object) {
                tags.extend(markings(fragment.marked, fragment.tagged));
            }
            elements.push(Element {
                list: fragment.list,
                about: None,
                json: format!("{}}}", fragment.body),
                tags,
            });
        }
    }
    for (about, said) in std::mem::take(&mut writer.about) {
        for (list, json) in said {
            elements.push(Element {
                list,
                about: Some(about.clone()),
                json,
                tags: Vec::new(),
            });
        }
    }
    for cluster in writer.clusters.values() {
        elements.push(Element {
            list: "Galaxy",
            about: None,
            json: cluster.galaxy(),
            tags: vec![tag(&cluster.tag())],
        });
    }
    elements
}

/// The UUID of the event that a part of one belongs to: the header names it.
pub fn part_of(object: &Map<'_>) -> Option<Uuid> {
    Some(super::uuid_of(object.str("x_misp_event_part")?))
}

fn is_from_misp(object: &Map<'_>) -> bool {
    ["x_misp_type", "x_misp_name", "x_misp_attributes"]
        .iter()
        .any(|key| object.contains(key))
}

fn markings(marked: (Option<Tlp>, Option<Pap>), tagged: (Option<Tlp>, Option<Pap>)) -> Vec<String> {
    super::assemble::missing_tags(marked, tagged)
}
