//! Keeps mail ready: asks the store for turns whenever there is room and mail is due.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{
    id::Incarnation,
    message::Lane,
    port::{
        Clock,
        store::{Claim, Notice, QueueStore, StoreResult, Subscription},
    },
    time::{Boot, Wall},
};

use crate::{
    crash_point::crash_point,
    service::dispatch::{
        Dispatch,
        lateness::Lateness,
        turns::{Plan, Turns},
    },
};

/// Queues are read anew this often: a notice may be lost with a connection.
const RELOAD: Duration = Duration::from_secs(5);
/// Wall time is compared this often while mail is scheduled: the clock may be set.
const RECHECK: Duration = Duration::from_millis(500);
/// A jump of the wall clock worth telling.
const JUMP_MS: i64 = 30_000;
pub(super) const AFTER_ERROR: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// Pause after a claim that brought nothing although mail is due.
const AFTER_NOTHING: Duration = Duration::from_millis(100);

/// Notices not looked at yet. Filled on the store's writer.
pub(super) type Inbox = Arc<Mutex<Vec<Notice>>>;

pub(super) struct Claimer {
    pub dispatch: Arc<Dispatch>,
    pub store: Arc<dyn QueueStore>,
    pub clock: Arc<dyn Clock>,
    /// The incarnation the store leases mail to at accept and sends its notices for.
    pub subscribed: Option<Incarnation>,
    pub inbox: Inbox,
    pub turns: Turns,
    pub reload_at: Boot,
    /// Wall time less boot time, in milliseconds, when last looked at.
    pub offset: Option<i64>,
    pub lateness: Lateness,
    /// The same of bulk mail, which may be held back alone.
    pub bulk_lateness: Lateness,
    pub pause: Duration,
}

/// When a claimer looks again.
enum Next {
    Now,
    /// Then, or when it is told of something.
    After(Duration),
    /// Then, whatever it is told.
    NotBefore(Duration),
}

impl Claimer {
    /// Runs until the dispatcher stops; what a last claim brings is given back by it.
    pub async fn run(mut self) {
        loop {
            // A wake-up after this point is kept: there is one claimer, and its notification stores a permit.
            let (boot, wall) = (self.clock.boot(), self.clock.wall());
            self.watch_for_jumps(boot, wall);
            if self.subscribed != Some(self.dispatch.incarnation()) {
                self.subscribe_anew().await;
            }
            if boot >= self.reload_at {
                self.reload(boot).await;
            }
            self.read_notices();
            if self.dispatch.is_stopping() {
                return;
            }
            self.dispatch.set_due(self.turns.due(wall));
            let rooms = self.dispatch.rooms(boot).worthwhile();
            let again = match self.turns.plan(wall, rooms) {
                Some(plan) => match self.claim(&plan).await {
                    Next::Now => continue,
                    Next::After(pause) => self.clock.boot() + pause,
                    Next::NotBefore(pause) => {
                        self.rest(self.clock.boot() + pause).await;
                        continue;
                    }
                },
                None => self.next_look(boot, wall),
            };
            tokio::select! {
                () = self.dispatch.claimer.notified() => {}
                () = self.clock.sleep_until(again) => {}
            }
        }
    }

    /// Waits, whatever there is to do: a store that is away is asked no more often for the outcomes and the mail that come meanwhile.
    async fn rest(&self, end: Boot) {
        let slept = self.clock.sleep_until(end);
        tokio::pin!(slept);
        while !self.dispatch.is_stopping() {
            tokio::select! {
                () = self.dispatch.claimer.notified() => {}
                () = &mut slept => return,
            }
        }
    }

    /// Claims; when to look again.
    async fn claim(&mut self, plan: &Plan) -> Next {
        let generation = self.dispatch.generation();
        let from = self.clock.boot();
        let copies = plan.turns.iter().map(|(_, copies)| copies).sum();
        let bulk = (plan.lane == Lane::Bulk).then(|| self.dispatch.bulk_rooms(copies, from, self.clock.wall()));
        let (domains, recipients) = bulk.map_or((Vec::new(), u32::MAX), |rooms| (rooms.domains, rooms.recipients));
        // Mail that an order held back is not late for it.
        let late_from = match plan.lane {
            Lane::Bulk if self.dispatch.is_bulk_limited() => self.clock.wall(),
            Lane::Bulk => self.bulk_lateness.start(),
            Lane::Transactional => self.lateness.start(),
        };
        let asked = Claim {
            incarnation: self.dispatch.incarnation(),
            provider: self.dispatch.provider().to_owned(),
            turns: plan.turns.clone(),
            now: self.clock.wall(),
            late_from,
            domains,
            recipients,
            max_lateness_ms: i64::try_from(self.dispatch.settings().max_lateness.as_millis()).unwrap_or(i64::MAX),
        };
        self.dispatch.claiming(copies);
        match self.store.claim(asked).await {
            Ok(mut report) => {
                crash_point("claimed");
                let brought = std::mem::take(&mut report.claimed);
                let is_empty = brought.is_empty();
                let took = self.clock.boot().since(from);
                self.dispatch.offer(brought, generation, took, self.clock.boot());
                self.turns.report(plan, &report);
                self.pause = AFTER_ERROR.0;
                let still_due = report.queues.iter().any(|info| !info.paused && info.next_due.is_some_and(|due| due <= self.clock.wall()));
                if is_empty && still_due { Next::After(AFTER_NOTHING) } else { Next::Now }
            }
            Err(err) => {
                tracing::warn!(%err, provider = self.dispatch.provider(), "mail could not be claimed; tried again");
                self.turns.undo(plan, self.clock.wall());
                self.dispatch.claim_failed(self.clock.boot());
                self.dispatch.claiming(0);
                let pause = self.pause;
                self.pause = (self.pause * 2).min(AFTER_ERROR.1);
                Next::NotBefore(pause)
            }
        }
    }

    /// Registers with the store for the incarnation of now.
    pub async fn subscribe(&mut self) -> StoreResult<()> {
        let incarnation = self.dispatch.incarnation();
        let (heard, dispatch) = (self.inbox.clone(), self.dispatch.clone());
        let notify = move |notice: Notice| {
            dispatch.notice(&notice, incarnation);
            // Nobody reads any more; the store keeps its subscription until another takes its place.
            if dispatch.is_stopping() {
                return;
            }
            if !matches!(notice, Notice::Leased(_)) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
                dispatch.claimer.notify_one();
            }
        };
        let provider = self.dispatch.provider().to_owned();
        let subscription = Subscription { provider, incarnation, window: self.dispatch.window(), notify: Arc::new(notify) };
        self.store.subscribe(subscription).await?;
        self.subscribed = Some(incarnation);
        Ok(())
    }

    /// The node has started anew. Until the store knows, its mail is claimed, and not leased at accept; it is told again with the next
    /// look at the queues.
    async fn subscribe_anew(&mut self) {
        match self.subscribe().await {
            // Notices may have been lost in between.
            Ok(()) => self.reload_at = Boot(0),
            Err(err) => tracing::warn!(%err, provider = self.dispatch.provider(), "the store does not tell of new mail; it is asked"),
        }
    }

    fn next_look(&self, boot: Boot, wall: Wall) -> Boot {
        let scheduled = self.turns.next_due().map(|due| boot + due.since(wall).min(RECHECK));
        [scheduled, self.dispatch.look_again_at(boot)].into_iter().flatten().fold(self.reload_at, Ord::min)
    }

    fn read_notices(&mut self) {
        let notices = std::mem::take(&mut *self.inbox.lock().unwrap_or_else(PoisonError::into_inner));
        for notice in notices {
            match notice {
                Notice::Queue(info) => {
                    self.turns.note(&info);
                    // Again, because a claim of before may have come in after the notice.
                    if info.paused {
                        self.dispatch.take_back_queue(info.queue);
                    }
                }
                Notice::Cancelled(queue) => {
                    self.turns.forget(queue);
                    self.dispatch.take_back_queue(queue);
                }
                Notice::CancelledMessage(message) => self.dispatch.take_back_message(message),
                Notice::Leased(_) => {}
            }
        }
    }

    async fn reload(&mut self, boot: Boot) {
        self.reload_at = boot + RELOAD;
        self.dispatch.sweep_window();
        match self.store.queues(self.dispatch.provider()).await {
            Ok(queues) => queues.iter().for_each(|info| self.turns.note(info)),
            Err(err) => tracing::warn!(%err, provider = self.dispatch.provider(), "queues could not be read; tried again in five seconds"),
        }
    }

    fn watch_for_jumps(&mut self, boot: Boot, wall: Wall) {
        let offset = wall.0 - i64::try_from(boot.0 / 1_000_000).unwrap_or(i64::MAX);
        let jumped_ms = self.offset.map_or(0, |old| offset - old);
        let able = self.dispatch.is_able(boot);
        self.lateness.look(able, boot, wall);
        self.bulk_lateness.look(able && !self.dispatch.is_bulk_limited(), boot, wall);
        if jumped_ms.abs() > JUMP_MS {
            self.lateness.count_from(wall);
            self.bulk_lateness.count_from(wall);
            tracing::warn!(jumped_ms, "the wall clock was set; scheduled mail follows it, pacing and leases do not");
        }
        self.offset = Some(offset);
    }
}
