//! Who refuses more mail by the link in it. Honouring it where bulk mail is accepted and claimed comes with feedback; transactional mail
//! never asks.

use std::sync::Arc;

use jebi_domain::{
    address,
    link::Target,
    port::{Clock, Store, senders::RefusedBy},
    refusal::Refusal,
    time::Wall,
};

use super::{links::LinkKeys, profiles::Profiles, trouble::refusal};

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The recipient, masked: whoever a mail was forwarded to sees the page too.
    pub address: String,
    /// Who sends, in words; `None` where the mail had no profile.
    pub sender: Option<String>,
    /// Since when the mail is refused; `None` where there is something to refuse.
    pub refused_at: Option<Wall>,
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
        let refused_at = self.store.refused_at(&target).await.map_err(refusal)?;
        self.standing(&target, refused_at).await.map(Some)
    }

    /// Writes the refusal down. Repeatable: the first one counts, and the first after each later consent.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn refuse(&self, token: &str, by: RefusedBy) -> Result<Option<Standing>, Refusal> {
        let Some(target) = self.target(token).await? else { return Ok(None) };
        let notice = self.notices && self.profile_tells(&target).await?;
        if self.store.refuse(&target, by, notice, self.clock.wall()).await.map_err(refusal)? {
            let address = address::masked(&target.address);
            tracing::info!(address, topic = target.topic, profile = target.profile, by = by.as_str(), "somebody refused more mail");
        }
        let refused_at = self.store.refused_at(&target).await.map_err(refusal)?;
        self.standing(&target, refused_at).await.map(Some)
    }

    async fn target(&self, token: &str) -> Result<Option<Target>, Refusal> {
        match &self.links {
            Some(links) => links.target(token).await,
            None => Ok(None),
        }
    }

    async fn profile_tells(&self, target: &Target) -> Result<bool, Refusal> {
        let known = self.profiles.knowing(named(target)).await?;
        Ok(known.get(&target.profile).is_some_and(|profile| profile.consent_notices))
    }

    async fn standing(&self, target: &Target, refused_at: Option<Wall>) -> Result<Standing, Refusal> {
        let known = self.profiles.knowing(named(target)).await?;
        let sender = known.get(&target.profile).map(|profile| {
            let name = profile.company.name.as_ref().or(profile.from.name.as_ref());
            name.unwrap_or(&profile.from.email).clone()
        });
        Ok(Standing { address: address::masked(&target.address), sender, refused_at })
    }
}

fn named(target: &Target) -> impl Iterator<Item = &str> {
    Some(target.profile.as_str()).filter(|name| !name.is_empty()).into_iter()
}
