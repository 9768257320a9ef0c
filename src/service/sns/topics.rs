//! Topics: which of them may report, and confirming their subscriptions.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use jebi_domain::{
    port::{
        Clock, Store,
        sns::{Asked, EventSource, OwnAccounts, SourceChange, Web},
    },
    refusal::{Fault, Refusal, RefusalKind},
    sns::{Standing, TopicArn, Verdict, is_subscribe_url, standing},
    time::{Boot, Wall},
};

use crate::service::trouble::refusal;

/// Largest answer to a confirmation; SNS's has about 500 bytes.
const LARGEST: usize = 64 << 10;
/// A topic nobody knows is looked for in the store at most so often: another node may have been told of it.
const LOOK: Duration = Duration::from_secs(2);
/// Subscriptions of topics nobody has allowed that are written down in a minute: anybody can have SNS ask.
const STRANGERS: u32 = 10;
const MINUTE: Duration = Duration::from_secs(60);
/// When a confirmation is tried again: doubled each time, up to an hour.
const FIRST_RETRY: Duration = Duration::from_secs(30);
const LAST_RETRY: Duration = Duration::from_secs(3_600);
/// "Confirmation tokens are valid for two days" (SNS API, `Subscribe`).
const TOKEN_LIFE: Duration = Duration::from_secs(2 * 86_400);

/// How it went with a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirming {
    Done,
    /// It is tried again.
    Later,
    /// SNS does not take it any more.
    Over,
}

/// Topics, as they are known between two looks at the store.
pub(super) struct Topics {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    web: Arc<dyn Web>,
    listed: ArcSwap<Vec<TopicArn>>,
    own: ArcSwap<Arc<dyn OwnAccounts>>,
    known: ArcSwap<HashMap<String, EventSource>>,
    /// When the store is asked again, at the earliest.
    look_at: Mutex<Boot>,
    /// When this minute began, and how many subscriptions of strangers were written down in it.
    strangers: Mutex<(Boot, u32)>,
}

impl Topics {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, web: Arc<dyn Web>, settings: super::Settings) -> Self {
        Self {
            store,
            clock,
            web,
            listed: ArcSwap::from_pointee(settings.listed),
            own: ArcSwap::from_pointee(settings.own),
            known: ArcSwap::default(),
            look_at: Mutex::default(),
            strangers: Mutex::default(),
        }
    }

    pub(super) fn set(&self, settings: super::Settings) {
        self.listed.store(Arc::new(settings.listed));
        self.own.store(Arc::new(settings.own));
    }

    pub(super) fn listed(&self) -> Arc<Vec<TopicArn>> {
        self.listed.load_full()
    }

    /// What is known of topics and queues, as of the last look at the store.
    pub(super) fn known(&self) -> Arc<HashMap<String, EventSource>> {
        self.known.load_full()
    }

    /// Reads them again.
    pub(super) async fn refresh(&self) -> Result<(), Refusal> {
        let all = self.store.sources().await.map_err(refusal)?;
        self.known.store(Arc::new(all.into_iter().map(|source| (source.name.clone(), source)).collect()));
        Ok(())
    }

    /// Judges a topic by what is known now. The second says that it could be one of our own, and nobody can tell now.
    pub(super) async fn standing(&self, topic: &TopicArn) -> Result<(Standing, bool), Refusal> {
        let judged = self.judged(topic).await;
        if judged.0.is_permitted() || !self.may_look() {
            return Ok(judged);
        }
        self.refresh().await?;
        Ok(self.judged(topic).await)
    }

    async fn judged(&self, topic: &TopicArn) -> (Standing, bool) {
        let (known, listed) = (self.known.load_full(), self.listed.load_full());
        let source = known.get(topic.as_str());
        let verdict = source.map_or(Verdict::None, |source| source.verdict);
        let confirmed = source.is_some_and(|source| source.confirmed_at.is_some());
        let judged = standing(topic, &listed, verdict, confirmed, &[]);
        // Whose it is matters only where nothing else decides.
        if judged != Standing::Waiting || !listed.is_empty() {
            return (judged, false);
        }
        match self.own.load_full().own().await {
            Ok(own) => (standing(topic, &listed, verdict, confirmed, &own), false),
            Err(reason) => {
                tracing::warn!(%topic, code = reason.code, error = reason.text, remedy = reason.remedy, "our own AWS account is not known");
                (judged, true)
            }
        }
    }

    fn may_look(&self) -> bool {
        let (now, mut at) = (self.clock.boot(), self.look_at.lock().unwrap_or_else(PoisonError::into_inner));
        let may = now >= *at;
        if may {
            *at = now + LOOK;
        }
        may
    }

    /// Writes down what happened to a topic.
    pub(super) async fn change(&self, topic: &str, change: SourceChange) -> Result<(), Refusal> {
        self.store.change_source(topic, change, self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await
    }

    /// Keeps a subscription that asks to be confirmed, and confirms it where its topic is permitted. `None` where it waits for a person.
    pub(super) async fn asked(&self, topic: &TopicArn, url: &str, permitted: bool) -> Result<Option<Confirming>, Refusal> {
        if !permitted {
            return self.waits(topic, url).await.map(|()| None);
        }
        let now = self.clock.wall();
        // Kept before it is tried: whatever happens now, it is tried again.
        let next = Some(now + FIRST_RETRY);
        self.change(topic.as_str(), SourceChange::Asked { url: url.to_owned(), next }).await?;
        let asked = Asked { url: url.to_owned(), at: now, next, tries: 0, fault: None };
        self.confirm(topic.as_str(), &asked).await.map(Some)
    }

    /// Keeps a subscription of a topic nobody has allowed. Whoever repeats the message has nothing written by it.
    async fn waits(&self, topic: &TopicArn, url: &str) -> Result<(), Refusal> {
        if self.known.load().get(topic.as_str()).and_then(|source| source.asked.as_ref()).is_some_and(|asked| asked.url == url) {
            return Ok(());
        }
        let written = {
            let (now, mut strangers) = (self.clock.boot(), self.strangers.lock().unwrap_or_else(PoisonError::into_inner));
            if now.since(strangers.0) >= MINUTE {
                *strangers = (now, 0);
            }
            strangers.1 = strangers.1.saturating_add(1);
            strangers.1
        };
        if written > STRANGERS {
            return Err(Refusal::busy(
                60,
                "too_many_subscriptions",
                "too many topics nobody has allowed ask to be confirmed in this minute",
            ));
        }
        self.change(topic.as_str(), SourceChange::Asked { url: url.to_owned(), next: None }).await?;
        tracing::warn!(%topic, "an SNS topic that nobody has allowed asks to be confirmed: run `jebi sns allow` if it is yours");
        Ok(())
    }

    /// Confirms what may be confirmed by now and was not.
    pub(super) async fn confirm_due(&self) -> Result<(), Refusal> {
        let (now, known) = (self.clock.wall(), self.known());
        for (name, source) in known.iter() {
            // What waits for a person may be permitted by now: the configuration changed, or our own account is known again.
            let is_due = |asked: &&Asked| asked.next.map_or(asked.fault.is_none(), |next| next <= now);
            let (Some(asked), Ok(topic)) = (source.asked.as_ref().filter(is_due), TopicArn::parse(name)) else { continue };
            if self.standing(&topic).await?.0.is_permitted() {
                self.confirm(name, asked).await?;
            }
        }
        Ok(())
    }

    /// Visits a subscription's address, once.
    async fn confirm(&self, topic: &str, asked: &Asked) -> Result<Confirming, Refusal> {
        let url = asked.url.clone();
        // It was judged when it came; what is kept may have been written by hand since.
        let got = if is_subscribe_url(&url) { self.web.get(&url, LARGEST).await } else { Err("it is not an address of SNS".to_owned()) };
        let (fault, over) = match got {
            Ok(got) if got.status == 200 => {
                tracing::info!(topic, "a subscription of an SNS topic is confirmed");
                self.change(topic, SourceChange::Confirmed { url }).await?;
                return Ok(Confirming::Done);
            }
            Ok(got) => (format!("SNS answered with status {}", got.status), (400..500).contains(&got.status)),
            Err(why) => (why, false),
        };
        let now = self.clock.wall();
        let pause = (FIRST_RETRY * 2_u32.saturating_pow(asked.tries.min(16))).min(LAST_RETRY);
        let next = (!over && now + pause < asked.at + TOKEN_LIFE).then(|| now + pause);
        tracing::warn!(topic, fault, again = ?next, "a subscription of an SNS topic could not be confirmed");
        self.change(topic, SourceChange::Failed { url, fault, next }).await?;
        Ok(if next.is_some() { Confirming::Later } else { Confirming::Over })
    }

    /// A person allows a topic, known or not. What waited of it is confirmed.
    pub(super) async fn allow(&self, topic: &TopicArn) -> Result<(), Refusal> {
        self.change(topic.as_str(), SourceChange::Judged(Verdict::Allowed)).await?;
        self.confirm_due().await
    }

    /// A person takes a topic out: its messages are refused until it is allowed again.
    pub(super) async fn remove(&self, topic: &TopicArn) -> Result<(), Refusal> {
        if self.listed.load().contains(topic) {
            let fault = "the configuration names this topic (SNS_TOPIC_ARNS)";
            let remedy = "take it out there and reload";
            return Err(Refusal::new(RefusalKind::Conflict, Fault::new("arn", "sns_topic_listed", fault, remedy)));
        }
        self.refresh().await?;
        if !self.known().contains_key(topic.as_str()) {
            return Err(Refusal::missing("topic"));
        }
        self.change(topic.as_str(), SourceChange::Judged(Verdict::Removed)).await
    }
}

/// When something came of a source, newest of both.
pub(super) fn later(a: Option<Wall>, b: Option<Wall>) -> Option<Wall> {
    a.max(b)
}
