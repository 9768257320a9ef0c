//! `[webhooks]`: calls to callers' systems.

use std::time::Duration;

use jebi_domain::{hook::is_topic_arn, network::Network};

use super::{
    endpoint,
    key::Key,
    parse::{seconds, shown, whole, word},
    reader::{Bad, Reader},
};

const HTTP: Key = Key::new("webhooks.allow_http", &["WEBHOOKS_ALLOW_HTTP"]);
const NETWORKS: Key = Key::new("webhooks.allow_private_networks", &["WEBHOOKS_ALLOW_PRIVATE_NETWORKS"]);
const TIMEOUT: Key = Key::new("webhooks.timeout_seconds", &["WEBHOOKS_TIMEOUT_SECONDS"]);
const CONCURRENCY: Key = Key::new("webhooks.concurrency", &["WEBHOOKS_CONCURRENCY"]);
const BACKLOG: Key = Key::new("webhooks.max_waiting", &["WEBHOOKS_MAX_WAITING"]);
const KEPT: Key = Key::new("webhooks.log_days", &["WEBHOOKS_LOG_DAYS"]);
const ALERTS: Key = Key::new("webhooks.alert_topic_arn", &["SNS_ALERT_TOPIC_ARN"]);
// The name the AWS SDKs have for it.
const SNS: Key = Key::new("webhooks.sns_endpoint", &["AWS_ENDPOINT_URL_SNS"]);

pub(super) const KEYS: &[&Key] = &[&HTTP, &NETWORKS, &TIMEOUT, &CONCURRENCY, &BACKLOG, &KEPT, &ALERTS, &SNS];

/// Calls to callers' systems.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Whether plain HTTP is called too.
    pub allow_http: bool,
    /// Private networks that are called all the same.
    pub allow_private_networks: Vec<Network>,
    /// For a whole call.
    pub timeout: Duration,
    /// Calls to one endpoint at a time, from each node.
    pub concurrency: usize,
    /// Calls that wait for one endpoint at most.
    pub max_waiting: u32,
    /// How long events and the log of their calls are kept.
    pub kept: Duration,
    /// The SNS topic alerts are published to.
    pub alert_topic_arn: Option<String>,
    /// Where SNS is instead of the region's own address.
    pub sns_endpoint: Option<String>,
}

pub(super) fn read(r: &mut Reader) -> Option<Webhooks> {
    let allow_http = r.must(&HTTP, word(&[("true", true), ("false", false)]));
    let allow_private_networks = r.may(&NETWORKS, networks);
    let timeout = r.must(&TIMEOUT, seconds(1..=30));
    let concurrency = r.must(&CONCURRENCY, whole(1..=64_u32));
    let max_waiting = r.must(&BACKLOG, whole(100..=1_000_000_u32));
    // Calls are tried for more than three days.
    let kept = r.must(&KEPT, whole(7..=365_u64));
    let alert_topic_arn = r.may(&ALERTS, topic_arn);
    let sns_endpoint = r.may(&SNS, endpoint::bare_or_url);
    Some(Webhooks {
        allow_http: allow_http?,
        allow_private_networks: allow_private_networks?.unwrap_or_default(),
        timeout: timeout?,
        concurrency: usize::try_from(concurrency?).unwrap_or(usize::MAX),
        max_waiting: max_waiting?,
        kept: Duration::from_secs(kept? * 86_400),
        alert_topic_arn: alert_topic_arn?,
        sns_endpoint: sns_endpoint?,
    })
}

fn networks(text: &str) -> Result<Vec<Network>, Bad> {
    let remedy = "write networks with commas between: 10.0.0.0/8, 2001:db8::/32, 192.0.2.7";
    let read = |part| Network::parse(part).ok_or_else(|| Bad::new(format!("{} is not a network", shown(part)), remedy));
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(read).collect()
}

fn topic_arn(text: &str) -> Result<String, Bad> {
    if is_topic_arn(text) {
        return Ok(text.to_owned());
    }
    Err(Bad::new(format!("{} is no ARN of an SNS topic", shown(text)), "write it as in arn:aws:sns:ap-northeast-2:123456789012:alerts"))
}
