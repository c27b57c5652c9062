//! What the tests need around a store: one on each database, a clock, members, objects.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use policy::{Audience, CommunityId, MemberId, Principal, Role, Viewer};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{
    Community, Contribution, Location, Member, MemberKind, NewCommunity, NewMember, NewPerson, OpenOptions, Origin,
    Outcome, Store,
};
use uuid::Uuid;

/// Where tests begin: 2026-01-01.
pub const START: i64 = 1_767_225_600_000_000;

/// A clock that moves a millisecond each time it is read.
pub fn options() -> OpenOptions {
    let time = AtomicI64::new(START);
    let number = AtomicU64::new(1);
    OpenOptions {
        clock: Arc::new(move || Timestamp::from_micros(time.fetch_add(1_000, Ordering::Relaxed))),
        random: Arc::new(move |bytes| {
            let number = number.fetch_add(1, Ordering::Relaxed);
            bytes.copy_from_slice(&Sha256::digest(number.to_be_bytes())[..bytes.len()]);
        }),
        ledger_key: ledger::SigningKey::from_random("example.com/ledger", [7; 32]).unwrap(),
        readers: 2,
        create: true,
        durable: true,
    }
}

/// The server of the tests; its database is named `test`.
pub fn postgres_url() -> String {
    std::env::var("COMMONWATCH_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/test?sslmode=disable".to_owned())
}

/// A store of its own for a test, on PostgreSQL; none where no server answers.
pub async fn postgres(name: &str) -> Option<(Store, Location)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut schema = format!("t{}_{number}_{name}", std::process::id());
    schema.truncate(60);
    let location = Location::Postgres(postgres_url(), Some(schema));
    match Store::open(&location, options()).await {
        Ok(store) => Some((store, location)),
        Err(error) if error.kind() == store::ErrorKind::Unavailable => {
            assert!(
                std::env::var("COMMONWATCH_REQUIRE_POSTGRES").is_err(),
                "PostgreSQL is required here: {error}"
            );
            use std::io::Write as _;
            let _ = writeln!(std::io::stdout(), "skipped on PostgreSQL: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Takes the schema of a test away.
pub async fn drop_schema(location: &Location) {
    let Location::Postgres(url, Some(schema)) = location else {
        return;
    };
    let pool = sqlx::PgPool::connect(url).await.unwrap();
    let sql = format!("drop schema if exists {schema} cascade");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    pool.close().await;
}

/// Writes each test once and runs it on both databases.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident: Store) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn body($store: Store) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let store = Store::open(&store::Location::SqliteMemory, crate::kit::options()).await.unwrap();
                body(store).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some((store, location)) = crate::kit::postgres(stringify!($name)).await else { return };
                let result = tokio::spawn(async move {
                    let closing = store.clone();
                    body(store).await;
                    closing.close().await;
                })
                .await;
                crate::kit::drop_schema(&location).await;
                if let Err(error) = result {
                    std::panic::resume_unwind(error.into_panic());
                }
            }
        }
    )*};
}
pub(crate) use on_both;

/// Whoever sets things up.
pub fn setup() -> Principal {
    Principal::public()
}

pub async fn member(store: &Store, name: &str) -> Member {
    let uuid = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
    let new = NewMember {
        uuid,
        identity: format!("identity--{uuid}"),
        name: name.to_owned(),
        kind: MemberKind::City,
        sectors: vec!["government-local".to_owned()],
        countries: vec!["DE".to_owned()],
        provider: None,
        parent: None,
        state: policy::MemberState::Active,
    };
    store.member_put(&setup(), new).await.unwrap()
}

pub async fn community(store: &Store, alias: &str, owner: &Member, others: &[&Member]) -> Community {
    let new = NewCommunity {
        uuid: Uuid::new_v5(&Uuid::NAMESPACE_OID, alias.as_bytes()),
        alias: alias.to_owned(),
        title: alias.to_owned(),
        purpose: "to tell each other".to_owned(),
        owner: owner.id,
        public: true,
        hides_members: false,
        default_tlp: Tlp::Green,
        strictest_tlp: Tlp::Red,
    };
    let community = store.community_put(&setup(), new).await.unwrap();
    for other in others {
        store
            .membership_put(&setup(), community.id, other.id, true, false)
            .await
            .unwrap();
    }
    community
}

pub async fn person(store: &Store, member: &Member, login: &str, role: Role) -> store::Person {
    let new = NewPerson {
        uuid: Uuid::new_v5(&Uuid::NAMESPACE_OID, login.as_bytes()),
        member: member.id,
        login: login.to_owned(),
        name: login.to_owned(),
        role,
        password_hash: None,
        active: true,
    };
    store.person_put(&setup(), new).await.unwrap()
}

pub async fn viewer(store: &Store, member: &Member) -> Viewer {
    let principal = store.principal_of_member(member.id).await.unwrap();
    store.viewer(Arc::new(principal)).await.unwrap()
}

/// Two members in one community, and one that only the first is in.
pub struct Stage {
    pub city: Member,
    pub cert: Member,
    pub shared: Audience,
    pub inner: Audience,
}

pub async fn stage(store: &Store) -> Stage {
    let (city, cert) = (member(store, "city").await, member(store, "cert").await);
    let shared = community(store, "shared", &city, &[&cert]).await;
    let inner = community(store, "inner", &city, &[]).await;
    Stage {
        shared: to(shared.id),
        inner: to(inner.id),
        city,
        cert,
    }
}

impl Stage {
    /// What each of the two sees.
    pub async fn views(&self, store: &Store) -> (Viewer, Viewer) {
        (viewer(store, &self.city).await, viewer(store, &self.cert).await)
    }
}

/// Contributes as a member; all of it is new.
pub async fn put(store: &Store, member: &Member, batch: Vec<Contribution>) -> Vec<Timestamp> {
    accepted(&store.contribute(&origin(member), batch).await.unwrap())
}

pub fn origin(member: &Member) -> Origin {
    Origin {
        member: member.id,
        person: None,
        channel: "test".to_owned(),
        withheld: false,
        transfer: Uuid::nil(),
    }
}

pub fn to(community: CommunityId) -> Audience {
    Audience::new(Tlp::Green, Pap::Clear, [community], []).unwrap()
}

pub fn to_named(members: impl IntoIterator<Item = MemberId>) -> Audience {
    Audience::new(Tlp::Red, Pap::Red, [], members).unwrap()
}

/// An identifier from a number.
pub fn id(object_type: &str, number: u64) -> String {
    let uuid = Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_be_bytes());
    format!("{object_type}--{uuid}")
}

/// An object with a version, in seconds after [`START`].
pub fn versioned(object_type: &str, number: u64, seconds: i64, audience: &Audience) -> Contribution {
    let version = Timestamp::from_micros(START).plus_micros(seconds * 1_000_000);
    let id = id(object_type, number);
    let body = format!(
        r#"{{"type":"{object_type}","id":"{id}","spec_version":"2.1","modified":"{version}","name":"thing {number}"}}"#
    );
    Contribution {
        digest: Sha256::digest(body.as_bytes()).into(),
        body,
        id,
        object_type: object_type.to_owned(),
        spec_version: "2.1".to_owned(),
        version: Some(version),
        version_text: version.to_string(),
        created: Some(Timestamp::from_micros(START)),
        created_by: None,
        revoked: false,
        audience: audience.clone(),
        dated: true,
        title: Some(format!("thing {number}")),
        text: Some(format!("thing {number} in version {seconds}")),
        observables: Vec::new(),
        edges: Vec::new(),
        indicator: None,
        warnings: Vec::new(),
    }
}

/// An object without versions.
pub fn observable(number: u64, content: &str, audience: &Audience) -> Contribution {
    let id = id("ipv4-addr", number);
    let body = format!(r#"{{"type":"ipv4-addr","id":"{id}","value":"198.51.100.{number}","x_note":"{content}"}}"#);
    Contribution {
        digest: Sha256::digest(body.as_bytes()).into(),
        body,
        id,
        object_type: "ipv4-addr".to_owned(),
        version: None,
        version_text: String::new(),
        created: None,
        observables: vec![(1, format!("198.51.100.{number}"))],
        ..versioned("ipv4-addr", number, 0, audience)
    }
}

/// Where each was stored.
pub fn accepted(outcomes: &[Outcome]) -> Vec<Timestamp> {
    let added = |outcome: &Outcome| match outcome {
        Outcome::Accepted { added } => *added,
        other => panic!("expected it to be stored: {other:?}"),
    };
    outcomes.iter().map(added).collect()
}
