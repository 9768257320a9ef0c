//! Two requests with the same idempotency key at the same time: the second waits for the first.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jebi_domain::id::KeyNo;
use tokio::sync::watch;

type Running = HashMap<(KeyNo, String), watch::Receiver<()>>;

/// The keys in use just now, in this process. Between processes the store decides.
#[derive(Default)]
pub(in crate::service) struct Twins(Arc<Mutex<Running>>);

/// The right to handle requests under one key. Ends when dropped, also when the caller hung up.
pub(in crate::service) struct Turn {
    running: Arc<Mutex<Running>>,
    key: (KeyNo, String),
    /// Dropping it wakes who waits.
    _done: watch::Sender<()>,
}

impl Twins {
    /// Waits until nobody else handles this key.
    pub(in crate::service) async fn enter(&self, api_key: KeyNo, key: &str) -> Turn {
        let key = (api_key, key.to_owned());
        loop {
            let mut other = {
                let mut running = lock(&self.0);
                match running.get(&key) {
                    Some(other) => other.clone(),
                    None => {
                        let (done, waits) = watch::channel(());
                        running.insert(key.clone(), waits);
                        return Turn { running: Arc::clone(&self.0), key, _done: done };
                    }
                }
            };
            // Nothing is ever sent: this ends, with an error, when the other's turn does.
            while other.changed().await.is_ok() {}
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.key);
    }
}

fn lock(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_twin_waits_until_the_first_is_done() {
        let twins = Twins::default();
        let first = twins.enter(KeyNo(1), "a").await;
        let mut second = Box::pin(twins.enter(KeyNo(1), "a"));
        assert!((&mut second).now_or_never().is_none());
        assert!(twins.enter(KeyNo(2), "a").now_or_never().is_some(), "another API key's is another key");
        drop(first);
        let turn = second.await;
        drop(turn);
        assert!(lock(&twins.0).is_empty());
    }

    #[tokio::test]
    async fn one_of_many_goes_first_and_the_others_follow() {
        let twins = Arc::new(Twins::default());
        let first = twins.enter(KeyNo(1), "a").await;
        let others: Vec<_> = (0..10)
            .map(|_| {
                let twins = Arc::clone(&twins);
                tokio::spawn(async move { drop(twins.enter(KeyNo(1), "a").await) })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(first);
        for other in others {
            other.await.unwrap();
        }
        assert!(lock(&twins.0).is_empty());
    }
}
