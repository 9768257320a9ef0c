//! The API over a store that no server has open.

use std::sync::Arc;

use axum::{Extension, Router, body::Body, extract::Request, response::Response};
use jebi_domain::port::{Clock, Random, Store};
use tower::ServiceExt;

use super::{
    Around, Lists, StartError, accept_settings, access_settings,
    guard::{self, Guard},
    hooks, link_keys, open_store, services, sns,
};
use crate::{
    config::Config,
    http::{self, LocalAdmin},
    observe::metrics,
    service::{
        accept::Accept,
        access::Access,
        identities::{Accounts, Identities},
        keys::Keys,
        providers::{ProviderStatus, Providers},
        retention::Retention,
        tracking::Tracking,
    },
};

/// The API over a store that no server has open, for commands: the same services, without workers. Nothing is sent.
pub struct AtRest {
    router: Router,
    store: Arc<dyn Store>,
}

impl AtRest {
    /// Opens the store.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, StartError> {
        let store = open_store(config, Arc::clone(&clock), Arc::clone(&random)).await?;
        let keys = Arc::new(Keys::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&random)));
        let links = link_keys(config, &store, &clock, &random).await?;
        let board: Arc<dyn Providers> = Arc::new(NoProviders);
        let identities = Identities::new(Accounts::new(), Arc::clone(&board), Arc::clone(&clock));
        let settings = accept_settings(config, links.clone());
        let accept = Arc::new(Accept::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&random), identities, settings));
        let lists = Lists::new(config, &store, &clock);
        let (feedback, sns) = sns::make(config, &store, &clock, None).await?;
        let hooks = hooks::hooks(config, &store, &clock, &random, &accept)?;
        let retention = Arc::new(Retention::new(Arc::clone(&store), Arc::clone(&clock), config.retention.ages));
        // Nobody opens mail here.
        let (tracking, _) = Tracking::new(Arc::clone(&store), Arc::clone(&clock), links.clone(), config.tracking.ip);
        let guard = Guard::new(config, guard::reputation(config, &store, &clock), &store, &clock, &board);
        let around = Around {
            clock,
            random,
            metrics: metrics::apart(),
            own: None,
            links,
            lists,
            guard,
            hooks,
            retention,
            feedback,
            sns,
            tracking: Arc::new(tracking),
        };
        accept.profiles().refresh().await.map_err(|e| StartError::Keys(e.to_string()))?;
        accept.topics().refresh().await.map_err(|e| StartError::Keys(e.to_string()))?;
        let access = Arc::new(Access::new(access_settings(config)));
        let state = services(config, &store, keys, board, accept, access, Vec::new(), None, around);
        Ok(Self { router: http::router(state).layer(Extension(LocalAdmin)), store })
    }

    /// Answers a request of this machine's administrator.
    pub async fn call(&self, request: Request<Body>) -> Response {
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// Writes everything out and closes the store.
    pub async fn close(self) {
        self.store.close().await;
    }
}

/// Without workers no provider is in use.
struct NoProviders;

impl Providers for NoProviders {
    fn status(&self) -> Vec<ProviderStatus> {
        Vec::new()
    }
}
