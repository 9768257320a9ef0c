//! Stub: see the helper's work.
/// Masks an address for logs.
#[must_use]
pub fn masked(email: &str) -> String {
    email.to_owned()
}

/// Lower-cased, for comparing.
#[must_use]
pub fn key(email: &str) -> String {
    email.to_ascii_lowercase()
}
