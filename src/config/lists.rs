//! `[lists]`: links in mail, and advertising by Korean law.

use super::{
    Secret,
    key::Key,
    parse::word,
    reader::{Bad, Reader},
};

/// Shortest secret, in bytes: HMAC with SHA-256 needs as many as its output has (RFC 2104 section 3).
const SHORTEST: usize = 32;

const SECRET: Key = Key::secret("lists.secret", &["JEBI_SECRET"]);
const KOREAN: Key = Key::new("lists.korean_advertising", &["KOREAN_ADVERTISING"]);
const CONSENT: Key = Key::new("lists.advertising_consent", &["ADVERTISING_CONSENT"]);

pub(super) const KEYS: &[&Key] = &[&SECRET, &KOREAN, &CONSENT];

/// Who answers for the consent of those who get advertising.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvertisingConsent {
    /// Whoever submits it.
    Caller,
    /// The ledger of consents: who is not in it gets none.
    Ledger,
}

/// Links in mail and advertising.
#[derive(Clone, Debug)]
pub struct Lists {
    /// What keys of links are made of; without one SQLite has its own beside the database.
    pub secret: Option<Secret>,
    /// Whether advertising is marked and footed as Korean law wants it, and people are told of their consents.
    pub korean_advertising: bool,
    pub advertising_consent: AdvertisingConsent,
}

pub(super) fn read(r: &mut Reader) -> Option<Lists> {
    let secret = r.may(&SECRET, secret);
    let korean_advertising = r.must(&KOREAN, word(&[("true", true), ("false", false)]));
    let consents = [("caller", AdvertisingConsent::Caller), ("ledger", AdvertisingConsent::Ledger)];
    let advertising_consent = r.must(&CONSENT, word(&consents));
    Some(Lists { secret: secret?, korean_advertising: korean_advertising?, advertising_consent: advertising_consent? })
}

fn secret(text: &str) -> Result<Secret, Bad> {
    if text.len() < SHORTEST {
        let fault = format!("has {} bytes, and at least {SHORTEST} are needed", text.len());
        return Err(Bad::new(fault, "make one with `openssl rand -hex 32`"));
    }
    Ok(Secret::new(text))
}
