//! Sending again, on an operator's decision: what nobody knows of as the same delivery, what failed for now or expired as a new
//! message. Everything that forbids it is looked at here, in the transaction that does it.

use jebi_domain::{
    delivery::State,
    erasure::is_erased,
    id::{DeliveryId, DeliveryKey, MessageNo},
    message::{Mailbox, Role},
    outcome::Reason,
    port::operator::{Again, Links, NotAgain, SendAgain, Whom},
    results::after_soft_bounce,
    settle::summed_up,
    time::Wall,
};

use super::{
    Error, Snapshot,
    joint::Joint,
    kept_back::{self, Cause},
    known::Known,
    params, privacy, q, row, settle,
    turn::Turn,
};

/// A copy as it stands.
struct Standing {
    state: State,
    attempt: u16,
    joint: bool,
    next_try: Option<i64>,
    people: Vec<Person>,
}

/// One of its recipients.
struct Person {
    state: State,
    /// It was given up, not refused for good.
    transient: bool,
    /// Everything reported of it.
    feedback: i64,
    role: Role,
    mailbox: Mailbox,
}

impl Person {
    /// Whether their data was erased: nothing goes to them, whatever became of it.
    fn is_nobody(&self) -> bool {
        is_erased(&self.mailbox.email)
    }
    /// Whether it may have arrived, as far as anybody knows.
    fn is_open(&self) -> bool {
        matches!(self.state, State::Unsettled | State::Unknown) && !self.is_nobody()
    }
}

impl Standing {
    /// Who still stands there.
    fn known(&self) -> impl Iterator<Item = &Person> + Clone {
        self.people.iter().filter(|one| !one.is_nobody())
    }
    fn any(&self, state: State) -> bool {
        self.known().any(|one| one.state == state)
    }
}

/// A copy of the message to be made, and the one it sends again.
struct Fresh {
    of: DeliveryKey,
    times: u32,
    joint: bool,
    /// At least one.
    people: Vec<Person>,
}

pub(super) fn send_again(turn: &mut Turn<'_>, asked: &SendAgain) -> Result<Vec<Again>, Error> {
    let Some(known) = turn.known(asked.message.0)? else { return Ok(vec![Again::Refused(NotAgain::Missing); asked.ordinals.len()]) };
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [known.queue], |r| r.get(0))?;
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
            Verdict::New { joint, people, times } => {
                let copy = u32::try_from(fresh.len()).map_err(|e| Error::damaged("ordinal", e))?;
                fresh.push(Fresh { of: key, times, joint, people });
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
    New { joint: bool, people: Vec<Person>, times: u32 },
}

fn judge(turn: &Turn<'_>, asked: &SendAgain, known: &Known, cancelled: bool, key: DeliveryKey) -> Result<Verdict, Error> {
    let refused = |why| Ok(Verdict::Refused(why));
    if key.ordinal() >= known.copies {
        return refused(NotAgain::Missing);
    }
    let Some(now) = read(turn, key)? else { return refused(NotAgain::Missing) };
    if now.known().next().is_none() {
        return refused(NotAgain::Erased);
    }
    if privacy::content_is_deleted(turn, key.message().0)? {
        return refused(NotAgain::ContentDeleted);
    }
    if now.any(State::Waiting) {
        return refused(if cancelled { NotAgain::Cancelled } else { NotAgain::UnderWay });
    }
    if now.any(State::Unsettled) && settle::out_now(turn, key, now.attempt)? {
        return refused(NotAgain::UnderWay);
    }
    if asked.whom.open && (now.any(State::Unsettled) || now.any(State::Unknown)) {
        if let Some(at) = now.next_try.filter(|_| now.any(State::Unsettled)) {
            return refused(NotAgain::Reviewed(Wall(at)));
        }
        // What may have arrived and was cancelled or has expired is never resent (contract 3).
        if cancelled || known.message.expires_at.is_some_and(|at| at <= asked.due) {
            return refused(NotAgain::Over);
        }
        if now.people.iter().any(|one| one.is_open() && !asked.rules.allow.allows(&one.mailbox.email)) {
            return refused(NotAgain::NotAllowed);
        }
        let before: u32 = turn.row(q!("decision_resends"), [key.0], |r| r.get(0))?.unwrap_or(0);
        if asked.max_times.is_some_and(|most| before >= most) {
            return refused(NotAgain::TooOften(before));
        }
        return Ok(Verdict::Same(now));
    }
    let worst = summed_up(now.known().map(|one| one.state));
    let why_not = never(&now, worst, asked.whom);
    let (joint, mut people) = (now.joint, now.people);
    people.retain(|one| match one.state {
        _ if one.is_nobody() => false,
        State::Expired => true,
        State::Failed => one.transient,
        State::Sent => asked.whom.soft_bounced && after_soft_bounce(one.feedback).is_ok(),
        _ => false,
    });
    if !people.is_empty() && cancelled {
        return refused(NotAgain::Cancelled);
    }
    if !people.is_empty() {
        return anew(turn, (asked, known), key, joint, people);
    }
    refused(why_not)
}

/// Why a copy goes to none of its recipients.
fn never(now: &Standing, worst: State, whom: Whom) -> NotAgain {
    match worst {
        State::Failed => NotAgain::Permanent,
        // Only those of it are asked for who failed.
        State::Unsettled | State::Unknown if now.any(State::Failed) => NotAgain::Permanent,
        State::Unsettled | State::Unknown => NotAgain::Open,
        State::Suppressed => NotAgain::Suppressed,
        State::Cancelled => NotAgain::Cancelled,
        _ => {
            let said = now.known().filter(|_| whom.soft_bounced).filter_map(|one| after_soft_bounce(one.feedback).err());
            said.max_by_key(|why| *why != NotAgain::Sent).unwrap_or(NotAgain::Sent)
        }
    }
}

/// Whether a copy may go as a new one, and to whom: it keeps to the rules of new mail.
fn anew(
    turn: &Turn<'_>,
    (asked, known): (&SendAgain, &Known),
    key: DeliveryKey,
    joint: bool,
    mut people: Vec<Person>,
) -> Result<Verdict, Error> {
    if let Some(again) = turn.row(q!("resent_get"), [key.0], |r| r.get(0))? {
        return Ok(Verdict::Refused(NotAgain::Already(public(&turn.look(), DeliveryKey(again))?)));
    }
    let before: u32 = turn.row(q!("resent_times"), [key.0], |r| r.get(1))?.unwrap_or(0);
    if asked.max_times.is_some_and(|most| before >= most) {
        return Ok(Verdict::Refused(NotAgain::TooOften(before)));
    }
    people.retain(|one| asked.rules.allow.allows(&one.mailbox.email));
    if people.is_empty() {
        return Ok(Verdict::Refused(NotAgain::NotAllowed));
    }
    let emails = people.iter().map(|one| one.mailbox.email.as_str());
    let causes = kept_back::causes(turn, &known.message, emails)?;
    if let Some(why) = kept_from_all(&causes) {
        return Ok(Verdict::Refused(why));
    }
    let mut causes = causes.into_iter();
    people.retain(|_| causes.next().flatten().is_none());
    if asked.rules.routes.choose(&known.message.content.from.email).is_none() {
        return Ok(Verdict::Refused(NotAgain::NoProvider));
    }
    Ok(Verdict::New { joint, people, times: before + 1 })
}

/// Why a mail goes to none of these; `None` where it goes to any of them.
fn kept_from_all(causes: &[Option<Cause>]) -> Option<NotAgain> {
    if causes.iter().any(Option::is_none) {
        return None;
    }
    let any = |is: fn(&Cause) -> bool| causes.iter().flatten().any(is);
    if any(|cause| matches!(cause, Cause::Refused)) {
        return Some(NotAgain::Unsubscribed);
    }
    Some(if any(|cause| matches!(cause, Cause::Erased)) { NotAgain::Erased } else { NotAgain::Suppressed })
}

fn read(turn: &Turn<'_>, key: DeliveryKey) -> Result<Option<Standing>, Error> {
    turn.db.lock_copies(key.0, key.0)?;
    let found = turn.row(q!("delivery_view"), (key.0, key.0, 1), |r| {
        let mailbox = Mailbox { email: r.get(1)?, name: r.get(2)? };
        Ok((r.get::<i64>(3)?, r.get(4)?, r.get::<Option<i64>>(7)?.is_some(), r.get(9)?, r.get(11)?, r.get(5)?, mailbox))
    })?;
    let Some((code, attempt, joint, next_try, reason, feedback, mailbox)) = found else { return Ok(None) };
    let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
    let transient = |reason: Option<Reason>| reason.is_some_and(|r| r.transient);
    let people = if joint {
        let all = turn.rows_of(q!("joint_list"), [key.0], |r| Ok(row::joint(r)))?.into_iter();
        let person = |one: row::Recipient| {
            let (state, feedback, transient) = (one.state, one.feedback, transient(one.reason));
            Person { state, transient, feedback, role: one.role, mailbox: one.mailbox }
        };
        all.map(|one| one.map(person)).collect::<Result<_, _>>()?
    } else {
        vec![Person { state, transient: transient(row::reason(reason)?), feedback, role: Role::To, mailbox }]
    };
    Ok(Some(Standing { state, attempt, joint, next_try, people }))
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
    // A released store may hold copies without an attempt of their own: the original's counts as the first.
    let attempt = now.attempt.max(1);
    let unknown: i64 = now.known().map(|one| i64::from(one.state == State::Unknown)).sum();
    if now.joint {
        let mut copy = Joint::read(turn, key, (now.state, now.attempt))?;
        // Both in order of their positions.
        for (i, person) in now.people.iter().enumerate() {
            let from = copy.people[i].state;
            if person.is_open() {
                (copy.people[i].state, copy.people[i].attempt) = (State::Unsettled, copy.people[i].attempt.max(1));
                copy.put(turn, i, from)?;
            }
        }
        copy.sum_up(turn, attempt, asked.now, Some(asked.due.0))?;
    } else {
        let changed = turn.execute(q!("delivery_reopen"), (key.0, now.state.code(), State::Unsettled.code(), asked.due.0))?;
        if changed != 1 {
            return Err(turn.changed(format!("delivery {} changed while it was sent again", key.0)));
        }
    }
    turn.delta.topic(known.topic).moved(Some(State::Unknown), State::Unsettled, unknown);
    turn.execute(q!("decision_insert"), (key.0, attempt, "resend", asked.now.0, ""))?;
    returns.push((known.queue, asked.due.0, asked.message.0, attempt + 1, key.ordinal()));
    Ok(())
}

/// Writes the new message, its copies, its queue entry and the links.
fn write(turn: &mut Turn<'_>, asked: &SendAgain, known: &Known, fresh: &[Fresh]) -> Result<(), Error> {
    let m = &known.message;
    // Each of them has a way, or it would not be here.
    let way = asked.rules.routes.choose(&m.content.from.email).ok_or_else(|| Error::damaged("route", "its sender has none"))?;
    let queue = turn.queue(&way.provider, m.lane, known.topic)?;
    // What it says is referred to once more, and must not be deleted meanwhile.
    turn.row(q!("content_hold"), [asked.message.0], |_| Ok(()))?;
    let no = turn.db.message_no()?;
    turn.accepted = true;
    let copies = u32::try_from(fresh.len()).map_err(|e| Error::damaged("copies", e))?;
    turn.change(
        q!("message_again"),
        params![
            no,
            asked.id.0.as_slice(),
            queue,
            asked.api_key.0,
            copies,
            asked.now.0,
            asked.due.0,
            asked.scheduled,
            way.route,
            asked.message.0
        ],
    )?;
    if !m.content.attachments.is_empty() {
        turn.execute(q!("message_file_copy"), (no, asked.message.0))?;
    }
    turn.note_hour(no, asked.now)?;
    let mut recipients = 0;
    for (one, ordinal) in fresh.iter().zip(0..) {
        let key = DeliveryKey::new(MessageNo(no), ordinal).0;
        let count = i64::try_from(one.people.len()).map_err(|e| Error::damaged("recipients", e))?;
        match one.people.first().filter(|_| !one.joint) {
            Some(Person { mailbox, .. }) => {
                let personal = personal(turn, one.of)?;
                turn.append(q!("delivery_insert"), (key, &mailbox.email, &mailbox.name, State::Waiting.code(), None::<i64>, personal))?;
            }
            None => {
                for (Person { role, mailbox, .. }, position) in one.people.iter().zip(0_i64..) {
                    let joint = (key, position, role.code(), &mailbox.email, &mailbox.name, State::Waiting.code());
                    turn.append(q!("joint_insert"), joint)?;
                }
                turn.append(q!("delivery_insert"), (key, "", None::<&str>, State::Waiting.code(), count, None::<&str>))?;
            }
        }
        turn.execute(q!("resent_insert"), (one.of.0, key, one.times))?;
        turn.rows += 2;
        recipients += count;
    }
    turn.delta.topic(known.topic).moved(None, State::Waiting, recipients);
    turn.delta.queue(queue, recipients);
    if asked.api_key.0 != 0 {
        turn.delta.used(asked.api_key, asked.now, recipients);
    }
    turn.enqueue(queue, asked.due, no, (0, copies), 1)
}

/// What is its recipient's own.
fn personal(turn: &Turn<'_>, of: DeliveryKey) -> Result<Option<String>, Error> {
    Ok(turn.row(q!("delivery_personal"), [of.0], |r| r.get(0))?.flatten())
}

/// What callers know a copy by.
fn public(s: &Snapshot<'_>, key: DeliveryKey) -> Result<DeliveryId, Error> {
    let id = s.row(q!("message_id"), [key.message().0], |r| r.get::<Vec<u8>>(0))?;
    let message = row::id(&id.ok_or_else(|| Error::damaged("link", "its message is gone"))?)?;
    Ok(DeliveryId { message, ordinal: key.ordinal() })
}

pub(super) fn links(s: &Snapshot<'_>, id: DeliveryId) -> Result<Links, Error> {
    let Some(no) = s.row(q!("message_no"), [id.message.0.as_slice()], |r| r.get(0))? else { return Ok(Links::default()) };
    let key = DeliveryKey::new(MessageNo(no), id.ordinal).0;
    let told = |found: Option<i64>| found.map(|other| public(s, DeliveryKey(other))).transpose();
    Ok(Links {
        retry_of: told(s.row(q!("resent_times"), [key], |r| r.get(0))?)?,
        retried_as: told(s.row(q!("resent_get"), [key], |r| r.get(0))?)?,
    })
}
