//! Reads request bodies: declared, chunked or compressed, never more than the limit, never for ever.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use flate2::write::GzDecoder;
use futures_util::stream::{self, Stream};
use http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout_at};

use crate::problem::Fault;

/// How long a sender may be silent in the middle of a body.
const SILENCE: Duration = Duration::from_secs(30);
/// What a body must come in at on average, so that one byte at a time holds no connection for long.
const BYTES_PER_SECOND: u64 = 8 << 10;
/// How much of a refused body is read and thrown away, so that a sender who reads only after writing gets the answer.
const DRAINED: usize = 16 << 20;

/// How many bytes a body may turn out to have: what was declared, or the limit where that says nothing.
pub fn expected(headers: &HeaderMap, most: usize) -> usize {
    let declared = declared(headers).filter(|_| !headers.contains_key(CONTENT_ENCODING));
    declared.unwrap_or(most).min(most)
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body of at most `most` bytes, counted after decompression.
pub async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Fault> {
    let declared = declared(headers);
    let mut arriving = Arriving {
        body,
        began: Instant::now(),
        received: 0,
    };
    let encoding = encoding(headers);
    let result = match encoding {
        Err(fault) => Err(fault),
        Ok(_) if declared.is_some_and(|declared| declared > most) => Err(too_large(most)),
        Ok(Encoding::Plain) => plain(&mut arriving, declared.unwrap_or(0), most).await,
        Ok(Encoding::Gzip) => gzip(&mut arriving, most).await,
    };
    let refused = result.as_ref().err().map(Fault::status);
    if matches!(
        refused,
        Some(StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE)
    ) {
        arriving.drain().await;
    }
    result
}

/// A body piece by piece: at the same pace, never more than `most` bytes, not compressed.
pub fn pieces(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>, Fault> {
    if matches!(encoding(headers)?, Encoding::Gzip) {
        return Err(Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-encoding",
            "a form with a file may not be compressed",
        ));
    }
    let arriving = Arriving {
        body,
        began: Instant::now(),
        received: 0,
    };
    Ok(stream::try_unfold(arriving, move |mut arriving| async move {
        let failed = |fault: Fault| io::Error::other(fault.message().to_owned());
        let piece = arriving.piece().await.map_err(failed)?;
        if arriving.received > most as u64 {
            return Err(failed(too_large(most)));
        }
        Ok(piece.map(|piece| (piece, arriving)))
    }))
}

enum Encoding {
    Plain,
    Gzip,
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Fault> {
    let Some(value) = headers.get(CONTENT_ENCODING) else {
        return Ok(Encoding::Plain);
    };
    match value.to_str().unwrap_or("?").trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Encoding::Plain),
        "gzip" | "x-gzip" => Ok(Encoding::Gzip),
        _ => Err(Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-encoding",
            "a body may be compressed with gzip only",
        )),
    }
}

fn too_large(most: usize) -> Fault {
    Fault::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        format!("a request may have {most} bytes at most (max_content_length), after decompression: send several"),
    )
    .header(CONNECTION, HeaderValue::from_static("close"))
}

struct Arriving {
    body: Body,
    began: Instant,
    received: u64,
}

impl Arriving {
    /// The next piece; none at the end.
    async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let earned = Duration::from_secs(self.received / BYTES_PER_SECOND);
            let until = (Instant::now() + SILENCE).min(self.began + SILENCE * 2 + earned);
            let slow = |_| Fault::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "the body came too slowly");
            match timeout_at(until, self.body.frame()).await.map_err(slow)? {
                None => return Ok(None),
                Some(Err(_)) => {
                    return Err(Fault::new(StatusCode::BAD_REQUEST, "broken-body", "the body broke off"));
                }
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.received += data.len() as u64;
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    async fn drain(&mut self) {
        let mut left = DRAINED;
        while let Ok(Some(piece)) = self.piece().await {
            let Some(rest) = left.checked_sub(piece.len()) else {
                return;
            };
            left = rest;
        }
    }
}

async fn plain(arriving: &mut Arriving, expected: usize, most: usize) -> Result<Bytes, Fault> {
    let Some(first) = arriving.piece().await? else {
        return Ok(Bytes::new());
    };
    if first.len() > most {
        return Err(too_large(most));
    }
    if first.len() == expected {
        return Ok(first);
    }
    // What is declared is a hint, not a promise: memory grows with what arrives.
    let mut whole = BytesMut::with_capacity(expected.min(1 << 20).max(first.len()));
    whole.extend_from_slice(&first);
    while let Some(piece) = arriving.piece().await? {
        if whole.len() + piece.len() > most {
            return Err(too_large(most));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

async fn gzip(arriving: &mut Arriving, most: usize) -> Result<Bytes, Fault> {
    let broken = || Fault::new(StatusCode::BAD_REQUEST, "bad-gzip", "the body is not good gzip");
    let mut decoder = GzDecoder::new(Capped {
        bytes: Vec::new(),
        most,
        full: false,
    });
    while let Some(piece) = arriving.piece().await? {
        let mut rest = &piece[..];
        while !rest.is_empty() {
            match decoder.write(rest) {
                Ok(0) => return Err(broken()),
                Ok(taken) => rest = &rest[taken..],
                Err(_) if decoder.get_ref().full => return Err(too_large(most)),
                Err(_) => return Err(broken()),
            }
        }
    }
    match decoder.try_finish() {
        Ok(()) => {}
        Err(_) if decoder.get_ref().full => return Err(too_large(most)),
        Err(_) => return Err(broken()),
    }
    let capped = decoder.finish().map_err(|_| broken())?;
    Ok(Bytes::from(capped.bytes))
}

/// Takes decompressed bytes up to a limit.
struct Capped {
    bytes: Vec<u8>,
    most: usize,
    full: bool,
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.most {
            self.full = true;
            return Err(io::Error::other("the decompressed body is too large"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::body::Body;
    use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
    use http::{HeaderMap, HeaderValue};

    use super::read;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn gzip() -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))])
    }

    async fn code(headers: HeaderMap, body: Vec<u8>, most: usize) -> &'static str {
        read(&headers, Body::from(body), most).await.unwrap_err().code()
    }

    #[tokio::test]
    async fn reads_up_to_the_limit_and_not_a_byte_more() {
        assert_eq!(
            read(&HeaderMap::new(), Body::from(vec![7; 10]), 10)
                .await
                .unwrap()
                .len(),
            10
        );
        assert_eq!(code(HeaderMap::new(), vec![7; 11], 10).await, "too-large");
        let declared = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static("11"))]);
        assert_eq!(code(declared, vec![7; 1], 10).await, "too-large");
        assert!(read(&HeaderMap::new(), Body::empty(), 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn counts_a_compressed_body_after_decompression() {
        assert_eq!(
            read(&gzip(), Body::from(packed(&[7; 1_000])), 1_000)
                .await
                .unwrap()
                .len(),
            1_000
        );
        assert_eq!(code(gzip(), packed(&vec![0; 50_000_000]), 1_000).await, "too-large");
    }

    #[tokio::test]
    async fn refuses_broken_and_unknown_compression() {
        let mut cut = packed(b"hello hello hello hello");
        cut.truncate(cut.len() - 9);
        assert_eq!(code(gzip(), cut, 1_000).await, "bad-gzip");
        assert_eq!(code(gzip(), b"plain text".to_vec(), 1_000).await, "bad-gzip");
        let brotli = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("br"))]);
        assert_eq!(code(brotli, vec![1], 1_000).await, "unsupported-encoding");
    }
}
