//! What of an instance is no event: organisations, people, sharing groups, tags, feeds.
//!
//! The key need not be that of an administrator: what it may not read does not come, and the report says so.

use policy::{Action, MemberId, MemberState, Role, decide};
use serde_json::{Map, Value, json};
use stix::marking::{Pap, Tlp};
use store::{CommunityKey, Member, MemberKind, MispTag, NewCommunity, NewMember, NewPerson, SubscriptionKind};
use uuid::Uuid;

use super::source::{Source, pause, stopped};
use super::{Moving, Tally};
use crate::client::FailureKind;
use crate::error::{Error, bad};
use crate::misp::remote::Remote;
use crate::misp::shape::of_member;
use crate::partnership::check_text;
use crate::subscriptions::SubscriptionWish;

/// How long a feed rests between two fetches where it is switched on here, in seconds.
const FEED_INTERVAL: i64 = 3_600;
/// The most bytes of one answer of a feed.
const FEED_BYTES: i64 = 256 << 20;

/// What became of one thing.
enum Became {
    Came,
    ThereAlready,
    DidNot(String),
}

impl Tally {
    fn count(&mut self, became: &Became) {
        match became {
            Became::Came => self.came += 1,
            Became::ThereAlready => self.there_already += 1,
            Became::DidNot(_) => self.did_not += 1,
        }
    }
}

/// A refusal that concerns one thing is told, and the rest goes on; anything else ends the migration.
fn one(made: Result<Became, Error>) -> Result<Became, Error> {
    match made {
        Err(Error::Input(problem)) => Ok(Became::DidNot(problem.to_string())),
        Err(Error::Conflict(why) | Error::NotFound(why)) => Ok(Became::DidNot(why)),
        Err(Error::NotAllowed(why)) => Ok(Became::DidNot(why.to_owned())),
        other => other,
    }
}

/// An entry of a list without the name of the thing around it.
fn unwrapped<'v>(entry: &'v Value, wrapper: &str) -> Option<&'v Map<String, Value>> {
    entry.get(wrapper).unwrap_or(entry).as_object()
}

fn text(fields: &Map<String, Value>, key: &str) -> String {
    match fields.get(key) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn is_on(fields: &Map<String, Value>, key: &str) -> bool {
    super::partition::is_on(fields.get(key))
}

fn uuid_of(fields: &Map<String, Value>) -> Option<Uuid> {
    Uuid::try_parse(&text(fields, "uuid"))
        .ok()
        .filter(|uuid| !uuid.is_nil())
}

/// A name out of any text, of the letters that names and aliases may have here.
fn plain(text: &str, most: usize) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let mut plain = String::new();
    for letter in text.chars().map(letter) {
        if plain.len() < most && !(letter == '-' && (plain.is_empty() || plain.ends_with('-'))) {
            plain.push(letter);
        }
    }
    plain.trim_end_matches('-').to_owned()
}

/// The role here of a role there. Nobody becomes an operator by having been one elsewhere.
fn role_of(user: &Map<String, Value>, role: Option<&Map<String, Value>>) -> Role {
    let may = |right: &str| role.is_some_and(|role| is_on(role, right));
    let told = role.is_some_and(|role| role.contains_key("perm_add"));
    match (told, text(user, "role_id").as_str()) {
        _ if may("perm_site_admin") || may("perm_admin") => Role::Coordinator,
        (true, _) if may("perm_publish") => Role::Analyst,
        (true, _) if may("perm_add") => Role::Contributor,
        (true, _) => Role::Reader,
        // The numbers that a new instance has.
        (false, "1" | "2") => Role::Coordinator,
        (false, "4") => Role::Analyst,
        (false, "3" | "5") => Role::Contributor,
        (false, _) => Role::Reader,
    }
}

impl Moving<'_> {
    /// Everything but events. A dump has none of it.
    pub async fn people(&mut self, source: &Source) -> Result<(), Error> {
        let Source::Server(remote, _) = source else {
            return self.dump_groups().await;
        };
        let groups = self
            .asked(remote, &["sharing_groups", "index"], "sharing groups")
            .await?;
        let groups = list_of(groups, &["response"]);
        if !self.place.people_done {
            (self.tell)("organisations and people");
            let there = self
                .asked(remote, &["organisations", "index", "scope:all"], "organisations")
                .await?;
            let organisations = list_of(there, &["response"]);
            for organisation in organisations
                .iter()
                .filter_map(|entry| unwrapped(entry, "Organisation"))
            {
                let became = one(self.organisation(organisation).await)?;
                self.note("organisation", organisation, became, |report| &mut report.organisations);
            }
            let there = self.asked(remote, &["admin", "users", "index"], "people").await?;
            for entry in list_of(there, &["response"]) {
                let Some(user) = unwrapped(&entry, "User") else {
                    continue;
                };
                let became = one(self.person(user, &entry, &organisations).await)?;
                self.note("person", user, became, |report| &mut report.people);
            }
            for entry in &groups {
                let Some(group) = unwrapped(entry, "SharingGroup") else {
                    continue;
                };
                let became = one(self.group(group, entry).await)?;
                self.note("sharing group", group, became, |report| &mut report.sharing_groups);
            }
            let there = self.asked(remote, &["tags", "index"], "tags").await?;
            for tag in list_of(there, &["Tag", "response"])
                .iter()
                .filter_map(|entry| unwrapped(entry, "Tag"))
            {
                let became = one(self.tag(tag).await)?;
                self.note("tag", tag, became, |report| &mut report.tags);
            }
            let there = self.asked(remote, &["feeds", "index"], "feeds").await?;
            for feed in list_of(there, &["response"])
                .iter()
                .filter_map(|entry| unwrapped(entry, "Feed"))
            {
                let became = one(self.feed(feed).await)?;
                self.note("feed", feed, became, |report| &mut report.feeds);
            }
            self.place.people_done = true;
            self.save().await?;
        }
        for group in groups.iter().filter_map(|entry| unwrapped(entry, "SharingGroup")) {
            if let Some(uuid) = uuid_of(group) {
                self.rules.numbers.insert(text(group, "id"), uuid);
            }
        }
        self.groups_here().await
    }

    /// A dump names sharing groups by UUID: those that are communities here already.
    async fn dump_groups(&mut self) -> Result<(), Error> {
        self.place.people_done = true;
        self.groups_here().await
    }

    /// Which groups are communities that the operator's own member contributes to.
    async fn groups_here(&mut self) -> Result<(), Error> {
        self.refresh().await?;
        for community in self.node.store().community_list().await? {
            if decide(&self.caller.principal, Action::Contribute(community.id)).is_ok() {
                self.rules.here.insert(community.uuid);
            }
        }
        Ok(())
    }

    fn note(
        &mut self,
        what: &str,
        fields: &Map<String, Value>,
        became: Became,
        tally: impl FnOnce(&mut super::MigrationReport) -> &mut Tally,
    ) {
        tally(&mut self.place.report).count(&became);
        if let Became::DidNot(why) = became {
            let name = ["name", "email", "uuid"]
                .iter()
                .map(|key| text(fields, key))
                .find(|name| !name.is_empty());
            let name: String = name.unwrap_or_default().chars().take(200).collect();
            self.place.report.reason(format!("{what} {name}"), why);
        }
    }

    /// What the other side answers; nothing where this key may not read it.
    async fn asked(&mut self, remote: &Remote, parts: &[&str], what: &str) -> Result<Value, Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            match remote.get(parts, what).await {
                Ok(value) => return Ok(value),
                Err(failure) if matches!(failure.kind, FailureKind::Network | FailureKind::Timeout) && tried < 4 => {
                    pause(tried, &failure).await;
                }
                Err(failure) if matches!(failure.status, Some(403..=405)) => {
                    let why = format!("this key may not read them there ({}), so none came", failure.message);
                    self.place.report.reason(what, why);
                    return Ok(Value::Null);
                }
                Err(failure) => return Err(stopped(&failure)),
            }
        }
    }

    async fn members(&self) -> Result<Vec<Member>, Error> {
        Ok(self.node.store().member_list().await?)
    }

    async fn organisation(&mut self, organisation: &Map<String, Value>) -> Result<Became, Error> {
        let name = text(organisation, "name");
        check_text("name", &name)?;
        let Some(uuid) = uuid_of(organisation) else {
            return Ok(Became::DidNot("it has no UUID, so events cannot name it".to_owned()));
        };
        let members = self.members().await?;
        if members
            .iter()
            .any(|member| of_member(member).uuid == uuid || member.uuid == uuid)
        {
            return Ok(Became::ThereAlready);
        }
        if !is_on(organisation, "local") {
            let known = self.node.store().misp_organisation_by_uuid(uuid).await?.is_some();
            self.node.store().misp_organisation_named(uuid, &name).await?;
            return Ok(if known { Became::ThereAlready } else { Became::Came });
        }
        if members.iter().any(|member| member.name == name) {
            let why = "a member here has this name under another UUID: rename it, or let the organisation in by hand";
            return Ok(Became::DidNot(why.to_owned()));
        }
        let country = text(organisation, "nationality");
        let new = NewMember {
            uuid: self.node.fresh_uuid(),
            identity: stix::Id::new("identity", uuid).to_string(),
            name,
            kind: MemberKind::parse(&text(organisation, "type").to_lowercase()).unwrap_or(MemberKind::Operator),
            sectors: Some(text(organisation, "sector"))
                .filter(|sector| !sector.is_empty())
                .into_iter()
                .collect(),
            countries: Some(country).filter(|country| country.len() == 2).into_iter().collect(),
            provider: None,
            parent: None,
            // Entered here, and nobody of it has accepted.
            state: MemberState::Invited,
        };
        self.node.store().member_put(&self.caller.principal, new).await?;
        Ok(Became::Came)
    }

    /// The member here of an organisation by the number that it has there.
    async fn member_of(&self, number: &str, organisations: &[Value]) -> Result<Option<MemberId>, Error> {
        let there = organisations
            .iter()
            .filter_map(|entry| unwrapped(entry, "Organisation"));
        let uuid = there.filter(|one| text(one, "id") == number).find_map(uuid_of);
        self.member_by_uuid(uuid).await
    }

    async fn member_by_uuid(&self, uuid: Option<Uuid>) -> Result<Option<MemberId>, Error> {
        let members = self.members().await?;
        let same = |member: &&Member| uuid.is_some_and(|uuid| of_member(member).uuid == uuid || member.uuid == uuid);
        Ok(members.iter().find(same).map(|member| member.id))
    }

    async fn person(&mut self, user: &Map<String, Value>, entry: &Value, there: &[Value]) -> Result<Became, Error> {
        let login = text(user, "email");
        check_text("login", &login)?;
        if self.node.store().person_by_login(&login).await?.is_some() {
            return Ok(Became::ThereAlready);
        }
        let Some(member) = self.member_of(&text(user, "org_id"), there).await? else {
            return Ok(Became::DidNot("their organisation is no member here".to_owned()));
        };
        let role = role_of(user, entry.get("Role").and_then(Value::as_object));
        decide(&self.caller.principal, Action::ManagePerson(member, role))
            .map_err(|refusal| Error::refused(refusal, "there is no such member"))?;
        let new = NewPerson {
            uuid: self.node.fresh_uuid(),
            member,
            name: login.clone(),
            login,
            role,
            password_hash: None,
            active: false,
        };
        self.node.store().person_put(&self.caller.principal, new).await?;
        Ok(Became::Came)
    }

    async fn group(&mut self, group: &Map<String, Value>, entry: &Value) -> Result<Became, Error> {
        let title = text(group, "name");
        check_text("title", &title)?;
        let Some(uuid) = uuid_of(group) else {
            return Ok(Became::DidNot("it has no UUID, so events cannot name it".to_owned()));
        };
        let known = self
            .node
            .store()
            .community_list()
            .await?
            .into_iter()
            .find(|one| one.uuid == uuid);
        let became = if known.is_some() {
            Became::ThereAlready
        } else {
            Became::Came
        };
        let community = match known {
            Some(known) => known,
            None => {
                decide(&self.caller.principal, Action::CreateCommunity)
                    .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
                let end = uuid.simple().to_string();
                let alias = format!("{}-{}", plain(&title, 40), end.get(..8).unwrap_or_default());
                let alias = alias.trim_start_matches('-').to_owned();
                if self
                    .node
                    .store()
                    .community_get(CommunityKey::Alias(&alias))
                    .await?
                    .is_some()
                {
                    return Ok(Became::DidNot(format!(
                        "a community here has the alias '{alias}' already"
                    )));
                }
                let purpose = [text(group, "releasability"), text(group, "description"), title.clone()];
                let owner = self.caller.principal.member.ok_or_else(|| {
                    bad(
                        "no-member",
                        "you act for no member",
                        "act as the operator, or somebody of its member",
                    )
                })?;
                let new = NewCommunity {
                    uuid,
                    alias,
                    title,
                    purpose: purpose
                        .into_iter()
                        .find(|purpose| check_text("purpose", purpose).is_ok())
                        .unwrap_or_default(),
                    owner,
                    public: false,
                    hides_members: false,
                    default_tlp: Tlp::AmberStrict,
                    strictest_tlp: Tlp::Red,
                };
                self.node.store().community_put(&self.caller.principal, new).await?
            }
        };
        let organisations = entry
            .get("SharingGroupOrg")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let inside = self.node.store().membership_list(community.id).await?;
        for one in organisations {
            let named = one.get("Organisation").and_then(Value::as_object);
            let uuid = named.and_then(uuid_of).or_else(|| one.as_object().and_then(uuid_of));
            match self.member_by_uuid(uuid).await? {
                Some(member) if inside.iter().any(|known| known.member == member) => {}
                Some(member) => {
                    let extends = one.as_object().is_some_and(|one| is_on(one, "extend"));
                    let actor = &self.caller.principal;
                    self.node
                        .store()
                        .membership_put(actor, community.id, member, true, extends)
                        .await?;
                }
                None => {
                    let name = named.map(|named| text(named, "name")).unwrap_or_default();
                    let why = format!("'{name}' is in it there and no member here; add it once it is");
                    self.place
                        .report
                        .reason(format!("sharing group {}", community.title), why);
                }
            }
        }
        Ok(became)
    }

    async fn tag(&mut self, tag: &Map<String, Value>) -> Result<Became, Error> {
        let name = text(tag, "name");
        check_text("name", &name)?;
        if self.node.store().misp_tag_by_name(&name).await?.is_some() {
            return Ok(Became::ThereAlready);
        }
        let colour = text(tag, "colour");
        let is_colour = colour.len() == 7
            && colour
                .strip_prefix('#')
                .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let wish = MispTag {
            id: 0,
            name,
            colour: if is_colour { colour } else { "#0088cc".to_owned() },
            exportable: !tag.contains_key("exportable") || is_on(tag, "exportable"),
            hidden: is_on(tag, "hide_tag"),
            number: text(tag, "numerical_value").parse().ok(),
            is_open: true,
        };
        self.node.misp_tag_make(&self.caller, &wish).await?;
        Ok(Became::Came)
    }

    /// A feed becomes a subscription that is off: what it brings, and to whom, is for the operator to look at first.
    async fn feed(&mut self, feed: &Map<String, Value>) -> Result<Became, Error> {
        let kind = match text(feed, "source_format").as_str() {
            "misp" => SubscriptionKind::MispFeed,
            "csv" | "freetext" => SubscriptionKind::List,
            other => {
                return Ok(Became::DidNot(format!(
                    "it is of a format that is not read here: '{other}'"
                )));
            }
        };
        if text(feed, "input_source") == "local" {
            return Ok(Became::DidNot(
                "it reads files of that machine: subscribe to a folder instead".to_owned(),
            ));
        }
        if !text(feed, "headers").is_empty() {
            let why = "it came without its headers, which may hold secrets: set them again";
            self.place.report.reason(format!("feed {}", text(feed, "name")), why);
        }
        let name = format!("{}-{}", plain(&text(feed, "name"), 50), text(feed, "id"));
        let name = name.trim_matches('-').to_owned();
        let url = text(feed, "url");
        let known = self.node.store().subscription_list().await?;
        if known
            .iter()
            .any(|one| one.terms.name == name || (one.terms.url == url && one.terms.kind == kind))
        {
            return Ok(Became::ThereAlready);
        }
        let member = self.caller.principal.member.ok_or_else(|| {
            bad(
                "no-member",
                "you act for no member",
                "act as the operator, or somebody of its member",
            )
        })?;
        let wish = SubscriptionWish {
            name,
            kind,
            url,
            settings: json!({}),
            member,
            community: self.wish.community,
            tlp: Tlp::Amber,
            pap: Pap::Clear,
            interval_seconds: FEED_INTERVAL,
            size_limit: FEED_BYTES,
            enabled: false,
        };
        self.node.subscription_put(&self.caller, wish).await?;
        Ok(Became::Came)
    }
}

/// The entries of a list, bare or below one of these names.
fn list_of(value: Value, names: &[&str]) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::Object(mut fields) => match names.iter().find_map(|name| fields.remove(*name)) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use policy::Role;
    use serde_json::{Value, json};

    use super::{plain, role_of};

    #[test]
    fn nobody_becomes_an_operator_by_having_been_one_elsewhere() {
        let role = |user: Value, role: Value| role_of(user.as_object().unwrap(), role.as_object());
        assert_eq!(role(json!({ "role_id": "1" }), Value::Null), Role::Coordinator);
        assert_eq!(
            role(json!({ "role_id": "1" }), json!({ "perm_site_admin": true })),
            Role::Coordinator
        );
        assert_eq!(
            role(
                json!({ "role_id": "9" }),
                json!({ "perm_add": "1", "perm_publish": "1" })
            ),
            Role::Analyst
        );
        assert_eq!(
            role(json!({ "role_id": "9" }), json!({ "perm_add": true })),
            Role::Contributor
        );
        assert_eq!(
            role(json!({ "role_id": "3" }), json!({ "perm_add": false })),
            Role::Reader
        );
        assert_eq!(role(json!({ "role_id": "77" }), Value::Null), Role::Reader);
    }

    #[test]
    fn names_have_the_letters_that_names_have() {
        assert_eq!(plain("  CIRCL: OSINT  feed (new)!", 40), "circl-osint-feed-new");
        assert_eq!(plain("Ünlü", 40), "nl");
        assert_eq!(plain("abc", 2), "ab");
    }
}
