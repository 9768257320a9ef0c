//! Signatures by Standard Webhooks 1.0.0 (spec/standard-webhooks.md, "Signature scheme", symmetric): HMAC-SHA256 over
//! `id.timestamp.body` with the secret's bytes.

use std::fmt;

use base64_simd::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::port::Random;

/// What a secret's text begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret made here; the standard allows 24 to 64.
const MADE: usize = 32;
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// What calls to one endpoint are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Never shown.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Secret {
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = vec![0; MADE];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads `whsec_` and base64 of 24 to 64 bytes; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode_to_vec(text.strip_prefix(PREFIX)?).ok()?;
        LENGTHS.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// As its owner is shown it, once.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode_to_string(&self.0))
    }

    /// The signature of one try: `v1,` and base64.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length is taken");
        for part in [id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body] {
            mac.update(part);
        }
        format!("v1,{}", STANDARD.encode_to_string(mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: by each secret that holds, the newest first.
#[must_use]
pub fn signatures<'a>(secrets: impl IntoIterator<Item = &'a Secret>, id: &str, timestamp: i64, body: &[u8]) -> String {
    secrets.into_iter().map(|secret| secret.sign(id, timestamp, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the standard's own libraries.
    #[test]
    fn the_standards_vector_signs_as_the_others_do() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_reads_back_and_is_shown_nowhere_else() {
        let secret = Secret::new(&crate::fake::SeededRandom::new(1));
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_*"] {
            assert_eq!(Secret::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_secrets_give_two_signatures() {
        let random = crate::fake::SeededRandom::new(2);
        let (new, old) = (Secret::new(&random), Secret::new(&random));
        let both = signatures([&new, &old], "id", 1, b"{}");
        assert_eq!(both, format!("{} {}", new.sign("id", 1, b"{}"), old.sign("id", 1, b"{}")));
    }
}
