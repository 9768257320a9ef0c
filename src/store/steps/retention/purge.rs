//! Deleting mail that is old enough. What a reader found is looked at again under the locks that keep others from changing it; counts of
//! topics stay, and what is deleted is added to what a recount finds.

use std::{collections::BTreeMap, ops::RangeInclusive};

use jebi_domain::{delivery::State, event::FeedbackKind, port::retention::Trimmed, retention::DataKind, time::Wall};

use super::{
    super::{
        Error,
        delta::TopicDelta,
        engagement,
        housekeep::{self, SLICE, address_hash},
        params, privacy, q, row,
        turn::Turn,
    },
    walk::{Item, Old, Verdict, Walked, again, marker, stand},
};
use crate::crash_point::crash_point;

/// Reports one slice deletes.
const EVENTS: u32 = 1_000;

/// How far a step has come.
enum Step {
    /// All of it is done.
    Done,
    /// There is more of this message; what follows it waits.
    More,
    /// It is not as the reader saw it: to be looked at again.
    Changed,
}

/// Deletes what was found, and notes how far the walk has come.
pub(super) fn slice(turn: &mut Turn<'_>, kind: DataKind, walked: &Walked, (before, now): (Wall, Wall)) -> Result<Trimmed, Error> {
    let mut out = Trimmed { deleted: 0, more: walked.more };
    // After a long stop, too, no answer outlives the message it speaks of.
    if kind == DataKind::Records && housekeep::purge(turn, now)? {
        return Ok(Trimmed { deleted: 0, more: true });
    }
    let mut rest = walked.items.as_slice();
    let (mut reached, mut alone) = (None, 0);
    while let Some(run) = next_run(kind, rest, alone > 0) {
        let mut verdict = None;
        match delete(turn, kind, run, (before, now), &mut out) {
            Ok(Step::Done) => {}
            Ok(Step::More | Step::Changed) => {
                out.more = true;
                break;
            }
            // What cannot be read keeps nothing else: it is looked for among the others, and left.
            Err(Error::Damaged { .. }) if run.len() > 1 => {
                alone = run.len();
                continue;
            }
            Err(e @ Error::Damaged { .. }) => {
                let message = run[0].old.map(|old| old.no);
                tracing::error!(error = %e, message, "mail that is old enough cannot be read, and is kept");
                verdict = Some(again(before));
            }
            Err(e) => return Err(e),
        }
        for item in run {
            reached = passed(turn, kind, item, verdict.unwrap_or(item.verdict))?.or(reached);
        }
        alone = alone.saturating_sub(run.len());
        rest = &rest[run.len()..];
        // A full turn: the others wait for the next one.
        if turn.rows >= SLICE && !rest.is_empty() {
            out.more = true;
            break;
        }
    }
    if let Some(no) = reached {
        turn.run(q!("marker_set"), (marker(kind), no))?;
    }
    crash_point("retention");
    Ok(out)
}

/// Deletes what of a run is to go. Everything is read before anything is written.
fn delete(turn: &mut Turn<'_>, kind: DataKind, run: &[Item], times: (Wall, Wall), out: &mut Trimmed) -> Result<Step, Error> {
    let all: Vec<Old> = run.iter().filter(|item| item.verdict == Verdict::Delete).filter_map(|item| item.old).collect();
    let [first, ..] = all.as_slice() else { return Ok(Step::Done) };
    match kind {
        DataKind::Content => content(turn, first, times, out),
        DataKind::Events => events(turn, &all, times, out),
        _ => records(turn, &all, times, out),
    }
}

/// The items that are done in one go: mail side by side that goes together is deleted as one range of keys, up to a slice of copies.
fn next_run(kind: DataKind, items: &[Item], alone: bool) -> Option<&[Item]> {
    let first = items.first()?;
    let joins = |item: &Item| item.verdict == Verdict::Delete && item.was.is_none();
    if alone || kind == DataKind::Content || !joins(first) {
        return Some(&items[..1]);
    }
    let mut copies = 0_u64;
    let fits = |item: &&Item| {
        copies += item.old.map_or(0, |old| u64::from(old.copies));
        joins(item) && copies <= u64::from(SLICE)
    };
    let n = items.iter().take_while(fits).count().max(1);
    Some(&items[..n])
}

/// Notes that a message was dealt with; how far the walk has come with it, where it was not met again.
fn passed(turn: &mut Turn<'_>, kind: DataKind, item: &Item, verdict: Verdict) -> Result<Option<i64>, Error> {
    if let Some((since, no)) = item.was {
        turn.run(q!("retention_later_delete"), (kind.code(), since, no))?;
    }
    let Some(old) = item.old else { return Ok(None) };
    if let Verdict::Later(since) = verdict {
        turn.run(q!("retention_later_insert"), (kind.code(), since, old.no))?;
    }
    turn.rows += 1;
    Ok(item.was.is_none().then_some(old.no))
}

/// First and last key of messages side by side.
fn keys(all: &[Old]) -> Option<(i64, i64)> {
    Some((all.first()?.keys().0, all.last()?.keys().1))
}

/// Numbers of messages side by side.
fn numbers(all: &[Old]) -> Option<RangeInclusive<i64>> {
    Some(all.first()?.no..=all.last()?.no)
}

/// Whether something of these copies is not over, or ended only after what is old enough.
fn has_changed(turn: &Turn<'_>, numbers: &RangeInclusive<i64>, keys: (i64, i64), (before, now): (Wall, Wall)) -> Result<bool, Error> {
    let (open, changed_at) = stand(&turn.look(), keys)?;
    let leased = turn.row(q!("retention_leased"), (*numbers.start(), *numbers.end()), |_| Ok(()))?.is_some();
    Ok(open || leased || (before.0 + 1..=now.0).contains(&changed_at))
}

/// Deletes what a message said.
fn content(turn: &mut Turn<'_>, old: &Old, times: (Wall, Wall), out: &mut Trimmed) -> Result<Step, Error> {
    let step = forget_content(turn, old, times)?;
    out.deleted += u64::from(matches!(step, Step::Done));
    Ok(step)
}

fn forget_content(turn: &mut Turn<'_>, old: &Old, (before, now): (Wall, Wall)) -> Result<Step, Error> {
    // Nobody sends a copy of it again before this commit, and then there is nothing to send.
    if privacy::content_is_deleted(turn, old.no)? {
        return Ok(Step::Done);
    }
    if has_changed(turn, &(old.no..=old.no), old.keys(), (before, now))? {
        return Ok(Step::Changed);
    }
    if let Some(known) = turn.known(old.no)? {
        privacy::delete_content(turn, old.no, &known, now)?;
    }
    Ok(Step::Done)
}

/// Deletes reports.
fn events(turn: &mut Turn<'_>, all: &[Old], times: (Wall, Wall), out: &mut Trimmed) -> Result<Step, Error> {
    let (Some(keys), Some(numbers)) = (keys(all), numbers(all)) else { return Ok(Step::Done) };
    if has_changed(turn, &numbers, keys, times)? {
        return Ok(Step::Changed);
    }
    let deleted = turn.execute(q!("purge_events"), (keys.0, keys.1, EVENTS))?;
    turn.rows += u32::try_from(deleted).unwrap_or(EVENTS);
    out.deleted += deleted;
    Ok(if deleted == u64::from(EVENTS) { Step::More } else { Step::Done })
}

/// A copy that goes.
struct Copy {
    key: i64,
    email: String,
    state: State,
    joint: bool,
    feedback: i64,
}

/// What topics lose, by their numbers.
type Lost = BTreeMap<i64, TopicDelta>;

/// Deletes mail with all that refers to it.
fn records(turn: &mut Turn<'_>, all: &[Old], times: (Wall, Wall), out: &mut Trimmed) -> Result<Step, Error> {
    let (Some((first, last)), Some(numbers)) = (keys(all), numbers(all)) else { return Ok(Step::Done) };
    // Where it takes several slices nothing of it may be sent again from the first one on.
    if let [large] = all
        && large.copies > SLICE
        && !large.content_deleted
        && let step @ (Step::More | Step::Changed) = forget_content(turn, large, times)?
    {
        return Ok(step);
    }
    let mut copies = copies(turn, (first, last))?;
    let end = match copies.last() {
        Some(end) if copies.len() == SLICE as usize => end.key,
        _ => last,
    };
    let range = (first, end);
    if !turn.db.is_alone() {
        turn.db.lock_copies(range.0, range.1)?;
        copies = self::copies(turn, range)?;
    }
    if has_changed(turn, &numbers, range, times)? {
        return Ok(Step::Changed);
    }
    let (topics, hashes) = counted(turn, all, &copies)?;
    if turn.execute(q!("purge_events"), (range.0, range.1, EVENTS))? == u64::from(EVENTS) {
        return Ok(Step::More);
    }
    for (topic, lost) in topics {
        lost_by(turn, topic, &lost)?;
    }
    engagement::forget_links(turn, range.0, range.1)?;
    for hash in hashes {
        turn.run(q!("address_delete"), hash)?;
    }
    out.deleted += copies.len() as u64;
    turn.rows += copies.len() as u32;
    turn.run(q!("purge_attempts"), range)?;
    turn.run(q!("purge_joint_attempts"), range)?;
    turn.run(q!("purge_joint"), range)?;
    turn.run(q!("purge_decisions"), range)?;
    turn.run(q!("purge_resent"), range)?;
    turn.run(q!("purge_deliveries"), range)?;
    if end < last {
        return Ok(Step::More);
    }
    messages(turn, &numbers)?;
    Ok(Step::Done)
}

/// The first copies of a range.
fn copies(turn: &Turn<'_>, (first, last): (i64, i64)) -> Result<Vec<Copy>, Error> {
    turn.rows_of(q!("retention_slice"), (first, last, SLICE), |r| {
        let state: i64 = r.get(2)?;
        let state = State::from_code(state).ok_or_else(|| Error::damaged("state", state))?;
        Ok(Copy { key: r.get(0)?, email: r.get(1)?, state, joint: r.get(3)?, feedback: r.get(4)? })
    })
}

/// What the topics of copies lose with them, and where the copies stand in the index by address, in its order.
fn counted(turn: &Turn<'_>, all: &[Old], copies: &[Copy]) -> Result<(Lost, Vec<(i64, i64)>), Error> {
    let mut topics = Lost::new();
    let mut hashes = Vec::with_capacity(copies.len());
    for copy in copies {
        let old = all.iter().find(|old| (old.keys().0..=old.keys().1).contains(&copy.key));
        let topic = topics.entry(old.map_or(0, |old| old.topic)).or_default();
        if copy.joint {
            for one in turn.rows_of(q!("joint_list"), [copy.key], |r| Ok(row::joint(r)))? {
                let one = one?;
                gone(topic, one.state, one.feedback & !FeedbackKind::OF_COPY);
                hashes.push((address_hash(&one.mailbox.email), copy.key));
            }
            reported(topic, copy.feedback & FeedbackKind::OF_COPY);
        } else {
            gone(topic, copy.state, copy.feedback);
            hashes.push((address_hash(&copy.email), copy.key));
        }
    }
    hashes.sort_unstable();
    Ok((topics, hashes))
}

fn gone(topic: &mut TopicDelta, state: State, feedback: i64) {
    topic.total += 1;
    topic.states[state as usize] += 1;
    reported(topic, feedback);
}

fn reported(topic: &mut TopicDelta, feedback: i64) {
    FeedbackKind::of_bits(feedback).for_each(|kind| topic.feedback[kind as usize] += 1);
}

fn lost_by(turn: &Turn<'_>, topic: i64, lost: &TopicDelta) -> Result<(), Error> {
    let s = |state: State| lost.states[state as usize];
    let f = |kind: FeedbackKind| lost.feedback[kind as usize];
    turn.run(
        q!("topic_purged_add"),
        params![
            topic,
            lost.total,
            s(State::Sent),
            s(State::Failed),
            s(State::Suppressed),
            s(State::Cancelled),
            s(State::Expired),
            s(State::Unknown),
            f(FeedbackKind::Delivered),
            f(FeedbackKind::Bounced),
            f(FeedbackKind::Complained),
            f(FeedbackKind::SoftBounced),
            f(FeedbackKind::Delayed),
            f(FeedbackKind::Rejected),
            f(FeedbackKind::Opened),
            f(FeedbackKind::Clicked),
            f(FeedbackKind::OpenedByPerson),
            f(FeedbackKind::ClickedByPerson),
            f(FeedbackKind::Unsubscribed),
        ],
    )
}

/// Deletes the messages themselves, and stored content that nobody refers to any more.
fn messages(turn: &mut Turn<'_>, numbers: &RangeInclusive<i64>) -> Result<(), Error> {
    let range = (*numbers.start(), *numbers.end());
    let contents: Vec<i64> = turn.rows_of(q!("retention_contents"), range, |r| r.get(0))?;
    turn.run(q!("purge_message_files"), range)?;
    turn.run(q!("purge_messages"), range)?;
    turn.memory.messages.retain(|no, _| !numbers.contains(no));
    for content in contents {
        privacy::free_content(turn, content)?;
    }
    turn.rows += 1;
    Ok(())
}
