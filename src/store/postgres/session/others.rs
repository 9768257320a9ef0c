//! What other nodes have changed since this one's last turn.

use jebi_domain::{port::store::Guard, time::Wall};

use super::{WriterSession, own};
use crate::store::steps::{Error, Memory, Row};

/// Reads it, and tells the writer's memory and the dispatchers.
pub(super) fn take_in(session: &WriterSession, memory: &mut Memory) -> Result<(), Error> {
    session.same_server()?;
    let state = session.rows(own::TURN_STATE, Vec::new())?;
    let row = state.first().ok_or_else(|| Error::damaged("installation", "it has no row"))?;
    let row = Row(row);
    session.xid.set(row.get(8)?);
    if session.is_new.take() {
        memory.forget();
    }
    let held = |since: usize, why: usize| -> Result<Option<(Wall, String)>, Error> {
        let since: Option<i64> = row.get(since)?;
        Ok(since.map(Wall).zip(Some(row.get::<Option<String>>(why)?.unwrap_or_default())))
    };
    if let Some(to) = row.get::<Option<String>>(4)? {
        return Err(Error::damaged("installation", format!("this store was transferred to {to}")));
    }
    let guard = match (held(0, 1)?, held(2, 3)?) {
        (Some((since, why)), _) => Guard::Held { why, since },
        (None, Some((since, why))) => Guard::BulkHeld { why, since },
        (None, None) => Guard::Open,
    };
    session.common.hold(&guard);
    // Where another node has set or lifted a hold, this one's dispatchers hear of it.
    session.guard.send_if_modified(|known| {
        let differs = *known != guard;
        *known = guard;
        differs
    });
    let (suppressed, grown, drawn): (bool, Option<i64>, i64) = (row.get(5)?, row.get(6)?, row.get(7)?);
    let looked_up_before = (grown != session.grown.replace(grown)).then_some(drawn + 1);
    memory.others_wrote(suppressed, row.get(10)?, looked_up_before);
    let endpoints: Option<i64> = row.get(9)?;
    if endpoints != session.endpoints.replace(endpoints) {
        memory.endpoints_changed();
    }
    let refused: Option<i64> = row.get(11)?;
    let more = refused != session.refused.replace(refused);
    memory.others_refused(refused.is_some_and(|times| times > 0), more, drawn + 1);
    let erased: Option<i64> = row.get(12)?;
    let more = erased != session.erased.replace(erased);
    memory.others_erased(erased.is_some_and(|times| times > 0), more, drawn + 1);
    Ok(())
}
