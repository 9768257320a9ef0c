//! What falls on accounts and senders' domains: counted in the commit that causes it, by quarters of an hour. What was decided of them.

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    event::FeedbackKind,
    id::DeliveryKey,
    message::Lane,
    port::{
        reputation::{ScopeState, TopicFirst},
        store::Settlement,
    },
    reputation::{FirstResults, Fresh, Mark, Scope, Slot, Tally, Via, WindowRule, slot_of, standing},
    time::Wall,
};

use super::{Error, Row, Snapshot, cancel, params, q, turn::Turn};

/// Slots of an hour.
const HOUR: i64 = 4;
/// Slots of a day.
const DAY: i64 = 96;

/// What a job, or a whole turn, adds.
#[derive(Default)]
pub(super) struct Counts {
    /// By what mail went through: a turn's mail has few of them.
    via: BTreeMap<(Arc<Via>, i64), Tally>,
    scopes: BTreeMap<(Scope, i64), Tally>,
    /// Bounces of bulk mail, by topic.
    topics: BTreeMap<i64, i64>,
}

impl Counts {
    /// The provider took the mail or may have, for one recipient.
    pub fn sent(&mut self, s: &Settlement) {
        self.add(s, Tally { sent: 1, ..Tally::default() });
    }

    /// It was not taken, and is not tried any more, for one recipient.
    pub fn failed(&mut self, s: &Settlement) {
        self.add(s, Tally { failed: 1, ..Tally::default() });
    }

    fn add(&mut self, s: &Settlement, one: Tally) {
        if let Some(via) = &s.via {
            *self.via.entry((Arc::clone(via), slot_of(s.at))).or_default() += one;
        }
    }

    pub fn merge(&mut self, other: Self) {
        for (key, tally) in other.via {
            *self.via.entry(key).or_default() += tally;
        }
        for (key, tally) in other.scopes {
            *self.scopes.entry(key).or_default() += tally;
        }
        for (topic, n) in other.topics {
            *self.topics.entry(topic).or_default() += n;
        }
    }

    /// Writes it, in one order everywhere.
    pub fn flush(self, turn: &Turn<'_>) -> Result<(), Error> {
        let mut scopes = self.scopes;
        for ((via, slot), tally) in self.via {
            for scope in via.scopes() {
                *scopes.entry((scope, slot)).or_default() += tally;
            }
        }
        for ((scope, slot), t) in scopes {
            let n = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            turn.run(
                q!("reputation_add"),
                params![scope.code(), scope.name(), slot, n(t.sent), n(t.bounced), n(t.complained), n(t.failed)],
            )?;
        }
        for (topic, n) in self.topics {
            turn.run(q!("reputation_topic_add"), (topic, n))?;
        }
        Ok(())
    }
}

/// Counts a report against the account and the sender's domain, where it is of a kind that does. Whether the provider counts it, too, is
/// for the caller to know. What was sent before a scope's count began anew is forgiven.
pub(super) fn count(turn: &mut Turn<'_>, key: DeliveryKey, recipient: &str, kind: FeedbackKind, at: Wall) -> Result<(), Error> {
    let one = match kind {
        FeedbackKind::Bounced => Tally { bounced: 1, ..Tally::default() },
        FeedbackKind::Complained => Tally { complained: 1, ..Tally::default() },
        _ => return Ok(()),
    };
    let known = turn.known(key.message().0)?.ok_or_else(|| Error::damaged("delivery", "its message is gone"))?;
    let via = Via::of(&known.message);
    if !via.counts(recipient) {
        return Ok(());
    }
    let sent_at: Option<i64> = turn.row(q!("delivery_get"), [key.0], |r| r.get(5))?.flatten();
    for scope in via.scopes() {
        let fresh = mark_of(turn, &scope)?.and_then(|mark| mark.fresh);
        if fresh.zip(sent_at).is_none_or(|(fresh, sent_at)| sent_at >= fresh.at.0) {
            *turn.delta.reputation.scopes.entry((scope, slot_of(at))).or_default() += one;
        }
    }
    if kind == FeedbackKind::Bounced && known.message.lane == Lane::Bulk && known.topic != 0 {
        *turn.delta.reputation.topics.entry(known.topic).or_default() += 1;
    }
    Ok(())
}

fn text(mark: &Mark) -> Result<String, Error> {
    serde_json::to_string(mark).map_err(|e| Error::damaged("decision", e))
}

fn parsed(text: &str) -> Result<Mark, Error> {
    serde_json::from_str(text).map_err(|e| Error::damaged("decision", e))
}

fn mark_of(turn: &Turn<'_>, scope: &Scope) -> Result<Option<Mark>, Error> {
    let found = turn.row(q!("reputation_mark_get"), (scope.code(), scope.name()), |r| r.get::<String>(0))?;
    found.map(|mark| parsed(&mark)).transpose()
}

/// Writes a decision in place of the one expected.
pub(super) fn mark(turn: &Turn<'_>, scope: &Scope, expected: Option<&Mark>, mark: &Mark) -> Result<bool, Error> {
    let new = text(mark)?;
    let written = match expected {
        None => turn.execute(q!("reputation_mark_insert"), (scope.code(), scope.name(), &new))?,
        Some(old) => turn.execute(q!("reputation_mark_change"), (scope.code(), scope.name(), &text(old)?, &new))?,
    };
    Ok(written == 1)
}

/// The same, and mail counts anew from now on.
pub(super) fn forgive(turn: &Turn<'_>, scope: &Scope, expected: &Mark, mark: &Mark, now: Wall) -> Result<bool, Error> {
    let before = turn.row(q!("reputation_slot"), (scope.code(), scope.name(), slot_of(now)), |r| tally(r, 0))?;
    let fresh = Some(Fresh { at: now, before: before.unwrap_or_default() });
    self::mark(turn, scope, Some(expected), &Mark { fresh, ..mark.clone() })
}

fn tally(r: &Row<'_>, from: usize) -> Result<Tally, Error> {
    // Counts are positive.
    let n = |i: usize| Ok::<_, Error>(u64::try_from(r.get::<i64>(from + i)?).unwrap_or(0));
    Ok(Tally { sent: n(0)?, bounced: n(1)?, complained: n(2)?, failed: n(3)? })
}

/// Every scope that mail was sent of in the last day, or that something was decided of.
pub(super) fn list(s: &Snapshot<'_>, rule: &WindowRule, now: Wall) -> Result<Vec<ScopeState>, Error> {
    let mut slots: BTreeMap<Scope, Vec<Slot>> = BTreeMap::new();
    let mut marks: BTreeMap<Scope, Mark> = BTreeMap::new();
    let scope = |code, name| Scope::from_code(code, name).ok_or_else(|| Error::damaged("scope", code));
    for (code, name, mark) in s.rows(q!("reputation_marks"), (), |r| Ok((r.get(0)?, r.get(1)?, r.get::<String>(2)?)))? {
        let scope = scope(code, name)?;
        slots.entry(scope.clone()).or_default();
        marks.insert(scope, parsed(&mark)?);
    }
    let day = slot_of(now) - DAY;
    let recent = |r: &Row<'_>| Ok((r.get(0)?, r.get(1)?, Slot { slot: r.get(2)?, tally: tally(r, 3)? }));
    for (code, name, slot) in s.rows(q!("reputation_recent"), [day], recent)? {
        slots.entry(scope(code, name)?).or_default().push(slot);
    }
    let mut all = Vec::with_capacity(slots.len());
    for (scope, mut slots) in slots {
        // Only who sends little needs more than a day.
        if slots.iter().map(|one| one.tally.sent).sum::<u64>() < rule.volume {
            let older = (scope.code(), scope.name(), rule.oldest(now), day);
            slots.extend(s.rows(q!("reputation_slots"), older, |r| Ok(Slot { slot: r.get(0)?, tally: tally(r, 1)? }))?);
        }
        let mark = marks.remove(&scope);
        let mut hour = Tally::default();
        slots.iter().filter(|one| one.slot >= slot_of(now) - HOUR).for_each(|one| hour += one.tally);
        let standing = standing(&slots, rule, mark.as_ref().and_then(|mark| mark.fresh), now);
        all.push(ScopeState { scope, standing, hour, mark });
    }
    Ok(all)
}

/// Topics whose first results are looked at.
pub(super) fn first_results(s: &Snapshot<'_>) -> Result<Vec<TopicFirst>, Error> {
    s.rows(q!("reputation_topics"), (), |r| {
        let n = |i| Ok::<_, Error>(u64::try_from(r.get::<i64>(i)?).unwrap_or(0));
        let known = FirstResults { sent: n(1)?, delivered: n(2)?, bounced: n(3)? };
        Ok(TopicFirst { topic: r.get(0)?, known, transactional: r.get(4)? })
    })
}

/// Ends the look at a topic's first results; with a reason it is paused.
pub(super) fn judged(turn: &mut Turn<'_>, name: &str, stop: Option<&str>, now: Wall) -> Result<bool, Error> {
    let Some((topic, _)) = turn.find_topic(name)? else { return Ok(false) };
    if turn.execute(q!("reputation_topic_judge"), (topic, now.0, stop))? == 0 {
        return Ok(false);
    }
    if stop.is_some() {
        cancel::pause(turn, name, true, now)?;
    }
    Ok(true)
}
