//! TLS of clients: whom they trust.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use stix::{Place, Problem};

use crate::stream::syslog::tls::roots;

/// Trusts the authorities of a PEM file, or those of the system.
pub(crate) fn client(ca: Option<&Path>) -> Result<Arc<ClientConfig>, Problem> {
    let trusted = match ca {
        Some(path) => roots(path)?,
        None => system(),
    };
    if trusted.is_empty() {
        let message = "the system has no list of authorities that are trusted";
        return Err(Problem::error("no-authorities", Place::default(), message)
            .help("install ca-certificates, or name a PEM file by `ca`"));
    }
    trusting(trusted)
}

/// Trusts nobody: for what is asked for without TLS.
#[cfg(feature = "s3")]
pub(crate) fn nobody() -> Result<Arc<ClientConfig>, Problem> {
    trusting(RootCertStore::empty())
}

fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>, Problem> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Problem::error("no-tls", Place::default(), error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
