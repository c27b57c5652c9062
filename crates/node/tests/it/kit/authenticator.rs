//! An authenticator of a few lines: makes passkeys and answers with them as the standard says, or as a test wants it wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A passkey, and how it is to answer.
pub struct Authenticator {
    pair: Pair,
    pub id: Vec<u8>,
    handle: String,
    /// How often it has answered; one that does not count says 0 all the time.
    pub count: u32,
    pub counts: bool,
    /// Present and verified.
    pub flags: u8,
    pub origin: String,
    pub rp_id: String,
    pub kind: Option<&'static str>,
    pub cross_origin: bool,
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub fn new(id: &[u8], origin: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self {
            pair: Pair::P256(EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap()),
            id: id.to_vec(),
            handle: String::new(),
            count: 0,
            counts: true,
            flags: 0x05,
            origin: origin.to_owned(),
            rp_id: origin.split_once("://").unwrap().1.to_owned(),
            kind: None,
            cross_origin: false,
        }
    }

    pub fn ed25519(id: &[u8], origin: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self {
            pair: Pair::Ed25519(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap()),
            ..Self::new(id, origin)
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": self.kind.unwrap_or(kind), "challenge": options["challenge"], "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        data.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn cose(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => {
                let point = pair.public_key().as_ref();
                let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
                cose.extend(&point[1..33]);
                cose.extend([0x22, 0x58, 0x20]);
                cose.extend(&point[33..]);
                cose
            }
            Pair::Ed25519(pair) => {
                let mut cose = vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
                cose.extend(pair.public_key().as_ref());
                cose
            }
        }
    }

    /// Makes the passkey that was asked for.
    pub fn make(&mut self, options: &Value) -> Value {
        options["user"]["id"].as_str().unwrap().clone_into(&mut self.handle);
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let mut data = self.data(self.flags | 0x40);
        data.extend([7; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": encoded(self.client_data("webauthn.create", options)),
                "attestationObject": encoded(object),
            },
            "clientExtensionResults": {},
        })
    }

    /// Answers with it.
    pub fn show(&mut self, options: &Value) -> Value {
        self.count += u32::from(self.counts);
        let (client, data) = (self.client_data("webauthn.get", options), self.data(self.flags));
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = match &self.pair {
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(&signed).as_ref().to_vec(),
        };
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": encoded(client), "authenticatorData": encoded(data),
                "signature": encoded(signature), "userHandle": self.handle,
            },
            "clientExtensionResults": {},
        })
    }
}
