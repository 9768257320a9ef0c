//! One sender thread: starts calls as permits and slots allow, each with its own connection.

use std::{cell::RefCell, panic::AssertUnwindSafe, rc::Rc, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use futures_util::FutureExt;
use jebi_domain::{
    link::Links,
    outcome::Outcome,
    port::{Channel, Clock, Provider, Sender},
    time::Boot,
};

use super::{account::Current, dispatch::Observer, watch::Watch};
use crate::{
    crash_point::crash_point,
    service::dispatch::{Again, Dispatch, Reserve, Take, ahead::internal, health::Ticket, ready::ReadyCopy},
};

/// What a sender thread is made of. Runs inside a `LocalSet`: connections stay on their thread.
pub struct SenderLoop {
    pub(super) index: usize,
    pub(super) dispatch: Arc<Dispatch>,
    pub(super) provider: Current,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Option<Observer>,
    pub(super) links: Arc<ArcSwap<Links>>,
    pub(super) watch: Watch,
}

/// The account of a provider as [`Current`] holds it.
type Account = Arc<dyn Provider>;

struct Line {
    provider: Current,
    /// The connections of the provider that was current when they were asked for last.
    sender: RefCell<(Arc<Account>, Rc<dyn Sender>)>,
    dispatch: Arc<Dispatch>,
    clock: Arc<dyn Clock>,
    observer: Option<Observer>,
    links: Arc<ArcSwap<Links>>,
}

impl SenderLoop {
    /// Runs until the dispatcher stops.
    pub async fn run(self) {
        let current = self.provider.get();
        let line = Rc::new(Line {
            sender: RefCell::new((current.clone(), current.sender().into())),
            provider: self.provider,
            dispatch: self.dispatch.clone(),
            clock: self.clock.clone(),
            observer: self.observer,
            links: self.links,
        });
        loop {
            let woken = self.dispatch.senders.notified();
            tokio::pin!(woken);
            // Registered before looking, so that nothing is missed in between.
            woken.as_mut().enable();
            match self.dispatch.reserve(self.index, self.clock.boot()) {
                Reserve::Start(n, ticket) => {
                    for _ in 0..n {
                        tokio::task::spawn_local(self.watch.clone().over("sender", line.clone().work(ticket)));
                    }
                    // Lets them run before more are started.
                    tokio::task::yield_now().await;
                }
                Reserve::Until(at) => {
                    tokio::select! {
                        () = woken => {}
                        () = self.clock.sleep_until(at) => {}
                    }
                    // Neither may have waited; the calls already started still get their turn.
                    tokio::task::yield_now().await;
                }
                Reserve::Asleep => woken.await,
                Reserve::Exit => return,
            }
        }
    }
}

impl Line {
    /// Sends with one permit, mail after mail while that goes on without waiting.
    async fn work(self: Rc<Self>, mut ticket: Ticket) {
        loop {
            let channel = match self.checkout().await {
                Ok(channel) => channel,
                Err(outcome) => return self.dispatch.checkout_failed(ticket, &outcome, self.clock.boot()),
            };
            let now = self.clock.boot();
            match self.dispatch.take(ticket, now, self.clock.wall()) {
                Take::Mail(mail, recipients, ticket_now) => match self.send(mail, (recipients, now), channel, ticket_now).await {
                    Some(next) => ticket = next,
                    None => return,
                },
                Take::Wait(at) => {
                    // Idle connections are the pool's business: it checks them again before the next use.
                    channel.put_back();
                    self.clock.sleep_until(at).await;
                }
                Take::Nothing => return channel.put_back(),
            }
        }
    }

    /// The connections to use now; those of a provider that was replaced end when the last call on them has.
    fn sender(&self) -> Rc<dyn Sender> {
        let current = self.provider.get();
        let mut held = self.sender.borrow_mut();
        if !Arc::ptr_eq(&held.0, &current) {
            *held = (current.clone(), current.sender().into());
        }
        held.1.clone()
    }

    async fn checkout(&self) -> Result<Box<dyn Channel>, Outcome> {
        let sender = self.sender();
        let checkout = async { sender.checkout().await };
        AssertUnwindSafe(checkout).catch_unwind().await.unwrap_or_else(|panic| Err(Outcome::Transient { reason: internal(&*panic) }))
    }

    /// Composes what is not made yet, writes, and waits for the answer. From the slot to the first byte nothing is awaited.
    async fn send(&self, mut mail: ReadyCopy, (recipients, slot): (u32, Boot), channel: Box<dyn Channel>, ticket: Ticket) -> Again {
        let made = mail.made.take();
        let is_made = made.is_some();
        let outgoing = match made.map_or_else(|| mail.make(&**self.sender.borrow().0, &self.links.load()), |made| Ok(*made)) {
            Ok(outgoing) => outgoing,
            Err(reason) => {
                channel.put_back();
                return self.end(&mail, Outcome::Permanent { reason }, None, ticket);
            }
        };
        crash_point("before_write");
        let written = self.clock.boot();
        if !is_made && self.dispatch.is_late(slot, written) {
            channel.put_back();
            return self.dispatch.missed(ticket, mail, outgoing, written, self.clock.wall());
        }
        self.note_write(written, recipients);
        let call = async move { channel.send(outgoing).await };
        // Bytes may have been written before a panic.
        let outcome = AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|panic| Outcome::Unknown { reason: internal(&*panic) });
        crash_point("after_answer");
        self.end(&mail, outcome, Some(written), ticket)
    }

    fn end(&self, mail: &ReadyCopy, outcome: Outcome, written: Option<Boot>, ticket: Ticket) -> Again {
        let now = self.clock.boot();
        let answer: Option<Duration> = written.map(|at| now.since(at));
        self.dispatch.finish(ticket, (mail, outcome), answer, now, self.clock.wall())
    }

    fn note_write(&self, at: Boot, recipients: u32) {
        self.dispatch.count_slots(recipients);
        if let Some(observer) = &self.observer {
            observer(at, recipients);
        }
        tracing::trace!(target: "jebi::wire", boot_us = at.0 / 1000, n = recipients);
    }
}
