//! Secrets of endpoints as they are stored: sealed with a key made of the installation's secret, which is in no store. ChaCha20-Poly1305
//! (RFC 8439) with a random nonce: an endpoint is sealed a few times in its life.
//!
//! ```text
//! version 1 | nonce, 12 bytes | sealed JSON with its tag
//! ```

use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use jebi_domain::{hook::sign::Secret, port::Random, time::Wall};
use serde::{Deserialize, Serialize};

const VERSION: u8 = 1;
/// What the key is for, and what is sealed.
const PURPOSE: &[u8] = b"jebi-endpoint-secrets-1";

/// What is sealed of an endpoint.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub url: Option<String>,
    /// The newest first.
    pub secrets: Vec<KeptSecret>,
}

/// One secret.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct KeptSecret {
    pub secret: String,
    /// Until when it signs, in milliseconds since 1970; `None` for good.
    pub until: Option<i64>,
}

impl Kept {
    /// Those that sign now.
    pub fn signing(&self, now: Wall) -> Vec<Secret> {
        let holds = |kept: &&KeptSecret| kept.until.is_none_or(|until| until > now.0);
        self.secrets.iter().filter(holds).filter_map(|kept| Secret::parse(&kept.secret)).collect()
    }
}

/// Seals and opens.
pub(super) struct Sealer(LessSafeKey);

impl Sealer {
    pub fn new(secret: &[u8]) -> Self {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), PURPOSE);
        // A SHA-256 is as long as the key has to be.
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).expect("32 bytes");
        Self(LessSafeKey::new(key))
    }

    pub fn seal(&self, kept: &Kept, random: &dyn Random) -> Vec<u8> {
        // Texts and numbers are always JSON.
        let mut text = serde_json::to_vec(kept).expect("it is JSON");
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        // Fails only beyond 256 GiB.
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(PURPOSE), &mut text).expect("it is short");
        [&[VERSION], nonce.as_slice(), &text].concat()
    }

    /// `None` where it was sealed with another secret, or is damaged.
    pub fn open(&self, sealed: &[u8]) -> Option<Kept> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).filter(|_| *version == VERSION)?;
        let mut text = text.to_vec();
        let opened = self.0.open_in_place(Nonce::try_assume_unique_for_key(nonce).ok()?, Aad::from(PURPOSE), &mut text).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jebi_domain::fake::SeededRandom;

    fn kept() -> Kept {
        let random = SeededRandom::new(9);
        let secret = |until| KeptSecret { secret: Secret::new(&random).reveal(), until };
        Kept { url: Some("https://hooks.slack.com/services/T/B/x".into()), secrets: vec![secret(None), secret(Some(1_000))] }
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_only() {
        let (sealer, random) = (Sealer::new(b"a secret"), SeededRandom::new(1));
        let sealed = sealer.seal(&kept(), &random);
        assert_eq!(sealer.open(&sealed).expect("opens").url, kept().url);
        assert!(Sealer::new(b"another").open(&sealed).is_none());
        assert!(!sealed.windows(5).any(|part| part == b"slack" || part == b"whsec"), "nothing shows");
        assert_ne!(sealed, sealer.seal(&kept(), &random), "never the same twice");
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(sealer.open(&bent).is_none(), "byte {at}");
        }
        assert!(sealer.open(&[]).is_none() && sealer.open(&[1, 2]).is_none());
    }

    #[test]
    fn an_old_secret_signs_until_its_time() {
        assert_eq!(kept().signing(Wall(999)).len(), 2);
        assert_eq!(kept().signing(Wall(1_000)).len(), 1);
    }
}
