//! What is told of erased people later, and how they come back: reports are counted without their words, no list has them in the clear, and a
//! consent of theirs or an operator's word lifts it.

use jebi_domain::{
    consent::EventKind,
    delivery::State,
    event::FeedbackKind,
    feedback::{Report, What},
    id::{DeliveryId, MessageId},
    message::Lane,
    port::{
        consents::{ConsentKey, NewEvent},
        engagement::{Visit, VisitBatch},
        store::TimelineEntry,
        suppressions::Listed,
    },
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::{
    feedback::{complaint, hard, report, tagged, told},
    privacy::{erase, known},
    support::{Fixture, Mail, address, each, joint, sent},
};

async fn sent_mail(f: &Fixture, mail: Mail) -> MessageId {
    let id = f.post_one(mail).await;
    let claimed = f.claim(9).await;
    f.settle_all(&claimed, sent()).await;
    id
}

async fn events(f: &Fixture, message: MessageId) -> Vec<TimelineEntry> {
    let timeline = f.store.delivery(DeliveryId { message, ordinal: 0 }).await.expect("a look").expect("there").1;
    timeline.into_iter().filter(|line| line.source.is_some()).collect()
}

async fn listed(f: &Fixture, email: &str) -> usize {
    f.store.suppressions_of(vec![email.to_owned()]).await.expect("entries").len()
}

/// Whether a mail to the first person waits.
async fn waits(f: &Fixture, lane: Lane) -> bool {
    f.state(f.post_one(Mail { lane, ..each("new", 1) }).await, 0).await == State::Waiting
}

fn consent(f: &Fixture, at: Wall) -> NewEvent {
    NewEvent {
        key: ConsentKey { address: address(0), profile: String::new(), scope: String::new() },
        email: address(0),
        language: None,
        kind: EventKind::Given,
        at,
        how: "가입 양식".into(),
        wording: String::new(),
        source: String::new(),
        actor: format!("key {}", f.now().0),
        notice: false,
        confirm_at: None,
    }
}

conform! {
    async fn a_report_of_an_erased_copy_counts_and_says_nothing(f) {
        known(f);
        let id = sent_mail(f, each("a", 2)).await;
        erase(f).await;
        told(f, tagged(id, 0), vec![hard(&address(0)), Report::new(None, What::Note, Wall(0), "홍길동 <person0@example.com>")]).await;
        told(f, tagged(id, 0), vec![report("forwarded@example.com", FeedbackKind::Opened, "Mozilla/5.0")]).await;
        // Of nobody in particular, as a mail's own bounce may be told.
        told(f, tagged(id, 0), vec![Report { recipient: None, ..complaint("") }]).await;
        let lines = events(f, id).await;
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.detail.is_empty() && !line.recipient.contains('@')), "{lines:?}");
        let counts = f.topic("a").await;
        assert_eq!((counts.bounced, counts.complained, counts.opened), (1, 1, 1));
        assert_eq!((listed(f, &address(0)).await, listed(f, "erased").await), (0, 0));
        // The same again is nothing new.
        told(f, tagged(id, 0), vec![hard(&address(0))]).await;
        assert_eq!((events(f, id).await.len(), f.topic("a").await.bounced), (4, 1));
    }

    async fn who_was_erased_is_not_seen_opening(f) {
        known(f);
        let id = sent_mail(f, each("a", 2)).await;
        erase(f).await;
        let delivery = DeliveryId { message: id, ordinal: 0 };
        let visit = Visit { delivery, url: None, at: f.now(), agent: "Mozilla/5.0 (홍길동)".into(), from: "203.0.113.0/24".into(), burst: false };
        f.store.engage(VisitBatch { source: [1; 16], no: 1, at: f.now(), visits: vec![visit] }).await.expect("written");
        assert_eq!((events(f, id).await.len(), f.topic("a").await.opened), (0, 0));
    }

    async fn a_report_of_an_erased_one_of_several_is_theirs(f) {
        known(f);
        let id = sent_mail(f, joint("함께", 3)).await;
        erase(f).await;
        let note = || Report::new(Some(address(0)), What::Note, Wall(0), "not-spam");
        for _ in 0..2 {
            told(f, tagged(id, 0), vec![report(&address(0), FeedbackKind::Delivered, "250 홍길동"), note()]).await;
        }
        told(f, tagged(id, 0), vec![Report::new(Some("nobody@example.com".into()), What::Note, Wall(0), "not-spam")]).await;
        let lines = events(f, id).await;
        assert!(lines.len() == 2 && lines.iter().all(|line| line.detail.is_empty() && !line.recipient.contains('@')), "{lines:?}");
        assert_eq!(f.topic("함께").await.delivered, 1);
        let seen: Vec<_> = f.view(id, 0).await.recipients.into_iter().map(|one| one.feedback).collect();
        assert_eq!(seen, [FeedbackKind::Delivered.bit(), 0, 0]);
        // What names nobody is all theirs.
        told(f, tagged(id, 0), vec![Report::new(None, What::Kind(FeedbackKind::Rejected), Wall(0), "Bad content")]).await;
        assert_eq!(f.topic("함께").await.rejected, 3);
    }

    async fn a_late_bounce_of_mail_that_was_open_keeps_all_mail_away_without_an_entry(f) {
        known(f);
        let id = f.post_one(each("a", 1)).await;
        let claimed = f.claim(1).await;
        assert_eq!(erase(f).await.1.open, 1);
        f.settle_all(&claimed, sent()).await;
        assert!(waits(f, Lane::Transactional).await);
        told(f, tagged(id, 0), vec![hard(&address(0))]).await;
        assert_eq!((listed(f, &address(0)).await, waits(f, Lane::Transactional).await), (0, false));
        assert!(erase(f).await.0.suppressed);
    }

    async fn an_accounts_list_does_not_bring_them_back(f) {
        known(f);
        erase(f).await;
        let theirs = [0, 1].map(|i| NewEntry::plain(address(i), SuppressionCause::Bounce, f.now()));
        let taken = f.store.suppress_from_account(theirs.to_vec()).await;
        assert_eq!(taken, Ok(Listed { new: 1, known: 0, left: 1 }));
        assert_eq!((listed(f, &address(0)).await, listed(f, &address(1)).await), (0, 1));
        assert!(!waits(f, Lane::Transactional).await, "its mail comes back all the same");
    }

    async fn a_consent_given_later_lets_mail_go_to_them_again(f) {
        known(f);
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Manual, f.now())]).await.expect("suppress");
        erase(f).await;
        let erased_at = f.now();
        f.pass(1_000);
        f.store.record_consents(vec![consent(f, erased_at)], f.now()).await.expect("record");
        assert!(!waits(f, Lane::Bulk).await && !waits(f, Lane::Transactional).await, "it was given before");
        f.store.record_consents(vec![consent(f, f.now())], f.now()).await.expect("record");
        assert!(waits(f, Lane::Bulk).await && waits(f, Lane::Transactional).await);
        f.pass(1_000);
        let message = f.draft(Mail { lane: Lane::Bulk, ..each("new", 1) }).message;
        assert_eq!(f.store.erased_among(&message, vec![address(1), address(0)]).await, Ok(vec![]));
        // Taken back it holds no more.
        f.store.record_consents(vec![NewEvent { kind: EventKind::Withdrawn, ..consent(f, f.now()) }], f.now()).await.expect("record");
        assert!(!waits(f, Lane::Bulk).await);
        assert_eq!(f.store.erased_among(&message, vec![address(1), address(0)]).await, Ok(vec![1]));
    }

    async fn a_consent_with_another_sender_leaves_this_ones_bulk_mail_away(f) {
        known(f);
        erase(f).await;
        f.pass(1_000);
        let other = NewEvent { key: ConsentKey { profile: "other".into(), ..consent(f, f.now()).key }, ..consent(f, f.now()) };
        f.store.record_consents(vec![other], f.now()).await.expect("record");
        assert!(!waits(f, Lane::Bulk).await);
    }

    async fn an_operator_lets_mail_go_to_them_again(f) {
        known(f);
        erase(f).await;
        assert!(f.store.keeps_hashes().await.expect("a look") && !waits(f, Lane::Bulk).await);
        assert_eq!(f.store.readmit(&address(1)).await, Ok(false));
        assert_eq!(f.store.readmit(&address(0)).await, Ok(true));
        assert!(!f.store.keeps_hashes().await.expect("a look") && waits(f, Lane::Bulk).await);
        assert_eq!(f.store.readmit(&address(0)).await, Ok(false));
    }
}
