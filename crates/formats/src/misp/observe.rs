//! Objects that are one observable: files, accounts, certificates, registry keys, processes and the like.

use std::borrow::Cow;

use super::attribute::{sample, split};
use super::build::{Build, Inner};
use super::executable::{executable, executable_alone};
use super::fit::is_domain;
use super::message::message;
use super::object_table::{HASHES, Template, template};
use super::observable::{Observable, Part, address_kind};
use super::text::Json;
use super::time;

/// Up to this many pairs of name and address are written in one object.
const RESOLUTIONS: usize = 10_000;

/// Another object that belongs into this one.
pub(super) struct Linked<'i> {
    pub name: &'static str,
    pub inners: Vec<Inner<'i>>,
    /// Objects that this other one refers to in turn.
    pub linked: Vec<Linked<'i>>,
}

/// Builds the observable of a template from the table; says whether it could.
pub(super) fn observe<'i>(
    name: &str,
    inners: &'i [Inner<'i>],
    linked: &'i [Linked<'i>],
    build: &mut Build<'i>,
    scratch: &mut Json,
) -> bool {
    match name {
        "domain-ip" => return domain_address(inners, build, scratch),
        "email" => return message(inners, build, scratch),
        "pe" => return executable_alone(inners, linked, build, scratch),
        _ => {}
    }
    let Some(template) = template(name) else {
        return false;
    };
    let mut observable = Observable::new(template.kind);
    for (property, value) in template.fixed {
        observable
            .properties
            .push((Cow::Borrowed(property), Part::text(*value)));
    }
    let hashed = matches!(template.name, "file" | "image" | "lnk" | "artifact");
    for (at, inner) in inners.iter().enumerate() {
        if let Some((_, target)) = template.fields.iter().find(|(relation, _)| *relation == inner.relation) {
            build.put(&mut observable, target, at, inner);
        } else if hashed && let Some((_, target)) = HASHES.iter().find(|(relation, _)| *relation == inner.relation) {
            build.put(&mut observable, target, at, inner);
        } else {
            special(template, &mut observable, at, inner, build, scratch);
        }
    }
    match template.name {
        "file" => {
            for pe in linked.iter().filter(|linked| linked.name == "pe") {
                executable(&mut observable, pe, build);
            }
        }
        "registry-key" | "registry-key-value" => registry_values(&mut observable, inners, linked, build),
        "process" => process(&mut observable, inners, build, scratch),
        _ => {}
    }
    let required: &[&str] = match template.kind {
        "file" => &["hashes", "name"],
        "software" | "mutex" => &["name"],
        "autonomous-system" => &["number"],
        "directory" => &["path"],
        "url" => &["value"],
        "artifact" => &["payload_bin", "url"],
        "user-account" => &["user_id", "account_login", "display_name"],
        "x509-certificate" => &["hashes", "serial_number", "issuer", "subject"],
        "windows-registry-key" => &["key", "values"],
        _ => &["pid", "command_line", "cwd", "image_ref"],
    };
    if !required.iter().any(|property| observable.get(property).is_some()) {
        return false;
    }
    if build.terms.is_empty() {
        // Nothing is for detection: a service alone is no pattern either.
    } else if let [(property, service)] = template.fixed {
        build.terms.equals(&format!("{}:{property}", template.kind), service);
    }
    build.add(observable, scratch);
    // The observable itself stands first, what it refers to follows.
    build.facts.observables.reverse();
    true
}

/// Attributes that are observables of their own, to which the object refers.
fn special<'i>(
    template: &Template,
    observable: &mut Observable<'i>,
    at: usize,
    inner: &'i Inner<'i>,
    build: &mut Build<'i>,
    scratch: &mut Json,
) {
    let value = inner.value.as_ref();
    match (template.name, inner.relation) {
        ("file", "path") | ("lnk", "fullpath" | "path") => {
            if observable.get("parent_directory_ref").is_none() {
                let id = build.add(Observable::new("directory").with("path", Part::text(value)), scratch);
                observable
                    .properties
                    .push(("parent_directory_ref".into(), Part::text(id)));
            }
            build.equals(at, inner, "file:parent_directory_ref.path");
        }
        ("file" | "lnk", "malware-sample") => {
            let Some((name, digest)) = split(value) else { return };
            if let Some(data) = inner.data
                && observable.get("content_ref").is_none()
            {
                let id = build.add(sample(data), scratch);
                observable.properties.push(("content_ref".into(), Part::text(id)));
            }
            if build.detect(at, inner) {
                build.terms.equals("file:name", name);
                build.terms.equals("file:hashes.MD5", digest);
            }
        }
        ("image", "attachment") => {
            if observable.get("name").is_none() {
                observable.properties.push(("name".into(), Part::text(value)));
            }
            if let Some(data) = inner.data
                && observable.get("content_ref").is_none()
            {
                let mut artifact = Observable::new("artifact").with("payload_bin", Part::text(data));
                if let Some((_, extension)) = value.rsplit_once('.')
                    && extension.len() <= 5
                    && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
                {
                    let extension = extension.to_ascii_lowercase();
                    artifact = artifact.with("mime_type", Part::text(format!("image/{extension}")));
                }
                let id = build.add(artifact, scratch);
                observable.properties.push(("content_ref".into(), Part::text(id)));
            }
            build.equals(at, inner, "file:name");
        }
        ("artifact", "payload_bin") => {
            if let Some(data) = inner.data {
                observable.properties.push(("payload_bin".into(), Part::text(data)));
            }
        }
        _ => {}
    }
}

fn domain_address<'i>(inners: &'i [Inner<'i>], build: &mut Build<'i>, scratch: &mut Json) -> bool {
    let mut addresses = Vec::new();
    for inner in inners.iter().filter(|inner| inner.relation == "ip") {
        if let Some(kind) = address_kind(&inner.value) {
            let address = Observable::new(kind).with("value", Part::text(inner.value.as_ref()));
            addresses.push(Part::text(build.add(address, scratch)));
        }
    }
    let is_domain = |inner: &Inner<'_>| matches!(inner.relation, "domain" | "hostname") && is_domain(&inner.value);
    // Each name would refer to each address; a list of thousands of both is no statement about any of them.
    if addresses.len() * inners.len() > RESOLUTIONS {
        addresses.clear();
    }
    for inner in inners.iter().filter(|inner| is_domain(inner)) {
        let mut domain = Observable::new("domain-name").with("value", Part::text(inner.value.as_ref()));
        if !addresses.is_empty() {
            domain = domain.with("resolves_to_refs", Part::List(addresses.clone()));
        }
        build.add(domain, scratch);
    }
    build.facts.observables.reverse();
    let named = inners.iter().any(|inner| is_domain(inner) && inner.to_ids);
    for (at, inner) in inners.iter().enumerate() {
        if is_domain(inner) {
            build.equals(at, inner, "domain-name:value");
        } else if inner.relation == "ip"
            && let Some(kind) = address_kind(&inner.value)
            && build.detect(at, inner)
        {
            if named {
                build
                    .terms
                    .address("domain-name:resolves_to_refs[*].value", &inner.value);
            } else {
                build.terms.address(&format!("{kind}:value"), &inner.value);
            }
        }
    }
    !build.facts.observables.is_empty()
}

/// The values of a registry key: its own, then those of the objects it refers to.
fn registry_values<'i>(
    key: &mut Observable<'i>,
    inners: &'i [Inner<'i>],
    linked: &'i [Linked<'i>],
    build: &mut Build<'i>,
) {
    let mut values = Vec::new();
    let others = linked
        .iter()
        .filter(|linked| linked.name == "registry-key-value")
        .map(|linked| linked.inners.as_slice());
    for (own, inners) in std::iter::once((true, inners)).chain(others.map(|inners| (false, inners))) {
        let mut entries: Vec<(Cow<'i, str>, Part<'i>)> = Vec::new();
        for (at, inner) in inners.iter().enumerate() {
            let property = match inner.relation {
                "name" => "name",
                "data" => "data",
                "data-type" => "data_type",
                _ => continue,
            };
            if entries.iter().any(|(key, _)| key == property) {
                continue;
            }
            entries.push((property.into(), Part::text(inner.value.as_ref())));
            if inner.to_ids {
                if own {
                    build.matched[at] = true;
                }
                let path = format!("windows-registry-key:values[{}].{property}", values.len());
                build.terms.equals(&path, &inner.value);
            }
        }
        if !entries.is_empty() {
            values.push(Part::Dict(entries));
        }
    }
    if !values.is_empty() {
        key.properties.push(("values".into(), Part::List(values)));
    }
}

/// The image, the parent and the children of a process.
fn process<'i>(process: &mut Observable<'i>, inners: &'i [Inner<'i>], build: &mut Build<'i>, scratch: &mut Json) {
    let mut parent = Observable::new("process");
    let mut children = Vec::new();
    for (at, inner) in inners.iter().enumerate() {
        let value = inner.value.as_ref();
        match inner.relation {
            "image" if process.get("image_ref").is_none() => {
                let id = build.add(Observable::new("file").with("name", Part::text(value)), scratch);
                process.properties.push(("image_ref".into(), Part::text(id)));
                build.equals(at, inner, "process:image_ref.name");
            }
            "parent-image" if parent.get("image_ref").is_none() => {
                let id = build.add(Observable::new("file").with("name", Part::text(value)), scratch);
                parent.properties.push(("image_ref".into(), Part::text(id)));
                build.equals(at, inner, "process:parent_ref.image_ref.name");
            }
            "parent-pid" => {
                if let Ok(pid) = value.trim().parse()
                    && parent.get("pid").is_none()
                {
                    parent.properties.push(("pid".into(), Part::Integer(pid)));
                    if build.detect(at, inner) {
                        build.terms.bare("process:parent_ref.pid", &pid);
                    }
                }
            }
            "parent-command-line" if parent.get("command_line").is_none() => {
                parent.properties.push(("command_line".into(), Part::text(value)));
                build.equals(at, inner, "process:parent_ref.command_line");
            }
            "child-pid" => {
                if let Ok(pid) = value.trim().parse() {
                    children.push(Observable::new("process").with("pid", Part::Integer(pid)));
                }
            }
            _ => {}
        }
    }
    let element = build.element;
    if !parent.properties.is_empty() {
        build.element = uuid::Uuid::new_v5(&element, b"parent");
        let id = build.add(parent, scratch);
        process.properties.push(("parent_ref".into(), Part::text(id)));
    }
    let mut ids = Vec::new();
    for (at, child) in children.into_iter().enumerate() {
        build.element = uuid::Uuid::new_v5(&element, format!("child {at}").as_bytes());
        ids.push(Part::text(build.add(child, scratch)));
    }
    build.element = element;
    if !ids.is_empty() {
        process.properties.push(("child_refs".into(), Part::List(ids)));
    }
}

/// The latest moment of a relation, for those that say when.
pub(super) fn moment(inners: &[Inner<'_>], relations: &[&str]) -> Option<stix::Timestamp> {
    inners
        .iter()
        .filter(|inner| relations.contains(&inner.relation))
        .find_map(|inner| time::moment(&inner.value))
}
