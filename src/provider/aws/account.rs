//! Which accounts are our own: STS tells whom keys belong to (`GetCallerIdentity`, which every key may call).

use std::{sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sts::{
    Client,
    config::{Config, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_smithy_types::error::display::DisplayErrorContext;
use jebi_domain::{
    outcome::Reason,
    port::{Boxed, Clock, sns::OwnAccounts},
    sns::OwnAccount,
    time::Boot,
};
use tokio::sync::Mutex;

use super::AwsAccount;

const CONNECT: Duration = Duration::from_secs(3);
/// For one call.
const TIME: Duration = Duration::from_secs(6);
/// How long a failure is remembered.
const AGAIN: Duration = Duration::from_secs(30);

/// What was answered.
enum Known {
    Accounts(Vec<OwnAccount>),
    Failed(Boot, Reason),
}

/// The accounts of some keys.
pub struct StsAccounts {
    accounts: Vec<AwsAccount>,
    clock: Arc<dyn Clock>,
    known: Mutex<Option<Known>>,
}

impl StsAccounts {
    /// Asks nobody before somebody wants to know.
    #[must_use]
    pub fn new(accounts: Vec<AwsAccount>, clock: Arc<dyn Clock>) -> Self {
        Self { accounts, clock, known: Mutex::default() }
    }

    async fn ask(&self) -> Result<Vec<OwnAccount>, Reason> {
        let mut own = Vec::with_capacity(self.accounts.len());
        for account in &self.accounts {
            own.push(OwnAccount { region: account.region.clone(), account: number(account).await? });
        }
        Ok(own)
    }
}

impl OwnAccounts for StsAccounts {
    fn own(&self) -> Boxed<'_, Result<Vec<OwnAccount>, Reason>> {
        Box::pin(async move {
            let mut known = self.known.lock().await;
            match &*known {
                Some(Known::Accounts(own)) => return Ok(own.clone()),
                Some(Known::Failed(until, reason)) if self.clock.boot() < *until => return Err(reason.clone()),
                _ => {}
            }
            let asked = self.ask().await;
            *known = Some(match &asked {
                Ok(own) => Known::Accounts(own.clone()),
                Err(reason) => Known::Failed(self.clock.boot() + AGAIN, reason.clone()),
            });
            asked
        })
    }
}

/// The 12 digits of an account.
async fn number(account: &AwsAccount) -> Result<String, Reason> {
    let http = account.http().map_err(|fault| Reason::new(fault.code, fault.fault, fault.remedy))?;
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(account.region.clone()))
        .credentials_provider(account.credentials().await)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(TIME).build());
    config.set_endpoint_url(account.endpoint.clone());
    if let Some(http) = http {
        config.set_http_client(Some(http));
    }
    let asked = Client::from_conf(config.build()).get_caller_identity().send().await;
    let remedy = "check the credentials and that this machine can reach sts; or name the topics in SNS_TOPIC_ARNS";
    let told = asked.map_err(|e| Reason::new("GetCallerIdentity", DisplayErrorContext(e).to_string(), remedy))?;
    told.account().map(str::to_owned).ok_or_else(|| Reason::new("GetCallerIdentity", "the answer names no account", remedy))
}
