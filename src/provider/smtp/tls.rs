//! What is said when a server can't be trusted.

use std::{error::Error, io};

use jebi_domain::outcome::{Outcome, Reason};
use rustls::CertificateError;

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
