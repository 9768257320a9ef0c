//! `[sns]`: events that SES publishes through Amazon SNS, over HTTPS or through queues of SQS.

use std::path::PathBuf;

use http::Uri;
use jebi_domain::sns::TopicArn;

use super::{
    endpoint,
    key::Key,
    parse::{pem_file, region, shown},
    reader::{Bad, Reader},
};

const TOPICS: Key = Key::new("sns.topic_arns", &["SNS_TOPIC_ARNS"]);
const QUEUES: Key = Key::new("sns.queue_urls", &["SQS_QUEUE_URLS"]);
const ROOTS: Key = Key::new("sns.trusted_roots", &["JEBI_SNS_TRUSTED_ROOTS"]);
const CERTIFICATES: Key = Key::new("sns.certificates", &["JEBI_SNS_CERTIFICATES"]);
const SQS: Key = Key::new("sns.sqs_endpoint", &["AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"]);
const STS: Key = Key::new("sns.sts_endpoint", &["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]);

pub(super) const KEYS: &[&Key] = &[&TOPICS, &QUEUES, &ROOTS, &CERTIFICATES, &SQS, &STS];

/// Where events of SES come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Sns {
    /// Topics whose messages are taken; empty for those of our own account.
    pub topic_arns: Vec<TopicArn>,
    /// Queues that events are taken out of.
    pub queues: Vec<Queue>,
    /// A PEM file of authorities that SNS's certificates may be issued by, beside the system's.
    pub trusted_roots: Option<PathBuf>,
    /// A folder with certificates of SNS, looked into before they are fetched.
    pub certificates: Option<PathBuf>,
    pub sqs_endpoint: Option<String>,
    pub sts_endpoint: Option<String>,
}

/// A queue of SQS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub url: String,
    /// As its address names it; `None` where it is none of AWS's own.
    pub region: Option<String>,
}

pub(super) fn read(r: &mut Reader) -> Option<Sns> {
    let topic_arns = r.may(&TOPICS, |text| list(text, "names no topic", topic));
    let queues = r.may(&QUEUES, |text| list(text, "names no queue", queue));
    let trusted_roots = r.may(&ROOTS, pem_file);
    let certificates = r.may(&CERTIFICATES, folder);
    let (sqs_endpoint, sts_endpoint) = (r.may(&SQS, endpoint::bare_or_url), r.may(&STS, endpoint::bare_or_url));
    Some(Sns {
        topic_arns: topic_arns?.unwrap_or_default(),
        queues: queues?.unwrap_or_default(),
        trusted_roots: trusted_roots?,
        certificates: certificates?,
        sqs_endpoint: sqs_endpoint?,
        sts_endpoint: sts_endpoint?,
    })
}

/// What is meant for tests and private clouds.
pub(super) fn warnings(sns: &Sns) -> Option<String> {
    let file = sns.trusted_roots.as_ref()?.display();
    Some(format!(
        "events are believed also where an authority of {file} stands for SNS: whoever holds its key can make them up; leave \
         sns.trusted_roots out in production"
    ))
}

/// A queue that is none of AWS's own is asked in the region mail is sent through.
pub(super) fn regions(r: &mut Reader, sns: Option<&Sns>, has_ses: bool) {
    let Some(queue) = sns.and_then(|sns| sns.queues.iter().find(|queue| queue.region.is_none())).filter(|_| !has_ses) else { return };
    let bad = Bad::new(format!("{} names no AWS region", shown(&queue.url)), "give its address at AWS, or set up an SES account");
    r.refuse(r.written(&QUEUES), bad);
}

/// Values with commas between, each once.
fn list<T: PartialEq>(text: &str, none: &str, one: impl Fn(&str) -> Result<T, Bad>) -> Result<Vec<T>, Bad> {
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let value = one(part)?;
        if all.contains(&value) {
            return Err(Bad::new(format!("names {} twice", shown(part)), "name it once"));
        }
        all.push(value);
    }
    // Empty it would mean something else than its author wrote it for.
    if all.is_empty() { Err(Bad::new(none, "name one, or leave it out")) } else { Ok(all) }
}

fn topic(text: &str) -> Result<TopicArn, Bad> {
    let remedy = "write ARNs with commas between, such as arn:aws:sns:ap-northeast-2:111122223333:ses-events";
    TopicArn::parse(text).map_err(|fault| Bad::new(format!("{} is not a topic events can come from: {}", shown(text), fault.fault), remedy))
}

fn queue(text: &str) -> Result<Queue, Bad> {
    let remedy = "copy it from the SQS console, such as https://sqs.ap-northeast-2.amazonaws.com/111122223333/ses-events";
    let bad = |fault: &str| Bad::new(fault, remedy);
    let url = endpoint::url(text).map_err(|_| bad("is not the address of a queue"))?;
    let uri: Uri = url.parse().map_err(|_| bad("is not the address of a queue"))?;
    if uri.path().trim_matches('/').is_empty() {
        return Err(bad("names no queue"));
    }
    if uri.path().ends_with(".fifo") {
        return Err(bad("is a FIFO queue, which SNS does not deliver standard topics to"));
    }
    let named = uri.host().and_then(|host| {
        let rest = host.strip_suffix(".amazonaws.com.cn").or_else(|| host.strip_suffix(".amazonaws.com"))?;
        rest.strip_prefix("sqs.")
    });
    let region = named.map(region).transpose()?;
    Ok(Queue { url, region })
}

fn folder(text: &str) -> Result<PathBuf, Bad> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err(Bad::new(format!("{} is not a folder", shown(text)), "name a folder with PEM files")) }
}
