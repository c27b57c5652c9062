//! The hellos of TLS taken apart (RFC 8446, section 4.1), with every list in the order in which it was sent.

use std::borrow::Cow;

use crate::capture::bytes::{Bytes, text};

/// The random value by which a server asks the client to try again (RFC 8446, section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Whether a value is one of those that mean nothing and keep servers tolerant (RFC 8701).
pub(super) const fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

/// An extension: number and content.
type Extension<'a> = (u16, &'a [u8]);

/// What a client says first.
pub(super) struct ClientHello<'a> {
    pub version: u16,
    pub ciphers: Vec<u16>,
    pub extensions: Vec<Extension<'a>>,
}

/// What the server answers.
pub(super) struct ServerHello<'a> {
    pub legacy_version: u16,
    pub cipher: u16,
    pub extensions: Vec<Extension<'a>>,
    retry: bool,
}

impl<'a> ClientHello<'a> {
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut rest = Bytes(body);
        let version = rest.u16()?;
        rest.take(32)?;
        rest.with_u8()?;
        let ciphers = numbers(rest.with_u16()?);
        rest.with_u8()?;
        Some(Self {
            version,
            ciphers,
            extensions: extensions(rest)?,
        })
    }

    /// The content of an extension.
    pub fn extension(&self, number: u16) -> Option<Bytes<'a>> {
        find(&self.extensions, number)
    }

    /// The name that is asked for (RFC 6066, section 3).
    pub fn server_name(&self) -> Option<Cow<'a, str>> {
        let mut list = self.extension(0)?.with_u16()?;
        while let (Some(kind), Some(name)) = (list.u8(), list.with_u16()) {
            if kind == 0 && !name.is_empty() {
                return Some(text(name.0));
            }
        }
        None
    }

    /// The protocols above TLS that are offered (RFC 7301).
    pub fn application_protocols(&self) -> Vec<&'a [u8]> {
        self.extension(16)
            .and_then(|mut content| content.with_u16())
            .map_or_else(Vec::new, |mut list| {
                std::iter::from_fn(move || list.with_u8().map(|name| name.0)).collect()
            })
    }

    /// The highest version that is offered, GREASE aside.
    pub fn highest_version(&self) -> u16 {
        self.extension(43)
            .and_then(|mut content| content.with_u8())
            .and_then(|list| numbers(list).into_iter().filter(|version| !is_grease(*version)).max())
            .unwrap_or(self.version)
    }

    /// A list of numbers in an extension, after its length in two bytes.
    pub fn numbers_of(&self, number: u16) -> Vec<u16> {
        self.extension(number)
            .and_then(|mut content| content.with_u16())
            .map_or_else(Vec::new, numbers)
    }
}

impl<'a> ServerHello<'a> {
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut rest = Bytes(body);
        let legacy_version = rest.u16()?;
        let random = rest.take(32)?;
        // Drafts of TLS 1.3 before the 22nd had neither session nor compression here.
        let draft = legacy_version >> 8 == 0x7f;
        if !draft {
            rest.with_u8()?;
        }
        let cipher = rest.u16()?;
        if !draft {
            rest.u8()?;
        }
        Some(Self {
            legacy_version,
            cipher,
            extensions: extensions(rest)?,
            retry: random == RETRY,
        })
    }

    /// The version that was agreed on.
    pub fn version(&self) -> u16 {
        find(&self.extensions, 43)
            .and_then(|mut content| content.u16())
            .unwrap_or(self.legacy_version)
    }

    /// Whether what follows is encrypted: TLS 1.3 and its drafts.
    pub fn is_last_in_clear(&self) -> bool {
        let version = self.version();
        !self.retry && (version >= 0x0304 || version >> 8 == 0x7f)
    }

    /// The protocol above TLS that was chosen.
    pub fn application_protocol(&self) -> Option<&'a [u8]> {
        let mut list = find(&self.extensions, 16)?.with_u16()?;
        list.with_u8().map(|name| name.0)
    }
}

fn find<'a>(extensions: &[Extension<'a>], number: u16) -> Option<Bytes<'a>> {
    extensions
        .iter()
        .find(|(have, _)| *have == number)
        .map(|(_, content)| Bytes(content))
}

/// The extensions, which may be missing altogether.
fn extensions(mut rest: Bytes<'_>) -> Option<Vec<Extension<'_>>> {
    let mut found = Vec::new();
    if rest.is_empty() {
        return Some(found);
    }
    let mut list = rest.with_u16()?;
    while !list.is_empty() {
        let number = list.u16()?;
        found.push((number, list.with_u16()?.0));
    }
    Some(found)
}

/// All that is left, two bytes at a time.
pub(super) fn numbers(mut list: Bytes<'_>) -> Vec<u16> {
    std::iter::from_fn(move || list.u16()).collect()
}
