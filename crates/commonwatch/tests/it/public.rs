//! Advice for everybody from the command line.

use crate::kit::Place;

#[test]
fn advice_is_published_listed_and_taken_back() {
    let place = Place::with_sample();
    let found = place.json(&["search", "polling station"]);
    let ids = found.iter().filter_map(|one| one["id"].as_str());
    let report = ids
        .into_iter()
        .find(|id| id.starts_with("report--"))
        .unwrap()
        .to_owned();
    let words = [
        "--title",
        "Wrong opening hours",
        "--happened",
        "Copies",
        "--concerned",
        "Voters",
    ];
    let publish = |object: &str| {
        let command = [
            &["public", "publish", object][..],
            &words,
            &["--advice", "Use the link of your city"],
        ]
        .concat();
        place.run(&command)
    };
    let made = publish(&report);
    assert_eq!(made.code, 0, "{made}");
    assert!(made.err.contains("the public pages are off"), "{made}");
    let list = place.json(&["public", "list"]);
    assert_eq!(
        (list[0]["title"].as_str(), list[0]["shown"].as_bool()),
        (Some("Wrong opening hours"), Some(false))
    );
    let uuid = list[0]["id"].as_str().unwrap();
    let back = place.run(&["public", "take-back", uuid]);
    assert_eq!(back.code, 0, "{back}");
    assert!(place.json(&["public", "list"]).is_empty());
    // What is not for everybody is not published, and the sentence says what would be.
    let refused = publish("report--00000000-0000-4000-8000-000000000000");
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.err.contains("TLP:CLEAR"), "{refused}");
    let day = place.run(&[
        "public",
        "publish",
        &report,
        "--title",
        "a",
        "--happened",
        "b",
        "--concerned",
        "c",
        "--advice",
        "d",
        "--until",
        "soon",
    ]);
    assert!(day.code == 2 && day.err.contains("2027-01-31"), "{day}");
    assert_eq!(place.run(&["public", "answer", uuid]).code, 2, "an answer, or --close");
}
