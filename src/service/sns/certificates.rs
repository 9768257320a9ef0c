//! The certificates SNS signs with: fetched once, believed only with a chain to a trusted root, and kept with their keys parsed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use jebi_domain::{
    port::{Clock, sns::Web},
    refusal::{Fault, Refusal, RefusalKind},
    sns::{CertificateUrl, is_issuer_url},
    time::Boot,
};
use rustls::pki_types::TrustAnchor;

use super::chain::{Chain, Distrust, Key};

/// Largest file of a certificate; SNS's has 2 KiB.
const LARGEST: usize = 64 << 10;
/// Certificates above SNS's own that are looked for, one after the other.
const DEPTH: usize = 3;
/// Addresses that something is remembered of. SNS has one certificate for most regions.
const KEPT: usize = 64;
/// After so long a chain is checked again: certificates end.
const RECHECK: Duration = Duration::from_secs(3_600);
/// How long a failure is remembered.
const AGAIN: Duration = Duration::from_secs(5);
/// The same where the address has no certificate of SNS.
const NEVER: Duration = Duration::from_secs(60);
/// Certificates looked for in a minute: in each region for topics whose messages are taken, and for all others together. Forged messages
/// must not use up what true ones need.
const LOOKS: [u32; 2] = [30, 10];
const MINUTE: Duration = Duration::from_secs(60);

/// Reads whom certificates of SNS may be issued by.
pub type Roots = Box<dyn Fn() -> Result<Vec<TrustAnchor<'static>>, Fault> + Send + Sync>;

/// Who wants a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// A message of a topic whose messages are taken.
    Permitted,
    /// Any other.
    Stranger,
}

/// A certificate that was believed.
struct Ready {
    chain: Chain,
    key: Arc<Key>,
    /// When its chain was last checked.
    checked: Boot,
}

/// What is known of one address.
#[derive(Default)]
struct Known {
    ready: Option<Ready>,
    /// Until when it is not asked for again, and why; by who wanted it.
    failed: [Option<(Boot, Refusal)>; 2],
    used: Boot,
}

/// One address; whoever holds `fetching` asks for all.
#[derive(Default)]
struct Slot {
    known: Mutex<Known>,
    fetching: tokio::sync::Mutex<()>,
}

/// Certificates by their addresses.
pub(super) struct Certificates {
    web: Arc<dyn Web>,
    clock: Arc<dyn Clock>,
    /// Read when the first certificate comes: most installations have none.
    roots: OnceLock<Vec<TrustAnchor<'static>>>,
    read_roots: Roots,
    slots: Mutex<HashMap<CertificateUrl, Arc<Slot>>>,
    /// Issuers' certificates by address, of chains that were believed.
    issuers: Mutex<HashMap<String, Vec<u8>>>,
    /// When this minute began, and how often something was looked for in it: by region, and without one for strangers.
    looks: Mutex<(Boot, HashMap<Option<String>, u32>)>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Certificates {
    pub(super) fn new(web: Arc<dyn Web>, clock: Arc<dyn Clock>, read_roots: Roots) -> Self {
        Self { web, clock, roots: OnceLock::new(), read_roots, slots: Mutex::default(), issuers: Mutex::default(), looks: Mutex::default() }
    }

    /// The key of the certificate at an address.
    ///
    /// # Errors
    /// Denied where it is none of SNS's; busy where it cannot be fetched now.
    pub(super) async fn key(&self, url: &CertificateUrl, wanted: For) -> Result<Arc<Key>, Refusal> {
        let slot = self.slot(url);
        if let Some(known) = self.known(&slot, url, wanted) {
            return known;
        }
        let _only = slot.fetching.lock().await;
        // Whoever was first may have found it.
        if let Some(known) = self.known(&slot, url, wanted) {
            return known;
        }
        let stored = self.web.stored(url.as_str()).await;
        if stored.is_none() && !self.may_look(url, wanted) {
            // Of the address that says nothing, so nothing is remembered of it.
            return Err(Refusal::busy(30, "sns_certificate_unavailable", "too many certificates were asked for in this minute"));
        }
        let found = match stored {
            Some(pem) => self.believed(url, &pem).await,
            None => self.fetch(url).await,
        };
        let mut known = lock(&slot.known);
        match found {
            Ok((chain, key)) => {
                let key = Arc::new(key);
                known.ready = Some(Ready { chain, key: Arc::clone(&key), checked: self.clock.boot() });
                Ok(key)
            }
            Err(refusal) => {
                let after = if matches!(refusal.kind, RefusalKind::Busy { .. }) { AGAIN } else { NEVER };
                known.failed[wanted as usize] = Some((self.clock.boot() + after, refusal.clone()));
                Err(refusal)
            }
        }
    }

    /// What is remembered of an address, where that still holds. Strangers are told what others met with there, and never the other way
    /// round.
    fn known(&self, slot: &Slot, url: &CertificateUrl, wanted: For) -> Option<Result<Arc<Key>, Refusal>> {
        let (now, mut known) = (self.clock.boot(), lock(&slot.known));
        known.used = now;
        if let Some(ready) = &mut known.ready {
            if now.since(ready.checked) < RECHECK {
                return Some(Ok(Arc::clone(&ready.key)));
            }
            let roots = self.roots.get().map(Vec::as_slice).unwrap_or_default();
            if ready.chain.key(roots, url, self.clock.wall()).is_ok() {
                ready.checked = now;
                return Some(Ok(Arc::clone(&ready.key)));
            }
            // It has ended: another may lie there now.
            known.ready = None;
        }
        let mut failed = known.failed[..=wanted as usize].iter().flatten();
        failed.find(|(until, _)| now < *until).map(|(_, refusal)| Err(refusal.clone()))
    }

    fn slot(&self, url: &CertificateUrl) -> Arc<Slot> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(url) {
            return Arc::clone(slot);
        }
        if slots.len() >= KEPT {
            // What was never believed goes first: it costs nothing to ask for more of them.
            let rank = |slot: &Slot| {
                let known = lock(&slot.known);
                (known.ready.is_some(), known.used)
            };
            let least = slots.iter().min_by_key(|(_, slot)| rank(slot)).map(|(url, _)| url.clone());
            least.and_then(|url| slots.remove(&url));
        }
        Arc::clone(slots.entry(url.clone()).or_default())
    }

    /// Whether one more may be looked for in this minute.
    fn may_look(&self, url: &CertificateUrl, wanted: For) -> bool {
        let (now, mut looks) = (self.clock.boot(), lock(&self.looks));
        if now.since(looks.0) >= MINUTE {
            *looks = (now, HashMap::new());
        }
        let share = (wanted == For::Permitted).then(|| url.region().to_owned());
        let used = looks.1.entry(share).or_default();
        *used = used.saturating_add(1);
        *used <= LOOKS[wanted as usize]
    }

    fn roots(&self) -> Result<&[TrustAnchor<'static>], Refusal> {
        if self.roots.get().is_none() {
            let roots = (self.read_roots)().map_err(|fault| unavailable(&fault.field, &format!("{}; {}", fault.fault, fault.remedy)))?;
            // Whoever was quicker has read the same.
            return Ok(self.roots.get_or_init(|| roots));
        }
        Ok(self.roots.get().map(Vec::as_slice).unwrap_or_default())
    }

    async fn fetch(&self, url: &CertificateUrl) -> Result<(Chain, Key), Refusal> {
        let got = self.web.get(url.as_str(), LARGEST).await.map_err(|why| unavailable(url.as_str(), &why))?;
        match got.status {
            200 => {}
            404 | 410 => return Err(distrusted("there is no such certificate")),
            status => return Err(unavailable(url.as_str(), &format!("status {status}"))),
        }
        self.believed(url, &got.body).await
    }

    /// A certificate with the chain it is believed by.
    async fn believed(&self, url: &CertificateUrl, pem: &[u8]) -> Result<(Chain, Key), Refusal> {
        let (mut chain, roots) = (Chain::read(pem).map_err(|distrust| told(&distrust))?, self.roots()?);
        let mut issuers = Vec::new();
        loop {
            match chain.key(roots, url, self.clock.wall()) {
                Ok(key) => {
                    self.keep(issuers);
                    return Ok((chain, key));
                }
                Err(Distrust::Incomplete { issuer: Some(issuer) }) if is_issuer_url(&issuer) && issuers.len() < DEPTH => {
                    let certificate = self.issuer(&issuer).await?;
                    chain.add(&certificate);
                    issuers.push((issuer, certificate));
                }
                Err(distrust) => {
                    let Some((from, _)) = issuers.last() else { return Err(told(&distrust)) };
                    // SNS's own certificate says who issued it, and only what came from there does not fit: it comes over plain HTTP, and
                    // may be another the next time.
                    let mut known = lock(&self.issuers);
                    issuers.iter().for_each(|(url, _)| drop(known.remove(url)));
                    return Err(unavailable(from, words(&distrust)));
                }
            }
        }
    }

    /// An issuer's certificate; those in use are few and last for years.
    async fn issuer(&self, url: &str) -> Result<Vec<u8>, Refusal> {
        if let Some(known) = lock(&self.issuers).get(url) {
            return Ok(known.clone());
        }
        let got = self.web.get(url, LARGEST).await.map_err(|why| unavailable(url, &why))?;
        if got.status != 200 {
            return Err(unavailable(url, &format!("status {}", got.status)));
        }
        Ok(got.body.to_vec())
    }

    /// Keeps issuers of a chain that was believed. Others are asked for again: they come over plain HTTP, and may be anything.
    fn keep(&self, believed: Vec<(String, Vec<u8>)>) {
        let mut issuers = lock(&self.issuers);
        for (url, certificate) in believed {
            if issuers.len() < KEPT {
                issuers.insert(url, certificate);
            }
        }
    }
}

/// Why a certificate is not believed, in words.
fn words(distrust: &Distrust) -> &str {
    match distrust {
        Distrust::Incomplete { .. } => "its issuer is not trusted",
        Distrust::Wrong(why) => why,
    }
}

fn told(distrust: &Distrust) -> Refusal {
    distrusted(words(distrust))
}

/// It could not be fetched, which is not SNS's fault: it delivers again.
fn unavailable(url: &str, why: &str) -> Refusal {
    tracing::warn!(url, why, "a certificate SNS signs with could not be fetched; events are taken again when it can");
    let fault = "the certificate the message is signed with could not be fetched just now";
    let remedy = "deliver it again later; the server's log has the cause, and sns.certificates takes certificates put there by hand";
    Refusal::new(RefusalKind::Busy { retry_after_s: 20 }, Fault::new("SigningCertURL", "sns_certificate_unavailable", fault, remedy))
}

fn distrusted(why: &str) -> Refusal {
    let fault = format!("the certificate the message is signed with is not one of SNS: {why}");
    let remedy = "let SNS deliver here, or post exactly what it delivered";
    Refusal::denied(Fault::new("SigningCertURL", "sns_certificate", fault, remedy))
}
