//! What is asked of AWS besides sending: addresses of SNS, queues of SQS, and which account is our own (STS).

mod account;
mod queue;
mod web;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use aws_config::{Region, default_provider::credentials::DefaultCredentialsChain};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jebi_domain::refusal::Fault;
use rustls::pki_types::TrustAnchor;

use super::trust;
pub use {account::StsAccounts, queue::SqsQueue, web::HttpsWeb};

/// An account of AWS in one region, and how it is reached.
#[derive(Clone, Debug)]
pub struct AwsAccount {
    /// For example `ap-northeast-2`.
    pub region: String,
    /// Where the service is instead of AWS; `None` for the region's own address.
    pub endpoint: Option<String>,
    /// Fixed keys; `None` for the chain of the AWS SDK (environment, profile, web identity, task and instance roles).
    pub keys: Option<Keys>,
    /// PEM file of further certificate authorities to trust, beside the system's.
    pub ca_bundle: Option<PathBuf>,
}

/// Keys given by hand.
#[derive(Clone)]
pub struct Keys {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Only temporary keys have one.
    pub session_token: Option<String>,
}

/// Masked: the secrets never reach a log.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.access_key_id)
    }
}

impl AwsAccount {
    async fn credentials(&self) -> SharedCredentialsProvider {
        match &self.keys {
            Some(keys) => {
                let Keys { access_key_id, secret_access_key, session_token } = keys.clone();
                SharedCredentialsProvider::new(Credentials::new(access_key_id, secret_access_key, session_token, None, "configuration"))
            }
            None => {
                let chain = DefaultCredentialsChain::builder().region(Region::new(self.region.clone()));
                SharedCredentialsProvider::new(chain.build().await)
            }
        }
    }

    fn http(&self) -> Result<Option<SharedHttpClient>, Fault> {
        trust::sdk_client(self.ca_bundle.as_deref())
    }
}

/// Whom chains of certificates may end at: the system's authorities and those of a PEM file.
///
/// # Errors
/// The file cannot be read, or there is nobody to trust at all.
pub fn roots(more: Option<&Path>) -> Result<Vec<TrustAnchor<'static>>, Fault> {
    trust::roots(more).map(|store| store.roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_in_the_debug_form() {
        let keys = Keys { access_key_id: "AKID".into(), secret_access_key: "geheim".into(), session_token: Some("tok".into()) };
        let account = AwsAccount { region: "ap-northeast-2".into(), endpoint: None, keys: Some(keys), ca_bundle: None };
        let text = format!("{account:?}");
        assert!(text.contains("AKID") && !text.contains("geheim") && !text.contains("tok"));
    }
}
