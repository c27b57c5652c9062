//! Measures the store alone: what an object costs to store and a page to read, and whether that stays so.
//!
//! `cargo run --release -p store --example store_speed -- [OBJECTS] [FOLDER or postgres URL]`

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use policy::{Audience, Principal, Viewer};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{
    Contribution, IndicatorFacts, Location, Member, MemberKind, NewCommunity, NewMember, ObjectQuery, OpenOptions,
    Origin, Position, Store,
};
use uuid::Uuid;

const BATCH: u64 = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let objects: u64 = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let location = match arguments.next() {
        Some(url) if url.starts_with("postgres") => Location::Postgres(url, Some("store_speed".to_owned())),
        Some(folder) => Location::Sqlite(PathBuf::from(folder)),
        None => Location::Sqlite(std::env::temp_dir().join("store_speed")),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(&location, objects))
}

fn options() -> Result<OpenOptions, Box<dyn Error>> {
    let started = Instant::now();
    let clock = move || Timestamp::from_micros(1_767_225_600_000_000 + started.elapsed().as_micros() as i64);
    let number = std::sync::atomic::AtomicU64::new(0);
    let random = move |bytes: &mut [u8]| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        for (byte, fresh) in bytes.iter_mut().zip(Sha256::digest(number.to_be_bytes())) {
            *byte = fresh;
        }
    };
    Ok(OpenOptions {
        clock: Arc::new(clock),
        random: Arc::new(random),
        ledger_key: ledger::SigningKey::from_random("example.com/speed", [1; 32])?,
        readers: 4,
        create: true,
        durable: true,
    })
}

async fn measure(location: &Location, objects: u64) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let store = Store::open(location, options()?).await?;
    let (member, audiences) = setting(&store).await?;
    let origin = Origin {
        member: member.id,
        person: None,
        channel: "file".to_owned(),
        withheld: false,
        transfer: Uuid::nil(),
    };
    let step = (objects / 5).max(BATCH);
    let mut made = 0;
    while made < objects {
        let (mut wall, mut processor, until) = (0.0, 0.0, (made + step).min(objects));
        let from = made;
        while made < until {
            // Making the objects is not what is measured.
            let batches: Vec<Vec<Contribution>> = (0..4).map(|group| batch(made + group * BATCH, &audiences)).collect();
            let (started, used) = (Instant::now(), processor_seconds()?);
            // Four at the same time, as many senders would be.
            let mut senders = tokio::task::JoinSet::new();
            for batch in batches {
                made += batch.len() as u64;
                let (store, origin) = (store.clone(), origin.clone());
                senders.spawn(async move { store.contribute(&origin, batch).await.map(drop) });
            }
            for sent in senders.join_all().await {
                sent?;
            }
            wall += started.elapsed().as_secs_f64();
            processor += processor_seconds()? - used;
        }
        let each = 1e6 / (made - from) as f64;
        writeln!(
            out,
            "store    objects {from:>8}..{made:<8} {:6.1} µs CPU, {:6.1} µs wall each",
            processor * each,
            wall * each
        )?;
    }
    reading(&store, &member, objects, &mut out).await?;
    writeln!(out, "resident {:.0} MB", resident_megabytes()?)?;
    store.close().await;
    let started = Instant::now();
    Store::open(location, options()?).await?.close().await;
    writeln!(out, "open and close {:.1} ms", started.elapsed().as_secs_f64() * 1e3)?;
    Ok(())
}

async fn reading(
    store: &Store,
    member: &Member,
    objects: u64,
    out: &mut impl std::io::Write,
) -> Result<(), Box<dyn Error>> {
    let viewer = view(store, member).await?;
    let (mut from, mut number) = (None, 0_u64);
    let mut marks: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    loop {
        let query = ObjectQuery {
            from,
            limit: 1_000,
            max_bytes: usize::MAX,
            ..ObjectQuery::default()
        };
        let (started, used) = (Instant::now(), processor_seconds()?);
        let page = store.object_page(&viewer, &query).await?;
        let cost = (
            started.elapsed().as_secs_f64() * 1e3,
            (processor_seconds()? - used) * 1e3,
        );
        let sum = marks.entry(number * 5_000 / objects.max(1)).or_default();
        *sum = (sum.0 + cost.0, sum.1 + cost.1);
        number += 1;
        from = page.rows.last().map(|row| Position::from(row.added));
        if !page.more {
            break;
        }
    }
    for (mark, (wall, processor)) in marks {
        let pages = (number as f64 / 5.0).max(1.0);
        writeln!(
            out,
            "page     fifth {mark} of {number}: {:6.2} ms CPU, {:6.2} ms wall for 1,000 objects",
            processor / pages,
            wall / pages
        )?;
    }
    let id = |number: u64| format!("indicator--{}", uuid_of(number));
    let mut ask = async |what: &str, queries: Vec<ObjectQuery>| -> Result<(), Box<dyn Error>> {
        let mut times = Vec::new();
        for query in &queries {
            let started = Instant::now();
            store.object_page(&viewer, query).await?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
        writeln!(out, "{what:<24} p50 {:.3} ms, p99 {:.3} ms", at(50), at(99))?;
        Ok(())
    };
    let last = Timestamp::from_micros(i64::MAX);
    ask(
        "empty poll",
        vec![
            ObjectQuery {
                added_after: Some(last),
                ..ObjectQuery::default()
            };
            1_000
        ],
    )
    .await?;
    let by_id = |number: u64| ObjectQuery {
        ids: vec![id(number * 7_919 % objects)],
        ..ObjectQuery::default()
    };
    ask("match[id]", (0..1_000).map(by_id).collect()).await?;
    let rare = ObjectQuery {
        types: vec!["campaign".to_owned()],
        limit: 100,
        ..ObjectQuery::default()
    };
    ask("match[type], rare", vec![rare; 200]).await?;
    let started = Instant::now();
    let counts = store.counts(&viewer).await?;
    writeln!(
        out,
        "counts of {} {:.1} ms",
        counts.total,
        started.elapsed().as_secs_f64() * 1e3
    )?;
    Ok(())
}

async fn view(store: &Store, member: &Member) -> Result<Viewer, Box<dyn Error>> {
    let principal = store.principal_of_member(member.id).await?;
    Ok(store.viewer(Arc::new(principal)).await?)
}

/// A member, and twenty audiences: communities that it is in.
async fn setting(store: &Store) -> Result<(Member, Vec<Audience>), Box<dyn Error>> {
    let nobody = Principal::public();
    let new = NewMember {
        uuid: Uuid::from_u128(1),
        identity: "identity--00000000-0000-4000-8000-000000000001".to_owned(),
        name: "cert".to_owned(),
        kind: MemberKind::Cert,
        sectors: Vec::new(),
        countries: Vec::new(),
        provider: None,
        parent: None,
        state: policy::MemberState::Active,
    };
    let member = store.member_put(&nobody, new).await?;
    let mut audiences = Vec::new();
    for number in 0..20 {
        let new = NewCommunity {
            uuid: Uuid::from_u128(100 + number),
            alias: format!("community-{number}"),
            title: format!("Community {number}"),
            purpose: "speed".to_owned(),
            owner: member.id,
            public: true,
            hides_members: false,
            default_tlp: Tlp::Green,
            strictest_tlp: Tlp::Red,
        };
        let community = store.community_put(&nobody, new).await?;
        audiences.push(Audience::new(Tlp::Green, Pap::Clear, [community.id], [])?);
    }
    Ok((member, audiences))
}

fn uuid_of(number: u64) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes())
}

/// Indicators as a feed has them: 1.3 kB each, one value, two references; one in a thousand a campaign.
fn batch(from: u64, audiences: &[Audience]) -> Vec<Contribution> {
    let version = Timestamp::from_micros(1_767_225_600_000_000);
    let turn = usize::try_from(from / BATCH).unwrap_or_default();
    let audience = &audiences[turn % audiences.len()];
    let one = |number: u64| {
        let object_type = if number.is_multiple_of(1_000) {
            "campaign"
        } else {
            "indicator"
        };
        let id = format!("{object_type}--{}", uuid_of(number));
        let host = format!("host-{number}.example");
        let filler = "x".repeat(1_000);
        let body = format!(
            r#"{{"type":"{object_type}","spec_version":"2.1","id":"{id}","created":"{version}","modified":"{version}","name":"{host}","pattern":"[domain-name:value = '{host}']","pattern_type":"stix","valid_from":"{version}","description":"{filler}"}}"#
        );
        Contribution {
            digest: Sha256::digest(body.as_bytes()).into(),
            body,
            id,
            object_type: object_type.to_owned(),
            spec_version: "2.1".to_owned(),
            version: Some(version),
            version_text: version.to_string(),
            created: Some(version),
            created_by: Some(format!("identity--{}", uuid_of(u64::MAX - number % 50))),
            revoked: false,
            audience: audience.clone(),
            dated: true,
            title: Some(host.clone()),
            text: Some(format!("{host} seen in phishing against town halls")),
            observables: vec![(2, host)],
            edges: vec![
                (
                    "created_by_ref".to_owned(),
                    format!("identity--{}", uuid_of(u64::MAX - number % 50)),
                ),
                (
                    "object_marking_refs".to_owned(),
                    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb".to_owned(),
                ),
            ],
            indicator: (object_type == "indicator").then(|| IndicatorFacts {
                pattern_type: "stix".to_owned(),
                valid_from: version,
                valid_until: None,
                base_score: 80,
                lifetime_days: 90,
                decay_speed: 0.3,
            }),
            warnings: Vec::new(),
        }
    };
    (from..from + BATCH).map(one).collect()
}

/// Processor time of this process so far (Linux).
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|word| word.parse().unwrap_or(0))
        .sum();
    Ok(ticks as f64 / 100.0)
}

fn resident_megabytes() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = text.split_whitespace().nth(1).unwrap_or("0").parse()?;
    Ok(pages * 4_096.0 / 1e6)
}
