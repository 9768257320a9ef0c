//! Mail of senders' domains that claims have set aside comes back as it may go: all of it where nothing holds it back any more, else as much
//! as may be claimed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jebi_domain::{port::store::StoreResult, time::Boot};

use super::Reputation;
use crate::service::dispatch::Dispatch;

/// Entries brought back in one commit.
const AT_ONCE: u32 = 250;
/// Commits of one look at a domain nothing holds back.
const COMMITS: u32 = 40;
/// Entries brought back of a domain that is held back: what is not claimed of it stands in the way of others.
const FEW: u32 = 100;
/// Where nothing is claimed of what was brought back (it was cancelled, or nothing can be sent), more comes after so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was brought back, by domain: how many recipients had been claimed by then, and when it was.
#[derive(Debug, Default)]
pub struct Brought(BTreeMap<String, (u64, Boot)>);

impl Reputation {
    /// Brings back what may go now; how many entries.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn bring_back(&self, brought: &mut Brought, dispatches: &[Arc<Dispatch>]) -> StoreResult<u64> {
        let domains = self.store.domains_aside().await?;
        brought.0.retain(|domain, _| domains.contains(domain));
        let mut all = 0;
        for domain in domains {
            let now = self.clock.boot();
            let rooms: Vec<(u32, u64)> = dispatches.iter().filter_map(|dispatch| dispatch.domain_room(&domain, now)).collect();
            if rooms.is_empty() {
                all += self.bring_back_all(&domain).await?;
                continue;
            }
            let room = rooms.iter().fold(0, |sum: u32, (room, _)| sum.saturating_add(*room)).min(FEW);
            let claimed = rooms.iter().map(|(_, claimed)| claimed).sum();
            let waits = brought.0.get(&domain).is_some_and(|(before, at)| *before == claimed && now.since(*at) < PATIENCE);
            if room == 0 || waits {
                continue;
            }
            all += u64::from(self.store.bring_back(domain.clone(), room).await?);
            brought.0.insert(domain, (claimed, now));
        }
        Ok(all)
    }

    async fn bring_back_all(&self, domain: &str) -> StoreResult<u64> {
        let mut all = 0;
        for _ in 0..COMMITS {
            let n = self.store.bring_back(domain.to_owned(), AT_ONCE).await?;
            all += u64::from(n);
            if n < AT_ONCE {
                break;
            }
        }
        Ok(all)
    }
}
