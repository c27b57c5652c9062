//! Members: the organisations in the partnership.

use policy::{MemberId, Principal};
use stix::Timestamp;
use uuid::Uuid;

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
    /// Whether its people may sign in.
    pub active: bool,
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
    /// See [`Member::active`].
    pub active: bool,
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

impl Store {
    /// Makes a member. A name, UUID or identity that is taken is a conflict.
    pub async fn member_put(&self, actor: &Principal, new: NewMember) -> Result<Member> {
        let _ = (actor, new);
        Err(crate::unbuilt())
    }

    /// Changes a member: everything but its number and creation is taken from `member`.
    pub async fn member_update(&self, actor: &Principal, member: &Member) -> Result<()> {
        let _ = (actor, member);
        Err(crate::unbuilt())
    }

    /// Every member, by name.
    pub async fn member_list(&self) -> Result<Vec<Member>> {
        Err(crate::unbuilt())
    }

    /// One member.
    pub async fn member_get(&self, key: MemberKey<'_>) -> Result<Option<Member>> {
        let _ = key;
        Err(crate::unbuilt())
    }
}
