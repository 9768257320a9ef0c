//! What keeps the server from clearing away old rows: an old snapshot anywhere on it. The queue's tables grow by it, and slow down.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use super::{own, reader::Readers};
use crate::store::steps::Row;

const EVERY: Duration = Duration::from_secs(60);
/// A snapshot that is older is told, and how often.
const OLD: Duration = Duration::from_secs(600);
const AGAIN: Duration = Duration::from_secs(3600);
/// The same in transactions, where nobody knows its time.
const OLD_TRANSACTIONS: i64 = 5_000_000;

/// What holds clearing back most.
struct Oldest {
    transactions: i64,
    age: Option<Duration>,
    who: String,
}

/// Looks once a minute until it is stopped.
pub(super) async fn watch(readers: Arc<Readers>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut told = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.sleep_until(clock.boot() + EVERY) => {}
        }
        let Some(oldest) = look(&readers).await else { continue };
        let seconds = oldest.age.unwrap_or_default().as_secs();
        metrics::gauge!("jebi_store_oldest_snapshot_seconds").set(seconds as f64);
        metrics::gauge!("jebi_store_oldest_snapshot_transactions").set(oldest.transactions as f64);
        let old = oldest.age.is_some_and(|age| age > OLD) || (oldest.age.is_none() && oldest.transactions > OLD_TRANSACTIONS);
        let now = clock.boot();
        if old && told.is_none_or(|at| now.since(at) >= AGAIN) {
            told = Some(now);
            let Oldest { transactions, who, .. } = oldest;
            tracing::warn!(
                seconds,
                transactions,
                who,
                "an old snapshot keeps PostgreSQL from clearing away what the queue has done with: end it, or the queue slows down"
            );
        }
    }
}

async fn look(readers: &Readers) -> Option<Oldest> {
    let client = readers.pool.get().await.ok()?;
    let rows = client.query_typed(own::OLDEST_XMIN, &[]).await;
    let rows = rows.inspect_err(|error| tracing::debug!(%error, "the oldest snapshot could not be asked for")).ok()?;
    let row = Row(rows.first()?);
    let age: Option<i64> = row.get(1).ok()?;
    let age = age.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
    Some(Oldest { transactions: row.get(0).ok()?, age, who: row.get(2).ok()? })
}
