//! Vocabularies: numbers that stay, clusters that are for whom they were opened to. On both databases.

use policy::{CommunityId, Principal, Role};
use store::{
    ClusterFilter, ClusterWish, ErrorKind, ImportEntry, ImportedCluster, ImportedRelation, Opening, RelationWish,
    Store, VocabularyKind, VocabularyWish,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn file(kind: VocabularyKind, key: &str, version: i64) -> VocabularyWish {
    VocabularyWish {
        kind,
        key: key.to_owned(),
        uuid: String::new(),
        version,
        enabled: false,
        built_in: false,
        digest: format!("digest of {key} {version}"),
        head: "{}".to_owned(),
        body: format!("body {version}"),
    }
}

fn brought(number: u128, value: &str, relations: &[(u128, &str)]) -> ImportedCluster {
    let relation = |(target, kind): &(u128, &str)| ImportedRelation {
        target: Uuid::from_u128(*target),
        kind: (*kind).to_owned(),
        tags: vec!["likely".to_owned()],
    };
    ImportedCluster {
        uuid: Uuid::from_u128(number),
        value: value.to_owned(),
        tag: format!("misp-galaxy:tool=\"{value}\""),
        words: value.to_lowercase(),
        body: "{}".to_owned(),
        relations: relations.iter().map(relation).collect(),
    }
}

fn added(number: u128, value: &str, opening: Opening) -> ClusterWish {
    ClusterWish {
        uuid: Uuid::from_u128(number),
        opening,
        value: value.to_owned(),
        tag: format!("misp-galaxy:tool=\"{}\"", Uuid::from_u128(number)),
        words: value.to_lowercase(),
        version: 1,
        body: "{}".to_owned(),
    }
}

async fn somebody(store: &Store, member: &str, login: &str) -> Principal {
    let member = kit::member(store, member).await;
    let person = kit::person(store, &member, login, Role::Analyst).await;
    store.principal_of(&person, false).await.unwrap()
}

async fn values(store: &Store, who: &Principal, filter: ClusterFilter) -> Vec<String> {
    let filter = ClusterFilter { limit: 10, ..filter };
    store
        .cluster_list(who, &filter)
        .await
        .unwrap()
        .into_iter()
        .map(|cluster| cluster.value)
        .collect()
}

on_both! {
    async fn numbers_and_switches_stay_over_imports(store: Store) {
        let actor = kit::setup();
        let kind = VocabularyKind::Taxonomy;
        let before = store.ledger_size().await.unwrap();
        let mut entry = ImportEntry::of(&actor, "a folder");
        store.vocabulary_put(&mut entry, &file(kind, "tlp", 1)).await.unwrap();
        store.vocabulary_put(&mut entry, &file(kind, "pap", 1)).await.unwrap();
        let tlp = store.vocabulary_by_key(kind, "tlp").await.unwrap().unwrap();
        assert!(!tlp.enabled);
        store.vocabulary_set(&actor, kind, tlp.id, true, true).await.unwrap();
        store.vocabulary_put(&mut entry, &file(kind, "tlp", 2)).await.unwrap();
        let again = store.vocabulary_get(kind, tlp.id).await.unwrap().unwrap();
        assert_eq!((again.id, again.version, again.enabled, again.required), (tlp.id, 2, true, true));
        assert_eq!(store.vocabulary_body(kind, tlp.id).await.unwrap().as_deref(), Some("body 2"));
        assert_eq!(store.vocabulary_list(kind).await.unwrap().len(), 2);
        // A number of another kind is no number of this one.
        assert_eq!(store.vocabulary_get(VocabularyKind::Galaxy, tlp.id).await.unwrap(), None);
        let error = store.vocabulary_set(&actor, VocabularyKind::Galaxy, tlp.id, true, true).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(store.ledger_size().await.unwrap() - before, 2, "one entry for the import, one for the switch");
    }

    async fn a_warninglist_comes_to_the_others_and_has_a_number(store: Store) {
        let kind = VocabularyKind::Warninglist;
        let mut entry = ImportEntry::none();
        store.vocabulary_put(&mut entry, &file(kind, "resolvers", 1)).await.unwrap();
        let texts = store.warninglist_all_texts().await.unwrap();
        assert_eq!(texts, [("resolvers".to_owned(), "body 1".to_owned())]);
        let number = store.vocabulary_number(kind, "resolvers").await.unwrap();
        assert_eq!(store.vocabulary_body(kind, number).await.unwrap().as_deref(), Some(""));
        let built_in = store.vocabulary_number(kind, "reserved-names").await.unwrap();
        assert_eq!(store.vocabulary_number(kind, "reserved-names").await.unwrap(), built_in);
        assert_ne!(number, built_in);
    }

    async fn clusters_of_a_file_replace_those_of_the_one_before(store: Store) {
        let who = somebody(&store, "city", "ana").await;
        let mut entry = ImportEntry::none();
        store.vocabulary_put(&mut entry, &file(VocabularyKind::Galaxy, "tool", 1)).await.unwrap();
        let galaxy = store.vocabulary_by_key(VocabularyKind::Galaxy, "tool").await.unwrap().unwrap().id;
        let clusters = |version| file(VocabularyKind::Clusters, "tool", version);
        let first = [brought(1, "Saw", &[(2, "like"), (9, "used-by")]), brought(2, "Axe", &[])];
        store.cluster_import(&mut entry, &clusters(1), galaxy, &first).await.unwrap();
        let saw = store.cluster_by_uuid(&who, Uuid::from_u128(1)).await.unwrap().remove(0);
        assert_eq!(store.relations_of(&who, saw.id).await.unwrap().len(), 2);
        assert_eq!(store.relations_to(&who, Uuid::from_u128(2)).await.unwrap()[0].cluster_uuid, Uuid::from_u128(1));
        let second = [brought(1, "Saw", &[(2, "like")]), brought(3, "Hammer", &[])];
        store.cluster_import(&mut entry, &clusters(2), galaxy, &second).await.unwrap();
        let again = store.cluster_by_uuid(&who, Uuid::from_u128(1)).await.unwrap().remove(0);
        assert_eq!((again.id, again.version), (saw.id, 2));
        assert_eq!(store.relations_of(&who, saw.id).await.unwrap().len(), 1);
        assert_eq!(values(&store, &who, ClusterFilter::default()).await, ["Saw", "Hammer"]);
        assert_eq!(store.cluster_counts().await.unwrap(), [(galaxy, 2)]);
        let filter = ClusterFilter { words: Some("amm".to_owned()), ..ClusterFilter::default() };
        assert_eq!(values(&store, &who, filter).await, ["Hammer"]);
        let filter = ClusterFilter { words: Some("%".to_owned()), ..ClusterFilter::default() };
        assert!(values(&store, &who, filter).await.is_empty());
        let tagged = store.cluster_by_tag(&who, "misp-galaxy:tool=\"Saw\"").await.unwrap();
        assert_eq!(tagged.len(), 1);
    }

    async fn what_a_member_added_is_theirs(store: Store) {
        let ana = somebody(&store, "city", "ana").await;
        let mut ben = somebody(&store, "port", "ben").await;
        let own = Opening { member: ana.member, community: None, level: 0 };
        let id = store.cluster_add(&ana, 1, &added(1, "Quiet", own)).await.unwrap();
        let twice = store.cluster_add(&ana, 1, &added(1, "Quiet", own)).await.unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::Conflict);
        assert_eq!(store.cluster_get(&ben, id).await.unwrap(), None);
        assert!(values(&store, &ben, ClusterFilter::default()).await.is_empty());
        let relation = RelationWish { target: Uuid::from_u128(2), kind: "like".to_owned(), opening: own, tags: vec![] };
        let related = store.relation_add(&ana, id, &relation).await.unwrap();
        assert_eq!(store.relation_get(&ben, related).await.unwrap(), None);
        // Opened to a community, it is read there and still changed by nobody else.
        let common = Opening { community: Some(CommunityId(7)), level: 1, ..own };
        store.cluster_edit(&ana, id, &added(1, "Loud", common)).await.unwrap();
        ben.communities.insert(CommunityId(7));
        assert_eq!(values(&store, &ben, ClusterFilter::default()).await, ["Loud"]);
        assert!(store.relations_of(&ben, id).await.unwrap().is_empty(), "the relation was not opened");
        for refused in [
            store.cluster_edit(&ben, id, &added(1, "Mine", common)).await,
            store.cluster_publish(&ben, id).await,
            store.cluster_delete(&ben, id, true).await,
            store.cluster_erase(&ben, id).await,
            store.relation_delete(&ben, related).await,
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
        }
        store.cluster_publish(&ana, id).await.unwrap();
        store.cluster_delete(&ana, id, true).await.unwrap();
        assert_eq!(store.cluster_get(&ben, id).await.unwrap(), None);
        let deleted = ClusterFilter { deleted: true, ..ClusterFilter::default() };
        assert_eq!(values(&store, &ana, deleted.clone()).await, ["Loud"]);
        assert!(values(&store, &ben, deleted).await.is_empty());
        // An import leaves what members added.
        let mut entry = ImportEntry::none();
        let clusters = file(VocabularyKind::Clusters, "tool", 1);
        store.cluster_import(&mut entry, &clusters, 1, &[brought(1, "Quiet", &[])]).await.unwrap();
        assert_eq!(store.cluster_by_uuid(&ana, Uuid::from_u128(1)).await.unwrap().len(), 2);
        store.cluster_erase(&ana, id).await.unwrap();
        assert_eq!(store.cluster_by_uuid(&ana, Uuid::from_u128(1)).await.unwrap().len(), 1);
    }
}
