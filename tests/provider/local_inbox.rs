//! The local inbox keeps what it is given and reports what SES would.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use jebi::provider::local::LocalProvider;
use jebi_domain::{
    event::{Feedback, FeedbackKind},
    fake::ManualClock,
    id::DeliveryId,
    outcome::Outcome,
    port::{
        Boxed, Inbox, InboxMail, InboxPage, InboxRoom, InboxSummary, Outgoing, Provider,
        store::{StoreError, StoreResult},
    },
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{
    NOW, accepted, delivery,
    large::{assert_attached, large},
    mail, on_a_sender_thread,
};
use crate::mime::whole;

/// Keeps in memory, or fails as told.
#[derive(Default)]
struct MemoryInbox {
    kept: Mutex<Vec<InboxMail>>,
    faults: Mutex<VecDeque<StoreError>>,
}

impl Inbox for MemoryInbox {
    fn keep(&self, mail: InboxMail, _room: InboxRoom) -> Boxed<'_, StoreResult<()>> {
        Box::pin(async move {
            if let Some(fault) = self.faults.lock().expect("lock").pop_front() {
                return Err(fault);
            }
            self.kept.lock().expect("lock").push(mail);
            Ok(())
        })
    }
    fn list(&self, _: Option<i64>, _: u32) -> Boxed<'_, StoreResult<InboxPage>> {
        Box::pin(async { Err(StoreError::Closed) })
    }
    fn get(&self, _: i64) -> Boxed<'_, StoreResult<Option<(InboxSummary, Bytes)>>> {
        Box::pin(async { Err(StoreError::Closed) })
    }
    fn find(&self, _: DeliveryId) -> Boxed<'_, StoreResult<Option<i64>>> {
        Box::pin(async { Err(StoreError::Closed) })
    }
    fn remove(&self, _: i64) -> Boxed<'_, StoreResult<bool>> {
        Box::pin(async { Err(StoreError::Closed) })
    }
    fn clear(&self) -> Boxed<'_, StoreResult<u64>> {
        Box::pin(async { Err(StoreError::Closed) })
    }
}

fn local(inbox: &Arc<MemoryInbox>) -> (LocalProvider, UnboundedReceiver<Feedback>) {
    let (tell, heard) = unbounded_channel();
    (LocalProvider::new("local", Arc::clone(inbox) as Arc<dyn Inbox>, Arc::new(ManualClock::new(NOW)), tell), heard)
}

async fn send(provider: &LocalProvider, mail: Outgoing) -> Outcome {
    provider.sender().checkout().await.expect("always there").send(mail).await
}

#[test]
fn a_mail_is_kept_whole_with_its_subject_in_plain_words() {
    on_a_sender_thread(async {
        let inbox = Arc::new(MemoryInbox::default());
        let (provider, mut heard) = local(&inbox);
        assert_eq!(send(&provider, mail()).await, accepted(&format!("local-{}-1", delivery())));
        let kept = inbox.kept.lock().expect("lock").remove(0);
        assert_eq!((kept.subject.as_str(), kept.from.as_str(), kept.at), ("제비", "from@example.com", NOW));
        assert_eq!(kept.to, ["to@example.com"]);
        assert_eq!(kept.source, [mail().head, mail().body.concat()].concat());
        let report = heard.try_recv().expect("a report");
        assert_eq!((report.kind, report.recipient.as_str()), (FeedbackKind::Delivered, "to@example.com"));
        assert!(heard.try_recv().is_err());
        assert!(provider.account().await.is_none());
    });
}

#[test]
fn a_large_file_is_kept_byte_for_byte() {
    let (mail, file) = large();
    on_a_sender_thread(async {
        let inbox = Arc::new(MemoryInbox::default());
        let (provider, _heard) = local(&inbox);
        assert!(matches!(send(&provider, mail.clone()).await, Outcome::Accepted { .. }));
        let kept = inbox.kept.lock().expect("lock").remove(0);
        assert!(kept.source == whole(&mail), "every byte");
        assert_attached(&kept.source, &file);
        assert_eq!((kept.subject.as_str(), kept.to.len()), ("가을이 왔어요", 3));
    });
}

#[test]
fn a_mail_too_large_to_be_put_together_is_refused_for_good() {
    on_a_sender_thread(async {
        let inbox = Arc::new(MemoryInbox::default());
        let (provider, mut heard) = local(&inbox);
        // The same mebibyte again and again: it is not put together.
        let piece = bytes::Bytes::from(vec![b'x'; 1 << 20]);
        let body = std::iter::repeat_n(piece, 128).collect();
        assert_eq!(provider.max_size(), Some(128 << 20));
        let outcome = send(&provider, Outgoing { body, ..mail() }).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == "too_large"), "{outcome:?}");
        assert!(inbox.kept.lock().expect("lock").is_empty() && heard.try_recv().is_err());
    });
}

#[test]
fn each_recipient_of_a_joint_copy_has_its_own_reports() {
    on_a_sender_thread(async {
        let inbox = Arc::new(MemoryInbox::default());
        let (provider, mut heard) = local(&inbox);
        let to = ["bounce", "success", "complaint+x", "suppressionlist", "ooto"].map(|n| format!("{n}@simulator.amazonses.com")).to_vec();
        assert!(matches!(send(&provider, Outgoing { to, ..mail() }).await, Outcome::Accepted { .. }));
        let mut reports = Vec::new();
        while let Ok(report) = heard.try_recv() {
            reports.push((report.recipient.split('@').next().expect("a name").to_owned(), report.kind, report.detail));
        }
        let told: Vec<_> = reports.iter().map(|(n, k, _)| (n.as_str(), *k)).collect();
        let wanted = [
            ("bounce", FeedbackKind::Bounced),
            ("success", FeedbackKind::Delivered),
            ("complaint+x", FeedbackKind::Delivered),
            ("complaint+x", FeedbackKind::Complained),
            ("suppressionlist", FeedbackKind::Bounced),
            ("ooto", FeedbackKind::Delivered),
            ("ooto", FeedbackKind::SoftBounced),
        ];
        assert_eq!(told, wanted);
        assert_eq!(reports[0].2, "smtp; 550 5.1.1 user unknown");
        assert_eq!(reports[4].2, "OnAccountSuppressionList");
    });
}

#[test]
fn what_could_not_be_kept_was_not_accepted_and_reports_nothing() {
    on_a_sender_thread(async {
        let inbox = Arc::new(MemoryInbox::default());
        let secret = StoreError::Internal("disk I/O error in table inbox".into());
        inbox.faults.lock().expect("lock").extend([
            secret,
            StoreError::Busy { retry_after_s: 1, why: "much to write" },
            StoreError::Unavailable { retry_after_s: 5, why: "it cannot be reached" },
            StoreError::Full,
            StoreError::Closed,
        ]);
        let (provider, mut heard) = local(&inbox);
        for _ in 0..4 {
            match send(&provider, mail()).await {
                Outcome::Transient { reason } => {
                    assert!(!reason.remedy.is_empty() && !reason.text.contains("table"), "{reason:?}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(send(&provider, mail()).await, Outcome::NotStarted);
        assert!(heard.try_recv().is_err());
    });
}
