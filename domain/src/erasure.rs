//! How somebody is known whose data was erased: by a keyed hash of their address, so that they stay suppressed though it stands nowhere.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What stands in the place of an address that was erased. No address is this: each has an `@`.
pub const ERASED: &str = "erased";

/// Whether a stored address is that of somebody whose data was erased. They are nobody: no mail goes to them, and none names them.
#[must_use]
pub fn is_erased(address: &str) -> bool {
    address == ERASED
}

/// A key people are hashed with. Nothing of it is ever shown.
#[derive(Clone)]
pub struct PersonKey(Hmac<Sha256>);

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonKey")
    }
}

impl PersonKey {
    /// Made of the installation's secret, which is in no store: without it nobody can try addresses out.
    #[must_use]
    pub fn derive(secret: &[u8]) -> Self {
        let key = sum(&keyed(secret), b"jebi erased person");
        Self(keyed(&key))
    }

    /// The hash of an address as it is compared ([`crate::address::key`]).
    #[must_use]
    pub fn hash(&self, address: &str) -> [u8; 32] {
        sum(&self.0, address.as_bytes())
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // RFC 2104 section 2: a key of any length is taken.
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn sum(mac: &Hmac<Sha256>, text: &[u8]) -> [u8; 32] {
    let mut mac = mac.clone();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::PersonKey;

    #[test]
    fn an_address_has_one_hash_under_a_secret_and_another_under_another() {
        let (one, other) = (PersonKey::derive(b"secret"), PersonKey::derive(b"other"));
        assert_eq!(one.hash("hong@naver.com"), PersonKey::derive(b"secret").hash("hong@naver.com"));
        assert_ne!(one.hash("hong@naver.com"), one.hash("kim@naver.com"));
        assert_ne!(one.hash("hong@naver.com"), other.hash("hong@naver.com"));
    }
}
