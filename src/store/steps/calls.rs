//! Calls to endpoints: taken for an incarnation, ended, told again, dropped where too many wait, and their log.

use std::{collections::HashMap, time::Duration};

use jebi_domain::{
    hook::{Fact, HookKind, Told},
    id::{DeliveryId, DeliveryKey, Incarnation},
    message::Lane,
    outcome::Reason,
    port::hooks::{
        CallEnd, CallInfo, CallPage, CallState, CallTry, EndpointNo, EventNo, HookBounds, HookCall, REPLAYED, Replay, Replayed, Trimmed,
        Verdicts,
    },
    time::Wall,
};

use super::{Error, Row, Snapshot, Value, endpoints, housekeep::SLICE, params, port::HOUSE, q, row, turn::Turn};

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

fn list(events: &[i64]) -> Result<String, Error> {
    serde_json::to_string(events).map_err(|e| Error::damaged("events", e))
}

/// What the calls taken tell.
pub(super) fn told(s: &Snapshot<'_>, taken: &Taken) -> Result<Vec<HookCall>, Error> {
    let mut calls = Vec::new();
    for (endpoint, events) in taken {
        let found = s.rows(q!("hook_read"), (endpoint.0, &list(events)?), |r| Ok(read(r, *endpoint)))?;
        for call in found {
            calls.push(call?);
        }
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
        told: happening(r)?,
    })
}

/// What happened; `None` where the delivery it happened to is gone.
fn happening(r: &Row<'_>) -> Result<Option<Told>, Error> {
    let code: i64 = r.get(5)?;
    let kind = HookKind::from_code(code).ok_or_else(|| Error::damaged("kind of a hook event", code))?;
    let (at, detail) = (Wall(r.get(6)?), r.get::<Option<String>>(9)?);
    let Some(key) = r.get::<Option<i64>>(7)? else {
        let data = serde_json::from_str(&detail.unwrap_or_default()).map_err(|e| Error::damaged("hook event", e))?;
        return Ok(Some(Told { kind, at, fact: Fact::Data(data) }));
    };
    let whole = (r.get::<Option<Vec<u8>>>(10)?, r.get::<Option<i64>>(12)?, r.get::<Option<String>>(14)?);
    let (Some(id), Some(lane), Some(email)) = whole else { return Ok(None) };
    let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
    let of_joint: Option<String> = r.get(17)?;
    let (provider_id, reason): (Option<String>, Option<String>) =
        if of_joint.is_some() { (r.get(18)?, r.get(19)?) } else { (r.get(15)?, r.get(16)?) };
    let reason: Option<Reason> = reason.map(|text| serde_json::from_str(&text).map_err(|e| Error::damaged("reason", e))).transpose()?;
    // A later happening does not lend its words to an earlier one.
    let reason = reason.filter(|_| matches!(kind, HookKind::Failed | HookKind::Unknown | HookKind::Expired));
    Ok(Some(Told {
        kind,
        at,
        fact: Fact::Delivery {
            delivery: DeliveryId { message: row::id(&id)?, ordinal: DeliveryKey(key).ordinal() },
            topic: r.get::<Option<String>>(11)?.unwrap_or_default(),
            lane,
            provider: r.get::<Option<String>>(13)?.unwrap_or_default(),
            recipient: of_joint.or(r.get(8)?).unwrap_or(email),
            provider_id,
            reason,
            detail,
        },
    }))
}

/// Writes what came of calls of one endpoint.
pub(super) fn end(turn: &mut Turn<'_>, own: Incarnation, ends: &[CallEnd], verdicts: &Verdicts, now: Wall) -> Result<(), Error> {
    let Some(endpoint) = ends.first().map(|end| end.endpoint.0) else { return Ok(()) };
    let due = |end: &CallEnd| end.due.map_or(Value::Null, |at| Value::Int(at.0));
    let rows: Vec<[Value<'_>; 6]> = ends
        .iter()
        .map(|e| {
            let tries = i64::from(e.tried.is_some());
            [Value::Int(e.endpoint.0), Value::Int(e.event), Value::Int(own.0), Value::Int(e.state.code()), due(e), Value::Int(tries)]
        })
        .collect();
    let ended = turn.each(q!("hook_end"), &rows)?;
    let (mut well, mut badly) = (false, false);
    for (end, ended) in ends.iter().zip(ended) {
        if !ended {
            tracing::debug!(endpoint, event = end.event, "a call to an endpoint ended that this node does not hold any more");
            continue;
        }
        turn.rows += 1;
        let Some((attempt, tried)) = &end.tried else { continue };
        (well, badly) = (well || end.state == CallState::Told, badly || end.state != CallState::Told);
        let took = i64::try_from(tried.took.as_millis()).unwrap_or(i64::MAX);
        let status = tried.status.map(i64::from);
        turn.append(q!("hook_try_insert"), params![endpoint, end.event, *attempt, tried.at.0, took, status, tried.error, tried.answer])?;
    }
    endpoints::note_health(turn, endpoint, verdicts, (well, badly), now)
}

/// Makes calls due again.
pub(super) fn replay(turn: &mut Turn<'_>, endpoint: i64, what: Replay, now: Wall) -> Result<Replayed, Error> {
    let (events, next) = match what {
        Replay::Event(event) => {
            let told_at: Option<i64> = turn.row(q!("hook_told_at"), [event.no], |r| r.get(0))?;
            // The number may be another event's, of a store that was restored.
            if told_at != Some(event.told_at.0) {
                return Ok(Replayed::default());
            }
            (vec![event.no], None)
        }
        Replay::Between { from, to, after, failed_only } => {
            let (at, no) = after.map_or((from.0 - 1, i64::MAX), |event| (event.told_at.0, event.no));
            let found = turn.rows_of(q!("hook_between"), (endpoint, at, no, to.0, failed_only, REPLAYED), |r| {
                Ok(EventNo { no: r.get(0)?, told_at: Wall(r.get(1)?) })
            })?;
            let next = found.last().copied().filter(|_| found.len() == REPLAYED as usize);
            (found.into_iter().map(|event| event.no).collect(), next)
        }
    };
    let calls = turn.execute(q!("hook_again"), (endpoint, &list(&events)?, now.0))?;
    turn.rows += events.len() as u32;
    turn.delta.calls |= calls > 0;
    Ok(Replayed { calls, next })
}

/// What is over the bounds: calls to be dropped, by endpoint. At most a slice of each.
pub(super) fn over(s: &Snapshot<'_>, bounds: HookBounds, now: Wall) -> Result<Taken, Error> {
    let mut over = Taken::new();
    let endpoints: Vec<i64> = s.rows(q!("endpoint_list"), (), |r| r.get(0))?;
    let before = now - bounds.waits;
    for endpoint in endpoints {
        let mut events: Vec<i64> = s.rows(q!("hook_stale"), (endpoint, before.0, SLICE), |r| r.get(0))?;
        if events.is_empty() {
            let most = i64::from(bounds.backlog);
            let waiting: i64 = s.row(q!("hook_waiting"), (endpoint, most + i64::from(SLICE)), |r| r.get(0))?.unwrap_or(0);
            if waiting > most {
                events = s.rows(q!("hook_eldest"), (endpoint, waiting - most), |r| r.get(0))?;
            }
        }
        if !events.is_empty() {
            over.push((EndpointNo(endpoint), events));
        }
    }
    Ok(over)
}

/// Drops what is over the bounds, and removes what is old or of endpoints that are gone. One slice.
pub(super) fn trim(turn: &mut Turn<'_>, over: &Taken, bounds: HookBounds, now: Wall) -> Result<Trimmed, Error> {
    let mut trimmed = Trimmed::default();
    if !turn.db.keeps_house(HOUSE)? {
        return Ok(trimmed);
    }
    for (endpoint, events) in over {
        let dropped = turn.execute(q!("hook_drop"), (endpoint.0, &list(events)?))?;
        if dropped > 0 {
            turn.execute(q!("endpoint_dropped"), (endpoint.0, i64::try_from(dropped).unwrap_or(i64::MAX)))?;
            trimmed.dropped.push((*endpoint, dropped));
            trimmed.more |= dropped >= u64::from(SLICE);
        }
    }
    trimmed.more |= clear_removed(turn)? || forget(turn, (now - bounds.kept).0)?;
    Ok(trimmed)
}

/// Removes a slice of what an endpoint that is gone has left, and at last its row.
fn clear_removed(turn: &Turn<'_>) -> Result<bool, Error> {
    let Some(endpoint) = turn.row(q!("endpoint_removed"), (), |r| r.get::<i64>(0))? else { return Ok(false) };
    let events: Vec<i64> = turn.rows_of(q!("hook_of_endpoint"), (endpoint, SLICE), |r| r.get(0))?;
    let among = list(&events)?;
    turn.execute(q!("hook_try_remove"), (endpoint, &among))?;
    turn.execute(q!("hook_call_remove"), (endpoint, &among))?;
    if events.len() < SLICE as usize {
        turn.execute(q!("endpoint_delete"), [endpoint])?;
    }
    Ok(true)
}

/// Removes a slice of what was written down before then.
fn forget(turn: &Turn<'_>, before: i64) -> Result<bool, Error> {
    let events: Vec<i64> = turn.rows_of(q!("hook_old"), (before, SLICE), |r| r.get(0))?;
    if events.is_empty() {
        return Ok(false);
    }
    let among = list(&events)?;
    turn.execute(q!("hook_try_forget"), [&among])?;
    turn.execute(q!("hook_call_forget"), [&among])?;
    turn.execute(q!("hook_event_forget"), [&among])?;
    Ok(events.len() == SLICE as usize)
}

/// A page of an endpoint's log.
pub(super) fn page(s: &Snapshot<'_>, endpoint: i64, state: Option<CallState>, before: Option<i64>, limit: u32) -> Result<CallPage, Error> {
    let of = (endpoint, before.unwrap_or(i64::MAX), state.map(CallState::code), limit + 1);
    let found = s.rows(q!("hook_calls"), of, |r| Ok(line(r)))?;
    let mut calls: Vec<CallInfo> = found.into_iter().collect::<Result<_, Error>>()?;
    let more = calls.len() > limit as usize;
    calls.truncate(limit as usize);
    let next = calls.last().filter(|_| more).map(|call| call.event.no);
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
        kind: HookKind::from_code(kind).ok_or_else(|| Error::damaged("kind of a hook event", kind))?,
        at: Wall(r.get(3)?),
        state: CallState::from_code(state).ok_or_else(|| Error::damaged("state of a call", state))?,
        attempts: r.get(5)?,
        due: r.get::<Option<i64>>(6)?.map(Wall),
        tries: Vec::new(),
    })
}
