//! Why recipients of a message that is being accepted get nothing of it: the suppression list, people whose data was erased, refusals.

use jebi_domain::{message::Message, suppression::Wanted};

use super::{Error, privacy, refusals, suppression, turn::Turn};

/// Why each gets nothing, as a delivery has its reason; `None` for those that wait. Who is on the suppression list is there for that reason,
/// whatever they refused. Most installations start without a list and without a refusal: no look-up then.
pub(super) fn reasons<'e>(
    turn: &Turn<'_>,
    message: &Message,
    emails: impl ExactSizeIterator<Item = &'e str> + Clone,
) -> Result<Vec<Option<String>>, Error> {
    let mut reasons = if turn.memory.suppressed {
        suppression::reasons(turn, emails.clone(), &Wanted::of(message.lane, &message.topic))?
    } else {
        vec![None; emails.len()]
    };
    if let Some(erased) = privacy::erased(turn, message.lane, emails.clone())? {
        put(&mut reasons, &erased, privacy::reason()?);
    }
    if let Some(refusing) = refusals::at_accept(turn, message, emails)? {
        put(&mut reasons, &refusing, refusals::reason()?);
    }
    Ok(reasons)
}

fn put(reasons: &mut [Option<String>], found: &[bool], reason: &str) {
    for (own, _) in reasons.iter_mut().zip(found).filter(|(own, found)| **found && own.is_none()) {
        *own = Some(reason.to_owned());
    }
}
