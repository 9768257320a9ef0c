//! Files of mails in memory: read from the store and encoded once, shared by all mails they go with, within a budget.
//!
//! What is being sent holds its files; a few that nobody holds any more are kept for the next mail, and go first when room is needed.
//! Mail whose files find no room waits. A message takes room for all its files at once, so that no two wait for each other.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;
use jebi_domain::{
    content::FileId,
    message::{Lane, Message},
    mime::{EncodedFile, Encoding, Files, encoded_len, missing},
    outcome::Reason,
    port::{FileBytes, store::StoreError},
};
use tokio::sync::Notify;

/// Bytes of encoded files in memory, over all providers. One message whose files are larger goes alone.
pub const BUDGET: u64 = 256 << 20;
/// Files of a message up to so many bytes in memory pass larger ones that wait for room.
pub const SMALL: u64 = 1 << 20;
/// Bytes read from the store at a time.
const RANGE: u32 = 1 << 20;

/// Why the files of a message are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotLoaded {
    /// They never will be: the mail fails.
    Gone(Reason),
    /// The store does not answer: the mail waits.
    Away(StoreError),
}

/// All files in memory.
pub struct FileCache {
    bytes: Arc<dyn FileBytes>,
    room: Arc<Room>,
    /// Who waits for much room, in line per lane: else what fits sooner would pass a large message for ever.
    lines: [tokio::sync::Mutex<()>; 2],
    known: Mutex<Known>,
}

struct Known {
    files: HashMap<FileId, Entry>,
    /// The last ones read, the oldest first, and how large they are together.
    kept: VecDeque<(FileId, Arc<EncodedFile>)>,
    kept_bytes: u64,
    /// How large they may be together.
    kept_most: u64,
}

#[derive(Default)]
struct Entry {
    file: Weak<EncodedFile>,
    /// Held by whoever reads it from the store.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl FileCache {
    /// With a budget of [`BUDGET`].
    #[must_use]
    pub fn new(bytes: Arc<dyn FileBytes>) -> Self {
        Self::with_budget(bytes, BUDGET)
    }

    /// A quarter of the budget is what bulk leaves for transactional mail, and as much is kept although nobody holds it.
    fn with_budget(bytes: Arc<dyn FileBytes>, budget: u64) -> Self {
        let room = Room { budget, used: Mutex::default(), freed: Notify::new() };
        let known = Known { files: HashMap::new(), kept: VecDeque::new(), kept_bytes: 0, kept_most: budget / 4 };
        Self { bytes, room: Arc::new(room), lines: Default::default(), known: Mutex::new(known) }
    }

    /// The files of a message, read where they are not in memory. Waits for room.
    ///
    /// # Errors
    /// One of them is not in the store or not as it was uploaded, or the store does not answer.
    pub async fn load(&self, message: &Message) -> Result<Files, NotLoaded> {
        let mut wanted: Vec<(FileId, u64)> = message.content.attachments.iter().map(|file| (file.file, file.size)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if let Some(all) = self.all_known(&wanted) {
            return Ok(all);
        }
        let bytes = wanted.iter().map(|(_, size)| encoded_len(*size)).sum();
        let line = if bytes > SMALL { Some(self.lines[message.lane as usize].lock().await) } else { None };
        let mut room = self.reserve(message.lane, bytes).await;
        drop(line);
        let mut files = Vec::with_capacity(wanted.len());
        for (id, size) in wanted {
            let part = room.split(encoded_len(size));
            files.push((id, self.one(id, size, part).await?));
        }
        Ok(files.into_iter().collect())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Nothing that can panic runs under it half way.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all_known(&self, wanted: &[(FileId, u64)]) -> Option<Files> {
        let known = &mut *self.lock();
        let files: Option<Vec<_>> = wanted.iter().map(|(id, _)| Some((*id, known.files.get(id)?.file.upgrade()?))).collect();
        files.map(|files| files.into_iter().collect())
    }

    /// Waits until there is room, and lets go of what is only kept.
    async fn reserve(&self, lane: Lane, bytes: u64) -> Reserved {
        loop {
            let freed = self.room.freed.notified();
            tokio::pin!(freed);
            // Registered before looking, so that nothing is missed in between.
            freed.as_mut().enable();
            loop {
                if let Some(reserved) = self.room.take(lane, bytes) {
                    return reserved;
                }
                let oldest = self.lock().drop_oldest();
                if oldest.is_none() {
                    break;
                }
            }
            freed.await;
        }
    }

    async fn one(&self, id: FileId, size: u64, room: Reserved) -> Result<Arc<EncodedFile>, NotLoaded> {
        let turn = self.lock().files.entry(id).or_default().turn.clone();
        let _turn = turn.lock().await;
        // Somebody may have read it meanwhile.
        if let Some(file) = self.lock().files.get(&id).and_then(|entry| entry.file.upgrade()) {
            return Ok(file);
        }
        let lines = self.read(id, size).await?;
        let file = Arc::new(EncodedFile::new(Bytes::from_owner(Held { lines, _room: room })));
        self.lock().keep(id, &file);
        Ok(file)
    }

    async fn read(&self, id: FileId, size: u64) -> Result<Vec<u8>, NotLoaded> {
        let mut encoding = Encoding::new(id, size);
        loop {
            let range = self.bytes.file_range(id, encoding.seen(), RANGE).await.map_err(NotLoaded::Away)?;
            let range = range.ok_or_else(|| NotLoaded::Gone(missing(id)))?;
            if range.is_empty() {
                return encoding.finish().map_err(NotLoaded::Gone);
            }
            encoding.push(&range).map_err(NotLoaded::Gone)?;
        }
    }
}

impl Known {
    /// Remembers a file, and keeps it for the next mail.
    fn keep(&mut self, id: FileId, file: &Arc<EncodedFile>) {
        // Those nobody has any more and nobody is reading.
        self.files.retain(|other, entry| *other == id || entry.file.strong_count() > 0 || Arc::strong_count(&entry.turn) > 1);
        self.files.entry(id).or_default().file = Arc::downgrade(file);
        self.kept.push_back((id, file.clone()));
        self.kept_bytes += file.lines().len() as u64;
        while self.kept_bytes > self.kept_most && self.drop_oldest().is_some() {}
    }

    /// Keeps the oldest no longer.
    fn drop_oldest(&mut self) -> Option<Arc<EncodedFile>> {
        let (_, file) = self.kept.pop_front()?;
        self.kept_bytes -= file.lines().len() as u64;
        Some(file)
    }
}

struct Room {
    /// Bytes for all.
    budget: u64,
    used: Mutex<u64>,
    /// Wakes who waits for room.
    freed: Notify,
}

impl Room {
    fn take(self: &Arc<Self>, lane: Lane, bytes: u64) -> Option<Reserved> {
        let most = if lane == Lane::Bulk { self.budget - self.budget / 4 } else { self.budget };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        // What is larger than all of it goes when it is alone.
        if *used > 0 && *used + bytes > most {
            return None;
        }
        *used += bytes;
        Some(Reserved { room: self.clone(), bytes })
    }
}

/// Room taken, given back when dropped.
struct Reserved {
    room: Arc<Room>,
    bytes: u64,
}

impl Reserved {
    /// Some of it, apart.
    fn split(&mut self, bytes: u64) -> Self {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        Self { room: self.room.clone(), bytes }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        *self.room.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.room.freed.notify_waiters();
    }
}

/// The lines of a file with the room they take, for as long as any mail holds them.
struct Held {
    lines: Vec<u8>,
    _room: Reserved,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.lines
    }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
