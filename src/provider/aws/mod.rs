//! What is asked of AWS besides sending: addresses of SNS, queues of SQS, and which account is our own (STS).

mod account;
mod config;
mod queue;
mod web;

use std::path::Path;

use jebi_domain::refusal::Fault;
use rustls::pki_types::TrustAnchor;

use super::trust;
pub use account::StsAccounts;
pub use config::{AwsAccount, Keys};
pub use queue::SqsQueue;
pub use web::HttpsWeb;

/// Whom chains of certificates may end at: the system's authorities and those of a PEM file.
///
/// # Errors
/// The file cannot be read, or there is nobody to trust at all.
pub fn roots(more: Option<&Path>) -> Result<Vec<TrustAnchor<'static>>, Fault> {
    trust::roots(more).map(|store| store.roots)
}
