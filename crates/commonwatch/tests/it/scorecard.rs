//! The numbers of the scorecard from the command line, where they are found wrong.

use serde_json::Value;

use crate::kit::Place;

/// So many seconds later it is another year.
const A_YEAR_LATER: i64 = 366 * 86_400;

#[test]
fn a_report_that_was_made_from_wrong_numbers_stays_and_says_so() {
    let place = Place::with_sample();
    let later = |arguments: &[&str]| {
        let answer = place.run_later(A_YEAR_LATER, arguments);
        assert_eq!(answer.code, 0, "{arguments:?}: {answer}");
        answer
    };
    let card: Value = serde_json::from_str(&place.run(&["scorecard", "show", "--json"]).out).unwrap();
    let year = &card["to"].as_str().unwrap()[..4];
    let report = || -> Value {
        let answer = later(&["scorecard", "report", year, "--json"]);
        serde_json::from_str(&answer.out).unwrap_or_else(|_| panic!("{answer}"))
    };
    let made = report();
    assert_eq!(made.get("put_right"), None);
    // What is right is put right without a word about reports.
    let rebuilt = later(&["scorecard", "rebuild"]);
    assert!(!format!("{rebuilt}").contains("the report of"), "{rebuilt}");
    assert_eq!(report(), made);
    let database = rusqlite::Connection::open(place.path().join("node").join(store::DATABASE_FILE)).unwrap();
    let sql = "update score_own set count = count + 1 where community = 0";
    assert!(database.execute(sql, []).unwrap() > 0);
    drop(database);
    let rebuilt = format!("{}", later(&["scorecard", "rebuild"]));
    assert!(
        rebuilt.contains(&format!("the report of {year} was made from numbers that were wrong")),
        "{rebuilt}"
    );
    let mut after = report();
    let put_right = after.as_object_mut().unwrap().remove("put_right").unwrap();
    assert!(put_right.is_string());
    assert_eq!(after, made);
    let page = later(&["scorecard", "report", year, "--format", "html"]);
    assert!(page.out.contains("found wrong and put right"), "{page}");
}
