//! What values are, by their names: one table for each format whose names are fixed, and a general one for names that
//! anybody made up.
//!
//! The tables are lists of groups: a [`Meaning`], and the names that have it. A name in no table is text when it holds
//! text, so that whatever looks like an address or a hash in it is still found.

pub(super) mod cef;
pub(super) mod cloud;
pub(super) mod eve;
pub(super) mod general;
pub(super) mod web;
pub(super) mod windows;
pub(super) mod zeek;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::times;
use crate::event::Event;
use crate::role::Role;

/// What the value of a name is. Most are a role; some have to be looked at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Is(Role),
    /// The time of the event.
    Time,
    /// Several hashes with their names: `SHA1=…,MD5=…,IMPHASH=…`.
    Hashes,
    /// A hash that may have its name before it: `md5:…`, `SHA1=…`.
    Hash,
    /// An e-mail address or header if there is an `@` in it, free text if not.
    Mail,
    /// A file, with its folders or without.
    File,
    /// A URL, or the path and query of one.
    Web,
    /// Values separated by commas, each in the role.
    List(Role),
}

/// Names of one meaning.
pub(super) type Group = (Meaning, &'static [&'static str]);

/// Names and their meanings, for look-up.
pub(super) struct Table(HashMap<&'static str, Meaning, BuildHasherDefault<Mix>>);

impl Table {
    pub fn new(groups: &[&[Group]]) -> Self {
        let groups = groups.iter().copied().flatten();
        Self(
            groups
                .flat_map(|(meaning, names)| names.iter().map(|name| (*name, *meaning)))
                .collect(),
        )
    }

    /// The name, which the table has for good, and its meaning.
    pub fn get(&self, name: &str) -> Option<(&'static str, Meaning)> {
        self.0.get_key_value(name).map(|(name, meaning)| (*name, *meaning))
    }
}

/// Multiplies eight bytes at a time. The keys of our tables are our own, so nobody can choose them to collide.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Mix {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.add(last << 8 | bytes.len() as u64 & 0xff);
    }

    /// What a text ends with; its length is in it already.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        // The table takes the upper bits for one thing and the lower for another.
        self.0 ^ self.0 >> 32
    }
}

/// Adds a value whose name has a meaning.
pub(super) fn put<'l>(event: &mut Event<'l>, name: Cow<'l, str>, value: Cow<'l, str>, meaning: Meaning) {
    let role = match meaning {
        Meaning::Is(role) => role,
        Meaning::Time => {
            event.time = event.time.or_else(|| times::read(&value));
            Role::Other
        }
        Meaning::Mail if value.contains('@') => Role::EmailAddress,
        Meaning::Mail => Role::Text,
        Meaning::File if value.contains(['/', '\\']) => Role::FilePath,
        Meaning::File => Role::FileName,
        Meaning::Web => return put_web(event, name, value),
        Meaning::Hash => return put_hash(event, name, value),
        Meaning::Hashes => return put_hashes(event, name, value),
        Meaning::List(role) => return put_list(event, name, value, role),
    };
    event.push(name, value, role);
}

/// A URL or path, also inside of a request line (`GET /index.html HTTP/1.1`).
fn put_web<'l>(event: &mut Event<'l>, name: Cow<'l, str>, value: Cow<'l, str>) {
    let of = |target: &str| {
        if target.starts_with('/') {
            Role::UrlPath
        } else {
            Role::Url
        }
    };
    let mut parts = value.split(' ');
    if let (Some(_), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        && version.starts_with("HTTP/")
    {
        let (target, role) = (target.to_owned(), of(target));
        event.push(format!("{name}.target"), target, role);
        event.push(name, value, Role::Other);
        return;
    }
    let role = of(&value);
    event.push(name, value, role);
}

/// A hash, without the name of its function if that stands before it.
fn put_hash<'l>(event: &mut Event<'l>, name: Cow<'l, str>, value: Cow<'l, str>) {
    match value.split_once([':', '=']) {
        Some((function, hash)) if function.len() < 12 && !hash.contains([':', '=']) => {
            let role = hash_role(function);
            event.push(name, hash.to_owned(), role);
        }
        Some(_) if value.contains('=') => put_hashes(event, name, value),
        _ => event.push(name, value, Role::FileHash),
    }
}

/// The whole for conditions, and each hash by itself: `Hashes.SHA1`.
fn put_hashes<'l>(event: &mut Event<'l>, name: Cow<'l, str>, value: Cow<'l, str>) {
    let each: Vec<_> = value
        .split([',', ' '])
        .filter_map(|part| part.split_once('='))
        .map(|(function, hash)| (format!("{name}.{function}"), hash.to_owned(), hash_role(function)))
        .collect();
    let role = if each.is_empty() { Role::FileHash } else { Role::Other };
    event.push(name, value, role);
    for (name, hash, role) in each {
        // Sysmon writes noughts where it could not make an import hash.
        if hash.bytes().any(|byte| byte != b'0') {
            event.push(name, hash, role);
        }
    }
}

fn hash_role(function: &str) -> Role {
    if function.eq_ignore_ascii_case("imphash") {
        Role::Imphash
    } else if function.eq_ignore_ascii_case("ssdeep") {
        Role::Ssdeep
    } else if function.eq_ignore_ascii_case("tlsh") {
        Role::Tlsh
    } else {
        Role::FileHash
    }
}

fn put_list<'l>(event: &mut Event<'l>, name: Cow<'l, str>, value: Cow<'l, str>, role: Role) {
    if !value.contains(',') {
        event.push(name, value, role);
        return;
    }
    for part in value.split(',').map(str::trim) {
        event.push(name.clone(), part.to_owned(), role);
    }
}
