//! Whom we trust at the other end of TLS: the system's certificate authorities and those of the configured bundle.

use std::{path::Path, sync::Arc};

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jebi_domain::refusal::Fault;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_rustls::TlsConnector;

/// A bundle that is of no use.
pub(super) fn bundle_fault(path: &Path, fault: impl std::fmt::Display) -> Fault {
    let fault = format!("`{}` cannot be used: {fault}", path.display());
    Fault::new("ca_bundle", "invalid_ca_bundle", fault, "give a readable file with one or more PEM certificates")
}

/// The system's authorities and those of the bundle.
///
/// # Errors
/// The bundle cannot be read, or there is nobody to trust at all.
pub(super) fn connector(ca_bundle: Option<&Path>) -> Result<TlsConnector, Fault> {
    Ok(TlsConnector::from(Arc::new(client(ca_bundle)?)))
}

/// For the AWS SDK's own client: the same bundle; `None` for its default.
///
/// # Errors
/// The bundle cannot be read.
pub(super) fn sdk_client(ca_bundle: Option<&Path>) -> Result<Option<SharedHttpClient>, Fault> {
    let Some(path) = ca_bundle else { return Ok(None) };
    let pem = std::fs::read(path).map_err(|e| bundle_fault(path, e))?;
    let trust = TrustStore::default().with_pem_certificate(pem);
    let context = TlsContext::builder().with_trust_store(trust).build().map_err(|e| bundle_fault(path, e))?;
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context);
    Ok(Some(client.build_https()))
}

/// Settings of a TLS client that trusts them.
///
/// # Errors
/// The bundle cannot be read, or there is nobody to trust at all.
pub(super) fn client(ca_bundle: Option<&Path>) -> Result<ClientConfig, Fault> {
    Ok(ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::new("tls", "tls", format!("TLS cannot be set up: {e}"), "report this as a fault of the program"))?
        .with_root_certificates(roots(ca_bundle)?)
        .with_no_client_auth())
}

/// The system's authorities and those of the bundle, as anchors of chains.
///
/// # Errors
/// The bundle cannot be read, or there is nobody to trust at all.
pub(super) fn roots(ca_bundle: Option<&Path>) -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "a system certificate could not be read");
    }
    roots.add_parsable_certificates(native.certs);
    if let Some(path) = ca_bundle {
        let mut count = 0;
        for certificate in CertificateDer::pem_file_iter(path).map_err(|e| bundle_fault(path, e))? {
            roots.add(certificate.map_err(|e| bundle_fault(path, e))?).map_err(|e| bundle_fault(path, e))?;
            count += 1;
        }
        if count == 0 {
            return Err(bundle_fault(path, "it holds no certificate"));
        }
    }
    if roots.is_empty() {
        let remedy = "install the package `ca-certificates` or name a PEM file";
        return Err(Fault::new("ca_bundle", "no_certificate_authorities", "this system has no certificate authorities", remedy));
    }
    Ok(roots)
}
