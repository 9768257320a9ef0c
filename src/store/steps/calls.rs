//! Calls to endpoints: taken for an incarnation, ended, and their log.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use jebi_domain::{
    erasure::ERASED,
    hook::{Fact, HookKind, Told},
    id::{DeliveryId, DeliveryKey, Incarnation},
    message::Lane,
    outcome::Reason,
    port::hooks::{CallEnd, CallInfo, CallPage, CallState, CallTry, EndpointNo, EventNo, HookCall, Tells, Verdicts},
    time::Wall,
};

use super::{
    Error, Row, Snapshot, Value,
    endpoints::{self, Went},
    params, q, row,
    turn::Turn,
};

/// Events taken, by endpoint.
pub(super) type Taken = Vec<(EndpointNo, Vec<i64>)>;

/// Takes what is due.
pub(super) fn take(turn: &mut Turn<'_>, own: Incarnation, room: &[(EndpointNo, u32)], now: Wall) -> Result<Taken, Error> {
    let mut taken = Taken::new();
    // Whoever has ended takes nothing: it would be freed and made by others at once.
    if !turn.is_alive(own)? {
        return Ok(taken);
    }
    for (endpoint, most) in room {
        let events = turn.rows_of(q!("hook_take"), (endpoint.0, own.0, now.0, *most), |r| r.get::<i64>(0))?;
        turn.rows += events.len() as u32;
        if !events.is_empty() {
            taken.push((*endpoint, events));
        }
    }
    Ok(taken)
}

/// Frees calls of incarnations that have ended, and those of this one that nobody holds. Returns how many.
pub(super) fn free(turn: &mut Turn<'_>, own: Incarnation, unheld: &Taken) -> Result<u64, Error> {
    let mut freed = turn.execute(q!("hook_free"), ())?;
    for (endpoint, events) in unheld {
        freed += turn.execute(q!("hook_unheld"), (endpoint.0, &list(events)?, own.0))?;
    }
    turn.delta.calls |= freed > 0;
    Ok(freed)
}

/// Of the calls taken for an incarnation, those not among the held; and of the held, those not taken for it any more.
pub(super) fn apart(s: &Snapshot<'_>, own: Incarnation, held: Vec<(EndpointNo, i64)>) -> Result<(Taken, Vec<(EndpointNo, i64)>), Error> {
    let mut lost: HashSet<(EndpointNo, i64)> = held.into_iter().collect();
    let mut unheld: BTreeMap<EndpointNo, Vec<i64>> = BTreeMap::new();
    for call in s.rows(q!("hook_taken"), [own.0], |r| Ok((EndpointNo(r.get(0)?), r.get::<i64>(1)?)))? {
        if !lost.remove(&call) {
            unheld.entry(call.0).or_default().push(call.1);
        }
    }
    Ok((unheld.into_iter().collect(), lost.into_iter().collect()))
}

pub(super) fn list(events: &[i64]) -> Result<String, Error> {
    serde_json::to_string(events).map_err(|e| Error::damaged("events", e))
}

/// What the calls taken tell. One that cannot be read says so, and keeps no other back.
pub(super) fn told(s: &Snapshot<'_>, taken: &Taken) -> Result<Vec<HookCall>, Error> {
    let mut calls = Vec::new();
    for (endpoint, events) in taken {
        calls.extend(s.rows(q!("hook_read"), (endpoint.0, &list(events)?), |r| read(r, *endpoint))?);
    }
    Ok(calls)
}

/// Reads a row of `hook_read`.
fn read(r: &Row<'_>, endpoint: EndpointNo) -> Result<HookCall, Error> {
    Ok(HookCall {
        endpoint,
        event: EventNo { no: r.get(0)?, told_at: Wall(r.get(1)?) },
        tried: r.get(2)?,
        attempts: r.get(3)?,
        since: Wall(r.get(4)?),
        tells: happening(r).unwrap_or_else(|e| Tells::Unreadable(e.to_string())),
    })
}

/// What happened.
fn happening(r: &Row<'_>) -> Result<Tells, Error> {
    let code: i64 = r.get(5)?;
    let kind = HookKind::from_code(code).ok_or_else(|| Error::damaged("kind of a hook event", code))?;
    let (at, detail) = (Wall(r.get(6)?), r.get::<Option<String>>(9)?);
    let Some(key) = r.get::<Option<i64>>(7)? else {
        let data = serde_json::from_str(&detail.unwrap_or_default()).map_err(|e| Error::damaged("hook event", e))?;
        return Ok(Tells::Happening(Box::new(Told { kind, at, fact: Fact::Data(data) })));
    };
    let whole = (r.get::<Option<Vec<u8>>>(10)?, r.get::<Option<i64>>(12)?, r.get::<Option<String>>(14)?);
    let (Some(id), Some(lane), Some(email)) = whole else { return Ok(Tells::Gone) };
    let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
    let (of_joint, named): (Option<String>, Option<String>) = (r.get(17)?, r.get(8)?);
    if [Some(&email), of_joint.as_ref(), named.as_ref()].into_iter().flatten().any(|one| one == ERASED) {
        return Ok(Tells::Gone);
    }
    let (provider_id, reason): (Option<String>, Option<String>) =
        if of_joint.is_some() { (r.get(18)?, r.get(19)?) } else { (r.get(15)?, r.get(16)?) };
    let reason: Option<Reason> = reason.map(|text| serde_json::from_str(&text).map_err(|e| Error::damaged("reason", e))).transpose()?;
    // A later happening does not lend its words to an earlier one.
    let reason = reason.filter(|_| matches!(kind, HookKind::Failed | HookKind::Unknown | HookKind::Expired));
    Ok(Tells::Happening(Box::new(Told {
        kind,
        at,
        fact: Fact::Delivery {
            delivery: DeliveryId { message: row::id(&id)?, ordinal: DeliveryKey(key).ordinal() },
            topic: r.get::<Option<String>>(11)?.unwrap_or_default(),
            lane,
            provider: r.get::<Option<String>>(13)?.unwrap_or_default(),
            recipient: of_joint.or(named).unwrap_or(email),
            provider_id,
            reason,
            detail,
        },
    })))
}

/// Writes what came of calls of one endpoint. Why the endpoint was disabled, where it was.
pub(super) fn end(
    turn: &mut Turn<'_>,
    own: Incarnation,
    ends: &[CallEnd],
    verdicts: &Verdicts,
    now: Wall,
) -> Result<Option<String>, Error> {
    let Some(endpoint) = ends.first().map(|end| end.endpoint.0) else { return Ok(None) };
    let due = |end: &CallEnd| end.due.map_or(Value::Null, |at| Value::Int(at.0));
    let rows: Vec<[Value<'_>; 6]> = ends
        .iter()
        .map(|e| {
            let tries = i64::from(e.tried.is_some());
            [Value::Int(e.endpoint.0), Value::Int(e.event), Value::Int(own.0), Value::Int(e.state.code()), due(e), Value::Int(tries)]
        })
        .collect();
    let ended = turn.each(q!("hook_end"), &rows)?;
    let mut went = Went::default();
    for (end, ended) in ends.iter().zip(ended) {
        if !ended {
            tracing::debug!(endpoint, event = end.event, "a call to an endpoint ended that this node does not hold any more");
            continue;
        }
        turn.rows += 1;
        let Some((attempt, tried)) = &end.tried else { continue };
        if end.state == CallState::Told {
            went.well = true;
        } else {
            let at = tried.at + tried.took;
            went.failed_at = Some(went.failed_at.map_or(at, |first| first.min(at)));
        }
        let took = i64::try_from(tried.took.as_millis()).unwrap_or(i64::MAX);
        let status = tried.status.map(i64::from);
        turn.append(q!("hook_try_insert"), params![endpoint, end.event, *attempt, tried.at.0, took, status, tried.error, tried.answer])?;
    }
    endpoints::note_health(turn, endpoint, verdicts, went, now)
}

/// A page of an endpoint's log. Calls of each state lie together, so a page is made of one of each.
pub(super) fn page(
    s: &Snapshot<'_>,
    endpoint: i64,
    state: Option<CallState>,
    before: Option<EventNo>,
    limit: u32,
) -> Result<CallPage, Error> {
    let (at, no) = before.map_or((i64::MAX, i64::MAX), |event| (event.told_at.0, event.no));
    let mut calls: Vec<CallInfo> = Vec::new();
    for state in CallState::ALL.into_iter().filter(|one| state.is_none_or(|state| state == *one)) {
        for call in s.rows(q!("hook_calls"), (endpoint, state.code(), at, no, limit + 1), |r| Ok(line(r)))? {
            calls.push(call?);
        }
    }
    calls.sort_by_key(|call| Reverse((call.event.told_at, call.event.no)));
    let more = calls.len() > limit as usize;
    calls.truncate(limit as usize);
    let next = calls.last().filter(|_| more).map(|call| call.event);
    let among = list(&calls.iter().map(|call| call.event.no).collect::<Vec<_>>())?;
    let mut tries: HashMap<i64, Vec<CallTry>> = HashMap::new();
    for (event, one) in s.rows(q!("hook_tries"), (endpoint, &among), |r| Ok((r.get::<i64>(0)?, one_try(r)?)))? {
        tries.entry(event).or_default().push(one);
    }
    for call in &mut calls {
        call.tries = tries.remove(&call.event.no).unwrap_or_default();
    }
    Ok(CallPage { calls, next })
}

fn one_try(r: &Row<'_>) -> Result<CallTry, Error> {
    let took = u64::try_from(r.get::<i64>(2)?).unwrap_or(0);
    Ok(CallTry { at: Wall(r.get(1)?), took: Duration::from_millis(took), status: r.get(3)?, error: r.get(4)?, answer: r.get(5)? })
}

fn line(r: &Row<'_>) -> Result<CallInfo, Error> {
    let (kind, state): (i64, i64) = (r.get(2)?, r.get(4)?);
    Ok(CallInfo {
        event: EventNo { no: r.get(0)?, told_at: Wall(r.get(1)?) },
        kind: HookKind::from_code(kind),
        at: Wall(r.get(3)?),
        state: CallState::from_code(state).ok_or_else(|| Error::damaged("state of a call", state))?,
        attempts: r.get(5)?,
        due: r.get::<Option<i64>>(6)?.map(Wall),
        tries: Vec::new(),
    })
}
