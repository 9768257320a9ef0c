//! Opens and clicks: each kept up to a bound, counted beyond it, and judged whether a program or a person did it.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::Arc,
};

use jebi_domain::{
    delivery::State,
    erasure::is_erased,
    event::FeedbackKind,
    feedback::Source,
    id::{DeliveryId, DeliveryKey, MessageNo},
    message::{Addressee, Copy, Mailbox, Role},
    port::{
        Boxed, EngagementStore,
        engagement::{Followed, KEPT, LINKS, TopicLink, Visit},
        store::StoreResult,
    },
    track::machine::{self, Act, judge},
};
use sha2::{Digest, Sha256};

use super::{
    Engine, Error, Row, Snapshot, SqlStore,
    group::Class,
    hooks::{self, Whom},
    q, row,
    turn::Turn,
};

/// Bytes of an address' hash that tell it apart from others.
const HASH: usize = 16;

impl<E: Engine> EngagementStore for SqlStore<E> {
    fn engage(&self, visits: Vec<Visit>) -> Boxed<'_, StoreResult<usize>> {
        self.shared.write(Class::Admin, move |t| record(t, &visits))
    }

    fn followed(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Followed>>> {
        self.look(move |s| followed(s, delivery))
    }

    fn topic_links(&self, topic: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<TopicLink>>> {
        let topic = topic.to_owned();
        self.look(move |s| {
            s.rows(q!("links_top"), (&topic, limit), |r| {
                Ok(TopicLink {
                    url: r.get(0)?,
                    clicks: r.get(1)?,
                    clicks_by_person: r.get(2)?,
                    recipients: r.get(3)?,
                    recipients_by_person: r.get(4)?,
                })
            })
        })
    }
}

/// A copy that was opened or a link of which was followed.
struct Known {
    key: i64,
    topic: i64,
    /// When it was known as sent.
    sent_at: Option<i64>,
    feedback: i64,
    /// Its recipient; empty for a joint copy, of whose recipients nobody knows who it was.
    recipient: String,
    /// Opens and clicks of it that are kept.
    kept: [Option<u32>; 2],
}

/// How often a link was followed in this batch.
#[derive(Default)]
struct Following {
    clicks: i64,
    by_person: i64,
    recipients: i64,
    recipients_by_person: i64,
}

/// Records visits; how many were of copies that are there.
fn record(turn: &mut Turn<'_>, visits: &[Visit]) -> Result<usize, Error> {
    let mut copies = copies(turn, visits)?;
    let (mut links, mut numbers, mut done) = (BTreeMap::<i64, Following>::new(), HashMap::new(), 0);
    for visit in visits {
        let Some(copy) = copies.get_mut(&visit.delivery).and_then(Option::as_mut) else { continue };
        let person = visited(turn, copy, visit)?;
        // Mail without a topic has its clicks in its timeline alone.
        if let (Some(url), true) = (&visit.url, copy.topic != 0) {
            let link = match numbers.entry((copy.topic, Arc::clone(url))) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => *new.insert(link(turn, copy.topic, url)?),
            };
            follow(turn, (link, copy.key), person, links.entry(link).or_default())?;
        }
        done += 1;
        turn.rows += 1;
    }
    // In one order: of two writers one waits, and never both.
    for (no, f) in links {
        turn.run(q!("link_add"), (no, f.clicks, f.by_person, f.recipients, f.recipients_by_person))?;
    }
    Ok(done)
}

/// The copies that were visited. What is not there was never of this store, or is gone.
fn copies(turn: &Turn<'_>, visits: &[Visit]) -> Result<HashMap<DeliveryId, Option<Known>>, Error> {
    let mut copies = HashMap::new();
    for visit in visits {
        if let Entry::Vacant(new) = copies.entry(visit.delivery) {
            turn.ahead(q!("engaged_copy"), (visit.delivery.message.0.as_slice(), visit.delivery.ordinal))?;
            new.insert(None);
        }
    }
    for (id, copy) in &mut copies {
        *copy = turn.row(q!("engaged_copy"), (id.message.0.as_slice(), id.ordinal), |r| Ok(read(r)))?.transpose()?;
    }
    Ok(copies)
}

/// Reads a row of `engaged_copy`.
fn read(r: &Row<'_>) -> Result<Known, Error> {
    let code: i64 = r.get(2)?;
    let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
    let changed: Option<i64> = r.get(3)?;
    let joint = r.get::<Option<i64>>(6)?.is_some();
    Ok(Known {
        key: r.get(0)?,
        topic: r.get(1)?,
        sent_at: changed.filter(|_| !matches!(state, State::Waiting | State::Sending)),
        feedback: r.get(4)?,
        recipient: if joint { String::new() } else { r.get(5)? },
        kept: [None; 2],
    })
}

/// Counts and keeps one visit; whether a person is taken to have made it.
fn visited(turn: &mut Turn<'_>, copy: &mut Known, visit: &Visit) -> Result<bool, Error> {
    let act = if visit.url.is_some() { Act::Click } else { Act::Open };
    let after = copy.sent_at.map(|at| visit.at.0 - at);
    let machine = judge(machine::Visit { act, agent: &visit.agent, after, burst: visit.burst });
    let (raw, by_person) = match act {
        Act::Open => (FeedbackKind::Opened, FeedbackKind::OpenedByPerson),
        Act::Click => (FeedbackKind::Clicked, FeedbackKind::ClickedByPerson),
    };
    let person = machine.is_none();
    // Of somebody whose data was erased it counts, without where they were and by what.
    let erased = is_erased(&copy.recipient);
    let words = || if erased { String::new() } else { told(visit, machine) };
    for kind in [Some(raw), person.then_some(by_person)].into_iter().flatten() {
        // What was read may be of before this turn; what is written says whether it is the first.
        if copy.feedback & kind.bit() == 0 && turn.execute(q!("feedback_set"), (copy.key, kind.bit()))? > 0 {
            turn.delta.reported(copy.topic, kind, visit.at, 1);
            hooks::tell_feedback(turn, Whom::alone(DeliveryKey(copy.key)), kind, visit.at, words)?;
        }
        copy.feedback |= kind.bit();
    }
    turn.delta.topic(copy.topic).engaged(act == Act::Click, person);
    let kept = &mut copy.kept[usize::from(act == Act::Click)];
    let so_far = match *kept {
        Some(known) => known,
        None => turn.row(q!("engaged_events"), (copy.key, raw.bit(), KEPT), |r| r.get(0))?.unwrap_or(0),
    };
    if so_far < KEPT {
        let bits = raw.bit() | if person { by_person.bit() } else { 0 };
        turn.append(q!("event_add"), (copy.key, &copy.recipient, bits, visit.at.0, &words(), Source::Tracking.code()))?;
    }
    *kept = Some(so_far.saturating_add(1));
    Ok(person)
}

/// A visit in the timeline: where it led, why it counts as a program's, from where, and by what.
fn told(visit: &Visit, machine: Option<machine::Machine>) -> String {
    let program = machine.map(|why| format!("a program: {}", why.as_str()));
    let parts = [visit.url.as_deref(), program.as_deref(), Some(&visit.from), Some(&visit.agent)];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The number of a topic's link; of the one for all others where there are too many.
fn link(turn: &Turn<'_>, topic: i64, url: &str) -> Result<i64, Error> {
    let hash = Sha256::digest(url.as_bytes())[..HASH].to_vec();
    if let Some(no) = turn.row(q!("link_get"), (topic, &hash), |r| r.get(0))? {
        return Ok(no);
    }
    let known: i64 = turn.row(q!("link_count"), (topic, LINKS), |r| r.get(0))?.unwrap_or(0);
    let (hash, url) = if known < i64::from(LINKS) { (hash, url) } else { (Vec::new(), "") };
    turn.execute(q!("link_insert"), (topic, &hash, url))?;
    turn.row(q!("link_get"), (topic, &hash), |r| r.get(0))?.ok_or_else(|| Error::damaged("link", "it was not written"))
}

/// Notes that a copy's link was followed.
fn follow(turn: &Turn<'_>, (link, key): (i64, i64), person: bool, following: &mut Following) -> Result<(), Error> {
    let first = turn.execute(q!("link_copy_insert"), (link, key, person))? > 0;
    let first_person = person && (first || turn.execute(q!("link_copy_person"), (link, key))? > 0);
    following.clicks += 1;
    following.by_person += i64::from(person);
    following.recipients += i64::from(first);
    following.recipients_by_person += i64::from(first_person);
    Ok(())
}

/// A copy as it was accepted.
fn followed(s: &Snapshot<'_>, id: DeliveryId) -> Result<Option<Followed>, Error> {
    let Some(no) = s.row(q!("message_no"), [id.message.0.as_slice()], |r| r.get(0))? else { return Ok(None) };
    let Some(known) = s.row(q!("message_get"), [no], |r| Ok(row::message(r)))?.transpose()? else { return Ok(None) };
    let key = DeliveryKey::new(MessageNo(no), id.ordinal);
    let found = s.row(q!("delivery_claim"), (key.0, key.0), |r| {
        let mailbox = Mailbox { email: r.get(1)?, name: r.get(2)? };
        Ok((mailbox, r.get::<Option<i64>>(5)?.is_some(), r.get::<Option<String>>(6)?))
    })?;
    let Some((mailbox, joint, personal)) = found else { return Ok(None) };
    let whole = |role, mailbox| Addressee { role, mailbox, open: true, unsettled: false };
    let addressees = if joint {
        let all = s.rows(q!("joint_list"), [key.0], |r| Ok(row::joint(r)))?;
        all.into_iter().map(|one| one.map(|one| whole(one.role, one.mailbox))).collect::<Result<_, Error>>()?
    } else {
        vec![whole(Role::To, mailbox)]
    };
    let copy = Copy { ordinal: id.ordinal, addressees, personal: personal.map(String::into_boxed_str) };
    Ok(Some(Followed { message: known.message, copy }))
}
