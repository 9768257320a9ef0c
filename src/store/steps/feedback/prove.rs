//! Reports as evidence: nothing can be said of a mail the provider never took, so an open outcome is settled by it, and the provider's id
//! is kept where its answer was lost.

use jebi_domain::{
    address,
    delivery::State,
    feedback::{Reported, Source},
    time::Wall,
};

use super::Found;
use crate::store::steps::{
    Error,
    hooks::{self, Whom},
    joint::{Joint, Person},
    q,
    record::Whose,
    refs,
    settle::out_now,
    turn::Turn,
};

/// Settles what the statements of a message prove.
pub(super) fn by(turn: &mut Turn<'_>, copy: &Found, one: &Reported, now: Wall) -> Result<(), Error> {
    // No later than it was told.
    let Some(at) = one.reports.iter().map(|report| report.at.min(now)).min() else { return Ok(()) };
    let id = one.about.provider_id.as_deref();
    if copy.joint {
        return several(turn, copy, one, id, at);
    }
    keep_id(turn, copy, id)?;
    let from @ (State::Unsettled | State::Unknown) = copy.state else { return Ok(()) };
    turn.change(q!("delivery_state"), (copy.key.0, from.code(), State::Sent.code(), at.0))?;
    if (Whose { key: copy.key.0, position: None }).may_have_another(turn, copy.attempt)? {
        turn.execute(q!("delivery_twice"), [copy.key.0])?;
    }
    turn.delta.topic(copy.topic).moved(Some(from), State::Sent, 1);
    turn.delta.sent(copy.topic, at, 1);
    hooks::tell_result(turn, State::Sent, Whom::alone(copy.key).in_queue(copy.queue.0), at, None)
}

/// Keeps the provider's id of a mail whose answer did not tell it, or has not yet: then it is evidence that it was taken.
fn keep_id(turn: &Turn<'_>, copy: &Found, id: Option<&str>) -> Result<(), Error> {
    let Some(id) = id else { return Ok(()) };
    if copy.provider_id.is_some() || !may_have(copy.state) {
        return Ok(());
    }
    turn.run(q!("delivery_ref"), (copy.key.0, id))?;
    refs::note_one(turn, copy.key)
}

/// Whether the provider may have taken an attempt at somebody who stands so.
fn may_have(state: State) -> bool {
    matches!(state, State::Waiting | State::Sending | State::Unsettled | State::Unknown | State::Sent)
}

/// Evidence for one recipient of a joint copy is evidence for all the provider can only have taken together with it.
fn several(turn: &mut Turn<'_>, found: &Found, one: &Reported, id: Option<&str>, at: Wall) -> Result<(), Error> {
    let mut copy = Joint::read(turn, found.key, (found.state, found.attempt))?;
    // SES takes a mail whole. Who sends by SMTP may have needed several attempts for its recipients, so a report that names none of them
    // speaks for all only where all share one.
    let all = one.reports.iter().any(|report| report.recipient.is_none()) && (one.source == Source::Ses || is_of_one_attempt(&copy.people));
    let mut places: Vec<i64> = Vec::new();
    for person in one.reports.iter().filter_map(|report| report.recipient.as_deref()) {
        places.extend(turn.rows_of(q!("joint_position"), (copy.key.0, address::key(person)), |r| r.get::<i64>(0))?);
    }
    let is_named = |one: &Person| all || places.contains(&one.position);
    let before = copy.people.clone();
    let reported: Vec<&Person> = before.iter().filter(|one| is_named(one) && may_have(one.state)).collect();
    if reported.is_empty() {
        return Ok(());
    }
    let mut changed = false;
    let leased = out_now(turn, copy.key, copy.attempt)?;
    for (i, one) in before.iter().enumerate() {
        let shared = reported.iter().any(|other| other.position == one.position || one.shares_fate(other));
        let id = id.filter(|_| one.provider_id.is_none() && shared);
        let proven = is_open(one) && is_proven(turn, &copy, i, &reported)?;
        if !proven && id.is_none() {
            continue;
        }
        let person = &mut copy.people[i];
        if let Some(id) = id {
            person.provider_id = Some(id.to_owned());
        }
        if proven {
            (person.state, person.changed_at, person.reason) = (State::Sent, Some(at.0), None);
            person.out = (one.state == State::Unsettled && leased).then_some(copy.attempt + 1);
            copy.people[i].twice |= copy.whose(i).may_have_another(turn, one.attempt)?;
            turn.delta.topic(found.topic).moved(Some(one.state), State::Sent, 1);
            turn.delta.sent(found.topic, at, 1);
            let whom = Whom::alone(copy.key).in_queue(found.queue.0).at(one.position);
            hooks::tell_result(turn, State::Sent, whom, at, None)?;
        }
        copy.put(turn, i, one.state)?;
        changed = true;
    }
    if !changed {
        return Ok(());
    }
    if id.is_some() {
        refs::note_one(turn, copy.key)?;
    }
    copy.sum_up(turn, copy.attempt, at, found.next_try)
}

fn is_of_one_attempt(people: &[Person]) -> bool {
    let mut went = people.iter().filter(|one| may_have(one.state));
    went.next().is_some_and(|first| went.all(|one| one.shares_fate(first)))
}

fn is_open(one: &Person) -> bool {
    matches!(one.state, State::Unsettled | State::Unknown)
}

/// Whether what was reported of others proves the same of this one.
fn is_proven(turn: &Turn<'_>, copy: &Joint, i: usize, reported: &[&Person]) -> Result<bool, Error> {
    let one = &copy.people[i];
    if reported.iter().any(|other| other.position == one.position) {
        return Ok(true);
    }
    for other in reported.iter().filter(|other| is_open(other) && one.shares_fate(other)) {
        // Of two that are unknown, one may have had an attempt of unknown end more than the other.
        let theirs = Whose { key: copy.key.0, position: Some(other.position) };
        if theirs.may_have_another(turn, other.attempt)? == copy.whose(i).may_have_another(turn, one.attempt)? {
            return Ok(true);
        }
    }
    Ok(false)
}
