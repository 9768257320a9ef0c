//! API keys: only their SHA-256 is kept.

use jebi_domain::{id::KeyNo, port::store::KeyInfo, time::Wall};
use rusqlite::Row;

use super::{Error, sql, turn::Turn};

/// Reads a row of `key_list` or `key_by_hash`.
pub(super) fn read(r: &Row<'_>) -> Result<KeyInfo, Error> {
    let hash: Vec<u8> = r.get(3)?;
    Ok(KeyInfo {
        no: KeyNo(r.get(0)?),
        name: r.get(1)?,
        prefix: r.get(2)?,
        hash: hash.try_into().map_err(|h: Vec<u8>| Error::damaged("key hash", h.len()))?,
        created_at: Wall(r.get(4)?),
        revoked_at: r.get::<_, Option<i64>>(5)?.map(Wall),
    })
}

pub(super) fn add(turn: &mut Turn<'_>, name: &str, prefix: &str, hash: [u8; 32], now: Wall) -> Result<KeyInfo, Error> {
    let find = |turn: &Turn<'_>| turn.row(sql!("key_by_hash"), [hash.as_slice()], |r| Ok(read(r)))?.transpose();
    if let Some(known) = find(turn)? {
        return Ok(known);
    }
    turn.execute(sql!("key_insert"), (name, prefix, hash.as_slice(), now.0))?;
    find(turn)?.ok_or_else(|| Error::damaged("key", "it was not written"))
}
