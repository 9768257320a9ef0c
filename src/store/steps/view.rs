//! Messages, copies and topics as they stand: stored states, with leases and cancellations not yet written into rows worked in.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    feedback::Source,
    id::{DeliveryId, DeliveryKey, MessageId, MessageNo, QueueNo},
    message::{Lane, Role},
    outcome::Reason,
    port::store::{
        Backlog, Counts, DeliveryView, Engaged, Guard, MessageView, QueueInfo, RecipientView, StoreHealth, TimelineEntry, TopicPage,
        TopicView,
    },
    time::Wall,
};

use super::{Error, Row, Snapshot, claim::range, known::Known, q, row};

/// A message and what is needed to tell the state of its copies.
pub(super) struct Standing {
    pub no: i64,
    pub known: Known,
    paused: bool,
    /// Its queue was retired, or itself cancelled.
    cancelled: bool,
    pub cancelled_at: Option<Wall>,
    leases: Vec<(u32, u32, u16, Vec<u32>)>,
}

pub(super) fn standing(s: &Snapshot<'_>, no: i64) -> Result<Option<Standing>, Error> {
    let read = s.row(q!("message_get"), [no], |r| Ok((row::message(r), r.get::<Option<i64>>(11)?)))?;
    let Some((known, own_cancel)) = read else { return Ok(None) };
    let known = known?;
    let queue = s.row(q!("queue_get"), [known.queue], |r| Ok((r.get::<Option<i64>>(3)?, r.get::<Option<i64>>(4)?.is_some())))?;
    let (retired, paused) = queue.unwrap_or_default();
    let leases: Vec<(i64, u32, u32, u16)> = s.rows(q!("lease_of_message"), [no], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
    let with_marks = leases.into_iter().map(|(lease, first, count, attempt)| {
        let marks = s.rows(q!("lease_marks"), [lease], |r| r.get(0))?;
        Ok((first, count, attempt, marks))
    });
    let leases = with_marks.collect::<Result<_, Error>>()?;
    let cancelled_at = own_cancel.or(retired).map(Wall);
    Ok(Some(Standing { no, known, paused, cancelled: cancelled_at.is_some(), cancelled_at, leases }))
}

impl Standing {
    fn is_leased(&self, ordinal: u32, attempt: u16) -> bool {
        self.leases.iter().any(|(first, count, leased, marks)| {
            (*first..first + count).contains(&ordinal) && attempt + 1 == *leased && !marks.contains(&ordinal)
        })
    }

    /// The state shown for a stored one.
    fn shown(&self, stored: State, ordinal: u32, attempt: u16) -> State {
        match stored {
            State::Waiting | State::Unsettled if self.is_leased(ordinal, attempt) => State::Sending,
            State::Waiting if self.cancelled => State::Cancelled,
            other => other,
        }
    }

    /// Reads a row of `delivery_view`.
    pub fn copy(&self, s: &Snapshot<'_>, r: &Row<'_>) -> Result<DeliveryView, Error> {
        let m = &self.known.message;
        let key = DeliveryKey(r.get(0)?);
        let (code, attempt, feedback): (i64, u16, i64) = (r.get(3)?, r.get(4)?, r.get(5)?);
        let of = |code| State::from_code(code).ok_or_else(|| Error::damaged("state", code));
        let recipients = match r.get::<Option<i64>>(7)? {
            None => vec![RecipientView {
                role: Role::To,
                email: r.get(1)?,
                name: r.get(2)?,
                state: self.shown(of(code)?, key.ordinal(), attempt),
                feedback,
                attempts: attempt,
                provider_id: r.get(10)?,
                reason: row::reason(r.get(11)?)?,
            }],
            Some(_) => self.joint(s, key, attempt)?,
        };
        let state = recipients.iter().map(|one| one.state).max_by_key(|st| st.severity()).unwrap_or(State::Waiting);
        // What was said of the attempt before, and when the next may be, is over once it is out.
        let waits = recipients.iter().any(|one| matches!(one.state, State::Waiting | State::Unsettled));
        let reason = if recipients.iter().any(|one| one.state == State::Sending) { None } else { row::reason(r.get(11)?)? };
        Ok(DeliveryView {
            id: DeliveryId { message: m.id, ordinal: key.ordinal() },
            key,
            topic: m.topic.clone(),
            lane: m.lane,
            provider: m.provider.clone(),
            sender: m.content.from.email.clone(),
            state,
            recipients,
            attempts: attempt,
            provider_id: r.get(10)?,
            reason,
            maybe_twice: r.get(6)?,
            created_at: m.created_at,
            due: m.due,
            next_try: r.get::<Option<i64>>(9)?.filter(|_| waits).map(Wall),
            changed_at: r.get::<Option<i64>>(8)?.map_or(m.created_at, Wall),
            paused: self.paused,
        })
    }

    fn joint(&self, s: &Snapshot<'_>, key: DeliveryKey, attempt: u16) -> Result<Vec<RecipientView>, Error> {
        let all = s.rows(q!("joint_list"), [key.0], |r| Ok(row::joint(r)))?;
        let view = |one: Result<row::Recipient, Error>| {
            let one = one?;
            Ok(RecipientView {
                role: one.role,
                email: one.mailbox.email,
                name: one.mailbox.name,
                state: self.shown(one.state, key.ordinal(), attempt),
                feedback: one.feedback,
                attempts: one.attempt,
                provider_id: one.provider_id,
                reason: one.reason,
            })
        };
        all.into_iter().map(view).collect()
    }

    /// Recipients by where they stand, counted row by row: a message may have many.
    fn counts(&self, s: &Snapshot<'_>) -> Result<Counts, Error> {
        let (from, to) = range(self.no, 0, self.known.copies);
        let mut counts = Counts::default();
        let mut count = |state: Option<State>, feedback: i64| {
            if let Some(state) = state {
                counts.total += 1;
                *counts.of_mut(state) += 1;
            }
            FeedbackKind::of_bits(feedback).for_each(|kind| *counts.feedback_mut(kind) += 1);
        };
        s.visit(q!("delivery_tally"), (from, to), |r| {
            let (key, code, attempt, feedback) = (DeliveryKey(r.get(0)?), r.get(1)?, r.get(2)?, r.get(3)?);
            if r.get::<Option<i64>>(4)?.is_some() {
                let people = self.joint(s, key, attempt)?;
                people.iter().for_each(|one| count(Some(one.state), one.feedback & !FeedbackKind::OF_COPY));
                count(None, feedback & FeedbackKind::OF_COPY);
            } else {
                let stored = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
                count(Some(self.shown(stored, key.ordinal(), attempt)), feedback);
            }
            Ok(true)
        })?;
        Ok(counts)
    }
}

pub(super) fn message(s: &Snapshot<'_>, id: MessageId) -> Result<Option<MessageView>, Error> {
    let Some(no) = s.row(q!("message_no"), [id.0.as_slice()], |r| r.get(0))? else { return Ok(None) };
    let Some(st) = standing(s, no)? else { return Ok(None) };
    let counts = st.counts(s)?;
    Ok(Some(MessageView { message: st.known.message, no: MessageNo(no), copies: st.known.copies, counts, cancelled_at: st.cancelled_at }))
}

pub(super) fn delivery(s: &Snapshot<'_>, id: DeliveryId) -> Result<Option<(DeliveryView, Vec<TimelineEntry>)>, Error> {
    let Some(no) = s.row(q!("message_no"), [id.message.0.as_slice()], |r| r.get(0))? else { return Ok(None) };
    let Some(st) = standing(s, no)? else { return Ok(None) };
    let key = DeliveryKey::new(MessageNo(no), id.ordinal).0;
    let Some(view) = s.row(q!("delivery_view"), (key, key, 1), |r| Ok(st.copy(s, r)))?.transpose()? else { return Ok(None) };
    let mut timeline = vec![line(st.known.message.created_at, "accepted", 0, st.known.message.route.clone())];
    let earlier = s.rows(q!("attempt_list"), [key], Earlier::read)?;
    let apart = s.rows(q!("joint_attempt_list"), [key], |r| Ok((Earlier::read(r)?, r.get::<String>(5)?)))?;
    let people = view.recipients.len();
    let mut told = earlier.into_iter().map(|one| (one, String::new())).collect::<Vec<_>>();
    told.extend(shared(apart, people));
    for (one, recipient) in told {
        let why = row::reason(one.reason)?.map(|r| words(&r));
        let at = one.at.map_or(st.known.message.created_at, Wall);
        let detail = one.provider_id.or(why).unwrap_or_default();
        timeline.push(TimelineEntry { at, kind: one.outcome, attempt: one.attempt, recipient, detail, source: None });
    }
    timeline.extend(ends(s, &view)?);
    tell_decisions(s, key, &mut timeline)?;
    let events = s.rows(q!("event_list"), [key], |r| Ok((r.get::<String>(0)?, r.get(1)?, r.get(2)?, r.get::<String>(3)?, r.get(4)?)))?;
    for (recipient, bits, at, detail, source) in events {
        let kind = FeedbackKind::of_bits(bits).next().map_or("note", FeedbackKind::as_str).to_owned();
        timeline.push(TimelineEntry { at: Wall(at), kind, attempt: 0, recipient, detail, source: Source::from_code(source) });
    }
    // In the order of cause: a report may carry an earlier time than the answer it followed.
    Ok(Some((view, timeline)))
}

/// Puts what operators decided behind the attempt each decision was made about.
fn tell_decisions(s: &Snapshot<'_>, key: i64, timeline: &mut Vec<TimelineEntry>) -> Result<(), Error> {
    let decisions =
        s.rows(q!("decision_list"), [key], |r| Ok((r.get::<u16>(0)?, r.get::<String>(1)?, r.get::<i64>(2)?, r.get::<String>(3)?)))?;
    for (attempt, kind, at, note) in decisions {
        let place = timeline.iter().rposition(|line| line.attempt <= attempt).map_or(0, |last| last + 1);
        timeline.insert(place, line(Wall(at), &format!("operator_{kind}"), attempt, note));
    }
    Ok(())
}

/// An attempt before the one in the row itself.
struct Earlier {
    attempt: u16,
    at: Option<i64>,
    outcome: String,
    provider_id: Option<String>,
    reason: Option<String>,
}

impl Earlier {
    fn read(r: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { attempt: r.get(0)?, at: r.get(1)?, outcome: r.get(2)?, provider_id: r.get(3)?, reason: r.get(4)? })
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.attempt, self.at, &self.outcome, &self.provider_id, &self.reason)
            == (other.attempt, other.at, &other.outcome, &other.provider_id, &other.reason)
    }
}

/// Attempts of a joint copy's recipients: where all fared alike, one line speaks of all.
fn shared(all: Vec<(Earlier, String)>, people: usize) -> Vec<(Earlier, String)> {
    let mut out: Vec<(Earlier, String)> = Vec::with_capacity(all.len());
    let mut rest = all.into_iter().peekable();
    while let Some((first, email)) = rest.next() {
        let mut alike = vec![email];
        while let Some((_, email)) = rest.next_if(|(next, _)| next.is_like(&first)) {
            alike.push(email);
        }
        if alike.len() == people {
            out.push((first, String::new()));
            continue;
        }
        for email in alike {
            let one =
                Earlier { outcome: first.outcome.clone(), provider_id: first.provider_id.clone(), reason: first.reason.clone(), ..first };
            out.push((one, email));
        }
    }
    out
}

fn words(reason: &Reason) -> String {
    format!("{}: {}", reason.code, reason.text)
}

/// How the last attempt ended, or the delivery without one: a line for all, or one for each recipient where they differ.
fn ends(s: &Snapshot<'_>, view: &DeliveryView) -> Result<Vec<TimelineEntry>, Error> {
    let entry = |at: Wall, one: &RecipientView, recipient: &str| {
        let kind = match one.state {
            // Between two attempts: the last one was refused for now.
            State::Waiting | State::Sending => "transient",
            other => other.as_str(),
        };
        let detail = one.provider_id.clone().or_else(|| one.reason.as_ref().map(words)).unwrap_or_default();
        TimelineEntry { at, kind: kind.to_owned(), attempt: one.attempts, recipient: recipient.to_owned(), detail, source: None }
    };
    let ended = |one: &&RecipientView| one.attempts > 0 || one.state.is_result();
    let Some(first) = view.recipients.first() else { return Ok(Vec::new()) };
    let like = |one: &RecipientView| {
        (one.state, one.attempts, &one.provider_id, &one.reason) == (first.state, first.attempts, &first.provider_id, &first.reason)
    };
    if view.recipients.iter().all(like) {
        return Ok(view.recipients.iter().take(1).filter(ended).map(|one| entry(view.changed_at, one, "")).collect());
    }
    let times = s.rows(q!("joint_list"), [view.key.0], |r| Ok(row::joint(r)))?.into_iter();
    let times: Vec<Option<Wall>> = times.map(|one| one.map(|one| one.changed_at)).collect::<Result<_, _>>()?;
    let each = view.recipients.iter().zip(times).filter(|(one, _)| ended(one));
    let mut lines: Vec<_> = each.map(|(one, at)| entry(at.unwrap_or(view.created_at), one, &one.email)).collect();
    lines.sort_by_key(|line| line.attempt);
    Ok(lines)
}

fn line(at: Wall, kind: &str, attempt: u16, detail: String) -> TimelineEntry {
    TimelineEntry { at, kind: kind.to_owned(), attempt, recipient: String::new(), detail, source: None }
}

/// Reads a row of `topic_get` or `topic_list`: its number and the topic, `sending` still to be told apart.
fn read_topic(r: &Row<'_>) -> Result<(i64, TopicView), Error> {
    let counts = Counts {
        total: r.get(4)?,
        waiting: r.get(5)?,
        sending: 0,
        unsettled: r.get(6)?,
        sent: r.get(7)?,
        failed: r.get(8)?,
        suppressed: r.get(9)?,
        cancelled: r.get(10)?,
        expired: r.get(11)?,
        unknown: r.get(12)?,
        delivered: r.get(13)?,
        bounced: r.get(14)?,
        complained: r.get(15)?,
        soft_bounced: r.get(16)?,
        delayed: r.get(17)?,
        rejected: r.get(18)?,
        opened: r.get(19)?,
        clicked: r.get(20)?,
        opened_by_person: r.get(21)?,
        clicked_by_person: r.get(22)?,
        unsubscribed: r.get(23)?,
    };
    let engaged = Engaged { opens: r.get(24)?, opens_by_person: r.get(25)?, clicks: r.get(26)?, clicks_by_person: r.get(27)? };
    let paused = r.get::<Option<i64>>(3)?.is_some();
    Ok((r.get(0)?, TopicView { name: r.get(1)?, created_at: Wall(r.get(2)?), paused, counts, engaged }))
}

fn tell_sending(s: &Snapshot<'_>, (no, mut topic): (i64, TopicView)) -> Result<TopicView, Error> {
    let (first, resend): (i64, i64) = s.row(q!("topic_sending"), [no], |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or_default();
    // What evidence settled while it was out is still under its lease.
    let (first, resend) = (first.min(topic.counts.waiting), resend.min(topic.counts.unsettled));
    topic.counts.waiting -= first;
    topic.counts.unsettled -= resend;
    topic.counts.sending = first + resend;
    Ok(topic)
}

pub(super) fn topic(s: &Snapshot<'_>, name: &str) -> Result<Option<TopicView>, Error> {
    Ok(numbered_topic(s, name)?.map(|(_, topic)| topic))
}

/// A topic and its number.
pub(super) fn numbered_topic(s: &Snapshot<'_>, name: &str) -> Result<Option<(i64, TopicView)>, Error> {
    let found = s.row(q!("topic_get"), [name], read_topic)?;
    let found = found.filter(|_| !name.is_empty());
    found.map(|(no, topic)| Ok((no, tell_sending(s, (no, topic))?))).transpose()
}

pub(super) fn topics(s: &Snapshot<'_>, after: &str, limit: u32) -> Result<TopicPage, Error> {
    // The empty name is mail without a topic; every other comes after it.
    let found = s.rows(q!("topic_list"), (after, limit + 1), read_topic)?;
    let more = found.len() > limit as usize;
    let topics: Vec<_> = found.into_iter().take(limit as usize).map(|t| tell_sending(s, t)).collect::<Result<_, _>>()?;
    let next = topics.last().filter(|_| more).map(|t| t.name.clone());
    Ok(TopicPage { topics, next })
}

pub(super) fn health(s: &Snapshot<'_>, free_bytes: Option<i64>) -> Result<StoreHealth, Error> {
    let (pending, unsettled) = s.row(q!("totals_get"), (), |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or_default();
    let leased: i64 = s.row(q!("lease_count"), (), |r| r.get(0))?.unwrap_or(0);
    let mut oldest_due = [None; 2];
    for lane in Lane::ALL {
        let due: Option<Option<i64>> = s.row(q!("oldest_due"), [lane.code()], |r| r.get(0))?;
        oldest_due[lane as usize] = due.flatten().map(Wall);
    }
    Ok(StoreHealth { waiting: pending, unsettled, leased, oldest_due, free_bytes })
}

/// What waits, by queue.
pub(super) fn backlog(s: &Snapshot<'_>) -> Result<Vec<Backlog>, Error> {
    let found = s.rows(q!("backlog"), (), |r| {
        let (provider, lane, topic): (String, i64, String) = (r.get(0)?, r.get(1)?, r.get(2)?);
        Ok((provider, lane, topic, r.get::<Option<i64>>(3)?.is_some(), r.get(4)?))
    })?;
    let one = |(provider, lane, topic, paused, waiting)| {
        let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
        Ok(Backlog { provider, lane, topic, paused, waiting })
    };
    found.into_iter().map(one).collect()
}

/// The live queues of a provider that hold entries. Those of a lane that is held are shown as paused.
pub(super) fn queues(s: &Snapshot<'_>, provider: &str, guard: &Guard) -> Result<Vec<QueueInfo>, Error> {
    let found = s.rows(q!("queues_of_provider"), [provider], |r| {
        Ok((r.get(0)?, r.get::<i64>(1)?, r.get::<Option<i64>>(2)?, r.get::<Option<i64>>(3)?.is_some()))
    })?;
    let info = |(no, lane, due, paused): (i64, i64, Option<i64>, bool)| {
        let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
        Ok(QueueInfo { queue: QueueNo(no), lane, next_due: due.map(Wall), paused: paused || guard.holds(lane) })
    };
    found.into_iter().map(info).collect()
}
