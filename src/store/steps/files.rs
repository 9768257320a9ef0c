//! Files: uploads in pieces, the file an upload becomes, and what is removed because nobody needs it.

use bytes::{Bytes, BytesMut};
use jebi_domain::{
    content::FileId,
    port::{
        Boxed, FileBytes, FileStore,
        files::{FileInfo, FileNo, FilePage, Finished, PIECE, Removed, USES_COUNTED, UploadNo},
        store::{StoreError, StoreResult},
    },
    time::Wall,
};

use super::{Engine, Error, Row, Snapshot, SqlStore, group::Class, port::HOUSE, q, turn::Turn};

/// What a piece counts for in a turn, in rows: about what it takes to write.
const PIECE_ROWS: u32 = 64;
/// Pieces removed in one slice.
const PURGED_PIECES: u32 = 16;
/// Files looked at in one slice. Each takes up to two statements, on PostgreSQL a round trip each.
const PURGED_FILES: u32 = 20;

impl<E: Engine> FileBytes for SqlStore<E> {
    fn file_range(&self, id: FileId, from: u64, len: u32) -> Boxed<'_, StoreResult<Option<Bytes>>> {
        self.look(move |s| range(s, id, from, len))
    }
}

impl<E: Engine> FileStore for SqlStore<E> {
    fn has_room(&self, bytes: usize) -> bool {
        self.engine.room().is_none_or(|free| free > i64::try_from(bytes).unwrap_or(i64::MAX))
    }

    fn begin_upload(&self, now: Wall) -> Boxed<'_, StoreResult<UploadNo>> {
        if !self.has_room(0) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.shared.write(Class::Admin, move |t| t.inserted(q!("upload_insert"), [now.0]).map(UploadNo))
    }

    fn append(&self, upload: UploadNo, from: u64, piece: Bytes, now: Wall) -> Boxed<'_, StoreResult<()>> {
        if !self.has_room(piece.len()) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.shared.write(Class::Admin, move |t| append(t, upload, from, &piece, now))
    }

    fn finish_upload(&self, upload: UploadNo, file: Finished, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| finish(t, upload, &file, now))
    }

    fn abandon_upload(&self, upload: UploadNo) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| t.execute(q!("upload_abandon"), [upload.0]).map(drop))
    }

    fn touch_file(&self, id: FileId, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| Ok(t.execute(q!("file_touch"), (id.0.as_slice(), now.0))? == 1))
    }

    fn file(&self, id: FileId) -> Boxed<'_, StoreResult<Option<FileInfo>>> {
        self.look(move |s| s.row(q!("file_get"), (id.0.as_slice(), USES_COUNTED), read))
    }

    fn files(&self, before: Option<FileNo>, limit: u32) -> Boxed<'_, StoreResult<FilePage>> {
        self.look(move |s| {
            let before = before.map_or(i64::MAX, |no| no.0);
            let mut files = s.rows(q!("file_list"), (before, limit + 1, USES_COUNTED), read)?;
            let more = files.len() > limit as usize;
            files.truncate(limit as usize);
            let next = files.last().filter(|_| more).map(|file| file.no);
            Ok(FilePage { files, next })
        })
    }

    fn remove_file(&self, id: FileId) -> Boxed<'_, StoreResult<Removed>> {
        self.shared.write(Class::Admin, move |t| {
            let found = t.row(q!("file_lock"), [id.0.as_slice()], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?;
            let Some((no, upload)) = found else { return Ok(Removed::Missing) };
            Ok(if remove(t, no, upload)? { Removed::Done } else { Removed::InUse })
        })
    }

    fn purge_files(&self, unused_before: Wall, unfinished_before: Wall, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Housekeep, move |t| {
            Ok(t.db.keeps_house(HOUSE)? && (purge_pieces(t, unfinished_before)? || purge_unused(t, unused_before, now)?))
        })
    }
}

/// Reads a row of `file_get` or `file_list`.
fn read(r: &Row<'_>) -> Result<FileInfo, Error> {
    let hash: Vec<u8> = r.get(1)?;
    let size: i64 = r.get(2)?;
    Ok(FileInfo {
        no: FileNo(r.get(0)?),
        id: FileId(hash.try_into().map_err(|h: Vec<u8>| Error::damaged("file's hash", h.len()))?),
        size: u64::try_from(size).map_err(|e| Error::damaged("file's size", e))?,
        kind: r.get(3)?,
        created_at: Wall(r.get(4)?),
        used_at: Wall(r.get(5)?),
        uses: r.get(6)?,
    })
}

fn signed(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(|e| Error::damaged("place in a file", e))
}

fn append(turn: &mut Turn<'_>, upload: UploadNo, from: u64, piece: &[u8], now: Wall) -> Result<(), Error> {
    let whole = PIECE as u64;
    if piece.is_empty() || piece.len() > PIECE || !from.is_multiple_of(whole) {
        return Err(Error::damaged("piece", format!("{} bytes at {from}", piece.len())));
    }
    let (from, len) = (signed(from)?, signed(piece.len() as u64)?);
    if turn.execute(q!("upload_grow"), (upload.0, from, len, now.0.max(1)))? != 1 {
        return Err(Error::damaged("upload", format!("{} was removed, or does not end at {from}", upload.0)));
    }
    turn.run(q!("piece_insert"), (upload.0, from, piece))?;
    turn.rows += PIECE_ROWS;
    Ok(())
}

fn finish(turn: &mut Turn<'_>, upload: UploadNo, file: &Finished, now: Wall) -> Result<(), Error> {
    let size = signed(file.size)?;
    if turn.execute(q!("upload_keep"), (upload.0, size))? != 1 {
        return Err(Error::damaged("upload", format!("{} was removed, or does not have {size} bytes", upload.0)));
    }
    let hash = file.id.0.as_slice();
    if turn.execute(q!("file_insert"), (hash, upload.0, size, &file.kind, now.0))? == 1 {
        return Ok(());
    }
    // The same bytes are there: these are not kept, and those count as new. Where they are just being removed it is run again.
    turn.execute(q!("upload_drop"), [upload.0])?;
    turn.change(q!("file_touch"), (hash, now.0))
}

/// Removes a file whose row is locked, if no message carries it.
fn remove(turn: &Turn<'_>, no: i64, upload: i64) -> Result<bool, Error> {
    if turn.execute(q!("file_delete"), [no])? == 0 {
        return Ok(false);
    }
    turn.execute(q!("upload_drop"), [upload])?;
    Ok(true)
}

/// Removes pieces of an upload nobody needs.
fn purge_pieces(turn: &mut Turn<'_>, unfinished_before: Wall) -> Result<bool, Error> {
    // Those given up are there at any time.
    let before = unfinished_before.0.max(1);
    let Some(no) = turn.row(q!("upload_left"), [before], |r| r.get::<i64>(0))? else { return Ok(false) };
    if turn.execute(q!("upload_end"), (no, before))? == 1
        && turn.execute(q!("piece_purge"), (no, PURGED_PIECES))? < u64::from(PURGED_PIECES)
    {
        turn.execute(q!("upload_delete"), [no])?;
    }
    turn.rows += PURGED_PIECES;
    Ok(true)
}

/// Removes files no message carries. What is in use is looked at again when it is as old as this once more.
fn purge_unused(turn: &mut Turn<'_>, before: Wall, now: Wall) -> Result<bool, Error> {
    let read = |r: &Row<'_>| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?, r.get::<bool>(2)?));
    let found = turn.rows_of(q!("files_unused"), (before.0, PURGED_FILES), read)?;
    let full = found.len() == PURGED_FILES as usize;
    let mut removed = false;
    for (no, upload, in_use) in found {
        if !in_use && remove(turn, no, upload)? {
            removed = true;
        } else {
            turn.execute(q!("file_found"), (no, now.0))?;
        }
        turn.rows += 1;
    }
    Ok(full || removed)
}

/// Bytes of a file, up to where the first are missing.
fn range(s: &Snapshot<'_>, id: FileId, from: u64, len: u32) -> Result<Option<Bytes>, Error> {
    let Some((upload, size)) = s.row(q!("file_place"), [id.0.as_slice()], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))? else {
        return Ok(None);
    };
    let size = u64::try_from(size).map_err(|e| Error::damaged("file's size", e))?;
    let end = from.saturating_add(u64::from(len)).min(size);
    if from >= end {
        return Ok(Some(Bytes::new()));
    }
    let mut out = BytesMut::with_capacity(usize::try_from(end - from).map_err(|e| Error::damaged("range", e))?);
    let first = from - from % PIECE as u64;
    let pieces = (upload, signed(first)?, signed(end)?);
    s.visit(q!("piece_range"), pieces, |r| {
        let (start, bytes): (i64, Vec<u8>) = (r.get(0)?, r.get(1)?);
        let start = u64::try_from(start).map_err(|e| Error::damaged("piece", e))?;
        let next = from + out.len() as u64;
        if start > next {
            // A piece is lost. Asking again would not bring it: whoever reads the file sees that it is too short.
            return Ok(false);
        }
        let within = |at: u64| usize::try_from(at.saturating_sub(start)).map_or(bytes.len(), |at| at.min(bytes.len()));
        out.extend_from_slice(&bytes[within(next)..within(end)]);
        Ok(true)
    })?;
    Ok(Some(out.freeze()))
}

/// The number of a file a message is about to carry: it stays until the message is committed, and then for its sake.
pub(super) fn used(turn: &Turn<'_>, id: FileId) -> Result<i64, Error> {
    turn.row(q!("file_use"), [id.0.as_slice()], |r| r.get(0))?.ok_or(Error::NoFile(id))
}
