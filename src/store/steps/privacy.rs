//! People whose data is erased, and content that is deleted. Counts stay, and so do states and times: what goes is who it was and what was said.

use std::sync::OnceLock;

use jebi_domain::{
    address,
    delivery::State,
    erasure::PersonKey,
    id::{DeliveryKey, MessageId},
    message::{Lane, Mailbox},
    outcome::Reason,
    port::{
        Boxed, PrivacyStore,
        privacy::{ContentDeleted, ErasedSlice, Forgotten},
        store::StoreResult,
    },
    suppression::Scope,
    time::Wall,
};

use super::{
    Engine, Error, SqlStore, Value, claim::range, engagement, group::Class, housekeep::address_hash, joint::Joint, known::Known, list, q,
    row, settle::out_now, suppression, turn::Turn,
};

/// What stands in the place of an address that was erased.
pub(super) const ERASED: &str = "erased";
/// Copies one slice looks at.
const SLICE: u32 = 25;

impl<E: Engine> PrivacyStore for SqlStore<E> {
    fn know_people_by(&self, key: PersonKey) {
        // It is told once, at the start.
        let _ = self.shared.common.people().set(key);
    }

    fn forget(&self, address: &str, now: Wall) -> Boxed<'_, StoreResult<Forgotten>> {
        let address = address.to_owned();
        self.shared.write(Class::Admin, move |t| forget(t, &address, now))
    }

    fn erase_deliveries(&self, address: &str, before: Option<DeliveryKey>, now: Wall) -> Boxed<'_, StoreResult<ErasedSlice>> {
        let address = address.to_owned();
        self.shared.write(Class::Admin, move |t| erase_slice(t, &address, before, now))
    }

    fn personal(&self, key: DeliveryKey) -> Boxed<'_, StoreResult<Option<String>>> {
        self.look(move |s| Ok(s.row(q!("delivery_personal"), [key.0], |r| r.get::<Option<String>>(0))?.flatten()))
    }

    fn delete_content(&self, message: MessageId, now: Wall) -> Boxed<'_, StoreResult<ContentDeleted>> {
        self.shared.write(Class::Admin, move |t| {
            let no: Option<i64> = t.row(q!("message_no"), [message.0.as_slice()], |r| r.get(0))?;
            let Some(known) = no.map(|no| t.known(no)).transpose()?.flatten() else { return Ok(ContentDeleted::Missing) };
            let no = no.unwrap_or_default();
            let (first, last) = range(no, 0, known.copies);
            let leased = !t.rows_of(q!("lease_of_message"), [no], |_| Ok(()))?.is_empty();
            if leased || t.row(q!("message_open"), (first, last, is_cancelled(t, &known)?), |_| Ok(()))?.is_some() {
                return Ok(ContentDeleted::UnderWay);
            }
            delete_content(t, no, &known, now)?;
            Ok(ContentDeleted::Done)
        })
    }
}

/// Reads whether anybody's data was ever erased.
pub(in crate::store) fn load(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.erased = turn.row(q!("marker_get"), ["erased"], |r| r.get::<i64>(0))?.is_some_and(|times| times > 0);
    Ok(())
}

/// Which of these are people whose data was erased, and whom this mail does not go to; `None` where nobody was.
pub(super) fn erased<'e>(turn: &Turn<'_>, lane: Lane, emails: impl Iterator<Item = &'e str>) -> Result<Option<Vec<bool>>, Error> {
    if !turn.memory.erased {
        return Ok(None);
    }
    let Some(key) = turn.memory.common.people().get() else {
        tracing::error!("people were erased, and without JEBI_SECRET nobody can tell whom: their mail is not suppressed");
        return Ok(None);
    };
    let hashes: Vec<[u8; 32]> = emails.map(|email| key.hash(&address::key(email))).collect();
    let rows: Vec<_> = hashes.iter().map(|hash| [Value::Blob(hash), Value::Bool(lane == Lane::Bulk)]).collect();
    turn.each(q!("erased_among"), &rows).map(Some)
}

/// Why somebody gets nothing whose data was erased, as it is stored.
pub(super) fn reason() -> Result<&'static str, Error> {
    static REASON: OnceLock<String> = OnceLock::new();
    if let Some(reason) = REASON.get() {
        return Ok(reason);
    }
    let why = "the recipient's data was erased, and with it the leave to mail them";
    let reason = row::reason_text(&Reason::new("person_erased", why, "mail them again only after they have asked for it"))?;
    Ok(REASON.get_or_init(|| reason))
}

/// Whether what a message said was deleted.
pub(super) fn content_is_deleted(turn: &Turn<'_>, message: i64) -> Result<bool, Error> {
    let deleted_at = turn.row(q!("message_content_no"), [message], |r| r.get::<Option<i64>>(3))?;
    Ok(deleted_at.flatten().is_some())
}

fn forget(turn: &mut Turn<'_>, address: &str, now: Wall) -> Result<Forgotten, Error> {
    let key = turn.memory.common.people().get().cloned();
    let hash = key.ok_or_else(|| Error::damaged("key of people", "it was not told"))?.hash(address);
    let listed = suppression::among(&turn.look(), &[address])?;
    let suppressed = listed.iter().any(|entry| entry.scope == Scope::All);
    turn.execute(q!("erased_insert"), (hash.as_slice(), i64::from(!suppressed), now.0))?;
    if suppressed {
        turn.execute(q!("erased_all_mail"), [hash.as_slice()])?;
    }
    turn.execute(q!("marker_raise"), ["erased"])?;
    turn.execute(q!("person_suppression_delete"), [address])?;
    turn.execute(q!("person_removed_delete"), [address])?;
    turn.execute(q!("person_soft_bounce_delete"), [address])?;
    turn.execute(q!("person_tell_delete"), [address])?;
    let refusals = turn.execute(q!("person_refusals_delete"), [address])?;
    turn.execute(q!("person_consent_events"), [address])?;
    let under: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let consents = turn.execute(q!("person_consents"), (address, format!("{ERASED}:{under}")))?;
    turn.memory.erased = true;
    turn.rows += 1;
    Ok(Forgotten { suppressed, refusals, consents })
}

fn erase_slice(turn: &mut Turn<'_>, address: &str, before: Option<DeliveryKey>, now: Wall) -> Result<ErasedSlice, Error> {
    let keys = list::keys_of(&turn.look(), address, before.map_or(i64::MAX, |key| key.0), SLICE)?;
    let mut out = ErasedSlice { next: keys.last().copied().map(DeliveryKey), ..ErasedSlice::default() };
    for key in keys.into_iter().map(DeliveryKey) {
        let Some(known) = turn.known(key.message().0)? else { continue };
        match erase(turn, (key, &known), address, now)? {
            Some(true) => out.erased += 1,
            Some(false) => out.open += 1,
            None => continue,
        }
        turn.rows += 3;
    }
    Ok(out)
}

/// How a copy stands.
#[derive(Clone, Copy)]
struct How {
    /// An attempt is out.
    out: bool,
    /// Its recipients are counted as cancelled already; their rows follow.
    cancelled: bool,
}

impl How {
    /// Whether a recipient in this state is left for now: it is being sent, or may have got it.
    fn is_open(self, state: State) -> bool {
        state == State::Unsettled || (state == State::Waiting && self.out)
    }

    /// What becomes of one who waits.
    fn end(self, turn: &mut Turn<'_>, known: &Known) -> State {
        if self.cancelled {
            return State::Cancelled;
        }
        turn.delta.topic(known.topic).moved(Some(State::Waiting), State::Suppressed, 1);
        turn.delta.queue(known.queue, -1);
        State::Suppressed
    }
}

fn is_cancelled(turn: &Turn<'_>, known: &Known) -> Result<bool, Error> {
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [known.queue], |r| r.get(0))?;
    Ok(known.cancelled || retired.flatten().is_some())
}

/// Erases a person from a copy. `false` where it has to wait, `None` where it is none of theirs.
fn erase(turn: &mut Turn<'_>, (key, known): (DeliveryKey, &Known), address: &str, now: Wall) -> Result<Option<bool>, Error> {
    turn.db.lock_queues(&[known.queue])?;
    turn.db.lock_copies(key.0, key.0)?;
    let found = turn.row(q!("delivery_get"), [key.0], |r| {
        Ok((r.get::<i64>(0)?, r.get::<u16>(1)?, r.get::<Option<i64>>(4)?.is_some(), r.get::<Option<i64>>(6)?, r.get::<String>(9)?))
    })?;
    let Some((code, attempt, joint, next_try, email)) = found else { return Ok(None) };
    let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
    let how = How { out: out_now(turn, key, attempt)?, cancelled: is_cancelled(turn, known)? };
    let done = if joint {
        erase_joint(turn, (key, known), (state, attempt, next_try), (address, how), now)?
    } else if address::key(&email) == address {
        erase_single(turn, (key, known), state, how, now)?
    } else {
        None
    };
    if done == Some(true) {
        if joint {
            turn.run(q!("event_erase"), (key.0, address, ERASED))?;
        } else {
            turn.run(q!("event_erase_copy"), (key.0, ERASED))?;
        }
        turn.run(q!("address_delete"), (address_hash(address), key.0))?;
    }
    Ok(done)
}

fn erase_single(
    turn: &mut Turn<'_>,
    (key, known): (DeliveryKey, &Known),
    state: State,
    how: How,
    now: Wall,
) -> Result<Option<bool>, Error> {
    if how.is_open(state) {
        return Ok(Some(false));
    }
    if state == State::Waiting {
        let end = how.end(turn, known);
        turn.change(q!("delivery_state"), (key.0, state.code(), end.code(), now.0))?;
    }
    turn.execute(q!("delivery_erase"), (key.0, ERASED))?;
    turn.execute(q!("attempt_erase"), [key.0])?;
    engagement::erase(turn, key.0, known.copies == 1)?;
    // It was for them alone.
    if known.copies == 1 {
        delete_content(turn, key.message().0, known, now)?;
    }
    Ok(Some(true))
}

fn erase_joint(
    turn: &mut Turn<'_>,
    (key, known): (DeliveryKey, &Known),
    (state, attempt, next_try): (State, u16, Option<i64>),
    (address, how): (&str, How),
    now: Wall,
) -> Result<Option<bool>, Error> {
    let places: Vec<i64> = turn.rows_of(q!("joint_position"), (key.0, address), |r| r.get(0))?;
    let mut copy = Joint::read(turn, key, (state, attempt))?;
    let theirs: Vec<usize> = (0..copy.people.len()).filter(|i| places.contains(&copy.people[*i].position)).collect();
    if theirs.is_empty() {
        return Ok(None);
    }
    if theirs.iter().any(|i| how.is_open(copy.people[*i].state)) {
        return Ok(Some(false));
    }
    let mut changed = false;
    for i in theirs {
        if copy.people[i].state == State::Waiting {
            (copy.people[i].state, copy.people[i].changed_at) = (how.end(turn, known), Some(now.0));
            copy.put(turn, i, State::Waiting)?;
            changed = true;
        }
        turn.execute(q!("joint_erase"), (key.0, copy.people[i].position, ERASED))?;
        turn.execute(q!("joint_attempt_erase"), (key.0, copy.people[i].position))?;
    }
    if changed {
        copy.sum_up(turn, copy.attempt, now, next_try)?;
    }
    turn.execute(q!("delivery_erase_words"), [key.0])?;
    Ok(Some(true))
}

/// Puts an empty content in the place of a message's own. What several messages share, and is stored once, stays while another has it.
fn delete_content(turn: &mut Turn<'_>, no: i64, known: &Known, now: Wall) -> Result<(), Error> {
    let found: Option<(Option<i64>, Option<i64>)> = turn.row(q!("message_content_no"), [no], |r| Ok((r.get(0)?, r.get(3)?)))?;
    let Some((stored, None)) = found else { return Ok(()) };
    let mut content = known.message.content.clone();
    let from = Mailbox { email: content.from.email, name: None };
    (content.subject, content.text, content.html, content.fill) = (String::new(), None, None, None);
    (content.headers, content.reply_to, content.attachments) = (Vec::new(), Vec::new(), Vec::new());
    (content.calendar, content.shown, content.from) = (None, None, from);
    let body = serde_json::to_vec(&content).map_err(|e| Error::damaged("content", e))?;
    turn.execute(q!("message_content_delete"), (no, body.as_slice(), now.0))?;
    turn.execute(q!("message_files_free"), [no])?;
    let (first, last) = range(no, 0, known.copies);
    turn.execute(q!("message_personal_delete"), (first, last))?;
    turn.memory.messages.remove(&no);
    turn.rows += 2;
    // With several nodes another may be about to refer to it once more: there it stays in the database, though nothing shows it.
    if let Some(stored) = stored.filter(|_| turn.db.is_alone()) {
        turn.execute(q!("content_unused_delete"), [stored])?;
        turn.memory.last_content = None;
    }
    Ok(())
}
