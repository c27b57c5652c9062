//! People: who signs in, for which member, in which role.

use policy::{MemberId, PersonId, Principal, Role};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, Value, many};
use crate::{Result, Store};

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The number in this store.
    pub id: PersonId,
    /// The name for other systems.
    pub uuid: Uuid,
    /// For whom this person acts.
    pub member: MemberId,
    /// What is typed to sign in, unique.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// The highest role held.
    pub role: Role,
    /// The argon2id hash of the password, where there is one.
    pub password_hash: Option<String>,
    /// Whether this person may sign in.
    pub active: bool,
    /// Since when the account is here.
    pub created: Timestamp,
}

/// A person to be made; the fields are those of [`Person`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// See [`Person::uuid`].
    pub uuid: Uuid,
    /// See [`Person::member`].
    pub member: MemberId,
    /// See [`Person::login`].
    pub login: String,
    /// See [`Person::name`].
    pub name: String,
    /// See [`Person::role`].
    pub role: Role,
    /// See [`Person::password_hash`].
    pub password_hash: Option<String>,
    /// See [`Person::active`].
    pub active: bool,
}

macro_rules! columns {
    () => {
        "id, uuid, member, login, name, role, password_hash, active, created"
    };
}

const INSERT: &str = concat!(
    "insert into person (uuid, member, login, name, role, password_hash, active, created) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning ",
    columns!()
);
const UPDATE: &str = "update person set uuid = ?1, member = ?2, login = ?3, name = ?4, role = ?5, password_hash = ?6, \
                      active = ?7 where id = ?8 returning id";
/// Whoever signed in with another password, in another role or before being locked out signs in again.
const END_SESSIONS: &str = "update credential set revoked = ?1 where person = ?2 and kind = 'session' \
                            and revoked is null and exists (select 1 from person p where p.id = ?2 and \
                            (p.role <> ?3 or coalesce(p.password_hash, '') <> coalesce(?4, '') or p.active <> ?5 \
                            or p.member <> ?6))";
const LIST: &str = concat!("select ", columns!(), " from person order by login");
const OF_MEMBER: &str = concat!("select ", columns!(), " from person where member = ?1 order by login");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from person where member = ?1 and login > ?2 order by login limit ?3"
);
const BY_ID: &str = concat!("select ", columns!(), " from person where id = ?1");
const BY_LOGIN: &str = concat!("select ", columns!(), " from person where login = ?1");

pub(crate) fn person(row: &Row) -> Result<Person> {
    Ok(Person {
        id: PersonId(row.int(0)?),
        uuid: row.uuid(1)?,
        member: MemberId(row.int(2)?),
        login: row.text(3)?,
        name: row.text(4)?,
        role: row.word(5, Role::parse)?,
        password_hash: row.maybe_text(6)?,
        active: row.flag(7)?,
        created: row.time(8)?,
    })
}

fn values(person: &NewPerson) -> Vec<Value> {
    vec![
        person.uuid.into(),
        person.member.into(),
        (&person.login).into(),
        (&person.name).into(),
        person.role.as_str().into(),
        person.password_hash.clone().into(),
        person.active.into(),
    ]
}

fn subject(person: &NewPerson) -> serde_json::Value {
    serde_json::json!({
        "person": person.uuid,
        "member": person.member.0,
        "role": person.role.as_str(),
        "active": person.active,
    })
}

impl Store {
    /// Makes a person. A login that is taken is a conflict.
    pub async fn person_put(&self, actor: &Principal, new: NewPerson) -> Result<Person> {
        let mut row = values(&new);
        row.push(self.now().into());
        let entry = rule_changed(actor, "person made", subject(&new));
        let rows = self
            .change(Change::new().with(INSERT, row).entry(entry).policy())
            .await?;
        person(given(&rows, 0)?)
    }

    /// Changes a person: everything but the number and creation is taken from `person`. Another password, role or standing
    /// ends their sessions.
    pub async fn person_update(&self, actor: &Principal, person: &Person) -> Result<()> {
        let new = NewPerson {
            uuid: person.uuid,
            member: person.member,
            login: person.login.clone(),
            name: person.name.clone(),
            role: person.role,
            password_hash: person.password_hash.clone(),
            active: person.active,
        };
        let mut row = values(&new);
        row.push(person.id.into());
        let entry = rule_changed(actor, "person changed", subject(&new));
        let standing = vec![
            self.now().into(),
            person.id.into(),
            person.role.as_str().into(),
            person.password_hash.clone().into(),
            person.active.into(),
            person.member.into(),
        ];
        let change = Change::new().with(END_SESSIONS, standing);
        let change = change.must(UPDATE, row, "there is no such person");
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// The people of a member by login, strictly after one.
    pub async fn person_page(&self, member: MemberId, after: &str, limit: usize) -> Result<Vec<Person>> {
        self.list(PAGE, vec![member.into(), after.into(), many(limit).into()], person)
            .await
    }

    /// The people of a member, or everybody, by login.
    pub async fn person_list(&self, member: Option<MemberId>) -> Result<Vec<Person>> {
        match member {
            Some(member) => self.list(OF_MEMBER, vec![member.into()], person).await,
            None => self.list(LIST, Vec::new(), person).await,
        }
    }

    /// One person by number.
    pub async fn person_get(&self, id: PersonId) -> Result<Option<Person>> {
        self.row(BY_ID, vec![id.into()], person).await
    }

    /// One person by what is typed to sign in.
    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>> {
        self.row(BY_LOGIN, vec![login.into()], person).await
    }
}
