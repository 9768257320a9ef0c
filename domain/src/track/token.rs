//! What stands for one copy in its picture and its links.
//!
//! A mark names the delivery and proves that this installation wrote it; a link adds which one it is. The delivery's id is no secret (it
//! stands in the mail's headers); nobody can make the mark of a mail they do not have.
//!
//! ```text
//! base64url( version 2 | key number, 2 bytes | message, 16 bytes | copy, 3 bytes | tag, 14 bytes | link, 6 bytes )
//! ```
//!
//! The tag is that of HMAC-SHA256 over what is before it, by a key of its own purpose. The link is the first bytes of the SHA-256 of where
//! it leads, and is in links alone. It needs no tag: a link leads nowhere but where one of the accepted mail does.

use sha2::{Digest, Sha256};

use crate::{
    id::{DeliveryId, MAX_COPIES, MessageId},
    link::{Links, decode, encode},
    time::Wall,
};

/// The form of marks.
const VERSION: u8 = 2;
/// Characters of a mark.
pub const MARK: usize = 48;
/// Bytes of a tag: 112 bits.
const TAG: usize = 14;
/// Bytes before the tag.
const NAMED: usize = 22;
/// Bytes that tell the links of a mail apart.
const LINK: usize = 6;

/// A copy's own text in what leads back to this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(String);

impl Mark {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text as long as a mark that is none: it stands in for those of all copies.
    pub(crate) fn blank() -> Self {
        Self("JebiMarkOfACopyStandsHereOnceItIsKnownWhichOneIs".to_owned())
    }
}

/// Which link of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkHash(pub [u8; LINK]);

impl LinkHash {
    #[must_use]
    pub fn of(target: &str) -> Self {
        let mut hash = [0; LINK];
        hash.copy_from_slice(&Sha256::digest(target.as_bytes())[..LINK]);
        Self(hash)
    }
}

/// What stands behind [`super::CLICK_PATH`] in a link of a copy.
#[must_use]
pub fn token(mark: &Mark, link: LinkHash) -> String {
    mark.0.clone() + &encode(&[&link.0])
}

impl Links {
    /// The mark of a copy of mail accepted then: always the same. `None` where no key is known.
    #[must_use]
    pub fn mark(&self, delivery: DeliveryId, accepted: Wall) -> Option<Mark> {
        let key = self.key_at(accepted)?;
        let mut named = [VERSION; NAMED];
        named[1..3].copy_from_slice(&key.no().to_be_bytes());
        named[3..19].copy_from_slice(&delivery.message.0);
        named[19..].copy_from_slice(&delivery.ordinal.to_be_bytes()[1..]);
        let tag = key.mark_tag(&named);
        Some(Mark(encode(&[&named, &tag[..TAG]])))
    }

    /// The copy of a mark, and which link it was; `None` for one that none of these keys made.
    #[must_use]
    pub fn read_mark(&self, token: &str) -> Option<(DeliveryId, Option<LinkHash>)> {
        let link = match token.len().checked_sub(MARK)? {
            0 => None,
            8 => Some(token.get(MARK..)?),
            _ => return None,
        };
        let bytes = decode(token.get(..MARK)?)?;
        let (named, tag) = bytes.split_at_checked(NAMED)?;
        let (version, rest) = named.split_first()?;
        let (no, rest) = rest.split_first_chunk::<2>()?;
        let (message, ordinal) = rest.split_first_chunk::<16>()?;
        let key = self.key_of(u16::from_be_bytes(*no)).filter(|_| *version == VERSION)?;
        if !key.is_mark_tag(named, tag) {
            return None;
        }
        let ordinal = ordinal.iter().fold(0, |all, byte| all << 8 | u32::from(*byte));
        let link = match link {
            None => None,
            Some(text) => Some(LinkHash(decode(text)?.try_into().ok()?)),
        };
        (ordinal < MAX_COPIES).then_some((DeliveryId { message: MessageId(*message), ordinal }, link))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::link::{LinkKey, Target};

    fn links(secret: &[u8]) -> Links {
        Links::new(vec![LinkKey::derive(secret, 1, b"salt", Wall(0)), LinkKey::derive(secret, 2, b"other", Wall(100))])
    }

    const COPY: DeliveryId = DeliveryId { message: MessageId([7; 16]), ordinal: 70_000 };

    #[test]
    fn a_mark_is_short_the_same_each_time_and_reads_back_with_the_link_behind_it() {
        let links = links(b"secret");
        for (accepted, no) in [(5, 1), (100, 2)] {
            let mark = links.mark(COPY, Wall(accepted)).unwrap();
            assert_eq!((mark.as_str().len(), links.mark(COPY, Wall(accepted)).as_ref()), (MARK, Some(&mark)));
            assert_eq!(links.read_mark(mark.as_str()), Some((COPY, None)), "key {no}");
            let link = LinkHash::of("https://shop.kr/봄");
            assert_eq!(links.read_mark(&super::token(&mark, link)), Some((COPY, Some(link))));
        }
        assert_eq!(Mark::blank().as_str().len(), MARK);
        assert_eq!(links.read_mark(Mark::blank().as_str()), None);
        assert_eq!(Links::default().mark(COPY, Wall(0)), None);
    }

    #[test]
    fn nothing_else_is_read() {
        let links = links(b"secret");
        let mark = links.mark(COPY, Wall(5)).unwrap();
        let text = mark.as_str();
        for at in 0..text.len() {
            let mut other = text.as_bytes().to_vec();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(links.read_mark(std::str::from_utf8(&other).unwrap()), None, "{at}");
        }
        for bad in ["", "a", &text[1..], &format!("{text}A"), &format!("{text}!!!!!!!!"), &text.repeat(100), &"가".repeat(16)] {
            assert_eq!(links.read_mark(bad), None, "{bad}");
        }
        let theirs = Links::new(vec![LinkKey::derive(b"another secret", 1, b"salt", Wall(0))]);
        assert_eq!(theirs.read_mark(text), None, "another installation's");
        let target =
            Target { profile: String::new(), topic: String::new(), address: "kim@example.kr".into(), advertising: false, delivery: None };
        let refusal = links.sign(&target, Wall(5)).unwrap();
        assert_eq!((links.read_mark(&refusal), links.read(text)), (None, None), "each kind is read by its own");
    }

    proptest! {
        #[test]
        fn garbage_is_no_mark(text in "\\PC{0,80}") {
            prop_assert_eq!(links(b"secret").read_mark(&text), None);
        }
    }
}
