//! What the tests stand on: an engine to open, a clock moved by hand, short words for the port's calls. After every test the
//! invariants are verified, whatever the test looked at.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use jebi_domain::{
    delivery::State,
    event::{Feedback, FeedbackKind},
    fake::{ManualClock, SeededRandom},
    id::{DeliveryId, DeliveryKey, Incarnation, KeyNo, MessageId, MessageNo, QueueNo},
    message::{Content, Copies, Draft, Lane, Mailbox, Message, OnUnknown, Role},
    outcome::{Decision, Reason},
    port::{
        Boxed, Clock,
        nodes::{DEAD_AFTER, NodeStart},
        operator::Whom,
        store::{
            AcceptBatch, AcceptReport, Accepted, Claim, Claimed, Counts, DeliveryFilter, DeliveryView, DomainRoom, Housekept, MessageView,
            Notice, Settlement, Store, StoreResult, Subscription, Violation, Window,
        },
    },
    reputation::Via,
    time::Wall,
};

/// Runs a test for every engine: one line each.
macro_rules! engines {
    ($test:ident) => {
        mod $test {
            #[test]
            fn sqlite() {
                crate::store::support::run(Box::new(crate::store::sqlite::Sqlite::new()), super::$test);
            }
            #[test]
            fn postgres() {
                crate::store::support::run(Box::new(crate::store::postgres::OnPostgres::new()), super::$test);
            }
        }
    };
}

/// Declares tests as functions over a fixture.
macro_rules! conform {
    ($($(#[$doc:meta])* async fn $name:ident($f:ident) $body:block)*) => {$(
        $(#[$doc])*
        async fn $name($f: &mut crate::store::support::Fixture) $body
        engines!($name);
    )*};
}

/// An engine with a place of its own to keep a store in.
pub trait Engine: Send {
    /// Opens the store, making it if there is none.
    fn open<'a>(&'a self, clock: &'a ManualClock) -> Boxed<'a, Result<Arc<dyn Store>, String>>;
    /// What a crash at this moment would leave on the disk, as an engine of its own. Callable from the store's own threads.
    fn crashed(&self) -> Box<dyn FnOnce() -> Box<dyn Engine> + Send>;
    /// Lets the engine's own clock go on, where it has one, as the test moves its.
    fn pass(&self, _ms: i64) {}
    /// Lets all nodes be silent for so long that they count as gone, where that does not follow from the next one's start.
    fn gone(&self) {}
    /// Changes the stored data behind the store's back; it must be closed.
    fn tamper(&self, sql: &str);
}

pub const PROVIDER: &str = "ses";
pub const START: Wall = Wall(1_700_000_000_000);
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
/// What failed, what expired, and what nobody knows of.
pub const OPEN: Whom = Whom { open: true, soft_bounced: false };

pub struct Fixture {
    pub engine: Box<dyn Engine>,
    pub clock: ManualClock,
    pub store: Arc<dyn Store>,
    pub incarnation: Incarnation,
    pub window: Arc<Window>,
    pub notices: Arc<Mutex<Vec<Notice>>>,
    random: SeededRandom,
    /// Milliseconds after which mail never attempted is expired at claim.
    pub lateness: i64,
    /// From when on that counts.
    pub late_from: Wall,
    /// Senders' domains whose bulk mail is held back.
    pub domains: Vec<DomainRoom>,
    /// Recipients a claim may bring.
    pub recipients: u32,
    /// Faults were planted: the verification after the test is off.
    pub planted: bool,
}

pub fn run(engine: Box<dyn Engine>, test: impl AsyncFnOnce(&mut Fixture)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let mut f = Fixture::open(engine, 7).await;
        test(&mut f).await;
        if !f.planted {
            assert_eq!(f.violations().await, [], "after the test");
        }
        f.store.close().await;
    });
}

/// A message to be, with the usual values.
pub struct Mail {
    pub topic: &'static str,
    pub lane: Lane,
    pub copies: Copies,
    pub due: Option<Wall>,
    pub expires_at: Option<Wall>,
    pub on_unknown: OnUnknown,
    pub subject: String,
}

pub fn address(i: usize) -> String {
    format!("person{i}@example.com")
}

pub fn mailbox(email: impl Into<String>) -> Mailbox {
    Mailbox { email: email.into(), name: None }
}

/// A copy each to `n` people.
pub fn each(topic: &'static str, n: usize) -> Mail {
    to(topic, (0..n).map(address))
}

pub fn to(topic: &'static str, people: impl IntoIterator<Item = String>) -> Mail {
    let copies = Copies::Each(people.into_iter().map(mailbox).collect());
    Mail { topic, lane: Lane::Transactional, copies, due: None, expires_at: None, on_unknown: OnUnknown::Resend, subject: "hello".into() }
}

/// One copy to `n` people.
pub fn joint(topic: &'static str, n: usize) -> Mail {
    let role = |i| if i == 0 { Role::To } else { Role::Cc };
    Mail { copies: Copies::Joint((0..n).map(|i| (role(i), mailbox(address(i)))).collect()), ..each(topic, 0) }
}

pub fn reason(code: &str) -> Reason {
    Reason::new(code, "said so", "")
}

pub fn sent() -> Decision {
    Decision::Sent { provider_id: "p1".into() }
}
pub fn failed() -> Decision {
    Decision::Failed { reason: reason("550") }
}
pub fn retry(due: Wall) -> Decision {
    Decision::Retry { due, reason: reason("451") }
}
pub fn returned(due: Wall) -> Decision {
    Decision::Return { due, reason: Some(reason("throttled")) }
}
pub fn unsettled(review_at: Wall) -> Decision {
    Decision::Unsettled { review_at, reason: reason("timeout") }
}
pub fn unknown() -> Decision {
    Decision::Unknown { reason: reason("timeout") }
}

/// The end of an attempt at one copy of a claim.
pub fn settlement(claimed: &Claimed, ordinal: u32, at: Wall, decision: Decision) -> Settlement {
    Settlement {
        key: DeliveryKey::new(claimed.message_no, ordinal),
        lease: claimed.lease,
        queue: claimed.queue,
        attempt: claimed.attempt,
        at,
        recipients: places(claimed, ordinal),
        via: Some(Arc::new(Via::of(&claimed.message))),
        decision,
    }
}

/// Whom of a joint copy the attempt goes to.
pub fn places(claimed: &Claimed, ordinal: u32) -> Vec<u32> {
    let Some(copy) = claimed.copies.iter().find(|one| one.ordinal == ordinal).filter(|one| one.addressees.len() > 1) else { return vec![] };
    let open = copy.addressees.iter().enumerate().filter(|(_, a)| a.open);
    open.map(|(i, _)| i as u32).collect()
}

impl Fixture {
    pub async fn open(engine: Box<dyn Engine>, seed: u64) -> Self {
        let clock = ManualClock::new(START);
        let store = engine.open(&clock).await.expect("the store opens");
        let mut f = Self {
            engine,
            clock,
            store,
            incarnation: Incarnation(0),
            window: Arc::default(),
            notices: Arc::default(),
            random: SeededRandom::new(seed),
            lateness: DAY,
            late_from: Wall(0),
            domains: vec![],
            recipients: u32::MAX,
            planted: false,
        };
        f.begin().await;
        f
    }

    /// What a node does at its start, after the one before has gone; returns how many copies it reclaimed.
    pub async fn begin(&mut self) -> u64 {
        self.engine.gone();
        self.incarnation = self.store.start(&node("하나"), self.now()).await.expect("start");
        self.subscribe().await;
        self.reclaim().await
    }

    pub async fn subscribe(&self) {
        let notices = Arc::clone(&self.notices);
        let notify = move |n| notices.lock().unwrap_or_else(PoisonError::into_inner).push(n);
        let subscription = Subscription {
            provider: PROVIDER.into(),
            incarnation: self.incarnation,
            window: Arc::clone(&self.window),
            notify: Arc::new(notify),
        };
        self.store.subscribe(subscription).await.expect("subscribe");
    }

    pub async fn reclaim(&self) -> u64 {
        self.store.reclaim(self.incarnation, DEAD_AFTER, self.now(), [1_000, 60_000]).await.expect("reclaim")
    }

    /// Ends the process without a word to the store's callers, and starts another.
    pub async fn restart(&mut self) -> u64 {
        self.reopen().await;
        self.begin().await
    }

    /// Closes and opens, without starting a node.
    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = self.engine.open(&self.clock).await.expect("the store opens again");
    }

    pub fn now(&self) -> Wall {
        self.clock.wall()
    }

    pub fn pass(&self, ms: i64) {
        self.clock.advance(Duration::from_millis(u64::try_from(ms).expect("forward")));
        self.engine.pass(ms);
    }

    pub fn draft(&self, mail: Mail) -> Draft {
        let now = self.now();
        let content = Content {
            from: mailbox("from@example.com"),
            reply_to: vec![],
            subject: mail.subject,
            text: Some("text".into()),
            html: None,
            headers: vec![],
            tags: vec![],
            fill: None,
            attachments: vec![],
            list: None,
            calendar: None,
            shown: mail.copies.shown(),
            track: None,
        };
        let message = Message {
            id: MessageId::new(now, &self.random),
            topic: mail.topic.into(),
            lane: mail.lane,
            provider: PROVIDER.into(),
            route: "the only one".into(),
            content,
            on_unknown: mail.on_unknown,
            created_at: now,
            due: mail.due.unwrap_or(now),
            scheduled: mail.due.is_some(),
            expires_at: mail.expires_at,
            variables: None,
        };
        Draft { message: Arc::new(message), copies: mail.copies, personal: vec![] }
    }

    pub fn batch(&self, drafts: Vec<Draft>, key: Option<&str>) -> AcceptBatch {
        AcceptBatch {
            drafts,
            api_key: KeyNo(1),
            idempotency: key.map(|k| (k.to_owned(), [7; 32])),
            at: self.now(),
            answer: Box::new(|report: &AcceptReport| (202, Bytes::from(format!("{:?}", report.suppressed)))),
        }
    }

    /// Accepts mails in one request; their ids.
    pub async fn post(&self, mails: Vec<Mail>) -> Vec<MessageId> {
        let drafts: Vec<_> = mails.into_iter().map(|m| self.draft(m)).collect();
        let ids = drafts.iter().map(|d| d.message.id).collect();
        let accepted = self.store.accept(self.batch(drafts, None)).await.expect("accept");
        assert!(matches!(accepted, Accepted::Stored(202, _)));
        ids
    }

    pub async fn post_one(&self, mail: Mail) -> MessageId {
        self.post(vec![mail]).await[0]
    }

    pub async fn queues(&self) -> Vec<QueueNo> {
        self.store.queues(PROVIDER).await.expect("queues").into_iter().map(|q| q.queue).collect()
    }

    pub async fn try_claim(&self, turns: Vec<(QueueNo, u32)>) -> StoreResult<Vec<Claimed>> {
        let claim = Claim {
            incarnation: self.incarnation,
            provider: PROVIDER.into(),
            turns,
            now: self.now(),
            max_lateness_ms: self.lateness,
            late_from: self.late_from,
            domains: self.domains.clone(),
            recipients: self.recipients,
        };
        self.store.claim(claim).await.map(|r| r.claimed)
    }

    pub async fn claim_from(&self, queue: QueueNo, n: u32) -> Vec<Claimed> {
        self.try_claim(vec![(queue, n)]).await.expect("claim")
    }

    /// Claims up to `n` copies from each queue.
    pub async fn claim(&self, n: u32) -> Vec<Claimed> {
        let turns = self.queues().await.into_iter().map(|q| (q, n)).collect();
        self.try_claim(turns).await.expect("claim")
    }

    pub async fn settle(&self, claimed: &Claimed, ordinal: u32, decision: Decision) {
        self.apply(vec![settlement(claimed, ordinal, self.now(), decision)]).await;
    }

    pub async fn settle_all(&self, claimed: &[Claimed], decision: Decision) {
        let now = self.now();
        let all = claimed.iter().flat_map(|c| c.copies.iter().map(|one| settlement(c, one.ordinal, now, decision.clone())));
        self.apply(all.collect()).await;
    }

    pub async fn apply(&self, batch: Vec<Settlement>) {
        self.store.settle(batch).await.expect("settle");
    }

    pub async fn view(&self, message: MessageId, ordinal: u32) -> DeliveryView {
        self.store.delivery(DeliveryId { message, ordinal }).await.expect("look-up").expect("a delivery").0
    }

    pub async fn state(&self, message: MessageId, ordinal: u32) -> State {
        self.view(message, ordinal).await.state
    }

    pub async fn message(&self, id: MessageId) -> MessageView {
        self.store.message(id).await.expect("look-up").expect("a message")
    }

    pub async fn topic(&self, name: &str) -> Counts {
        self.store.topic(name).await.expect("look-up").expect("a topic").counts
    }

    pub async fn all(&self, filter: DeliveryFilter) -> Vec<DeliveryView> {
        self.store.deliveries(filter, None, 100_000).await.expect("list").deliveries
    }

    pub async fn report(&self, message: MessageId, ordinal: u32, recipient: &str, kind: FeedbackKind) -> u64 {
        let delivery = DeliveryId { message, ordinal };
        let one = Feedback { delivery, recipient: recipient.into(), kind, at: self.now(), detail: "250 ok".into() };
        self.store.record_feedback(vec![one]).await.expect("feedback")
    }

    pub async fn housekeep(&self) {
        while self.store.housekeep(self.incarnation, self.now()).await.expect("housekeep") == Housekept::More {}
    }

    pub async fn violations(&self) -> Vec<Violation> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let slice = self.store.verify(after).await.expect("verify");
            all.extend(slice.violations);
            after = slice.next;
            if after.is_none() {
                return all;
            }
        }
    }

    pub async fn leased(&self) -> i64 {
        self.store.health().await.expect("health").leased
    }

    pub fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a node says of itself.
pub fn node(name: &str) -> NodeStart {
    NodeStart { name: name.into(), version: "0.0.0".into() }
}

/// Every key claimed, sorted.
pub fn keys(claimed: &[Claimed]) -> Vec<(MessageNo, u32)> {
    let mut all: Vec<_> = claimed.iter().flat_map(|c| c.copies.iter().map(|one| (c.message_no, one.ordinal))).collect();
    all.sort_unstable();
    all
}

pub fn copies(claimed: &[Claimed]) -> usize {
    claimed.iter().map(|c| c.copies.len()).sum()
}
