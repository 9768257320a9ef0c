//! Whether domains take mail: asked at most so many at once, within a time for all, and remembered for a while.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use jebi_domain::{
    address::verdict::Receives,
    port::{Clock, MailHosts},
    time::Boot,
};

/// How long an answer counts. What is not known is asked again soon.
const KNOWN: Duration = Duration::from_secs(3_600);
const UNKNOWN: Duration = Duration::from_secs(30);
/// Domains asked for at the same time.
const AT_ONCE: usize = 32;
/// For all domains of a request.
const PATIENCE: Duration = Duration::from_secs(20);
/// Domains remembered; when there are more, all are forgotten.
const KEPT: usize = 50_000;

/// What is known of domains.
pub(super) struct Domains {
    hosts: Arc<dyn MailHosts>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<String, (Receives, Boot)>>,
}

impl Domains {
    pub fn new(hosts: Arc<dyn MailHosts>, clock: Arc<dyn Clock>) -> Self {
        Self { hosts, clock, known: Mutex::default() }
    }

    /// Whether each takes mail.
    pub async fn receive(&self, domains: BTreeSet<String>) -> HashMap<String, Receives> {
        let now = self.clock.boot();
        let (mut found, mut open) = (HashMap::with_capacity(domains.len()), Vec::new());
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            for domain in domains {
                match known.get(&domain).filter(|(_, until)| now < *until) {
                    Some((receives, _)) => drop(found.insert(domain, receives.clone())),
                    None => open.push(domain),
                }
            }
        }
        let too_late = self.clock.sleep_until(now + PATIENCE);
        tokio::pin!(too_late);
        let ask = |domain: String| {
            let hosts = Arc::clone(&self.hosts);
            async move {
                let receives = hosts.receives(&domain).await;
                (domain, receives)
            }
        };
        let mut answers = stream::iter(open.clone()).map(ask).buffer_unordered(AT_ONCE);
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = &mut too_late => None,
            };
            let Some((domain, receives)) = answer else { break };
            self.remember(&domain, &receives);
            found.insert(domain, receives);
        }
        drop(answers);
        for domain in open {
            found.entry(domain).or_insert_with(|| Receives::Unknown("the name servers did not answer in time".to_owned()));
        }
        found
    }

    fn remember(&self, domain: &str, receives: &Receives) {
        let holds = if matches!(receives, Receives::Unknown(_)) { UNKNOWN } else { KNOWN };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(domain.to_owned(), (receives.clone(), self.clock.boot() + holds));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use jebi_domain::{fake::ManualClock, port::Boxed, time::Wall};

    use super::*;

    /// Knows `good.kr`, knows nothing of others, and never answers of `silent.kr`.
    #[derive(Default)]
    struct Hosts(AtomicUsize);

    impl MailHosts for Hosts {
        fn receives(&self, domain: &str) -> Boxed<'_, Receives> {
            self.0.fetch_add(1, Ordering::Relaxed);
            match domain {
                "good.kr" => Box::pin(std::future::ready(Receives::Yes)),
                "silent.kr" => Box::pin(std::future::pending()),
                _ => Box::pin(std::future::ready(Receives::Unknown("trouble".to_owned()))),
            }
        }
    }

    fn rig() -> (Arc<Hosts>, ManualClock, Arc<Domains>) {
        let (hosts, clock) = (Arc::new(Hosts::default()), ManualClock::new(Wall(0)));
        let domains = Domains::new(Arc::clone(&hosts) as Arc<dyn MailHosts>, Arc::new(clock.clone()));
        (hosts, clock, Arc::new(domains))
    }

    fn set(domains: &[&str]) -> BTreeSet<String> {
        domains.iter().map(|domain| (*domain).to_owned()).collect()
    }

    #[tokio::test]
    async fn answers_are_remembered_and_trouble_for_half_a_minute_only() {
        let (hosts, clock, domains) = rig();
        let asked = || hosts.0.load(Ordering::Relaxed);
        let both = set(&["good.kr", "odd.kr"]);
        assert_eq!(domains.receive(both.clone()).await["good.kr"], Receives::Yes);
        domains.receive(both.clone()).await;
        assert_eq!(asked(), 2);
        clock.advance(UNKNOWN);
        domains.receive(both.clone()).await;
        assert_eq!(asked(), 3);
        clock.advance(KNOWN);
        domains.receive(both).await;
        assert_eq!(asked(), 5);
    }

    #[tokio::test]
    async fn what_does_not_answer_in_time_is_unknown_and_holds_nobody_else_up() {
        let (_, clock, domains) = rig();
        let asking = tokio::spawn({
            let domains = Arc::clone(&domains);
            async move { domains.receive(set(&["good.kr", "silent.kr"])).await }
        });
        while !asking.is_finished() {
            if clock.sleepers() > 0 {
                clock.advance(PATIENCE);
            }
            tokio::task::yield_now().await;
        }
        let found = asking.await.expect("an answer");
        assert_eq!(found["good.kr"], Receives::Yes);
        assert!(matches!(found["silent.kr"], Receives::Unknown(_)));
    }
}
