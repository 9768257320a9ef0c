//! Signs mail for servers that do not (RFC 6376, RFC 8463), with the keys of one domain. What is signed and how it is written is
//! `jebi_domain::dkim`.

mod key;
mod new;

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use jebi_domain::{
    dkim::{NAMES, Place, Signed, body_hash, finish, finished_len, input, is_aligned, unsigned},
    port::Outgoing,
    refusal::Fault,
};

use key::Key;
pub use new::{NewKey, make};

/// One domain's keys.
#[derive(Clone, Debug)]
pub struct DkimConfig {
    /// Whose mail is signed, in ASCII and lower case: that of this domain and of those below it.
    pub domain: String,
    /// Each makes a signature of its own, in this order.
    pub keys: Vec<DkimKey>,
}

/// A private key, and where its public one is in the DNS.
#[derive(Clone)]
pub struct DkimKey {
    pub selector: String,
    /// PEM, PKCS #8 or PKCS #1.
    pub pem: String,
}

/// Masked: the key never reaches a log.
impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({})", self.selector)
    }
}

/// Signs.
pub(super) struct Signer {
    /// The account's name, for the log.
    account: String,
    domain: String,
    keys: Vec<(String, Key)>,
    /// Whether the log has said that mail of other domains is not signed.
    told: AtomicBool,
}

impl Signer {
    /// # Errors
    /// A key of no use: the field is `dkim_keys`.
    pub(super) fn new(account: &str, config: &DkimConfig) -> Result<Self, Fault> {
        let key = |key: &DkimKey| {
            Key::read(&key.pem).map(|read| (key.selector.clone(), read)).map_err(|wrong| wrong.fault(&key.selector))
        };
        let keys = config.keys.iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self { account: account.to_owned(), domain: config.domain.clone(), keys, told: AtomicBool::new(false) })
    }

    /// What of this mail is signed; `None` for a sender of another domain: nobody would count the signature for it.
    pub(super) fn draft(&self, mail: &Outgoing) -> Option<Draft<'_>> {
        let signed = Signed::of(mail, NAMES);
        let sender = signed.sender().unwrap_or_default();
        if is_aligned(sender, &self.domain) {
            return Some(Draft { signer: self, at: mail.delivery.message.made_at().seconds(), signed });
        }
        if !self.told.swap(true, Ordering::Relaxed) {
            let (account, domain) = (&self.account, &self.domain);
            tracing::warn!(
                account,
                domain,
                sender,
                "mail of this sender is not signed with DKIM: the account's keys are another domain's; said once"
            );
        }
        None
    }

    /// Bytes its signatures take in any mail, at most.
    pub(super) fn most(&self) -> usize {
        // Numbers of names and of digits of the time grow no further than this.
        let names: usize = NAMES.iter().map(|name| name.len() + 4).sum();
        self.keys.iter().map(|(selector, key)| 256 + names + self.domain.len() + selector.len() + key.signature_len() * 3 / 2).sum()
    }
}

/// No key was made for this: nothing of the mail has left.
#[derive(Debug)]
pub(super) struct Failed;

/// A mail about to be signed.
pub(super) struct Draft<'a> {
    signer: &'a Signer,
    at: i64,
    signed: Signed,
}

impl Draft<'_> {
    /// Bytes the signatures will take: known before anything is hashed.
    pub(super) fn len(&self) -> usize {
        self.signer.keys.iter().map(|key| finished_len(&self.unsigned(key, &[0; 32]), key.1.signature_len())).sum()
    }

    fn unsigned(&self, (selector, key): &(String, Key), hash: &[u8; 32]) -> Vec<u8> {
        let place = Place { domain: &self.signer.domain, selector, algorithm: key.algorithm(), at: self.at };
        unsigned(place, &self.signed, hash)
    }

    /// The signatures' headers, one a key, with their line ends.
    ///
    /// # Errors
    /// The library could not sign, which a key that was taken at start does not explain.
    pub(super) fn sign(&self, mail: &Outgoing) -> Result<Vec<u8>, Failed> {
        let (hash, mut out) = (body_hash(&mail.body), Vec::new());
        for key in &self.signer.keys {
            let unsigned = self.unsigned(key, &hash);
            let signature = key.1.sign(&input(&self.signed, &unsigned)).map_err(|_| Failed)?;
            finish(&mut out, &unsigned, &signature);
        }
        Ok(out)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
