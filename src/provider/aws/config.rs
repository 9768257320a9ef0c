//! What an account of AWS needs to be told.

use std::{fmt, path::PathBuf};

use aws_config::{Region, default_provider::credentials::DefaultCredentialsChain};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jebi_domain::refusal::Fault;

use crate::provider::trust;

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
    pub(super) async fn credentials(&self) -> SharedCredentialsProvider {
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

    pub(super) fn http(&self) -> Result<Option<SharedHttpClient>, Fault> {
        trust::sdk_client(self.ca_bundle.as_deref())
    }
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
