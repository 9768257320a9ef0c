//! Bulk mail of senders' domains that are held back, as a claim meets it. The few entries whose turn comes soon stay where they are; all
//! others are set aside, each once: far behind what is due, under their domain, until they are brought back to where they were. So
//! neither what waits behind them nor the writer pays for them again.

use std::{collections::BTreeMap, time::Duration};

use jebi_domain::{
    message::Lane,
    port::store::{Claim, DomainRoom},
    reputation::domain_of,
    time::Wall,
};

use super::{Error, claim::Entry, known::Known, q, turn::Turn};

/// Entries one claim may set aside or settle as cancelled, expired or suppressed, from all its queues together, before it leaves the
/// rest for the next: it shares the writer with everybody.
const CLEARED: u32 = 500;
/// Entries one claim may pass by, and of those the ones for their domains: whatever is behind several domains that are held back is reached.
const PASSED: u32 = 200;
const PASSED_FOR_DOMAINS: u32 = PASSED / 2;
/// What is set aside is looked at again after so long even if nobody brings it back.
const FAR: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The soonest entries passed by are looked at again.
const NEXT: Duration = Duration::from_secs(1);
/// When an entry that is larger than what is left of an account's allowance is looked at again.
const SOON: Duration = Duration::from_secs(5);

/// What a claim may still do.
pub(super) struct Limits {
    domains: Vec<DomainRoom>,
    /// Recipients, of the whole account.
    recipients: u32,
    pub cleared: u32,
    passed: u32,
    passed_for_domains: u32,
    now: Wall,
}

/// Where a claim is in a queue that it has passed entries of by.
#[derive(Clone, Copy)]
pub(super) struct Passed {
    /// The last of them.
    pub due: i64,
    pub no: i64,
    /// When they are looked at again.
    pub again: Wall,
}

/// What became of an entry nothing may go of.
pub(super) enum Stopped {
    Passed(Passed),
    Aside,
}

impl Limits {
    pub fn of(claim: &Claim) -> Self {
        Self { domains: claim.domains.clone(), recipients: claim.recipients, cleared: 0, passed: 0, passed_for_domains: 0, now: claim.now }
    }

    /// Whether the rest is for the next claim.
    pub fn is_spent(&self) -> bool {
        self.cleared >= CLEARED
    }

    /// Rows that may still be cleared.
    pub fn left(&self) -> u32 {
        CLEARED.saturating_sub(self.cleared)
    }

    /// Whether no more entries may be passed by.
    pub fn is_past(&self) -> bool {
        self.passed >= PASSED
    }

    /// Whether everything may go as far as is known: entries need not be looked at one by one.
    pub fn is_open(&self) -> bool {
        self.recipients == u32::MAX && self.domains.iter().all(|place| place.room == u32::MAX && place.pace == u32::MAX)
    }

    /// The place of a bulk mail's sender's domain among those that are or were held back.
    pub fn place(&self, lane: Lane, known: &Known) -> Option<usize> {
        if self.domains.is_empty() || lane != Lane::Bulk {
            return None;
        }
        let domain = domain_of(&known.message.content.from.email);
        self.domains.iter().position(|place| place.domain == domain)
    }

    pub fn late_from(&self, place: Option<usize>, claim: &Claim) -> Wall {
        place.map_or(claim.late_from, |i| self.domains[i].late_from.max(claim.late_from))
    }

    /// Copies that may go, and recipients together.
    pub fn room(&self, place: Option<usize>) -> (u32, u32) {
        let Some(place) = place.map(|i| &self.domains[i]) else { return (self.recipients, self.recipients) };
        let most = place.room.min(self.recipients);
        (most.min(place.pace), most)
    }

    /// So many recipients were claimed.
    pub fn take(&mut self, place: Option<usize>, recipients: u32) {
        if let Some(i) = place {
            self.domains[i].take(recipients);
        }
        if self.recipients < u32::MAX {
            self.recipients = self.recipients.saturating_sub(recipients);
        }
    }

    /// Looks at the sender's domain alone: `None` where its mail may go, or it takes more to know. What it says is not read.
    pub fn look(&mut self, turn: &mut Turn<'_>, lane: Lane, entry: &Entry) -> Result<Option<Stopped>, Error> {
        if lane != Lane::Bulk || self.domains.iter().all(DomainRoom::is_open) {
            return Ok(None);
        }
        // Of what was cancelled the counts move: that is settled as ever.
        let found = turn.row(q!("message_sender"), [entry.message], |r| Ok((r.get::<Option<String>>(0)?, r.get::<Option<i64>>(1)?)))?;
        let Some((Some(domain), expires_at)) = found else { return Ok(None) };
        let closed = |place: &DomainRoom| place.domain == domain && !place.is_open();
        if expires_at.is_some_and(|at| at <= self.now.0) {
            return Ok(None);
        }
        match self.domains.iter().position(closed) {
            Some(i) => self.stop(turn, Some(i), entry, expires_at).map(Some),
            None => Ok(None),
        }
    }

    /// Passes an entry by or sets it aside; it stays as it is, whole.
    pub fn stop(&mut self, turn: &mut Turn<'_>, place: Option<usize>, entry: &Entry, expires_at: Option<i64>) -> Result<Stopped, Error> {
        let passed = |again| Stopped::Passed(Passed { due: entry.due, no: entry.no, again });
        let Some(place) = place.map(|i| &mut self.domains[i]) else {
            self.passed += 1;
            return Ok(passed(self.now + SOON));
        };
        // One that is too large for what is left is not in the way of others for long.
        if self.passed_for_domains < PASSED_FOR_DOMAINS && (place.keep > 0 || place.is_open()) {
            self.passed += 1;
            self.passed_for_domains += 1;
            place.keep = place.keep.saturating_sub(1);
            return Ok(passed(place.until.max(self.now + NEXT)));
        }
        self.cleared += 1;
        let until = (self.now + FAR).0.min(expires_at.unwrap_or(i64::MAX));
        turn.run(q!("entry_set_aside"), (entry.queue, entry.due, entry.no, until, place.domain.as_str()))?;
        turn.filled(entry.queue, Wall(until));
        Ok(Stopped::Aside)
    }
}

/// Puts entries of a domain back where they were, the first first; how many.
pub(super) fn bring_back(turn: &mut Turn<'_>, domain: &str, most: u32) -> Result<u32, Error> {
    let read = |r: &super::Row<'_>| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?, r.get::<i64>(2)?));
    let entries = turn.rows_of(q!("entries_aside"), (domain, most), read)?;
    // Queues before their entries, as everywhere.
    let mut queues: Vec<i64> = entries.iter().map(|(queue, ..)| *queue).collect();
    queues.sort_unstable();
    queues.dedup();
    turn.db.lock_queues(&queues)?;
    let mut brought = 0;
    let mut live = BTreeMap::new();
    for queue in queues {
        let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [queue], |r| r.get(0))?;
        live.insert(queue, retired == Some(None));
    }
    for (queue, due, no) in entries {
        // Another node may have been first.
        if let Some(due) = turn.row(q!("entry_bring_back"), (queue, due, no), |r| r.get(0))? {
            // Of a cancelled topic nothing is to be claimed: its entries wait for the sweep alone.
            if live.get(&queue) == Some(&true) {
                turn.filled(queue, Wall(due));
            }
            brought += 1;
        }
    }
    Ok(brought)
}
