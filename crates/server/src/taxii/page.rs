//! The body of a page of objects: stored texts put into an envelope, never parsed, never held twice.
//!
//! `{"more":true,"next":"…","objects":[` + texts with commas + `]}`, in pieces of about 64 KiB. A text is let go as soon as
//! it is copied into its piece, and the length is known beforehand, so the answer needs no chunked coding.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut as _, Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};

/// Large enough that a write to the network costs little, small enough that a thousand slow readers fit in memory.
const PIECE: usize = 64 << 10;

/// An envelope (TAXII 2.1 section 3.7) whose objects are written as they are asked for.
pub struct Envelope {
    texts: std::vec::IntoIter<String>,
    head: String,
    tail: &'static str,
    first: bool,
    left: u64,
}

impl Envelope {
    /// An envelope of these texts. Without texts it has no `objects`: a list in TAXII is never empty (section 2).
    pub fn new(texts: Vec<String>, next: Option<&str>) -> Self {
        let more = next.is_some();
        let mut head = format!("{{\"more\":{more}");
        if let Some(next) = next {
            // A token is base64url: nothing in it needs escaping.
            head.push_str(",\"next\":\"");
            head.push_str(next);
            head.push('"');
        }
        let tail = if texts.is_empty() {
            "}"
        } else {
            head.push_str(",\"objects\":[");
            "]}"
        };
        let commas = texts.len().saturating_sub(1);
        let left = head.len() + tail.len() + commas + texts.iter().map(String::len).sum::<usize>();
        Self {
            texts: texts.into_iter(),
            head,
            tail,
            first: true,
            left: left as u64,
        }
    }

    fn piece(&mut self) -> Option<Bytes> {
        if self.left == 0 {
            return None;
        }
        let room = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE + PIECE / 4);
        let mut piece = BytesMut::with_capacity(room);
        piece.put_slice(std::mem::take(&mut self.head).as_bytes());
        while piece.len() < PIECE {
            let Some(text) = self.texts.next() else {
                piece.put_slice(self.tail.as_bytes());
                break;
            };
            if !std::mem::take(&mut self.first) {
                piece.put_u8(b',');
            }
            piece.put_slice(text.as_bytes());
        }
        self.left = self.left.saturating_sub(piece.len() as u64);
        Some(piece.freeze())
    }
}

impl Body for Envelope {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.get_mut().piece().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::Envelope;

    fn written(texts: &[String], next: Option<&str>) -> (String, usize) {
        let mut envelope = Envelope::new(texts.to_vec(), next);
        let promised = usize::try_from(envelope.left).unwrap();
        let mut text = String::new();
        let mut pieces = 0;
        while let Some(piece) = envelope.piece() {
            text.push_str(std::str::from_utf8(&piece).unwrap());
            pieces += 1;
        }
        assert_eq!(text.len(), promised);
        (text, pieces)
    }

    #[test]
    fn an_envelope_holds_the_texts_as_they_are() {
        let texts = [r#"{"b":1, "a":2}"#.to_owned(), "{}".to_owned()];
        assert_eq!(
            written(&texts, None).0,
            r#"{"more":false,"objects":[{"b":1, "a":2},{}]}"#
        );
        assert_eq!(
            written(&texts[1..], Some("abc")).0,
            r#"{"more":true,"next":"abc","objects":[{}]}"#
        );
    }

    #[test]
    fn an_empty_envelope_has_no_list() {
        assert_eq!(written(&[], None), (r#"{"more":false}"#.to_owned(), 1));
    }

    #[test]
    fn a_long_page_comes_in_pieces_of_the_promised_length() {
        let texts: Vec<String> = (0..1_000)
            .map(|at| format!("{{\"at\":{at},\"pad\":\"{}\"}}", "x".repeat(at * 3)))
            .collect();
        let (text, pieces) = written(&texts, None);
        assert!(pieces > 10, "{pieces}");
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["objects"].as_array().unwrap().len(), 1_000);
    }

    #[test]
    fn a_text_that_ends_exactly_with_a_piece_does_not_lose_the_end() {
        for length in [super::PIECE - 26, super::PIECE - 25, super::PIECE - 24, super::PIECE] {
            let (text, _) = written(&["x".repeat(length)], None);
            assert!(text.ends_with("x]}"), "{length}");
        }
    }
}
