//! Makes and reads the `next` token: stateless, repeatable, and worthless outside the query it was made for.
//!
//! ```text
//! version 1 byte | position 8 bytes (date_added, microseconds) | MAC 16 bytes        in base64url
//! MAC = HMAC-SHA-256(node's secret, version | position | fingerprint of the filters and the place)
//! ```
//!
//! Nothing of the viewer is in it: who shows a token sees what they may see from that position on, no more.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stix::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::problem::Fault;
use crate::query::bad;

const VERSION: u8 = 1;
const BODY: usize = 9;
const MAC: usize = 16;

/// The token after an object that was added at `position`.
pub fn write(secret: &[u8; 32], fingerprint: &[u8; 32], position: Timestamp) -> String {
    let mut token = Vec::with_capacity(BODY + MAC);
    token.push(VERSION);
    token.extend_from_slice(&position.micros().to_be_bytes());
    let mac = mac(secret, &token, fingerprint);
    token.extend_from_slice(&mac);
    URL_SAFE_NO_PAD.encode(token)
}

/// The position in a token; refused when it was not made here for these filters.
pub fn read(secret: &[u8; 32], fingerprint: &[u8; 32], token: &str) -> Result<Timestamp, Fault> {
    position(secret, fingerprint, token).ok_or_else(|| {
        let message = "'next' does not belong to this query: repeat the filters of the page it came from, or begin again without it";
        bad("bad-next", message)
    })
}

fn position(secret: &[u8; 32], fingerprint: &[u8; 32], token: &str) -> Option<Timestamp> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (body, given) = bytes.split_at_checked(BODY)?;
    let expected = mac(secret, body, fingerprint);
    let (&version, position) = body.split_first()?;
    if version != VERSION || !bool::from(given.ct_eq(&expected)) {
        return None;
    }
    Some(Timestamp::from_micros(i64::from_be_bytes(position.try_into().ok()?)))
}

/// HMAC (RFC 2104) with SHA-256, cut to 16 bytes.
fn mac(secret: &[u8; 32], body: &[u8], fingerprint: &[u8; 32]) -> [u8; MAC] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(secret) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(body)
        .chain_update(fingerprint)
        .finalize();
    let outer = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    let mut short = [0; MAC];
    for (to, from) in short.iter_mut().zip(outer) {
        *to = from;
    }
    short
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::{mac, read, write};

    #[test]
    fn a_token_gives_its_position_again_and_again() {
        for micros in [0, -1, 1_700_000_000_000_001, i64::MAX, i64::MIN] {
            let position = Timestamp::from_micros(micros);
            let token = write(&[7; 32], &[1; 32], position);
            assert_eq!(read(&[7; 32], &[1; 32], &token).unwrap(), position);
            assert_eq!(token, write(&[7; 32], &[1; 32], position));
        }
    }

    #[test]
    fn a_token_for_other_filters_or_of_another_node_or_changed_is_refused() {
        let token = write(&[7; 32], &[1; 32], Timestamp::from_micros(5));
        assert!(read(&[7; 32], &[2; 32], &token).is_err());
        assert!(read(&[8; 32], &[1; 32], &token).is_err());
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(
                read(&[7; 32], &[1; 32], std::str::from_utf8(&changed).unwrap()).is_err(),
                "{at}"
            );
        }
        for junk in ["", "x", "AQ", "%", &"A".repeat(10_000)] {
            assert!(read(&[7; 32], &[1; 32], junk).is_err());
        }
    }

    #[test]
    fn the_mac_is_hmac_sha_256() {
        // Computed with Python: hmac.new(bytes([0x0b])*32, b"Hi There" + bytes(32), "sha256").hexdigest()[:32]
        assert_eq!(hex::encode(mac(&[0x0b; 32], b"Hi There", &[0; 32])), HI_THERE);
    }

    const HI_THERE: &str = "d7529d88e6abf18c0d8f43c8f3f93d08";
}
