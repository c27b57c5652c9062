//! Members of archives are found, and every limit holds.

use std::io::Cursor;
use std::path::Path;

use files::{Limits, Scanner, Wanted};

use crate::support::{Told, bzip2, gzip, noise, scan, sha256, tar, tar_member, zip, zstd};

/// SHA-256 of "needle".
const NEEDLE: &str = "09881f6ed93360a2f6ad81f435a8ca51ca4575d0f954f197ff8f7d16c6565562";
/// "needle" as XZ Utils writes it, with a CRC-64.
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a30100056e6565646c6500\
    000010b44262c406430600011e06c12fa41d1fb6f37d010000000004595a";

#[test]
fn a_member_of_each_kind_of_archive_is_told_with_its_hashes() {
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("a.gz", gzip(b"needle"), "a.gz!a"),
        ("a.txt.bz2", bzip2(b"needle"), "a.txt.bz2!a.txt"),
        ("a.zst", zstd(b"needle"), "a.zst!a"),
        ("a.xz", hex::decode(XZ).unwrap(), "a.xz!a"),
        ("a.zip", zip(&[("in/b.txt", b"needle")]), "a.zip!in/b.txt"),
        ("a.tar", tar(&[("./in/b.txt", b"needle")]), "a.tar!in/b.txt"),
        ("unnamed", gzip(b"needle"), "unnamed!unnamed"),
    ];
    for (name, archive, member) in cases {
        let (scanned, told) = scan(name, &archive, &Limits::default());
        assert_eq!(told.paths(), [name, member]);
        assert_eq!(told.field(member, "sha256"), Some(NEEDLE), "{member}");
        assert_eq!(told.field(member, "size"), Some("6"));
        assert_eq!(told.problems, []);
        assert_eq!((scanned.members, scanned.member_bytes), (1, 6));
        assert_eq!(scanned.bytes, archive.len() as u64);
    }
}

#[test]
fn archives_inside_archives_are_opened_whatever_their_names() {
    let inner = zip(&[("deep/needle", b"needle"), ("other", b"x")]);
    let archive = gzip(&tar(&[("a", b"1"), ("picture.png", &inner), ("z", b"2")]));
    let (scanned, told) = scan("outer.tgz", &archive, &Limits::default());
    assert_eq!(
        told.paths(),
        [
            "outer.tgz",
            "outer.tgz!outer.tar",
            "outer.tgz!outer.tar!a",
            "outer.tgz!outer.tar!picture.png",
            "outer.tgz!outer.tar!picture.png!deep/needle",
            "outer.tgz!outer.tar!picture.png!other",
            "outer.tgz!outer.tar!z",
        ]
    );
    assert_eq!(told.problems, []);
    assert_eq!(scanned.members, 6);
}

#[test]
fn what_is_larger_than_memory_is_opened_while_it_is_read() {
    // Noise does not compress, so the archive is larger than one piece and never held.
    let noise = noise(3_000_000);
    let archive = gzip(&tar(&[("noise", &noise), ("needle", b"needle")]));
    assert!(archive.len() > 1 << 20);
    let (_, told) = scan("a.tar.gz", &archive, &Limits::default());
    // Members come before the archive, whose own hash is known only at its end.
    assert_eq!(
        told.paths(),
        [
            "a.tar.gz!a.tar!noise",
            "a.tar.gz!a.tar!needle",
            "a.tar.gz!a.tar",
            "a.tar.gz"
        ]
    );
    assert_eq!(told.field("a.tar.gz!a.tar!needle", "sha256"), Some(NEEDLE));
    assert_eq!(told.problems, []);
    let (_, whole) = scan(
        "plain",
        &archive,
        &Limits {
            archive_depth: 0,
            ..Limits::default()
        },
    );
    assert_eq!(
        told.field("a.tar.gz", "sha256"),
        whole.field("plain", "sha256"),
        "read in another order"
    );
}

#[test]
fn a_large_zip_is_opened_when_the_file_can_seek_and_told_when_it_cannot() {
    let noise = noise(1_000_000);
    let archive = zip(&[("noise", &noise), ("needle", b"needle")]);
    let limits = Limits {
        memory_bytes: 300_000,
        ..Limits::default()
    };
    let (_, told) = scan("a.zip", &archive, &limits);
    assert_eq!(told.paths(), ["a.zip", "a.zip!noise", "a.zip!needle"]);
    assert_eq!(told.problems, []);
    let mut told = Told::default();
    let scanner = Scanner::new(sha256(), limits);
    scanner
        .scan(Path::new("a.zip"), &mut archive.as_slice(), &mut told)
        .unwrap();
    assert_eq!(told.paths(), ["a.zip"]);
    assert_eq!(told.codes(), ["too-large-to-hold"]);
}

#[test]
fn long_names_and_pax_names_are_read() {
    let long = format!("{}/needle", "folder".repeat(30));
    let mut archive = tar(&[(&long, b"needle")]);
    archive.truncate(archive.len() - 1024);
    tar_member(&mut archive, "pax", b'x', b"21 path=b\xc3\xa4r/pax.txt\n");
    tar_member(&mut archive, "short", b'0', b"1");
    tar_member(&mut archive, "link", b'2', b"");
    tar_member(&mut archive, "folder/", b'5', b"");
    tar_member(&mut archive, "last", b'0', b"2");
    let (_, told) = scan("a.tar", &archive, &Limits::default());
    let long = format!("a.tar!{long}");
    assert_eq!(
        told.paths(),
        ["a.tar", long.as_str(), "a.tar!bär/pax.txt", "a.tar!last"]
    );
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    let bomb = gzip(&vec![0; 64 << 20]);
    let (_, told) = scan("bomb.gz", &bomb, &Limits::default());
    assert_eq!(told.paths(), ["bomb.gz"], "what was not read to its end has no hash");
    assert_eq!(told.codes(), ["expands-too-much"]);
    assert_eq!(told.problems[0].place.file.as_deref(), Some("bomb.gz!bomb"));
    assert!(told.problems[0].message.contains("200 times"), "{}", told.problems[0]);
}

#[test]
fn a_zip_bomb_of_many_layers_is_stopped_by_what_comes_out_of_all_together() {
    // Each layer holds eight of the next, none of which expands beyond the ratio.
    let mut bomb = vec![b'0'; 200_000];
    for _ in 0..3 {
        let members: Vec<(String, &[u8])> = (0..8).map(|n| (format!("{n}.zip"), bomb.as_slice())).collect();
        let members: Vec<(&str, &[u8])> = members
            .iter()
            .map(|(name, content)| (name.as_str(), *content))
            .collect();
        bomb = zip(&members);
    }
    let limits = Limits {
        decompressed_bytes: 5_000_000,
        ..Limits::default()
    };
    let (scanned, told) = scan("bomb.zip", &bomb, &limits);
    assert_eq!(told.codes(), ["unpacked-too-large"], "told once, not at each level");
    assert!(scanned.member_bytes <= 5_000_000);
    assert!(told.paths().contains(&"bomb.zip"), "the archive itself is hashed");
}

#[test]
fn too_many_members_are_stopped() {
    let names: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let limits = Limits {
        archive_members: 10,
        ..Limits::default()
    };
    let (scanned, told) = scan("a.tar", &tar(&members), &limits);
    assert_eq!((scanned.members, told.codes()), (10, vec!["too-many-members"]));
    // The directory of a zip says beforehand how many there are.
    let (scanned, told) = scan("a.zip", &zip(&members), &limits);
    assert_eq!((scanned.members, told.codes()), (0, vec!["too-many-members"]));
}

#[test]
fn archives_nested_deeper_than_the_limit_are_hashed_but_not_opened() {
    let mut archive = b"needle".to_vec();
    for _ in 0..4 {
        archive = gzip(&archive);
    }
    let limits = Limits {
        archive_depth: 2,
        ..Limits::default()
    };
    let (scanned, told) = scan("a.gz", &archive, &limits);
    assert_eq!((scanned.members, told.codes()), (2, vec!["archive-too-deep"]));
    let limits = Limits {
        archive_depth: 0,
        ..Limits::default()
    };
    let (scanned, told) = scan("a.gz", &archive, &limits);
    assert_eq!(
        (scanned.members, told.problems.len()),
        (0, 0),
        "not opening archives was asked for"
    );
}

#[test]
fn an_encrypted_member_is_named_and_told() {
    let mut archive = zip(&[("secret.exe", b"needle"), ("open.txt", b"needle")]);
    // The first bit of the general purpose flags, in the local header and in the directory (APPNOTE 4.4.4).
    let directory = archive.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    archive[6] |= 1;
    archive[directory + 8] |= 1;
    let (_, told) = scan("a.zip", &archive, &Limits::default());
    assert_eq!(told.paths(), ["a.zip", "a.zip!secret.exe", "a.zip!open.txt"]);
    assert_eq!(told.codes(), ["encrypted-member"]);
    assert_eq!(told.field("a.zip!secret.exe", "sha256"), None);
    assert_eq!(told.problems[0].place.file.as_deref(), Some("a.zip!secret.exe"));
}

#[test]
fn a_damaged_member_does_not_hide_its_neighbours() {
    let mut broken = gzip(b"a text that is long enough to be broken in its middle");
    let middle = broken.len() / 2;
    broken[middle] ^= 0xff;
    let archive = tar(&[("a", b"1"), ("broken.gz", &broken), ("needle", b"needle")]);
    let (_, told) = scan("a.tar", &archive, &Limits::default());
    assert_eq!(told.paths(), ["a.tar", "a.tar!a", "a.tar!broken.gz", "a.tar!needle"]);
    assert_eq!(told.codes(), ["bad-compression"]);
    assert_eq!(told.problems[0].place.file.as_deref(), Some("a.tar!broken.gz!broken"));
}

#[test]
fn a_cut_off_archive_tells_what_it_has_and_that_it_is_cut_off() {
    let archive = tar(&[("needle", b"needle"), ("cut", &[7; 2_000])]);
    let (_, told) = scan("a.tar", &archive[..2_000], &Limits::default());
    assert_eq!(told.paths(), ["a.tar", "a.tar!needle"]);
    assert_eq!(told.codes(), ["bad-tar"]);
    let compressed = gzip(&archive);
    let (_, told) = scan("a.tar.gz", &compressed[..compressed.len() - 9], &Limits::default());
    assert_eq!(told.problems.len(), 1, "{:?}", told.problems);
    assert_eq!(told.codes(), ["bad-compression"]);
}

#[test]
fn contents_too_large_for_fuzzy_hashes_say_so() {
    let limits = Limits {
        fuzzy_bytes: 10,
        ..Limits::default()
    };
    let mut told = Told::default();
    Scanner::new(Wanted::ALL, limits)
        .worker()
        .scan_file(Path::new("a"), &mut Cursor::new([1; 11]), &mut told)
        .unwrap();
    assert_eq!(told.codes(), ["too-large-for-fuzzy"]);
    assert_eq!(told.field("a", "ssdeep"), None);
    assert!(told.field("a", "md5").is_some());
}
