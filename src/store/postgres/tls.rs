//! Whom we trust at the other end, by libpq's words (PostgreSQL 17, section 32.19.3).

use std::{fmt::Display, path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Fault, Kind, Target, TlsMode};

/// What the driver makes TLS connections with.
///
/// # Errors
/// The file of authorities cannot be used, or there are none at all.
pub(super) fn connector(target: &Target) -> Result<MakeRustlsConnect, Fault> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match target.tls {
        TlsMode::Off | TlsMode::Unverified => Arc::new(Anybody(Arc::clone(&provider))),
        TlsMode::Authority => Arc::new(AnyName(authorities(target.ca_file.as_deref(), &provider)?)),
        TlsMode::Full => authorities(target.ca_file.as_deref(), &provider)?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::new(Kind::Misconfigured, format!("TLS cannot be set up: {e}"), "report this as a fault of the program"))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Those of the file alone where one is named, as libpq does it: whoever names an authority means that one.
fn authorities(file: Option<&Path>, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Fault> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(path) => {
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unusable(path, e))? {
                roots.add(certificate.map_err(|e| unusable(path, e))?).map_err(|e| unusable(path, e))?;
            }
            if roots.is_empty() {
                return Err(unusable(path, "it holds no certificate"));
            }
        }
        None => {
            let native = rustls_native_certs::load_native_certs();
            for error in &native.errors {
                tracing::warn!(%error, "a system certificate could not be read");
            }
            roots.add_parsable_certificates(native.certs);
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().map_err(|_| {
        let fault = "this system has no certificate authorities to check the server's certificate with";
        Fault::new(Kind::Misconfigured, fault, "install the package ca-certificates, or name a PEM file as DATABASE_CA_FILE")
    })
}

fn unusable(path: &Path, why: impl Display) -> Fault {
    let fault = format!("the authorities in {} cannot be used: {why}", path.display());
    Fault::new(Kind::Misconfigured, fault, "give a readable file with one or more PEM certificates as DATABASE_CA_FILE")
}

/// `sslmode=require`: the way is encrypted, nobody knows with whom.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// `sslmode=verify-ca`: the authority is checked, the name is not.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.0.verify_server_cert(cert, between, name, ocsp, now) {
            // The name is looked at last: everything before it held.
            Err(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
