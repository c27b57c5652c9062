//! Objects that describe something STIX has an object for: people, places, weaknesses, techniques, actions, notes.

use stix::Problem;

use super::build::Inner;
use super::convert::{external_id, external_url, is_cve, kill_chain};
use super::element::{Element, Scope};
use super::out::Out;
use super::text;
use super::time;

/// Templates about people and organisations: class, contact relations.
fn identity(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match name {
        "employee" => ("individual", &["email-address", "phone-number"]),
        "identity" => ("", &[]),
        "legal-entity" => ("organization", &["phone-number", "website"]),
        "news-agency" => ("organization", &["address", "e-mail", "phone-number", "link"]),
        "organization" => ("organization", &["address", "e-mail", "phone-number", "fax-number"]),
        "person" => ("individual", &["address", "e-mail", "phone-number", "fax-number"]),
        _ => return None,
    })
}

/// The STIX type that a template describes, where the object has what STIX requires of it.
pub(super) fn kind(name: &str, inners: &[Inner<'_>]) -> Option<&'static str> {
    let has = |relation: &str| inners.iter().any(|inner| inner.relation == relation);
    Some(match name {
        "attack-pattern" if has("name") => "attack-pattern",
        "course-of-action" if has("name") => "course-of-action",
        "intrusion-set" if has("name") => "intrusion-set",
        "vulnerability" if has("id") || has("name") => "vulnerability",
        "geolocation" if has("countrycode") || has("region") || (has("latitude") && has("longitude")) => "location",
        "annotation" if has("text") => "note",
        "script" if has("filename") => {
            let malicious = inners
                .iter()
                .any(|inner| inner.relation == "state" && inner.value == "Malicious");
            if malicious { "malware" } else { "tool" }
        }
        name if identity(name).is_some()
            && (has("name") || has("first-name") || has("last-name") || has("full-name")) =>
        {
            "identity"
        }
        _ => return None,
    })
}

/// The attributes of an object by relation.
struct Facts<'i>(&'i [Inner<'i>]);

impl<'i> Facts<'i> {
    fn all(&self, relation: &str) -> Vec<&'i str> {
        self.0
            .iter()
            .filter(|inner| inner.relation == relation)
            .map(|inner| inner.value.as_ref())
            .collect()
    }

    fn first(&self, relations: &[&str]) -> Option<&'i str> {
        relations
            .iter()
            .find_map(|relation| self.all(relation).first().copied())
    }

    fn text(&self, property: &str, relations: &[&str], out: &mut Out<'_>) {
        if let Some(text) = self.first(relations) {
            out.json.text(property, text);
        }
    }

    fn list(&self, property: &str, relations: &[&str], out: &mut Out<'_>) {
        let values: Vec<_> = relations.iter().flat_map(|relation| self.all(relation)).collect();
        if !values.is_empty() {
            out.json.key(property);
            out.json.open_list();
            values.iter().for_each(|value| out.json.string(value));
            out.json.close_list();
        }
    }

    fn time(&self, property: &str, relation: &str, out: &mut Out<'_>) {
        if let Some(at) = self.first(&[relation]).and_then(time::moment) {
            out.json.text(property, &at.to_string());
        }
    }

    fn number(&self, relation: &str) -> Option<f64> {
        self.first(&[relation])?
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }
}

/// An object that STIX has an object for.
pub(super) struct Subject<'v> {
    pub template: &'v str,
    pub kind: &'static str,
    pub inners: &'v [Inner<'v>],
    pub category: Option<&'v str>,
    /// Identifiers of what a note is about.
    pub about: Vec<String>,
}

/// Writes the object up to what is carried; gives its identifier.
pub(super) fn describe(
    subject: &Subject<'_>,
    element: &Element<'_>,
    scope: &Scope,
    out: &mut Out<'_>,
) -> Result<String, Problem> {
    let Subject {
        template,
        kind,
        inners,
        category,
        about,
    } = subject;
    let facts = Facts(inners);
    let id = text::identifier(kind, element.uuid);
    out.begin(kind, &id, &element.times, Some(&scope.creator));
    element.standing(out);
    match *kind {
        "attack-pattern" => {
            facts.text("name", &["name"], out);
            facts.text("description", &["summary"], out);
            if let Some(category) = category {
                kill_chain(category, out);
            }
            if let Some(number) = facts.first(&["id"]) {
                let number = number.strip_prefix("CAPEC-").unwrap_or(number);
                out.json.key("external_references");
                out.json.open_list();
                external_id("capec", &format!("CAPEC-{number}"), out);
                out.json.close_list();
            }
        }
        "course-of-action" => {
            facts.text("name", &["name"], out);
            facts.text("description", &["description"], out);
        }
        "intrusion-set" => {
            facts.text("name", &["name"], out);
            facts.text("description", &["description"], out);
            facts.list("aliases", &["aliases"], out);
            facts.time("first_seen", "first_seen", out);
            facts.time("last_seen", "last_seen", out);
            facts.list("goals", &["goals"], out);
            facts.text("resource_level", &["resource_level"], out);
            facts.text("primary_motivation", &["primary-motivation"], out);
            facts.list("secondary_motivations", &["secondary-motivation"], out);
        }
        "vulnerability" => vulnerability(&facts, out),
        "location" => location(&facts, out),
        "note" => {
            facts.text("content", &["text"], out);
            out.json.key("object_refs");
            out.json.open_list();
            about.iter().for_each(|id| out.json.string(id));
            out.json.close_list();
        }
        "malware" | "tool" => {
            facts.text("name", &["filename"], out);
            facts.text("description", &["comment"], out);
            if let Some(category) = category {
                kill_chain(category, out);
            }
            if *kind == "malware" {
                out.json.truth("is_family", false);
                facts.list("implementation_languages", &["language"], out);
            }
        }
        _ => person(template, &facts, out),
    }
    Ok(id)
}

fn vulnerability(facts: &Facts<'_>, out: &mut Out<'_>) {
    facts.text("name", &["id", "name"], out);
    facts.text("description", &["summary", "description"], out);
    let numbers: Vec<_> = facts.all("id").into_iter().filter(|id| is_cve(id)).collect();
    let links = facts.all("references");
    if numbers.is_empty() && links.is_empty() {
        return;
    }
    out.json.key("external_references");
    out.json.open_list();
    numbers.iter().for_each(|number| external_id("cve", number, out));
    links.iter().for_each(|link| external_url(link, out));
    out.json.close_list();
}

fn location(facts: &Facts<'_>, out: &mut Out<'_>) {
    if let (Some(latitude), Some(longitude)) = (facts.number("latitude"), facts.number("longitude"))
        && latitude.abs() <= 90.0
        && longitude.abs() <= 180.0
    {
        out.json.key("latitude");
        out.json.float(latitude);
        out.json.key("longitude");
        out.json.float(longitude);
        // MISP counts the radius in kilometres, STIX in metres.
        if let Some(radius) = facts.number("accuracy-radius") {
            out.json.key("precision");
            out.json.float(radius * 1000.0);
        }
    }
    facts.text("region", &["region"], out);
    facts.text("country", &["countrycode"], out);
    facts.text("city", &["city"], out);
    facts.text("street_address", &["address"], out);
    facts.text("postal_code", &["zipcode"], out);
}

fn person(template: &str, facts: &Facts<'_>, out: &mut Out<'_>) {
    let (class, contacts) = identity(template).unwrap_or(("", &[]));
    match facts.first(&["name", "full-name"]) {
        Some(name) => out.json.text("name", name),
        None => {
            let names: Vec<_> = ["first-name", "middle-name", "last-name"]
                .iter()
                .flat_map(|part| facts.all(part))
                .collect();
            out.json.text("name", &names.join(" "));
        }
    }
    facts.text("description", &["description", "text"], out);
    facts.list("roles", &["role", "roles", "employee-type"], out);
    match facts.first(&["identity_class"]).filter(|_| class.is_empty()) {
        Some(class) => out.json.text("identity_class", class),
        None => out
            .json
            .text("identity_class", if class.is_empty() { "unknown" } else { class }),
    }
    facts.list("sectors", &["business", "sectors"], out);
    if let Some(contact) = facts.first(&["contact_information"]) {
        out.json.text("contact_information", contact);
        return;
    }
    let contacts: Vec<String> = contacts
        .iter()
        .map(|relation| (relation, facts.all(relation)))
        .filter(|(_, values)| !values.is_empty())
        .map(|(relation, values)| format!("{relation}: {}", values.join("; ")))
        .collect();
    if !contacts.is_empty() {
        out.json.text("contact_information", &contacts.join(" / "));
    }
}
