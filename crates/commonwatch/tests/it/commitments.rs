//! Commitments from the command line: asked, listed, kept, shown; and the help of their commands.

use crate::kit::Place;

/// The utility shares an address with all of Exampleland; gives the item.
fn shared(place: &Place) -> String {
    place.write("list.txt", "198.51.100.77\n");
    let share = place.run(&["share", "list.txt", "-c", "exampleland", "--as", "water"]);
    assert_eq!(share.code, 0, "{share}");
    let found = place.json(&["search", "198.51.100.77", "--as", "water"]);
    let indicator = found.iter().find(|one| one["type"] == "indicator").unwrap();
    indicator["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_commitment_is_asked_listed_kept_and_shown() {
    let place = Place::with_sample();
    let item = shared(&place);
    let make = |more: &[&str]| {
        let command = [
            "commitment",
            "make",
            "act",
            &item,
            "--because",
            "charter 4",
            "--due",
            "by 2099-12-31, Europe/Madrid",
        ];
        place.json(&[&command, more, &["--as", "water"]].concat())
    };
    let made = make(&["-c", "exampleland", "--tell", "1 day before: person"]);
    assert_eq!(made.len(), 4, "everybody but the utility: {made:?}");
    let hospital = made
        .iter()
        .find(|one| one["owed_by"] == "Exampleton General Hospital")
        .unwrap();
    assert_eq!(
        (&hospital["due"], &hospital["state"]),
        (&"2099-12-31T22:59:59.999999Z".into(), &"open".into())
    );
    let id = hospital["id"].as_str().unwrap();
    let list = place.run(&["commitment", "list", "--as", "hospital"]);
    assert!(
        list.code == 0 && list.out.contains(id) && list.out.contains("198.51.100.77"),
        "{list}"
    );
    let bare = place.run(&["commitment", "keep", id, "--as", "hospital"]);
    assert!(bare.code == 2 && bare.err.contains("evidence"), "{bare}");
    let stranger = place.run(&["commitment", "show", id, "--as", "city"]);
    let nothing = place.run(&[
        "commitment",
        "show",
        "00000000-0000-4000-8000-000000000000",
        "--as",
        "city",
    ]);
    assert_eq!((stranger.code, stranger.to_string()), (3, nothing.to_string()));
    let kept = place.run(&["commitment", "keep", id, "--evidence", "blocked", "--as", "hospital"]);
    assert!(kept.code == 0 && kept.out.contains("kept"), "{kept}");
    let shown = &place.json(&["commitment", "show", id, "--as", "water"])[0];
    assert_eq!(
        (&shown["evidence"], &shown["runs"]),
        (&"blocked".into(), &"by 2099-12-31, Europe/Madrid".into())
    );
    assert_eq!(shown["history"][1]["what"], "kept");
    let text = place.run(&["commitment", "show", id, "--as", "water"]).out;
    assert!(
        text.contains("owed by     Exampleton General Hospital") && text.contains("because     charter 4"),
        "{text}"
    );
    let owed = place.json(&["commitment", "list", "--owed", "--state", "all", "--as", "water"]);
    assert_eq!(owed.len(), 4);
    let calendar = place.run(&["commitment", "calendar", "--as", "city"]).out;
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 1, "{calendar}");
}

#[test]
fn people_are_told_where_they_say_and_without_a_server_nothing_is_sent() {
    let place = Place::with_sample();
    let told = place.run(&[
        "member",
        "notices",
        "hospital",
        "--email",
        "ada@hospital.example",
        "--how",
        "daily",
    ]);
    assert!(told.code == 0 && told.out.contains("ada@hospital.example"), "{told}");
    let wrong = place.run(&["member", "notices", "hospital", "--email", "Ada <ada@hospital.example>"]);
    assert_eq!(wrong.code, 2, "{wrong}");
    let others = place.run(&[
        "member",
        "notices",
        "city",
        "--email",
        "x@y.example",
        "--as",
        "hospital",
    ]);
    assert_eq!(others.code, 3, "{others}");
    let item = shared(&place);
    let make = [
        "commitment",
        "make",
        "acknowledge",
        &item,
        "--because",
        "charter",
        "--from",
        "Exampleton General Hospital",
        "--as",
        "water",
    ];
    assert_eq!(place.run(&make).code, 0);
    insta::assert_snapshot!(place.run(&["commitment", "remind"]), @r"
    exit code 0
    -- out
    1 commitments, 1 notices
    no mail is sent: commonwatch.toml has no [mail] server
    ");
}

#[test]
fn the_help_of_its_commands() {
    let place = Place::new();
    let pages: Vec<String> = ["", "list", "make", "extend"]
        .into_iter()
        .map(|command| {
            let words = ["commitment", command, "-h"];
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            place.run(&words).out
        })
        .collect();
    insta::assert_snapshot!(pages.join("\n"));
}
