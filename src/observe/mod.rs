//! What is shown of the running server: logs and metrics.

pub mod log;
pub mod metrics;
