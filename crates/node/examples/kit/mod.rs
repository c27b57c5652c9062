//! What the measurements begin with: a node on disk, and a community of many members.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use node::partnership::{CommunityWish, MemberWish, PersonWish};
use node::{Node, Settings};
use policy::{CommunityId, Role};
use stix::Timestamp;
use stix::marking::Tlp;
use store::{Location, MemberKind, OpenOptions, Store};

/// A node in a folder, with its founder.
pub async fn open(directory: &std::path::Path) -> Node {
    let time = AtomicI64::new(1_795_392_000_000_000);
    let clock: store::Clock = Arc::new(move || Timestamp::from_micros(time.fetch_add(10, Ordering::Relaxed)));
    let count = AtomicU64::new(1);
    let random: store::Random = Arc::new(move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let number = count
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let number = number ^ (number >> 29);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    });
    let options = OpenOptions {
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        ledger_key: ledger::SigningKey::from_random("speed.example", [7; 32]).unwrap(),
        readers: 4,
        create: true,
        durable: true,
    };
    let store = Store::open(&Location::Sqlite(directory.to_owned()), options)
        .await
        .unwrap();
    let identity = stix::Id::new("identity", uuid::Uuid::from_u128(1));
    let node = Node::new(store, Settings::new("Speed", identity.clone()), clock, random)
        .await
        .unwrap();
    node.found("Sharer", MemberKind::Cert, &identity).await.unwrap();
    node
}

/// A community of so many members, each with a person.
pub async fn community(node: &Node, many: usize) -> CommunityId {
    let operator = node.local_caller("operator").await.unwrap();
    let wish = CommunityWish {
        alias: "measured".to_owned(),
        title: "Measured".to_owned(),
        purpose: "To measure".to_owned(),
        owner: operator.principal.member.unwrap(),
        public: false,
        hides_members: false,
        default_tlp: Tlp::Green,
        strictest_tlp: Tlp::Red,
    };
    let community = node.community_create(&operator, wish).await.unwrap().id;
    for number in 0..many {
        let wish = MemberWish {
            name: format!("Member {number}"),
            kind: MemberKind::City,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            identity: None,
        };
        let member = node.member_create(&operator, wish).await.unwrap().id;
        node.membership_set(&operator, community, member, true, false)
            .await
            .unwrap();
        let wish = PersonWish {
            member,
            login: format!("m{number}"),
            name: format!("Analyst {number}"),
            role: Role::Contributor,
            password: None,
        };
        node.person_create(&operator, wish).await.unwrap();
    }
    community
}
