//! Public keys of others and what they signed: identity tokens (JOSE) and passkeys (COSE). Verifying only, with `ring`.
//!
//! The algorithm is what the key is for, never what the signed thing says of itself: `none` and keys that both sides know
//! (HMAC) have no way in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};

/// A public key, with the one algorithm that it is used with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty", rename_all = "kebab-case")]
pub(crate) enum PublicKey {
    /// RSA from 2048 bits on, PKCS #1 v1.5 with SHA-256 (RS256).
    Rsa {
        /// The modulus, big-endian.
        n: Vec<u8>,
        /// The exponent, big-endian.
        e: Vec<u8>,
    },
    /// ECDSA on P-256 with SHA-256 (ES256): the uncompressed point.
    P256 {
        /// 65 bytes.
        point: Vec<u8>,
    },
    /// ECDSA on P-384 with SHA-384 (ES384): the uncompressed point.
    P384 {
        /// 97 bytes.
        point: Vec<u8>,
    },
    /// Ed25519 (EdDSA).
    Ed25519 {
        /// 32 bytes.
        x: Vec<u8>,
    },
}

/// How an ECDSA signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Both numbers one after the other, of fixed length (JOSE).
    Fixed,
    /// As ASN.1 (COSE in WebAuthn).
    Asn1,
}

impl PublicKey {
    /// A point of a curve, where both coordinates have the length of it.
    pub(crate) fn point(x: &[u8], y: &[u8]) -> Option<Self> {
        let point = [&[4_u8], x, y].concat();
        match (x.len(), y.len()) {
            (32, 32) => Some(Self::P256 { point }),
            (48, 48) => Some(Self::P384 { point }),
            _ => None,
        }
    }

    /// Reads a key of a JWK set (RFC 7517, RFC 7518 section 6, RFC 8037); none where it is no key to verify with here.
    pub(crate) fn of_jwk(jwk: &serde_json::Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(serde_json::Value::as_str);
        let bytes = |name: &str| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let key = match (text("kty")?, text("crv")) {
            ("RSA", _) => Self::Rsa {
                n: bytes("n")?,
                e: bytes("e")?,
            },
            ("EC", Some("P-256" | "P-384")) => Self::point(&bytes("x")?, &bytes("y")?)?,
            ("OKP", Some("Ed25519")) => Self::Ed25519 {
                x: bytes("x").filter(|x| x.len() == 32)?,
            },
            _ => return None,
        };
        // A key says for which algorithm it is, or nothing.
        text("alg").is_none_or(|alg| alg == key.algorithm()).then_some(key)
    }

    /// The name of its algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1).
    pub(crate) const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RS256",
            Self::P256 { .. } => "ES256",
            Self::P384 { .. } => "ES384",
            Self::Ed25519 { .. } => "EdDSA",
        }
    }

    /// Whether this key signed the message.
    pub(crate) fn signed(&self, form: Form, message: &[u8], signature: &[u8]) -> bool {
        let with = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key)
                .verify(message, signature)
                .is_ok()
        };
        match (self, form) {
            (Self::Rsa { n, e }, _) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Self::P256 { point }, Form::Fixed) => with(&ECDSA_P256_SHA256_FIXED, point),
            (Self::P256 { point }, Form::Asn1) => with(&ECDSA_P256_SHA256_ASN1, point),
            (Self::P384 { point }, Form::Fixed) => with(&ECDSA_P384_SHA384_FIXED, point),
            (Self::P384 { .. }, Form::Asn1) => false,
            (Self::Ed25519 { x }, _) => with(&ED25519, x),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Form, PublicKey};

    fn decoded(text: &str) -> Vec<u8> {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn the_examples_of_rfc_7515_and_rfc_8037_verify_and_nothing_near_them_does() {
        // RFC 7515 appendix A.3 (ES256).
        let key = json!({
            "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let message = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature =
            decoded("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
        let key = PublicKey::of_jwk(&key).unwrap();
        assert!(key.signed(Form::Fixed, message, &signature));
        assert!(!key.signed(Form::Fixed, b"another", &signature));
        assert!(!key.signed(Form::Asn1, message, &signature));
        // RFC 8037 appendix A.4 (Ed25519).
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature =
            decoded("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
        assert!(
            PublicKey::of_jwk(&key)
                .unwrap()
                .signed(Form::Fixed, message, &signature)
        );
    }

    #[test]
    fn what_is_no_key_to_verify_with_is_none() {
        for jwk in [
            json!({ "kty": "oct", "k": "AAAA" }),
            json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "enc" }),
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "HS256" }),
            json!("x"),
        ] {
            assert_eq!(PublicKey::of_jwk(&jwk), None, "{jwk}");
        }
    }
}
