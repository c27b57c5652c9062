//! Who may do what: one function, one table.
//!
//! | action | needs |
//! |---|---|
//! | read | nothing: what comes is what the rule of sight opens (to the public, TLP:CLEAR) |
//! | contribute to a community | contributor, and the member contributes there |
//! | share with named members only | contributor |
//! | retract an item | analyst of the member that contributed it |
//! | recall an item of another member from a community | coordinator of a member that coordinates it |
//! | say what was done about an item or a recall | contributor |
//! | decide what others may read of that | analyst |
//! | ask a community, answer, close one's own question | contributor, and the member is in the community |
//! | use an object | its PAP allows that use |
//! | see who contributed | the name is not withheld, or the viewer is of that member |
//! | manage a community | coordinator of a member that coordinates it, or operator |
//! | take one's own member out of a community | coordinator |
//! | create a community | coordinator |
//! | invite an organisation | coordinator of a member that coordinates the community it is invited to, or operator |
//! | stand up for a member that is vetted | coordinator, of another member |
//! | act for a member: agreements, contacts, what it runs, leaving, handing a community over, being spoken for | coordinator of that member |
//! | see whom to reach at a member, or what it runs | being of that member, or operator |
//! | manage a person | coordinator of their member, for people and roles up to their own role; operator |
//! | moderate a community, make data sets of it | coordinator of a member that coordinates it |
//! | see receipts | being of the member they are of |
//! | record hits of one's own member | contributor |
//! | decide what is told of them, give feedback | analyst |
//! | see hits and what is told of them | being of the member they are of |
//! | promise for one's own member | analyst |
//! | ask the readers of an item for something | analyst of the member that contributed it under its name |
//! | see a commitment | being of the member that owes it, or of the one it is owed to |
//! | keep a commitment | contributor of the member that owes it |
//! | delegate it, decide that it is not needed | analyst of the member that owes it |
//! | give more time for it, withdraw it | analyst of the member it is owed to |
//! | choose where and how a person is told things | a person for themselves; operator for everybody |
//! | manage members, people, subscriptions, peers, warninglists, the node | operator |
//! | push to another node | operator |
//! | publish an item on the public pages, take it back | operator, where [`crate::may_be_published`] |
//! | have one's member named there | analyst of the member that contributed the item |
//! | read and answer what strangers report | operator |
//! | manage keys | a person their own; operator everybody's |
//! | give scopes to a key | having these scopes oneself |
//! | give somebody a password | managing their keys, or making them |
//! | change second factors, passkeys, linked sign-ins | the person themselves |
//! | take the second factors of somebody away | operator, and not their own |
//! | let another member be accountable for a community, leave the partnership | coordinator of that member |
//! | expel a member | operator of another member |
//! | see all that is kept of a person | the person; operator |
//! | erase a person | operator, and not oneself |
//!
//! A read-only credential changes nothing, whatever the role, and a key does nothing that its scopes ([`Scope`]) leave out.
//! Which scope an action needs says [`scope_of`], how its person has to show that it is them [`proof_of`], and which take
//! a second person [`takes_two`]. An operator sees no content, name or receipt that their member does not.

use stix::marking::{Pap, Tlp};

use crate::principal::{CommunityId, MemberId, PersonId, Presence, Principal, Role};
use crate::scope::{Scope, Scopes};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read what the viewer may see.
    Read,
    /// Share into a community.
    Contribute(CommunityId),
    /// Share with named members only, in no community.
    ContributeToNamed,
    /// Take back an item that this member contributed.
    Retract(MemberId),
    /// Recall another member's item from this community.
    RecallWithin(CommunityId),
    /// Say what one's own member did about an item or a recall.
    Acknowledge,
    /// Decide what others may read of what one's own member did.
    Disclose,
    /// Ask a community, and answer what it is asked.
    Ask(CommunityId),
    /// Use an object of this PAP in this way.
    Use(Pap, Use),
    /// Learn which member contributed an item, given whether the name is withheld.
    SeeOrigin(MemberId, Withheld),
    /// Change a community: charter, membership.
    ManageCommunity(CommunityId),
    /// Take one's own member out of a community.
    LeaveCommunity(CommunityId),
    /// Make a new community.
    CreateCommunity,
    /// Invite an organisation, to a community where one is named.
    Invite(Option<CommunityId>),
    /// Stand up for a member that is being vetted.
    Vouch(MemberId),
    /// Speak for a member: accept agreements, name contacts, leave, hand over or take over a community.
    ActFor(MemberId),
    /// See whom to reach at a member.
    SeeContacts(MemberId),
    /// See which technologies a member runs.
    SeeTechnologies(MemberId),
    /// Make a person of a member, or change one; the role is the highest that is concerned, before or after.
    ManagePerson(MemberId, Role),
    /// Decide on what waits in a community, and make data sets of what is in it.
    Moderate(CommunityId),
    /// Let something of this colour through that waits in a community.
    Release(CommunityId, Tlp),
    /// Make or revoke the keys of a person.
    ManageKeys(PersonId),
    /// Give these scopes to a key.
    GiveScopes(Scopes),
    /// Give a password to somebody whose keys one manages, or whom one makes.
    GivePassword,
    /// Change second factors, passkeys and linked sign-ins of a person.
    ManageFactors(PersonId),
    /// Take them away from somebody who lost them.
    ResetFactors(PersonId),
    /// Offer a community that this member is accountable for to another.
    HandOver(MemberId),
    /// Leave the partnership, for this member.
    Leave(MemberId),
    /// Put a member out of the partnership.
    Expel(MemberId),
    /// See all that is kept of a person.
    SeePerson(PersonId),
    /// Take out of this node who a person is.
    ErasePerson(PersonId),
    /// Read the receipts of a member.
    SeeReceipts(MemberId),
    /// Record what the member's own matcher found.
    RecordHits,
    /// Decide what is told of it, and give feedback on what others shared.
    JudgeSightings,
    /// See what a member's matcher found, and what is told of it.
    SeeHits(MemberId),
    /// Make commitments that one's own member owes.
    MakeCommitments,
    /// Make commitments that those owe who read an item which this member contributed under its name.
    AskReaders(MemberId),
    /// See a commitment between these two: who owes it, and whom it is owed to.
    SeeCommitment(MemberId, MemberId),
    /// Say that a commitment of this member is kept.
    KeepCommitment(MemberId),
    /// Name who sees to a commitment of this member, or decide that it is not needed.
    DecideCommitment(MemberId),
    /// Give more time for what is owed to this member, or give it up.
    ReleaseCommitment(MemberId),
    /// Choose where and how a person is told things.
    SetNotices(PersonId),
    /// Change the e-mail address of a person.
    SetEmail(PersonId),
    /// Have this node push to another: what goes there comes back no more.
    SendElsewhere,
    /// Publish an item on the public pages, or take it back from there.
    Publish,
    /// Have this member, which contributed an item, named where the item is published; or no longer.
    NamePublicly(MemberId),
    /// Read what strangers report to the operators, and answer it.
    ReadTips,
    /// Members, people, subscriptions, warninglists.
    Administer,
    /// Settings of the node that hold while it runs.
    Configure,
}

/// Whether an item was shared without its member's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The name may be shown.
    No,
    /// The name stays in the hub's own record.
    Yes,
}

/// What an object is used for, from what nobody notices to what everybody does (PAP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Compare with one's own logs and traffic, on systems kept for that.
    Detect,
    /// Hand to sensors and lists that watch, whoever else reads them.
    Watch,
    /// Look up in third parties' services.
    LookUp,
    /// Block, redirect, sinkhole on one's own systems.
    Block,
    /// Act beyond one's own systems.
    Contact,
}

/// Why something is not allowed; `hidden` where the answer must be the same as for a thing that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refusal {
    /// A sentence for the person who asked.
    pub why: &'static str,
    /// Whether even the refusal would tell something.
    pub hidden: bool,
    /// Whether all that is missing is that the person shows again that it is them.
    pub unproven: bool,
}

/// How the person who asks has to show that it is them, beside role and scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// No more than by being signed in.
    Any,
    /// A session needs a recent proof; a key with the scope will do.
    Recent,
    /// A recent proof, and no key whatever its scopes.
    InPerson,
}

/// Decides.
pub fn decide(principal: &Principal, action: Action) -> Result<(), Refusal> {
    may(principal, action)?;
    let why = match (proof_of(action), principal.presence) {
        (Proof::Any, _) | (_, Presence::Proven) | (Proof::Recent, Presence::Key) => return Ok(()),
        (Proof::InPerson, Presence::Key) => return refuse("no key does this: sign in as the person you are"),
        (Proof::Recent | Proof::InPerson, Presence::Session) => {
            "show first that it is you, with password, code or passkey (POST /api/v1/session/step-up)"
        }
    };
    Err(Refusal {
        why,
        hidden: false,
        unproven: true,
    })
}

/// Decides by role, place and scopes alone: who may do it once they have shown that it is them.
pub fn may(principal: &Principal, action: Action) -> Result<(), Refusal> {
    let changes = !matches!(
        action,
        Action::Read
            | Action::Use(..)
            | Action::SeeOrigin(..)
            | Action::SeeReceipts(_)
            | Action::SeeHits(_)
            | Action::SeeCommitment(..)
            | Action::SeeContacts(_)
            | Action::SeeTechnologies(_)
            | Action::SeePerson(_)
    );
    if changes && principal.member.is_none() {
        return refuse("sign in first");
    }
    if changes && principal.read_only {
        return refuse("this key may only read");
    }
    if !principal.scopes.has(scope_of(action)) {
        return refuse("this key was not made for that: a scope is missing");
    }
    match action {
        Action::Read => Ok(()),
        Action::Contribute(community) if !principal.communities.contains(&community) => Err(Refusal {
            why: "there is no such community, or it is not open to you",
            hidden: true,
            unproven: false,
        }),
        Action::Contribute(community) => need(
            principal.has(Role::Contributor) && principal.contributes_to.contains(&community),
            "contributing here needs the role contributor and a membership that may contribute",
        ),
        Action::ContributeToNamed => need(principal.has(Role::Contributor), "sharing needs the role contributor"),
        Action::Retract(contributor) => need(
            principal.member == Some(contributor) && principal.has(Role::Analyst),
            "only an analyst of the member that contributed an item can retract it",
        ),
        Action::RecallWithin(community) if principal.communities.contains(&community) => need(
            principal.coordinates.contains(&community) && principal.has(Role::Coordinator),
            "only a coordinator of a member that coordinates a community can recall what others shared there",
        ),
        Action::RecallWithin(_) => Err(Refusal {
            why: "there is no such community, or it is not open to you",
            hidden: true,
            unproven: false,
        }),
        Action::Acknowledge => need(
            principal.has(Role::Contributor),
            "saying what was done needs the role contributor",
        ),
        Action::Disclose => need(
            principal.has(Role::Analyst),
            "deciding what others may read needs the role analyst",
        ),
        Action::Ask(community) if principal.communities.contains(&community) => need(
            principal.has(Role::Contributor),
            "asking and answering need the role contributor",
        ),
        Action::Ask(_) => Err(Refusal {
            why: "there is no such community, or it is not open to you",
            hidden: true,
            unproven: false,
        }),
        Action::Use(pap, wanted) => need(pap_allows(pap, wanted), "the PAP marking does not allow this use"),
        Action::SeeOrigin(contributor, withheld) => {
            if withheld == Withheld::No || principal.member == Some(contributor) {
                Ok(())
            } else {
                Err(Refusal {
                    why: "the contributor's name is withheld",
                    hidden: true,
                    unproven: false,
                })
            }
        }
        Action::ManageCommunity(community) if principal.coordinates.contains(&community) => need(
            principal.has(Role::Coordinator),
            "managing a community needs the role coordinator",
        ),
        Action::ManageCommunity(community) if principal.communities.contains(&community) => need(
            principal.has(Role::Operator),
            "only a coordinator of the member that coordinates a community, or an operator, can change it",
        ),
        Action::ManageCommunity(_) if principal.has(Role::Operator) => Ok(()),
        Action::ManageCommunity(_) => Err(Refusal {
            why: "there is no such community, or it is not open to you",
            hidden: true,
            unproven: false,
        }),
        Action::LeaveCommunity(community) if principal.communities.contains(&community) => need(
            principal.has(Role::Coordinator),
            "leaving a community needs the role coordinator",
        ),
        Action::LeaveCommunity(_) => Err(Refusal {
            why: "there is no such community, or it is not open to you",
            hidden: true,
            unproven: false,
        }),
        Action::CreateCommunity => need(principal.has(Role::Coordinator), "this needs the role coordinator"),
        Action::Invite(Some(community)) => may(principal, Action::ManageCommunity(community)),
        Action::Invite(None) => need(
            principal.has(Role::Operator),
            "inviting to no community needs the role operator; a coordinator invites to a community",
        ),
        Action::Vouch(member) => need(
            principal.has(Role::Coordinator) && principal.member != Some(member),
            "only a coordinator of another member can stand up for this one",
        ),
        Action::ActFor(member) => need(
            principal.has(Role::Coordinator) && principal.member == Some(member),
            "only a coordinator of the member itself can do this",
        ),
        Action::SeeContacts(member) | Action::SeeTechnologies(member) => {
            if principal.member == Some(member) || principal.has(Role::Operator) {
                Ok(())
            } else {
                Err(Refusal {
                    why: "this is for the member itself and the operators",
                    hidden: true,
                    unproven: false,
                })
            }
        }
        Action::ManagePerson(member, role) => need(
            principal.has(Role::Operator)
                || (principal.has(Role::Coordinator) && principal.member == Some(member) && principal.has(role)),
            "a coordinator manages the people of their own member, up to their own role; an operator everybody",
        ),
        Action::Moderate(community) if principal.coordinates.contains(&community) => need(
            principal.has(Role::Coordinator),
            "deciding on what waits in a community needs the role coordinator",
        ),
        Action::Moderate(community) if principal.communities.contains(&community) => {
            refuse("only a coordinator of the member that coordinates a community can decide on this")
        }
        Action::Moderate(_) => Err(Refusal {
            why: "there is no such community, or it is not open to you",
            hidden: true,
            unproven: false,
        }),
        Action::ManageKeys(owner) => need(
            principal.person == Some(owner) || principal.has(Role::Operator),
            "a person manages their own keys; an operator everybody's",
        ),
        Action::GiveScopes(scopes) => need(
            principal.scopes.covers(scopes),
            "a key gives no more than the scopes it has itself",
        ),
        // Whose it may be is decided by the action beside it.
        Action::GivePassword => need(
            principal.scopes.covers(Scopes::ALL),
            "who signs in with a password has every scope: a key that has not gives none",
        ),
        Action::ManageFactors(owner) => need(
            principal.person == Some(owner),
            "second factors, passkeys and linked sign-ins are for their person alone",
        ),
        Action::ResetFactors(owner) => need(
            principal.has(Role::Operator) && principal.person != Some(owner),
            "only an operator takes a second factor away, and nobody their own: that is removed with a code of it",
        ),
        Action::Release(community, _) => may(principal, Action::Moderate(community)),
        Action::HandOver(member) | Action::Leave(member) => may(principal, Action::ActFor(member)),
        Action::Expel(member) => need(
            principal.has(Role::Operator) && principal.member != Some(member),
            "only an operator of another member puts a member out",
        ),
        Action::SeePerson(person) => {
            if principal.person == Some(person) || principal.has(Role::Operator) {
                Ok(())
            } else {
                Err(Refusal {
                    why: "what is kept of a person is for that person and the operators",
                    hidden: true,
                    unproven: false,
                })
            }
        }
        Action::ErasePerson(person) => need(
            principal.has(Role::Operator) && principal.person != Some(person),
            "only an operator erases a person, and nobody erases themselves",
        ),
        Action::SeeReceipts(member) => {
            if principal.member == Some(member) {
                Ok(())
            } else {
                Err(Refusal {
                    why: "receipts belong to the member they are of",
                    hidden: true,
                    unproven: false,
                })
            }
        }
        Action::RecordHits => need(
            principal.has(Role::Contributor),
            "recording hits needs the role contributor",
        ),
        Action::JudgeSightings => need(
            principal.has(Role::Analyst),
            "deciding on sightings and giving feedback need the role analyst",
        ),
        Action::SeeHits(member) => {
            if principal.member == Some(member) {
                Ok(())
            } else {
                Err(Refusal {
                    why: "hits belong to the member that had them",
                    hidden: true,
                    unproven: false,
                })
            }
        }
        Action::MakeCommitments => need(
            principal.has(Role::Analyst),
            "making commitments needs the role analyst",
        ),
        Action::AskReaders(contributor) => need(
            principal.member == Some(contributor) && principal.has(Role::Analyst),
            "only an analyst of the member that contributed an item can ask those who read it",
        ),
        Action::SeeCommitment(owed_by, owed_to) => {
            if principal.member == Some(owed_by) || principal.member == Some(owed_to) {
                Ok(())
            } else {
                Err(Refusal {
                    why: "a commitment is for the two members concerned",
                    hidden: true,
                    unproven: false,
                })
            }
        }
        Action::KeepCommitment(owed_by) => need(
            principal.member == Some(owed_by) && principal.has(Role::Contributor),
            "keeping a commitment needs the role contributor at the member that owes it",
        ),
        Action::DecideCommitment(owed_by) => need(
            principal.member == Some(owed_by) && principal.has(Role::Analyst),
            "deciding on a commitment needs the role analyst at the member that owes it",
        ),
        Action::ReleaseCommitment(owed_to) => need(
            principal.member == Some(owed_to) && principal.has(Role::Analyst),
            "only an analyst of the member that a commitment is owed to can give more time for it, or give it up",
        ),
        Action::SetNotices(person) | Action::SetEmail(person) => need(
            principal.person == Some(person) || principal.has(Role::Operator),
            "a person chooses for themselves where they are told things; an operator for everybody",
        ),
        Action::NamePublicly(contributor) => need(
            principal.member == Some(contributor) && principal.has(Role::Analyst),
            "only an analyst of the member that contributed an item decides whether it is named in public",
        ),
        Action::SendElsewhere | Action::Publish | Action::ReadTips | Action::Administer | Action::Configure => {
            need(principal.has(Role::Operator), "this needs the role operator")
        }
    }
}

/// The scope that a key needs for an action.
pub const fn scope_of(action: Action) -> Scope {
    match action {
        Action::Read
        | Action::Use(..)
        | Action::SeeOrigin(..)
        | Action::SeeReceipts(_)
        | Action::SeeHits(_)
        | Action::SeeCommitment(..) => Scope::Read,
        Action::Contribute(_)
        | Action::ContributeToNamed
        | Action::Retract(_)
        | Action::RecallWithin(_)
        | Action::NamePublicly(_)
        | Action::Acknowledge
        | Action::Ask(_) => Scope::Share,
        Action::RecordHits | Action::JudgeSightings => Scope::Sightings,
        Action::MakeCommitments
        | Action::AskReaders(_)
        | Action::KeepCommitment(_)
        | Action::DecideCommitment(_)
        | Action::ReleaseCommitment(_)
        | Action::SetNotices(_)
        | Action::SetEmail(_) => Scope::Commitments,
        Action::Invite(_)
        | Action::Vouch(_)
        | Action::ActFor(_)
        | Action::Leave(_)
        | Action::SeeContacts(_)
        | Action::SeeTechnologies(_)
        | Action::ManagePerson(..)
        | Action::SeePerson(_)
        | Action::Disclose => Scope::Members,
        Action::ManageCommunity(_)
        | Action::LeaveCommunity(_)
        | Action::CreateCommunity
        | Action::HandOver(_)
        | Action::Moderate(_)
        | Action::Release(..) => Scope::Communities,
        Action::ManageKeys(_) | Action::GiveScopes(_) | Action::GivePassword | Action::ManageFactors(_) => Scope::Keys,
        Action::Administer
        | Action::Configure
        | Action::SendElsewhere
        | Action::Publish
        | Action::ReadTips
        | Action::ErasePerson(_)
        | Action::ResetFactors(_)
        | Action::Expel(_) => Scope::Admin,
    }
}

/// How the person has to show that it is them: what a stolen session must not do, and what no key may.
///
/// | proof | acts |
/// |---|---|
/// | in person | second factors, passkeys, linked sign-ins, passwords; erasing a person; expelling a member; releasing TLP:RED; what strangers report |
/// | recent | keys of wide scope ([`Scopes::is_wide`]); coordinators and operators; e-mail addresses; handing over; leaving; pushing to another node; publishing; settings of the node |
/// | any | the rest |
pub const fn proof_of(action: Action) -> Proof {
    match action {
        Action::GivePassword
        | Action::ManageFactors(_)
        | Action::ResetFactors(_)
        | Action::ErasePerson(_)
        | Action::Expel(_)
        | Action::ReadTips
        | Action::Release(_, Tlp::Red) => Proof::InPerson,
        Action::ManagePerson(_, Role::Coordinator | Role::Operator)
        | Action::SetEmail(_)
        | Action::HandOver(_)
        | Action::Leave(_)
        | Action::Publish
        | Action::Configure
        | Action::SendElsewhere => Proof::Recent,
        Action::GiveScopes(scopes) if scopes.is_wide() => Proof::Recent,
        _ => Proof::Any,
    }
}

/// Whether one person proposes it and another confirms it. What it is about is kept as data until then (`node::proposals`).
pub const fn takes_two(action: Action) -> bool {
    matches!(action, Action::Expel(_) | Action::Release(_, Tlp::Red))
}

/// What each PAP colour allows: the one place that says so, for people and for exports (from the freest: everything; to the strictest: only what nobody notices).
fn pap_allows(pap: Pap, wanted: Use) -> bool {
    match pap {
        Pap::Clear => true,
        Pap::Green => wanted != Use::Contact,
        Pap::Amber => matches!(wanted, Use::Detect | Use::Watch | Use::LookUp),
        Pap::Red => wanted == Use::Detect,
    }
}

fn need(allowed: bool, why: &'static str) -> Result<(), Refusal> {
    if allowed { Ok(()) } else { refuse(why) }
}

fn refuse(why: &'static str) -> Result<(), Refusal> {
    Err(Refusal {
        why,
        hidden: false,
        unproven: false,
    })
}
