//! Errors reported to Sentry (requirement S3-9), in builds with the feature `sentry`: lines of the level ERROR, and panics. A
//! report holds the line, the release and the environment; no requests, no users, nothing of a mail. Recipients and keys are not
//! in it, for they are not in the log either.

#[cfg(feature = "sentry")]
pub use with::{Reporting, layer, start};
#[cfg(not(feature = "sentry"))]
pub use without::{Reporting, layer, start};

#[cfg(feature = "sentry")]
mod with {
    use std::time::Duration;

    use sentry::{ClientInitGuard, ClientOptions, integrations::tracing::ErrorLayer, protocol::Event, types::Dsn};
    use tracing::{Level, Subscriber};
    use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

    use super::super::log::PANIC;

    /// How long an end of the process waits for reports under way.
    const LAST_REPORTS: Duration = Duration::from_secs(2);

    /// Reports until it is dropped, and sends what is under way then.
    #[must_use = "nothing is reported once it is dropped"]
    pub struct Reporting(#[expect(dead_code, reason = "held for its drop")] ClientInitGuard);

    /// Starts reporting. The log must have been started before: its panic hook goes on behind the one set here.
    ///
    /// # Errors
    /// An address that is not a DSN.
    pub fn start(dsn: &str, environment: &str) -> Result<Option<Reporting>, String> {
        // Setting one that cannot be read would end the process.
        dsn.parse::<Dsn>()
            .map_err(|e| format!("log.sentry_dsn: cannot be read: {e}; copy it from the project's settings (Client Keys)"))?;
        let options = ClientOptions::new()
            .dsn(dsn)
            .release(concat!("jebi@", env!("CARGO_PKG_VERSION")))
            .environment(environment.to_owned())
            .send_default_pii(false)
            .shutdown_timeout(LAST_REPORTS)
            .before_send(|event| Some(without_people(event)));
        Ok(Some(Reporting(sentry::init(options))))
    }

    /// Takes out what could name somebody, whoever put it there.
    fn without_people(mut event: Event<'static>) -> Event<'static> {
        event.user = None;
        event.request = None;
        event.breadcrumbs.values.clear();
        event
    }

    /// The part of the log that reports. A panic's line is left out: the panic itself is reported, with where it came from.
    #[must_use]
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> + Send + Sync {
        ErrorLayer::new().with_filter(filter_fn(|m| m.is_event() && *m.level() == Level::ERROR && m.target() != PANIC))
    }
}

#[cfg(not(feature = "sentry"))]
mod without {
    use tracing_subscriber::layer::Identity;

    /// Nothing is reported by this build.
    pub struct Reporting;

    /// Starts nothing: the configuration has told that this build reports nothing.
    ///
    /// # Errors
    /// None; the other build's form has some.
    pub fn start(_dsn: &str, _environment: &str) -> Result<Option<Reporting>, String> {
        Ok(None)
    }

    /// No part of the log.
    #[must_use]
    pub fn layer() -> Identity {
        Identity::new()
    }
}
