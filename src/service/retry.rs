//! Sending again, and a person's word on what nobody knows (requirement S0-10). What may be sent again is the store's to say, in the
//! commit that does it; here it is found, cut into slices and told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, DeliveryKey, MessageId, MessageNo},
    port::{
        Clock, Random, Store,
        operator::{Again, Links, NotAgain, SEND_AGAIN, SendAgain, Settled, Whom},
        store::{DeliveryFilter, DeliveryView},
    },
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};

use super::{
    Caller,
    accept::{Accept, allow},
    search::MAX_PAGE,
    trouble::refusal,
};

/// Slices handed to the store at a time: they share its commits.
const AT_ONCE: usize = 64;
/// Ids of new messages told in an answer.
const TOLD: usize = 1_000;
/// Longest note, in characters.
const MAX_NOTE: usize = 1_000;

/// When what is sent again may go.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub due: Wall,
    pub scheduled: bool,
}

/// What is looked for: mail in a state, or mail that soft-bounced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    State(State),
    SoftBounced,
}

impl Sought {
    /// Its word, as callers give it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State(state) => state.as_str(),
            Self::SoftBounced => FeedbackKind::SoftBounced.as_str(),
        }
    }
}

/// Where looking through a scope goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub sought: Sought,
    /// Behind this copy; `None` for the first.
    pub after: Option<DeliveryKey>,
}

/// A part of a scope.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// `None` for the beginning.
    pub from: Option<Place>,
    /// Pages looked through at most.
    pub pages: u32,
}

/// Which mail to look through.
#[derive(Clone, Debug)]
pub struct Scope {
    pub message: Option<MessageId>,
    pub topic: Option<String>,
    /// Accepted within this time.
    pub within: Option<Duration>,
    /// In this order.
    pub sought: Vec<Sought>,
    /// `None` for all of it.
    pub part: Option<Part>,
    /// How often a mail may have been sent again before.
    pub max_retries: Option<u32>,
}

impl Scope {
    /// Whom of a copy that is found.
    fn whom(&self) -> Whom {
        let open = |one: &Sought| matches!(one, Sought::State(State::Unknown | State::Unsettled));
        Whom { open: self.sought.iter().any(open), soft_bounced: self.sought.contains(&Sought::SoftBounced) }
    }
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Report {
    /// Copies looked at that were not sent again before.
    pub total: u64,
    /// Sent again.
    pub success: u64,
    /// Of those, as the same delivery.
    pub same: u64,
    /// Not sent again, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// The first messages made.
    pub messages: Vec<MessageId>,
    /// Messages made besides.
    pub more_messages: u64,
    /// Where to go on, where a part was asked for and there is more.
    pub next: Option<Place>,
}

/// Sends again.
pub struct Retry {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    accept: Arc<Accept>,
}

impl Retry {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>, accept: Arc<Accept>) -> Self {
        Self { store, clock, random, accept }
    }

    /// Sends one delivery again: as itself where nobody knows what became of it, else as the delivery returned.
    ///
    /// # Errors
    /// No such delivery; one that may not be sent again, with the reason; what would refuse it as new mail; a store that cannot write.
    pub async fn delivery(&self, caller: &Caller, id: DeliveryId, when: When) -> Result<Option<DeliveryId>, Refusal> {
        caller.must_send_freely()?;
        let (view, _) = self.store.delivery(id).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("delivery"))?;
        let message = self.store.message(id.message).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("delivery"))?;
        self.accept.check_sender_again(&message.message.content.from.email).await?;
        let how = (when, Whom { open: true, soft_bounced: true });
        let (_, done) = self.send(caller, (view.key.message(), vec![id.ordinal]), view.recipients.len(), how, None).await?;
        match done.first() {
            Some(Again::Same) => {
                tracing::info!(delivery = %id, "delivery of unknown outcome sent again");
                Ok(None)
            }
            Some(Again::New(as_id)) => {
                tracing::info!(delivery = %id, again = %as_id, "delivery sent again as a new one");
                Ok(Some(*as_id))
            }
            Some(Again::Refused(why)) => Err(refused(*why)),
            None => Err(Refusal::missing("delivery")),
        }
    }

    /// Sends everything in the scope again that may be, slice by slice.
    ///
    /// # Errors
    /// No such message or topic; a sender that new mail would be refused for; too much waiting; a store that does not answer. What was done before stays done, and repeating goes on after it.
    pub async fn scope(&self, caller: &Caller, scope: Scope, when: When) -> Result<Report, Refusal> {
        caller.must_send_freely()?;
        if let Some(topic) = &scope.topic {
            self.store.topic(topic).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("topic"))?;
        }
        if let Some(id) = scope.message {
            let view = self.store.message(id).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("message"))?;
            self.accept.check_sender_again(&view.message.content.from.email).await?;
        }
        let (mut report, from) = (Report::default(), scope.part.and_then(|part| part.from));
        let mut pages = scope.part.map_or(u64::MAX, |part| part.pages.into());
        for sought in scope.sought.iter().skip_while(|one| from.is_some_and(|place| place.sought != **one)) {
            let after = from.filter(|place| place.sought == *sought).and_then(|place| place.after);
            self.seek(caller, &scope, Place { sought: *sought, after }, &mut pages, when, &mut report).await?;
            if report.next.is_some() {
                break;
            }
        }
        let Report { total, success, .. } = report;
        tracing::info!(total, success, "mail sent again");
        Ok(report)
    }

    /// Looks through the mail of one condition, page by page, while there are pages left.
    async fn seek(
        &self,
        caller: &Caller,
        scope: &Scope,
        mut at: Place,
        pages: &mut u64,
        when: When,
        report: &mut Report,
    ) -> Result<(), Refusal> {
        let (state, feedback) = match at.sought {
            Sought::State(state) => (Some(state), None),
            Sought::SoftBounced => (None, Some(FeedbackKind::SoftBounced)),
        };
        let since = scope.within.map(|within| self.clock.wall() - within);
        let (topic, message) = (scope.topic.clone(), scope.message);
        let filter = DeliveryFilter { topic, message, state, feedback, since, ..DeliveryFilter::default() };
        let how = (when, scope.whom());
        while *pages > 0 {
            *pages -= 1;
            let page = self.store.deliveries(filter.clone(), at.after, MAX_PAGE).await.map_err(refusal)?;
            self.page(caller, &page.deliveries, scope.max_retries, how, report).await?;
            at.after = page.next;
            if at.after.is_none() {
                return Ok(());
            }
        }
        report.next = Some(at);
        Ok(())
    }

    async fn page(
        &self,
        caller: &Caller,
        deliveries: &[DeliveryView],
        max_times: Option<u32>,
        how: (When, Whom),
        report: &mut Report,
    ) -> Result<(), Refusal> {
        let slices = slices(deliveries.iter().map(|d| (d.key, d.recipients.len())));
        let each = |(message, ordinals, recipients)| self.send(caller, (message, ordinals), recipients, how, max_times);
        let mut done = stream::iter(slices).map(each).buffer_unordered(AT_ONCE);
        while let Some((id, copies)) = done.try_next().await? {
            report.add(id, &copies);
        }
        Ok(())
    }

    /// One slice, by the rules of now. The id new copies have, and what became of each.
    async fn send(
        &self,
        caller: &Caller,
        (message, ordinals): (MessageNo, Vec<u32>),
        recipients: usize,
        (When { due, scheduled }, whom): (When, Whom),
        max_times: Option<u32>,
    ) -> Result<(MessageId, Vec<Again>), Refusal> {
        let rules = self.accept.admit_again(caller, recipients).await?;
        let now = self.clock.wall();
        let id = MessageId::new(now, &*self.random);
        let asked = SendAgain { message, ordinals, whom, id, due, scheduled, max_times, rules, api_key: caller.key, now };
        let done = self.store.send_again(asked).await.map_err(refusal)?;
        self.accept.admitted_again(done.iter().filter(|one| matches!(one, Again::New(_))).count());
        Ok((id, done))
    }

    /// Which deliveries this one sends again, or is sent again by.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn links(&self, id: DeliveryId) -> Result<Links, Refusal> {
        self.store.links(id).await.map_err(refusal)
    }

    /// Takes a person's word for what became of a delivery of open outcome.
    ///
    /// # Errors
    /// No such delivery; one whose outcome is known or being found out; a note too long; a store that cannot write.
    pub async fn settle(&self, id: DeliveryId, sent: bool, note: &str) -> Result<State, Refusal> {
        if note.chars().count() > MAX_NOTE || note.chars().any(|c| c.is_control() && c != '\n') {
            let fault = format!("it is longer than {MAX_NOTE} characters, or holds control characters");
            return Err(Refusal::invalid(Fault::new("note", "invalid_note", fault, "write a short plain note, or leave it out")));
        }
        let to = if sent { State::Sent } else { State::Failed };
        match self.store.settle_by_hand(id, to, note, self.clock.wall()).await.map_err(refusal)? {
            Settled::Done => {
                tracing::info!(delivery = %id, state = to.as_str(), "delivery settled by an operator");
                Ok(to)
            }
            Settled::Missing => Err(Refusal::missing("delivery")),
            Settled::NotOpen(state) => Err(conflict(
                "outcome_not_open",
                format!("it is {}: only what is unsettled or unknown can be settled by hand", state.as_str()),
                "leave it as it is; what has a certain result keeps it",
            )),
        }
    }
}

impl Report {
    fn add(&mut self, id: MessageId, copies: &[Again]) {
        let mut made = false;
        for copy in copies {
            match copy {
                // Not to be counted a second time: it went before, or goes by itself.
                Again::Refused(NotAgain::Already(_) | NotAgain::UnderWay | NotAgain::Reviewed(_) | NotAgain::Missing) => continue,
                Again::Refused(why) => *self.refused.entry(code(*why)).or_default() += 1,
                Again::Same => (self.success, self.same) = (self.success + 1, self.same + 1),
                Again::New(_) => (self.success, made) = (self.success + 1, true),
            }
            self.total += 1;
        }
        if made && self.messages.len() < TOLD {
            self.messages.push(id);
        } else if made {
            self.more_messages += 1;
        }
    }
}

/// Copies by message, in runs the store takes in one commit, and the recipients of each run.
fn slices(copies: impl Iterator<Item = (DeliveryKey, usize)>) -> Vec<(MessageNo, Vec<u32>, usize)> {
    let mut out: Vec<(MessageNo, Vec<u32>, usize)> = Vec::new();
    for (key, recipients) in copies {
        match out.last_mut() {
            Some((message, ordinals, all)) if *message == key.message() && ordinals.len() < SEND_AGAIN => {
                ordinals.push(key.ordinal());
                *all += recipients;
            }
            _ => out.push((key.message(), vec![key.ordinal()], recipients)),
        }
    }
    out
}

/// Why a copy is not sent again, for its caller.
fn refused(why: NotAgain) -> Refusal {
    match why {
        NotAgain::Missing => Refusal::missing("delivery"),
        NotAgain::UnderWay => conflict("delivery_under_way", "it is waiting or being sent, so it goes by itself", "wait for its result"),
        NotAgain::Reviewed(at) => {
            let fault = format!("it goes once more by itself at {at}, unless its outcome is known by then");
            conflict("delivery_under_review", fault, "wait until then")
        }
        NotAgain::Sent => {
            conflict("delivery_sent", "the provider took it", "submit the mail anew if the recipient is to get it a second time")
        }
        NotAgain::Arrived => conflict(
            "delivery_arrived",
            "it soft-bounced and arrived all the same: that was an automatic answer",
            "submit the mail anew if the recipient is to get it a second time",
        ),
        NotAgain::Complained => conflict("recipient_complained", "its recipient reported it as spam", "do not mail this recipient again"),
        NotAgain::Open => conflict(
            "outcome_open",
            "nobody knows whether it arrived",
            "ask for unknown and unsettled mail too, which may then arrive twice, or settle it by hand",
        ),
        NotAgain::Permanent => conflict(
            "refused_for_good",
            "the provider refused it for good and would do so again",
            "see the delivery's reason, correct what it names, and submit the mail anew",
        ),
        NotAgain::Suppressed => conflict(
            "address_suppressed",
            "the address is on the suppression list",
            "take the address off the list first, if its owner wants mail",
        ),
        NotAgain::Unsubscribed => conflict(
            "recipient_unsubscribed",
            "the recipient has unsubscribed from mail of this kind",
            "send to them again only when they have asked for it",
        ),
        NotAgain::Erased => conflict(
            "person_erased",
            "the recipient's data was erased",
            "mail them again only after they have asked for it: a consent of theirs, or DELETE /v1/persons/{address}/erasure",
        ),
        NotAgain::ContentDeleted => conflict("content_deleted", "what the mail said was deleted", "submit the mail anew"),
        NotAgain::Cancelled => {
            conflict("delivery_cancelled", "it was cancelled, and what was cancelled is not sent", "submit the mail anew")
        }
        NotAgain::Over => conflict(
            "resend_forbidden",
            "it may have arrived, and was cancelled or has expired since: such mail is never resent",
            "submit the mail anew if you know that it did not arrive",
        ),
        NotAgain::Already(id) => {
            conflict("already_retried", format!("it was sent again before, as delivery {id}"), "look at that delivery")
        }
        NotAgain::NotAllowed => Refusal::invalid(allow::refused(String::new())),
        NotAgain::NoProvider => Refusal::invalid(Fault::new(
            "",
            "no_provider_for_sender",
            "no provider of this server carries mail from its sender any more",
            "let the operator add the sender to `senders` of a [providers.NAME], or submit the mail anew from another sender",
        )),
        NotAgain::TooOften(times) => {
            conflict("retried_too_often", format!("it was sent again {times} times"), "raise max_retries, or leave it")
        }
    }
}

/// Its word.
fn code(why: NotAgain) -> &'static str {
    refused(why).faults.first().map_or("not_found", |fault| fault.code)
}

fn conflict(code: &'static str, fault: impl Into<String>, remedy: &str) -> Refusal {
    Refusal::new(RefusalKind::Conflict, Fault::new("", code, fault, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_cut_by_message_and_by_the_stores_bound() {
        let key = |m, o| DeliveryKey::new(MessageNo(m), o);
        let long = (0..u32::try_from(SEND_AGAIN).unwrap() + 1).map(|o| (key(7, o), 1));
        let cut = slices([(key(9, 3), 1), (key(9, 5), 4)].into_iter().chain(long));
        assert_eq!(cut[0], (MessageNo(9), vec![3, 5], 5));
        assert_eq!((cut[1].1.len(), cut[2].1.len(), cut.len()), (SEND_AGAIN, 1, 3));
    }

    #[test]
    fn what_went_before_is_not_counted_again() {
        let id = DeliveryId { message: MessageId([1; 16]), ordinal: 0 };
        let mut report = Report::default();
        let copies = [Again::New(id), Again::Same, Again::Refused(NotAgain::Permanent), Again::Refused(NotAgain::Already(id))];
        report.add(id.message, &copies);
        assert_eq!((report.total, report.success, report.same, report.refused["refused_for_good"]), (3, 2, 1, 1));
        assert_eq!(report.messages, [id.message]);
    }
}
