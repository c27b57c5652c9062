//! What must hold for whoever asks and whatever is marked.

use std::collections::BTreeSet;
use std::sync::Arc;

use policy::action::{Use, Withheld, proof_of, takes_two};
use policy::{
    Action, Audience, AudienceError, AudienceId, CommunityId, MemberId, PersonId, Presence, Principal, Proof, Role,
    Scope, Scopes, Viewer, decide, may, may_be_published, may_see,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use stix::marking::{Pap, Tlp};

use crate::cast::{PAPS, TLPS, USES, actions};
use crate::oracle;

const COMMUNITIES: [i64; 4] = [1, 2, 3, 12];
const MEMBERS: [i64; 4] = [1, 2, 3, 12];

fn communities() -> impl Strategy<Value = BTreeSet<CommunityId>> {
    subsequence(COMMUNITIES.to_vec(), 0..=3).prop_map(|all| all.into_iter().map(CommunityId).collect())
}

fn members() -> impl Strategy<Value = BTreeSet<MemberId>> {
    subsequence(MEMBERS.to_vec(), 0..=3).prop_map(|all| all.into_iter().map(MemberId).collect())
}

/// As the store makes them: the rights lie within the communities, and the public has none of it.
fn principal() -> impl Strategy<Value = Principal> {
    let who = (
        prop::option::of(select(MEMBERS.to_vec())),
        prop::option::of(select(Role::ALL.to_vec())),
        any::<bool>(),
    );
    (
        who,
        communities(),
        communities(),
        communities(),
        members(),
        communities(),
    )
        .prop_map(
            |((member, role, read_only), communities, contributes, coordinates, providers, provider_communities)| {
                let Some(member) = member else {
                    return Principal::public();
                };
                Principal {
                    member: Some(MemberId(member)),
                    person: role.map(|_| PersonId(member)),
                    role,
                    read_only,
                    scopes: Scopes::ALL,
                    presence: Presence::Proven,
                    contributes_to: contributes.intersection(&communities).copied().collect(),
                    coordinates: coordinates.intersection(&communities).copied().collect(),
                    communities,
                    provider_communities: if providers.is_empty() {
                        BTreeSet::new()
                    } else {
                        provider_communities
                    },
                    providers,
                }
            },
        )
}

fn audience() -> impl Strategy<Value = Audience> {
    (select(TLPS.to_vec()), select(PAPS.to_vec()), communities(), members())
        .prop_filter_map("addresses nobody", |(tlp, pap, communities, named)| {
            Audience::new(tlp, pap, communities, named).ok()
        })
}

fn audiences() -> impl Strategy<Value = Vec<(AudienceId, Audience)>> {
    prop::collection::vec((0..30_i64, audience()), 0..12).prop_map(|all| {
        all.into_iter()
            .map(|(id, audience)| (AudienceId(id), audience))
            .collect()
    })
}

fn scopes() -> impl Strategy<Value = Scopes> {
    subsequence(Scope::ALL.to_vec(), 0..=Scope::ALL.len()).prop_map(Scopes::from_iter)
}

fn action() -> impl Strategy<Value = Action> {
    select(actions().into_iter().map(|(_, action)| action).collect::<Vec<_>>())
}

/// Whether doing it leaves something different behind; no wildcard, so that a new action has to be thought about.
fn changes_something(action: Action) -> bool {
    match action {
        Action::Read
        | Action::Use(..)
        | Action::SeeOrigin(..)
        | Action::SeeReceipts(_)
        | Action::SeeHits(_)
        | Action::SeeCommitment(..)
        | Action::SeePerson(_)
        | Action::SeeContacts(_)
        | Action::SeeTechnologies(_) => false,
        Action::Contribute(_)
        | Action::ContributeToNamed
        | Action::Retract(_)
        | Action::RecallWithin(_)
        | Action::Acknowledge
        | Action::Disclose
        | Action::Ask(_)
        | Action::ManageCommunity(_)
        | Action::CreateCommunity
        | Action::LeaveCommunity(_)
        | Action::Invite(_)
        | Action::Vouch(_)
        | Action::ActFor(_)
        | Action::ManagePerson(..)
        | Action::Moderate(_)
        | Action::ManageKeys(_)
        | Action::GiveScopes(_)
        | Action::ErasePerson(_)
        | Action::RecordHits
        | Action::JudgeSightings
        | Action::MakeCommitments
        | Action::AskReaders(_)
        | Action::KeepCommitment(_)
        | Action::DecideCommitment(_)
        | Action::ReleaseCommitment(_)
        | Action::SetNotices(_)
        | Action::SetEmail(_)
        | Action::Release(..)
        | Action::GivePassword
        | Action::ManageFactors(_)
        | Action::ResetFactors(_)
        | Action::HandOver(_)
        | Action::Leave(_)
        | Action::Expel(_)
        | Action::SendElsewhere
        | Action::Publish
        | Action::NamePublicly(_)
        | Action::ReadTips
        | Action::Administer
        | Action::Configure => true,
    }
}

fn with_tlp(audience: &Audience, tlp: Tlp) -> Result<Audience, AudienceError> {
    Audience::new(
        tlp,
        audience.pap(),
        audience.communities().clone(),
        audience.named().clone(),
    )
}

fn refs(all: &[(AudienceId, Audience)]) -> impl Iterator<Item = (AudienceId, &Audience)> {
    all.iter().map(|(id, audience)| (*id, audience))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1024), ..ProptestConfig::default() })]

    #[test]
    fn sight_is_what_the_second_opinion_says(who in principal(), audience in audience()) {
        prop_assert_eq!(may_see(&who, &audience), oracle::may_see(&who, &audience), "{:?} {}", who, audience);
    }

    #[test]
    fn what_may_be_published_is_open_to_everybody_and_a_second_marking_makes_nothing_publishable(
        who in principal(), one in audience(), other in audience(),
    ) {
        if may_be_published(&one) {
            prop_assert!(may_see(&who, &one) && may_see(&Principal::public(), &one));
            prop_assert!(one.named().is_empty() && one.pap() < Pap::Amber);
        }
        if let Ok(both) = one.narrowed_by(&other) {
            prop_assert!(!may_be_published(&both) || (may_be_published(&one) && may_be_published(&other)));
        }
    }

    #[test]
    fn a_narrower_colour_is_never_seen_by_more(who in principal(), audience in audience()) {
        let seen = |tlp| with_tlp(&audience, tlp).is_ok_and(|audience| may_see(&who, &audience));
        for pair in TLPS.windows(2) {
            prop_assert!(seen(pair[0]) || !seen(pair[1]), "{:?} {}", pair, audience);
        }
    }

    #[test]
    fn one_more_name_to_a_narrowed_audience_is_the_only_way_to_widen_it(who in principal(), audience in audience(), name in select(MEMBERS.to_vec())) {
        let mut named = audience.named().clone();
        named.insert(MemberId(name));
        let more = Audience::new(audience.tlp(), audience.pap(), audience.communities().clone(), named).unwrap();
        if audience.named().is_empty() {
            prop_assert!(may_see(&who, &audience) || !may_see(&who, &more), "a first name narrows");
        } else {
            prop_assert!(may_see(&who, &more) || !may_see(&who, &audience), "a further name shows it to that member too");
        }
    }

    #[test]
    fn two_markings_together_widen_neither(who in principal(), one in audience(), other in audience()) {
        let Ok(both) = one.narrowed_by(&other) else { return Ok(()) };
        prop_assert!(!may_see(&who, &both) || (may_see(&who, &one) && may_see(&who, &other)), "{} / {} / {}", one, other, both);
        prop_assert!(both.tlp() >= one.tlp() && both.tlp() >= other.tlp());
        for wanted in USES {
            let allowed = |audience: &Audience| decide(&who, Action::Use(audience.pap(), wanted)).is_ok();
            prop_assert!(!allowed(&both) || (allowed(&one) && allowed(&other)));
        }
    }

    #[test]
    fn the_order_in_which_markings_come_makes_no_difference(one in audience(), two in audience(), three in audience()) {
        prop_assert_eq!(one.narrowed_by(&two), two.narrowed_by(&one));
        prop_assert_eq!(one.narrowed_by(&one), Ok(one.clone()));
        let left = one.narrowed_by(&two).and_then(|both| both.narrowed_by(&three));
        let right = two.narrowed_by(&three).and_then(|both| one.narrowed_by(&both));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn equal_keys_mean_equal_audiences(one in audience(), other in audience()) {
        prop_assert_eq!(one.key() == other.key(), one == other);
        let shuffled = Audience::new(
            one.tlp(),
            one.pap(),
            one.communities().iter().rev().chain(one.communities()).copied(),
            one.named().iter().rev().chain(one.named()).copied(),
        );
        prop_assert_eq!(shuffled.unwrap().key(), one.key());
    }

    #[test]
    fn an_audience_comes_back_from_the_store_as_it_was(audience in audience()) {
        let text = serde_json::to_string(&audience).unwrap();
        prop_assert_eq!(serde_json::from_str::<Audience>(&text).unwrap(), audience);
    }

    #[test]
    fn a_view_holds_what_the_rule_opens_and_a_part_of_it_never_more(who in principal(), all in audiences(), community in select(COMMUNITIES.to_vec())) {
        let community = CommunityId(community);
        let view = Viewer::resolve(Arc::new(who.clone()), refs(&all));
        for (id, _) in &all {
            prop_assert_eq!(view.sees(*id), all.iter().any(|(other, audience)| other == id && may_see(&who, audience)));
        }
        let part = view.within(community, refs(&all));
        prop_assert!(part.audiences().windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(part.audiences().iter().all(|id| view.sees(*id)));
        for (id, _) in &all {
            let addressed = all.iter().any(|(other, audience)| other == id && audience.communities().contains(&community));
            prop_assert_eq!(part.sees(*id), view.sees(*id) && addressed);
        }
        let again = part.within(community, refs(&all));
        prop_assert_eq!(again.audiences(), part.audiences());
        prop_assert_eq!(part.principal(), view.principal());
    }

    #[test]
    fn what_leaves_by_a_bridge_is_of_its_community_for_nobody_by_name_and_marked_no_more_strictly(
        who in principal(), all in audiences(), community in select(COMMUNITIES.to_vec()), most in audience(),
    ) {
        let community = CommunityId(community);
        let view = Viewer::resolve(Arc::new(who), refs(&all));
        let most = (most.tlp(), most.pap());
        let leaving = view.leaving(community, most, refs(&all));
        prop_assert!(leaving.audiences().windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(leaving.audiences().iter().all(|id| view.within(community, refs(&all)).sees(*id)));
        let may_leave = |audience: &Audience| {
            let plain = audience.named().is_empty() && audience.tlp() != Tlp::Red;
            plain && audience.communities().contains(&community) && audience.tlp() <= most.0 && audience.pap() <= most.1
        };
        for id in leaving.audiences() {
            prop_assert!(all.iter().any(|(other, audience)| other == id && may_leave(audience)));
        }
    }

    #[test]
    fn a_key_that_may_only_read_changes_nothing(who in principal(), action in action()) {
        let reading = Principal { read_only: true, ..who.clone() };
        if changes_something(action) {
            prop_assert!(decide(&reading, action).is_err());
        } else {
            prop_assert_eq!(decide(&reading, action), decide(&who, action));
        }
    }

    #[test]
    fn a_scope_only_takes_away(who in principal(), action in action(), audience in audience(), fewer in scopes(), more in scopes()) {
        let both: Scopes = Scope::ALL.into_iter().filter(|scope| fewer.has(*scope) && more.has(*scope)).collect();
        let with = |scopes| Principal { scopes, ..who.clone() };
        // Neither action nor sight: no key does what its person may not, and none with fewer scopes what one with more may not.
        for (fewer, more) in [(more, Scopes::ALL), (both, more)] {
            prop_assert!(decide(&with(fewer), action).is_err() || decide(&with(more), action).is_ok(), "{:?}", action);
            prop_assert!(!may_see(&with(fewer), &audience) || may_see(&with(more), &audience));
        }
        prop_assert!(decide(&with(Scopes::NONE), action).is_err() && !may_see(&with(Scopes::NONE), &audience));
        let needed = policy::action::scope_of(action);
        let all_but: Scopes = Scope::ALL.into_iter().filter(|scope| *scope != needed).collect();
        prop_assert!(decide(&with(all_but), action).is_err(), "{:?} without {:?}", action, needed);
    }

    #[test]
    fn a_proof_only_adds_and_no_key_does_what_is_done_in_person(who in principal(), action in action()) {
        let with = |presence| decide(&Principal { presence, ..who.clone() }, action);
        prop_assert_eq!(with(Presence::Proven), may(&who, action));
        for presence in [Presence::Session, Presence::Key] {
            prop_assert!(with(presence).is_err() || with(Presence::Proven).is_ok());
        }
        match (proof_of(action), may(&who, action)) {
            (_, Err(refusal)) => prop_assert_eq!(with(Presence::Session), Err(refusal), "who may not learns nothing of proofs"),
            (Proof::Any, Ok(())) => prop_assert!(with(Presence::Session).is_ok() && with(Presence::Key).is_ok()),
            (Proof::Recent, Ok(())) => prop_assert!(with(Presence::Session).is_err_and(|refusal| refusal.unproven) && with(Presence::Key).is_ok()),
            (Proof::InPerson, Ok(())) => {
                prop_assert!(with(Presence::Session).is_err_and(|refusal| refusal.unproven));
                prop_assert!(with(Presence::Key).is_err_and(|refusal| !refusal.unproven));
            }
        }
        prop_assert!(!takes_two(action) || proof_of(action) == Proof::InPerson, "who proposes or confirms is there in person");
    }

    #[test]
    fn nobody_gives_a_key_more_than_they_have(who in principal(), own in scopes(), given in scopes()) {
        let who = Principal { scopes: own, ..who };
        if decide(&who, Action::GiveScopes(given)).is_ok() {
            prop_assert!(own.covers(given) && own.has(Scope::Keys) && !who.read_only);
        }
        if !own.covers(Scopes::ALL) {
            prop_assert!(decide(&who, Action::GiveScopes(Scopes::ALL)).is_err(), "a password stands for all scopes");
        }
    }

    #[test]
    fn nobody_touches_the_keys_or_data_of_another(who in principal(), other in select(MEMBERS.to_vec()), own in scopes()) {
        let who = Principal { scopes: own, ..who };
        let other = PersonId(other);
        let operates = who.has(Role::Operator);
        for action in [Action::ManageKeys(other), Action::SeePerson(other), Action::SetNotices(other), Action::SetEmail(other)] {
            prop_assert!(decide(&who, action).is_err() || who.person == Some(other) || operates, "{:?}", action);
        }
        prop_assert!(decide(&who, Action::ManageFactors(other)).is_err() || who.person == Some(other));
        prop_assert!(decide(&who, Action::ResetFactors(other)).is_err() || (operates && who.person != Some(other)));
        prop_assert!(decide(&who, Action::ErasePerson(other)).is_err() || (operates && who.person != Some(other)));
    }

    #[test]
    fn a_higher_role_may_do_whatever_a_lower_one_may(who in principal(), action in action()) {
        let may = |role: Role| decide(&Principal { role: Some(role), ..who.clone() }, action).is_ok();
        for pair in Role::ALL.windows(2) {
            prop_assert!(!may(pair[0]) || may(pair[1]), "{:?} {:?}", pair, action);
        }
    }

    #[test]
    fn what_is_hidden_and_what_is_absent_are_refused_in_the_same_words(who in principal(), id in select(COMMUNITIES.to_vec())) {
        let absent = 404_i64;
        let pairs = [
            (Action::Contribute(CommunityId(id)), Action::Contribute(CommunityId(absent))),
            (Action::ManageCommunity(CommunityId(id)), Action::ManageCommunity(CommunityId(absent))),
            (Action::Invite(Some(CommunityId(id))), Action::Invite(Some(CommunityId(absent)))),
            (Action::Moderate(CommunityId(id)), Action::Moderate(CommunityId(absent))),
            (Action::Release(CommunityId(id), Tlp::Red), Action::Release(CommunityId(absent), Tlp::Red)),
            (Action::SeeContacts(MemberId(id)), Action::SeeContacts(MemberId(absent))),
            (Action::SeeTechnologies(MemberId(id)), Action::SeeTechnologies(MemberId(absent))),
            (Action::RecallWithin(CommunityId(id)), Action::RecallWithin(CommunityId(absent))),
            (Action::Ask(CommunityId(id)), Action::Ask(CommunityId(absent))),
            (Action::SeeReceipts(MemberId(id)), Action::SeeReceipts(MemberId(absent))),
            (Action::SeeOrigin(MemberId(id), Withheld::Yes), Action::SeeOrigin(MemberId(absent), Withheld::Yes)),
            (Action::SeeCommitment(MemberId(id), MemberId(id)), Action::SeeCommitment(MemberId(absent), MemberId(absent))),
        ];
        for (hidden, absent) in pairs {
            if decide(&who, hidden).is_err_and(|refusal| refusal.hidden) {
                prop_assert_eq!(decide(&who, hidden), decide(&who, absent));
            }
        }
        // Nor may the refusals that are not hidden depend on whether the thing is there.
        let of_members = [
            Action::Retract,
            Action::SeeReceipts,
            Action::AskReaders,
            Action::KeepCommitment,
            Action::DecideCommitment,
            Action::ReleaseCommitment,
        ];
        for action in of_members {
            if who.member != Some(MemberId(id)) {
                prop_assert_eq!(decide(&who, action(MemberId(id))), decide(&who, action(MemberId(absent))));
            }
        }
        if who.person != Some(PersonId(id)) {
            prop_assert_eq!(decide(&who, Action::ManageKeys(PersonId(id))), decide(&who, Action::ManageKeys(PersonId(absent))));
        }
        if !who.communities.contains(&CommunityId(id)) {
            prop_assert_eq!(decide(&who, Action::Contribute(CommunityId(id))), decide(&who, Action::Contribute(CommunityId(absent))));
            prop_assert_eq!(
                decide(&who, Action::ManageCommunity(CommunityId(id))),
                decide(&who, Action::ManageCommunity(CommunityId(absent)))
            );
        }
    }

    #[test]
    fn nobody_gives_or_takes_a_role_above_their_own(who in principal(), member in select(MEMBERS.to_vec()), role in select(Role::ALL.to_vec())) {
        let managed = decide(&who, Action::ManagePerson(MemberId(member), role)).is_ok();
        prop_assert!(!managed || who.has(role), "{:?} {:?}", who.role, role);
        prop_assert!(!managed || who.member == Some(MemberId(member)) || who.has(Role::Operator));
        // Whoever may give a role may give every lower one.
        for lower in Role::ALL.into_iter().filter(|lower| *lower < role) {
            prop_assert!(!managed || decide(&who, Action::ManagePerson(MemberId(member), lower)).is_ok());
        }
    }

    #[test]
    fn nobody_stands_up_for_their_own_member(who in principal(), member in select(MEMBERS.to_vec())) {
        let vouches = decide(&who, Action::Vouch(MemberId(member))).is_ok();
        let speaks = decide(&who, Action::ActFor(MemberId(member))).is_ok();
        prop_assert!(!(vouches && speaks));
        prop_assert!(!vouches || who.member != Some(MemberId(member)));
    }

    #[test]
    fn a_role_opens_no_content(who in principal(), audience in audience()) {
        for role in Role::ALL {
            prop_assert_eq!(may_see(&Principal { role: Some(role), ..who.clone() }, &audience), may_see(&who, &audience));
        }
    }
}

#[test]
fn a_stricter_pap_allows_no_more() {
    let anybody = Principal::public();
    let allowed = |pap| USES.map(|wanted: Use| decide(&anybody, Action::Use(pap, wanted)).is_ok());
    for pair in PAPS.windows(2) {
        let (freer, stricter) = (allowed(pair[0]), allowed(pair[1]));
        assert!(
            freer.iter().zip(stricter).all(|(freer, stricter)| *freer || !stricter),
            "{pair:?}"
        );
        assert_ne!(freer, stricter, "{pair:?}");
    }
}

#[test]
fn a_damaged_row_is_no_audience() {
    let nobody = r#"{"tlp":"clear","pap":"clear","communities":[],"named":[]}"#;
    let red = r#"{"tlp":"red","pap":"clear","communities":[1],"named":[]}"#;
    for text in [nobody, red] {
        assert!(serde_json::from_str::<Audience>(text).is_err(), "{text}");
    }
}
