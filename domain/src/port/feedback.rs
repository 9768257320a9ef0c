//! What became of sent mail, as it is reported from outside.

use super::{Boxed, store::StoreResult};
use crate::{feedback::Reported, time::Wall};

/// What became of a message of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The mail is ours; so many of the statements were new.
    Found { new: u32 },
    /// It names a provider's id that no mail of ours has so far. It is kept, and recorded as soon as one has.
    Kept,
    /// It names no mail of this installation, and never will.
    Unknown,
}

/// How long reports are kept that no mail was found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub until: Wall,
    /// The same for those that most likely are of other software's mail.
    pub foreign_until: Wall,
    /// So many at most; the oldest make room.
    pub rows: u32,
}

/// Recording reports.
pub trait FeedbackStore: Send + Sync {
    /// Records what messages say, each once per (mail, recipient, kind): neither order nor repetition changes what results. Reports of
    /// a mail by our own id are recorded also while its outcome is not written; they settle what is unsettled or unknown, for nothing is
    /// reported of a mail that was never taken. Permanent bounces and complaints enter the suppression list in the same commit. Returns
    /// after it.
    fn record_reports(&self, batch: Vec<Reported>, keep: Keep, now: Wall) -> Boxed<'_, StoreResult<Vec<Recorded>>>;
}
