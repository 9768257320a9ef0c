//! The server that is measured, and the folder it keeps its mail in: on the disk where the real one would, so that the figures are
//! of that disk.

use std::{fs, net::SocketAddr, path::PathBuf, process, sync::Arc};

use super::super::Failure;
use crate::{
    app::{self, App, Surroundings},
    config::{Config, Secret, Sources},
    lifecycle::Lifecycle,
    observe::metrics,
    service::grant::GrantChange,
    system::{SystemClock, SystemRandom},
};

/// A running server of our own.
pub(super) struct Site {
    pub key: Secret,
    app: App,
    /// Last, so that it goes when nobody writes into it any more.
    _folder: Folder,
}

/// Removed with everything in it when dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            super::super::note(&format!("the folder {} could not be removed: {error}; remove it by hand", self.0.display()));
        }
    }
}

impl Site {
    /// Starts it beside the data folder of `config`. Nothing else of that configuration is used: no provider, no key, no limit.
    pub async fn start(config: &Config, lifecycle: &Lifecycle) -> Result<Self, Failure> {
        let beside = app::data_folder(config).parent().map(PathBuf::from).unwrap_or_default();
        let path = std::path::absolute(beside.join(format!("jebi-bench-{}", process::id())));
        let path = path.map_err(|e| Failure::unavailable(format!("the working directory is gone: {e}")))?;
        let unmade = |e| Failure::unavailable(format!("the folder {} cannot be made: {e}; run it where you may write", path.display()));
        fs::create_dir(&path).map_err(unmade)?;
        let folder = Folder(path);
        let url = format!("sqlite://{}", folder.0.join("jebi.db").display());
        let fixed = [
            ("PROVIDER", "local"),
            ("DATABASE_URL", url.as_str()),
            ("SERVER_HOST", "127.0.0.1"),
            ("SERVER_PORT", "0"),
            ("DEFAULT_FROM_EMAIL", "bench@example.com"),
            ("JEBI_DISK_FLOOR_BYTES", "0"),
            ("JEBI_DISK_FLOOR_PERCENT", "0"),
        ];
        let env = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let own = Config::load(&Sources { env, ..Sources::default() }).map_err(|e| Failure::refused(e.to_string()))?;
        let around = Surroundings {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            metrics: metrics::apart(),
            observer: None,
            reload: None,
            web: None,
        };
        let unstarted = |e: &dyn std::fmt::Display| Failure::unavailable(format!("the server to be measured did not start: {e}"));
        let app = App::start(&own.config, own.warnings, around, lifecycle.clone()).await.map_err(|e| unstarted(&e))?;
        let key = app.keys.create("bench", GrantChange::default()).await.map_err(|e| unstarted(&e))?.secret;
        Ok(Self { key: Secret::new(key), app, _folder: folder })
    }

    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// Stops it; the folder goes with it.
    pub async fn stop(self) {
        let Self { app, _folder: folder, .. } = self;
        // Whether something was left behind does not matter: all of it is thrown away.
        let _ = app.stop().await;
        drop(folder);
    }
}
