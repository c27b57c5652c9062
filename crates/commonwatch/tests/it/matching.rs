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

/// Without how long something took, which is told as `0.0 s` and the like.
pub fn shown(answer: &Answer) -> String {
    let told = answer.to_string();
    let mut words: Vec<&str> = told.split(' ').collect();
    for at in 1..words.len() {
        let is_seconds = words[at].starts_with("s)") || words[at].trim_end() == "s" || words[at].starts_with("s\n");
        if is_seconds && words[at - 1].parse::<f64>().is_ok() {
            words[at - 1] = "SOME";
        }
    }
    steady(&words.join(" "))
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
    insta::assert_snapshot!(shown(&answer), @r#"
    exit code 1
    -- out
    HIT  TIME  conn.log:1
         198.51.100.7 in id.resp_h
         shared by list.txt (ID)
         concerns 192.168.1.20
         | {"ts":1795942800.123,"uid":"Ca1","id.orig_h":"192.168.1.20","id.orig_p":50122,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp"}
    HIT  TIME  conn.log:4
         203.0.113.77 in id.resp_h, an address within 203.0.113.0/24
         shared by list.txt (ID)
         concerns 192.168.1.33
         | {"ts":1795942809.75,"uid":"Ca4","id.orig_h":"192.168.1.33","id.orig_p":50125,"id.resp_h":"203.0.113.77","id.resp_p":22,"proto":"tcp"}
    HIT  TIME  conn.log:3
         198.51.100.7 in id.resp_h
         shared by list.txt (ID)
         concerns 192.168.1.20
         | {"ts":1795942806.25,"uid":"Ca3","id.orig_h":"192.168.1.20","id.orig_p":50124,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp"}

    5 events in 673 bytes of logs and traffic, in SOME s
    3 hits on 2 indicators, concerning 2 machines

    hits  indicator       first seen                last seen
    2     198.51.100.7    TIME  TIME
    1     203.0.113.0/24  TIME  TIME

    hits  machine       first seen                last seen
    2     192.168.1.20  TIME  TIME
    1     192.168.1.33  TIME  TIME
    "#);
}

#[test]
fn nothing_found_is_code_0_and_says_what_was_left_out() {
    let place = place();
    insta::assert_snapshot!(shown(&place.run(&["match", "conn.log", "-i", "list.txt"])), @"
    exit code 0
    -- out

    5 events in 673 bytes of logs and traffic, in SOME s
    Nothing of what is looked for was found.
    -- err
    1 to look for; 4 left out, most of them because the warninglist 'documentation-addresses' knows it as harmless (--explain VALUE tells of one)
    ");
    insta::assert_snapshot!(place.run(&["match", "-i", "list.txt", "--explain", "198.51.100[.]7"]), @"
    exit code 0
    -- out
    198.51.100.7 (ipv4): would not be a hit
         198.51.100.7 is not looked for: the warninglist 'documentation-addresses' knows it as harmless (198.51.100.7, shared by list.txt, indicator--5b2233d5-a271-51e9-b99a-f391a4d273e4)
    ");
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
    insta::assert_snapshot!(answers.join("\n"), @"
    $ commonwatch match conn.log
    exit code 2
    -- err
    error: there is nothing to look for
      help: name indicators with --indicators, a saved watchlist with --watchlist, or rules with --sigma or --yara; --data names the directory of a node whose indicators are to be used

    $ commonwatch match nowhere.log -w today.cww
    exit code 2
    -- err
    error: nowhere.log cannot be read: No such file or directory (os error 2)
      help: check the name and the directory you are in

    $ commonwatch match conn.log -i nowhere.txt
    exit code 2
    -- err
    error: nowhere.txt cannot be read: No such file or directory (os error 2)
      help: check the name and the directory you are in

    $ commonwatch match conn.log -i empty.txt
    exit code 2
    -- err
    error: empty.txt: the text names no address, domain, hash, vulnerability or technique (hand in the report with its list of indicators)
    error: no indicator that can be looked for in empty.txt
      help: 'commonwatch check FILE' says what is in a file, and what is wrong with it

    $ commonwatch match conn.log -w list.txt
    exit code 2
    -- err
    error: list.txt: it is not a compiled watchlist
      help: 'commonwatch watchlist compile' makes one; --indicators reads indicators directly

    $ commonwatch match conn.log -w today.cww --strictest-tlp purple
    exit code 2
    -- err
    error: what a saved watchlist holds was chosen when it was compiled
      help: give --least-score, --no-warninglists and the like to 'commonwatch watchlist compile'

    $ commonwatch match -w today.cww --explain nonsense
    exit code 2
    -- err
    error: 'nonsense' is not plainly an address, network, domain, URL, hash, e-mail address or the like
      help: a file name, mutex or subject is found in logs, but cannot be told from other words here

    $ commonwatch match gopher://192.0.2.1/logs -w today.cww
    exit code 2
    -- err
    error: `gopher://` is no source that is known (there are syslog+udp, syslog+tcp, syslog+tls, udp, nats, mqtt, kafka and s3; files are follow:PATTERN or a path)

    $ commonwatch watchlist show conn.log
    exit code 2
    -- err
    error: conn.log: it is not a compiled watchlist
      help: 'commonwatch watchlist compile' makes one; --indicators reads indicators directly

    $ commonwatch hunt conn.log --value nonsense
    exit code 2
    -- err
    error: 'nonsense' is not plainly an address, network, domain, URL, hash or e-mail address
      help: put it into a file and name that with --indicators, as in a STIX indicator with a pattern

    $ commonwatch hunt syslog+udp://127.0.0.1:5514 --value 198.51.100.7
    exit code 2
    -- err
    error: 'syslog+udp://127.0.0.1:5514' is a stream, which has no past
      help: 'commonwatch match' watches streams; a hunt reads files and object storage

    $ commonwatch backtest nowhere.log -w today.cww
    exit code 2
    -- out
    0 events; 0 indicators would have fired
    -- err
    error: nowhere.log: the file cannot be opened: No such file or directory (os error 2) (is the name right? A relative one starts at the working directory)
    error: 1 input could not be read, so this is not the whole answer
      help: the problems above say which and why
    ");
}

#[test]
fn to_look_for_nothing_or_in_nothing_is_said_and_is_never_nothing_found() {
    let place = compiled();
    place.write("harmless.txt", "198.51.100.7\nupdates.example.org\n");
    std::fs::create_dir(place.path().join("rules")).unwrap();
    std::fs::create_dir(place.path().join("logs")).unwrap();
    let commands: [(&[&str], i32, &str); 11] = [
        (
            &["match", "conn.log", "-i", "harmless.txt"],
            2,
            "nothing is left to look for: 2 values left out, most of them because the warninglist",
        ),
        (
            &["backtest", "conn.log", "-i", "harmless.txt"],
            2,
            "--no-warninglists looks also for",
        ),
        (&["match", "conn.log", "--sigma", "rules"], 2, "no Sigma rules in rules"),
        (
            &["match", "conn.log", "-i", "198.51.100.7"],
            2,
            "this looks like a value",
        ),
        (
            &["match", "198.51.100.7", "-w", "today.cww"],
            2,
            "this looks like a value",
        ),
        (&["hunt", "conn.log"], 2, "name a value with --value, indicators"),
        (
            &["hunt", "conn.log", "--value", "198.51.100.7", "--indexes", "nowhere"],
            1,
            "'commonwatch hunt index LOGS --indexes DIR' makes the indexes",
        ),
        (&["hunt", "index", "nowhere.log"], 2, "1 log could not be indexed"),
        (
            &["match", "--follow", "logs", "-w", "today.cww"],
            2,
            "'follow:logs/*.log'",
        ),
        (
            &["match", "--follow", "conn.log", "-w", "today.cww", "--as-what", "files"],
            2,
            "logs are followed, files are looked at once",
        ),
        (
            &["hunt", "logs", "--value", "198.51.100.7"],
            0,
            "there was no log to hunt in",
        ),
    ];
    for (command, code, said) in commands {
        let answer = place.run(command);
        assert_eq!(answer.code, code, "{command:?}: {answer}");
        assert!(answer.to_string().contains(said), "{command:?}: {answer}");
    }
    let explained = place.run(&["match", "-i", "harmless.txt", "--explain", "198.51.100.7"]);
    assert_eq!(
        explained.code, 0,
        "why everything was left out can still be asked: {explained}"
    );
}

#[test]
fn a_log_of_windows_events_as_xml_is_matched() {
    let place = place();
    let event = |record: u32, address: &str| {
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>3</EventID>\
             <EventRecordID>{record}</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>pc7</Computer></System>\
             <EventData><Data Name='DestinationIp'>{address}</Data></EventData></Event>\r\n"
        )
    };
    let text = event(1, "198.51.100.71") + &event(2, "198.51.100.7");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("events.xml", &text);
    place.write("wide.xml", [&[0xff, 0xfe], wide.as_slice()].concat());
    for file in ["events.xml", "wide.xml"] {
        let hits = place.json(&["match", file, "-i", "list.txt", "--no-warninglists"]);
        let told = |hit: &serde_json::Value| {
            (
                hit["reader"].clone(),
                hit["at"].clone(),
                hit["field"].clone(),
                hit["host"].clone(),
            )
        };
        assert_eq!(hits.len(), 1, "{hits:?}");
        assert_eq!(
            told(&hits[0]),
            ("windows-xml".into(), 2.into(), "DestinationIp".into(), "pc7".into())
        );
    }
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
    insta::assert_snapshot!(answers.join("\n"), @"
    $ commonwatch watchlist compile list.txt -o careful.cww
    exit code 0
    -- out
    careful.cww (1.9 kB, SOME s): 1 to look for, 4 left out, 0 unusable

    $ commonwatch watchlist show careful.cww
    exit code 0
    -- out
    compiled TIME, 1 to look for, 0 unusable (1.9 kB)
    left out  because
    2         the warninglist 'documentation-addresses' knows it as harmless
    2         the warninglist 'documentation-names' knows it as harmless

    $ commonwatch watchlist explain today.cww 203.0.113.200 cdn.updates.example.org notupdates.example.org hxxps://bad[.]example[.]net/gate.php?id=7 bad.example.net
    exit code 1
    -- out
    203.0.113.200 (ipv4): would be a hit
         203.0.113.0/24 is looked for (203.0.113.0/24, shared by list.txt, ID)
    cdn.updates.example.org (domain): would be a hit
         updates.example.org is looked for (updates.example.org, shared by list.txt, ID)
    notupdates.example.org (domain): would not be a hit
         no indicator names it, what is above it, or a network that holds it
    https://bad.example.net/gate.php?id=7 (url): would be a hit
         http://bad.example.net/gate.php is looked for (http://bad.example.net/gate.php, shared by list.txt, ID)
    bad.example.net (domain): would not be a hit
         no indicator names it, what is above it, or a network that holds it
    ");
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
    insta::assert_snapshot!(shown(&files), @r#"
    exit code 1
    -- out
    HIT  share/notes.txt
         5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8 in sha256
         shared by list.txt (ID)
         | {"name":"notes.txt","path":"share/notes.txt","size":"8","sha256":"5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"}

    2 files (681 bytes), in SOME s
    1 hit on 1 indicator

    hits  indicator                                                         first seen  last seen
    1     5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
    "#);
}

#[test]
fn a_sigma_rule_of_ones_own_is_asked_of_windows_events() {
    let place = Place::new();
    place.write("rule.yml", RULE);
    place.write("windows.json", WINDOWS);
    insta::assert_snapshot!(shown(&place.run(&["match", "windows.json", "--sigma", "rule.yml"])), @r#"
    exit code 1
    -- out
    HIT  TIME  windows.json:1
         meets the rule 'Program started from the recycle bin'
         UUID
         techniques: T1036
         concerns pc7.example.org
         | {"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc7.example.org","UtcTime":"2026-11-29 09:00:00.000","Image":"C:\\$Recycle.Bin\\update.exe"}

    2 events in 330 bytes of logs and traffic, in SOME s
    1 hit on 1 indicator, concerning 1 machine

    hits  indicator                             first seen                last seen
    1     Program started from the recycle bin  TIME  TIME

    hits  machine          first seen                last seen
    1     pc7.example.org  TIME  TIME
    "#);
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
    insta::assert_snapshot!(shown(&place.run(&["match", "mixed.log", "-w", "today.cww"])), @r#"
    exit code 1
    -- out
    HIT  TIME  mixed.log:1
         198.51.100.7 in id.resp_h
         shared by list.txt (ID)
         concerns 192.168.1.20
         | {"ts":1795942800.123,"uid":"Ca1","id.orig_h":"192.168.1.20","id.orig_p":50122,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp"}
    HIT  mixed.log:2
         198.51.100.7 in text
         shared by list.txt (ID)
         | {"ts":1795942800.123,"uid":"Ca1","id.orig_h":"192.168.1.20","id.orig_p":50122,"id.resp_h":"198.51.100.7","id.r
    HIT  mixed.log:3
         198.51.100.7 in message
         shared by list.txt (ID)
         concerns fw1
         | Nov 29 09:00:00 fw1 sshd[77]: refused 198.51.100.7 port 22

    3 events in 306 bytes of logs and traffic, in SOME s
    mixed.log (zeek-json): of 3 lines or records, 1 are broken and 1 in another format; they were matched as far as they can be read
         line or record 2: the line is cut off: it ends in the middle of a value or before its last column: {"ts":1795942800.123,"uid":"Ca1","id.orig_h":"192.168.1.20","id.orig_p":50122,"id.resp_h":"198.51.100.7","id.r
    3 hits on 1 indicator, concerning 2 machines

    hits  indicator     first seen                last seen
    3     198.51.100.7  TIME  TIME

    hits  machine       first seen                last seen
    1     192.168.1.20  TIME  TIME
    1     fw1
    "#);
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
    insta::assert_snapshot!(place.run(&backtest), @"
    exit code 1
    -- out
    5 events; 2 indicators would have fired
    hits  a day  machines  indicator
    5     5      4         192.168.1.0/24  fires too often
    2     2      1         198.51.100.7
    1 fires too often, more than 3 times a day: look before you use it (a shared host? a scanner? your own?)
    ");
    let careful = place.run(&["backtest", "conn.log", "-i", "wide.txt", "--no-warninglists"]);
    assert_eq!(careful.code, 0, "{careful}");
}
