//! Files: kept once by the SHA-256 of their bytes, in pieces, so that none is ever held whole.

use bytes::Bytes;

use super::{Boxed, store::StoreResult};
use crate::{content::FileId, time::Wall};

/// Bytes of a piece: an upload comes in pieces of this size, the last one shorter.
pub const PIECE: usize = 256 << 10;
/// Messages counted of those that use a file, at most: a file may go with millions.
pub const USES_COUNTED: u32 = 1_000;

/// An upload under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadNo(pub i64);

/// A file, for pages of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileNo(pub i64);

/// A finished upload: what was found while its bytes went by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// SHA-256 of all its bytes.
    pub id: FileId,
    /// Their number.
    pub size: u64,
    /// The type recognised in them, as `type/subtype`.
    pub kind: Option<String>,
}

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    pub no: FileNo,
    pub id: FileId,
    /// Bytes.
    pub size: u64,
    /// The type recognised in them, as `type/subtype`; `None` where nothing known was.
    pub kind: Option<String>,
    /// When it was first uploaded.
    pub created_at: Wall,
    /// When it was last uploaded, or last found in use: what is not in use is kept from here on.
    pub used_at: Wall,
    /// Messages that carry it; [`USES_COUNTED`] stands for that many and more.
    pub uses: u32,
}

/// A page of files, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePage {
    pub files: Vec<FileInfo>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<FileNo>,
}

/// What became of a file that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    Done,
    /// There is no such file.
    Missing,
    /// A message carries it.
    InUse,
}

/// Reading files.
pub trait FileBytes: Send + Sync {
    /// At most `len` bytes of a file from byte `from` on; fewer at its end, none behind it. `None` when there is no such file. Where bytes
    /// are lost it ends before them, as a shorter file would: compare what was read with the file's size and hash.
    fn file_range(&self, id: FileId, from: u64, len: u32) -> Boxed<'_, StoreResult<Option<Bytes>>>;
}

/// Keeping files.
///
/// An upload is begun, gets its pieces in order, and is finished with the hash of the whole: only then is there a file. Concurrent
/// uploads of the same content make one file. What is never finished is removed an hour after its last piece.
pub trait FileStore: FileBytes {
    /// Whether the disk that mail is kept on has room for so many bytes more. Always, where that is a server's own, which alone knows.
    fn has_room(&self, bytes: usize) -> bool;
    /// Begins an upload. [`super::store::StoreError::Full`] when the disk has no room for it.
    fn begin_upload(&self, now: Wall) -> Boxed<'_, StoreResult<UploadNo>>;
    /// Adds a piece that follows the `from` bytes which are there, at most [`PIECE`] bytes; all pieces but the last have that many. An
    /// error when the upload was removed, or is at another place.
    fn append(&self, upload: UploadNo, from: u64, piece: Bytes, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Makes a file of an upload whose pieces have `file.size` bytes together; an error when they have not. Content that is there already
    /// is not kept twice, and counts as uploaded `now`.
    fn finish_upload(&self, upload: UploadNo, file: Finished, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Gives an upload up. Its pieces are removed soon.
    fn abandon_upload(&self, upload: UploadNo) -> Boxed<'_, StoreResult<()>>;
    /// Says that a file's content was uploaded once more. `false` when there is no such file.
    fn touch_file(&self, id: FileId, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    fn file(&self, id: FileId) -> Boxed<'_, StoreResult<Option<FileInfo>>>;
    /// Newest first, with numbers below `before`.
    fn files(&self, before: Option<FileNo>, limit: u32) -> Boxed<'_, StoreResult<FilePage>>;
    /// Removes a file that no message carries.
    fn remove_file(&self, id: FileId) -> Boxed<'_, StoreResult<Removed>>;
    /// One slice of removing what nobody needs: files no message carries that were last used before `unused_before`, uploads without a
    /// piece since `unfinished_before`, and the pieces of both. `true` when there is more to do. Only the node that keeps house for the
    /// installation does it.
    fn purge_files(&self, unused_before: Wall, unfinished_before: Wall, now: Wall) -> Boxed<'_, StoreResult<bool>>;
}
