//! What became of sent mail, and addresses that are not to be mailed.

use jebi_domain::{
    address,
    delivery::State,
    event::Feedback,
    id::{DeliveryId, DeliveryKey, MessageNo},
    suppression::SuppressionCause,
    time::Wall,
};

use super::{
    Error, Snapshot,
    joint::{Joint, Person},
    q,
    record::Whose,
    reputation,
    settle::out_now,
    turn::Turn,
};

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
    let no = turn.row(q!("message_no"), [id.message.0.as_slice()], |r| r.get(0))?;
    Ok(no.map(|no| DeliveryKey::new(MessageNo(no), id.ordinal)))
}

fn record_one(turn: &mut Turn<'_>, report: &Feedback) -> Result<bool, Error> {
    let Some(key) = key_of(turn, report.delivery)? else {
        tracing::warn!(delivery = %report.delivery, "feedback came for a delivery that does not exist");
        return Ok(false);
    };
    let found = turn.row(q!("delivery_get"), [key.0], |r| {
        Ok((r.get::<i64>(0)?, r.get::<u16>(1)?, r.get::<Option<i64>>(4)?.is_some(), r.get::<Option<i64>>(6)?))
    })?;
    let Some((state, attempt, joint, next_try)) = found else {
        tracing::warn!(delivery = %report.delivery, "feedback came for a copy that does not exist");
        return Ok(false);
    };
    let bit = report.kind.bit();
    let fresh = if joint {
        let fresh = turn.execute(q!("joint_feedback_set"), (key.0, address::key(&report.recipient), bit))? > 0;
        if fresh {
            turn.execute(q!("feedback_set"), (key.0, bit))?;
        }
        fresh
    } else {
        turn.execute(q!("feedback_set"), (key.0, bit))? > 0
    };
    if !fresh {
        return Ok(false);
    }
    turn.append(q!("event_insert"), (key.0, &report.recipient, bit, report.at.0, &report.detail))?;
    let known = turn.known(key.message().0)?.ok_or_else(|| Error::damaged("delivery", "its message is gone"))?;
    turn.delta.topic(known.topic).feedback(report.kind, 1);
    reputation::count(turn, key, &report.recipient, report.kind, report.at)?;
    turn.run(q!("feedback_seen"), (&known.message.provider, report.at.0))?;
    let state = State::from_code(state).ok_or_else(|| Error::damaged("state", state))?;
    // Nothing can be said of a mail the provider never took: this is evidence for an open outcome.
    if joint {
        let copy = Joint::read(turn, key, (state, attempt))?;
        prove_joint(turn, copy, next_try, known.topic, report)?;
        return Ok(true);
    }
    let from @ (State::Unsettled | State::Unknown) = state else { return Ok(true) };
    turn.change(q!("delivery_state"), (key.0, from.code(), State::Sent.code(), report.at.0))?;
    if (Whose { key: key.0, position: None }).may_have_another(turn, attempt)? {
        turn.execute(q!("delivery_twice"), [key.0])?;
    }
    turn.delta.topic(known.topic).moved(Some(from), State::Sent, 1);
    turn.delta.sent(report.at, 1);
    Ok(true)
}

/// Evidence for one recipient of a joint copy is evidence for all the provider can only have taken together with it.
fn prove_joint(turn: &mut Turn<'_>, mut copy: Joint, next_try: Option<i64>, topic: i64, report: &Feedback) -> Result<(), Error> {
    let key = address::key(&report.recipient).to_string();
    let places: Vec<i64> = turn.rows_of(q!("joint_position"), (copy.key.0, &key), |r| r.get(0))?;
    let before = copy.people.clone();
    let is_open = |one: &Person| matches!(one.state, State::Unsettled | State::Unknown);
    let reported: Vec<&Person> = before.iter().filter(|one| places.contains(&one.position) && is_open(one)).collect();
    let leased = out_now(turn, copy.key, copy.attempt)?;
    for (i, one) in before.iter().enumerate() {
        let mut proven = reported.iter().any(|other| other.position == one.position);
        for other in reported.iter().filter(|other| one.shares_fate(other)) {
            // Of two that are unknown, one may have had an attempt of unknown end more than the other.
            let theirs = Whose { key: copy.key.0, position: Some(other.position) };
            proven |= theirs.may_have_another(turn, other.attempt)? == copy.whose(i).may_have_another(turn, one.attempt)?;
        }
        if !proven {
            continue;
        }
        let person = &mut copy.people[i];
        (person.state, person.changed_at, person.reason) = (State::Sent, Some(report.at.0), None);
        person.out = (one.state == State::Unsettled && leased).then_some(copy.attempt + 1);
        copy.people[i].twice |= copy.whose(i).may_have_another(turn, one.attempt)?;
        copy.put(turn, i, one.state)?;
        turn.delta.topic(topic).moved(Some(one.state), State::Sent, 1);
        turn.delta.sent(report.at, 1);
    }
    if reported.is_empty() { Ok(()) } else { copy.sum_up(turn, copy.attempt, report.at, next_try) }
}

/// Adds addresses to the suppression list.
pub(super) fn suppress(turn: &mut Turn<'_>, addresses: &[(String, SuppressionCause)], now: Wall) -> Result<(), Error> {
    for (address, cause) in addresses {
        turn.append(q!("suppression_insert"), (address::key(address), cause.code(), now.0))?;
        turn.rows += 1;
    }
    load(turn)
}

/// Reads what the writer remembers of the list. Mail accepted until now is looked up again when it is claimed.
pub(in crate::store) fn load(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.suppressed = turn.row(q!("suppression_count"), (), |r| r.get(0))?.unwrap_or_default();
    turn.memory.suppressed_before = turn.db.next_message()?;
    Ok(())
}

/// Which of the addresses are on the suppression list, and why.
pub(super) fn suppressed(s: &Snapshot<'_>, addresses: &[String]) -> Result<Vec<(u32, SuppressionCause)>, Error> {
    let mut found = Vec::new();
    for (at, address) in (0..).zip(addresses) {
        let code: Option<i64> = s.row(q!("suppression_cause"), (address.as_str(),), |r| r.get(0))?;
        if let Some(code) = code {
            found.push((at, SuppressionCause::from_code(code).ok_or_else(|| Error::damaged("suppression cause", code))?));
        }
    }
    Ok(found)
}
