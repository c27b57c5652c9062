//! Invitations: made by a coordinator or an operator, opened and accepted by whoever holds the token.
//!
//! The token is 32 random bytes; only its SHA-256 is kept. A token that is wrong, used, expired or taken back gets one and
//! the same answer, and who tries many from one address has to wait.

use std::net::IpAddr;

use policy::{Action, CommunityId, MemberId, MemberState, Role, decide};
use stix::Timestamp;
use store::membership::invitation::state_after;
use store::{
    Agreement, AgreementKind, Arrival, Invitation, InvitationKey, Member, MemberKey, MemberKind, NewInvitation,
    NewMember, NewPerson, Person,
};
use uuid::Uuid;

use super::bad;
use crate::accounts::{Caller, SignInError, canonical, credential_digest};
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;
use crate::sign_ins::{Counted, counted_as};

/// What every token begins with, so that a leaked one is recognised.
const TOKEN_PREFIX: &str = "cwi_";
/// Days that an invitation may be open at the most.
const DAYS_MOST: i64 = 90;
/// Members that may be asked to stand up for one.
const SPONSORS_MOST: i64 = 2;
/// What holds for a token that opens nothing, whatever the reason.
const NO_INVITATION: &str = "there is no such invitation, or it is no longer open";

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct InviteWish {
    /// Whom it is for, as a note for those who invite.
    pub label: String,
    /// The member that was entered before and is asked in; none where the invited names itself.
    pub member: Option<MemberId>,
    /// The community it leads to.
    pub community: Option<CommunityId>,
    /// Whether the member may share there.
    pub contributes: bool,
    /// The kind of member; none where the invited says it.
    pub kind: Option<MemberKind>,
    /// The role of its first person.
    pub role: Role,
    /// How many members have to stand up for it: none, one or two.
    pub sponsors: i64,
    /// Days until it ends.
    pub days: i64,
}

/// An invitation that was made, with the token that is shown this once.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// The secret part of the link.
    pub token: String,
}

/// What whoever holds a token sees of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationSeen {
    /// The member that invites.
    pub by: String,
    /// The agreement that is to be accepted, where there is one.
    pub agreement: Option<Agreement>,
    /// Until when it can be accepted.
    pub expires: Timestamp,
}

/// Who accepts.
#[derive(Clone, Debug)]
pub struct AcceptWish {
    /// The name of the organisation.
    pub organisation: String,
    /// What it is; what the invitation says holds where it says something.
    pub kind: Option<MemberKind>,
    /// Its sectors.
    pub sectors: Vec<String>,
    /// Its countries.
    pub countries: Vec<String>,
    /// What its first person types to sign in.
    pub login: String,
    /// The name of that person, who accepts the agreement.
    pub name: String,
    /// Their password.
    pub password: String,
    /// The number of the agreement that they read and accept.
    pub agreement: Option<i64>,
}

fn absent() -> Error {
    Error::NotFound(NO_INVITATION.to_owned())
}

impl Node {
    /// Invites an organisation. The first person's role is no higher than that of whoever invites.
    ///
    /// # Errors
    /// When the caller may not, or something of the wish is not possible.
    pub async fn invite(&self, caller: &Caller, wish: InviteWish) -> Result<Invited, Error> {
        let absent_community = "there is no such community, or it is not open to you";
        decide(&caller.principal, Action::Invite(wish.community))
            .map_err(|refusal| Error::refused(refusal, absent_community))?;
        let Some(by_member) = caller.principal.member else {
            return Err(Error::NotAllowed("sign in first"));
        };
        check_text("label", &wish.label)?;
        if !caller.principal.has(wish.role) || wish.role == Role::Operator {
            let help =
                "choose coordinator or less, and no more than your own role; an operator makes operators by hand";
            return Err(bad("role-too-high", "an invitation cannot offer that role", help));
        }
        if !(0..=SPONSORS_MOST).contains(&wish.sponsors) {
            return Err(bad(
                "bad-sponsors",
                "none, one or two members stand up for another",
                "choose 0, 1 or 2",
            ));
        }
        if !(1..=DAYS_MOST).contains(&wish.days) {
            let help = "choose from 1 to 90 days; it can be made again";
            return Err(bad("bad-days", "an invitation is open for a limited time", help));
        }
        if let Some(member) = wish.member {
            self.check_entered(caller, member).await?;
        }
        let token = token_text(&self.random());
        let new = NewInvitation {
            uuid: self.fresh_uuid(),
            digest: credential_digest(token.as_bytes()),
            label: wish.label,
            member: wish.member,
            community: wish.community,
            contributes: wish.contributes,
            kind: wish.kind,
            role: wish.role,
            sponsors: wish.sponsors,
            by_member,
            by_person: caller.principal.person,
            expires: self.now().plus_micros(wish.days * 86_400_000_000),
        };
        let invitation = self.store().invitation_put(&caller.principal, new).await?;
        Ok(Invited { invitation, token })
    }

    /// Only an operator asks in who was entered before, and only who is not in yet.
    async fn check_entered(&self, caller: &Caller, member: MemberId) -> Result<(), Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, super::NO_MEMBER))?;
        let found = self.member_by_id(member).await?;
        if found.state != MemberState::Invited {
            return Err(Error::Conflict(format!("{} is {}", found.name, found.state.as_str())));
        }
        Ok(())
    }

    /// The invitations: for an operator all, for others those of their own member.
    ///
    /// # Errors
    /// When the caller may not invite at all.
    pub async fn invitations(&self, caller: &Caller) -> Result<Vec<Invitation>, Error> {
        let mut all = self.store().invitation_list().await?;
        if decide(&caller.principal, Action::Administer).is_err() {
            decide(&caller.principal, Action::CreateCommunity)
                .map_err(|refusal| Error::refused(refusal, NO_INVITATION))?;
            all.retain(|one| Some(one.terms.by_member) == caller.principal.member);
        }
        Ok(all)
    }

    /// A page of them, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller may not invite.
    pub async fn invitation_page(
        &self,
        caller: &Caller,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Invitation>, Error> {
        let mut by = None;
        if decide(&caller.principal, Action::Administer).is_err() {
            decide(&caller.principal, Action::CreateCommunity)
                .map_err(|refusal| Error::refused(refusal, NO_INVITATION))?;
            by = Some(caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?);
        }
        Ok(self.store().invitation_page(by, before, limit).await?)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// When it is not one of the caller's, or no longer open.
    pub async fn invitation_withdraw(&self, caller: &Caller, uuid: Uuid) -> Result<(), Error> {
        let own = self.invitations(caller).await?;
        let found = own.into_iter().find(|one| one.terms.uuid == uuid).ok_or_else(absent)?;
        Ok(self.store().invitation_withdraw(&caller.principal, found.id).await?)
    }

    /// What whoever holds a token sees: who invites, and what is to be agreed to.
    ///
    /// # Errors
    /// [`SignInError::TooManyFailures`] where this address tried too many wrong tokens; otherwise [`Error::NotFound`]
    /// for every token that opens nothing.
    pub async fn invitation_open(&self, token: &str, from: IpAddr) -> Result<InvitationSeen, SignInError> {
        let invitation = self.invitation_of(token, from).await?;
        let inviter = self.member_by_id(invitation.terms.by_member).await?;
        Ok(InvitationSeen {
            by: inviter.name,
            agreement: self.agreement_now().await?,
            expires: invitation.terms.expires,
        })
    }

    /// Accepts an invitation: makes the member with its first person, who accepts the agreement in force.
    ///
    /// # Errors
    /// As [`Node::invitation_open`]; and when something of what is said cannot be used, or a name or login is taken.
    pub async fn invitation_accept(
        &self,
        token: &str,
        from: IpAddr,
        wish: AcceptWish,
    ) -> Result<(Member, Person), SignInError> {
        let invitation = self.invitation_of(token, from).await?;
        let arrival = self.arrival(&invitation, wish).await?;
        let accepted = self.store().invitation_accept(&invitation, arrival).await;
        accepted.map_err(|error| match error.kind() {
            store::ErrorKind::NotFound => absent().into(),
            _ => Error::from(error).into(),
        })
    }

    async fn arrival(&self, invitation: &Invitation, wish: AcceptWish) -> Result<Arrival, Error> {
        for (what, text) in [
            ("organisation", &wish.organisation),
            ("login", &wish.login),
            ("name", &wish.name),
        ] {
            check_text(what, text)?;
        }
        let agreement = self.agreement_now().await?.map(|agreement| agreement.number);
        if wish.agreement != agreement {
            let message = match agreement {
                Some(number) => {
                    format!("version {number} of the agreement is in force, and has to be accepted by its number")
                }
                None => "there is no agreement to accept".to_owned(),
            };
            return Err(bad(
                "agreement-not-accepted",
                message,
                "open the invitation again and read it",
            ));
        }
        let kind = invitation.terms.kind.or(wish.kind).ok_or_else(|| {
            let kinds = MemberKind::ALL.map(MemberKind::as_str).join(", ");
            bad(
                "bad-kind",
                "say what kind of organisation it is",
                &format!("one of {kinds}"),
            )
        })?;
        let uuid = self.fresh_uuid();
        let member = NewMember {
            uuid,
            identity: stix::Id::new("identity", uuid).to_string(),
            name: wish.organisation,
            kind,
            sectors: wish.sectors,
            countries: wish.countries,
            provider: None,
            parent: None,
            state: state_after(invitation.terms.sponsors),
        };
        let person = NewPerson {
            uuid: self.fresh_uuid(),
            member: MemberId(0),
            login: wish.login,
            name: wish.name,
            role: invitation.terms.role,
            password_hash: Some(self.password_hash(&wish.password)?),
            active: true,
        };
        Ok(Arrival {
            member,
            person,
            agreement,
        })
    }

    /// The open invitation of a token. Wrong ones are counted by address.
    async fn invitation_of(&self, token: &str, from: IpAddr) -> Result<Invitation, SignInError> {
        let now = self.now();
        let counted = [Counted::invitation(counted_as(canonical(from)))];
        self.sign_ins().check(&counted, now.micros())?;
        let key = InvitationKey::Digest(credential_digest(token.as_bytes()));
        let found = self.store().invitation_get(key).await.map_err(Error::from)?;
        let open = found.filter(|invitation| invitation.is_open(now));
        let invitation = match open {
            // What a member offered that may no longer act is no offer.
            Some(invitation) if self.invites_still(&invitation).await? => Some(invitation),
            _ => None,
        };
        invitation.ok_or_else(|| {
            self.sign_ins().failed(&counted, now.micros());
            absent().into()
        })
    }

    async fn invites_still(&self, invitation: &Invitation) -> Result<bool, Error> {
        let inviter = self
            .store()
            .member_get(MemberKey::Id(invitation.terms.by_member))
            .await?;
        Ok(inviter.is_some_and(|member| member.state.acts()))
    }

    async fn agreement_now(&self) -> Result<Option<Agreement>, Error> {
        let kind = AgreementKind::Partnership;
        Ok(self.store().agreement_in_force(kind, self.now()).await?)
    }
}

/// The text of a token.
fn token_text(random: &[u8; 32]) -> String {
    format!("{TOKEN_PREFIX}{}", hex::encode(random))
}
