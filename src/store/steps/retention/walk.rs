//! Which mail is old enough. Messages are walked by number, which is nearly the order they were accepted in; the walk ends at the first
//! that was not accepted long enough ago. Those that are open, or ended later than they were accepted, are written down with what their
//! age counts from, and met again then: nothing is ever walked twice in vain.

use jebi_domain::{port::retention::Overdue, retention::DataKind, time::Wall};

use super::super::{Error, Row, Snapshot, claim::range, q};

/// Messages one slice looks at.
const LOOKED: u32 = 100;
/// Messages whose content one slice deletes: each takes several statements.
const CONTENTS: usize = 40;
/// Copies one slice looks at, about.
const COPIES: u64 = 20_000;
/// Messages one look of the count walks.
const COUNTED: u32 = 500;
/// What is open is looked at again after so long.
const AGAIN_MS: i64 = 24 * 3_600_000;

/// A message that was accepted long enough ago, or is met again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Old {
    pub no: i64,
    pub topic: i64,
    pub copies: u32,
    created_at: i64,
    /// It was published: others are still being written, or left to be removed.
    placed: bool,
    pub content_deleted: bool,
}

impl Old {
    fn read(r: &Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            no: r.get(0)?,
            topic: r.get(1)?,
            copies: r.get(2)?,
            created_at: r.get(3)?,
            placed: r.get(4)?,
            content_deleted: r.get(5)?,
        })
    }

    /// First and last key of its copies.
    pub fn keys(&self) -> (i64, i64) {
        range(self.no, 0, self.copies)
    }
}

/// What is to be done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Delete,
    /// Not yet: its age counts from this time.
    Later(i64),
    /// There is nothing of this kind.
    Nothing,
}

/// One message of the walk.
#[derive(Debug)]
pub(super) struct Item {
    /// `None`: it is gone.
    pub old: Option<Old>,
    pub verdict: Verdict,
    /// Where it was written down, for one that is met again.
    pub was: Option<(i64, i64)>,
}

/// A slice of the walk.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub items: Vec<Item>,
    pub more: bool,
    copies: u64,
    deletions: usize,
}

impl Walked {
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn add(&mut self, item: Item) {
        self.copies += item.old.map_or(0, |old| u64::from(old.copies));
        self.deletions += usize::from(item.verdict == Verdict::Delete);
        self.items.push(item);
    }

    fn is_full(&self, kind: DataKind) -> bool {
        self.copies >= COPIES || (kind == DataKind::Content && self.deletions >= CONTENTS)
    }
}

/// The marker that holds up to which message a kind was walked.
pub(super) fn marker(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Content => "retention_content",
        DataKind::Events => "retention_events",
        _ => "retention_records",
    }
}

/// The next slice: those passed before that are due, then new ones.
pub(super) fn find(s: &Snapshot<'_>, kind: DataKind, before: Wall, now: Wall) -> Result<Walked, Error> {
    let mut walked = Walked::default();
    let due = s.rows(q!("retention_later_due"), (kind.code(), before.0, LOOKED), |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?;
    walked.more = due.len() == LOOKED as usize;
    for (since, no) in due {
        let old = s.row(q!("retention_message"), [no], Old::read)?;
        let verdict = old.as_ref().map_or(Ok(Verdict::Nothing), |old| judge(s, kind, old, Some(since), (before, now)))?;
        walked.add(Item { old, verdict, was: Some((since, no)) });
        if walked.is_full(kind) {
            walked.more = true;
            return Ok(walked);
        }
    }
    if walked.more {
        return Ok(walked);
    }
    let from: i64 = s.row(q!("marker_get"), [marker(kind)], |r| r.get(0))?.unwrap_or(0);
    let found = s.rows(q!("retention_messages"), (from, LOOKED), Old::read)?;
    walked.more = found.len() == LOOKED as usize;
    for old in found {
        if is_young(&old, before, now) {
            walked.more = false;
            break;
        }
        let verdict = judge(s, kind, &old, None, (before, now))?;
        walked.add(Item { old: Some(old), verdict, was: None });
        if walked.is_full(kind) {
            walked.more = true;
            break;
        }
    }
    Ok(walked)
}

/// Counts what a slice of all messages holds that is old enough.
pub(super) fn overdue(s: &Snapshot<'_>, kind: DataKind, (before, now): (Wall, Wall), after: i64) -> Result<Overdue, Error> {
    let found = s.rows(q!("retention_messages"), (after, COUNTED), Old::read)?;
    let full = found.len() == COUNTED as usize;
    let (mut out, mut copies) = (Overdue::default(), 0);
    let last = found.last().map(|old| old.no);
    for old in found {
        if is_young(&old, before, now) {
            return Ok(out);
        }
        let (first, end) = old.keys();
        match judge(s, kind, &old, None, (before, now))? {
            Verdict::Nothing => {}
            Verdict::Later(_) => out.kept += 1,
            Verdict::Delete => {
                let count = match kind {
                    DataKind::Events => s.row(q!("retention_events"), (first, end), |r| r.get::<i64>(0))?.unwrap_or(0),
                    DataKind::Records => s.row(q!("retention_rows"), (first, end), |r| r.get::<i64>(0))?.unwrap_or(0),
                    _ => 1,
                };
                out.due += u64::try_from(count).unwrap_or(0);
            }
        }
        copies += u64::from(old.copies);
        if copies >= COPIES {
            out.next = Some(old.no);
            return Ok(out);
        }
    }
    out.next = last.filter(|_| full);
    Ok(out)
}

/// Whether the walk ends here. A clock that was ahead for a while holds nobody up: what it wrote counts from when it is met.
fn is_young(old: &Old, before: Wall, now: Wall) -> bool {
    (before.0 + 1..=now.0).contains(&old.created_at)
}

/// Of what is open or cannot be deleted now: in a day.
pub(super) fn again(before: Wall) -> Verdict {
    Verdict::Later(before.0.saturating_add(AGAIN_MS))
}

/// What is to be done with a message, as far as a reader sees. `met`: what its age counted from when it was passed before.
fn judge(s: &Snapshot<'_>, kind: DataKind, old: &Old, met: Option<i64>, (before, now): (Wall, Wall)) -> Result<Verdict, Error> {
    let again = again(before);
    if kind == DataKind::Content && old.content_deleted {
        return Ok(Verdict::Nothing);
    }
    if !old.placed {
        return Ok(again);
    }
    let (open, changed_at) = stand(s, old.keys())?;
    if open || s.row(q!("retention_leased"), (old.no, old.no), |_| Ok(()))?.is_some() {
        return Ok(again);
    }
    // What a clock that was ahead has written counts from when it was met.
    let since = Some(old.created_at.max(changed_at)).filter(|at| *at <= now.0).or(met).unwrap_or(now.0);
    if since > before.0 {
        return Ok(Verdict::Later(since));
    }
    Ok(match kind {
        // The highest number stays, so that none is ever given out again.
        DataKind::Records if s.row(q!("retention_newer"), [old.no], |_| Ok(()))?.is_none() => again,
        // A copy that went out as another one tells which, as long as it is there itself.
        DataKind::Records if s.row(q!("retention_resent"), old.keys(), |_| Ok(()))?.is_some() => again,
        DataKind::Events => match s.row(q!("retention_events"), old.keys(), |r| r.get::<i64>(0))? {
            Some(0) | None => Verdict::Nothing,
            Some(_) => Verdict::Delete,
        },
        _ => Verdict::Delete,
    })
}

/// Whether anything of these copies waits, is being sent or is unsettled, and when one last changed.
pub(super) fn stand(s: &Snapshot<'_>, (first, last): (i64, i64)) -> Result<(bool, i64), Error> {
    let found = s.row(q!("retention_copies"), (first, last), |r| Ok((r.get::<bool>(0)?, r.get::<i64>(1)?)))?;
    Ok(found.unwrap_or_default())
}
