//! What is kept of people, from the command line: the record of it, and that a node which serves forgets by itself.

use serde_json::Value;

use crate::kit::Place;

#[test]
fn the_record_says_who_answers_for_it_what_is_kept_and_which_rules_run() {
    let place = Place::with_sample();
    let config = place.read("node/commonwatch.toml");
    place.write(
        "node/commonwatch.toml",
        config.replace("# sessions = 30", "sessions = 7"),
    );
    let record = place.json(&["privacy", "record"]);
    assert_eq!(record[0]["retention"]["sessions"], 7, "{record:?}");
    assert!(record[0]["node"].as_str().is_some_and(|title| !title.is_empty()));
    let kept = record.iter().filter(|line| line["table"].is_string());
    assert_eq!(kept.count(), store::privacy::KEPT.len());
    let receive: Vec<_> = record.iter().filter_map(|line| line["recipients"].as_str()).collect();
    assert_eq!(receive, ["members of communities"]);
    let plain = place.run(&["privacy", "record"]);
    assert!(plain.out.contains("sessions 7, invitations 180"), "{plain}");
}

#[test]
fn a_node_that_serves_forgets_what_is_over_when_its_days_have_passed() {
    let place = Place::with_sample();
    place.write("list.txt", "198.51.100.7\n");
    let shared = place.run(&["share", "list.txt", "-c", "exampleland", "--as", "water"]);
    assert_eq!(shared.code, 0, "{shared}");
    let transfers = |later: i64| {
        let told = place.run_later(later, &["privacy", "export", "water", "--json"]);
        let data: Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{told}"));
        data["kept"]["transfer"].as_array().unwrap().len()
    };
    assert!(transfers(0) > 0);
    let later = 402 * 86_400;
    let mut serving = place.start_later(later, &["serve", "--listen", "127.0.0.1:0"]);
    // What is said once it is done.
    serving.err_line(|line| line.contains("the retention rules removed") && !line.contains("transfers: 0"));
    drop(serving);
    assert_eq!(transfers(later), 0);
}
