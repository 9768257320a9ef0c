//! The keys requests are signed with: fixed ones, or those of the AWS SDK's chain, kept fresh off the send path.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use aws_config::{Region, default_provider::credentials::DefaultCredentialsChain};
use aws_credential_types::{
    Credentials as Keys,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError},
};
use aws_smithy_runtime_api::client::identity::Identity;
use jebi_domain::{outcome::Reason, port::Clock, time::Wall};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::config::{SesConfig, StaticCredentials};

/// Renewed this long before they expire: instance roles have the next ones ready 5 minutes before.
const AHEAD: Duration = Duration::from_secs(300);
/// Between two looks at the chain at least: it may ask the instance's metadata service, which limits callers.
const PAUSE: Duration = Duration::from_secs(10);
/// How long a start waits for the first keys.
const FIRST: Duration = Duration::from_secs(10);

/// What the senders see.
enum Snapshot {
    Ready { identity: Identity, expires: Option<Wall> },
    Missing(Reason),
}

/// The keys in use.
pub(super) struct Credentials {
    now: ArcSwap<Snapshot>,
    refused: Notify,
}

/// What keeps them fresh, and where the control plane takes its own from.
pub(super) struct Source {
    pub credentials: Arc<Credentials>,
    pub provider: SharedCredentialsProvider,
    /// Ends with the provider.
    pub task: Option<AbortOnDropHandle<()>>,
}

impl Credentials {
    /// The keys to sign with at `now`.
    ///
    /// # Errors
    /// There are none, or they have expired.
    pub(super) fn identity(&self, now: Wall) -> Result<Identity, Reason> {
        match &**self.now.load() {
            Snapshot::Missing(reason) => Err(reason.clone()),
            Snapshot::Ready { expires: Some(at), .. } if *at <= now => {
                let text = format!("the temporary AWS credentials expired at {at} and could not be renewed");
                Err(Reason::new(
                    "credentials",
                    text,
                    "check the role or profile they come from; they are asked for again every few seconds",
                ))
            }
            Snapshot::Ready { identity, .. } => Ok(identity.clone()),
        }
    }

    /// SES did not take these keys: the chain may have others by now.
    pub(super) fn refused(&self) {
        self.refused.notify_one();
    }
}

/// Finds the keys. Waits up to ten seconds for the chain's first answer, and goes on without.
pub(super) async fn source(config: &SesConfig, clock: Arc<dyn Clock>) -> Source {
    if let Some(fixed) = &config.credentials {
        let keys = keys(fixed);
        let snapshot = Snapshot::Ready { identity: keys.clone().into(), expires: None };
        let credentials = Arc::new(Credentials { now: ArcSwap::from_pointee(snapshot), refused: Notify::new() });
        return Source { credentials, provider: SharedCredentialsProvider::new(keys), task: None };
    }
    let chain = DefaultCredentialsChain::builder().region(Region::new(config.region.clone())).build().await;
    chained(SharedCredentialsProvider::new(chain), &config.name, clock).await
}

async fn chained(provider: SharedCredentialsProvider, name: &str, clock: Arc<dyn Clock>) -> Source {
    let pending = Reason::new("credentials", "the AWS credentials have not been found yet", "wait a few seconds");
    let credentials = Arc::new(Credentials { now: ArcSwap::from_pointee(Snapshot::Missing(pending)), refused: Notify::new() });
    let first = Arc::new(Notify::new());
    let work = keep_fresh(Arc::clone(&credentials), provider.clone(), name.to_owned(), Arc::clone(&clock), Arc::clone(&first));
    let task = AbortOnDropHandle::new(tokio::spawn(work));
    tokio::select! {
        () = first.notified() => {}
        () = clock.sleep_until(clock.boot() + FIRST) => {}
    }
    Source { credentials, provider, task: Some(task) }
}

async fn keep_fresh(
    credentials: Arc<Credentials>,
    provider: SharedCredentialsProvider,
    name: String,
    clock: Arc<dyn Clock>,
    first: Arc<Notify>,
) {
    loop {
        let found = provider.provide_credentials().await;
        let now = clock.wall();
        let again = match found {
            Ok(keys) => {
                let expires = keys.expiry().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| Wall(0) + at);
                credentials.now.store(Arc::new(Snapshot::Ready { identity: keys.into(), expires }));
                expires.map(|at| renewal(now, at))
            }
            Err(error) => {
                let reason = missing(&error);
                tracing::warn!(provider = %name, error = %reason.text, "no AWS credentials; looking again");
                if !matches!(&**credentials.now.load(), Snapshot::Ready { expires: Some(at), .. } if *at > now) {
                    credentials.now.store(Arc::new(Snapshot::Missing(reason)));
                }
                Some(PAUSE)
            }
        };
        first.notify_one();
        clock.sleep_until(clock.boot() + PAUSE).await;
        match again {
            Some(after) if after <= PAUSE => {}
            Some(after) => tokio::select! {
                () = clock.sleep_until(clock.boot() + (after - PAUSE)) => {}
                () = credentials.refused.notified() => {}
            },
            None => credentials.refused.notified().await,
        }
    }
}

/// When to renew: five minutes ahead, or after half of a shorter life.
fn renewal(now: Wall, expires: Wall) -> Duration {
    let life = expires.since(now);
    if life > AHEAD * 2 { life - AHEAD } else { life / 2 }
}

fn keys(fixed: &StaticCredentials) -> Keys {
    Keys::new(&fixed.access_key_id, &fixed.secret_access_key, fixed.session_token.clone(), None, "configuration")
}

fn missing(error: &CredentialsError) -> Reason {
    let remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a profile or a role; they are looked for again every few seconds";
    Reason::new("credentials", format!("no AWS credentials: {}", aws_smithy_types::error::display::DisplayErrorContext(error)), remedy)
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
