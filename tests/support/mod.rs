//! What several areas' tests share.

pub mod ses_stub;
