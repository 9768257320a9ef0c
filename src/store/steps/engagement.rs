//! Opens and clicks: each kept up to a bound, counted beyond it, and judged whether a program or a person did it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    sync::Arc,
};

use jebi_domain::{
    delivery::State,
    erasure::{ERASED, is_erased},
    event::FeedbackKind,
    feedback::Source,
    id::{DeliveryId, DeliveryKey, MessageNo},
    message::{Addressee, Copy, Lane, Mailbox, Role},
    port::{
        Boxed, EngagementStore,
        engagement::{Followed, KEPT, LINKS, TopicLink, Visit, VisitBatch},
        store::StoreResult,
    },
    profile::Tracking,
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
/// How long it is known which batches were written, in milliseconds: they are offered again within seconds.
const BATCHES_MS: i64 = 86_400_000;

impl<E: Engine> EngagementStore for SqlStore<E> {
    fn engage(&self, batch: VisitBatch) -> Boxed<'_, StoreResult<usize>> {
        self.shared.write(Class::Admin, move |t| record(t, &batch))
    }

    fn followed(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Followed>>> {
        self.look(move |s| {
            let Some(no) = content_there(s, delivery)? else { return Ok(None) };
            let Some(known) = s.row(q!("message_get"), [no], |r| Ok(row::message(r)))?.transpose()? else { return Ok(None) };
            Ok(copy(s, no, delivery.ordinal)?.map(|copy| Followed { message: known.message, copy }))
        })
    }

    fn followed_copy(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Copy>>> {
        self.look(move |s| {
            let no = content_there(s, delivery)?;
            Ok(no.map(|no| copy(s, no, delivery.ordinal)).transpose()?.flatten())
        })
    }

    fn topic_tracking(&self) -> Boxed<'_, StoreResult<Vec<(String, Tracking)>>> {
        self.look(|s| s.rows(q!("topic_tracking"), (), |r| Ok((r.get(0)?, Tracking { opens: r.get(1)?, clicks: r.get(2)? }))))
    }

    fn set_topic_tracking(&self, topic: &str, tracking: Tracking) -> Boxed<'_, StoreResult<()>> {
        let topic = topic.to_owned();
        self.shared.write(Class::Admin, move |t| {
            if tracking == Tracking::default() {
                return t.execute(q!("topic_tracking_delete"), [&topic]).map(drop);
            }
            t.execute(q!("topic_tracking_put"), (&topic, tracking.opens, tracking.clicks)).map(drop)
        })
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
    lane: Lane,
    /// When it arrived, or was known as sent where nobody knows when it arrived.
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

/// Records visits, once; how many were of copies that are there.
fn record(turn: &mut Turn<'_>, batch: &VisitBatch) -> Result<usize, Error> {
    if turn.execute(q!("visit_batch"), (batch.source.as_slice(), batch.no, batch.at.0))? == 0 {
        return Ok(0);
    }
    turn.run(q!("visit_batch_purge"), [batch.at.0 - BATCHES_MS])?;
    let mut copies = copies(turn, &batch.visits)?;
    let numbers = numbers(turn, &copies, &batch.visits)?;
    let mut links = BTreeMap::<i64, Following>::new();
    // Rows of copies, those of their links, then those of links, each in one order: of two writers one waits, and never both.
    let key = |visit: &&Visit| copies.get(&visit.delivery).and_then(Option::as_ref).map(|copy| copy.key);
    let mut visits: Vec<(i64, &Visit)> = batch.visits.iter().filter_map(|visit| Some((key(&visit)?, visit))).collect();
    visits.sort_by_key(|(key, visit)| (*key, visit.at));
    let done = visits.len();
    let mut followed = BTreeMap::<(i64, i64), bool>::new();
    for (_, visit) in visits {
        let Some(copy) = copies.get_mut(&visit.delivery).and_then(Option::as_mut) else { continue };
        let person = visited(turn, copy, visit)?;
        if let Some(link) = visit.url.as_ref().and_then(|url| numbers.get(&(copy.topic, Arc::clone(url)))) {
            let following = links.entry(*link).or_default();
            following.clicks += 1;
            following.by_person += i64::from(person);
            *followed.entry((copy.key, *link)).or_default() |= person;
        }
        turn.rows += 1;
    }
    for ((key, link), person) in followed {
        follow(turn, (link, key), person, links.entry(link).or_default())?;
    }
    for (no, f) in links {
        turn.run(q!("link_add"), (no, f.clicks, f.by_person, f.recipients, f.recipients_by_person))?;
    }
    Ok(done)
}

/// The numbers of the links that were followed. Mail without a topic has its clicks in its timeline alone.
fn numbers(turn: &Turn<'_>, copies: &HashMap<DeliveryId, Option<Known>>, visits: &[Visit]) -> Result<HashMap<(i64, Arc<str>), i64>, Error> {
    let topic = |visit: &Visit| copies.get(&visit.delivery)?.as_ref().map(|copy| copy.topic).filter(|topic| *topic != 0);
    // New ones in one order too.
    let all: BTreeSet<(i64, &Arc<str>)> = visits.iter().filter_map(|visit| Some((topic(visit)?, visit.url.as_ref()?))).collect();
    all.into_iter().map(|(topic, url)| Ok(((topic, Arc::clone(url)), link(turn, topic, url)?))).collect()
}

/// The copies that were visited. What is not there was never of this store, or is gone; whoever was erased is followed no more.
fn copies(turn: &Turn<'_>, visits: &[Visit]) -> Result<HashMap<DeliveryId, Option<Known>>, Error> {
    let mut copies = HashMap::new();
    for visit in visits {
        if let Entry::Vacant(new) = copies.entry(visit.delivery) {
            turn.ahead(q!("engaged_copy"), asked(&visit.delivery))?;
            new.insert(None);
        }
    }
    for (id, copy) in &mut copies {
        let found = turn.row(q!("engaged_copy"), asked(id), |r| Ok(read(r)))?.transpose()?;
        *copy = found.filter(|copy| !is_erased(&copy.recipient));
    }
    Ok(copies)
}

fn asked(id: &DeliveryId) -> (&[u8], u32, i64, i64) {
    (&id.message.0, id.ordinal, FeedbackKind::Delivered.bit(), State::Sent.code())
}

/// Reads a row of `engaged_copy`.
fn read(r: &Row<'_>) -> Result<Known, Error> {
    let code: i64 = r.get(2)?;
    let state = State::from_code(code).ok_or_else(|| Error::damaged("state", code))?;
    let changed: Option<i64> = r.get(3)?;
    let (joint, lane): (Option<i64>, i64) = (r.get(6)?, r.get(7)?);
    let (delivered, first): (Option<i64>, Option<i64>) = (r.get(8)?, r.get(9)?);
    // Of a joint copy some may have it while it waits for others.
    let sent_at = first.or(changed.filter(|_| !matches!(state, State::Waiting | State::Sending)));
    Ok(Known {
        key: r.get(0)?,
        topic: r.get(1)?,
        lane: Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?,
        sent_at: sent_at.max(delivered),
        feedback: r.get(4)?,
        recipient: match joint {
            Some(_) if r.get(10)? => ERASED.to_owned(),
            Some(_) => String::new(),
            None => r.get(5)?,
        },
        kept: [None; 2],
    })
}

/// Counts and keeps one visit; whether a person is taken to have made it.
fn visited(turn: &mut Turn<'_>, copy: &mut Known, visit: &Visit) -> Result<bool, Error> {
    let act = if visit.url.is_some() { Act::Click } else { Act::Open };
    let after = copy.sent_at.map(|at| visit.at.0 - at);
    let machine = judge(machine::Visit { act, agent: &visit.agent, after, lane: copy.lane, burst: visit.burst });
    let (raw, by_person) = match act {
        Act::Open => (FeedbackKind::Opened, FeedbackKind::OpenedByPerson),
        Act::Click => (FeedbackKind::Clicked, FeedbackKind::ClickedByPerson),
    };
    let person = machine.is_none();
    let words = || told(visit, machine);
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
    let hash = if url.is_empty() { Vec::new() } else { Sha256::digest(url.as_bytes())[..HASH].to_vec() };
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
    following.recipients += i64::from(first);
    following.recipients_by_person += i64::from(first_person);
    Ok(())
}

/// Forgets which links copies `first ..= last` followed, before they go; the links' counts stay.
pub(super) fn forget_links(turn: &Turn<'_>, first: i64, last: i64) -> Result<(), Error> {
    turn.execute(q!("link_gone_add"), (first, last))?;
    turn.execute(q!("link_copy_delete"), (first, last)).map(drop)
}

/// Erases what a copy followed. Where the mail was for its recipient `alone`, so may be what its links say.
pub(super) fn erase(turn: &Turn<'_>, key: i64, alone: bool) -> Result<(), Error> {
    if alone {
        turn.execute(q!("link_erase"), [key])?;
    }
    forget_links(turn, key, key)
}

/// The number of a copy's message whose content is there.
fn content_there(s: &Snapshot<'_>, id: DeliveryId) -> Result<Option<i64>, Error> {
    s.row(q!("message_with_content"), [id.message.0.as_slice()], |r| r.get(0))
}

/// A copy as it was accepted.
fn copy(s: &Snapshot<'_>, message: i64, ordinal: u32) -> Result<Option<Copy>, Error> {
    let key = DeliveryKey::new(MessageNo(message), ordinal);
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
    Ok(Some(Copy { ordinal, addressees, personal: personal.map(String::into_boxed_str) }))
}
