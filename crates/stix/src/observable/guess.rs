//! Decides by content what kind of value a text is.

use super::host::any_address;
use super::{Kind, Observable, normalise, text, wallet};

/// Endings that make a name with one dot a file and not a domain. Endings that are also top-level domains in wide use
/// (`com`, `sh`, `py`, `pl`, `zip`, …) are not here.
pub const FILE_EXTENSIONS: &[&str] = &[
    "7z", "apk", "arj", "asp", "aspx", "avi", "bak", "bat", "bin", "bmp", "cab", "cfg", "chm", "cmd", "conf", "cpl",
    "cpp", "crt", "csv", "dat", "db", "deb", "dex", "dll", "dmg", "dmp", "doc", "docm", "docx", "dotm", "drv", "elf",
    "eml", "exe", "gif", "gz", "hta", "htm", "html", "ico", "img", "inf", "ini", "iso", "jar", "java", "jpeg", "jpg",
    "js", "jse", "json", "jsp", "jspx", "key", "ko", "lnk", "log", "lua", "macho", "mp3", "mp4", "msg", "msi", "msp",
    "ocx", "odt", "one", "ost", "pcap", "pdb", "pdf", "pem", "php", "png", "ppt", "pptm", "pptx", "ps1", "psd", "psm1",
    "pst", "pyc", "pyd", "rar", "rb", "reg", "rpm", "rtf", "scf", "scr", "sct", "sql", "sqlite", "swf", "sys", "tar",
    "temp", "tgz", "tif", "tmp", "toml", "ttf", "txt", "url", "vbe", "vbs", "vhd", "vhdx", "wav", "wsf", "wsh", "xla",
    "xlam", "xls", "xlsb", "xlsm", "xlsx", "xml", "xsl", "xz", "yaml", "yar", "yara", "yml",
];

/// Whether the ending of a name is one of [`FILE_EXTENSIONS`].
pub fn has_file_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && FILE_EXTENSIONS
                .binary_search(&ending.to_ascii_lowercase().as_str())
                .is_ok()
    })
}

/// The observable that a text plainly is, by its content alone; defanged text is for [`super::refang`] first.
///
/// A hash is named by its length. A file name is recognised by its ending; mutexes, services, subjects and other
/// free text are never guessed.
pub fn guess(text: &str) -> Option<Observable> {
    let text = text.trim();
    if text.len() < 3 || text.len() > super::LONGEST {
        return None;
    }
    let bytes = text.as_bytes();
    if text.contains("://") {
        return normalise(Kind::Url, text).ok();
    }
    if bytes.iter().all(u8::is_ascii_hexdigit)
        && let Some(kind) = hash_kind(text.len())
    {
        return normalise(kind, text).ok();
    }
    if matches!(bytes[0], b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':' | b'[')
        && let Ok(address) = any_address(text)
    {
        return Some(address);
    }
    let folded_start = |prefix: &str| super::host::strip_prefix_folded(text, prefix).is_some();
    if folded_start("cve-") {
        return normalise(Kind::Cve, text).ok();
    }
    if text.contains('@') && !text.contains('/') {
        return normalise(Kind::EmailAddress, text).ok().filter(|mailbox| {
            mailbox
                .value
                .rsplit_once('@')
                .is_some_and(|(_, host)| looks_like_domain(host))
        });
    }
    if folded_start("as") && bytes[2..].iter().all(u8::is_ascii_digit) {
        return normalise(Kind::Asn, text).ok();
    }
    if text::starts_with_hive(text) {
        return normalise(Kind::RegistryKey, text).ok();
    }
    if wallet::is_bitcoin(text) {
        return normalise(Kind::Bitcoin, text).ok();
    }
    if folded_start("0x") && text.len() == 42 {
        return normalise(Kind::Ethereum, text).ok();
    }
    if text.len() == 72 && folded_start("t1") {
        return normalise(Kind::Tlsh, text).ok();
    }
    if let Some(mac) = mac_with_separators(text) {
        return Some(mac);
    }
    if bytes[0].is_ascii_digit() && text.matches(':').count() == 2 {
        return normalise(Kind::Ssdeep, text)
            .ok()
            .filter(|found| found.value.len() > 20);
    }
    if text.len() == 36 && text.matches('_').count() == 2 {
        return normalise(Kind::Ja4, text).ok();
    }
    path_or_name(text)
}

fn hash_kind(length: usize) -> Option<Kind> {
    Some(match length {
        32 => Kind::Md5,
        40 => Kind::Sha1,
        56 => Kind::Sha224,
        62 => Kind::Jarm,
        64 => Kind::Sha256,
        70 => Kind::Tlsh,
        96 => Kind::Sha384,
        128 => Kind::Sha512,
        _ => return None,
    })
}

fn mac_with_separators(text: &str) -> Option<Observable> {
    let bytes = text.as_bytes();
    let separated = bytes.len() == 17
        && matches!(bytes[2], b':' | b'-')
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| (at % 3 == 2) == (*byte == bytes[2]));
    if separated {
        normalise(Kind::MacAddress, text).ok()
    } else {
        None
    }
}

fn path_or_name(text: &str) -> Option<Observable> {
    let bytes = text.as_bytes();
    let is_drive = bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/');
    if is_drive || (text.starts_with('%') && text.contains("%\\")) {
        return normalise(Kind::FilePath, text).ok();
    }
    if text.contains(char::is_whitespace) {
        return None;
    }
    if let Some((host, _)) = text.split_once('/') {
        let host = host.split_once(':').map_or(host, |(name, _)| name);
        let is_host = host.contains('.') && (any_address(host).is_ok() || looks_like_domain(host));
        return if is_host { normalise(Kind::Url, text).ok() } else { None };
    }
    if has_file_extension(text) && !text.contains(['\\', ':']) {
        return normalise(Kind::FileName, text).ok();
    }
    if looks_like_domain(text) {
        normalise(Kind::Domain, text).ok()
    } else {
        None
    }
}

/// Two parts or more, the last of which could be a top-level domain.
fn looks_like_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let Some((rest, last)) = name.rsplit_once(['.', '\u{3002}']) else {
        return false;
    };
    let letters = last.chars().count();
    let plausible = last.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("xn--"))
        || ((2..=24).contains(&letters) && last.chars().all(char::is_alphabetic));
    plausible && !rest.is_empty() && !rest.starts_with('-')
}
