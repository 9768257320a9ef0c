//! People whose data is erased, and content that is deleted. Counts stay, and so do states and times: what goes is who it was and what was said.
//!
//! | file | owns |
//! |---|---|
//! | `erase` | taking a person out of their mail |

mod erase;

use std::sync::OnceLock;

use jebi_domain::{
    address,
    erasure::{ERASED, PersonKey},
    id::{DeliveryKey, MessageId},
    message::{Lane, Mailbox, Message},
    outcome::Reason,
    port::{
        Boxed, PrivacyStore,
        privacy::{ContentDeleted, ErasedSlice, Forgotten},
        store::StoreResult,
    },
    suppression::Scope,
    time::Wall,
};

use super::{Engine, Error, SqlStore, Value, claim::range, group::Class, known::Known, list, q, row, suppression, turn::Turn};

impl<E: Engine> PrivacyStore for SqlStore<E> {
    fn know_people_by(&self, key: PersonKey) {
        // It is told once, at the start.
        let _ = self.shared.common.people().set(key);
    }

    fn keeps_hashes(&self) -> Boxed<'_, StoreResult<bool>> {
        self.look(|s| Ok(s.row(q!("erased_one"), (), |_| Ok(()))?.is_some()))
    }

    fn forget(&self, address: &str, now: Wall) -> Boxed<'_, StoreResult<Forgotten>> {
        let address = address.to_owned();
        self.shared.write(Class::Admin, move |t| forget(t, &address, now))
    }

    fn erase_deliveries(&self, address: &str, before: Option<DeliveryKey>, now: Wall) -> Boxed<'_, StoreResult<ErasedSlice>> {
        let address = address.to_owned();
        Box::pin(async move {
            // Found beside the writer: rows the index has not reached yet are all looked through. Each is checked where it is erased.
            let (of, from) = (address.clone(), before.map_or(i64::MAX, |key| key.0));
            let keys = self.look(move |s| list::keys_of(s, &of, from, erase::SLICE)).await?;
            self.shared.write(Class::Admin, move |t| erase::slice(t, &address, &keys, now)).await
        })
    }

    fn readmit(&self, address: &str) -> Boxed<'_, StoreResult<bool>> {
        let address = address.to_owned();
        self.shared.write(Class::Admin, move |t| {
            let hash = key_of(t)?.hash(&address);
            t.rows += 1;
            Ok(t.execute(q!("erased_delete"), [hash.as_slice()])? > 0)
        })
    }

    fn erased_among(&self, message: &Message, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<u32>>> {
        let people = self.shared.common.people().get().cloned();
        let (bulk, profile) = (message.lane == Lane::Bulk, profile(message).to_owned());
        self.look(move |s| {
            if s.row(q!("marker_get"), ["erased"], |r| r.get::<i64>(0))?.is_none_or(|times| times <= 0) {
                return Ok(Vec::new());
            }
            let Some(people) = people else { return Ok(Vec::new()) };
            let mut found = Vec::new();
            for (place, address) in (0..).zip(&addresses) {
                let hash = people.hash(address);
                if s.row(q!("erased_get"), (hash.as_slice(), bulk, address, &profile), |_| Ok(()))?.is_some() {
                    found.push(place);
                }
            }
            Ok(found)
        })
    }

    fn personal(&self, key: DeliveryKey) -> Boxed<'_, StoreResult<Option<String>>> {
        self.look(move |s| Ok(s.row(q!("delivery_personal"), [key.0], |r| r.get::<Option<String>>(0))?.flatten()))
    }

    fn delete_content(&self, message: MessageId, now: Wall) -> Boxed<'_, StoreResult<ContentDeleted>> {
        self.shared.write(Class::Admin, move |t| {
            let no: Option<i64> = t.row(q!("message_no"), [message.0.as_slice()], |r| r.get(0))?;
            let Some(known) = no.map(|no| t.known(no)).transpose()?.flatten() else { return Ok(ContentDeleted::Missing) };
            let no = no.unwrap_or_default();
            // From here on nobody sends a copy of it again.
            if content_is_deleted(t, no)? {
                return Ok(ContentDeleted::Done);
            }
            let (first, last) = range(no, 0, known.copies);
            let leased = !t.rows_of(q!("lease_of_message"), [no], |_| Ok(()))?.is_empty();
            if leased || t.row(q!("message_open"), (first, last, erase::is_cancelled(t, &known)?), |_| Ok(()))?.is_some() {
                return Ok(ContentDeleted::UnderWay);
            }
            delete_content(t, no, &known, now)?;
            Ok(ContentDeleted::Done)
        })
    }
}

/// Reads whether anybody's data was ever erased. Mail accepted until now is looked up again when it is claimed.
pub(in crate::store) fn load(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.erased = turn.row(q!("marker_get"), ["erased"], |r| r.get::<i64>(0))?.is_some_and(|times| times > 0);
    turn.memory.erased_before = turn.db.next_message()?;
    Ok(())
}

/// The profile a consent to this mail is with.
fn profile(message: &Message) -> &str {
    message.content.list.as_deref().map_or("", |list| &list.profile)
}

/// Which of these are people whose data was erased, and whom this mail does not go to; `None` where nobody was.
pub(super) fn erased<'e>(turn: &Turn<'_>, message: &Message, emails: impl Iterator<Item = &'e str>) -> Result<Option<Vec<bool>>, Error> {
    let Some(people) = turn.memory.common.people().get() else {
        if turn.memory.erased {
            tracing::error!("people were erased, and without JEBI_SECRET nobody can tell whom: their mail is not suppressed");
        }
        return Ok(None);
    };
    let (bulk, profile) = (message.lane == Lane::Bulk, profile(message));
    let keys: Vec<_> = emails.map(address::key).collect();
    let hashes: Vec<[u8; 32]> = keys.iter().map(|key| people.hash(key)).collect();
    let rows: Vec<_> = hashes
        .iter()
        .zip(&keys)
        .map(|(hash, key)| [Value::Blob(hash), Value::Bool(bulk), Value::Text(key), Value::Text(profile)])
        .collect();
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

/// What erased people are known by.
fn key_of(turn: &Turn<'_>) -> Result<PersonKey, Error> {
    turn.memory.common.people().get().cloned().ok_or_else(|| Error::damaged("key of people", "it was not told"))
}

fn forget(turn: &mut Turn<'_>, address: &str, now: Wall) -> Result<Forgotten, Error> {
    let hash = key_of(turn)?.hash(address);
    let listed = suppression::among(&turn.look(), &[address])?;
    let suppressed = listed.iter().any(|entry| entry.scope == Scope::All);
    // What kept all mail from it once does so still: the list is empty of it when somebody asks again.
    let bulk_only: i64 = turn.inserted(q!("erased_insert"), (hash.as_slice(), i64::from(!suppressed), now.0))?;
    turn.execute(q!("marker_raise"), ["erased"])?;
    turn.execute(q!("person_suppression_delete"), [address])?;
    turn.execute(q!("person_removed_delete"), [address])?;
    turn.execute(q!("person_soft_bounce_delete"), [address])?;
    tell_nobody(turn, address)?;
    let refusals = turn.execute(q!("person_refusals_delete"), [address])?;
    turn.execute(q!("person_consent_events"), [address])?;
    let under: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let consents = turn.execute(q!("person_consents"), (address, format!("{ERASED}:{under}")))?;
    turn.memory.erased = true;
    turn.memory.erased_before = turn.db.next_message()?;
    turn.rows += 1;
    Ok(Forgotten { suppressed: bulk_only == 0, refusals, consents })
}

/// Drops what accounts of providers were to be told of an address, provider by provider: the table is in that order, and may be long.
fn tell_nobody(turn: &Turn<'_>, address: &str) -> Result<(), Error> {
    let mut after = String::new();
    while let Some(provider) = turn.row(q!("suppression_tell_provider"), [&after], |r| r.get::<Option<String>>(0))?.flatten() {
        turn.execute(q!("person_tell_delete"), (&provider, address))?;
        after = provider;
    }
    Ok(())
}

/// Which of these addresses are of somebody whose data was erased and who has consented to nothing since.
pub(super) fn are_erased(turn: &Turn<'_>, addresses: &[&str]) -> Result<Vec<bool>, Error> {
    let people = turn.memory.common.people().get().filter(|_| turn.memory.erased);
    let Some(people) = people else { return Ok(vec![false; addresses.len()]) };
    let keys: Vec<_> = addresses.iter().map(|address| address::key(address)).collect();
    let hashes: Vec<[u8; 32]> = keys.iter().map(|key| people.hash(key)).collect();
    let rows: Vec<_> = hashes.iter().zip(&keys).map(|(hash, key)| [Value::Blob(hash), Value::Text(key)]).collect();
    turn.each(q!("erased_any"), &rows)
}

/// Whether this is the address of somebody whose data was erased. Then all mail is kept from it from now on, by its hash: it takes none, or
/// does not want it, and on the suppression list it would stand in the clear again.
pub(super) fn keeps_all_from(turn: &Turn<'_>, address: &str) -> Result<bool, Error> {
    if !are_erased(turn, &[address])?.contains(&true) {
        return Ok(false);
    }
    let hash = key_of(turn)?.hash(&address::key(address));
    turn.execute(q!("erased_all_mail"), [hash.as_slice()])?;
    Ok(true)
}

/// Puts an empty content in the place of a message's own. What several messages share, and is stored once, stays while another has it.
pub(super) fn delete_content(turn: &mut Turn<'_>, no: i64, known: &Known, now: Wall) -> Result<(), Error> {
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
    stored.map_or(Ok(()), |stored| free_content(turn, stored))
}

/// Removes a stored content that nobody refers to any more.
pub(super) fn free_content(turn: &mut Turn<'_>, stored: i64) -> Result<(), Error> {
    // Another version may refer to it by what it remembers: there it stays in the database, though nothing shows it.
    if another_version_runs(turn)? {
        return Ok(());
    }
    turn.row(q!("content_lock"), [stored], |_| Ok(()))?;
    turn.execute(q!("content_unused_delete"), [stored])?;
    turn.memory.last_content = None;
    Ok(())
}

/// Whether a node of another version runs beside this one.
pub(super) fn another_version_runs(turn: &Turn<'_>) -> Result<bool, Error> {
    let own = turn.memory.common.own().0;
    Ok(!turn.db.is_alone() && turn.row(q!("retention_other_version"), [own], |_| Ok(()))?.is_some())
}
