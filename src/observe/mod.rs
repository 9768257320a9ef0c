//! What is shown of the running server: logs, metrics, and errors reported to Sentry.

mod json;
pub mod log;
pub mod metrics;
pub mod sentry;
