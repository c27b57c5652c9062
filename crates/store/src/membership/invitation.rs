//! Invitations, and those who stand up for who came by one.

use policy::{CommunityId, MemberId, MemberState, PersonId, Principal, Role};
use stix::Timestamp;
use uuid::Uuid;

use super::told;
use crate::account::{Member, MemberKind, NewMember, NewPerson, Person, given, member, person, rule_changed};
use crate::db::Change;
use crate::value::{Row, Value, list_text, many};
use crate::{Result, Store};

/// Number of an invitation in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvitationId(pub i64);

/// An invitation to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// Its name for those who gave it.
    pub uuid: Uuid,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// Whom it is for, in the words of whoever invites.
    pub label: String,
    /// The member that was entered already and is asked in; none where a new one is made.
    pub member: Option<MemberId>,
    /// The community it leads to.
    pub community: Option<CommunityId>,
    /// Whether the member may share there.
    pub contributes: bool,
    /// The kind of member; none where the invited says it.
    pub kind: Option<MemberKind>,
    /// The role of the first person.
    pub role: Role,
    /// How many members have to stand up for it first.
    pub sponsors: i64,
    /// Which member invites.
    pub by_member: MemberId,
    /// Which person.
    pub by_person: Option<PersonId>,
    /// Until when it can be accepted.
    pub expires: Timestamp,
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its number in this store.
    pub id: InvitationId,
    /// What was offered; `member` is who came of it once it is accepted.
    pub terms: NewInvitation,
    /// Since when it is here.
    pub created: Timestamp,
    /// When it was accepted.
    pub accepted: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
}

impl Invitation {
    /// Whether it can be accepted at this time.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.accepted.is_none() && self.withdrawn.is_none() && self.terms.expires > now
    }
}

/// How an invitation is named in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationKey {
    /// By the SHA-256 of its token.
    Digest([u8; 32]),
    /// By its UUID.
    Uuid(Uuid),
    /// The last one by which a member came.
    Member(MemberId),
}

/// Who accepts an invitation.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The organisation, in the state that comes next.
    pub member: NewMember,
    /// Its first person; the member of it is not looked at.
    pub person: NewPerson,
    /// The agreement that this person accepts, by its number.
    pub agreement: Option<i64>,
}

/// Somebody stands up for a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVouch {
    /// For whom.
    pub member: MemberId,
    /// Which member stands up.
    pub sponsor: MemberId,
    /// Which person of it.
    pub person: Option<PersonId>,
    /// What they say.
    pub note: String,
}

/// Somebody stood up for a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouch {
    /// What was said.
    pub terms: NewVouch,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, uuid, digest, label, member, community, contributes, kind, role, sponsors, by_member, by_person, created, \
         expires, accepted, withdrawn"
    };
}

const INSERT: &str = concat!(
    "insert into invitation (uuid, digest, label, member, community, contributes, kind, role, sponsors, by_member, \
     by_person, created, expires) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) returning ",
    columns!()
);
const LIST: &str = concat!("select ", columns!(), " from invitation order by id desc");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from invitation where id < ?1 and (?2 is null or by_member = ?2) order by id desc limit ?3"
);
const BY_DIGEST: &str = concat!("select ", columns!(), " from invitation where digest = ?1");
const BY_UUID: &str = concat!("select ", columns!(), " from invitation where uuid = ?1");
const BY_MEMBER: &str = concat!(
    "select ",
    columns!(),
    " from invitation where member = ?1 order by id desc limit 1"
);
const WITHDRAW: &str = "update invitation set withdrawn = ?1 where id = ?2 and accepted is null and withdrawn is null \
                        returning id";
const TAKE: &str = "update invitation set accepted = ?1 where id = ?2 and accepted is null and withdrawn is null \
                    and expires > ?1 returning id";
const ENTERED: &str = "update member set name = ?1, kind = ?2, sectors = ?3, countries = ?4, state = ?5 \
                       where id = ?6 and state = 'invited' returning id, uuid, identity, name, kind, sectors, \
                       countries, provider, parent, state, created";
const FIRST_PERSON: &str = "insert into person (uuid, member, login, name, role, password_hash, active, created) \
                            select ?1, m.id, ?2, ?3, ?4, ?5, 1, ?6 from member m where m.uuid = ?7 \
                            returning id, uuid, member, login, name, role, password_hash, active, created";
const ACCEPTS: &str = "insert into acceptance (kind, number, member, person, name, at) \
                       select 'partnership', ?1, m.id, p.id, ?2, ?3 from member m, person p \
                       where m.uuid = ?4 and p.uuid = ?5";
const CAME: &str = "update invitation set member = (select m.id from member m where m.uuid = ?1) where id = ?2";
/// Into the community, once the member acts.
const JOIN: &str = "insert into membership (community, member, contributes, coordinates, since) \
                    select i.community, i.member, i.contributes, 0, ?1 from invitation i \
                    join member m on m.id = i.member where i.id = ?2 and i.community is not null \
                    and m.state = 'active' on conflict (community, member) do nothing";

const VOUCH: &str = "insert into vouch (member, sponsor, person, note, at) values (?1, ?2, ?3, ?4, ?5)";
const VOUCHES: &str = "select member, sponsor, person, note, at from vouch where member = ?1 order by at, sponsor";
const ENOUGH: &str = "update member set state = 'active' where id = ?1 and state = 'vetting' \
                      and (select count(*) from vouch where member = ?1) >= ?2 returning id";
const FORGET_VOUCHES: &str = "delete from vouch where member = ?1";

fn invitation(row: &Row) -> Result<Invitation> {
    let kind = row.maybe_text(7)?;
    Ok(Invitation {
        id: InvitationId(row.int(0)?),
        terms: NewInvitation {
            uuid: row.uuid(1)?,
            digest: row.hash(2)?,
            label: row.text(3)?,
            member: row.maybe_int(4)?.map(MemberId),
            community: row.maybe_int(5)?.map(CommunityId),
            contributes: row.flag(6)?,
            kind: kind.as_deref().and_then(MemberKind::parse),
            role: row.word(8, Role::parse)?,
            sponsors: row.int(9)?,
            by_member: MemberId(row.int(10)?),
            by_person: row.maybe_int(11)?.map(PersonId),
            expires: row.time(13)?,
        },
        created: row.time(12)?,
        accepted: row.maybe_time(14)?,
        withdrawn: row.maybe_time(15)?,
    })
}

fn vouch(row: &Row) -> Result<Vouch> {
    Ok(Vouch {
        terms: NewVouch {
            member: MemberId(row.int(0)?),
            sponsor: MemberId(row.int(1)?),
            person: row.maybe_int(2)?.map(PersonId),
            note: row.text(3)?,
        },
        at: row.time(4)?,
    })
}

/// The row of the member that arrives: a new one, or the one that was entered before.
fn arrived(invitation: &Invitation, new: &NewMember, now: Timestamp) -> (&'static str, Vec<Value>) {
    let Some(entered) = invitation.terms.member else {
        return member::insert(new, now);
    };
    let row = vec![
        (&new.name).into(),
        new.kind.as_str().into(),
        list_text(&new.sectors).into(),
        list_text(&new.countries).into(),
        new.state.as_str().into(),
        entered.into(),
    ];
    (ENTERED, row)
}

impl Store {
    /// Makes an invitation.
    pub async fn invitation_put(&self, actor: &Principal, new: NewInvitation) -> Result<Invitation> {
        let subject = serde_json::json!({
            "invitation": new.uuid, "label": new.label, "community": new.community.map(|community| community.0),
            "role": new.role.as_str(), "sponsors": new.sponsors, "expires": new.expires.to_string(),
        });
        let row = vec![
            new.uuid.into(),
            new.digest.into(),
            new.label.into(),
            new.member.into(),
            new.community.into(),
            new.contributes.into(),
            new.kind.map(MemberKind::as_str).into(),
            new.role.as_str().into(),
            new.sponsors.into(),
            new.by_member.into(),
            new.by_person.into(),
            self.now().into(),
            new.expires.into(),
        ];
        let entry = rule_changed(actor, "invitation made", subject);
        let rows = self.change(Change::new().with(INSERT, row).entry(entry)).await?;
        invitation(given(&rows, 0)?)
    }

    /// Every invitation, the newest first.
    pub async fn invitation_list(&self) -> Result<Vec<Invitation>> {
        self.list(LIST, Vec::new(), invitation).await
    }

    /// Invitations, of one member where it is named, the newest first, strictly before a number.
    pub async fn invitation_page(
        &self,
        by: Option<MemberId>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Invitation>> {
        let values = vec![before.unwrap_or(i64::MAX).into(), by.into(), many(limit).into()];
        self.list(PAGE, values, invitation).await
    }

    /// One invitation, accepted, expired and withdrawn ones too.
    pub async fn invitation_get(&self, key: InvitationKey) -> Result<Option<Invitation>> {
        let (sql, value) = match key {
            InvitationKey::Digest(digest) => (BY_DIGEST, digest.into()),
            InvitationKey::Uuid(uuid) => (BY_UUID, uuid.into()),
            InvitationKey::Member(member) => (BY_MEMBER, member.into()),
        };
        self.row(sql, vec![value], invitation).await
    }

    /// Takes an invitation back; not found where it was accepted or taken back already.
    pub async fn invitation_withdraw(&self, actor: &Principal, id: InvitationId) -> Result<()> {
        let row = vec![self.now().into(), id.0.into()];
        let change = Change::new().must(WITHDRAW, row, "there is no open invitation of this name");
        let entry = rule_changed(actor, "invitation withdrawn", serde_json::json!({ "invitation": id.0 }));
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Accepts an invitation: the member, its first person, what that person agrees to, and the place in the community
    /// where nobody has to stand up first. Not found where it is no longer open; a taken name or login is a conflict.
    pub async fn invitation_accept(&self, invitation: &Invitation, arrival: Arrival) -> Result<(Member, Person)> {
        let now = self.now();
        let Arrival {
            mut member,
            person: first,
            agreement,
        } = arrival;
        if let Some(entered) = invitation.terms.member {
            // The rest of the change finds the member by its UUID.
            let found = self.member_get(member::MemberKey::Id(entered)).await?;
            member.uuid = found.map_or(member.uuid, |found| found.uuid);
        }
        let id = invitation.id.0;
        let (sql, row) = arrived(invitation, &member, now);
        let person_row = vec![
            first.uuid.into(),
            (&first.login).into(),
            (&first.name).into(),
            first.role.as_str().into(),
            first.password_hash.clone().into(),
            now.into(),
            member.uuid.into(),
        ];
        let closed = "there is no open invitation of this name";
        let mut change = Change::new()
            .must(TAKE, vec![now.into(), id.into()], closed)
            .must(sql, row, closed)
            .must(FIRST_PERSON, person_row, closed)
            .with(CAME, vec![member.uuid.into(), id.into()])
            .with(JOIN, vec![now.into(), id.into()]);
        if let Some(number) = agreement {
            let row = vec![
                number.into(),
                (&first.name).into(),
                now.into(),
                member.uuid.into(),
                first.uuid.into(),
            ];
            change = change.with(ACCEPTS, row);
        }
        let subject = serde_json::json!({
            "invitation": invitation.terms.uuid, "agreement": agreement, "person": first.uuid,
            "role": first.role.as_str(), "member": member::subject(&member),
        });
        // Nobody is signed in; the ledger shows that the holder of the token did it, at the invitation of that member.
        let entry = told(
            &Principal::public(),
            invitation.terms.by_member,
            "invitation accepted",
            subject,
        );
        let rows = self.change(change.entry(entry).policy()).await?;
        Ok((member::member(given(&rows, 1)?)?, person::person(given(&rows, 2)?)?))
    }

    /// Stands up for a member; where that makes `wanted` of them it acts from now on. Says whether it does. A second time
    /// by the same member is a conflict.
    pub async fn vouch_put(
        &self,
        actor: &Principal,
        new: &NewVouch,
        wanted: i64,
        invitation: Option<InvitationId>,
    ) -> Result<bool> {
        let now = self.now();
        let row = vec![
            new.member.into(),
            new.sponsor.into(),
            new.person.into(),
            (&new.note).into(),
            now.into(),
        ];
        let mut change = Change::new()
            .with(VOUCH, row)
            .with(ENOUGH, vec![new.member.into(), wanted.into()]);
        if let Some(invitation) = invitation {
            change = change.with(JOIN, vec![now.into(), invitation.0.into()]);
        }
        let subject = serde_json::json!({ "member": new.member.0, "sponsor": new.sponsor.0, "note": new.note });
        let entries = [
            rule_changed(actor, "vouched", subject.clone()),
            told(actor, new.member, "vouched", subject),
        ];
        let change = entries.into_iter().fold(change.policy(), Change::entry);
        let rows = self.change(change).await?;
        Ok(rows.get(1).is_some_and(|rows| !rows.is_empty()))
    }

    /// Who stood up for a member.
    pub async fn vouch_list(&self, member: MemberId) -> Result<Vec<Vouch>> {
        self.list(VOUCHES, vec![member.into()], vouch).await
    }

    /// Forgets who stood up for a member that comes again.
    pub async fn vouch_forget(&self, actor: &Principal, member: MemberId) -> Result<()> {
        let entry = rule_changed(actor, "vouches forgotten", serde_json::json!({ "member": member.0 }));
        let change = Change::new().with(FORGET_VOUCHES, vec![member.into()]);
        self.change(change.entry(entry)).await.map(drop)
    }
}

/// The state of somebody who accepted: vetted first where somebody has to stand up.
pub fn state_after(sponsors: i64) -> MemberState {
    if sponsors > 0 {
        MemberState::Vetting
    } else {
        MemberState::Active
    }
}
