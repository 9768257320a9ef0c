//! Why recipients get nothing of a message: the suppression list, people whose data was erased, refusals. One rule for mail that is accepted,
//! that is claimed and that is sent again.

use jebi_domain::{
    message::{Lane, Message},
    suppression::Wanted,
};

use super::{Error, privacy, q, refusals, suppression, turn::Turn};

/// What keeps a mail from a recipient.
#[derive(Clone, Debug)]
pub(super) enum Cause {
    /// An entry of the suppression list, as a delivery has its reason.
    Listed(String),
    /// Their data was erased.
    Erased,
    /// They refused bulk mail of this kind.
    Refused,
}

impl Cause {
    /// As a delivery has it.
    fn into_reason(self) -> Result<String, Error> {
        match self {
            Self::Listed(reason) => Ok(reason),
            Self::Erased => privacy::reason().map(str::to_owned),
            Self::Refused => refusals::reason().map(str::to_owned),
        }
    }
}

/// Where to look.
#[derive(Clone, Copy)]
struct Lists {
    suppression: bool,
    erased: bool,
    refusals: bool,
}

/// Why each gets nothing; `None` for those that wait. Who is on the suppression list is there for that reason, whatever they refused. Most
/// installations start without a list and without a refusal: no look-up then.
pub(super) fn causes<'e>(
    turn: &Turn<'_>,
    message: &Message,
    emails: impl ExactSizeIterator<Item = &'e str> + Clone,
) -> Result<Vec<Option<Cause>>, Error> {
    let memory = &*turn.memory;
    look(turn, message, emails, Lists { suppression: memory.suppressed, erased: memory.erased, refusals: memory.refused })
}

/// The same for mail that is being accepted, as reasons.
pub(super) fn reasons<'e>(
    turn: &Turn<'_>,
    message: &Message,
    emails: impl ExactSizeIterator<Item = &'e str> + Clone,
) -> Result<Vec<Option<String>>, Error> {
    written(causes(turn, message, emails)?)
}

/// The same for mail that is claimed. Accepting has looked, so only what has grown since is asked; `None` where nothing has. By number, not by
/// time: the clock may be set.
pub(super) fn since<'e, I>(
    turn: &Turn<'_>,
    (no, message): (i64, &Message),
    emails: impl FnOnce() -> I,
) -> Result<Option<Vec<Option<String>>>, Error>
where
    I: ExactSizeIterator<Item = &'e str> + Clone,
{
    let memory = &*turn.memory;
    let suppression = memory.suppressed && no < memory.suppressed_before;
    let refusals = memory.refused && no < memory.refused_before && message.lane == Lane::Bulk;
    // Where others write too, an erasure may have taken its person off the other lists since this turn has begun.
    let moved = !turn.db.is_alone() && (suppression || refusals);
    let lists = Lists { suppression, erased: moved || (memory.erased && no < memory.erased_before), refusals };
    if !(lists.suppression || lists.erased || lists.refusals) {
        return Ok(None);
    }
    written(look(turn, message, emails(), lists)?).map(Some)
}

/// Whether a turn that accepted has to ask in the end whether lists that were empty when it began are so still.
pub(super) fn asks_again(turn: &Turn<'_>) -> bool {
    let memory = &*turn.memory;
    turn.accepted && !turn.db.is_alone() && !(memory.suppressed && memory.erased && memory.refused)
}

/// Where others write too, a list may have got its first entry since the turn began, and mail was accepted without a look at it: then it is
/// accepted once more. An entry that comes later finds the numbers of this turn's mail drawn, so that claiming asks.
pub(super) fn ask_again(turn: &Turn<'_>) -> Result<(), Error> {
    let found = turn.row(q!("kept_back_any"), (), |r| Ok([r.get(0)?, r.get(1)?, r.get::<bool>(2)?]))?.unwrap_or_default();
    let memory = &*turn.memory;
    let known = [memory.suppressed, memory.erased, memory.refused];
    if found.iter().zip(known).any(|(now, known)| *now && !known) {
        return Err(turn.changed("somebody is kept from mail since this turn began"));
    }
    Ok(())
}

fn look<'e>(
    turn: &Turn<'_>,
    message: &Message,
    emails: impl ExactSizeIterator<Item = &'e str> + Clone,
    lists: Lists,
) -> Result<Vec<Option<Cause>>, Error> {
    let mut causes: Vec<Option<Cause>> = if lists.suppression {
        let listed = suppression::reasons(turn, emails.clone(), &Wanted::of(message.lane, &message.topic))?;
        listed.into_iter().map(|reason| reason.map(Cause::Listed)).collect()
    } else {
        vec![None; emails.len()]
    };
    if lists.erased
        && let Some(erased) = privacy::erased(turn, message, emails.clone())?
    {
        put(&mut causes, &erased, &Cause::Erased);
    }
    if lists.refusals
        && let Some(refusing) = refusals::refused(turn, message, emails)?
    {
        put(&mut causes, &refusing, &Cause::Refused);
    }
    Ok(causes)
}

fn put(causes: &mut [Option<Cause>], found: &[bool], cause: &Cause) {
    for (own, _) in causes.iter_mut().zip(found).filter(|(own, found)| **found && own.is_none()) {
        *own = Some(cause.clone());
    }
}

fn written(causes: Vec<Option<Cause>>) -> Result<Vec<Option<String>>, Error> {
    causes.into_iter().map(|cause| cause.map(Cause::into_reason).transpose()).collect()
}
