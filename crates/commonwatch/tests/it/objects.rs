//! `hunt` in object storage, against a small endpoint over loopback.

use crate::bucket::Endpoint;
use crate::kit::Place;

const HIT: &str = r#"{"ts":1795942800.123,"id.orig_h":"192.168.1.20","id.resp_h":"198.51.100.7","proto":"tcp"}"#;
const OTHER: &str = r#"{"ts":1795942801.5,"id.orig_h":"192.168.1.20","id.resp_h":"192.0.2.7","proto":"tcp"}"#;

#[test]
fn a_hunt_in_a_bucket_reads_only_objects_that_can_hold_something() {
    let place = Place::new();
    let endpoint = Endpoint::start();
    let address = endpoint.address("logs/zeek/", &Endpoint::credentials(place.path(), true));
    endpoint.put("zeek/1.log", format!("{OTHER}\n{HIT}\n"));
    endpoint.put("zeek/2.log", format!("{OTHER}\n"));
    endpoint.put("zeek/3.log", format!("{OTHER}\n"));
    let indexed = place.run(&["hunt", "index", &address, "--indexes", "indexes"]);
    assert_eq!(indexed.code, 0, "{indexed}");
    endpoint.asked();

    let hunt = |value: &str| {
        let answer = place.run(&["hunt", &address, "--indexes", "indexes", "--value", value]);
        let objects: Vec<String> = endpoint
            .asked()
            .into_iter()
            .filter(|line| !line.contains("list-type"))
            .collect();
        (answer, objects)
    };
    let (answer, objects) = hunt("198.51.100.7");
    assert_eq!(answer.code, 1, "{answer}");
    assert!(answer.out.contains("s3://logs/zeek/1.log:2\n"), "{answer}");
    assert_eq!(objects, ["GET /logs/zeek/1.log HTTP/1.1"], "{answer}");
    let (answer, objects) = hunt("203.0.113.9");
    assert_eq!((answer.code, objects.len()), (0, 0), "{answer}");

    // What was written anew is another log than the one that was indexed.
    endpoint.put("zeek/2.log", format!("{HIT}\n"));
    let (answer, objects) = hunt("198.51.100.7");
    assert!(answer.out.contains("s3://logs/zeek/2.log:1\n"), "{answer}");
    assert_eq!(objects.len(), 2, "{objects:?}");
}

#[test]
fn what_is_wrong_with_a_bucket_ends_with_code_2() {
    let place = Place::new();
    let endpoint = Endpoint::start();
    let wrong = endpoint.address("logs/", &Endpoint::credentials(place.path(), false));
    let answer = place.run(&["hunt", &wrong, "--indexes", "indexes", "--value", "198.51.100.7"]);
    assert_eq!(answer.code, 2, "{answer}");
    assert!(answer.err.contains("SignatureDoesNotMatch"), "{answer}");
    endpoint.away(true);
    let answer = place.run(&["hunt", &wrong, "--indexes", "indexes", "--value", "198.51.100.7"]);
    assert_eq!(answer.code, 2, "{answer}");
    assert!(answer.err.contains("SlowDown"), "{answer}");
    let answer = place.run(&["hunt", &wrong, "--value", "198.51.100.7"]);
    assert_eq!(answer.code, 2, "{answer}");
    assert!(answer.err.contains("--indexes"), "{answer}");
}
