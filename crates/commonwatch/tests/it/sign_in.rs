//! What takes two people, and how people sign in, from the command line.

use crate::kit::Place;

/// The first object that a command prints.
fn first(place: &Place, command: &[&str]) -> serde_json::Value {
    place.json(command).into_iter().next().unwrap_or_default()
}

#[test]
fn a_member_is_put_out_by_two_or_by_one_whose_configuration_says_so() {
    let place = Place::with_sample();
    place.write("password.txt", "correct horse battery");
    let second = [
        "member",
        "person",
        "Exampleton General Hospital",
        "second",
        "--role",
        "operator",
    ];
    let made = place.run(&[&second[..], &["--password-file", "password.txt"]].concat());
    assert_eq!(made.code, 0, "{made}");
    let alone = place.run(&["member", "leave", "Example Control Systems"]);
    assert_eq!(alone.code, 3, "{alone}");
    assert!(alone.err.contains("commonwatch proposal"), "{alone}");
    let propose = ["proposal", "expel", "Example Control Systems", "--reason", "It left"];
    let made = first(&place, &propose);
    let uuid = made["id"].as_str().unwrap();
    let own = place.run(&["proposal", "confirm", uuid]);
    assert_eq!(own.code, 3, "{own}");
    let listed = first(&place, &["proposal", "list", "--as", "second"]);
    assert_eq!(
        (listed["by"].as_str(), listed["state"].as_str()),
        (Some("operator"), Some("open"))
    );
    let refused = place.run(&["proposal", "refuse", uuid, "--reason", "Not yet", "--as", "second"]);
    assert_eq!(refused.code, 0, "{refused}");
    let anew = first(&place, &propose);
    let done = place.run(&["proposal", "confirm", anew["id"].as_str().unwrap(), "--as", "second"]);
    assert_eq!(done.code, 0, "{done}");
    assert!(
        place
            .run(&["search", "x", "--as", "tech"])
            .err
            .contains("no active person")
    );
    assert_eq!(place.json(&["proposal", "list", "--all"]).len(), 2);
    let config = place.read("node/commonwatch.toml");
    place.write(
        "node/commonwatch.toml",
        config.replace("# four-eyes = true", "four-eyes = false"),
    );
    let by_one = place.run(&["member", "leave", "City of Exampleton"]);
    assert!(!by_one.err.contains("commonwatch proposal"), "{by_one}");
}

#[test]
fn a_second_factor_begins_at_the_node_itself_and_sessions_are_ended_there() {
    let place = Place::with_sample();
    let shown = first(&place, &["factor", "show"]);
    assert_eq!(
        (&shown["since"], shown["passkeys"].as_array().map(Vec::len)),
        (&serde_json::Value::Null, Some(0))
    );
    let made = first(&place, &["factor", "enrol"]);
    assert_eq!(made["secret"].as_str().map(str::len), Some(32));
    let wrong = place.run(&["factor", "confirm", "000000x"]);
    assert_eq!(wrong.code, 2, "{wrong}");
    assert!(wrong.err.contains("the code is not right"), "{wrong}");
    let reset = place.run(&["factor", "reset", "operator"]);
    assert_eq!(reset.code, 3, "nobody takes their own away: {reset}");
    let ended = first(&place, &["session", "end", "--all"]);
    assert_eq!(ended["ended"], 0);
    assert!(place.json(&["session", "list"]).is_empty());
    let other = place.run(&["session", "list", "--for", "operator", "--as", "hospital"]);
    assert_eq!(other.code, 3, "{other}");
    let offer = place.run(&["factor", "offer", "hospital", "city"]);
    assert_eq!(offer.code, 3, "there is no such provider: {offer}");
}
