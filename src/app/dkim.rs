//! Keys to sign mail with, made at the command line.

use jebi_domain::dkim::Algorithm;

use crate::provider::dkim::{NewKey, make};

/// Makes a key to sign mail with: RSA, or Ed25519.
///
/// # Errors
/// The library could not make one.
pub fn make_dkim_key(domain: &str, selector: &str, ed25519: bool) -> Result<NewKey, String> {
    let algorithm = if ed25519 { Algorithm::Ed25519 } else { Algorithm::Rsa };
    make(domain, selector, algorithm).map_err(|_| "no key could be made: this system gave no randomness".to_owned())
}
