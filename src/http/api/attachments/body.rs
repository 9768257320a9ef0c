//! Files as they are shown.

use jebi_domain::{content::FileId, port::files::FileInfo};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::shape::Time;
use crate::service::files::Kept;

/// A form with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form")]
pub struct FileForm {
    /// The files, each a part with a file name; 50 at most.
    #[schema(value_type = Vec<String>, format = Binary)]
    attachments: Vec<Vec<u8>>,
}

/// What was uploaded.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Uploaded {
    One(FileBody),
    Several { attachments: Vec<FileBody> },
}

/// A file that was uploaded.
#[derive(Serialize, ToSchema)]
#[schema(as = UploadedFile)]
pub struct FileBody {
    /// The SHA-256 of its content, 64 hexadecimal digits: the same content has the same.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    id: FileId,
    /// As it was given, Hangul put together (NFC). Not kept with the file: a message gives its own.
    name: String,
    /// Bytes.
    size: u64,
    /// As it was given, or by the name. Not kept with the file either.
    content_type: String,
}

impl From<Kept> for FileBody {
    fn from(kept: Kept) -> Self {
        let Kept { id, name, size, content_type } = kept;
        Self { id, name, size, content_type }
    }
}

/// A file that is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = StoredFile)]
pub struct StoredFile {
    /// The SHA-256 of its content.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    id: FileId,
    /// Bytes.
    size: u64,
    /// The type its content was recognised as; `null` where it is none that is known.
    recognised_as: Option<String>,
    created_at: Time,
    /// When it was last uploaded, or last found in use.
    used_at: Time,
    /// Messages that carry it; 1000 stands for that many and more.
    messages: u32,
}

impl From<FileInfo> for StoredFile {
    fn from(file: FileInfo) -> Self {
        let FileInfo { no: _, id, size, kind, created_at, used_at, uses } = file;
        Self { id, size, recognised_as: kind, created_at: Time(created_at), used_at: Time(used_at), messages: uses }
    }
}

/// A page of files.
#[derive(Serialize, ToSchema)]
pub struct FileList {
    pub attachments: Vec<StoredFile>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}
