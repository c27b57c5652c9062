//! A small endpoint that checks what it is asked, over plain HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sources::s3::{Bucket, Settings};
use sources::{Clock, Limits, Secrets, SourceSpec, read_problem};

const OBJECT: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz\n";

/// What was asked: the line of the request, then its headers.
type Asked = Arc<Mutex<Vec<Vec<String>>>>;

/// Answers each request by what `answer` makes of its lines.
fn endpoint(answer: fn(&[String], &mut TcpStream)) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let notes = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let lines: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            notes.lock().unwrap().push(lines.clone());
            answer(&lines, &mut stream);
        }
    });
    (address, asked)
}

fn header<'a>(lines: &'a [String], name: &str) -> Option<&'a str> {
    lines
        .iter()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn say(stream: &mut TcpStream, status: &str, headers: &str, length: usize, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
}

fn clock() -> Clock {
    Arc::new(|| "2026-01-02T03:04:05Z".parse().unwrap())
}

fn bucket(endpoint: String) -> Bucket {
    let secrets = Secrets::parse("access_key = AKIAEXAMPLE\nsecret_key = secret\nsession_token = token\n").unwrap();
    let settings = Settings {
        endpoint: Some(endpoint),
        bucket: "logs".to_owned(),
        region: "us-east-1".to_owned(),
        ca: None,
        secrets,
    };
    Bucket::new(settings, clock()).unwrap()
}

#[test]
fn listings_are_read_page_by_page_and_signed() {
    let (address, asked) = endpoint(|lines, stream| {
        let body = if lines[0].contains("continuation-token=p%2F2") {
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/2</Key><Size>2</Size></Contents></ListBucketResult>"
        } else {
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>p/2</NextContinuationToken><Contents><Key>a/1</Key><Size>1</Size></Contents></ListBucketResult>"
        };
        say(stream, "200 OK", "", body.len(), body.as_bytes());
    });
    let objects: Result<Vec<_>, _> = bucket(address).list("a/").collect();
    let objects: Vec<_> = objects
        .unwrap()
        .into_iter()
        .map(|object| (object.key, object.size))
        .collect();
    assert_eq!(objects, [("a/1".to_owned(), 1), ("a/2".to_owned(), 2)]);
    let asked = asked.lock().unwrap();
    assert_eq!(
        asked[0][0],
        "GET /logs/?encoding-type=url&list-type=2&prefix=a%2F HTTP/1.1"
    );
    let authorization = header(&asked[0], "authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260102/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,Signature="));
    assert_eq!(header(&asked[0], "x-amz-date"), Some("20260102T030405Z"));
    assert_eq!(header(&asked[0], "x-amz-security-token"), Some("token"));
}

/// The whole object, the part of it that was asked for, or, without a range, half of it and then nothing.
fn breaking(lines: &[String], stream: &mut TcpStream) {
    match header(lines, "range") {
        None => say(stream, "200 OK", "etag: \"v1\"\r\n", OBJECT.len(), &OBJECT[..20]),
        Some(range) => {
            let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            let from: usize = from.parse().unwrap();
            let to = to
                .parse::<usize>()
                .map_or(OBJECT.len(), |to| (to + 1).min(OBJECT.len()));
            say(
                stream,
                "206 Partial Content",
                "etag: \"v1\"\r\n",
                to - from,
                &OBJECT[from..to],
            );
        }
    }
}

#[test]
fn a_broken_connection_is_made_again_where_reading_was() {
    let (address, asked) = endpoint(breaking);
    let mut opened = bucket(address).open("a b/1.log", Limits::default()).unwrap();
    let mut bytes = Vec::new();
    opened.input.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, OBJECT);
    assert_eq!(
        (opened.name.as_str(), opened.stored_bytes),
        ("s3://logs/a b/1.log", Some(OBJECT.len() as u64))
    );
    let asked = asked.lock().unwrap();
    assert_eq!(asked[0][0], "GET /logs/a%20b/1.log HTTP/1.1");
    assert_eq!(header(&asked[1], "range"), Some("bytes=20-"));
    assert_eq!(header(&asked[1], "if-match"), Some("\"v1\""));
    assert!(
        header(&asked[1], "authorization")
            .unwrap()
            .contains("host;if-match;range;")
    );
}

#[test]
fn ranges_are_read_to_their_end_or_the_objects() {
    let (address, _) = endpoint(breaking);
    let bucket = bucket(address);
    assert_eq!(bucket.read_range("x", 10..13).unwrap(), b"abc");
    assert_eq!(bucket.read_range("x", 36..1000).unwrap(), b"\n");
    assert_eq!(bucket.read_range("x", 5..5).unwrap(), b"");
    assert_eq!(bucket.read_range("x", 0..u64::MAX).unwrap_err().code, "range-too-large");
}

#[test]
fn an_object_that_was_written_anew_while_it_was_read_is_not_mixed() {
    let (address, _) = endpoint(|lines, stream| match header(lines, "range") {
        None => breaking(lines, stream),
        Some(_) => say(stream, "412 Precondition Failed", "", 0, b""),
    });
    let mut opened = bucket(address).open("x", Limits::default()).unwrap();
    let mut bytes = Vec::new();
    let error = opened.input.read_to_end(&mut bytes).unwrap_err();
    assert_eq!(read_problem(&error).code, "changed");
    assert_eq!(bytes, &OBJECT[..20]);
}

#[test]
fn refusals_say_what_the_endpoint_said() {
    let (address, _) = endpoint(|_, stream| {
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message></Error>";
        say(stream, "403 Forbidden", "", body.len(), body.as_bytes());
    });
    let problem = bucket(address).open("x", Limits::default()).unwrap_err();
    assert_eq!(problem.code, "not-allowed");
    assert!(problem.message.contains("SignatureDoesNotMatch"), "{problem}");
}

#[test]
fn an_address_names_bucket_prefix_and_credentials() {
    let directory = tempfile::tempdir().unwrap();
    let credentials = directory.path().join("s3");
    std::fs::write(&credentials, "access_key = a\nsecret_key = b\n").unwrap();
    let text = format!(
        "s3://logs/2026/?endpoint=http://127.0.0.1:1&credentials={}",
        credentials.display()
    );
    let (bucket, prefix) = SourceSpec::parse(&text).unwrap().bucket(clock()).unwrap();
    assert_eq!(prefix, "2026/");
    assert_eq!(bucket.open("x", Limits::default()).unwrap_err().code, "unavailable");
    assert!(!format!("{bucket:?}").contains("\"b\""));
}
