use bytes::Bytes;

use super::{Boxed, store::StoreResult};
use crate::content::FileId;

/// The bytes of files that go with mails.
pub trait FileBytes: Send + Sync {
    /// At most `len` bytes of a file from byte `from` on; fewer at its end, none behind it. `None` when there is no such file.
    fn file_range(&self, id: FileId, from: u64, len: u32) -> Boxed<'_, StoreResult<Option<Bytes>>>;
}
