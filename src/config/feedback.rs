//! `[feedback]`: reports of sent mail whose mail is not known yet.

use std::time::Duration;

use super::{key::Key, parse::whole, reader::Reader};

const KEPT: Key = Key::new("feedback.unmatched_kept_hours", &["FEEDBACK_UNMATCHED_KEPT_HOURS"]);
const ROWS: Key = Key::new("feedback.unmatched_max_rows", &["FEEDBACK_UNMATCHED_MAX_ROWS"]);

pub(super) const KEYS: &[&Key] = &[&KEPT, &ROWS];

/// Reports of sent mail.
#[derive(Clone, Copy, Debug)]
pub struct Feedback {
    /// How long one is kept that no mail is found for.
    pub unmatched_kept: Duration,
    /// So many of them at most.
    pub unmatched_max_rows: u32,
}

pub(super) fn read(r: &mut Reader) -> Option<Feedback> {
    let hours = r.must(&KEPT, whole(1..=720_u64));
    let rows = r.must(&ROWS, whole(100..=10_000_000_u32));
    Some(Feedback { unmatched_kept: Duration::from_secs(hours? * 3_600), unmatched_max_rows: rows? })
}
