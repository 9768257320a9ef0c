//! Who has consented to the advertising of a request, and who has refused it, asked of the ledger before anything is checked.

use std::collections::HashSet;

use jebi_domain::{address, refusal::Refusal};

use super::{
    Accept, list,
    submission::{Category, Given, NewMessage, Submission},
};
use crate::service::{profiles::Directory, trouble::refusal};

/// What the ledger says of a message's recipients: addresses as they are compared.
pub(super) enum Consent {
    /// Only these consent to it.
    Only(HashSet<String>),
    /// All but these may get it: they have refused it, or taken their consent back.
    Not(HashSet<String>),
}

/// For each message of a request, what the ledger says; `None` where it is not asked.
pub(super) type Consenting = Vec<Option<Consent>>;

impl Accept {
    /// `only` is whether nobody else gets advertising than whom the ledger has.
    ///
    /// # Errors
    /// A store that does not answer.
    pub(super) async fn consenting(&self, request: &Submission, tied: Option<&str>, all: &Directory, only: bool) -> Result<Consenting, Refusal> {
        let mut found = Vec::with_capacity(request.messages.len());
        for message in &request.messages {
            let profile = tied.or(message.profile.as_deref()).and_then(|name| all.get(name));
            let asked = message.category == Some(Category::Advertising);
            found.push(match profile.filter(|_| asked) {
                // Without a profile there is nobody to consent to, which is a fault of its own.
                None => (asked && only).then(|| Consent::Only(HashSet::new())),
                Some(profile) => {
                    let (name, scope, addresses) = (&profile.name, list::scope(&message.list, profile), addresses(message));
                    Some(match only {
                        true => Consent::Only(self.store.consenting(name, scope, addresses).await.map_err(refusal)?.into_iter().collect()),
                        false => Consent::Not(self.store.refusing(name, scope, addresses).await.map_err(refusal)?.into_iter().collect()),
                    })
                }
            });
        }
        Ok(found)
    }
}

/// The good addresses of a message, as they are compared.
fn addresses(message: &NewMessage) -> Vec<String> {
    let joint = [&message.to, &message.cc, &message.bcc].into_iter().flatten();
    let named = message.recipients.iter().map(|one| &one.given).chain(joint).filter_map(|given| match given {
        Given::Text(text) => address::parse_mailbox(text).ok().map(|mailbox| mailbox.email),
        Given::Parts { email, .. } => address::parse(email).ok(),
    });
    let bare = message.emails.iter().filter_map(|email| address::parse(email).ok());
    bare.chain(named).map(|email| address::key(&email).into_owned()).collect()
}
