//! What an endpoint may be; every fault is found in one pass.

use http::Uri;
use jebi_domain::{
    address,
    hook::{BadPattern, EndpointKind, EndpointSpec, Filter, HookKind, Speech, is_topic_arn},
    message::Lane,
    port::hooks::BadTarget,
    refusal::{Fault, Refusal, RefusalKind},
};

/// Longest URL, in bytes.
const MAX_URL: usize = 2_000;
/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 200;
/// Most patterns of events or topics.
const MAX_PATTERNS: usize = 50;
/// Longest pattern, in characters.
const MAX_PATTERN: usize = 255;
/// Most addresses mail goes to.
const MAX_TO: usize = 10;

/// What an endpoint is to be, as a caller says it.
#[derive(Clone, Debug, Default)]
pub struct EndpointRequest {
    pub kind: Option<String>,
    pub url: Option<String>,
    pub topic_arn: Option<String>,
    pub to: Option<Vec<String>>,
    pub description: Option<String>,
    pub language: Option<String>,
    pub events: Option<Vec<String>>,
    pub topics: Option<Vec<String>>,
    pub lanes: Option<Vec<Lane>>,
}

/// What is to be changed of one: everything but its kind, and only what is given.
pub type EndpointChange = EndpointRequest;

/// An endpoint, and its URL where it has a new one.
pub(super) struct Checked {
    pub spec: EndpointSpec,
    pub url: Option<String>,
}

pub(super) fn new(request: EndpointRequest, language: Speech) -> Result<Checked, Refusal> {
    let name = request.kind.clone().unwrap_or_else(|| EndpointKind::Webhook.as_str().to_owned());
    let Some(kind) = EndpointKind::named(&name) else {
        let fault = format!("{name:?} is no kind of webhook");
        return Err(Refusal::invalid(Fault::new("kind", "invalid_kind", fault, "use webhook, slack, discord, sns or mail")));
    };
    let blank = EndpointSpec {
        kind,
        target: String::new(),
        to: Vec::new(),
        description: String::new(),
        language,
        filter: Filter { events: usual(kind), ..Filter::default() },
    };
    laid_over(request, blank, true)
}

/// What is told where nobody says. People are not told of each mail that was sent.
fn usual(kind: EndpointKind) -> Vec<String> {
    match kind {
        EndpointKind::Webhook => Vec::new(),
        EndpointKind::Slack | EndpointKind::Discord | EndpointKind::Sns | EndpointKind::Mail => {
            ["alert.*", "endpoint.*", "topic.*"].map(str::to_owned).to_vec()
        }
    }
}

pub(super) fn changed(change: EndpointChange, known: &EndpointSpec) -> Result<Checked, Refusal> {
    if change.kind.as_deref().is_some_and(|kind| kind != known.kind.as_str()) {
        let fault = format!("it is of the kind {}, and stays it", known.kind.as_str());
        return Err(Refusal::invalid(Fault::new("kind", "invalid_kind", fault, "make a new webhook of the other kind")));
    }
    laid_over(change, known.clone(), false)
}

/// The endpoint of `SNS_ALERT_TOPIC_ARN`.
pub(super) fn alerts(arn: &str, language: Speech) -> EndpointSpec {
    EndpointSpec {
        kind: EndpointKind::Sns,
        target: arn.to_owned(),
        to: Vec::new(),
        description: "SNS_ALERT_TOPIC_ARN".to_owned(),
        language,
        filter: Filter { events: vec!["alert.*".to_owned(), HookKind::EndpointDisabled.as_str().to_owned()], ..Filter::default() },
    }
}

/// Lays what is given over what there is.
fn laid_over(given: EndpointRequest, mut spec: EndpointSpec, is_new: bool) -> Result<Checked, Refusal> {
    let mut faults = Vec::new();
    let kind = spec.kind;
    let url = target(&given, &mut spec, is_new, &mut faults);
    if let Some(text) = given.description {
        if text.chars().count() > MAX_DESCRIPTION {
            let fault = format!("it is longer than {MAX_DESCRIPTION} characters");
            faults.push(Fault::new("description", "too_long", fault, "shorten it"));
        }
        spec.description = text;
    }
    if let Some(name) = given.language {
        match Speech::named(&name) {
            Some(language) => spec.language = language,
            None => {
                let fault = format!("{name:?} is no language messages are written in");
                faults.push(Fault::new("language", "invalid_language", fault, "use ko or en"));
            }
        }
    }
    if let Some(events) = given.events {
        patterns(&events, "events", &mut faults);
        spec.filter.events = events;
        if let Err(BadPattern { at, pattern }) = spec.filter.check() {
            let fault = format!("no event is called {pattern:?}");
            let remedy = "name one of docs/WEBHOOKS.md, a group such as delivery.*, or * for all";
            faults.push(Fault::new(format!("events[{at}]"), "unknown_event", fault, remedy));
        }
    }
    if let Some(topics) = given.topics {
        patterns(&topics, "topics", &mut faults);
        spec.filter.topics = topics;
    }
    if let Some(lanes) = given.lanes {
        spec.filter.lanes = lanes;
    }
    // What mail tells of mail would fill the mailbox it tells.
    let of_mail = |pattern: &String| pattern == "*" || pattern.starts_with("delivery");
    if kind == EndpointKind::Mail && (spec.filter.events.is_empty() || spec.filter.events.iter().any(of_mail)) {
        let fault = "a mail for each mail is no help to anybody";
        let remedy = "choose alert.*, topic.* or endpoint.*; use a webhook for what becomes of each mail";
        faults.push(Fault::new("events", "too_many_events", fault, remedy));
    }
    if faults.is_empty() { Ok(Checked { spec, url }) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
}

/// Where it is: each kind has one way to say that, and takes no other.
fn target(given: &EndpointRequest, spec: &mut EndpointSpec, is_new: bool, faults: &mut Vec<Fault>) -> Option<String> {
    let kind = spec.kind;
    let (url, arn, to) = (kind.has_url(), kind == EndpointKind::Sns, kind == EndpointKind::Mail);
    let ways = [("url", url, given.url.is_some()), ("topic_arn", arn, given.topic_arn.is_some()), ("to", to, given.to.is_some())];
    for (field, wanted, there) in ways {
        if wanted && is_new && !there {
            let fault = format!("a webhook of the kind {} needs it", kind.as_str());
            faults.push(Fault::new(field, "missing_field", fault, "say where it is"));
        }
        if there && !wanted {
            let fault = format!("a webhook of the kind {} has none", kind.as_str());
            faults.push(Fault::new(field, "wrong_target", fault, "leave it out"));
        }
    }
    if let Some(arn) = given.topic_arn.as_ref().filter(|_| arn) {
        if !is_topic_arn(arn) {
            let remedy = "write it as in arn:aws:sns:ap-northeast-2:123456789012:alerts";
            faults.push(Fault::new("topic_arn", "invalid_topic_arn", "it is no ARN of an SNS topic", remedy));
        }
        spec.target.clone_from(arn);
    }
    if let Some(all) = given.to.as_ref().filter(|_| to) {
        spec.to = addresses(all, faults);
    }
    let url = given.url.as_ref().filter(|_| url)?;
    match self::url(url, kind) {
        Ok(target) => spec.target = target,
        Err(fault) => faults.push(fault),
    }
    Some(url.clone())
}

/// What may be shown of a URL.
fn url(text: &str, kind: EndpointKind) -> Result<String, Fault> {
    let bad = |fault: &str| Fault::new("url", "invalid_url", fault, "write https://, a host and a path");
    if text.len() > MAX_URL {
        return Err(bad("it is longer than 2,000 characters"));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains(['#', '\\']) {
        return Err(bad("it holds characters that stand in no web address"));
    }
    let uri: Uri = text.parse().map_err(|_| bad("it is no web address"))?;
    let (Some(scheme @ ("https" | "http")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(bad("it is no web address with https"));
    };
    if authority.as_str().contains('@') {
        return Err(bad("it holds a user name, which would stand in logs"));
    }
    Ok(if kind.hides_url() { format!("{scheme}://{authority}/…") } else { text.to_owned() })
}

fn addresses(all: &[String], faults: &mut Vec<Fault>) -> Vec<String> {
    if all.is_empty() || all.len() > MAX_TO {
        let fault = format!("it has {} addresses", all.len());
        faults.push(Fault::new("to", "too_many_addresses", fault, "give 1 to 10 addresses"));
    }
    let mut to = Vec::new();
    for (i, text) in all.iter().enumerate().take(MAX_TO) {
        match address::parse(text.trim()) {
            Ok(email) => to.push(email),
            Err(e) => faults.push(Fault::new(format!("to[{i}]"), e.code, e.fault, e.remedy)),
        }
    }
    to
}

fn patterns(all: &[String], field: &str, faults: &mut Vec<Fault>) {
    if all.len() > MAX_PATTERNS {
        let fault = format!("it has {} entries; at most {MAX_PATTERNS} are allowed", all.len());
        faults.push(Fault::new(field, "too_many_patterns", fault, "name groups, such as delivery.* or a beginning with *"));
    }
    for (i, pattern) in all.iter().enumerate() {
        let stars = pattern.matches('*').count();
        if pattern.is_empty() || pattern.chars().count() > MAX_PATTERN || stars > 1 || (stars == 1 && !pattern.ends_with('*')) {
            let fault = "it is empty, too long, or has a star elsewhere than at its end";
            faults.push(Fault::new(format!("{field}[{i}]"), "invalid_pattern", fault, "write a name, or how it begins and a star"));
        }
    }
}

/// Why a URL is not called.
pub(super) fn bad_target(bad: &BadTarget) -> Fault {
    let fault = |fault: String, remedy: &str| Fault::new("url", "forbidden_url", fault, remedy);
    match bad {
        BadTarget::Url => Fault::new("url", "invalid_url", "it is no web address", "write https://, a host and a path"),
        BadTarget::Plain => {
            fault("it is plain HTTP, which anybody on the way can read".into(), "use https, or let the operator set WEBHOOKS_ALLOW_HTTP")
        }
        BadTarget::Private(ip) => fault(
            format!("it leads to {ip}, which is not of the public internet"),
            "use a public host, or let the operator add the network to WEBHOOKS_ALLOW_PRIVATE_NETWORKS",
        ),
        BadTarget::Host(why) => fault(format!("its host cannot be found: {why}"), "check how the host is written"),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
