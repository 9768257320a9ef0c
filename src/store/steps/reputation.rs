//! What falls on accounts and senders' domains: counted in the commit that causes it, by quarters of an hour and days of when the mail was
//! sent. What was decided of them.
//!
//! | file | owns |
//! |---|---|
//! | `list` | how they stand |
//! | `topics` | topics whose first mails bounce |

mod list;
mod topics;

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    event::FeedbackKind,
    id::DeliveryKey,
    message::Lane,
    port::{reputation::Used, store::Settlement},
    reputation::{Act, Fresh, Mark, Scope, Tally, Via, WindowRule, day_of, slot_of},
    time::Wall,
};
use serde::Deserialize;

pub(super) use list::list;
pub(super) use topics::{first_results, judged, purge};

use super::{Error, Row, Snapshot, params, q, turn::Turn};

/// What a job, or a whole turn, adds.
#[derive(Default)]
pub(super) struct Counts {
    /// By what mail went through: a turn's mail has few of them.
    via: BTreeMap<(Arc<Via>, i64), Tally>,
    scopes: BTreeMap<(Scope, i64), Tally>,
    /// Bounces of bulk mail, by topic, and when the last of them was told.
    topics: BTreeMap<i64, (i64, Wall)>,
}

impl Counts {
    /// The provider took the mail or may have, for one recipient.
    pub fn sent(&mut self, s: &Settlement) {
        self.add(s, Tally { sent: 1, ..Tally::default() });
    }

    /// The provider may have taken the mail for one recipient: its node ended before it was told.
    pub fn may_be_sent(&mut self, via: &Arc<Via>, at: Wall) {
        *self.via.entry((Arc::clone(via), slot_of(at))).or_default() += Tally { sent: 1, ..Tally::default() };
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
        for (topic, (n, at)) in other.topics {
            self.bounced(topic, n, at);
        }
    }

    fn bounced(&mut self, topic: i64, n: i64, at: Wall) {
        let of = self.topics.entry(topic).or_insert((0, at));
        *of = (of.0 + n, of.1.max(at));
    }

    /// Writes it, in one order everywhere.
    pub fn flush(self, turn: &Turn<'_>) -> Result<(), Error> {
        let mut scopes = self.scopes;
        for ((via, slot), tally) in self.via {
            for scope in via.scopes() {
                *scopes.entry((scope, slot)).or_default() += tally;
            }
        }
        let n = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut days: BTreeMap<(&Scope, i64), Tally> = BTreeMap::new();
        for ((scope, slot), t) in &scopes {
            let row = params![scope.code(), scope.name(), *slot, n(t.sent), n(t.bounced), n(t.complained), n(t.failed)];
            turn.run(q!("reputation_add"), row)?;
            *days.entry((scope, day_of(*slot))).or_default() += *t;
        }
        for ((scope, day), t) in days {
            let row = params![scope.code(), scope.name(), day, n(t.sent), n(t.bounced), n(t.complained), n(t.failed)];
            turn.run(q!("reputation_day_add"), row)?;
        }
        for (topic, (n, at)) in self.topics {
            turn.run(q!("reputation_topic_add"), (topic, n, at.0))?;
        }
        Ok(())
    }
}

/// Counts a report against the account and the sender's domain, where it is of a kind that does. Whether the provider counts it, too, is
/// for the caller to know. It falls into the time its mail was sent, so that both leave the window together: counted where it was told, the
/// complaints of a large mailing would fall on the few mails of the day after. What was sent before a scope's count began anew is forgiven.
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
    let now = turn.memory.began;
    let sent_at: Option<i64> = turn.row(q!("delivery_get"), [key.0], |r| r.get(5))?.flatten();
    // A reporter's clock may be wrong: nothing is told after now.
    let slot = slot_of(sent_at.map_or(at, Wall).min(now));
    for scope in via.scopes().into_iter().filter(|_| slot >= WindowRule::kept(now)) {
        let fresh = mark_of(turn, &scope)?.and_then(|mark| mark.fresh);
        if fresh.zip(sent_at).is_none_or(|(fresh, sent_at)| sent_at >= fresh.at.0) {
            *turn.delta.reputation.scopes.entry((scope, slot)).or_default() += one;
        }
    }
    if kind == FeedbackKind::Bounced && known.message.lane == Lane::Bulk && known.topic != 0 {
        turn.delta.reputation.bounced(known.topic, 1, now);
    }
    Ok(())
}

fn text(mark: &Mark) -> Result<String, Error> {
    serde_json::to_string(mark).map_err(|e| Error::damaged("decision", e))
}

/// What was decided; `None` where a later version decided what this one does not know.
fn parsed(text: &str) -> Result<Option<Mark>, Error> {
    #[derive(Deserialize)]
    struct Decided {
        act: String,
    }
    match serde_json::from_str(text) {
        Ok(mark) => Ok(Some(mark)),
        Err(_) if serde_json::from_str::<Decided>(text).is_ok_and(|one| Act::from_name(&one.act).is_none()) => Ok(None),
        Err(e) => Err(Error::damaged("decision", e)),
    }
}

fn mark_of(turn: &Turn<'_>, scope: &Scope) -> Result<Option<Mark>, Error> {
    read_mark(&turn.look(), scope)
}

/// What was decided of one.
pub(super) fn read_mark(s: &Snapshot<'_>, scope: &Scope) -> Result<Option<Mark>, Error> {
    let found = s.row(q!("reputation_mark_get"), (scope.code(), scope.name()), |r| r.get::<String>(0))?;
    found.map_or(Ok(None), |mark| parsed(&mark))
}

/// What was decided of all. Kinds of scopes and decisions of a later version are left out.
pub(super) fn marks(s: &Snapshot<'_>) -> Result<BTreeMap<Scope, Mark>, Error> {
    let mut all = BTreeMap::new();
    for (code, name, mark) in s.rows(q!("reputation_marks"), (), |r| Ok((r.get(0)?, r.get(1)?, r.get::<String>(2)?)))? {
        if let (Some(scope), Some(mark)) = (Scope::from_code(code, name), parsed(&mark)?) {
            all.insert(scope, mark);
        }
    }
    Ok(all)
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

/// Forgets a decision that says nothing any more.
pub(super) fn unmark(turn: &Turn<'_>, scope: &Scope, expected: &Mark) -> Result<bool, Error> {
    Ok(turn.execute(q!("reputation_mark_delete"), (scope.code(), scope.name(), &text(expected)?))? == 1)
}

/// The same as [`mark`], and mail counts anew from now on.
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

/// What was sent of a scope's mail since a time, and what is under way.
pub(super) fn used(s: &Snapshot<'_>, scope: &Scope, since: Wall) -> Result<Used, Error> {
    let n = |n: i64| u64::try_from(n).unwrap_or(0);
    let read = |r: &Row<'_>| Ok(Used { sent: n(r.get(0)?), leased: n(r.get(1)?) });
    Ok(s.row(q!("reputation_used"), (scope.code(), scope.name(), slot_of(since)), read)?.unwrap_or_default())
}
