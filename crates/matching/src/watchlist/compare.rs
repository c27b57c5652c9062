//! In which form values are compared: looser than they are kept, where people and logs write the same thing differently.
//!
//! | kind | compared |
//! |---|---|
//! | URL | without scheme, user and the usual ports: logs often know only host and path |
//! | fingerprints, serial and MAC numbers | without separators and leading noughts |
//! | names of files, keys, accounts, services, mutexes, agents, subjects, mailboxes | without regard to case |
//! | addresses | as numbers |
//! | everything else | as it is |

use std::borrow::Cow;

use stix::observable::Kind;

use super::anchor::squeezed;

/// The form in which a normalised value is compared.
pub(crate) fn comparable(kind: Kind, value: &str) -> Cow<'_, str> {
    match kind {
        Kind::Url => Cow::Owned(bare_url(value)),
        Kind::MacAddress
        | Kind::CertificateMd5
        | Kind::CertificateSha1
        | Kind::CertificateSha256
        | Kind::CertificateSerial => Cow::Owned(squeezed(value)),
        Kind::EmailAddress
        | Kind::EmailSubject
        | Kind::FileName
        | Kind::FilePath
        | Kind::RegistryKey
        | Kind::WindowsService
        | Kind::UserAccount
        | Kind::UserAgent
        | Kind::Mutex => Cow::Owned(value.to_lowercase()),
        _ => Cow::Borrowed(value),
    }
}

/// Whether values of a kind are nothing but hexadecimal digits, so that their length tells them.
pub(crate) fn is_hexadecimal(kind: Kind) -> bool {
    hexadecimal_digits(kind).is_some()
}

/// How many hexadecimal digits values of a kind have.
pub(crate) const fn hexadecimal_digits(kind: Kind) -> Option<usize> {
    Some(match kind {
        Kind::Md5 | Kind::Imphash | Kind::Ja3 | Kind::Ja3s | Kind::Hassh => 32,
        Kind::Sha1 => 40,
        Kind::Sha224 | Kind::Sha3_224 => 56,
        Kind::Jarm => 62,
        Kind::Sha256 | Kind::Sha3_256 => 64,
        Kind::Sha384 | Kind::Sha3_384 => 96,
        Kind::Sha512 | Kind::Sha3_512 => 128,
        _ => return None,
    })
}

/// A URL in its one form without scheme, user and the ports that go without saying.
pub(crate) fn bare_url(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host
        .strip_suffix(":80")
        .or_else(|| host.strip_suffix(":443"))
        .unwrap_or(host);
    format!("{host}{tail}")
}

/// The forms under which an indicator may name a URL that begins as this one does, longest first: without its
/// query, then with one part less of its path after the other. The host alone is not among them: who means a whole
/// host shares its name.
pub(crate) fn url_beginnings(bare: &str) -> impl Iterator<Item = &str> {
    /// Parts of a path that are taken off at the most.
    const PARTS: usize = 64;
    let path = bare.split_once('?').map(|(path, _)| path);
    let whole = path.unwrap_or(bare);
    let root = whole.find('/').map_or(whole.len(), |at| at + 1);
    let mut rest = whole;
    let parts = std::iter::from_fn(move || {
        if let Some(without_slash) = rest.strip_suffix('/') {
            rest = without_slash;
        } else {
            rest = &rest[..=rest.rfind('/')?];
        }
        (rest.len() > root).then_some(rest)
    });
    path.into_iter().chain(parts.take(2 * PARTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_compared_as_a_log_can_know_it() {
        assert_eq!(bare_url("https://user:word@evil.example:443/a?b"), "evil.example/a?b");
        assert_eq!(bare_url("http://evil.example:8080/"), "evil.example:8080/");
    }

    #[test]
    fn a_url_begins_with_each_of_its_folders_but_not_with_its_host() {
        let beginnings = |bare| url_beginnings(bare).collect::<Vec<_>>();
        assert_eq!(
            beginnings("evil.example/a/b.php?x=1/2"),
            ["evil.example/a/b.php", "evil.example/a/", "evil.example/a"]
        );
        assert_eq!(beginnings("evil.example/gate"), Vec::<&str>::new());
        assert_eq!(beginnings("evil.example/?x"), ["evil.example/"]);
        assert_eq!(beginnings("evil.example/a/"), ["evil.example/a"]);
        assert_eq!(beginnings("evil.example"), Vec::<&str>::new());
    }
}
