//! What endpoints were told of a person whose data is erased: it goes with the person.

use jebi_domain::{
    address,
    erasure::ERASED,
    id::{DeliveryKey, QueueNo},
};

use super::{Error, calls::list, hooks, q, turn::Turn};

/// Whom of a copy.
#[derive(Clone, Copy)]
pub(super) enum Person<'a> {
    /// Its only recipient.
    Only,
    /// Of a joint copy, by address key and places.
    OfJoint(&'a str, &'a [i64]),
}

impl Person<'_> {
    /// Whether an event at this place, or of this recipient, may be of them.
    fn is(self, position: Option<i64>, recipient: Option<&str>) -> bool {
        match (self, position, recipient) {
            (Self::Only, ..) | (_, None, None) => true,
            (Self::OfJoint(key, places), ..) => {
                position.is_some_and(|place| places.contains(&place)) || recipient.is_some_and(|email| address::key(email) == key)
            }
        }
    }
}

/// Ends the calls that tell of a person, and takes out of what was told who it was and what was said. A topic may be finished by that.
pub(super) fn erase(turn: &mut Turn<'_>, key: DeliveryKey, whom: Person<'_>, queue: i64) -> Result<(), Error> {
    hooks::may_finish(turn, QueueNo(queue))?;
    let all =
        turn.rows_of(q!("hook_of_copy"), [key.0], |r| Ok((r.get::<i64>(0)?, r.get::<Option<i64>>(1)?, r.get::<Option<String>>(2)?)))?;
    let theirs: Vec<i64> =
        all.into_iter().filter(|(_, place, recipient)| whom.is(*place, recipient.as_deref())).map(|(event, ..)| event).collect();
    if theirs.is_empty() {
        return Ok(());
    }
    let among = list(&theirs)?;
    turn.execute(q!("hook_event_erase"), (&among, ERASED))?;
    turn.execute(q!("hook_call_erase"), [&among])?;
    turn.execute(q!("hook_try_erase"), [&among])?;
    turn.rows += 1;
    Ok(())
}
