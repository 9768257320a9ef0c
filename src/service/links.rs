//! What links in mail are signed with: keys that every node makes of the stored salts and the installation's secret, which is in no store.

use std::{fmt, sync::Arc};

use arc_swap::{ArcSwap, ArcSwapOption};
use jebi_domain::{
    erasure::PersonKey,
    link::{LinkKey, Links, Target},
    port::{Clock, Random, Store, senders::StoredLinkKey},
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
    track::visitor,
};

use super::trouble::refusal;

/// Bytes of a salt.
const SALT: usize = 16;
/// How long after it was made a key signs the first mail, in milliseconds: until then every node has read it.
const SETTLE_MS: i64 = 60_000;

/// A key, without anything that is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkKeyInfo {
    pub no: u16,
    /// Mail accepted from then on is signed with it.
    pub since: Wall,
    /// Whether this installation's secret is the one it was made with.
    pub usable: bool,
}

/// The keys links are signed with and read by.
pub struct LinkKeys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    secret: Vec<u8>,
    live: Arc<ArcSwap<Links>>,
    public: ArcSwapOption<String>,
}

/// Without the secret.
impl fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkKeys").field("live", &self.live).finish_non_exhaustive()
    }
}

impl LinkKeys {
    /// Knows no key until [`LinkKeys::start`] or [`LinkKeys::refresh`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>, secret: Vec<u8>) -> Self {
        // The same secret tells who was erased.
        store.know_people_by(PersonKey::derive(&secret));
        Self { store, clock, random, secret, live: Arc::default(), public: ArcSwapOption::empty() }
    }

    /// Says how the world reaches this installation from now on: `https`, without a slash at the end.
    pub fn reach(&self, public: Option<&str>) {
        self.public.store(public.map(|url| Arc::new(url.to_owned())));
        self.live.rcu(|links| Links::clone(links).reached_by(public.map(str::to_owned)));
    }

    /// The keys as they are known, for those who sign.
    #[must_use]
    pub fn live(&self) -> Arc<ArcSwap<Links>> {
        Arc::clone(&self.live)
    }

    /// Reads the keys, and makes the first where there is none: of several nodes that start at once, one makes it.
    ///
    /// # Errors
    /// The newest key was made with another secret: nothing could be signed as the other nodes do. A store that does not answer.
    pub async fn start(&self) -> Result<(), Refusal> {
        if self.store.link_keys().await.map_err(refusal)?.is_empty() {
            // All mail there is was accepted after it.
            self.add(1, Wall(i64::MIN)).await?;
        }
        let keys = self.read().await?;
        match keys.iter().max_by_key(|(key, _)| key.since) {
            Some((newest, false)) => {
                let fault = format!("it is not the secret that key {} of the links in mail was made with", newest.no);
                let remedy = "use the secret of the other nodes, or of the time before; where it is lost, make a new key with \
                              `jebi link-key rotate`: links in mail sent before then stop working";
                Err(Refusal::new(RefusalKind::Conflict, Fault::new("JEBI_SECRET", "other_secret", fault, remedy)))
            }
            _ => Ok(()),
        }
    }

    /// Reads the keys anew: another node may have made one.
    ///
    /// # Errors
    /// A store that does not answer; the keys known so far stay.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        self.read().await.map(drop)
    }

    /// All keys, by number.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<LinkKeyInfo>, Refusal> {
        let keys = self.read().await?;
        Ok(keys.into_iter().map(|(key, usable)| LinkKeyInfo { no: key.no, since: key.since, usable }).collect())
    }

    /// Makes a new key: mail accepted from a minute on is signed with it. Links made before go on working.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn rotate(&self) -> Result<LinkKeyInfo, Refusal> {
        loop {
            let keys = self.store.link_keys().await.map_err(refusal)?;
            let last = keys.iter().map(|key| key.no).max().unwrap_or(0);
            let Some(no) = last.checked_add(1) else {
                let fault = "there are as many keys as can be numbered";
                return Err(Refusal::new(RefusalKind::Conflict, Fault::new("", "too_many_link_keys", fault, "keep the newest one")));
            };
            // Where nothing of what was there can be used, there is nothing to wait for.
            let usable = keys.iter().any(|key| self.derived(key).is_some());
            let since = if usable { Wall(self.clock.wall().0 + SETTLE_MS) } else { self.clock.wall() };
            if self.add(no, since).await? {
                self.refresh().await?;
                tracing::info!(no, %since, "a new key for links was made");
                return Ok(LinkKeyInfo { no, since, usable: true });
            }
        }
    }

    /// What a token stands for. A key that another node has just made is asked for.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn target(&self, token: &str) -> Result<Option<Target>, Refusal> {
        if let Some(target) = self.live.load().read(token) {
            return Ok(Some(target));
        }
        Ok(None)
    }

    /// A keyed hash of a reader's address.
    #[must_use]
    pub fn visitor(&self, address: &[u8]) -> String {
        visitor::hashed(&self.secret, address)
    }

    async fn add(&self, no: u16, since: Wall) -> Result<bool, Refusal> {
        let mut salt = [0; SALT];
        self.random.fill(&mut salt);
        let proof = LinkKey::derive(&self.secret, no, &salt, since).proof();
        let key = StoredLinkKey { no, salt: salt.to_vec(), proof, since };
        self.store.add_link_key(key, self.clock.wall()).await.map_err(refusal)
    }

    /// The stored keys, and whether each can be used here.
    async fn read(&self) -> Result<Vec<(StoredLinkKey, bool)>, Refusal> {
        let stored = self.store.link_keys().await.map_err(refusal)?;
        let derived: Vec<Option<LinkKey>> = stored.iter().map(|key| self.derived(key)).collect();
        let usable: Vec<bool> = derived.iter().map(Option::is_some).collect();
        self.live.store(Arc::new(Links::new(derived.into_iter().flatten().collect()).reached_by(self.public.load().as_deref().cloned())));
        Ok(stored.into_iter().zip(usable).collect())
    }

    fn derived(&self, key: &StoredLinkKey) -> Option<LinkKey> {
        let made = LinkKey::derive(&self.secret, key.no, &key.salt, key.since);
        (made.proof() == key.proof).then_some(made)
    }
}
