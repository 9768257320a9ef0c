//! The accounts mail can leave through: one folder and one line each. `dkim`, `socket` and `trust` are what
//! they have in common.

pub mod dkim;
pub mod local;
pub mod ses;
pub mod smtp;
mod socket;
mod trust;
