//! The restore guard: a database that was copied or restored sends nothing until a person says so. It is known by the server's system
//! identifier and its own number there: a dump that is loaded elsewhere, or beside, has others. One that is loaded into the same database
//! makes the tables anew, and the number of the table `installation` is another. A promoted standby and a recovery to a point in time keep
//! all three and begin a new timeline: commits of the last moments may be lacking, so bulk is held and transactional mail goes on. What
//! changes none of them is not seen: rows alone that are put back, the server's files that are.

use jebi_domain::{
    port::{Random, store::Guard},
    time::Wall,
};
use tokio_postgres::{Client, types::Type};

use super::{Identity, OpenError, own};
use crate::store::UNFINISHED;

/// Compares the database with what it was, and says whether it may send. `moved_to` ends the opening; the mark of a transfer that is not
/// finished does not where `unfinished` says so.
///
/// # Errors
/// It was transferred away; it cannot be read.
pub(super) async fn check(
    client: &Client,
    identity: Identity,
    unfinished: bool,
    (now, random): (Wall, &dyn Random),
) -> Result<Guard, OpenError> {
    let mut id = vec![0; 16];
    random.fill(&mut id);
    let Identity { system_id, timeline, database_oid } = identity;
    let params = [(&id as _, Type::BYTEA), (&system_id as _, Type::INT8), (&database_oid as _, Type::INT8), (&timeline as _, Type::INT8)];
    client.query_typed(own::INSTALLATION_INSERT, &params).await?;
    compare(client, identity, unfinished, now).await
}

/// The same for a database that is an installation already: every connection that writes is looked at, for a failover brings another
/// server under the same address.
///
/// # Errors
/// As [`check`].
pub(super) async fn compare(client: &Client, identity: Identity, unfinished: bool, now: Wall) -> Result<Guard, OpenError> {
    let Identity { system_id, timeline, database_oid } = identity;
    let found = client.query_typed(own::INSTALLATION_STATE, &[]).await?;
    let row = found.first().ok_or_else(|| OpenError::Damaged("it has no row that says which installation it is".into()))?;
    match row.get::<_, Option<String>>(7) {
        Some(to) if to == UNFINISHED && unfinished => {}
        Some(to) if to == UNFINISHED => return Err(OpenError::Unfinished),
        Some(to) => return Err(OpenError::Moved { to }),
        None => {}
    }
    let (was, oid, line): (Option<i64>, Option<i64>, Option<i64>) = (row.get(0), row.get(1), row.get(2));
    let (table, table_now): (Option<i64>, Option<i64>) = (row.get(8), row.get(9));
    if table.is_none() || (was.is_none() && system_id.is_some()) || oid.is_none() || (line.is_none() && timeline.is_some()) {
        // Of an earlier schema, or the server did not tell it before.
        client
            .query_typed(own::INSTALLATION_KNOWN, &[(&system_id, Type::INT8), (&database_oid, Type::INT8), (&timeline, Type::INT8)])
            .await?;
    }
    let known = |since: Option<i64>, why: Option<String>| since.map(|since| (Wall(since), why.unwrap_or_default()));
    if let Some((since, why)) = known(row.get(3), row.get(4)) {
        return Ok(Guard::Held { why, since });
    }
    let differs = |kept: Option<i64>, now: Option<i64>| kept.zip(now).is_some_and(|(kept, now)| kept != now);
    let copied = match (differs(was, system_id), differs(oid, Some(database_oid)), differs(table, table_now)) {
        (true, ..) => Some("this database is on another server than before: it was copied or restored there"),
        (_, true, _) => Some("this is another database than the one that was written: it was restored from a dump"),
        (_, _, true) => Some("the tables are not those that were written: a dump was loaded in their place"),
        _ => None,
    };
    if let Some(why) = copied {
        // Noted once: when it is released it is at home here.
        let params = [
            (&now.0 as _, Type::INT8),
            (&why as _, Type::TEXT),
            (&system_id as _, Type::INT8),
            (&database_oid as _, Type::INT8),
            (&timeline as _, Type::INT8),
        ];
        client.query_typed(own::INSTALLATION_HOLD, &params).await?;
        return Ok(Guard::Held { why: why.to_owned(), since: now });
    }
    if differs(line, timeline) {
        let why = "the server has begun a new timeline: a standby was promoted, or it was recovered to a point in time; mail of the last \
                   moments before may have been sent and not be on record";
        client.query_typed(own::INSTALLATION_HOLD_BULK, &[(&now.0, Type::INT8), (&why, Type::TEXT), (&timeline, Type::INT8)]).await?;
        tracing::error!("{why}; bulk mail is held until `jebi release`");
        return Ok(Guard::BulkHeld { why: why.to_owned(), since: now });
    }
    Ok(known(row.get(5), row.get(6)).map_or(Guard::Open, |(since, why)| Guard::BulkHeld { why, since }))
}
