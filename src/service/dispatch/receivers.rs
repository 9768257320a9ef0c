//! What receivers say of how much they take: mail to a domain that is slowed goes back to wait, one of it goes as a trial when the
//! time is over.

use jebi_domain::{
    backoff::Go,
    outcome::{Limit, Outcome, Reason},
    time::{Boot, Wall},
};

use super::{
    ready::ReadyCopy,
    state::{Dispatch, Inner},
};

fn domain_of(email: &str) -> String {
    email.rsplit_once('@').map_or(email, |(_, domain)| domain).to_ascii_lowercase()
}

/// The domains a copy goes to, each once.
fn domains_of(copy: &ReadyCopy) -> Vec<String> {
    let mut domains: Vec<String> = copy.copy.open().map(|to| domain_of(&to.email)).collect();
    domains.sort_unstable();
    domains.dedup();
    domains
}

impl Inner {
    /// Whether the first ready copy has to wait for its receivers: until when, and for which. One to several goes while any of its
    /// receivers takes mail: the others are told apart by what they answer.
    pub(super) fn slowed(&self, now: Boot) -> Option<(Boot, String)> {
        if self.backoff.is_empty() {
            return None;
        }
        let mut first: Option<(Boot, String)> = None;
        for domain in domains_of(self.ready.first()?) {
            let Go::Wait(until) = self.backoff.ask(&domain, now) else { return None };
            if first.as_ref().is_none_or(|(sooner, _)| until < *sooner) {
                first = Some((until, domain));
            }
        }
        first
    }

    /// The copy goes out: it is the trial of each of its domains that needs one.
    pub(super) fn note_trials(&mut self, copy: &ReadyCopy, now: Boot) {
        if self.backoff.is_empty() {
            return;
        }
        for domain in domains_of(copy) {
            if self.backoff.ask(&domain, now) == Go::Trial {
                self.backoff.trying(&domain, now);
            }
        }
    }
}

impl Dispatch {
    /// Sends the first ready copy back to wait for its receiver.
    pub(super) fn hold_back(&self, inner: &mut Inner, (until, domain): (Boot, String), now: Boot, wall: Wall) {
        let Some(copy) = self.pop(inner) else { return };
        let due = wall + inner.backoff.come_again(&domain, until).since(now);
        let text = format!("{domain} said that it gets too much mail from us; mail to it waits");
        let remedy = "nothing to do: one mail is tried when the time is over, and the others follow";
        inner.finished.push(copy.held_back(due, Reason::new("receiver_slowed", text, remedy), wall));
        self.settler.notify_one();
    }

    /// Learns from what the receivers of a copy said.
    pub(super) fn learn_receivers(&self, inner: &mut Inner, copy: &ReadyCopy, outcome: &Outcome, now: Boot) {
        let is_limit = |one: &Outcome| matches!(one, Outcome::Throttled { limit: Limit::Receiver, .. });
        let any = match outcome {
            Outcome::Each(all) => all.iter().any(is_limit),
            one => is_limit(one),
        };
        if !any && inner.backoff.is_empty() {
            return;
        }
        for (i, to) in copy.copy.open().enumerate() {
            let one = match outcome {
                Outcome::Each(all) => all.get(i),
                one => Some(one),
            };
            let domain = domain_of(&to.email);
            match one {
                Some(Outcome::Throttled { limit: Limit::Receiver, reason }) => {
                    if let Some(pause) = inner.backoff.refused(&domain, now) {
                        let said = reason.text.as_str();
                        tracing::warn!(provider = %self.provider, domain, pause_s = pause.as_secs(), said, "a receiver gets too much; mail to it waits");
                    }
                }
                Some(Outcome::Accepted { .. } | Outcome::Permanent { .. }) => {
                    if inner.backoff.answered(&domain, now) {
                        tracing::info!(provider = %self.provider, domain, "the receiver takes mail again");
                    }
                }
                _ => inner.backoff.said_nothing(&domain),
            }
        }
    }
}
