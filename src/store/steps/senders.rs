//! Profiles and keys of links, as the port has them.

use jebi_domain::{
    id::KeyNo,
    port::{
        Boxed, SenderStore,
        senders::{ProfileInfo, ProfileRemoved, StoredLinkKey},
        store::StoreResult,
    },
    profile::Profile,
    time::Wall,
};

use super::{Engine, Error, Row, SqlStore, group::Class, params, q, turn::Turn};

impl<E: Engine> SenderStore for SqlStore<E> {
    fn profiles(&self) -> Boxed<'_, StoreResult<Vec<ProfileInfo>>> {
        self.look(|s| s.rows(q!("profile_list"), (), |r| Ok(read(r)))?.into_iter().collect())
    }

    fn put_profile(&self, profile: Profile, now: Wall) -> Boxed<'_, StoreResult<(ProfileInfo, bool)>> {
        self.shared.write(Class::Admin, move |t| put(t, &profile, now))
    }

    fn remove_profile(&self, name: &str, now: Wall) -> Boxed<'_, StoreResult<ProfileRemoved>> {
        let name = name.to_owned();
        self.shared.write(Class::Admin, move |t| {
            let keys = t.rows_of(q!("profile_keys"), (&name, now.0), |r| r.get(0).map(KeyNo))?;
            if !keys.is_empty() {
                return Ok(ProfileRemoved::InUse(keys));
            }
            Ok(if t.execute(q!("profile_delete"), [&name])? == 1 { ProfileRemoved::Done } else { ProfileRemoved::Missing })
        })
    }

    fn link_keys(&self) -> Boxed<'_, StoreResult<Vec<StoredLinkKey>>> {
        self.look(|s| s.rows(q!("link_key_list"), (), |r| Ok(key(r)))?.into_iter().collect())
    }

    fn add_link_key(&self, key: StoredLinkKey, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| {
            let added = t.execute(q!("link_key_insert"), params![key.no, key.salt, key.proof.as_slice(), key.since.0, now.0])?;
            Ok(added == 1)
        })
    }
}

fn put(turn: &mut Turn<'_>, profile: &Profile, now: Wall) -> Result<(ProfileInfo, bool), Error> {
    let body = serde_json::to_string(profile).map_err(|e| Error::damaged("profile", e))?;
    let new = turn.execute(q!("profile_insert"), (&profile.name, &body, now.0))? == 1;
    if !new {
        turn.change(q!("profile_change"), (&profile.name, &body, now.0))?;
    }
    turn.rows += 1;
    let kept = turn.row(q!("profile_get"), [&profile.name], |r| Ok(read(r)))?.transpose()?;
    kept.map(|kept| (kept, new)).ok_or_else(|| Error::damaged("profile", "it was not written"))
}

/// Reads a row of `profile_list` or `profile_get`.
fn read(r: &Row<'_>) -> Result<ProfileInfo, Error> {
    let profile = serde_json::from_str(&r.get::<String>(0)?).map_err(|e| Error::damaged("profile", e))?;
    Ok(ProfileInfo { profile, created_at: Wall(r.get(1)?), changed_at: Wall(r.get(2)?) })
}

fn key(r: &Row<'_>) -> Result<StoredLinkKey, Error> {
    let proof: Vec<u8> = r.get(2)?;
    Ok(StoredLinkKey {
        no: r.get(0)?,
        salt: r.get(1)?,
        proof: proof.try_into().map_err(|p: Vec<u8>| Error::damaged("proof of a link key", p.len()))?,
        since: Wall(r.get(3)?),
    })
}
