//! Telling other nodes what there is to do, and hearing it from them: one coalesced NOTIFY per node and 20 ms, outside of every
//! transaction that stores anything. What is lost of it is found by looking: each second where nothing can be heard, else now and then.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{
    id::{MessageNo, QueueNo},
    message::Lane,
    port::{
        Clock, Random,
        store::{Guard, Notice, QueueInfo, StoreResult},
    },
    time::Wall,
};
use tokio::sync::{Notify, watch};
use tokio_postgres::{Client, types::Type};
use tokio_util::sync::CancellationToken;

use super::{Connected, Connector, own, reader::Readers};
use crate::store::steps::{Common, Error, Row};

const CHANNEL: &str = "jebi_queue";
/// What is committed within so long is told together.
const TOGETHER: Duration = Duration::from_millis(20);
/// How often all queues are looked at where nothing can be heard.
const DEAF: Duration = Duration::from_secs(1);
/// The same where it can: a notice may be lost with its connection.
const HEARING: Duration = Duration::from_secs(10);
/// A payload may have 8,000 bytes; of so many queues and messages it is always less.
const NAMED: usize = 300;

/// What others are to be told.
#[derive(Default)]
struct Told {
    queues: BTreeSet<i64>,
    cancelled: BTreeSet<i64>,
    messages: BTreeSet<i64>,
    /// Some could not be told in their time, and are not named any more.
    missed: bool,
}

/// What this node has to tell.
pub(super) struct Wake {
    /// Tells this node's notices from others'.
    origin: String,
    told: Mutex<Told>,
    some: Notify,
}

/// A notice as it was heard.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// It was our own.
    Own,
    These {
        queues: Vec<i64>,
        cancelled: Vec<i64>,
        messages: Vec<i64>,
    },
    /// Too many, or in words of another version: everything is looked at.
    All,
}

impl Wake {
    pub fn new(random: &dyn Random) -> Self {
        let mut origin = [0; 8];
        random.fill(&mut origin);
        let origin = origin.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { origin, told: Mutex::default(), some: Notify::new() }
    }

    /// Notes what was committed.
    pub fn tell(&self, notices: &[(String, Notice)]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut any = false;
        for (_, notice) in notices {
            any |= match notice {
                Notice::Queue(info) => told.queues.insert(info.queue.0),
                Notice::Cancelled(queue) => told.cancelled.insert(queue.0),
                Notice::CancelledMessage(no) => told.messages.insert(no.0),
                // It is this node's already.
                Notice::Leased(_) => false,
            };
        }
        drop(told);
        if any {
            self.some.notify_one();
        }
    }

    /// What there is to tell: `origin;queues;cancelled queues;cancelled messages`, or `origin;*`. `None` for nothing.
    fn payload(&self) -> Option<String> {
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        let Told { queues, cancelled, messages, missed } = told;
        let origin = &self.origin;
        match queues.len() + cancelled.len() + messages.len() {
            0 if !missed => None,
            n if n > NAMED || missed => Some(format!("{origin};*")),
            _ => Some(format!("{origin};{};{};{}", list(&queues), list(&cancelled), list(&messages))),
        }
    }

    /// Nobody can be told just now: later, everything is to be looked at.
    fn put_off(&self) {
        if self.payload().is_some() {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).missed = true;
        }
    }

    fn read(&self, payload: &str) -> Heard {
        let mut parts = payload.split(';');
        if parts.next() == Some(&self.origin) {
            return Heard::Own;
        }
        let numbers =
            |part: Option<&str>| -> Option<Vec<i64>> { part?.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().ok()).collect() };
        match (numbers(parts.next()), numbers(parts.next()), numbers(parts.next())) {
            (Some(queues), Some(cancelled), Some(messages)) => Heard::These { queues, cancelled, messages },
            _ => Heard::All,
        }
    }
}

fn list(numbers: &BTreeSet<i64>) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Hears what others commit, and says what this node did.
pub(super) struct Ear {
    pub wake: Arc<Wake>,
    /// Past a pooler; `None` where nothing can be listened to.
    pub listen: Option<Arc<Connector>>,
    pub readers: Arc<Readers>,
    pub common: Arc<Common>,
    pub clock: Arc<dyn Clock>,
    /// What the writers last saw of it.
    pub guard: Arc<watch::Sender<Guard>>,
}

impl Ear {
    /// Until it is stopped.
    pub async fn run(self, stop: CancellationToken) {
        let Some(connector) = self.listen.clone() else {
            tracing::info!("other nodes are not heard through this pooler: queues are looked at each second (DATABASE_DIRECT_URL helps)");
            self.look_on(&stop, None).await;
            return;
        };
        while !stop.is_cancelled() {
            // While nothing can be heard it is looked.
            let opened = tokio::select! {
                opened = connector.open_again(&stop) => opened,
                () = self.look_on(&stop, None) => None,
            };
            let Some(connected) = opened else { return };
            if let Err(error) = connected.client.batch_execute(&format!("LISTEN {CHANNEL}")).await {
                tracing::warn!(%error, "other nodes cannot be listened to");
            } else {
                self.look_on(&stop, Some(connected)).await;
            }
            // One that ends as soon as it is opened is not opened all the time.
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep_until(self.clock.boot() + DEAF / 4) => {}
            }
        }
    }

    /// Looks at all queues now and then, and hears in between where there is something to hear by. Ends with that connection.
    async fn look_on(&self, stop: &CancellationToken, mut connected: Option<Connected>) {
        let mut guard = self.guard.subscribe();
        let every = if connected.is_some() { HEARING } else { DEAF };
        if self.say(connected.as_ref().map(|one| &one.client)).await.is_err() {
            return;
        }
        loop {
            self.look(None).await;
            let next = self.clock.boot() + every;
            loop {
                let heard = async {
                    match &mut connected {
                        Some(connected) => connected.notifications.recv().await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = self.clock.sleep_until(next) => break,
                    // Held or lifted: every queue of those lanes stands otherwise now.
                    Ok(()) = guard.changed() => break,
                    heard = heard => match heard {
                        None => return,
                        Some(heard) => self.hear(heard.payload()).await,
                    },
                    () = self.wake.some.notified() => {
                        self.clock.sleep_until(self.clock.boot() + TOGETHER).await;
                        let said = self.say(connected.as_ref().map(|one| &one.client)).await;
                        if said.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }

    async fn say(&self, client: Option<&Client>) -> Result<(), tokio_postgres::Error> {
        let Some(client) = client else {
            self.wake.put_off();
            return Ok(());
        };
        let Some(payload) = self.wake.payload() else { return Ok(()) };
        client.query_typed("SELECT pg_notify($1::text, $2::text)", &[(&CHANNEL, Type::TEXT), (&payload, Type::TEXT)]).await.map(drop)
    }

    async fn hear(&self, payload: &str) {
        match self.wake.read(payload) {
            Heard::Own => {}
            Heard::All => self.look(None).await,
            Heard::These { queues, cancelled, messages } => {
                // Whoever had a queue that is gone or another's now drops what it claimed of it.
                let providers: Vec<String> = self.common.providers();
                let drop_it = |notice: &dyn Fn() -> Notice| providers.iter().map(|p| (p.clone(), notice())).collect::<Vec<_>>();
                for no in &cancelled {
                    self.common.tell(drop_it(&|| Notice::Cancelled(QueueNo(*no))));
                }
                for no in messages {
                    self.common.tell(drop_it(&|| Notice::CancelledMessage(MessageNo(no))));
                }
                self.look(Some(queues.into_iter().chain(cancelled).collect())).await;
            }
        }
    }

    /// Tells this node's dispatchers how these queues stand, or all that have mail.
    async fn look(&self, named: Option<Vec<i64>>) {
        match self.found(named).await {
            Ok(notices) => self.common.tell(notices),
            Err(error) => tracing::debug!(%error, "the queues could not be looked at; they are again in a moment"),
        }
    }

    async fn found(&self, named: Option<Vec<i64>>) -> StoreResult<Vec<(String, Notice)>> {
        let away = |e: Error| e.outward();
        let client = self.readers.pool.get().await.map_err(|fault| away(fault.into()))?;
        let asked = match &named {
            Some(numbers) => client.query_typed(own::QUEUES_NAMED, &[(numbers, Type::INT8_ARRAY)]).await,
            None => client.query_typed(own::QUEUES_BUSY, &[(&self.common.providers(), Type::TEXT_ARRAY)]).await,
        };
        let rows = asked.map_err(|e| away(self.readers.pool.fault_of(&e).into()))?;
        let guard = self.guard.borrow().clone();
        let notice = |row: &tokio_postgres::Row| -> Result<(String, Notice), Error> {
            let row = Row(row);
            let (queue, provider, lane) = (QueueNo(row.get(0)?), row.get(1)?, row.get::<i64>(2)?);
            if row.get::<Option<i64>>(4)?.is_some() {
                return Ok((provider, Notice::Cancelled(queue)));
            }
            let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
            let paused = row.get::<Option<i64>>(5)?.is_some() || guard.holds(lane);
            Ok((provider, Notice::Queue(QueueInfo { queue, lane, next_due: row.get::<Option<i64>>(3)?.map(Wall), paused })))
        };
        let mut found = rows.iter().map(notice).collect::<Result<Vec<_>, Error>>().map_err(away)?;
        if named.is_none() {
            // Queues that are cancelled are not among those with mail.
            let held = client.query_typed(own::CANCELLED_HELD, &[(&self.common.own().0, Type::INT8)]).await;
            let held = held.map_err(|e| away(self.readers.pool.fault_of(&e).into()))?;
            for row in &held {
                let read = |row: Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                let (provider, queue, message): (String, Option<i64>, Option<i64>) = read(Row(row)).map_err(away)?;
                found.extend(queue.map(|no| (provider.clone(), Notice::Cancelled(QueueNo(no)))));
                found.extend(message.map(|no| (provider, Notice::CancelledMessage(MessageNo(no)))));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use jebi_domain::fake::SeededRandom;

    use super::*;

    #[test]
    fn what_one_tells_another_hears() {
        let (one, other) = (Wake::new(&SeededRandom::new(1)), Wake::new(&SeededRandom::new(2)));
        assert_eq!(one.payload(), None);
        let info = QueueInfo { queue: QueueNo(7), lane: Lane::Bulk, next_due: None, paused: false };
        let told = [Notice::Queue(info), Notice::Cancelled(QueueNo(9)), Notice::CancelledMessage(MessageNo(5))];
        one.tell(&told.map(|notice| ("ses".to_owned(), notice)));
        let payload = one.payload().expect("something");
        assert_eq!(other.read(&payload), Heard::These { queues: vec![7], cancelled: vec![9], messages: vec![5] });
        assert_eq!(one.read(&payload), Heard::Own);
        assert_eq!(one.payload(), None, "told once");
    }

    #[test]
    fn too_many_or_unknown_words_mean_everything() {
        let (one, other) = (Wake::new(&SeededRandom::new(1)), Wake::new(&SeededRandom::new(2)));
        let many: Vec<(String, Notice)> = (0..1_000).map(|n| ("ses".to_owned(), Notice::Cancelled(QueueNo(n)))).collect();
        one.tell(&many);
        assert_eq!(other.read(&one.payload().expect("something")), Heard::All);
        assert_eq!(other.read("of another version"), Heard::All);
    }

    #[test]
    fn what_could_not_be_told_makes_others_look_at_everything() {
        let (one, other) = (Wake::new(&SeededRandom::new(1)), Wake::new(&SeededRandom::new(2)));
        one.put_off();
        assert_eq!(one.payload(), None, "there was nothing");
        one.tell(&[("ses".to_owned(), Notice::Cancelled(QueueNo(9)))]);
        one.put_off();
        one.tell(&[("ses".to_owned(), Notice::Cancelled(QueueNo(10)))]);
        assert_eq!(other.read(&one.payload().expect("something")), Heard::All);
        assert_eq!(one.payload(), None, "told once");
    }

    #[test]
    fn a_payload_is_never_too_long() {
        let one = Wake::new(&SeededRandom::new(1));
        let many: Vec<(String, Notice)> = (0..NAMED as i64).map(|n| ("ses".to_owned(), Notice::Cancelled(QueueNo(i64::MAX - n)))).collect();
        one.tell(&many);
        assert!(one.payload().expect("something").len() < 8_000);
    }
}
