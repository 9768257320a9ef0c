//! Events of Amazon SNS: taken over HTTPS and out of SQS queues.
//!
//! What anybody can send costs little: shape, age and topic are looked at before a certificate is fetched or a signature computed. What is
//! believed is what SNS signed ([`jebi_domain::sns`]), of topics that may report ([`topics`]); where it came from a queue, its access
//! policy says who may.
//!
//! | file | owns |
//! |---|---|
//! | `chain` | whether a certificate is SNS's, and its key |
//! | `certificates` | fetching and keeping them |
//! | `topics` | which topics may report, confirming their subscriptions |
//! | `queue` | messages out of SQS queues |
//! | `seen` | when the last event came |
//! | `ready` | what of it `/ready` shows |

mod certificates;
mod chain;
mod queue;
mod ready;
mod seen;
mod topics;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{
    port::{
        Boxed, Clock, Store,
        sns::{EventSource, OwnAccounts, SourceChange, Web},
    },
    refusal::{Fault, Refusal, RefusalKind},
    sns::{Age, Envelope, Kind, TopicArn, age, raw_delivery},
    time::Boot,
};
use metrics::{Unit, counter, describe_counter, describe_gauge};

pub use certificates::Roots;
use certificates::{Certificates, For};
pub use jebi_domain::sns::Standing;
pub use queue::Settled;
use seen::SeenCounts;
use topics::{Confirming, Topics, later};

use super::{feedback::FeedbackIntake, trouble::refusal};

/// Messages of SNS, by how they came and what became of them.
const MESSAGES: &str = "jebi_sns_messages_total";
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// Takes what SES reports.
pub trait TakesEvents: Send + Sync {
    /// Takes one report; `id` is the message that brought it, the same whenever it comes again. Done only when it is stored.
    ///
    /// # Errors
    /// Busy for what may succeed later; anything else for what never can.
    fn take<'a>(&'a self, id: &'a str, text: &'a str) -> Boxed<'a, Result<(), Refusal>>;
}

impl TakesEvents for FeedbackIntake {
    fn take<'a>(&'a self, id: &'a str, text: &'a str) -> Boxed<'a, Result<(), Refusal>> {
        // What became of it is counted there.
        Box::pin(async move { self.ses(id, text).await.map(drop) })
    }
}

/// What may change while the server runs.
pub struct Settings {
    /// Topics of `SNS_TOPIC_ARNS`.
    pub listed: Vec<TopicArn>,
    /// The accounts mail is sent through.
    pub own: Arc<dyn OwnAccounts>,
}

/// What is needed from outside.
pub struct Outside {
    pub web: Arc<dyn Web>,
    pub events: Arc<dyn TakesEvents>,
    /// Whom SNS's certificates may be issued by.
    pub roots: Roots,
}

/// What became of a message that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The subscription is confirmed.
    Confirmed,
    /// It is stored, or needs nothing.
    Processed,
    /// It is stored and nothing came of it yet, and why.
    Kept(&'static str),
}

/// A topic or a queue as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How a topic stands; `None` for a queue.
    pub standing: Option<Standing>,
    pub info: EventSource,
}

/// Takes messages of SNS.
pub struct Sns {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    events: Arc<dyn TakesEvents>,
    certificates: Certificates,
    topics: Topics,
    seen: SeenCounts,
    /// When a reason for refusing was last named in the log.
    told: Mutex<HashMap<&'static str, Boot>>,
}

impl Sns {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, outside: Outside, settings: Settings) -> Self {
        describe_counter!(MESSAGES, Unit::Count, "Messages of SNS, by how they came and what became of them.");
        describe_gauge!(seen::LAST, Unit::Seconds, "When the last event of a topic or queue came to this node, in seconds since 1970.");
        let Outside { web, events, roots } = outside;
        Self {
            certificates: Certificates::new(Arc::clone(&web), Arc::clone(&clock), roots),
            topics: Topics::new(Arc::clone(&store), Arc::clone(&clock), web, settings),
            seen: SeenCounts::default(),
            told: Mutex::default(),
            store,
            clock,
            events,
        }
    }

    /// Reads what is known of topics, before the first message comes.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn start(&self) -> Result<(), Refusal> {
        self.topics.refresh().await
    }

    /// Takes other settings.
    pub fn set(&self, settings: Settings) {
        self.topics.set(settings);
    }

    /// Takes a message that was posted here. `raw` is whether it says that it has no envelope.
    ///
    /// # Errors
    /// Busy for what is our own fault: SNS delivers it again. Anything else for what can never succeed.
    pub async fn deliver(&self, body: &[u8], raw: bool) -> Result<Delivered, Refusal> {
        let end = if raw { Err(raw_delivery()) } else { self.judge(body).await };
        count("https", &end);
        if let Err(refusal) = &end {
            self.tell(refusal);
        }
        end
    }

    /// Names why messages are refused, which SNS shows nobody; each reason once in a while, for whoever forges some must not fill the log.
    fn tell(&self, refusal: &Refusal) {
        let code = refusal.faults.first().map_or("refused", |fault| fault.code);
        let (now, mut told) = (self.clock.boot(), self.told.lock().unwrap_or_else(PoisonError::into_inner));
        if told.get(code).is_some_and(|at| now.since(*at) < TELL_AGAIN) {
            return;
        }
        told.insert(code, now);
        let error = refusal;
        tracing::warn!(code, %error, "a message posted as one of SNS was refused; others for this reason are not named for a minute");
    }

    async fn judge(&self, body: &[u8]) -> Result<Delivered, Refusal> {
        let envelope = Envelope::read(body)?;
        let age = age(envelope.at, self.clock.wall());
        let (standing, unsure) = self.topics.standing(&envelope.topic).await?;
        let asks = matches!(envelope.kind, Kind::SubscriptionConfirmation(_));
        if standing == Standing::Removed || !(standing.is_permitted() || asks) {
            return Err(not_allowed(&envelope.topic, unsure));
        }
        if age == Age::Stale && !standing.is_permitted() {
            let fault = format!("the message was published at {}, longer ago than SNS delivers one", envelope.at);
            let remedy = "nothing is to be done if it was taken before; else check this machine's clock";
            return Err(Refusal::invalid(Fault::new("Timestamp", "stale_sns_message", fault, remedy)));
        }
        self.verify(&envelope, if standing.is_permitted() { For::Permitted } else { For::Stranger }).await?;
        let (published, now) = (envelope.at, self.clock.wall());
        match age {
            Age::Fresh => self.take(envelope, standing.is_permitted()).await,
            Age::Early => {
                tracing::error!(%published, %now, "SNS signed a message of a time to come: this machine's clock is behind");
                Err(Refusal::busy(20, "clock_behind", "the message is of a time to come by this server's clock"))
            }
            // Repeated by somebody else, who gains nothing by coming again; or delivered by SNS while our clock is ahead, and then it must.
            Age::Stale => Err(Refusal::busy(20, "clock_ahead", "the message is older than SNS delivers one by this server's clock")),
        }
    }

    /// Whether SNS signed it.
    async fn verify(&self, envelope: &Envelope, wanted: For) -> Result<(), Refusal> {
        let key = self.certificates.key(&envelope.signed.certificate, wanted).await?;
        if key.verifies(&envelope.signed) {
            return Ok(());
        }
        let fault = "the signature is not that of SNS for this message";
        let remedy = "let SNS deliver here, or post exactly what it delivered";
        Err(Refusal::denied(Fault::new("Signature", "sns_signature", fault, remedy)))
    }

    /// Does with a message of SNS what it is for.
    async fn take(&self, envelope: Envelope, permitted: bool) -> Result<Delivered, Refusal> {
        let Envelope { kind, message_id, topic, message, .. } = envelope;
        match kind {
            Kind::Notification => {
                self.events.take(&message_id, &message).await?;
                self.seen.add(topic.as_str(), self.clock.wall());
                Ok(Delivered::Processed)
            }
            Kind::SubscriptionConfirmation(asked) => Ok(match self.topics.asked(&topic, &asked.subscribe_url, permitted).await? {
                Some(Confirming::Done) => Delivered::Confirmed,
                Some(Confirming::Later) => Delivered::Kept("SNS could not be reached to confirm the subscription; it is tried again"),
                Some(Confirming::Over) => Delivered::Kept("SNS did not take the confirmation; subscribe again"),
                None => Delivered::Kept("the topic waits until somebody allows it with `jebi sns allow ARN`"),
            }),
            Kind::UnsubscribeConfirmation => {
                tracing::warn!(%topic, "the subscription of an SNS topic has ended; subscribe again if that was not meant");
                self.topics.change(topic.as_str(), SourceChange::Unsubscribed).await?;
                Ok(Delivered::Processed)
            }
        }
    }

    /// Topics and queues, known or configured, by name.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<Source>, Refusal> {
        self.topics.refresh().await?;
        let mut all = Vec::new();
        let known = self.topics.known();
        let (listed, unwritten) = (self.topics.listed(), self.seen.names());
        let names = listed.iter().map(TopicArn::as_str).chain(known.keys().chain(&unwritten).map(String::as_str));
        for name in names.collect::<BTreeSet<_>>() {
            let mut info = known.get(name).cloned().unwrap_or_else(|| EventSource { name: name.to_owned(), ..EventSource::default() });
            let (last, events) = self.seen.unwritten(name);
            (info.last_event_at, info.events) = (later(info.last_event_at, last), info.events + i64::from(events));
            let standing = match TopicArn::parse(name) {
                Ok(topic) => Some(self.topics.standing(&topic).await?.0),
                Err(_) => None,
            };
            all.push(Source { standing, info });
        }
        Ok(all)
    }

    /// A person allows a topic; a subscription of it that waits is confirmed.
    ///
    /// # Errors
    /// It is not the ARN of a topic, or the store cannot write.
    pub async fn allow(&self, arn: &str) -> Result<Source, Refusal> {
        let topic = named(arn)?;
        self.topics.allow(&topic).await?;
        self.one(&topic).await
    }

    /// A person takes a topic out.
    ///
    /// # Errors
    /// It is not known, or the configuration names it, or the store cannot write.
    pub async fn remove(&self, arn: &str) -> Result<Source, Refusal> {
        let topic = named(arn)?;
        self.topics.remove(&topic).await?;
        self.one(&topic).await
    }

    async fn one(&self, topic: &TopicArn) -> Result<Source, Refusal> {
        self.list().await?.into_iter().find(|source| source.info.name == topic.as_str()).ok_or_else(|| Refusal::missing("topic"))
    }

    /// Reads what other nodes have written, confirms what is due, and writes down what came. For a worker, every few seconds.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn upkeep(&self) -> Result<(), Refusal> {
        self.flush().await?;
        self.topics.refresh().await?;
        self.topics.confirm_due().await
    }

    /// Writes down what came since the last time.
    ///
    /// # Errors
    /// A store that cannot write; it is written the next time.
    pub async fn flush(&self) -> Result<(), Refusal> {
        let seen = self.seen.take();
        if seen.is_empty() {
            return Ok(());
        }
        let written = self.store.sources_seen(seen.clone(), self.clock.wall()).await;
        written.map_err(|error| {
            self.seen.put_back(seen);
            refusal(error)
        })
    }
}

fn named(arn: &str) -> Result<TopicArn, Refusal> {
    TopicArn::parse(arn).map_err(|fault| Refusal::invalid(Fault { field: "arn".to_owned(), ..fault }))
}

fn not_allowed(topic: &TopicArn, unsure: bool) -> Refusal {
    if unsure {
        let fault = "whether the topic is of our own AWS account cannot be told just now";
        let remedy = "deliver it again later; name the topic in SNS_TOPIC_ARNS, or run `jebi sns allow ARN`, so that nobody has to ask";
        return Refusal::new(RefusalKind::Busy { retry_after_s: 20 }, Fault::new("TopicArn", "sns_account_unknown", fault, remedy));
    }
    let fault = format!("messages of the topic {topic} are not taken");
    let remedy = "let the operator name it in SNS_TOPIC_ARNS, or run `jebi sns allow ARN`";
    Refusal::denied(Fault::new("TopicArn", "sns_topic_not_allowed", fault, remedy))
}

fn count(way: &'static str, end: &Result<Delivered, Refusal>) {
    let result = match end {
        Ok(Delivered::Confirmed) => "confirmed",
        Ok(Delivered::Processed) => "processed",
        Ok(Delivered::Kept(_)) => "kept",
        Err(refusal) => refusal.faults.first().map_or("refused", |fault| fault.code),
    };
    counter!(MESSAGES, "way" => way, "result" => result).increment(1);
}
