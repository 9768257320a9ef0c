//! From the configuration to calls of endpoints.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    hook::Speech,
    port::{Clock, Random, Store, hooks::HookBounds},
};

use super::{StartError, secret};
use crate::{
    config::{Config, Credentials, spoken_language},
    service::{
        accept::Accept,
        hooks::{HookSettings, Hooks},
    },
    webhook::{CallSettings, SnsKeys, SnsSettings, SystemLookup, Webhooks},
    words::Language,
};

/// A call that has waited for so long is dropped: some hours longer than all its tries take.
const WAITS: Duration = Duration::from_secs(5 * 86_400);

/// Endpoints and their calls.
///
/// # Errors
/// The installation's secret cannot be read.
pub(super) fn hooks(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
    accept: &Arc<Accept>,
) -> Result<Arc<Hooks>, StartError> {
    let own = &config.webhooks;
    let http = CallSettings {
        timeout: own.timeout,
        allow_http: own.allow_http,
        allowed: own.allow_private_networks.clone(),
        lookup: Arc::new(SystemLookup),
        clock: Arc::clone(clock),
    };
    let keys = config.ses().and_then(|ses| ses.credentials.as_ref()).map(sns_keys);
    let sender = Webhooks::new(http, SnsSettings { keys, endpoint: own.sns_endpoint.clone() });
    let secret = secret::secret(config, random.as_ref())?.map(secret::Secret::bytes);
    let settings = HookSettings {
        language: match spoken_language() {
            Language::Korean => Speech::Korean,
            Language::English => Speech::English,
        },
        bounds: HookBounds { backlog: own.max_waiting, waits: WAITS, kept: own.kept },
        concurrency: own.concurrency,
    };
    let times = (Arc::clone(clock), Arc::clone(random));
    Ok(Arc::new(Hooks::new(Arc::clone(store), times, Arc::new(sender), Arc::clone(accept), secret.as_deref(), settings)))
}

fn sns_keys(keys: &Credentials) -> SnsKeys {
    SnsKeys {
        access_key_id: keys.access_key_id.clone(),
        secret_access_key: keys.secret_access_key.reveal().to_owned(),
        session_token: keys.session_token.as_ref().map(|token| token.reveal().to_owned()),
    }
}
