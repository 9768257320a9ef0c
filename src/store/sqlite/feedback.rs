//! What became of sent mail, and addresses that are not to be mailed.

use jebi_domain::{
    address,
    delivery::State,
    event::Feedback,
    id::{DeliveryId, DeliveryKey, MessageNo},
    suppression::SuppressionCause,
    time::Wall,
};

use super::{Error, sql, turn::Turn};

/// Records reports, once per (delivery, recipient, kind). Returns how many were new.
pub(super) fn record(turn: &mut Turn<'_>, batch: &[Feedback]) -> Result<u64, Error> {
    let mut new = 0;
    for report in batch {
        new += u64::from(record_one(turn, report)?);
        turn.rows += 1;
    }
    Ok(new)
}

pub(super) fn key_of(turn: &Turn<'_>, id: DeliveryId) -> Result<Option<DeliveryKey>, Error> {
    let no = turn.row(sql!("message_no"), [id.message.0.as_slice()], |r| r.get(0))?;
    Ok(no.map(|no| DeliveryKey::new(MessageNo(no), id.ordinal)))
}

fn record_one(turn: &mut Turn<'_>, report: &Feedback) -> Result<bool, Error> {
    let Some(key) = key_of(turn, report.delivery)? else {
        tracing::warn!(delivery = %report.delivery, "feedback came for a delivery that does not exist");
        return Ok(false);
    };
    let found =
        turn.row(sql!("delivery_get"), [key.0], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, u16>(1)?, r.get::<_, Option<i64>>(4)?.is_some())))?;
    let Some((state, attempt, joint)) = found else {
        tracing::warn!(delivery = %report.delivery, "feedback came for a copy that does not exist");
        return Ok(false);
    };
    let bit = report.kind.bit();
    let fresh = if joint {
        let fresh = turn.execute(sql!("joint_feedback_set"), (key.0, address::key(&report.recipient), bit))? > 0;
        if fresh {
            turn.execute(sql!("feedback_set"), (key.0, bit))?;
        }
        fresh
    } else {
        turn.execute(sql!("feedback_set"), (key.0, bit))? > 0
    };
    if !fresh {
        return Ok(false);
    }
    turn.execute(sql!("event_insert"), (key.0, &report.recipient, bit, report.at.0, &report.detail))?;
    let known = turn.known(key.message().0)?.ok_or_else(|| Error::damaged("delivery", "its message is gone"))?;
    turn.delta.topic(known.topic).feedback(report.kind, 1);
    turn.execute(sql!("feedback_seen"), (&known.message.provider, report.at.0))?;
    // Nothing can be said of a mail the provider never took: this is evidence for an open outcome.
    let Some(from @ (State::Unsettled | State::Unknown)) = State::from_code(state) else { return Ok(true) };
    let n = if joint { turn.row(sql!("joint_open"), (key.0, state), |r| r.get(0))?.unwrap_or(0) } else { 1 };
    turn.execute(sql!("delivery_state"), (key.0, state, State::Sent.code(), report.at.0))?;
    if joint {
        turn.execute(sql!("joint_state"), (key.0, state, State::Sent.code()))?;
    }
    if turn.row(sql!("attempt_maybe"), (key.0, attempt), |_| Ok(()))?.is_some() {
        turn.execute(sql!("delivery_twice"), [key.0])?;
    }
    turn.delta.topic(known.topic).moved(Some(from), State::Sent, n);
    turn.delta.sent(report.at, n);
    Ok(true)
}

/// Adds addresses to the suppression list.
pub(super) fn suppress(turn: &mut Turn<'_>, addresses: &[(String, SuppressionCause)], now: Wall) -> Result<(), Error> {
    for (address, cause) in addresses {
        turn.execute(sql!("suppression_insert"), (address::key(address), cause.code(), now.0))?;
        turn.rows += 1;
    }
    load(turn)
}

/// Reads what the writer remembers of the list. Mail accepted until now is looked up again when it is claimed.
pub(super) fn load(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.suppressed = turn.row(sql!("suppression_count"), [], |r| r.get(0))?.unwrap_or_default();
    turn.memory.suppressed_before = turn.memory.next_message;
    Ok(())
}
