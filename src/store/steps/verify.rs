//! Proves the contract's invariants on a live store, one snapshot a slice.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use jebi_domain::{
    content::FileId,
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, DeliveryKey},
    port::store::{Counts, VerifySlice, Violation},
    settle::summed_up,
};

use super::{Error, Row, Snapshot, claim::range, q, results, row};

/// Violations listed per rule at most.
const LISTED: usize = 100;

pub(super) fn slice(s: &Snapshot<'_>, after: Option<i64>) -> Result<VerifySlice, Error> {
    let mut out = VerifySlice::default();
    let next_topic = match after {
        None => {
            leases(s, &mut out)?;
            totals(s, &mut out)?;
            idempotency(s, &mut out)?;
            paused(s, &mut out)?;
            twice(s, &mut out)?;
            files(s, &mut out)?;
            -1
        }
        Some(topic) => topic,
    };
    out.next = topic(s, next_topic, &mut out)?;
    Ok(out)
}

pub(super) fn violate(out: &mut VerifySlice, rule: &'static str, detail: String) {
    if out.violations.iter().filter(|v| v.rule == rule).count() < LISTED {
        out.violations.push(Violation { rule, detail });
    }
}

/// Every lease has a live owner. (One whose owner is gone is reclaimed within seconds of a start; a live store has none.)
fn leases(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    let read = |r: &Row<'_>| Ok((r.get::<i64>(0)?, r.get::<u32>(1)?, r.get::<u32>(2)?, r.get::<Option<Vec<u8>>>(3)?));
    for (no, first, count, message) in s.rows(q!("verify_lease_owner"), (), read)? {
        let id = message.map(|id| row::id(&id)).transpose()?;
        let what = id.map_or_else(
            || "of a message that is gone".to_owned(),
            |message| format!("from delivery {}", DeliveryId { message, ordinal: first }),
        );
        violate(out, "lease_without_owner", format!("lease {no} belongs to no living node: {count} copies {what}"));
    }
    Ok(())
}

/// The sums over all topics, which every health check reads, are those of the topics.
fn totals(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    let read = |r: &Row<'_>| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?));
    let (kept, summed) = (s.row(q!("totals_get"), (), read)?, s.row(q!("verify_totals"), (), read)?);
    if kept != summed {
        violate(out, "totals_differ", format!("waiting and unsettled: kept {kept:?}, summed over the topics {summed:?}"));
    }
    Ok(())
}

/// No idempotency key without its message.
fn idempotency(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    for no in s.rows(q!("verify_idempotency"), (), |r| r.get::<i64>(0))? {
        violate(out, "key_without_message", format!("idempotency key {no} answers for a message that is not there"));
    }
    Ok(())
}

/// What claims go by is what a topic's row says: a pause that is not seen sends mail somebody has stopped.
fn paused(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    type Pause = Option<i64>;
    let read = |r: &Row<'_>| Ok((r.get::<String>(0)?, r.get::<Pause>(1)?, r.get::<Pause>(2)?));
    for (name, topic, seen) in s.rows(q!("verify_paused"), (), read)? {
        let says = |pause: Pause| pause.map_or_else(|| "not paused".to_owned(), |at| format!("paused at {at}"));
        violate(out, "pause_differs", format!("topic {name} is {}, claims take it as {}", says(topic), says(seen)));
    }
    Ok(())
}

/// Never two accepted attempts without an unknown between.
fn twice(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    for key in s.rows(q!("verify_twice"), (), |r| r.get::<i64>(0))? {
        violate(out, "sent_twice_unmarked", format!("delivery key {key} was accepted twice and does not show it"));
    }
    for (key, position) in s.rows(q!("verify_twice_joint"), (), |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))? {
        let who = format!("recipient {position} of delivery key {key}");
        violate(out, "sent_twice_unmarked", format!("{who} was accepted twice and does not show it"));
    }
    Ok(())
}

/// Every file a message carries is there, with all its bytes.
fn files(s: &Snapshot<'_>, out: &mut VerifySlice) -> Result<(), Error> {
    let listed = i64::try_from(LISTED).unwrap_or(i64::MAX);
    for (message, file) in s.rows(q!("verify_file_refs"), [listed], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))? {
        violate(out, "file_missing", format!("message {message} carries file {file}, which is not there"));
    }
    let read = |r: &Row<'_>| Ok((r.get::<Vec<u8>>(0)?, r.get::<i64>(1)?, r.get::<i64>(2)?));
    for (hash, size, there) in s.rows(q!("verify_file_sizes"), [listed], read)? {
        let id = hash.try_into().map_or_else(|_| "without an id".to_owned(), |hash| FileId(hash).to_string());
        violate(out, "file_incomplete", format!("file {id} has {size} bytes, {there} of them are there"));
    }
    Ok(())
}

/// Recounts the topic after the one given. Returns its number, or `None` when there is none.
fn topic(s: &Snapshot<'_>, after: i64, out: &mut VerifySlice) -> Result<Option<i64>, Error> {
    let found = s.row(q!("verify_topic_after"), [after], |r| {
        let get = |i| r.get::<i64>(i);
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
            soft_bounced: get(14)?,
            delayed: get(15)?,
            rejected: get(16)?,
            opened: get(17)?,
            clicked: get(18)?,
            opened_by_person: get(19)?,
            clicked_by_person: get(20)?,
            unsubscribed: get(21)?,
            sending: 0,
        };
        Ok((get(0)?, r.get::<String>(1)?, counts, get(22)?))
    })?;
    let Some((no, name, kept, created_at)) = found else { return Ok(None) };
    let name = if name.is_empty() { "(no topic)".to_owned() } else { name };
    let (counted, covered) = recount(s, no, &name, out)?;
    if counted != kept {
        violate(out, "counts_differ", format!("topic {name}: kept {kept:?}, counted {counted:?}"));
    }
    results::verify(s, (no, created_at), &name, &counted, out)?;
    let queued: i64 = s.row(q!("verify_queue_waiting"), [no], |r| r.get(0))?.unwrap_or(0);
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

/// What may act on copies of a message: its entries and leases.
#[derive(Default)]
struct Acting {
    /// First, count, attempt.
    entries: Vec<(u32, u32, u16)>,
    leases: Vec<Leased>,
}

struct Leased {
    no: i64,
    first: u32,
    count: u32,
    attempt: u16,
    open: i64,
    /// Ordinals given back or settled out of turn.
    marks: HashSet<u32>,
    /// Copies without an outcome found under it.
    found: i64,
}

impl Acting {
    /// How many entries and leases would act on a copy next.
    fn on(&mut self, ordinal: u32, done: u16) -> (usize, usize) {
        let covers = |first: u32, count: u32, attempt: u16| (first..first + count).contains(&ordinal) && done + 1 == attempt;
        let queued = self.entries.iter().filter(|(first, count, attempt)| covers(*first, *count, *attempt)).count();
        let mut leased = 0;
        for l in self.leases.iter_mut().filter(|l| covers(l.first, l.count, l.attempt) && !l.marks.contains(&ordinal)) {
            l.found += 1;
            leased += 1;
        }
        (queued, leased)
    }
}

/// A queue met while recounting.
struct Queue {
    retired: bool,
    entries: HashMap<i64, Vec<(u32, u32, u16)>>,
}

fn queue(s: &Snapshot<'_>, no: i64) -> Result<Queue, Error> {
    let retired: Option<Option<i64>> = s.row(q!("queue_cancelled"), [no], |r| r.get(0))?;
    let mut entries: HashMap<i64, Vec<(u32, u32, u16)>> = HashMap::new();
    for (message, first, count, attempt) in s.rows(q!("verify_entries"), [no], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))? {
        entries.entry(message).or_default().push((first, count, attempt));
    }
    Ok(Queue { retired: retired.flatten().is_some(), entries })
}

fn leased(s: &Snapshot<'_>, message: i64) -> Result<Vec<Leased>, Error> {
    let mut leases = s.rows(q!("lease_of_message"), [message], |r| {
        Ok(Leased {
            no: r.get(0)?,
            first: r.get(1)?,
            count: r.get(2)?,
            attempt: r.get(3)?,
            open: r.get(4)?,
            marks: HashSet::new(),
            found: 0,
        })
    })?;
    for lease in &mut leases {
        lease.marks = s.rows(q!("lease_marks"), [lease.no], |r| r.get::<u32>(0))?.into_iter().collect();
    }
    Ok(leases)
}

fn recount(s: &Snapshot<'_>, topic: i64, name: &str, out: &mut VerifySlice) -> Result<(Counts, Covered), Error> {
    let (mut counts, mut covered) = (Counts::default(), Covered::default());
    let messages: Vec<(i64, i64, u32, bool)> =
        s.rows(q!("verify_topic_messages"), [topic], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get::<Option<i64>>(3)?.is_some())))?;
    let mut queues: HashMap<i64, Queue> = HashMap::new();
    for (no, in_queue, copies, own_cancel) in messages {
        let home = match queues.entry(in_queue) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(queue(s, in_queue)?),
        };
        let mut acting = Acting { entries: home.entries.remove(&no).unwrap_or_default(), leases: leased(s, no)? };
        let cancelled = home.retired || own_cancel;
        let (from, to) = range(no, 0, copies);
        s.visit(q!("delivery_range"), (from, to), |r| {
            out.checked += 1;
            let (key, code, attempt, joint, feedback): (i64, i64, u16, Option<i64>, i64) =
                (r.get(0)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?);
            let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
            let ordinal = DeliveryKey(key).ordinal();
            let copy = || format!("topic {name}: copy {ordinal} of message {no}");
            let mut out_now = false;
            // A result is final whatever still lists it: entries and leases let go of it when they come to it.
            if matches!(state, State::Waiting | State::Unsettled) {
                let (queued, leased) = acting.on(ordinal, attempt);
                out_now = leased > 0;
                if queued + leased > 1 {
                    violate(out, "claimable_twice", format!("{} is in {queued} queue entries and {leased} leases", copy()));
                }
                // An unsettled one without a next try is held for a person.
                let waits = state == State::Waiting || r.get::<Option<i64>>(7)?.is_some();
                if waits && queued + leased == 0 && !cancelled {
                    violate(out, "waiting_for_nothing", format!("{} waits but is in no queue and no lease", copy()));
                }
            }
            let recipients: Vec<(i64, i64)> = match joint {
                None => vec![(code, feedback)],
                Some(_) => {
                    let all = s.rows(q!("joint_list"), [key], |r| Ok(row::joint(r)))?;
                    let people = all.into_iter().collect::<Result<Vec<_>, _>>()?;
                    let want = summed_up(people.iter().map(|one| one.state));
                    if want != state {
                        violate(
                            out,
                            "joint_sum_differs",
                            format!("{} is {}, its recipients make it {}", copy(), state.as_str(), want.as_str()),
                        );
                    }
                    let of_copy = FeedbackKind::of_bits(feedback & FeedbackKind::OF_COPY);
                    of_copy.for_each(|kind| *counts.feedback_mut(kind) += 1);
                    people.into_iter().map(|one| (one.state.code(), one.feedback & !FeedbackKind::OF_COPY)).collect()
                }
            };
            for (code, feedback) in recipients {
                let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
                let waits = state == State::Waiting;
                covered.leased += i64::from(waits && out_now);
                // Cancelled at once in the counts; the row follows.
                let state = if waits && !out_now && cancelled { State::Cancelled } else { state };
                counts.total += 1;
                *counts.of_mut(state) += 1;
                FeedbackKind::of_bits(feedback).for_each(|kind| *counts.feedback_mut(kind) += 1);
            }
            Ok(true)
        })?;
        // A lease that ends before its copies have an outcome would leave them to nobody.
        for l in acting.leases.iter().filter(|l| l.open < l.found) {
            violate(out, "lease_miscounted", format!("lease {} counts {} copies out, {} are", l.no, l.open, l.found));
        }
    }
    Ok((counts, covered))
}
