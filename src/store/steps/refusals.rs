//! Who refuses bulk mail of a sender: written down by a link, by preferences or by a caller, and asked where bulk mail is accepted and,
//! for what was accepted before, where it is claimed. Transactional mail never asks.

use std::{collections::BTreeSet, sync::OnceLock};

use jebi_domain::{
    address,
    event::{Feedback, FeedbackKind},
    family,
    link::Target,
    message::{Lane, Message},
    outcome::Reason,
    port::{
        Boxed, RefusalStore,
        refusals::{Asked, Choice, NewRefusal, RefusalInfo, RefusalPage, RefusedBy},
        store::{DeliveryFilter, StoreResult},
    },
    time::Wall,
};

use super::{Engine, Error, Row, Snapshot, SqlStore, Value, consents, feedback, group::Class, list, params, q, row, turn::Turn, view};

impl<E: Engine> RefusalStore for SqlStore<E> {
    fn refuse(&self, new: NewRefusal, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| refuse(t, &new, now))
    }

    fn refused_at(&self, target: &Target) -> Boxed<'_, StoreResult<Option<Wall>>> {
        let (compared, target) = (address::key(&target.address).into_owned(), target.clone());
        self.look(move |s| {
            let of = params![compared, target.profile, family::of(&target.topic), target.advertising];
            Ok(s.row(q!("refusal_get"), of, |r| r.get::<Option<i64>>(0))?.flatten().map(Wall))
        })
    }

    fn refused_among(&self, asked: Asked) -> Boxed<'_, StoreResult<Vec<u32>>> {
        self.look(move |s| refused_among(s, &asked))
    }

    fn refusals(&self, address: Option<String>, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<RefusalPage>> {
        self.look(move |s| {
            let (before, more) = (before.unwrap_or(i64::MAX), limit.saturating_add(1));
            let mut refusals = match &address {
                Some(address) => s.rows(q!("refusal_by_address"), (before, more, address), read)?,
                None => s.rows(q!("refusal_list"), (before, more), read)?,
            };
            let more = refusals.len() > limit as usize;
            refusals.truncate(limit as usize);
            let next = refusals.last().filter(|_| more).map(|one| one.no);
            Ok(RefusalPage { refusals, next })
        })
    }

    fn lift(&self, no: i64, why: &str, now: Wall) -> Boxed<'_, StoreResult<Option<RefusalInfo>>> {
        let why = why.to_owned();
        self.shared.write(Class::Admin, move |t| {
            t.execute(q!("refusal_lift"), (no, now.0, &why))?;
            t.rows += 1;
            t.row(q!("refusal_by_no"), [no], read)
        })
    }

    fn kinds_of(&self, email: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<(String, String)>>> {
        let filter = DeliveryFilter { email: Some(email.to_owned()), lane: Some(Lane::Bulk), ..DeliveryFilter::default() };
        self.look(move |s| {
            let (mut topics, mut kinds) = (BTreeSet::new(), Vec::new());
            for copy in list::deliveries(s, &filter, None, limit)?.deliveries {
                if !topics.insert(copy.topic.clone()) {
                    continue;
                }
                let message = view::standing(s, copy.key.message().0)?.map(|standing| standing.known.message);
                let profile =
                    message.and_then(|message| message.content.list.as_ref().map(|list| list.profile.clone())).unwrap_or_default();
                kinds.push((profile, family::of(&copy.topic).to_owned()));
            }
            Ok(kinds)
        })
    }

    fn choose(&self, email: &str, choices: Vec<Choice>, now: Wall) -> Boxed<'_, StoreResult<()>> {
        let email = email.to_owned();
        self.shared.write(Class::Admin, move |t| {
            let compared = address::key(&email).into_owned();
            for Choice { profile, family, wanted } in &choices {
                t.rows += 1;
                if *wanted {
                    t.execute(q!("refusal_lift_of"), params![compared, profile, family, now.0, RefusedBy::Preferences.as_str()])?;
                } else {
                    put(t, (&compared, profile, family), (&email, RefusedBy::Preferences), false, now)?;
                }
            }
            grew(t)
        })
    }
}

/// Reads what the writer remembers of those who refuse. Mail accepted until now is looked up again when it is claimed.
pub(in crate::store) fn load(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.refused = turn.row(q!("marker_get"), ["refusal_grown"], |r| r.get::<i64>(0))?.is_some_and(|times| times > 0);
    turn.memory.refused_before = turn.db.next_message()?;
    Ok(())
}

/// Somebody refuses from now on.
pub(super) fn grew(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.refused = true;
    turn.memory.refused_before = turn.db.next_message()?;
    Ok(())
}

fn refuse(turn: &mut Turn<'_>, new: &NewRefusal, now: Wall) -> Result<bool, Error> {
    let NewRefusal { target, by, notice, .. } = new;
    let compared = address::key(&target.address).into_owned();
    // Since they refused they may have consented again, or it may be advertising now.
    let ended = consents::refused(turn, &compared, target, *by, *notice, now)?;
    let put = put(turn, (&compared, &target.profile, new.family()), (&target.address, *by), ended, now)?;
    grew(turn)?;
    tell(turn, new, now)?;
    Ok(put || ended)
}

/// Writes a refusal down; again where it was lifted, or `anew`. Whether it was not there.
fn put(
    turn: &mut Turn<'_>,
    (address, profile, family): (&str, &str, &str),
    (email, by): (&str, RefusedBy),
    anew: bool,
    now: Wall,
) -> Result<bool, Error> {
    turn.rows += 1;
    let first = turn.execute(q!("refusal_insert"), params![address, profile, family, email, by.as_str(), now.0])? == 1;
    Ok(first || turn.execute(q!("refusal_change"), params![address, profile, family, email, by.as_str(), now.0, anew])? == 1)
}

/// Puts it into the timeline of the mail whose link it was. The link may outlive that mail.
fn tell(turn: &mut Turn<'_>, new: &NewRefusal, now: Wall) -> Result<(), Error> {
    let Some(delivery) = new.target.delivery else { return Ok(()) };
    if feedback::key_of(turn, delivery)?.is_none() {
        return Ok(());
    }
    let (recipient, kind) = (new.target.address.clone(), FeedbackKind::Unsubscribed);
    let detail = format!("{}: {}", new.by.as_str(), if new.family().is_empty() { "everything" } else { new.family() });
    feedback::record_own(turn, &[Feedback { delivery, recipient, kind, at: now, detail }]).map(drop)
}

/// What is asked of a message's recipients.
struct Kind<'a> {
    profile: &'a str,
    topic: &'a str,
    /// Of advertising the list it is of.
    scope: Option<&'a str>,
}

impl<'a> Kind<'a> {
    /// `None` for mail that nobody can refuse.
    fn of(message: &'a Message) -> Option<Self> {
        if message.lane != Lane::Bulk {
            return None;
        }
        let list = message.content.list.as_deref();
        let scope = list.filter(|list| list.advertising.is_some()).map(|list| list.id.as_deref().unwrap_or_default());
        Some(Self { profile: list.map_or("", |list| &list.profile), topic: &message.topic, scope })
    }

    fn row<'b>(&'b self, address: &'b str) -> [Value<'b>; 6] {
        let Self { profile, topic, scope } = *self;
        let text = Value::Text;
        [text(address), text(profile), text(family::of(topic)), text(topic), text(scope.unwrap_or_default()), Value::Bool(scope.is_some())]
    }
}

/// Which of a message's recipients refuse it.
fn refusing<'e>(turn: &Turn<'_>, kind: &Kind<'_>, emails: impl Iterator<Item = &'e str>) -> Result<Vec<bool>, Error> {
    let keys: Vec<_> = emails.map(address::key).collect();
    let rows: Vec<_> = keys.iter().map(|key| kind.row(key)).collect();
    turn.each(q!("refusal_among"), &rows)
}

/// Which of a message's recipients refuse it; `None` where nobody does.
pub(super) fn refused<'e>(turn: &Turn<'_>, message: &Message, emails: impl Iterator<Item = &'e str>) -> Result<Option<Vec<bool>>, Error> {
    let Some(kind) = Kind::of(message) else { return Ok(None) };
    let found = refusing(turn, &kind, emails)?;
    Ok(found.contains(&true).then_some(found))
}

fn refused_among(s: &Snapshot<'_>, asked: &Asked) -> Result<Vec<u32>, Error> {
    let among = serde_json::to_string(&asked.addresses).map_err(|e| Error::damaged("addresses", e))?;
    let (family, advertising) = (family::of(&asked.topic), asked.scope.is_some());
    let scope = asked.scope.as_deref().unwrap_or_default();
    s.rows(q!("refusal_places"), params![among, asked.profile, family, asked.topic, scope, advertising], |r| r.get(0))
}

/// Why bulk mail is not sent to somebody who refused it, as it is stored.
pub(super) fn reason() -> Result<&'static str, Error> {
    static REASON: OnceLock<String> = OnceLock::new();
    if let Some(reason) = REASON.get() {
        return Ok(reason);
    }
    let remedy = "mail them again only after they have asked for it (GET /v1/unsubscribes, or their preferences)";
    let reason = row::reason_text(&Reason::new("unsubscribed", "the recipient has unsubscribed from mail of this kind", remedy))?;
    Ok(REASON.get_or_init(|| reason))
}

fn read(r: &Row<'_>) -> Result<RefusalInfo, Error> {
    let lifted_at: Option<i64> = r.get(6)?;
    let why = r.get::<Option<String>>(7)?.unwrap_or_default();
    Ok(RefusalInfo {
        no: r.get(0)?,
        email: r.get(1)?,
        profile: r.get(2)?,
        family: r.get(3)?,
        how: r.get(4)?,
        at: Wall(r.get(5)?),
        lifted: lifted_at.map(|at| (Wall(at), why)),
    })
}
