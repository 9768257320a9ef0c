//! Bulk mail of a sender's domain that is held back: what a claim does with it, what that costs, and how it comes back.

use std::sync::Arc;

use jebi_domain::{
    delivery::State,
    id::MessageId,
    message::{Copies, Lane, Role},
    port::{operator::Again, reputation::Used, store::DomainRoom},
    reputation::Scope,
    time::Wall,
};

use super::{
    operator::{again, given_up},
    support::{DAY, Fixture, HOUR, Mail, PROVIDER, copies, mailbox, sent, to},
};

const HELD: &str = "held.kr";

/// Bulk mail from somebody at a domain.
async fn post_from(f: &Fixture, domain: &str, mail: Mail) -> MessageId {
    let mut draft = f.draft(Mail { lane: Lane::Bulk, ..mail });
    Arc::make_mut(&mut draft.message).content.from = mailbox(format!("소식@{domain}"));
    let id = draft.message.id;
    f.store.accept(f.batch(vec![draft], None)).await.expect("accept");
    id
}

async fn one_from(f: &Fixture, domain: &str, topic: &'static str) -> MessageId {
    post_from(f, domain, to(topic, ["홍길동@naver.example".to_owned()])).await
}

fn joint(n: usize) -> Mail {
    let people = (0..n).map(|i| (if i == 0 { Role::To } else { Role::Cc }, mailbox(format!("p{i}@naver.example")))).collect();
    Mail { copies: Copies::Joint(people), ..to("news", []) }
}

fn room(f: &Fixture, room: u32) -> DomainRoom {
    DomainRoom { domain: HELD.into(), room, pace: u32::MAX, keep: 0, until: Wall(f.now().0 + 5_000), late_from: f.now() }
}

async fn next_due(f: &Fixture) -> Option<Wall> {
    f.store.queues(PROVIDER).await.expect("queues").into_iter().filter_map(|queue| queue.next_due).min()
}

async fn aside(f: &Fixture) -> Vec<String> {
    f.store.domains_aside().await.expect("domains")
}

async fn used(f: &Fixture, scope: Scope, since: Wall) -> Used {
    f.store.used_by(scope, since).await.expect("a sum")
}

conform! {
    async fn a_backlog_that_is_held_back_is_set_aside_once_and_comes_back_in_its_order(f) {
        let mut ids = Vec::new();
        for _ in 0..60 {
            ids.push(one_from(f, HELD, "news").await);
        }
        f.domains = vec![room(f, 0)];
        assert!(f.claim(9).await.is_empty());
        let far = next_due(f).await.expect("it still waits");
        assert!(far.0 > f.now().0 + DAY, "{far:?}");
        assert_eq!(aside(f).await, [HELD]);
        // It is not met again, however often is claimed.
        for _ in 0..5 {
            f.pass(120_000);
            f.domains = vec![room(f, 0)];
            assert!(f.claim(9).await.is_empty());
            assert_eq!(next_due(f).await, Some(far));
        }
        f.restart().await;
        assert_eq!(aside(f).await, [HELD], "it is known over restarts");
        assert_eq!(f.store.bring_back(HELD.into(), 40).await, Ok(40));
        assert_eq!(f.store.bring_back("other.kr".into(), 40).await, Ok(0));
        f.domains = vec![room(f, 40)];
        let mut claimed = f.claim(100).await;
        claimed.sort_by_key(|one| one.message_no);
        assert_eq!(claimed.iter().map(|one| one.message.id).collect::<Vec<_>>(), ids[..40]);
        assert_eq!(f.store.bring_back(HELD.into(), 40).await, Ok(20));
        assert!(aside(f).await.is_empty());
        f.domains = vec![];
        assert_eq!(copies(&f.claim(100).await), 20);
    }

    async fn a_claim_sets_so_much_aside_and_no_more_and_others_behind_it_go(f) {
        for _ in 0..700 {
            one_from(f, HELD, "news").await;
        }
        let other = one_from(f, "good.kr", "news").await;
        f.domains = vec![room(f, 0)];
        assert!(f.claim(9).await.is_empty(), "500 are a claim's part");
        assert_eq!(f.claim(9).await.iter().map(|one| one.message.id).collect::<Vec<_>>(), [other]);
        let mut back = 0;
        while let Ok(n @ 1..) = f.store.bring_back(HELD.into(), 250).await {
            back += n;
        }
        assert_eq!(back, 700);
    }

    async fn the_first_of_what_comes_soon_stay_in_their_place_and_others_pass_them(f) {
        for _ in 0..3 {
            one_from(f, HELD, "news").await;
        }
        let other = one_from(f, "good.kr", "news").await;
        f.domains = vec![DomainRoom { pace: 0, keep: 2, ..room(f, u32::MAX) }];
        let report = f.claim(9).await;
        assert_eq!(report.iter().map(|one| one.message.id).collect::<Vec<_>>(), [other]);
        f.domains = vec![DomainRoom { pace: 1, keep: 2, ..room(f, u32::MAX) }];
        assert_eq!(copies(&f.claim(9).await), 1, "a token");
        f.domains = vec![];
        assert_eq!(copies(&f.claim(9).await), 1, "the second of them");
        assert_eq!(f.store.bring_back(HELD.into(), 9).await, Ok(1), "only the third was set aside");
    }

    async fn rooms_are_recipients_and_a_copy_to_more_stays_while_others_pass_it(f) {
        let large = post_from(f, HELD, joint(30)).await;
        let small = post_from(f, HELD, joint(20)).await;
        let single = one_from(f, HELD, "news").await;
        f.domains = vec![room(f, 25)];
        let ids = |claimed: Vec<jebi_domain::port::store::Claimed>| claimed.iter().map(|one| one.message.id).collect::<Vec<_>>();
        assert_eq!(ids(f.claim(9).await), [small, single], "21 of 25");
        assert_eq!(f.state(large, 0).await, State::Waiting);
        // The same of an account as a whole.
        f.domains = vec![];
        f.recipients = 29;
        assert!(f.claim(9).await.is_empty());
        // What is slowed may go beyond its pace: else a copy to many would never go.
        f.recipients = u32::MAX;
        f.domains = vec![DomainRoom { pace: 1, ..room(f, u32::MAX) }];
        assert_eq!(ids(f.claim(9).await), [large]);
    }

    async fn what_is_set_aside_can_be_cancelled_rescheduled_and_expires(f) {
        let cancelled = one_from(f, HELD, "news").await;
        let moved = one_from(f, HELD, "news").await;
        let mail = Mail { expires_at: Some(Wall(f.now().0 + HOUR)), ..to("news", ["홍길동@naver.example".to_owned()]) };
        let expiring = post_from(f, HELD, mail).await;
        f.domains = vec![room(f, 0)];
        assert!(f.claim(9).await.is_empty());
        f.store.cancel_message(cancelled, f.now()).await.expect("cancelled");
        assert_eq!(f.state(cancelled, 0).await, State::Cancelled);
        let due = Wall(f.now().0 + 2 * HOUR);
        f.store.reschedule(moved, due, true).await.expect("rescheduled");
        f.pass(HOUR);
        f.domains = vec![room(f, 0)];
        assert!(f.claim(9).await.is_empty());
        assert_eq!(f.state(expiring, 0).await, State::Expired);
        f.pass(HOUR);
        f.domains = vec![];
        assert_eq!(f.claim(9).await.iter().map(|one| one.message.id).collect::<Vec<_>>(), [moved]);
    }

    async fn a_day_counts_what_is_under_way_and_what_a_crash_leaves(f) {
        post_from(f, HELD, to("news", (0..50).map(|i| format!("p{i}@naver.example")))).await;
        post_from(f, HELD, joint(3)).await;
        let (since, of) = (f.now(), || Scope::Domain(HELD.into()));
        let account = || Scope::Provider(PROVIDER.into());
        assert_eq!(used(f, of(), since).await, Used::default());
        let claimed = f.claim(60).await;
        assert_eq!(used(f, of(), since).await, Used { sent: 0, leased: 53 });
        assert_eq!(used(f, Scope::Domain("other.kr".into()), since).await, Used::default());
        let first = claimed.iter().find(|one| one.copies.len() == 50).expect("the fifty");
        f.settle(first, 0, sent()).await;
        f.settle(first, 1, super::support::returned(f.now())).await;
        for scope in [of(), account()] {
            assert_eq!(used(f, scope, since).await, Used { sent: 1, leased: 51 });
        }
        // The process is killed: whatever was under way may have been taken.
        f.restart().await;
        for scope in [of(), account()] {
            assert_eq!(used(f, scope, since).await, Used { sent: 52, leased: 0 });
        }
    }
    async fn what_a_cancelled_topic_left_aside_harms_nobody_when_it_comes_back(f) {
        one_from(f, HELD, "news").await;
        let other = one_from(f, HELD, "notices").await;
        f.domains = vec![room(f, 0)];
        assert!(f.claim(9).await.is_empty());
        f.store.cancel_topic("news", f.now()).await.expect("cancelled");
        assert_eq!(f.store.bring_back(HELD.into(), 9).await, Ok(2));
        f.domains = vec![];
        assert_eq!(f.claim(9).await.iter().map(|one| one.message.id).collect::<Vec<_>>(), [other]);
    }

    async fn several_domains_that_wait_their_turn_do_not_keep_others_waiting(f) {
        for domain in [HELD, "slow.kr"] {
            for _ in 0..120 {
                one_from(f, domain, "news").await;
            }
        }
        let other = one_from(f, "good.kr", "news").await;
        let mut claimed = Vec::new();
        for _ in 0..3 {
            f.domains = [HELD, "slow.kr"].map(|domain| DomainRoom { domain: domain.into(), pace: 0, keep: 100, ..room(f, u32::MAX) }).to_vec();
            claimed.extend(f.claim(9).await.iter().map(|one| one.message.id));
        }
        assert_eq!(claimed, [other]);
    }

    async fn what_is_sent_again_is_its_senders_too(f) {
        let id = one_from(f, HELD, "news").await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, given_up()).await;
        assert!(matches!(again(f, id, &[0], MessageId([7; 16])).await[..], [Again::New(_)]));
        assert_eq!(copies(&f.claim(9).await), 1);
        assert_eq!(used(f, Scope::Domain(HELD.into()), f.now()).await.leased, 1);
    }
}
