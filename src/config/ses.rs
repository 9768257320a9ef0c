//! `[ses]`: the AWS account. Read only where mail goes through SES.

use std::path::PathBuf;

use super::{
    Secret, endpoint,
    key::Key,
    limits::{self, LimitKeys, Limits},
    parse::{pem_file, region, shown, word},
    reader::{Bad, Reader},
};

// Requirement S-5: the first that is set.
const REGION: Key = Key::new("ses.region", &["AWS_REGION", "AWS_SES_REGION_NAME"]);
pub(super) const ENDPOINT: Key = Key::new("ses.endpoint", &["AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL", "AWS_SES_REGION_ENDPOINT"]);
const KEY_ID: Key = Key::new("ses.access_key_id", &["AWS_ACCESS_KEY_ID"]);
const SECRET: Key = Key::secret("ses.secret_access_key", &["AWS_SECRET_ACCESS_KEY"]);
const TOKEN: Key = Key::secret("ses.session_token", &["AWS_SESSION_TOKEN"]);
const SET: Key = Key::new("ses.configuration_set", &["AWS_SES_CONFIGURATION_SET"]);
const CA: Key = Key::new("ses.ca_bundle", &["AWS_CA_BUNDLE"]);

const LIST: Key = Key::new("ses.suppression_list", &["JEBI_SES_SUPPRESSION_LIST"]);

const RATE: Key = Key::new("ses.max_send_per_second", &["JEBI_SES_MAX_SEND_PER_SECOND"]);
const DAILY: Key = Key::new("ses.daily_limit", &["JEBI_SES_DAILY_LIMIT"]);
const CONNECTIONS: Key = Key::new("ses.max_connections", &["JEBI_SES_MAX_CONNECTIONS"]);

pub(super) const KEYS: &[&Key] = &[&REGION, &ENDPOINT, &KEY_ID, &SECRET, &TOKEN, &SET, &CA, &LIST, &RATE, &DAILY, &CONNECTIONS];
const LIMITS: LimitKeys = LimitKeys { rate: &RATE, daily: &DAILY, connections: &CONNECTIONS };

/// The SES account.
#[derive(Clone, Debug, PartialEq)]
pub struct Ses {
    pub region: String,
    /// Where the API is instead of the region's own address: scheme, host and port, without a slash at the end.
    pub endpoint: Option<String>,
    /// `None` leaves it to the AWS SDK's chain (profile, container, instance role).
    pub credentials: Option<Credentials>,
    pub configuration_set: Option<String>,
    /// A PEM file of certificates trusted beside the system's.
    pub ca_bundle: Option<PathBuf>,
    /// What is exchanged with the suppression list the account keeps; `None` for nothing.
    pub suppression_list: Option<SuppressionList>,
    pub limits: Limits,
}

/// What is exchanged with the list of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionList {
    /// Its entries enter our list.
    Pull,
    /// It is told what enters and leaves ours.
    Push,
    Both,
}

/// AWS credentials given by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: Secret,
    /// With temporary credentials only.
    pub session_token: Option<Secret>,
}

pub(super) fn read(r: &mut Reader) -> Option<Ses> {
    let region = r.must(&REGION, region);
    let endpoint = r.may(&ENDPOINT, endpoint::bare_or_url);
    let credentials = credentials(r);
    let configuration_set = r.may(&SET, configuration_set);
    let ca_bundle = r.may(&CA, pem_file);
    let lists = [
        ("off", None),
        ("pull", Some(SuppressionList::Pull)),
        ("push", Some(SuppressionList::Push)),
        ("both", Some(SuppressionList::Both)),
    ];
    let suppression_list = r.must(&LIST, word(&lists));
    let limits = limits::read(r, &LIMITS);
    if let (Some(region), Some(Some(endpoint))) = (&region, &endpoint) {
        one_region(r, region, endpoint);
    }
    Some(Ses {
        region: region?,
        endpoint: endpoint?,
        credentials: credentials?,
        configuration_set: configuration_set?,
        ca_bundle: ca_bundle?,
        suppression_list: suppression_list?,
        limits: limits?,
    })
}

fn credentials(r: &mut Reader) -> Option<Option<Credentials>> {
    let id = r.may(&KEY_ID, visible);
    let secret = r.may(&SECRET, |text| visible(text).map(Secret::new));
    let token = r.may(&TOKEN, |text| visible(text).map(Secret::new));
    let (id, secret, token) = (id?, secret?, token?);
    let remedy = "set both, or neither to use the AWS SDK's own chain (profile, container, instance role)";
    match (id, secret, token) {
        (Some(access_key_id), Some(secret_access_key), session_token) => {
            Some(Some(Credentials { access_key_id, secret_access_key, session_token }))
        }
        (None, None, None) => Some(None),
        (Some(_), None, _) => half(r, &KEY_ID, "is set without AWS_SECRET_ACCESS_KEY", remedy),
        (None, Some(_), _) => half(r, &SECRET, "is set without AWS_ACCESS_KEY_ID", remedy),
        (None, None, Some(_)) => half(r, &TOKEN, "is set without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "set all three, or none"),
    }
}

fn half<T>(r: &mut Reader, key: &Key, fault: &str, remedy: &str) -> Option<T> {
    let written = r.written(key);
    r.refuse(written, Bad::new(fault, remedy));
    None
}

/// Goes into a header: visible ASCII only. Not echoed.
fn visible(text: &str) -> Result<String, Bad> {
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(Bad::new("holds a space or a character that no AWS key has", "copy it again, without quotes and line ends"))
}

/// SES names configuration sets with 1 to 64 of `[A-Za-z0-9_-]` (API v2, `ConfigurationSetName`).
fn configuration_set(text: &str) -> Result<String, Bad> {
    if text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        return Ok(text.to_owned());
    }
    Err(Bad::new(format!("{} is not a name SES allows", shown(text)), "use 1 to 64 letters, digits, _ and -"))
}

/// A request signed for one region is refused by the address of another.
fn one_region(r: &mut Reader, region: &str, endpoint: &str) {
    let named = endpoint.strip_prefix("https://email.").and_then(|rest| rest.strip_suffix(".amazonaws.com"));
    let Some(named) = named.filter(|named| *named != region) else {
        return;
    };
    let (written, other) = (r.written(&ENDPOINT), r.written(&REGION));
    let fault = format!("is the address of {named}, while {other} is {region}");
    r.refuse(written, Bad::new(fault, "make them agree, or leave the address out"));
}
