//! When the last event of a topic or queue came. Counted here and written down every few seconds: a write for each would double what an
//! event costs.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jebi_domain::{port::sns::Seen, time::Wall};
use metrics::gauge;

/// When the last one came.
pub(super) const LAST: &str = "jebi_sns_last_event_timestamp_seconds";

/// What came since it was last written down, by source.
#[derive(Default)]
pub(super) struct SeenCounts(Mutex<HashMap<String, (Wall, u32)>>);

impl SeenCounts {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Wall, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, source: &str, now: Wall) {
        let mut counts = self.lock();
        if let Some((last, events)) = counts.get_mut(source) {
            (*last, *events) = (now.max(*last), events.saturating_add(1));
            return;
        }
        counts.insert(source.to_owned(), (now, 1));
    }

    /// What is not written down yet of one.
    pub(super) fn unwritten(&self, source: &str) -> (Option<Wall>, u32) {
        self.lock().get(source).map_or((None, 0), |(last, events)| (Some(*last), *events))
    }

    /// Whatever is not written down yet is of these.
    pub(super) fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Takes all of it, to be written down.
    pub(super) fn take(&self) -> Vec<Seen> {
        let taken = std::mem::take(&mut *self.lock());
        taken
            .into_iter()
            .map(|(name, (last, events))| {
                gauge!(LAST, "source" => name.clone()).set(last.0 as f64 / 1000.0);
                Seen { name, last, events }
            })
            .collect()
    }

    /// Gives back what could not be written.
    pub(super) fn put_back(&self, seen: Vec<Seen>) {
        let mut counts = self.lock();
        for Seen { name, last, events } in seen {
            let (newest, sum) = counts.entry(name).or_insert((last, 0));
            (*newest, *sum) = (last.max(*newest), sum.saturating_add(events));
        }
    }
}
