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
    port::{Random, store::Guard},
    time::Wall,
};
use rusqlite::{Connection, OptionalExtension};

use super::sql;
use crate::{
    crash_point::crash_point,
    store::steps::{Error, Turn, q},
};

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
        db.execute(sql!("own/installation_insert"), [id.as_slice()])?;
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
            db.execute(sql!("own/installation_hold"), (now.0, &why))?;
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
    let epoch = turn.row(q!("installation_epoch"), (), |r| r.get(0))?;
    let id = turn.row(q!("installation_get"), (), |r| r.get(0))?;
    id.zip(epoch).ok_or_else(|| Error::damaged("installation", "it has no row"))
}
