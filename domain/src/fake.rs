//! Test doubles: a clock moved by hand, seeded randomness, the rules of shared slots.

pub mod slots;

use std::sync::Arc;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Poll, Waker},
    time::Duration,
};

use crate::{
    port::{Boxed, Clock, Random},
    time::{Boot, Wall},
};

/// A clock that stands still until it is moved. Both times move together unless wall time is set apart.
#[derive(Clone, Default)]
pub struct ManualClock(Arc<Mutex<Times>>);

#[derive(Default)]
struct Times {
    wall: Wall,
    boot: Boot,
    sleepers: BTreeMap<(Boot, u64), Waker>,
    count: u64,
}

impl ManualClock {
    #[must_use]
    pub fn new(wall: Wall) -> Self {
        let clock = Self::default();
        clock.set_wall(wall);
        clock
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves both times on and wakes who slept until then.
    pub fn advance(&self, by: Duration) {
        let mut t = self.lock();
        t.wall = t.wall + by;
        t.boot = t.boot + by;
        let (now, mut due) = (t.boot, Vec::new());
        while let Some(entry) = t.sleepers.first_entry().filter(|e| e.key().0 <= now) {
            due.push(entry.remove());
        }
        drop(t);
        due.into_iter().for_each(Waker::wake);
    }

    /// Sets wall time alone, as an operator or NTP would.
    pub fn set_wall(&self, wall: Wall) {
        self.lock().wall = wall;
    }

    /// How many sleep on this clock; lets a test wait until the code under test does.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }
}

impl Clock for ManualClock {
    fn wall(&self) -> Wall {
        self.lock().wall
    }
    fn boot(&self) -> Boot {
        self.lock().boot
    }
    fn sleep_until(&self, until: Boot) -> Boxed<'static, ()> {
        let clock = self.clone();
        Box::pin(std::future::poll_fn(move |cx| {
            let mut t = clock.lock();
            if t.boot >= until {
                return Poll::Ready(());
            }
            t.count += 1;
            let key = (until, t.count);
            t.sleepers.insert(key, cx.waker().clone());
            Poll::Pending
        }))
    }
}

/// The same sequence for the same seed (splitmix64).
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
    }
}
