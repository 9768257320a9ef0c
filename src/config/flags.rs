//! The flags that set configuration: the highest layer.

use std::{fmt, path::PathBuf};

use clap::Args;

/// Flags every command takes. Values are text: the sections check them, so that a flag gets the same message as a file.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Configuration")]
pub struct Flags {
    /// Configuration file (JEBI_CONFIG; jebi.toml in the working directory where there is one)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on (SERVER_HOST)
    #[arg(long, global = true, value_name = "IP")]
    pub host: Option<String>,
    /// Port to listen on (SERVER_PORT; 0 for any free one)
    #[arg(long, global = true, value_name = "PORT")]
    pub port: Option<String>,
    /// Database (DATABASE_URL), for example sqlite://data/jebi.db
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// What mail goes through (PROVIDER): ses, smtp or local
    #[arg(long, global = true, value_name = "NAME")]
    pub provider: Option<String>,
    /// Any key of the configuration; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    pub set: Vec<String>,
}

impl Flags {
    /// The flags with a name of their own, as (flag, path, value).
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        [
            ("--host", "server.host", &self.host),
            ("--port", "server.port", &self.port),
            ("--database-url", "database.url", &self.database_url),
            ("--provider", "sending.provider", &self.provider),
        ]
        .into_iter()
        .filter_map(|(flag, path, value)| value.as_deref().map(|v| (flag, path, v)))
    }
}

/// Without the values of `--set`, which may be secrets.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<&str> = self.set.iter().map(|s| s.split('=').next().unwrap_or_default()).collect();
        f.debug_struct("Flags")
            .field("config", &self.config)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("provider", &self.provider)
            .field("set", &set)
            .finish_non_exhaustive()
    }
}
