//! Files as they stand in mails: encoded once, shared by every mail they go with.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{content::FileId, outcome::Reason};

use super::base64;

const SUBMIT_AGAIN: &str = "upload the file again and submit the message anew; see the server's log for what became of it";

/// A file in lines of base64.
#[derive(Debug)]
pub struct EncodedFile(Bytes);

impl EncodedFile {
    /// Takes the lines that [`Encoding::finish`] made.
    #[must_use]
    pub fn new(lines: Bytes) -> Self {
        Self(lines)
    }

    /// Lines of 76 characters with CRLF each.
    #[must_use]
    pub fn lines(&self) -> &Bytes {
        &self.0
    }
}

/// The files of a message, as far as they are in memory.
#[derive(Clone, Debug, Default)]
pub struct Files(Vec<(FileId, Arc<EncodedFile>)>);

impl Files {
    /// The lines of a file.
    ///
    /// # Errors
    /// It is not there: the mail cannot be made.
    pub(super) fn lines(&self, id: FileId) -> Result<Bytes, Reason> {
        let found = self.0.iter().find(|(other, _)| *other == id);
        found.map(|(_, file)| file.lines().clone()).ok_or_else(|| missing(id))
    }
}

impl FromIterator<(FileId, Arc<EncodedFile>)> for Files {
    fn from_iter<I: IntoIterator<Item = (FileId, Arc<EncodedFile>)>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}

/// Why a mail whose file is gone fails.
#[must_use]
pub fn missing(id: FileId) -> Reason {
    Reason::new("attachment_missing", format!("the attached file {id} is not in the store any more"), SUBMIT_AGAIN)
}

/// Bytes a file of so many takes in a mail.
#[must_use]
pub fn encoded_len(size: u64) -> u64 {
    base64::lines_len(size)
}

/// Encodes a file as its bytes come, and sees that they are the ones it is named by.
pub struct Encoding {
    id: FileId,
    size: u64,
    seen: u64,
    hash: Sha256,
    /// The begin of a line.
    rest: Vec<u8>,
    lines: Vec<u8>,
}

impl Encoding {
    /// For a file of so many bytes.
    #[must_use]
    pub fn new(id: FileId, size: u64) -> Self {
        let room = usize::try_from(encoded_len(size)).unwrap_or(0);
        Self { id, size, seen: 0, hash: Sha256::new(), rest: Vec::with_capacity(base64::LINE), lines: Vec::with_capacity(room) }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The file is longer than it should be.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Reason> {
        self.seen += bytes.len() as u64;
        if self.seen > self.size {
            return Err(self.damaged());
        }
        self.hash.update(bytes);
        if !self.rest.is_empty() {
            let fill = (base64::LINE - self.rest.len()).min(bytes.len());
            self.rest.extend_from_slice(&bytes[..fill]);
            bytes = &bytes[fill..];
            if self.rest.len() < base64::LINE {
                return Ok(());
            }
            base64::encode_lines(&mut self.lines, &self.rest);
            self.rest.clear();
        }
        let (whole, rest) = bytes.split_at(bytes.len() / base64::LINE * base64::LINE);
        base64::encode_lines(&mut self.lines, whole);
        self.rest.extend_from_slice(rest);
        Ok(())
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The lines, when everything has come.
    ///
    /// # Errors
    /// The bytes are fewer than they should be, or other ones than the file is named by.
    pub fn finish(mut self) -> Result<Vec<u8>, Reason> {
        base64::encode_lines(&mut self.lines, &self.rest);
        let hash: [u8; 32] = self.hash.clone().finalize().into();
        if self.seen != self.size || hash != self.id.0 { Err(self.damaged()) } else { Ok(self.lines) }
    }

    fn damaged(&self) -> Reason {
        let text =
            format!("the attached file {} is not stored as it was uploaded: it should have {} bytes with that SHA-256", self.id, self.size);
        Reason::new("attachment_damaged", text, SUBMIT_AGAIN)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(bytes: &[u8]) -> FileId {
        FileId(Sha256::digest(bytes).into())
    }

    fn encoded(id: FileId, size: usize, pieces: &[&[u8]]) -> Result<Vec<u8>, String> {
        let mut encoding = Encoding::new(id, size as u64);
        for piece in pieces {
            encoding.push(piece).map_err(|reason| reason.code)?;
        }
        encoding.finish().map_err(|reason| reason.code)
    }

    #[test]
    fn bytes_that_are_not_the_files_are_not_sent() {
        let file = b"%PDF-1.7 \xea\xb3\x84\xec\x95\xbd\xec\x84\x9c".as_slice();
        assert_eq!(encoded(id(file), file.len(), &[file]).map(|lines| lines.len() as u64), Ok(encoded_len(file.len() as u64)));
        let damaged = Err("attachment_damaged".to_owned());
        assert_eq!(encoded(id(file), file.len(), &[&file[..4]]), damaged);
        assert_eq!(encoded(id(file), file.len(), &[file, b"x"]), damaged);
        assert_eq!(encoded(id(b"other"), file.len(), &[file]), damaged);
        assert_eq!(Files::default().lines(id(file)).unwrap_err().code, "attachment_missing");
    }

    proptest! {
        #[test]
        fn the_lines_are_the_same_however_the_bytes_come(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..150), 0..6)) {
            let whole = pieces.concat();
            let slices: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let mut wanted = Vec::new();
            base64::encode_lines(&mut wanted, &whole);
            prop_assert_eq!(encoded(id(&whole), whole.len(), &slices), Ok(wanted));
        }
    }
}
