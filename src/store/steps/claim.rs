//! Claiming: copies leave the head of a queue's entries and come under a lease. At this last moment, in this order, what is
//! cancelled, expired or suppressed is settled as that instead.

use jebi_domain::{
    delivery::State,
    id::{DeliveryKey, Incarnation, LeaseNo, MessageNo, QueueNo},
    message::{Copy, Lane, OnUnknown},
    port::store::{Claim, ClaimReport, Claimed, QueueInfo},
    time::Wall,
};

use super::{
    Error, Value,
    aside::{Limits, Passed, Stopped},
    db,
    hooks::{self, Whom},
    joint::{Joint, addressees, alone},
    kept_back,
    known::Known,
    params, q,
    record::{Ended, Whose},
    turn::Turn,
};

/// An entry at the head of a queue.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub queue: i64,
    pub due: i64,
    pub no: i64,
    pub message: i64,
    pub first: u32,
    pub count: u32,
    pub attempt: u16,
}

impl Entry {
    pub fn read(queue: i64, r: &db::Row<'_>) -> Result<Self, Error> {
        Ok(Self { queue, due: r.get(0)?, no: r.get(1)?, message: r.get(2)?, first: r.get(3)?, count: r.get(4)?, attempt: r.get(5)? })
    }

    /// Takes `n` copies off its head.
    pub fn take(&self, turn: &mut Turn<'_>, n: u32) -> Result<(), Error> {
        if n >= self.count {
            turn.run(q!("entry_delete"), (self.queue, self.due, self.no))?;
        } else {
            turn.run(q!("entry_advance"), (self.queue, self.due, self.no, n))?;
        }
        turn.rows += 1;
        turn.delta.queue(self.queue, 0);
        Ok(())
    }

    /// Its message is gone: deleted for its age with all its copies, whose results did not wait for this entry.
    pub fn of_deleted(&self, turn: &mut Turn<'_>) -> Result<(), Error> {
        let (from, to) = range(self.message, self.first, self.count);
        match turn.row(q!("retention_slice"), (from, to, 1), |_| Ok(()))? {
            None => self.take(turn, self.count),
            Some(()) => Err(Error::damaged("entry", "its message is gone")),
        }
    }
}

/// A copy's row, as claiming needs it.
struct Row {
    key: DeliveryKey,
    state: State,
    attempt: u16,
    joint: bool,
    copy: Copy,
    /// Recipients without a result.
    waiting: i64,
    unsettled: i64,
}

pub(super) fn claim(turn: &mut Turn<'_>, claim: &Claim) -> Result<ClaimReport, Error> {
    // One that was ended by others must not take anything any more.
    if !turn.is_alive(claim.incarnation)? {
        return Err(Error::Ended);
    }
    turn.db.lock_queues(&claim.turns.iter().map(|(queue, _)| queue.0).collect::<Vec<_>>())?;
    for (queue, _) in &claim.turns {
        turn.ahead(q!("queue_get"), [queue.0])?;
        turn.ahead(q!("entry_due"), (queue.0, claim.now.0))?;
    }
    let (mut report, mut limits) = (ClaimReport::default(), Limits::of(claim));
    for (queue, want) in &claim.turns {
        claim_queue(turn, claim, (*queue, *want), &mut limits, &mut report)?;
    }
    Ok(report)
}

fn claim_queue(
    turn: &mut Turn<'_>,
    claim: &Claim,
    (queue, want): (QueueNo, u32),
    limits: &mut Limits,
    report: &mut ClaimReport,
) -> Result<(), Error> {
    let found = turn.row(q!("queue_get"), [queue.0], |r| {
        let (lane, topic): (i64, i64) = (r.get(1)?, r.get(2)?);
        let own = r.get::<String>(0)? == claim.provider;
        Ok((lane, topic, own, r.get::<Option<i64>>(3)?.is_some(), r.get::<Option<i64>>(4)?.is_some(), r.get::<Option<i64>>(5)?))
    })?;
    // One that was moved to another provider is gone for this one.
    let Some((lane, topic, _, cancelled, paused, next_due)) = found.filter(|(_, _, own, ..)| *own) else {
        report.queues.push(QueueInfo { queue, lane: Lane::Bulk, next_due: None, paused: false });
        return Ok(());
    };
    let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
    turn.found_home(queue.0, &claim.provider, lane);
    // A held store gives nothing, like a paused topic.
    let paused = paused || turn.memory.common.is_held(lane);
    let mut info = QueueInfo { queue, lane, next_due: next_due.map(Wall), paused };
    if cancelled || paused {
        info.next_due = if cancelled { None } else { info.next_due };
        report.queues.push(info);
        return Ok(());
    }
    let mut left = want;
    // The entry at the head, where it was taken from and something is left of it.
    let mut head = None;
    // The due time of the entry before: nothing is due earlier.
    let mut from = None;
    // What was passed by because nothing of it may go now, and whether nothing that may go is behind it.
    let (mut passed, mut is_dry): (Option<Passed>, bool) = (None, false);
    while left > 0 && !limits.is_spent() {
        let due = match (passed, from) {
            (Some(last), _) => turn.row(q!("entry_after"), (queue.0, claim.now.0, last.due, last.no), |r| Entry::read(queue.0, r))?,
            (None, None) => turn.row(q!("entry_due"), (queue.0, claim.now.0), |r| Entry::read(queue.0, r))?,
            (None, Some(from)) => turn.row(q!("entry_next"), (queue.0, claim.now.0, from), |r| Entry::read(queue.0, r))?,
        };
        is_dry = due.is_none() || (passed.is_some() && limits.is_past());
        let Some(entry) = due.filter(|_| !is_dry) else { break };
        from = Some(entry.due);
        let mut stop = |stopped| match stopped {
            Stopped::Passed(last) => {
                passed = Some(Passed { again: passed.map_or(last.again, |p: Passed| p.again.min(last.again)), ..last });
            }
            Stopped::Aside => {}
        };
        if let Some(stopped) = limits.look(turn, lane, &entry)? {
            (head, ()) = (None, stop(stopped));
            continue;
        }
        if entry.attempt == 1 && limits.is_open() {
            turn.ahead(q!("delivery_claim"), range(entry.message, entry.first, left.min(entry.count)))?;
        }
        let found = match turn.known(entry.message) {
            Ok(None) => entry.of_deleted(turn).map(|()| None),
            found => found,
        };
        let known = match found {
            Ok(Some(known)) => known,
            Ok(None) => {
                head = None;
                continue;
            }
            // One that cannot be read keeps its own queue waiting, not everybody's: as if empty, until the queues are read again.
            Err(e @ Error::Damaged { .. }) => {
                tracing::error!(error = %e, message = entry.message, "a message cannot be read; the mail of its topic behind it waits");
                info.next_due = None;
                report.queues.push(info);
                return Ok(());
            }
            Err(e) => return Err(e),
        };
        let place = limits.place(lane, &known);
        let late_from = limits.late_from(place, claim);
        if let Some(as_state) = overdue(turn, (claim, late_from), &entry, &known)? {
            let n = entry.count.min(limits.left());
            clear(turn, &entry, topic, n, as_state, claim.now)?;
            head = (n < entry.count).then_some(entry.due);
            limits.cleared += n;
            continue;
        }
        let (may, most) = limits.room(place);
        let may = left.min(may).min(entry.count);
        let (gone, taken) = if may == 0 { (0, None) } else { lease(turn, claim, &entry, &known, (may, most))? };
        if gone == 0 {
            let expires_at = known.message.expires_at.map(|at| at.0);
            (head, ()) = (None, stop(limits.stop(turn, place, &entry, expires_at)?));
            continue;
        }
        head = (gone < entry.count).then_some(entry.due);
        let copies = taken.as_ref().map_or(0, |c| u32::try_from(c.copies.len()).unwrap_or(gone));
        limits.cleared += gone.saturating_sub(copies);
        limits.take(place, taken.as_ref().map_or(0, Claimed::recipients));
        left = left.saturating_sub(copies);
        report.claimed.extend(taken);
    }
    let next = match (passed, head) {
        // Nothing else is due.
        (Some(passed), _) if is_dry => Some(passed.again.0),
        (Some(_), _) => Some(claim.now.0),
        (None, Some(due)) => Some(due),
        (None, None) => turn.row(q!("entry_first"), [queue.0], |r| r.get(0))?,
    };
    info.next_due = next.map(Wall);
    report.queues.push(info);
    Ok(())
}

/// Which result the head of the queue gets instead of being sent.
fn overdue(turn: &mut Turn<'_>, (claim, late_from): (&Claim, Wall), entry: &Entry, known: &Known) -> Result<Option<State>, Error> {
    if known.cancelled {
        return Ok(Some(State::Cancelled));
    }
    if known.message.expires_at.is_some_and(|at| at <= claim.now) {
        return Ok(Some(State::Expired));
    }
    if entry.attempt > 1 || known.attempted {
        return Ok(None);
    }
    if known.lapsed {
        return Ok(Some(State::Expired));
    }
    if claim.now.0.saturating_sub(known.message.due.max(late_from).0) <= claim.max_lateness_ms {
        return Ok(None);
    }
    // A message of which something was attempted ends by its own expiry only. Decided once, for all its entries.
    if !turn.rows_of(q!("lease_of_message"), [entry.message], |_| Ok(()))?.is_empty() {
        return Ok(None);
    }
    let (from, to) = range(entry.message, 0, known.copies);
    let mut known = known.clone();
    known.attempted = turn.row(q!("message_attempted"), (from, to), |_| Ok(()))?.is_some();
    known.lapsed = !known.attempted;
    if known.lapsed {
        turn.execute(q!("message_lapse"), (entry.message, claim.now.0))?;
    }
    let state = known.lapsed.then_some(State::Expired);
    turn.remember(entry.message, known);
    Ok(state)
}

/// First and last key of copies of a message.
pub(super) fn range(message: i64, first: u32, count: u32) -> (i64, i64) {
    let no = MessageNo(message);
    (DeliveryKey::new(no, first).0, DeliveryKey::new(no, first + count.saturating_sub(1)).0)
}

/// Gives `n` copies at the head of an entry the result cancelled or expired; those that may have been sent become unknown.
/// A cancelled message's waiting recipients were counted when it was cancelled.
pub(super) fn clear(turn: &mut Turn<'_>, entry: &Entry, topic: i64, n: u32, result: State, now: Wall) -> Result<(), Error> {
    for row in rows(turn, entry, n)? {
        if row.joint {
            let mut copy = Joint::read(turn, row.key, (row.state, row.attempt))?;
            end_open(turn, &mut copy, (result, State::Unknown), now)?;
        } else {
            let to = if row.state == State::Unsettled { State::Unknown } else { result };
            turn.change(q!("delivery_state"), (row.key.0, row.state.code(), to.code(), now.0))?;
            hooks::tell_result(turn, to, Whom::alone(row.key).in_queue(entry.queue), now, None)?;
        }
        turn.rows += 1;
        turn.delta.topic(topic).moved(Some(State::Unsettled), State::Unknown, row.unsettled);
        if result != State::Cancelled {
            turn.delta.topic(topic).moved(Some(State::Waiting), result, row.waiting);
            turn.delta.queue(entry.queue, -row.waiting);
        }
    }
    entry.take(turn, n)
}

/// Ends the open recipients of a joint copy: those that wait, and those that are unsettled.
fn end_open(turn: &mut Turn<'_>, copy: &mut Joint, (waiting, unsettled): (State, State), now: Wall) -> Result<(), Error> {
    for i in 0..copy.people.len() {
        let to = match copy.people[i].state {
            State::Waiting => waiting,
            State::Unsettled => unsettled,
            _ => continue,
        };
        settle_open(turn, copy, i, to, now)?;
    }
    copy.sum_up(turn, copy.attempt, now, None)
}

/// Gives an open recipient another state without an attempt; what was said of it stands.
fn settle_open(turn: &mut Turn<'_>, copy: &mut Joint, i: usize, to: State, now: Wall) -> Result<(), Error> {
    let from = std::mem::replace(&mut copy.people[i].state, to);
    copy.people[i].changed_at = Some(now.0);
    copy.put(turn, i, from)?;
    // Some stay as they are.
    if from == to { Ok(()) } else { hooks::tell_result(turn, to, Whom::alone(copy.key).at(copy.people[i].position), now, None) }
}

/// The copies at the head of an entry that still want its attempt.
fn rows(turn: &Turn<'_>, entry: &Entry, n: u32) -> Result<Vec<Row>, Error> {
    let (from, to) = range(entry.message, entry.first, n);
    if entry.attempt > 1 {
        // Evidence may come for one of them. Those that wait for their first attempt are nobody else's.
        turn.db.lock_copies(from, to)?;
    }
    let mut out = Vec::with_capacity(n as usize);
    let found = turn.rows_of(q!("delivery_claim"), (from, to), |r| {
        let (code, attempt): (i64, u16) = (r.get(3)?, r.get(4)?);
        let Some(state @ (State::Waiting | State::Unsettled)) = State::from_code(code).filter(|_| attempt + 1 == entry.attempt) else {
            return Ok(None);
        };
        let joint = r.get::<Option<i64>>(5)?.is_some();
        let person = if joint { None } else { Some(alone(r.get(1)?, r.get(2)?, state)) };
        let personal = r.get::<Option<String>>(6)?.map(String::into_boxed_str);
        Ok(Some((DeliveryKey(r.get(0)?), state, attempt, joint, person, personal)))
    })?;
    for (key, state, attempt, joint, person, personal) in found.into_iter().flatten() {
        let addressees = match person {
            Some(person) => vec![person],
            None => addressees(turn, key)?,
        };
        let count = |unsettled: bool| addressees.iter().map(|a| i64::from(a.open && a.unsettled == unsettled)).sum();
        let (waiting, unsettled) = (count(false), count(true));
        let copy = Copy { ordinal: key.ordinal(), addressees, personal };
        out.push(Row { key, state, attempt, joint, copy, waiting, unsettled });
    }
    Ok(out)
}

/// Puts copies at the head of an entry under a lease: at most `n`, to `most` recipients together. Returns how many left the entry, none
/// where the first is to more, and those to be sent.
fn lease(turn: &mut Turn<'_>, claim: &Claim, entry: &Entry, known: &Known, (n, most): (u32, u32)) -> Result<(u32, Option<Claimed>), Error> {
    let mut rows = rows(turn, entry, n)?;
    if rows.first().is_some_and(|first| first.waiting + first.unsettled > i64::from(most)) {
        return Ok((0, None));
    }
    // Copies never tried and copies to be resent are decided apart, so they do not share a lease. Joint copies have none in common either:
    // a lease has one number of recipients for all its copies.
    let mut n = n;
    if let Some(other) = (1..rows.len()).find(|i| rows[*i].joint || rows[*i].state != rows[0].state) {
        n = rows[other].key.ordinal() - entry.first;
        rows.truncate(other);
    }
    keep_back(turn, entry, known, &mut rows, claim.now)?;
    if known.message.on_unknown == OnUnknown::Hold {
        give_up(turn, known, &mut rows, claim.now)?;
    }
    let was_unsettled = rows.first().is_some_and(|r| r.state == State::Unsettled);
    entry.take(turn, n)?;
    if rows.is_empty() {
        return Ok((n, None));
    }
    turn.delta.queue(entry.queue, -rows.iter().map(|r| r.waiting).sum::<i64>());
    let no = turn.memory.common.lease_no();
    let Incarnation(incarnation) = claim.incarnation;
    turn.append(
        q!("lease_insert"),
        params![
            no,
            incarnation,
            entry.queue,
            entry.message,
            entry.first,
            n,
            entry.attempt,
            rows.len() as i64,
            if was_unsettled { rows[0].unsettled } else { rows[0].waiting },
            was_unsettled,
            claim.now.0
        ],
    )?;
    if !was_unsettled && rows[0].unsettled > 0 {
        turn.execute(q!("lease_again"), (no, rows[0].unsettled))?;
    }
    turn.rows += 1;
    let claimed = Claimed {
        lease: LeaseNo(no),
        queue: QueueNo(entry.queue),
        message_no: MessageNo(entry.message),
        message: std::sync::Arc::clone(&known.message),
        attempt: entry.attempt,
        was_unsettled,
        copies: rows.into_iter().map(|r| r.copy).collect(),
    };
    Ok((n, Some(claimed)))
}

/// Ends what is unsettled where the message is not to be resent, but for what an operator sends again; others of a joint copy go on.
fn give_up(turn: &mut Turn<'_>, known: &Known, rows: &mut Vec<Row>, now: Wall) -> Result<(), Error> {
    for row in rows.iter_mut().filter(|r| r.unsettled > 0) {
        if turn.row(q!("decision_resend"), (row.key.0, row.attempt), |_| Ok(()))?.is_some() {
            continue;
        }
        if row.joint {
            let mut copy = Joint::read(turn, row.key, (row.state, row.attempt))?;
            end_open(turn, &mut copy, (State::Waiting, State::Unknown), now)?;
        } else {
            turn.change(q!("delivery_state"), (row.key.0, State::Unsettled.code(), State::Unknown.code(), now.0))?;
            hooks::tell_result(turn, State::Unknown, Whom::alone(row.key).in_queue(known.queue), now, None)?;
        }
        row.copy.addressees.iter_mut().filter(|a| a.unsettled).for_each(|a| (a.open, a.unsettled) = (false, false));
        turn.delta.topic(known.topic).moved(Some(State::Unsettled), State::Unknown, std::mem::take(&mut row.unsettled));
        turn.rows += 1;
    }
    rows.retain(|r| r.waiting + r.unsettled > 0);
    Ok(())
}

/// Takes out recipients who came onto the suppression list, were erased or refused it since the message was accepted; before that, accepting
/// has looked. What may have been sent already is settled by evidence or its review, not by a list.
fn keep_back(turn: &mut Turn<'_>, entry: &Entry, known: &Known, rows: &mut Vec<Row>, now: Wall) -> Result<(), Error> {
    let waiting = rows.iter().filter(|r| r.waiting > 0);
    let emails = || waiting.flat_map(|r| &r.copy.addressees).map(|a| a.mailbox.email.as_str()).collect::<Vec<_>>().into_iter();
    let Some(reasons) = kept_back::since(turn, (entry.message, &known.message), emails)? else { return Ok(()) };
    let mut reasons = reasons.into_iter();
    for row in rows.iter_mut().filter(|r| r.waiting > 0) {
        let own: Vec<_> = reasons.by_ref().take(row.copy.addressees.len()).collect();
        take_out(turn, (entry, known), row, own, now)?;
    }
    rows.retain(|r| r.waiting + r.unsettled > 0);
    Ok(())
}

/// Gives those of a copy's waiting recipients for whom there is a reason the result suppressed.
fn take_out(
    turn: &mut Turn<'_>,
    (entry, known): (&Entry, &Known),
    row: &mut Row,
    reasons: Vec<Option<String>>,
    now: Wall,
) -> Result<(), Error> {
    let mut gone = Vec::new();
    for ((i, a), reason) in row.copy.addressees.iter_mut().enumerate().zip(reasons) {
        if let Some(reason) = reason.filter(|_| a.open && !a.unsettled) {
            a.open = false;
            gone.push((i, reason));
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    let n = i64::try_from(gone.len()).unwrap_or(i64::MAX);
    turn.delta.topic(known.topic).moved(Some(State::Waiting), State::Suppressed, n);
    turn.delta.queue(entry.queue, -n);
    turn.rows += 1;
    row.waiting -= n;
    if row.joint {
        let mut copy = Joint::read(turn, row.key, (row.state, row.attempt))?;
        for (i, reason) in gone {
            let one = &copy.people[i];
            if one.attempt > 0 {
                let said = (one.provider_id.as_deref(), one.reason.as_deref());
                copy.whose(i).note(turn, &Ended::before(one.attempt, one.state, one.changed_at, said))?;
            }
            copy.people[i].reason = Some(reason);
            settle_open(turn, &mut copy, i, State::Suppressed, now)?;
        }
        // While others of it go on, its row stays as it is.
        copy.sum_up(turn, copy.attempt, now, Some(entry.due))?;
        row.state = if row.waiting > 0 { State::Waiting } else { State::Unsettled };
        return Ok(());
    }
    keep_said(turn, row)?;
    turn.change(q!("delivery_state"), (row.key.0, State::Waiting.code(), State::Suppressed.code(), now.0))?;
    hooks::tell_result(turn, State::Suppressed, Whom::alone(row.key).in_queue(entry.queue), now, None)?;
    let told: Vec<_> = gone.iter().map(|(_, reason)| [Value::Int(row.key.0), Value::Text(reason)]).collect();
    turn.each(q!("delivery_suppressed"), &told)?;
    Ok(())
}

/// Puts what was said of a copy's last attempt on record, before its row says why it is suppressed.
fn keep_said(turn: &Turn<'_>, row: &Row) -> Result<(), Error> {
    if row.attempt == 0 {
        return Ok(());
    }
    let said = turn.row(q!("delivery_view"), (row.key.0, row.key.0, 1), |r| Ok((r.get(8)?, r.get(10)?, r.get(11)?)))?;
    let Some((at, provider_id, reason)): Option<(Option<i64>, Option<String>, Option<String>)> = said else { return Ok(()) };
    let ended = Ended::before(row.attempt, State::Waiting, at, (provider_id.as_deref(), reason.as_deref()));
    Whose { key: row.key.0, position: None }.note(turn, &ended)
}
