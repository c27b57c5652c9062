//! The connection: signing in over it, TLS, HTTP/2, those who try to hold it for ever, stopping.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use node::partnership::KeyWish;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use server::{Limits, Tls};
use stix::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::kit::{Kit, PASSWORD, Wish};

fn basic(login: &str, password: &str) -> Vec<(String, String)> {
    let value = format!("Basic {}", STANDARD.encode(format!("{login}:{password}")));
    vec![("Authorization".to_owned(), value)]
}

#[tokio::test]
async fn a_password_a_key_as_password_and_a_bearer_key_sign_in() {
    let kit = Kit::start().await;
    let key = kit.authorization("alder-analyst").unwrap();
    let key = key.strip_prefix("Bearer ").unwrap();
    for headers in [
        basic("alder-analyst", PASSWORD),
        basic("anything", key),
        vec![("Authorization".to_owned(), format!("bearer {key}"))],
    ] {
        let answer = kit.send("GET", "/api/v1/me", &headers, None).await;
        assert_eq!(
            (answer.status, answer.json()["name"].as_str()),
            (200, Some("alder-analyst")),
            "{headers:?}"
        );
    }
    for headers in [
        basic("alder-analyst", "wrong"),
        basic("nobody", PASSWORD),
        basic("alder-analyst", ""),
    ] {
        let answer = kit.send("GET", "/taxii2/", &headers, None).await;
        assert_eq!(answer.status, 401);
        let challenges: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "www-authenticate")
            .collect();
        assert_eq!(challenges.len(), 2);
    }
}

#[tokio::test]
async fn who_fails_too_often_waits() {
    let kit = Kit::start().await;
    let mut last = None;
    for attempt in 0..60 {
        let headers = vec![("Authorization".to_owned(), format!("Bearer cw_{attempt}"))];
        let answer = kit.send("GET", "/taxii2/", &headers, None).await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
        assert_eq!(answer.status, 401);
    }
    let answer = last.expect("refused at last");
    assert!(
        answer
            .header("retry-after")
            .is_some_and(|text| text.parse::<u64>().is_ok())
    );
    assert_eq!(answer.json()["http_status"], "429");
}

#[tokio::test]
async fn somebody_without_an_account_reads_where_the_operator_opened_it() {
    let kit = Kit::start_with(Wish {
        settings: |settings| settings.public_reading = true,
        ..Wish::default()
    })
    .await;
    let answer = kit.get("public", "/commonwatch/collections/").await;
    assert_eq!(answer.json()["collections"].as_array().unwrap().len(), 1);
    assert_eq!(
        kit.get("public", "/commonwatch/collections/all/objects/").await.status,
        200
    );
    assert_eq!(
        kit.get("public", "/commonwatch/collections/common/objects/")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn addresses_are_absolute_where_a_base_is_configured() {
    let kit = Kit::start_with(Wish {
        base_url: Some("https://hub.example/".to_owned()),
        ..Wish::default()
    })
    .await;
    let answer = kit.get("alder-reader", "/taxii2/").await.json();
    assert_eq!(answer["api_roots"][0], "https://hub.example/commonwatch/");
    assert_eq!(answer["default"], "https://hub.example/commonwatch/");
}

fn made(names: &[&str]) -> server::tls::SelfSigned {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Tls::self_signed(&names, Timestamp::parse("2026-11-23T00:00:00Z").unwrap()).unwrap()
}

#[tokio::test]
async fn tls_with_http_2_and_a_client_certificate() {
    let server = made(&["127.0.0.1", "localhost"]);
    let tls = Tls::from_pem(server.certificate.as_bytes(), server.key.as_bytes()).unwrap();
    let kit = Kit::start_with(Wish {
        tls: Some(tls),
        ..Wish::default()
    })
    .await;
    let known = made(&["client.example"]);
    let der = CertificateDer::from_pem_slice(known.certificate.as_bytes()).unwrap();
    let person = kit
        .node
        .store()
        .person_by_login("alder-analyst")
        .await
        .unwrap()
        .unwrap()
        .id;
    let wish = KeyWish {
        label: "certificate".to_owned(),
        ..KeyWish::default()
    };
    kit.node
        .certificate_add(&kit.operator().await, person, wish, &der)
        .await
        .unwrap();
    let ask = async |identity: Option<&server::tls::SelfSigned>, authorization: Option<String>| {
        let root = reqwest::Certificate::from_pem(server.certificate.as_bytes()).unwrap();
        let mut builder = reqwest::Client::builder().tls_certs_only([root]);
        if let Some(identity) = identity {
            let pem = format!("{}{}", identity.certificate, identity.key);
            builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).unwrap());
        }
        let mut request = builder
            .build()
            .unwrap()
            .get(format!("https://localhost:{}/api/v1/me", kit.port));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = ask(Some(&known), None).await;
    assert!(status == 200 && text.contains("alder-analyst"), "{status} {text}");
    assert_eq!(ask(Some(&made(&["stranger.example"])), None).await.0, 401);
    assert_eq!(ask(None, None).await.0, 401);
    let (status, text) = ask(Some(&known), kit.authorization("birch-reader")).await;
    assert!(
        status == 200 && text.contains("birch-reader"),
        "the header counts before the certificate: {status} {text}"
    );
}

#[tokio::test]
async fn who_never_finishes_asking_is_cut_off() {
    let limits = Limits {
        header_timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let kit = Kit::start_with(Wish {
        limits,
        ..Wish::default()
    })
    .await;
    for begun in ["", "G", "GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Ends when the service closes; a service that does not would hang here.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 2"));
    }
}

#[tokio::test]
async fn one_address_gets_so_many_connections() {
    let limits = Limits {
        connections_per_address: 2,
        ..Limits::default()
    };
    let kit = Kit::start_with(Wish {
        limits,
        ..Wish::default()
    })
    .await;
    let request = b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        held.push(stream);
    }
    let mut third = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
    let _ = third.write_all(request).await;
    let mut rest = Vec::new();
    let _ = third.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}

#[tokio::test]
async fn huge_headers_are_refused() {
    let kit = Kit::start().await;
    let request = format!(
        "GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX-Huge: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    assert!(kit.send_raw(request.as_bytes()).await.status >= 400);
}

#[tokio::test]
async fn nonsense_is_answered_and_the_service_goes_on() {
    let kit = Kit::start().await;
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\nx y z\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    assert_eq!(kit.get("public", "/api/v1/status").await.status, 200);
}

#[tokio::test]
async fn it_stops_when_told_and_frees_its_port() {
    let mut kit = Kit::start().await;
    assert_eq!(kit.get("public", "/api/v1/status").await.status, 200);
    let idle = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
    kit.stop().await;
    drop(idle);
    assert!(TcpStream::connect(("127.0.0.1", kit.port)).await.is_err());
}
