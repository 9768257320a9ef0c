//! What several areas' tests share.

pub mod api;
pub mod ses_stub;
