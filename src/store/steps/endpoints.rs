//! Endpoints, as the port has them.

use std::sync::Arc;

use jebi_domain::{
    hook::HookKind,
    id::Incarnation,
    port::{
        Boxed, HookStore,
        hooks::{
            CallEnd, CallPage, CallState, EndpointHealth, EndpointInfo, EndpointNo, EventNo, HookBounds, HookCall, NewEndpoint, Replay,
            Replayed, Trimmed, Verdicts,
        },
        store::StoreResult,
    },
    time::Wall,
};
use serde_json::json;

use super::{Engine, Error, Row, SqlStore, calls, group::Class, hooks, params, q, turn::Turn};

impl<E: Engine> HookStore for SqlStore<E> {
    fn endpoints(&self) -> Boxed<'_, StoreResult<Vec<EndpointInfo>>> {
        self.look(|s| s.rows(q!("endpoint_list"), (), |r| Ok(read(r)))?.into_iter().collect())
    }

    fn endpoint(&self, no: EndpointNo) -> Boxed<'_, StoreResult<Option<EndpointInfo>>> {
        self.look(move |s| s.row(q!("endpoint_get"), [no.0], |r| Ok(read(r)))?.transpose())
    }

    fn add_endpoint(&self, new: NewEndpoint, now: Wall) -> Boxed<'_, StoreResult<EndpointInfo>> {
        self.shared.write(Class::Admin, move |t| add(t, &new, false, now))
    }

    fn configure_endpoint(&self, new: Option<NewEndpoint>, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| configure(t, new.as_ref(), now))
    }

    fn change_endpoint(&self, no: EndpointNo, to: NewEndpoint, was: Wall, now: Wall) -> Boxed<'_, StoreResult<Option<EndpointInfo>>> {
        self.shared.write(Class::Admin, move |t| {
            let body = body(&to)?;
            if t.execute(q!("endpoint_change"), (no.0, &body, &to.sealed, was.0, now.0))? == 0 {
                return Ok(None);
            }
            t.memory.endpoints_changed();
            get(t, no.0)
        })
    }

    fn remove_endpoint(&self, no: EndpointNo, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| {
            t.memory.endpoints_changed();
            Ok(t.execute(q!("endpoint_remove"), (no.0, now.0))? == 1)
        })
    }

    fn disable_endpoint(&self, no: EndpointNo, why: &str, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        let why = why.to_owned();
        self.shared.write(Class::Admin, move |t| disable(t, no.0, &why, now))
    }

    fn enable_endpoint(&self, no: EndpointNo, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| {
            if t.execute(q!("endpoint_enable"), [no.0])? == 0 {
                return Ok(false);
            }
            t.memory.endpoints_changed();
            // At most what may wait: the bound of the backlog.
            t.execute(q!("hook_due_now"), (no.0, now.0))?;
            t.delta.calls = true;
            Ok(true)
        })
    }

    fn emit(&self, kind: HookKind, data: &str, now: Wall) -> Boxed<'_, StoreResult<u64>> {
        let data = data.to_owned();
        self.shared.write(Class::Admin, move |t| hooks::emit(t, kind, &data, now, None))
    }

    fn emit_to(&self, no: EndpointNo, kind: HookKind, data: &str, now: Wall) -> Boxed<'_, StoreResult<Option<EventNo>>> {
        let data = data.to_owned();
        self.shared.write(Class::Admin, move |t| match get(t, no.0)? {
            Some(found) if found.health.disabled_at.is_none() => hooks::emit_to(t, no.0, kind, &data, now),
            _ => Ok(None),
        })
    }

    fn replay(&self, no: EndpointNo, what: Replay, now: Wall) -> Boxed<'_, StoreResult<Option<Replayed>>> {
        self.shared.write(Class::Admin, move |t| match get(t, no.0)? {
            Some(_) => calls::replay(t, no.0, what, now).map(Some),
            None => Ok(None),
        })
    }

    fn take_calls(&self, own: Incarnation, room: Vec<(EndpointNo, u32)>, now: Wall) -> Boxed<'_, StoreResult<Vec<HookCall>>> {
        Box::pin(async move {
            let taken = self.shared.write(Class::Admin, move |t| calls::take(t, own, &room, now)).await?;
            if taken.is_empty() {
                return Ok(Vec::new());
            }
            self.look(move |s| calls::told(s, &taken)).await
        })
    }

    fn end_calls(&self, own: Incarnation, ends: Vec<CallEnd>, verdicts: Verdicts, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| calls::end(t, own, &ends, &verdicts, now))
    }

    fn free_calls(&self) -> Boxed<'_, StoreResult<u64>> {
        self.shared.write(Class::Admin, |t| {
            let freed = t.execute(q!("hook_free"), ())?;
            t.delta.calls |= freed > 0;
            Ok(freed)
        })
    }

    fn trim_calls(&self, bounds: HookBounds, now: Wall) -> Boxed<'_, StoreResult<Trimmed>> {
        Box::pin(async move {
            let over = self.look(move |s| calls::over(s, bounds, now)).await?;
            self.shared.write(Class::Housekeep, move |t| calls::trim(t, &over, bounds, now)).await
        })
    }

    fn calls(&self, no: EndpointNo, state: Option<CallState>, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<CallPage>> {
        self.look(move |s| calls::page(s, no.0, state, before, limit))
    }

    fn waiting_calls(&self, no: EndpointNo, most: u32) -> Boxed<'_, StoreResult<u32>> {
        self.look(move |s| Ok(s.row(q!("hook_waiting"), (no.0, most), |r| r.get(0))?.unwrap_or(0)))
    }

    fn on_calls(&self, wake: Arc<dyn Fn() + Send + Sync>) {
        self.shared.common.wake_by(wake);
    }
}

fn body(new: &NewEndpoint) -> Result<String, Error> {
    serde_json::to_string(&new.spec).map_err(|e| Error::damaged("endpoint", e))
}

pub(super) fn get(turn: &Turn<'_>, no: i64) -> Result<Option<EndpointInfo>, Error> {
    turn.row(q!("endpoint_get"), [no], |r| Ok(read(r)))?.transpose()
}

fn add(turn: &mut Turn<'_>, new: &NewEndpoint, from_config: bool, now: Wall) -> Result<EndpointInfo, Error> {
    let no = turn.inserted(q!("endpoint_insert"), (&body(new)?, &new.sealed, from_config, now.0))?;
    turn.memory.endpoints_changed();
    get(turn, no)?.ok_or_else(|| Error::damaged("endpoint", "it was not written"))
}

/// The endpoint of the configuration, as it says now. Every node says it at its start; what is so already is left alone.
fn configure(turn: &mut Turn<'_>, new: Option<&NewEndpoint>, now: Wall) -> Result<(), Error> {
    let known = turn.row(q!("endpoint_configured"), (), |r| Ok(read(r)))?.transpose()?;
    match (known, new) {
        (None, None) => return Ok(()),
        (None, Some(new)) => add(turn, new, true, now).map(drop)?,
        (Some(known), None) => {
            turn.execute(q!("endpoint_remove"), (known.no.0, now.0))?;
        }
        (Some(known), Some(new)) if known.spec == new.spec => return Ok(()),
        (Some(known), Some(new)) => {
            turn.change(q!("endpoint_change"), (known.no.0, &body(new)?, &new.sealed, known.changed_at.0, now.0))?
        }
    }
    turn.memory.endpoints_changed();
    Ok(())
}

/// Stops telling an endpoint, and tells the others that.
pub(super) fn disable(turn: &mut Turn<'_>, no: i64, why: &str, now: Wall) -> Result<bool, Error> {
    let Some(found) = get(turn, no)? else { return Ok(false) };
    if turn.execute(q!("endpoint_disable"), (no, why, now.0))? == 0 {
        return Ok(false);
    }
    turn.memory.endpoints_changed();
    let data = json!({"endpoint": no, "kind": found.spec.kind.as_str(), "target": found.spec.target, "reason": why}).to_string();
    hooks::emit(turn, HookKind::EndpointDisabled, &data, now, Some(no))?;
    Ok(true)
}

/// Reads a row of the statements that give endpoints.
fn read(r: &Row<'_>) -> Result<EndpointInfo, Error> {
    let time = |at: usize| r.get::<Option<i64>>(at).map(|at| at.map(Wall));
    Ok(EndpointInfo {
        no: EndpointNo(r.get(0)?),
        spec: serde_json::from_str(&r.get::<String>(1)?).map_err(|e| Error::damaged("endpoint", e))?,
        sealed: r.get(2)?,
        from_config: r.get(3)?,
        created_at: Wall(r.get(4)?),
        changed_at: Wall(r.get(5)?),
        health: EndpointHealth {
            disabled_at: time(6)?,
            disabled_why: r.get(7)?,
            held_until: time(8)?.filter(|at| at.0 > 0),
            failing_since: time(9)?,
            dropped: r.get(10)?,
        },
    })
}

/// Notes how an endpoint does after calls to it.
pub(super) fn note_health(turn: &mut Turn<'_>, no: i64, verdicts: &Verdicts, (well, badly): (bool, bool), now: Wall) -> Result<(), Error> {
    let held = verdicts.held_until.map(|at| at.0);
    let Some(known) = get(turn, no)? else { return Ok(()) };
    let failing = known.health.failing_since;
    if let Some(why) = &verdicts.gone {
        disable(turn, no, why, now)?;
    } else if let Some((since, why)) = &verdicts.given_up
        && !well
        && failing.is_some_and(|at| at <= *since)
    {
        disable(turn, no, why, now)?;
    }
    // As a rule nothing changes.
    if held.is_some() || (well && failing.is_some()) || (badly && !well && failing.is_none()) {
        turn.execute(q!("endpoint_health"), params![no, held, well, badly, now.0])?;
    }
    Ok(())
}
