//! Signs and checks texts as C2SP signed notes.
//!
//! ```text
//! the text, ending in a newline
//!
//! — key.name.example base64(key id, signature)
//! — another.example base64(key id, signature)
//! ```
//!
//! The text means nothing until a signature by a key that the reader trusts has been checked. Signatures by other keys
//! are kept and ignored, so that witnesses can add theirs.

use std::fmt;

use thiserror::Error;

use crate::hash::{base64_of, bytes_of_base64};
use crate::key::{KeyId, SigningKey, VerifyingKey, is_name};

/// The longest note, in bytes. Sixteen post-quantum signatures fit in it.
pub const MAX_NOTE: usize = 128 * 1024;

/// The most signatures a note may have.
pub const MAX_SIGNATURES: usize = 64;

/// A text and the signatures on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub id: KeyId,
    /// The signature itself; its form depends on the key.
    pub bytes: Vec<u8>,
}

/// A note that cannot be read or is not signed as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    /// The note is too long.
    #[error("a signed note may have {MAX_NOTE} bytes, this one has {found}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// The note has a control character.
    #[error("line {line} of the signed note has a control character; only newlines are allowed")]
    Control {
        /// The line, from 1.
        line: usize,
    },
    /// There is no text, no empty line after it, or no signature.
    #[error("not a signed note; expected a text, an empty line, and at least one signature line")]
    Layout,
    /// A line after the last empty line is no signature.
    #[error(
        "line {line} of the signed note is not a signature; expected an em dash, a key name and base64, with single spaces between"
    )]
    SignatureLine {
        /// The line, from 1.
        line: usize,
    },
    /// The note has too many signatures.
    #[error("a signed note may have {MAX_SIGNATURES} signatures, this one has more")]
    TooManySignatures,
    /// The trusted key did not sign.
    #[error("no signature by {name}+{id} is on the signed note; it is signed by {others}")]
    Unsigned {
        /// The name of the trusted key.
        name: String,
        /// Its id.
        id: KeyId,
        /// The keys that did sign, or say that they did.
        others: String,
    },
    /// A signature that names the trusted key is not by it.
    #[error("the signature by {name}+{id} does not fit the text: one of them was changed")]
    BadSignature {
        /// The name of the trusted key.
        name: String,
        /// Its id.
        id: KeyId,
    },
}

impl SignedNote {
    /// Signs a text, which has to end in a newline.
    pub fn sign(text: String, key: &SigningKey) -> Result<Self, NoteError> {
        let signature = Signature {
            name: key.verifying_key().name().to_owned(),
            id: key.verifying_key().id(),
            bytes: key.sign(text.as_bytes()).to_vec(),
        };
        let note = Self {
            text,
            signatures: vec![signature],
        };
        // What cannot be read back must not be signed.
        match Self::parse(&note.to_string())? == note {
            true => Ok(note),
            false => Err(NoteError::Layout),
        }
    }

    /// Reads a note. Nothing in it is to be believed before [`SignedNote::verify`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::TooLong { found: note.len() });
        }
        if let Some(place) = note.bytes().position(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::Control {
                line: line_of(note, place),
            });
        }
        let end = note.rfind("\n\n").ok_or(NoteError::Layout)? + 1;
        let (text, signatures) = (&note[..end], &note[end + 1..]);
        if text == "\n" {
            return Err(NoteError::Layout);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures: signature_lines(signatures, line_of(note, end + 1))?,
        })
    }

    /// The text, once a signature by this key is on it and every signature that names this key is by it.
    pub fn verify(&self, key: &VerifyingKey) -> Result<&str, NoteError> {
        let (name, id) = (key.name().to_owned(), key.id());
        let mut signed = false;
        for signature in &self.signatures {
            if signature.name != name || signature.id != id {
                continue;
            }
            if !key.verifies(self.text.as_bytes(), &signature.bytes) {
                return Err(NoteError::BadSignature { name, id });
            }
            signed = true;
        }
        if signed {
            return Ok(&self.text);
        }
        let named: Vec<_> = self
            .signatures
            .iter()
            .take(3)
            .map(|signature| format!("{}+{}", signature.name, signature.id))
            .collect();
        let more = if self.signatures.len() > named.len() {
            " and more"
        } else {
            ""
        };
        Err(NoteError::Unsigned {
            name,
            id,
            others: named.join(", ") + more,
        })
    }

    /// The text, whoever signed it or nobody. Only for showing it, or for reading what it claims before verifying.
    pub fn unverified(&self) -> &str {
        &self.text
    }

    /// All signatures, checked or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds signature lines as a witness returned them. They are not checked; one that is there already is not repeated.
    pub fn add_signatures(&mut self, lines: &str) -> Result<(), NoteError> {
        if lines.len() > MAX_NOTE {
            return Err(NoteError::TooLong { found: lines.len() });
        }
        let mut grown = self.clone();
        for signature in signature_lines(lines, 1)? {
            if !grown.signatures.contains(&signature) {
                grown.signatures.push(signature);
            }
        }
        *self = Self::parse(&grown.to_string())?;
        Ok(())
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Signature { name, id, bytes } in &self.signatures {
            let mut all = id.0.to_vec();
            all.extend(bytes);
            writeln!(f, "\u{2014} {name} {}", base64_of(&all))?;
        }
        Ok(())
    }
}

/// Reads signature lines, the first of which is line `first` of the note.
fn signature_lines(text: &str, first: usize) -> Result<Vec<Signature>, NoteError> {
    let mut signatures = Vec::new();
    let mut line = first;
    let mut rest = text;
    while !rest.is_empty() {
        let malformed = NoteError::SignatureLine { line };
        let Some((this, next)) = rest.split_once('\n') else {
            return Err(malformed);
        };
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        signatures.push(signature_line(this).ok_or(malformed)?);
        rest = next;
        line += 1;
    }
    match signatures.is_empty() {
        true => Err(NoteError::Layout),
        false => Ok(signatures),
    }
}

fn signature_line(line: &str) -> Option<Signature> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = bytes_of_base64(signature)?;
    let (id, signature) = bytes.split_first_chunk()?;
    (is_name(name) && !signature.is_empty()).then(|| Signature {
        name: name.to_owned(),
        id: KeyId(*id),
        bytes: signature.to_vec(),
    })
}

/// The line, from 1, that a byte stands in.
fn line_of(note: &str, place: usize) -> usize {
    1 + note.as_bytes()[..place].iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> SigningKey {
        SigningKey::from_random(name, [9; 32]).unwrap()
    }

    fn note() -> SignedNote {
        SignedNote::sign("first\n\nthird\n".to_owned(), &key("example.com/log")).unwrap()
    }

    /// The note and key in the documentation of Go's golang.org/x/mod/sumdb/note.
    #[test]
    fn a_note_signed_by_another_implementation_is_verified_and_signed_alike() {
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let line = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let theirs = SignedNote::parse(&format!("{text}\n{line}")).unwrap();
        let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key = SigningKey::from_secret_text(secret).unwrap();
        assert_eq!(theirs.verify(key.verifying_key()), Ok(text));
        assert_eq!(SignedNote::sign(text.to_owned(), &key).unwrap(), theirs);
    }

    #[test]
    fn the_text_ends_at_the_last_empty_line() {
        let note = SignedNote::parse(&note().to_string()).unwrap();
        assert_eq!(
            note.verify(key("example.com/log").verifying_key()),
            Ok("first\n\nthird\n")
        );
    }

    #[test]
    fn signatures_by_unknown_keys_are_ignored_and_kept() {
        let mut cosigned = note();
        let witness = SignedNote::sign("anything\n".to_owned(), &key("witness.example"))
            .unwrap()
            .to_string();
        let line = witness.strip_prefix("anything\n\n").unwrap();
        cosigned.add_signatures(line).unwrap();
        cosigned.add_signatures(line).unwrap();
        assert_eq!(cosigned.signatures().len(), 2);
        assert!(cosigned.verify(key("example.com/log").verifying_key()).is_ok());
        assert_eq!(SignedNote::parse(&cosigned.to_string()).unwrap(), cosigned);
    }

    #[test]
    fn a_note_without_a_signature_by_the_trusted_key_says_who_signed() {
        let error = note().verify(key("other.example").verifying_key()).unwrap_err();
        assert!(matches!(&error, NoteError::Unsigned { name, .. } if name == "other.example"));
        assert!(
            error.to_string().contains("it is signed by example.com/log+"),
            "{error}"
        );
    }

    #[test]
    fn a_second_false_signature_in_the_name_of_the_trusted_key_spoils_the_note() {
        let mut note = note();
        let mut forged = note.signatures()[0].clone();
        forged.bytes[0] ^= 1;
        note.signatures.push(forged);
        assert!(matches!(
            note.verify(key("example.com/log").verifying_key()),
            Err(NoteError::BadSignature { .. })
        ));
    }

    #[test]
    fn what_is_not_a_note_is_refused_with_the_line() {
        let read = |text: &str| SignedNote::parse(text).unwrap_err();
        assert_eq!(read(""), NoteError::Layout);
        assert_eq!(read("text\n"), NoteError::Layout);
        assert_eq!(read("text\n\n"), NoteError::Layout);
        assert_eq!(read("\n\n\u{2014} a AAAAAAA=\n"), NoteError::Layout);
        assert_eq!(read("text\n\n- a AAAAAAA=\n"), NoteError::SignatureLine { line: 3 });
        assert_eq!(
            read("text\n\n\u{2014} a AAAAAAA="),
            NoteError::SignatureLine { line: 3 }
        );
        assert_eq!(
            read("text\n\n\u{2014} a AAAAAA==\n"),
            NoteError::SignatureLine { line: 3 }
        );
        assert_eq!(read("a\nb\rc\n\n"), NoteError::Control { line: 2 });
        let many = "\u{2014} a AAAAAAA=\n".repeat(65);
        assert_eq!(read(&format!("text\n\n{many}")), NoteError::TooManySignatures);
        assert_eq!(
            read(&"x".repeat(MAX_NOTE + 1)),
            NoteError::TooLong { found: MAX_NOTE + 1 }
        );
    }

    #[test]
    fn a_text_that_would_not_read_back_is_not_signed() {
        for text in ["", "\n", "no newline", "tab\t\n"] {
            assert!(
                SignedNote::sign(text.to_owned(), &key("example.com/log")).is_err(),
                "{text:?}"
            );
        }
    }
}
