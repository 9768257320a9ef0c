//! Requests that may be repeated without effect (requirement S-3).

use std::time::Duration;

use crate::refusal::{Fault, Refusal};

/// How long a stored answer is replayed.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Longest `Idempotency-Key`, in bytes.
pub const MAX_KEY: usize = 255;

/// Checks a key: 1 to 255 visible ASCII characters.
///
/// # Errors
/// A refusal naming the header.
pub fn check_key(key: &str) -> Result<(), Refusal> {
    if !key.is_empty() && key.len() <= MAX_KEY && key.bytes().all(|c| c.is_ascii_graphic() || c == b' ') {
        return Ok(());
    }
    Err(Refusal::malformed(Fault::new(
        "Idempotency-Key",
        "invalid_idempotency_key",
        format!("the key must be 1 to {MAX_KEY} visible ASCII characters"),
        "send a fresh UUID for each new request, and the same one when repeating it",
    )))
}
