//! API keys and subjects of tokens: only the SHA-256 of a key is kept. What they allow, and how they are used.

use jebi_domain::{
    access::{Grant, Scopes, SenderRule},
    id::KeyNo,
    network::Network,
    port::store::{KeyInfo, KeyKind, KeyUse, NewKey},
    time::Wall,
};

use super::{Error, Row, params, q, turn::Turn};

/// Milliseconds of a quarter of an hour.
pub(super) const QUARTER: i64 = 15 * 60_000;

/// Reads a row of `key_list`, `key_get` or `key_by_hash`.
pub(super) fn read(r: &Row<'_>) -> Result<KeyInfo, Error> {
    let hash: Vec<u8> = r.get(4)?;
    let (kind, scopes): (i64, i64) = (r.get(1)?, r.get(5)?);
    let (senders, networks): (String, String) = (r.get(7)?, r.get(8)?);
    let senders: Option<Vec<SenderRule>> = senders.lines().map(SenderRule::parse).collect();
    let networks: Option<Vec<Network>> = networks.lines().map(Network::parse).collect();
    Ok(KeyInfo {
        no: KeyNo(r.get(0)?),
        kind: if kind == 0 { KeyKind::Key } else { KeyKind::Token },
        name: r.get(2)?,
        prefix: r.get(3)?,
        hash: hash.try_into().map_err(|h: Vec<u8>| Error::damaged("key hash", h.len()))?,
        grant: Grant {
            scopes: Scopes::from_code(scopes).ok_or_else(|| Error::damaged("scopes", scopes))?,
            expires_at: r.get::<Option<i64>>(6)?.map(Wall),
            senders: senders.ok_or_else(|| Error::damaged("senders", "no address or domain"))?,
            networks: networks.ok_or_else(|| Error::damaged("networks", "no network"))?,
            daily_limit: r.get(9)?,
            profile: r.get(14)?,
        },
        created_at: Wall(r.get(10)?),
        revoked_at: r.get::<Option<i64>>(11)?.map(Wall),
        last_used_at: r.get::<Option<i64>>(12)?.map(Wall),
        requests: r.get(13)?,
    })
}

fn lines<T: ToString>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(super) fn add(turn: &mut Turn<'_>, key: &NewKey, now: Wall) -> Result<KeyInfo, Error> {
    let find = |turn: &Turn<'_>| turn.row(q!("key_by_hash"), [key.hash.as_slice()], |r| Ok(read(r)))?.transpose();
    if let Some(known) = find(turn)? {
        return Ok(known);
    }
    let (grant, kind) = (&key.grant, i64::from(key.kind == KeyKind::Token));
    turn.row(
        q!("key_insert"),
        params![
            kind,
            key.name,
            key.prefix,
            key.hash.as_slice(),
            grant.scopes.code(),
            grant.expires_at.map(|at| at.0),
            lines(&grant.senders),
            lines(&grant.networks),
            grant.daily_limit,
            now.0,
            grant.profile
        ],
        |_| Ok(()),
    )?;
    find(turn)?.ok_or_else(|| Error::damaged("key", "it was not written"))
}

/// Adds a key where none holds. Two nodes that start at once come one after the other.
pub(super) fn add_first(turn: &mut Turn<'_>, key: &NewKey, now: Wall) -> Result<Option<KeyInfo>, Error> {
    turn.row(q!("installation_lock"), (), |_| Ok(()))?;
    let all = turn.rows_of(q!("key_list"), (), |r| Ok(read(r)))?;
    // One that cannot be read holds nothing.
    let holds = |known: &KeyInfo| known.kind == KeyKind::Key && known.revoked_at.is_none() && !known.grant.is_expired(now);
    if all.iter().any(|one| one.as_ref().is_ok_and(holds)) { Ok(None) } else { add(turn, key, now).map(Some) }
}

pub(super) fn change(turn: &mut Turn<'_>, no: KeyNo, name: &str, grant: &Grant) -> Result<Option<KeyInfo>, Error> {
    turn.execute(
        q!("key_change"),
        params![
            no.0,
            name,
            grant.scopes.code(),
            grant.expires_at.map(|at| at.0),
            lines(&grant.senders),
            lines(&grant.networks),
            grant.daily_limit,
            grant.profile
        ],
    )?;
    turn.row(q!("key_get"), [no.0], |r| Ok(read(r)))?.transpose()
}

pub(super) fn note_use(turn: &mut Turn<'_>, uses: &[KeyUse]) -> Result<(), Error> {
    for one in uses {
        turn.execute(q!("key_used"), (one.key.0, one.requests, one.last.0))?;
        turn.rows += 1;
    }
    Ok(())
}
