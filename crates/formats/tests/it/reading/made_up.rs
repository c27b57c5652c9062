//! Small inputs of every format, and mutations of them.

use proptest::prelude::*;

use super::kept::{options, read, read_text};

#[test]
fn formats_are_told_by_content() {
    for (text, format) in [
        (r#"{"type":"bundle","objects":[]}"#, "stix-bundle"),
        (r#"{"objects":[{"type":"x"}],"more":true}"#, "taxii-envelope"),
        ("{\"type\":\"x\"}\n{\"type\":\"y\"}", "stix-objects"),
        (r#"[{"type":"x"}]"#, "stix-list"),
        (r#"{"a":1}"#, "json"),
        ("192.0.2.1\n# c\nevil[.]example\n", "list"),
        ("0.0.0.0 bad.example\n0.0.0.0 worse.example", "list"),
        ("ip,first_seen\n192.0.2.1,2026-01-02\n", "csv"),
        ("192.0.2.1;c2\n192.0.2.2;c2\n", "csv"),
        ("rule a { condition: true }", "yara"),
        ("title: x\nlogsource: {}\ndetection: {}\n", "sigma"),
        ("alert tcp any any -> any any (msg:\"x\"; sid:1;)\n", "suricata"),
        ("<!DOCTYPE html><p>x", "html"),
        (
            "<?xml version='1.0'?><ioc xmlns='http://schemas.mandiant.com/2010/ioc'/>",
            "openioc",
        ),
        ("<?xml version='1.0'?><x/>", "xml"),
        (
            "# Report\n\nWe saw evil[.]example and more words that make it prose.\n",
            "text",
        ),
        ("", "empty"),
        ("\u{1}\u{2}\u{3}\0\u{1}", "binary"),
    ] {
        assert_eq!(read_text(text).0.format, format, "{text}");
    }
}

#[test]
fn a_list_of_mixed_kinds_with_comments() {
    let (_, kept) = read_text(
        "# a comment\n; another\n// and another\n\nip\n198.51.100.7:8080\n198.51.100.0/24 # c2 range\nhxxp://Evil[.]example/it's\n\
         *.bad.example\n127.0.0.1 localhost worse.example\nd41d8cd98f00b204e9800998ecf8427e dropper\nCVE-2024-0001\nnonsense here\n",
    );
    insta::assert_snapshot!(kept.patterns().join("\n"), @r#"
[ipv4-addr:value = '198.51.100.7']
[ipv4-addr:value ISSUBSET '198.51.100.0/24']
[url:value = 'http://evil.example/it\'s']
[domain-name:value = 'bad.example']
[domain-name:value = 'worse.example']
[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']
"#);
    assert_eq!(kept.of_type("vulnerability").len(), 1);
    insta::assert_snapshot!(kept.said(), @"[not-an-indicator] 13:1: 'nonsense here' is not an indicator: expected an address, network, domain, URL, e-mail address, hash or the like (put a # in front of the line if it is a comment)");
    let range = &kept.of_type("indicator")[1];
    assert_eq!(range["description"], "c2 range");
    assert!(kept.dated.iter().all(|dated| !dated));
    insta::assert_snapshot!(kept.objects[0], @r#"{"type":"indicator","spec_version":"2.1","id":"indicator--e1fb4328-362b-5b46-9d46-e7beadbdd63b","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","created":"2026-11-23T12:00:00.000Z","modified":"2026-11-23T12:00:00.000Z","object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"name":"198.51.100.7","pattern":"[ipv4-addr:value = '198.51.100.7']","pattern_type":"stix","valid_from":"2026-11-23T12:00:00.000Z"}"#);
}

#[test]
fn reading_a_list_again_gives_the_same_identifiers() {
    let mut later = options();
    later.now = stix::Timestamp::parse("2027-01-01T00:00:00Z").unwrap();
    let ids = |kept: &super::kept::Kept| -> Vec<String> {
        kept.of_type("indicator")
            .iter()
            .map(|object| object["id"].to_string())
            .collect()
    };
    let (_, first) = read(b"evil.example\n192.0.2.1\n", &options());
    let (_, second) = read(b"192[.]0[.]2[.]1\nEVIL.example.\n", &later);
    let mut again = ids(&second);
    again.reverse();
    assert_eq!(ids(&first), again);
}

#[test]
fn a_table_with_everything() {
    let (summary, kept) = read_text(
        "indicator;type;description;first_seen;last_seen;valid_until;confidence;tags;tlp;category\n\
         evil[.]example;domain;\"said \"\"this\"\";\nand that\";2026-01-02;2026-02-03 04:05:06;2027-01-01T00:00:00+02:00;high;a,b,tlp:red;;c2\n\
         Global\\Thing;mutex;;;;;;;amber;\n\
         rubbish;domain;;;;;;;;\n",
    );
    assert_eq!((summary.format, summary.objects, summary.refused), ("csv", 2, 1));
    insta::assert_snapshot!(kept.objects.join("\n"), @r#"
{"type":"indicator","spec_version":"2.1","id":"indicator--7bbd919e-ef6d-52a7-87bf-cec92fc87db2","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","created":"2026-01-02T00:00:00.000Z","modified":"2026-02-03T04:05:06.000Z","labels":["a","b"],"confidence":85,"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],"name":"evil.example","description":"said \"this\";\nand that","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'evil.example']","pattern_type":"stix","valid_from":"2026-01-02T00:00:00.000Z","valid_until":"2026-12-31T22:00:00.000Z"}
{"type":"indicator","spec_version":"2.1","id":"indicator--ecda8bf8-8805-5499-863a-18bd0ceac624","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","created":"2026-11-23T12:00:00.000Z","modified":"2026-11-23T12:00:00.000Z","object_marking_refs":["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"],"name":"Global\\Thing","pattern":"[mutex:name = 'Global\\\\Thing']","pattern_type":"stix","valid_from":"2026-11-23T12:00:00.000Z"}
"#);
    insta::assert_snapshot!(kept.said(), @"[not-an-indicator] 5:1 column 1: 'rubbish' is not a domain name: it has no dot");
    assert_eq!(kept.dated, [true, false]);
}

#[test]
fn tables_without_header_with_hidden_header_and_with_open_quotes() {
    let (_, kept) = read_text("2026-01-01,192.0.2.1,x\n2026-01-02,192.0.2.2,y\n");
    assert_eq!(kept.objects.len(), 2);
    let (_, kept) =
        read_text("# \"first_seen\",\"url\",\"host\"\n\"2026-01-01\",\"http://evil.example/a\",\"evil.example\"\n");
    assert_eq!(kept.patterns(), ["[url:value = 'http://evil.example/a']"]);
    assert!(kept.dated[0]);
    let (_, kept) = read_text("ip,note\n192.0.2.1,a 5\" disk\n192.0.2.2,b\n192.0.2.3,c\n");
    assert_eq!(kept.objects.len(), 3, "{}", kept.said());
}

#[test]
fn a_markdown_report() {
    let (_, kept) = read_text(
        "# The Example campaign\n\nSee [our page](https://www.example.com/blog/x_(y)). The group used T1059.001 (and T1566) and CVE-2024-0001.\n\
         It talked to hxxps://evil[.]example/gate.php, and to 198[.]51[.]100[.]7. Version 1.2.3.4 of Setup.exe and readme.md and\n\
         Node.js are fine, end of sentence.Next one. System.IO too, i.e. nothing. Mail: bad(at)evil[.]example!\n\n\
         ## Indicators of compromise\n\n* 203.0.113.9\n* da39a3ee5e6b4b0d3255bfef95601890afd80709\n* dropper.exe\n\n## Thanks\n\nvia other.example.org\n",
    );
    let report = &kept.of_type("report")[0];
    assert_eq!(report["name"], "The Example campaign");
    assert_eq!(report["object_refs"].as_array().unwrap().len(), kept.objects.len() - 1);
    insta::assert_snapshot!(kept.patterns().join("\n"), @r#"
[url:value = 'https://evil.example/gate.php']
[ipv4-addr:value = '198.51.100.7']
[email-addr:value = 'bad@evil.example']
[ipv4-addr:value = '203.0.113.9']
[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']
[file:name = 'dropper.exe']
"#);
    let mentioned: Vec<String> = ["url", "domain-name", "ipv4-addr"]
        .iter()
        .flat_map(|object_type| kept.of_type(object_type))
        .map(|object| object["value"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(mentioned, ["https://www.example.com/blog/x_(y)", "other.example.org"]);
    let techniques: Vec<String> = kept
        .of_type("attack-pattern")
        .iter()
        .map(|object| object["name"].to_string())
        .collect();
    assert_eq!(techniques, ["\"T1059.001\"", "\"T1566\""]);
    assert_eq!(kept.of_type("vulnerability")[0]["name"], "CVE-2024-0001");
}

#[test]
fn a_web_page() {
    let (summary, kept) = read_text(
        "<!doctype html><html><head><title>The &amp; campaign</title><script>var x = 'http://no.example.com';</script></head><body><nav>menu.example.com</nav>\
         <h2>Text</h2><p>It used evil<b>[.]</b>example and <code>hxxp://bad&#46;example&#x2F;x</code>.<table><tr><td>192[.]0[.]2[.]1</td><td>c2</td></tr></table></p>",
    );
    assert_eq!(summary.format, "html");
    assert_eq!(kept.of_type("report")[0]["name"], "The & campaign");
    assert_eq!(
        kept.patterns(),
        [
            "[domain-name:value = 'evil.example']",
            "[url:value = 'http://bad.example/x']",
            "[ipv4-addr:value = '192.0.2.1']"
        ]
    );
}

/// A document of one page that shows text by these operations.
fn pdf(operations: Vec<lopdf::content::Operation>, font: lopdf::Dictionary) -> Vec<u8> {
    pdf_with_forms(operations, font, vec![])
}

/// A document whose content may draw forms by their name. Those whose name begins with `Own` have resources of their own, in
/// which the font is called `F2`.
fn pdf_with_forms(
    operations: Vec<lopdf::content::Operation>,
    font: lopdf::Dictionary,
    forms: Vec<(&str, Vec<lopdf::content::Operation>)>,
) -> Vec<u8> {
    use lopdf::content::Content;
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(font);
    let mut drawn = lopdf::Dictionary::new();
    for (name, operations) in forms {
        let mut about = dictionary! { "Subtype" => "Form", "Matrix" => vec![1.into(), 0.into(), 0.into(), 1.into(), 0.into(), (-20).into()] };
        if name.starts_with("Own") {
            about.set(
                "Resources",
                dictionary! { "Font" => dictionary! { "F2" => font }, "XObject" => drawn.clone() },
            );
        }
        let form = document.add_object(Stream::new(about, Content { operations }.encode().unwrap()));
        drawn.set(name, form);
    }
    let picture = Stream::new(dictionary! { "Subtype" => "Image" }, b"(picture.example) Tj".to_vec());
    drawn.set("Picture", document.add_object(picture));
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font }, "XObject" => drawn });
    let content = document.add_object(Stream::new(dictionary! {}, Content { operations }.encode().unwrap()));
    let page = document.add_object(
        dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources },
    );
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1, "MediaBox" => vec![0.into(), 0.into(), 500.into(), 500.into()] }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn courier() -> lopdf::Dictionary {
    lopdf::dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" }
}

/// The same with its widths said, as most documents do.
fn measured() -> lopdf::Dictionary {
    let mut font = courier();
    font.set("FirstChar", 0);
    font.set("Widths", vec![lopdf::Object::Integer(600); 256]);
    font
}

fn operation(operator: &str, operands: Vec<lopdf::Object>) -> lopdf::content::Operation {
    lopdf::content::Operation::new(operator, operands)
}

fn shown(text: &str) -> lopdf::content::Operation {
    operation("Tj", vec![lopdf::Object::string_literal(text)])
}

#[test]
fn a_pdf_document() {
    let operations = vec![
        operation("BT", vec![]),
        operation("Tf", vec!["F1".into(), 12.into()]),
        shown("It used evil[.]example and 192[.]0[.]2[.]1 here"),
        operation("ET", vec![]),
    ];
    let (outcome, kept) = read(&pdf(operations, courier()), &options());
    assert_eq!(outcome.unwrap().format, "pdf");
    assert_eq!(
        kept.patterns(),
        [
            "[domain-name:value = 'evil.example']",
            "[ipv4-addr:value = '192.0.2.1']"
        ],
        "{}",
        kept.said()
    );
}

#[test]
fn values_that_a_pdf_document_breaks_over_two_lines_are_read_whole_and_others_stay_apart() {
    // As word processors write it: a place for each line, and letters moved a little within words.
    let lines = [
        "A flaw, CVE-2024-",
        "3094, let evil[.]exam",
        "ple in. SHA-256:",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
        "d15c15b0f00a08d6",
        "worse[.]",
        "example",
        "MD5 d41d8cd98f00b204e9800998ecf8427e",
        "0cc175b9c0f1b6a831c399e269772661",
        "hxxp://192[.]0[.]2[.]7/a/",
        "Other words 203[.]0[.]",
        "113[.]9",
    ];
    for font in [courier(), measured()] {
        let mut operations = vec![operation("BT", vec![]), operation("Tf", vec!["F1".into(), 10.into()])];
        for (number, line) in lines.iter().enumerate() {
            let down = 700 - 12 * i64::try_from(number).unwrap();
            let place = [1, 0, 0, 1, 72, down].map(lopdf::Object::Integer).to_vec();
            operations.push(operation("Tm", place));
            let (one, other) = line.split_at(4);
            let pieces = vec![
                lopdf::Object::string_literal(one),
                lopdf::Object::Integer(-20),
                lopdf::Object::string_literal(other),
            ];
            operations.push(operation("TJ", vec![lopdf::Object::Array(pieces)]));
        }
        operations.push(operation("ET", vec![]));
        let (_, kept) = read(&pdf(operations, font), &options());
        assert_eq!(
            kept.patterns(),
            [
                "[domain-name:value = 'evil.example']",
                "[file:hashes.'SHA-256' = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15c15b0f00a08d6']",
                "[domain-name:value = 'worse.example']",
                "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']",
                "[file:hashes.MD5 = '0cc175b9c0f1b6a831c399e269772661']",
                "[url:value = 'http://192.0.2.7/a/']",
                "[ipv4-addr:value = '203.0.113.9']",
            ],
            "{}",
            kept.said()
        );
        assert!(
            kept.of_type("vulnerability")
                .iter()
                .any(|one| one["name"] == "CVE-2024-3094"),
            "{}",
            kept.said()
        );
    }
}

#[test]
fn what_a_pdf_document_draws_as_one_is_read_where_it_is_drawn() {
    let line = |font: &str, text: &str| {
        vec![
            operation("BT", vec![]),
            operation("Tf", vec![font.into(), 10.into()]),
            shown(text),
            operation("ET", vec![]),
        ]
    };
    let draw = |name: &str| operation("Do", vec![name.into()]);
    let text = |forms: Vec<(&'static str, Vec<lopdf::content::Operation>)>, operations| {
        let (_, kept) = read(&pdf_with_forms(operations, measured(), forms), &options());
        (kept.patterns(), kept.said())
    };
    // One with the resources of the page, and one with its own that draws the first; a picture is no text.
    let inner = ("Inner", line("F1", "inner[.]example"));
    let outer = ("Own", [line("F2", "outer[.]example"), vec![draw("Inner")]].concat());
    let operations = [
        line("F1", "page[.]example"),
        vec![draw("Own"), draw("Picture"), draw("None")],
    ]
    .concat();
    let (patterns, said) = text(vec![inner, outer], operations);
    assert_eq!(
        patterns,
        [
            "[domain-name:value = 'page.example']",
            "[domain-name:value = 'outer.example']",
            "[domain-name:value = 'inner.example']"
        ],
        "{said}"
    );
    // One that draws itself without end is read a few times, and said to be unreadable beyond.
    let itself = ("Itself", [line("F1", "again[.]example"), vec![draw("Itself")]].concat());
    let (patterns, said) = text(vec![itself], vec![draw("Itself")]);
    assert_eq!(patterns, ["[domain-name:value = 'again.example']"], "{said}");
    assert!(said.contains("cannot be read"), "{said}");
}

#[test]
fn pieces_of_a_word_on_one_line_of_a_pdf_document_are_one_and_columns_are_not() {
    // Each piece in a place of its own, as some programs write: 6 units wide a letter at this size.
    let piece = |text: &str, x: i64, y: i64| {
        let place = [1, 0, 0, 1, x, y].map(lopdf::Object::Integer).to_vec();
        [operation("Tm", place), shown(text)]
    };
    let mut operations = vec![operation("BT", vec![]), operation("Tf", vec!["F1".into(), 10.into()])];
    for (text, x, y) in [
        ("evil[.]", 72, 700),
        ("example", 114, 700),
        ("198[.]51[.]100[.]7", 200, 700),
        ("203[.]0[.]113[.]7", 72, 680),
        ("other[.]example", 72, 668),
    ] {
        operations.extend(piece(text, x, y));
    }
    operations.push(operation("ET", vec![]));
    let (_, kept) = read(&pdf(operations, measured()), &options());
    assert_eq!(
        kept.patterns(),
        [
            "[domain-name:value = 'evil.example']",
            "[ipv4-addr:value = '198.51.100.7']",
            "[ipv4-addr:value = '203.0.113.7']",
            "[domain-name:value = 'other.example']",
        ],
        "{}",
        kept.said()
    );
}

const OPENIOC: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="6d2a1b03-b216-4cd8-9a9e-8827af6ebf93" last-modified="2026-01-02T03:04:05">
  <short_description>Example &amp; co</short_description>
  <description>What it is</description>
  <links><link rel="x" href="https://example.com/ioc"/></links>
  <definition>
    <Indicator operator="OR" id="1">
      <IndicatorItem id="2" condition="is"><Context document="FileItem" search="FileItem/Md5sum" type="mir"/><Content type="md5">D41D8CD98F00B204E9800998ECF8427E</Content></IndicatorItem>
      <IndicatorItem id="3" condition="contains"><Context document="Network" search="Network/DNS" type="mir"/><Content type="string">evil.example</Content></IndicatorItem>
      <IndicatorItem id="4" condition="is"><Context document="X" search="DriverItem/DeviceItem/Unknown" type="mir"/><Content type="string">z</Content></IndicatorItem>
      <Indicator operator="AND" id="5">
        <IndicatorItem id="6" condition="is"><Context document="FileItem" search="FileItem/FileName" type="mir"/><Content type="string">it's.exe</Content></IndicatorItem>
        <IndicatorItem id="7" condition="is"><Context document="PortItem" search="PortItem/remoteIP" type="mir"/><Content type="IP">192.0.2.1</Content></IndicatorItem>
      </Indicator>
    </Indicator>
  </definition>
</ioc>"#;

#[test]
fn an_openioc_document() {
    let (_, kept) = read_text(OPENIOC);
    insta::assert_snapshot!(kept.objects.join("\n"), @r#"{"type":"indicator","spec_version":"2.1","id":"indicator--d3a2e727-8ae3-59cc-bf71-c64c7320ae2b","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","created":"2026-01-02T03:04:05.000Z","modified":"2026-01-02T03:04:05.000Z","external_references":[{"source_name":"openioc","external_id":"6d2a1b03-b216-4cd8-9a9e-8827af6ebf93"},{"source_name":"openioc","url":"https://example.com/ioc"}],"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"name":"Example & co","description":"What it is\nNot in the pattern: DriverItem/DeviceItem/Unknown is 'z'","pattern":"([file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'] OR [domain-name:value LIKE '%evil.example%'] OR ([file:name = 'it\\'s.exe'] AND [ipv4-addr:value = '192.0.2.1']))","pattern_type":"stix","valid_from":"2026-01-02T03:04:05.000Z"}"#);
    insta::assert_snapshot!(kept.said(), @"[openioc-unmapped] 10:1: the term DriverItem/DeviceItem/Unknown is 'z' is not in the pattern: STIX has no property for it");
    let pattern = kept.patterns().remove(0);
    stix::pattern::Pattern::parse(&pattern).unwrap();
    let (_, kept) = read_text(&OPENIOC.replace("<ioc ", "<!DOCTYPE ioc [<!ENTITY a \"b\">]><ioc "));
    assert!(kept.said().contains("document type declaration"), "{}", kept.said());
}

const YARA: &str = r#"/* rule fake { } */
import "pe"
private rule First : tag1 tag2 { // } comment
  meta:
    description = "says \"}\" here"
    date = "2026-01-02"
    reference = "https://example.com/a"
    mitre_att = "T1059.001"
  strings:
    $a = "}{ /* not a comment */"
    $b = { 4D 5A ?? }
    $c = /[\/"{}]+x/ nocase
  condition:
    pe.is_pe and all of them and filesize / 2 > 10
}
rule Broken { strings: $a = "open
 condition: $a }
rule Last { condition: false }
"#;

#[test]
fn yara_rules_around_a_broken_one() {
    let (_, kept) = read_text(YARA);
    let names: Vec<String> = kept
        .of_type("indicator")
        .iter()
        .map(|object| object["name"].to_string())
        .collect();
    assert_eq!(names, ["\"First\"", "\"Last\""]);
    insta::assert_snapshot!(kept.said(), @"[yara-syntax] 16:1: the YARA rule cannot be read: a string is not closed on its line");
    let first = &kept.of_type("indicator")[0];
    assert!(YARA.contains(first["pattern"].as_str().unwrap()));
    assert_eq!(first["created"], "2026-01-02T00:00:00.000Z");
    assert_eq!(first["labels"], serde_json::json!(["tag1", "tag2"]));
    assert_eq!(kept.of_type("relationship").len(), 1);
}

const SIGMA: &str = "title: One\nid: 6d2a1b03-b216-4cd8-9a9e-8827af6ebf93\ndate: 2026/01/02\nmodified: 2026-02-03\ntags:\n  - attack.t1059.001\n  - cve.2024-0001\nlogsource: {product: windows}\ndetection:\n  a: 1\n  condition: a\nlevel: high\n---\ntitle: [broken\n---\ntitle: Two\nlogsource: {}\ndetection: {condition: a}\n";

#[test]
fn sigma_rules_around_a_broken_one() {
    let (_, kept) = read_text(SIGMA);
    assert_eq!(kept.of_type("indicator").len(), 2);
    insta::assert_snapshot!(kept.objects[0], @r#"{"type":"indicator","spec_version":"2.1","id":"indicator--74b53fe7-ead0-5225-b759-b7000e40a15e","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","created":"2026-01-02T00:00:00.000Z","modified":"2026-02-03T00:00:00.000Z","labels":["attack.t1059.001","cve.2024-0001","sigma-level:high"],"external_references":[{"source_name":"cve","external_id":"CVE-2024-0001"}],"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"name":"One","pattern":"title: One\nid: 6d2a1b03-b216-4cd8-9a9e-8827af6ebf93\ndate: 2026/01/02\nmodified: 2026-02-03\ntags:\n  - attack.t1059.001\n  - cve.2024-0001\nlogsource: {product: windows}\ndetection:\n  a: 1\n  condition: a\nlevel: high","pattern_type":"sigma","valid_from":"2026-01-02T00:00:00.000Z"}"#);
    assert_eq!(
        (kept.problems[0].code, kept.problems[0].place.line.unwrap() >= 14),
        ("sigma-syntax", true)
    );
}

const SURICATA: &str = "# alert tcp any any -> any any (msg:\"off\"; sid:9;)\nalert http any any -> any any (msg:\"A \\\"quoted\\; one\"; http.uri; content:\"/x;y\"; reference:url,example.com/a; reference:cve,2024-0001; classtype:trojan-activity; metadata:created_at 2026_01_02, updated_at 2026_02_03, mitre_technique_id T1071, confidence High; sid:2000001; rev:3;)\nalert tcp any any -> any any (msg:\"no number\";)\nalert tcp any any -> \\\n  any any (msg:\"joined\"; metadata:policy balanced-ips drop; sid:3;)\n";

#[test]
fn suricata_rules_around_a_broken_one() {
    let (_, kept) = read_text(SURICATA);
    let found: Vec<String> = kept
        .of_type("indicator")
        .iter()
        .map(|object| format!("{} {}", object["pattern_type"], object["name"]))
        .collect();
    assert_eq!(found, [r#""suricata" "A \"quoted; one""#, r#""snort" "joined""#]);
    insta::assert_snapshot!(kept.said(), @r#"[suricata-syntax] 3:1: the rule cannot be read: its number 'sid' is missing (a rule is: action protocol source -> destination (msg:"…"; …; sid:1;))"#);
    insta::assert_snapshot!(kept.objects[0], @r#"{"type":"indicator","spec_version":"2.1","id":"indicator--841926ba-be66-59f8-80cd-062b743297e8","created_by_ref":"identity--00000000-0000-4000-8000-000000000001","created":"2026-01-02T00:00:00.000Z","modified":"2026-02-03T00:00:00.000Z","labels":["classtype:trojan-activity"],"confidence":85,"external_references":[{"source_name":"cve","external_id":"CVE-2024-0001"},{"source_name":"suricata","url":"http://example.com/a"}],"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],"name":"A \"quoted; one","pattern":"alert http any any -> any any (msg:\"A \\\"quoted\\; one\"; http.uri; content:\"/x;y\"; reference:url,example.com/a; reference:cve,2024-0001; classtype:trojan-activity; metadata:created_at 2026_01_02, updated_at 2026_02_03, mitre_technique_id T1071, confidence High; sid:2000001; rev:3;)","pattern_type":"suricata","valid_from":"2026-01-02T00:00:00.000Z"}"#);
}

/// Good inputs of every text format, to be broken.
fn good() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        OPENIOC,
        YARA,
        SIGMA,
        SURICATA,
        "ip;date;tags\n\"192.0.2.1\";2026-01-02;a,b\n192.0.2.2;;\"x\ny\"\n",
        "192.0.2.1 # c\nhxxp://evil[.]example/\n0.0.0.0 a.example b.example\n",
        "<html><title>x</title><body>evil[.]example &amp; 192[.]0[.]2[.]1 <script>a</script><p>T1059 CVE-2024-0001",
        "# Report\nhxxps://evil[.]example/a(b), bad(at)evil[.]example; 2001:db8::1 [x](http://a.example.com/)\n",
        "{\"type\":\"bundle\",\"objects\":[{\"type\":\"a\",\"b\":\"\\\"}\"},{\"type\":\"c\"}]}",
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj 4 0 obj<</Length 9>>stream\nBT (x) Tj ET\nendstream endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 5>>\nstartxref\n9\n%%EOF",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn broken_input_is_read_to_its_end(
        text in good(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3), 1..6),
    ) {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); if bytes.is_empty() { bytes.push(byte); } }
            }
        }
        let _ = read(&bytes, &options());
    }

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, &options());
    }

    #[test]
    fn any_lines_are_read_to_their_end(text in "([a-z0-9\\[\\].:/@,;|#\"'<>&(){} \\-]{0,30}\\n){0,12}") {
        let _ = read(text.as_bytes(), &options());
    }
}
