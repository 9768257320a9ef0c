//! DKIM signatures (RFC 6376, RFC 8463): what of a mail is signed, and how its `DKIM-Signature` is written. Keys are elsewhere.
//!
//! Both canonicalisations are `relaxed`: relays fold headers anew and strip spaces at line ends. What is signed are the bytes before
//! dots are doubled. The same mail has the same signature each time: its time is that of its message, and neither RSA with PKCS #1 v1.5
//! nor Ed25519 takes randomness.

mod body;
mod header;
mod record;
mod write;

pub use body::body_hash;
pub use header::{NAMES, Signed};
pub use record::Record;
pub use write::{Place, finish, finished_len, input, unsigned};

/// How a signature is made, with SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RFC 6376 section 3.3.1: PKCS #1 v1.5.
    Rsa,
    /// RFC 8463. Not every receiver knows it, so it stands beside one with RSA.
    Ed25519,
}

impl Algorithm {
    /// In the tag `a` of a signature.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa-sha256",
            Self::Ed25519 => "ed25519-sha256",
        }
    }

    /// In the tag `k` of a key's record.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// Whether a signature of `domain` speaks for this sender's domain: it is that one or below it (RFC 7489 section 3.1.1, relaxed). Without
/// that no receiver counts it for the sender.
#[must_use]
pub fn is_aligned(sender: &str, domain: &str) -> bool {
    let Some(before) = sender.len().checked_sub(domain.len()) else { return false };
    let Some((above, same)) = sender.split_at_checked(before) else { return false };
    same.eq_ignore_ascii_case(domain) && (above.is_empty() || above.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_speaks_for_itself_and_what_is_below_it() {
        for (sender, domain, wanted) in [
            ("example.kr", "example.kr", true),
            ("News.Example.KR", "example.kr", true),
            ("notexample.kr", "example.kr", false),
            ("kr", "example.kr", false),
            ("example.kr", "news.example.kr", false),
            ("", "example.kr", false),
            ("메일.example.kr", "example.kr", true),
        ] {
            assert_eq!(is_aligned(sender, domain), wanted, "{sender} {domain}");
        }
    }
}
