//! Cancelling and pausing. Cancelling takes effect at once by retiring a queue or marking a message, and moves the counts;
//! row states follow in slices (`housekeep`), and reads derive them meanwhile.

use jebi_domain::{
    delivery::State,
    id::{MessageId, MessageNo, QueueNo},
    port::store::Notice,
    time::Wall,
};

use super::{Error, claim::range, q, turn::Turn};

/// The topic of that name. The empty one is mail without a topic, which is nobody's to stop as a whole.
fn named(turn: &Turn<'_>, name: &str) -> Result<Option<i64>, Error> {
    if name.is_empty() { Ok(None) } else { Ok(turn.find_topic(name)?.map(|(topic, _)| topic)) }
}

/// Retires the topic's queues. `None` for an unknown topic.
pub(super) fn topic(turn: &mut Turn<'_>, name: &str, now: Wall) -> Result<Option<i64>, Error> {
    let Some(topic) = named(turn, name)? else { return Ok(None) };
    let queues: Vec<(i64, String, i64)> = turn.rows_of(q!("topic_queues_live"), [topic], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    let mut cancelled = 0;
    for (queue, provider, written) in queues {
        let busy: bool = turn.row(q!("queue_busy"), [queue], |r| r.get(0))?.unwrap_or(false);
        if !busy {
            continue;
        }
        // Mail accepted in this very turn is cancelled too.
        let waiting = turn.waiting_in(queue, written);
        turn.execute(q!("queue_retire"), (queue, now.0))?;
        turn.delta.topic(topic).moved(Some(State::Waiting), State::Cancelled, waiting);
        turn.delta.notices.push((provider, Notice::Cancelled(QueueNo(queue))));
        cancelled += waiting;
    }
    turn.memory.queues.retain(|(_, _, t), _| *t != topic);
    Ok(Some(cancelled))
}

/// Marks the message. `None` for an unknown one.
pub(super) fn message(turn: &mut Turn<'_>, id: MessageId, now: Wall) -> Result<Option<i64>, Error> {
    let Some(no) = turn.row(q!("message_no"), [id.0.as_slice()], |r| r.get::<i64>(0))? else { return Ok(None) };
    let known = turn.known(no)?.ok_or_else(|| Error::damaged("message", "it has no queue"))?;
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [known.queue], |r| r.get(0))?;
    if retired.flatten().is_some() || turn.execute(q!("message_cancel"), (no, now.0))? == 0 {
        return Ok(Some(0));
    }
    turn.memory.messages.remove(&no);
    let (from, to) = range(no, 0, known.copies);
    let all: i64 = turn.row(q!("message_waiting"), (from, to), |r| r.get(0))?.unwrap_or(0);
    let waiting = all - leased(turn, no)?;
    turn.delta.topic(known.topic).moved(Some(State::Waiting), State::Cancelled, waiting);
    turn.delta.queue(known.queue, -waiting);
    turn.delta.notices.push((known.message.provider.clone(), Notice::CancelledMessage(MessageNo(no))));
    Ok(Some(waiting))
}

/// Recipients of a message that are under a lease and waiting for their outcome.
fn leased(turn: &Turn<'_>, message: i64) -> Result<i64, Error> {
    let leases: Vec<(i64, u32, u32, u16)> =
        turn.rows_of(q!("lease_of_message"), [message], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
    let mut out = 0;
    for (lease, first, count, attempt) in leases {
        let marks: Vec<u32> = turn.rows_of(q!("lease_marks"), [lease], |r| r.get(0))?;
        let (from, to) = range(message, first, count);
        let rows: Vec<(i64, i64, u16, bool)> =
            turn.rows_of(q!("delivery_range"), (from, to), |r| Ok((r.get(0)?, r.get(3)?, r.get(4)?, r.get::<Option<i64>>(5)?.is_some())))?;
        for (key, state, done, joint) in rows {
            let returned = marks.contains(&jebi_domain::id::DeliveryKey(key).ordinal());
            if state != State::Waiting.code() || done + 1 != attempt || returned {
                continue;
            }
            out += if joint { turn.row(q!("joint_open"), (key, state), |r| r.get(0))?.unwrap_or(0) } else { 1 };
        }
    }
    Ok(out)
}

/// Pauses or resumes. `false` for an unknown topic.
pub(super) fn pause(turn: &mut Turn<'_>, name: &str, paused: bool, now: Wall) -> Result<bool, Error> {
    let Some(topic) = named(turn, name)? else { return Ok(false) };
    turn.execute(q!("topic_pause"), (topic, paused.then_some(now.0)))?;
    turn.memory.topics.remove(name);
    let queues: Vec<i64> = turn.rows_of(q!("topic_queues_live"), [topic], |r| r.get(0))?;
    // Listing them makes the turn tell their dispatchers.
    queues.into_iter().for_each(|q| turn.delta.queue(q, 0));
    Ok(true)
}
