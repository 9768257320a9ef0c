//! What enters the list by itself, and what never does.

use crate::time::Wall;

use super::{Scope, SuppressionCause};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// What was reported of a mail that puts an address on the list, at once or by and by. An automatic answer is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounced {
    /// Refused for good.
    Hard,
    /// Refused for now until the provider gave up.
    Soft,
    /// Reported as spam.
    Complaint,
}

/// How often mail may bounce for now before its address is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftRule {
    /// So many soft bounces, on as many days (UTC), put it on the list; 1 or more.
    pub times: u32,
    /// Within so many days. Anything delivered between begins anew.
    pub days: u32,
}

impl Default for SoftRule {
    /// Five on five days within thirty: a mailbox that is full for a month is not read.
    fn default() -> Self {
        Self { times: 5, days: 30 }
    }
}

impl SoftRule {
    /// Where the days begin that count for a bounce at that time.
    #[must_use]
    pub fn since(self, at: Wall) -> i64 {
        soft_day(at) - i64::from(self.days) + 1
    }

    /// Whether bounces on so many days within that are enough.
    #[must_use]
    pub fn is_met(self, days: i64) -> bool {
        days >= i64::from(self.times)
    }
}

/// What an operator decided about the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What a complaint keeps back: [`Scope::Bulk`], or [`Scope::All`].
    pub complaints: Scope,
    /// `None`: soft bounces never put an address on the list.
    pub soft: Option<SoftRule>,
    /// Providers whose accounts are told what enters and leaves the list.
    pub told: Vec<String>,
}

impl Default for Rules {
    /// Who reports advertising as spam still gets the mail about their own order.
    fn default() -> Self {
        Self { complaints: Scope::Bulk, soft: Some(SoftRule::default()), told: Vec::new() }
    }
}

impl Rules {
    /// The cause and scope of an entry made by itself. A bounce keeps everything back: nobody is there to read it.
    #[must_use]
    pub fn entry(&self, bounced: Bounced) -> (SuppressionCause, Scope) {
        match bounced {
            Bounced::Hard => (SuppressionCause::Bounce, Scope::All),
            Bounced::Soft => (SuppressionCause::SoftBounce, Scope::All),
            Bounced::Complaint => (SuppressionCause::Complaint, self.complaints.clone()),
        }
    }
}

/// The day of a soft bounce, in UTC from 1970.
#[must_use]
pub fn soft_day(at: Wall) -> i64 {
    at.0.div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_soft_bounces_end_with_the_day_itself() {
        let rule = SoftRule { times: 3, days: 30 };
        let at = Wall(100 * DAY + 5);
        assert_eq!((soft_day(at), rule.since(at)), (100, 71));
        assert_eq!(SoftRule { times: 1, days: 1 }.since(at), 100);
        assert!(rule.is_met(3) && !rule.is_met(2));
        assert_eq!(soft_day(Wall(-1)), -1);
    }

    #[test]
    fn complaints_follow_the_policy_and_bounces_do_not() {
        let strict = Rules { complaints: Scope::All, ..Rules::default() };
        assert_eq!(Rules::default().entry(Bounced::Complaint), (SuppressionCause::Complaint, Scope::Bulk));
        assert_eq!(strict.entry(Bounced::Complaint), (SuppressionCause::Complaint, Scope::All));
        for rules in [Rules::default(), strict] {
            assert_eq!(rules.entry(Bounced::Hard), (SuppressionCause::Bounce, Scope::All));
            assert_eq!(rules.entry(Bounced::Soft), (SuppressionCause::SoftBounce, Scope::All));
        }
    }
}
