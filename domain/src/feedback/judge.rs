//! What a bounce says: whether it is for good, and whether the address itself is behind it. The codes are those of RFC 3463; where
//! receivers use them otherwise than it says, that is noted.

use crate::event::FeedbackKind;

use super::Verdict;

/// An enhanced status code (RFC 3463 section 2): class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u8, pub u16, pub u16);

impl Status {
    /// The first one that stands in a text as a word of its own, such as `smtp; 550 5.1.1 No such user`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '(' | ')' | '<' | '>' | '[' | ']' | '#' | '"' | '-' | ':'))
            .find_map(Self::read)
    }

    /// Reads `5.1.1`; a full stop behind it is the sentence's.
    fn read(word: &str) -> Option<Self> {
        let mut parts = word.trim_end_matches('.').split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let class = matches!(class, "2" | "4" | "5").then(|| class.parse().ok()).flatten()?;
        let number = |text: &str| (text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten();
        let status = Self(class, number(subject)?, number(detail)?);
        parts.next().is_none().then_some(status)
    }

    /// It says no more than its class.
    fn is_vague(self) -> bool {
        self.1 == 0
    }
}

/// A bounce as it is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounce<'a> {
    /// The reporter is sure that the address is behind it.
    pub of_address: bool,
    /// The field for it (`Status` in RFC 3464, `status` at SES).
    pub status: Option<&'a str>,
    /// The receiving server's words.
    pub diagnostic: Option<&'a str>,
}

impl Bounce<'_> {
    /// The status that says most: of the field, or the one in the words where the field says no more than its class.
    fn best(&self) -> Option<Status> {
        let field = self.status.and_then(Status::find);
        let words = self.diagnostic.and_then(Status::find);
        match (field, words) {
            (Some(field), Some(words)) if field.is_vague() && words.0 == field.0 => Some(words),
            (field, words) => field.or(words),
        }
    }
}

/// Judges what was reported as a failure for good. A status of class 4 makes it a soft one for that recipient, whatever the others had,
/// and so does a full mailbox.
#[must_use]
pub fn permanent(bounce: Bounce<'_>) -> (FeedbackKind, Verdict) {
    let hard = |verdict| (FeedbackKind::Bounced, verdict);
    let clear = if bounce.of_address { Verdict::Dead } else { Verdict::Unreachable };
    match bounce.best() {
        Some(Status(4, ..) | Status(5, 2, 2)) => (FeedbackKind::SoftBounced, Verdict::Unreachable),
        // The sender's address, not the recipient's.
        Some(Status(_, 1, 7 | 8)) => hard(Verdict::Nothing),
        // The address, the mailbox switched off, and a domain that is not there.
        Some(Status(_, 1, _) | Status(_, 2, 0 | 1) | Status(_, 4, 4)) => hard(Verdict::Dead),
        // The network or the receiving system. Microsoft 365 says 5.4.1 of addresses it does not know.
        Some(Status(_, 4, 1)) if bounce.diagnostic.is_some_and(|text| text.to_ascii_lowercase().contains("recipient address rejected")) => {
            hard(Verdict::Dead)
        }
        Some(Status(_, 4, _)) => hard(Verdict::Unreachable),
        // Its size, its content, the receiver's policy: another mail may arrive.
        Some(Status(_, 2 | 3 | 6 | 7, _)) => hard(Verdict::Nothing),
        _ => hard(clear),
    }
}

/// Judges what was reported as a failure for now. Without a word of the receiving server it may be an automatic answer, such as one of
/// somebody who is away, and then it says nothing of the address.
#[must_use]
pub fn transient(bounce: Bounce<'_>) -> (FeedbackKind, Verdict) {
    let verdict = match bounce.best() {
        None | Some(Status(2, ..) | Status(_, 6 | 7, _) | Status(_, 2, 3) | Status(_, 3, 4)) => Verdict::Nothing,
        Some(_) => Verdict::Unreachable,
    };
    (FeedbackKind::SoftBounced, verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FeedbackKind::{Bounced, SoftBounced};
    use Verdict::{Dead, Nothing, Unreachable};

    #[test]
    fn a_status_is_found_in_words() {
        for (text, want) in [
            ("5.1.1", Some(Status(5, 1, 1))),
            ("smtp; 550 5.1.1 No such user", Some(Status(5, 1, 1))),
            ("smtp;550-5.1.1 The email account", Some(Status(5, 1, 1))),
            ("550 #5.7.26 unauthenticated", Some(Status(5, 7, 26))),
            ("4.2.2 (mailbox full)", Some(Status(4, 2, 2))),
            ("said: 452-4.2.2 over quota.", Some(Status(4, 2, 2))),
            ("rejected by 5.6.7.8", None),
            ("version 1.2.3", None),
            ("550 No such user", None),
            ("", None),
        ] {
            assert_eq!(Status::find(text), want, "{text:?}");
        }
    }

    #[test]
    fn failures_for_good_are_judged_by_their_status() {
        for (status, words, want) in [
            ("5.1.1", "", (Bounced, Dead)),
            ("5.1.10", "", (Bounced, Dead)),
            ("5.1.8", "", (Bounced, Nothing)),
            ("5.2.1", "", (Bounced, Dead)),
            ("5.2.2", "552 5.2.2 mailbox full", (SoftBounced, Unreachable)),
            ("5.2.3", "", (Bounced, Nothing)),
            ("5.3.4", "", (Bounced, Nothing)),
            ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", (Bounced, Dead)),
            ("5.4.1", "no answer", (Bounced, Unreachable)),
            ("5.4.4", "", (Bounced, Dead)),
            ("5.7.1", "", (Bounced, Nothing)),
            ("5.7.26", "", (Bounced, Nothing)),
            ("4.4.7", "", (SoftBounced, Unreachable)),
            ("5.0.0", "smtp; 550 5.1.1 user unknown", (Bounced, Dead)),
            ("5.0.0", "smtp; 550 refused", (Bounced, Unreachable)),
            ("", "", (Bounced, Unreachable)),
        ] {
            assert_eq!(permanent(Bounce { of_address: false, status: Some(status), diagnostic: Some(words) }), want, "{status} {words}");
        }
        assert_eq!(permanent(Bounce { of_address: true, ..Bounce::default() }), (Bounced, Dead));
        assert_eq!(permanent(Bounce { of_address: true, status: Some("5.7.1"), diagnostic: None }), (Bounced, Nothing));
    }

    #[test]
    fn failures_for_now_never_make_an_address_dead() {
        assert_eq!(transient(Bounce::default()), (SoftBounced, Nothing), "it may be an automatic answer");
        let with = |status| transient(Bounce { of_address: true, status: Some(status), diagnostic: None });
        assert_eq!(with("5.2.2"), (SoftBounced, Unreachable));
        assert_eq!(with("4.4.7"), (SoftBounced, Unreachable));
        assert_eq!(with("5.7.1"), (SoftBounced, Nothing));
        assert_eq!(with("5.3.4"), (SoftBounced, Nothing));
        assert_eq!(with("5.1.1"), (SoftBounced, Unreachable));
    }
}
