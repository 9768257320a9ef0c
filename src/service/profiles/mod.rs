//! Sender profiles: made and changed by administrators, named by messages and keys.

mod check;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use jebi_domain::{
    port::{
        Clock, Store,
        senders::{ProfileInfo, ProfileRemoved},
    },
    profile::Profile,
    refusal::{Fault, Refusal, RefusalKind},
};

pub use check::NewProfile;

use super::trouble::refusal;

/// The profiles there are, by name.
pub type Directory = HashMap<String, Arc<Profile>>;

/// Keeps profiles, and knows them without asking: as of the last look at the store.
pub struct Profiles {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    live: ArcSwap<Directory>,
    /// One look at the store at a time: an older one that ends later would bring a removed profile back.
    refreshing: tokio::sync::Mutex<()>,
}

impl Profiles {
    /// Knows no profile until [`Profiles::refresh`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, live: ArcSwap::default(), refreshing: tokio::sync::Mutex::default() }
    }

    /// Reads the profiles anew. Called after every change here, and by a worker every few seconds for changes made by other nodes.
    ///
    /// # Errors
    /// A store that does not answer; the profiles known so far stay.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        let _one = self.refreshing.lock().await;
        let all = self.store.profiles().await.map_err(refusal)?;
        let live = all.into_iter().map(|info| (info.profile.name.clone(), Arc::new(info.profile))).collect();
        self.live.store(Arc::new(live));
        Ok(())
    }

    /// The profiles, with those of these names that another node may just have made.
    ///
    /// # Errors
    /// A store that does not answer.
    pub(super) async fn knowing(&self, mut names: impl Iterator<Item = &str>) -> Result<Arc<Directory>, Refusal> {
        let live = self.live.load_full();
        if names.all(|name| live.contains_key(name)) {
            return Ok(live);
        }
        self.refresh().await?;
        Ok(self.live.load_full())
    }

    /// All profiles, by name.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<ProfileInfo>, Refusal> {
        self.store.profiles().await.map_err(refusal)
    }

    /// One profile.
    ///
    /// # Errors
    /// No such profile; a store that does not answer.
    pub async fn find(&self, name: &str) -> Result<ProfileInfo, Refusal> {
        self.list().await?.into_iter().find(|info| info.profile.name == name).ok_or_else(|| Refusal::missing("profile"))
    }

    /// Writes a profile down, in place of the one with its name. Whether it is a new one. Mail accepted before keeps what it was accepted
    /// with.
    ///
    /// # Errors
    /// Every fault of it; a store that cannot write.
    pub async fn put(&self, new: NewProfile) -> Result<(ProfileInfo, bool), Refusal> {
        let put = self.store.put_profile(check::check(new)?, self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await?;
        Ok(put)
    }

    /// Removes a profile.
    ///
    /// # Errors
    /// No such profile, or a live key is tied to it; a store that cannot write.
    pub async fn remove(&self, name: &str) -> Result<(), Refusal> {
        let removed = self.store.remove_profile(name, self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await?;
        match removed {
            ProfileRemoved::Done => Ok(()),
            ProfileRemoved::Missing => Err(Refusal::missing("profile")),
            ProfileRemoved::InUse(keys) => {
                let keys = keys.iter().map(|key| key.0.to_string()).collect::<Vec<_>>().join(", ");
                let fault = format!("keys are tied to this profile: {keys}");
                let remedy = "revoke them, or tie them to another profile (PATCH /v1/keys/{id})";
                Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "profile_in_use", fault, remedy)))
            }
        }
    }
}
