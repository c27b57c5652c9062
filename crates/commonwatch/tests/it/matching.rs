//! Matching at home: `match`, `watchlist`, `hunt`, `backtest`, which need no node.
//!
//! The built-in warninglists leave documentation addresses out, so most tests say `--no-warninglists`.

use std::io::Write;

use crate::kit::{Answer, Place, steady};

/// As a member gets it in a mail. The hash is that of the word `password`.
const LIST: &str = "# from Tuesday's call\n198.51.100.7\n203.0.113.0/24\nhxxp://bad[.]example[.]net/gate.php\nupdates.example.org\n\
    5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8\n";
/// Three hits and two that look like one.
const CONNECTIONS: &str = concat!(
    r#"{"ts":1795942800.123,"uid":"Ca1","id.orig_h":"192.168.1.20","id.orig_p":50122,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp"}"#,
    "\n",
    r#"{"ts":1795942803.5,"uid":"Ca2","id.orig_h":"192.168.1.21","id.orig_p":50123,"id.resp_h":"198.51.100.71","id.resp_p":443,"proto":"tcp"}"#,
    "\n",
    r#"{"ts":1795942806.25,"uid":"Ca3","id.orig_h":"192.168.1.20","id.orig_p":50124,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp"}"#,
    "\n",
    r#"{"ts":1795942809.75,"uid":"Ca4","id.orig_h":"192.168.1.33","id.orig_p":50125,"id.resp_h":"203.0.113.77","id.resp_p":22,"proto":"tcp"}"#,
    "\n",
    r#"{"ts":1795942811.5,"uid":"Ca5","id.orig_h":"192.168.1.33","id.orig_p":50126,"id.resp_h":"8.198.51.100","id.resp_p":22,"proto":"tcp"}"#,
    "\n",
);
const RULE: &str = r"title: Program started from the recycle bin
id: 8c9f2f0e-6f3a-4a7e-9c3b-0d5c3a1b2e4f
level: high
tags: [attack.t1036]
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    Image|contains: '\$Recycle.Bin\'
  condition: selection
";
const WINDOWS: &str = concat!(
    r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc7.example.org","UtcTime":"2026-11-29 09:00:00.000","Image":"C:\\$Recycle.Bin\\update.exe"}"#,
    "\n",
    r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc7.example.org","UtcTime":"2026-11-29 09:00:05.000","Image":"C:\\Windows\\notepad.exe"}"#,
    "\n",
);

/// The place with the list and the log.
fn place() -> Place {
    let place = Place::new();
    place.write("list.txt", LIST);
    place.write("conn.log", CONNECTIONS);
    place
}

/// The place with the list compiled, too.
fn compiled() -> Place {
    let place = place();
    let answer = place.run(&[
        "watchlist",
        "compile",
        "list.txt",
        "-o",
        "today.cww",
        "--no-warninglists",
    ]);
    assert_eq!(answer.code, 0, "{answer}");
    place
}

/// How long something took is told as `0.0 s` and the like.
fn shown(answer: &Answer) -> String {
    let timed = |line: &str| match (line.rsplit_once(", in "), line.rsplit_once(", 0.")) {
        (Some((before, after)), _) if after.ends_with(" s") => format!("{before}, in TIME"),
        (_, Some((before, after))) if after.contains(" s): ") => {
            format!("{before}, TIME): {}", after.split_once("): ").unwrap().1)
        }
        _ => line.to_owned(),
    };
    let lines: Vec<String> = answer.to_string().lines().map(timed).collect();
    steady(&lines.join("\n"))
}

fn codes_and_hits(answer: &Answer) -> (i32, usize) {
    (
        answer.code,
        answer.out.lines().filter(|line| line.starts_with("HIT")).count(),
    )
}

#[test]
fn a_hit_says_where_what_who_and_the_code_is_1() {
    let answer = place().run(&["match", "conn.log", "--indicators", "list.txt", "--no-warninglists"]);
    insta::assert_snapshot!(shown(&answer), @"");
}

#[test]
fn nothing_found_is_code_0_and_says_what_was_left_out() {
    let place = place();
    insta::assert_snapshot!(shown(&place.run(&["match", "conn.log", "-i", "list.txt"])), @"");
    insta::assert_snapshot!(place.run(&["match", "-i", "list.txt", "--explain", "198.51.100[.]7"]), @"");
}

#[test]
fn what_cannot_be_done_is_code_2_and_says_what_to_do() {
    let place = compiled();
    place.write("empty.txt", "# nothing here\n");
    let commands: [&[&str]; 12] = [
        &["match", "conn.log"],
        &["match", "nowhere.log", "-w", "today.cww"],
        &["match", "conn.log", "-i", "nowhere.txt"],
        &["match", "conn.log", "-i", "empty.txt"],
        &["match", "conn.log", "-w", "list.txt"],
        &["match", "conn.log", "-w", "today.cww", "--strictest-tlp", "purple"],
        &["match", "-w", "today.cww", "--explain", "nonsense"],
        &["match", "gopher://192.0.2.1/logs", "-w", "today.cww"],
        &["watchlist", "show", "conn.log"],
        &["hunt", "conn.log", "--value", "nonsense"],
        &["hunt", "syslog+udp://127.0.0.1:5514", "--value", "198.51.100.7"],
        &["backtest", "nowhere.log", "-w", "today.cww"],
    ];
    let answers = commands.map(|command| {
        let answer = place.run(command);
        assert_eq!(answer.code, 2, "{command:?}: {answer}");
        format!("$ commonwatch {}\n{answer}", command.join(" "))
    });
    insta::assert_snapshot!(answers.join("\n"), @"");
}

#[test]
fn programs_read_a_line_of_json_for_each_hit() {
    let place = place();
    let hits = place.json(&[
        "match",
        "conn.log",
        "-i",
        "list.txt",
        "--no-warninglists",
        "--every-hit",
    ]);
    let told: Vec<_> = hits
        .iter()
        .map(|hit| {
            (
                hit["at"].as_u64().unwrap(),
                hit["matched"].as_str().unwrap(),
                hit["relation"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "198.51.100.7", "same"),
            (3, "198.51.100.7", "same"),
            (4, "203.0.113.0/24", "within"),
        ]
    );
    assert_eq!(hits[0]["reader"], "zeek-json");
    assert_eq!(hits[0]["host"], "192.168.1.20");
    assert_eq!(hits[0]["event"].as_str().unwrap(), CONNECTIONS.lines().next().unwrap());
}

#[test]
fn what_repeats_is_counted_and_every_hit_is_in_one_count() {
    let place = compiled();
    let line = CONNECTIONS.lines().next().unwrap();
    place.write("many.log", format!("{line}\n").repeat(25));
    let hits = place.json(&["match", "many.log", "-w", "today.cww"]);
    let counts: Vec<_> = hits.iter().map(|hit| hit["count"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 9, 15]);
    let every = place.json(&["match", "many.log", "-w", "today.cww", "--every-hit"]);
    assert_eq!(every.len(), 25);
}

#[test]
fn a_watchlist_is_compiled_shown_and_asked() {
    let place = compiled();
    let answers = [
        vec!["watchlist", "compile", "list.txt", "-o", "careful.cww"],
        vec!["watchlist", "show", "careful.cww"],
        vec![
            "watchlist",
            "explain",
            "today.cww",
            "203.0.113.200",
            "cdn.updates.example.org",
            "notupdates.example.org",
            "hxxps://bad[.]example[.]net/gate.php?id=7",
            "bad.example.net",
        ],
    ]
    .map(|command| format!("$ commonwatch {}\n{}", command.join(" "), shown(&place.run(&command))));
    insta::assert_snapshot!(answers.join("\n"), @"");
}

#[test]
fn packed_logs_and_standard_input_are_read_like_any_other() {
    let place = compiled();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(CONNECTIONS.as_bytes()).unwrap();
    place.write("conn.log.gz", packed.finish().unwrap());
    assert_eq!(
        codes_and_hits(&place.run(&["match", "conn.log.gz", "-w", "today.cww"])),
        (1, 3)
    );
    let answer = place.run_with(&["match", "-", "-w", "today.cww"], CONNECTIONS);
    assert_eq!(codes_and_hits(&answer), (1, 3), "{answer}");
    assert!(answer.out.contains("standard input:4"), "{answer}");
}

#[test]
fn in_a_directory_logs_are_logs_and_every_file_is_hashed() {
    let place = compiled();
    std::fs::create_dir(place.path().join("share")).unwrap();
    place.write("share/notes.txt", "password");
    place.write("share/conn.log", CONNECTIONS);
    let answer = place.run(&["match", "share", "-w", "today.cww"]);
    assert_eq!(codes_and_hits(&answer), (1, 4), "{answer}");
    let files = place.run(&["match", "share", "-w", "today.cww", "--as-what", "files"]);
    insta::assert_snapshot!(shown(&files), @"");
}

#[test]
fn a_sigma_rule_of_ones_own_is_asked_of_windows_events() {
    let place = Place::new();
    place.write("rule.yml", RULE);
    place.write("windows.json", WINDOWS);
    insta::assert_snapshot!(shown(&place.run(&["match", "windows.json", "--sigma", "rule.yml"])), @"");
}

#[test]
fn broken_lines_and_other_formats_are_counted_and_matched_all_the_same() {
    let place = compiled();
    let first = CONNECTIONS.lines().next().unwrap();
    let mixed = format!(
        "{first}\n{}\nNov 29 09:00:00 fw1 sshd[77]: refused 198.51.100.7 port 22\n",
        &first[..110]
    );
    place.write("mixed.log", mixed);
    insta::assert_snapshot!(shown(&place.run(&["match", "mixed.log", "-w", "today.cww"])), @"");
}

#[test]
fn a_hunt_reads_less_than_the_log_where_its_index_knows_that_nothing_is_there() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("past")).unwrap();
    let line = |number: usize, address: &str| {
        format!(
            "{{\"ts\":{}.5,\"uid\":\"C{number}\",\"id.orig_h\":\"192.168.1.20\",\"id.resp_h\":\"{address}\"}}\n",
            1_795_942_800 + number
        )
    };
    let log: String = (0..80_000)
        .map(|number| line(number, if number == 60_000 { "198.51.100.7" } else { "192.0.2.10" }))
        .collect();
    place.write("past/conn.log", &log);
    let indexed = &place.json(&["hunt", "index", "past"])[0];
    assert_eq!(indexed["bytes_read"].as_u64().unwrap(), log.len() as u64);
    assert!(
        indexed["index_bytes"].as_u64().unwrap() * 20 < log.len() as u64,
        "{indexed}"
    );
    let again = &place.json(&["hunt", "index", "past"])[0];
    assert_eq!(
        (&again["files"], &again["bytes_read"]),
        (&1.into(), &0.into()),
        "the index is no log"
    );

    let hunt = |value: &str| {
        let answer = place.run(&["hunt", "past", "--value", value, "--json"]);
        let summary: serde_json::Value = serde_json::from_str(answer.err.lines().last().unwrap()).unwrap();
        (answer, summary["summary"].clone())
    };
    let (answer, summary) = hunt("203.0.113[.]9");
    assert_eq!(answer.code, 0, "{answer}");
    assert_eq!(summary["parts_read"], 0);
    assert!(
        summary["bytes_read"].as_u64().unwrap() * 10 < log.len() as u64,
        "{summary}"
    );
    let (answer, summary) = hunt("198.51.100.7");
    assert_eq!((answer.code, &summary["parts_read"]), (1, &1.into()), "{answer}");
    let hit: serde_json::Value = serde_json::from_str(answer.out.lines().next().unwrap()).unwrap();
    assert_eq!(hit["at"], 60_001);
}

#[test]
fn what_would_fire_too_often_is_told_before_it_is_used() {
    let place = place();
    place.write("wide.txt", "198.51.100.7\n192.168.1.0/24\n");
    let backtest = [
        "backtest",
        "conn.log",
        "-i",
        "wide.txt",
        "--no-warninglists",
        "--too-often",
        "3",
    ];
    insta::assert_snapshot!(place.run(&backtest), @"");
    let careful = place.run(&["backtest", "conn.log", "-i", "wide.txt", "--no-warninglists"]);
    assert_eq!(careful.code, 0, "{careful}");
}
