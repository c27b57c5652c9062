//! Windows executables: the extension of a file that the templates `pe` and `pe-section` describe.

use std::borrow::Cow;

use super::build::{Build, Inner};
use super::object_table::{EXECUTABLE, HASHES};
use super::observable::{Observable, Part};
use super::observe::Linked;
use super::pattern::hash_step;
use super::text::Json;

/// Puts the facts about a Windows executable and its sections into the file.
pub(super) fn executable<'i>(file: &mut Observable<'i>, pe: &'i Linked<'i>, build: &mut Build<'i>) {
    // STIX requires the kind of executable; without it there is no extension.
    if !pe.inners.iter().any(|inner| inner.relation == "type") {
        return;
    }
    let offset = build.matched.len();
    build.matched.resize(offset + pe.inners.len(), false);
    for (at, inner) in pe.inners.iter().enumerate() {
        if let Some((_, target)) = EXECUTABLE.iter().find(|(relation, _)| *relation == inner.relation) {
            build.put(file, target, offset + at, inner);
        }
    }
    let mut sections = Vec::new();
    for (at, section) in pe
        .linked
        .iter()
        .filter(|linked| linked.name == "pe-section")
        .enumerate()
    {
        if let Some(part) = section_part(section, at, build) {
            sections.push(part);
        }
    }
    build.matched.truncate(offset);
    if sections.is_empty() {
        return;
    }
    let extension = file
        .properties
        .iter_mut()
        .find_map(|(name, part)| match (name.as_ref(), part) {
            ("extensions", Part::Dict(extensions)) => extensions.first_mut(),
            _ => None,
        });
    if let Some((_, Part::Dict(extension))) = extension {
        extension.push(("sections".into(), Part::List(sections)));
    }
}

fn section_part<'i>(section: &'i Linked<'i>, at: usize, build: &mut Build<'i>) -> Option<Part<'i>> {
    let path = format!("file:extensions.'windows-pebinary-ext'.sections[{at}]");
    let mut entries: Vec<(Cow<'i, str>, Part<'i>)> = Vec::new();
    let mut hashes = Vec::new();
    for inner in &section.inners {
        let value = inner.value.as_ref();
        match inner.relation {
            "name" => {
                entries.push(("name".into(), Part::text(value)));
                if inner.to_ids {
                    build.terms.equals(&format!("{path}.name"), value);
                }
            }
            "size-in-bytes" => {
                let Ok(size) = value.trim().parse() else { continue };
                entries.push(("size".into(), Part::Integer(size)));
            }
            "entropy" => {
                let Ok(entropy) = value.trim().parse::<f64>() else {
                    continue;
                };
                if entropy.is_finite() {
                    entries.push(("entropy".into(), Part::Float(entropy)));
                }
            }
            relation => {
                let Some((_, algorithm)) = HASHES.iter().find(|(name, _)| *name == relation) else {
                    continue;
                };
                let algorithm = &algorithm[1..];
                hashes.push((Cow::Borrowed(algorithm), Part::text(value)));
                if inner.to_ids {
                    let [before, step, after] = hash_step(algorithm);
                    build
                        .terms
                        .equals(&format!("{path}.hashes.{before}{step}{after}"), value);
                }
            }
        }
    }
    if !hashes.is_empty() {
        entries.push(("hashes".into(), Part::Dict(hashes)));
    }
    // A section without a name is none (STIX 2.1 section 6.7.6).
    entries
        .iter()
        .any(|(key, _)| key == "name")
        .then_some(Part::Dict(entries))
}

/// An executable without the file it belongs to: its original name stands for it.
pub(super) fn executable_alone<'i>(
    inners: &'i [Inner<'i>],
    linked: &'i [Linked<'i>],
    build: &mut Build<'i>,
    scratch: &mut Json,
) -> bool {
    let name = inners
        .iter()
        .find(|inner| matches!(inner.relation, "original-filename" | "internal-filename"));
    let (Some(name), true) = (name, inners.iter().any(|inner| inner.relation == "type")) else {
        return false;
    };
    let mut file = Observable::new("file").with("name", Part::text(name.value.as_ref()));
    for (at, inner) in inners.iter().enumerate() {
        if let Some((_, target)) = EXECUTABLE.iter().find(|(relation, _)| *relation == inner.relation) {
            build.put(&mut file, target, at, inner);
        } else if matches!(inner.relation, "original-filename" | "internal-filename") {
            build.equals(at, inner, "file:name");
        }
    }
    let mut sections = Vec::new();
    for (at, section) in linked.iter().filter(|linked| linked.name == "pe-section").enumerate() {
        sections.extend(section_part(section, at, build));
    }
    if !sections.is_empty()
        && let Some((_, Part::Dict(extensions))) = file.properties.iter_mut().find(|(key, _)| key == "extensions")
        && let Some((_, Part::Dict(extension))) = extensions.first_mut()
    {
        extension.push(("sections".into(), Part::List(sections)));
    }
    build.add(file, scratch);
    true
}
