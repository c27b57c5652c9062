//! Identity tokens: what an identity provider says of somebody, and whether it is to be believed (OpenID Connect Core 1.0
//! section 3.1.3.7).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::signature::{Form, PublicKey};

/// Seconds that the clocks of both may differ.
const SKEW: i64 = 60;
/// Bytes of a token.
const MOST_BYTES: usize = 64 << 10;
/// Characters of a subject (section 2).
const MOST_SUBJECT: usize = 255;
/// Groups that are looked at.
const MOST_GROUPS: usize = 1_000;

/// A key of a provider, with its name.
#[derive(Clone, Debug)]
pub(super) struct NamedKey {
    /// Its name; none where the provider names none.
    pub kid: Option<String>,
    /// The key.
    pub key: PublicKey,
}

/// What a token must be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// What the sign-in was begun with; none where it is no sign-in (section 12.2: a refreshed token need not have it).
    pub nonce: Option<&'a str>,
    /// Seconds since 1970.
    pub now: i64,
    /// The claim that names groups.
    pub groups_claim: &'a str,
    /// From when on its person must have shown the provider who they are.
    pub shown_since: Option<i64>,
}

/// Who somebody is, as their provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub subject: String,
    pub groups: BTreeSet<String>,
    /// When they showed their provider who they are, in seconds since 1970.
    pub shown: Option<i64>,
    /// The provider's name of its session.
    pub sid: Option<String>,
    /// Names to show; good for nothing else.
    pub login: Option<String>,
    pub name: Option<String>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Doubt {
    #[error("the identity token is no signed token")]
    Malformed,
    #[error("the identity token is signed with a key that the provider does not publish")]
    UnknownKey,
    #[error("the identity token is signed in a way that is not taken: RS256, ES256, ES384 and EdDSA are")]
    Algorithm,
    #[error("the signature of the identity token is not right")]
    Signature,
    #[error("the identity token is from another issuer")]
    Issuer,
    #[error("the identity token is for another client")]
    Audience,
    #[error("the identity token has expired, or is from the future: are both clocks right?")]
    Time,
    #[error("the identity token answers another sign-in")]
    Nonce,
    #[error("the identity token names nobody")]
    Subject,
    #[error("the provider did not ask anew who it is")]
    NotShown,
    #[error("the token says of nobody that they signed out")]
    NotLoggedOut,
}

fn part(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Reads a token, believes it or says why not.
pub(super) fn verified(token: &str, keys: &[NamedKey], expected: Expected<'_>) -> Result<Claims, Doubt> {
    believed(&signed(token, keys)?, expected)
}

/// Whose sessions are to end: an account, one session of it, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoggedOut {
    pub subject: Option<String>,
    pub sid: Option<String>,
}

/// The event that a logout token tells of (OpenID Connect Back-Channel Logout 1.0 section 2.4).
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Reads a logout token (Back-Channel Logout 1.0 section 2.6). An identity token is none: it has a nonce, and no event.
pub(super) fn logged_out(token: &str, keys: &[NamedKey], expected: Expected<'_>) -> Result<LoggedOut, Doubt> {
    let claims = signed(token, keys)?;
    told_by(&claims, expected)?;
    let event = claims.get("events").and_then(|events| events.get(LOGOUT));
    if claims.contains_key("nonce") || !event.is_some_and(Value::is_object) {
        return Err(Doubt::NotLoggedOut);
    }
    let subject = claims.get("sub").map(|_| subject(&claims)).transpose()?;
    let sid = sid(&claims);
    match subject.is_none() && sid.is_none() {
        true => Err(Doubt::Subject),
        false => Ok(LoggedOut { subject, sid }),
    }
}

/// The claims of a token whose signature is right. Nothing of it is looked at before that but the name of the key.
fn signed(token: &str, keys: &[NamedKey]) -> Result<Map<String, Value>, Doubt> {
    if token.len() > MOST_BYTES {
        return Err(Doubt::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Doubt::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Doubt::Malformed)?;
    let header = part(header).ok_or(Doubt::Malformed)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Doubt::Malformed)?;
    // Extensions that must be understood are not (RFC 7515 section 4.1.11).
    if header.contains_key("crit") {
        return Err(Doubt::Algorithm);
    }
    let algorithm = header.get("alg").and_then(Value::as_str).ok_or(Doubt::Algorithm)?;
    if !["RS256", "ES256", "ES384", "EdDSA"].contains(&algorithm) {
        return Err(Doubt::Algorithm);
    }
    let kid = header.get("kid").and_then(Value::as_str);
    let mut candidates = keys
        .iter()
        .filter(|named| kid.is_none() || named.kid.is_none() || named.kid.as_deref() == kid)
        .filter(|named| named.key.algorithm() == algorithm)
        .peekable();
    if candidates.peek().is_none() {
        return Err(Doubt::UnknownKey);
    }
    if !candidates.any(|named| named.key.signed(Form::Fixed, signed.as_bytes(), &signature)) {
        return Err(Doubt::Signature);
    }
    part(payload).ok_or(Doubt::Malformed)
}

fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    claims.get(name).and_then(Value::as_f64).map(|seconds| seconds as i64)
}

fn subject(claims: &Map<String, Value>) -> Result<String, Doubt> {
    let subject = claims.get("sub").and_then(Value::as_str).ok_or(Doubt::Subject)?;
    if subject.is_empty() || subject.chars().count() > MOST_SUBJECT || subject.chars().any(char::is_control) {
        return Err(Doubt::Subject);
    }
    Ok(subject.to_owned())
}

fn sid(claims: &Map<String, Value>) -> Option<String> {
    let sid = claims.get("sid").and_then(Value::as_str)?;
    (!sid.is_empty() && sid.chars().count() <= MOST_SUBJECT).then(|| sid.to_owned())
}

/// That a token is of this issuer, for this client, and of now.
fn told_by(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<(), Doubt> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Doubt::Issuer);
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // Where it is for several, it says which of them asked for it.
    let authorized = text("azp").or_else(|| (audiences.len() == 1).then_some(expected.client_id));
    if !audiences.contains(&expected.client_id) || authorized != Some(expected.client_id) {
        return Err(Doubt::Audience);
    }
    let (expires, issued) = seconds(claims, "exp").zip(seconds(claims, "iat")).ok_or(Doubt::Time)?;
    let not_yet = [Some(issued), seconds(claims, "nbf")].into_iter().flatten();
    if expires <= expected.now - SKEW || not_yet.into_iter().any(|from| from > expected.now + SKEW) {
        return Err(Doubt::Time);
    }
    Ok(())
}

fn believed(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<Claims, Doubt> {
    told_by(claims, expected)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if let Some(expected) = expected.nonce {
        let nonce = text("nonce").ok_or(Doubt::Nonce)?;
        if !bool::from(nonce.as_bytes().ct_eq(expected.as_bytes())) {
            return Err(Doubt::Nonce);
        }
    }
    let subject = subject(claims)?;
    let shown = seconds(claims, "auth_time").filter(|at| *at <= expected.now + SKEW);
    if expected
        .shown_since
        .is_some_and(|since| shown.is_none_or(|at| at < since - SKEW))
    {
        return Err(Doubt::NotShown);
    }
    let groups = match claims.get(expected.groups_claim) {
        Some(Value::String(one)) => BTreeSet::from([one.clone()]),
        Some(Value::Array(all)) => all
            .iter()
            .take(MOST_GROUPS)
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => BTreeSet::new(),
    };
    Ok(Claims {
        subject,
        groups,
        sid: sid(claims),
        shown: shown.map(|at| at.min(expected.now)),
        login: text("preferred_username").map(str::to_owned),
        name: text("name").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Claims, Doubt, Expected, believed, verified};

    const NOW: i64 = 1_800_000_000;

    fn read(change: impl FnOnce(&mut Value)) -> Result<Claims, Doubt> {
        let mut claims = json!({
            "iss": "https://login.example", "aud": "watch", "sub": "7", "exp": NOW + 300, "iat": NOW, "nonce": "n",
            "groups": ["a", "b"], "auth_time": NOW - 100,
        });
        change(&mut claims);
        let expected = Expected {
            issuer: "https://login.example",
            client_id: "watch",
            nonce: Some("n"),
            now: NOW,
            groups_claim: "groups",
            shown_since: None,
        };
        believed(claims.as_object().unwrap(), expected)
    }

    #[test]
    fn each_claim_is_what_was_expected_or_the_token_is_not_believed() {
        let good = read(|_| {}).unwrap();
        assert_eq!(
            (good.subject.as_str(), good.groups.len(), good.shown),
            ("7", 2, Some(NOW - 100))
        );
        let put = |name: &'static str, value: Value| read(move |claims| claims[name] = value);
        assert_eq!(put("iss", json!("https://login.example/")), Err(Doubt::Issuer));
        assert_eq!(put("aud", json!("other")), Err(Doubt::Audience));
        assert_eq!(
            put("aud", json!(["watch", "other"])),
            Err(Doubt::Audience),
            "it does not say who asked"
        );
        assert_eq!(put("azp", json!("other")), Err(Doubt::Audience));
        assert_eq!(put("exp", json!(NOW - 61)), Err(Doubt::Time));
        assert_eq!(put("exp", json!("never")), Err(Doubt::Time));
        assert_eq!(put("iat", json!(NOW + 61)), Err(Doubt::Time));
        assert_eq!(put("nbf", json!(NOW + 61)), Err(Doubt::Time));
        assert_eq!(put("nonce", json!("m")), Err(Doubt::Nonce));
        assert_eq!(put("nonce", json!(null)), Err(Doubt::Nonce));
        assert_eq!(put("sub", json!("")), Err(Doubt::Subject));
        assert_eq!(put("sub", json!(7)), Err(Doubt::Subject));
        assert!(put("aud", json!(["watch"])).is_ok());
        assert_eq!(put("groups", json!("a")).unwrap().groups.len(), 1);
        assert!(put("groups", json!({ "a": 1 })).unwrap().groups.is_empty());
        assert_eq!(put("auth_time", json!(NOW + 1_000)).unwrap().shown, None);
    }

    #[test]
    fn what_is_not_signed_by_a_published_key_is_not_looked_at() {
        let expected = Expected {
            issuer: "i",
            client_id: "c",
            nonce: Some("n"),
            now: NOW,
            groups_claim: "groups",
            shown_since: None,
        };
        // {"alg":"none"}, {"alg":"HS256"}, {"alg":"ES256"}, {"alg":"ES256","crit":["x"]}
        for (header, doubt) in [
            ("eyJhbGciOiJub25lIn0", Doubt::Algorithm),
            ("eyJhbGciOiJIUzI1NiJ9", Doubt::Algorithm),
            ("eyJhbGciOiJFUzI1NiJ9", Doubt::UnknownKey),
            ("eyJhbGciOiJFUzI1NiIsImNyaXQiOlsieCJdfQ", Doubt::Algorithm),
            ("e30", Doubt::Algorithm),
            ("x", Doubt::Malformed),
        ] {
            assert_eq!(
                verified(&format!("{header}.e30.AA"), &[], expected),
                Err(doubt),
                "{header}"
            );
        }
        for token in ["", ".", "..", "a.b", &"a".repeat(100_000)] {
            assert!(verified(token, &[], expected).is_err());
        }
    }
}
