//! TLS by rustls: certificate files of one's own, or a self-signed certificate for a first try.
//!
//! Client certificates are asked for and never required. Any well-formed one is taken: the handshake proves that the
//! client holds its key, and whether anybody here knows the certificate is found out from its fingerprint when somebody
//! signs in with it. Issuer and dates are not looked at: a certificate is registered like a key, and ends like a key, by
//! expiry or revocation of its entry.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use stix::Timestamp;
use tokio_rustls::TlsAcceptor;

/// What is wrong with the certificate or key that was given.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate in the text.
    #[error("the certificate file holds no certificate: it must be PEM, the server's own certificate first")]
    NoCertificate,
    /// A certificate that is broken.
    #[error("the certificate file is broken: {0}")]
    Certificate(rustls::pki_types::pem::Error),
    /// No usable key in the text.
    #[error("the key file holds no usable private key ({0}): it must be PEM, PKCS#8, without a password")]
    Key(rustls::pki_types::pem::Error),
    /// They do not fit together, or rustls does not take them.
    #[error("the certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// The self-signed certificate could not be made.
    #[error("the self-signed certificate could not be made: {0}")]
    SelfSigned(#[from] rcgen::Error),
}

/// Everything needed to accept TLS connections.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// A certificate and its key, as text to be stored by the caller (the key readable by nobody else).
pub struct SelfSigned {
    /// The certificate, PEM.
    pub certificate: String,
    /// The private key, PEM.
    pub key: String,
}

impl Tls {
    /// From the PEM texts of a certificate chain and its key.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(TlsError::Certificate)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Makes a certificate for these host names and addresses, good for two years from the year of `now`.
    pub fn self_signed(names: &[String], now: Timestamp) -> Result<SelfSigned, TlsError> {
        let key = rcgen::KeyPair::generate()?;
        let mut params = rcgen::CertificateParams::new(names.to_vec())?;
        let mut name = rcgen::DistinguishedName::new();
        name.push(rcgen::DnType::CommonName, "Commonwatch, self-signed");
        params.distinguished_name = name;
        let year: i32 = now
            .to_string()
            .get(..4)
            .and_then(|year| year.parse().ok())
            .unwrap_or(2026);
        params.not_before = rcgen::date_time_ymd(year, 1, 1);
        params.not_after = rcgen::date_time_ymd(year + 2, 12, 31);
        let certificate = params.self_signed(&key)?;
        Ok(SelfSigned {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.0
    }
}

/// Takes any client certificate whose key the client holds.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::{Tls, TlsError};

    #[test]
    fn a_self_signed_certificate_can_be_used_after_it_was_stored() {
        let now = Timestamp::parse("2026-11-23T00:00:00Z").unwrap();
        let made = Tls::self_signed(&["localhost".to_owned(), "127.0.0.1".to_owned()], now).unwrap();
        assert!(Tls::from_pem(made.certificate.as_bytes(), made.key.as_bytes()).is_ok());
    }

    #[test]
    fn says_what_is_wrong_with_the_files() {
        let now = Timestamp::parse("2026-11-23T00:00:00Z").unwrap();
        let one = Tls::self_signed(&["localhost".to_owned()], now).unwrap();
        let other = Tls::self_signed(&["localhost".to_owned()], now).unwrap();
        let error = |certificate: &str, key: &str| Tls::from_pem(certificate.as_bytes(), key.as_bytes()).err().unwrap();
        assert!(matches!(error("", &one.key), TlsError::NoCertificate));
        assert!(matches!(error(&one.certificate, "nonsense"), TlsError::Key(_)));
        assert!(matches!(error(&one.certificate, &other.key), TlsError::Unusable(_)));
    }
}
