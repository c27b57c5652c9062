//! Imphashes of Windows programs that the test makes, and of real ones where there are some.

use files::imphash::imphash;
use md5::{Digest, Md5};

/// What a program imports: a library, and names or numbers.
type Imports<'a> = &'a [(&'a str, &'a [Result<&'a str, u16>])];

/// A program of 32 or 64 bits that has nothing but headers, one section and an import table.
pub fn program(wide: bool, imports: Imports<'_>) -> Vec<u8> {
    const ADDRESS: u32 = 0x1000;
    const OFFSET: usize = 0x200;
    let width = if wide { 8 } else { 4 };
    // Descriptors first, then a table for each library, then the texts.
    let mut at = 20 * (imports.len() + 1);
    let mut tables = Vec::new();
    for (_, functions) in imports {
        tables.push(at);
        at += width * (functions.len() + 1);
    }
    let mut section = vec![0; at];
    let text = |section: &mut Vec<u8>, prefix: &[u8], text: &str| {
        let address = ADDRESS + section.len() as u32;
        section.extend(prefix);
        section.extend(text.as_bytes());
        section.push(0);
        address
    };
    for (number, (library, functions)) in imports.iter().enumerate() {
        let table = tables[number];
        for (place, function) in functions.iter().enumerate() {
            let value = match function {
                Ok(name) => u64::from(text(&mut section, &[0, 0], name)),
                Err(ordinal) => u64::from(*ordinal) | 1 << (8 * width - 1),
            };
            let place = table + place * width;
            section[place..place + width].copy_from_slice(&value.to_le_bytes()[..width]);
        }
        let name = text(&mut section, &[], library);
        let descriptor = 20 * number;
        section[descriptor..descriptor + 4].copy_from_slice(&(ADDRESS + table as u32).to_le_bytes());
        section[descriptor + 12..descriptor + 16].copy_from_slice(&name.to_le_bytes());
        section[descriptor + 16..descriptor + 20].copy_from_slice(&(ADDRESS + table as u32).to_le_bytes());
    }
    let mut bytes = vec![0; OFFSET];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c] = 0x40;
    bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
    let optional_length: u16 = if wide { 112 + 128 } else { 96 + 128 };
    bytes[0x46] = 1;
    bytes[0x54..0x56].copy_from_slice(&optional_length.to_le_bytes());
    let optional = 0x58;
    bytes[optional..optional + 2].copy_from_slice(&(if wide { 0x20b_u16 } else { 0x10b }).to_le_bytes());
    bytes[optional + 60..optional + 64].copy_from_slice(&(OFFSET as u32).to_le_bytes());
    let directories = optional + if wide { 112 } else { 96 };
    bytes[directories - 4] = 16;
    bytes[directories + 8..directories + 12].copy_from_slice(&ADDRESS.to_le_bytes());
    let header = optional + usize::from(optional_length);
    bytes[header..header + 6].copy_from_slice(b".idata");
    for (field, value) in [
        (8, section.len() as u32),
        (12, ADDRESS),
        (16, section.len() as u32),
        (20, OFFSET as u32),
    ] {
        bytes[header + field..header + field + 4].copy_from_slice(&value.to_le_bytes());
    }
    bytes.extend(section);
    bytes
}

pub const SAMPLE: Imports<'static> = &[
    ("KERNEL32.dll", &[Ok("GetProcAddress"), Ok("LoadLibraryA")]),
    ("WS2_32.DLL", &[Err(1), Err(115), Err(9_999)]),
    ("OLEAUT32.dll", &[Err(2)]),
    ("comctl.ocx", &[Err(17)]),
    ("ntoskrnl.exe", &[Ok("?Mangled@@YAXXZ")]),
];

const EXPECTED: &str = "kernel32.getprocaddress,kernel32.loadlibrarya,ws2_32.accept,ws2_32.wsastartup,ws2_32.ord9999,\
    oleaut32.sysallocstring,comctl.ord17,ntoskrnl.exe.?mangled@@yaxxz";

#[test]
fn names_are_lowered_endings_dropped_and_numbers_of_known_libraries_named() {
    let expected = hex::encode(Md5::digest(EXPECTED));
    assert_eq!(imphash(&program(false, SAMPLE)).as_deref(), Some(expected.as_str()));
    assert_eq!(imphash(&program(true, SAMPLE)).as_deref(), Some(expected.as_str()));
}

#[test]
fn what_is_no_program_or_imports_nothing_has_none() {
    assert_eq!(imphash(b"MZ"), None);
    assert_eq!(imphash(b"not a program"), None);
    assert_eq!(imphash(&program(false, &[])), None);
}

#[test]
fn a_table_that_points_at_itself_ends() {
    let mut bytes = program(false, SAMPLE);
    // Every address in the section becomes the section's own beginning.
    for four in bytes[0x200..].chunks_exact_mut(4) {
        four.copy_from_slice(&0x1000_u32.to_le_bytes());
    }
    let _ = imphash(&bytes);
}

/// Programs with the hash that pefile gives them: `COMMONWATCH_PROGRAMS` names a folder with a file `imphashes` of lines
/// `hash  name`.
#[test]
fn real_programs_have_the_hashes_of_pefile() {
    let Ok(folder) = std::env::var("COMMONWATCH_PROGRAMS") else {
        println!("skipped: COMMONWATCH_PROGRAMS is not set");
        return;
    };
    let folder = std::path::Path::new(&folder);
    let list = std::fs::read_to_string(folder.join("imphashes")).unwrap();
    for line in list.lines() {
        let (hash, name) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(imphash(&bytes).as_deref(), Some(hash), "{name}");
    }
}
