//! No bytes make a reader panic or pass its limits (docs/fuzzing.md).

use std::io::{Cursor, Read as _, Write as _};

use bytes::BytesMut;
use proptest::prelude::*;
use sources::stream::Kind;
use sources::stream::syslog::Framing;
use sources::{Limits, Secrets, SourceSpec, read_problem, unpack};

use crate::mutate::{config, mutated};

const LIMITS: Limits = Limits {
    decompressed_bytes: 1 << 20,
    expansion: 100,
    layers: 2,
};

fn unpacked(bytes: &[u8]) -> (Vec<u8>, Option<&'static str>) {
    let mut out = Vec::new();
    match unpack(Box::new(Cursor::new(bytes.to_vec())), "x", LIMITS) {
        Err(problem) => (out, Some(problem.code)),
        Ok(mut opened) => {
            let outcome = opened.input.read_to_end(&mut out);
            assert!(out.len() as u64 <= LIMITS.decompressed_bytes + (1 << 20));
            (out, outcome.err().map(|error| read_problem(&error).code))
        }
    }
}

fn packed() -> Vec<Vec<u8>> {
    let text = b"198.51.100.7 GET /index.html\n".repeat(20);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
    xz.write_all(&text).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&text).unwrap();
    let bomb = zstd::encode_all(vec![0; 8 << 20].as_slice(), 1).unwrap();
    vec![
        zstd::encode_all(gzip.as_slice(), 1).unwrap(),
        zstd::encode_all(text.as_slice(), 1).unwrap(),
        gzip,
        xz.finish().unwrap(),
        bzip2.finish().unwrap(),
        bomb,
    ]
}

/// Everything that a connection gives, in blocks of some size.
fn framed(bytes: &[u8], size: usize) -> (Vec<u8>, Vec<Vec<u8>>, bool) {
    let mut framing = Framing::new(40);
    let (mut lines, mut messages, mut failed) = (Vec::new(), Vec::new(), false);
    let mut keep = |frame: sources::stream::syslog::Frame| match frame.kind {
        Kind::Lines => lines.extend_from_slice(&frame.bytes),
        _ => messages.push(frame.bytes.to_vec()),
    };
    'blocks: for block in bytes.chunks(size) {
        framing.push(BytesMut::from(block));
        loop {
            match framing.next_frame() {
                Ok(Some(frame)) => keep(frame),
                Ok(None) => break,
                Err(_) => {
                    failed = true;
                    break 'blocks;
                }
            }
        }
    }
    if !failed {
        framing.rest().into_iter().for_each(keep);
    }
    (lines, messages, failed)
}

const ADDRESSES: &[&str] = &[
    "follow:/var/log/zeek/*.log?start=beginning",
    "syslog+tls://0.0.0.0:6514?certificate=a&key=b&client_ca=c",
    "nats://host:4222/logs.zeek?durable=x&tls=true",
    "mqtt://host/a/b?client=n",
    "kafka://a:1,b/t?start=end",
    "s3://bucket/prefix?endpoint=https://host&region=x",
];

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn packed_bytes_are_read_or_refused(input in mutated(packed(), &["BZh9", "\u{1f}", "(", "\0\0\0\0"])) {
        unpacked(&input.0);
    }

    #[test]
    fn frames_do_not_depend_on_blocks(input in mutated(
        vec![b"5 <1>ab8 <13>a\nb\n6 <2>abc".to_vec(), b"<13>one\n<13>two\n2026 x\nhalf".to_vec()],
        &["<13>", "12 ", "\n", "5 <1>ab", "0", "999999999 "],
    )) {
        let whole = framed(&input.0, usize::MAX >> 1);
        for size in [1, 3, 7] {
            let (_, messages, failed) = framed(&input.0, size);
            prop_assert_eq!((&messages, failed), (&whole.1, whole.2));
        }
        for message in &whole.1 {
            prop_assert!(message.len() <= 40 || !whole.2);
        }
    }

    #[test]
    fn addresses_are_read_or_refused(input in mutated(
        ADDRESSES.iter().map(|text| text.as_bytes().to_vec()).collect(),
        &["://", "?", "&", "=", "%2f", "%", "@", ":", "[::]", "credentials="],
    )) {
        let _ = SourceSpec::parse(&String::from_utf8_lossy(&input.0));
    }

    #[test]
    fn credentials_are_read_or_refused(input in mutated(
        vec![b"user = a\npassword = b\n# c\n".to_vec()],
        &["=", "\n", "token", "\"", "BEGIN NATS USER JWT"],
    )) {
        let _ = Secrets::parse(&String::from_utf8_lossy(&input.0));
    }
}

#[test]
fn unbroken_samples_reach_their_readers() {
    let codes: Vec<_> = packed().iter().map(|sample| unpacked(sample).1).collect();
    assert_eq!(codes, [None, None, None, None, None, Some("unpacked-too-large")]);
    for address in ADDRESSES {
        assert!(
            SourceSpec::parse(address).is_ok()
                || cfg!(not(all(
                    feature = "nats",
                    feature = "mqtt",
                    feature = "kafka",
                    feature = "s3"
                )))
        );
    }
}
