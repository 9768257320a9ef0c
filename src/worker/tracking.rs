//! Writes opens and clicks down, many at a time. Clicks wait until it shows whether others of their mail come right after them.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    port::{Clock, Store, engagement::Visit},
    time::Boot,
    track::Held,
};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::service::tracking::Taken;

/// Visits written in one job: it shares the writer with mail, and must not hold it up.
const BATCH: usize = 200;
const AGAIN: Duration = Duration::from_secs(1);
/// How long nothing to do lasts at most: clicks may come that wait.
const IDLE: Duration = Duration::from_secs(3_600);

/// Runs until told to stop; what has come until then is written.
pub async fn run(store: Arc<dyn Store>, clock: Arc<dyn Clock>, mut taken: Receiver<Taken>, stop: CancellationToken) {
    let (mut held, mut came, mut ready) = (Held::default(), Vec::new(), Vec::new());
    loop {
        let next = held.next().map_or(clock.boot() + IDLE, |at| Boot(0) + Duration::from_millis(u64::try_from(at).unwrap_or(0)));
        tokio::select! {
            n = taken.recv_many(&mut came, BATCH) => if n == 0 { break },
            () = clock.sleep_until(next) => {}
            () = stop.cancelled() => break,
        }
        sort(&mut came, &mut held, &mut ready);
        ready.extend(held.due(millis(clock.boot())).into_iter().map(judged));
        while !write(&*store, &mut ready).await {
            tokio::select! {
                () = clock.sleep_until(clock.boot() + AGAIN) => {}
                () = stop.cancelled() => break,
            }
        }
    }
    while let Ok(one) = taken.try_recv() {
        came.push(one);
    }
    sort(&mut came, &mut held, &mut ready);
    ready.extend(held.all().into_iter().map(judged));
    if !write(&*store, &mut ready).await {
        tracing::warn!(visits = ready.len(), "the last opens and clicks could not be written down");
    }
}

/// Opens are ready at once.
fn sort(came: &mut Vec<Taken>, held: &mut Held<Visit>, ready: &mut Vec<Visit>) {
    for Taken { visit, link, came } in came.drain(..) {
        match link {
            None => ready.push(visit),
            Some(link) => ready.extend(held.offer(visit.delivery, link, visit, millis(came)).into_iter().map(judged)),
        }
    }
}

fn judged((visit, burst): (Visit, bool)) -> Visit {
    Visit { burst, ..visit }
}

fn millis(at: Boot) -> i64 {
    i64::try_from(at.since(Boot(0)).as_millis()).unwrap_or(i64::MAX)
}

/// Writes what is ready; `false` when the store does not take it, and then it stays.
async fn write(store: &dyn Store, ready: &mut Vec<Visit>) -> bool {
    while !ready.is_empty() {
        let n = ready.len().min(BATCH);
        if let Err(err) = store.engage(ready[..n].to_vec()).await {
            tracing::warn!(%err, visits = ready.len(), "opens and clicks could not be written down; tried again");
            return false;
        }
        ready.drain(..n);
    }
    true
}
