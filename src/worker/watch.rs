//! No loop ends unnoticed: one that panics closes the fence for good, so that nothing is sent that could not be settled, and readiness
//! says what to do. The process goes on taking mail: it is on the disk, and is sent after a restart.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::FutureExt;

use crate::service::dispatch::{Dispatch, Fence, ahead::words};

/// Watches the loops of one node.
#[derive(Clone, Debug)]
pub struct Watch {
    fence: Arc<Fence>,
    dispatches: Arc<Mutex<Vec<Arc<Dispatch>>>>,
}

impl Watch {
    #[must_use]
    pub fn new(fence: Arc<Fence>) -> Self {
        Self { fence, dispatches: Arc::default() }
    }

    /// Tells it of a dispatcher to stop when a loop fails.
    pub fn add(&self, dispatch: Arc<Dispatch>) {
        self.dispatches.lock().unwrap_or_else(PoisonError::into_inner).push(dispatch);
    }

    /// Runs a loop; `name` is the word an operator gets to read.
    pub async fn over(self, name: &'static str, run: impl Future<Output = ()>) {
        if let Err(panic) = AssertUnwindSafe(run).catch_unwind().await {
            self.failed(name, &*panic);
        }
    }

    /// The same for a thread.
    pub fn over_thread(&self, name: &'static str, run: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
            self.failed(name, &*panic);
        }
    }

    /// A loop cannot go on.
    pub fn failed(&self, name: &'static str, panic: &(dyn Any + Send)) {
        let panic = words(panic);
        tracing::error!(part = name, panic, "a loop of this server ended by an error of ours: nothing is sent until it is restarted");
        self.fence.close(name);
        let all = self.dispatches.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.iter().for_each(|dispatch| dispatch.fail());
    }
}
