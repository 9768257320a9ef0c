//! What stands in the DNS for a key (RFC 6376 section 3.6).

use std::fmt::Write as _;

use crate::mime::base64;

use super::Algorithm;

/// Longest string of a TXT record (RFC 1035 section 3.3).
const STRING: usize = 255;

/// The TXT record of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `<selector>._domainkey.<domain>`, without a dot at its end.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

impl Record {
    /// For a public key: of RSA its `SubjectPublicKeyInfo`, of Ed25519 its 32 bytes (RFC 8463 section 4.2).
    #[must_use]
    pub fn new(domain: &str, selector: &str, algorithm: Algorithm, public: &[u8]) -> Self {
        let mut key = Vec::new();
        base64(&mut key, public);
        let key: String = key.into_iter().map(char::from).collect();
        Self { name: format!("{selector}._domainkey.{domain}"), text: format!("v=DKIM1; k={}; p={key}", algorithm.key()) }
    }

    /// As a line of a zone file, in strings of at most 255 characters.
    #[must_use]
    pub fn zone(&self) -> String {
        let mut out = format!("{}. IN TXT (", self.name);
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            // It is ASCII throughout.
            let (string, more) = rest.split_at(rest.len().min(STRING));
            rest = more;
            // Writing to memory does not fail.
            let _ = write!(out, " \"{string}\"");
        }
        out.push_str(" )");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_key_is_cut_into_strings_and_nothing_is_lost() {
        let record = Record::new("example.kr", "s1", Algorithm::Rsa, &[0xa5; 294]);
        assert_eq!(record.name, "s1._domainkey.example.kr");
        assert!(record.text.starts_with("v=DKIM1; k=rsa; p=paWl"), "{}", record.text);
        let zone = record.zone();
        let strings: Vec<&str> = zone.split('"').skip(1).step_by(2).collect();
        assert_eq!(strings.concat(), record.text);
        assert!(strings.len() == 2 && strings.iter().all(|string| string.len() <= 255), "{strings:?}");
        assert!(zone.starts_with("s1._domainkey.example.kr. IN TXT ( \"v=DKIM1;") && zone.ends_with("\" )"), "{zone}");
    }

    #[test]
    fn a_key_of_ed25519_is_its_bytes_alone() {
        let record = Record::new("example.kr", "e1", Algorithm::Ed25519, &[0; 32]);
        assert_eq!(record.text, "v=DKIM1; k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(record.zone(), format!("e1._domainkey.example.kr. IN TXT ( \"{}\" )", record.text));
    }
}
