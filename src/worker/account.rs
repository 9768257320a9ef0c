//! The account a dispatcher sends through; it may be replaced while mail is on its way.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jebi_domain::port::Provider;

/// A provider that may be replaced by another of the same name.
#[derive(Clone)]
pub struct Current(Arc<ArcSwap<Arc<dyn Provider>>>);

impl Current {
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(provider)))
    }

    /// The one to use now. Two answers are the same pointer as long as it was not replaced.
    #[must_use]
    pub fn get(&self) -> Arc<Arc<dyn Provider>> {
        self.0.load_full()
    }

    pub(super) fn replace(&self, provider: Arc<dyn Provider>) {
        self.0.store(Arc::new(provider));
    }
}
