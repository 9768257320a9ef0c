//! Large mail is made before it has a slot: composed, hashed and whatever else its provider wants, away from the sender threads. Mail that
//! turns out to take long only while it is made gives its slot up and goes first again, made.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use jebi_domain::{
    link::Links,
    message::Lane,
    outcome::{Outcome, Reason},
    port::{Outgoing, Provider},
    time::{Boot, Wall},
};

use tokio::sync::Notify;

use super::{
    health::Ticket,
    ready::ReadyCopy,
    state::{Again, Dispatch, Inner},
    supply::taken_over,
};

/// The kind of provider that keeps mail on this machine.
const LOCAL: &str = "local";
/// Copies of a lane that are made and wait for their slots, at most: each may hold a body of its own.
const AHEAD: usize = 8;
/// Bytes of large mail that bulk has under way at once, made and in calls; transactional mail may pass it by as much again. More would not be
/// faster: all calls share one line, and where it is slow each would take so long that it ended without an answer.
const UNDER_WAY: u64 = 128 << 20;
/// A mail from this size on is offered to its provider before its slot, for what takes long with it.
const LARGE: usize = 256 << 10;
/// Time from a slot to the first byte that is always well: other mail of the thread may come in between.
const WELL: Duration = Duration::from_millis(5);

impl ReadyCopy {
    /// The whole mail, with what its provider does before a slot. A panic is a fault of this mail alone.
    ///
    /// # Errors
    /// Why it cannot be made, now or later.
    pub fn make(&self, provider: &dyn Provider, links: &Links) -> Result<Outgoing, Reason> {
        let make = || {
            let mut mail = self.compose(links, provider.kind() != LOCAL)?;
            if mail.len() >= LARGE {
                provider.ahead(&mut mail);
            }
            Ok(mail)
        };
        catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| Err(internal(&*panic)))
    }
}

/// A fault of ours, by the panic's words. They are logged; the delivery shows only that it was one.
#[must_use]
pub fn internal(panic: &(dyn Any + Send)) -> Reason {
    tracing::error!(panic = words(panic), "a mail made the sender panic; only that mail is affected");
    Reason::new("internal_error", "an error inside Jebi while sending this mail", "report it with the log of this time")
}

/// What a panic said.
#[must_use]
pub fn words(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

impl Dispatch {
    /// The next copy of a lane to be made; it is offered to the senders by [`Self::made`]. Register for [`Self::makers`] before asking.
    pub fn to_make(&self, lane: Lane) -> Option<ReadyCopy> {
        let mut inner = self.lock();
        let most = match lane {
            Lane::Transactional => 2 * UNDER_WAY,
            Lane::Bulk => UNDER_WAY,
        };
        if inner.large + inner.ready.made_bytes() >= most {
            return None;
        }
        inner.ready.to_make(lane, AHEAD)
    }

    /// Takes the first copy out. Where it was made, another may be.
    pub(super) fn pop(&self, inner: &mut Inner) -> Option<ReadyCopy> {
        let mut copy = inner.ready.pop()?;
        if let Some(mail) = &copy.made {
            copy.large = mail.len() as u64;
            self.makers[copy.lane() as usize].notify_waiters();
        }
        Some(copy)
    }

    /// A call is over: where it was with a large mail, there is room for another.
    pub(super) fn large_over(&self, inner: &mut Inner, copy: &ReadyCopy) {
        if copy.large > 0 {
            inner.large = inner.large.saturating_sub(copy.large);
            self.makers.iter().for_each(Notify::notify_waiters);
        }
    }

    /// A copy is made, or cannot be.
    pub fn made(&self, mut copy: ReadyCopy, made: Result<Outgoing, Reason>, wall: Wall) {
        let inner = &mut *self.lock();
        if !inner.ready.park().made(&copy) {
            return;
        }
        match made {
            Ok(mail) => {
                copy.made = Some(Box::new(mail));
                inner.ready.offer(copy);
                self.senders.notify_waiters();
            }
            Err(reason) => {
                inner.finished.push(copy.ended(Outcome::Permanent { reason }, wall));
                self.settler.notify_one();
                self.claimer.notify_one();
            }
        }
    }

    /// Whether a mail that was made after its slot was taken comes too late for it: the time until its first byte is variation of delay,
    /// of which the provider's limit tolerates J in all.
    #[must_use]
    pub fn is_late(&self, slot: Boot, now: Boot) -> bool {
        let took = now.since(slot);
        if took <= WELL {
            return false;
        }
        let inner = self.lock();
        (inner.pacer.rate().is_some() || inner.shares()) && took > inner.settings.jitter / 2
    }

    /// A mail took so long to make that its slot is over. It goes first again, made; its slot is lost. Says whether to go on at once.
    pub fn missed(&self, ticket: Ticket, mut copy: ReadyCopy, mail: Outgoing, now: Boot, wall: Wall) -> Again {
        let inner = &mut *self.lock();
        // The provider was not asked and has said nothing: a trial is still to be made, and what is ready stays for it.
        inner.health.give_back(ticket);
        self.call_over(inner, &copy, &Outcome::NotStarted, now);
        copy.mail.note_slow();
        if copy.withdrawals == inner.withdrawals && inner.may_start() && !inner.health.is_stopped() {
            copy.made = Some(Box::new(mail));
            inner.ready.offer_first(copy);
            self.senders.notify_waiters();
        } else if self.fence.is_taken_over(copy.generation) {
            // Others wait for evidence of what this node did with it.
            inner.finished.push(copy.ended(taken_over(), wall));
            self.settler.notify_one();
        } else {
            // Something was taken back while it was out of reach; it may have been meant.
            inner.finished.push(copy.ended(Outcome::NotStarted, copy.mail.message.due));
            self.settler.notify_one();
        }
        self.go_on(inner, now)
    }
}
