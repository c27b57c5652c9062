use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;

const TEXT: &[u8] = b"198.51.100.7 GET /\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    // As the command-line tool does it: without a checksum, damage need not show.
    let mut packer = zstd::Encoder::new(Vec::new(), 1).unwrap();
    packer.include_checksum(true).unwrap();
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 0);
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

type Packer = fn(&[u8]) -> Vec<u8>;

const PACKERS: [(&str, Packer); 4] = [("gzip", gzip), ("zstd", zstd), ("xz", xz), ("bzip2", bzip2)];

fn opened(bytes: Vec<u8>, limits: Limits) -> Result<Opened, Problem> {
    unpack(Box::new(io::Cursor::new(bytes)), "a.log", limits)
}

/// All bytes that come before the end or a problem.
fn read(bytes: Vec<u8>, limits: Limits) -> (Vec<u8>, Option<Problem>) {
    let mut input = match opened(bytes, limits) {
        Ok(opened) => opened.input,
        Err(problem) => return (Vec::new(), Some(problem)),
    };
    let mut out = Vec::new();
    let problem = input.read_to_end(&mut out).err().map(|error| read_problem(&error));
    (out, problem)
}

/// Lines that do not compress to nothing.
fn lines(count: u32) -> Vec<u8> {
    let mut text = Vec::new();
    for number in 0..count {
        writeln!(text, "{} {:x}", number, number.wrapping_mul(2_654_435_761)).unwrap();
    }
    text
}

#[test]
fn plain_bytes_pass_whatever_their_length() {
    for length in 0..=TEXT.len() {
        assert_eq!(
            read(TEXT[..length].to_vec(), Limits::default()),
            (TEXT[..length].to_vec(), None)
        );
    }
}

#[test]
fn each_packing_is_found_by_content_and_its_members_are_read_one_after_the_other() {
    for (name, pack) in PACKERS {
        let twice = [pack(TEXT), pack(b""), pack(TEXT)].concat();
        assert_eq!(opened(twice.clone(), Limits::default()).unwrap().packed, Some(name));
        assert_eq!(read(twice, Limits::default()), ([TEXT, TEXT].concat(), None), "{name}");
    }
}

#[test]
fn packings_inside_each_other_are_undone_to_the_limit() {
    for (_, outer) in PACKERS {
        for (_, inner) in PACKERS {
            let (out, problem) = read(outer(&inner(TEXT)), Limits::default());
            assert_eq!((out.as_slice(), problem), (TEXT, None));
            let (_, problem) = read(gzip(&outer(&inner(TEXT))), Limits::default());
            assert_eq!(problem.unwrap().code, "packed-too-deep");
        }
    }
}

#[test]
fn a_packed_file_that_is_cut_gives_what_was_there_and_says_so() {
    let text = lines(200_000);
    for (name, pack) in PACKERS {
        let mut packed = pack(&text);
        packed.truncate(packed.len() * 3 / 4);
        let (out, problem) = read(packed, Limits::default());
        let problem = problem.unwrap();
        assert_eq!(problem.code, "cut-off", "{name} {problem}");
        assert!(
            out.len() > text.len() / 2,
            "{name} gave only {} of {}",
            out.len(),
            text.len()
        );
        assert!(text.starts_with(&out), "{name}");
        assert!(
            problem.message.contains(&out.len().to_string()),
            "{name} {problem} {}",
            out.len()
        );
    }
}

#[test]
fn damage_is_told_and_not_read_past() {
    let text = lines(200_000);
    for (name, pack) in PACKERS {
        let mut packed = pack(&text);
        let middle = packed.len() / 2;
        packed[middle..middle + 64].fill(0xa5);
        let mut input = opened(packed, Limits::default()).unwrap().input;
        let mut out = Vec::new();
        let problem = read_problem(&input.read_to_end(&mut out).unwrap_err());
        assert!(
            ["bad-compression", "cut-off"].contains(&problem.code),
            "{name} {problem}"
        );
        assert_eq!(input.read(&mut [0; 10]).unwrap(), 0, "{name}");
    }
}

#[test]
fn limits_name_themselves() {
    let zeros = vec![b'0'; 100 << 20];
    let small = Limits {
        decompressed_bytes: 1000,
        ..Limits::default()
    };
    let tight = Limits {
        expansion: 10,
        ..Limits::default()
    };
    for (name, pack) in [PACKERS[1], PACKERS[3]] {
        let bomb = pack(&zeros);
        let (_, problem) = read(bomb.clone(), small);
        let problem = problem.unwrap();
        assert_eq!(problem.code, "unpacked-too-large", "{name}");
        assert!(problem.message.contains("1000"), "{problem}");
        let (_, problem) = read(bomb.clone(), tight);
        assert_eq!(problem.unwrap().code, "expands-too-much", "{name}");
        let (_, problem) = read(pack(&bomb), tight);
        assert_eq!(problem.unwrap().code, "expands-too-much", "{name} twice");
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let problem = open(directory.path()).unwrap_err();
    assert_eq!(problem.code, "is-a-directory");
    let problem = open(&directory.path().join("none")).unwrap_err();
    assert_eq!(problem.code, "not-opened");
    assert!(problem.place.file.unwrap().ends_with("none"));
}

#[test]
fn a_file_knows_its_stored_size() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    std::fs::write(&path, gzip(TEXT)).unwrap();
    let opened = open(&path).unwrap();
    assert_eq!(opened.stored_bytes, Some(gzip(TEXT).len() as u64));
    assert_eq!(opened.packed, Some("gzip"));
}

#[test]
fn a_walk_gives_files_in_order_and_goes_on_after_problems() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir(at("b")).unwrap();
    std::fs::create_dir(at("b/deep")).unwrap();
    for name in ["c", "a", ".hidden", "b/2", "b/1", "b/deep/x"] {
        std::fs::write(at(name), "").unwrap();
    }
    symlink(directory.path(), at("b/loop")).unwrap();
    symlink(at("nowhere"), at("b/broken")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(at("b/socket")).unwrap();
    let walked: Vec<String> = walk([directory.path()])
        .map(|found| match found {
            Ok(path) => path.strip_prefix(directory.path()).unwrap().display().to_string(),
            Err(problem) => problem.code.to_owned(),
        })
        .collect();
    drop(socket);
    assert_eq!(
        walked,
        ["a", "b/1", "b/2", "not-opened", "b/deep/x", "special-file", "c"]
    );
    let named: Vec<PathBuf> = walk([at("c"), at(".hidden"), at("a")]).map(Result::unwrap).collect();
    assert_eq!(named, [at("c"), at(".hidden"), at("a")]);
}
