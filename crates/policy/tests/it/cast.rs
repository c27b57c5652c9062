//! Who appears in the matrix, and every value of every enum. Adding a variant without adding it here fails to compile or to pass.

use std::collections::BTreeSet;

use policy::action::{Use, Withheld};
use policy::{Action, CommunityId, MemberId, PersonId, Principal, Role};
use stix::marking::{Pap, Tlp};

/// Names each variant once: a variant left out does not compile, a sample left out does not pass.
macro_rules! variants {
    ($(#[$meta:meta])* $list:ident, $name:ident of $type:ty { $($pattern:pat => $text:literal,)* }) => {
        $(#[$meta])*
        pub const $list: &[&str] = &[$($text),*];

        pub fn $name(value: &$type) -> &'static str {
            match value { $($pattern => $text,)* }
        }
    };
}

variants! { TLP_NAMES, tlp_name of Tlp {
    Tlp::Clear => "CLEAR", Tlp::Green => "GREEN", Tlp::Amber => "AMBER", Tlp::AmberStrict => "AMBER+STRICT", Tlp::Red => "RED",
} }
variants! { PAP_NAMES, pap_name of Pap {
    Pap::Clear => "CLEAR", Pap::Green => "GREEN", Pap::Amber => "AMBER", Pap::Red => "RED",
} }
variants! { USE_NAMES, use_name of Use {
    Use::Detect => "detect", Use::Watch => "watch", Use::LookUp => "look up", Use::Block => "block", Use::Contact => "contact",
} }
variants! { WITHHELD_NAMES, withheld_name of Withheld { Withheld::No => "shown", Withheld::Yes => "withheld", } }
variants! { ROLE_NAMES, role_name of Role {
    Role::Reader => "reader", Role::Contributor => "contributor", Role::Analyst => "analyst",
    Role::Coordinator => "coordinator", Role::Operator => "operator",
} }
variants! { ACTION_NAMES, action_name of Action {
    Action::Read => "read", Action::Contribute(_) => "contribute", Action::ContributeToNamed => "contribute to named",
    Action::Retract(_) => "retract",
    Action::RecallWithin(_) => "recall within", Action::Acknowledge => "acknowledge", Action::Disclose => "disclose",
    Action::Ask(_) => "ask", Action::Use(..) => "use", Action::SeeOrigin(..) => "see origin",
    Action::ManageCommunity(_) => "manage community", Action::CreateCommunity => "create community", Action::LeaveCommunity(_) => "leave community",
    Action::Invite(_) => "invite", Action::Vouch(_) => "vouch", Action::ActFor(_) => "act for", Action::SeeContacts(_) => "see contacts",
    Action::SeeTechnologies(_) => "see technologies",
    Action::ManagePerson(..) => "manage person", Action::Moderate(_) => "moderate",
    Action::ManageKeys(_) => "manage keys", Action::SeeReceipts(_) => "see receipts", Action::RecordHits => "record hits", Action::JudgeSightings => "judge sightings",
    Action::SeeHits(_) => "see hits",
    Action::MakeCommitments => "make commitments", Action::AskReaders(_) => "ask readers",
    Action::SeeCommitment(..) => "see commitment", Action::KeepCommitment(_) => "keep commitment",
    Action::DecideCommitment(_) => "decide commitment", Action::ReleaseCommitment(_) => "release commitment",
    Action::SetNotices(_) => "set notices",
    Action::GiveScopes(_) => "give scopes", Action::SeePerson(_) => "see person", Action::ErasePerson(_) => "erase person",
    Action::Release(..) => "release", Action::GivePassword => "give password", Action::ManageFactors(_) => "manage factors",
    Action::ResetFactors(_) => "reset factors", Action::HandOver(_) => "hand over", Action::Leave(_) => "leave",
    Action::Expel(_) => "expel", Action::SetEmail(_) => "set email",
    Action::SendElsewhere => "send elsewhere",
    Action::Publish => "publish", Action::NamePublicly(_) => "name publicly", Action::ReadTips => "read tips",
    Action::Administer => "administer",
    Action::Configure => "configure",
} }

pub const TLPS: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];
pub const PAPS: [Pap; 4] = [Pap::Clear, Pap::Green, Pap::Amber, Pap::Red];
pub const USES: [Use; 5] = [Use::Detect, Use::Watch, Use::LookUp, Use::Block, Use::Contact];

/// The community of the matrix, and one whose members do not appear otherwise.
pub const HERE: CommunityId = CommunityId(1);
pub const ELSEWHERE: CommunityId = CommunityId(2);
pub const COORDINATED: CommunityId = CommunityId(3);
pub const READ_ONLY_THERE: CommunityId = CommunityId(4);

pub const CONTRIBUTOR: MemberId = MemberId(1);
pub const NAMED: MemberId = MemberId(2);
pub const OTHER: MemberId = MemberId(9);

/// A person of a member of these communities, whose providers stand in those.
pub fn member<const N: usize, const P: usize>(
    number: i64,
    communities: [CommunityId; N],
    provider: Option<(MemberId, [CommunityId; P])>,
) -> Principal {
    let communities = BTreeSet::from(communities);
    Principal {
        member: Some(MemberId(number)),
        person: Some(PersonId(number)),
        role: Some(Role::Reader),
        read_only: false,
        scopes: policy::Scopes::ALL,
        presence: policy::Presence::Proven,
        contributes_to: communities.clone(),
        coordinates: BTreeSet::new(),
        communities,
        providers: provider.iter().map(|(provider, _)| *provider).collect(),
        provider_communities: provider.into_iter().flat_map(|(_, stands_in)| stands_in).collect(),
    }
}

/// Everybody who may stand in some relation to an object that the contributor shared with `HERE`, with `NAMED`, or both.
pub fn relations() -> Vec<(&'static str, Principal)> {
    let nobody = None::<(MemberId, [CommunityId; 0])>;
    let operator = Principal {
        role: Some(Role::Operator),
        ..member(8, [ELSEWHERE], nobody)
    };
    vec![
        ("contributor itself", member(1, [HERE], nobody)),
        ("named, in the community", member(2, [HERE], nobody)),
        ("its client", member(4, [ELSEWHERE], Some((NAMED, [HERE])))),
        ("named, left the community", member(2, [], nobody)),
        ("its client", member(4, [], Some((NAMED, [])))),
        ("community member", member(3, [HERE, ELSEWHERE], nobody)),
        ("its client", member(5, [], Some((MemberId(3), [HERE, ELSEWHERE])))),
        ("client of its client", member(6, [], Some((MemberId(5), [])))),
        ("member elsewhere", member(9, [ELSEWHERE], nobody)),
        ("its client", member(7, [], Some((OTHER, [ELSEWHERE])))),
        ("operator elsewhere", operator),
        // What the store makes of an inactive member, person or account.
        ("suspended", Principal::public()),
        ("public", Principal::public()),
    ]
}

/// The kinds of account of one member, as columns.
pub fn accounts(read_only: bool) -> Vec<(&'static str, Principal)> {
    let account = |role: Option<Role>| Principal {
        person: role.map(|_| PersonId(1)),
        role,
        read_only: read_only || role.is_none(),
        contributes_to: BTreeSet::from([HERE, COORDINATED]),
        coordinates: BTreeSet::from([COORDINATED]),
        ..member(
            1,
            [HERE, COORDINATED, READ_ONLY_THERE],
            None::<(MemberId, [CommunityId; 0])>,
        )
    };
    let mut all = vec![("public", Principal::public()), ("no person", account(None))];
    all.extend(Role::ALL.iter().map(|role| (role_name(role), account(Some(*role)))));
    all
}

/// Every action, against each target that makes a difference.
pub fn actions() -> Vec<(String, Action)> {
    let communities = [
        ("contributes, does not coordinate", HERE),
        ("coordinates", COORDINATED),
        ("only reads", READ_ONLY_THERE),
        ("is not in", ELSEWHERE),
        ("that does not exist", CommunityId(404)),
    ];
    let members = [
        ("own member", CONTRIBUTOR),
        ("another member", OTHER),
        ("no such member", MemberId(404)),
    ];
    let people = [
        ("oneself", PersonId(1)),
        ("somebody else", PersonId(9)),
        ("nobody", PersonId(404)),
    ];
    let mut all = vec![
        (String::new(), Action::Read),
        (String::new(), Action::ContributeToNamed),
        (String::new(), Action::CreateCommunity),
        ("own".to_owned(), Action::LeaveCommunity(CommunityId(1))),
        ("other".to_owned(), Action::LeaveCommunity(CommunityId(9))),
        (String::new(), Action::Administer),
        (String::new(), Action::Configure),
        (String::new(), Action::SendElsewhere),
        (String::new(), Action::Publish),
        (String::new(), Action::ReadTips),
        ("to no community".to_owned(), Action::Invite(None)),
        ("all that one has".to_owned(), Action::GiveScopes(policy::Scopes::ALL)),
        (
            "to read".to_owned(),
            Action::GiveScopes(policy::Scopes::from_iter([policy::Scope::Read])),
        ),
        (String::new(), Action::GivePassword),
        (String::new(), Action::RecordHits),
        (String::new(), Action::JudgeSightings),
        (String::new(), Action::MakeCommitments),
        ("own member owes".to_owned(), Action::SeeCommitment(CONTRIBUTOR, OTHER)),
        (
            "owed to own member".to_owned(),
            Action::SeeCommitment(OTHER, CONTRIBUTOR),
        ),
        ("between others".to_owned(), Action::SeeCommitment(OTHER, NAMED)),
        (String::new(), Action::Acknowledge),
        (String::new(), Action::Disclose),
    ];
    for (text, community) in communities {
        all.push((text.to_owned(), Action::Contribute(community)));
        all.push((text.to_owned(), Action::ManageCommunity(community)));
        all.push((text.to_owned(), Action::Invite(Some(community))));
        all.push((text.to_owned(), Action::Moderate(community)));
        for tlp in [Tlp::AmberStrict, Tlp::Red] {
            all.push((
                format!("{text}, TLP:{}", tlp_name(&tlp)),
                Action::Release(community, tlp),
            ));
        }
        all.push((text.to_owned(), Action::RecallWithin(community)));
        all.push((text.to_owned(), Action::Ask(community)));
    }
    for (text, member) in members {
        all.push((text.to_owned(), Action::Retract(member)));
        all.push((text.to_owned(), Action::NamePublicly(member)));
        all.push((text.to_owned(), Action::SeeReceipts(member)));
        all.push((text.to_owned(), Action::SeeHits(member)));
        all.push((text.to_owned(), Action::AskReaders(member)));
        all.push((text.to_owned(), Action::KeepCommitment(member)));
        all.push((text.to_owned(), Action::DecideCommitment(member)));
        all.push((text.to_owned(), Action::ReleaseCommitment(member)));
        all.push((text.to_owned(), Action::Vouch(member)));
        all.push((text.to_owned(), Action::ActFor(member)));
        all.push((text.to_owned(), Action::SeeContacts(member)));
        all.push((text.to_owned(), Action::SeeTechnologies(member)));
        all.push((text.to_owned(), Action::HandOver(member)));
        all.push((text.to_owned(), Action::Leave(member)));
        all.push((text.to_owned(), Action::Expel(member)));
        for role in Role::ALL {
            let target = format!("{text}, {}", role_name(&role));
            all.push((target, Action::ManagePerson(member, role)));
        }
        for withheld in [Withheld::No, Withheld::Yes] {
            let target = format!("{text}, {}", withheld_name(&withheld));
            all.push((target, Action::SeeOrigin(member, withheld)));
        }
    }
    for (text, person) in people {
        all.push((text.to_owned(), Action::ManageKeys(person)));
        all.push((text.to_owned(), Action::SetNotices(person)));
        all.push((text.to_owned(), Action::SeePerson(person)));
        all.push((text.to_owned(), Action::ErasePerson(person)));
        all.push((text.to_owned(), Action::SetEmail(person)));
        all.push((text.to_owned(), Action::ManageFactors(person)));
        all.push((text.to_owned(), Action::ResetFactors(person)));
    }
    for pap in PAPS {
        all.extend(USES.map(|wanted| {
            (
                format!("PAP:{}, {}", pap_name(&pap), use_name(&wanted)),
                Action::Use(pap, wanted),
            )
        }));
    }
    all.sort_by_key(|(_, action)| ACTION_NAMES.iter().position(|name| *name == action_name(action)));
    all
}

#[test]
fn the_matrix_leaves_out_no_variant() {
    let names = |all: Vec<&'static str>| all.into_iter().collect::<BTreeSet<_>>();
    let all = |list: &[&'static str]| list.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(names(TLPS.iter().map(tlp_name).collect()), all(TLP_NAMES));
    assert_eq!(names(PAPS.iter().map(pap_name).collect()), all(PAP_NAMES));
    assert_eq!(names(USES.iter().map(use_name).collect()), all(USE_NAMES));
    assert_eq!(names(Role::ALL.iter().map(role_name).collect()), all(ROLE_NAMES));
    let actions = actions();
    assert_eq!(
        names(actions.iter().map(|(_, action)| action_name(action)).collect()),
        all(ACTION_NAMES)
    );
    let withheld = actions.iter().filter_map(|(_, action)| match action {
        Action::SeeOrigin(_, withheld) => Some(withheld_name(withheld)),
        _ => None,
    });
    assert_eq!(names(withheld.collect()), all(WITHHELD_NAMES));
}
