//! A made-up MISP event of any number of attributes, written piece by piece.

use std::io::{self, Write};

use serde_json::json;

use crate::random::Random;

/// Writes an event in the form that a MISP server exports, one attribute a line.
pub fn write(attributes: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut random = Random::of(seed, u64::MAX);
    let organisation = json!({ "id": "1", "name": "Example CERT", "uuid": random.uuid() });
    let head = json!({
        "id": "1", "date": "2026-03-01", "threat_level_id": "2", "info": "A made-up campaign against example.org",
        "published": true, "uuid": random.uuid(), "attribute_count": attributes.to_string(), "analysis": "2",
        "timestamp": "1772323200", "publish_timestamp": "1772323200", "distribution": "1", "sharing_group_id": "0",
        "Org": organisation, "Orgc": organisation, "Tag": [{ "name": "tlp:green", "colour": "#339900" }],
    });
    let head = head.to_string();
    write!(out, "{{\"Event\":{},\"Attribute\":[", head.trim_end_matches('}'))?;
    for number in 0..attributes {
        if number > 0 {
            out.write_all(b",\n")?;
        }
        write!(out, "{}", attribute(seed, number))?;
    }
    out.write_all(b"]}}\n")
}

fn attribute(seed: u64, number: u64) -> serde_json::Value {
    let mut random = Random::of(seed, number);
    let host = format!("{}.{}.example", random.hex(6), random.word());
    let (kind, category, value) = match number % 8 {
        0 => ("md5", "Payload delivery", random.hex(32)),
        1 => ("sha1", "Payload delivery", random.hex(40)),
        2 => ("sha256", "Payload delivery", random.hex(64)),
        3 => ("domain", "Network activity", host),
        4 => ("hostname", "Network activity", format!("mail.{host}")),
        5 => ("url", "Network activity", format!("https://{host}/{}", random.hex(12))),
        6 => {
            let address = format!("2001:db8:{:x}::{:x}", random.below(65_536), random.below(65_535) + 1);
            ("ip-dst", "Network activity", address)
        }
        _ => (
            "filename",
            "Payload delivery",
            format!("{}-{}.exe", random.word(), random.hex(6)),
        ),
    };
    json!({
        "id": (number + 1).to_string(), "type": kind, "category": category, "to_ids": !number.is_multiple_of(10),
        "uuid": random.uuid(), "event_id": "1", "distribution": "5", "timestamp": "1772323200",
        "comment": if number.is_multiple_of(4) { random.prose(40) } else { String::new() },
        "sharing_group_id": "0", "deleted": false, "disable_correlation": false, "object_id": "0",
        "object_relation": null, "value": value,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_event_is_json_and_has_the_attributes_asked_for() {
        let mut text = Vec::new();
        super::write(16, 1, &mut text).expect("it is written");
        let event: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        assert_eq!(event["Event"]["Attribute"].as_array().map(Vec::len), Some(16));
    }
}
