//! The bytes of a body: in one piece, or in several of which some belong to other mails as well.

use std::{
    fmt, slice,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;

/// A body as it goes on the wire. A clone shares the bytes: a large file that goes to many is held once.
#[derive(Clone)]
pub struct Segments {
    kind: Kind,
    hash: Option<Shared>,
}

/// The hash of a body, made once for all mails that share it.
pub(super) type Shared = Arc<OnceLock<[u8; 32]>>;

#[derive(Clone)]
enum Kind {
    One(Bytes),
    Several(Arc<[Bytes]>),
}

impl Segments {
    /// The pieces in order; none of several is empty.
    #[must_use]
    pub fn pieces(&self) -> &[Bytes] {
        match &self.kind {
            Kind::One(all) => slice::from_ref(all),
            Kind::Several(pieces) => pieces,
        }
    }

    /// With a place for its hash that other mails of the same bytes have too.
    pub(super) fn sharing(self, hash: Shared) -> Self {
        Self { hash: Some(hash), ..self }
    }

    /// Its hash: what `make` tells, asked once for all that share it.
    pub(crate) fn hash(&self, make: impl FnOnce() -> [u8; 32]) -> [u8; 32] {
        match &self.hash {
            Some(hash) => *hash.get_or_init(make),
            None => make(),
        }
    }

    /// Bytes of all pieces together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces().iter().map(Bytes::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces().iter().all(Bytes::is_empty)
    }

    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.pieces().iter().all(|piece| piece.is_ascii())
    }

    /// Whether the last line is ended by CRLF, wherever the pieces are cut.
    #[must_use]
    pub fn ends_line(&self) -> bool {
        let mut last = self.pieces().iter().rev().flat_map(|piece| piece.iter().rev());
        last.next() == Some(&b'\n') && last.next() == Some(&b'\r')
    }

    /// All of it in one piece: a copy where there are several.
    #[must_use]
    pub fn concat(&self) -> Bytes {
        match &self.kind {
            Kind::One(all) => all.clone(),
            Kind::Several(pieces) => Bytes::from(pieces.concat()),
        }
    }
}

impl From<Bytes> for Segments {
    fn from(all: Bytes) -> Self {
        Self { kind: Kind::One(all), hash: None }
    }
}

impl From<Vec<u8>> for Segments {
    fn from(all: Vec<u8>) -> Self {
        Bytes::from(all).into()
    }
}

impl FromIterator<Bytes> for Segments {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Self {
        let mut pieces: Vec<Bytes> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        match pieces.len() {
            0 => Bytes::new().into(),
            1 => pieces.swap_remove(0).into(),
            _ => Self { kind: Kind::Several(pieces.into()), hash: None },
        }
    }
}

/// How much it is only: contents do not go to logs.
impl fmt::Debug for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segments({} bytes in {})", self.len(), self.pieces().len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_end_of_the_last_line_is_seen_over_a_cut() {
        let of = |pieces: &[&'static [u8]]| pieces.iter().map(|piece| Bytes::from_static(piece)).collect::<Segments>();
        assert!(of(&[b"a\r", b"\n"]).ends_line() && of(&[b"a\r\n", b""]).ends_line() && of(&[b"\r\n"]).ends_line());
        assert!(!of(&[b"a\n"]).ends_line() && !of(&[]).ends_line() && !of(&[b"\n"]).ends_line() && !of(&[b"\r\n", b"a"]).ends_line());
        assert!(of(&[]).is_empty() && of(&[b"", b""]).is_empty() && !of(&[b"", b"a"]).is_empty());
    }

    #[test]
    fn bodies_that_share_their_hash_make_it_once() {
        let (body, shared) = (Segments::from(vec![b'x']), Shared::default());
        let (one, other) = (body.clone().sharing(shared.clone()), body.clone().sharing(shared));
        assert_eq!(one.hash(|| [1; 32]), [1; 32]);
        assert_eq!(other.hash(|| unreachable!("it is there")), [1; 32]);
        assert_eq!(body.hash(|| [2; 32]), [2; 32]);
    }

    #[test]
    #[expect(clippy::redundant_clone, reason = "cloning is what is looked at")]
    fn a_clone_shares_the_bytes() {
        let file = Bytes::from(vec![b'x'; 1 << 20]);
        let body: Segments = [Bytes::from_static(b"head"), file.clone()].into_iter().collect();
        assert_eq!(body.clone().pieces()[1].as_ptr(), file.as_ptr());
        assert_eq!(format!("{body:?}"), "Segments(1048580 bytes in 2)");
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..6)) {
            let whole = pieces.concat();
            let body: Segments = pieces.into_iter().map(Bytes::from).collect();
            prop_assert_eq!(body.len(), whole.len());
            prop_assert_eq!(body.is_ascii(), whole.is_ascii());
            prop_assert_eq!(body.ends_line(), whole.ends_with(b"\r\n"));
            prop_assert_eq!(body.concat(), whole);
            prop_assert!(body.pieces().len() == 1 || body.pieces().iter().all(|piece| !piece.is_empty()));
        }
    }
}
