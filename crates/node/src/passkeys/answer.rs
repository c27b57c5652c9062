//! What an authenticator answers, and whether it is to be believed: Web Authentication, sections 7.1 and 7.2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::cbor::{self, Value};
use crate::signature::{Form, PublicKey};

/// Bytes of the name of a passkey (section 4, credential ID).
const MOST_ID: usize = 1_023;
/// Bytes of any part of an answer.
const MOST_BYTES: usize = 64 << 10;
/// Flags of authenticator data (section 6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BE_BACKED_UP: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_KEY: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// Where the node is reached, as browsers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The origin, as in `https://hub.example`.
    pub origin: String,
    /// The name that passkeys are for: the host.
    pub rp_id: String,
}

impl Place {
    /// Of the address under which the node is reached; none where it has no host that passkeys can be for.
    pub fn of(address: &str) -> Option<Self> {
        let url = reqwest::Url::parse(address).ok()?;
        let rp_id = url.domain()?.to_owned();
        let secure = url.scheme() == "https" || rp_id == "localhost";
        secure.then(|| Self {
            origin: url.origin().ascii_serialization(),
            rp_id,
        })
    }
}

/// Why an answer is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Doubt {
    #[error("the answer of the passkey cannot be read")]
    Malformed,
    #[error("the passkey answers another question")]
    Question,
    #[error("the passkey answers for another site")]
    Site,
    #[error("the passkey did not check who is there: it has to ask for a PIN, a finger or a face")]
    NotVerified,
    #[error("the passkey has a key of a kind that is not taken: ES256, EdDSA and RS256 are")]
    Key,
    #[error("the signature of the passkey is not right")]
    Signature,
}

/// What the browser adds: which question was answered where (section 5.8.1).
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub challenge: &'a [u8],
    pub place: &'a Place,
}

/// A passkey that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub id: Vec<u8>,
    pub key: PublicKey,
    pub count: i64,
    pub backed_up: bool,
}

/// What a passkey that was used says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Used {
    pub count: i64,
    pub backed_up: bool,
}

pub(super) fn decoded(text: &str) -> Result<Vec<u8>, Doubt> {
    let text = text.trim_end_matches('=');
    if text.len() > MOST_BYTES * 4 / 3 {
        return Err(Doubt::Malformed);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Doubt::Malformed)
}

/// Checks what the browser says; gives its digest, which is signed.
fn client_data(bytes: &[u8], kind: &str, question: Question<'_>) -> Result<[u8; 32], Doubt> {
    let said: ClientData = serde_json::from_slice(bytes).map_err(|_| Doubt::Malformed)?;
    let challenge = decoded(&said.challenge)?;
    if said.kind != kind || !bool::from(challenge.ct_eq(question.challenge)) {
        return Err(Doubt::Question);
    }
    if said.origin != question.place.origin || said.cross_origin {
        return Err(Doubt::Site);
    }
    Ok(Sha256::digest(bytes).into())
}

/// The parts of authenticator data (section 6.1).
struct Data<'a> {
    flags: u8,
    count: i64,
    rest: &'a [u8],
}

fn data<'a>(bytes: &'a [u8], place: &Place) -> Result<Data<'a>, Doubt> {
    let (site, rest) = bytes.split_at_checked(32).ok_or(Doubt::Malformed)?;
    let (flags, rest) = rest.split_first().ok_or(Doubt::Malformed)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or(Doubt::Malformed)?;
    if site != Sha256::digest(place.rp_id.as_bytes()).as_slice() {
        return Err(Doubt::Site);
    }
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err(Doubt::NotVerified);
    }
    if flags & BACKED_UP != 0 && flags & MAY_BE_BACKED_UP == 0 {
        return Err(Doubt::Malformed);
    }
    Ok(Data {
        flags: *flags,
        count: i64::from(u32::from_be_bytes(*count)),
        rest,
    })
}

/// What follows the key or the counter is extensions, where the flags say so, and nothing else.
fn ends(flags: u8, rest: &[u8]) -> Result<(), Doubt> {
    let after = match flags & HAS_EXTENSIONS {
        0 => rest,
        _ => cbor::read(rest).ok_or(Doubt::Malformed)?.1,
    };
    after.is_empty().then_some(()).ok_or(Doubt::Malformed)
}

/// A key as authenticators write it (RFC 9053 section 7, RFC 8230 section 4).
fn cose_key(value: &Value<'_>) -> Option<PublicKey> {
    let number = |key: i64| value.get(&Value::Number(key)).and_then(Value::number);
    let bytes = |key: i64| value.get(&Value::Number(key)).and_then(Value::bytes);
    match (number(1)?, number(3)?, number(-1)) {
        (2, -7, Some(1)) => PublicKey::point(bytes(-2)?, bytes(-3)?).filter(|key| key.algorithm() == "ES256"),
        (1, -8, Some(6)) => Some(PublicKey::Ed25519 {
            x: bytes(-2).filter(|x| x.len() == 32)?.to_vec(),
        }),
        // The modulus is where the others have their curve.
        (3, -257, None) => Some(PublicKey::Rsa {
            n: bytes(-1).filter(|n| (256..=1_024).contains(&n.len()))?.to_vec(),
            e: bytes(-2).filter(|e| e.len() <= 8)?.to_vec(),
        }),
        _ => None,
    }
}

/// Believes that a passkey was made, or says why not. Who made the authenticator is not asked for (attestation `none`), and
/// what it says of that is not looked at.
pub(super) fn made(client: &[u8], attestation: &[u8], question: Question<'_>) -> Result<Made, Doubt> {
    client_data(client, "webauthn.create", question)?;
    let (object, rest) = cbor::read(attestation).ok_or(Doubt::Malformed)?;
    let bytes = object.get(&Value::Text("authData")).and_then(Value::bytes);
    let data = data(
        bytes.filter(|_| rest.is_empty()).ok_or(Doubt::Malformed)?,
        question.place,
    )?;
    if data.flags & HAS_KEY == 0 {
        return Err(Doubt::Malformed);
    }
    // The kind of authenticator, the length of the name, the name, the key (section 6.5.1).
    let (_, rest) = data.rest.split_at_checked(16).ok_or(Doubt::Malformed)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Doubt::Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, rest) = rest.split_at_checked(length).ok_or(Doubt::Malformed)?;
    if id.is_empty() || id.len() > MOST_ID {
        return Err(Doubt::Malformed);
    }
    let (key, rest) = cbor::read(rest).ok_or(Doubt::Malformed)?;
    ends(data.flags, rest)?;
    Ok(Made {
        id: id.to_vec(),
        key: cose_key(&key).ok_or(Doubt::Key)?,
        count: data.count,
        backed_up: data.flags & BACKED_UP != 0,
    })
}

/// Believes that a passkey was used, or says why not.
pub(super) fn used(
    client: &[u8],
    authenticator: &[u8],
    signature: &[u8],
    key: &PublicKey,
    question: Question<'_>,
) -> Result<Used, Doubt> {
    let digest = client_data(client, "webauthn.get", question)?;
    let data = data(authenticator, question.place)?;
    if data.flags & HAS_KEY == 0 {
        ends(data.flags, data.rest)?;
    }
    let signed = [authenticator, &digest].concat();
    if !key.signed(Form::Asn1, &signed, signature) {
        return Err(Doubt::Signature);
    }
    Ok(Used {
        count: data.count,
        backed_up: data.flags & BACKED_UP != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::{Doubt, Place, Question, decoded, made, used};

    /// What another implementation answered to questions as [`crate::passkeys`] asks them: passkey-rs 0.6, its client and its
    /// authenticator, an ES256 key that is backed up and does not count.
    const MADE: [&str; 2] = [
        "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBRSIsIm9yaWdpbiI6Imh0dHBzOi8vaHViLmV4YW1wbGUub3JnIiwiY3Jvc3NPcmlnaW4iOmZhbHNlfQ",
        "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViUoB64yob6M0pI5QZGx-0V1KYBU8c-7dQMB1m_Q2MepWFdAAAAAAAAAAAAAAAAAAAAAAAAAAAAEHdhNgj05dD0bh5k6_y7xF2lAQIDJiABIVggELYWix2-sxr-2R0VlGIbCUmp3jkoD0TB5xMZ3YhsVmoiWCCZHjh3GOfGv85bYwMwCFkEwNCUpjG1O3Vi7ME1pgH3cA",
    ];
    const SHOWN: [&str; 3] = [
        "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBSSIsIm9yaWdpbiI6Imh0dHBzOi8vaHViLmV4YW1wbGUub3JnIiwiY3Jvc3NPcmlnaW4iOmZhbHNlfQ",
        "oB64yob6M0pI5QZGx-0V1KYBU8c-7dQMB1m_Q2MepWEdAAAAAA",
        "MEUCIQDkYs-5DcAk6hAUJBfychfjMnkMVXdjEyyM4jrwDuvazgIgT0DtrwrpxGBR1xN6jfyarGBn0K_XAB181Ya2aYfRNxs",
    ];

    #[test]
    fn what_another_implementation_answers_is_believed_and_nothing_that_was_changed() {
        let place = Place::of("https://hub.example.org").unwrap();
        let challenge = |last: u8| [&[0; 31][..], &[last]].concat();
        let (first, second) = (challenge(1), challenge(2));
        let question = |challenge| Question {
            challenge,
            place: &place,
        };
        let [client, object] = MADE.map(|text| decoded(text).unwrap());
        let passkey = made(&client, &object, question(&first)).unwrap();
        assert_eq!(hex::encode(&passkey.id), "77613608f4e5d0f46e1e64ebfcbbc45d");
        assert!(passkey.backed_up && passkey.count == 0);
        assert_eq!(made(&client, &object, question(&second)), Err(Doubt::Question));
        let [client, data, signature] = SHOWN.map(|text| decoded(text).unwrap());
        let show = |client: &[u8], data: &[u8], signature: &[u8]| {
            used(client, data, signature, &passkey.key, question(&second))
        };
        assert!(show(&client, &data, &signature).is_ok());
        // Each bit of what is signed counts.
        for at in 0..data.len() * 8 {
            let mut changed = data.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert!(show(&client, &changed, &signature).is_err(), "{at}");
        }
        for at in 0..client.len() {
            let mut changed = client.clone();
            changed[at] ^= 1;
            assert!(show(&changed, &data, &signature).is_err(), "{at}");
        }
        for end in 0..object.len() {
            assert!(
                made(&decoded(MADE[0]).unwrap(), &object[..end], question(&first)).is_err(),
                "{end}"
            );
        }
    }

    #[test]
    fn passkeys_are_for_a_host_over_https_and_for_no_number() {
        let place = Place::of("https://hub.example:8443/watch/").unwrap();
        assert_eq!(
            (place.origin.as_str(), place.rp_id.as_str()),
            ("https://hub.example:8443", "hub.example")
        );
        assert!(Place::of("http://localhost:6100").is_some());
        for none in [
            "http://hub.example",
            "https://192.0.2.1",
            "https://[2001:db8::1]/",
            "hub.example",
            "",
        ] {
            assert_eq!(Place::of(none), None, "{none}");
        }
    }
}
