//! What providers and receivers say of sent mail: read, and judged recipient by recipient. Pure: where the statements come from is the
//! ways' in, what they change is the store's.
//!
//! | file | owns |
//! |---|---|
//! | `fault` | what is wrong with what cannot be read |
//! | `judge` | what a bounce says of the mail and of the address |
//! | `ses` | SES's events and notifications (the `Message` of an SNS notification) |
//! | `mail` | reports that come as mail: DSN (RFC 3464) and ARF (RFC 5965) |

mod fault;
pub mod judge;
pub mod mail;
pub mod ses;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::{
    event::{Feedback, FeedbackKind},
    id::DeliveryId,
    time::Wall,
};

/// How the mail a message speaks of is found. What is certain comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Our own id, from the tag or the header every mail of ours carries.
    pub delivery: Option<DeliveryId>,
    /// The provider's id, as its answer to the send told it (SES: `mail.messageId`).
    pub provider_id: Option<String>,
    /// It shows all headers of the mail, and ours is not among them: most likely other software sent it through the same account.
    pub likely_foreign: bool,
}

/// Where statements come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// SES, by SNS or SQS.
    Ses,
    /// A delivery status notification (RFC 3464).
    Dsn,
    /// A feedback report (RFC 5965).
    Arf,
    /// A provider inside this process.
    Local,
    /// The picture and the links in the mail.
    Tracking,
}

impl Source {
    pub const ALL: [Self; 5] = [Self::Ses, Self::Dsn, Self::Arf, Self::Local, Self::Tracking];

    /// As it is stored; 0 stands for reports of before there was a source.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Ses => 1,
            Self::Dsn => 2,
            Self::Arf => 3,
            Self::Local => 4,
            Self::Tracking => 5,
        }
    }

    /// Reads [`Self::code`]; `None` for a number this version does not know.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Dsn => "dsn",
            Self::Arf => "arf",
            Self::Local => "local",
            Self::Tracking => "tracking",
        }
    }
}

/// What one message says: all its statements, about one mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    pub about: About,
    pub source: Source,
    pub reports: Vec<Report>,
}

/// One statement about one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The address it speaks of; `None` for everyone the copy went to.
    pub recipient: Option<String>,
    pub what: What,
    pub at: Wall,
    /// The reporter's own words, such as `Permanent/NoEmail: smtp; 550 5.1.1 No such user`.
    pub detail: String,
    pub verdict: Verdict,
    /// Whether the provider counts it against the account: a permanent bounce or a complaint that was not its own list's doing.
    pub counts: bool,
}

impl Report {
    /// A statement that says nothing of the address.
    #[must_use]
    pub fn new(recipient: Option<String>, what: What, at: Wall, detail: impl Into<String>) -> Self {
        Self { recipient, what, at, detail: detail.into(), verdict: Verdict::Nothing, counts: false }
    }
}

/// What is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A kind of feedback, which is counted once per recipient.
    Kind(FeedbackKind),
    /// Somebody or something opened the mail or followed a link, as the provider's own tracking saw it.
    Engaged(Engagement),
    /// The provider took it. That is evidence where its answer was lost, and nothing new otherwise.
    Sent,
    /// A line of the timeline, and nothing else.
    Note,
}

/// What the provider's own tracking saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    /// The link that was followed; `None` for an open.
    pub link: Option<String>,
    pub user_agent: Option<String>,
    /// As the provider tells it. Of what is stored or shown no more than its [`network`] is left.
    pub ip: Option<IpAddr>,
}

impl Engagement {
    #[must_use]
    pub fn kind(&self) -> FeedbackKind {
        if self.link.is_some() { FeedbackKind::Clicked } else { FeedbackKind::Opened }
    }
}

/// What a statement says of the address, beyond this one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing: the message, the provider or an automatic answer is behind it.
    Nothing,
    /// It could not be reached this time: full, away, or refused without a clear cause. Only when it recurs does it say anything.
    Unreachable,
    /// It takes no mail: a permanent bounce that is the address's own.
    Dead,
    /// Its owner reported the mail as spam.
    Complained,
}

/// An address as the provider's simulator has it ("Using the mailbox simulator", SES guide): what it does is recorded, but it is no
/// recipient's, so neither the suppression list nor a reputation follows from it.
#[must_use]
pub fn is_simulator(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case("simulator.amazonses.com"))
}

/// The network of an IP address, without what tells a person: 24 bits of an IPv4 address, 48 of an IPv6 address.
#[must_use]
pub fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

/// [`network`] as people write it, such as `192.0.2.0/24`.
#[must_use]
pub fn shortened(ip: IpAddr) -> String {
    let network = network(ip);
    format!("{network}/{}", if network.is_ipv4() { 24 } else { 48 })
}

impl From<Feedback> for Reported {
    /// What a provider inside this process reports.
    fn from(one: Feedback) -> Self {
        let (verdict, counts) = match one.kind {
            FeedbackKind::Bounced => (Verdict::Dead, true),
            FeedbackKind::Complained => (Verdict::Complained, true),
            _ => (Verdict::Nothing, false),
        };
        let report = Report { recipient: Some(one.recipient), what: What::Kind(one.kind), at: one.at, detail: one.detail, verdict, counts };
        let about = About { delivery: Some(one.delivery), ..About::default() };
        Self { about, source: Source::Local, reports: vec![report] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_read_back() {
        for source in Source::ALL {
            assert_eq!(Source::from_code(source.code()), Some(source));
        }
        assert_eq!(Source::from_code(0), None);
    }

    #[test]
    fn simulators_are_amazons_alone() {
        assert!(is_simulator("bounce+x@Simulator.AmazonSES.com"));
        assert!(!is_simulator("bounce@simulator.jebi.test") && !is_simulator("a@notsimulator.amazonses.com") && !is_simulator(""));
    }

    #[test]
    fn what_tells_a_person_is_cut_off_an_address() {
        let short = |text: &str| shortened(text.parse().expect("an address"));
        assert_eq!(short("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(short("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(short("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
    }
}
