//! Objects that are an e-mail message.

use std::borrow::Cow;

use super::attribute::attached;
use super::build::{Build, Inner};
use super::observable::{Observable, Part};
use super::text::Json;

/// Builds the message, its addresses and its attachments; says whether there was anything to build.
pub(super) fn message<'i>(inners: &'i [Inner<'i>], build: &mut Build<'i>, scratch: &mut Json) -> bool {
    let attachments: Vec<_> = inners
        .iter()
        .filter(|inner| {
            matches!(inner.relation, "attachment" | "screenshot") && inner.attribute_type == "email-attachment"
        })
        .collect();
    let multipart = !attachments.is_empty();
    let mut message = Observable::new("email-message").with("is_multipart", Part::Bool(multipart));
    for (relation, property) in [
        ("from", "from_ref"),
        ("to", "to_refs"),
        ("cc", "cc_refs"),
        ("bcc", "bcc_refs"),
    ] {
        let names: Vec<_> = inners
            .iter()
            .filter(|inner| inner.relation.strip_suffix("-display-name") == Some(relation))
            .collect();
        let addresses: Vec<_> = inners.iter().filter(|inner| inner.relation == relation).collect();
        let mut ids = Vec::new();
        for (at, address) in addresses.iter().enumerate() {
            let mut observable = Observable::new("email-addr").with("value", Part::text(address.value.as_ref()));
            // Names belong to addresses only by their order, and that only where there are as many.
            if names.len() == addresses.len() {
                observable = observable.with("display_name", Part::text(names[at].value.as_ref()));
            }
            ids.push(Part::text(build.add(observable, scratch)));
        }
        match (property, ids.is_empty()) {
            (_, true) => {}
            ("from_ref", false) => message.properties.push((property.into(), ids.swap_remove(0))),
            (_, false) => message.properties.push((property.into(), Part::List(ids))),
        }
    }
    let mut headers: Vec<(Cow<'i, str>, Part<'i>)> = Vec::new();
    let mut received = Vec::new();
    for (at, inner) in inners.iter().enumerate() {
        let header = match inner.relation {
            "reply-to" => Some("Reply-To"),
            "x-mailer" => Some("X-Mailer"),
            "user-agent" => Some("User-Agent"),
            _ => None,
        };
        if let Some(header) = header {
            match headers.iter_mut().find(|(name, _)| name == header) {
                Some((_, Part::List(values))) => values.push(Part::text(inner.value.as_ref())),
                _ => headers.push((header.into(), Part::List(vec![Part::text(inner.value.as_ref())]))),
            }
            build.equals(
                at,
                inner,
                &format!("email-message:additional_header_fields.'{header}'[*]"),
            );
            continue;
        }
        match inner.relation {
            "subject" => drop(build.put(&mut message, "subject", at, inner)),
            "message-id" => drop(build.put(&mut message, "message_id", at, inner)),
            "send-date" => drop(build.put(&mut message, "@date", at, inner)),
            "email-body" if !multipart => drop(build.put(&mut message, "body", at, inner)),
            "received-header-ip" | "received-header-hostname" => {}
            "header" | "received-header" => {
                received.push(Part::text(inner.value.as_ref()));
                build.equals(at, inner, "email-message:received_lines[*]");
            }
            "from" => build.equals(at, inner, "email-message:from_ref.value"),
            "to" => build.equals(at, inner, "email-message:to_refs[*].value"),
            "cc" => build.equals(at, inner, "email-message:cc_refs[*].value"),
            "bcc" => build.equals(at, inner, "email-message:bcc_refs[*].value"),
            "attachment" if multipart => build.equals(at, inner, "email-message:body_multipart[*].body_raw_ref.name"),
            _ => {}
        }
    }
    let mut parts = Vec::new();
    for attachment in attachments {
        let mut file = Observable::new("file").with("name", Part::text(attachment.value.as_ref()));
        if let Some(data) = attachment.data {
            let id = build.add(
                Observable::new("artifact").with("payload_bin", Part::text(data)),
                scratch,
            );
            file = file.with("content_ref", Part::text(id));
        }
        let id = build.add(file, scratch);
        parts.push(attached(&attachment.value, id));
    }
    for (property, part) in [
        (
            "additional_header_fields",
            (!headers.is_empty()).then_some(Part::Dict(headers)),
        ),
        ("received_lines", (!received.is_empty()).then_some(Part::List(received))),
        ("body_multipart", (!parts.is_empty()).then_some(Part::List(parts))),
    ] {
        if let Some(part) = part {
            message.properties.push((property.into(), part));
        }
    }
    if message.properties.len() < 2 {
        return false;
    }
    build.add(message, scratch);
    build.facts.observables.reverse();
    true
}
