//! Delivery status notifications (RFC 3464): a group of fields for each recipient.

use crate::{event::FeedbackKind, refusal::Fault, time::Wall};

use super::{
    super::{
        Report, What,
        judge::{self, Bounce},
        ses::bounded,
    },
    fields::{Group, groups},
    some, time,
};

/// The statements of a part `message/delivery-status`. The first group is the mail's, each further one a recipient's.
pub(super) fn reports(text: &str, sent_at: Wall) -> Result<Vec<Report>, Fault> {
    let all = groups(text);
    let reporter = all.iter().find_map(|group| group.typed("reporting-mta"));
    some(all.iter().filter_map(|group| report(group, reporter, sent_at)).collect())
}

fn report(group: &Group, reporter: Option<&str>, sent_at: Wall) -> Option<Report> {
    let action = group.get("action")?.split_whitespace().next()?.to_ascii_lowercase();
    // The address we sent to, where it was changed on the way.
    let recipient = group.address("original-recipient").or_else(|| group.address("final-recipient"))?;
    let (status, diagnostic) = (group.get("status"), group.get("diagnostic-code"));
    let at = group.get("last-attempt-date").and_then(time).unwrap_or(sent_at);
    let said = diagnostic.or(status).unwrap_or(&action);
    let detail = match group.typed("remote-mta").or(reporter) {
        Some(reporter) => bounded(&format!("{said} (reported by {reporter})")),
        None => bounded(said),
    };
    let plain = |what| Some(Report::new(Some(recipient.clone()), what, at, detail.clone()));
    match action.as_str() {
        "failed" => {
            let (kind, verdict) = judge::permanent(Bounce { of_address: false, status, diagnostic });
            let counts = kind == FeedbackKind::Bounced;
            Some(Report { verdict, counts, ..Report::new(Some(recipient), What::Kind(kind), at, detail) })
        }
        "delayed" => plain(What::Kind(FeedbackKind::Delayed)),
        // Handed to a list, which took it: section 2.3.3.
        "delivered" | "expanded" => plain(What::Kind(FeedbackKind::Delivered)),
        // Relayed to where no notification comes from, or a word of later.
        _ => plain(What::Note),
    }
}
