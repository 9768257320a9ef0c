//! Asks a provider's account for its rate, quota and state: at the start, every two minutes, and when it refused our mail.

use std::{sync::Arc, time::Duration};

use jebi_domain::outcome::Reason;

use super::{Shared, account::Current};
use crate::service::dispatch::Dispatch;

const EVERY: Duration = Duration::from_secs(120);
/// While the account has not told its limits.
const SOON: Duration = Duration::from_secs(20);
/// An account that does not answer at the start must not keep mail from going for longer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(shared: Shared, provider: Current, dispatch: Arc<Dispatch>) {
    loop {
        let too_late = shared.clock.sleep_until(shared.clock.boot() + PATIENCE);
        let asked = provider.get();
        let answer = tokio::select! {
            answer = asked.account() => answer,
            () = too_late => Some(Err(Reason::new("account_timeout", "the account did not answer in ten seconds", "check the network"))),
            () = shared.stop.cancelled() => return,
        };
        // Of an account that is no longer the one: the new one is asked at once.
        if !Arc::ptr_eq(&asked, &provider.get()) {
            continue;
        }
        let told = !matches!(answer, Some(Err(_)));
        dispatch.account_answered(answer, shared.clock.boot());
        let pause = if told { EVERY } else { SOON };
        if !wait(&shared, &dispatch, pause).await {
            return;
        }
    }
}

/// Waits for the next question: after `pause`, or when a refused account is due to be asked. `false` when it is time to stop.
async fn wait(shared: &Shared, dispatch: &Dispatch, pause: Duration) -> bool {
    let regular = shared.clock.boot() + pause;
    loop {
        let changed = dispatch.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let at = dispatch.ask_at().unwrap_or(regular);
        if shared.clock.boot() >= at {
            return true;
        }
        tokio::select! {
            () = shared.clock.sleep_until(at) => {}
            () = &mut changed => {}
            () = dispatch.ask.notified() => return true,
            () = shared.stop.cancelled() => return false,
        }
    }
}
