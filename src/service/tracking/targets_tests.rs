use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jebi_domain::{
    content::{Content, Fill},
    fake::ManualClock,
    link::LinkKey,
    message::{Addressee, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    port::{
        Boxed,
        engagement::{TopicLink, VisitBatch},
    },
    profile::Tracking,
    time::Wall,
    track::Track,
};
use tokio::sync::Notify;

use super::*;

/// Has one message, and counts how often it is read.
#[derive(Default)]
struct Mails {
    html: String,
    filled: bool,
    whole: AtomicUsize,
    copies: AtomicUsize,
    deleted: AtomicBool,
    /// Answers nobody until it is told to.
    held: Option<Notify>,
}

const ID: MessageId = MessageId([7; 16]);

fn mailbox() -> Mailbox {
    Mailbox { email: "kim@example.kr".into(), name: None }
}

impl Mails {
    fn read(&self) -> (usize, usize) {
        (self.whole.load(Ordering::SeqCst), self.copies.load(Ordering::SeqCst))
    }

    fn copy(&self, of: DeliveryId) -> Option<Copy> {
        let personal = self.filled.then(|| format!("{{\"variables\":{{\"code\":\"c{}\"}}}}", of.ordinal).into());
        let addressees = vec![Addressee { role: Role::To, mailbox: mailbox(), open: true, unsettled: false }];
        (!self.deleted.load(Ordering::SeqCst)).then_some(Copy { ordinal: of.ordinal, addressees, personal })
    }

    fn message(&self) -> Message {
        let mut content: Content = serde_json::from_str(r#"{"from":{"email":"news@example.kr"},"subject":"봄"}"#).expect("a content");
        content.html = Some(self.html.clone());
        content.fill = self.filled.then(|| Box::new(Fill::default()));
        content.track = Some(Box::new(Track { base: "https://m.kr".into(), opens: false, clicks: true, local: false }));
        Message {
            id: ID,
            topic: "봄".into(),
            lane: Lane::Bulk,
            provider: "ses".into(),
            route: String::new(),
            content,
            on_unknown: OnUnknown::Resend,
            created_at: Wall(5),
            due: Wall(5),
            scheduled: false,
            expires_at: None,
            variables: None,
        }
    }
}

impl EngagementStore for Mails {
    fn engage(&self, _: VisitBatch) -> Boxed<'_, StoreResult<usize>> {
        unreachable!("nothing is written by looking")
    }
    fn followed(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Followed>>> {
        Box::pin(async move {
            self.whole.fetch_add(1, Ordering::SeqCst);
            if let Some(held) = &self.held {
                held.notified().await;
            }
            Ok(self.copy(delivery).map(|copy| Followed { message: Arc::new(self.message()), copy }))
        })
    }
    fn followed_copy(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Copy>>> {
        self.copies.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(self.copy(delivery)) })
    }
    fn topic_tracking(&self) -> Boxed<'_, StoreResult<Vec<(String, Tracking)>>> {
        unreachable!("nothing is listed by looking")
    }
    fn set_topic_tracking(&self, _: &str, _: Tracking) -> Boxed<'_, StoreResult<()>> {
        unreachable!("nothing is written by looking")
    }
    fn topic_links(&self, _: &str, _: u32) -> Boxed<'_, StoreResult<Vec<TopicLink>>> {
        unreachable!("nothing is listed by looking")
    }
}

fn of(ordinal: u32) -> DeliveryId {
    DeliveryId { message: ID, ordinal }
}

fn links() -> Arc<Links> {
    Arc::new(Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))]))
}

fn made(mails: Mails) -> (Arc<Mails>, ManualClock, Arc<Targets>) {
    let (mails, clock) = (Arc::new(mails), ManualClock::new(Wall(0)));
    let targets = Targets::new(Arc::clone(&mails) as _, Arc::new(clock.clone()));
    (mails, clock, Arc::new(targets))
}

async fn led_to(targets: &Targets, ordinal: u32, url: &str) -> Led {
    targets.of(of(ordinal), LinkHash::of(url), links()).await.expect("it answers")
}

#[track_caller]
fn to(led: Led) -> (String, String) {
    match led {
        Led::To(found) => (found.to.to_string(), found.counted.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn forged_endings_cost_nothing_once_their_mail_is_known() {
    let html = "<a href=\"https://shop.kr/a\">a</a>".to_owned();
    let (mails, _, targets) = made(Mails { html, ..Mails::default() });
    for i in 0..2_000 {
        assert_eq!(led_to(&targets, i % 50, &format!("https://evil.example/{i}")).await, Led::Unknown);
    }
    assert_eq!(to(led_to(&targets, 3, "https://shop.kr/a").await).0, "https://shop.kr/a");
    assert_eq!(mails.read(), (1, 0), "one message, whatever is asked of it");
}

#[tokio::test]
async fn each_copy_of_its_own_is_made_once_and_its_message_read_once() {
    let html = "{{ name | default('') }}<a href=\"https://shop.kr/?c={{ code }}\">a</a>".to_owned();
    let (mails, _, targets) = made(Mails { html, filled: true, ..Mails::default() });
    for _ in 0..100 {
        for ordinal in 0..5 {
            let (url, counted) = to(led_to(&targets, ordinal, &format!("https://shop.kr/?c=c{ordinal}")).await);
            assert_eq!((url, counted.as_str()), (format!("https://shop.kr/?c=c{ordinal}"), "https://shop.kr/?c={{ code }}"));
            assert_eq!(led_to(&targets, ordinal, "https://shop.kr/?c=c7").await, Led::Unknown, "another copy's");
        }
    }
    assert_eq!(mails.read(), (1, 4));
}

#[tokio::test]
async fn what_was_deleted_leads_nowhere_within_a_minute_and_is_asked_for_no_more_than_that() {
    for filled in [false, true] {
        let html = "<a href=\"https://shop.kr/a\">a</a>".to_owned();
        let (mails, clock, targets) = made(Mails { html, filled, ..Mails::default() });
        to(led_to(&targets, 0, "https://shop.kr/a").await);
        mails.deleted.store(true, Ordering::SeqCst);
        clock.advance(AGE);
        let before = mails.read().0;
        for _ in 0..100 {
            assert_eq!(led_to(&targets, 0, "https://shop.kr/a").await, Led::Gone);
        }
        assert_eq!(mails.read().0 - before, 1);
    }
}

#[tokio::test]
async fn few_are_looked_up_at_a_time_and_no_more_wait_than_there_is_room_for() {
    let html = "<a href=\"https://shop.kr/a\">a</a>".to_owned();
    let (mails, _, targets) = made(Mails { html, held: Some(Notify::new()), ..Mails::default() });
    let asking: Vec<_> = (0..WAITING as u32)
        .map(|ordinal| {
            let targets = Arc::clone(&targets);
            tokio::spawn(async move { led_to(&targets, ordinal, "https://shop.kr/a").await })
        })
        .collect();
    while targets.waiting.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(led_to(&targets, 0, "https://shop.kr/a").await, Led::Busy);
    assert_eq!(mails.read().0, AT_A_TIME);
    let held = mails.held.as_ref().expect("held");
    (0..AT_A_TIME).for_each(|_| held.notify_one());
    for one in asking {
        to(one.await.expect("answered"));
    }
    assert_eq!(mails.read().0, AT_A_TIME, "the others find what those have found");
}
