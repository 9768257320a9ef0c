//! Use cases over ports. Nothing here knows an engine, a provider or a protocol.

pub mod accept;
pub mod admin;
pub mod cancel;
pub mod dispatch;
pub mod figures;
pub mod forecast;
pub mod identities;
pub mod inbox;
pub mod keys;
pub mod providers;
pub mod ready;
pub mod reload;
pub mod search;
pub mod stray;
mod trouble;

use jebi_domain::id::KeyNo;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The API key it showed; [`Caller::LOCAL`]'s own number where it needed none. Idempotency keys are kept apart by it.
    pub key: KeyNo,
}

impl Caller {
    /// The administrator on this machine, who comes over the control socket and needs no key.
    pub const LOCAL: Self = Self { key: KeyNo(0) };
}
