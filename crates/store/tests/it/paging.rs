//! Paging against the plainest oracle: all rows in memory, filtered by hand.

use std::collections::BTreeMap;

use policy::{Audience, Viewer};
use proptest::prelude::*;
use stix::Timestamp;
use store::{Contribution, Location, ObjectQuery, Outcome, Store, VersionFilter};

use crate::kit;

/// What one step of a history contributes: who, to which audience, which object, which version, which content.
type Step = (usize, usize, u64, i64, bool);

#[derive(Clone, Debug)]
struct Kept {
    added: Timestamp,
    audience: usize,
    id: String,
    version: Option<Timestamp>,
    digest: [u8; 32],
}

fn contribution(step: &Step, audiences: &[Audience]) -> Contribution {
    let (_, audience, number, version, other) = *step;
    let audience = &audiences[audience];
    if number % 3 == 0 {
        return kit::observable(number, if other { "b" } else { "a" }, audience);
    }
    let object_type = if number % 3 == 1 { "malware" } else { "tool" };
    kit::versioned(object_type, number, version, audience)
}

/// The rule of what a page gives, said as plainly as possible.
fn naive(kept: &[Kept], sees: impl Fn(usize) -> bool, versions: &VersionFilter, types: &[String]) -> Vec<Timestamp> {
    let visible: Vec<&Kept> = kept.iter().filter(|row| sees(row.audience)).collect();
    let mut once: BTreeMap<_, &Kept> = BTreeMap::new();
    for row in visible {
        let content = row.version.is_none().then_some(row.digest);
        once.entry((row.id.clone(), row.version, content)).or_insert(row);
    }
    let instant = |row: &Kept| row.version.unwrap_or(row.added);
    let mut given: Vec<Timestamp> = Vec::new();
    for row in once.values() {
        let of_object: Vec<Timestamp> = once
            .values()
            .filter(|other| other.id == row.id)
            .map(|row| instant(row))
            .collect();
        let wanted = versions.all
            || (versions.last && of_object.iter().max() == Some(&instant(row)))
            || (versions.first && of_object.iter().min() == Some(&instant(row)))
            || versions.exact.contains(&instant(row));
        let object_type = stix::id::object_type(&row.id);
        if wanted && (types.is_empty() || types.iter().any(|one| one == object_type)) {
            given.push(row.added);
        }
    }
    given.sort_unstable();
    given
}

async fn paged(store: &Store, viewer: &Viewer, query: &ObjectQuery) -> Vec<Timestamp> {
    let mut given = Vec::new();
    let mut query = query.clone();
    loop {
        let page = store.object_page(viewer, &query).await.unwrap();
        assert!(page.rows.len() <= query.limit);
        given.extend(page.rows.iter().map(|row| row.added));
        match page.rows.last() {
            Some(last) if page.more => query.from = Some(last.added.into()),
            _ => return given,
        }
    }
}

async fn history(store: Store, steps: Vec<Step>, limit: usize, first: bool) {
    let members = [kit::member(&store, "city").await, kit::member(&store, "cert").await];
    let both = kit::community(&store, "both", &members[0], &[&members[1]]).await;
    let one = kit::community(&store, "one", &members[0], &[]).await;
    let other = kit::community(&store, "other", &members[1], &[]).await;
    let audiences = [kit::to(both.id), kit::to(one.id), kit::to(other.id)];
    let seen_by = [[true, true, false], [true, false, true]];
    let mut kept = Vec::new();
    for step in &steps {
        let contribution = contribution(step, &audiences);
        let (id, version, digest) = (contribution.id.clone(), contribution.version, contribution.digest);
        let outcomes = store
            .contribute(&kit::origin(&members[step.0]), vec![contribution])
            .await
            .unwrap();
        if let Outcome::Accepted { added } = outcomes[0] {
            kept.push(Kept {
                added,
                audience: step.1,
                id,
                version,
                digest,
            });
        }
    }
    let exact = kept.iter().filter_map(|row| row.version).take(1).collect();
    let filters = [
        VersionFilter {
            first,
            ..VersionFilter::default()
        },
        VersionFilter::all(),
        VersionFilter {
            last: false,
            first: true,
            ..VersionFilter::default()
        },
        VersionFilter {
            last: false,
            exact,
            ..VersionFilter::default()
        },
    ];
    for (member, seen) in members.iter().zip(seen_by) {
        let viewer = kit::viewer(&store, member).await;
        for versions in &filters {
            for types in [Vec::new(), vec!["tool".to_owned(), "ipv4-addr".to_owned()]] {
                let expected = naive(&kept, |audience| seen[audience], versions, &types);
                let query = ObjectQuery {
                    versions: versions.clone(),
                    types,
                    limit,
                    ..ObjectQuery::default()
                };
                assert_eq!(paged(&store, &viewer, &query).await, expected, "{query:?}");
                let by_ids = ObjectQuery {
                    ids: (0..6)
                        .flat_map(|number| ["malware", "tool", "ipv4-addr"].map(|one| kit::id(one, number)))
                        .collect(),
                    ..query
                };
                assert_eq!(paged(&store, &viewer, &by_ids).await, expected, "{by_ids:?}");
            }
        }
    }
    let findings = store.doctor().await.unwrap();
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == store::FindingSeverity::Note),
        "{findings:?}"
    );
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..2_usize, 0..3_usize, 0..6_u64, 0..4_i64, any::<bool>()), 1..40)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn pages_give_what_filtering_everything_gives_on_sqlite(steps in steps(), limit in 1..9_usize, first in any::<bool>()) {
        runtime().block_on(async {
            let store = Store::open(&Location::SqliteMemory, kit::options()).await.unwrap();
            history(store, steps, limit, first).await;
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 20, ..ProptestConfig::default() })]
    #[test]
    fn pages_give_what_filtering_everything_gives_on_postgres(steps in steps(), limit in 1..9_usize, first in any::<bool>()) {
        runtime().block_on(async {
            let Some((store, location)) = kit::postgres("paging").await else { return };
            let closing = store.clone();
            let result = tokio::spawn(history(store, steps, limit, first)).await;
            closing.close().await;
            kit::drop_schema(&location).await;
            result.unwrap();
        });
    }
}
