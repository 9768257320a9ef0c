//! Sending again, on an operator's decision: what nobody knows of as the same delivery, what failed for now or expired as a new
//! message. Everything that forbids it is looked at here, in the transaction that does it.

use jebi_domain::{
    address,
    delivery::State,
    id::{DeliveryId, DeliveryKey, MessageId, MessageNo},
    port::operator::{Again, Links, NotAgain, SendAgain},
    time::Wall,
};

use super::{
    Error,
    readers::Snapshot,
    row, settle, sql,
    turn::{Known, Turn},
};

/// A copy as it stands.
struct Standing {
    state: State,
    attempt: u16,
    joint: bool,
    next_try: Option<i64>,
    reason: Option<String>,
    email: String,
}

/// A copy of the message to be made, and the one it sends again.
struct Fresh {
    of: DeliveryKey,
    times: u32,
    recipients: Recipients,
}

enum Recipients {
    One { email: String, name: Option<String> },
    /// Role code, address, name.
    Joint(Vec<(i64, String, Option<String>)>),
}

impl Recipients {
    fn count(&self) -> i64 {
        match self {
            Self::One { .. } => 1,
            Self::Joint(all) => i64::try_from(all.len()).unwrap_or(i64::MAX),
        }
    }
}

pub(super) fn send_again(turn: &mut Turn<'_>, asked: &SendAgain) -> Result<Vec<Again>, Error> {
    let Some(known) = turn.known(asked.message.0)? else { return Ok(vec![Again::Refused(NotAgain::Missing); asked.ordinals.len()]) };
    let retired: Option<Option<i64>> = turn.row(sql!("queue_cancelled"), [known.queue], |r| r.get(0))?;
    let cancelled = known.cancelled || retired.flatten().is_some();
    let (mut out, mut returns, mut fresh) = (Vec::with_capacity(asked.ordinals.len()), settle::Returns::new(), Vec::new());
    for ordinal in &asked.ordinals {
        turn.rows += 1;
        let key = DeliveryKey::new(asked.message, *ordinal);
        out.push(match judge(turn, asked, &known, cancelled, key)? {
            Verdict::Refused(why) => Again::Refused(why),
            Verdict::Same(standing) => {
                reopen(turn, asked, &known, key, &standing, &mut returns)?;
                Again::Same
            }
            Verdict::New(recipients, times) => {
                let copy = u32::try_from(fresh.len()).map_err(|e| Error::damaged("ordinal", e))?;
                fresh.push(Fresh { of: key, times, recipients });
                Again::New(DeliveryId { message: asked.id, ordinal: copy })
            }
        });
    }
    settle::requeue(turn, returns)?;
    if !fresh.is_empty() {
        write(turn, asked, &known, &fresh)?;
    }
    Ok(out)
}

enum Verdict {
    Refused(NotAgain),
    Same(Standing),
    New(Recipients, u32),
}

fn judge(turn: &Turn<'_>, asked: &SendAgain, known: &Known, cancelled: bool, key: DeliveryKey) -> Result<Verdict, Error> {
    let refused = |why| Ok(Verdict::Refused(why));
    if key.ordinal() >= known.copies {
        return refused(NotAgain::Missing);
    }
    let Some(now) = read(turn, key)? else { return refused(NotAgain::Missing) };
    match now.state {
        State::Waiting if cancelled => refused(NotAgain::Cancelled),
        State::Waiting | State::Sending => refused(NotAgain::UnderWay),
        State::Sent => refused(NotAgain::Sent),
        State::Suppressed => refused(NotAgain::Suppressed),
        State::Cancelled => refused(NotAgain::Cancelled),
        State::Unsettled if settle::is_leased(turn, key, now.attempt)? => refused(NotAgain::UnderWay),
        State::Unsettled | State::Unknown => {
            if let Some(at) = now.next_try.filter(|_| now.state == State::Unsettled) {
                return refused(NotAgain::Reviewed(Wall(at)));
            }
            // What may have arrived and was cancelled or has expired is never resent (contract 3).
            if cancelled || known.message.expires_at.is_some_and(|at| at <= asked.due) {
                return refused(NotAgain::Over);
            }
            Ok(Verdict::Same(now))
        }
        State::Failed if !row::reason(now.reason.clone())?.is_some_and(|r| r.transient) => refused(NotAgain::Permanent),
        State::Failed | State::Expired => anew(turn, asked, key, now),
    }
}

/// Whether a copy may go as a new one, and to whom.
fn anew(turn: &Turn<'_>, asked: &SendAgain, key: DeliveryKey, now: Standing) -> Result<Verdict, Error> {
    if let Some(again) = turn.row(sql!("resent_get"), [key.0], |r| r.get(0))? {
        return Ok(Verdict::Refused(NotAgain::Already(public(&Snapshot(turn.db), DeliveryKey(again))?)));
    }
    let before: u32 = turn.row(sql!("resent_times"), [key.0], |r| r.get(1))?.unwrap_or(0);
    if asked.max_times.is_some_and(|most| before >= most) {
        return Ok(Verdict::Refused(NotAgain::TooOften(before)));
    }
    let listed = |email: &str| turn.row(sql!("suppression_get"), [address::key(email)], |_| Ok(())).map(|found| found.is_some());
    let recipients = if now.joint {
        let of_state = [now.state.code()];
        let mut open = Vec::new();
        for one in turn.rows_of(sql!("joint_list"), [key.0], |r| Ok(row::joint(r, &of_state)))? {
            let (_, addressee, _, _) = one?;
            if addressee.open && !listed(&addressee.mailbox.email)? {
                open.push((addressee.role.code(), addressee.mailbox.email, addressee.mailbox.name));
            }
        }
        if open.is_empty() {
            return Ok(Verdict::Refused(NotAgain::Suppressed));
        }
        Recipients::Joint(open)
    } else {
        if listed(&now.email)? {
            return Ok(Verdict::Refused(NotAgain::Suppressed));
        }
        let name = turn.row(sql!("delivery_range"), (key.0, key.0), |r| r.get(2))?.flatten();
        Recipients::One { email: now.email, name }
    };
    Ok(Verdict::New(recipients, before + 1))
}

fn read(turn: &Turn<'_>, key: DeliveryKey) -> Result<Option<Standing>, Error> {
    let found = turn.row(sql!("delivery_get"), [key.0], |r| {
        let joint = r.get::<_, Option<i64>>(4)?.is_some();
        let rest =
            Standing { state: State::Waiting, attempt: r.get(1)?, joint, next_try: r.get(6)?, reason: r.get(8)?, email: r.get(9)? };
        Ok((r.get::<_, i64>(0)?, rest))
    })?;
    found.map(|(code, st)| Ok(Standing { state: State::from_code(code).ok_or_else(|| Error::damaged("state", code))?, ..st })).transpose()
}

/// Puts a copy of open outcome into its queue for one more attempt. It stays `unsettled` until then, so that evidence still settles
/// it and stops the resend, and a resend that is not accepted ends as `unknown`.
fn reopen(
    turn: &mut Turn<'_>,
    asked: &SendAgain,
    known: &Known,
    key: DeliveryKey,
    now: &Standing,
    returns: &mut settle::Returns,
) -> Result<(), Error> {
    let (state, open) = (now.state.code(), State::Unsettled.code());
    let n: i64 = if now.joint { turn.row(sql!("joint_open"), (key.0, state), |r| r.get(0))?.unwrap_or(0) } else { 1 };
    if turn.execute(sql!("delivery_reopen"), (key.0, state, open, asked.now.0, asked.due.0))? != 1 {
        return Err(Error::damaged("delivery", format!("{} changed while it was sent again", key.0)));
    }
    if now.state == State::Unknown {
        if now.joint {
            turn.execute(sql!("joint_state"), (key.0, state, open))?;
        }
        turn.delta.topic(known.topic).moved(Some(State::Unknown), State::Unsettled, n);
    }
    // A released store may hold copies without an attempt of its own: the original's counts as the first.
    let attempt = now.attempt.max(1);
    turn.execute(sql!("decision_insert"), (key.0, attempt, "resend", asked.now.0, ""))?;
    returns.push((known.queue, asked.due.0, asked.message.0, attempt + 1, key.ordinal()));
    Ok(())
}

/// Writes the new message, its copies, its queue entry and the links.
fn write(turn: &mut Turn<'_>, asked: &SendAgain, known: &Known, fresh: &[Fresh]) -> Result<(), Error> {
    let m = &known.message;
    let queue = turn.queue(&m.provider, m.lane, known.topic)?;
    let no = turn.memory.next_message;
    turn.memory.next_message += 1;
    let copies = u32::try_from(fresh.len()).map_err(|e| Error::damaged("copies", e))?;
    turn.execute(
        sql!("message_again"),
        rusqlite::params![
            no,
            asked.id.0.as_slice(),
            queue,
            asked.api_key.0,
            copies,
            asked.now.0,
            asked.due.0,
            asked.scheduled,
            asked.message.0
        ],
    )?;
    turn.note_hour(no, asked.now)?;
    let mut recipients = 0;
    for (one, ordinal) in fresh.iter().zip(0..) {
        let key = DeliveryKey::new(MessageNo(no), ordinal).0;
        match &one.recipients {
            Recipients::One { email, name } => {
                turn.execute(sql!("delivery_insert"), (key, email, name, State::Waiting.code(), None::<i64>))?;
            }
            Recipients::Joint(all) => {
                for ((role, email, name), position) in all.iter().zip(0_i64..) {
                    turn.execute(sql!("joint_insert"), (key, position, role, email, name, State::Waiting.code()))?;
                }
                turn.execute(sql!("delivery_insert"), (key, "", None::<&str>, State::Waiting.code(), one.recipients.count()))?;
            }
        }
        turn.execute(sql!("resent_insert"), (one.of.0, key, one.times))?;
        turn.rows += 2;
        recipients += one.recipients.count();
    }
    turn.delta.topic(known.topic).moved(None, State::Waiting, recipients);
    turn.delta.queue(queue, recipients);
    turn.enqueue(queue, asked.due, no, (0, copies), 1)
}

/// What callers know a copy by.
fn public(s: &Snapshot<'_>, key: DeliveryKey) -> Result<DeliveryId, Error> {
    let id = s.row(sql!("message_id"), [key.message().0], |r| r.get::<_, Vec<u8>>(0))?;
    let id: MessageId = row::id(&id.ok_or_else(|| Error::damaged("link", "its message is gone"))?)?;
    Ok(DeliveryId { message: id, ordinal: key.ordinal() })
}

pub(super) fn links(s: &Snapshot<'_>, id: DeliveryId) -> Result<Links, Error> {
    let Some(no) = s.row(sql!("message_no"), [id.message.0.as_slice()], |r| r.get(0))? else { return Ok(Links::default()) };
    let key = DeliveryKey::new(MessageNo(no), id.ordinal).0;
    let told = |found: Option<i64>| found.map(|other| public(s, DeliveryKey(other))).transpose();
    Ok(Links {
        retry_of: told(s.row(sql!("resent_times"), [key], |r| r.get(0))?)?,
        retried_as: told(s.row(sql!("resent_get"), [key], |r| r.get(0))?)?,
    })
}
