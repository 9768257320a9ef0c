//! Whom we trust at the other end of TLS: the system's certificate authorities and those of the configured bundle.

use std::{path::Path, sync::Arc};

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
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Fault::new("tls", "tls", format!("TLS cannot be set up: {e}"), "report this as a fault of the program"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
