//! An identity provider on loopback, which signs with a key of its own and says what a test tells it to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use node::client::{Access, Secret};
use node::providers::{Provider, Said};
use policy::Role;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::web::{Answer, Asked, Web};

const SECRET: &str = "a secret: of two & more";

struct Signer {
    kid: String,
    pair: EcdsaKeyPair,
}

impl Signer {
    fn new(kid: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self {
            kid: kid.to_owned(),
            pair: EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap(),
        }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid, "x": part(&point[1..33]), "y": part(&point[33..]) })
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// What a code stands for.
struct Code {
    challenge: String,
    header: Value,
    claims: Value,
}

/// What is said of somebody when it is asked again; nothing: who asks is refused.
type SaidAgain = Box<dyn Fn(&mut Value) -> bool + Send>;

struct Inside {
    issuer: String,
    redirect: String,
    keys: Vec<Value>,
    codes: HashMap<String, Code>,
    number: usize,
    /// Refresh tokens that were given, each good once; and what is said by them. Without that none are given.
    refresh: HashMap<String, (Value, Value)>,
    said_again: Option<SaidAgain>,
    /// How often it was asked for tokens.
    asked: usize,
}

/// The provider of a city.
#[derive(Clone)]
pub struct City {
    inside: Arc<Mutex<Inside>>,
    signer: Arc<Mutex<Signer>>,
}

impl City {
    pub async fn start(redirect: &str) -> Self {
        let signer = Signer::new("first");
        let inside = Inside {
            issuer: String::new(),
            redirect: redirect.to_owned(),
            keys: vec![signer.jwk()],
            codes: HashMap::new(),
            number: 0,
            refresh: HashMap::new(),
            said_again: None,
            asked: 0,
        };
        let city = Self {
            inside: Arc::new(Mutex::new(inside)),
            signer: Arc::new(Mutex::new(signer)),
        };
        let answering = city.clone();
        let web = Web::start(move |asked| answering.answer(asked)).await;
        city.inside.lock().unwrap().issuer = web.url("");
        city
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let mut inside = self.inside.lock().unwrap();
        let issuer = inside.issuer.clone();
        let json = |value: Value| Answer::ok(value.to_string()).with("content-type", "application/json");
        match asked.path.as_str() {
            "/.well-known/openid-configuration" => json(json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
            })),
            "/keys" => json(json!({ "keys": inside.keys })),
            "/token" => {
                let expected = STANDARD.encode("watch:a+secret%3A+of+two+%26+more");
                let form = reqwest::Url::parse(&format!("http://x/?{}", asked.body)).unwrap();
                let form: BTreeMap<String, String> = form.query_pairs().into_owned().collect();
                assert_eq!(asked.header("authorization"), format!("Basic {expected}"));
                inside.asked += 1;
                let said = match form["grant_type"].as_str() {
                    "authorization_code" => {
                        let code = inside.codes.remove(&form["code"]);
                        let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
                        code.filter(|code| code.challenge == verifier && form["redirect_uri"] == inside.redirect)
                            .map(|code| (code.header, code.claims))
                    }
                    "refresh_token" => {
                        let kept = inside.refresh.remove(&form["refresh_token"]);
                        kept.and_then(|(header, mut claims)| {
                            claims.as_object_mut().unwrap().remove("nonce");
                            let says = inside.said_again.as_ref().is_some_and(|change| change(&mut claims));
                            says.then_some((header, claims))
                        })
                    }
                    other => panic!("{other}"),
                };
                let Some((header, claims)) = said else {
                    return Answer::of(400, r#"{"error":"invalid_grant"}"#);
                };
                let token = self.signer.lock().unwrap().token(&header, &claims);
                let mut answer = json!({ "access_token": "x", "token_type": "Bearer", "id_token": token });
                if inside.said_again.is_some() {
                    inside.number += 1;
                    let name = format!("refresh-{}", inside.number);
                    inside.refresh.insert(name.clone(), (header, claims));
                    answer["refresh_token"] = name.into();
                }
                json(answer)
            }
            _ => Answer::of(404, ""),
        }
    }

    /// Somebody signs in there; what is said of them is what is usual, changed as a test wants it.
    pub fn let_in(&self, address: &str, now: i64, change: impl FnOnce(&mut Value, &mut Value)) -> Said {
        let address = reqwest::Url::parse(address).unwrap();
        let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(
            (asked["response_type"].as_str(), asked["tenant"].as_str()),
            ("code", "1")
        );
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut inside = self.inside.lock().unwrap();
        let signer = self.signer.lock().unwrap();
        let mut header = json!({ "alg": "ES256", "kid": signer.kid });
        let mut claims = json!({
            "iss": inside.issuer, "aud": "watch", "sub": "7", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "groups": ["analysts"], "email": "cert@city.example", "preferred_username": "cert", "auth_time": now,
        });
        change(&mut header, &mut claims);
        drop(signer);
        inside.number += 1;
        let name = format!("code-{}", inside.number);
        let code = Code {
            challenge: asked["code_challenge"].clone(),
            header,
            claims,
        };
        inside.codes.insert(name.clone(), code);
        Said {
            code: Some(name),
            state: Some(asked["state"].clone()),
            ..Said::default()
        }
    }

    /// From now on refresh tokens are given, each good once, and this is said by them; where it says no, they are refused.
    pub fn says_again(&self, said: impl Fn(&mut Value) -> bool + Send + 'static) {
        self.inside.lock().unwrap().said_again = Some(Box::new(said));
    }

    /// How often it was asked for tokens.
    pub fn asked(&self) -> usize {
        self.inside.lock().unwrap().asked
    }

    /// A logout token, changed as a test wants it.
    pub fn logout_token(&self, now: i64, change: impl FnOnce(&mut Value)) -> String {
        let issuer = self.inside.lock().unwrap().issuer.clone();
        let signer = self.signer.lock().unwrap();
        let mut claims = json!({
            "iss": issuer, "aud": "watch", "iat": now, "exp": now + 120, "jti": "1", "sub": "7",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        change(&mut claims);
        signer.token(
            &json!({ "alg": "ES256", "kid": signer.kid, "typ": "logout+jwt" }),
            &claims,
        )
    }

    /// The provider signs with another key from now on.
    pub fn rotate(&self) {
        let next = Signer::new("second");
        self.inside.lock().unwrap().keys = vec![next.jwk()];
        *self.signer.lock().unwrap() = next;
    }

    pub fn provider(&self) -> Provider {
        let roles = [("analysts", Role::Analyst), ("coordinators", Role::Coordinator)];
        Provider {
            name: "city".to_owned(),
            title: "City of Example".to_owned(),
            issuer: self.inside.lock().unwrap().issuer.clone(),
            client_id: "watch".to_owned(),
            client_secret: Some(Secret::Text(SECRET.to_owned())),
            scopes: vec!["profile".to_owned()],
            groups_claim: "groups".to_owned(),
            roles: roles.map(|(group, role)| (group.to_owned(), role)).into(),
            member: Some("Example CERT".to_owned()),
            provision: false,
            session_hours: node::providers::SESSION_HOURS,
            confirm_minutes: node::providers::CONFIRM_MINUTES,
            access: Access {
                proxy: Some(Secret::Text("direct".to_owned())),
                ..Access::default()
            },
        }
    }
}
