//! Logs at rest in a bucket, as whoever hunts in them meets them.

use std::io::Write as _;
use std::sync::Arc;

use sources::{Clock, Contents, Kept, Resting, SourceSpec};
use stix::Problem;

use crate::bucket::Endpoint;

fn clock() -> Clock {
    Arc::new(|| "2026-01-02T03:04:05Z".parse().unwrap())
}

fn logs(address: &str) -> Vec<Result<Resting, Problem>> {
    SourceSpec::parse(address).unwrap().logs(clock()).unwrap().collect()
}

/// The code of the one problem there is.
fn refused(address: &str) -> (&'static str, String) {
    let [problem] = logs(address).try_into().unwrap();
    let problem = problem.unwrap_err();
    (problem.code, problem.to_string())
}

fn text(log: &Resting) -> String {
    std::io::read_to_string(log.open().unwrap().into_reader()).unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[test]
fn the_objects_under_a_prefix_are_listed_page_by_page_and_opened_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start();
    let credentials = Endpoint::credentials(folder.path(), true);
    let keys = ["zeek/a b+c&d.log", "zeek/e%20f.log", "zeek/ü/x.log", "zeek/z.log.gz"];
    for key in &keys[..3] {
        endpoint.put(key, format!("in {key}\n"));
    }
    endpoint.put(keys[3], gzip("was packed\n"));
    endpoint.put("zeek/", "");
    endpoint.put("other/x.log", "not asked for\n");

    let logs: Vec<Resting> = logs(&endpoint.address("logs/zeek/", &credentials))
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut wanted = keys.to_vec();
    wanted.sort_unstable();
    let names: Vec<&str> = logs.iter().map(|log| log.name.as_str()).collect();
    assert_eq!(
        names,
        wanted.iter().map(|key| format!("s3://logs/{key}")).collect::<Vec<_>>()
    );
    assert_eq!(endpoint.asked().len(), 3, "pages of two keys for five objects");
    for (log, key) in logs.iter().zip(&wanted) {
        let expected = if *key == keys[3] {
            "was packed\n".to_owned()
        } else {
            format!("in {key}\n")
        };
        assert_eq!(text(log), expected, "{key}");
        assert_eq!(log.kept(), Kept::Address(&log.name));
    }
    assert_eq!(logs[0].size, "in zeek/a b+c&d.log\n".len() as u64);
}

#[test]
fn an_object_that_was_written_anew_since_it_was_listed_is_a_problem_and_another_version() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start();
    let address = endpoint.address("logs/", &Endpoint::credentials(folder.path(), true));
    endpoint.put("a.log", "one\n");
    let [before] = logs(&address).try_into().unwrap();
    let before = before.unwrap();
    endpoint.put("a.log", "two\n");
    assert_eq!(before.open().err().unwrap().code, "changed");
    let [after] = logs(&address).try_into().unwrap();
    let after = after.unwrap();
    assert_ne!(before.version, after.version);
    assert_eq!(text(&after), "two\n");
}

#[test]
fn what_is_wrong_with_a_bucket_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start();
    let right = Endpoint::credentials(folder.path(), true);
    let (code, said) = refused(&endpoint.address("nowhere/x", &right));
    assert!(code == "not-there" && said.contains("NoSuchBucket"), "{said}");
    endpoint.away(true);
    let (code, said) = refused(&endpoint.address("logs/x", &right));
    assert!(code == "unavailable" && said.contains("SlowDown"), "{said}");
    endpoint.away(false);
    let wrong = Endpoint::credentials(folder.path(), false);
    let (code, said) = refused(&endpoint.address("logs/x", &wrong));
    assert!(
        code == "not-allowed" && said.contains("SignatureDoesNotMatch"),
        "{said}"
    );
    let (code, said) = refused(&format!("s3://logs/x?endpoint={}", endpoint.url));
    assert!(code == "not-allowed", "{said}");
    let (code, said) = refused("s3://logs/x?endpoint=http://127.0.0.1:1");
    assert!(code == "unavailable" && said.contains("127.0.0.1:1"), "{said}");
}

#[test]
fn an_object_is_read_by_range() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start();
    endpoint.put("a.log", "0123456789");
    let address = endpoint.address("logs/", &Endpoint::credentials(folder.path(), true));
    let (bucket, _) = SourceSpec::parse(&address).unwrap().bucket(clock()).unwrap();
    assert_eq!(bucket.read_range("a.log", 3..6).unwrap(), b"345");
    assert_eq!(bucket.read_range("b.log", 3..6).unwrap_err().code, "not-there");
}

#[test]
fn a_file_that_is_not_packed_can_be_read_at_any_place() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, packed) = (folder.path().join("a.log"), folder.path().join("b.log"));
    std::fs::write(&plain, "plain\n").unwrap();
    std::fs::write(&packed, gzip("was packed\n")).unwrap();
    let [plain, packed] = logs(&folder.path().display().to_string()).try_into().unwrap();
    let (plain, packed) = (plain.unwrap(), packed.unwrap());
    assert!(matches!(plain.open().unwrap(), Contents::File(_)));
    assert!(matches!(packed.open().unwrap(), Contents::Stream(_)));
    assert_eq!(
        (text(&plain), text(&packed)),
        ("plain\n".to_owned(), "was packed\n".to_owned())
    );
    assert_eq!(plain.size, 6);
}

#[test]
fn a_stream_has_no_past() {
    let spec = SourceSpec::parse("udp://127.0.0.1:9").unwrap();
    let problem = spec.logs(clock()).err().unwrap();
    assert!(problem.message.contains("udp://127.0.0.1:9"), "{problem}");
    let files = SourceSpec::File("/nowhere/at/all".into());
    let logs: Vec<_> = files.logs(clock()).unwrap().collect();
    assert_eq!(logs[0].as_ref().unwrap_err().code, "not-opened");
}
