//! The local inbox: keeps mail instead of sending it, and acts like SES's mailbox simulator for the simulator's addresses.

mod simulator;
mod subject;

use std::sync::Arc;

use bytes::Bytes;
use jebi_domain::{
    event::Feedback,
    mime::Segments,
    outcome::{Outcome, Reason},
    port::{AccountReport, Boxed, Channel, Clock, Inbox, InboxMail, InboxRoom, Local, Outgoing, Provider, Sender, store::StoreError},
};
use tokio::sync::{Semaphore, mpsc::UnboundedSender};

/// The word for it in configuration and API.
pub const KIND: &str = "local";
/// Largest mail, in bytes with everything encoded: each is put together in memory to be kept.
pub const MAX_MAIL: u64 = 128 << 20;
/// Mails from this size on are kept one at a time: each is put together in memory for that.
const LARGE: usize = 1 << 20;

/// A provider that keeps what it is given.
pub struct LocalProvider(Arc<Shared>);

struct Shared {
    name: String,
    inbox: Arc<dyn Inbox>,
    clock: Arc<dyn Clock>,
    feedback: UnboundedSender<Feedback>,
    large: Semaphore,
}

impl LocalProvider {
    /// `feedback` gets what SES would report of each recipient, once the mail is kept and perhaps before its outcome is.
    #[must_use]
    pub fn new(name: impl Into<String>, inbox: Arc<dyn Inbox>, clock: Arc<dyn Clock>, feedback: UnboundedSender<Feedback>) -> Self {
        Self(Arc::new(Shared { name: name.into(), inbox, clock, feedback, large: Semaphore::new(1) }))
    }
}

impl Provider for LocalProvider {
    fn name(&self) -> &str {
        &self.0.name
    }
    fn kind(&self) -> &'static str {
        KIND
    }
    fn sender(&self) -> Box<dyn Sender> {
        Box::new(LocalSender(Arc::clone(&self.0)))
    }
    fn max_size(&self) -> Option<u64> {
        Some(MAX_MAIL)
    }
    fn account(&self) -> Boxed<'_, Option<Result<AccountReport, Reason>>> {
        Box::pin(std::future::ready(None))
    }
}

struct LocalSender(Arc<Shared>);

impl Sender for LocalSender {
    fn checkout(&self) -> Local<'_, Result<Box<dyn Channel>, Outcome>> {
        let channel: Box<dyn Channel> = Box::new(LocalChannel(Arc::clone(&self.0)));
        Box::pin(std::future::ready(Ok(channel)))
    }
}

struct LocalChannel(Arc<Shared>);

impl Channel for LocalChannel {
    fn send(self: Box<Self>, mail: Outgoing) -> Local<'static, Outcome> {
        Box::pin(async move { self.0.keep(mail).await })
    }
    fn put_back(self: Box<Self>) {}
}

impl Shared {
    async fn keep(&self, mail: Outgoing) -> Outcome {
        let size = mail.len() as u64;
        if size > MAX_MAIL {
            let text = format!("the mail has {size} bytes with everything encoded, and the local inbox takes {MAX_MAIL} at most");
            return Outcome::Permanent { reason: Reason::new("too_large", text, "make the mail smaller: link to large files") };
        }
        // An error would say that the semaphore was closed, which nobody does.
        let _turn = if mail.body.len() >= LARGE { self.large.acquire().await.ok() } else { None };
        let at = self.clock.wall();
        let provider_id = format!("local-{}-{}", mail.delivery, mail.attempt);
        let reports: Vec<Feedback> = mail.to.iter().flat_map(|to| simulator::reports(mail.delivery, to, at)).collect();
        let kept = InboxMail {
            delivery: mail.delivery,
            at,
            from: mail.from,
            to: mail.to,
            subject: subject::of(&mail.head),
            source: whole(&mail.head, &mail.body),
        };
        if let Err(error) = self.inbox.keep(kept, InboxRoom::default()).await {
            return refused(&error);
        }
        for report in reports {
            // Nobody listens any more only while the server stops; the mail is kept all the same.
            if self.feedback.send(report).is_err() {
                break;
            }
        }
        Outcome::Accepted { provider_id }
    }
}

fn whole(head: &[u8], body: &Segments) -> Bytes {
    let mut out = Vec::with_capacity(head.len() + body.len());
    out.extend_from_slice(head);
    body.pieces().iter().for_each(|piece| out.extend_from_slice(piece));
    Bytes::from(out)
}

/// A keep that failed kept nothing.
fn refused(error: &StoreError) -> Outcome {
    let reason = |text: String, remedy: &str| Reason::new("inbox", text, remedy);
    match error {
        StoreError::Closed => Outcome::NotStarted,
        StoreError::Busy { .. } | StoreError::Unavailable { .. } | StoreError::Ended => {
            Outcome::Transient { reason: reason(error.to_string(), "nothing to do: it is tried again by itself") }
        }
        StoreError::Full => Outcome::Transient { reason: reason(error.to_string(), "free space on the disk of the database") },
        StoreError::Internal(_) | StoreError::NoFile(_) => {
            tracing::error!(cause = %error, "the local inbox could not keep a mail");
            Outcome::Transient { reason: reason("the inbox could not be written".to_owned(), "see the server's log for the cause") }
        }
    }
}
