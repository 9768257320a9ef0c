//! Use cases over ports. Nothing here knows an engine, a provider or a protocol.

pub mod dispatch;
pub mod providers;
