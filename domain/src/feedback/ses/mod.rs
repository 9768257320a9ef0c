//! What SES tells of mail, as it stands in the `Message` of an SNS notification. Both forms: event publishing (`eventType`; SES guide,
//! "Contents of event data that Amazon SES publishes to Amazon SNS") and feedback notifications (`notificationType`; "Amazon SNS
//! notification contents"). Types and sub-types are open sets: what is not known is never an error.

mod loose;
mod shape;

use std::net::IpAddr;

use crate::{event::FeedbackKind, refusal::Fault, time::Wall};

use super::{
    About, Engagement, Report, Reported, Source, Verdict, What, fault,
    judge::{self, Bounce as Told},
};
use loose::{Maybe, Text};
use shape::{Bounce, Complaint, Delay, Delivery, Engaged, Event, Failed, Failure, Mail, Subscription};

/// Longest detail that is kept, in characters: the words of servers are a line or two.
const MAX_DETAIL: usize = 1_000;
/// Longest address that is kept (RFC 5321 section 4.5.3.1: a path has 256 octets).
const MAX_PATH: usize = 256;
/// The plain text SES publishes when an event destination is made.
const VALIDATED: &str = "Successfully validated SNS topic";
/// The notification SES publishes when an identity's notifications are switched on.
const SUBSCRIBED: &str = "AmazonSnsSubscriptionSucceeded";

/// What a text of SES says.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    Reported(Reported),
    /// SES tells that the topic is set up.
    SetUp,
    /// A type this version does not know.
    Unknown(String),
}

/// Reads a text of SES. `now` stands in where it tells no time.
///
/// # Errors
/// What is no JSON, and JSON that is nothing of SES. Neither can ever be read, so nobody need send it again.
pub fn parse(text: &str, now: Wall) -> Result<Parsed, Fault> {
    if text.trim_start().starts_with(VALIDATED) {
        return Ok(Parsed::SetUp);
    }
    let event = serde_json::from_str::<Maybe<Event>>(text).map_err(|e| fault::no_event(&e))?.0.ok_or_else(fault::no_type)?;
    let Some(kind) = event.event_type.get().or(event.notification_type.get()).map(str::to_owned) else {
        return Err(fault::no_type());
    };
    if kind == SUBSCRIBED {
        return Ok(Parsed::SetUp);
    }
    let mail = event.mail.0.unwrap_or_default();
    let sent_at = time(&mail.timestamp).unwrap_or(now);
    let mut reports = match kind.as_str() {
        "Send" => vec![Report::new(None, What::Sent, sent_at, "")],
        "Delivery" => event.delivery.0.map_or_else(Vec::new, |one| delivered(&one, &mail, sent_at)),
        "Bounce" => event.bounce.0.map_or_else(Vec::new, |one| bounced(&one, &mail, sent_at)),
        "Complaint" => event.complaint.0.map_or_else(Vec::new, |one| complained(&one, &mail, sent_at)),
        "DeliveryDelay" => event.delivery_delay.0.map_or_else(Vec::new, |one| delayed(&one, &mail, sent_at)),
        "Reject" => vec![rejected(event.reject.0.as_ref().and_then(|one| one.reason.get()).unwrap_or("rejected"), sent_at)],
        "Rendering Failure" => vec![rejected(&not_rendered(event.failure.0.as_ref()), sent_at)],
        "Open" => event.open.0.map_or_else(Vec::new, |one| vec![engaged(&one, &mail, false, sent_at)]),
        "Click" => event.click.0.map_or_else(Vec::new, |one| vec![engaged(&one, &mail, true, sent_at)]),
        "Subscription" => event.subscription.0.map_or_else(Vec::new, |one| vec![subscribed(&one, &mail, sent_at)]),
        _ => return Ok(Parsed::Unknown(bounded(&kind))),
    };
    if reports.is_empty() {
        // It tells nothing of what its type is of. That it came is told all the same, and proves that SES took the mail.
        reports.push(Report::new(None, What::Note, sent_at, bounded(&kind)));
    }
    let several = mail.destination.0.len() > 1;
    let reports = reports.into_iter().map(|report| if several { sure(report) } else { report }).collect();
    Ok(Parsed::Reported(Reported { about: about(&mail), source: Source::Ses, reports }))
}

/// Of a mail to several: what names nobody is a line of the timeline, unless it is about the mail itself.
fn sure(report: Report) -> Report {
    match report.what {
        What::Kind(kind) if kind != FeedbackKind::Rejected && report.recipient.is_none() => {
            Report::new(None, What::Note, report.at, report.detail)
        }
        _ => report,
    }
}

fn about(mail: &Mail) -> About {
    let complete = mail.headers.shown && mail.headers_truncated.get() != Some("true");
    let delivery = mail.tags.0.or(mail.headers.own);
    About { delivery, provider_id: mail.message_id.get().map(str::to_owned), likely_foreign: complete && delivery.is_none() }
}

/// The mail's only recipient, where it has one: then it is clear whom a statement that names nobody is about.
fn only(mail: &Mail) -> Option<String> {
    match mail.destination.0.as_slice() {
        [one] => one.get().map(bare),
        _ => None,
    }
}

/// Those a list names, each with what is said of it. Where it names nobody it is the mail's only recipient, and where the mail has several
/// nobody in particular.
fn named<'a>(all: &'a [Failed], mail: &Mail) -> Vec<(Option<String>, Option<&'a Failed>)> {
    let named: Vec<_> = all.iter().filter_map(|one| Some((Some(bare(one.email_address.get()?)), Some(one)))).collect();
    if named.is_empty() { vec![(only(mail), all.first())] } else { named }
}

/// An address without a display name.
fn bare(text: &str) -> String {
    let address = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    address.trim().chars().filter(|c| !c.is_control()).take(MAX_PATH).collect()
}

fn delivered(one: &Delivery, mail: &Mail, sent_at: Wall) -> Vec<Report> {
    let at = time(&one.timestamp).unwrap_or(sent_at);
    let detail = words(&[one.smtp_response.get()], one.reporting_mta.get());
    let mut people: Vec<_> = one.recipients.0.iter().filter_map(Text::get).map(|one| Some(bare(one))).collect();
    if people.is_empty() {
        people.push(only(mail));
    }
    let report = |person| Report::new(person, What::Kind(FeedbackKind::Delivered), at, detail.clone());
    people.into_iter().map(report).collect()
}

fn bounced(one: &Bounce, mail: &Mail, sent_at: Wall) -> Vec<Report> {
    let at = time(&one.timestamp).unwrap_or(sent_at);
    let kind = one.bounce_type.get().unwrap_or("Undetermined");
    let sub = one.bounce_sub_type.get().unwrap_or_default();
    let report = |(recipient, said): (Option<String>, Option<&Failed>)| {
        let (status, diagnostic) = said.map_or((None, None), |said| (said.status.get(), said.diagnostic_code.get()));
        let (feedback, verdict, counts) = judged(kind, sub, status, diagnostic);
        let class = if sub.is_empty() || sub == kind { kind.to_owned() } else { format!("{kind}/{sub}") };
        let detail = words(&[Some(&class), diagnostic.or(status)], one.reporting_mta.get());
        Report { verdict, counts, ..Report::new(recipient, What::Kind(feedback), at, detail) }
    };
    named(&one.bounced_recipients.0, mail).into_iter().map(report).collect()
}

/// The kind, what it says of the address, and whether SES counts it against the account (SES guide, "Amazon SES account-level suppression
/// list" and "Reputation metrics": hits of the account's own lists do not count, those of SES's own do).
fn judged(kind: &str, sub: &str, status: Option<&str>, diagnostic: Option<&str>) -> (FeedbackKind, Verdict, bool) {
    let told = Told { of_address: true, status, diagnostic };
    if kind != "Permanent" {
        let (feedback, verdict) = match sub {
            // The mail's fault, whatever the codes say.
            "MessageTooLarge" | "ContentRejected" | "AttachmentRejected" => (FeedbackKind::SoftBounced, Verdict::Nothing),
            "MailboxFull" => (FeedbackKind::SoftBounced, Verdict::Unreachable),
            _ => judge::transient(told),
        };
        return (feedback, verdict, false);
    }
    match sub {
        // SES did not try: the address is on a list.
        "Suppressed" => (FeedbackKind::Bounced, Verdict::Dead, true),
        "OnAccountSuppressionList" | "OnTenantSuppressionList" => (FeedbackKind::Bounced, Verdict::Dead, false),
        // Its contact left a contact list, or SES took the address for a wrong one: neither is a receiver's word.
        "UnsubscribedRecipient" | "EmailValidationSuppressed" => (FeedbackKind::Bounced, Verdict::Nothing, false),
        "NoEmail" if !is_for_now(told) => (FeedbackKind::Bounced, Verdict::Dead, true),
        _ => {
            let (feedback, verdict) = judge::permanent(told);
            (feedback, verdict, feedback == FeedbackKind::Bounced)
        }
    }
}

fn is_for_now(told: Told<'_>) -> bool {
    judge::permanent(told).0 == FeedbackKind::SoftBounced
}

fn complained(one: &Complaint, mail: &Mail, sent_at: Wall) -> Vec<Report> {
    let at = time(&one.timestamp).unwrap_or(sent_at);
    let kind = one.complaint_feedback_type.get().unwrap_or("complaint");
    let sub = one.complaint_sub_type.get();
    let detail = words(&[Some(kind), sub, one.user_agent.get()], None);
    // "Not spam" takes a complaint back, and a failed authentication is no person's word.
    let is_complaint = !matches!(kind, "not-spam" | "auth-failure");
    let report = |(recipient, _)| {
        if !is_complaint {
            return Report::new(recipient, What::Note, at, detail.clone());
        }
        let report = Report::new(recipient, What::Kind(FeedbackKind::Complained), at, detail.clone());
        // With a sub-type SES did not send it: the address is on the account's list, and nobody complained anew.
        Report { verdict: Verdict::Complained, counts: sub.is_none(), ..report }
    };
    named(&one.complained_recipients.0, mail).into_iter().map(report).collect()
}

fn delayed(one: &Delay, mail: &Mail, sent_at: Wall) -> Vec<Report> {
    let at = time(&one.timestamp).unwrap_or(sent_at);
    let report = |(recipient, said): (Option<String>, Option<&Failed>)| {
        let said = said.and_then(|said| said.diagnostic_code.get().or(said.status.get()));
        let detail = words(&[one.delay_type.get(), said], None);
        Report::new(recipient, What::Kind(FeedbackKind::Delayed), at, detail)
    };
    named(&one.delayed_recipients.0, mail).into_iter().map(report).collect()
}

fn rejected(detail: &str, at: Wall) -> Report {
    Report::new(None, What::Kind(FeedbackKind::Rejected), at, bounded(detail))
}

fn not_rendered(one: Option<&Failure>) -> String {
    let part = |text: fn(&Failure) -> &Text| one.and_then(|one| text(one).get());
    let template = part(|one| &one.template_name).map(|name| format!("template {name}"));
    words(&[Some("Rendering Failure"), template.as_deref(), part(|one| &one.error_message)], None)
}

fn engaged(one: &Engaged, mail: &Mail, click: bool, sent_at: Wall) -> Report {
    let at = time(&one.timestamp).unwrap_or(sent_at);
    let user_agent = one.user_agent.get().map(bounded);
    let link = click.then(|| bounded(one.link.get().unwrap_or_default()));
    let detail = words(&[link.as_deref(), user_agent.as_deref()], None);
    let ip = one.ip_address.get().and_then(|ip| ip.parse::<IpAddr>().ok());
    Report::new(only(mail), What::Engaged(Engagement { link, user_agent, ip }), at, detail)
}

/// A choice made by SES's own list management. No mail of ours asks for that, so nothing but a line follows from it.
fn subscribed(one: &Subscription, mail: &Mail, sent_at: Wall) -> Report {
    let at = time(&one.timestamp).unwrap_or(sent_at);
    let new = one.new_topic_preferences.0.as_ref();
    let all = new.is_some_and(|new| new.unsubscribe_all.get() == Some("true")).then_some("unsubscribed from all");
    let topics = new.map(|new| new.topic_subscription_status.0.as_slice()).unwrap_or_default().iter();
    let topics: Vec<String> =
        topics.filter_map(|one| Some(format!("{} {}", one.topic_name.get()?, one.subscription_status.get()?))).collect();
    let topics = topics.join(", ");
    let list = one.contact_list.get().map(|list| format!("contact list {list}"));
    let detail = words(&[Some("Subscription"), list.as_deref(), all, Some(&topics), one.source.get()], None);
    Report::new(only(mail), What::Note, at, detail)
}

/// Joins what was said, and who reported it.
fn words(parts: &[Option<&str>], reporter: Option<&str>) -> String {
    let said = parts.iter().flatten().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(": ");
    match reporter {
        Some(reporter) if said.is_empty() => bounded(&format!("reported by {reporter}")),
        Some(reporter) => bounded(&format!("{said} (reported by {reporter})")),
        None => bounded(&said),
    }
}

/// Without control characters, and no longer than is kept.
pub(super) fn bounded(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_DETAIL).collect()
}

/// A time: RFC 3339 as SES writes it, and the form its guide once showed, `2018-10-08T14:05:45 +0000`.
fn time(text: &Text) -> Option<Wall> {
    let text = text.get()?;
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.into());
    }
    let (local, offset) = text.rsplit_once(' ')?;
    jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", format!("{local}{offset}")).ok().map(Into::into)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
