//! The list of hashes that Sysmon writes into one field: `SHA1=…,MD5=…,SHA256=…,IMPHASH=…`.

use std::borrow::Cow;

use crate::event::Event;
use crate::role::Role;

/// Adds each hash of a list as a field of its own, named as Sigma rules name it. A part without a known name, and the
/// zeros that Sysmon writes for a program without imports, are left out.
pub fn split<'a>(list: Cow<'a, str>, event: &mut Event<'a>) {
    let mut part_of = |part: Cow<'a, str>| {
        let Some((kind, _)) = part.split_once('=') else { return };
        let (name, role) = match kind.trim() {
            "MD5" => ("md5", Role::FileHash),
            "SHA1" => ("sha1", Role::FileHash),
            "SHA256" => ("sha256", Role::FileHash),
            "IMPHASH" => ("Imphash", Role::Imphash),
            _ => return,
        };
        let from = kind.len() + 1;
        let hash = match part {
            Cow::Borrowed(part) => Cow::Borrowed(&part[from..]),
            Cow::Owned(part) => Cow::Owned(part[from..].to_owned()),
        };
        if hash.bytes().any(|byte| byte != b'0') {
            event.push(name, hash, role);
        }
    };
    match list {
        Cow::Borrowed(list) => list.split(',').for_each(|part| part_of(Cow::Borrowed(part))),
        Cow::Owned(list) => list.split(',').for_each(|part| part_of(Cow::Owned(part.to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hash_becomes_a_field_and_zeros_do_not() {
        let mut event = Event::default();
        let list = "SHA1=A774A816662FF5B75669AA5BCE751BAB9D0972B8,MD5=432BE6CF7311062633459EEF6B242FB5,IMPHASH=00000000000000000000000000000000";
        split(Cow::Borrowed(list), &mut event);
        assert_eq!(event.get("sha1"), Some("A774A816662FF5B75669AA5BCE751BAB9D0972B8"));
        assert_eq!(event.get("md5"), Some("432BE6CF7311062633459EEF6B242FB5"));
        assert_eq!(event.get("Imphash"), None);
    }
}
