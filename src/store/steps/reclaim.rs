//! Incarnations, and what becomes of the leases of those that are gone: copies without an outcome may have been sent or not,
//! so they are unsettled and reviewed.

use std::sync::Arc;

use jebi_domain::{
    delivery::State,
    id::{DeliveryId, DeliveryKey, Incarnation, MessageNo, QueueNo},
    outcome::Reason,
    port::nodes::NodeStart,
    reputation::Via,
    settle::interrupted,
    time::Wall,
};

use super::{
    Error,
    claim::range,
    hooks::{self, Whom},
    joint::{Joint, Told, addressees},
    known::Known,
    params, q,
    record::{Ended, Whose},
    row,
    settle::named,
    turn::Turn,
};
use crate::crash_point::crash_point;

/// Starts an incarnation. The database is ours alone (a lock file), so all others have ended; one that did not say so may
/// have used a slot a moment ago.
pub(super) fn start(turn: &mut Turn<'_>, node: &NodeStart, now: Wall) -> Result<Incarnation, Error> {
    let unclean: i64 = turn.row(q!("incarnation_open"), (), |r| r.get(0))?.unwrap_or(0);
    if unclean > 0 {
        turn.execute(q!("slot_unclean"), [now.0])?;
    }
    let no = turn.inserted(q!("incarnation_insert"), (now.0, &node.name, &node.version))?;
    turn.execute(q!("incarnation_end_others"), (no, now.0))?;
    // Nothing more is leased at accept for one that has ended.
    turn.memory.common.subscriptions().clear();
    turn.memory.common.begin(Incarnation(no));
    Ok(Incarnation(no))
}

/// Where no evidence is waited for, so many copies are resent together, so long after the ones before, in so many steps. What ends the
/// process at its resend then takes its neighbours with it, and not all that was under way: those have their resend still.
const TOGETHER: u32 = 16;
const STEP_MS: i64 = 100;
const STEPS: i64 = 32;

/// A lease whose incarnation is gone.
struct Dead {
    no: i64,
    queue: i64,
    message: i64,
    first: u32,
    count: u32,
    attempt: u16,
}

/// Reclaims up to a turn's worth. Returns how many copies became unsettled or unknown, and whether there is more. A lease that
/// cannot be read is named in `Memory::damaged`, with an error; from then on it is passed over, and `verify` shows it.
pub(super) fn reclaim(
    turn: &mut Turn<'_>,
    own: Incarnation,
    dead_before: Wall,
    now: Wall,
    wait_ms: [i64; 2],
) -> Result<(u64, bool), Error> {
    let (mut copies, mut after) = (0, 0);
    loop {
        let dead = turn.rows_of(q!("lease_dead"), (own.0, dead_before.0, after), |r| {
            Ok(Dead { no: r.get(0)?, queue: r.get(1)?, message: r.get(2)?, first: r.get(3)?, count: r.get(4)?, attempt: r.get(5)? })
        })?;
        let Some(last) = dead.last() else { return Ok((copies, false)) };
        after = last.no;
        for lease in dead.iter().filter(|lease| !turn.memory.damaged.contains(&lease.no)).collect::<Vec<_>>() {
            if turn.rows > super::group::TURN_ROWS {
                return Ok((copies, true));
            }
            match reclaim_one(turn, lease, now, wait_ms) {
                Ok(n) => copies += n,
                Err(e) => {
                    if e.is_damage() {
                        turn.memory.damaged.insert(lease.no);
                        name(turn, lease, &e)?;
                    }
                    return Err(e);
                }
            }
        }
    }
}

/// Tells which deliveries stay as they are.
fn name(turn: &Turn<'_>, lease: &Dead, error: &Error) -> Result<(), Error> {
    let first = named(&turn.look(), DeliveryKey::new(MessageNo(lease.message), lease.first))?;
    let delivery = first.map_or_else(|| format!("copy {} of message {}", lease.first, lease.message), |id| id.to_string());
    tracing::error!(
        %error,
        %delivery,
        copies = lease.count,
        "what an ended node left of this mail cannot be read: it stays as it is, the rest goes on; restore it from a backup or cancel it"
    );
    Ok(())
}

/// A copy under a dead lease.
struct Copy {
    /// Whom it goes to; of a joint copy that is in its recipients' rows.
    email: String,
    key: DeliveryKey,
    state: State,
    attempt: u16,
    reported: bool,
}

/// What became of one.
struct Became {
    /// Anything at all.
    changed: bool,
    /// It is to be reviewed.
    reviewed: bool,
}

/// What the copies of a dead lease have in common.
struct Case<'a> {
    lease: &'a Dead,
    known: &'a Known,
    cancelled: bool,
    now: Wall,
    /// How long evidence is waited for.
    wait_ms: i64,
    /// What it went through.
    via: Arc<Via>,
    reasons: [String; 3],
}

fn reclaim_one(turn: &mut Turn<'_>, lease: &Dead, now: Wall, wait_ms: [i64; 2]) -> Result<u64, Error> {
    let known = turn.known(lease.message)?.ok_or_else(|| Error::damaged("lease", "its message is gone"))?;
    let wait_ms = wait_ms[known.message.lane as usize];
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [lease.queue], |r| r.get(0))?;
    let cancelled = known.cancelled || retired.flatten().is_some();
    let via = Arc::new(Via::of(&known.message));
    let case = Case { lease, known: &known, cancelled, now, wait_ms, via, reasons: reasons()? };
    let marks: Vec<u32> = turn.rows_of(q!("lease_marks"), [lease.no], |r| r.get(0))?;
    let (from, to) = range(lease.message, lease.first, lease.count);
    turn.db.lock_copies(from, to)?;
    let rows: Vec<(i64, i64, u16, bool, bool, String)> = turn.rows_of(q!("delivery_range"), (from, to), |r| {
        let reported = r.get::<i64>(6)? != 0 || r.get::<Option<String>>(8)?.is_some();
        Ok((r.get(0)?, r.get(3)?, r.get(4)?, r.get::<Option<i64>>(5)?.is_some(), reported, r.get(1)?))
    })?;
    let (mut run, mut copies): (Option<Run>, u64) = (None, 0);
    for (key, state, attempt, joint, reported, email) in rows {
        let key = DeliveryKey(key);
        let ordinal = key.ordinal();
        if attempt + 1 != lease.attempt || marks.contains(&ordinal) {
            continue;
        }
        let state = State::from_code(state).ok_or_else(|| Error::damaged("state", state))?;
        let copy = Copy { email, key, state, attempt, reported };
        let became = if joint { joint_one(turn, &case, &copy)? } else { one(turn, &case, &copy)? };
        turn.rows += u32::from(became.changed);
        copies += u64::from(became.changed);
        if became.reviewed {
            let due = case.review_at(ordinal);
            run = match run {
                Some(r) if r.first + r.count == ordinal && r.due == due => Some(Run { count: r.count + 1, ..r }),
                ended => {
                    enqueue_run(turn, lease, ended)?;
                    Some(Run { first: ordinal, count: 1, due })
                }
            };
        }
    }
    enqueue_run(turn, lease, run)?;
    turn.execute(q!("lease_delete"), [lease.no])?;
    turn.append(q!("lease_unmark"), [lease.no])?;
    crash_point("reclaim");
    Ok(copies)
}

impl Case<'_> {
    /// When a copy is looked at again.
    fn review_at(&self, ordinal: u32) -> Wall {
        let step = (self.lease.message + i64::from(ordinal / TOGETHER)) % STEPS;
        let later = if self.wait_ms > 0 { self.wait_ms } else { step * STEP_MS };
        Wall(self.now.0 + later)
    }

    /// Why it has no outcome.
    fn why(&self, from: State, to: State) -> Option<&String> {
        let [once, again, cancelled_too] = &self.reasons;
        match (from, to) {
            (_, State::Sent) => None,
            (State::Unsettled, _) => Some(again),
            (_, State::Unknown) => Some(cancelled_too),
            _ => Some(once),
        }
    }

    /// A mail that ends the process each time it is sent looks like this: it is never claimed again, and named.
    fn warn(&self, key: DeliveryKey) {
        let delivery = DeliveryId { message: self.known.message.id, ordinal: key.ordinal() };
        tracing::warn!(%delivery, "the node ended each time while this mail was being sent; nothing more is tried");
    }

    /// The attempt nobody knows the end of.
    fn attempt(&self) -> Ended<'_> {
        let reason = Some(self.reasons[1].as_str());
        Ended { attempt: self.lease.attempt, at: Some(self.now.0), outcome: "unknown", provider_id: None, reason }
    }

    /// `falls`: on the reputation of what it went through.
    fn count(&self, turn: &mut Turn<'_>, (from, to): (State, State), falls: bool, whom: Whom<'_>) -> Result<(), Error> {
        // The provider may have taken it.
        turn.delta.taken(QueueNo(self.lease.queue), self.now, 1);
        if falls {
            turn.delta.reputation.may_be_sent(&self.via, self.now);
        }
        turn.delta.topic(self.known.topic).moved(Some(from), to, 1);
        if to == State::Sent {
            turn.delta.sent(self.known.topic, self.now, 1);
        }
        hooks::tell_result(turn, to, whom.in_queue(self.known.queue), self.now, None)
    }
}

/// A copy to one.
fn one(turn: &mut Turn<'_>, case: &Case<'_>, copy: &Copy) -> Result<Became, Error> {
    let (key, from, attempt) = (copy.key, copy.state, copy.attempt);
    let whose = Whose { key: key.0, position: None };
    if !matches!(from, State::Waiting | State::Unsettled) {
        // Settled by evidence for an earlier attempt while this one was out.
        if from == State::Sent && attempt > 0 {
            whose.note(turn, &case.attempt())?;
            turn.execute(q!("delivery_twice"), [key.0])?;
        }
        return Ok(Became { changed: false, reviewed: false });
    }
    let to = interrupted(from, copy.reported, case.cancelled);
    if attempt > 0 {
        let earlier = turn.row(q!("delivery_get"), [key.0], |r| Ok((r.get::<Option<i64>>(5)?, r.get::<Option<String>>(8)?)))?;
        let (at, why) = earlier.unwrap_or_default();
        whose.note(turn, &Ended::before(attempt, from, at, (None, why.as_deref())))?;
    }
    let twice = to == State::Sent && whose.may_have_another(turn, case.lease.attempt)?;
    if from == State::Unsettled && to != State::Sent {
        case.warn(key);
    }
    let next_try = (to == State::Unsettled).then_some(case.review_at(key.ordinal()).0);
    let last = case.lease.attempt;
    let why = case.why(from, to);
    turn.change(
        q!("delivery_settle"),
        params![key.0, from.code(), attempt, to.code(), last, twice, case.now.0, next_try, None::<String>, why],
    )?;
    case.count(turn, (from, to), case.via.counts(&copy.email), Whom::alone(key))?;
    Ok(Became { changed: true, reviewed: to == State::Unsettled })
}

/// A joint copy: each of its open recipients by itself.
fn joint_one(turn: &mut Turn<'_>, case: &Case<'_>, copy: &Copy) -> Result<Became, Error> {
    let mut joint = Joint::read(turn, copy.key, (copy.state, copy.attempt))?;
    let last = case.lease.attempt;
    let before = joint.people.clone();
    let falls = addressees(turn, copy.key)?.iter().any(|to| to.open && case.via.counts(&to.mailbox.email));
    let (mut changed, mut warned) = (false, false);
    for (i, one) in before.iter().enumerate() {
        if !one.is_open() {
            // Settled by evidence for an earlier attempt while this one was out.
            if one.out == Some(last) {
                joint.whose(i).note(turn, &case.attempt())?;
                joint.people[i].twice |= one.state == State::Sent;
                joint.people[i].out = None;
                joint.put(turn, i, one.state)?;
                turn.execute(q!("delivery_twice"), [copy.key.0])?;
            }
            continue;
        }
        changed = true;
        // What is reported of one is true of all the provider took with it.
        let reported = one.reported || before.iter().any(|other| other.reported && other.is_open() && one.shares_fate(other));
        let to = interrupted(one.state, reported, case.cancelled);
        warned |= one.state == State::Unsettled && to != State::Sent;
        let why = case.why(one.state, to).cloned();
        joint.change(turn, i, to, Told { of: last, attempt: last, at: case.now, provider_id: None, reason: why })?;
        case.count(turn, (one.state, to), falls, Whom::alone(copy.key).at(one.position))?;
    }
    if !changed {
        return Ok(Became { changed: false, reviewed: false });
    }
    if warned {
        case.warn(copy.key);
    }
    joint.sum_up(turn, last, case.now, Some(case.review_at(copy.key.ordinal()).0))?;
    Ok(Became { changed: true, reviewed: joint.count(State::Unsettled) > 0 })
}

/// Why a copy has no outcome: its node ended at its first sending, at its resend, or after it was cancelled.
fn reasons() -> Result<[String; 3], Error> {
    let text = "the node that was sending it ended before the provider's answer was written";
    let once = "nothing needs doing: it is reviewed by its on_unknown policy, or settled by the provider's feedback before";
    let again = "nothing more is tried; look whether it arrived, and in the log for what ended the node: this mail may be the cause";
    let cancelled = "nothing more is tried, because it was cancelled; the provider's feedback may still settle it";
    Ok([
        row::reason_text(&Reason::new("interrupted", text, once))?,
        row::reason_text(&Reason::new("interrupted_twice", format!("{text}, as before at an earlier attempt of unknown outcome"), again))?,
        row::reason_text(&Reason::new("interrupted", text, cancelled))?,
    ])
}

/// Neighbours that are reviewed together.
#[derive(Clone, Copy)]
struct Run {
    first: u32,
    count: u32,
    due: Wall,
}

fn enqueue_run(turn: &mut Turn<'_>, lease: &Dead, run: Option<Run>) -> Result<(), Error> {
    match run {
        Some(run) => turn.enqueue(lease.queue, run.due, lease.message, (run.first, run.count), lease.attempt + 1),
        None => Ok(()),
    }
}
