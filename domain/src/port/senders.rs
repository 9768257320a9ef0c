//! Who sends, and what links are signed with.

use super::{Boxed, store::StoreResult};
use crate::{id::KeyNo, profile::Profile, time::Wall};

/// A profile as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileInfo {
    pub profile: Profile,
    pub created_at: Wall,
    pub changed_at: Wall,
}

/// What became of a removal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileRemoved {
    Done,
    /// There is no such profile.
    Missing,
    /// These live keys are tied to it.
    InUse(Vec<KeyNo>),
}

/// A key of links as kept: nothing of it is secret. The key itself is made of the salt and of a secret that is not in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLinkKey {
    pub no: u16,
    pub salt: Vec<u8>,
    /// What the key made of it proves ([`crate::link::LinkKey::proof`]).
    pub proof: [u8; 16],
    /// Mail accepted from then on is signed with it.
    pub since: Wall,
}

/// Profiles and keys of links.
pub trait SenderStore: Send + Sync {
    /// By name.
    fn profiles(&self) -> Boxed<'_, StoreResult<Vec<ProfileInfo>>>;
    /// Writes a profile down, in place of the one with its name. Whether it is a new one.
    fn put_profile(&self, profile: Profile, now: Wall) -> Boxed<'_, StoreResult<(ProfileInfo, bool)>>;
    /// Removes a profile no live key is tied to.
    fn remove_profile(&self, name: &str, now: Wall) -> Boxed<'_, StoreResult<ProfileRemoved>>;
    /// By number.
    fn link_keys(&self) -> Boxed<'_, StoreResult<Vec<StoredLinkKey>>>;
    /// Adds a key under its number. `false` where that number is there: somebody else was first.
    fn add_link_key(&self, key: StoredLinkKey, now: Wall) -> Boxed<'_, StoreResult<bool>>;
}
