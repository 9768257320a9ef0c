//! Mail that waits for a provider nobody configures any more: seen, told, and moved to another one.

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    port::{
        Boxed, Store,
        store::{Backlog, StoreResult},
    },
    refusal::{Fault, Refusal},
};

use super::{
    providers::Providers,
    ready::{Check, Readiness},
    trouble::refusal,
};

/// Mail of providers that are not there.
pub struct Strays {
    store: Arc<dyn Store>,
    providers: Arc<dyn Providers>,
}

impl Strays {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, providers: Arc<dyn Providers>) -> Self {
        Self { store, providers }
    }

    /// Recipients waiting for each provider that is not configured.
    ///
    /// # Errors
    /// What the store answers when it can't be read.
    pub async fn waiting(&self) -> StoreResult<BTreeMap<String, i64>> {
        let known: Vec<String> = self.providers.status().into_iter().map(|p| p.name).collect();
        let mut strays = BTreeMap::new();
        for Backlog { provider, waiting, .. } in self.store.backlog().await? {
            if !known.contains(&provider) {
                *strays.entry(provider).or_default() += waiting;
            }
        }
        Ok(strays)
    }

    /// Moves everything that waits for `from` to `to`. What is on its way through `from` finishes there; where it has to be tried
    /// again it goes to `to`. Returns recipients moved.
    ///
    /// # Errors
    /// `to` is not configured, or is `from`; a store that cannot write. What was moved by then stays moved.
    pub async fn move_to(&self, from: &str, to: &str) -> Result<i64, Refusal> {
        let names: Vec<String> = self.providers.status().into_iter().map(|p| p.name).collect();
        if !names.iter().any(|name| name == to) {
            let fault = format!("{to:?} is not a provider of this server");
            let remedy = format!("name one of {}", names.join(", "));
            return Err(Refusal::invalid(Fault::new("to", "unknown_provider", fault, remedy)));
        }
        if from == to {
            let fault = "it is the provider the mail waits for already";
            return Err(Refusal::invalid(Fault::new("to", "same_provider", fault, "name another one")));
        }
        let known = names.iter().any(|name| name == from);
        if !known && !self.store.backlog().await.map_err(refusal)?.iter().any(|b| b.provider == from) {
            return Err(Refusal::missing("provider"));
        }
        let mut moved = 0;
        loop {
            let (n, more) = self.store.move_queues(from, to).await.map_err(refusal)?;
            moved += n;
            if !more {
                tracing::info!(from, to, moved, "waiting mail was moved to another provider");
                return Ok(moved);
            }
        }
    }
}

/// What to do about it, for a person.
#[must_use]
pub fn warning(provider: &str, waiting: i64) -> String {
    format!(
        "{waiting} recipients wait for the provider {provider}, which is not configured: configure it again, or move them with \
         POST /v1/providers/{provider}/move {{\"to\": \"…\"}}"
    )
}

impl Readiness for Strays {
    fn checks(&self) -> Vec<Check> {
        Vec::new()
    }

    fn warnings(&self) -> Boxed<'_, Vec<String>> {
        Box::pin(async {
            match self.waiting().await {
                Ok(strays) => strays.iter().map(|(provider, waiting)| warning(provider, *waiting)).collect(),
                Err(error) => {
                    tracing::error!(%error, "what waits could not be read for the readiness check");
                    Vec::new()
                }
            }
        })
    }
}
