//! What is said of a message beside whether it is taken: warnings, and what would become of one that is only tried out.

use std::{collections::BTreeMap, time::Duration};

use jebi_domain::{
    address,
    message::{Copies, Draft, Lane, Message},
    port::{refusals::Asked, store::AcceptReport},
    preflight::{self, Warning},
    refusal::Refusal,
    time::Wall,
};

use super::{
    Accept, Receipt, Say,
    prepare::Prepared,
    receipt::{Cause, Refused, Unfinished},
    submission::Submission,
};
use crate::service::{Caller, trouble::refusal};

/// Bytes of HTML from which on the checks leave the request's thread: looking at them takes about a millisecond for 50 KB.
pub(super) const LARGE: usize = 16 << 10;

/// What a submission would become.
#[derive(Debug)]
pub struct Rehearsal {
    /// Without ids: nothing is stored.
    pub receipt: Receipt,
    /// What waits to be sent then, by message of the receipt; `None` where none of its addresses is good.
    pub queued: Vec<Option<Queued>>,
}

/// Mail that would wait.
#[derive(Debug)]
pub struct Queued {
    pub provider: String,
    pub lane: Lane,
    /// Empty for none.
    pub topic: String,
    pub due: Wall,
    /// Suppressed ones left out.
    pub recipients: i64,
}

/// Adds what is probably not meant in each message that has a draft.
pub(super) fn look(drafts: &[Draft], receipt: &mut Unfinished) {
    for (draft, pending) in drafts.iter().zip(receipt.messages.iter_mut().filter(|pending| pending.id.is_some())) {
        let at = format!("messages[{}]", pending.at);
        // That this server cannot write the link says it more exactly.
        let told = pending.warnings.iter().any(|warning| warning.code == "no_unsubscribe_link");
        pending.warnings.extend(preflight::look(draft, &at).into_iter().filter(|warning| !(told && warning.code == "no_unsubscribe")));
    }
}

impl Accept {
    /// Adds what the providers know: how near a mail comes to the most they take, and whether they know its sender.
    pub(super) fn look_around(&self, drafts: &[Draft], receipt: &mut Unfinished) {
        for (draft, pending) in drafts.iter().zip(receipt.messages.iter_mut().filter(|pending| pending.id.is_some())) {
            let (provider, from) = (&draft.message.provider, &draft.message.content.from.email);
            let at = format!("messages[{}]", pending.at);
            if let Some(limit) = self.identities.board().max_size(provider) {
                pending.warnings.extend(preflight::near_limit(draft, limit, &at));
            }
            if self.identities.is_open(provider, from) {
                let warning = format!("whether {from} may send through {provider} is not known: its account did not answer");
                let remedy = "see that the address or its domain is verified there, and that the account's keys may read identities";
                pending.warnings.push(Warning::new(format!("{at}.from"), "sender_unconfirmed", warning, remedy));
            }
        }
    }

    /// Does everything that taking a submission in does, and stores nothing: neither mail nor files nor an answer to repeat.
    ///
    /// # Errors
    /// What taking it in would be refused for.
    pub async fn rehearse(&self, caller: &Caller, submission: Submission, say: Say) -> Result<Rehearsal, Refusal> {
        let tried = self.tried(caller, submission, say).await?;
        self.usage.check(caller, tried.receipt.success, self.clock.wall()).await?;
        Ok(tried)
    }

    /// The same without a look at the caller's daily limit.
    pub(super) async fn tried(&self, caller: &Caller, submission: Submission, say: Say) -> Result<Rehearsal, Refusal> {
        let (started, at) = (self.clock.boot(), self.clock.wall());
        let Prepared { drafts, mut receipt, .. } = self.checked(caller, submission, at, say).await?;
        let mut report = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            report.push(self.suppressed(draft).await?);
        }
        for (found, pending) in report.iter().zip(receipt.messages.iter_mut().filter(|pending| pending.id.is_some())) {
            pending.causes = found.iter().map(|(_, cause)| *cause).collect();
        }
        let mut sent = drafts.iter().zip(&report).map(|(draft, found)| Queued {
            provider: draft.message.provider.clone(),
            lane: draft.message.lane,
            topic: draft.message.topic.clone(),
            due: draft.message.due,
            recipients: i64::try_from(draft.copies.recipients().saturating_sub(found.len())).unwrap_or(i64::MAX),
        });
        let queued = receipt.messages.iter().map(|pending| pending.id.and_then(|_| sent.next())).collect();
        let ordinals = report.iter().map(|found| found.iter().map(|(ordinal, _)| *ordinal).collect()).collect();
        let took: Duration = self.clock.boot().since(started);
        let receipt = receipt.finish(&AcceptReport { suppressed: ordinals }, took).rehearsed();
        Ok(Rehearsal { receipt, queued })
    }

    /// Recipients of a draft that would get nothing, by their places, and why.
    async fn suppressed(&self, draft: &Draft) -> Result<Vec<(u32, Cause)>, Refusal> {
        let keys: Vec<String> = match &draft.copies {
            Copies::Each(all) => all.iter().map(|mailbox| address::key(&mailbox.email).into_owned()).collect(),
            Copies::Joint(all) => all.iter().map(|(_, mailbox)| address::key(&mailbox.email).into_owned()).collect(),
        };
        let refused = match asked(&draft.message, &keys) {
            Some(asked) => self.store.refused_among(asked).await.map_err(refusal)?,
            None => Vec::new(),
        };
        let erased = self.store.erased_among(&draft.message, keys.clone()).await.map_err(refusal)?;
        let listed = self.store.suppressed(keys, draft.message.lane, &draft.message.topic).await.map_err(refusal)?;
        let mut found: BTreeMap<u32, Cause> = refused.into_iter().map(|place| (place, Cause::Refused(Refused::Unsubscribed))).collect();
        // Of several the one that accepting would tell.
        found.extend(erased.into_iter().map(|place| (place, Cause::Refused(Refused::PersonErased))));
        found.extend(listed.into_iter().map(|(place, entry)| (place, Cause::Listed(entry.cause))));
        Ok(found.into_iter().collect())
    }
}

/// What is asked of those who refuse bulk mail; `None` of mail that nobody can refuse.
fn asked(message: &Message, addresses: &[String]) -> Option<Asked> {
    if message.lane != Lane::Bulk {
        return None;
    }
    let list = message.content.list.as_deref();
    Some(Asked {
        profile: list.map(|list| list.profile.clone()).unwrap_or_default(),
        topic: message.topic.clone(),
        scope: list.filter(|list| list.advertising.is_some()).map(|list| list.id.clone().unwrap_or_default()),
        addresses: addresses.to_vec(),
    })
}
