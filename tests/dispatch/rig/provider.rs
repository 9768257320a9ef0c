//! A provider that does what the test says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jebi_domain::{
    outcome::{Limit, Outcome, Reason},
    port::{AccountReport, AccountState, Boxed, Channel, Clock, Local, Outgoing, Provider, Sender},
    time::Wall,
};
use tokio::sync::Notify;

/// What it answers to a mail.
#[derive(Clone)]
pub enum Reply {
    Now(Outcome),
    /// After so long on the test's clock.
    After(Duration, Outcome),
    /// When the test says so.
    Gate(Arc<Notify>, Outcome),
    /// Never.
    Hang,
    Panic,
}

type Answer = Box<dyn FnMut(&Outgoing) -> Reply + Send>;
type Ahead = Box<dyn FnMut() + Send>;
type Checkout = Box<dyn FnMut() -> Result<(), Outcome> + Send>;
type Asked = Option<Result<AccountReport, Reason>>;

struct Inner {
    answer: Answer,
    checkout: Checkout,
    connect: Duration,
    /// Taken in turn; the last one stays.
    accounts: VecDeque<Asked>,
    asked: u32,
    sent: Vec<Outgoing>,
    /// Connections in the pool.
    idle: u32,
}

/// The double. Clones share everything.
#[derive(Clone)]
pub struct Scripted {
    name: &'static str,
    inner: Arc<Mutex<Inner>>,
    /// What is done with a large mail before its slot.
    ahead: Arc<Mutex<Ahead>>,
    clock: Arc<dyn Clock>,
}

pub fn accepted() -> Outcome {
    Outcome::Accepted { provider_id: "id".into() }
}
pub fn reason(code: &str) -> Reason {
    Reason::new(code, "as the test says", "")
}
pub fn transient() -> Outcome {
    Outcome::Transient { reason: reason("transient") }
}
pub fn refused() -> Outcome {
    Outcome::RejectedAccount { reason: reason("paused") }
}
pub fn unknown() -> Outcome {
    Outcome::Unknown { reason: reason("timeout") }
}
pub fn throttled(limit: Limit) -> Outcome {
    Outcome::Throttled { limit, reason: reason("throttled") }
}
pub fn report(rate: Option<f64>, state: AccountState) -> Asked {
    Some(Ok(AccountReport {
        at: Wall(0),
        max_send_rate: rate,
        max_24_hour_send: Some(50_000.0),
        sent_last_24_hours: Some(7.0),
        state,
        sandbox: false,
    }))
}

impl Scripted {
    pub fn new(clock: impl Clock + 'static) -> Self {
        let inner = Inner {
            answer: Box::new(|_| Reply::Now(accepted())),
            checkout: Box::new(|| Ok(())),
            connect: Duration::ZERO,
            accounts: VecDeque::from([None]),
            asked: 0,
            sent: Vec::new(),
            idle: 0,
        };
        Self { name: "test", inner: Arc::new(Mutex::new(inner)), ahead: Arc::new(Mutex::new(Box::new(|| {}))), clock: Arc::new(clock) }
    }
    pub fn named(name: &'static str, clock: impl Clock + 'static) -> Self {
        Self { name, ..Self::new(clock) }
    }
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn answer(&self, answer: impl FnMut(&Outgoing) -> Reply + Send + 'static) {
        self.lock().answer = Box::new(answer);
    }
    pub fn always(&self, outcome: Outcome) {
        self.answer(move |_| Reply::Now(outcome.clone()));
    }
    pub fn checkout(&self, checkout: impl FnMut() -> Result<(), Outcome> + Send + 'static) {
        self.lock().checkout = Box::new(checkout);
    }
    /// May move the test's clock.
    pub fn ahead(&self, ahead: impl FnMut() + Send + 'static) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(ahead);
    }
    /// How long every connection takes to be established.
    pub fn connect(&self, time: Duration) {
        self.lock().connect = time;
    }
    pub fn accounts(&self, answers: impl IntoIterator<Item = Asked>) {
        self.lock().accounts = answers.into_iter().collect();
    }
    pub fn asked(&self) -> u32 {
        self.lock().asked
    }
    /// Everything handed to a connection, in order.
    pub fn sent(&self) -> Vec<Outgoing> {
        self.lock().sent.clone()
    }
    /// The first recipients of what was sent.
    pub fn recipients(&self) -> Vec<String> {
        self.lock().sent.iter().map(|mail| mail.to[0].clone()).collect()
    }
}

impl Provider for Scripted {
    fn name(&self) -> &str {
        self.name
    }
    fn kind(&self) -> &'static str {
        "scripted"
    }
    fn sender(&self) -> Box<dyn Sender> {
        Box::new(self.clone())
    }
    fn ahead(&self, mail: &mut Outgoing) {
        (self.ahead.lock().unwrap_or_else(PoisonError::into_inner))();
        mail.ahead = Some(Arc::new("done"));
    }
    fn account(&self) -> Boxed<'_, Asked> {
        let mut inner = self.lock();
        inner.asked += 1;
        let answer = if inner.accounts.len() > 1 { inner.accounts.pop_front() } else { inner.accounts.front().cloned() };
        Box::pin(std::future::ready(answer.flatten()))
    }
}

impl Sender for Scripted {
    fn checkout(&self) -> Local<'_, Result<Box<dyn Channel>, Outcome>> {
        let mut inner = self.lock();
        let may = (inner.checkout)();
        let is_new = inner.idle == 0;
        inner.idle = inner.idle.saturating_sub(1);
        let until = self.clock.boot() + if is_new { inner.connect } else { Duration::ZERO };
        Box::pin(async move {
            self.clock.sleep_until(until).await;
            may.map(|()| Box::new(self.clone()) as Box<dyn Channel>)
        })
    }
}

impl Channel for Scripted {
    fn send(self: Box<Self>, mail: Outgoing) -> Local<'static, Outcome> {
        let reply = {
            let mut inner = self.lock();
            inner.sent.push(mail.clone());
            (inner.answer)(&mail)
        };
        let written = self.clock.boot();
        Box::pin(async move {
            let outcome = match reply {
                Reply::Now(outcome) => outcome,
                Reply::Gate(gate, outcome) => {
                    gate.notified().await;
                    outcome
                }
                Reply::After(time, outcome) => {
                    self.clock.sleep_until(written + time).await;
                    outcome
                }
                Reply::Hang => std::future::pending().await,
                Reply::Panic => panic!("as the test says"),
            };
            self.lock().idle += 1;
            outcome
        })
    }
    fn put_back(self: Box<Self>) {
        self.lock().idle += 1;
    }
}
