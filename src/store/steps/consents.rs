//! The ledger of consents, as the port has it. A consent's row says how it stands; its events are only ever added.

use std::time::Duration;

use jebi_domain::{
    consent::{Consent, ConsentEvent, EventKind, Notice},
    id::MessageId,
    link::Target,
    port::{
        Boxed, ConsentStore,
        consents::{ConsentFilter, ConsentKey, ConsentPage, DueNotice, NewEvent, Recorded, Reminder},
        refusals::RefusedBy,
        store::StoreResult,
    },
    time::Wall,
};

use super::{Engine, Error, Row, SqlStore, group::Class, params, q, refusals, row, turn::Turn};

/// The housekeeping is this node's for so long after it looks for notices.
const HOUSE: Duration = Duration::from_secs(15);

impl<E: Engine> ConsentStore for SqlStore<E> {
    fn record_consents(&self, events: Vec<NewEvent>, now: Wall) -> Boxed<'_, StoreResult<Vec<Recorded>>> {
        self.shared.write(Class::Admin, move |t| events.iter().map(|event| record(t, event, now)).collect())
    }

    fn consent(&self, no: i64) -> Boxed<'_, StoreResult<Option<(Consent, Vec<ConsentEvent>)>>> {
        self.look(move |s| {
            let Some(found) = s.row(q!("consent_get"), [no], |r| Ok(read(r)))?.transpose()? else { return Ok(None) };
            let events = s.rows(q!("consent_events"), [no], |r| Ok(event(r)))?.into_iter().collect::<Result<_, Error>>()?;
            Ok(Some((found, events)))
        })
    }

    fn consents(&self, filter: ConsentFilter, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<ConsentPage>> {
        self.look(move |s| {
            let (before, more) = (before.unwrap_or(i64::MAX), limit + 1);
            let found = match &filter.address {
                Some(address) => s.rows(q!("consent_by_address"), (before, &filter.profile, more, address), |r| Ok(read(r)))?,
                None => s.rows(q!("consent_list"), (before, &filter.profile, more), |r| Ok(read(r)))?,
            };
            let mut consents: Vec<Consent> = found.into_iter().collect::<Result<_, Error>>()?;
            let more = consents.len() > limit as usize;
            consents.truncate(limit as usize);
            let next = consents.last().filter(|_| more).map(|c| c.no);
            Ok(ConsentPage { consents, next })
        })
    }

    fn consenting(&self, profile: &str, scope: &str, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<String>>> {
        let (profile, scope) = (profile.to_owned(), scope.to_owned());
        self.look(move |s| {
            let among = serde_json::to_string(&addresses).map_err(|e| Error::damaged("addresses", e))?;
            s.rows(q!("consent_among"), (profile, scope, among), |r| r.get(0))
        })
    }

    fn refusing(&self, profile: &str, scope: &str, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<String>>> {
        let (profile, scope) = (profile.to_owned(), scope.to_owned());
        self.look(move |s| {
            let among = serde_json::to_string(&addresses).map_err(|e| Error::damaged("addresses", e))?;
            s.rows(q!("consent_refusing"), (profile, scope, among), |r| r.get(0))
        })
    }

    fn confirmations(&self, until: Wall, limit: u32) -> Boxed<'_, StoreResult<Vec<Consent>>> {
        self.look(move |s| s.rows(q!("consent_due"), (until.0, limit), |r| Ok(read(r)))?.into_iter().collect())
    }

    fn remind(&self, due: Vec<Reminder>, now: Wall) -> Boxed<'_, StoreResult<usize>> {
        self.shared.write(Class::Admin, move |t| {
            let mut reminded = 0;
            for one in &due {
                if t.execute(q!("consent_remind"), (one.no, one.was.0, one.next.0))? == 1 {
                    let fact = Fact { kind: EventKind::Confirmation, at: one.was, how: "", wording: "", source: "", actor: "" };
                    add(t, one.no, fact, one.notice, now)?;
                    reminded += 1;
                }
            }
            Ok(reminded)
        })
    }

    fn take_notices(&self, stale: Wall, limit: u32, now: Wall) -> Boxed<'_, StoreResult<Vec<DueNotice>>> {
        self.shared.write(Class::Admin, move |t| {
            if !t.db.keeps_house(HOUSE)? {
                return Ok(Vec::new());
            }
            let due = t.rows_of(q!("notice_due"), (stale.0, limit), |r| {
                Ok(event(r).and_then(|event| Ok((event, r.get::<i64>(10)?, r.get::<Option<i64>>(11)?))))
            })?;
            let mut taken = Vec::with_capacity(due.len());
            for found in due {
                let (event, consent, tried_at) = found?;
                t.change(q!("notice_take"), (event.no, now.0))?;
                t.rows += 1;
                let consent = t.row(q!("consent_get"), [consent], |r| Ok(read(r)))?.transpose()?;
                let consent = consent.ok_or_else(|| Error::damaged("consent", "an event is of none"))?;
                taken.push(DueNotice { event, consent, taken_at: now, tried_at: tried_at.map(Wall) });
            }
            Ok(taken)
        })
    }

    fn begin_notice(&self, event: i64, taken_at: Wall, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| Ok(t.execute(q!("notice_begin"), (event, taken_at.0, now.0))? == 1))
    }

    fn put_back_notice(&self, event: i64, begun_at: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| t.execute(q!("notice_put_back"), (event, begun_at.0)).map(drop))
    }

    fn end_notice(&self, event: i64, notice: Notice, message: Option<MessageId>, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| {
            let message = message.map(|id| id.0.to_vec());
            t.execute(q!("notice_end"), params![event, notice.code(), message, now.0]).map(drop)
        })
    }
}

/// What happened.
#[derive(Clone, Copy)]
struct Fact<'a> {
    kind: EventKind,
    at: Wall,
    how: &'a str,
    wording: &'a str,
    source: &'a str,
    actor: &'a str,
}

fn add(turn: &mut Turn<'_>, consent: i64, fact: Fact<'_>, notice: bool, now: Wall) -> Result<(), Error> {
    let notice = if notice { Notice::Due } else { Notice::None };
    let Fact { kind, at, how, wording, source, actor } = fact;
    turn.inserted(q!("consent_event_insert"), params![consent, kind.code(), at.0, how, wording, source, actor, now.0, notice.code()])?;
    if matches!(kind, EventKind::Withdrawn | EventKind::Refused) {
        refusals::grew(turn)?;
    }
    turn.rows += 1;
    Ok(())
}

/// Writes one event down, and how the consent stands after it. What happened later counts, in whatever order it is told. People are told
/// only of what changes how it stands: a request that is repeated after a time-out has another time, and is no other wish.
fn record(turn: &mut Turn<'_>, new: &NewEvent, now: Wall) -> Result<Recorded, Error> {
    let ConsentKey { address, profile, scope } = &new.key;
    // Who took everything back took back what they had given to a part of it before, whenever that is written down. Everything is locked
    // before its parts, as where it ends them.
    let whole = if new.kind == EventKind::Given && !scope.is_empty() { find(turn, address, profile, "")? } else { None };
    turn.execute(q!("consent_insert"), (address, profile, scope, &new.email))?;
    let found = find(turn, address, profile, scope)?;
    let mut consent = found.ok_or_else(|| Error::damaged("consent", "it was not written"))?;
    let ends = matches!(new.kind, EventKind::Withdrawn | EventKind::Refused);
    // Who takes everything back takes back what was given to a part of it as well.
    let mut with_it = if ends && scope.is_empty() { holding(turn, address, profile)? } else { Vec::new() };
    with_it.retain(|one| one.no != consent.no && one.given_at.is_none_or(|at| at <= new.at));
    let before = written(turn, consent.no)?;
    if with_it.is_empty() && before.iter().any(|event| event.kind == new.kind && event.at == new.at) {
        return Ok(Recorded { consent, new: false });
    }
    let changes = match new.kind {
        EventKind::Given => {
            let of_whole = whole.map(|whole| Ok::<_, Error>(last_end(&whole, &written(turn, whole.no)?))).transpose()?;
            let ended = last_end(&consent, &before).max(of_whole.flatten());
            give(&mut consent, new, &before, ended)
        }
        EventKind::Withdrawn | EventKind::Refused => take_back(&mut consent, new.at, !with_it.is_empty()),
        EventKind::Confirmation => false,
    };
    let fact = Fact { kind: new.kind, at: new.at, how: &new.how, wording: &new.wording, source: &new.source, actor: &new.actor };
    add(turn, consent.no, fact, new.notice && changes, now)?;
    for one in with_it {
        end(turn, one, fact, false, now)?;
    }
    change(turn, &consent)?;
    Ok(Recorded { consent, new: true })
}

/// How it stands after it was given, where the last end of it or of everything was then. Whether it holds now and did not before, or is to
/// another wording.
fn give(consent: &mut Consent, new: &NewEvent, before: &[ConsentEvent], ended: Option<Wall>) -> bool {
    if consent.given_at.is_some_and(|at| at >= new.at) {
        return false;
    }
    let given = before.iter().filter(|event| event.kind == EventKind::Given).max_by_key(|event| event.at);
    let same = consent.holds() && given.is_some_and(|event| event.wording == new.wording);
    consent.given_at = Some(new.at);
    consent.email.clone_from(&new.email);
    consent.language = new.language.clone().or(consent.language.take());
    consent.ended_at = ended.filter(|at| *at >= new.at);
    consent.confirm_at = if consent.holds() { new.confirm_at } else { None };
    consent.holds() && !same
}

/// How it stands after it was taken back then; `parts` is whether parts of it end with it. Whether that ends anything: not what was given
/// later, and not what has ended already, of which the first end stays.
fn take_back(consent: &mut Consent, at: Wall, parts: bool) -> bool {
    let given_later = consent.given_at.is_some_and(|given| given > at);
    if given_later || (consent.ended_at.is_some() && !parts) {
        return false;
    }
    consent.ended_at = consent.ended_at.max(Some(at));
    consent.confirm_at = None;
    true
}

/// When what holds no more was last taken back: also that may have been written down while it had ended already.
fn last_end(consent: &Consent, events: &[ConsentEvent]) -> Option<Wall> {
    let ends = events.iter().filter(|event| matches!(event.kind, EventKind::Withdrawn | EventKind::Refused));
    consent.ended_at.map(|ended| ends.map(|event| event.at).fold(ended, Wall::max))
}

/// All that was written of a consent, oldest first.
fn written(turn: &Turn<'_>, consent: i64) -> Result<Vec<ConsentEvent>, Error> {
    turn.rows_of(q!("consent_events"), [consent], |r| Ok(event(r)))?.into_iter().collect()
}

fn change(turn: &Turn<'_>, c: &Consent) -> Result<(), Error> {
    let at = |time: Option<Wall>| time.map(|at| at.0);
    turn.change(q!("consent_change"), params![c.no, c.email, c.language, at(c.given_at), at(c.ended_at), at(c.confirm_at)])
}

/// Ends everything an address has consented to with a profile. Who refuses advertising stands in the ledger after it, whether they had ever
/// consented or not. One refusal is told once, whatever it ends. Whether there was anything to write.
pub(super) fn refused(turn: &mut Turn<'_>, address: &str, target: &Target, by: RefusedBy, notice: bool, now: Wall) -> Result<bool, Error> {
    let mut ending = holding(turn, address, &target.profile)?;
    if target.advertising && ending.iter().all(|one| !one.key.scope.is_empty()) {
        turn.execute(q!("consent_insert"), (address, &target.profile, "", &target.address))?;
        let found = find(turn, address, &target.profile, "")?;
        ending.extend(found.filter(|one| one.ended_at.is_none()));
    }
    // What the notice is of: everything, where that is among them.
    ending.sort_by(|a, b| a.key.scope.cmp(&b.key.scope));
    let any = !ending.is_empty();
    for (i, one) in ending.into_iter().enumerate() {
        let fact = Fact { kind: EventKind::Refused, at: now, how: by.as_str(), wording: "", source: &target.topic, actor: "" };
        end(turn, one, fact, notice && i == 0, now)?;
    }
    Ok(any)
}

/// A consent, locked.
fn find(turn: &Turn<'_>, address: &str, profile: &str, scope: &str) -> Result<Option<Consent>, Error> {
    turn.row(q!("consent_find"), (address, profile, scope), |r| Ok(read(r)))?.transpose()
}

/// What an address consents to with a profile, by number.
fn holding(turn: &Turn<'_>, address: &str, profile: &str) -> Result<Vec<Consent>, Error> {
    turn.rows_of(q!("consent_holding"), (address, profile), |r| Ok(read(r)))?.into_iter().collect()
}

/// Ends one, at the time of the fact.
fn end(turn: &mut Turn<'_>, mut consent: Consent, fact: Fact<'_>, notice: bool, now: Wall) -> Result<(), Error> {
    add(turn, consent.no, fact, notice, now)?;
    consent.ended_at = Some(fact.at);
    consent.confirm_at = None;
    change(turn, &consent)
}

/// Reads a row of the statements that give consents.
fn read(r: &Row<'_>) -> Result<Consent, Error> {
    let time = |at: usize| r.get::<Option<i64>>(at).map(|at| at.map(Wall));
    Ok(Consent {
        no: r.get(0)?,
        key: ConsentKey { address: r.get(1)?, profile: r.get(2)?, scope: r.get(3)? },
        email: r.get(4)?,
        language: r.get(5)?,
        given_at: time(6)?,
        ended_at: time(7)?,
        confirm_at: time(8)?,
    })
}

/// Reads a row of `consent_events` or `notice_due`.
fn event(r: &Row<'_>) -> Result<ConsentEvent, Error> {
    let (kind, notice): (i64, i64) = (r.get(1)?, r.get(8)?);
    Ok(ConsentEvent {
        no: r.get(0)?,
        kind: EventKind::from_code(kind).ok_or_else(|| Error::damaged("kind of a consent's event", kind))?,
        at: Wall(r.get(2)?),
        how: r.get(3)?,
        wording: r.get(4)?,
        source: r.get(5)?,
        actor: r.get(6)?,
        recorded_at: Wall(r.get(7)?),
        notice: Notice::from_code(notice).ok_or_else(|| Error::damaged("notice of a consent", notice))?,
        message: r.get::<Option<Vec<u8>>>(9)?.map(|id| row::id(&id)).transpose()?,
    })
}
