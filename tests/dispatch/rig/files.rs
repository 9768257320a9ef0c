//! Files in memory, given out when the test says so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use jebi_domain::{
    content::FileId,
    port::{Boxed, FileBytes, store::StoreError, store::StoreResult},
};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

#[derive(Default)]
struct Inner {
    files: HashMap<FileId, Bytes>,
    away: bool,
    gate: Option<Arc<Notify>>,
    hanging: Vec<FileId>,
    read: u64,
}

/// Where files lie.
#[derive(Default)]
pub struct Shelf(Mutex<Inner>);

impl Shelf {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Keeps a file; its id and size.
    pub fn put(&self, bytes: impl Into<Bytes>) -> (FileId, u64) {
        let bytes = bytes.into();
        let (id, size) = (FileId(Sha256::digest(&bytes).into()), bytes.len() as u64);
        self.lock().files.insert(id, bytes);
        (id, size)
    }
    /// Puts other bytes where a file is.
    pub fn spoil(&self, id: FileId, bytes: impl Into<Bytes>) {
        self.lock().files.insert(id, bytes.into());
    }
    pub fn remove(&self, id: FileId) {
        self.lock().files.remove(&id);
    }
    /// Whether it does not answer.
    pub fn set_away(&self, away: bool) {
        self.lock().away = away;
    }
    /// Every read waits for this from now on.
    pub fn gate(&self) -> Arc<Notify> {
        self.lock().gate.insert(Arc::default()).clone()
    }
    /// Reads of this file begun from now on never end.
    pub fn hang(&self, id: FileId) {
        self.lock().hanging.push(id);
    }
    /// New reads of all files go on.
    pub fn hang_no_more(&self) {
        self.lock().hanging.clear();
    }
    pub fn open(&self) {
        if let Some(gate) = self.lock().gate.take() {
            gate.notify_waiters();
        }
    }
    /// Bytes read so far.
    pub fn read(&self) -> u64 {
        self.lock().read
    }
}

impl FileBytes for Shelf {
    fn file_range(&self, id: FileId, from: u64, len: u32) -> Boxed<'_, StoreResult<Option<Bytes>>> {
        let waits = self.lock().gate.clone().map(Notify::notified_owned);
        let hangs = self.lock().hanging.contains(&id);
        Box::pin(async move {
            if hangs {
                return std::future::pending().await;
            }
            if let Some(waits) = waits {
                waits.await;
            }
            let inner = &mut *self.lock();
            if inner.away {
                return Err(StoreError::Unavailable { retry_after_s: 1, why: "it cannot be reached" });
            }
            let Some(file) = inner.files.get(&id) else { return Ok(None) };
            let from = usize::try_from(from).expect("small").min(file.len());
            let range = file.slice(from..file.len().min(from + len as usize));
            inner.read += range.len() as u64;
            Ok(Some(range))
        })
    }
}
