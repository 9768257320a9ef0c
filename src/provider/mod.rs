//! The accounts mail can leave through: one folder and one line each.

pub mod local;
pub mod ses;
pub mod smtp;

/// The kinds a configuration may name.
pub const KINDS: [&str; 2] = [ses::KIND, local::KIND];
