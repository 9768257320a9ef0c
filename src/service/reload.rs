//! Taking over a changed configuration while the server runs: everything is read and checked first, then every part takes its share.
//! One fault anywhere, and nothing changes.

use std::sync::Arc;

use jebi_domain::{
    port::Boxed,
    refusal::{Fault, Refusal, RefusalKind},
};
use tokio::sync::Mutex;

/// A checked change, to be made. By then every other part has agreed.
pub type Change = Box<dyn FnOnce() -> Boxed<'static, Result<(), Refusal>> + Send>;

/// A part of the server that takes changed settings while it runs. `C` is the configuration, which services do not know.
pub trait Part<C>: Send + Sync {
    /// Checks what the new settings ask for, without any effect, and prepares the change.
    ///
    /// # Errors
    /// Every fault that keeps this part from taking them.
    fn prepare<'a>(&'a self, old: &'a C, new: &'a C) -> Boxed<'a, Result<Change, Vec<Fault>>>;
}

/// What was read anew.
pub struct Read<C> {
    pub config: C,
    /// Worth seeing to.
    pub warnings: Vec<String>,
}

/// What a reload did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Keys that changed and hold from now on.
    pub changed: Vec<String>,
    /// Keys that changed and wait for a restart.
    pub restart: Vec<String>,
    /// What ought to be seen to.
    pub warnings: Vec<String>,
}

/// Takes over the configuration anew.
pub trait Reload: Send + Sync {
    /// Reads every source, checks everything, and then changes what can be changed.
    ///
    /// # Errors
    /// Every fault found; nothing is changed then. A store that does not write.
    fn reload(&self) -> Boxed<'_, Result<Reloaded, Refusal>>;
}

/// How a configuration is read, and what of it needs a restart.
pub struct Source<C> {
    pub read: Box<dyn Fn() -> Result<Read<C>, Vec<Fault>> + Send + Sync>,
    /// The keys whose values differ.
    pub changes: fn(&C, &C) -> Vec<String>,
    /// Whether a key holds only from the next start on.
    pub needs_restart: fn(&str) -> bool,
}

/// Reloads one server.
pub struct Reloader<C> {
    source: Source<C>,
    parts: Vec<Arc<dyn Part<C>>>,
    /// What is in force, and what it differs from at the start in keys that need a restart. Held for the time of a reload: one at a time.
    current: Mutex<C>,
    /// What the process was started with.
    started: C,
}

impl<C: Clone + Send + Sync + 'static> Reloader<C> {
    /// The parts make their changes in this order.
    #[must_use]
    pub fn new(source: Source<C>, current: C, parts: Vec<Arc<dyn Part<C>>>) -> Self {
        Self { source, parts, started: current.clone(), current: Mutex::new(current) }
    }

    async fn run(&self) -> Result<Reloaded, Refusal> {
        let mut current = self.current.lock().await;
        let invalid = |faults| Refusal { kind: RefusalKind::Invalid, faults };
        let Read { config, warnings } = (self.source.read)().map_err(invalid)?;
        let (mut changes, mut faults) = (Vec::with_capacity(self.parts.len()), Vec::new());
        for part in &self.parts {
            match part.prepare(&current, &config).await {
                Ok(change) => changes.push(change),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(invalid(faults));
        }
        for change in changes {
            change().await?;
        }
        let live = |path: &String| !(self.source.needs_restart)(path);
        let changed = (self.source.changes)(&current, &config).into_iter().filter(live).collect();
        let restart = (self.source.changes)(&self.started, &config).into_iter().filter(|path| !live(path)).collect();
        *current = config;
        Ok(Reloaded { changed, restart, warnings })
    }
}

impl<C: Clone + Send + Sync + 'static> Reload for Reloader<C> {
    fn reload(&self) -> Boxed<'_, Result<Reloaded, Refusal>> {
        Box::pin(async {
            let done = self.run().await;
            match &done {
                Ok(done) => {
                    tracing::info!(changed = done.changed.join(", "), restart = done.restart.join(", "), "the configuration was read anew");
                    done.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
                }
                Err(refusal) => tracing::error!(%refusal, "the configuration was not taken over: nothing has changed"),
            }
            done
        })
    }
}
