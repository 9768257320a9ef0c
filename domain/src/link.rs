//! Links in mail that nobody else can make: each stands for one recipient of one topic, and shows nothing of it.
//!
//! A token is deterministic authenticated encryption in the SIV mode of Rogaway and Shrimpton ("Deterministic Authenticated-Encryption",
//! 2006) over HMAC-SHA256 as the pseudorandom function: the tag over version, key number and text is the initial vector of the key stream
//! that hides the text. So the same mail has the same link each time it is sent, and a link outlives the mail's records.
//!
//! ```text
//! base64url( version | key number, 2 bytes | tag, 16 bytes | hidden text )
//! text of version 2 = delivery: message, 16 bytes, and ordinal, 4 bytes | text of version 1
//! text of version 1 = what it is, 1 byte (1 advertising, 0 other mail) | length of profile, 1 byte | profile | length of topic, 1 byte | topic
//!                     | address
//! ```
//!
//! Version 1 is of links that belong to no delivery, and of all that were made before there was another.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{
    id::{DeliveryId, MessageId},
    time::Wall,
};

type HmacSha256 = Hmac<Sha256>;

/// The form of a token. Another form gets another number, and these go on being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// Without a delivery.
    Plain = 1,
    /// Of a delivery.
    Delivery = 2,
}

/// Bytes of a delivery's id: its message's, and the ordinal.
const DELIVERY: usize = 16 + 4;
/// Bytes of a tag: 128 bits.
const TAG: usize = 16;
/// Bytes before the tag.
const HEAD: usize = 3;
/// Longest token read, in characters: more than any that is made.
const MAX_TOKEN: usize = 1_200;

/// What a link stands for.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// The sender's profile; empty for none.
    pub profile: String,
    /// The message's topic; empty for none.
    pub topic: String,
    /// The recipient.
    pub address: String,
    /// Whether the mail is advertising by Korean law: then the law asks that who refuses it is told the result.
    pub advertising: bool,
    /// The copy the link stands in; `None` for a link of no mail, and for those made before it was written into them.
    pub delivery: Option<DeliveryId>,
}

/// Masked: recipients do not go to logs.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.advertising { ", advertising" } else { "" };
        write!(f, "Target({:?}, {:?}, {}{kind})", self.profile, self.topic, crate::address::masked(&self.address))
    }
}

/// A key links are signed with. Nothing of it is ever shown.
#[derive(Clone)]
pub struct LinkKey {
    no: u16,
    since: Wall,
    tag: HmacSha256,
    stream: HmacSha256,
    /// Of marks (`track/token.rs`).
    mark: HmacSha256,
    proof: [u8; TAG],
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkKey({})", self.no)
    }
}

impl LinkKey {
    /// The key of this number, made of the installation's secret and the salt that is stored with the number. Mail accepted from `since`
    /// on is signed with it.
    #[must_use]
    pub fn derive(secret: &[u8], no: u16, salt: &[u8], since: Wall) -> Self {
        let of = |purpose: &[u8]| {
            let key = sum(&keyed(secret), &[b"jebi link key", &[0], purpose, &[0], &no.to_be_bytes(), salt]);
            keyed(&key)
        };
        let proof = sum(&of(b"proof"), &[]);
        Self { no, since, tag: of(b"tag"), stream: of(b"stream"), mark: of(b"mark"), proof: shortened(proof) }
    }

    /// Shows that somebody had the same secret, and nothing of the key: stored beside the salt.
    #[must_use]
    pub fn proof(&self) -> [u8; TAG] {
        self.proof
    }

    pub(crate) fn no(&self) -> u16 {
        self.no
    }

    /// The tag of what a mark names.
    pub(crate) fn mark_tag(&self, named: &[u8]) -> [u8; 32] {
        sum(&self.mark, &[named])
    }

    /// Whether it is the beginning of that tag, in constant time.
    pub(crate) fn is_mark_tag(&self, named: &[u8], tag: &[u8]) -> bool {
        let mut mac = self.mark.clone();
        mac.update(named);
        mac.verify_truncated_left(tag).is_ok()
    }

    fn tag(&self, head: [u8; HEAD], text: &[u8]) -> [u8; TAG] {
        shortened(sum(&self.tag, &[&head, text]))
    }

    fn head(&self, version: Version) -> [u8; HEAD] {
        let [high, low] = self.no.to_be_bytes();
        [version as u8, high, low]
    }

    /// Hides the text, or shows it again.
    fn mask(&self, tag: &[u8], text: &mut [u8]) {
        for (block, part) in (0_u32..).zip(text.chunks_mut(32)) {
            let stream = sum(&self.stream, &[tag, &block.to_be_bytes()]);
            part.iter_mut().zip(stream).for_each(|(byte, mask)| *byte ^= mask);
        }
    }
}

/// The keys known just now, and where links lead.
#[derive(Clone, Debug, Default)]
pub struct Links {
    keys: Vec<LinkKey>,
    public: Option<String>,
}

impl Links {
    /// Any number of keys, in any order.
    #[must_use]
    pub fn new(mut keys: Vec<LinkKey>) -> Self {
        keys.sort_by_key(|key| (key.since, key.no));
        Self { keys, public: None }
    }

    /// With the address the world reaches this installation by: `https`, without a slash at the end.
    #[must_use]
    pub fn reached_by(self, public: Option<String>) -> Self {
        Self { public, ..self }
    }

    /// Where links of mail lead that was accepted while `base` was the address: it stays, but for an address only this machine knows where
    /// there is one for the world by now. Mail that was kept here may leave by another provider.
    #[must_use]
    pub fn base<'a>(&'a self, base: &'a str) -> &'a str {
        if base.starts_with("https://") { base } else { self.public.as_deref().unwrap_or(base) }
    }

    /// The key mail accepted then is signed with.
    pub(crate) fn key_at(&self, accepted: Wall) -> Option<&LinkKey> {
        self.keys.iter().rev().find(|key| key.since <= accepted).or_else(|| self.keys.first())
    }

    pub(crate) fn key_of(&self, no: u16) -> Option<&LinkKey> {
        self.keys.iter().find(|key| key.no == no)
    }

    /// The token of a recipient of mail accepted then. It depends on nothing else, so a resend has the same. `None` where no key is known,
    /// or profile or topic are too long for one.
    #[must_use]
    pub fn sign(&self, target: &Target, accepted: Wall) -> Option<String> {
        let key = self.key_at(accepted)?;
        let (profile, topic) = (u8::try_from(target.profile.len()).ok()?, u8::try_from(target.topic.len()).ok()?);
        let mut text = Vec::with_capacity(DELIVERY + 3 + target.profile.len() + target.topic.len() + target.address.len());
        let version = match target.delivery {
            Some(delivery) => {
                text.extend_from_slice(&delivery.message.0);
                text.extend_from_slice(&delivery.ordinal.to_be_bytes());
                Version::Delivery
            }
            None => Version::Plain,
        };
        text.push(u8::from(target.advertising));
        text.push(profile);
        text.extend_from_slice(target.profile.as_bytes());
        text.push(topic);
        text.extend_from_slice(target.topic.as_bytes());
        text.extend_from_slice(target.address.as_bytes());
        let head = key.head(version);
        let tag = key.tag(head, &text);
        key.mask(&tag, &mut text);
        Some(encode(&[&head, &tag, &text]))
    }

    /// What a token stands for; `None` for one that none of these keys made.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Target> {
        let bytes = decode(token)?;
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (tag, hidden) = rest.split_at_checked(TAG)?;
        let version = [Version::Plain, Version::Delivery].into_iter().find(|version| head.first() == Some(&(*version as u8)))?;
        let key = self.keys.iter().find(|key| key.head(version) == head)?;
        let mut text = hidden.to_vec();
        key.mask(tag, &mut text);
        let mut mac = key.tag.clone();
        mac.update(head);
        mac.update(&text);
        // In constant time.
        mac.verify_truncated_left(tag).ok()?;
        let (delivery, text) = match version {
            Version::Plain => (None, text.as_slice()),
            Version::Delivery => {
                let (delivery, text) = text.split_at_checked(DELIVERY)?;
                (Some(delivery_of(delivery)?), text)
            }
        };
        let (kind, rest) = text.split_first()?;
        let advertising = match kind {
            0 => false,
            1 => true,
            _ => return None,
        };
        let (profile, rest) = counted(rest)?;
        let (topic, address) = counted(rest)?;
        let own = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(Target { profile: own(profile)?, topic: own(topic)?, address: own(address)?, advertising, delivery })
    }
}

fn delivery_of(bytes: &[u8]) -> Option<DeliveryId> {
    let (message, ordinal) = bytes.split_at_checked(16)?;
    Some(DeliveryId { message: MessageId(message.try_into().ok()?), ordinal: u32::from_be_bytes(ordinal.try_into().ok()?) })
}

fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*count))
}

fn keyed(key: &[u8]) -> HmacSha256 {
    // RFC 2104 section 2: a key of any length is taken.
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn sum(mac: &HmacSha256, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac.clone();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn shortened(sum: [u8; 32]) -> [u8; TAG] {
    let mut out = [0; TAG];
    out.copy_from_slice(&sum[..TAG]);
    out
}

/// RFC 4648 section 5.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Without padding.
pub(crate) fn encode(parts: &[&[u8]]) -> String {
    let bytes = parts.concat();
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        let digits = (0..=chunk.len()).map(|i| ALPHABET[(all >> (18 - 6 * i) & 63) as usize]);
        out.extend(digits.map(char::from));
    }
    out
}

/// One text for each token: bits that are left over must be zero.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_TOKEN || text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut all = 0_u32;
        for i in 0..4 {
            let digit = match chunk.get(i) {
                Some(c) => u32::try_from(ALPHABET.iter().position(|a| a == c)?).ok()?,
                None => 0,
            };
            all = all << 6 | digit;
        }
        let bytes = all.to_be_bytes();
        let (used, left) = bytes[1..].split_at(chunk.len() - 1);
        if left.iter().any(|b| *b != 0) {
            return None;
        }
        out.extend_from_slice(used);
    }
    Some(out)
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
