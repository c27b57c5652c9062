//! Members: the organisations in the partnership.

use policy::{MemberId, MemberState, Principal};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, Value, list_text, many};
use crate::{Result, Store};

/// What kind of organisation a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberKind {
    /// A public authority of a state.
    Government,
    /// A computer emergency response team, an ISAC.
    Cert,
    /// A city or other municipality.
    City,
    /// An operator of what a society runs on: water, energy, health, transport, elections.
    Operator,
    /// A technology company.
    TechnologyCompany,
    /// A research institute or independent researcher.
    Research,
    /// A university.
    University,
}

impl MemberKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Government,
        Self::Cert,
        Self::City,
        Self::Operator,
        Self::TechnologyCompany,
        Self::Research,
        Self::University,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Government => "government",
            Self::Cert => "cert",
            Self::City => "city",
            Self::Operator => "operator",
            Self::TechnologyCompany => "technology-company",
            Self::Research => "research",
            Self::University => "university",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An organisation in the partnership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its number in this store.
    pub id: MemberId,
    /// Its name for other systems.
    pub uuid: Uuid,
    /// The STIX identity that stands for it.
    pub identity: String,
    /// Its name, unique.
    pub name: String,
    /// What it is.
    pub kind: MemberKind,
    /// Sectors, in the words of the STIX industry-sector vocabulary.
    pub sectors: Vec<String>,
    /// Countries, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// The member whose client it is (TLP:AMBER may reach clients).
    pub provider: Option<MemberId>,
    /// The member that it is a part of, for reports and lists; it opens nothing.
    pub parent: Option<MemberId>,
    /// Where it stands, and so whether its people may sign in. Only [`Store::member_state_put`] changes it.
    pub state: MemberState,
    /// Since when it is here.
    pub created: Timestamp,
}

/// A member to be made; the fields are those of [`Member`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// See [`Member::uuid`].
    pub uuid: Uuid,
    /// See [`Member::identity`].
    pub identity: String,
    /// See [`Member::name`].
    pub name: String,
    /// See [`Member::kind`].
    pub kind: MemberKind,
    /// See [`Member::sectors`].
    pub sectors: Vec<String>,
    /// See [`Member::countries`].
    pub countries: Vec<String>,
    /// See [`Member::provider`].
    pub provider: Option<MemberId>,
    /// See [`Member::parent`].
    pub parent: Option<MemberId>,
    /// See [`Member::state`].
    pub state: MemberState,
}

/// How a member is named in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKey<'a> {
    /// By number.
    Id(MemberId),
    /// By UUID.
    Uuid(Uuid),
    /// By name.
    Name(&'a str),
}

macro_rules! columns {
    () => {
        "id, uuid, identity, name, kind, sectors, countries, provider, parent, state, created"
    };
}

const INSERT: &str = concat!(
    "insert into member (uuid, identity, name, kind, sectors, countries, provider, parent, state, created) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) returning ",
    columns!()
);
const UPDATE: &str = "update member set uuid = ?1, identity = ?2, name = ?3, kind = ?4, sectors = ?5, countries = ?6, \
                      provider = ?7, parent = ?8 where id = ?9 returning id";
const LIST: &str = concat!("select ", columns!(), " from member order by name");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from member where name > ?1 and (?2 is null or state = ?2) order by name limit ?3"
);
const BY_ID: &str = concat!("select ", columns!(), " from member where id = ?1");
const BY_UUID: &str = concat!("select ", columns!(), " from member where uuid = ?1");
const BY_NAME: &str = concat!("select ", columns!(), " from member where name = ?1");

pub(crate) fn member(row: &Row) -> Result<Member> {
    Ok(Member {
        id: MemberId(row.int(0)?),
        uuid: row.uuid(1)?,
        identity: row.text(2)?,
        name: row.text(3)?,
        kind: row.word(4, MemberKind::parse)?,
        sectors: row.list(5)?,
        countries: row.list(6)?,
        provider: row.maybe_int(7)?.map(MemberId),
        parent: row.maybe_int(8)?.map(MemberId),
        state: row.word(9, MemberState::parse)?,
        created: row.time(10)?,
    })
}

/// Everything but the state.
fn values(member: &NewMember) -> Vec<Value> {
    vec![
        member.uuid.into(),
        (&member.identity).into(),
        (&member.name).into(),
        member.kind.as_str().into(),
        list_text(&member.sectors).into(),
        list_text(&member.countries).into(),
        member.provider.into(),
        member.parent.into(),
    ]
}

/// Makes a member, as part of a larger change; the statement gives its row.
pub(crate) fn insert(new: &NewMember, now: Timestamp) -> (&'static str, Vec<Value>) {
    let mut row = values(new);
    row.extend([new.state.as_str().into(), now.into()]);
    (INSERT, row)
}

pub(crate) fn subject(member: &NewMember) -> serde_json::Value {
    serde_json::json!({
        "member": member.uuid,
        "name": member.name,
        "kind": member.kind.as_str(),
        "provider": member.provider.map(|provider| provider.0),
        "parent": member.parent.map(|parent| parent.0),
        "state": member.state.as_str(),
    })
}

impl Store {
    /// Makes a member. A name, UUID or identity that is taken is a conflict.
    pub async fn member_put(&self, actor: &Principal, new: NewMember) -> Result<Member> {
        let (sql, row) = insert(&new, self.now());
        let entry = rule_changed(actor, "member made", subject(&new));
        let rows = self.change(Change::new().with(sql, row).entry(entry).policy()).await?;
        member(given(&rows, 0)?)
    }

    /// Changes a member: everything but its number, creation and state is taken from `member`.
    pub async fn member_update(&self, actor: &Principal, member: &Member) -> Result<()> {
        let new = NewMember {
            uuid: member.uuid,
            identity: member.identity.clone(),
            name: member.name.clone(),
            kind: member.kind,
            sectors: member.sectors.clone(),
            countries: member.countries.clone(),
            provider: member.provider,
            parent: member.parent,
            state: member.state,
        };
        let mut row = values(&new);
        row.push(member.id.into());
        let entry = rule_changed(actor, "member changed", subject(&new));
        let change = Change::new().must(UPDATE, row, "there is no such member");
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Every member, by name.
    pub async fn member_list(&self) -> Result<Vec<Member>> {
        self.list(LIST, Vec::new(), member).await
    }

    /// Members by name, strictly after one; with a state, those that stand there.
    pub async fn member_page(&self, after: &str, state: Option<MemberState>, limit: usize) -> Result<Vec<Member>> {
        let state = state.map(MemberState::as_str);
        self.list(PAGE, vec![after.into(), state.into(), many(limit).into()], member)
            .await
    }

    /// One member.
    pub async fn member_get(&self, key: MemberKey<'_>) -> Result<Option<Member>> {
        let (sql, value) = match key {
            MemberKey::Id(id) => (BY_ID, id.into()),
            MemberKey::Uuid(uuid) => (BY_UUID, uuid.into()),
            MemberKey::Name(name) => (BY_NAME, name.into()),
        };
        self.row(sql, vec![value], member).await
    }
}
