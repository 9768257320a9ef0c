//! Slowing down for receivers that say they get too much from us (SMTP 4.7.x): per receiving domain, no mail for a while, then one to
//! see. Pure: the time is given.

use std::{collections::HashMap, time::Duration};

use crate::time::Boot;

/// The first pause; doubles with each refused trial.
pub const FIRST: Duration = Duration::from_secs(300);
/// The longest pause.
pub const LAST: Duration = Duration::from_secs(3600);
/// Domains remembered at most. Where there are more, the one whose pause ends first is forgotten.
pub const DOMAINS: usize = 1000;
/// How long a trial may be out before another goes, and how much later than the trial the others come.
pub const TRIAL: Duration = Duration::from_secs(30);
/// Copies that come back in the same second after a pause.
const ABREAST: u64 = 20;

/// What may be done with a mail to a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// It goes.
    On,
    /// It goes, to see whether the others may ([`Backoff::trying`]).
    Trial,
    /// It waits until then.
    Wait(Boot),
}

#[derive(Clone, Debug)]
struct Slowed {
    until: Boot,
    pause: Duration,
    /// Until when the outcome of a trial is waited for.
    trial: Option<Boot>,
    /// Copies sent back to wait since the pause began.
    waiting: u64,
}

/// The domains of one provider that are slowed.
#[derive(Clone, Debug, Default)]
pub struct Backoff(HashMap<String, Slowed>);

impl Backoff {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What may be done with a mail to the domain now.
    #[must_use]
    pub fn ask(&self, domain: &str, now: Boot) -> Go {
        match self.0.get(domain) {
            None => Go::On,
            Some(slowed) if now < slowed.until => Go::Wait(slowed.until),
            Some(Slowed { trial: Some(until), .. }) if now < *until => Go::Wait(*until),
            Some(_) => Go::Trial,
        }
    }

    /// When a copy that waits is to come again: one at the end of the pause, to be the trial, the others spread over as long again, so
    /// that each comes once and not all at once.
    pub fn come_again(&mut self, domain: &str, until: Boot) -> Boot {
        let Some(slowed) = self.0.get_mut(domain) else { return until };
        let n = slowed.waiting;
        slowed.waiting += 1;
        if n == 0 {
            return until;
        }
        until + TRIAL + Duration::from_secs(n / ABREAST % slowed.pause.as_secs().max(1))
    }

    /// The trial goes out.
    pub fn trying(&mut self, domain: &str, now: Boot) {
        if let Some(slowed) = self.0.get_mut(domain) {
            slowed.trial = Some(now + TRIAL);
        }
    }

    /// The receiver said that it gets too much. Returns the pause when one begins: answers of calls that were out already when the last
    /// one began change nothing.
    pub fn refused(&mut self, domain: &str, now: Boot) -> Option<Duration> {
        self.forget_quiet(now);
        let pause = match self.0.get(domain) {
            Some(slowed) if now < slowed.until => return None,
            Some(slowed) => (slowed.pause * 2).min(LAST),
            None => FIRST,
        };
        if self.0.len() >= DOMAINS
            && !self.0.contains_key(domain)
            && let Some(first) = self.0.iter().min_by_key(|(_, slowed)| slowed.until).map(|(domain, _)| domain.clone())
        {
            self.0.remove(&first);
        }
        self.0.insert(domain.to_owned(), Slowed { until: now + pause, pause, trial: None, waiting: 0 });
        Some(pause)
    }

    /// The receiver took a mail, or refused one for its own sake. `true` when mail goes on.
    pub fn answered(&mut self, domain: &str, now: Boot) -> bool {
        let over = self.0.get(domain).is_some_and(|slowed| now >= slowed.until);
        if over {
            self.0.remove(domain);
        }
        over
    }

    /// An attempt said nothing of the receiver: the next mail may be the trial.
    pub fn said_nothing(&mut self, domain: &str) {
        if let Some(slowed) = self.0.get_mut(domain) {
            slowed.trial = None;
        }
    }

    /// Drops domains nothing was tried at for twice their pause.
    fn forget_quiet(&mut self, now: Boot) {
        self.0.retain(|_, slowed| now < slowed.trial.unwrap_or(slowed.until) + slowed.pause * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;
    const NAVER: &str = "naver.com";

    #[test]
    fn a_pause_doubles_with_each_refused_trial_up_to_an_hour_and_an_answer_ends_it() {
        let (mut backoff, mut now, mut pauses) = (Backoff::default(), 0, Vec::new());
        assert_eq!(backoff.ask(NAVER, Boot(0)), Go::On);
        for _ in 0..6 {
            pauses.push(backoff.refused(NAVER, Boot(now)).expect("a pause begins").as_secs());
            let until = now + pauses.last().expect("one") * S;
            assert_eq!(backoff.ask(NAVER, Boot(until - 1)), Go::Wait(Boot(until)));
            assert_eq!(backoff.ask("daum.net", Boot(now)), Go::On, "only the one domain");
            assert_eq!(backoff.ask(NAVER, Boot(until)), Go::Trial);
            backoff.trying(NAVER, Boot(until));
            assert_eq!(backoff.ask(NAVER, Boot(until)), Go::Wait(Boot(until + 30 * S)), "one at a time");
            now = until + S;
        }
        assert_eq!(pauses, [300, 600, 1200, 2400, 3600, 3600]);
        now += 3600 * S;
        assert!(backoff.answered(NAVER, Boot(now)));
        assert_eq!((backoff.ask(NAVER, Boot(now)), backoff.is_empty()), (Go::On, true));
    }

    #[test]
    fn answers_of_calls_that_were_out_before_change_nothing() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.refused(NAVER, Boot(0)), Some(FIRST));
        assert_eq!(backoff.refused(NAVER, Boot(S)), None);
        assert!(!backoff.answered(NAVER, Boot(2 * S)));
        assert_eq!(backoff.ask(NAVER, Boot(2 * S)), Go::Wait(Boot(300 * S)));
    }

    #[test]
    fn a_trial_that_said_nothing_is_followed_by_another() {
        let mut backoff = Backoff::default();
        backoff.refused(NAVER, Boot(0));
        backoff.trying(NAVER, Boot(300 * S));
        backoff.said_nothing(NAVER);
        assert_eq!(backoff.ask(NAVER, Boot(301 * S)), Go::Trial);
    }

    #[test]
    fn one_copy_comes_first_and_the_others_spread_over_another_pause() {
        let mut backoff = Backoff::default();
        backoff.refused(NAVER, Boot(0));
        let until = Boot(300 * S);
        let come: Vec<u64> = (0..100_000).map(|_| backoff.come_again(NAVER, until).0 / S).collect();
        assert_eq!((come[0], come.iter().filter(|at| **at == 300).count()), (300, 1));
        let mut a_second = HashMap::<u64, u32>::new();
        come[1..].iter().for_each(|at| *a_second.entry(*at).or_default() += 1);
        assert!(come[1..].iter().all(|at| (330..630).contains(at)));
        assert!(a_second.values().all(|n| *n <= 340), "evenly");
    }

    #[test]
    fn so_many_domains_are_remembered_and_quiet_ones_are_forgotten() {
        let mut backoff = Backoff::default();
        for i in 0..DOMAINS as u64 + 10 {
            backoff.refused(&format!("d{i}.kr"), Boot(i * S / 10));
        }
        assert_eq!(backoff.len(), DOMAINS);
        assert_eq!(backoff.ask("d0.kr", Boot(S)), Go::On, "the one that ends first went");
        backoff.refused(NAVER, Boot(2000 * S));
        assert_eq!(backoff.len(), 1);
    }
}
