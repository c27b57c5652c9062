//! Trust: authorities of one's own, client certificates.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, KeyPair};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use serde_json::json;
use store::SubscriptionKind::List;
use tokio_rustls::TlsAcceptor;

use crate::kit::Kit;
use crate::kit::web::{Answer, Web};

/// An authority, a server that only lets its clients in, and such a client; the files are in a folder.
struct Trust {
    folder: tempfile::TempDir,
    acceptor: TlsAcceptor,
}

impl Trust {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let leaf = |usage| {
            let key = KeyPair::generate().unwrap();
            let mut leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
            leaf.extended_key_usages = vec![usage];
            (leaf.signed_by(&key, &authority).unwrap(), key)
        };
        let (server, server_key) = leaf(ExtendedKeyUsagePurpose::ServerAuth);
        let (client, client_key) = leaf(ExtendedKeyUsagePurpose::ClientAuth);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("authority.pem"), authority.pem()).unwrap();
        fs::write(folder.path().join("client.pem"), client.pem()).unwrap();
        fs::write(folder.path().join("client.key"), client_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(server_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![server.der().clone()], key)
            .unwrap();
        Self {
            folder,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::join(self.folder.path(), name)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_certificate_and_an_authority_of_ones_own_open_the_door() {
    let (kit, trust) = (Kit::new().await, Trust::new());
    let web = Web::start_with(|_| Answer::ok("198.51.100.1\n"), Some(trust.acceptor.clone())).await;
    let url = web.url("/list.txt").replace("http:", "https:");
    kit.subscribe(List, &url, json!({})).await;
    let error = kit.run().await.error.unwrap();
    assert!(
        error.contains("no trusted connection") && error.contains("ca_bundle"),
        "{error}"
    );
    kit.subscribe(List, &url, json!({ "ca_bundle": trust.file("authority.pem") }))
        .await;
    assert!(kit.run().await.error.is_some());
    let settings = json!({
        "ca_bundle": trust.file("authority.pem"),
        "certificate": trust.file("client.pem"),
        "certificate_key": trust.file("client.key"),
    });
    kit.subscribe(List, &url, settings).await;
    let report = kit.run().await;
    assert_eq!((report.accepted > 0, report.error), (true, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_certificate_is_named() {
    let (kit, trust) = (Kit::new().await, Trust::new());
    fs::write(trust.file("authority.pem"), "nothing").unwrap();
    for (settings, word) in [
        (
            json!({ "ca_bundle": trust.file("authority.pem") }),
            "ca_bundle holds no certificates",
        ),
        (json!({ "ca_bundle": trust.file("missing.pem") }), "missing.pem"),
        (
            json!({ "certificate": trust.file("client.pem") }),
            "and its private key",
        ),
    ] {
        kit.subscribe(List, "https://127.0.0.1:9/", settings).await;
        let report = kit.run().await;
        assert_eq!(report.result, "the settings cannot be used");
        let error = report.error.unwrap();
        assert!(error.contains(word), "{error}");
    }
}
