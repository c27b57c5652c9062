use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use sources::stream::Kind;
use sources::stream::syslog::{Syslog, TlsFiles};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::kit::Running;

async fn listening(syslog: Syslog) -> (Running, std::net::SocketAddr) {
    let address = syslog.local_address().unwrap();
    (
        Running::start(|out, stop, status| syslog.run(out, stop, status)),
        address,
    )
}

#[tokio::test]
async fn both_framings_are_understood_on_one_port() {
    let (mut running, address) = listening(Syslog::bind("127.0.0.1:0", None).await.unwrap()).await;
    let mut counted = TcpStream::connect(address).await.unwrap();
    counted.write_all(b"8 <13>a\nb\n7 <13>").await.unwrap();
    let piece = running.next().await;
    assert_eq!(
        (piece.bytes.as_ref(), piece.kind),
        (b"<13>a\nb\n".as_slice(), Kind::Message)
    );
    assert_eq!(&*piece.source, "127.0.0.1");
    counted.write_all(b"end").await.unwrap();
    assert_eq!(running.text().await, "<13>end");

    let mut lines = TcpStream::connect(address).await.unwrap();
    lines.write_all(b"<13>one\n<13>two\n<13>hal").await.unwrap();
    let piece = running.next().await;
    assert_eq!(
        (piece.bytes.as_ref(), piece.kind),
        (b"<13>one\n<13>two\n".as_slice(), Kind::Lines)
    );
    drop(lines);
    assert_eq!(running.text().await, "<13>hal", "what a lost connection left");
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn broken_framing_ends_its_connection_and_no_other() {
    let (mut running, address) = listening(Syslog::bind("127.0.0.1:0", None).await.unwrap().message_bytes(100)).await;
    let mut good = TcpStream::connect(address).await.unwrap();
    let mut bad = TcpStream::connect(address).await.unwrap();
    bad.write_all(b"5 <1>ab999999999 <1>").await.unwrap();
    assert_eq!(running.text().await, "<1>ab");
    assert_eq!(bad.read(&mut [0; 1]).await.unwrap_or(0), 0, "it is closed");
    good.write_all(b"5 <1>cd").await.unwrap();
    assert_eq!(running.text().await, "<1>cd");
    assert_eq!(running.status.last_error().unwrap().code, "message-too-long");
    assert_eq!(running.status.counts().drops, 1);
}

#[tokio::test]
async fn connections_over_the_limit_are_closed_and_counted() {
    let (mut running, address) = listening(Syslog::bind("127.0.0.1:0", None).await.unwrap().connections(1)).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(b"<1>a\n").await.unwrap();
    assert_eq!(running.text().await, "<1>a\n");
    let mut second = TcpStream::connect(address).await.unwrap();
    assert_eq!(second.read(&mut [0; 1]).await.unwrap_or(0), 0);
    assert_eq!(running.status.counts().drops, 1);
    assert!(running.status.last_error().unwrap().message.contains("1 connections"));
}

/// An authority, a certificate for the listener and one for a sender, in files.
struct Authority {
    directory: tempfile::TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = Self {
            directory: tempfile::tempdir().unwrap(),
            issuer,
        };
        fs::write(authority.path("ca"), authority.issuer.pem()).unwrap();
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()])
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        let (path, key_path) = (self.path(name), self.path(&format!("{name}.key")));
        fs::write(&path, certificate.pem()).unwrap();
        fs::write(&key_path, key.serialize_pem()).unwrap();
        (path, key_path)
    }

    fn connector(&self, client: Option<(PathBuf, PathBuf)>) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(self.path("ca")).unwrap())
            .unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match client {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_file(certificate).unwrap()],
                    PrivateKeyDer::from_pem_file(key).unwrap(),
                )
                .unwrap(),
        };
        TlsConnector::from(Arc::new(config))
    }
}

#[tokio::test]
async fn tls_carries_messages_and_asks_for_certificates_where_it_should() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("listener");
    let tls = TlsFiles {
        certificate,
        key,
        client_ca: Some(authority.path("ca")),
    };
    let (mut running, address) = listening(Syslog::bind("127.0.0.1:0", Some(&tls)).await.unwrap()).await;

    let known = authority.connector(Some(authority.issue("sender")));
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = known.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    stream.write_all(b"6 <13>ab").await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(running.text().await, "<13>ab");

    let unknown = authority.connector(None);
    let stream = TcpStream::connect(address).await.unwrap();
    // In TLS 1.3 the client has finished before the listener has looked at its certificate: reading shows the refusal.
    if let Ok(mut stream) = unknown.connect("localhost".try_into().unwrap(), stream).await {
        assert!(stream.read(&mut [0; 1]).await.is_err());
    }
    assert_eq!(running.status.last_error().unwrap().code, "no-tls");
    assert_eq!(running.status.counts().drops, 1);
}

#[tokio::test]
async fn files_that_are_no_certificates_are_named() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("listener");
    let swapped = TlsFiles {
        certificate: key.clone(),
        key: certificate.clone(),
        client_ca: None,
    };
    let problem = Syslog::bind("127.0.0.1:0", Some(&swapped)).await.err().unwrap();
    assert_eq!(problem.code, "bad-tls-file");
    assert!(problem.place.file.unwrap().ends_with("listener.key"));
}
