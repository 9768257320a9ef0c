//! The outbox of what endpoints are told: an event and its calls are written in the commit that makes it true. Where no endpoint wants
//! to hear of it nothing is written and nothing is asked: the writer remembers what endpoints want.

use std::sync::Arc;

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    hook::{EndpointSpec, Filter, HookKind, Kinds, MAIL_TOPIC},
    id::{DeliveryKey, QueueNo},
    port::hooks::EventNo,
    time::Wall,
};
use serde_json::json;

use super::{Error, params, q, turn::Common, turn::Turn};

/// What endpoints want.
#[derive(Default)]
pub(super) struct Wants {
    /// Of any of them.
    kinds: Kinds,
    each: Vec<Want>,
}

struct Want {
    endpoint: i64,
    kinds: Kinds,
    filter: Filter,
}

/// A recipient something happened to.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a> {
    key: DeliveryKey,
    /// The queue of its message, where it is known without asking.
    queue: Option<i64>,
    /// Its place in a joint copy.
    position: Option<i64>,
    /// Its address, where only that tells it from others of a joint copy.
    recipient: Option<&'a str>,
}

impl<'a> Whom<'a> {
    /// The only recipient of a copy.
    pub fn alone(key: DeliveryKey) -> Self {
        Self { key, queue: None, position: None, recipient: None }
    }
    /// Whose queue is known.
    pub fn in_queue(self, queue: i64) -> Self {
        Self { queue: Some(queue), ..self }
    }
    /// At this place of a joint copy.
    pub fn at(self, position: i64) -> Self {
        Self { position: Some(position), ..self }
    }
    fn named(self, recipient: &'a str) -> Self {
        Self { recipient: Some(recipient), ..self }
    }
}

/// What endpoints want, read where it has changed.
fn wants(turn: &mut Turn<'_>) -> Result<Arc<Wants>, Error> {
    if let Some(known) = &turn.memory.wants {
        return Ok(Arc::clone(known));
    }
    let mut wants = Wants::default();
    for (endpoint, body) in turn.rows_of(q!("endpoint_wants"), (), |r| Ok((r.get::<i64>(0)?, r.get::<String>(1)?)))? {
        let EndpointSpec { filter, .. } = serde_json::from_str(&body).map_err(|e| Error::damaged("endpoint", e))?;
        let kinds = filter.kinds();
        wants.kinds = wants.kinds.with(kinds);
        wants.each.push(Want { endpoint, kinds, filter });
    }
    let wants = Arc::new(wants);
    turn.memory.wants = Some(Arc::clone(&wants));
    Ok(wants)
}

/// What happened to a recipient, in a word.
pub(super) fn tell(turn: &mut Turn<'_>, kind: HookKind, whom: Whom<'_>, at: Wall, detail: Option<&str>) -> Result<(), Error> {
    let wants = wants(turn)?;
    if !wants.kinds.has(kind) {
        return Ok(());
    }
    let queue = match whom.queue {
        Some(queue) => queue,
        None => match turn.known(whom.key.message().0)? {
            Some(known) => known.queue,
            None => return Err(Error::damaged("delivery", "its message is gone")),
        },
    };
    let topic_no = turn.topic_of(QueueNo(queue))?;
    let topic = turn.topic_name(topic_no)?;
    if topic == MAIL_TOPIC {
        return Ok(());
    }
    let mut whom_to = Vec::new();
    for want in wants.each.iter().filter(|want| want.kinds.has(kind)) {
        let wanted = if want.filter.lanes.is_empty() {
            want.filter.wants_topic(&topic)
        } else {
            let (_, lane) = turn.home_of(queue)?;
            want.filter.wants_mail(&topic, lane)
        };
        if wanted {
            whom_to.push(want.endpoint);
        }
    }
    let row = Event { kind, at, key: Some(whom.key.0), position: whom.position, recipient: whom.recipient, detail };
    write(turn, &row, &whom_to).map(drop)
}

/// A recipient has a result.
pub(super) fn tell_result(turn: &mut Turn<'_>, to: State, whom: Whom<'_>, at: Wall, note: Option<&str>) -> Result<(), Error> {
    match HookKind::of_result(to) {
        Some(kind) => tell(turn, kind, whom, at, note),
        None => Ok(()),
    }
}

/// Something was reported of a recipient, or done by it. Of several of a copy it is named.
pub(super) fn tell_feedback(
    turn: &mut Turn<'_>,
    key: DeliveryKey,
    named: Option<&str>,
    (kind, at, detail): (FeedbackKind, Wall, &str),
) -> Result<(), Error> {
    let whom = named.map_or_else(|| Whom::alone(key), |one| Whom::alone(key).named(one));
    tell(turn, HookKind::of_feedback(kind), whom, at, Some(detail).filter(|d| !d.is_empty()))
}

/// Tells that nothing of a topic is open any more, where that is so. Whether anybody is told.
pub(super) fn tell_finished(turn: &mut Turn<'_>, topic: i64) -> Result<bool, Error> {
    // Mail without a topic belongs to none.
    if topic == 0 {
        return Ok(false);
    }
    let wants = wants(turn)?;
    if !wants.kinds.has(HookKind::TopicFinished) {
        return Ok(false);
    }
    let counts = turn.row(q!("topic_open"), [topic], |r| {
        let n = |at| r.get::<i64>(at);
        Ok((r.get::<String>(0)?, n(2)?, [n(1)?, n(3)?, n(4)?, n(5)?, n(6)?, n(7)?, n(8)?]))
    })?;
    let Some((name, 0, [total, sent, failed, suppressed, cancelled, expired, unknown])) = counts else { return Ok(false) };
    if name == MAIL_TOPIC {
        return Ok(false);
    }
    let to: Vec<i64> = wants
        .each
        .iter()
        .filter(|want| want.kinds.has(HookKind::TopicFinished) && want.filter.wants_topic(&name))
        .map(|want| want.endpoint)
        .collect();
    let counts = json!({
        "total": total, "sent": sent, "failed": failed, "suppressed": suppressed, "cancelled": cancelled, "expired": expired,
        "unknown": unknown,
    });
    let data = json!({"topic": name, "counts": counts}).to_string();
    let at = turn.memory.began;
    Ok(write(turn, &Event::data(HookKind::TopicFinished, at, &data), &to)?.is_some())
}

/// Writes an event of no delivery for all that want its kind, but for one. Returns how many do.
pub(super) fn emit(turn: &mut Turn<'_>, kind: HookKind, data: &str, now: Wall, but: Option<i64>) -> Result<u64, Error> {
    let wants = wants(turn)?;
    let to: Vec<i64> =
        wants.each.iter().filter(|want| want.kinds.has(kind)).map(|want| want.endpoint).filter(|no| Some(*no) != but).collect();
    write(turn, &Event::data(kind, now, data), &to)?;
    Ok(to.len() as u64)
}

/// Writes an event of no delivery for one endpoint.
pub(super) fn emit_to(turn: &mut Turn<'_>, endpoint: i64, kind: HookKind, data: &str, now: Wall) -> Result<Option<EventNo>, Error> {
    write(turn, &Event::data(kind, now, data), &[endpoint])
}

/// An event to be written.
struct Event<'a> {
    kind: HookKind,
    at: Wall,
    key: Option<i64>,
    position: Option<i64>,
    recipient: Option<&'a str>,
    detail: Option<&'a str>,
}

impl<'a> Event<'a> {
    fn data(kind: HookKind, at: Wall, data: &'a str) -> Self {
        Self { kind, at, key: None, position: None, recipient: None, detail: Some(data) }
    }
}

/// Writes an event and its calls, where there are any.
fn write(turn: &mut Turn<'_>, event: &Event<'_>, to: &[i64]) -> Result<Option<EventNo>, Error> {
    if to.is_empty() {
        return Ok(None);
    }
    let no = match turn.memory.common.event_no() {
        Some(no) => no,
        // Nobody runs: a command at a store at rest. Numbers below all incarnations' are its.
        None => 1 + turn.row(q!("hook_event_last"), [Common::FIRST_EVENT], |r| r.get::<Option<i64>>(0))?.flatten().unwrap_or(0),
    };
    let told_at = turn.memory.began;
    let Event { kind, at, key, position, recipient, detail } = event;
    turn.append(q!("hook_event_insert"), params![no, kind.code(), at.0, told_at.0, key, position, recipient, detail])?;
    for endpoint in to {
        turn.append(q!("hook_call_insert"), (*endpoint, no, told_at.0))?;
    }
    turn.rows += 1;
    turn.delta.calls = true;
    Ok(Some(EventNo { no, told_at }))
}
