//! The rate that several nodes share: slots for sending, given out by the one store all of them use.

use super::{Boxed, store::StoreResult};

/// What a node asks for. Times are microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotAsk {
    pub provider: String,
    /// Slots wanted, a mail each. 0 only tells and learns: nothing is given then, but all the rest of the call holds.
    pub count: u32,
    /// Recipients of each of these mails, at least 1.
    pub weight: u32,
    /// Recipients in a thousand seconds as this node knows the limit, at least 1; `None` for no limit.
    pub rate_milli: Option<i64>,
    /// What a second's recipients and one more in a row span at least: a second and what times may be off by.
    pub window_us: i64,
    /// No slot begins sooner than this from now: the answer has to travel.
    pub lead_us: i64,
    /// No slot begins later than this from now; whoever comes too early gets none.
    pub ahead_us: i64,
    /// The provider said that mail comes too fast: all nodes go slower from now on for so long; 0 where it did not.
    pub slow_us: i64,
    /// What was given out before can't be trusted, because database time has jumped: no slot begins within `window_us`.
    pub afresh: bool,
    /// Recipients of slots given earlier that were not sent to: they no longer count for the day.
    pub unused: u64,
    /// Recipients in 24 hours these mails may fill up to, all nodes together; `None` for no limit. A mail larger than all of it may
    /// go when nothing else is counted.
    pub day_limit: Option<u64>,
}

/// What a node gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotGrant {
    /// Database time, read between the call and its answer, while the provider's row was locked.
    pub now_us: i64,
    /// Slots given: `count` or fewer, with no slot of another node between them.
    pub granted: u32,
    /// Where their first recipient begins; where none is given, when the next would begin.
    pub first_us: i64,
    /// From one recipient to the next, in nanoseconds; 0 without a limit, where slots have no time. Mail `i`, from 0, goes at
    /// `first + ((i + 1) * weight - 1) * spacing`, not sooner.
    pub spacing_ns: i64,
    /// Recipients in a thousand seconds in force: the lowest that a node told in the last ten seconds; `None` for no limit.
    pub rate_milli: Option<i64>,
    /// For how long from now all go slower; 0 where they do not.
    pub slow_us: i64,
    /// Recipients counted in the 24 hours until now, all nodes together, these included.
    pub day_used: u64,
}

/// Slots of one provider for several nodes. The store keeps one row for each provider and locks it for each call.
///
/// The rules of the row, which `jebi_domain::fake::slots` states in code and every engine must follow:
///
/// - `first = max(next, now + lead_us)`. A slot is given while its first recipient begins before `now + ahead_us`.
/// - `spacing = window_us / speed` while every mail has one recipient. `speed` is the lowest rate told in the last ten seconds, and
///   nine tenths of it while slowed. A mail to several begins a second of wider spacing, so that no second holds its last part and
///   all of what follows.
/// - Where a rate lower than the one in force is told, nothing begins for `window_us`: no second that holds mail of a node holds
///   more than that node's rate.
/// - A row that is not there begins `window_us` from now, and so does one whose last change lies in the future by more than a
///   millisecond, after what it had still given out. The row must not survive a crash of the database, a failover or a restore in an
///   older state: in PostgreSQL it is unlogged.
/// - What is given counts for the day at once; `unused` is taken off again. The day is counted in slots of ten minutes of database
///   time ([`crate::quota`]); a row that is not there begins with what was settled ([`super::store::QueueStore::sent_slots`]).
///
/// A call is a transaction of its own and may end without waiting for the disk. It must not wait for a writer's turn. Its future may
/// be dropped; what it may have given then is lost, as are the slots of a node that died: at most `ahead_us` of sending for all
/// nodes together.
pub trait SharedSlots: Send + Sync {
    /// Gives out slots.
    ///
    /// # Errors
    /// A store that can't be reached: no slot is given, or nobody knows, which is the same.
    fn reserve(&self, ask: SlotAsk) -> Boxed<'_, StoreResult<SlotGrant>>;
}
