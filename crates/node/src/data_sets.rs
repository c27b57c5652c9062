//! De-identified data sets for research: what a community shared in a span of time, without who shared it.
//!
//! | what | how |
//! |---|---|
//! | which objects | TLP:CLEAR and TLP:GREEN only, of the kinds in [`KINDS`]; no identities, sightings, notes or reports |
//! | identifiers | drawn anew, the same within one set; a reference to what is not in the set takes its object out |
//! | creator, markings, references, extensions, `x_` properties | taken out |
//! | times | rounded down to the day |
//! | names of members in texts | replaced by `[member]` |
//! | objects with a private address, or a member's name in what cannot be replaced | left out |
//! | fewer than five members known to have contributed | no set is made |
//!
//! That is de-identified, not anonymous: who knows an object from elsewhere recognises it. So it is given under an
//! agreement only, to research and universities, and the ledger says to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use policy::{Action, CommunityId, MemberId, decide};
use serde_json::{Map, Value};
use stix::Timestamp;
use stix::marking::Tlp;
use store::{AgreementKind, DataSet, MemberKind, NewDataSet, ObjectQuery, Position};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::communities::NO_COMMUNITY;
use crate::error::{Error, bad};
use crate::node::Node;

/// The fewest members that must have contributed.
pub const LEAST_CONTRIBUTORS: usize = 5;
/// The most objects of one set.
const MOST_OBJECTS: usize = 50_000;
/// Rows read together.
const BATCH: usize = 500;
/// What goes into a set.
pub const KINDS: [&str; 16] = [
    "attack-pattern",
    "campaign",
    "domain-name",
    "email-addr",
    "file",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "ipv4-addr",
    "ipv6-addr",
    "malware",
    "relationship",
    "threat-actor",
    "tool",
    "url",
    "vulnerability",
];
/// Properties that say or hint who made it.
const DROPPED: [&str; 6] = [
    "created_by_ref",
    "object_marking_refs",
    "granular_markings",
    "external_references",
    "extensions",
    "lang",
];
/// Where a member's name is replaced; anywhere else it takes the object out.
const TEXTS: [&str; 2] = ["name", "description"];
/// What stands for a member's name.
const MEMBER: &str = "[member]";

/// A data set to be made.
#[derive(Clone, Debug)]
pub struct DataSetWish {
    /// Of which community.
    pub community: CommunityId,
    /// For which member.
    pub member: MemberId,
    /// What was added from then on.
    pub starts: Timestamp,
    /// Until then.
    pub ends: Timestamp,
}

fn absent() -> Error {
    Error::NotFound("there is no such data set, or it is not open to you".to_owned())
}

impl Node {
    /// Makes a data set and gives it to a member.
    ///
    /// # Errors
    /// When the caller does not coordinate the community, the member is no university or research institute or has not
    /// accepted the agreement on data sets in force, or fewer than five members contributed.
    pub async fn data_set_make(&self, caller: &Caller, wish: DataSetWish) -> Result<DataSet, Error> {
        decide(&caller.principal, Action::Moderate(wish.community))
            .map_err(|refusal| Error::refused(refusal, NO_COMMUNITY))?;
        if wish.starts >= wish.ends {
            return Err(bad(
                "bad-span",
                "the span ends before it begins",
                "give 'starts' before 'ends'",
            ));
        }
        let agreement = self.may_receive(wish.member).await?;
        let gathered = self.gather(caller, &wish).await?;
        if gathered.contributors.len() < LEAST_CONTRIBUTORS {
            let message = format!("fewer than {LEAST_CONTRIBUTORS} members are known to have contributed in that span");
            return Err(bad(
                "too-few-members",
                message,
                "choose a longer span; a set about few would tell who they are",
            ));
        }
        let names: Vec<String> = self
            .store()
            .member_list()
            .await?
            .into_iter()
            .map(|member| member.name)
            .collect();
        let objects = self.without_who(gathered.bodies, &names);
        let mut body = String::new();
        for object in &objects {
            body.push_str(&object.to_string());
            body.push('\n');
        }
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let new = NewDataSet {
            uuid: self.fresh_uuid(),
            community: wish.community,
            member: wish.member,
            agreement,
            starts: wish.starts,
            ends: wish.ends,
            objects: count(objects.len()),
            contributors: count(gathered.contributors.len()),
            body,
        };
        Ok(self.store().data_set_put(&caller.principal, new).await?)
    }

    /// The data sets that the caller's member gave or got, without the data; for an operator all.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn data_sets(&self, caller: &Caller) -> Result<Vec<DataSet>, Error> {
        let own = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let mut all = self.store().data_set_list().await?;
        if decide(&caller.principal, Action::Administer).is_err() {
            all.retain(|one| one.terms.member == own || one.by_member == Some(own));
        }
        Ok(all)
    }

    /// A page of them, the newest first, strictly before one.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn data_set_page(
        &self,
        caller: &Caller,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<DataSet>, Error> {
        let own = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let everything = decide(&caller.principal, Action::Administer).is_ok();
        let of = (!everything).then_some(own);
        Ok(self.store().data_set_page(of, before, limit).await?)
    }

    /// The data of a set, one object a line, for the member that got it.
    ///
    /// # Errors
    /// When it is not there or was given to another.
    pub async fn data_set_read(&self, caller: &Caller, uuid: Uuid) -> Result<DataSet, Error> {
        let found = self.store().data_set_get(uuid).await?.ok_or_else(absent)?;
        match caller.principal.member == Some(found.terms.member) {
            true => Ok(found),
            false => Err(absent()),
        }
    }

    /// The version of the agreement on data sets under which a member may receive one.
    async fn may_receive(&self, member: MemberId) -> Result<i64, Error> {
        let found = self.member_by_id(member).await?;
        if !found.state.acts() || !matches!(found.kind, MemberKind::University | MemberKind::Research) {
            let help = "data sets are for active members of the kinds university and research";
            return Err(bad(
                "not-research",
                format!("{} cannot receive a data set", found.name),
                help,
            ));
        }
        let kind = AgreementKind::DataSet;
        let Some(agreement) = self.store().agreement_in_force(kind, self.now()).await? else {
            let help = "an operator puts one in force with 'commonwatch member agreement'";
            return Err(bad("no-agreement", "there is no agreement on data sets", help));
        };
        let accepted = self.store().acceptance_list(kind).await?;
        if !accepted
            .iter()
            .any(|one| one.member == member && one.number == agreement.number)
        {
            let message = format!(
                "{} has not accepted version {} of the agreement on data sets",
                found.name, agreement.number
            );
            return Err(bad(
                "agreement-not-accepted",
                message,
                "a coordinator of it accepts it first",
            ));
        }
        Ok(agreement.number)
    }

    async fn gather(&self, caller: &Caller, wish: &DataSetWish) -> Result<Gathered, Error> {
        let viewer = self.viewer(caller).await?;
        let viewer = self.store().viewer_within(&viewer, wish.community).await?;
        let mut gathered = Gathered::default();
        let mut query = ObjectQuery {
            from: Some(Position(wish.starts.micros() - 1)),
            types: KINDS.map(str::to_owned).to_vec(),
            limit: BATCH,
            max_bytes: self.settings().page_bytes,
            ..ObjectQuery::default()
        };
        loop {
            let page = self.store().object_page(&viewer, &query).await?;
            for row in &page.rows {
                if row.added >= wish.ends || gathered.bodies.len() >= MOST_OBJECTS {
                    return Ok(gathered);
                }
                let details = self.store().object_get(&viewer, &row.id).await?;
                // What others shared in confidence besides is not touched by this one's marking: each row by itself.
                let Some(detail) = details.into_iter().find(|detail| detail.row.added == row.added) else {
                    continue;
                };
                if detail.audience.tlp() <= Tlp::Green && detail.audience.named().is_empty() {
                    // A withheld name does not count towards the five: it is not known here either.
                    gathered.contributors.extend(detail.origin);
                    gathered.bodies.push(detail.row.body);
                }
            }
            let Some(last) = page.rows.last().filter(|_| page.more) else {
                return Ok(gathered);
            };
            query.from = Some(Position::from(last.added));
        }
    }

    /// The objects without who made them.
    fn without_who(&self, bodies: Vec<String>, names: &[String]) -> Vec<Value> {
        let mut objects: Vec<Map<String, Value>> = bodies
            .iter()
            .filter_map(|body| serde_json::from_str(body).ok())
            .filter_map(|object| scrubbed(object, names))
            .collect();
        // What refers to something that is not here goes, and with it what refers to that.
        loop {
            let here: BTreeSet<String> = objects.iter().filter_map(id_of).collect();
            let before = objects.len();
            objects.retain(|object| references(object).iter().all(|id| here.contains(*id)));
            if objects.len() == before {
                break;
            }
        }
        let fresh: BTreeMap<String, String> = objects
            .iter()
            .filter_map(id_of)
            .map(|id| {
                let new = stix::Id::new(stix::id::object_type(&id), self.fresh_uuid()).to_string();
                (id, new)
            })
            .collect();
        objects
            .into_iter()
            .map(|object| renamed(Value::Object(object), &fresh))
            .collect()
    }
}

#[derive(Default)]
struct Gathered {
    bodies: Vec<String>,
    contributors: BTreeSet<MemberId>,
}

fn id_of(object: &Map<String, Value>) -> Option<String> {
    object.get("id").and_then(Value::as_str).map(str::to_owned)
}

/// The identifiers that an object refers to.
fn references(object: &Map<String, Value>) -> Vec<&str> {
    let mut found = Vec::new();
    for (name, value) in object {
        if name.ends_with("_ref") {
            found.extend(value.as_str());
        } else if name.ends_with("_refs") {
            found.extend(value.as_array().into_iter().flatten().filter_map(Value::as_str));
        }
    }
    found
}

/// An object without what says who made it; none where that cannot be done.
fn scrubbed(mut object: Map<String, Value>, names: &[String]) -> Option<Map<String, Value>> {
    object.retain(|name, _| !DROPPED.contains(&name.as_str()) && !name.starts_with("x_"));
    for name in TEXTS {
        if let Some(Value::String(text)) = object.get_mut(name) {
            *text = without_names(text, names);
        }
    }
    let mut clean = true;
    for value in object.values_mut() {
        look(value, names, &mut clean);
    }
    clean.then_some(object)
}

/// Rounds times, and finds what must not go out.
fn look(value: &mut Value, names: &[String], clean: &mut bool) {
    match value {
        Value::String(text) => {
            if is_time(text) {
                // The day stays, in the form that every version of STIX reads.
                *text = format!("{}T00:00:00.000Z", text.get(..10).unwrap_or_default());
            } else if names_one(text, names) || has_private_address(text) {
                *clean = false;
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| look(one, names, clean)),
        Value::Object(map) => map.values_mut().for_each(|one| look(one, names, clean)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_time(text: &str) -> bool {
    text.ends_with('Z') && text.len() >= 20 && Timestamp::parse(text).is_ok()
}

fn names_one(text: &str, names: &[String]) -> bool {
    let text = text.to_lowercase();
    names.iter().any(|name| text.contains(&name.to_lowercase()))
}

/// A text with each member's name replaced, in whatever case it is written.
fn without_names(text: &str, names: &[String]) -> String {
    let mut text = text.to_owned();
    // The longest first: 'City of Example' before 'Example'.
    let mut names: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names {
        let pattern = format!("(?i){}", regex::escape(name));
        if let Ok(pattern) = regex::Regex::new(&pattern) {
            text = pattern.replace_all(&text, MEMBER).into_owned();
        }
    }
    text
}

/// Whether a text holds an address that says something of a network of one's own.
fn has_private_address(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, '.' | ':');
    let whole = text.split(|letter: char| !is_part(letter));
    // Beside a port, and as they stand; `fd00::` ends with what a sentence may end with, too.
    let parts = whole.flat_map(|part| part.split(':').chain([part, part.trim_matches(['.', ':'])]));
    parts
        .filter_map(|part| part.trim_matches('.').parse::<IpAddr>().ok())
        .any(|address| match address {
            IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
            IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        })
}

/// A value with the fresh identifiers in place of the old.
fn renamed(value: Value, fresh: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(fresh.get(&text).cloned().unwrap_or(text)),
        Value::Array(all) => Value::Array(all.into_iter().map(|one| renamed(one, fresh)).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(name, one)| (name, renamed(one, fresh))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{has_private_address, scrubbed, without_names};

    fn names() -> Vec<String> {
        vec!["Example".to_owned(), "City of Example".to_owned()]
    }

    #[test]
    fn who_made_it_is_gone_and_times_are_days() {
        let object = json!({
            "type": "malware", "id": "malware--1", "created_by_ref": "identity--1", "x_note": "by us",
            "created": "2026-03-01T12:34:56.789Z", "description": "Seen at the CITY of Example and beyond",
        });
        let clean = scrubbed(object.as_object().unwrap().clone(), &names()).unwrap();
        let expected = json!({
            "type": "malware", "id": "malware--1", "created": "2026-03-01T00:00:00.000Z",
            "description": "Seen at the [member] and beyond",
        });
        assert_eq!(serde_json::Value::Object(clean), expected);
    }

    #[test]
    fn what_cannot_be_mended_stays_out() {
        let with = |value: &str| {
            let object = json!({ "type": "indicator", "id": "indicator--1", "pattern": value });
            scrubbed(object.as_object().unwrap().clone(), &names()).is_none()
        };
        assert!(with("[ipv4-addr:value = '10.0.0.7']") && with("[domain-name:value = 'www.example.test']"));
        assert!(!with("[ipv4-addr:value = '198.51.100.7']"));
    }

    #[test]
    fn private_addresses_are_found_in_texts() {
        for text in ["from 192.168.1.4, then", "fd00::1", "a:10.1.2.3:80", "[fe80::1]"] {
            assert!(has_private_address(text), "{text}");
        }
        for text in ["version 1.2.3", "198.51.100.7", "2001:db8::1", "10.0"] {
            assert!(!has_private_address(text), "{text}");
        }
    }

    #[test]
    fn names_are_replaced_whole() {
        assert_eq!(
            without_names("EXAMPLE, City of Example", &names()),
            "[member], [member]"
        );
    }
}
