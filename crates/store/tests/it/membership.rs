//! Invitations, vetting, states, agreements, contacts, charters, moderation: what is kept of each, on both databases.

use policy::{MemberId, MemberState, Principal, Role};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{
    Acceptance, AgreementKind, Arrival, CommunityKey, CredentialKind, ErrorKind, HeldState, InvitationKey, Member,
    MemberKind, NewAgreement, NewCharter, NewContact, NewCredential, NewHeld, NewInvitation, NewMember, NewPerson,
    NewVouch, Store,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

const DAY: i64 = 86_400_000_000;

fn after(days: i64) -> Timestamp {
    Timestamp::from_micros(kit::START).plus_micros(days * DAY)
}

fn invitation(by: &Member, number: u8, sponsors: i64) -> NewInvitation {
    NewInvitation {
        uuid: Uuid::from_u128(u128::from(number)),
        digest: [number; 32],
        label: "the harbour".to_owned(),
        member: None,
        community: None,
        contributes: true,
        kind: None,
        role: Role::Coordinator,
        sponsors,
        by_member: by.id,
        by_person: None,
        expires: after(14),
    }
}

fn arrival(name: &str, state: MemberState) -> Arrival {
    let uuid = Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes());
    Arrival {
        member: NewMember {
            uuid,
            identity: format!("identity--{uuid}"),
            name: name.to_owned(),
            kind: MemberKind::Operator,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            parent: None,
            state,
        },
        person: NewPerson {
            uuid: Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()),
            member: MemberId(0),
            login: format!("first-of-{name}"),
            name: "Ana".to_owned(),
            role: Role::Coordinator,
            password_hash: None,
            active: true,
        },
        agreement: None,
    }
}

fn held(community: policy::CommunityId, member: &Member, added: Timestamp) -> NewHeld {
    NewHeld {
        uuid: Uuid::from_u128(added.micros().unsigned_abs().into()),
        community,
        member: member.id,
        person: None,
        withheld: false,
        channel: "api".to_owned(),
        object: "tool--1".to_owned(),
        version_text: "2026-01-01T00:00:00Z".to_owned(),
        added,
        tlp: Tlp::Green,
        pap: Pap::Clear,
        named: vec![member.id],
    }
}

on_both! {
    async fn an_invitation_is_accepted_once_and_makes_a_member_with_a_person(store: Store) {
        let hub = kit::member(&store, "hub").await;
        let water = kit::community(&store, "water", &hub, &[]).await;
        let wish = NewInvitation { community: Some(water.id), ..invitation(&hub, 1, 0) };
        let made = store.invitation_put(&kit::setup(), wish).await.unwrap();
        let key = InvitationKey::Digest([1; 32]);
        assert_eq!(store.invitation_get(key).await.unwrap().unwrap(), made);
        let (member, person) = store.invitation_accept(&made, arrival("harbour", MemberState::Active)).await.unwrap();
        assert_eq!((person.member, person.role), (member.id, Role::Coordinator));
        assert!(store.principal_of(&person, false).await.unwrap().contributes_to.contains(&water.id));
        let again = store.invitation_accept(&made, arrival("other", MemberState::Active)).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::NotFound);
        let accepted = store.invitation_get(InvitationKey::Member(member.id)).await.unwrap().unwrap();
        assert!(accepted.accepted.is_some() && !accepted.is_open(after(1)));
    }

    async fn a_taken_name_leaves_the_invitation_open_and_no_trace(store: Store) {
        let hub = kit::member(&store, "hub").await;
        let made = store.invitation_put(&kit::setup(), invitation(&hub, 1, 0)).await.unwrap();
        let taken = store.invitation_accept(&made, arrival("hub", MemberState::Active)).await.unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict);
        assert_eq!(store.member_list().await.unwrap(), [hub]);
        store.invitation_accept(&made, arrival("harbour", MemberState::Active)).await.unwrap();
    }

    async fn who_was_entered_before_keeps_its_identity(store: Store) {
        let hub = kit::member(&store, "hub").await;
        let entered = NewMember { state: MemberState::Invited, ..arrival("entered", MemberState::Invited).member };
        let entered = store.member_put(&kit::setup(), entered).await.unwrap();
        let wish = NewInvitation { member: Some(entered.id), ..invitation(&hub, 1, 0) };
        let made = store.invitation_put(&kit::setup(), wish).await.unwrap();
        let (member, person) = store.invitation_accept(&made, arrival("harbour", MemberState::Active)).await.unwrap();
        assert_eq!((member.id, member.identity.as_str()), (entered.id, entered.identity.as_str()));
        assert_eq!((member.name.as_str(), member.state, person.member), ("harbour", MemberState::Active, entered.id));
    }

    async fn what_is_withdrawn_or_over_opens_nothing(store: Store) {
        let hub = kit::member(&store, "hub").await;
        let made = store.invitation_put(&kit::setup(), invitation(&hub, 1, 0)).await.unwrap();
        store.invitation_withdraw(&kit::setup(), made.id).await.unwrap();
        let over = NewInvitation { expires: Timestamp::from_micros(kit::START - 1), ..invitation(&hub, 2, 0) };
        let over = store.invitation_put(&kit::setup(), over).await.unwrap();
        for one in [made, over] {
            let refused = store.invitation_accept(&one, arrival("harbour", MemberState::Active)).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::NotFound);
        }
        assert_eq!(store.member_list().await.unwrap().len(), 1);
    }

    async fn two_members_have_to_stand_up_where_two_are_wanted(store: Store) {
        let (hub, cert) = (kit::member(&store, "hub").await, kit::member(&store, "cert").await);
        let water = kit::community(&store, "water", &hub, &[]).await;
        let wish = NewInvitation { community: Some(water.id), ..invitation(&hub, 1, 2) };
        let made = store.invitation_put(&kit::setup(), wish).await.unwrap();
        let (member, person) = store.invitation_accept(&made, arrival("harbour", MemberState::Vetting)).await.unwrap();
        assert_eq!(store.principal_of(&person, false).await.unwrap(), Principal::public());
        let vouch = |sponsor: &Member| NewVouch { member: member.id, sponsor: sponsor.id, person: None, note: String::new() };
        let put = async |sponsor: &Member| store.vouch_put(&kit::setup(), &vouch(sponsor), 2, Some(made.id)).await;
        assert!(!put(&hub).await.unwrap());
        assert_eq!(put(&hub).await.unwrap_err().kind(), ErrorKind::Conflict);
        assert!(put(&cert).await.unwrap());
        assert_eq!(store.vouch_list(member.id).await.unwrap().len(), 2);
        let principal = store.principal_of(&person, false).await.unwrap();
        assert!(principal.communities.contains(&water.id));
    }

    async fn who_leaves_loses_keys_communities_and_what_runs_in_its_name(store: Store) {
        let (hub, city) = (kit::member(&store, "hub").await, kit::member(&store, "city").await);
        let water = kit::community(&store, "water", &hub, &[&city]).await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await;
        let key = NewCredential {
            person: person.id,
            kind: CredentialKind::ApiKey,
            digest: [9; 32],
            label: "script".to_owned(),
            prefix: "cw_9".to_owned(),
            read_only: false,
            expires: None,
            addresses: Vec::new(),
            scopes: policy::Scopes::ALL,
            ends: None,
            proven: None, network: None,
        };
        store.credential_put(&kit::setup(), key).await.unwrap();
        let peer = store::NewPeer {
            uuid: Uuid::nil(),
            name: "node".to_owned(),
            url: "https://node.example/".to_owned(),
            settings: "{}".to_owned(),
            member: city.id,
            community: None,
            interval_seconds: 60,
            enabled: true,
        };
        store.peer_put(&kit::setup(), peer).await.unwrap();
        store.held_put_many(&[held(water.id, &city, after(0))]).await.unwrap();
        let (active, left) = (MemberState::Active, MemberState::Left);
        let touched = store.member_state_put(&kit::setup(), city.id, active, left, "closed", store::Along::default()).await.unwrap();
        let counts = (touched.people, touched.keys, touched.peers, touched.waiting, touched.communities);
        assert_eq!(counts, (1, 1, 1, 1, 1));
        assert!(store.credential_list(person.id).await.unwrap()[0].revoked.is_some());
        assert!(!store.peer_get("node").await.unwrap().unwrap().terms.enabled);
        assert_eq!(store.membership_list(water.id).await.unwrap().len(), 1);
        assert_eq!(store.held_of_member(city.id, None, 10).await.unwrap()[0].state, HeldState::Refused);
        let again = store.member_state_put(&kit::setup(), city.id, active, left, "closed", store::Along::default()).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::NotFound);
    }

    async fn streams_are_woken_by_each_change_of_policy(store: Store) {
        let city = kit::member(&store, "city").await;
        let mut changes = store.policy_changes();
        changes.mark_unchanged();
        store.setting_put("colour", "blue").await.unwrap();
        assert!(!changes.has_changed().unwrap());
        kit::person(&store, &city, "ana", Role::Reader).await;
        assert!(changes.has_changed().unwrap());
    }

    async fn the_agreement_in_force_is_the_last_that_took_effect(store: Store) {
        let city = kit::member(&store, "city").await;
        let new = |title: &str, days| NewAgreement {
            kind: AgreementKind::Partnership,
            title: title.to_owned(),
            body: format!("We agree. {title}"),
            effective: after(days),
            due: after(days + 30),
        };
        let first = store.agreement_put(&kit::setup(), new("first", 0), &[city.id]).await.unwrap();
        let second = store.agreement_put(&kit::setup(), new("second", 10), &[]).await.unwrap();
        assert_eq!((first.number, second.number), (1, 2));
        let now = async |days| store.agreement_in_force(AgreementKind::Partnership, after(days)).await.unwrap();
        assert_eq!(now(1).await, Some(first));
        assert_eq!(now(10).await, Some(second));
        assert_eq!(store.agreement_in_force(AgreementKind::DataSet, after(10)).await.unwrap(), None);
        let accepted = Acceptance {
            kind: AgreementKind::Partnership,
            number: 1,
            member: city.id,
            person: None,
            name: "Ana".to_owned(),
            at: after(1),
        };
        store.acceptance_put(&kit::setup(), &accepted).await.unwrap();
        assert_eq!(store.acceptance_put(&kit::setup(), &accepted).await.unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(store.acceptance_list(AgreementKind::Partnership).await.unwrap(), [accepted]);
        let viewer = kit::viewer(&store, &city).await;
        let told: Vec<String> = store.ledger_entries(&viewer, 0, 10).await.unwrap().into_iter().map(|one| one.body).collect();
        assert!(told.iter().any(|body| body.contains("agreement to accept")), "{told:?}");
    }

    async fn a_contact_is_due_until_it_is_checked_and_again_when_it_changes(store: Store) {
        let city = kit::member(&store, "city").await;
        let contact = |name: &str| NewContact {
            member: city.id,
            place: 1,
            name: name.to_owned(),
            email: "cert@city.example".to_owned(),
            telephone: "+49 1".to_owned(),
            channel: "radio".to_owned(),
            address: "channel 7".to_owned(),
        };
        store.contact_put(&kit::setup(), &contact("Ana")).await.unwrap();
        assert!(store.contacts_unchecked_since(after(-1)).await.unwrap().is_empty());
        assert_eq!(store.contacts_unchecked_since(after(1)).await.unwrap().len(), 1);
        store.contact_confirm(&kit::setup(), city.id, 1).await.unwrap();
        assert!(store.contact_list(city.id).await.unwrap()[0].checked.is_some());
        store.contact_put(&kit::setup(), &contact("Ben")).await.unwrap();
        let now = store.contact_list(city.id).await.unwrap();
        assert_eq!((now.len(), now[0].terms.name.as_str(), now[0].checked), (1, "Ben", None));
        let missing = store.contact_confirm(&kit::setup(), city.id, 2).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }

    async fn what_a_member_runs_is_kept_until_it_says_otherwise_or_leaves_and_is_in_no_entry_of_the_ledger(store: Store) {
        let (city, other) = (kit::member(&store, "city").await, kit::member(&store, "other").await);
        assert!(store.technologies_of(city.id).await.unwrap().is_empty());
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        for names in [named(&["fortinet fortios", "siemens simatic"]), named(&["Ünicode, \"quoted\""])] {
            store.technologies_put(&kit::setup(), city.id, &names).await.unwrap();
            assert_eq!(store.technologies_of(city.id).await.unwrap(), names);
        }
        assert!(store.technologies_of(other.id).await.unwrap().is_empty());
        let viewer = kit::viewer(&store, &city).await;
        let told: Vec<String> = store.ledger_entries(&viewer, 0, 20).await.unwrap().into_iter().map(|one| one.body).collect();
        assert!(told.iter().any(|body| body.contains("technologies said")), "{told:?}");
        assert!(!told.iter().any(|body| body.contains("fortios") || body.contains("quoted")), "{told:?}");
        store.technologies_put(&kit::setup(), city.id, &[]).await.unwrap();
        assert!(store.technologies_of(city.id).await.unwrap().is_empty());
        store.technologies_put(&kit::setup(), city.id, &named(&["fortios"])).await.unwrap();
        let (active, left) = (MemberState::Active, MemberState::Left);
        store.member_state_put(&kit::setup(), city.id, active, left, "closed", store::Along::default()).await.unwrap();
        assert!(store.technologies_of(city.id).await.unwrap().is_empty());
    }

    async fn a_charter_holds_for_the_community_and_its_versions_are_kept(store: Store) {
        let hub = kit::member(&store, "hub").await;
        let mut client = kit::member(&store, "client").await;
        let water = kit::community(&store, "water", &hub, &[]).await;
        client.provider = Some(hub.id);
        store.member_update(&kit::setup(), &client).await.unwrap();
        let charter = |body: &str, to_clients| NewCharter {
            community: water.id,
            body: body.to_owned(),
            purpose: "to warn".to_owned(),
            public: false,
            hides_members: true,
            default_tlp: Tlp::Amber,
            loosest_tlp: Tlp::Green,
            strictest_tlp: Tlp::AmberStrict,
            moderated: true,
            to_clients,
        };
        let reaches = async || !store.principal_of_member(client.id).await.unwrap().provider_communities.is_empty();
        assert_eq!(store.charter_put(&kit::setup(), charter("{}", true)).await.unwrap().version, 1);
        assert!(reaches().await);
        assert_eq!(store.charter_put(&kit::setup(), charter("{ }", false)).await.unwrap().version, 2);
        assert!(!reaches().await, "its charter keeps it from clients");
        let now = store.community_get(CommunityKey::Id(water.id)).await.unwrap().unwrap();
        assert_eq!((now.loosest_tlp, now.strictest_tlp, now.moderated), (Tlp::Green, Tlp::AmberStrict, true));
        let versions = store.charter_list(water.id).await.unwrap();
        assert_eq!(versions.iter().map(|one| one.body.as_str()).collect::<Vec<_>>(), ["{ }", "{}"]);
    }

    async fn what_waits_is_put_there_once_and_decided_once(store: Store) {
        let (hub, city) = (kit::member(&store, "hub").await, kit::member(&store, "city").await);
        let water = kit::community(&store, "water", &hub, &[&city]).await;
        let new = held(water.id, &city, after(0));
        store.held_put_many(std::slice::from_ref(&new)).await.unwrap();
        store.held_put_many(&[NewHeld { uuid: Uuid::nil(), ..new.clone() }]).await.unwrap();
        let waiting = store.held_waiting(water.id, None, 10).await.unwrap();
        assert_eq!(waiting.iter().map(|one| &one.terms).collect::<Vec<_>>(), [&new]);
        let refuse = async || store.held_refuse(&kit::setup(), &waiting[0], "known").await;
        refuse().await.unwrap();
        assert_eq!(refuse().await.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(store.held_waiting(water.id, None, 10).await.unwrap().is_empty());
        let own = store.held_of_member(city.id, None, 10).await.unwrap();
        assert_eq!((own[0].state, own[0].reason.as_deref()), (HeldState::Refused, Some("known")));
    }

    async fn what_a_member_shared_is_found_by_the_ledger_and_taken_back_by_its_place(store: Store) {
        let (hub, city) = (kit::member(&store, "hub").await, kit::member(&store, "city").await);
        let water = kit::community(&store, "water", &hub, &[&city]).await;
        let (to_all, to_hub) = (kit::to(water.id), kit::to_named([hub.id, city.id]));
        // Between each other, and with those of another member.
        let batch = (0..10).map(|n| kit::versioned("tool", n, 0, if n % 2 == 0 { &to_all } else { &to_hub })).collect();
        store.contribute(&kit::origin(&city), batch).await.unwrap();
        store.contribute(&kit::origin(&hub), vec![kit::versioned("tool", 99, 0, &to_all)]).await.unwrap();
        let shared = store.shared_by(city.id).await.unwrap();
        let counts: Vec<_> = shared.iter().map(|part| (part.audience.clone(), part.added.len())).collect();
        assert_eq!(counts, [(to_all.clone(), 5), (to_hub.clone(), 5)]);
        assert_eq!(store.shared_last(city.id, 1).await.unwrap().len(), 1);
        let own = Principal { member: Some(city.id), ..Principal::public() };
        let others = store.shared_by(hub.id).await.unwrap()[0].added.clone();
        assert_eq!(store.retract_places(&own, &others, "not ours").await.unwrap(), 0);
        assert_eq!(store.retract_places(&own, &shared[0].added, "we leave").await.unwrap(), 5);
        assert_eq!(store.retract_places(&own, &shared[0].added, "we leave").await.unwrap(), 0);
        let left = store.shared_by(city.id).await.unwrap();
        assert_eq!(left.iter().map(|part| (part.audience.clone(), part.added.len())).collect::<Vec<_>>(), [(to_hub, 5)]);
        let viewer = kit::viewer(&store, &hub).await;
        let page = store.object_page(&viewer, &store::ObjectQuery::default()).await.unwrap();
        assert_eq!(page.rows.len(), 6);
    }
}

/// A store of the version before has members that are active or not.
#[tokio::test]
async fn members_keep_where_they_stood_when_the_schema_grows() {
    let folder = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(folder.path().join(store::DATABASE_FILE)).unwrap();
    let member = "insert into member (uuid, identity, name, kind, sectors, countries, active, created) values";
    let rows = format!(
        "{member} ('{}', 'identity--1', 'in', 'city', '[]', '[]', 1, 0); {member} ('{}', 'identity--2', 'out', 'city', '[]', '[]', 0, 0)",
        Uuid::from_u128(1),
        Uuid::from_u128(2)
    );
    database
        .execute_batch(include_str!("../../migrations/sqlite/0001_start.sql"))
        .unwrap();
    database.execute_batch(&rows).unwrap();
    database
        .execute_batch(
            include_str!("../../migrations/sqlite/0005_membership.sql")
                .split("-- The token")
                .next()
                .unwrap(),
        )
        .unwrap();
    let state = |name: &str| -> String {
        database
            .query_row("select state from member where name = ?1", [name], |row| row.get(0))
            .unwrap()
    };
    assert_eq!((state("in").as_str(), state("out").as_str()), ("active", "suspended"));
}
