//! New keys.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    error::Unspecified,
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jebi_domain::dkim::{Algorithm, Record};

/// A key that was just made.
pub struct NewKey {
    /// The private key: PKCS #8 in PEM.
    pub pem: String,
    /// What the DNS has to say of it.
    pub record: Record,
}

/// Masked: the key never reaches a log.
impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.record.name)
    }
}

/// Makes a key, RSA with 2048 bits: longer ones do not fit one string of a record, and cost eight times the time.
///
/// # Errors
/// The library could not make one.
pub fn make(domain: &str, selector: &str, algorithm: Algorithm) -> Result<NewKey, Unspecified> {
    let (private, public) = match algorithm {
        Algorithm::Rsa => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
            let private: Pkcs8V1Der = pair.as_der()?;
            let public: PublicKeyX509Der = pair.public_key().as_der()?;
            (private.as_ref().to_vec(), public.as_ref().to_vec())
        }
        Algorithm::Ed25519 => {
            let pair = Ed25519KeyPair::generate()?;
            // The form others read too: without the public half.
            (pair.to_pkcs8v1()?.as_ref().to_vec(), pair.public_key().as_ref().to_vec())
        }
    };
    Ok(NewKey { pem: pem(&private), record: Record::new(domain, selector, algorithm, &public) })
}

/// RFC 7468 section 10.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // It is ASCII throughout.
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str("-----END PRIVATE KEY-----\n");
    out
}
