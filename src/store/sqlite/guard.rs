//! The restore guard: a copied or restored store sends nothing until a person says so.
//!
//! An epoch is kept in the database and in a file beside it that backups leave out, and raised at every start and every few
//! seconds while mail is sent: first in the database, then in the file. A database behind the file was restored; a missing
//! file means a database that was copied without it; a file that is not the one that was written (its inode is
//! inside) means a folder that was copied as a whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use jebi_domain::{
    delivery::State,
    id::Incarnation,
    outcome::Reason,
    port::{
        Random,
        store::{Guard, Released},
    },
    time::Wall,
};
use rusqlite::{Connection, OptionalExtension};

use super::{
    Error,
    claim::{Entry, clear, range},
    reclaim::reclaim,
    row, sql,
    turn::Turn,
};
use crate::crash_point::crash_point;

/// Copies of an entry released at a time.
const SLICE: u32 = 500;

/// The file's name beside the database.
const FILE: &str = "installation";

/// Where the file is for a database.
pub(super) fn path(database: &Path) -> PathBuf {
    database.with_file_name(FILE)
}

/// What the file says: `<id in hex> <epoch> <inode>`.
#[derive(PartialEq, Eq)]
struct Written {
    id: String,
    epoch: i64,
    inode: u64,
}

fn read(path: &Path) -> io::Result<Option<Written>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut words = text.split_whitespace();
    let parse = || Some(Written { id: words.next()?.to_owned(), epoch: words.next()?.parse().ok()?, inode: words.next()?.parse().ok()? });
    let mut parse = parse;
    let written =
        parse().ok_or_else(|| io::Error::other(format!("{} is damaged: it should hold an id, an epoch and an inode", path.display())))?;
    Ok(Some(written))
}

/// Writes the file anew, synced, its folder too.
pub(super) fn write(path: &Path, id: &[u8], epoch: i64) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh)?;
    let inode = file.metadata()?.ino();
    writeln!(file, "{} {epoch} {inode}", hex(id))?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|b| format!("{b:02x}")).collect()
}

/// Compares database and file at open, raises the epoch, and says whether the store may send.
pub(super) fn check(db: &Connection, path: &Path, now: Wall, random: &dyn Random) -> Result<Guard, super::OpenError> {
    let found = db
        .query_row(sql!("installation_get"), [], |r| {
            let held = |since, why| Ok::<_, rusqlite::Error>((r.get::<_, Option<i64>>(since)?, r.get::<_, Option<String>>(why)?));
            Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?, held(2, 3)?, held(5, 6)?))
        })
        .optional()?;
    let Some((id, epoch, (held_since, held_why), (bulk_since, bulk_why))) = found else {
        let mut id = [0; 16];
        random.fill(&mut id);
        // The file first: a first start cut short here is a first start again, while a row without a file would be a copy.
        write(path, &id, 1).map_err(|e| super::OpenError::Folder { path: path.into(), source: e })?;
        crash_point("epoch_raised");
        db.execute(sql!("installation_insert"), [id.as_slice()])?;
        return Ok(Guard::Open);
    };
    if let Some(since) = held_since {
        let guard = Guard::Held { why: held_why.unwrap_or_default(), since: Wall(since) };
        return raise(db, path, &id, guard);
    }
    let why = match read(path).map_err(|e| super::OpenError::Folder { path: path.into(), source: e })? {
        None => Some(format!("the file {} that belongs to this database is missing: the database was copied or restored", path.display())),
        Some(w) if w.id != hex(&id) => Some(format!("{} belongs to another database", path.display())),
        Some(w) if w.epoch > epoch => {
            Some(format!("the database is older than {} says (epoch {epoch} after {}): it was restored", path.display(), w.epoch))
        }
        Some(w) if inode(path) != Some(w.inode) => Some(format!("{} is a copy: the whole folder was copied or restored", path.display())),
        Some(_) => None,
    };
    let guard = match why {
        None => bulk_since.map_or(Guard::Open, |since| Guard::BulkHeld { why: bulk_why.unwrap_or_default(), since: Wall(since) }),
        Some(why) => {
            db.execute(sql!("installation_hold"), (now.0, &why))?;
            Guard::Held { why, since: now }
        }
    };
    raise(db, path, &id, guard)
}

fn inode(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|m| m.ino())
}

fn raise(db: &Connection, path: &Path, id: &[u8], guard: Guard) -> Result<Guard, super::OpenError> {
    let epoch: i64 = db.query_row(sql!("installation_epoch"), [], |r| r.get(0))?;
    crash_point("epoch_raised");
    write(path, id, epoch).map_err(|e| super::OpenError::Folder { path: path.into(), source: e })?;
    Ok(guard)
}

/// Raises the epoch in the database; the caller writes the file after the commit.
pub(super) fn raise_in(turn: &mut Turn<'_>) -> Result<(Vec<u8>, i64), Error> {
    let epoch = turn.row(sql!("installation_epoch"), [], |r| r.get(0))?;
    let id = turn.row(sql!("installation_get"), [], |r| r.get(0))?;
    id.zip(epoch).ok_or_else(|| Error::damaged("installation", "it has no row"))
}

/// Releases some of what was under way before the hold; the second is whether it is done. What was leased, due or unsettled then may
/// have been sent by the original, so a person is asked; what is due later goes as planned.
pub(super) fn release(turn: &mut Turn<'_>, now: Wall, so_far: Released) -> Result<(Released, bool), Error> {
    let held: Option<Option<i64>> = turn.row(sql!("installation_get"), [], |r| r.get(4))?;
    let Some(last) = held.flatten() else {
        // At most bulk alone was held: it goes on as it is.
        turn.execute(sql!("installation_release"), [])?;
        return Ok((so_far, true));
    };
    let mut released = so_far;
    // Nothing is leased while held, so every lease is from before.
    let (_, more) = reclaim(turn, Incarnation(0), Wall(i64::MAX), now, [0; 2])?;
    if more {
        return Ok((released, false));
    }
    let reason = row::reason_text(&Reason::new(
        "restored",
        "it was due when this store was copied or restored: the original may have sent it",
        "look whether it arrived; send it again only if it did not",
    ))?;
    while turn.rows < crate::store::group::TURN_ROWS {
        let entries = turn.rows_of(sql!("release_entries"), (now.0, last), |r| {
            let queue = r.get(0)?;
            Ok(Entry { queue, due: r.get(1)?, no: r.get(2)?, message: r.get(3)?, first: r.get(4)?, count: r.get(5)?, attempt: r.get(6)? })
        })?;
        if entries.is_empty() {
            turn.execute(sql!("installation_release"), [])?;
            let written: i64 = turn.row(sql!("totals_get"), [], |r| r.get(0))?.unwrap_or(0);
            released.waiting = turn.waiting(written);
            return Ok((released, true));
        }
        for entry in entries {
            if turn.rows >= crate::store::group::TURN_ROWS {
                break;
            }
            released.unsettled += release_entry(turn, &entry, now, &reason)?;
        }
    }
    Ok((released, false))
}

/// Lets the writer send again, and tells the dispatchers. After the commit of the release.
pub(super) fn open(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.held = [false; 2];
    let queues: Vec<i64> = turn.rows_of(sql!("queues_due"), [], |r| r.get(0))?;
    queues.into_iter().for_each(|queue| turn.delta.queue(queue, 0));
    Ok(())
}

fn release_entry(turn: &mut Turn<'_>, entry: &Entry, now: Wall, reason: &str) -> Result<i64, Error> {
    let known = turn.known(entry.message)?.ok_or_else(|| Error::damaged("entry", "its message is gone"))?;
    let n = entry.count.min(SLICE);
    if known.cancelled {
        clear(turn, entry, known.topic, n, State::Cancelled, now)?;
        return Ok(0);
    }
    let (from, to) = range(entry.message, entry.first, n);
    let rows: Vec<(i64, i64, u16, bool)> =
        turn.rows_of(sql!("delivery_range"), (from, to), |r| Ok((r.get(0)?, r.get(3)?, r.get(4)?, r.get::<_, Option<i64>>(5)?.is_some())))?;
    let mut released = 0;
    for (key, state, attempt, joint) in rows {
        let waits = state == State::Waiting.code();
        if attempt + 1 != entry.attempt || !(waits || state == State::Unsettled.code()) {
            continue;
        }
        let open = |of: State| turn.row(sql!("joint_open"), (key, of.code()), |r| r.get::<_, i64>(0)).map(Option::unwrap_or_default);
        // Of a joint copy some may wait while others are unsettled already.
        let (n, unsettled) = if joint { (open(State::Waiting)?, open(State::Unsettled)?) } else { (i64::from(waits), i64::from(!waits)) };
        turn.execute(sql!("delivery_held"), (key, state, State::Unsettled.code(), now.0, reason))?;
        if waits {
            if joint {
                turn.execute(sql!("joint_state"), (key, State::Waiting.code(), State::Unsettled.code()))?;
            }
            turn.delta.topic(known.topic).moved(Some(State::Waiting), State::Unsettled, n);
            turn.delta.queue(entry.queue, -n);
        }
        turn.rows += 1;
        released += n + unsettled;
    }
    entry.take(turn, n)?;
    crash_point("release");
    Ok(released)
}
