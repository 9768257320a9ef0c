//! Who sends, what links are signed with, and who refused.

use super::{Boxed, store::StoreResult};
use crate::{id::KeyNo, link::Target, profile::Profile, time::Wall};

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

/// How somebody refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBy {
    /// By the button of the mail program (RFC 8058).
    OneClick,
    /// On the page the link leads to.
    Page,
}

impl RefusedBy {
    pub const ALL: [Self; 2] = [Self::OneClick, Self::Page];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneClick => "one_click",
            Self::Page => "page",
        }
    }
}

/// Profiles, keys of links, refusals.
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
    /// Writes a refusal down, and with it that of everything consented to with the profile; of advertising it stands in the ledger also where
    /// nothing was consented to. `notice` is whether the person is told of what was written there, which is once.
    /// Whoever has consented since refuses anew: what holds ends, and the refusal is that of now. `false` where it stands there already and
    /// ends nothing.
    fn refuse(&self, target: &Target, by: RefusedBy, notice: bool, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Since when somebody refuses mail of a profile and topic. `None` also where they refused and refusing again would change something:
    /// a consent with the profile holds since then, or it is advertising and the ledger has no end of everything.
    fn refused_at(&self, target: &Target) -> Boxed<'_, StoreResult<Option<Wall>>>;
}
