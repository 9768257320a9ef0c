//! Reports whose mail is not known yet. A feedback notification of SES carries no tag of ours, only SES's id; it may be here before that
//! id is in the index, or even before our own result. And what other software sends through the same account is reported here, too.
//!
//! They are kept for a while and matched when the index learns the id, and once more now and then. At most so many are kept: the oldest
//! make room. What shows all headers of its mail and ours not among them is kept for minutes only.

use jebi_domain::{
    feedback::{Reported, What, network},
    id::DeliveryKey,
    port::feedback::{Keep, Recorded},
    time::Wall,
};

use super::{apply, by_key};
use crate::store::steps::{Error, Value, housekeep::hash, params, q, refs, turn::Turn};

/// Looked at in one slice of housekeeping.
const SLICE: u32 = 100;
/// The first pause before a report is looked at again, in milliseconds; each further one is four times as long, up to the longest.
const FIRST: i64 = 15_000;
const LONGEST: i64 = 6 * 3_600_000;

/// Keeps what no mail was found for, if it may be found later.
pub(super) fn keep(turn: &Turn<'_>, one: &Reported, keep: Option<Keep>, now: Wall) -> Result<Recorded, Error> {
    // Our own id is on the disk before any mail has it, so one that is not there belongs to another installation or to a lost store.
    // And that a mail was sent is known from the answer that told its id.
    let told_later = one.reports.iter().any(|report| report.what != What::Sent);
    let (None, Some(id), Some(keep), true) = (one.about.delivery, one.about.provider_id.as_deref(), keep, told_later) else {
        tracing::debug!(about = ?one.about, "a report names no mail of this installation");
        return Ok(Recorded::Unknown);
    };
    let text = serde_json::to_string(&stripped(one)).map_err(|e| Error::damaged("report", e))?;
    let hash = hash(id.as_bytes());
    // Told again: one is enough.
    if turn.row(q!("unmatched_like"), (hash, &text), |_| Ok(()))?.is_some() {
        return Ok(Recorded::Kept);
    }
    let until = if one.about.likely_foreign { keep.foreign_until } else { keep.until };
    let no = turn.inserted(q!("unmatched_insert"), (hash, id, &text, now.0, now.0 + FIRST, until.0))?;
    dropped("full", turn.execute(q!("unmatched_trim"), [no - i64::from(keep.rows)])?);
    Ok(Recorded::Kept)
}

/// Without what is not to be stored.
fn stripped(one: &Reported) -> Reported {
    let mut one = one.clone();
    for report in &mut one.reports {
        if let What::Engaged(engagement) = &mut report.what {
            engagement.ip = engagement.ip.map(network);
        }
    }
    one
}

fn dropped(why: &'static str, rows: u64) {
    if rows > 0 {
        metrics::counter!("jebi_feedback_dropped_total", "why" => why).increment(rows);
    }
}

/// One that waits.
struct Waiting {
    no: i64,
    id: String,
    reports: String,
    until: i64,
    tries: i64,
}

impl Waiting {
    /// Records it for a copy, and is done with it.
    fn record(&self, turn: &mut Turn<'_>, key: DeliveryKey, now: Wall) -> Result<bool, Error> {
        let read = || -> Result<Reported, Error> { serde_json::from_str(&self.reports).map_err(|e| Error::damaged("report", e)) };
        let recorded = read().and_then(|one| {
            let Some(copy) = by_key(turn, key)? else { return Ok(false) };
            apply(turn, copy, &one, now).map(|_| true)
        });
        if recorded.as_ref().is_err_and(Error::is_damage) {
            // The slice is run again, without it.
            turn.memory.damaged_reports.insert(self.no);
        }
        if recorded? {
            turn.execute(q!("unmatched_delete"), [self.no])?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// Records what waits for ids that have just come into the index. `ids` are their numbers, copies and texts.
pub(in crate::store::steps) fn found(turn: &mut Turn<'_>, ids: &[(i64, i64, String)], now: Wall) -> Result<(), Error> {
    if ids.is_empty() || turn.row(q!("unmatched_any"), (), |_| Ok(()))?.is_none() {
        return Ok(());
    }
    let rows: Vec<[Value<'_>; 1]> = ids.iter().map(|(hash, ..)| [Value::Int(*hash)]).collect();
    let wanted = turn.each(q!("unmatched_wanted"), &rows)?;
    for ((hash, key, id), _) in ids.iter().zip(wanted).filter(|(_, wanted)| *wanted) {
        let waiting = turn.rows_of(q!("unmatched_of"), [*hash], |r| {
            Ok(Waiting { no: r.get(0)?, id: r.get(1)?, reports: r.get(2)?, until: r.get(3)?, tries: r.get(4)? })
        })?;
        // Ids that share a number are told apart here.
        for one in waiting.iter().filter(|one| one.id == *id) {
            if !turn.memory.damaged_reports.contains(&one.no) {
                one.record(turn, DeliveryKey(*key), now)?;
            }
        }
    }
    Ok(())
}

/// Looks again at what is due, and drops what was kept long enough. `true` when there is more.
pub(in crate::store::steps) fn slice(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    let due = turn.rows_of(q!("unmatched_due"), (now.0, SLICE), |r| {
        Ok(Waiting { no: r.get(0)?, id: r.get(1)?, reports: r.get(2)?, until: r.get(3)?, tries: r.get(4)? })
    })?;
    let more = due.len() == SLICE as usize;
    for one in due {
        turn.rows += 1;
        let newest = refs::indexed(&turn.look(), &one.id)?.into_iter().max();
        if let Some(key) = newest.filter(|_| !turn.memory.damaged_reports.contains(&one.no))
            && one.record(turn, DeliveryKey(key), now)?
        {
            continue;
        }
        if one.until <= now.0 {
            turn.execute(q!("unmatched_delete"), [one.no])?;
            dropped("expired", 1);
            continue;
        }
        let pause = FIRST.saturating_mul(4_i64.saturating_pow(u32::try_from(one.tries + 1).unwrap_or(u32::MAX))).min(LONGEST);
        let next = (now.0 + pause).min(one.until);
        turn.execute(q!("unmatched_again"), params![one.no, next])?;
    }
    Ok(more)
}
