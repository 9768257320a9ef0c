//! What becomes of a mail by its address, as the SES mailbox simulator has it ("Using the mailbox simulator", SES guide).

use jebi_domain::{
    event::{Feedback, FeedbackKind},
    id::DeliveryId,
    time::Wall,
};

/// The reports about one recipient, in order. Every address that is not the simulator's is delivered.
pub(super) fn reports(delivery: DeliveryId, recipient: &str, at: Wall) -> Vec<Feedback> {
    let report = |kind, detail: &str| Feedback { delivery, recipient: recipient.to_owned(), kind, at, detail: detail.to_owned() };
    let delivered = || report(FeedbackKind::Delivered, "smtp; 250 2.0.0 kept in the local inbox");
    match mailbox(recipient).as_deref() {
        Some("bounce") => vec![report(FeedbackKind::Bounced, "smtp; 550 5.1.1 user unknown")],
        Some("complaint") => vec![delivered(), report(FeedbackKind::Complained, "abuse")],
        // An automatic answer comes back as a soft bounce (SES guide, "Using the mailbox simulator").
        Some("ooto") => vec![delivered(), report(FeedbackKind::SoftBounced, "Transient/General: out of office")],
        Some("suppressionlist") => vec![report(FeedbackKind::Bounced, "OnAccountSuppressionList")],
        _ => vec![delivered()],
    }
}

/// The simulator's mailbox an address means, label cut off; `None` for other addresses. Beside Amazon's own domain any
/// `simulator.….test` does: `.test` never is anybody's (RFC 6761 section 6.2).
fn mailbox(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    let ours = domain == "simulator.amazonses.com" || (domain.starts_with("simulator.") && domain.ends_with(".test"));
    let name = local.split('+').next().unwrap_or(local);
    ours.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use jebi_domain::id::MessageId;

    use super::*;
    use FeedbackKind::{Bounced, Complained, Delivered, SoftBounced};

    fn kinds(address: &str) -> Vec<FeedbackKind> {
        let delivery = DeliveryId { message: MessageId([1; 16]), ordinal: 0 };
        let all = reports(delivery, address, Wall(9));
        assert!(all.iter().all(|f| f.recipient == address && f.delivery == delivery && f.at == Wall(9) && !f.detail.is_empty()));
        all.iter().map(|f| f.kind).collect()
    }

    #[test]
    fn each_simulator_address_does_what_it_says() {
        assert_eq!(kinds("success@simulator.amazonses.com"), [Delivered]);
        assert_eq!(kinds("ooto@simulator.amazonses.com"), [Delivered, SoftBounced]);
        assert_eq!(kinds("bounce@simulator.amazonses.com"), [Bounced]);
        assert_eq!(kinds("complaint@simulator.amazonses.com"), [Delivered, Complained]);
        assert_eq!(kinds("suppressionlist@simulator.amazonses.com"), [Bounced]);
        assert_eq!(kinds("Bounce+campaign-7@Simulator.AmazonSES.com"), [Bounced]);
        assert_eq!(kinds("bounce@simulator.jebi.test"), [Bounced]);
    }

    #[test]
    fn everybody_else_is_delivered() {
        for address in ["bounce@example.com", "bounce@notsimulator.amazonses.com", "bounce@simulator.example.com", "hong@example.kr"] {
            assert_eq!(kinds(address), [Delivered], "{address}");
        }
    }
}
