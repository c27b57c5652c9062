//! No bytes make a reader or a writer panic, both ways of reading agree, and what readers make is good STIX (docs/fuzzing.md).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::io::{Cursor, Read, Write as _};

use formats::misp::{WriteOptions, Writer, manifest};
use formats::write::{Change, Facts, Memory, Mode, Options, OutFormat, export};
use formats::{Found, Limits, ReadOptions, Sink, read_any, read_slice};
use proptest::prelude::*;
use stix::pattern::Pattern;
use stix::{Id, Object, Problem, Severity, Timestamp};

use crate::mutate::{Bytes, config, mutated};

/// Keeps everything.
#[derive(Default, PartialEq, Debug)]
struct Taken {
    objects: Vec<String>,
    problems: Vec<Problem>,
}

impl Sink for Taken {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.objects.push(found.text.into_owned());
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Gives one to seven bytes at a time, as a slow line does.
struct Dripping<'a>(Cursor<&'a [u8]>, usize);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 7 + 1;
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn options() -> ReadOptions {
    ReadOptions {
        name: Some("../a\u{202e}b\n.txt".to_owned()),
        producer: Id::parse("identity--00000000-0000-4000-8000-000000000001").unwrap(),
        default_markings: vec![Id::parse("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb").unwrap()],
        now: Timestamp::parse("2026-11-23T12:00:00Z").unwrap(),
        limits: Limits {
            decompressed_bytes: 1 << 20,
            item_bytes: 32 << 10,
            archive_members: 20,
            items: 2_000,
            ..Limits::default()
        },
    }
}

/// Formats whose objects pass through as they came, good or not.
const PASSED_ON: [&str; 5] = ["stix-bundle", "taxii-envelope", "stix-objects", "stix-list", "mixed"];

fn target(bytes: &[u8]) {
    let options = options();
    let mut taken = Taken::default();
    let outcome = read_slice(bytes, &options, &mut taken);
    let mut streamed = Taken::default();
    let again = read_any(&mut Dripping(Cursor::new(bytes), 0), &options, &mut streamed);
    assert_eq!(outcome, again, "from memory and as a stream");
    assert_eq!(taken, streamed, "from memory and as a stream");
    assert!(taken.objects.len() as u64 <= options.limits.items);
    let Ok(summary) = outcome else { return };
    assert_eq!(summary.objects, taken.objects.len() as u64);
    let errors = taken
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    assert_eq!(summary.refused, errors as u64);
    for text in &taken.objects {
        let Ok(object) = Object::parse(text) else {
            assert!(
                PASSED_ON.contains(&summary.format),
                "{}: made what is no object: {text}",
                summary.format
            );
            continue;
        };
        if !PASSED_ON.contains(&summary.format) {
            made_well(&object, summary.format);
        }
    }
    written(&taken.objects);
}

/// What a reader made itself has no errors.
fn made_well(object: &Object<'_>, format: &str) {
    let mut errors = stix::check::check(object.map());
    errors.retain(|problem| problem.severity == Severity::Error);
    assert!(errors.is_empty(), "{format}: {errors:?}\n{}", object.text());
    let map = object.map();
    if let (Some("stix"), Some(pattern)) = (map.str("pattern_type"), map.str("pattern")) {
        assert!(Pattern::parse(pattern).is_ok(), "{format}: {pattern}");
    }
}

/// Every format of the way out takes whatever came in.
fn written(objects: &[String]) {
    let parsed: Vec<Object<'_>> = objects
        .iter()
        .filter_map(|text| Object::parse(text).ok())
        .take(30)
        .collect();
    for format in OutFormat::ALL {
        for mode in [Mode::Full, Mode::Changes] {
            let options = Options {
                mode,
                observables: true,
                ..Options::at(options().now)
            };
            let (mut memory, mut problem) = (Memory::default(), |_| ());
            let mut out = export(format, &options, &mut memory, &mut problem).unwrap();
            for (number, object) in parsed.iter().enumerate() {
                let change = match number % 3 {
                    0 => Change::Added,
                    1 => Change::Changed {
                        previous: Some(&parsed[0]),
                    },
                    _ => Change::Removed,
                };
                out.add(object, change, &Facts::default()).unwrap();
            }
            out.finish().unwrap();
        }
    }
    let mut writer = Writer::new(WriteOptions {
        info: "Example".to_owned(),
        event: "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().unwrap(),
        organisation: "A".to_owned(),
        organisation_uuid: "1e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().unwrap(),
        now: options().now,
    });
    parsed.iter().for_each(|object| writer.object(object.map()));
    let _ = writer.finish(&mut |event| {
        let written = serde_json::from_str::<serde_json::Value>(&event.json);
        assert!(written.is_ok(), "a MISP event that is no JSON: {}", event.json);
        Ok(())
    });
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const JSON: &[&str] = &[
    r#"{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":[{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-04-06T20:03:48.000Z","modified":"2026-04-06T20:03:48.000Z","pattern":"[url:value = 'https://evil.example/a?b' OR file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"},{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f","value":"192.0.2.1"}]}"#,
    r#"{"more":true,"next":"a","objects":[{"type":"x","b":"\"}"},{"type":"c","d":[{"e":{}}]}]}"#,
    "{\"type\":\"a\",\"id\":\"a--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\"}\n{\"type\":\"b\"}\n\n{\"type\":\"c\"}",
    r#"[{"type":"domain-name","id":"domain-name--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f","value":"evil.example"}]"#,
];

const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "{\"objects\":[",
    "\"type\":",
    "\"type\":\"bundle\",",
    "\"objects\":",
    "null",
    "\\\"",
    "\n",
    "]}",
];

const MISP: &[&str] = &[
    r#"{"Event":{"uuid":"8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","info":"Example","date":"2026-01-02","timestamp":"1767323045","published":true,"analysis":"2","threat_level_id":"1","Orgc":{"name":"A","uuid":"1e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"},"Tag":[{"name":"tlp:amber"},{"name":"PAP:RED"},{"name":"misp-galaxy:threat-actor=\"A\""}],"Attribute":[{"uuid":"2e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"ip-dst|port","category":"Network activity","value":"192.0.2.1|443","to_ids":true,"timestamp":"1767323045","comment":"a","first_seen":"2026-01-02T00:00:00.123456+02:00"},{"uuid":"3e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"filename|sha256","value":"a'b.exe|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","to_ids":"1"},{"uuid":"4e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"url","value":"http://evil.example/\\'","to_ids":true,"Sighting":[{"uuid":"5e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"1","date_sighting":"1767323045","Organisation":{"name":"B","uuid":"6e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}}]}]}}"#,
    r#"{"response":[{"Event":{"uuid":"8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","info":"x","timestamp":1767323045,"Object":[{"uuid":"7e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","name":"file","meta-category":"file","template_uuid":"688c46fb-5edb-40a3-8273-1af7923e2215","timestamp":"1","Attribute":[{"uuid":"9e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"md5","object_relation":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"},{"uuid":"ae2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"size-in-bytes","object_relation":"size-in-bytes","value":"12"}],"ObjectReference":[{"uuid":"be2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","referenced_uuid":"2e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","relationship_type":"drops"}]}],"Galaxy":[{"type":"mitre-attack-pattern","name":"Attack Pattern","uuid":"c4e851fa-775f-11e7-8163-b774922098cd","GalaxyCluster":[{"uuid":"ce2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","value":"Phishing - T1566","tag_name":"misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"","meta":{"external_id":["T1566"]}}]}],"EventReport":[{"uuid":"de2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","name":"r","content":"text"}]}}]}"#,
    r#"{"response":{"Attribute":[{"uuid":"2e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","type":"domain","value":"evil.example","to_ids":true,"timestamp":"1767323045"}]}}"#,
];

const MISP_WORDS: &[&str] = &[
    "\"Event\":{",
    "\"Attribute\":[",
    "\"Object\":[",
    "\"type\":\"",
    "\"value\":",
    "\"to_ids\":true",
    "\"uuid\":\"",
    "|",
    "email",
    "regkey|value",
    "ssdeep",
    "x509-fingerprint-sha1",
    "network-connection",
    "\"object_relation\":\"",
    "\"timestamp\":-1",
    "\"deleted\":true",
    "}",
    "]",
    "null,",
    "\"name\":\"email\"",
    "\"name\":\"network-connection\"",
    "\"name\":\"x509\"",
    "\"name\":\"pe\"",
    "tlp:red",
    "99999999999999",
];

const LINES: &[&str] = &[
    "# c\n192.0.2.1 # d\nhxxp://evil[.]example/\n0.0.0.0 a.example b.example\nd41d8cd98f00b204e9800998ecf8427e x\n2001:db8::/32\nCVE-2026-0001\n",
    "indicator;type;description;first_seen;confidence;tags;tlp\nevil[.]example;domain;\"said \"\"this\"\";\nand\";2026-01-02;high;a,b;red\nGlobal\\x;mutex;;;;;\n",
    "ip,date\n\"192.0.2.1\",2026-01-02\n192.0.2.2,2026-01-03\n192.0.2.3:80,\n",
    "# Report\n\nThe group used T1059.001 and CVE-2026-0001, hxxps://evil[.]example/a(b), bad(at)evil[.]example; 2001:db8::1 [x](http://a.example.com/)\n\n## Indicators of compromise\n\n* 203.0.113.9\n",
    "<html><title>x</title><body>evil[.]example &amp; 192[.]0[.]2[.]1 <script>a</script><!-- b --><p>T1059 &#x41; CVE-2026-0001 <a href='http://evil.example/'>",
];

const LINE_WORDS: &[&str] = &[
    "[.]",
    "(dot)",
    "hxxp://",
    "://",
    ";",
    ",",
    "\t",
    "\"",
    "#",
    "//",
    "0.0.0.0 ",
    "<p>",
    "</",
    "<!--",
    "-->",
    "&#",
    "&amp;",
    "](",
    "@",
    "/33",
    "T1059",
    "<!DOCTYPE html>",
    "## IOC\n",
];

const RULES: &[&str] = &[
    "<?xml version=\"1.0\"?><ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\" id=\"6d2a1b03-b216-4cd8-9a9e-8827af6ebf93\" last-modified=\"2026-01-02T03:04:05\"><short_description>E &amp; c</short_description><definition><Indicator operator=\"OR\" id=\"1\"><IndicatorItem id=\"2\" condition=\"is\"><Context document=\"FileItem\" search=\"FileItem/Md5sum\" type=\"mir\"/><Content type=\"md5\">D41D8CD98F00B204E9800998ECF8427E</Content></IndicatorItem><Indicator operator=\"AND\" id=\"5\"><IndicatorItem id=\"6\" condition=\"contains\"><Context search=\"Network/DNS\"/><Content type=\"string\">evil.example</Content></IndicatorItem></Indicator></Indicator></definition></ioc>",
    "/* c */ import \"pe\"\nprivate rule A : t1 { meta: date = \"2026-01-02\" strings: $a = \"}{\" $b = { 4D 5A ?? } $c = /[\\/\"{}]+x/ nocase condition: all of them }\nrule B { condition: false }\n",
    "title: One\nid: 6d2a1b03-b216-4cd8-9a9e-8827af6ebf93\ndate: 2026/01/02\ntags:\n  - attack.t1059.001\nlogsource: {product: windows}\ndetection:\n  a: 1\n  condition: a\n---\ntitle: Two\nlogsource: {}\ndetection: {condition: a}\n",
    "# alert tcp any any -> any any (msg:\"off\"; sid:9;)\nalert http any any -> any any (msg:\"A \\\"q\\; one\"; http.uri; content:\"/x;y\"; reference:url,example.com/a; metadata:created_at 2026_01_02; sid:2000001; rev:3;)\n",
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj 4 0 obj<</Length 9>>stream\nBT (x) Tj ET\nendstream endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 5>>\nstartxref\n9\n%%EOF",
];

const RULE_WORDS: &[&str] = &[
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "<![CDATA[",
    "]]>",
    "<Indicator operator=\"OR\">",
    "</Indicator>",
    "&b;",
    "rule ",
    "{",
    "}",
    "/*",
    "*/",
    "$a = \"",
    "/x/",
    "---\n",
    "&a ",
    "*a",
    "- ",
    ": ",
    "!!binary ",
    "[",
    "alert ",
    "msg:\"",
    "sid:1;",
    "\\;",
    "<<",
    ">>",
    "endobj",
    " 0 R",
    "/Kids[2 0 R]",
    "/Filter/FlateDecode",
    "/Length 4294967295",
    "stream\n",
];

fn texts(samples: &[&str]) -> Vec<Vec<u8>> {
    samples.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A document whose only page says one address.
fn pdf() -> Vec<u8> {
    use lopdf::content::{Content, Operation};
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let text = Operation::new("Tj", vec![Object::string_literal("It used evil[.]example here")]);
    let operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        text,
        Operation::new("ET", vec![]),
    ];
    let content = document.add_object(Stream::new(dictionary! {}, Content { operations }.encode().unwrap()));
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" });
    let resources = dictionary! { "Font" => dictionary! { "F1" => font } };
    let page = document.add_object(
        dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources },
    );
    let kids = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(kids));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn packed() -> Vec<Vec<u8>> {
    let list = b"198.51.100.7\nevil.example\n";
    let bomb = b"# nothing\n".repeat(300 << 10);
    vec![
        gzip(list),
        gzip(&gzip(&bomb)),
        zip(&[("../../a", list), ("b.json", br#"[{"type":"a"}]"#)]),
        zip(&[("bomb", &bomb), ("inner.zip", &zip(&[("a.gz", &gzip(list))]))]),
        ruzstd::encoding::compress_to_vec(list.as_slice(), ruzstd::encoding::CompressionLevel::Fastest),
        [
            b"\xff\xfe".as_slice(),
            &"evil.example\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>(),
        ]
        .concat(),
        [b"\xef\xbb\xbf".as_slice(), list].concat(),
    ]
}

/// Words of archives: signatures of zip, of its directory and its end, of gzip and zstd, sizes without end.
const PACKED_WORDS: &[&str] = &[
    "PK\u{3}\u{4}",
    "PK\u{1}\u{2}",
    "PK\u{5}\u{6}",
    "PK\u{6}\u{6}",
    "\u{1f}",
    "(",
    "\u{7f}\u{7f}\u{7f}\u{7f}",
    "\0\0\0\0",
];

/// A broken text in a good wrapping.
fn wrapped() -> impl Strategy<Value = Bytes> {
    (mutated(texts(LINES), LINE_WORDS), 0..3_u8).prop_map(|(Bytes(bytes), how)| {
        Bytes(match how {
            0 => gzip(&bytes),
            1 => zip(&[("a.txt", &bytes), ("b.json", JSON[1].as_bytes())]),
            _ => zip(&[("a.gz", &gzip(&bytes)[..])]),
        })
    })
}

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn stix_is_read_or_refused(input in mutated(texts(JSON), JSON_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn misp_is_read_or_refused(input in mutated(texts(MISP), MISP_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn lists_tables_and_reports_are_read_or_refused(input in mutated(texts(LINES), LINE_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn rules_and_documents_are_read_or_refused(input in mutated([texts(RULES), vec![pdf()]].concat(), RULE_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn broken_archives_are_read_or_refused(input in mutated(packed(), PACKED_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn archives_of_broken_texts_are_read_or_refused(input in wrapped()) {
        target(&input.0);
    }

    #[test]
    fn one_format_taken_for_another_is_read_or_refused(input in mutated([texts(JSON), texts(MISP), texts(LINES), texts(RULES)].concat(), LINE_WORDS)) {
        target(&input.0);
    }

    #[test]
    fn manifests_of_feeds_are_read_or_refused(input in mutated(
        texts(&[r#"{"8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f":{"timestamp":"1767323045","info":"a","date":"2026-01-02","Tag":[{"name":"tlp:green"}],"Orgc":{"name":"A"}},"x":1}"#]),
        MISP_WORDS,
    )) {
        let _ = manifest(&input.0, &mut |_| ());
    }
}

#[test]
fn unbroken_samples_reach_their_readers() {
    let reached = |samples: Vec<Vec<u8>>| {
        let formats = samples.iter().map(|sample| {
            target(sample);
            let mut taken = Taken::default();
            match read_slice(sample, &options(), &mut taken) {
                Ok(summary) => format!("{} {}", summary.format, taken.objects.len()),
                Err(problem) => problem.code.to_owned(),
            }
        });
        formats.collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(reached(texts(JSON)), @"stix-bundle 2, taxii-envelope 2, stix-objects 3, stix-list 1");
    insta::assert_snapshot!(reached(texts(MISP)), @"misp-event 18, misp-event 8, misp-attributes 4");
    insta::assert_snapshot!(reached(texts(LINES)), @"list 7, csv 2, csv 3, text 8, html 5");
    insta::assert_snapshot!(reached([texts(RULES), vec![pdf()]].concat()), @"openioc 1, yara 2, sigma 4, suricata 1, pdf 0, pdf 2");
    insta::assert_snapshot!(reached(packed()), @"list 2, unpacked-too-large, mixed 3, unpacked-too-large, list 2, list 1, list 2");
}
