//! Values that are text with few rules: names of files, keys, services, agents; numbers of flaws and phones.

use super::host::strip_prefix_folded;

/// One line of text, otherwise as it is.
pub(super) fn line(text: &str) -> Result<String, &'static str> {
    if text.chars().any(char::is_control) {
        return Err("it has a control character");
    }
    Ok(text.to_owned())
}

/// One line of text in lower case: Windows does not tell cases apart.
pub(super) fn folded(text: &str) -> Result<String, &'static str> {
    let line = line(text)?;
    Ok(
        if line.bytes().any(|byte| byte.is_ascii_uppercase()) || !line.is_ascii() {
            line.chars().flat_map(char::to_lowercase).collect()
        } else {
            line
        },
    )
}

/// A file name without its folder.
pub(super) fn file_name(text: &str) -> Result<String, &'static str> {
    let name = folded(text)?;
    if name.len() > 4_096 {
        return Err("it is longer than a file name can be");
    }
    Ok(name)
}

/// A path; the separators stay what they are, as they tell the system.
pub(super) fn file_path(text: &str) -> Result<String, &'static str> {
    folded(text)
}

const HIVES: [(&str, &str); 16] = [
    ("hkey_local_machine", "hkey_local_machine"),
    ("hkey_current_user", "hkey_current_user"),
    ("hkey_classes_root", "hkey_classes_root"),
    ("hkey_users", "hkey_users"),
    ("hkey_current_config", "hkey_current_config"),
    ("hkey_performance_data", "hkey_performance_data"),
    ("hkey_dyn_data", "hkey_dyn_data"),
    ("hklm", "hkey_local_machine"),
    ("hkcu", "hkey_current_user"),
    ("hkcr", "hkey_classes_root"),
    ("hku", "hkey_users"),
    ("hkcc", "hkey_current_config"),
    ("registry\\machine", "hkey_local_machine"),
    ("registry\\user", "hkey_users"),
    ("hkpd", "hkey_performance_data"),
    ("hkdd", "hkey_dyn_data"),
];

/// A registry key: hive written out, lower case, single separators, none at the end.
pub(super) fn registry_key(text: &str) -> Result<String, &'static str> {
    let lower = folded(text)?;
    let mut key = String::with_capacity(lower.len() + 16);
    for part in lower.split('\\').filter(|part| !part.is_empty()) {
        if !key.is_empty() {
            key.push('\\');
        }
        key.push_str(part);
    }
    // A separator may have hidden blanks at either end.
    let key = key.trim_matches(|letter: char| letter == '\\' || letter.is_whitespace());
    if key.is_empty() {
        return Err("it has no name");
    }
    for (written, hive) in HIVES {
        let Some(rest) = key.strip_prefix(written) else {
            continue;
        };
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        if rest.is_empty() || rest.starts_with('\\') {
            return Ok(format!("{hive}{rest}"));
        }
    }
    Ok(key.to_owned())
}

/// Whether a text begins like a registry key.
pub(super) fn starts_with_hive(text: &str) -> bool {
    HIVES.iter().any(|(written, _)| {
        strip_prefix_folded(text, written).is_some_and(|rest| rest.starts_with('\\') || rest.starts_with(":\\"))
    })
}

/// A phone number: digits, with a plus sign in front where there was one.
pub(super) fn phone(text: &str) -> Result<String, &'static str> {
    let mut number = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '+' if number.is_empty() => number.push('+'),
            '0'..='9' => number.push(letter),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
            _ => return Err("it has a character that is not part of a phone number"),
        }
    }
    let digits = number.trim_start_matches('+').len();
    if (4..=20).contains(&digits) {
        Ok(number)
    } else {
        Err("a phone number has 4 to 20 digits")
    }
}

/// `CVE-YYYY-NNNN…` in upper case.
pub(super) fn cve(text: &str) -> Result<String, &'static str> {
    let rest = strip_prefix_folded(text, "cve-").ok_or("it does not start with CVE-")?;
    let (year, number) = rest.split_once('-').ok_or("it has no number after the year")?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number) {
        Ok(format!("CVE-{rest}"))
    } else {
        Err("a year of four digits and a number of four or more are expected")
    }
}
