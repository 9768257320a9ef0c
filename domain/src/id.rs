//! Typed ids: what callers see, and the integers the store keys rows by.
//!
//! A message's public id is a UUID version 7 (RFC 9562 section 5.7) written in Crockford's base32, 26 characters, so ids
//! sort by time and fit an SES message tag (`[A-Za-z0-9_-]`). A delivery's is its message's, a hyphen, and the ordinal of the
//! copy in base32. Integers alone would collide after a restore.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{port::Random, time::Wall};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Copies one message may have: the ordinal takes 24 bits of the delivery key.
pub const MAX_COPIES: u32 = 1 << 24;

/// The public id of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub [u8; 16]);

impl MessageId {
    /// A fresh id: 48 bits of time, the rest random.
    #[must_use]
    pub fn new(at: Wall, random: &dyn Random) -> Self {
        let mut bytes = [0; 10];
        random.fill(&mut bytes);
        let millis = u64::try_from(at.0).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().into_bytes())
    }

    /// When it was made, as far as the id tells it: always the same.
    #[must_use]
    pub fn made_at(self) -> Wall {
        let millis = self.0[..6].iter().fold(0, |all, byte| all << 8 | i64::from(*byte));
        Wall(millis)
    }

    /// Reads the text form; letters in either case. `None` when it is not 26 characters of the alphabet.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut value, digits) = (0u128, text.as_bytes());
        // 26 digits hold 130 bits; the first may only use three.
        if digits.len() != 26 || digit(digits[0])? > 7 {
            return None;
        }
        for d in digits {
            value = (value << 5) | u128::from(digit(*d)?);
        }
        Some(Self(value.to_be_bytes()))
    }

    fn text(self) -> [u8; 26] {
        let mut value = u128::from_be_bytes(self.0);
        let mut out = [0; 26];
        for place in out.iter_mut().rev() {
            *place = ALPHABET[(value & 31) as usize];
            value >>= 5;
        }
        out
    }
}

fn digit(c: u8) -> Option<u8> {
    let c = c.to_ascii_lowercase();
    ALPHABET.iter().position(|a| *a == c).and_then(|i| u8::try_from(i).ok())
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The public id of a delivery: `<message>-<ordinal>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    pub message: MessageId,
    /// Which copy of the message, from 0.
    pub ordinal: u32,
}

impl DeliveryId {
    /// Reads the text form. `None` when it is not one this server could have written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (message, ordinal) = text.split_once('-')?;
        if ordinal.is_empty() || ordinal.len() > 5 {
            return None;
        }
        let mut value = 0u32;
        for d in ordinal.bytes() {
            value = (value << 5) | u32::from(digit(d)?);
        }
        (value < MAX_COPIES).then_some(Self { message: MessageId::parse(message)?, ordinal: value })
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut digits, mut value, mut at) = ([b'0'; 5], self.ordinal, 4);
        loop {
            digits[at] = ALPHABET[(value & 31) as usize];
            value >>= 5;
            if value == 0 {
                break;
            }
            at -= 1;
        }
        write!(f, "{}-{}", self.message, std::str::from_utf8(&digits[at..]).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! as_text {
    ($kind:ident, $what:literal) => {
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a ", $what, " id")))
            }
        }
    };
}
as_text!(MessageId, "message");
as_text!(DeliveryId, "delivery");

/// The store's number of a message: sequential, so rows of one message lie together and in time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageNo(pub i64);

/// The store's key of a delivery: message number and ordinal in one integer, `message_no << 24 | ordinal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey(pub i64);

impl DeliveryKey {
    #[must_use]
    pub fn new(message: MessageNo, ordinal: u32) -> Self {
        Self((message.0 << 24) | i64::from(ordinal & (MAX_COPIES - 1)))
    }
    #[must_use]
    pub fn message(self) -> MessageNo {
        MessageNo(self.0 >> 24)
    }
    #[must_use]
    pub fn ordinal(self) -> u32 {
        (self.0 & i64::from(MAX_COPIES - 1)) as u32
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
    )*};
}
numbers!(
    /// The store's number of one queue: the waiting mail of one (provider, lane, topic). Cancelling a topic retires its number.
    QueueNo,
    /// The store's number of a lease.
    LeaseNo,
    /// The number of one start of a node.
    Incarnation,
    /// The store's number of an API key.
    KeyNo
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_read_back_what_they_wrote(bytes: [u8; 16], ordinal in 0..MAX_COPIES) {
            let id = DeliveryId { message: MessageId(bytes), ordinal };
            let text = id.to_string();
            prop_assert!(text.len() <= 32);
            prop_assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'));
            prop_assert_eq!(DeliveryId::parse(&text), Some(id));
            prop_assert_eq!(DeliveryId::parse(&text.to_uppercase()), Some(id));
        }

        #[test]
        fn keys_keep_message_and_ordinal(no in 0i64..(1 << 39), ordinal in 0..MAX_COPIES) {
            let key = DeliveryKey::new(MessageNo(no), ordinal);
            prop_assert_eq!((key.message().0, key.ordinal()), (no, ordinal));
        }

        #[test]
        fn text_order_is_byte_order(a: [u8; 16], b: [u8; 16]) {
            let (x, y) = (MessageId(a), MessageId(b));
            prop_assert_eq!(x.cmp(&y), x.to_string().cmp(&y.to_string()));
        }

        #[test]
        fn garbage_is_refused_not_guessed(text in "\\PC{0,40}") {
            if let Some(id) = DeliveryId::parse(&text) {
                prop_assert!(text.to_ascii_lowercase().starts_with(&id.message.to_string()));
            }
        }
    }
}
