//! What callers write down of those who unsubscribed elsewhere (on a page of their own, by telephone), list, and take back.

use jebi_domain::{
    address, family,
    link::Target,
    message::MAX_TOPIC,
    port::refusals::{RefusalInfo, RefusalPage, RefusedBy},
    profile::is_name,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::Refusals;
use crate::service::{Caller, trouble::refusal};

/// Refusals of one address looked at.
const LOOKED_AT: u32 = 10_000;
/// Longest reason for taking one back, in characters.
const MAX_REASON: usize = 500;

/// Somebody who unsubscribed elsewhere.
#[derive(Clone, Debug, Default)]
pub struct NewUnsubscribe {
    pub email: String,
    /// The topic whose family they refuse; everything of the sender where it is left out.
    pub topic: Option<String>,
    /// The sender profile; mail without one where it is left out.
    pub profile: Option<String>,
}

impl Refusals {
    /// Writes one down. The refusal as it stands then, and whether it was not there.
    ///
    /// # Errors
    /// Every fault of it; a profile its key may not use; a store that cannot write.
    pub async fn record(&self, caller: &Caller, given: NewUnsubscribe) -> Result<(RefusalInfo, bool), Refusal> {
        let tied = caller.grant().profile.as_deref();
        let named = given.profile.as_deref().filter(|name| !name.is_empty());
        if let Some(tied) = tied.filter(|tied| named.is_some_and(|named| named != *tied)) {
            let fault = format!("this key is tied to the profile {tied:?}");
            return Err(Refusal::denied(Fault::new("profile", "forbidden_profile", fault, "leave profile out, or use another key")));
        }
        let mut faults = Vec::new();
        let email = address::parse(&given.email).map_err(|e| faults.push(Fault::new("email", e.code, e.fault, e.remedy)));
        let topic = given.topic.unwrap_or_default();
        if topic.len() > MAX_TOPIC || topic.chars().any(char::is_control) {
            let fault = format!("a topic must be 1 to {MAX_TOPIC} bytes of UTF-8 without control characters");
            faults.push(Fault::new("topic", "invalid_topic", fault, "give the topic_id of the mail, or the part of it before the first /"));
        }
        let profile = named.or(tied).unwrap_or_default();
        // Of a profile that is gone mail may still wait.
        if !profile.is_empty() && !is_name(profile) {
            let fault = format!("there is no profile {profile:?}");
            faults.push(Fault::new("profile", "unknown_profile", fault, "use a name GET /v1/profiles lists"));
        }
        let Ok(address) = email else { return Err(Refusal { kind: RefusalKind::Invalid, faults }) };
        if !faults.is_empty() {
            return Err(Refusal { kind: RefusalKind::Invalid, faults });
        }
        let target = Target { profile: profile.to_owned(), topic, address, advertising: false, delivery: None };
        let (key, family) = (address::key(&target.address).into_owned(), family::of(&target.topic).to_owned());
        let new = self.write(target, RefusedBy::Caller, false).await?;
        let all = self.store.refusals(Some(key), None, LOOKED_AT).await.map_err(refusal)?.refusals;
        let found = all.into_iter().find(|one| one.profile == profile && one.family == family);
        found.map(|one| (one, new)).ok_or_else(|| Refusal::missing("unsubscribe"))
    }

    /// Refusals, newest first, of an address or of all.
    ///
    /// # Errors
    /// A bad address; a store that does not answer.
    pub async fn list(&self, email: Option<&str>, before: Option<i64>, limit: u32) -> Result<RefusalPage, Refusal> {
        let parsed = email.map(|email| address::parse(email).map_err(|e| Refusal::invalid(Fault::new("email", e.code, e.fault, e.remedy))));
        let key = parsed.transpose()?.map(|email| address::key(&email).into_owned());
        self.store.refusals(key, before, limit).await.map_err(refusal)
    }

    /// Takes one back, because its address asked to be mailed again. Advertising needs a consent in the ledger besides, where they refused it.
    ///
    /// # Errors
    /// No such refusal; a bad reason; a store that cannot write.
    pub async fn lift(&self, no: i64, reason: &str) -> Result<RefusalInfo, Refusal> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON || reason.chars().any(char::is_control) {
            let fault = format!("it does not say in 1 to {MAX_REASON} characters why the address may be mailed again");
            let remedy = "say how they asked for it, such as: asked by telephone to be back";
            return Err(Refusal::invalid(Fault::new("reason", "missing_reason", fault, remedy)));
        }
        self.store.lift(no, reason, self.clock.wall()).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("unsubscribe"))
    }
}
