//! No bytes make the scanner, the comparisons or the parsers panic, and ways of reading agree (docs/fuzzing.md).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it is"
)]

use std::io::{Cursor, Read};
use std::path::Path;

use files::unpack::{Meter, Wrapping};
use files::{Limits, Scanner, Wanted, ssdeep_score, tlsh_distance};
use proptest::prelude::*;

use crate::mutate::{Bytes, config, mutated};
use crate::programs::{SAMPLE, program};
use crate::support::{Told, bzip2, gzip, tar, zip, zstd};

const TOKENS: &[&str] = &[
    "PK\x01\x02",
    "PK\x03\x04",
    "PK\x05\x06",
    "BZh9",
    "ustar\0",
    "MZ",
    "PE\0\0",
    "path=",
    "00000000777",
];

fn samples() -> Vec<Vec<u8>> {
    let inner = zip(&[("a/b.txt", b"needle"), ("c", &[b'x'; 5_000])]);
    vec![
        gzip(&tar(&[("inner.zip", &inner), ("x", b"1")])),
        tar(&[
            ("inner.zip", &inner),
            (&"long/".repeat(30), b""),
            ("y.bz2", &bzip2(b"text")),
        ]),
        zip(&[("deep.gz", &gzip(&zstd(b"needle"))), ("plain", b"needle")]),
        inner,
        bzip2(b"a text"),
        zstd(&[b'z'; 3_000]),
        hex::decode(
            "fd377a585a000004e6d6b4460200210116000000742fe5a30100056e6565646c6500\
             000010b44262c406430600011e06c12fa41d1fb6f37d010000000004595a",
        )
        .unwrap(),
        program(false, SAMPLE),
        program(true, SAMPLE),
    ]
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

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn any_bytes_are_scanned_within_the_limits_and_alike_from_a_file_and_from_a_stream(
        Bytes(bytes) in mutated(samples(), TOKENS)
    ) {
        let limits = Limits {
            decompressed_bytes: 1 << 20,
            archive_members: 20,
            ..Limits::default()
        };
        let scanner = Scanner::new(Wanted::ALL, limits);
        let mut told = Told::default();
        let scanned = scanner.worker().scan_file(Path::new("file"), &mut Cursor::new(&bytes), &mut told);
        let scanned = scanned.expect("memory can be read");
        prop_assert_eq!(scanned.bytes, bytes.len() as u64);
        // What comes out of decompressors once is told again for each plain archive inside it.
        prop_assert!(scanned.members <= 20 && scanned.member_bytes <= 8 << 20);
        prop_assert_eq!(scanned.problems, told.problems.len() as u64);
        prop_assert_eq!(scanned.members + 1, told.files.len() as u64);
        prop_assert!(told.problems.iter().all(|problem| problem.place.file.is_some()));
        let mut streamed = Told::default();
        let again = scanner.scan(Path::new("file"), &mut Dripping(Cursor::new(&bytes), 0), &mut streamed);
        prop_assert_eq!(again.expect("memory can be read"), scanned);
        prop_assert_eq!(streamed, told);
    }

    #[test]
    fn any_stream_ends_in_an_error_or_within_its_cap(Bytes(bytes) in mutated(samples(), TOKENS)) {
        let caps = files::unpack::Caps { decompressed_bytes: 1 << 20, expansion: 100, members: 5 };
        let meter = std::sync::Arc::new(Meter::new(caps));
        if let Some(wrapping) = Wrapping::of(&bytes)
            && let Some(mut stream) = files::unpack::open(wrapping, bytes.as_slice(), &meter)
        {
            let mut content = Vec::new();
            let _ = stream.read_to_end(&mut content);
            prop_assert!(content.len() <= 1 << 20);
        }
    }

    #[test]
    fn any_texts_are_compared(
        Bytes(one) in mutated(vec![b"192:mxSCfqzTPJOrW0YdNUF89B9juxy:mxSCfqzTPJOrW0YdNUF89B9".to_vec()], &[":", "T1"]),
        Bytes(other) in mutated(vec![b"T12D900249414E0BD59A46503F3ADA802AE50825242B2590561CF690599112214C051556".to_vec()], &["T1"]),
    ) {
        let (one, other) = (String::from_utf8_lossy(&one), String::from_utf8_lossy(&other));
        prop_assert!(ssdeep_score(&one, &one) <= 100);
        prop_assert_eq!(ssdeep_score(&one, &other), ssdeep_score(&other, &one));
        prop_assert_eq!(tlsh_distance(&one, &other), tlsh_distance(&other, &one));
        if let Some(distance) = tlsh_distance(&other, &other) {
            prop_assert_eq!(distance, 0);
        }
    }
}
