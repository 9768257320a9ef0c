//! One connection: opened, set up, looked at; opened again until it is there.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{
    port::{Clock, Random},
    time::Boot,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_postgres::{AsyncMessage, Client, Notification, Socket, tls::TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::sync::CancellationToken;

use super::{
    Fault, Identity, Kind, Reach, Rights, Session, Target,
    check::{self, Checked},
    tls,
};

/// The first and the longest distance between two attempts.
const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// A connection that was looked at. It lives as long as its client.
pub struct Connected {
    pub client: Client,
    /// Which server it leads to.
    pub identity: Identity,
    /// Its version, for people.
    pub version: String,
    /// What comes of LISTEN; ends with the connection.
    pub notifications: UnboundedReceiver<Notification>,
}

/// Opens connections to one server.
pub struct Connector {
    target: Target,
    session: Session,
    rights: Rights,
    driver: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    reach: Arc<Reach>,
    /// Told once, not at every connection.
    warned: Mutex<Vec<String>>,
}

impl Connector {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// The authorities cannot be read.
    pub fn new(
        target: Target,
        session: Session,
        rights: Rights,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        reach: Arc<Reach>,
    ) -> Result<Self, Fault> {
        let (driver, tls) = (target.driver(&session), tls::connector(&target)?);
        Ok(Self { target, session, rights, driver, tls, clock, random, reach, warned: Mutex::default() })
    }

    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    #[must_use]
    pub fn reach(&self) -> &Arc<Reach> {
        &self.reach
    }

    /// What an error on one of these connections means.
    #[must_use]
    pub fn fault(&self, error: &tokio_postgres::Error) -> Fault {
        Fault::using(error, &self.target)
    }

    /// Opens one, once.
    ///
    /// # Errors
    /// It cannot be reached, does not let us in, or is not fit.
    pub async fn open(&self) -> Result<Connected, Fault> {
        let opened = self.attempt().await;
        match &opened {
            Ok(_) => self.reach.up(),
            Err(fault) => self.reach.down(fault),
        }
        opened
    }

    /// Opens the first one of a start: tries again for so long while nobody answers, and says so each time. What does not pass by itself
    /// ends it at once.
    ///
    /// # Errors
    /// As [`Connector::open`], after the time.
    pub async fn open_at_start(&self, wait: Duration) -> Result<Connected, Fault> {
        let end = self.clock.boot() + wait;
        let mut distance = Distance::default();
        loop {
            let fault = match self.open().await {
                Ok(connected) => return Ok(connected),
                Err(fault) if fault.kind != Kind::Unavailable || wait.is_zero() => return Err(fault),
                Err(fault) => fault,
            };
            let now = self.clock.boot();
            if now >= end {
                return Err(fault.after(wait));
            }
            let next = (now + distance.next(self.random.as_ref())).min(end);
            let seconds = end.since(now).as_secs();
            tracing::warn!(error = %fault, "waiting for the database; the start gives up in {seconds} s");
            self.clock.sleep_until(next).await;
        }
    }

    /// Opens one however long it takes, whatever is wrong: a person may mend it meanwhile. `None` once `stop` is called.
    pub async fn open_again(&self, stop: &CancellationToken) -> Option<Connected> {
        let mut distance = Distance::default();
        loop {
            let opened = tokio::select! {
                opened = self.open() => opened,
                () = stop.cancelled() => return None,
            };
            if let Ok(connected) = opened {
                return Some(connected);
            }
            let next: Boot = self.clock.boot() + distance.next(self.random.as_ref());
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = stop.cancelled() => return None,
            }
        }
    }

    async fn attempt(&self) -> Result<Connected, Fault> {
        let opening = async {
            let (client, notifications, _) = self.raw().await.map_err(|e| Fault::opening(&e, &self.target))?;
            let Checked { version, identity, .. } = self.look(&client).await?;
            Ok(Connected { client, identity, version, notifications })
        };
        match tokio::time::timeout(self.session.connect_timeout, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(Fault::silent(&self.target, self.session.connect_timeout.as_secs())),
        }
    }

    /// A connection that is set up, and not looked at yet.
    pub(super) async fn raw(&self) -> Result<(Client, UnboundedReceiver<Notification>, JoinHandle<()>), tokio_postgres::Error> {
        let (client, connection) = self.driver.connect(self.tls.clone()).await?;
        let (notify, notifications) = unbounded_channel();
        let driven = tokio::spawn(drive(connection, notify));
        if let Some(settings) = self.session.opening() {
            client.batch_execute(&settings).await?;
        }
        Ok((client, notifications, driven))
    }

    /// Whether the server behind a connection is fit. New dangers are logged.
    pub(super) async fn look(&self, client: &Client) -> Result<Checked, Fault> {
        let checked = check::look(client, &self.target, self.rights).await?;
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in checked.warnings.iter().filter(|warning| !warned.contains(warning)) {
            tracing::warn!("{warning}");
        }
        warned.clone_from(&checked.warnings);
        drop(warned);
        Ok(checked)
    }
}

/// Moves what a connection sends and receives, until it ends.
async fn drive<T: TlsStream + Unpin>(connection: tokio_postgres::Connection<Socket, T>, notify: UnboundedSender<Notification>) {
    let mut connection = pin!(connection);
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        match message {
            // Whoever does not listen has dropped the other end.
            Ok(AsyncMessage::Notification(notification)) => drop(notify.send(notification)),
            Ok(AsyncMessage::Notice(notice)) => tracing::debug!(notice = notice.message(), "the database says"),
            Ok(_) => {}
            // Whoever uses the connection next is told.
            Err(error) => {
                tracing::debug!(%error, "a connection to the database ended");
                return;
            }
        }
    }
}

/// The time to the next attempt: doubles, and half of it is chance, so that nodes do not come all at once.
struct Distance(Duration);

impl Default for Distance {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Distance {
    fn next(&mut self, random: &dyn Random) -> Duration {
        let half = self.0 / 2;
        self.0 = (self.0 * 2).min(LONGEST);
        let chance = random.below(u64::try_from(half.as_millis()).unwrap_or(u64::MAX));
        half + Duration::from_millis(chance)
    }
}

#[cfg(test)]
mod tests {
    use jebi_domain::fake::SeededRandom;

    use super::*;

    #[test]
    fn attempts_grow_apart_up_to_a_limit_and_differ_between_nodes() {
        let distances = |seed| -> Vec<Duration> {
            let (mut distance, random) = (Distance::default(), SeededRandom::new(seed));
            (0..8).map(|_| distance.next(&random)).collect()
        };
        let (one, other) = (distances(1), distances(2));
        assert_ne!(one, other);
        for all in [one, other] {
            assert!(all[0] >= FIRST / 2 && all[0] < FIRST, "{all:?}");
            assert!(all[7] >= LONGEST / 2 && all[7] < LONGEST, "{all:?}");
        }
    }
}
