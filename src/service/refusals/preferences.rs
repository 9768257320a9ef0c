//! The page of preferences: what bulk mail somebody gets or has refused, by sender and family, and how their consents to advertising stand.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{
    address, family,
    link::Target,
    port::{
        consents::ConsentFilter,
        refusals::{Choice, RefusalInfo, RefusedBy},
    },
    refusal::Refusal,
};

use super::{Refusals, sender};
use crate::service::trouble::refusal;

/// Kinds of mail found among somebody's newest bulk mails.
const KINDS: u32 = 50;
/// Refusals and consents looked at.
const LOOKED_AT: u32 = 500;

/// What somebody gets or has refused of a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// A family of topics, or what a consent is to; empty for everything of that sender.
    pub name: String,
    pub wanted: bool,
}

/// One sender's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderChoices {
    /// Empty for mail without a profile.
    pub profile: String,
    /// In words.
    pub sender: Option<String>,
    /// Everything, whose name is empty, and the families of topics. Of a sender of whom everything is refused no family comes either.
    pub families: Vec<Kind>,
    /// Consents to advertising, by what they are to.
    pub consents: Vec<Kind>,
}

/// What somebody gets or has refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Masked.
    pub address: String,
    pub language: Option<String>,
    /// That of the link first.
    pub senders: Vec<SenderChoices>,
}

/// What somebody chose: profile and name of each kind of mail and consent they were shown, and of those they want.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub shown: BTreeSet<(String, String)>,
    pub wanted: BTreeSet<(String, String)>,
    pub consents_shown: BTreeSet<(String, String)>,
    pub consents_wanted: BTreeSet<(String, String)>,
}

/// A consent that changes with what somebody chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentChange {
    pub email: String,
    pub profile: String,
    pub scope: String,
    pub given: bool,
}

impl Refusals {
    /// What the owner of a link gets or has refused; `None` for one that this installation did not make.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn preferences(&self, token: &str) -> Result<Option<Preferences>, Refusal> {
        let Some(target) = self.target(token).await? else { return Ok(None) };
        let key = address::key(&target.address).into_owned();
        // A link is of one sender's mail, which may be forwarded: whoever has it sees and changes what is that sender's alone.
        let own = |profile: &str| profile == target.profile;
        let mut refused = self.store.refusals(Some(key.clone()), None, LOOKED_AT).await.map_err(refusal)?.refusals;
        refused.retain(|one| own(&one.profile));
        let filter = ConsentFilter { address: Some(key), profile: Some(target.profile.clone()) };
        let consents = self.store.consents(filter, None, LOOKED_AT).await.map_err(refusal)?.consents;
        let mut kinds = self.store.kinds_of(&target.address, KINDS).await.map_err(refusal)?;
        kinds.retain(|(profile, _)| own(profile));
        kinds.push((target.profile.clone(), family::of(&target.topic).to_owned()));
        kinds.extend(refused.iter().map(|one| (one.profile.clone(), one.family.clone())));
        let mut by_sender: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (profile, family) in kinds {
            by_sender.entry(profile).or_default().insert(family);
        }
        for consent in &consents {
            by_sender.entry(consent.key.profile.clone()).or_default();
        }
        by_sender.values_mut().for_each(|families| families.extend([String::new()]));
        let known = self.profiles.knowing(by_sender.keys().map(String::as_str).filter(|name| !name.is_empty())).await?;
        let mut senders: Vec<SenderChoices> = by_sender
            .into_iter()
            .map(|(profile, families)| {
                let family = |name: String| Kind { wanted: !stands(&refused, &profile, &name), name };
                let of_sender = consents.iter().filter(|consent| consent.key.profile == profile);
                SenderChoices {
                    sender: sender(&known, &profile),
                    families: families.into_iter().map(family).collect(),
                    consents: of_sender.map(|one| Kind { name: one.key.scope.clone(), wanted: one.holds() }).collect(),
                    profile,
                }
            })
            .collect();
        senders.sort_by_key(|one| one.profile != target.profile);
        let language = self.language(&target, &known).await?;
        Ok(Some(Preferences { address: address::masked(&target.address), language, senders }))
    }

    /// Writes down what the owner of a link chose among what there is to choose. The consents that change with it are given back: the ledger
    /// has to have their wording. `None` for a link that this installation did not make.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn choose(&self, token: &str, chosen: &Chosen) -> Result<Option<Vec<ConsentChange>>, Refusal> {
        let Some(target) = self.target(token).await? else { return Ok(None) };
        let Some(offered) = self.preferences(token).await? else { return Ok(None) };
        let (mut ends, mut choices) = (BTreeSet::new(), Vec::new());
        for choice in offered.senders.iter().flat_map(|sender| changed(sender, chosen)) {
            let own = target.advertising && choice.profile == target.profile;
            if choice.wanted || !(own || choice.family.is_empty()) {
                choices.push(choice);
                continue;
            }
            // As by the button: it ends what was consented to, and of advertising the law asks that its result is told.
            ends.insert(choice.profile.clone());
            let delivery = target.delivery.filter(|_| choice.profile == target.profile);
            let all = choice.family.is_empty();
            let refused =
                Target { topic: choice.family, profile: choice.profile, address: target.address.clone(), advertising: own, delivery };
            self.write(refused, RefusedBy::Preferences, all).await?;
        }
        if !choices.is_empty() {
            self.store.choose(&target.address, choices, self.clock.wall()).await.map_err(refusal)?;
            tracing::info!(address = address::masked(&target.address), "somebody chose which mail they want");
        }
        let changes = offered.senders.iter().flat_map(|sender| {
            let changed = |kind: &&Kind| {
                let key = (sender.profile.clone(), kind.name.clone());
                chosen.consents_shown.contains(&key)
                    && !ends.contains(&sender.profile)
                    && kind.wanted != chosen.consents_wanted.contains(&key)
            };
            sender.consents.iter().filter(changed).map(|kind| ConsentChange {
                email: target.address.clone(),
                profile: sender.profile.clone(),
                scope: kind.name.clone(),
                given: !kind.wanted,
            })
        });
        Ok(Some(changes.collect()))
    }
}

/// What changes of one sender's mail.
fn changed(sender: &SenderChoices, chosen: &Chosen) -> Vec<Choice> {
    let changed = |kind: &&Kind| {
        let key = (sender.profile.clone(), kind.name.clone());
        chosen.shown.contains(&key) && kind.wanted != chosen.wanted.contains(&key)
    };
    let choice = |kind: &Kind| Choice { profile: sender.profile.clone(), family: kind.name.clone(), wanted: !kind.wanted };
    sender.families.iter().filter(changed).map(choice).collect()
}

/// Whether a refusal of this stands.
fn stands(refused: &[RefusalInfo], profile: &str, family: &str) -> bool {
    refused.iter().any(|one| one.profile == profile && one.family == family && one.lifted.is_none())
}
