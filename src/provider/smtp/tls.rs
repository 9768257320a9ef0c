//! Whom we trust, and what is said when a server can't be trusted.

use std::{error::Error, io, path::Path, sync::Arc};

use jebi_domain::{
    outcome::{Outcome, Reason},
    refusal::Fault,
};
use rustls::{
    CertificateError, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_rustls::TlsConnector;

fn bundle_fault(path: &Path, fault: impl std::fmt::Display) -> Fault {
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

const NAME: &str = "name the server by the host name its certificate is for (SMTP_HOST); mail waits until then";
const AUTHORITY: &str = "if the server is yours, name its authority's certificate as the CA bundle; if not, ask who runs it: somebody between \
                         may be posing as the server; mail waits until then";
const EXPIRED: &str = "whoever runs the server has to renew its certificate; check this machine's clock too; mail waits until then";
const NOT_YET: &str = "check this machine's clock: the certificate becomes valid later; mail waits until then";
const CERTIFICATE: &str = "whoever runs the server has to mend its certificate; mail waits until then";
const SPEAKS_PLAIN: &str = "the server does not speak TLS on this port: use STARTTLS (SMTP_TLS=starttls, port 587) or the port for implicit TLS \
                            (465); mail waits until then";
const HANDSHAKE: &str =
    "nothing to do if it passes: it is tried again by itself; else ask whoever runs the server which TLS versions it takes";

/// Why there is no secure connection: a fault of certificate or port is for a person to mend and holds the account, others may pass.
pub(super) fn failed(server: &str, error: &io::Error) -> Outcome {
    let inner = error.get_ref().and_then(|e| (e as &(dyn Error + 'static)).downcast_ref::<rustls::Error>());
    let (code, what, remedy) = match inner {
        Some(rustls::Error::InvalidCertificate(fault)) => certificate(fault),
        Some(rustls::Error::InvalidMessage(_)) => ("tls", "it does not speak TLS here", SPEAKS_PLAIN),
        _ => {
            let text = format!("no secure connection to {server}: {error}");
            return Outcome::Transient { reason: Reason::new("tls", text, HANDSHAKE) };
        }
    };
    let text = format!("no secure connection to {server}: {what} ({error})");
    Outcome::RejectedAccount { reason: Reason::new(code, text, remedy) }
}

fn certificate(fault: &CertificateError) -> (&'static str, &'static str, &'static str) {
    match fault {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ("certificate_name", "its certificate is for another name", NAME)
        }
        // A bad signature: an authority of the same name with another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            ("certificate_authority", "its certificate is of an unknown authority", AUTHORITY)
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("certificate_expired", "its certificate has expired", EXPIRED)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("certificate_not_yet_valid", "its certificate is not valid yet", NOT_YET)
        }
        _ => ("certificate", "its certificate can't be trusted", CERTIFICATE),
    }
}
