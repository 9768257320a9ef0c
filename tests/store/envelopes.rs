//! A joint message to more than a copy may have: each copy is an envelope of its own, with its own lease, attempts and results
//! (requirement S0-1).

use std::sync::Arc;

use jebi_domain::{
    allow::AllowList,
    delivery::State,
    id::{KeyNo, MessageId},
    message::Lane,
    outcome::{Decision, Reason},
    port::{
        operator::{Again, Rules, SendAgain},
        store::{Claimed, DeliveryFilter, Notice},
    },
    route::{Routes, Way},
    suppression::SuppressionCause,
};

use super::support::{Fixture, OPEN, PROVIDER, address, joint, reason, retry, sent, unsettled};

/// For each lease: the one copy it has, and how many it goes to.
fn taken(claimed: &[Claimed]) -> Vec<(u32, usize)> {
    assert!(claimed.iter().all(|c| c.copies.len() == 1), "a lease has one number of recipients for all its copies");
    claimed.iter().map(|c| (c.copies[0].ordinal, c.copies[0].open().count())).collect()
}

/// Recipients who wait, are being sent to, and were sent to.
async fn counts(f: &Fixture) -> [i64; 3] {
    let counts = f.topic("t").await;
    [counts.waiting, counts.sending, counts.sent]
}

async fn list(f: &Fixture, addresses: impl Iterator<Item = usize>) {
    f.store.suppress(addresses.map(|i| (address(i), SuppressionCause::Bounce)).collect(), f.now()).await.expect("suppress");
}

conform! {
    async fn more_than_fifty_go_in_copies_of_at_most_fifty(f) {
        f.window.set(Lane::Transactional, 1_000);
        let id = f.post_one(joint("t", 120)).await;
        assert!(!f.take_notices().iter().any(|n| matches!(n, Notice::Leased(_))), "they are claimed");
        assert_eq!((f.message(id).await.copies, counts(f).await), (3, [120, 0, 0]));
        let claimed = f.claim(9).await;
        assert_eq!((taken(&claimed), counts(f).await), (vec![(0, 50), (1, 50), (2, 20)], [0, 120, 0]));
        let to: Vec<_> = claimed.iter().flat_map(|c| c.copies[0].open().map(|m| m.email.clone())).collect();
        assert_eq!(to, (0..120).map(address).collect::<Vec<_>>(), "each once, in order");
        // What a resend of a later envelope writes is what the first wrote: it lies with the message.
        assert_eq!(claimed[0].message.content.shown.as_deref().map(|all| (all.to.len(), all.cc.len())), Some((1, 119)));

        f.settle(&claimed[0], 0, sent()).await;
        f.settle(&claimed[1], 1, retry(f.now())).await;
        assert_eq!(counts(f).await, [50, 20, 50]);
        f.settle(&claimed[2], 2, sent()).await;
        let again = f.claim(9).await;
        assert_eq!((taken(&again), again[0].attempt), (vec![(1, 50)], 2));
        f.settle(&again[0], 1, sent()).await;
        assert_eq!((counts(f).await, f.leased().await), ([0, 0, 120], 0));
        let found = f.all(DeliveryFilter { email: Some(address(119)), ..DeliveryFilter::default() }).await;
        assert_eq!(found.iter().map(|d| (d.id.message, d.id.ordinal)).collect::<Vec<_>>(), [(id, 2)]);
    }

    async fn one_is_claimed_where_there_is_room_for_one(f) {
        f.post_one(joint("t", 101)).await;
        for wanted in [(0, 50), (1, 50), (2, 1)] {
            assert_eq!(taken(&f.claim(1).await), [wanted]);
        }
        assert_eq!(counts(f).await, [0, 101, 0]);
    }

    async fn an_envelope_of_listed_addresses_is_not_sent_and_the_others_are(f) {
        list(f, (0..50).chain([60])).await;
        let draft = f.draft(joint("t", 120));
        let id = draft.message.id;
        let accepted = format!("{:?}", f.store.accept(f.batch(vec![draft], None)).await.expect("accept"));
        let places: Vec<u32> = (0..50).chain([60]).collect();
        assert_eq!(accepted, format!("Stored(202, b\"[{places:?}]\")"), "by their places in the message");
        assert_eq!((f.state(id, 0).await, f.state(id, 1).await, f.topic("t").await.suppressed), (State::Suppressed, State::Waiting, 51));
        // And who is listed before it is claimed.
        list(f, [119].into_iter()).await;
        let claimed = f.claim(9).await;
        assert_eq!((taken(&claimed), counts(f).await), (vec![(1, 49), (2, 19)], [0, 68, 0]));
        f.settle(&claimed[0], 1, sent()).await;
        f.settle(&claimed[1], 2, sent()).await;
        assert_eq!((counts(f).await, f.topic("t").await.suppressed), ([0, 0, 68], 52));
    }

    async fn what_a_crash_leaves_is_reviewed_and_cancelling_ends_what_waits(f) {
        let id = f.post_one(joint("t", 120)).await;
        let claimed = f.claim(1).await;
        assert_eq!(taken(&claimed), [(0, 50)]);
        f.restart().await;
        let topic = f.topic("t").await;
        assert_eq!((topic.unsettled, topic.waiting, topic.sending), (50, 70, 0));
        let now = f.now();
        let next = f.claim(9).await;
        assert_eq!(taken(&next), [(1, 50), (2, 20)]);
        f.settle(&next[0], 1, unsettled(now)).await;
        f.settle(&next[1], 2, retry(now)).await;
        let both = f.claim(9).await;
        assert_eq!(taken(&both), [(1, 50), (2, 20)], "the resend and the retry");
        assert_eq!(both.iter().map(|c| c.was_unsettled).collect::<Vec<_>>(), [true, false]);
        assert_eq!(f.store.cancel_message(id, now).await, Ok(Some(0)), "what is out is not stopped");
        f.settle(&both[0], 1, sent()).await;
        f.settle(&both[1], 2, retry(now)).await;
        // What a crash left is unsettled until its review, which a cancelled message ends without a resend.
        f.pass(60_000);
        assert!(f.claim(9).await.is_empty());
        f.housekeep().await;
        let states = [f.state(id, 0).await, f.state(id, 1).await, f.state(id, 2).await];
        assert_eq!(states, [State::Unknown, State::Sent, State::Cancelled]);
    }

    async fn sent_again_they_are_copies_of_one_new_message_with_the_same_headers(f) {
        let id = f.post_one(joint("t", 120)).await;
        let given_up = Decision::Failed { reason: Reason { transient: true, ..reason("451") } };
        let claimed = f.claim(9).await;
        for (c, decision) in claimed.iter().zip([given_up.clone(), sent(), given_up]) {
            f.settle(c, c.copies[0].ordinal, decision).await;
        }
        let way = Way { provider: PROVIDER.to_owned(), senders: Vec::new(), reason: "the only one".to_owned() };
        let asked = SendAgain {
            message: claimed[0].message_no,
            whom: OPEN, ordinals: vec![0, 2],
            id: MessageId([9; 16]),
            due: f.now(),
            scheduled: false,
            max_times: None,
            rules: Arc::new(Rules { routes: Routes(vec![way]), allow: AllowList::default() }),
            api_key: KeyNo(1),
            now: f.now(),
        };
        let told = f.store.send_again(asked).await.expect("send again");
        assert!(matches!(told[..], [Again::New(first), Again::New(second)] if (first.ordinal, second.ordinal) == (0, 1)), "{told:?}");
        let again = f.claim(9).await;
        assert_eq!((taken(&again), counts(f).await), (vec![(0, 50), (1, 20)], [0, 70, 50]));
        assert_eq!(again[0].message.content.shown, claimed[0].message.content.shown);
        assert_eq!(again[1].copies[0].open().next().map(|m| m.email.clone()), Some(address(100)));
        for c in &again {
            f.settle(c, c.copies[0].ordinal, sent()).await;
        }
        assert_eq!((counts(f).await, f.state(id, 0).await), ([0, 0, 120], State::Failed));
    }
}
