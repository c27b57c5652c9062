//! Signature version 4 of a GET without a body, and the paths and queries that it is made over.

use sha2::{Digest as _, Sha256};
use stix::Timestamp;

use crate::secrets::Secrets;

/// SHA-256 of nothing: no request here has a body.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A request before it is sent. Path and values are as they are meant, not yet encoded; names of headers in lower case.
pub(super) struct Request<'a> {
    pub host: &'a str,
    pub path: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub headers: &'a [(&'a str, &'a str)],
}

impl Request<'_> {
    /// Path and query, encoded.
    pub fn target(&self) -> String {
        let query = self.encoded_query();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{query}", encoded(self.path, true))
    }

    /// The headers that prove who asks; none where there is no key.
    pub fn signature(&self, secrets: &Secrets, region: &str, now: Timestamp) -> Vec<(&'static str, String)> {
        let (Some(access), Some(secret)) = (secrets.get("access_key"), secrets.get("secret_key")) else {
            return Vec::new();
        };
        let time = basic(now);
        let day = time.chars().take(8).collect::<String>();
        let mut own = vec![("x-amz-content-sha256", EMPTY.to_owned()), ("x-amz-date", time.clone())];
        own.extend(
            secrets
                .get("session_token")
                .map(|token| ("x-amz-security-token", token.to_owned())),
        );

        let mut signed: Vec<(&str, &str)> = vec![("host", self.host)];
        signed.extend(self.headers);
        signed.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
        signed.sort_unstable();
        let lines: String = signed
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let path = encoded(self.path, true);
        let canonical = format!("GET\n{path}\n{}\n{lines}\n{names}\n{EMPTY}", self.encoded_query());

        let scope = format!("{day}/{region}/s3/aws4_request");
        let digest = hex::encode(Sha256::digest(canonical));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
        let key = [day.as_str(), region, "s3", "aws4_request"]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
                hmac(&key, part.as_bytes()).to_vec()
            });
        let signature = hex::encode(hmac(&key, text.as_bytes()));
        own.push((
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={access}/{scope},SignedHeaders={names},Signature={signature}"),
        ));
        own
    }

    fn encoded_query(&self) -> String {
        let pairs = self.query.iter();
        let mut pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{}={}", encoded(name, false), encoded(value, false)))
            .collect();
        pairs.sort_unstable();
        pairs.join("&")
    }
}

/// Percent-encoding as the signature wants it: everything but unreserved letters, in capitals.
fn encoded(text: &str, path: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if path => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

/// The basic form of ISO 8601, to the second: 20130524T000000Z.
fn basic(time: Timestamp) -> String {
    let text = time.to_string();
    let second = text.split('.').next().unwrap_or_default();
    let mut text: String = second.chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked examples of Amazon's documentation of signature version 4, with its example keys.
    fn signed(path: &str, query: &[(&str, &str)], headers: &[(&str, &str)]) -> String {
        let secrets = Secrets::parse(
            "access_key = AKIAIOSFODNN7EXAMPLE\nsecret_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
        );
        let request = Request {
            host: "examplebucket.s3.amazonaws.com",
            path,
            query,
            headers,
        };
        let headers = request.signature(&secrets.unwrap(), "us-east-1", "2013-05-24T00:00:00Z".parse().unwrap());
        headers.last().unwrap().1.rsplit('=').next().unwrap().to_owned()
    }

    #[test]
    fn signatures_are_those_of_the_documentation() {
        assert_eq!(
            signed("/test.txt", &[], &[("range", "bytes=0-9")]),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        assert_eq!(
            signed("/", &[("max-keys", "2"), ("prefix", "J")], &[]),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        assert_eq!(
            hex::encode(hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex::encode(hmac(
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            )),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn targets_are_encoded_once() {
        let request = Request {
            host: "",
            path: "/b/a b+ü%.gz",
            query: &[("prefix", "x/y"), ("a", "")],
            headers: &[],
        };
        assert_eq!(request.target(), "/b/a%20b%2B%C3%BC%25.gz?a=&prefix=x%2Fy");
    }
}
