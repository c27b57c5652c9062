//! Rows of MISP's interface: made from contributions in their order, read as a viewer may, each number once.

use policy::Audience;
use store::{
    Contribution, Followed, MispBatch, MispKind, MispOwner, MispPut, MispSieve, MispSource, Retraction, Store,
    VersionFilter,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

/// A report that names objects.
fn report(number: u64, version: i64, audience: &Audience, names: &[&str]) -> Contribution {
    let mut plain = kit::versioned("report", number, version, audience);
    plain.edges = names
        .iter()
        .map(|name| ("object_refs".to_owned(), (*name).to_owned()))
        .collect();
    plain
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// What each contribution is in these tests: a report the event of its own number, all else an attribute whose value is
/// its object's identifier.
fn row(followed: &Followed) -> MispPut {
    let own = Uuid::parse_str(followed.id.split("--").nth(1).unwrap()).unwrap();
    let is_event = followed.id.starts_with("report--");
    MispPut {
        added: followed.added,
        object: followed.object,
        owner: MispOwner {
            member: followed.member,
            withheld: followed.withheld,
        },
        audience: followed.audience,
        version: followed.version,
        kind: if is_event { MispKind::Event } else { MispKind::Attribute },
        uuid: own,
        parent: None,
        event: None,
        expected: None,
        element_type: "text".to_owned(),
        category: "Other".to_owned(),
        to_ids: false,
        deleted: false,
        changed: followed.version / 1_000_000,
        value: followed.id.clone(),
        values: if is_event {
            Vec::new()
        } else {
            vec![followed.id.to_uppercase()]
        },
        tags: Vec::new(),
        organisations: Vec::new(),
        published: is_event.then_some((false, 0)),
        extends: None,
        only_named: false,
        is_part: false,
        body: format!("\"value\":\"{}\",\"version\":{}", followed.id, followed.version),
    }
}

async fn follow(store: &Store) {
    while let Some(batch) = store.misp_next(2).await.unwrap() {
        let rows = batch.rows.iter().map(row).collect();
        store.misp_put(&batch, rows).await.unwrap();
    }
}

async fn put(store: &Store, member: &store::Member, batch: Vec<Contribution>) {
    kit::accepted(&store.contribute(&kit::origin(member), batch).await.unwrap());
    follow(store).await;
}

fn id(kind: &str, number: u64) -> String {
    let plain = Audience::new(
        stix::marking::Tlp::Clear,
        stix::marking::Pap::Clear,
        [policy::CommunityId(1)],
        [],
    )
    .unwrap();
    kit::versioned(kind, number, 0, &plain).id
}

async fn values(store: &Store, viewer: &policy::Viewer, source: &MispSource) -> Vec<String> {
    let (mut values, mut after) = (Vec::new(), 0);
    loop {
        let page = store
            .misp_scan(viewer, source, MispKind::Attribute, after, 2)
            .await
            .unwrap();
        values.extend(page.rows.into_iter().map(|row| row.value));
        match page.next {
            Some(next) => after = next,
            None => return values,
        }
    }
}

on_both! {
    async fn each_number_is_read_once_as_the_last_version_that_a_viewer_sees(store: Store) {
        let stage = kit::stage(&store).await;
        let (one, two) = (id("malware", 1), id("malware", 2));
        put(&store, &stage.city, vec![
            kit::versioned("malware", 1, 0, &stage.shared),
            kit::versioned("malware", 2, 0, &stage.shared),
            report(9, 0, &stage.shared, &[&one, &two]),
        ]).await;
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 5, &stage.inner)]).await;
        let event = store.misp_event_by_uuid(Uuid::parse_str(id("report", 9).split("--").nth(1).unwrap()).unwrap()).await.unwrap().unwrap();
        let (city, cert) = (kit::viewer(&store, &stage.city).await, kit::viewer(&store, &stage.cert).await);
        for viewer in [&city, &cert] {
            for source in [MispSource::All, MispSource::Event(event.id), MispSource::Changed(0)] {
                assert_eq!(values(&store, viewer, &source).await, [one.clone(), two.clone()], "{source:?}");
            }
            assert_eq!(store.misp_count(viewer, event.id, stage.city.id).await.unwrap(), 2);
            assert_eq!(values(&store, viewer, &MispSource::Value(one.to_lowercase())).await, std::slice::from_ref(&one));
        }
        let version = async |viewer| store.misp_row(viewer, MispKind::Attribute, 1).await.unwrap().unwrap().version;
        assert!(version(&city).await > version(&cert).await, "the later version is for the inner community only");
        let body = async |viewer: &policy::Viewer| {
            let row = store.misp_row(viewer, MispKind::Attribute, 1).await.unwrap().unwrap();
            store.misp_bodies(viewer, &[row.number]).await.unwrap()
        };
        assert_ne!(body(&city).await, body(&cert).await);
        let hidden: Vec<i64> = body(&city).await.into_keys().collect();
        assert!(store.misp_bodies(&cert, &hidden).await.unwrap().is_empty(), "no body by its number alone");
    }

    async fn a_report_names_only_what_its_own_member_contributed(store: Store) {
        let stage = kit::stage(&store).await;
        let one = id("malware", 1);
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 0, &stage.shared)]).await;
        put(&store, &stage.cert, vec![report(9, 0, &stage.shared, &[&one])]).await;
        let viewer = kit::viewer(&store, &stage.city).await;
        let row = store.misp_row(&viewer, MispKind::Attribute, 1).await.unwrap().unwrap();
        assert_eq!(row.event, 0, "another member's report does not move it");
        put(&store, &stage.city, vec![report(8, 0, &stage.shared, &[&one])]).await;
        let row = store.misp_row(&viewer, MispKind::Attribute, 1).await.unwrap().unwrap();
        let event = store.misp_event(row.event).await.unwrap().unwrap();
        assert_eq!(event.uuid.to_string(), id("report", 8).split("--").nth(1).unwrap());
    }

    async fn what_is_taken_back_is_gone_and_keeps_its_number(store: Store) {
        let stage = kit::stage(&store).await;
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 0, &stage.shared)]).await;
        let viewer = kit::viewer(&store, &stage.city).await;
        let number = values(&store, &viewer, &MispSource::All).await.len();
        let retraction =
            Retraction { id: id("malware", 1), versions: VersionFilter::all(), community: None, reason: String::new() };
        store.retract(viewer.principal(), &retraction).await.unwrap();
        follow(&store).await;
        assert_eq!((number, values(&store, &viewer, &MispSource::All).await.len()), (1, 0));
        assert!(store.misp_row(&viewer, MispKind::Attribute, 1).await.unwrap().is_none());
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 3, &stage.shared)]).await;
        assert!(store.misp_row(&viewer, MispKind::Attribute, 1).await.unwrap().is_some(), "the same number again");
    }

    async fn what_belongs_to_no_event_is_known_when_its_transfer_is_over(store: Store) {
        let stage = kit::stage(&store).await;
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 0, &stage.shared)]).await;
        let early = stix::Timestamp::from_micros(0);
        assert!(store.misp_homeless(early, 0, 10).await.unwrap().is_empty(), "the transfer goes on");
        let later = stix::Timestamp::from_micros(kit::START * 2);
        let homeless = store.misp_homeless(later, 0, 10).await.unwrap();
        assert_eq!(homeless.len(), 1);
        let ends = store.misp_homeless_ends().await.unwrap();
        assert_eq!((ends.last, ends.oldest, ends.ended), (homeless[0].added, Some(homeless[0].at), None));
        assert!(store.misp_homeless(later, ends.last, 10).await.unwrap().is_empty(), "nothing came after it");
        let mut head = row(&store.misp_next(1).await.unwrap().map_or_else(
            || Followed {
                added: 0,
                object: 0,
                id: id("report", 5),
                audience: homeless[0].audience,
                member: homeless[0].owner.member,
                withheld: false,
                version: 1,
                revoked: false,
                body: String::new(),
                channel: String::new(),
                transfer: Uuid::nil(),
            },
            |batch: MispBatch| batch.rows[0].clone(),
        ));
        head.uuid = uuid(7);
        store.misp_put_loose(head, homeless.iter().map(|one| one.added).collect()).await.unwrap();
        assert!(store.misp_homeless(later, 0, 10).await.unwrap().is_empty());
        let viewer = kit::viewer(&store, &stage.cert).await;
        let event = store.misp_event_by_uuid(uuid(7)).await.unwrap().unwrap();
        assert!(event.loose);
        assert_eq!(values(&store, &viewer, &MispSource::Event(event.id)).await, [id("malware", 1)]);
    }

    async fn a_sieve_keeps_back_only_what_is_certainly_not_asked_for(store: Store) {
        let stage = kit::stage(&store).await;
        let made = |number| kit::versioned("malware", number, 0, &stage.shared);
        let batch = vec![made(1), made(2), made(3), made(4)];
        kit::accepted(&store.contribute(&kit::origin(&stage.city), batch).await.unwrap());
        let batch = store.misp_next(10).await.unwrap().unwrap();
        let rows = batch.rows.iter().zip([
            ("domain", "Evil.example", true, false),
            ("Domain", "good.example", false, false),
            ("filename|md5", "a.exe|0", true, false),
            ("domain", "evil.example", true, true),
        ]);
        let rows = rows.map(|(followed, (element_type, value, to_ids, deleted))| MispPut {
            element_type: element_type.to_owned(),
            value: value.to_owned(),
            to_ids,
            deleted,
            ..row(followed)
        });
        assert!(store.misp_put(&batch, rows.collect()).await.unwrap());
        let viewer = kit::viewer(&store, &stage.cert).await;
        let through = async |sieve: MispSieve| values(&store, &viewer, &MispSource::Sieved(sieve)).await;
        let all = ["Evil.example", "good.example", "a.exe|0", "evil.example"];
        assert_eq!(through(MispSieve::default()).await, all);
        let sieve = MispSieve { to_ids: Some(true), deleted: Some(false), ..MispSieve::default() };
        assert_eq!(through(sieve).await, ["Evil.example", "a.exe|0"]);
        let sieve = MispSieve { deleted: Some(true), ..MispSieve::default() };
        assert_eq!(through(sieve).await, ["evil.example"]);
        let sieve = MispSieve { types: vec!["DOMAIN".to_owned(), "ip-src".to_owned()], ..MispSieve::default() };
        assert_eq!(through(sieve).await, ["Evil.example", "good.example", "evil.example"]);
        let sieve = MispSieve { value: Some("EVIL%".to_owned()), ..MispSieve::default() };
        assert_eq!(through(sieve).await, ["Evil.example", "a.exe|0", "evil.example"], "halves are looked at later");
        // What was deleted by a later version is not found by its earlier one.
        kit::accepted(&store.contribute(&kit::origin(&stage.city), vec![kit::versioned("malware", 2, 7, &stage.shared)]).await.unwrap());
        let batch = store.misp_next(10).await.unwrap().unwrap();
        let rows = batch.rows.iter().map(|followed| MispPut { deleted: true, ..row(followed) }).collect();
        assert!(store.misp_put(&batch, rows).await.unwrap());
        let sieve = MispSieve { deleted: Some(false), ..MispSieve::default() };
        let page = store.misp_scan(&viewer, &MispSource::Sieved(sieve), MispKind::Attribute, 0, 10).await.unwrap();
        let second = page.rows.iter().find(|row| row.id == 2).unwrap();
        assert!(second.deleted, "the last version is the one that is meant");
    }

    async fn tags_are_known_to_those_who_meet_them(store: Store) {
        let stage = kit::stage(&store).await;
        let tag = store::MispTag {
            id: 0, name: "inside".to_owned(), colour: "#000000".to_owned(), exportable: true, hidden: false, number: None,
            is_open: false,
        };
        let tag = store.misp_tag_named(&tag).await.unwrap();
        kit::accepted(&store.contribute(&kit::origin(&stage.city), vec![kit::versioned("malware", 1, 0, &stage.inner)]).await.unwrap());
        let batch = store.misp_next(10).await.unwrap().unwrap();
        let rows = batch.rows.iter().map(|followed| MispPut { tags: vec![tag.id], ..row(followed) }).collect();
        store.misp_put(&batch, rows).await.unwrap();
        let (city, cert) = (kit::viewer(&store, &stage.city).await, kit::viewer(&store, &stage.cert).await);
        assert!(store.misp_tags_met(&city).await.unwrap().contains(&tag.id));
        assert!(!store.misp_tags_met(&cert).await.unwrap().contains(&tag.id));
    }

    async fn a_stretch_of_attributes_is_counted_and_counted_again_when_it_changes(store: Store) {
        let stage = kit::stage(&store).await;
        let ids: Vec<String> = (1..=2_060).map(|number| id("malware", number)).collect();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        // Three go to fewer than their event: whoever sees them need not see it.
        let audience = |number| if number % 1_000 == 3 { &stage.inner } else { &stage.shared };
        put(&store, &stage.city, (1..=2_060).map(|number| kit::versioned("malware", number, 0, audience(number))).collect()).await;
        put(&store, &stage.city, vec![report(9_999, 0, &stage.shared, &names)]).await;
        let (city, cert) = (kit::viewer(&store, &stage.city).await, kit::viewer(&store, &stage.cert).await);
        let first = async |viewer| store.misp_steps(viewer).await.unwrap()[0].shown;
        assert_eq!(first(&cert).await, None, "nobody has counted yet");
        let counted = async || while store.misp_count_steps(3).await.unwrap() {};
        counted().await;
        // Numbers begin with one, so the first stretch holds 2,047; the second grows still.
        let stretches: Vec<Option<usize>> = store.misp_steps(&cert).await.unwrap().iter().map(|step| step.shown).collect();
        assert_eq!(stretches, [Some(2_044), None]);
        assert_eq!(first(&city).await, None, "their event goes to others: only a walk can say");

        // A version for others: which one is shown depends on who asks.
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 5, &stage.inner)]).await;
        assert_eq!(first(&cert).await, None);
        counted().await;
        assert_eq!(first(&cert).await, None);
        let back = async |version: i64| {
            let versions = match version {
                0 => VersionFilter::all(),
                version => VersionFilter::of(stix::Timestamp::from_micros(version)),
            };
            let retraction = Retraction { id: id("malware", 1), versions, community: None, reason: String::new() };
            store.retract(city.principal(), &retraction).await.unwrap();
        };
        back(0).await;
        assert_eq!(first(&cert).await, None);
        counted().await;
        assert_eq!(first(&cert).await, Some(2_043));

        // Somebody else's report of the same UUID: whose the event is depends on who asks.
        put(&store, &stage.cert, vec![report(9_999, 7, &stage.shared, &[])]).await;
        assert_eq!(first(&cert).await, None);
        counted().await;
        assert_eq!(first(&cert).await, None);
    }

    async fn an_event_that_extends_another_is_found_by_it(store: Store) {
        let stage = kit::stage(&store).await;
        let batch = vec![report(8, 0, &stage.shared, &[]), report(9, 0, &stage.shared, &[])];
        kit::accepted(&store.contribute(&kit::origin(&stage.city), batch).await.unwrap());
        let batch = store.misp_next(10).await.unwrap().unwrap();
        let extends = |followed: &Followed| (followed.id == id("report", 9)).then(|| uuid(7));
        let rows = batch.rows.iter().map(|followed| MispPut { extends: extends(followed), ..row(followed) }).collect();
        assert!(store.misp_put(&batch, rows).await.unwrap());
        let extending = store.misp_extending(uuid(7)).await.unwrap();
        assert_eq!(extending.len(), 1);
        let event = store.misp_event(extending[0]).await.unwrap().unwrap();
        assert_eq!(event.uuid.to_string(), id("report", 9).split("--").nth(1).unwrap());
        assert!(store.misp_extending(uuid(8)).await.unwrap().is_empty());
    }

    async fn what_changed_since_a_moment_is_found_page_by_page(store: Store) {
        let stage = kit::stage(&store).await;
        let batch = (1..=40).map(|number| kit::versioned("malware", number, 0, &stage.shared)).collect();
        put(&store, &stage.city, batch).await;
        let viewer = kit::viewer(&store, &stage.cert).await;
        let all = values(&store, &viewer, &MispSource::All).await;
        assert_eq!(values(&store, &viewer, &MispSource::Changed(0)).await, all);
        let row = store.misp_row(&viewer, MispKind::Attribute, 1).await.unwrap().unwrap();
        assert!(values(&store, &viewer, &MispSource::Changed(row.changed + 1_000)).await.is_empty());
    }
}
