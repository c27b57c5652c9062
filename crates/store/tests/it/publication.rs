//! What is published: one piece for each object, changed in place, taken back; on both databases.

use store::{ErrorKind, NewPublication, Store};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn words(number: u128, object: &str, title: &str) -> NewPublication {
    NewPublication {
        uuid: Uuid::from_u128(number),
        object: object.to_owned(),
        added: stix::Timestamp::from_micros(kit::START),
        language: "en".to_owned(),
        title: title.to_owned(),
        happened: "It broke".to_owned(),
        concerned: "Water works".to_owned(),
        advice: "Mend it".to_owned(),
        ends: None,
        sectors: vec!["water".to_owned()],
    }
}

on_both! {
    async fn an_object_is_published_once_and_keeps_its_name_when_its_words_change(store: Store) {
        let nobody = kit::setup();
        let first = store.publication_put(&nobody, words(1, "a", "First")).await.unwrap();
        store.publication_name(&nobody, first.words.uuid, true).await.unwrap();
        let again = store.publication_put(&nobody, words(2, "a", "Again")).await.unwrap();
        assert_eq!((again.words.uuid, again.words.title.as_str(), again.named), (Uuid::from_u128(1), "Again", true));
        assert!(again.published == first.published && again.changed > first.changed);
        // Of another contribution nobody said that they want to be named.
        let mut later = words(3, "a", "Later");
        later.added = later.added.plus_micros(1);
        assert!(!store.publication_put(&nobody, later).await.unwrap().named);
        store.publication_put(&nobody, words(4, "b", "Other")).await.unwrap();
        let list = store.publication_list(None, 10).await.unwrap();
        assert_eq!(list.iter().map(|one| one.words.title.as_str()).collect::<Vec<_>>(), ["Other", "Later"]);
        assert_eq!(store.publication_list(Some(list[0].id), 10).await.unwrap().len(), 1);
        store.publication_take_back(&nobody, Uuid::from_u128(1)).await.unwrap();
        let gone = store.publication_take_back(&nobody, Uuid::from_u128(1)).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        assert_eq!(store.publication_of("a").await.unwrap(), None);
        assert_eq!(store.publication_get(Uuid::from_u128(1)).await.unwrap(), None);
        // It can be published anew, under another name.
        store.publication_put(&nobody, words(5, "a", "Anew")).await.unwrap();
        assert_eq!(store.publication_of("a").await.unwrap().unwrap().words.uuid, Uuid::from_u128(5));
    }
}
