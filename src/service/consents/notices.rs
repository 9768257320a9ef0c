//! What people are told: the result of a consent or its end within 14 days (article 50 paragraph 7), and every two years that a consent
//! still holds (paragraph 8). It goes through Jebi itself, as any transactional mail.
//!
//! Nobody is told twice. A notice is taken, and marked as tried before its mail is accepted under an idempotency key of its own: taken again
//! after a crash, the key answers with the mail there is. Keys are kept a day; what was tried longer ago, and may have been accepted, is not
//! tried any more. What was refused before anything could be stored (a full queue) was never tried, however long that lasts.

use std::time::Duration;

use bytes::Bytes;
use jebi_domain::{
    consent::{self, Notice},
    id::MessageId,
    message::{Lane, OnUnknown},
    port::consents::{DueNotice, Reminder},
    refusal::{Refusal, RefusalKind},
    time::Wall,
};
use sha2::{Digest, Sha256};

use super::{Consents, text};
use crate::service::{
    Caller,
    accept::{Given, NewMessage, Submission, Voice},
    trouble::{may_be_stored, refusal},
};

/// Notices taken at once.
const AT_ONCE: u32 = 50;
/// One that was taken or tried, and not ended, for so long is taken again: its node is gone, or the mail could not be stored.
const STALE: Duration = Duration::from_secs(10 * 60);
/// For so long after it was first tried its key is certainly known.
const KEY_KEPT: Duration = Duration::from_secs(23 * 3_600);

/// What became of a notice.
enum Became {
    /// Its mail is accepted.
    Told,
    /// It has ended without one, or somebody else has it.
    Passed,
    /// Its mail cannot be accepted just now. It is taken again after a while.
    Waits(Refusal),
}

impl Consents {
    /// Sends what is due. Returns how many were told, and whether more may be due.
    ///
    /// # Errors
    /// A store that does not answer; no mail that can be accepted just now. What was taken is tried again later.
    pub async fn tell(&self) -> Result<(usize, bool), Refusal> {
        if !self.tells {
            return Ok((0, false));
        }
        let now = self.clock.wall();
        let reminded = self.remind(now).await?;
        let due = self.store.take_notices(now - STALE, AT_ONCE, now).await.map_err(refusal)?;
        let (taken, mut told, mut waiting, mut why) = (due.len(), 0, 0, None);
        for notice in due {
            match self.one(&notice).await? {
                Became::Told => told += 1,
                Became::Passed => {}
                Became::Waits(busy) => {
                    waiting += 1;
                    why.get_or_insert(busy);
                }
            }
        }
        match why {
            Some(busy) if waiting == taken => return Err(busy),
            Some(busy) => tracing::warn!(notices = waiting, error = %busy, "some notices of consents could not be sent; tried again later"),
            None => {}
        }
        Ok((told, taken == AT_ONCE as usize || reminded == AT_ONCE as usize))
    }

    /// Makes notices of the confirmations that are due.
    async fn remind(&self, now: Wall) -> Result<usize, Refusal> {
        let due = self.store.confirmations(now, AT_ONCE).await.map_err(refusal)?;
        if due.is_empty() {
            return Ok(0);
        }
        let profiles = self.profiles.knowing(due.iter().map(|consent| consent.key.profile.as_str())).await?;
        let reminder = |consent: &jebi_domain::consent::Consent| {
            let (given_at, was) = (consent.given_at?, consent.confirm_at?);
            let notice = profiles.get(&consent.key.profile).is_some_and(|profile| profile.consent_notices);
            Some(Reminder { no: consent.no, was, next: consent::confirm_at(given_at, now.max(was), &self.times.zone), notice })
        };
        let reminders = due.iter().filter_map(reminder).collect();
        self.store.remind(reminders, now).await.map_err(refusal)
    }

    /// Tells one.
    async fn one(&self, due: &DueNotice) -> Result<Became, Refusal> {
        let (event, now) = (due.event.no, self.clock.wall());
        if due.tried_at.is_some_and(|at| now.since(at) > KEY_KEPT) {
            tracing::warn!(
                event,
                consent = due.consent.no,
                "whether a notice of a consent was sent is not known any more: it is not sent again"
            );
            return self.end(event, Notice::Unknown, None).await.map(|()| Became::Passed);
        }
        let profiles = self.profiles.knowing([due.consent.key.profile.as_str()].into_iter()).await?;
        let Some(profile) = profiles.get(&due.consent.key.profile) else {
            tracing::warn!(event, profile = due.consent.key.profile, "a notice of a consent is not sent: its profile is gone");
            return self.end(event, Notice::Failed, None).await.map(|()| Became::Passed);
        };
        if !self.store.begin_notice(event, due.taken_at, now).await.map_err(refusal)? {
            return Ok(Became::Passed);
        }
        let link = self.accept.refusal_link(&profile.name, &due.consent.email, now);
        let text::Words { subject, body } = text::words(due, profile, link.as_deref(), &self.times.zone);
        let message = NewMessage {
            profile: Some(profile.name.clone()),
            recipients: vec![Given::Parts { email: due.consent.email.clone(), name: None }.into()],
            subject: Some(subject),
            text: Some(body),
            lane: Some(Lane::Transactional),
            // Rather not at all than twice.
            on_unknown: Some(OnUnknown::Hold),
            ..NewMessage::default()
        };
        let key = format!("consent-notice-{event}");
        let fingerprint = Sha256::digest(key.as_bytes()).into();
        let voice = Voice {
            say: Box::new(|fault| fault),
            render: Box::new(|receipt| {
                let id = receipt.messages.first().and_then(|taken| taken.id);
                (202, Bytes::from(id.map_or_else(String::new, |id| id.to_string())))
            }),
        };
        let submission = Submission { messages: vec![message], ..Submission::default() };
        match self.accept.submit(Caller::LOCAL, submission, Some((key, fingerprint)), voice).await {
            Ok(answer) => {
                let message = std::str::from_utf8(&answer.body).ok().and_then(MessageId::parse);
                self.end(event, Notice::Told, message).await.map(|()| Became::Told)
            }
            Err(busy) if matches!(busy.kind, RefusalKind::Busy { .. } | RefusalKind::TooMany { .. }) => {
                if !may_be_stored(&busy) {
                    self.store.put_back_notice(event, now).await.map_err(refusal)?;
                }
                Ok(Became::Waits(busy))
            }
            Err(refused) => {
                tracing::warn!(event, error = %refused, "a notice of a consent is refused, and is not sent");
                self.end(event, Notice::Failed, None).await.map(|()| Became::Passed)
            }
        }
    }

    async fn end(&self, event: i64, notice: Notice, message: Option<MessageId>) -> Result<(), Refusal> {
        self.store.end_notice(event, notice, message, self.clock.wall()).await.map_err(refusal)
    }
}
