//! Moving what waits of a message to another time.

use jebi_domain::{id::MessageId, port::operator::Rescheduled, time::Wall};

use super::{Error, Snapshot, claim::range, q, turn::Turn};

/// Where an entry stands: queue, due time, number.
pub(super) type Place = (i64, i64, i64);

/// The entries of a message's copies that were never tried. They are looked for beside the writer: a queue may be long, and it has no
/// index by message.
pub(super) fn untried(s: &Snapshot<'_>, id: MessageId) -> Result<Vec<Place>, Error> {
    let Some(no) = s.row(q!("message_no"), [id.0.as_slice()], |r| r.get::<i64>(0))? else { return Ok(Vec::new()) };
    let queue: Option<i64> = s.row(q!("message_topic_of"), [no], |r| r.get(1))?;
    let Some(queue) = queue else { return Ok(Vec::new()) };
    s.rows(q!("entries_untried"), (queue, no), |r| Ok((queue, r.get(0)?, r.get(1)?)))
}

/// Moves those of the entries that still stand. What was claimed meanwhile goes out.
pub(super) fn reschedule(turn: &mut Turn<'_>, id: MessageId, places: &[Place], due: Wall, scheduled: bool) -> Result<Rescheduled, Error> {
    let Some(no) = turn.row(q!("message_no"), [id.0.as_slice()], |r| r.get::<i64>(0))? else { return Ok(Rescheduled::Missing) };
    let known = turn.known(no)?.ok_or_else(|| Error::damaged("message", "it has no queue"))?;
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [known.queue], |r| r.get(0))?;
    if known.cancelled || retired.flatten().is_some() {
        return Ok(Rescheduled::Cancelled);
    }
    if let Some(at) = known.message.expires_at.filter(|at| *at <= due) {
        return Ok(Rescheduled::Expires(at));
    }
    let mut recipients = 0;
    for (queue, was, entry) in places {
        let found: Option<(u32, u32)> = turn.row(q!("entry_get"), (queue, was, entry, no), |r| Ok((r.get(0)?, r.get(1)?)))?;
        let Some((first, count)) = found else { continue };
        turn.execute(q!("entry_delete"), (queue, was, entry))?;
        turn.enqueue(*queue, due, no, (first, count), 1)?;
        let (from, to) = range(no, first, count);
        let waiting: i64 = turn.row(q!("message_waiting"), (from, to), |r| r.get(0))?.unwrap_or(0);
        recipients += waiting;
    }
    if recipients > 0 {
        turn.execute(q!("message_reschedule"), (no, due.0, scheduled))?;
        turn.memory.messages.remove(&no);
    }
    Ok(Rescheduled::Done(recipients))
}
