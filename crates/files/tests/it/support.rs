//! A sink that keeps everything, and archives made by the tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop where it is"
)]

use std::io::{Cursor, Write};
use std::path::Path;

use events::Event;
use files::{FileSink, Limits, RuleMatch, Scanned, Scanner, Wanted};
use stix::Problem;

/// What a scan told.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    /// Path, and the fields that are not names.
    pub files: Vec<(String, Vec<(String, String)>)>,
    pub rules: Vec<(String, RuleMatch)>,
    pub problems: Vec<Problem>,
}

impl FileSink for Told {
    fn file(&mut self, event: &Event<'_>, rules: &[RuleMatch]) {
        let path = event.get("path").unwrap_or_default().to_owned();
        let name = event.get("name").unwrap_or_default();
        assert!(
            path.ends_with(name) || path.ends_with('/'),
            "{name} is the end of {path}"
        );
        self.rules.extend(rules.iter().map(|rule| (path.clone(), rule.clone())));
        let names = |name: &str| matches!(name, "name" | "path");
        let fields = event.fields.iter().filter(|field| !names(&field.name));
        let fields = fields.map(|field| (field.name.to_string(), field.value.to_string()));
        self.files.push((path, fields.collect()));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

impl Told {
    pub fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|(path, _)| path.as_str()).collect()
    }

    pub fn codes(&self) -> Vec<&str> {
        self.problems.iter().map(|problem| problem.code).collect()
    }

    pub fn field(&self, path: &str, name: &str) -> Option<&str> {
        let (_, fields) = self.files.iter().find(|(found, _)| found == path)?;
        let (_, value) = fields.iter().find(|(found, _)| found == name)?;
        Some(value)
    }
}

pub fn sha256() -> Wanted {
    Wanted {
        sha256: true,
        ..Wanted::NONE
    }
}

/// Scans bytes as a file that can seek.
pub fn scan(name: &str, content: &[u8], limits: &Limits) -> (Scanned, Told) {
    let mut told = Told::default();
    let scanner = Scanner::new(sha256(), limits.clone());
    let scanned = scanner
        .worker()
        .scan_file(Path::new(name), &mut Cursor::new(content), &mut told)
        .expect("what is in memory can be read");
    (scanned, told)
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

pub fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A tar archive of one kind of header, with its checksums.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        if name.len() > 100 {
            tar_member(&mut archive, "././@LongLink", b'L', format!("{name}\0").as_bytes());
        }
        tar_member(&mut archive, &name[..name.len().min(100)], b'0', content);
    }
    archive.extend([0; 1024]);
    archive
}

pub fn tar_member(archive: &mut Vec<u8>, name: &str, kind: u8, content: &[u8]) {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = kind;
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archive.extend(header);
    archive.extend(content);
    archive.extend(vec![0; (512 - content.len() % 512) % 512]);
}

/// Bytes that do not compress.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}
