//! Contributing and reading in order.

use store::{ObjectQuery, Outcome, Store, VersionFilter};

use crate::kit::{self, on_both};

async fn ids(store: &Store, viewer: &policy::Viewer, query: &ObjectQuery) -> Vec<String> {
    let page = store.object_page(viewer, query).await.unwrap();
    page.rows.into_iter().map(|row| row.id).collect()
}

on_both! {
    async fn what_goes_along_is_written_with_the_contribution_or_neither_is(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let ana = kit::person(&store, &city, "ana", policy::Role::Coordinator).await;
        let new = store::NewProposal {
            uuid: uuid::Uuid::from_u128(1),
            act: "{}".to_owned(),
            reason: "because".to_owned(),
            by_person: ana.id,
            member: city.id,
            expires: ana.created.plus_micros(3_600_000_000),
        };
        let proposal = store.proposal_put(&kit::setup(), new).await.unwrap();
        let along = || store.proposal_confirmation(&kit::setup(), &proposal);
        let state = async || store.proposal_get(proposal.terms.uuid).await.unwrap().unwrap().state;
        let one = kit::versioned("malware", 1, 0, &kit::to(water.id));
        // The same version with other content is refused, and with it what goes along.
        store.contribute(&kit::origin(&city), vec![one.clone()]).await.unwrap();
        let mut other = one.clone();
        other.digest = [7; 32];
        let refused = store.contribute_along(&kit::origin(&city), vec![other], along()).await;
        assert_eq!(refused.unwrap_err().kind(), store::ErrorKind::Conflict);
        assert_eq!(state().await, store::ProposalState::Open);
        let two = kit::versioned("malware", 2, 0, &kit::to(water.id));
        store.contribute_along(&kit::origin(&city), vec![two], along()).await.unwrap();
        assert_eq!(state().await, store::ProposalState::Confirmed);
        let size = store.ledger_size().await.unwrap();
        let three = kit::versioned("malware", 3, 0, &kit::to(water.id));
        let again = store.contribute_along(&kit::origin(&city), vec![three.clone()], along()).await;
        assert_eq!(again.unwrap_err().kind(), store::ErrorKind::NotFound);
        assert_eq!(store.ledger_size().await.unwrap(), size);
        let outcomes = store.contribute(&kit::origin(&city), vec![three]).await.unwrap();
        assert!(matches!(outcomes[0], Outcome::Accepted { .. }), "it was not stored before");
    }

    async fn what_is_contributed_is_read_byte_for_byte_in_order(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let batch: Vec<_> = (0..25).map(|number| kit::versioned("malware", number, 0, &kit::to(water.id))).collect();
        let outcomes = store.contribute(&kit::origin(&city), batch.clone()).await.unwrap();
        let added = kit::accepted(&outcomes);
        assert!(added.is_sorted_by(|one, other| one < other));
        let viewer = kit::viewer(&store, &city).await;
        let page = store.object_page(&viewer, &ObjectQuery { limit: 10, ..ObjectQuery::default() }).await.unwrap();
        assert!(page.more);
        for ((row, contribution), added) in page.rows.iter().zip(&batch).zip(&added) {
            assert_eq!((&row.body, &row.id, row.added), (&contribution.body, &contribution.id, *added));
            assert_eq!((row.digest, &row.version_text), (contribution.digest, &contribution.version_text));
            assert_eq!(row.object_type, "malware");
        }
        let rest = ObjectQuery { from: Some(page.rows[9].added.into()), limit: 100, ..ObjectQuery::default() };
        let page = store.manifest_page(&viewer, &rest).await.unwrap();
        assert_eq!((page.rows.len(), page.more), (15, false));
        assert!(page.rows.iter().all(|row| row.body.is_empty()));
    }

    async fn nobody_reads_what_is_not_for_them(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let water = kit::community(&store, "water", &city, &[]).await;
        store.contribute(&kit::origin(&city), vec![kit::versioned("malware", 1, 0, &kit::to(water.id))]).await.unwrap();
        let stranger = kit::viewer(&store, &cert).await;
        assert!(ids(&store, &stranger, &ObjectQuery::default()).await.is_empty());
        let by_id = ObjectQuery { ids: vec![kit::id("malware", 1)], ..ObjectQuery::default() };
        assert!(ids(&store, &stranger, &by_id).await.is_empty());
        assert!(!store.object_exists(&stranger, &kit::id("malware", 1)).await.unwrap());
        let own = kit::viewer(&store, &city).await;
        assert_eq!(ids(&store, &own, &by_id).await, by_id.ids);
        assert!(store.object_exists(&own, &kit::id("malware", 1)).await.unwrap());
    }

    async fn the_same_again_is_unchanged_and_writes_no_receipt(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let one = kit::versioned("malware", 1, 0, &kit::to(water.id));
        let other = kit::observable(7, "a", &kit::to(water.id));
        let first = store.contribute(&kit::origin(&city), vec![one.clone(), other.clone(), one.clone()]).await.unwrap();
        let added = kit::accepted(&first[..2]);
        assert_eq!(first[2], Outcome::Unchanged { added: added[0] });
        let size = store.ledger_size().await.unwrap();
        let again = store.contribute(&kit::origin(&city), vec![one, other]).await.unwrap();
        assert_eq!(again, [Outcome::Unchanged { added: added[0] }, Outcome::Unchanged { added: added[1] }]);
        assert_eq!(store.ledger_size().await.unwrap(), size);
    }

    async fn versions_that_break_the_rules_are_refused_and_the_rest_is_kept(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let audience = kit::to(water.id);
        let mut conflict = kit::versioned("malware", 1, 0, &audience);
        conflict.body.push(' ');
        conflict.digest = [1; 32];
        let mut revoked = kit::versioned("malware", 2, 5, &audience);
        revoked.revoked = true;
        let batch = vec![
            kit::versioned("malware", 1, 0, &audience),
            conflict,
            revoked,
            kit::versioned("malware", 2, 6, &audience),
            kit::versioned("malware", 3, 0, &audience),
        ];
        let outcomes = store.contribute(&kit::origin(&city), batch).await.unwrap();
        let code = |outcome: &Outcome| match outcome {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Unchanged { .. } => "unchanged",
            Outcome::Refused(problem) => problem.code,
        };
        assert_eq!(
            outcomes.iter().map(code).collect::<Vec<_>>(),
            ["accepted", "version-conflict", "accepted", "version-after-revocation", "accepted"]
        );
    }

    async fn made_up_times_make_no_second_version(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let undated = |seconds| store::Contribution { dated: false, ..kit::versioned("indicator", 1, seconds, &kit::to(water.id)) };
        let added = kit::accepted(&store.contribute(&kit::origin(&city), vec![undated(1)]).await.unwrap());
        let again = store.contribute(&kit::origin(&city), vec![undated(2)]).await.unwrap();
        assert_eq!(again, [Outcome::Unchanged { added: added[0] }]);
    }

    async fn the_last_version_is_the_last_that_the_viewer_may_see(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let water = kit::community(&store, "water", &city, &[&cert]).await;
        let inner = kit::community(&store, "inner", &city, &[]).await;
        let batch = vec![
            kit::versioned("malware", 1, 10, &kit::to(water.id)),
            kit::versioned("malware", 1, 20, &kit::to(inner.id)),
            kit::versioned("malware", 1, 5, &kit::to(water.id)),
        ];
        kit::accepted(&store.contribute(&kit::origin(&city), batch.clone()).await.unwrap());
        let (own, other) = (kit::viewer(&store, &city).await, kit::viewer(&store, &cert).await);
        let texts = async |viewer, versions| {
            let query = ObjectQuery { versions, ..ObjectQuery::default() };
            let page = store.object_page(viewer, &query).await.unwrap();
            page.rows.into_iter().map(|row| row.version_text).collect::<Vec<_>>()
        };
        let text = |at: usize| batch[at].version_text.clone();
        let first = VersionFilter { first: true, last: false, ..VersionFilter::default() };
        let exact = VersionFilter { last: false, exact: vec![batch[0].version.unwrap()], ..VersionFilter::default() };
        assert_eq!(texts(&own, VersionFilter::default()).await, [text(1)]);
        assert_eq!(texts(&other, VersionFilter::default()).await, [text(0)]);
        assert_eq!(texts(&own, first.clone()).await, [text(2)]);
        assert_eq!(texts(&other, VersionFilter::all()).await, [text(0), text(2)]);
        assert_eq!(texts(&other, exact).await, [text(0)]);
        let versions = store.versions_page(&own, &kit::id("malware", 1), &ObjectQuery::default()).await.unwrap();
        assert_eq!(versions.rows.len(), 3);
    }

    async fn each_member_s_contribution_is_its_own_and_readers_get_it_once(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let water = kit::community(&store, "water", &city, &[&cert]).await;
        let inner = kit::community(&store, "inner", &cert, &[]).await;
        let address = |content, audience: &policy::Audience| kit::observable(9, content, audience);
        let first = store.contribute(&kit::origin(&cert), vec![address("a", &kit::to(inner.id))]).await.unwrap();
        let second = store.contribute(&kit::origin(&city), vec![address("a", &kit::to(water.id))]).await.unwrap();
        let (first, second) = (kit::accepted(&first), kit::accepted(&second));
        let added = async |member| {
            let viewer = kit::viewer(&store, member).await;
            let page = store.object_page(&viewer, &ObjectQuery::default()).await.unwrap();
            page.rows.into_iter().map(|row| (row.added, row.version_text)).collect::<Vec<_>>()
        };
        assert_eq!(added(&cert).await, [(first[0], first[0].to_micros_text())]);
        assert_eq!(added(&city).await, [(second[0], second[0].to_micros_text())]);
    }

    async fn pages_are_cut_by_bytes_but_never_empty(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let batch = (0..4).map(|number| kit::versioned("malware", number, 0, &kit::to(water.id))).collect();
        store.contribute(&kit::origin(&city), batch).await.unwrap();
        let viewer = kit::viewer(&store, &city).await;
        let page = store.object_page(&viewer, &ObjectQuery { max_bytes: 1, ..ObjectQuery::default() }).await.unwrap();
        assert_eq!((page.rows.len(), page.more), (1, true));
    }

    async fn filters_work_together(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let audience = kit::to(water.id);
        let batch = vec![
            kit::versioned("malware", 1, 0, &audience),
            kit::versioned("tool", 2, 0, &audience),
            store::Contribution { spec_version: "2.0".to_owned(), ..kit::versioned("tool", 3, 0, &audience) },
            kit::versioned("campaign", 4, 0, &audience),
        ];
        let added = kit::accepted(&store.contribute(&kit::origin(&city), batch).await.unwrap());
        let viewer = kit::viewer(&store, &city).await;
        let types = |types: &[&str]| types.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let query = ObjectQuery { types: types(&["tool", "malware"]), ..ObjectQuery::default() };
        assert_eq!(ids(&store, &viewer, &query).await, [kit::id("malware", 1), kit::id("tool", 2), kit::id("tool", 3)]);
        let query = ObjectQuery { spec_versions: types(&["2.0"]), ..query };
        assert_eq!(ids(&store, &viewer, &query).await, [kit::id("tool", 3)]);
        let query = ObjectQuery { added_after: Some(added[1]), types: types(&["tool", "none-such"]), ..ObjectQuery::default() };
        assert_eq!(ids(&store, &viewer, &query).await, [kit::id("tool", 3)]);
        let query = ObjectQuery { types: types(&["none-such"]), ..ObjectQuery::default() };
        assert!(ids(&store, &viewer, &query).await.is_empty());
        let query = ObjectQuery { ids: vec![kit::id("tool", 2), kit::id("malware", 1)], types: types(&["tool"]), ..ObjectQuery::default() };
        assert_eq!(ids(&store, &viewer, &query).await, [kit::id("tool", 2)]);
    }

    async fn named_recipients_alone_see_what_is_red(store: Store) {
        let (city, cert, firm) =
            (kit::member(&store, "city").await, kit::member(&store, "cert").await, kit::member(&store, "firm").await);
        let red = kit::to_named([city.id, cert.id]);
        store.contribute(&kit::origin(&city), vec![kit::versioned("malware", 1, 0, &red)]).await.unwrap();
        for (member, seen) in [(&city, 1), (&cert, 1), (&firm, 0)] {
            let viewer = kit::viewer(&store, member).await;
            assert_eq!(ids(&store, &viewer, &ObjectQuery::default()).await.len(), seen, "{}", member.name);
        }
    }
}
