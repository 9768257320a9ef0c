//! Mail sent again keeps to the rules of new mail: the limit on what waits, the way its sender takes, and who may be mailed at all.

use std::sync::Arc;

use jebi_domain::{
    port::operator::Rules,
    refusal::{Refusal, RefusalKind},
};

use super::{Accept, route};
use crate::service::Caller;

impl Accept {
    /// The rules as they are now, once so many recipients more may wait.
    ///
    /// # Errors
    /// Too much is waiting; a store that does not answer.
    pub(in crate::service) async fn admit_again(&self, caller: &Caller, recipients: usize) -> Result<Arc<Rules>, Refusal> {
        self.waiting.admit(recipients).await?;
        // Who has a daily limit may not send again; but one may be set later today, and then this counts.
        drop(self.usage.reserve(caller, recipients, self.clock.wall()).await?);
        Ok(Arc::clone(&self.settings.load().rules))
    }

    /// So many recipients wait more than before.
    pub(in crate::service) fn admitted_again(&self, recipients: usize) {
        self.waiting.add(recipients);
    }

    /// Looks at a sender as at one of new mail (requirement S2-4).
    ///
    /// # Errors
    /// No provider carries its mail, or the one that does would refuse it.
    pub(in crate::service) async fn check_sender_again(&self, from: &str) -> Result<(), Refusal> {
        let rules = Arc::clone(&self.settings.load().rules);
        let field = || "from".to_owned();
        let way = route::route(&rules.routes, from, field).map_err(Refusal::invalid)?;
        match self.identities.sender(&way.provider, from, self.identities.patience(), field).await {
            Some(fault) => Err(Refusal::new(RefusalKind::Denied, fault)),
            None => Ok(()),
        }
    }
}
