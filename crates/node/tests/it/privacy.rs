//! What is kept of people: who reads it, what is gone once they are erased, and what is forgotten by itself.

use node::partnership::KeyWish;
use node::privacy::Forgotten;
use node::{Presented, Settings};

use crate::kit::partners::{FIRST, PASSWORD, Partners, object};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_and_an_operator_read_what_is_kept_and_for_others_nobody_is_there() {
    let partners = Partners::new().await;
    let here = "192.0.2.7".parse().unwrap();
    partners.node.session_begin("cert", PASSWORD, None, here).await.unwrap();
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    for reader in ["cert", "operator"] {
        let data = partners
            .node
            .person_data(&partners.caller(reader).await, "cert")
            .await
            .unwrap();
        let kept = &data["kept"];
        assert_eq!(kept["person"][0]["login"], "cert");
        assert_eq!(kept["credential"][0]["network"], "192.0.2.0/24");
        assert_eq!(kept["transfer"].as_array().unwrap().len(), 1, "{data}");
        assert!(!data.to_string().contains("argon2"));
    }
    let hospital = partners.caller("hospital").await;
    let hidden = partners
        .node
        .person_data(&hospital, "cert")
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        hidden,
        partners
            .node
            .person_data(&hospital, "nobody")
            .await
            .unwrap_err()
            .to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_gone_from_everywhere_but_what_they_did() {
    let partners = Partners::new().await;
    let here = "192.0.2.7".parse().unwrap();
    let owner = partners.caller("hospital").await;
    let person = owner.principal.person.unwrap();
    let wish = KeyWish {
        label: "program".to_owned(),
        ..KeyWish::default()
    };
    let (key, _) = partners.node.key_create(&owner, person, wish).await.unwrap();
    let began = partners
        .node
        .session_begin("hospital", PASSWORD, None, here)
        .await
        .unwrap();
    partners
        .share("hospital", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let operator = partners.caller("operator").await;
    for (caller, login, again) in [
        (&owner, "hospital", "hospital"),
        (&operator, "hospital", "cert"),
        (&operator, "operator", "operator"),
    ] {
        assert!(
            partners.node.person_erase(caller, login, again).await.is_err(),
            "{login} {again}"
        );
    }
    assert!(partners.node.sign_in(Presented::Bearer(&key), here).await.is_ok());
    let pseudonym = partners
        .node
        .person_erase(&operator, "hospital", "hospital")
        .await
        .unwrap();
    assert_eq!(pseudonym, format!("erased-{}", person.0));
    for token in [&key, &began.token] {
        assert!(partners.node.sign_in(Presented::Bearer(token), here).await.is_err());
    }
    assert!(
        partners
            .node
            .session_begin("hospital", PASSWORD, None, here)
            .await
            .is_err()
    );
    assert!(
        partners
            .node
            .session_begin(&pseudonym, PASSWORD, None, here)
            .await
            .is_err()
    );
    let left = partners.node.person_data(&operator, &pseudonym).await.unwrap();
    assert_eq!(left["kept"]["person"][0]["name"], pseudonym.as_str());
    assert_eq!(left["kept"]["credential"].as_array().unwrap().len(), 0);
    assert_eq!(left["kept"]["transfer"].as_array().unwrap().len(), 1);
    assert!(!left.to_string().contains("hospital"), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_names_people_by_number_only() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let wish = node::partnership::PersonWish {
        member: operator.principal.member.unwrap(),
        login: "kanarilogin".to_owned(),
        name: "Kanari Name".to_owned(),
        role: policy::Role::Reader,
        password: None,
    };
    partners.node.person_create(&operator, wish).await.unwrap();
    let viewer = partners.node.viewer(&operator).await.unwrap();
    let entries = partners.node.store().ledger_entries(&viewer, 0, 1_000).await.unwrap();
    assert!(entries.iter().any(|entry| entry.body.contains("person made")));
    for entry in entries {
        assert!(!entry.body.to_lowercase().contains("kanari"), "{}", entry.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_forgotten_after_its_days_and_not_before() {
    let partners = Partners::new().await;
    let here = "192.0.2.7".parse().unwrap();
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    partners.node.session_begin("cert", PASSWORD, None, here).await.unwrap();
    let rules = partners.node.settings().retention;
    assert_eq!(
        rules,
        Settings::new("", stix::Id::parse(&crate::kit::partners::identity(1)).unwrap()).retention
    );
    partners.pass_days(i64::from(rules.sessions));
    // It was over eight hours after it began.
    assert!(partners.node.retention_run(partners.now()).await.unwrap().is_nothing());
    partners.pass_days(1);
    let one = Forgotten {
        sessions: 1,
        ..Forgotten::default()
    };
    assert_eq!(partners.node.retention_run(partners.now()).await.unwrap(), one);
    let operator = partners.caller("operator").await;
    let offer = store::NewLinkOffer {
        digest: [3; 32],
        provider: "city".to_owned(),
        person: operator.principal.person.unwrap(),
        by_person: operator.principal.person,
        expires: partners.now().plus_micros(86_400_000_000),
    };
    partners
        .node
        .store()
        .link_offer_put(&operator.principal, offer)
        .await
        .unwrap();
    partners.pass_days(i64::from(rules.invitations));
    assert!(partners.node.retention_run(partners.now()).await.unwrap().is_nothing());
    partners.pass_days(2);
    assert_eq!(partners.node.retention_run(partners.now()).await.unwrap().offers, 1);
    partners.pass_days(i64::from(rules.transfers));
    let forgotten = partners.node.retention_run(partners.now()).await.unwrap();
    assert_eq!((forgotten.sessions, forgotten.transfers), (0, 1));
    assert!(partners.node.retention_run(partners.now()).await.unwrap().is_nothing());
}
