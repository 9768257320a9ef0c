//! What several areas' tests share.

pub mod api;
pub mod server;
pub mod ses_stub;
