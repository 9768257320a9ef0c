//! From the configuration to what mail has to keep to when it is taken in.

use std::{num::NonZeroUsize, sync::Arc};

use jebi_domain::{allow::AllowList, attachment, port::operator::Rules};

use super::{
    links::{list_settings, track_settings},
    providers, times,
};
use crate::{
    config::Config,
    service::{accept, files, links::LinkKeys},
};

/// What mail has to keep to.
pub(super) fn accept_settings(config: &Config, links: Option<Arc<LinkKeys>>) -> accept::Settings {
    accept::Settings {
        from: config.sending.from.clone(),
        rules: Arc::new(Rules {
            routes: providers::routes(config),
            allow: config.sending.recipient_allowlist.clone().map_or_else(Default::default, |l| AllowList::only(l.addresses, l.domains)),
        }),
        times: times(config),
        disposable: (config.addresses.policy, Arc::clone(&config.addresses.disposable)),
        max_recipients: NonZeroUsize::new(config.sending.max_recipients).unwrap_or(NonZeroUsize::MIN),
        max_rows: NonZeroUsize::new(config.sending.max_csv_rows).unwrap_or(NonZeroUsize::MIN),
        max_waiting: i64::try_from(config.database.max_waiting).unwrap_or(i64::MAX),
        files: files::Settings {
            rules: attachment::Rules {
                max_size: config.attachments.max_size_bytes,
                extensions: config.attachments.allowed_extensions.clone(),
            },
            unused_kept: config.attachments.unused_kept,
        },
        list: list_settings(config, links),
        track: track_settings(config),
    }
}
