//! The accounts mail can leave through: one folder and one line each. `dkim`, `socket` and `trust` are what
//! they have in common. `aws` is what is asked of AWS besides sending: events on their way back.

pub mod aws;
pub mod dkim;
pub mod local;
pub mod ses;
pub mod smtp;
mod socket;
mod trust;
