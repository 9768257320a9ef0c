//! Endpoints and what they are told: what operators decide about them, and the making of calls.
//!
//! | file | owns |
//! |---|---|
//! | `check` | what an endpoint may be |
//! | `seal` | secrets as they are stored |
//! | `call` | one call: what is sent, and what becomes of it |
//! | `mail` | telling people by mail |

mod call;
mod check;
mod mail;
mod seal;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jebi_domain::{
    hook::{EndpointKind, HookKind, Speech, sign::Secret},
    port::{
        Clock, HookSender, Random, Store,
        hooks::{CallPage, CallState, EndpointInfo, EndpointNo, EventNo, HookBounds, NewEndpoint, Replay, Replayed},
        store::StoreError,
    },
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};
use metrics::gauge;
use serde_json::json;
use tokio::sync::Notify;

pub use self::{
    call::Made,
    check::{EndpointChange, EndpointRequest},
};
use self::{
    check::Checked,
    seal::{Kept, KeptSecret, Sealer},
};
use super::{accept::Accept, trouble::refusal};

/// Calls that wait are counted up to so many.
const COUNTED: u32 = 10_000;
/// Endpoints there may be: each costs every happening a look.
const MOST: usize = 100;
/// How long after it was rotated a secret signs beside the new one, unless told otherwise, and at most.
const OLD_KEPT: Duration = Duration::from_secs(24 * 3_600);
const OLD_LONGEST: u32 = 168;

/// What the operator decided about webhooks.
#[derive(Clone, Debug)]
pub struct HookSettings {
    /// Of messages for people, where an endpoint does not say.
    pub language: Speech,
    pub bounds: HookBounds,
    /// Calls to one endpoint at a time, from this node.
    pub concurrency: usize,
}

/// An endpoint with its secret, which is shown once.
#[derive(Clone, Debug)]
pub struct WithSecret {
    pub endpoint: EndpointInfo,
    pub secret: Option<Secret>,
}

/// Why an endpoint is disabled where a person wanted it so.
pub const BY_PERSON: &str = "a person disabled it";

/// Endpoints and their calls.
pub struct Hooks {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    sender: Arc<dyn HookSender>,
    accept: Arc<Accept>,
    sealer: Option<Sealer>,
    settings: HookSettings,
    live: ArcSwap<Vec<EndpointInfo>>,
    wake: Arc<Notify>,
}

impl Hooks {
    /// `secret` is the installation's; without one no endpoint with secrets can be made or called.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
        sender: Arc<dyn HookSender>,
        accept: Arc<Accept>,
        secret: Option<&[u8]>,
        settings: HookSettings,
    ) -> Self {
        let wake = Arc::new(Notify::new());
        let to_wake = Arc::clone(&wake);
        store.on_calls(Arc::new(move || to_wake.notify_one()));
        Self { store, clock, random, sender, accept, sealer: secret.map(Sealer::new), settings, live: ArcSwap::default(), wake }
    }

    #[must_use]
    pub fn settings(&self) -> &HookSettings {
        &self.settings
    }

    /// The endpoints as last read.
    #[must_use]
    pub fn live(&self) -> Arc<Vec<EndpointInfo>> {
        self.live.load_full()
    }

    /// Completes when there are calls to be made, or endpoints have changed here.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Reads the endpoints anew.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        let all = self.store.endpoints().await.map_err(refusal)?;
        count(&all);
        self.live.store(Arc::new(all));
        Ok(())
    }

    /// Whether this node can call it now, as far as was read: its secrets have to be opened for that.
    #[must_use]
    pub fn may_call(&self, endpoint: &EndpointInfo, now: Wall) -> bool {
        let health = &endpoint.health;
        let readable = endpoint.sealed.is_none() || self.sealer.is_some();
        readable && health.disabled_at.is_none() && health.held_until.is_none_or(|until| until <= now)
    }

    /// By number, with how many calls wait for each, counted up to [`COUNTED`].
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<(EndpointInfo, u32)>, Refusal> {
        let mut all = Vec::new();
        for endpoint in self.store.endpoints().await.map_err(refusal)? {
            let waiting = self.waiting(endpoint.no).await?;
            all.push((endpoint, waiting));
        }
        Ok(all)
    }

    /// # Errors
    /// No such endpoint; a store that does not answer.
    pub async fn show(&self, no: EndpointNo) -> Result<(EndpointInfo, u32), Refusal> {
        let found = self.find(no).await?;
        let waiting = self.waiting(no).await?;
        Ok((found, waiting))
    }

    async fn waiting(&self, no: EndpointNo) -> Result<u32, Refusal> {
        self.store.waiting_calls(no, COUNTED).await.map_err(refusal)
    }

    async fn find(&self, no: EndpointNo) -> Result<EndpointInfo, Refusal> {
        self.store.endpoint(no).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("webhook"))
    }

    /// Makes an endpoint. The secret is shown here and never again.
    ///
    /// # Errors
    /// Every fault of the request; a URL that is not called; no secret to seal with; a store that cannot write.
    pub async fn create(&self, request: EndpointRequest) -> Result<WithSecret, Refusal> {
        let Checked { spec, url } = check::new(request, self.settings.language)?;
        if self.store.endpoints().await.map_err(refusal)?.len() >= MOST {
            let fault = format!("there are {MOST} webhooks, and no more are kept");
            return Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "too_many_webhooks", fault, "remove one that is not used")));
        }
        if let Some(url) = &url {
            self.reachable(url).await?;
        }
        let secret = (spec.kind == EndpointKind::Webhook).then(|| Secret::new(&*self.random));
        let sealed = self.seal(url, secret.as_ref())?;
        let endpoint = self.store.add_endpoint(NewEndpoint { spec, sealed }, self.clock.wall()).await.map_err(refusal)?;
        self.changed().await?;
        Ok(WithSecret { endpoint, secret })
    }

    /// Changes what is given of an endpoint.
    ///
    /// # Errors
    /// As making one; no such endpoint; one the configuration makes.
    pub async fn change(&self, no: EndpointNo, change: EndpointChange) -> Result<EndpointInfo, Refusal> {
        let known = self.own(no).await?;
        let Checked { spec, url } = check::changed(change, &known.spec)?;
        let sealed = match url {
            None => known.sealed.clone(),
            Some(url) => {
                self.reachable(&url).await?;
                let mut kept = self.opened(&known)?;
                kept.url = Some(url);
                self.sealed(&kept)?
            }
        };
        self.put(&known, NewEndpoint { spec, sealed }).await
    }

    async fn put(&self, known: &EndpointInfo, to: NewEndpoint) -> Result<EndpointInfo, Refusal> {
        let changed = self.store.change_endpoint(known.no, to, known.changed_at, self.clock.wall()).await.map_err(refusal)?;
        let changed = changed.ok_or_else(|| {
            let fault = "somebody else changed or removed it just now";
            Refusal::new(RefusalKind::Conflict, Fault::new("", "changed_meanwhile", fault, "look at it again, then change it"))
        })?;
        self.changed().await?;
        Ok(changed)
    }

    /// Gives an endpoint a new secret. The one before signs beside it for so many hours more.
    ///
    /// # Errors
    /// No such endpoint, or one whose calls are not signed; too many hours; a store that cannot write.
    pub async fn rotate(&self, no: EndpointNo, keep_old_hours: Option<u32>) -> Result<WithSecret, Refusal> {
        let kept = match keep_old_hours {
            None => OLD_KEPT,
            Some(hours) if hours <= OLD_LONGEST => Duration::from_secs(u64::from(hours) * 3_600),
            Some(_) => {
                let fault = format!("more than {OLD_LONGEST} hours");
                return Err(Refusal::invalid(Fault::new("keep_old_hours", "out_of_range", fault, "give 0 to 168 hours")));
            }
        };
        let known = self.own(no).await?;
        if known.spec.kind != EndpointKind::Webhook {
            let fault = "only calls to endpoints of the kind webhook are signed";
            return Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "not_signed", fault, "change its url instead")));
        }
        let (secret, until) = (Secret::new(&*self.random), self.clock.wall() + kept);
        let before = self.opened(&known)?;
        // Only the last one goes on beside the new: of a secret that leaked, more than two are no help to anybody.
        let old = before.secrets.into_iter().next().map(|old| KeptSecret { until: Some(old.until.unwrap_or(until.0).min(until.0)), ..old });
        let secrets = [Some(KeptSecret { secret: secret.reveal(), until: None }), old].into_iter().flatten().collect();
        let sealed = self.sealed(&Kept { url: before.url, secrets })?;
        let endpoint = self.put(&known, NewEndpoint { spec: known.spec.clone(), sealed }).await?;
        Ok(WithSecret { endpoint, secret: Some(secret) })
    }

    /// # Errors
    /// No such endpoint; one the configuration makes; a store that cannot write.
    pub async fn remove(&self, no: EndpointNo) -> Result<(), Refusal> {
        self.own(no).await?;
        if !self.store.remove_endpoint(no, self.clock.wall()).await.map_err(refusal)? {
            return Err(Refusal::missing("webhook"));
        }
        self.changed().await
    }

    /// Tells it again, or stops.
    ///
    /// # Errors
    /// No such endpoint; a store that cannot write.
    pub async fn set_enabled(&self, no: EndpointNo, enabled: bool) -> Result<EndpointInfo, Refusal> {
        let (known, now) = (self.find(no).await?, self.clock.wall());
        if enabled {
            // Many slices where much waits: they go on when whoever asked has hung up.
            let store = Arc::clone(&self.store);
            let enabling = tokio::spawn(async move { store.enable_endpoint(no, now).await });
            enabling.await.unwrap_or_else(|e| Err(StoreError::Internal(e.to_string()))).map_err(refusal)?;
        } else if known.health.disabled_at.is_none() {
            self.store.disable_endpoint(no, BY_PERSON, now).await.map_err(refusal)?;
        }
        self.changed().await?;
        self.find(no).await
    }

    /// Writes a test event down for it.
    ///
    /// # Errors
    /// No such endpoint; a disabled one; a store that cannot write.
    pub async fn test(&self, no: EndpointNo) -> Result<EventNo, Refusal> {
        let found = self.find(no).await?;
        let data = json!({"endpoint": no.0, "text": call::test_text(found.spec.language)}).to_string();
        let told = self.store.emit_to(no, HookKind::EndpointTest, &data, self.clock.wall()).await.map_err(refusal)?;
        told.ok_or_else(|| {
            let fault = "the webhook is disabled, so nothing is told to it";
            Refusal::new(RefusalKind::Conflict, Fault::new("", "webhook_disabled", fault, "enable it first"))
        })
    }

    /// Tells again what was told, or not.
    ///
    /// # Errors
    /// No such endpoint or event; a store that cannot write.
    pub async fn replay(&self, no: EndpointNo, what: Replay) -> Result<Replayed, Refusal> {
        if let Replay::Between { from, to, .. } = what
            && from >= to
        {
            return Err(Refusal::invalid(Fault::new("to", "empty_range", "it is not after from", "give a later time")));
        }
        let replayed = self.store.replay(no, what, self.clock.wall()).await.map_err(refusal)?;
        match (replayed.ok_or_else(|| Refusal::missing("webhook"))?, what) {
            (Replayed { calls: 0, .. }, Replay::Event(_)) => Err(Refusal::missing("event")),
            (replayed, _) => Ok(replayed),
        }
    }

    /// The log of an endpoint, newest first.
    ///
    /// # Errors
    /// No such endpoint; a store that does not answer.
    pub async fn calls(&self, no: EndpointNo, state: Option<CallState>, before: Option<EventNo>, limit: u32) -> Result<CallPage, Refusal> {
        self.find(no).await?;
        self.store.calls(no, state, before, limit).await.map_err(refusal)
    }

    /// Makes the endpoint of `SNS_ALERT_TOPIC_ARN` what the configuration says, at the start of this node.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn configure(&self, alerts_to: Option<&str>) -> Result<(), Refusal> {
        let new = alerts_to.map(|arn| NewEndpoint { spec: check::alerts(arn, self.settings.language), sealed: None });
        self.store.configure_endpoint(new, self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await?;
        let sealed = self.live().iter().filter(|one| one.sealed.is_some()).count();
        if sealed > 0 && self.sealer.is_none() {
            tracing::warn!(webhooks = sealed, "this node has no JEBI_SECRET to open the secrets of webhooks with: it does not call them");
        }
        Ok(())
    }

    /// An endpoint that is changed here and not in the configuration.
    async fn own(&self, no: EndpointNo) -> Result<EndpointInfo, Refusal> {
        let found = self.find(no).await?;
        if !found.from_config {
            return Ok(found);
        }
        let fault = "the configuration makes this webhook";
        Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "webhook_of_config", fault, "change SNS_ALERT_TOPIC_ARN instead")))
    }

    async fn reachable(&self, url: &str) -> Result<(), Refusal> {
        self.sender.check(url).await.map_err(|bad| Refusal::invalid(check::bad_target(&bad)))
    }

    /// After a change of this node: what it knows is read anew, and whoever makes calls looks again.
    async fn changed(&self) -> Result<(), Refusal> {
        self.refresh().await?;
        self.wake.notify_one();
        Ok(())
    }

    fn seal(&self, url: Option<String>, secret: Option<&Secret>) -> Result<Option<Vec<u8>>, Refusal> {
        if url.is_none() && secret.is_none() {
            return Ok(None);
        }
        let secrets = secret.map(|secret| KeptSecret { secret: secret.reveal(), until: None }).into_iter().collect();
        self.sealed(&Kept { url, secrets })
    }

    fn sealed(&self, kept: &Kept) -> Result<Option<Vec<u8>>, Refusal> {
        let sealer = self.sealer.as_ref().ok_or_else(no_secret)?;
        Ok(Some(sealer.seal(kept, &*self.random)))
    }

    fn opened(&self, endpoint: &EndpointInfo) -> Result<Kept, Refusal> {
        let sealer = self.sealer.as_ref().ok_or_else(no_secret)?;
        endpoint.sealed.as_deref().and_then(|sealed| sealer.open(sealed)).ok_or_else(|| {
            let fault = "its secrets were sealed with another secret of the installation";
            let remedy = "use the secret of the time before; where it is lost, remove the webhook and make it anew";
            Refusal::new(RefusalKind::Conflict, Fault::new("JEBI_SECRET", "other_secret", fault, remedy))
        })
    }

    fn now(&self) -> Wall {
        self.clock.wall()
    }
}

fn no_secret() -> Refusal {
    let fault = "this node has no secret to seal the webhook's with";
    Refusal::new(
        RefusalKind::Conflict,
        Fault::new("JEBI_SECRET", "no_secret", fault, "let the operator set JEBI_SECRET, the same for all nodes"),
    )
}

/// Shows how many webhooks are told, fail, and are disabled.
fn count(all: &[EndpointInfo]) {
    let state = |one: &EndpointInfo| match (one.health.disabled_at, one.health.failing_since) {
        (Some(_), _) => "disabled",
        (None, Some(_)) => "failing",
        (None, None) => "well",
    };
    for name in ["well", "failing", "disabled"] {
        gauge!("jebi_hook_endpoints", "state" => name).set(all.iter().filter(|one| state(one) == name).count() as f64);
    }
}
