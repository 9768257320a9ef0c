//! Who refuses more mail: by the link in it, on the page of their preferences, or by a caller who was told otherwise. Bulk mail honours it
//! where it is accepted and where it is claimed; transactional mail never asks.
//!
//! | file | owns |
//! |---|---|
//! | `preferences` | what somebody gets or has refused, and what they choose |
//! | `record` | what callers write down, list and take back |

mod preferences;
mod record;

use std::sync::Arc;

use jebi_domain::{
    address,
    link::Target,
    port::{
        Clock, Store,
        consents::ConsentFilter,
        refusals::{NewRefusal, RefusedBy},
    },
    refusal::Refusal,
    time::Wall,
};

pub use preferences::{Chosen, ConsentChange, Kind, Preferences, SenderChoices};
pub use record::NewUnsubscribe;

use super::{
    links::LinkKeys,
    profiles::{Directory, Profiles},
    trouble::refusal,
};

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The recipient, masked: whoever a mail was forwarded to sees the page too.
    pub address: String,
    /// Who sends, in words; `None` where the mail had no profile.
    pub sender: Option<String>,
    /// Whether the link is of a kind of mail, and not of everything its sender sends.
    pub of_kind: bool,
    /// Since when the mail is refused; `None` where there is something to refuse.
    pub refused_at: Option<Wall>,
    /// Language the recipient is written to in (BCP 47), as far as it is known.
    pub language: Option<String>,
}

/// Reads links, and writes refusals down.
pub struct Refusals {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// `None` where this process has no secret: it knows no link.
    links: Option<Arc<LinkKeys>>,
    profiles: Arc<Profiles>,
    /// Whether people are told of what became of a consent.
    notices: bool,
}

impl Refusals {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, links: Option<Arc<LinkKeys>>, profiles: Arc<Profiles>, notices: bool) -> Self {
        Self { store, clock, links, profiles, notices }
    }

    /// What a link is for; `None` for one that this installation did not make.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn look(&self, token: &str) -> Result<Option<Standing>, Refusal> {
        let Some(target) = self.target(token).await? else { return Ok(None) };
        self.standing(&target).await.map(Some)
    }

    /// Writes the refusal down: of the mail's kind, or of everything its sender sends. Repeatable: the first one counts, and the first after
    /// each later consent.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn refuse(&self, token: &str, by: RefusedBy, all: bool) -> Result<Option<Standing>, Refusal> {
        let Some(target) = self.target(token).await? else { return Ok(None) };
        self.write(target.clone(), by, all).await?;
        self.standing(&target).await.map(Some)
    }

    /// Writes a refusal down. Whether it was not there.
    async fn write(&self, target: Target, by: RefusedBy, all: bool) -> Result<bool, Refusal> {
        let notice = self.notices && self.profile_tells(&target.profile).await?;
        let (address, profile) = (address::masked(&target.address), target.profile.clone());
        let refusing = NewRefusal { target, all, by, notice };
        let family = refusing.family().to_owned();
        let new = self.store.refuse(refusing, self.clock.wall()).await.map_err(refusal)?;
        if new {
            tracing::info!(address, family, profile, by = by.as_str(), "somebody refused more mail");
        }
        Ok(new)
    }

    async fn target(&self, token: &str) -> Result<Option<Target>, Refusal> {
        match &self.links {
            Some(links) => links.target(token).await,
            None => Ok(None),
        }
    }

    async fn profile_tells(&self, profile: &str) -> Result<bool, Refusal> {
        let known = self.profiles.knowing(named(profile)).await?;
        Ok(known.get(profile).is_some_and(|profile| profile.consent_notices))
    }

    async fn standing(&self, target: &Target) -> Result<Standing, Refusal> {
        let known = self.profiles.knowing(named(&target.profile)).await?;
        Ok(Standing {
            address: address::masked(&target.address),
            sender: sender(&known, &target.profile),
            of_kind: !target.topic.is_empty(),
            refused_at: self.store.refused_at(target).await.map_err(refusal)?,
            language: self.language(target, &known).await?,
        })
    }

    /// That of the recipient's consents with the sender, else the sender's.
    async fn language(&self, target: &Target, known: &Directory) -> Result<Option<String>, Refusal> {
        let address = Some(address::key(&target.address).into_owned());
        let filter = ConsentFilter { address, profile: Some(target.profile.clone()) };
        let consents = self.store.consents(filter, None, 10).await.map_err(refusal)?.consents;
        let own = consents.into_iter().find_map(|consent| consent.language);
        Ok(own.or_else(|| known.get(&target.profile).and_then(|profile| profile.language.clone())))
    }
}

/// Who sends, in words.
fn sender(known: &Directory, profile: &str) -> Option<String> {
    known.get(profile).map(|profile| {
        let name = profile.company.name.as_ref().or(profile.from.name.as_ref());
        name.unwrap_or(&profile.from.email).clone()
    })
}

fn named(profile: &str) -> impl Iterator<Item = &str> {
    Some(profile).filter(|name| !name.is_empty()).into_iter()
}
