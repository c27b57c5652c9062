//! Members, people, communities, keys; principals and viewers.

use std::sync::Arc;

use policy::{Principal, Role, Scopes};
use store::{CommunityKey, CredentialKind, ErrorKind, MemberKey, NewCredential, Store};

use crate::kit::{self, on_both};

on_both! {
    async fn a_member_comes_back_as_it_was_put(store: Store) {
        let city = kit::member(&store, "Examplestadt").await;
        assert_eq!(store.member_get(MemberKey::Id(city.id)).await.unwrap().unwrap(), city);
        assert_eq!(store.member_get(MemberKey::Uuid(city.uuid)).await.unwrap().unwrap(), city);
        assert_eq!(store.member_get(MemberKey::Name("Examplestadt")).await.unwrap().unwrap(), city);
        assert_eq!(store.member_get(MemberKey::Name("nobody")).await.unwrap(), None);
        let changed = store::Member { name: "Neustadt".to_owned(), parent: Some(city.id), ..city };
        store.member_update(&kit::setup(), &changed).await.unwrap();
        assert_eq!(store.member_list().await.unwrap(), [changed]);
    }

    async fn a_taken_name_is_a_conflict_and_leaves_no_trace(store: Store) {
        let city = kit::member(&store, "Examplestadt").await;
        let before = store.ledger_size().await.unwrap();
        let same_name = store::NewMember {
            uuid: uuid::Uuid::nil(),
            identity: "identity--x".to_owned(),
            name: city.name.clone(),
            kind: city.kind,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            parent: None,
            state: policy::MemberState::Active,
        };
        let error = store.member_put(&kit::setup(), same_name).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(error.to_string(), "there is already a member with this name");
        assert_eq!(store.ledger_size().await.unwrap(), before);
        assert_eq!(store.member_list().await.unwrap().len(), 1);
    }

    async fn what_is_not_there_cannot_be_changed(store: Store) {
        let mut city = kit::member(&store, "Examplestadt").await;
        city.id = policy::MemberId(4_711);
        let error = store.member_update(&kit::setup(), &city).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no such member"));
    }

    async fn a_principal_has_the_memberships_of_its_member(store: Store) {
        let city = kit::member(&store, "city").await;
        let cert = kit::member(&store, "cert").await;
        let water = kit::community(&store, "water", &cert, &[&city]).await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await;
        let principal = store.principal_of(&person, true).await.unwrap();
        assert_eq!(principal.member, Some(city.id));
        assert_eq!((principal.person, principal.role, principal.read_only), (Some(person.id), Some(Role::Analyst), true));
        assert!(principal.communities.contains(&water.id) && principal.contributes_to.contains(&water.id));
        assert!(!principal.coordinates.contains(&water.id));
        let owner = store.principal_of_member(cert.id).await.unwrap();
        assert!(owner.coordinates.contains(&water.id));
    }

    async fn a_client_sees_with_the_eyes_of_its_provider(store: Store) {
        let cert = kit::member(&store, "cert").await;
        let mut city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &cert, &[]).await;
        city.provider = Some(cert.id);
        store.member_update(&kit::setup(), &city).await.unwrap();
        let principal = store.principal_of_member(city.id).await.unwrap();
        assert!(principal.providers.contains(&cert.id) && principal.provider_communities.contains(&water.id));
        assert!(principal.communities.is_empty());
    }

    async fn whoever_is_inactive_is_the_public(store: Store) {
        let city = kit::member(&store, "city").await;
        let mut person = kit::person(&store, &city, "ana", Role::Analyst).await;
        person.active = false;
        store.person_update(&kit::setup(), &person).await.unwrap();
        assert_eq!(store.principal_of(&person, false).await.unwrap(), Principal::public());
        person.active = true;
        store.person_update(&kit::setup(), &person).await.unwrap();
        let (active, suspended) = (policy::MemberState::Active, policy::MemberState::Suspended);
        store.member_state_put(&kit::setup(), city.id, active, suspended, "", store::Along::default()).await.unwrap();
        assert_eq!(store.principal_of(&person, false).await.unwrap(), Principal::public());
    }

    async fn the_generation_grows_with_every_change_of_policy_and_with_nothing_else(store: Store) {
        let mut last = store.policy_generation().await.unwrap();
        let mut grown = async |what: &str| {
            let now = store.policy_generation().await.unwrap();
            assert!(now > last, "{what}");
            last = now;
        };
        let city = kit::member(&store, "city").await;
        grown("member").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        grown("community").await;
        let mut person = kit::person(&store, &city, "ana", Role::Reader).await;
        grown("person").await;
        person.role = Role::Operator;
        store.person_update(&kit::setup(), &person).await.unwrap();
        grown("role").await;
        store.membership_put(&kit::setup(), water.id, city.id, false, false).await.unwrap();
        grown("membership").await;
        store.contribute(&kit::origin(&city), vec![kit::versioned("malware", 1, 0, &kit::to(water.id))]).await.unwrap();
        grown("audience").await;
        store.contribute(&kit::origin(&city), vec![kit::versioned("malware", 2, 0, &kit::to(water.id))]).await.unwrap();
        store.setting_put("colour", "blue").await.unwrap();
        assert_eq!(store.policy_generation().await.unwrap(), last);
    }

    async fn a_key_is_found_by_its_digest_until_it_is_revoked(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Reader).await;
        let new = NewCredential {
            person: person.id,
            kind: CredentialKind::ApiKey,
            digest: [9; 32],
            label: "script".to_owned(),
            prefix: "cw_9".to_owned(),
            read_only: true,
            expires: None,
            addresses: vec!["192.0.2.0/24".to_owned()],
            scopes: Scopes::from_iter([policy::Scope::Read, policy::Scope::Sightings]),
            ends: None,
            proven: None, network: None,
        };
        let key = store.credential_put(&kit::setup(), new).await.unwrap();
        let (found, whose) = store.credential_by_digest(&[9; 32]).await.unwrap().unwrap();
        assert_eq!((&found, &whose), (&key, &person));
        assert!(store.credential_by_digest(&[8; 32]).await.unwrap().is_none());
        store.credential_used(key.id).await.unwrap();
        store.credential_revoke(&kit::setup(), key.id).await.unwrap();
        let listed = store.credential_list(person.id).await.unwrap();
        assert!(listed[0].revoked.is_some() && listed[0].last_used.is_some());
    }

    async fn a_community_comes_back_with_its_members(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let water = kit::community(&store, "water", &cert, &[&city]).await;
        assert_eq!(store.community_get(CommunityKey::Alias("water")).await.unwrap().unwrap(), water);
        assert_eq!(store.community_get(CommunityKey::Uuid(water.uuid)).await.unwrap().unwrap(), water);
        let members = store.membership_list(water.id).await.unwrap();
        assert_eq!(members.iter().map(|one| (one.member, one.coordinates)).collect::<Vec<_>>(), [(city.id, false), (cert.id, true)]);
        store.membership_remove(&kit::setup(), water.id, city.id).await.unwrap();
        let error = store.membership_remove(&kit::setup(), water.id, city.id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn every_change_of_policy_is_in_the_ledger_without_secrets(store: Store) {
        let city = kit::member(&store, "city").await;
        let actor = Principal { member: Some(city.id), ..Principal::public() };
        let new = store::NewPerson {
            uuid: uuid::Uuid::nil(),
            member: city.id,
            login: "ana".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Reader,
            password_hash: Some("$argon2id$secret".to_owned()),
            active: true,
        };
        store.person_put(&actor, new).await.unwrap();
        let viewer = store.viewer(Arc::new(actor)).await.unwrap();
        let entries = store.ledger_entries(&viewer, 0, 10).await.unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].kind, "rule-changed");
        assert!(entries[0].body.contains("person made") && !entries[0].body.contains("secret"));
    }
}
