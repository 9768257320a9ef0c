//! What became of sent mail. One function records a report, wherever it came from: a kind of feedback is a bit of the recipient's set,
//! which is set once and moves its topic's count in the same commit. So neither order nor repetition changes what results.
//!
//! | file | owns |
//! |---|---|
//! | `prove` | reports as evidence for an open outcome |
//! | `unmatched` | reports whose mail is not known yet |

mod prove;
pub(super) mod unmatched;

use std::borrow::Cow;

use jebi_domain::{
    address,
    delivery::State,
    erasure::{ERASED, is_erased},
    event::{Feedback, FeedbackKind},
    feedback::{About, Engagement, Report, Reported, Source, Verdict, What, shortened},
    id::{DeliveryId, DeliveryKey, MessageNo, QueueNo},
    port::feedback::{FeedbackStore, Keep, Recorded},
    port::{Boxed, store::StoreResult},
    suppression::Bounced,
    time::Wall,
};

use super::{
    Engine, Error, Row, SqlStore,
    group::Class,
    hooks::{self, Whom},
    params, privacy, q, refs, reputation, row, suppression,
    turn::Turn,
};

/// Rows of events one copy has at most besides the first of each kind: repeated reports in other words.
const WORDS: i64 = 50;
/// How often it is written down at most that feedback comes through an account, in milliseconds.
const SEEN_EVERY: i64 = 1_000;
/// The code of an event that is no kind of feedback: a line of the timeline and nothing else.
const NOTE: i64 = 0;

impl<E: Engine> FeedbackStore for SqlStore<E> {
    fn record_reports(&self, batch: Vec<Reported>, keep: Keep, now: Wall) -> Boxed<'_, StoreResult<Vec<Recorded>>> {
        self.shared.write(Class::Admin, move |t| record(t, &batch, Some(keep), now))
    }
}

/// A copy as reports find it.
struct Found {
    key: DeliveryKey,
    state: State,
    attempt: u16,
    feedback: i64,
    joint: bool,
    next_try: Option<i64>,
    provider_id: Option<String>,
    email: String,
    topic: i64,
    queue: QueueNo,
}

impl Found {
    fn read(r: &Row<'_>) -> Result<Self, Error> {
        let state: i64 = r.get(1)?;
        Ok(Self {
            key: DeliveryKey(r.get(0)?),
            state: State::from_code(state).ok_or_else(|| Error::damaged("state", state))?,
            attempt: r.get(2)?,
            feedback: r.get(3)?,
            joint: r.get::<Option<i64>>(4)?.is_some(),
            next_try: r.get(5)?,
            provider_id: r.get(6)?,
            email: r.get(7)?,
            topic: r.get(8)?,
            queue: QueueNo(r.get(9)?),
        })
    }
}

/// Records what a provider inside this process reports. Returns how many reports were new.
pub(super) fn record_own(turn: &mut Turn<'_>, batch: &[Feedback]) -> Result<u64, Error> {
    let now = batch.iter().map(|one| one.at).max().unwrap_or_default();
    let all: Vec<Reported> = batch.iter().cloned().map(Reported::from).collect();
    let new = record(turn, &all, None, now)?.into_iter().map(|one| match one {
        Recorded::Found { new } => u64::from(new),
        Recorded::Kept | Recorded::Unknown => 0,
    });
    Ok(new.sum())
}

/// Records reports. `keep` says how long those are kept that no mail is found for; `None` for not at all.
pub(super) fn record(turn: &mut Turn<'_>, batch: &[Reported], keep: Option<Keep>, now: Wall) -> Result<Vec<Recorded>, Error> {
    let mut out = Vec::with_capacity(batch.len());
    for one in batch {
        turn.rows += 1;
        out.push(match find(turn, &one.about)? {
            Some(copy) => Recorded::Found { new: apply(turn, copy, one, now)? },
            None => unmatched::keep(turn, one, keep, now)?,
        });
    }
    Ok(out)
}

pub(super) fn key_of(turn: &Turn<'_>, id: DeliveryId) -> Result<Option<DeliveryKey>, Error> {
    let no = turn.row(q!("message_no"), [id.message.0.as_slice()], |r| r.get(0))?;
    Ok(no.map(|no| DeliveryKey::new(MessageNo(no), id.ordinal)))
}

/// The copy a message speaks of: by our own id, which is certain, else by the provider's as far as that is indexed.
fn find(turn: &Turn<'_>, about: &About) -> Result<Option<Found>, Error> {
    if let Some(id) = about.delivery {
        return turn.row(q!("report_copy"), (id.message.0.as_slice(), id.ordinal), Found::read);
    }
    let Some(id) = about.provider_id.as_deref() else { return Ok(None) };
    let newest = refs::indexed(&turn.look(), id)?.into_iter().max();
    newest.map_or(Ok(None), |key| by_key(turn, DeliveryKey(key)))
}

fn by_key(turn: &Turn<'_>, key: DeliveryKey) -> Result<Option<Found>, Error> {
    turn.row(q!("report_copy_by_key"), [key.0], Found::read)
}

/// Records all statements about a copy. Returns how many were new.
fn apply(turn: &mut Turn<'_>, mut copy: Found, one: &Reported, now: Wall) -> Result<u32, Error> {
    let mut new = 0;
    for report in &one.reports {
        new += if copy.joint { to_several(turn, &copy, report, one.source)? } else { to_one(turn, &mut copy, report, one.source)? };
        turn.rows += 1;
    }
    // Evidence as a whole: whoever is named was taken, and with them all the provider can only have taken together.
    prove::by(turn, &copy, one, now)?;
    seen(turn, copy.queue, now)?;
    Ok(new)
}

/// Notes that feedback of our own mail comes through the account a queue's mail is sent by.
fn seen(turn: &mut Turn<'_>, queue: QueueNo, now: Wall) -> Result<(), Error> {
    let (provider, _) = turn.home_of(queue.0)?;
    let last = turn.memory.seen.get(&provider).copied();
    if last.is_none_or(|last| now.0.saturating_sub(last) >= SEEN_EVERY || last > now.0) {
        turn.run(q!("feedback_seen"), (&provider, now.0))?;
        turn.memory.seen.insert(provider, now.0);
    }
    Ok(())
}

/// The kind that is counted; `None` for a line of the timeline only.
fn kind(report: &Report) -> Option<FeedbackKind> {
    match &report.what {
        What::Kind(kind) => Some(*kind),
        What::Engaged(engagement) => Some(engagement.kind()),
        What::Sent | What::Note => None,
    }
}

/// The same of somebody whose data was erased: what became of the mail, without who it was and what was said.
fn nameless(report: &Report) -> Report {
    let what = match &report.what {
        What::Engaged(engagement) => What::Engaged(Engagement { ip: None, ..engagement.clone() }),
        what => what.clone(),
    };
    Report { recipient: None, detail: String::new(), verdict: Verdict::Nothing, what, ..report.clone() }
}

fn to_one(turn: &mut Turn<'_>, copy: &mut Found, report: &Report, source: Source) -> Result<u32, Error> {
    if report.what == What::Sent {
        return Ok(0);
    }
    let erased = is_erased(&copy.email);
    let report = &if erased { Cow::Owned(nameless(report)) } else { Cow::Borrowed(report) };
    let fresh = kind(report).filter(|kind| copy.feedback & kind.bit() == 0);
    if let Some(kind) = fresh {
        // The row is ours alone until the commit.
        turn.run(q!("feedback_set"), (copy.key.0, kind.bit()))?;
        copy.feedback |= kind.bit();
        turn.delta.reported(copy.topic, kind, report.at, 1);
        if report.counts {
            reputation::count(turn, copy.key, &copy.email, kind, report.at)?;
        }
        hooks::tell_feedback(turn, Whom::alone(copy.key).in_queue(copy.queue.0), kind, report.at, || detail(report))?;
    }
    let recipient = report.recipient.as_deref().unwrap_or(&copy.email);
    let is_theirs = !erased && address::key(recipient) == address::key(&copy.email);
    if write(turn, copy.key, (recipient, report), source, fresh.is_some())? && is_theirs {
        follow(turn, &copy.email, report)?;
    }
    Ok(u32::from(fresh.is_some()))
}

/// Somebody of a joint copy whom a report is of.
enum Of {
    Named(String),
    /// Their data was erased: known by their place alone.
    Erased(i64),
}

fn to_several(turn: &mut Turn<'_>, copy: &Found, report: &Report, source: Source) -> Result<u32, Error> {
    let people = match (&report.recipient, &report.what) {
        (_, What::Sent) => return Ok(0),
        // Which of them it was cannot be told.
        (None, What::Engaged(_) | What::Note) => {
            write(turn, copy.key, ("", report), source, false)?;
            return Ok(0);
        }
        (None, What::Kind(_)) => everybody(turn, copy)?,
        (Some(one), _) => match named(turn, copy, one)? {
            Some(of) => vec![of],
            None => {
                tracing::debug!(recipient = address::masked(one), "a report names somebody the mail was not for");
                return Ok(0);
            }
        },
    };
    let mut new = 0;
    for of in people {
        new += match of {
            Of::Named(person) => to_named(turn, copy, (&person, report), source)?,
            Of::Erased(position) => to_erased(turn, copy, (position, &nameless(report)), source)?,
        };
    }
    Ok(new)
}

/// All a joint copy went to. Those on the suppression list were in no attempt.
fn everybody(turn: &Turn<'_>, copy: &Found) -> Result<Vec<Of>, Error> {
    let all = turn.rows_of(q!("joint_list"), [copy.key.0], |r| Ok((r.get::<i64>(0)?, row::joint(r))))?;
    let mut went = Vec::with_capacity(all.len());
    for (position, one) in all {
        let one = one?;
        if one.state == State::Suppressed {
            continue;
        }
        went.push(if is_erased(&one.mailbox.email) { Of::Erased(position) } else { Of::Named(one.mailbox.email) });
    }
    Ok(went)
}

/// Whom of a joint copy a report names; `None` where the mail was not for them. Somebody who was erased stands there no more: they are told
/// by the hash of their address, where only one of the copy's recipients can be meant.
fn named(turn: &Turn<'_>, copy: &Found, email: &str) -> Result<Option<Of>, Error> {
    if turn.row(q!("joint_position"), (copy.key.0, address::key(email)), |_| Ok(()))?.is_some() {
        return Ok(Some(Of::Named(email.to_owned())));
    }
    if !privacy::are_erased(turn, &[email])?.contains(&true) {
        return Ok(None);
    }
    let places: Vec<i64> = turn.rows_of(q!("joint_position"), (copy.key.0, ERASED), |r| r.get(0))?;
    Ok(if let [only] = places.as_slice() { Some(Of::Erased(*only)) } else { None })
}

fn to_named(turn: &mut Turn<'_>, copy: &Found, (person, report): (&str, &Report), source: Source) -> Result<u32, Error> {
    let Some(kind) = kind(report) else {
        write(turn, copy.key, (person, report), source, false)?;
        return Ok(0);
    };
    let set = turn.execute(q!("joint_feedback_set"), (copy.key.0, address::key(person), kind.bit()))?;
    if set > 0 {
        count(turn, copy, (person, Whom::alone(copy.key).named(person)), (kind, report), set)?;
    }
    if write(turn, copy.key, (person, report), source, set > 0)? {
        follow(turn, person, report)?;
    }
    Ok(u32::from(set > 0))
}

/// Nothing follows for the address: who is erased is on no list.
fn to_erased(turn: &mut Turn<'_>, copy: &Found, (position, report): (i64, &Report), source: Source) -> Result<u32, Error> {
    let mut set = 0;
    if let Some(kind) = kind(report) {
        set = turn.execute(q!("joint_feedback_at"), (copy.key.0, position, kind.bit()))?;
        if set > 0 {
            count(turn, copy, (ERASED, Whom::alone(copy.key).at(position)), (kind, report), set)?;
        }
    }
    write(turn, copy.key, (ERASED, report), source, set > 0)?;
    Ok(u32::from(set > 0))
}

/// Counts what was reported of so many recipients of a joint copy for the first time.
fn count(
    turn: &mut Turn<'_>,
    copy: &Found,
    (person, whom): (&str, Whom<'_>),
    (kind, report): (FeedbackKind, &Report),
    set: u64,
) -> Result<(), Error> {
    turn.execute(q!("feedback_set"), (copy.key.0, kind.bit()))?;
    turn.delta.reported(copy.topic, kind, report.at, i64::try_from(set).unwrap_or(i64::MAX));
    if report.counts {
        reputation::count(turn, copy.key, person, kind, report.at)?;
    }
    hooks::tell_feedback(turn, whom.in_queue(copy.queue.0), kind, report.at, || detail(report))
}

/// Adds the line of the timeline, unless the same stands there or there are too many. Whether it was added.
fn write(turn: &Turn<'_>, key: DeliveryKey, (recipient, report): (&str, &Report), source: Source, fresh: bool) -> Result<bool, Error> {
    let code = kind(report).map_or(NOTE, FeedbackKind::bit);
    let detail = detail(report);
    // Each time somebody opens or clicks is one of its own; anything else is told once in the same words.
    let by_time = matches!(report.what, What::Engaged(_));
    if !fresh {
        let like = params![key.0, recipient, code, detail, by_time, report.at.0];
        let (rows, alike): (i64, i64) = turn.row(q!("event_like"), like, |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or_default();
        if alike > 0 || rows >= WORDS {
            return Ok(false);
        }
    }
    turn.append(q!("event_add"), (key.0, recipient, code, report.at.0, &detail, source.code()))?;
    Ok(true)
}

fn detail(report: &Report) -> String {
    match &report.what {
        What::Engaged(engagement) => match engagement.ip {
            Some(ip) => format!("{} ({})", report.detail, shortened(ip)),
            None => report.detail.clone(),
        },
        _ => report.detail.clone(),
    }
}

/// What follows for the address, in the same commit.
fn follow(turn: &mut Turn<'_>, email: &str, report: &Report) -> Result<(), Error> {
    let kind = match report.verdict {
        Verdict::Dead => Bounced::Hard,
        Verdict::Complained => Bounced::Complaint,
        Verdict::Unreachable => Bounced::Soft,
        Verdict::Nothing if report.what == What::Kind(FeedbackKind::Delivered) => {
            return suppression::note_delivered(turn, email, report.at);
        }
        Verdict::Nothing => return Ok(()),
    };
    suppression::note_bounce(turn, email, kind, report.at, &detail(report))
}
