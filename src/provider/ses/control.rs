//! The control plane: asks the account for its limits and state (`GetAccount`) and for its identities (`GetEmailIdentity`), through
//! the AWS SDK.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sesv2::{
    Client,
    config::{Config, retry::RetryConfig, timeout::TimeoutConfig},
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    operation::get_account::GetAccountOutput,
};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, orchestrator::HttpResponse};
use jebi_domain::{
    outcome::Reason,
    port::{AccountReport, AccountState},
    time::Wall,
};

use super::{config::SesConfig, error::Refusal};

/// For one call, retries included.
const TIME: Duration = Duration::from_secs(20);

pub(super) fn client(config: &SesConfig, endpoint: &str, keys: SharedCredentialsProvider, http: Option<SharedHttpClient>) -> Client {
    let builder = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .endpoint_url(endpoint)
        .credentials_provider(keys)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(config.timeouts.connect).operation_timeout(TIME).build());
    Client::from_conf(match http {
        Some(http) => builder.http_client(http).build(),
        None => builder.build(),
    })
}

/// Asks once; whoever asks every few minutes needs no retries.
///
/// # Errors
/// Why there is no answer, with a remedy.
pub(super) async fn account(client: &Client, now: impl Fn() -> Wall) -> Result<AccountReport, Reason> {
    let answer = client.get_account().send().await.map_err(|e| refused(&e, "ses:GetAccount", "set the rate by hand"))?;
    report(&answer, now())
}

/// Whether one identity is verified for sending; one SES does not know is not.
///
/// # Errors
/// Why it is not known, with a remedy.
pub(super) async fn identity(client: &Client, identity: &str) -> Result<bool, Reason> {
    match client.get_email_identity().email_identity(identity).send().await {
        Ok(answer) => Ok(answer.verified_for_sending_status()),
        Err(error) if error.code() == Some("NotFoundException") && names(error.message().unwrap_or_default(), identity) => Ok(false),
        Err(error) => Err(refused(&error, "ses:GetEmailIdentity", "identities are not checked before mail is taken")),
    }
}

/// Whether it is the identity that was not found: a service beside AWS without this operation says so of the operation.
pub(super) fn names(message: &str, identity: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains(&identity.to_ascii_lowercase()) || message.contains("does not exist")
}

fn report(answer: &GetAccountOutput, at: Wall) -> Result<AccountReport, Reason> {
    let Some(quota) = answer.send_quota() else {
        let remedy = "check that the endpoint is SES: its GetAccount always has one";
        return Err(Reason::new("GetAccount", "the answer has no SendQuota", remedy));
    };
    // -1 means unlimited (SES API v2, SendQuota).
    let limit = |value: f64| (value >= 0.0).then_some(value);
    Ok(AccountReport {
        at,
        max_send_rate: limit(quota.max_send_rate()),
        max_24_hour_send: limit(quota.max24_hour_send()),
        sent_last_24_hours: Some(quota.sent_last24_hours()),
        state: state(answer, quota.max_send_rate()),
        sandbox: !answer.production_access_enabled(),
    })
}

fn state(answer: &GetAccountOutput, rate: f64) -> AccountState {
    let stopped = |code: &str, text: &str, remedy: &str| AccountState::Stopped(Reason::new(code, text, remedy));
    match answer.enforcement_status() {
        Some("SHUTDOWN") => stopped(
            "SHUTDOWN",
            "AWS has stopped this account from sending because of problems with mail it sent",
            "answer the AWS support case on it (SES console, Account dashboard); mail waits until AWS lifts the stop",
        ),
        _ if !answer.sending_enabled() => stopped(
            "SendingEnabled=false",
            "sending is switched off for this account in this region",
            "switch it on: aws sesv2 put-account-sending-attributes --sending-enabled, or the SES console; mail waits until then",
        ),
        _ if rate == 0.0 => {
            stopped("MaxSendRate=0", "the account's maximum send rate is 0", "ask AWS support for a send rate; mail waits until then")
        }
        Some("PROBATION") => AccountState::Probation,
        _ => AccountState::Healthy,
    }
}

pub(super) fn refused<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: &SdkError<E, HttpResponse>,
    action: &str,
    until_then: &str,
) -> Reason {
    let Some(answer) = error.raw_response() else {
        let remedy = "check the endpoint, the credentials, and that this machine can reach SES";
        return Reason::new("connect", format!("the account could not be asked: {}", DisplayErrorContext(error)), remedy);
    };
    let kind = error.code().unwrap_or_default();
    if kind == "AccessDeniedException" {
        let text = error.message().map_or_else(|| format!("not allowed to call {action}"), str::to_owned);
        return Reason::new(kind, text, format!("allow {action} to this key or role in IAM; until then {until_then}"));
    }
    Refusal::new(answer.status().as_u16(), kind, error.message().unwrap_or_default().to_owned()).reason()
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::types::SendQuota;

    use super::*;

    fn answer(status: &str, enabled: bool, rate: f64, daily: f64) -> GetAccountOutput {
        let quota = SendQuota::builder().max_send_rate(rate).max24_hour_send(daily).sent_last24_hours(7.0).build();
        GetAccountOutput::builder()
            .enforcement_status(status)
            .sending_enabled(enabled)
            .production_access_enabled(false)
            .send_quota(quota)
            .build()
    }

    #[test]
    fn reads_limits_and_sandbox() {
        let r = report(&answer("HEALTHY", true, 14.0, 50_000.0), Wall(5)).expect("complete");
        assert_eq!((r.at, r.max_send_rate, r.max_24_hour_send, r.sent_last_24_hours), (Wall(5), Some(14.0), Some(50_000.0), Some(7.0)));
        assert_eq!((r.state, r.sandbox), (AccountState::Healthy, true));
    }

    #[test]
    fn minus_one_is_no_limit() {
        assert_eq!(report(&answer("HEALTHY", true, 14.0, -1.0), Wall(0)).expect("complete").max_24_hour_send, None);
    }

    #[test]
    fn a_stopped_account_says_why_and_what_to_do() {
        for (status, enabled, rate) in [("SHUTDOWN", true, 1.0), ("HEALTHY", false, 1.0), ("PROBATION", false, 1.0), ("HEALTHY", true, 0.0)]
        {
            match report(&answer(status, enabled, rate, 200.0), Wall(0)).expect("complete").state {
                AccountState::Stopped(reason) => assert!(!reason.text.is_empty() && !reason.remedy.is_empty()),
                other => panic!("{status} {enabled} {rate}: {other:?}"),
            }
        }
        assert_eq!(report(&answer("PROBATION", true, 1.0, 200.0), Wall(0)).expect("complete").state, AccountState::Probation);
    }

    #[test]
    fn an_answer_without_quota_is_not_taken_for_unlimited() {
        assert!(report(&GetAccountOutput::builder().sending_enabled(true).build(), Wall(0)).is_err());
    }
}
