//! Whether this server can take mail and send it.
//!
//! Being ready is about this server only: a provider that is down or throttling makes mail wait and is shown by
//! [`super::providers`]; taking the server out of a balancer would not help.

use std::sync::Arc;

use jebi_domain::port::{
    Boxed, Store,
    store::{Guard, StoreHealth},
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// A snake_case word.
    pub name: &'static str,
    pub ok: bool,
    /// How it stands, and what to do when it is not well.
    pub detail: String,
}

impl Check {
    #[must_use]
    pub fn new(name: &'static str, ok: bool, detail: impl Into<String>) -> Self {
        Self { name, ok, detail: detail.into() }
    }
}

/// Somebody who can say how a part of the server is: the dispatcher, the life cycle. [`Readiness::checks`] must not block.
pub trait Readiness: Send + Sync {
    fn checks(&self) -> Vec<Check>;
    /// What does not stop it but ought to be seen to.
    fn warnings(&self) -> Boxed<'_, Vec<String>> {
        Box::pin(std::future::ready(Vec::new()))
    }
}

/// How the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether every check is.
    pub ready: bool,
    pub checks: Vec<Check>,
    /// What does not stop it but ought to be seen to.
    pub warnings: Vec<String>,
}

/// Asks everybody.
pub struct Ready {
    store: Arc<dyn Store>,
    parts: Vec<Arc<dyn Readiness>>,
    warnings: Vec<String>,
}

impl Ready {
    /// `parts` are asked in order; `warnings` come from the configuration and do not change.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, parts: Vec<Arc<dyn Readiness>>, warnings: Vec<String>) -> Self {
        Self { store, parts, warnings }
    }

    /// Looks at everything now.
    pub async fn report(&self) -> Report {
        let mut checks = match self.store.health().await {
            Ok(health) => vec![Check::new("store", true, "answers"), room(&health)],
            Err(error) => {
                tracing::error!(%error, "the store does not answer the readiness check");
                vec![Check::new("store", false, "does not answer; the cause is in the server's log")]
            }
        };
        checks.push(match self.store.guard() {
            Guard::Open => Check::new("restore_guard", true, "open"),
            Guard::BulkHeld { why, since } => {
                Check::new("restore_guard", true, format!("bulk is held since {since}: {why}; look, then run `jebi release`"))
            }
            Guard::Held { why, since } => Check::new("restore_guard", false, format!("held since {since}: {why}; run `jebi release`")),
        });
        checks.extend(self.parts.iter().flat_map(|part| part.checks()));
        let mut warnings = self.warnings.clone();
        for part in &self.parts {
            warnings.extend(part.warnings().await);
        }
        Report { ready: checks.iter().all(|c| c.ok), checks, warnings }
    }

    /// The store's figures for `/metrics`; `None` when it does not answer.
    pub async fn health(&self) -> Option<StoreHealth> {
        match self.store.health().await {
            Ok(health) => Some(health),
            Err(error) => {
                tracing::error!(%error, "the store gives no figures");
                None
            }
        }
    }
}

fn room(health: &StoreHealth) -> Check {
    let Some(free) = health.free_bytes else {
        return Check::new("disk", true, "it is the database server's: a full one shows when mail cannot be stored");
    };
    let mib = free / (1 << 20);
    if free >= 0 {
        return Check::new("disk", true, format!("{mib} MiB left for new mail"));
    }
    Check::new("disk", false, format!("{} MiB too little room: new mail is refused until there is more", -mib))
}
