//! What an operator decides, as the port has it; and a person's word on a delivery of open outcome.

use std::sync::Arc;

use jebi_domain::{
    delivery::State,
    id::{DeliveryId, KeyNo, MessageId},
    outcome::Reason,
    port::{
        Boxed, OperatorStore,
        operator::{Again, Links, Rescheduled, SendAgain, Settled},
        store::{StoreError, StoreResult, StoredAnswer},
    },
    time::Wall,
};

use super::group::Class;
use super::{
    Engine, Error, SqlStore, feedback,
    hooks::{self, Whom},
    joint::Joint,
    q,
    record::Whose,
    reschedule, retry, row, settle,
    turn::Turn,
};

impl<E: Engine> OperatorStore for SqlStore<E> {
    fn send_again(&self, again: SendAgain) -> Boxed<'_, StoreResult<Vec<Again>>> {
        // It makes mail, like accepting.
        if self.engine.room().is_some_and(|free| free <= 0) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.shared.write(Class::Admin, move |t| retry::send_again(t, &again))
    }

    fn links(&self, id: DeliveryId) -> Boxed<'_, StoreResult<Links>> {
        self.look(move |s| retry::links(s, id))
    }

    fn settle_by_hand(&self, id: DeliveryId, to: State, note: &str, now: Wall) -> Boxed<'_, StoreResult<Settled>> {
        let note = note.to_owned();
        self.shared.write(Class::Admin, move |t| by_hand(t, id, to, &note, now))
    }

    fn reschedule(&self, id: MessageId, due: Wall, scheduled: bool) -> Boxed<'_, StoreResult<Rescheduled>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let places = self.look(move |s| reschedule::untried(s, id)).await?;
            shared.write(Class::Admin, move |t| reschedule::reschedule(t, id, &places, due, scheduled)).await
        })
    }

    fn keep_answer(&self, api_key: KeyNo, key: &str, answer: StoredAnswer, now: Wall) -> Boxed<'_, StoreResult<()>> {
        let key = key.to_owned();
        self.shared.write(Class::Admin, move |t| {
            let since = now - jebi_domain::idempotency::KEPT;
            t.execute(q!("idempotency_forget"), (api_key.0, &key, since.0))?;
            let StoredAnswer { fingerprint, status, body } = &answer;
            t.execute(q!("idempotency_keep"), (api_key.0, &key, fingerprint.as_slice(), status, body.as_ref(), now.0)).map(drop)
        })
    }
}

/// Gives a copy of open outcome its result on a person's word. A resend that waits finds it changed and drops out.
fn by_hand(turn: &mut Turn<'_>, id: DeliveryId, to: State, note: &str, now: Wall) -> Result<Settled, Error> {
    let Some(key) = feedback::key_of(turn, id)? else { return Ok(Settled::Missing) };
    let found = turn.row(q!("delivery_get"), [key.0], |r| Ok((r.get::<i64>(0)?, r.get::<u16>(1)?, r.get::<Option<i64>>(4)?.is_some())))?;
    let Some((code, attempt, joint)) = found else { return Ok(Settled::Missing) };
    let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
    let is_open = |state: State| matches!(state, State::Unsettled | State::Unknown);
    let mut copy = if joint { Some(Joint::read(turn, key, (state, attempt))?) } else { None };
    let open: Vec<(State, Option<i64>)> = match &copy {
        Some(copy) => copy.people.iter().map(|one| (one.state, Some(one.position))).filter(|(state, _)| is_open(*state)).collect(),
        None => Some((state, None)).filter(|(state, _)| is_open(*state)).into_iter().collect(),
    };
    if open.is_empty() {
        return Ok(Settled::NotOpen(state));
    }
    if settle::out_now(turn, key, attempt)? {
        return Ok(Settled::NotOpen(State::Sending));
    }
    let reason = match to {
        // Nobody refused it for good: it may be sent again.
        State::Failed => Some(row::reason_text(&Reason { transient: true, ..Reason::new("settled_by_hand", note, "") })?),
        _ => None,
    };
    if let Some(copy) = &mut copy {
        for i in 0..copy.people.len() {
            let from = copy.people[i].state;
            if is_open(from) {
                let twice = to == State::Sent && copy.whose(i).may_have_another(turn, copy.people[i].attempt)?;
                let one = &mut copy.people[i];
                (one.state, one.changed_at, one.reason) = (to, Some(now.0), reason.clone());
                one.twice |= twice;
                copy.put(turn, i, from)?;
            }
        }
        copy.sum_up(turn, attempt, now, None)?;
    } else {
        turn.change(q!("delivery_by_hand"), (key.0, code, to.code(), now.0, reason))?;
        if to == State::Sent && (Whose { key: key.0, position: None }).may_have_another(turn, attempt)? {
            turn.execute(q!("delivery_twice"), [key.0])?;
        }
    }
    turn.execute(q!("decision_insert"), (key.0, attempt, to.as_str(), now.0, note))?;
    let known = turn.known(key.message().0)?.ok_or_else(|| Error::damaged("delivery", "its message is gone"))?;
    for (from, position) in open {
        turn.delta.topic(known.topic).moved(Some(from), to, 1);
        if to == State::Sent {
            turn.delta.sent(known.topic, now, 1);
        }
        let whom = Whom::alone(key).in_queue(known.queue);
        let whom = position.map_or(whom, |position| whom.at(position));
        hooks::tell_result(turn, to, whom, now, Some(note).filter(|note| !note.is_empty()))?;
    }
    Ok(Settled::Done)
}
