//! What people decide: bulk mail of an account or a domain waits, or goes on.

use jebi_domain::{
    refusal::{Fault, Refusal, RefusalKind},
    reputation::{Act, Mark, Scope, words},
};

use super::Reputation;
use crate::service::trouble::refusal;

/// Longest reason, in characters.
const LONGEST: usize = 500;

impl Reputation {
    /// Bulk mail waits from now on, until somebody lets it go on.
    ///
    /// # Errors
    /// No reason; a store that cannot write.
    pub async fn pause(&self, scope: &Scope, by: &str, reason: &str) -> Result<(), Refusal> {
        let (reason, now) = (checked(reason)?, self.clock.wall());
        let before = self.mark_of(scope).await?;
        let fresh = before.as_ref().and_then(|mark| mark.fresh);
        let mark = Mark { act: Act::Paused, since: now, why: reason, by: Some(by.to_owned()), fresh };
        if self.store.mark(scope.clone(), before, mark).await.map_err(refusal)? { Ok(()) } else { Err(meanwhile()) }
    }

    /// Bulk mail goes on, and is counted anew.
    ///
    /// # Errors
    /// Nothing is held; no reason; a store that cannot write.
    pub async fn resume(&self, scope: &Scope, by: &str, reason: &str) -> Result<(), Refusal> {
        let (reason, now) = (checked(reason)?, self.clock.wall());
        let held = self.mark_of(scope).await?.filter(|mark| mark.act >= Act::Slowed);
        let Some(before) = held else {
            let fault = format!("bulk mail of {scope} is neither paused nor slowed");
            let remedy = "list what is with GET /v1/reputation; what a warm-up holds back goes on with the next day";
            return Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "not_held", fault, remedy)));
        };
        let mark = Mark { act: Act::None, since: now, why: words::resumed(&reason, now), by: Some(by.to_owned()), fresh: None };
        if self.store.forgive(scope.clone(), before, mark, now).await.map_err(refusal)? { Ok(()) } else { Err(meanwhile()) }
    }

    async fn mark_of(&self, scope: &Scope) -> Result<Option<Mark>, Refusal> {
        let (settings, now) = (self.settings.load_full(), self.clock.wall());
        let all = self.store.reputations(settings.window, now).await.map_err(refusal)?;
        Ok(all.into_iter().find(|state| state.scope == *scope).and_then(|state| state.mark))
    }
}

fn meanwhile() -> Refusal {
    let fault = "something else was decided of it just now";
    Refusal::new(RefusalKind::Conflict, Fault::new("", "decided_meanwhile", fault, "look how it stands, then ask again"))
}

/// A reason as it is kept: it is read by whoever comes next.
///
/// # Errors
/// It is empty or too long.
pub fn checked(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    let fault = match reason.chars().count() {
        0 => "is empty",
        1..=LONGEST => return Ok(reason.to_owned()),
        _ => "is longer than 500 characters",
    };
    Err(Refusal::invalid(Fault::new("reason", "invalid_reason", fault, "say in a sentence why, for whoever looks at it next")))
}
