//! Canonical JSON (RFC 8785): one text for one value, whatever its order, spacing and number notation were.

use std::fmt::Write as _;

use crate::json::{Map, Number, Value};

/// The canonical text of a value.
pub fn canonical(value: &Value<'_>) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// The canonical text of an object.
pub fn canonical_map(map: &Map<'_>) -> String {
    // About as long as most objects: growing to that costs several copies.
    let mut out = String::with_capacity(2_048);
    write_entries(&mut out, map.iter().collect());
    out
}

fn write_value(out: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_string(out, text),
        Value::Array(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(out, value);
            }
            out.push(']');
        }
        Value::Object(map) => write_entries(out, map.iter().collect()),
    }
}

/// Writes an object with its keys in the order of their UTF-16 code units (section 3.2.3).
pub(crate) fn write_entries(out: &mut String, mut entries: Vec<(&str, &Value<'_>)>) {
    if entries.iter().all(|(key, _)| key.is_ascii()) {
        entries.sort_unstable_by_key(|(key, _)| *key);
    } else {
        entries.sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    }
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(out, key);
        out.push(':');
        write_value(out, value);
    }
    out.push('}');
}

/// Section 3.2.2.2: the two-letter escapes, `\u00xx` in lower case for other control characters, all else as it is.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // What needs no escape is copied in stretches: this is most of every text. The bytes looked for are characters
    // of their own wherever they stand, so the text is never cut within one.
    while let Some(at) = rest
        .bytes()
        .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let mut after = from.chars();
        match after.next() {
            Some('\u{8}') => out.push_str("\\b"),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\r') => out.push_str("\\r"),
            Some(control) if control < ' ' => {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            Some(other) => out.extend(['\\', other]),
            None => {}
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Section 3.2.2.3: as ECMAScript writes the nearest double.
fn write_number(out: &mut String, number: &Number) {
    const EXACT: u64 = 1 << 53;
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) if integer.unsigned_abs() <= EXACT => {
            let _ = write!(out, "{integer}");
        }
        (_, Some(double)) => write_double(out, double),
        (_, None) => out.push_str("null"),
    }
}

fn write_double(out: &mut String, double: f64) {
    if double == 0.0 {
        out.push('0');
        return;
    }
    // The shortest digits that give this double back, and the power of ten of the first: what ECMAScript asks for.
    let shortest = format!("{:e}", double.abs());
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (count, point) = (i32::try_from(digits.len()).unwrap_or(i32::MAX), exponent + 1);
    if double < 0.0 {
        out.push('-');
    }
    let zeros = |out: &mut String, count: i32| out.extend((0..count).map(|_| '0'));
    if count <= point && point <= 21 {
        out.push_str(&digits);
        zeros(out, point - count);
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
        let _ = write!(out, "{whole}.{fraction}");
    } else if -6 < point && point <= 0 {
        out.push_str("0.");
        zeros(out, -point);
        out.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            let _ = write!(out, ".{rest}");
        }
        let _ = write!(out, "e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::canonical;
    use crate::json;

    fn of(text: &str) -> String {
        canonical(&json::parse(text).unwrap())
    }

    #[test]
    fn writes_numbers_as_rfc_8785_appendix_b_does() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ] {
            let mut out = String::new();
            super::write_double(&mut out, f64::from_bits(bits));
            assert_eq!(out, text, "{bits:x}");
        }
        assert_eq!(
            of("[56.0, 1E30, 4.50, 2e-3, 9007199254740993, -1]"),
            "[56,1e+30,4.5,0.002,9007199254740992,-1]"
        );
    }

    #[test]
    fn sorts_keys_by_utf_16_and_escapes_what_must_be() {
        let text = r#"{"\u20ac":"Euro","\r":"CR","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Smile","\u0080":"C1","\u00f6":"o"}"#;
        assert_eq!(
            of(text),
            "{\"\\r\":\"CR\",\"1\":\"One\",\"\u{80}\":\"C1\",\"ö\":\"o\",\"€\":\"Euro\",\"😀\":\"Smile\",\"\u{fb33}\":\"Dalet\"}"
        );
        assert_eq!(
            of(r#" "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\u007f" "#),
            "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\""
        );
    }

    proptest! {
        #[test]
        fn is_read_back_as_itself(double in any::<f64>(), text in any::<String>()) {
            prop_assume!(double.is_finite());
            let once = of(&serde_json::json!({"b": double, "a": [text, null]}).to_string());
            prop_assert_eq!(of(&once), once);
        }
    }
}
