//! Taking a person out of their mail, copy by copy: what waits for them is suppressed, what is being sent is left for later.

use std::collections::BTreeSet;

use jebi_domain::{address, delivery::State, erasure::ERASED, id::DeliveryKey, port::privacy::ErasedSlice, time::Wall};

use super::{delete_content, reason};
use crate::store::steps::{
    Error,
    calls_erased::{self, Person},
    claim::range,
    engagement,
    hooks::{self, Whom},
    housekeep::address_hash,
    joint::Joint,
    known::Known,
    q,
    settle::out_now,
    turn::Turn,
};

/// Copies one slice looks at.
pub(super) const SLICE: u32 = 25;

/// Erases a person from copies that may be theirs, in descending order.
pub(super) fn slice(turn: &mut Turn<'_>, address: &str, keys: &[i64], now: Wall) -> Result<ErasedSlice, Error> {
    let mut out = ErasedSlice { next: keys.last().copied().map(DeliveryKey), ..ErasedSlice::default() };
    lock(turn, keys)?;
    for key in keys.iter().copied().map(DeliveryKey) {
        let done = match turn.known(key.message().0)? {
            Some(known) => erase(turn, (key, &known), address, now)?,
            // Of a request that is being written still: it goes out to nobody who is erased, and is erased when it is asked again.
            None => is_theirs(turn, key, address)?.then_some(false),
        };
        match done {
            Some(true) => out.erased += 1,
            Some(false) => out.open += 1,
            None => continue,
        }
        turn.rows += 3;
    }
    Ok(out)
}

/// Keeps others from cancelling the messages, and then from changing their queues, before anything of them is read: in the order in which
/// all lock them.
fn lock(turn: &mut Turn<'_>, keys: &[i64]) -> Result<(), Error> {
    let messages: BTreeSet<i64> = keys.iter().map(|key| DeliveryKey(*key).message().0).collect();
    let mut queues = BTreeSet::new();
    for no in messages {
        turn.db.share_message(no)?;
        // What this turn has read of it before may have changed until now.
        turn.fresh.remove(&no);
        queues.extend(turn.known(no)?.map(|known| known.queue));
    }
    turn.db.lock_queues(&queues.into_iter().collect::<Vec<_>>())
}

/// Whether a copy that nothing sees yet is a person's.
fn is_theirs(turn: &Turn<'_>, key: DeliveryKey, address: &str) -> Result<bool, Error> {
    let found = turn.row(q!("delivery_get"), [key.0], |r| Ok((r.get::<Option<i64>>(4)?.is_some(), r.get::<String>(9)?)))?;
    match found {
        Some((true, _)) => Ok(turn.row(q!("joint_position"), (key.0, address), |_| Ok(()))?.is_some()),
        Some((false, email)) => Ok(address::key(&email) == address),
        None => Ok(false),
    }
}

/// How a copy stands.
#[derive(Clone, Copy)]
struct How {
    /// An attempt is out.
    out: bool,
    /// Its recipients are counted as cancelled already; their rows follow.
    cancelled: bool,
}

impl How {
    /// Whether a recipient in this state is left for now: it is being sent, or may have got it.
    fn is_open(self, state: State) -> bool {
        state == State::Unsettled || (state == State::Waiting && self.out)
    }

    /// What becomes of one who waits.
    fn end(self, turn: &mut Turn<'_>, known: &Known, whom: Whom<'_>, now: Wall) -> Result<State, Error> {
        let end = if self.cancelled { State::Cancelled } else { State::Suppressed };
        if end == State::Suppressed {
            turn.delta.topic(known.topic).moved(Some(State::Waiting), end, 1);
            turn.delta.queue(known.queue, -1);
        }
        hooks::tell_result(turn, end, whom.in_queue(known.queue), now, None)?;
        Ok(end)
    }
}

pub(super) fn is_cancelled(turn: &Turn<'_>, known: &Known) -> Result<bool, Error> {
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [known.queue], |r| r.get(0))?;
    Ok(known.cancelled || retired.flatten().is_some())
}

/// Erases a person from a copy. `false` where it has to wait, `None` where it is none of theirs.
fn erase(turn: &mut Turn<'_>, (key, known): (DeliveryKey, &Known), address: &str, now: Wall) -> Result<Option<bool>, Error> {
    turn.db.lock_copies(key.0, key.0)?;
    let found = turn.row(q!("delivery_get"), [key.0], |r| {
        Ok((r.get::<i64>(0)?, r.get::<u16>(1)?, r.get::<Option<i64>>(4)?.is_some(), r.get::<Option<i64>>(6)?, r.get::<String>(9)?))
    })?;
    let Some((code, attempt, joint, next_try, email)) = found else { return Ok(None) };
    let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
    let how = How { out: out_now(turn, key, attempt)?, cancelled: is_cancelled(turn, known)? };
    let done = if joint {
        erase_joint(turn, (key, known), (state, attempt, next_try), (address, how), now)?
    } else if address::key(&email) == address {
        erase_single(turn, (key, known), state, how, now)?
    } else {
        None
    };
    if done == Some(true) {
        if joint {
            turn.run(q!("event_erase"), (key.0, address, ERASED))?;
        } else {
            turn.run(q!("event_erase_copy"), (key.0, ERASED))?;
        }
        turn.run(q!("decision_erase"), [key.0])?;
        turn.run(q!("address_delete"), (address_hash(address), key.0))?;
        // It was for them alone, or all it was for are erased.
        let (first, last) = range(key.message().0, 0, known.copies);
        if turn.row(q!("message_named"), (first, last, ERASED), |_| Ok(()))?.is_none() {
            delete_content(turn, key.message().0, known, now)?;
        }
    }
    Ok(done)
}

fn erase_single(
    turn: &mut Turn<'_>,
    (key, known): (DeliveryKey, &Known),
    state: State,
    how: How,
    now: Wall,
) -> Result<Option<bool>, Error> {
    if how.is_open(state) {
        return Ok(Some(false));
    }
    calls_erased::erase(turn, key, Person::Only, known.queue)?;
    engagement::erase(turn, key.0, known.copies == 1)?;
    let mut why = None;
    if state == State::Waiting {
        let end = how.end(turn, known, Whom::alone(key), now)?;
        turn.change(q!("delivery_state"), (key.0, state.code(), end.code(), now.0))?;
        why = (end == State::Suppressed).then(reason).transpose()?;
    }
    turn.execute(q!("delivery_erase"), (key.0, ERASED, why))?;
    turn.execute(q!("attempt_erase"), [key.0])?;
    Ok(Some(true))
}

fn erase_joint(
    turn: &mut Turn<'_>,
    (key, known): (DeliveryKey, &Known),
    (state, attempt, next_try): (State, u16, Option<i64>),
    (address, how): (&str, How),
    now: Wall,
) -> Result<Option<bool>, Error> {
    let places: Vec<i64> = turn.rows_of(q!("joint_position"), (key.0, address), |r| r.get(0))?;
    let mut copy = Joint::read(turn, key, (state, attempt))?;
    let theirs: Vec<usize> = (0..copy.people.len()).filter(|i| places.contains(&copy.people[*i].position)).collect();
    if theirs.is_empty() {
        return Ok(None);
    }
    if theirs.iter().any(|i| how.is_open(copy.people[*i].state)) {
        return Ok(Some(false));
    }
    calls_erased::erase(turn, key, Person::OfJoint(address, &places), known.queue)?;
    let mut changed = false;
    for i in theirs {
        let position = copy.people[i].position;
        let mut why = None;
        if copy.people[i].state == State::Waiting {
            let end = how.end(turn, known, Whom::alone(key).at(position), now)?;
            why = (end == State::Suppressed).then(reason).transpose()?;
            (copy.people[i].state, copy.people[i].changed_at) = (end, Some(now.0));
            copy.put(turn, i, State::Waiting)?;
            changed = true;
        }
        turn.execute(q!("joint_erase"), (key.0, position, ERASED, why))?;
        turn.execute(q!("joint_attempt_erase"), (key.0, position))?;
    }
    if changed {
        copy.sum_up(turn, copy.attempt, now, next_try)?;
    }
    turn.execute(q!("delivery_erase_words"), [key.0])?;
    // Of whom an open was of a joint copy is not known. Once all of them are erased it was theirs.
    let erased: Vec<i64> = turn.rows_of(q!("joint_position"), (key.0, ERASED), |r| r.get(0))?;
    if erased.len() == copy.people.len() {
        turn.run(q!("event_erase_copy"), (key.0, ERASED))?;
        engagement::erase(turn, key.0, known.copies == 1)?;
    }
    Ok(Some(true))
}
