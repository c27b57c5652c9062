//! Makes small event files: one chunk, records of plain elements without templates.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

/// A file with one chunk that holds these records, each a list of data with names and texts.
pub fn event_file(records: &[&[(&str, &str)]]) -> Vec<u8> {
    let mut file = vec![0; 4096];
    file[..8].copy_from_slice(b"ElfFile\0");
    file[32..36].copy_from_slice(&128_u32.to_le_bytes());
    file[36..40].copy_from_slice(&0x0003_0001_u32.to_le_bytes());
    file[40..42].copy_from_slice(&4096_u16.to_le_bytes());
    file[42..44].copy_from_slice(&1_u16.to_le_bytes());

    let mut chunk = vec![0; 512];
    let mut last = 512;
    for (fields, number) in records.iter().zip(1_u64..) {
        last = chunk.len();
        record(&mut chunk, number, fields);
    }
    let count = records.len() as u64;
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, value) in [(8, 1), (16, count), (24, 1), (32, count)] {
        chunk[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    let free = chunk.len();
    for (at, value) in [(40, 128), (44, last), (48, free)] {
        chunk[at..at + 4].copy_from_slice(&u32::try_from(value).unwrap().to_le_bytes());
    }
    chunk.resize(64 << 10, 0);
    file.extend(chunk);
    file
}

fn record(chunk: &mut Vec<u8>, number: u64, fields: &[(&str, &str)]) {
    let start = chunk.len();
    chunk.extend(b"\x2a\x2a\0\0\0\0\0\0");
    chunk.extend(number.to_le_bytes());
    // 2026-01-01 in steps of 100 ns since 1601.
    chunk.extend(134_116_992_000_000_000_u64.to_le_bytes());
    chunk.extend([0x0f, 1, 1, 0]);
    element(chunk, "Event", |chunk| {
        element(chunk, "System", |chunk| {
            element(chunk, "EventID", |chunk| text(chunk, "1"));
            element(chunk, "Channel", |chunk| text(chunk, "Example/Operational"));
        });
        element(chunk, "EventData", |chunk| {
            for (name, value) in fields {
                element(chunk, name, |chunk| text(chunk, value));
            }
        });
    });
    chunk.push(0);
    let size = u32::try_from(chunk.len() - start + 4).unwrap().to_le_bytes();
    chunk.extend(size);
    chunk[start + 4..start + 8].copy_from_slice(&size);
}

fn element(chunk: &mut Vec<u8>, name: &str, inside: impl FnOnce(&mut Vec<u8>)) {
    chunk.push(1);
    let size_at = chunk.len();
    chunk.extend([0; 4]);
    // The name stands right behind its offset.
    let name_at = u32::try_from(chunk.len() + 4).unwrap();
    chunk.extend(name_at.to_le_bytes());
    chunk.extend([0; 6]);
    chunk.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    chunk.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    chunk.extend([0; 2]);
    chunk.push(2);
    inside(chunk);
    chunk.push(4);
    let size = u32::try_from(chunk.len() - size_at - 4).unwrap();
    chunk[size_at..size_at + 4].copy_from_slice(&size.to_le_bytes());
}

fn text(chunk: &mut Vec<u8>, text: &str) {
    chunk.extend([5, 1]);
    chunk.extend(u16::try_from(text.encode_utf16().count()).unwrap().to_le_bytes());
    chunk.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
}
