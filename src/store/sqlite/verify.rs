//! Proves the contract's invariants on a live store, one snapshot a slice.

use std::collections::HashMap;

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::DeliveryKey,
    port::store::{Counts, VerifySlice, Violation},
};

use super::{Error, claim::range, readers::Snapshot, row, sql};

/// Violations listed per rule at most.
const LISTED: usize = 100;

pub(super) fn slice(s: &Snapshot<'_>, after: Option<i64>) -> Result<VerifySlice, Error> {
    let mut out = VerifySlice::default();
    let next_topic = match after {
        None => {
            leases(s, &mut out)?;
            ranges(s, &mut out)?;
            idempotency(s, &mut out)?;
            twice(s, &mut out)?;
            -1
        }
        Some(topic) => topic,
    };
    out.next = topic(s, next_topic, &mut out)?;
    Ok(out)
}

fn violate(out: &mut VerifySlice, rule: &'static str, detail: String) {
    if out.violations.iter().filter(|v| v.rule == rule).count() < LISTED {
        out.violations.push(Violation { rule, detail });
    }
}

/// Every lease has a live owner. (One whose owner is gone is reclaimed within seconds of a start; a live store has none.)
fn leases(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    for no in s.rows(sql!("verify_lease_owner"), [], |r| r.get::<_, i64>(0))? {
        violate(out, "lease_without_owner", format!("lease {no} belongs to no living node"));
    }
    Ok(())
}

/// No copy is in two entries or leases at once: that would send it twice.
fn ranges(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    let mut all = s.0.prepare_cached(sql!("verify_ranges"))?;
    let mut all = all.query([])?;
    let mut last: Option<(i64, u32)> = None;
    while let Some(r) = all.next()? {
        let (message, first, count): (i64, u32, u32) = (r.get(0)?, r.get(1)?, r.get(2)?);
        if let Some((before, end)) = last
            && before == message
            && first < end
        {
            violate(out, "claimable_twice", format!("message {message}: copies from {first} on are queued or leased twice"));
        }
        let end = first + count;
        last = Some((message, last.filter(|(m, _)| *m == message).map_or(end, |(_, e)| e.max(end))));
    }
    Ok(())
}

/// No idempotency key without its message.
fn idempotency(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    for no in s.rows(sql!("verify_idempotency"), [], |r| r.get::<_, i64>(0))? {
        violate(out, "key_without_message", format!("idempotency key {no} answers for a message that is not there"));
    }
    Ok(())
}

/// Never two accepted attempts without an unknown between.
fn twice(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    for key in s.rows(sql!("verify_twice"), [], |r| r.get::<_, i64>(0))? {
        violate(out, "sent_twice_unmarked", format!("delivery key {key} was accepted twice and does not show it"));
    }
    Ok(())
}

/// Recounts the topic after the one given. Returns its number, or `None` when there is none.
fn topic(s: &Snapshot<'_>, after: i64, out: &mut VerifySlice) -> Result<Option<i64>, Error> {
    let found = s.row(sql!("verify_topic_after"), [after], |r| {
        let get = |i| r.get::<_, i64>(i);
        let counts = Counts {
            total: get(2)?,
            waiting: get(3)?,
            unsettled: get(4)?,
            sent: get(5)?,
            failed: get(6)?,
            suppressed: get(7)?,
            cancelled: get(8)?,
            expired: get(9)?,
            unknown: get(10)?,
            delivered: get(11)?,
            bounced: get(12)?,
            complained: get(13)?,
            ..Counts::default()
        };
        Ok((get(0)?, r.get::<_, String>(1)?, counts))
    })?;
    let Some((no, name, kept)) = found else { return Ok(None) };
    let name = if name.is_empty() { "(no topic)".to_owned() } else { name };
    let (counted, covered) = recount(s, no, &name, out)?;
    if counted != kept {
        violate(out, "counts_differ", format!("topic {name}: kept {kept:?}, counted {counted:?}"));
    }
    let queued: i64 = s.row(sql!("verify_queue_waiting"), [no], |r| r.get(0))?.unwrap_or(0);
    if queued + covered.leased != counted.waiting {
        violate(
            out,
            "waiting_differs",
            format!("topic {name}: {} wait, {queued} are queued and {} leased", counted.waiting, covered.leased),
        );
    }
    Ok(Some(no))
}

/// What of a topic's waiting mail something will act on.
#[derive(Default)]
struct Covered {
    /// Waiting recipients under a lease.
    leased: i64,
}

fn recount(s: &Snapshot<'_>, topic: i64, name: &str, out: &mut VerifySlice) -> Result<(Counts, Covered), Error> {
    let (mut counts, mut covered) = (Counts::default(), Covered::default());
    let messages: Vec<(i64, i64, u32, bool)> =
        s.rows(sql!("verify_topic_messages"), [topic], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get::<_, Option<i64>>(3)?.is_some())))?;
    let mut entries: HashMap<i64, Vec<(u32, u32)>> = HashMap::new();
    let mut queues: Vec<(i64, bool)> = Vec::new();
    for (no, queue, copies, own_cancel) in messages {
        let retired = match queues.iter().find(|(q, _)| *q == queue) {
            Some((_, retired)) => *retired,
            None => {
                let retired: Option<Option<i64>> = s.row(sql!("queue_cancelled"), [queue], |r| r.get(0))?;
                queues.push((queue, retired.flatten().is_some()));
                for (message, first, count) in s.rows(sql!("verify_entries"), [queue], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))? {
                    entries.entry(message).or_default().push((first, count));
                }
                queues.last().is_some_and(|(_, retired)| *retired)
            }
        };
        let leases: Vec<(i64, u32, u32, u16)> =
            s.rows(sql!("lease_of_message"), [no], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        let (from, to) = range(no, 0, copies);
        let mut rows = s.0.prepare_cached(sql!("delivery_range"))?;
        let mut rows = rows.query((from, to))?;
        while let Some(r) = rows.next()? {
            out.checked += 1;
            let (key, state, attempt, joint, feedback): (i64, i64, u16, Option<i64>, i64) =
                (r.get(0)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?);
            let ordinal = DeliveryKey(key).ordinal();
            let leased = leases.iter().any(|(_, first, count, of)| (*first..first + count).contains(&ordinal) && attempt + 1 == *of);
            let leased = leased && !returned(s, &leases, ordinal)?;
            let queued = entries.get(&no).is_some_and(|all| all.iter().any(|(first, count)| (*first..first + count).contains(&ordinal)));
            if state == State::Waiting.code() && !leased && !queued && !own_cancel {
                violate(
                    out,
                    "waiting_for_nothing",
                    format!("topic {name}: copy {ordinal} of message {no} waits but is in no queue and no lease"),
                );
            }
            let recipients: Vec<(i64, i64)> = match joint {
                None => vec![(state, feedback)],
                Some(_) => {
                    let all = s.rows(sql!("joint_list"), [key], |r| Ok(row::joint(r, &[])))?;
                    all.into_iter().map(|one| one.map(|(_, _, state, feedback)| (state, feedback))).collect::<Result<_, _>>()?
                }
            };
            for (code, feedback) in recipients {
                let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
                let waits = state == State::Waiting;
                covered.leased += i64::from(waits && leased);
                // Cancelled at once in the counts; the row follows.
                let state = if waits && !leased && (retired || own_cancel) { State::Cancelled } else { state };
                counts.total += 1;
                *counts.of_mut(state) += 1;
                FeedbackKind::of_bits(feedback).for_each(|kind| *counts.feedback_mut(kind) += 1);
            }
        }
    }
    Ok((counts, covered))
}

fn returned(s: &Snapshot<'_>, leases: &[(i64, u32, u32, u16)], ordinal: u32) -> Result<bool, Error> {
    for (no, first, count, _) in leases {
        if (*first..first + count).contains(&ordinal) && s.rows(sql!("lease_marks"), [no], |r| r.get::<_, u32>(0))?.contains(&ordinal) {
            return Ok(true);
        }
    }
    Ok(false)
}
