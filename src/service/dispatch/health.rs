//! Provider health: a circuit, and a hold. Mail waits meanwhile; it never fails for the provider's sake.
//!
//! The circuit opens after failures in a row, whoever's fault, and tries again by itself: 1 s doubling to 60 s. The hold is
//! for what a person or time has to change: a refused account (asked or tried again after 30 s doubling to 10 min) and a used
//! up daily quota (10 min). Both end with one trial mail; only its success lets the rest go.

use std::time::Duration;

use jebi_domain::{
    outcome::{Limit, Outcome, Reason},
    time::Boot,
};

/// What to do about an open circuit.
const CIRCUIT_REMEDY: &str = "its mail waits, and one is tried again by itself every 1 to 60 seconds; see that the provider can be reached";
/// Failures in a row that open the circuit.
pub const FAILURES: u32 = 5;
const OPEN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
const HOLD: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));
/// SES's daily quota is a rolling window (manage-sending-quotas): some of it is free again soon.
const DAILY: Duration = Duration::from_secs(600);

/// Why it does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Circuit,
    Account,
    Daily,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    Stopped {
        until: Boot,
    },
    /// One mail is let through; whether it is out.
    Trial {
        out: bool,
    },
}

/// What may start now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allow {
    All,
    /// One mail, to see.
    One,
    Nothing,
}

/// A permission to start one call, with what was known of the provider when it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    epoch: u32,
    trial: bool,
}

/// The health of one provider as this node sees it.
#[derive(Debug)]
pub struct Health {
    phase: Phase,
    cause: Cause,
    /// Raised with every change: outcomes of calls that started before say nothing about now.
    epoch: u32,
    failures: u32,
    open: Duration,
    hold: Duration,
    reason: Option<Reason>,
}

impl Default for Health {
    fn default() -> Self {
        Self { phase: Phase::Running, cause: Cause::Circuit, epoch: 0, failures: 0, open: OPEN.0, hold: HOLD.0, reason: None }
    }
}

impl Health {
    /// What may start. An open circuit and a daily hold go over to their trial by time; a refused account is asked first.
    pub fn allow(&mut self, now: Boot) -> Allow {
        if let Phase::Stopped { until } = self.phase
            && self.cause != Cause::Account
            && now >= until
        {
            self.enter(Phase::Trial { out: false });
        }
        match self.phase {
            Phase::Running => Allow::All,
            Phase::Trial { out: false } => Allow::One,
            Phase::Trial { out: true } | Phase::Stopped { .. } => Allow::Nothing,
        }
    }

    /// Gives permission to start one call; ask [`Self::allow`] first.
    pub fn ticket(&mut self) -> Ticket {
        let trial = matches!(self.phase, Phase::Trial { .. });
        if trial {
            self.phase = Phase::Trial { out: true };
        }
        Ticket { epoch: self.epoch, trial }
    }

    /// Whether a permission still holds; a connection may have taken long. Renews it where everything may start.
    #[must_use]
    pub fn renewed(&self, ticket: Ticket) -> Option<Ticket> {
        match self.phase {
            Phase::Running => Some(Ticket { epoch: self.epoch, trial: false }),
            _ => (ticket.trial && ticket.epoch == self.epoch).then_some(ticket),
        }
    }

    /// A permission was not used, or told nothing.
    pub fn give_back(&mut self, ticket: Ticket) {
        if ticket.trial && ticket.epoch == self.epoch {
            self.phase = Phase::Trial { out: false };
        }
    }

    /// Learns from an outcome. Returns whether what is allowed has changed.
    pub fn outcome(&mut self, ticket: Ticket, outcome: &Outcome, now: Boot) -> bool {
        if ticket.epoch != self.epoch {
            return false;
        }
        match outcome {
            // What a receiver does not want says that the provider is well.
            Outcome::Accepted { .. }
            | Outcome::Permanent { .. }
            | Outcome::Deferred { .. }
            | Outcome::Throttled { limit: Limit::Rate | Limit::Receiver, .. } => self.works(),
            Outcome::Each(all) => match telling(all) {
                Some(one) => self.outcome(ticket, one, now),
                None => false,
            },
            Outcome::NotStarted => {
                self.give_back(ticket);
                ticket.trial
            }
            Outcome::Throttled { limit: Limit::Daily, reason } => self.stop(Cause::Daily, now + DAILY, reason.clone()),
            Outcome::RejectedAccount { reason } => self.refuse(now, reason.clone()),
            Outcome::Transient { reason } | Outcome::Unknown { reason } => {
                self.failures += 1;
                if !ticket.trial && self.failures < FAILURES {
                    return false;
                }
                let pause = self.open;
                self.open = (self.open * 2).min(OPEN.1);
                // What the last mail's refusal advises is for that mail; this is for the provider.
                self.stop(Cause::Circuit, now + pause, Reason { remedy: CIRCUIT_REMEDY.to_owned(), ..reason.clone() })
            }
        }
    }

    /// The account said by itself that it does not send, or may not be asked. A hold that stands is prolonged.
    pub fn refuse(&mut self, now: Boot, reason: Reason) -> bool {
        let pause = self.hold;
        self.hold = (self.hold * 2).min(HOLD.1);
        self.stop(Cause::Account, now + pause, reason)
    }

    /// The account says it is well, or can't be asked: a refused account gets its trial.
    pub fn try_again(&mut self) -> bool {
        let held = self.cause == Cause::Account && matches!(self.phase, Phase::Stopped { .. });
        if held {
            self.enter(Phase::Trial { out: false });
        }
        held
    }

    fn works(&mut self) -> bool {
        self.failures = 0;
        if self.phase == Phase::Running {
            return false;
        }
        (self.open, self.hold, self.reason) = (OPEN.0, HOLD.0, None);
        self.enter(Phase::Running);
        true
    }

    fn stop(&mut self, cause: Cause, until: Boot, reason: Reason) -> bool {
        (self.cause, self.failures, self.reason) = (cause, 0, Some(reason));
        self.enter(Phase::Stopped { until });
        true
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// Whether not even a trial may start.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self.phase, Phase::Stopped { .. })
    }

    /// Why it does not run; `None` while it does.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        (self.phase != Phase::Running).then_some(self.cause)
    }

    /// The words of the last refusal while it does not run.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }

    /// When it is tried or asked again.
    #[must_use]
    pub fn next_try(&self) -> Option<Boot> {
        match self.phase {
            Phase::Stopped { until } => Some(until),
            Phase::Running | Phase::Trial { .. } => None,
        }
    }

    /// When a refused account is to be asked.
    #[must_use]
    pub fn ask_at(&self) -> Option<Boot> {
        self.next_try().filter(|_| self.cause == Cause::Account)
    }
}

/// Of outcomes of one call, the one that says most of the provider: a stop, then a sign that it is well, then a failure.
fn telling(all: &[Outcome]) -> Option<&Outcome> {
    let weight = |one: &&Outcome| match one {
        Outcome::RejectedAccount { .. } => 0,
        Outcome::Throttled { limit: Limit::Daily, .. } => 1,
        Outcome::Accepted { .. } | Outcome::Permanent { .. } | Outcome::Deferred { .. } | Outcome::Throttled { .. } => 2,
        Outcome::Transient { .. } | Outcome::Unknown { .. } => 3,
        Outcome::NotStarted | Outcome::Each(_) => 4,
    };
    all.iter().filter(|one| !matches!(one, Outcome::Each(_))).min_by_key(weight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: u64 = 1_000_000_000;

    fn reason() -> Reason {
        Reason::new("code", "text", "remedy")
    }
    fn transient() -> Outcome {
        Outcome::Transient { reason: reason() }
    }
    fn accepted() -> Outcome {
        Outcome::Accepted { provider_id: "id".into() }
    }
    fn refused() -> Outcome {
        Outcome::RejectedAccount { reason: reason() }
    }

    fn once(health: &mut Health, outcome: &Outcome, now: u64) -> bool {
        assert_ne!(health.allow(Boot(now)), Allow::Nothing);
        let ticket = health.ticket();
        health.outcome(ticket, outcome, Boot(now))
    }

    #[test]
    fn five_failures_in_a_row_open_the_circuit_and_a_success_between_does_not() {
        let mut health = Health::default();
        for outcome in [transient(), transient(), transient(), transient(), accepted(), transient(), transient(), transient(), transient()]
        {
            assert!(!once(&mut health, &outcome, 0));
        }
        assert!(once(&mut health, &transient(), 0));
        assert_eq!((health.allow(Boot(0)), health.cause()), (Allow::Nothing, Some(Cause::Circuit)));
    }

    #[test]
    fn the_circuit_tries_one_and_doubles_its_pause_up_to_a_minute() {
        let mut health = Health::default();
        for _ in 0..FAILURES {
            once(&mut health, &transient(), 0);
        }
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..8 {
            let until = health.next_try().expect("open");
            pauses.push((until.0 - now) / S);
            now = until.0;
            assert_eq!(health.allow(Boot(now - 1)), Allow::Nothing);
            assert_eq!(health.allow(Boot(now)), Allow::One);
            let ticket = health.ticket();
            assert_eq!(health.allow(Boot(now)), Allow::Nothing, "one trial at a time");
            health.outcome(ticket, &transient(), Boot(now));
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        now = health.next_try().expect("open").0;
        assert!(once(&mut health, &accepted(), now));
        assert_eq!((health.allow(Boot(now)), health.reason()), (Allow::All, None));
    }

    #[test]
    fn outcomes_of_calls_from_before_a_stop_change_nothing() {
        let mut health = Health::default();
        let old = health.ticket();
        once(&mut health, &refused(), 0);
        let until = health.next_try();
        assert!(!health.outcome(old, &refused(), Boot(S)));
        assert!(!health.outcome(old, &accepted(), Boot(S)));
        assert_eq!((health.next_try(), health.allow(Boot(S))), (until, Allow::Nothing));
        assert_eq!(health.renewed(old), None);
    }

    #[test]
    fn a_refused_account_is_asked_before_it_is_tried() {
        let mut health = Health::default();
        once(&mut health, &refused(), 0);
        assert_eq!(health.ask_at(), Some(Boot(30 * S)));
        assert_eq!(health.allow(Boot(31 * S)), Allow::Nothing);
        health.refuse(Boot(31 * S), reason());
        assert_eq!(health.ask_at(), Some(Boot(91 * S)));
        assert!(health.try_again());
        assert!(once(&mut health, &accepted(), 91 * S));
        assert_eq!(health.cause(), None);
    }

    #[test]
    fn a_used_up_daily_quota_waits_ten_minutes_and_tries_one() {
        let mut health = Health::default();
        once(&mut health, &Outcome::Throttled { limit: Limit::Daily, reason: reason() }, 0);
        assert_eq!((health.ask_at(), health.allow(Boot(599 * S))), (None, Allow::Nothing));
        assert_eq!(health.allow(Boot(600 * S)), Allow::One);
    }

    #[test]
    fn what_receivers_say_is_no_failure_and_a_call_for_several_tells_most_by_one() {
        let mut health = Health::default();
        let deferred = Outcome::Deferred { after: Duration::from_secs(300), reason: reason() };
        let slowed = Outcome::Throttled { limit: Limit::Receiver, reason: reason() };
        for outcome in [&deferred, &slowed].into_iter().cycle().take(4 * FAILURES as usize) {
            assert!(!once(&mut health, outcome, 0));
        }
        for _ in 0..4 * FAILURES {
            assert!(!once(&mut health, &Outcome::Each(vec![transient(), deferred.clone()]), 0), "somebody was answered for");
        }
        for _ in 1..FAILURES {
            assert!(!once(&mut health, &Outcome::Each(vec![transient(), transient()]), 0));
        }
        assert!(once(&mut health, &Outcome::Each(vec![transient(), transient()]), 0));
        let until = health.next_try().expect("open").0;
        assert!(once(&mut health, &accepted(), until));
        assert!(once(&mut health, &Outcome::Each(vec![accepted(), refused()]), 0), "a refused account stops it, whatever else was said");
        assert_eq!(health.cause(), Some(Cause::Account));
    }

    #[test]
    fn a_trial_that_found_no_mail_is_given_back() {
        let mut health = Health::default();
        once(&mut health, &refused(), 0);
        health.try_again();
        let ticket = health.ticket();
        assert_eq!(health.allow(Boot(0)), Allow::Nothing);
        health.give_back(ticket);
        assert_eq!(health.allow(Boot(0)), Allow::One);
    }

    proptest! {
        #[test]
        fn a_provider_that_works_again_always_recovers(outcomes in prop::collection::vec(0u8..6, 0..60)) {
            let (mut health, mut now) = (Health::default(), 0);
            for kind in outcomes {
                now = health.next_try().map_or(now, |at| at.0.max(now));
                health.try_again();
                let outcome = match kind {
                    0 => accepted(),
                    1 => refused(),
                    2 => Outcome::Throttled { limit: Limit::Daily, reason: reason() },
                    3 => Outcome::Unknown { reason: reason() },
                    4 => Outcome::NotStarted,
                    _ => transient(),
                };
                once(&mut health, &outcome, now);
            }
            now = health.next_try().map_or(now, |at| at.0.max(now));
            prop_assert!(now <= 60 * 600 * S, "no pause is longer than ten minutes");
            health.try_again();
            once(&mut health, &accepted(), now);
            prop_assert_eq!(health.allow(Boot(now)), Allow::All);
        }
    }
}
