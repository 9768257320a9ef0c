//! What the disk allows: free space, and whether the file system can be trusted with a lock.

use std::{
    io,
    path::Path,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

use jebi_domain::time::Boot;
use rustix::fs::{statfs, statvfs};

/// Free space below which nothing new is accepted, the larger of the two. What remains is for settling.
#[derive(Clone, Copy, Debug)]
pub struct DiskFloor {
    pub bytes: u64,
    /// Of the file system's size.
    pub percent: u8,
}

/// How old a look at the disk may be, in nanoseconds.
const FRESH_NS: u64 = 500_000_000;

/// File systems over a network: their locks and syncs do not promise what SQLite needs (sqlite.org/howtocorrupt.html, 2.1).
const NETWORK: [(u64, &str); 6] =
    [(0x6969, "NFS"), (0xff53_4d42, "CIFS"), (0xfe53_4d42, "SMB2"), (0x517b, "SMB"), (0x5346_414f, "AFS"), (0x00c3_6400, "CephFS")];

/// The name of the network file system a folder is on.
pub(super) fn network(folder: &Path) -> io::Result<Option<&'static str>> {
    let kind = statfs(folder)?.f_type as u64 & 0xffff_ffff;
    Ok(NETWORK.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name))
}

/// Free space above the floor, looked at no more often than needed.
pub(super) struct Floor {
    least: DiskFloor,
    looked_at: AtomicU64,
    free: AtomicI64,
}

impl Floor {
    pub fn new(least: DiskFloor) -> Self {
        Self { least, looked_at: AtomicU64::new(0), free: AtomicI64::new(i64::MAX) }
    }

    /// Bytes free above the floor; negative below it. A disk that cannot be asked counts as having room: writing will tell.
    pub fn free(&self, folder: &Path, now: Boot) -> i64 {
        let looked_at = self.looked_at.load(Ordering::Relaxed);
        if looked_at != 0 && now.0.saturating_sub(looked_at) < FRESH_NS {
            return self.free.load(Ordering::Relaxed);
        }
        self.looked_at.store(now.0.max(1), Ordering::Relaxed);
        let free = match statvfs(folder) {
            Ok(v) => {
                let floor = self.least.bytes.max(v.f_blocks.saturating_mul(v.f_frsize) / 100 * u64::from(self.least.percent));
                let free = i64::try_from(v.f_bavail.saturating_mul(v.f_frsize)).unwrap_or(i64::MAX);
                free.saturating_sub(i64::try_from(floor).unwrap_or(i64::MAX))
            }
            Err(e) => {
                tracing::warn!(error = %e, "the free space of the disk could not be read");
                i64::MAX
            }
        };
        self.free.store(free, Ordering::Relaxed);
        free
    }
}
