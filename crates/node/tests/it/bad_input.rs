//! Broken and hostile input: each item gets a clear error, the rest of its batch is kept.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use node::intake::ShareRequest;

use crate::kit::partners::{FIRST, Partners, bundle, object, object_id, told};

/// What a person is told of an input to everybody, and whether all of the good objects are there.
async fn tell(input: impl Into<Vec<u8>>, good: &[u32]) -> String {
    let partners = Partners::new().await;
    let answer = match partners.try_share("cert", &partners.to_all(None), input).await {
        Ok(report) => told(&report),
        Err(error) => format!("not taken: {error}"),
    };
    let caller = partners.caller("city").await;
    for number in good {
        let shown = partners.node.show(&caller, &object_id(*number), 0).await;
        assert!(shown.is_ok(), "{number} is lost: {answer}");
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_off_bundle() {
    let whole = bundle(&[object(1, FIRST, ""), object(2, FIRST, "")]);
    insta::assert_snapshot!(tell(&whole.as_bytes()[..whole.len() - 40], &[1]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 2 refused
    input:1:370 $.objects[1]: the JSON ends in the middle of an object (the file may be cut off: fetch it again)
    input:1:620 $.objects: the JSON ends too early: ']' is missing at the end (the file may be cut off: fetch it again)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_object_between_good_ones() {
    let input = bundle(&[
        object(1, FIRST, ""),
        r#"{"type":"indicator","id":}"#.to_owned(),
        object(2, FIRST, ""),
    ]);
    insta::assert_snapshot!(tell(input, &[1, 2]).await, @r#"
    stix-bundle: 2 accepted, 0 unchanged, 1 refused
    input:1:395 $.objects[1]: the text is not valid JSON: expected value
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_nesting() {
    let deep = format!(r#","x_deep":{}1{}"#, "[".repeat(5_000), "]".repeat(5_000));
    let input = bundle(&[object(1, FIRST, &deep), object(2, FIRST, "")]);
    insta::assert_snapshot!(tell(input, &[2]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 1 refused
    input:1:424 $.objects[0]: the JSON is nested deeper than the limit of 127 levels
    "#);
    let only = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    insta::assert_snapshot!(tell(only, &[]).await, @r#"
    text: 0 accepted, 0 unchanged, 1 refused
    input: the text names no address, domain, hash, vulnerability or technique (hand in the report with its list of indicators)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enormous_object() {
    let large = format!(r#","description":"{}""#, "a".repeat(17 << 20));
    let input = bundle(&[object(1, FIRST, &large), object(2, FIRST, "")]);
    insta::assert_snapshot!(tell(input, &[2]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 1 refused
    input:1:81 $.objects[0]: the object has more than 16777216 bytes, the limit for one object (leave it out, or cut what makes it so large (a description, a payload))
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_encoding() {
    let mut latin = object(1, FIRST, r#","description":"caf?""#).into_bytes();
    let at = latin.iter().position(|byte| *byte == b'?').unwrap();
    latin[at] = 0xe9;
    let mut input =
        b"{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000001\",\"objects\":[".to_vec();
    input.extend(latin);
    input.extend(format!(",{}]}}", object(2, FIRST, "")).as_bytes());
    insta::assert_snapshot!(tell(input, &[2]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 1 refused
    input:1:387 $.objects[0]: the text is not valid UTF-8 (save the file as UTF-8)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn utf_16_is_read() {
    let text = bundle(&[object(1, FIRST, "")]);
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    insta::assert_snapshot!(tell(wide, &[1]).await, @r#"stix-bundle: 1 accepted, 0 unchanged, 0 refused"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_keys() {
    let input = bundle(&[object(1, FIRST, r#","name":"another""#), object(2, FIRST, "")]);
    insta::assert_snapshot!(tell(input, &[2]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 1 refused
    input:1:294 $.objects[0]: duplicate key 'name' (each key may stand once in an object)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_types() {
    let input = bundle(&[
        object(1, FIRST, "").replace(r#""name":"n1""#, r#""name":7"#),
        object(2, FIRST, r#","labels":"one""#),
        object(3, FIRST, r#","confidence":"high""#),
        object(4, FIRST, r#","object_marking_refs":"none""#),
        object(5, "yesterday", ""),
        "7".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        object(9, FIRST, ""),
    ]);
    insta::assert_snapshot!(tell(input, &[9]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 9 refused
    input:1 $.objects[0].name (indicator--00000000-0000-4000-8000-000000000001): 'name' must be a string, found a number
    input:1 $.objects[1].labels (indicator--00000000-0000-4000-8000-000000000002): 'labels' must be a list, found a string
    input:1 $.objects[2].confidence (indicator--00000000-0000-4000-8000-000000000003): 'confidence' must be an integer, found a string
    input:1 $.objects[3].object_marking_refs (indicator--00000000-0000-4000-8000-000000000004): 'object_marking_refs' must be a list of identifiers, found a string
    input:1 $.objects[4].modified (indicator--00000000-0000-4000-8000-000000000005): 'yesterday' is not a timestamp: it is too short (write it like 2026-11-23T15:04:05.000Z)
    input:1:1572 $.objects[5]: expected a JSON object with curly brackets
    input:1:1574 $.objects[6]: expected a JSON object with curly brackets
    input:1:1577 $.objects[7]: expected a JSON object with curly brackets
    input:1 $.objects[8]: the required property 'type' is missing
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_that_are_none() {
    let with = |id: &str| object(1, FIRST, "").replace(&object_id(1), id);
    let input = bundle(&[
        with("indicator--../../etc/passwd"),
        with("../../indicator--00000000-0000-4000-8000-000000000001"),
        with("malware--00000000-0000-4000-8000-000000000001"),
        with("indicator--00000000-0000-4000-8000-00000000000g"),
        with(""),
        object(2, FIRST, r#","created_by_ref":"identity--../x""#),
        object(9, FIRST, ""),
    ]);
    insta::assert_snapshot!(tell(input, &[9]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 6 refused
    input:1 $.objects[0].id (indicator--../../etc/passwd): 'indicator--../../etc/passwd' is not a STIX identifier: the part after the two hyphens is not a UUID (expected an object type, '--' and a UUID)
    input:1 $.objects[1].id (../../indicator--00000000-0000-4000-8000-000000000001): '../../indicator--00000000-0000-4000-8000-000000000001' is not a STIX identifier: an object type is made of a-z, 0-9 and hyphens (expected an object type, '--' and a UUID)
    input:1 $.objects[2].id (malware--00000000-0000-4000-8000-000000000001): the identifier is of type 'malware', the object of type 'indicator'
    input:1 $.objects[3].id (indicator--00000000-0000-4000-8000-00000000000g): 'indicator--00000000-0000-4000-8000-00000000000g' is not a STIX identifier: the part after the two hyphens is not a UUID (expected an object type, '--' and a UUID)
    input:1 $.objects[4].id: '' is not a STIX identifier: the two hyphens are missing (expected an object type, '--' and a UUID)
    input:1 $.objects[5].created_by_ref (indicator--00000000-0000-4000-8000-000000000002): 'identity--../x' is not a STIX identifier: the part after the two hyphens is not a UUID (expected an object type, '--' and a UUID)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_in_the_future() {
    let input = bundle(&[
        object(1, "2027-11-23T00:00:00.000Z", ""),
        object(2, "9999-12-31T23:59:59.999Z", ""),
        object(3, "2026-11-23T12:00:00.000Z", ""),
    ]);
    insta::assert_snapshot!(tell(input, &[3]).await, @r#"
    stix-bundle: 1 accepted, 0 unchanged, 2 refused
    input:1 $.objects[0].modified (indicator--00000000-0000-4000-8000-000000000001): the version 2027-11-23T00:00:00.000Z lies in the future: nothing could follow it until then (check the clock of the system that made it)
    input:1 $.objects[1].modified (indicator--00000000-0000-4000-8000-000000000002): the version 9999-12-31T23:59:59.999Z lies in the future: nothing could follow it until then (check the clock of the system that made it)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_threat_information() {
    insta::assert_snapshot!(tell("", &[]).await, @r#"
    empty: 0 accepted, 0 unchanged, 0 refused
    input: the input is empty
    "#);
    insta::assert_snapshot!(tell(r#"{"hello":"world"}"#, &[]).await, @r#"
    json: 0 accepted, 0 unchanged, 1 refused
    input:1:1: the input is JSON that is neither STIX, TAXII nor MISP (readable are STIX, TAXII, MISP, CSV, lists of indicators, OpenIOC, YARA, Sigma, Suricata, text, HTML, PDF, mails, documents and tables of office programs, also in gzip, zstd or zip)
    "#);
    insta::assert_snapshot!(tell(vec![0_u8, 159, 146, 150, 0, 1, 2], &[]).await, @r#"
    binary: 0 accepted, 0 unchanged, 1 refused
    input:1:1: the input is not text, and not a document or archive that can be read (readable are STIX, TAXII, MISP, CSV, lists of indicators, OpenIOC, YARA, Sigma, Suricata, text, HTML, PDF, mails, documents and tables of office programs, also in gzip, zstd or zip)
    "#);
    insta::assert_snapshot!(tell("<xml><a/></xml>", &[]).await, @r#"
    xml: 0 accepted, 0 unchanged, 1 refused
    input:1:1: the input is XML that is not OpenIOC (readable are STIX, TAXII, MISP, CSV, lists of indicators, OpenIOC, YARA, Sigma, Suricata, text, HTML, PDF, mails, documents and tables of office programs, also in gzip, zstd or zip)
    "#);
    insta::assert_snapshot!(tell(r#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":7}"#, &[]).await, @r#"
    stix-bundle: 0 accepted, 0 unchanged, 1 refused
    input:1:80 $.objects: 'objects' must be a list
    "#);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_in_gzip() {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    io::copy(&mut io::repeat(b' ').take(300 << 20), &mut writer).unwrap();
    insta::assert_snapshot!(tell(writer.finish().unwrap(), &[]).await, @r#"not taken: input: the gzip data expands more than 200 times, the limit, as a decompression bomb does (unpack it yourself if you trust it, and hand in what is inside)"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_in_archives() {
    let mut nested = bundle(&[object(1, FIRST, "")]).into_bytes();
    for _ in 0..3 {
        nested = gzip(&nested);
    }
    insta::assert_snapshot!(tell(nested.clone(), &[1]).await, @r#"stix-bundle: 1 accepted, 0 unchanged, 0 refused"#);
    insta::assert_snapshot!(tell(gzip(&nested), &[]).await, @r#"not taken: input: archives are nested deeper than 3 levels, the limit (unpack the outer layers yourself and hand in what is inside)"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_archive() {
    let mut packed = gzip(bundle(&[object(1, FIRST, ""), object(2, FIRST, "")]).as_bytes());
    packed.truncate(packed.len() / 2);
    insta::assert_snapshot!(tell(packed, &[]).await, @r#"not taken: input: the gzip data is damaged or cut off: incomplete deflate stream (fetch the file again)"#);
}

/// A bundle of tiny objects that is made while it is read.
struct Tiny {
    next: u32,
    end: u32,
    ready: io::Cursor<Vec<u8>>,
}

impl Read for Tiny {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.ready.read(buffer)?;
            if read > 0 || self.next > self.end {
                return Ok(read);
            }
            let text = match self.next {
                0 => r#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":["#.to_owned(),
                number if number == self.end => "]}".to_owned(),
                number => {
                    let comma = if number == 1 { "" } else { "," };
                    format!(
                        r#"{comma}{{"type":"mutex","spec_version":"2.1","id":"mutex--00000000-0000-4000-8000-{number:012}","name":"{number}"}}"#
                    )
                }
            };
            self.next += 1;
            self.ready = io::Cursor::new(text.into_bytes());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_many_tiny_objects() {
    let partners = Partners::new().await;
    let caller = partners.caller("cert").await;
    let request = ShareRequest {
        channel: "file".to_owned(),
        handling: partners.to_all(None),
        list_items: true,
        ..ShareRequest::default()
    };
    let node = partners.node.clone();
    let shared = tokio::task::spawn_blocking(move || {
        let mut input = Tiny {
            next: 0,
            end: 50_001,
            ready: io::Cursor::default(),
        };
        node.share(&caller, request, &mut input).unwrap()
    });
    let report = shared.await.unwrap();
    assert_eq!((report.accepted, report.refused), (50_000, 0));
    // What the report holds is bounded, whatever the size of the input.
    assert!(report.items.len() <= 10_000);
    let counts = partners.node.counts(&partners.caller("city").await).await.unwrap();
    assert_eq!(counts.total, 50_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_refusals_is_counted_and_its_report_stays_small() {
    let input = format!(
        r#"{{"type":"bundle","objects":[{}{}]}}"#,
        "{},".repeat(30_000),
        object(1, FIRST, "")
    );
    let partners = Partners::new().await;
    let report = partners.share("cert", &partners.to_all(None), input).await;
    assert_eq!((report.accepted, report.refused), (1, 30_000));
    assert_eq!(
        report.problems.len() + usize::try_from(report.problems_left_out).unwrap(),
        30_000
    );
    assert!(report.problems.len() <= 10_000 && report.items.len() <= 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_and_markings_without_number() {
    let markings: Vec<String> = (0..20_000)
        .map(|number| format!(r#""marking-definition--00000000-0000-4000-8000-{number:012}""#))
        .collect();
    let input = bundle(&[
        object(1, FIRST, &format!(r#","object_marking_refs":[{}]"#, markings.join(","))),
        object(2, FIRST, ""),
    ]);
    let partners = Partners::new().await;
    let report = partners.share("cert", &partners.to_all(None), input).await;
    assert_eq!(report.accepted, 2, "{}", report.refused);
    assert!(report.problems.len() <= 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_share_is_told_before_anything_is_read() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let hospital = partners.member("Example Hospital").await;
    let set = partners
        .node
        .membership_set(&operator, partners.all, hospital, false, false);
    set.await.unwrap();
    let refused = partners
        .try_share("hospital", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    insta::assert_snapshot!(refused.unwrap_err(), @r#"contributing here needs the role contributor and a membership that may contribute"#);
}
