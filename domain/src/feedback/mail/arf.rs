//! Feedback reports (ARF, RFC 5965): a recipient's "this is spam", passed on by its mailbox provider.

use crate::{event::FeedbackKind, refusal::Fault, time::Wall};

use super::{
    super::{
        Report, Verdict, What,
        fault::{Unreadable, unreadable},
        ses::bounded,
    },
    fields::groups,
    time,
};

/// The statement of a part `message/feedback-report`. Without `Original-Rcpt-To`, which many providers leave out, it names nobody: one of
/// those the copy went to has complained.
pub(super) fn reports(text: &str, sent_at: Wall) -> Result<Vec<Report>, Fault> {
    let all = groups(text);
    let fields = all.first().ok_or_else(|| unreadable(Unreadable::NoFields))?;
    let kind = fields.get("feedback-type").ok_or_else(|| unreadable(Unreadable::NoFeedbackType))?.to_ascii_lowercase();
    let at = fields.get("arrival-date").or(fields.get("received-date")).and_then(time).unwrap_or(sent_at);
    let detail = match fields.get("user-agent") {
        Some(agent) => bounded(&format!("{kind}: {agent}")),
        None => bounded(&kind),
    };
    let recipient = fields.address("original-rcpt-to");
    // "Not spam" takes a complaint back, and a failed authentication (RFC 6591) is no person's word.
    if matches!(kind.as_str(), "not-spam" | "auth-failure") {
        return Ok(vec![Report::new(recipient, What::Note, at, detail)]);
    }
    let report = Report::new(recipient, What::Kind(FeedbackKind::Complained), at, detail);
    Ok(vec![Report { verdict: Verdict::Complained, counts: true, ..report }])
}
