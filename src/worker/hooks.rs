//! Makes calls to endpoints. Each endpoint has its own line and its own bound of calls under way, so one that answers slowly, or not at
//! all, holds up nobody else.

use std::{
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use jebi_domain::{
    id::Incarnation,
    port::{
        Clock,
        hooks::{CallEnd, EndpointInfo, EndpointNo, HookCall, Verdicts},
    },
    time::Wall,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::service::{
    dispatch::Fence,
    hooks::{Hooks, Made},
};

/// Between two looks for calls whose next try has come, or that another node has left.
const EVERY: Duration = Duration::from_secs(1);
/// Between two looks at what other nodes have changed, and at what ended nodes have left.
const REFRESH: Duration = Duration::from_secs(3);
/// Between two looks at the bounds.
const TRIM: Duration = Duration::from_secs(60);
/// While there is more to do.
const BREATH: Duration = Duration::from_millis(50);
/// Calls of one endpoint this node holds at most, those under way with it.
const HELD: u32 = 128;
/// More are taken when so many places are free: fewer, larger transactions.
const WORTHWHILE: u32 = HELD / 2;
/// After so many failures one after the other an endpoint gets one call at a time, until one is answered well.
const DOUBTED: u32 = 5;
/// How long a call that ended by an error of ours waits.
const LATER: Duration = Duration::from_secs(60);
/// How long a stop waits for calls under way.
const LAST: Duration = Duration::from_secs(2);

/// A node's calls to one endpoint.
#[derive(Default)]
struct Line {
    ready: VecDeque<HookCall>,
    under_way: u32,
    /// Failures one after the other.
    failed: u32,
    /// The store gave fewer than were asked for: there are no more until something happens.
    is_drained: bool,
    ends: Vec<CallEnd>,
    verdicts: Verdicts,
}

impl Line {
    fn room(&self) -> u32 {
        HELD.saturating_sub(self.under_way + self.ready.len() as u32)
    }
}

struct Calls {
    hooks: Arc<Hooks>,
    own: Arc<Fence>,
    clock: Arc<dyn Clock>,
    lines: HashMap<EndpointNo, Line>,
    done: UnboundedSender<Made>,
    /// Calls held belong to it.
    incarnation: Incarnation,
}

/// Runs until told to stop.
pub async fn run(hooks: Arc<Hooks>, own: Arc<Fence>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let (done, mut made) = unbounded_channel();
    let incarnation = own.incarnation();
    let mut calls = Calls { hooks: Arc::clone(&hooks), own, clock: Arc::clone(&clock), lines: HashMap::new(), done, incarnation };
    let (mut refresh, mut trim) = (clock.boot(), clock.boot());
    let mut look = true;
    loop {
        let now = clock.boot();
        if now >= refresh {
            calls.refresh().await;
            refresh = clock.boot() + REFRESH;
        }
        if now >= trim {
            trim = clock.boot() + calls.trim().await;
        }
        if look {
            calls.lines.values_mut().for_each(|line| line.is_drained = false);
        }
        calls.write().await;
        calls.take().await;
        calls.start();
        look = tokio::select! {
            ended = next(&mut made) => {
                ended.into_iter().for_each(|one| calls.ended(one));
                false
            }
            () = hooks.woken() => true,
            () = clock.sleep_until((clock.boot() + EVERY).min(refresh)) => true,
            () = stop.cancelled() => break,
        };
    }
    calls.finish(made).await;
}

/// Those that have ended by now, at least one.
async fn next(made: &mut UnboundedReceiver<Made>) -> Vec<Made> {
    let mut all = Vec::new();
    // The sender is held by whoever asks: it never ends.
    made.recv_many(&mut all, HELD as usize).await;
    all
}

impl Calls {
    fn endpoints(&self) -> Arc<Vec<EndpointInfo>> {
        self.hooks.live()
    }

    async fn refresh(&mut self) {
        if let Err(err) = self.hooks.refresh().await {
            tracing::warn!(%err, "the webhooks could not be read again; those known stay");
        }
        if self.endpoints().is_empty() && self.lines.is_empty() {
            return;
        }
        if let Err(err) = self.hooks.free().await {
            tracing::warn!(%err, "calls of nodes that have ended could not be taken over; tried again in some seconds");
        }
    }

    async fn trim(&self) -> Duration {
        match self.hooks.trim().await {
            Ok(true) => BREATH,
            Ok(false) => TRIM,
            Err(err) => {
                tracing::warn!(%err, "old calls to webhooks could not be removed; tried again in a minute");
                TRIM
            }
        }
    }

    /// Takes what is due where there is room.
    async fn take(&mut self) {
        let incarnation = self.own.incarnation();
        if incarnation != self.incarnation {
            // Others have ended the one before: what was held for it is theirs to make.
            self.lines.values_mut().for_each(|line| line.ready.clear());
            self.incarnation = incarnation;
        }
        let wall = self.clock.wall();
        let mut room = Vec::new();
        for endpoint in self.endpoints().iter().filter(|one| may_call(one, wall)) {
            let line = self.lines.entry(endpoint.no).or_default();
            let free = line.room();
            if !line.is_drained && (free >= WORTHWHILE || line.ready.is_empty()) && free > 0 {
                room.push((endpoint.no, free));
            }
        }
        if room.is_empty() {
            return;
        }
        let asked = room.clone();
        match self.hooks.take(incarnation, room).await {
            Ok(taken) => {
                for call in taken {
                    self.lines.entry(call.endpoint).or_default().ready.push_back(call);
                }
                for (endpoint, free) in asked {
                    let line = self.lines.entry(endpoint).or_default();
                    line.is_drained = line.room() > 0 && free > 0;
                }
            }
            Err(err) => tracing::warn!(%err, "calls to webhooks could not be taken; tried again in a second"),
        }
    }

    /// Starts what may be under way.
    fn start(&mut self) {
        let (all, wall) = (self.endpoints(), self.clock.wall());
        for (no, line) in &mut self.lines {
            let Some(endpoint) = all.iter().find(|one| one.no == *no && may_call(one, wall)) else { continue };
            let most = if line.failed >= DOUBTED { 1 } else { self.hooks.settings().concurrency as u32 };
            while line.under_way < most
                && let Some(call) = line.ready.pop_front()
            {
                line.under_way += 1;
                let (hooks, endpoint, done) = (Arc::clone(&self.hooks), endpoint.clone(), self.done.clone());
                tokio::spawn(async move {
                    let made = AssertUnwindSafe(hooks.make(&endpoint, &call)).catch_unwind().await;
                    let made = made.unwrap_or_else(|_| panicked(&call, wall));
                    // At the very end of a stop nobody listens any more: then others make it again.
                    let _ = done.send(made);
                });
            }
        }
    }

    fn ended(&mut self, made: Made) {
        let line = self.lines.entry(made.end.endpoint).or_default();
        line.under_way = line.under_way.saturating_sub(1);
        line.failed = if made.well { 0 } else { line.failed.saturating_add(1) };
        line.ends.push(made.end);
        let Verdicts { held_until, gone, given_up } = made.verdicts;
        let known = &mut line.verdicts;
        known.held_until = known.held_until.max(held_until);
        known.gone = gone.or(known.gone.take());
        known.given_up = given_up.or(known.given_up.take());
    }

    /// Writes what has ended, an endpoint's together. What the store does not take is offered again, in a second at the latest.
    async fn write(&mut self) {
        let (now, mut changed) = (self.clock.wall(), false);
        for line in self.lines.values_mut().filter(|line| !line.ends.is_empty()) {
            let (mut ends, verdicts) = (std::mem::take(&mut line.ends), std::mem::take(&mut line.verdicts));
            if verdicts != Verdicts::default() {
                // It is not to be called for a while, or at all: what was taken goes back.
                let due = verdicts.held_until.unwrap_or(now);
                ends.extend(line.ready.drain(..).map(|call| Hooks::given_back(&call, due)));
                changed = true;
            }
            if let Err(err) = self.hooks.end(self.incarnation, ends.clone(), verdicts.clone()).await {
                tracing::warn!(%err, calls = ends.len(), "what came of calls to a webhook could not be written; tried again in a second");
                (line.ends, line.verdicts) = (ends, verdicts);
            }
        }
        if changed && let Err(err) = self.hooks.refresh().await {
            tracing::warn!(%err, "the webhooks could not be read again; those known stay");
        }
        self.forget();
    }

    /// Forgets lines of endpoints that are gone.
    fn forget(&mut self) {
        let all = self.endpoints();
        self.lines.retain(|no, line| line.under_way > 0 || !line.ends.is_empty() || all.iter().any(|one| one.no == *no));
    }

    /// Gives back what was not begun, and waits for what was, for a moment.
    async fn finish(mut self, mut made: UnboundedReceiver<Made>) {
        let (until, now) = (self.clock.boot() + LAST, self.clock.wall());
        for line in self.lines.values_mut() {
            let back: Vec<CallEnd> = line.ready.drain(..).map(|call| Hooks::given_back(&call, now)).collect();
            line.ends.extend(back);
        }
        while self.lines.values().any(|line| line.under_way > 0) && self.clock.boot() < until {
            let ended = tokio::select! {
                ended = next(&mut made) => ended,
                () = self.clock.sleep_until(until) => break,
            };
            ended.into_iter().for_each(|one| self.ended(one));
        }
        self.write().await;
    }
}

/// What becomes of a call that ended by an error of ours: it is made again later, and has had no try.
fn panicked(call: &HookCall, now: Wall) -> Made {
    tracing::error!(endpoint = %call.endpoint, event = %call.event, "a call to a webhook ended by an error in Jebi; it is made again in a minute");
    Made { end: Hooks::given_back(call, now + LATER), verdicts: Verdicts::default(), well: false }
}

/// Whether an endpoint may be called now, as far as was read.
fn may_call(endpoint: &EndpointInfo, now: Wall) -> bool {
    endpoint.health.disabled_at.is_none() && endpoint.health.held_until.is_none_or(|until| until <= now)
}
