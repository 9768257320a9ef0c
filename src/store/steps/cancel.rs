//! Cancelling and pausing. Cancelling takes effect at once by retiring a queue or marking a message, and moves the counts;
//! row states follow in slices (`housekeep`), and reads derive them meanwhile.

use jebi_domain::{
    delivery::State,
    id::{MessageId, MessageNo, QueueNo},
    port::store::Notice,
    time::Wall,
};

use super::{Error, claim::range, hooks, q, turn::Turn};

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
        turn.retired(queue);
        turn.delta.topic(topic).moved(Some(State::Waiting), State::Cancelled, waiting);
        hooks::may_finish(turn, QueueNo(queue))?;
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
    let retired = |turn: &Turn<'_>| -> Result<bool, Error> {
        let at: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [known.queue], |r| r.get(0))?;
        Ok(at.flatten().is_some())
    };
    if retired(turn)? || turn.execute(q!("message_cancel"), (no, now.0))? == 0 {
        return Ok(Some(0));
    }
    // After the message: whoever settles one of its copies has that first, too.
    turn.db.lock_queues(&[known.queue])?;
    if retired(turn)? {
        return Ok(Some(0));
    }
    turn.memory.messages.remove(&no);
    // In one look: counted in two, a copy settled between them would count as waiting and not as leased.
    let (from, to) = range(no, 0, known.copies);
    let waiting: i64 = turn.row(q!("message_free"), (from, to), |r| r.get(0))?.unwrap_or(0);
    turn.delta.topic(known.topic).moved(Some(State::Waiting), State::Cancelled, waiting);
    hooks::may_finish(turn, QueueNo(known.queue))?;
    turn.delta.queue(known.queue, -waiting);
    turn.delta.notices.push((known.message.provider.clone(), Notice::CancelledMessage(MessageNo(no))));
    Ok(Some(waiting))
}

/// Pauses or resumes. `false` for an unknown topic.
pub(super) fn pause(turn: &mut Turn<'_>, name: &str, paused: bool, now: Wall) -> Result<bool, Error> {
    let Some(topic) = named(turn, name)? else { return Ok(false) };
    let queues = locked_queues(turn, topic)?;
    turn.execute(q!("topic_pause"), (topic, paused.then_some(now.0)))?;
    if !paused {
        turn.run(q!("topic_bulk_pause"), (topic, None::<i64>))?;
        turn.run(q!("reputation_topic_resume"), [topic])?;
    }
    tell(turn, name, queues);
    Ok(true)
}

/// Stops the bulk mail of a topic until it is resumed; its transactional mail goes on, also what is posted later.
pub(super) fn stop_bulk(turn: &mut Turn<'_>, name: &str, now: Wall) -> Result<(), Error> {
    let Some(topic) = named(turn, name)? else { return Ok(()) };
    let queues = locked_queues(turn, topic)?;
    turn.execute(q!("topic_bulk_pause"), (topic, Some(now.0)))?;
    tell(turn, name, queues);
    Ok(())
}

/// A topic's queues, locked: before the topic's own rows, as everywhere.
pub(super) fn locked_queues(turn: &Turn<'_>, topic: i64) -> Result<Vec<i64>, Error> {
    let queues: Vec<i64> = turn.rows_of(q!("topic_queues_live"), [topic], |r| r.get(0))?;
    turn.db.lock_queues(&queues)?;
    Ok(queues)
}

/// Tells the dispatchers of a topic's queues whether they are paused now.
fn tell(turn: &mut Turn<'_>, name: &str, queues: Vec<i64>) {
    turn.memory.topics.remove(name);
    // Listing them makes the turn tell their dispatchers.
    queues.into_iter().for_each(|q| turn.delta.queue(q, 0));
}
