//! The local inbox's mails.

use bytes::Bytes;
use jebi_domain::{
    id::DeliveryId,
    port::{InboxMail, InboxRoom, InboxSummary},
    time::Wall,
};

use super::{Error, Row, params, q, row, turn::Turn};

/// How often the oldest are dropped, in mails.
const TRIM_EVERY: i64 = 256;
/// A mail with this share of all bytes has the oldest dropped at once: so a quarter more than that is there at most.
const LARGE: u64 = 1024;

pub(super) fn keep(turn: &mut Turn<'_>, mail: &InboxMail, room: InboxRoom) -> Result<(), Error> {
    let to = serde_json::to_string(&mail.to).map_err(|e| Error::damaged("recipients", e))?;
    let no = turn.inserted(
        q!("inbox_insert"),
        params![
            mail.delivery.message.0.as_slice(),
            mail.delivery.ordinal,
            mail.at.0,
            mail.from,
            to,
            mail.subject,
            i64::try_from(mail.source.len()).unwrap_or(i64::MAX),
            mail.source.as_ref(),
        ],
    )?;
    turn.rows += 1;
    if no % TRIM_EVERY == 0 || mail.source.len() as u64 >= room.bytes / LARGE {
        turn.run(q!("inbox_trim"), [i64::from(room.mails)])?;
        turn.run(q!("inbox_trim_bytes"), [i64::try_from(room.bytes).unwrap_or(i64::MAX)])?;
    }
    Ok(())
}

/// Reads a row of `inbox_list` or `inbox_get`.
pub(super) fn read(r: &Row<'_>) -> Result<InboxSummary, Error> {
    let size: i64 = r.get(7)?;
    Ok(InboxSummary {
        no: r.get(0)?,
        delivery: DeliveryId { message: row::id(&r.get::<Vec<u8>>(1)?)?, ordinal: r.get(2)? },
        at: Wall(r.get(3)?),
        from: r.get(4)?,
        to: serde_json::from_str(&r.get::<String>(5)?).map_err(|e| Error::damaged("recipients", e))?,
        subject: r.get(6)?,
        size: u64::try_from(size).unwrap_or(0),
    })
}

pub(super) fn source(r: &Row<'_>) -> Result<(InboxSummary, Bytes), Error> {
    Ok((read(r)?, Bytes::from(r.get::<Vec<u8>>(8)?)))
}
