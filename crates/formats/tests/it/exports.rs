//! A small set of our own indicators in every format, whole and as a change.

// Helper functions of tests are not tests to clippy; in them, too, an unwrap is the assertion.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod published;

use formats::write::{Change, Facts, LeftOut, Memory, Mode, Options, OutFormat, Single, Summary, export};
use insta::assert_snapshot;
use stix::marking::{Pap, Tlp};
use stix::object::Object;
use stix::observable::{Kind, Observable};
use stix::{Problem, Timestamp};

/// Last digits of the id, name, pattern, further properties.
type Sample = (u8, &'static str, &'static str, &'static str);

const SAMPLES: &[Sample] = &[
    (
        1,
        "Pump station phishing",
        "[domain-name:value = 'login.river-watch.example']",
        r#","confidence":85"#,
    ),
    (
        2,
        "=HYPERLINK(\\\"x\\\"), loader; stage 1",
        "[url:value = 'http://Files.river-watch.example/a;b/load.php?id=7']",
        "",
    ),
    (3, "Panel", "[url:value = 'https://panel.river-watch.example/']", ""),
    (
        4,
        "Path under TLS",
        "[url:value = 'https://cdn.river-watch.example/x/y.zip']",
        "",
    ),
    (
        5,
        "Scanner",
        "[ipv4-addr:value = '198.51.100.7'] OR [ipv4-addr:value = '203.0.113.0/24'] OR [ipv6-addr:value = '2001:db8::5']",
        "",
    ),
    (
        6,
        "Command and control",
        "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.44' AND network-traffic:dst_port = 8443 AND network-traffic:protocols[*] = 'tcp']",
        "",
    ),
    (
        7,
        "Dropper",
        "[file:name = 'invoice.exe' AND file:hashes.MD5 = '00112233445566778899aabbccddeeff' AND file:hashes.'SHA-256' = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff']",
        "",
    ),
    (
        8,
        "Name and address together",
        "[domain-name:value = 'a.river-watch.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.9']",
        "",
    ),
    (
        9,
        "First this, then that",
        "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.2']",
        "",
    ),
    (
        10,
        "Old",
        "[domain-name:value = 'old.river-watch.example']",
        r#","valid_until":"2026-02-01T00:00:00Z""#,
    ),
    (
        11,
        "Taken back",
        "[domain-name:value = 'sorry.river-watch.example']",
        r#","revoked":true"#,
    ),
    (12, "Harmless", "[domain-name:value = 'update.vendor.example']", ""),
    (
        13,
        "Agent",
        "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Mozilla/4.0 (\"x\"; y|z)']",
        "",
    ),
    (14, "Everything", "[ipv4-addr:value = '0.0.0.0/0']", ""),
    (
        15,
        "Mailbox",
        "[email-addr:value = 'Billing@river-watch.example']",
        r#","indicator_types":["malicious-activity"]"#,
    ),
    (
        16,
        "The same name again",
        "[domain-name:value = 'LOGIN.river-watch.example.']",
        "",
    ),
    (17, "A rule", "rule x { condition: true }", r#","pattern_type":"yara""#),
];

fn indicator(sample: &Sample) -> String {
    let (number, name, pattern, more) = sample;
    let pattern = serde_json::to_string(pattern).unwrap();
    let language = if more.contains("pattern_type") {
        ""
    } else {
        r#","pattern_type":"stix""#
    };
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-0000000000{number:02}","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z","name":"{name}","pattern":{pattern}{language},"valid_from":"2026-03-01T08:00:00Z"{more}}}"#
    )
}

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T00:00:00Z").unwrap()
}

fn harmless(observable: &Observable) -> Option<String> {
    (observable.kind == Kind::Domain && observable.value.ends_with("vendor.example")).then(|| "vendors".to_owned())
}

struct Outcome {
    memory: Memory,
    summary: Summary,
    problems: Vec<Problem>,
}

impl Outcome {
    fn files(&self) -> String {
        let file =
            |(name, bytes): (&String, &Vec<u8>)| format!("== {name}\n{}", String::from_utf8(bytes.clone()).unwrap());
        self.memory.files.iter().map(file).collect()
    }

    fn account(&self) -> String {
        let mut lines: Vec<String> = self
            .problems
            .iter()
            .map(|problem| {
                let object = problem.place.object.as_deref().unwrap_or_default();
                format!("…{}: {}", &object[object.len() - 2..], problem.message)
            })
            .collect();
        lines.push(format!(
            "{} objects, {} written, {} removed",
            self.summary.objects, self.summary.written, self.summary.removed
        ));
        let left_out = self.summary.left_out.iter();
        lines.extend(left_out.map(|(reason, count)| format!("{count} left out: {}", reason.as_str())));
        lines.join("\n")
    }
}

fn options() -> Options<'static> {
    Options {
        harmless: Some(&harmless),
        ..Options::at(now())
    }
}

fn full(format: OutFormat) -> Outcome {
    full_with(
        format,
        &options(),
        &Facts {
            tlp: Some(Tlp::Green),
            score: Some(70),
            pap: None,
            forbidden: false,
        },
    )
}

fn full_with(format: OutFormat, options: &Options<'_>, facts: &Facts) -> Outcome {
    let texts: Vec<String> = SAMPLES.iter().map(indicator).collect();
    let steps: Vec<(&str, Change<'_>)> = texts.iter().map(|text| (text.as_str(), Change::Added)).collect();
    run(format, options, facts, &steps)
}

fn run(format: OutFormat, options: &Options<'_>, facts: &Facts, steps: &[(&str, Change<'_>)]) -> Outcome {
    let mut memory = Memory::default();
    let mut problems = Vec::new();
    let mut take = |problem| problems.push(problem);
    let mut writer = export(format, options, &mut memory, &mut take).unwrap();
    for (text, change) in steps {
        writer.add(&Object::parse(text).unwrap(), *change, facts).unwrap();
    }
    let summary = writer.finish().unwrap();
    Outcome {
        memory,
        summary,
        problems,
    }
}

/// One indicator is new, one has another value now, one was deleted, one was revoked after it had been exported.
fn changes(format: OutFormat) -> Outcome {
    let options = Options {
        mode: Mode::Changes,
        ..options()
    };
    let new = indicator(&SAMPLES[4]);
    let before = indicator(&(
        1,
        "Pump station phishing",
        "[domain-name:value = 'first.river-watch.example'] OR [domain-name:value = 'login.river-watch.example']",
        "",
    ));
    let before = Object::parse(&before).unwrap();
    let after = indicator(&SAMPLES[0]);
    let deleted = indicator(&SAMPLES[5]);
    let revoked = indicator(&SAMPLES[10]);
    let never_seen = indicator(&SAMPLES[9]);
    let hash = indicator(&SAMPLES[6]);
    let steps = [
        (new.as_str(), Change::Added),
        (
            after.as_str(),
            Change::Changed {
                previous: Some(&before),
            },
        ),
        (deleted.as_str(), Change::Removed),
        (revoked.as_str(), Change::Changed { previous: None }),
        (never_seen.as_str(), Change::Added),
        (hash.as_str(), Change::Removed),
    ];
    run(format, &options, &Facts::default(), &steps)
}

#[test]
fn lists() {
    let outcome = full(OutFormat::List);
    assert_snapshot!(outcome.files(), @r#"
    == values.txt
    login.river-watch.example
    http://files.river-watch.example/a;b/load.php?id=7
    https://panel.river-watch.example/
    https://cdn.river-watch.example/x/y.zip
    198.51.100.7
    203.0.113.0/24
    2001:db8::5
    00112233445566778899aabbccddeeff
    00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
    Mozilla/4.0 ("x"; y|z)
    0.0.0.0/0
    Billing@river-watch.example
    "#);
    assert_snapshot!(outcome.account(), @r"
    …06: tcp to 192.0.2.44 port 8443: a list of values cannot keep them together
    …08: domain-name:value and domain-name:resolves_to_refs.value must all hold (AND), and each alone would be weaker
    …09: observations in an order (FOLLOWEDBY) are more than values
    …17: a rule in the language 'yara' is not converted
    17 objects, 11 written, 0 removed
    1 left out: revoked or removed
    1 left out: expired
    1 left out: on a warninglist
    4 left out: cannot be said without making it weaker
    1 left out: written already
    ");
    assert_snapshot!(changes(OutFormat::List).files(), @r"
    == values.txt
    +198.51.100.7
    +203.0.113.0/24
    +2001:db8::5
    -first.river-watch.example
    +login.river-watch.example
    -sorry.river-watch.example
    -00112233445566778899aabbccddeeff
    -00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
    ");
}

#[test]
fn tables() {
    let outcome = full(OutFormat::Csv);
    assert_snapshot!(outcome.files(), @r#"
    == indicators.csv
    change,kind,value,indicator,name,score,confidence,valid_from,valid_until,tlp,pap,created_by
    present,domain,login.river-watch.example,indicator--00000000-0000-4000-8000-000000000001,Pump station phishing,70,85,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,url,"http://files.river-watch.example/a;b/load.php?id=7",indicator--00000000-0000-4000-8000-000000000002,"'=HYPERLINK(""x""), loader; stage 1",70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,url,https://panel.river-watch.example/,indicator--00000000-0000-4000-8000-000000000003,Panel,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,url,https://cdn.river-watch.example/x/y.zip,indicator--00000000-0000-4000-8000-000000000004,Path under TLS,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,ipv4,198.51.100.7,indicator--00000000-0000-4000-8000-000000000005,Scanner,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,ipv4-network,203.0.113.0/24,indicator--00000000-0000-4000-8000-000000000005,Scanner,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,ipv6,2001:db8::5,indicator--00000000-0000-4000-8000-000000000005,Scanner,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,flow,tcp to 192.0.2.44 port 8443,indicator--00000000-0000-4000-8000-000000000006,Command and control,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,md5,00112233445566778899aabbccddeeff,indicator--00000000-0000-4000-8000-000000000007,Dropper,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,sha256,00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff,indicator--00000000-0000-4000-8000-000000000007,Dropper,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,pattern,"[domain-name:value = 'a.river-watch.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.9']",indicator--00000000-0000-4000-8000-000000000008,Name and address together,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,pattern,"[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.2']",indicator--00000000-0000-4000-8000-000000000009,"First this, then that",70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,user-agent,"Mozilla/4.0 (""x""; y|z)",indicator--00000000-0000-4000-8000-000000000013,Agent,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,ipv4-network,0.0.0.0/0,indicator--00000000-0000-4000-8000-000000000014,Everything,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,email-address,Billing@river-watch.example,indicator--00000000-0000-4000-8000-000000000015,Mailbox,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    present,domain,login.river-watch.example,indicator--00000000-0000-4000-8000-000000000016,The same name again,70,,2026-03-01T08:00:00Z,,TLP:GREEN,,
    "#);
    assert_snapshot!(outcome.account(), @r"
    …17: a rule in the language 'yara' is not converted
    17 objects, 15 written, 0 removed
    1 left out: revoked or removed
    1 left out: expired
    1 left out: on a warninglist
    1 left out: cannot be said without making it weaker
    ");
    assert_snapshot!(changes(OutFormat::Csv).files(), @r"
    == indicators.csv
    change,kind,value,indicator,name,score,confidence,valid_from,valid_until,tlp,pap,created_by
    added,ipv4,198.51.100.7,indicator--00000000-0000-4000-8000-000000000005,Scanner,,,2026-03-01T08:00:00Z,,,,
    added,ipv4-network,203.0.113.0/24,indicator--00000000-0000-4000-8000-000000000005,Scanner,,,2026-03-01T08:00:00Z,,,,
    added,ipv6,2001:db8::5,indicator--00000000-0000-4000-8000-000000000005,Scanner,,,2026-03-01T08:00:00Z,,,,
    removed,domain,first.river-watch.example,indicator--00000000-0000-4000-8000-000000000001,Pump station phishing,,,2026-03-01T08:00:00Z,,,,
    changed,domain,login.river-watch.example,indicator--00000000-0000-4000-8000-000000000001,Pump station phishing,,85,2026-03-01T08:00:00Z,,,,
    removed,flow,tcp to 192.0.2.44 port 8443,indicator--00000000-0000-4000-8000-000000000006,Command and control,,,2026-03-01T08:00:00Z,,,,
    removed,domain,sorry.river-watch.example,indicator--00000000-0000-4000-8000-000000000011,Taken back,,,2026-03-01T08:00:00Z,,,,
    removed,md5,00112233445566778899aabbccddeeff,indicator--00000000-0000-4000-8000-000000000007,Dropper,,,2026-03-01T08:00:00Z,,,,
    removed,sha256,00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff,indicator--00000000-0000-4000-8000-000000000007,Dropper,,,2026-03-01T08:00:00Z,,,,
    ");
}

#[test]
fn suricata_rules() {
    let outcome = full(OutFormat::SuricataRules);
    assert_snapshot!(outcome.files(), @r#"
    == commonwatch.rules
    # commonwatch 2026-03-02T00:00:00.000Z
    alert dns any any -> any any (msg:"commonwatch domain login.river-watch.example Pump station phishing"; dns.query; dotprefix; content:".login.river-watch.example"; nocase; endswith; classtype:bad-unknown; sid:3291210862; rev:3241920; metadata:commonwatch_rule 1d0160e343a53fea, commonwatch_object indicator--00000000-0000-4000-8000-000000000001;)
    alert tls any any -> any any (msg:"commonwatch domain login.river-watch.example Pump station phishing"; tls.sni; dotprefix; content:".login.river-watch.example"; nocase; endswith; classtype:bad-unknown; sid:3949825114; rev:3241920; metadata:commonwatch_rule 3dca2d91122dbeda, commonwatch_object indicator--00000000-0000-4000-8000-000000000001;)
    alert http any any -> any any (msg:"commonwatch domain login.river-watch.example Pump station phishing"; http.host; dotprefix; content:".login.river-watch.example"; endswith; classtype:bad-unknown; sid:3003206822; rev:3241920; metadata:commonwatch_rule bb5cff2c5a4b5d56, commonwatch_object indicator--00000000-0000-4000-8000-000000000001;)
    alert http any any -> any any (msg:"commonwatch url http\://files.river-watch.example/a\;b/load.php?id=7 =HYPERLINK(\"x\"), loader\; stage 1"; flow:established,to_server; http.host; content:"files.river-watch.example"; startswith; bsize:25; http.uri; content:"/a|3B|b/load.php?id=7"; startswith; bsize:18; classtype:bad-unknown; sid:3933953275; rev:3241920; metadata:commonwatch_rule 68bbbe9bde6e0b0b, commonwatch_object indicator--00000000-0000-4000-8000-000000000002;)
    alert tls any any -> any any (msg:"commonwatch url https\://panel.river-watch.example/ Panel"; tls.sni; content:"panel.river-watch.example"; nocase; startswith; bsize:25; classtype:bad-unknown; sid:3263617151; rev:3241920; metadata:commonwatch_rule 3de58d241e889e23, commonwatch_object indicator--00000000-0000-4000-8000-000000000003;)
    alert ip any any <> 198.51.100.7 any (msg:"commonwatch ipv4 198.51.100.7 Scanner"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3325140570; rev:3241920; metadata:commonwatch_rule ea90d14e9d7812aa, commonwatch_object indicator--00000000-0000-4000-8000-000000000005;)
    alert ip any any <> [203.0.113.0/24] any (msg:"commonwatch ipv4-network 203.0.113.0/24 Scanner"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3240758064; rev:3241920; metadata:commonwatch_rule bf06bbde946137bc, commonwatch_object indicator--00000000-0000-4000-8000-000000000005;)
    alert ip any any <> [2001:db8::5] any (msg:"commonwatch ipv6 2001\:db8\:\:5 Scanner"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3889525352; rev:3241920; metadata:commonwatch_rule 2e1527bcbcb79a58, commonwatch_object indicator--00000000-0000-4000-8000-000000000005;)
    alert tcp any any -> 192.0.2.44 8443 (msg:"commonwatch tcp to 192.0.2.44 port 8443 Command and control"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3823793016; rev:3241920; metadata:commonwatch_rule 02f6752cffab4b10, commonwatch_object indicator--00000000-0000-4000-8000-000000000006;)
    alert http any any -> any any (msg:"commonwatch user-agent Mozilla/4.0 (\"x\"\; y|z) Agent"; http.user_agent; content:"Mozilla/4.0|20|(|22|x|22 3B 20|y|7C|z)"; startswith; bsize:22; classtype:bad-unknown; sid:3197613704; rev:3241920; metadata:commonwatch_rule d23b49df23df3d50, commonwatch_object indicator--00000000-0000-4000-8000-000000000013;)
    alert dns any any -> any any (msg:"commonwatch domain login.river-watch.example The same name again"; dns.query; dotprefix; content:".login.river-watch.example"; nocase; endswith; classtype:bad-unknown; sid:3782797489; rev:3241920; metadata:commonwatch_rule 2be0066373db4ef5, commonwatch_object indicator--00000000-0000-4000-8000-000000000016;)
    alert tls any any -> any any (msg:"commonwatch domain login.river-watch.example The same name again"; tls.sni; dotprefix; content:".login.river-watch.example"; nocase; endswith; classtype:bad-unknown; sid:3055563488; rev:3241920; metadata:commonwatch_rule c836529024d25764, commonwatch_object indicator--00000000-0000-4000-8000-000000000016;)
    alert http any any -> any any (msg:"commonwatch domain login.river-watch.example The same name again"; http.host; dotprefix; content:".login.river-watch.example"; endswith; classtype:bad-unknown; sid:3846964962; rev:3241920; metadata:commonwatch_rule 2acfa565168740e2, commonwatch_object indicator--00000000-0000-4000-8000-000000000016;)
    "#);
    assert_snapshot!(outcome.account(), @r"
    …04: url https://cdn.river-watch.example/x/y.zip: the path of an https URL cannot be seen, and a rule for its host alone would be weaker
    …08: domain-name:value and domain-name:resolves_to_refs.value must all hold (AND), and each alone would be weaker
    …09: observations in an order (FOLLOWEDBY) are more than values
    …14: ipv4-network 0.0.0.0/0: a network wider than /8 would hit everything
    …17: a rule in the language 'yara' is not converted
    17 objects, 9 written, 0 removed
    1 left out: revoked or removed
    1 left out: expired
    1 left out: on a warninglist
    2 left out: no place in this format
    4 left out: cannot be said without making it weaker
    1 left out: unsafe in this format
    ");
    assert_snapshot!(changes(OutFormat::SuricataRules).files(), @r#"
    == commonwatch-disable.conf
    # commonwatch 2026-03-02T00:00:00.000Z
    # 1:3331455052 domain first.river-watch.example
    re:commonwatch_rule 7a588113d3ebb520
    # 1:3490116945 domain first.river-watch.example
    re:commonwatch_rule e7aa7144cfe87ac5
    # 1:3984421197 domain first.river-watch.example
    re:commonwatch_rule 653f79514ab280c9
    # 1:3823793016 tcp to 192.0.2.44 port 8443
    re:commonwatch_rule 02f6752cffab4b10
    # 1:3469390001 domain sorry.river-watch.example
    re:commonwatch_rule 2dec93f533852435
    # 1:3908011578 domain sorry.river-watch.example
    re:commonwatch_rule 8f230ec5606ad18a
    # 1:3433565075 domain sorry.river-watch.example
    re:commonwatch_rule cf405e5f21045d5f
    == commonwatch.rules
    # commonwatch 2026-03-02T00:00:00.000Z
    alert ip any any <> 198.51.100.7 any (msg:"commonwatch ipv4 198.51.100.7 Scanner"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3325140570; rev:3241920; metadata:commonwatch_rule ea90d14e9d7812aa, commonwatch_object indicator--00000000-0000-4000-8000-000000000005;)
    alert ip any any <> [203.0.113.0/24] any (msg:"commonwatch ipv4-network 203.0.113.0/24 Scanner"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3240758064; rev:3241920; metadata:commonwatch_rule bf06bbde946137bc, commonwatch_object indicator--00000000-0000-4000-8000-000000000005;)
    alert ip any any <> [2001:db8::5] any (msg:"commonwatch ipv6 2001\:db8\:\:5 Scanner"; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3889525352; rev:3241920; metadata:commonwatch_rule 2e1527bcbcb79a58, commonwatch_object indicator--00000000-0000-4000-8000-000000000005;)
    alert dns any any -> any any (msg:"commonwatch domain login.river-watch.example Pump station phishing"; dns.query; dotprefix; content:".login.river-watch.example"; nocase; endswith; classtype:bad-unknown; sid:3291210862; rev:3241920; metadata:commonwatch_rule 1d0160e343a53fea, commonwatch_object indicator--00000000-0000-4000-8000-000000000001;)
    alert tls any any -> any any (msg:"commonwatch domain login.river-watch.example Pump station phishing"; tls.sni; dotprefix; content:".login.river-watch.example"; nocase; endswith; classtype:bad-unknown; sid:3949825114; rev:3241920; metadata:commonwatch_rule 3dca2d91122dbeda, commonwatch_object indicator--00000000-0000-4000-8000-000000000001;)
    alert http any any -> any any (msg:"commonwatch domain login.river-watch.example Pump station phishing"; http.host; dotprefix; content:".login.river-watch.example"; endswith; classtype:bad-unknown; sid:3003206822; rev:3241920; metadata:commonwatch_rule bb5cff2c5a4b5d56, commonwatch_object indicator--00000000-0000-4000-8000-000000000001;)
    "#);
}

#[test]
fn suricata_datasets() {
    let outcome = full(OutFormat::SuricataDatasets);
    assert_snapshot!(outcome.files(), @r#"
    == commonwatch-datasets.rules
    alert dns any any -> any any (msg:"commonwatch dataset dns.query dns"; dns.query; to_lowercase; dataset:isset,cw-domains,type string,load cw-domains.lst; classtype:bad-unknown; sid:3000000000; rev:1;)
    alert tls any any -> any any (msg:"commonwatch dataset tls.sni tls"; tls.sni; to_lowercase; dataset:isset,cw-domains; classtype:bad-unknown; sid:3000000001; rev:1;)
    alert http any any -> any any (msg:"commonwatch dataset http.host http"; http.host; dataset:isset,cw-domains; classtype:bad-unknown; sid:3000000002; rev:1;)
    alert ip any any -> any any (msg:"commonwatch dataset ip.src ip"; ip.src; dataset:isset,cw-ipv4,type ipv4,load cw-ipv4.lst; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3000000003; rev:1;)
    alert ip any any -> any any (msg:"commonwatch dataset ip.dst ip"; ip.dst; dataset:isset,cw-ipv4; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3000000004; rev:1;)
    alert ip any any -> any any (msg:"commonwatch dataset ip.src ip"; ip.src; dataset:isset,cw-ipv6,type ipv6,load cw-ipv6.lst; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3000000005; rev:1;)
    alert ip any any -> any any (msg:"commonwatch dataset ip.dst ip"; ip.dst; dataset:isset,cw-ipv6; threshold:type limit, track by_src, seconds 3600, count 1; classtype:bad-unknown; sid:3000000006; rev:1;)
    alert http any any -> any any (msg:"commonwatch dataset filemd5 http"; filemd5:cw-filemd5.lst; classtype:bad-unknown; sid:3000000007; rev:1;)
    alert http any any -> any any (msg:"commonwatch dataset filesha1 http"; filesha1:cw-filesha1.lst; classtype:bad-unknown; sid:3000000008; rev:1;)
    alert http any any -> any any (msg:"commonwatch dataset filesha256 http"; filesha256:cw-filesha256.lst; classtype:bad-unknown; sid:3000000009; rev:1;)
    alert smtp any any -> any any (msg:"commonwatch dataset filemd5 smtp"; filemd5:cw-filemd5.lst; classtype:bad-unknown; sid:3000000010; rev:1;)
    alert smtp any any -> any any (msg:"commonwatch dataset filesha1 smtp"; filesha1:cw-filesha1.lst; classtype:bad-unknown; sid:3000000011; rev:1;)
    alert smtp any any -> any any (msg:"commonwatch dataset filesha256 smtp"; filesha256:cw-filesha256.lst; classtype:bad-unknown; sid:3000000012; rev:1;)
    alert smb any any -> any any (msg:"commonwatch dataset filemd5 smb"; filemd5:cw-filemd5.lst; classtype:bad-unknown; sid:3000000013; rev:1;)
    alert smb any any -> any any (msg:"commonwatch dataset filesha1 smb"; filesha1:cw-filesha1.lst; classtype:bad-unknown; sid:3000000014; rev:1;)
    alert smb any any -> any any (msg:"commonwatch dataset filesha256 smb"; filesha256:cw-filesha256.lst; classtype:bad-unknown; sid:3000000015; rev:1;)
    == cw-domains.lst
    bG9naW4ucml2ZXItd2F0Y2guZXhhbXBsZQ==
    == cw-filemd5.lst
    00112233445566778899aabbccddeeff
    == cw-filesha1.lst
    == cw-filesha256.lst
    00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
    == cw-ipv4.lst
    198.51.100.7
    == cw-ipv6.lst
    2001:db8::5
    "#);
    assert_snapshot!(outcome.account(), @r"
    …02: url http://files.river-watch.example/a;b/load.php?id=7: a dataset compares one field; host and path are two
    …03: url https://panel.river-watch.example/: a dataset compares one field; host and path are two
    …04: url https://cdn.river-watch.example/x/y.zip: a dataset compares one field; host and path are two
    …05: ipv4-network 203.0.113.0/24: a dataset holds single addresses, no networks
    …06: tcp to 192.0.2.44 port 8443: a dataset cannot keep address and port together
    …08: domain-name:value and domain-name:resolves_to_refs.value must all hold (AND), and each alone would be weaker
    …09: observations in an order (FOLLOWEDBY) are more than values
    …14: ipv4-network 0.0.0.0/0: a dataset holds single addresses, no networks
    …17: a rule in the language 'yara' is not converted
    17 objects, 4 written, 0 removed
    1 left out: revoked or removed
    1 left out: expired
    1 left out: on a warninglist
    2 left out: no place in this format
    9 left out: cannot be said without making it weaker
    1 left out: written already
    ");
    assert_snapshot!(changes(OutFormat::SuricataDatasets).files(), @r"
    == commonwatch-datasets.commands
    dataset-add cw-ipv4 ipv4 198.51.100.7
    dataset-add cw-ipv6 ipv6 2001:db8::5
    dataset-remove cw-domains string Zmlyc3Qucml2ZXItd2F0Y2guZXhhbXBsZQ==
    dataset-add cw-domains string bG9naW4ucml2ZXItd2F0Y2guZXhhbXBsZQ==
    dataset-remove cw-domains string c29ycnkucml2ZXItd2F0Y2guZXhhbXBsZQ==
    == cw-filemd5.added
    == cw-filemd5.removed
    00112233445566778899aabbccddeeff
    == cw-filesha1.added
    == cw-filesha1.removed
    == cw-filesha256.added
    == cw-filesha256.removed
    00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
    ");
}

#[test]
fn zeek() {
    let outcome = full(OutFormat::ZeekIntel);
    assert_snapshot!(outcome.files(), @r#"
    == commonwatch.intel
    #fields	indicator	indicator_type	meta.source	meta.desc
    login.river-watch.example	Intel::DOMAIN	commonwatch	Pump station phishing indicator--00000000-0000-4000-8000-000000000001
    files.river-watch.example/a;b/load.php?id=7	Intel::URL	commonwatch	=HYPERLINK("x"), loader; stage 1 indicator--00000000-0000-4000-8000-000000000002
    panel.river-watch.example/	Intel::URL	commonwatch	Panel indicator--00000000-0000-4000-8000-000000000003
    cdn.river-watch.example/x/y.zip	Intel::URL	commonwatch	Path under TLS indicator--00000000-0000-4000-8000-000000000004
    198.51.100.7	Intel::ADDR	commonwatch	Scanner indicator--00000000-0000-4000-8000-000000000005
    203.0.113.0/24	Intel::SUBNET	commonwatch	Scanner indicator--00000000-0000-4000-8000-000000000005
    2001:db8::5	Intel::ADDR	commonwatch	Scanner indicator--00000000-0000-4000-8000-000000000005
    00112233445566778899aabbccddeeff	Intel::FILE_HASH	commonwatch	Dropper indicator--00000000-0000-4000-8000-000000000007
    00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff	Intel::FILE_HASH	commonwatch	Dropper indicator--00000000-0000-4000-8000-000000000007
    Mozilla/4.0 ("x"; y|z)	Intel::SOFTWARE	commonwatch	Agent indicator--00000000-0000-4000-8000-000000000013
    Billing@river-watch.example	Intel::EMAIL	commonwatch	Mailbox indicator--00000000-0000-4000-8000-000000000015
    "#);
    assert_snapshot!(changes(OutFormat::ZeekIntel).files(), @r"
    == commonwatch-added.intel
    #fields	indicator	indicator_type	meta.source	meta.desc
    198.51.100.7	Intel::ADDR	commonwatch	Scanner indicator--00000000-0000-4000-8000-000000000005
    203.0.113.0/24	Intel::SUBNET	commonwatch	Scanner indicator--00000000-0000-4000-8000-000000000005
    2001:db8::5	Intel::ADDR	commonwatch	Scanner indicator--00000000-0000-4000-8000-000000000005
    login.river-watch.example	Intel::DOMAIN	commonwatch	Pump station phishing indicator--00000000-0000-4000-8000-000000000001
    == commonwatch-removed.intel
    #fields	indicator	indicator_type	meta.source	meta.desc
    first.river-watch.example	Intel::DOMAIN	commonwatch	Pump station phishing indicator--00000000-0000-4000-8000-000000000001
    sorry.river-watch.example	Intel::DOMAIN	commonwatch	Taken back indicator--00000000-0000-4000-8000-000000000011
    00112233445566778899aabbccddeeff	Intel::FILE_HASH	commonwatch	Dropper indicator--00000000-0000-4000-8000-000000000007
    00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff	Intel::FILE_HASH	commonwatch	Dropper indicator--00000000-0000-4000-8000-000000000007
    ");
}

#[test]
fn response_policy_zones() {
    let outcome = full(OutFormat::Rpz);
    assert_snapshot!(outcome.files(), @r"
    == commonwatch.rpz.zone
    ; commonwatch 2026-03-02T00:00:00.000Z
    $TTL 300
    $ORIGIN rpz.commonwatch.
    @ SOA localhost. root.localhost. 1772409600 3600 600 604800 300
    @ NS localhost.
    login.river-watch.example CNAME .
    *.login.river-watch.example CNAME .
    32.7.100.51.198.rpz-ip CNAME .
    24.0.113.0.203.rpz-ip CNAME .
    128.5.zz.db8.2001.rpz-ip CNAME .
    ");
    assert_snapshot!(outcome.account(), @r"
    …06: tcp to 192.0.2.44 port 8443: a DNS server does not see ports
    …08: domain-name:value and domain-name:resolves_to_refs.value must all hold (AND), and each alone would be weaker
    …09: observations in an order (FOLLOWEDBY) are more than values
    …14: ipv4-network 0.0.0.0/0: a network wider than /8 would hit everything
    …17: a rule in the language 'yara' is not converted
    17 objects, 4 written, 0 removed
    1 left out: revoked or removed
    1 left out: expired
    1 left out: on a warninglist
    6 left out: no place in this format
    4 left out: cannot be said without making it weaker
    1 left out: unsafe in this format
    1 left out: written already
    ");
    assert_snapshot!(changes(OutFormat::Rpz).files(), @r"
    == commonwatch.rpz.nsupdate
    ; commonwatch 2026-03-02T00:00:00.000Z
    zone rpz.commonwatch
    update add 32.7.100.51.198.rpz-ip.rpz.commonwatch. 300 CNAME .
    update add 24.0.113.0.203.rpz-ip.rpz.commonwatch. 300 CNAME .
    update add 128.5.zz.db8.2001.rpz-ip.rpz.commonwatch. 300 CNAME .
    update delete first.river-watch.example.rpz.commonwatch. CNAME
    update delete *.first.river-watch.example.rpz.commonwatch. CNAME
    update add login.river-watch.example.rpz.commonwatch. 300 CNAME .
    update add *.login.river-watch.example.rpz.commonwatch. 300 CNAME .
    update delete sorry.river-watch.example.rpz.commonwatch. CNAME
    update delete *.sorry.river-watch.example.rpz.commonwatch. CNAME
    send
    ");
}

#[test]
fn hosts_files() {
    assert_snapshot!(full(OutFormat::Hosts).files(), @r"
    == hosts
    # commonwatch 2026-03-02T00:00:00.000Z
    0.0.0.0 login.river-watch.example
    ");
    assert_snapshot!(changes(OutFormat::Hosts).files(), @r"
    == hosts-added
    # commonwatch 2026-03-02T00:00:00.000Z
    0.0.0.0 login.river-watch.example
    == hosts-removed
    # commonwatch 2026-03-02T00:00:00.000Z
    0.0.0.0 first.river-watch.example
    0.0.0.0 sorry.river-watch.example
    ");
}

#[test]
fn nftables() {
    assert_snapshot!(full(OutFormat::Nftables).files(), @r"
    == commonwatch.nft
    # commonwatch 2026-03-02T00:00:00.000Z
    add table inet commonwatch
    add set inet commonwatch addresses4 { type ipv4_addr; }
    add set inet commonwatch addresses6 { type ipv6_addr; }
    add set inet commonwatch networks4 { type ipv4_addr; flags interval; auto-merge; }
    add set inet commonwatch networks6 { type ipv6_addr; flags interval; auto-merge; }
    add set inet commonwatch services4 { type ipv4_addr . inet_proto . inet_service; }
    add set inet commonwatch services6 { type ipv6_addr . inet_proto . inet_service; }
    flush set inet commonwatch addresses4
    flush set inet commonwatch addresses6
    flush set inet commonwatch networks4
    flush set inet commonwatch networks6
    flush set inet commonwatch services4
    flush set inet commonwatch services6
    add element inet commonwatch addresses4 { 198.51.100.7 }
    add element inet commonwatch addresses6 { 2001:db8::5 }
    add element inet commonwatch networks4 { 203.0.113.0/24 }
    add element inet commonwatch services4 { 192.0.2.44 . tcp . 8443 }
    ");
    assert_snapshot!(changes(OutFormat::Nftables).files(), @r"
    == commonwatch.nft
    # commonwatch 2026-03-02T00:00:00.000Z
    add table inet commonwatch
    add set inet commonwatch addresses4 { type ipv4_addr; }
    add set inet commonwatch addresses6 { type ipv6_addr; }
    add set inet commonwatch networks4 { type ipv4_addr; flags interval; auto-merge; }
    add set inet commonwatch networks6 { type ipv6_addr; flags interval; auto-merge; }
    add set inet commonwatch services4 { type ipv4_addr . inet_proto . inet_service; }
    add set inet commonwatch services6 { type ipv6_addr . inet_proto . inet_service; }
    add element inet commonwatch addresses4 { 198.51.100.7 }
    add element inet commonwatch networks4 { 203.0.113.0/24 }
    add element inet commonwatch addresses6 { 2001:db8::5 }
    add element inet commonwatch services4 { 192.0.2.44 . tcp . 8443 }
    delete element inet commonwatch services4 { 192.0.2.44 . tcp . 8443 }
    ");
}

#[test]
fn openioc() {
    assert_snapshot!(full(OutFormat::OpenIoc).files(), @r#"
    == commonwatch.ioc
    <?xml version="1.0" encoding="utf-8"?>
    <ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="cc3ba6f0-15e4-5faf-aa85-9da190f5f4c6" last-modified="2026-03-02T00:00:00">
      <short_description>commonwatch 2026-03-02T00:00:00Z</short_description>
      <authored_by>commonwatch</authored_by>
      <authored_date>2026-03-02T00:00:00</authored_date>
      <links />
      <definition>
        <Indicator operator="OR" id="49ddb837-b0f2-590f-88e3-3750898d97d6">
          <!-- indicator 00000000-0000-4000-8000-000000000001 Pump station phishing -->
          <Indicator operator="OR" id="77d71457-5ca3-593c-bf6f-34206a488bac">
            <IndicatorItem id="e4bef4a9-6a6d-59e8-9d7d-0a83611e3fb5" condition="is"><Context document="Network" search="Network/DNS" type="mir" /><Content type="string">login.river-watch.example</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000002 =HYPERLINK(&quot;x&quot;), loader; stage 1 -->
          <Indicator operator="OR" id="1e135c95-8673-57f2-af68-ab327f564927">
            <IndicatorItem id="d09883fd-3137-5d01-8b48-51125bc5e567" condition="is"><Context document="Network" search="Network/URI" type="mir" /><Content type="string">http://files.river-watch.example/a;b/load.php?id=7</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000003 Panel -->
          <Indicator operator="OR" id="b0249fb5-9ded-5fce-b4a7-1d23bfac4482">
            <IndicatorItem id="6de6dd67-cdc7-571d-9f6b-f213aafeaf7a" condition="is"><Context document="Network" search="Network/URI" type="mir" /><Content type="string">https://panel.river-watch.example/</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000004 Path under TLS -->
          <Indicator operator="OR" id="d3400c2f-647e-58e2-b225-55261b1d819e">
            <IndicatorItem id="0bd3ecee-4e67-5ee3-82eb-e85e69a601d1" condition="is"><Context document="Network" search="Network/URI" type="mir" /><Content type="string">https://cdn.river-watch.example/x/y.zip</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000005 Scanner -->
          <Indicator operator="OR" id="b88114fa-55f5-5104-baff-80f6120190fb">
            <IndicatorItem id="1f6ddc0b-8959-5ff1-9883-5edc3cd373ef" condition="is"><Context document="PortItem" search="PortItem/remoteIP" type="mir" /><Content type="IP">198.51.100.7</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000005 Scanner -->
          <Indicator operator="OR" id="0fea8ec3-7dee-54d3-9885-2f34598914fc">
            <IndicatorItem id="83ff788a-bf63-5705-8e6a-82f507045c81" condition="is"><Context document="PortItem" search="PortItem/remoteIP" type="mir" /><Content type="IP">2001:db8::5</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000006 Command and control -->
          <Indicator operator="AND" id="9cf3bd6a-d787-5cc2-ac77-2eb38e59a0e1">
            <IndicatorItem id="56c4d1e5-3de2-51bd-903a-f5b366f3eb0d" condition="is"><Context document="PortItem" search="PortItem/remoteIP" type="mir" /><Content type="IP">192.0.2.44</Content></IndicatorItem>
            <IndicatorItem id="cf920a5d-7796-5feb-a388-ebe4d78836cf" condition="is"><Context document="PortItem" search="PortItem/remotePort" type="mir" /><Content type="int">8443</Content></IndicatorItem>
            <IndicatorItem id="f55fa4ee-08f9-5536-bb65-a2e685726e64" condition="is"><Context document="PortItem" search="PortItem/protocol" type="mir" /><Content type="string">TCP</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000007 Dropper -->
          <Indicator operator="OR" id="00975515-3fd0-5f35-8096-78401de9ac68">
            <IndicatorItem id="e2ac78c0-84ba-5db4-9341-d1c9400bae67" condition="is"><Context document="FileItem" search="FileItem/Md5sum" type="mir" /><Content type="md5">00112233445566778899aabbccddeeff</Content></IndicatorItem>
            <IndicatorItem id="4c89b704-f6bb-562f-8fb5-0afa247c88ee" condition="is"><Context document="FileItem" search="FileItem/Sha256sum" type="mir" /><Content type="string">00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000013 Agent -->
          <Indicator operator="OR" id="f3440f1d-ff83-51f6-a004-a937bc534032">
            <IndicatorItem id="fdbc4db3-1779-5ea7-b117-8f53ab0cd875" condition="is"><Context document="Network" search="Network/UserAgent" type="mir" /><Content type="string">Mozilla/4.0 (&quot;x&quot;; y|z)</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000015 Mailbox -->
          <Indicator operator="OR" id="eee79f98-fa18-54ed-854c-a1aefacd7665">
            <IndicatorItem id="db79d041-ec1c-5fd9-ab4b-30aa4b921d2f" condition="is"><Context document="Email" search="Email/From" type="mir" /><Content type="string">Billing@river-watch.example</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000016 The same name again -->
          <Indicator operator="OR" id="5fcc9fd6-7a7d-5722-bc4d-6dc83c75a51b">
            <IndicatorItem id="782d5dad-d783-53d7-b991-177a1bc360c9" condition="is"><Context document="Network" search="Network/DNS" type="mir" /><Content type="string">login.river-watch.example</Content></IndicatorItem>
          </Indicator>
        </Indicator>
      </definition>
    </ioc>
    "#);
    assert_snapshot!(changes(OutFormat::OpenIoc).files(), @r#"
    == commonwatch.ioc
    <?xml version="1.0" encoding="utf-8"?>
    <ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="cc3ba6f0-15e4-5faf-aa85-9da190f5f4c6" last-modified="2026-03-02T00:00:00">
      <short_description>commonwatch 2026-03-02T00:00:00Z</short_description>
      <authored_by>commonwatch</authored_by>
      <authored_date>2026-03-02T00:00:00</authored_date>
      <links />
      <definition>
        <Indicator operator="OR" id="49ddb837-b0f2-590f-88e3-3750898d97d6">
          <!-- indicator 00000000-0000-4000-8000-000000000005 Scanner -->
          <Indicator operator="OR" id="b88114fa-55f5-5104-baff-80f6120190fb">
            <IndicatorItem id="1f6ddc0b-8959-5ff1-9883-5edc3cd373ef" condition="is"><Context document="PortItem" search="PortItem/remoteIP" type="mir" /><Content type="IP">198.51.100.7</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000005 Scanner -->
          <Indicator operator="OR" id="0fea8ec3-7dee-54d3-9885-2f34598914fc">
            <IndicatorItem id="83ff788a-bf63-5705-8e6a-82f507045c81" condition="is"><Context document="PortItem" search="PortItem/remoteIP" type="mir" /><Content type="IP">2001:db8::5</Content></IndicatorItem>
          </Indicator>
          <!-- indicator 00000000-0000-4000-8000-000000000001 Pump station phishing -->
          <Indicator operator="OR" id="77d71457-5ca3-593c-bf6f-34206a488bac">
            <IndicatorItem id="e4bef4a9-6a6d-59e8-9d7d-0a83611e3fb5" condition="is"><Context document="Network" search="Network/DNS" type="mir" /><Content type="string">login.river-watch.example</Content></IndicatorItem>
          </Indicator>
        </Indicator>
      </definition>
    </ioc>
    == removed.ndjson
    {"id":"indicator--00000000-0000-4000-8000-000000000001","modified":"2026-03-01T08:00:00.000Z"}
    {"id":"indicator--00000000-0000-4000-8000-000000000006","modified":"2026-03-01T08:00:00.000Z"}
    {"id":"indicator--00000000-0000-4000-8000-000000000011","modified":"2026-03-01T08:00:00.000Z"}
    {"id":"indicator--00000000-0000-4000-8000-000000000007","modified":"2026-03-01T08:00:00.000Z"}
    "#);
}

#[test]
fn stix_carries_everything_byte_for_byte() {
    let pretty = indicator(&SAMPLES[10]).replace(",\"", ",\n  \"");
    let plain = indicator(&SAMPLES[9]);
    let steps = [(pretty.as_str(), Change::Added), (plain.as_str(), Change::Removed)];
    let options = Options {
        mode: Mode::Changes,
        ..options()
    };
    let facts = Facts {
        pap: Some(Pap::Red),
        score: Some(0),
        ..Facts::default()
    };
    let lines = run(OutFormat::StixNdjson, &options, &facts, &steps);
    assert_snapshot!(lines.files(), @r#"
    == objects.ndjson
    {"type":"indicator",   "spec_version":"2.1",   "id":"indicator--00000000-0000-4000-8000-000000000011",   "created":"2026-03-01T08:00:00.000Z",   "modified":"2026-03-01T08:00:00.000Z",   "name":"Taken back",   "pattern":"[domain-name:value = 'sorry.river-watch.example']",   "pattern_type":"stix",   "valid_from":"2026-03-01T08:00:00Z",   "revoked":true}
    == removed.ndjson
    {"id":"indicator--00000000-0000-4000-8000-000000000010","modified":"2026-03-01T08:00:00.000Z"}
    "#);
    let bundle = run(OutFormat::Stix, &options, &facts, &steps);
    assert_eq!((bundle.summary.written, bundle.summary.removed), (1, 1));
    let text = String::from_utf8(bundle.memory.files["bundle.json"].clone()).unwrap();
    let parsed = Object::parse(&text).unwrap();
    assert_eq!(parsed.map().array("objects").map(<[_]>::len), Some(1));
    let empty = run(OutFormat::Stix, &options, &facts, &[]);
    let text = String::from_utf8(empty.memory.files["bundle.json"].clone()).unwrap();
    assert!(!Object::parse(&text).unwrap().map().contains("objects"));
}

#[test]
fn the_rules_and_the_score_decide_what_reaches_detection_and_blocking() {
    let written = |format, forbidden, score| {
        let facts = Facts {
            forbidden,
            score: Some(score),
            ..Facts::default()
        };
        let options = Options {
            minimum_score: 50,
            ..options()
        };
        let summary = full_with(format, &options, &facts).summary;
        (summary.written > 0, summary.left_out.contains_key(&LeftOut::Pap))
    };
    for format in [OutFormat::Rpz, OutFormat::SuricataRules, OutFormat::List] {
        assert_eq!(written(format, false, 60), (true, false));
        assert_eq!(written(format, false, 49), (false, false));
        assert_eq!(written(format, true, 90), (false, true));
    }
}

#[test]
fn a_value_that_another_indicator_calls_for_is_not_removed() {
    let wanted = |_: &formats::write::Selector| true;
    let options = Options {
        mode: Mode::Changes,
        still_wanted: Some(&wanted),
        ..options()
    };
    let text = indicator(&SAMPLES[0]);
    let outcome = run(
        OutFormat::List,
        &options,
        &Facts::default(),
        &[(&text, Change::Removed)],
    );
    assert_eq!(outcome.summary.removed, 0);
    assert_eq!(outcome.summary.left_out[&LeftOut::StillWanted], 1);

    let options = Options {
        mode: Mode::Changes,
        ..super::exports::options()
    };
    let other = indicator(&SAMPLES[15]);
    let steps = [(other.as_str(), Change::Added), (text.as_str(), Change::Removed)];
    let outcome = run(OutFormat::List, &options, &Facts::default(), &steps);
    assert_eq!(outcome.files(), "== values.txt\n+login.river-watch.example\n");
}

#[test]
fn what_the_filters_now_leave_out_is_removed_if_it_was_there() {
    let options = Options {
        mode: Mode::Changes,
        minimum_score: 30,
        ..options()
    };
    let harmless = indicator(&SAMPLES[11]);
    let faded = indicator(&SAMPLES[0]);
    let facts = Facts {
        score: Some(29),
        ..Facts::default()
    };
    let seen = Change::Changed { previous: None };
    let outcome = run(
        OutFormat::List,
        &options,
        &facts,
        &[(&faded, seen), (&harmless, Change::Added)],
    );
    assert_eq!(outcome.files(), "== values.txt\n-login.river-watch.example\n");
    let outcome = run(OutFormat::List, &options, &Facts::default(), &[(&harmless, seen)]);
    assert_eq!(outcome.files(), "== values.txt\n-update.vendor.example\n");
}

#[test]
fn values_of_observables_are_written_only_when_asked_for() {
    let text = r#"{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-5000-8000-000000000001","value":"192.0.2.1"}"#;
    let steps = [(text, Change::Added)];
    let outcome = run(OutFormat::List, &options(), &Facts::default(), &steps);
    assert_eq!(outcome.summary.left_out[&LeftOut::NotAnIndicator], 1);
    let options = Options {
        observables: true,
        ..options()
    };
    assert_eq!(
        run(OutFormat::List, &options, &Facts::default(), &steps).files(),
        "== values.txt\n192.0.2.1\n"
    );
}

#[test]
fn a_second_file_does_not_go_to_a_single_writer() {
    let options = options();
    let mut single = Single::new(Vec::new());
    let mut ignore = |_| {};
    let failed = export(OutFormat::SuricataDatasets, &options, &mut single, &mut ignore)
        .err()
        .unwrap();
    assert_eq!(failed.code, "export-failed");
    assert!(failed.message.contains("name a folder"), "{failed}");
}

#[test]
fn formats_are_found_by_their_names() {
    for format in OutFormat::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
        assert!(!format.description().is_empty());
    }
    let error = "snort".parse::<OutFormat>().unwrap_err().to_string();
    assert_snapshot!(error, @r"
    'snort' is not a format that can be written (one of stix, stix-ndjson, misp, misp-feed, csv, list, suricata-rules, suricata-datasets, zeek-intel, rpz, hosts, nftables, openioc)
    ");
}
