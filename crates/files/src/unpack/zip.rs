//! Members of a zip archive.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use stix::{Place, Problem};
use zip::ZipArchive;

use super::capped::Capped;
use super::{Meter, label, read_problem};

/// Takes the name of a member and a capped reader of it, or why it cannot be read. What it returns as an error ends the reading.
pub type EachMember<'a> = dyn FnMut(String, Result<&mut dyn Read, Problem>) -> Result<(), Problem> + 'a;

/// Gives each member of a zip archive to a function, folders left out.
pub fn members<R: Read + Seek>(mut archive: R, meter: &Arc<Meter>, each: &mut EachMember<'_>) -> Result<(), Problem> {
    let length = archive.seek(SeekFrom::End(0)).map_err(|error| read_problem(&error))?;
    // The crate takes the directory into memory, so an endless one is refused before.
    meter.members_ahead(count_in_directory(&mut archive, length).unwrap_or_default())?;
    let mut zip = ZipArchive::new(archive).map_err(broken)?;
    for index in 0..zip.len() {
        meter.member()?;
        let (name, encrypted, directory, compressed) = match zip.by_index_raw(index) {
            Ok(member) => (
                label(match &member.name() {
                    Ok(name) => name.as_bytes(),
                    Err(_) => member.name_raw(),
                }),
                member.encrypted(),
                member.is_dir(),
                member.compressed_size().min(length),
            ),
            Err(error) => {
                each(format!("member {}", index + 1), Err(broken(error)))?;
                continue;
            }
        };
        if directory {
            continue;
        }
        if encrypted {
            let problem = Problem::warning(
                "encrypted-member",
                Place::default(),
                "the member of the archive is encrypted and was not looked into",
            )
            .help("unpack it with its password and scan what is inside");
            each(name, Err(problem))?;
            continue;
        }
        match zip.by_index(index) {
            Ok(member) => {
                let consumed = Arc::new(AtomicU64::new(compressed));
                each(name, Ok(&mut Capped::new(member, Arc::clone(meter), consumed, "zip")))?;
            }
            Err(error) => each(name, Err(broken(error)))?,
        }
    }
    Ok(())
}

/// How many members the end of the directory says there are (APPNOTE 4.3.16 and 4.3.14).
fn count_in_directory<R: Read + Seek>(archive: &mut R, length: u64) -> Option<u64> {
    // The record of 22 bytes stands last, before a comment of at most 64 KiB.
    let tail_length = length.min(22 + 65_535 + 20);
    archive.seek(SeekFrom::Start(length - tail_length)).ok()?;
    let mut tail = Vec::new();
    archive.by_ref().take(tail_length).read_to_end(&mut tail).ok()?;
    let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let count = u16::from_le_bytes(tail.get(end + 10..end + 12)?.try_into().ok()?);
    if count != u16::MAX {
        return Some(u64::from(count));
    }
    let locator = tail.get(end.checked_sub(20)?..end)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Some(u64::from(count));
    }
    let record = u64::from_le_bytes(locator.get(8..16)?.try_into().ok()?);
    archive.seek(SeekFrom::Start(record)).ok()?;
    let mut head = [0; 40];
    archive.read_exact(&mut head).ok()?;
    Some(u64::from_le_bytes(head.get(32..40)?.try_into().ok()?))
}

fn broken(error: zip::result::ZipError) -> Problem {
    let message = format!("the zip archive cannot be read: {error}");
    Problem::error("bad-zip", Place::default(), message).help("the file may be cut off or damaged: fetch it again")
}
