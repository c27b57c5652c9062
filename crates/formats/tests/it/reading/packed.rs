//! Archives and encodings: what is inside is read, what is hostile is named.

use std::io::Write;

use formats::Limits;

use super::kept::{options, read};

const LIST: &str = "198.51.100.7\nevil.example\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn each_compression_and_several_of_them_are_unpacked() {
    let list = LIST.as_bytes();
    let twice = [gzip(list), gzip(b"192.0.2.1\n")].concat();
    let frames = [zstd(list), zstd(b"192.0.2.1\n")].concat();
    for (packed, format, count) in [
        (gzip(list), "list", 2),
        (zstd(list), "list", 2),
        (gzip(&zstd(list)), "list", 2),
        (twice, "list", 3),
        (frames, "list", 3),
        (
            zip(&[("../../etc/passwd", list), ("b.json", b"[{\"type\":\"a\"}]")]),
            "mixed",
            3,
        ),
        (zip(&[("inner.zip", &zip(&[("a.gz", &gzip(list))]))]), "list", 2),
    ] {
        let (outcome, kept) = read(&packed, &options());
        let summary = outcome.unwrap();
        assert_eq!((summary.format, kept.objects.len()), (format, count), "{}", kept.said());
    }
}

#[test]
fn a_problem_names_the_member() {
    let packed = zip(&[("a/../b.txt", b"evil.example\nnot an indicator\nbad.example\n")]);
    let mut options = options();
    options.name = Some("feed.zip".to_owned());
    let (_, kept) = read(&packed, &options);
    assert_eq!(kept.problems[0].place.file.as_deref(), Some("feed.zip/a/../b.txt"));
    assert_eq!(kept.problems[0].place.line, Some(2));
}

#[test]
fn each_cap_names_itself() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let (outcome, _) = read(&bomb, &options());
    assert_eq!(outcome.unwrap_err().code, "expands-too-much");

    let mut small = options();
    small.limits = Limits {
        decompressed_bytes: 10,
        ..Limits::default()
    };
    let (outcome, _) = read(&gzip(LIST.as_bytes()), &small);
    assert_eq!(outcome.unwrap_err().code, "unpacked-too-large");

    let mut few = options();
    few.limits = Limits {
        archive_members: 2,
        ..Limits::default()
    };
    let many = zip(&[("1", b"192.0.2.1"), ("2", b"192.0.2.2"), ("3", b"192.0.2.3")]);
    let (outcome, kept) = read(&many, &few);
    assert_eq!((outcome.unwrap_err().code, kept.objects.len()), ("too-many-members", 2));

    let deep = gzip(&gzip(&gzip(&gzip(LIST.as_bytes()))));
    let (outcome, _) = read(&deep, &options());
    assert_eq!(outcome.unwrap_err().code, "archive-too-deep");

    let mut single = options();
    single.limits = Limits {
        items: 1,
        ..Limits::default()
    };
    let (outcome, kept) = read(LIST.as_bytes(), &single);
    assert_eq!((outcome.unwrap_err().code, kept.objects.len()), ("too-many-objects", 1));
}

#[test]
fn a_bomb_in_one_member_does_not_lose_the_others() {
    let packed = zip(&[("bomb", &vec![b' '; 40 << 20]), ("list", LIST.as_bytes())]);
    let (outcome, kept) = read(&packed, &options());
    outcome.unwrap();
    assert_eq!(kept.objects.len(), 2);
    assert_eq!(kept.problems[0].code, "expands-too-much");
}

#[test]
fn damaged_data_is_a_problem_and_not_silence() {
    let mut cut = gzip(LIST.repeat(10_000).as_bytes());
    cut.truncate(cut.len() / 2);
    let (outcome, _) = read(&cut, &options());
    assert_eq!(outcome.unwrap_err().code, "bad-compression");
    let (outcome, _) = read(b"PK\x03\x04 not a zip", &options());
    assert_eq!(outcome.unwrap_err().code, "bad-zip");
    let (outcome, _) = read(b"\x28\xb5\x2f\xfd rubbish that is no frame", &options());
    assert_eq!(outcome.unwrap_err().code, "bad-compression");
}

#[test]
fn wide_text_and_marks_are_decoded_and_wrong_bytes_named() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let bundle = "{\"type\":\"bundle\",\"objects\":[{\"type\":\"a\",\"name\":\"ü\u{1f600}\"}]}";
    for bytes in [
        [&[0xff, 0xfe][..], &wide(bundle)].concat(),
        [
            &[0xfe, 0xff][..],
            &bundle.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
        ]
        .concat(),
        wide(bundle),
        [b"\xef\xbb\xbf", bundle.as_bytes()].concat(),
    ] {
        let (outcome, kept) = read(&bytes, &options());
        assert_eq!(outcome.unwrap().format, "stix-bundle");
        assert_eq!(kept.objects, ["{\"type\":\"a\",\"name\":\"ü\u{1f600}\"}"]);
    }
    let (_, kept) = read(b"192.0.2.1\n192.0.2.2 # caf\xe9\n192.0.2.3\n", &options());
    assert_eq!(kept.objects.len(), 2);
    insta::assert_snapshot!(kept.said(), @"[not-utf8] 2:16: the text is not valid UTF-8 at byte offset 25 (save the file as UTF-8)");
}
