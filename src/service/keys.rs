//! API keys: random, shown once, kept as a hash. Subjects of tokens have a place among them, so that what is set for a key can be
//! set for them too.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jebi_domain::{
    access::{Grant, Scope},
    id::KeyNo,
    port::{
        Clock, Random, Store,
        store::{KeyInfo, KeyKind, KeyUse, NewKey},
    },
    refusal::{Fault, Refusal},
};
use sha2::{Digest, Sha256};

use super::{Caller, caller::Held, grant::GrantChange, trouble::refusal};

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

/// What a key is good for, as known here.
pub(super) enum Standing {
    /// There is none, it was revoked, has expired, or lacks the scope.
    Gone,
    /// A key, by its hash.
    Key([u8; 32]),
    /// A subject of tokens.
    Subject,
}

/// Those known, as of the last look at the store.
#[derive(Default)]
struct Directory {
    /// Keys that were not revoked, by their hash.
    keys: HashMap<[u8; 32], Arc<Held>>,
    /// All subjects of tokens.
    subjects: HashMap<String, Arc<Held>>,
}

/// Makes, lists, changes, revokes and checks keys. Checking takes no lock and does no I/O: it looks into a map that is replaced as
/// a whole by [`Keys::refresh`].
pub struct Keys {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    live: ArcSwap<Directory>,
    /// One look at the store at a time: an older one that ends later would bring a revoked key back.
    refreshing: tokio::sync::Mutex<()>,
    /// One change at a time: each is made of what was there before.
    changing: tokio::sync::Mutex<()>,
    /// Requests that are not written yet.
    uses: Mutex<HashMap<KeyNo, KeyUse>>,
}

impl Keys {
    /// Knows no key until [`Keys::refresh`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let (refreshing, changing) = Default::default();
        Self { store, clock, random, live: ArcSwap::default(), refreshing, changing, uses: Mutex::default() }
    }

    /// Reads the keys anew. Called after every change here, and by a worker every few seconds for changes made by other nodes.
    ///
    /// # Errors
    /// A store that does not answer; the keys known so far stay.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        let _one = self.refreshing.lock().await;
        let mut live = Directory::default();
        for info in self.store.keys().await.map_err(refusal)? {
            let KeyInfo { no, kind, name, hash, grant, revoked_at, .. } = info;
            let held = Arc::new(Held { no, kind, name, grant, revoked: revoked_at.is_some() });
            match kind {
                KeyKind::Key if held.revoked => {}
                KeyKind::Key => drop(live.keys.insert(hash, held)),
                KeyKind::Token => drop(live.subjects.insert(held.name.clone(), held)),
            }
        }
        self.live.store(Arc::new(live));
        Ok(())
    }

    /// Who shows this key; `None` when it is not one of ours, was revoked or has expired. From where it may be used is for
    /// [`Caller::at`] to say.
    #[must_use]
    pub fn authenticate(&self, presented: &str) -> Option<Caller> {
        if presented.is_empty() || presented.len() > MAX_GIVEN {
            return None;
        }
        // Looking up by hash tells a prober nothing about how near a guess is.
        let held = self.live.load().keys.get(&hash(presented)).cloned()?;
        (!held.grant.is_expired(self.clock.wall())).then(|| Caller::of(held))
    }

    /// The subject of a token that holds; made when it is met for the first time. `None` when it was revoked or has expired.
    ///
    /// # Errors
    /// A store that cannot write.
    pub(super) async fn subject(&self, name: &str) -> Result<Option<Caller>, Refusal> {
        let known = || self.live.load().subjects.get(name).cloned();
        let held = match known() {
            Some(held) => held,
            None => {
                // A header cannot hold the byte 0, so no key has this hash.
                let hash = hash(&format!("token subject\0{name}"));
                let new = NewKey { kind: KeyKind::Token, name: name.to_owned(), prefix: String::new(), hash, grant: Grant::FULL };
                self.store.add_key(new, self.clock.wall()).await.map_err(refusal)?;
                self.refresh().await?;
                known().ok_or_else(|| Refusal::busy(1, "store_busy", "the subject of the token is not stored yet"))?
            }
        };
        let holds = !held.revoked && !held.grant.is_expired(self.clock.wall());
        Ok(holds.then(|| Caller::of(held)))
    }

    /// Whether a key holds and has a scope.
    pub(super) fn standing(&self, no: KeyNo, scope: Scope) -> Standing {
        let live = self.live.load();
        let is_it =
            |held: &Held| held.no == no && !held.revoked && !held.grant.is_expired(self.clock.wall()) && held.grant.scopes.has(scope);
        if let Some((hash, _)) = live.keys.iter().find(|(_, held)| is_it(held)) {
            return Standing::Key(*hash);
        }
        if live.subjects.values().any(|held| is_it(held)) { Standing::Subject } else { Standing::Gone }
    }

    /// Whether any key holds; without one nobody can use the API.
    #[must_use]
    pub fn any(&self) -> bool {
        let now = self.clock.wall();
        self.live.load().keys.values().any(|held| !held.grant.is_expired(now))
    }

    /// Counts a request; written by [`Keys::flush`].
    pub fn note_use(&self, caller: &Caller) {
        if caller.key == Caller::LOCAL.key {
            return;
        }
        let (key, last) = (caller.key, self.clock.wall());
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = uses.entry(key).or_insert(KeyUse { key, requests: 0, last });
        (noted.requests, noted.last) = (noted.requests + 1, last);
    }

    /// Writes the requests counted since the last time. Called by a worker every 10 seconds, and at the stop.
    ///
    /// # Errors
    /// A store that cannot write; they are kept for the next time.
    pub async fn flush(&self) -> Result<(), Refusal> {
        let noted = std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let written = self.store.note_use(noted.values().copied().collect()).await;
        if written.is_err() {
            let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, lost) in noted {
                uses.entry(key).and_modify(|newer| newer.requests += lost.requests).or_insert(lost);
            }
        }
        written.map_err(refusal)
    }

    /// Makes a key that allows everything but what is said.
    ///
    /// # Errors
    /// A bad name or grant; a store that cannot write.
    pub async fn create(&self, name: &str, allowed: GrantChange) -> Result<Created, Refusal> {
        let grant = named(name, allowed.apply(Grant::FULL, self.clock.wall()))?;
        self.check_profile(&grant).await?;
        let secret = self.secret();
        let info = self.add(name, &secret, grant).await?;
        tracing::info!(key = info.no.0, prefix = info.prefix, name, "API key created");
        Ok(Created { info, secret })
    }

    /// Makes a key that allows everything where none holds; `None` where another node was first.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn create_first(&self, name: &str) -> Result<Option<Created>, Refusal> {
        let secret = self.secret();
        let made = self.store.add_first_key(given(name, &secret, Grant::FULL), self.clock.wall()).await.map_err(refusal)?;
        self.refresh().await?;
        Ok(made.map(|info| {
            tracing::info!(key = info.no.0, prefix = info.prefix, name, "API key created");
            Created { info, secret }
        }))
    }

    fn secret(&self) -> String {
        let mut bytes = [0; RANDOM];
        self.random.fill(&mut bytes);
        format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Takes a key given from outside (`JEBI_API_KEY`); one that is there already stays as it is. A revoked key stays revoked.
    ///
    /// # Errors
    /// A key that is too short or has characters no header can carry; a store that cannot write.
    pub async fn ensure(&self, name: &str, secret: &str) -> Result<KeyInfo, Refusal> {
        check_given(secret)?;
        self.add(name, secret, Grant::FULL).await
    }

    /// Changes a key's name or what it allows, from the next request on.
    ///
    /// # Errors
    /// No such key; a bad name or grant; a store that cannot write.
    pub async fn change(&self, no: KeyNo, name: Option<String>, change: GrantChange) -> Result<KeyInfo, Refusal> {
        let _one = self.changing.lock().await;
        let before = self.find(no).await?;
        let grant = change.apply(before.grant, self.clock.wall());
        let grant = match &name {
            Some(name) if before.kind == KeyKind::Token && *name != before.name => {
                let remedy = "leave name out; make a token for another subject";
                return Err(Refusal::invalid(Fault::new("name", "fixed_name", "the subject of tokens cannot be renamed", remedy)));
            }
            Some(name) => named(name, grant)?,
            None => grant?,
        };
        self.check_profile(&grant).await?;
        let name = name.unwrap_or(before.name);
        let changed = self.store.change_key(no, &name, grant).await.map_err(refusal)?;
        self.refresh().await?;
        tracing::info!(key = no.0, name, "API key changed");
        changed.ok_or_else(|| Refusal::missing("key"))
    }

    /// A key is tied only to a profile that is there.
    async fn check_profile(&self, grant: &Grant) -> Result<(), Refusal> {
        let Some(name) = &grant.profile else { return Ok(()) };
        if self.store.profiles().await.map_err(refusal)?.iter().any(|known| known.profile.name == *name) {
            return Ok(());
        }
        let fault = format!("there is no profile {name:?}");
        Err(Refusal::invalid(Fault::new("profile", "unknown_profile", fault, "use a name GET /v1/profiles lists")))
    }

    /// One key.
    ///
    /// # Errors
    /// No such key; a store that does not answer.
    pub async fn find(&self, no: KeyNo) -> Result<KeyInfo, Refusal> {
        self.list().await?.into_iter().find(|k| k.no == no).ok_or_else(|| Refusal::missing("key"))
    }

    async fn add(&self, name: &str, secret: &str, grant: Grant) -> Result<KeyInfo, Refusal> {
        let info = self.store.add_key(given(name, secret, grant), self.clock.wall()).await.map_err(refusal)?;
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

/// A key as it is kept.
fn given(name: &str, secret: &str, grant: Grant) -> NewKey {
    let mark = if secret.starts_with(MARK) { MARK.len() } else { 0 };
    let prefix = secret.chars().take(mark + SHOWN).collect();
    NewKey { kind: KeyKind::Key, name: name.to_owned(), prefix, hash: hash(secret), grant }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The grant, with a fault of the name beside its own.
fn named(name: &str, grant: Result<Grant, Refusal>) -> Result<Grant, Refusal> {
    match (check_name(name), grant) {
        (Ok(()), grant) => grant,
        (Err(refusal), Ok(_)) => Err(refusal),
        (Err(mut refusal), Err(more)) => {
            refusal.faults.extend(more.faults);
            Err(refusal)
        }
    }
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
