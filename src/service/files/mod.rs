//! Files that go with mail: taken in piece by piece, kept once by their content, removed when nobody needs them.
//!
//! | file | owns |
//! |---|---|
//! | `recognise` | what a file is, by its bytes |
//! | `upload` | one file on its way into the store |

mod recognise;
mod upload;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use bytes::Bytes;
use jebi_domain::{
    attachment::{self, Recognised, Rules},
    content::FileId,
    port::{
        Clock, Store,
        files::{FileInfo, FileNo, FilePage, Removed},
        store::StoreError,
    },
    refusal::{Fault, Refusal, RefusalKind},
};

pub use upload::{Kept, Upload};

use super::trouble::refusal;

/// How long an upload may be silent before it counts as given up.
const SILENT: Duration = Duration::from_secs(3_600);
/// A file uploaded again within this time is not written down as such: it is kept for days.
const FRESH: Duration = Duration::from_secs(3_600);

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What may be attached.
    pub rules: Rules,
    /// How long a file is kept that no message carries, from its last upload on.
    pub unused_kept: Duration,
}

/// Keeps files.
pub struct Files {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: ArcSwap<Settings>,
}

impl Files {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        Self { store, clock, settings: ArcSwap::from_pointee(settings) }
    }

    /// Takes other settings for what comes from now on.
    pub fn set(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// Begins to take a file in. `given` and `content_type` are as the caller has them; nothing is stored before the first piece is full.
    ///
    /// # Errors
    /// A name, an ending or a content type that is not taken, without a field.
    pub fn upload(&self, given: &str, content_type: Option<&str>) -> Result<Upload, Fault> {
        let settings = self.settings.load_full();
        let name = attachment::check_name(given)?;
        attachment::check_type(&settings.rules, &name)?;
        let content_type = content_type.map(attachment::check_content_type).transpose()?;
        Ok(Upload::new(Arc::clone(&self.store), Arc::clone(&self.clock), settings, name, content_type))
    }

    /// Whether so many bytes more may lie beside the mail until a request is done with them.
    ///
    /// # Errors
    /// The disk is full or nearly so.
    pub fn check_room(&self, bytes: usize) -> Result<(), Refusal> {
        if self.store.has_room(bytes) { Ok(()) } else { Err(refusal(StoreError::Full)) }
    }

    /// A stored file.
    ///
    /// # Errors
    /// No such file; a store that does not answer.
    pub async fn file(&self, id: FileId) -> Result<FileInfo, Refusal> {
        self.find(id).await?.ok_or_else(|| Refusal::missing("attachment"))
    }

    pub(super) async fn find(&self, id: FileId) -> Result<Option<FileInfo>, Refusal> {
        self.store.file(id).await.map_err(refusal)
    }

    /// Files, newest first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self, before: Option<FileNo>, limit: u32) -> Result<FilePage, Refusal> {
        self.store.files(before, limit).await.map_err(refusal)
    }

    /// Removes a file no message carries.
    ///
    /// # Errors
    /// No such file, or one that a message carries; a store that does not answer.
    pub async fn remove(&self, id: FileId) -> Result<(), Refusal> {
        match self.store.remove_file(id).await.map_err(refusal)? {
            Removed::Done => Ok(()),
            Removed::Missing => Err(Refusal::missing("attachment")),
            Removed::InUse => Err(Refusal::new(
                RefusalKind::Conflict,
                Fault::new(
                    "",
                    "file_in_use",
                    "a message carries this file",
                    "leave it: it goes by itself when no message needs it any more",
                ),
            )),
        }
    }

    /// Keeps a file that came with a message, unless it is there.
    ///
    /// # Errors
    /// A store that cannot write.
    pub(super) async fn keep(&self, id: FileId, content: &Bytes, kind: Option<String>) -> Result<(), Refusal> {
        if upload::is_there(&*self.store, &*self.clock, id).await.map_err(refusal)? {
            return Ok(());
        }
        upload::write(&self.store, &*self.clock, id, content, kind).await.map_err(refusal)
    }

    /// Removes a slice of what nobody needs; whether there is more.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn purge(&self) -> Result<bool, Refusal> {
        let (now, kept) = (self.clock.wall(), self.settings.load().unused_kept);
        self.store.purge_files(now - kept, now - SILENT, now).await.map_err(refusal)
    }
}

/// What a file held in memory is.
pub(super) fn recognise(content: &[u8]) -> Recognised {
    recognise::recognise(content)
}

/// The type a file was recognised as, as it is stored.
pub(super) fn kind_of(seen: &Recognised) -> Option<String> {
    if let Recognised::Type(kind) = seen { Some(kind.clone()) } else { None }
}

/// What was recognised in a stored file. Programs are never stored.
pub(super) fn seen_in(kind: Option<String>) -> Recognised {
    kind.map_or(Recognised::Nothing, Recognised::Type)
}
