//! API keys: random, shown once, kept as a hash.

use std::{collections::HashMap, fmt, sync::Arc};

use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jebi_domain::{
    id::KeyNo,
    port::{Clock, Random, Store, store::KeyInfo},
    refusal::{Fault, Refusal},
};
use sha2::{Digest, Sha256};

use super::{Caller, trouble::refusal};

/// What every key made here starts with, so that leaked ones can be searched for.
pub const MARK: &str = "jebi_";
/// Random bytes of a key.
const RANDOM: usize = 32;
/// Shortest key that may be given from outside, in characters.
pub const MIN_GIVEN: usize = 32;
/// Longest key looked at, in bytes.
const MAX_GIVEN: usize = 512;
/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Secret characters of a key that are kept to tell keys apart.
const SHOWN: usize = 4;

/// A new key. The only time its text is seen.
pub struct Created {
    pub info: KeyInfo,
    pub secret: String,
}

/// Without the secret.
impl fmt::Debug for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Created").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Makes, lists, revokes and checks keys. Checking takes no lock and does no I/O: it looks into a map that is replaced as a
/// whole by [`Keys::refresh`].
pub struct Keys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    live: ArcSwap<HashMap<[u8; 32], KeyNo>>,
}

impl Keys {
    /// Knows no key until [`Keys::refresh`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { store, clock, random, live: ArcSwap::default() }
    }

    /// Reads the keys anew. Called after every change here, and by a worker every 10 seconds for changes made elsewhere.
    ///
    /// # Errors
    /// A store that does not answer; the keys known so far stay.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        let keys = self.store.keys().await.map_err(refusal)?;
        let live = keys.into_iter().filter(|k| k.revoked_at.is_none()).map(|k| (k.hash, k.no)).collect();
        self.live.store(Arc::new(live));
        Ok(())
    }

    /// Who shows this key; `None` when it is not one of ours or was revoked.
    #[must_use]
    pub fn authenticate(&self, presented: &str) -> Option<Caller> {
        if presented.is_empty() || presented.len() > MAX_GIVEN {
            return None;
        }
        // Looking up by hash tells a prober nothing about how near a guess is.
        self.live.load().get(&hash(presented)).map(|key| Caller { key: *key })
    }

    /// Whether any key holds; without one nobody can use the API.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.live.load().is_empty()
    }

    /// Makes a key.
    ///
    /// # Errors
    /// A bad name; a store that cannot write.
    pub async fn create(&self, name: &str) -> Result<Created, Refusal> {
        check_name(name)?;
        let mut bytes = [0; RANDOM];
        self.random.fill(&mut bytes);
        let secret = format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes));
        let info = self.add(name, &secret).await?;
        tracing::info!(key = info.no.0, prefix = info.prefix, name, "API key created");
        Ok(Created { info, secret })
    }

    /// Takes a key given from outside (`JEBI_API_KEY`); one that is there already stays as it is. A revoked key stays revoked.
    ///
    /// # Errors
    /// A key that is too short or has characters no header can carry; a store that cannot write.
    pub async fn ensure(&self, name: &str, secret: &str) -> Result<KeyInfo, Refusal> {
        check_given(secret)?;
        self.add(name, secret).await
    }

    async fn add(&self, name: &str, secret: &str) -> Result<KeyInfo, Refusal> {
        let mark = if secret.starts_with(MARK) { MARK.len() } else { 0 };
        let prefix: String = secret.chars().take(mark + SHOWN).collect();
        let info = self.store.add_key(name, &prefix, hash(secret), self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await?;
        Ok(info)
    }

    /// All keys, revoked ones too.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<KeyInfo>, Refusal> {
        self.store.keys().await.map_err(refusal)
    }

    /// Ends a key; it is refused from now on.
    ///
    /// # Errors
    /// No such key, or one revoked before; a store that cannot write.
    pub async fn revoke(&self, no: KeyNo) -> Result<(), Refusal> {
        let revoked = self.store.revoke_key(no, self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await?;
        if !revoked {
            return Err(Refusal::missing("key"));
        }
        tracing::info!(key = no.0, "API key revoked");
        Ok(())
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let fault = format!("the name must be 1 to {MAX_NAME} characters without control characters");
    Err(Refusal::invalid(Fault::new("name", "invalid_name", fault, "name the program that will use the key")))
}

fn check_given(secret: &str) -> Result<(), Refusal> {
    if (MIN_GIVEN..=MAX_GIVEN).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    let fault = format!("the key must be {MIN_GIVEN} to {MAX_GIVEN} visible ASCII characters without spaces");
    Err(Refusal::invalid(Fault::new("key", "invalid_key", fault, "make one with `openssl rand -base64 32`")))
}
