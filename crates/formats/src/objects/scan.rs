//! Finds where a JSON value ends by counting brackets outside of strings, in one pass that can be continued.

/// The search for the end of one value; feed it a growing view of the same bytes.
#[derive(Default)]
pub(super) struct Ender {
    at: usize,
    depth: usize,
    in_string: bool,
}

const PLAIN: u8 = 0;
const OPEN: u8 = 1;
const CLOSE: u8 = 2;
const QUOTE: u8 = 3;

/// What a byte outside of a string does to the count.
const CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    classes[b'{' as usize] = OPEN;
    classes[b'[' as usize] = OPEN;
    classes[b'}' as usize] = CLOSE;
    classes[b']' as usize] = CLOSE;
    classes[b'"' as usize] = QUOTE;
    classes
};

impl Ender {
    /// The offset after the object, list or string that starts at offset 0, if it ends in view.
    pub fn advance(&mut self, data: &[u8]) -> Option<usize> {
        loop {
            if self.in_string {
                match memchr::memchr2(b'"', b'\\', &data[self.at.min(data.len())..]) {
                    None => {
                        self.at = data.len();
                        return None;
                    }
                    Some(found) if data[self.at + found] == b'\\' => {
                        if self.at + found + 1 >= data.len() {
                            // The escaped character is not in view yet: come back to the backslash.
                            self.at += found;
                            return None;
                        }
                        self.at += found + 2;
                    }
                    Some(found) => {
                        self.at += found + 1;
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(self.at);
                        }
                    }
                }
                continue;
            }
            let rest = &data[self.at.min(data.len())..];
            let Some(found) = rest.iter().position(|byte| CLASSES[usize::from(*byte)] != PLAIN) else {
                self.at = data.len();
                return None;
            };
            let class = CLASSES[usize::from(rest[found])];
            self.at += found + 1;
            match class {
                OPEN => self.depth += 1,
                CLOSE => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(self.at);
                    }
                }
                _ => self.in_string = true,
            }
        }
    }
}

/// Whether a byte is white space of JSON, or the record separator of JSON text sequences (RFC 7464).
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e)
}

/// What the first keys of an object in view say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The value of `type`, if it is a plain string.
    pub object_type: Option<String>,
    /// The keys in the order they stand, with the first byte of their values.
    pub keys: Vec<(String, u8)>,
    /// Offset after the object, if it ends in view.
    pub end: Option<usize>,
}

/// Most keys that are looked at.
const KEYS: usize = 64;

impl Shape {
    /// Looks at an object that starts at offset 0, as far as it is in view.
    pub fn of(data: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut at = 1;
        while shape.keys.len() < KEYS {
            at += data.get(at..).map_or(0, |rest| {
                rest.iter()
                    .take_while(|byte| is_space(**byte) || **byte == b',')
                    .count()
            });
            match data.get(at) {
                Some(b'"') => {}
                Some(b'}') => {
                    shape.end = Some(at + 1);
                    break;
                }
                _ => break,
            }
            let Some(key_end) = Ender::default().advance(&data[at..]) else {
                break;
            };
            let key = String::from_utf8_lossy(&data[at + 1..at + key_end - 1])
                .chars()
                .take(80)
                .collect::<String>();
            at += key_end;
            at += data[at..]
                .iter()
                .take_while(|byte| is_space(**byte) || **byte == b':')
                .count();
            let Some(&first) = data.get(at) else { break };
            let value_end = match first {
                b'{' | b'[' | b'"' => Ender::default().advance(&data[at..]),
                _ => data[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b']')),
            };
            if key == "type" && first == b'"' && shape.object_type.is_none() {
                shape.object_type = value_end.map(|end| {
                    String::from_utf8_lossy(&data[at + 1..at + end - 1])
                        .chars()
                        .take(80)
                        .collect()
                });
            }
            shape.keys.push((key, first));
            let Some(end) = value_end else { break };
            at += end;
        }
        shape
    }

    /// The first byte of the value of a key.
    pub fn value(&self, key: &str) -> Option<u8> {
        self.keys.iter().find(|(name, _)| name == key).map(|(_, first)| *first)
    }

    /// Whether it is a bundle or envelope, whose list `objects` is to be taken apart.
    pub fn is_container(&self) -> bool {
        match self.object_type.as_deref() {
            Some(object_type) => object_type == "bundle",
            None => {
                self.value("objects") == Some(b'[')
                    || (self.value("id").is_none()
                        && (self.value("more").is_some() || self.keys.is_empty() && self.end.is_some()))
            }
        }
    }
}
