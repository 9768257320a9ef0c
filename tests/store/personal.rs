//! What fills in a message goes with it all the way: the values for all its recipients, and what is each one's own (requirement S4-1).

use std::sync::Arc;

use jebi_domain::{
    allow::AllowList,
    content::Fill,
    id::{KeyNo, MessageId},
    message::{Draft, Lane, Message},
    outcome::{Decision, Reason},
    port::{
        operator::{Again, Rules, SendAgain},
        store::{Accepted, Claimed, Notice},
    },
    route::{Routes, Way},
};

use super::support::{Fixture, OPEN, PROVIDER, each, joint, reason, retry};

const SHARED: &str = r#"{"event":"제비 첫 모임"}"#;

/// One recipient's own, with so many bytes of other things.
fn own(i: usize, bytes: usize) -> String {
    format!(r#"{{"language":"ko","variables":{{"name":"홍길동 {i}","more":"{}"}}}}"#, "가".repeat(bytes / 3))
}

/// Whom of them the mail says something of their own: not everybody.
fn has_own(i: usize) -> bool {
    i % 3 != 1
}

/// A message that is filled in, to `n` people.
fn filled(f: &Fixture, n: usize, bytes: usize) -> Draft {
    let mut draft = f.draft(each("t", n));
    let message = Message::clone(&draft.message);
    let mut content = message.content.clone();
    content.fill = Some(Box::new(Fill::default()));
    draft.message = Arc::new(Message { content, variables: Some(SHARED.into()), ..message });
    draft.personal = (0..n).map(|i| has_own(i).then(|| own(i, bytes).into_boxed_str())).collect();
    draft
}

async fn accept(f: &Fixture, draft: Draft) -> MessageId {
    let id = draft.message.id;
    let accepted = f.store.accept(f.batch(vec![draft], None)).await.expect("accept");
    assert!(matches!(accepted, Accepted::Stored(202, _)), "{accepted:?}");
    id
}

/// How many copies these are; each has what is its own, and all have what is everybody's.
fn checked(claimed: &[Claimed], bytes: usize) -> usize {
    let mut copies = 0;
    for one in claimed {
        assert_eq!(one.message.variables.as_deref(), Some(SHARED));
        assert_eq!(one.message.content.fill.as_deref(), Some(&Fill::default()));
        for copy in &one.copies {
            let i = copy.ordinal as usize;
            let expected = has_own(i).then(|| own(i, bytes));
            assert_eq!(copy.personal.as_deref(), expected.as_deref(), "copy {i}");
            copies += 1;
        }
    }
    copies
}

conform! {
    async fn each_copy_is_claimed_with_its_own(f) {
        let id = accept(f, filled(f, 7, 0)).await;
        // Nothing is remembered of it: it is read from the rows.
        f.restart().await;
        let claimed = f.claim(10).await;
        assert_eq!((checked(&claimed, 0), f.message(id).await.message.variables.as_deref()), (7, Some(SHARED)));
    }

    async fn a_staged_request_keeps_everybodys_own(f) {
        accept(f, filled(f, 1_400, 0)).await;
        f.reopen().await;
        f.begin().await;
        assert_eq!(checked(&f.claim(512).await, 0) + checked(&f.claim(512).await, 0) + checked(&f.claim(512).await, 0), 1_400);
    }

    async fn large_values_are_written_over_several_turns(f) {
        accept(f, filled(f, 260, 15_000)).await;
        assert_eq!(checked(&f.claim(300).await, 15_000), 260);
    }

    async fn what_is_born_leased_has_its_own(f) {
        f.window.set(Lane::Transactional, 50);
        f.take_notices();
        accept(f, filled(f, 5, 0)).await;
        let born: Vec<Claimed> =
            f.take_notices().into_iter().filter_map(|n| if let Notice::Leased(claimed) = n { Some(claimed) } else { None }).collect();
        assert_eq!((born.len(), checked(&born, 0)), (1, 5));
        // Its node dies, and another attempt of each is claimed from what is written.
        f.restart().await;
        f.pass(120_000);
        assert_eq!(checked(&f.claim(10).await, 0), 5);
    }

    async fn another_attempt_has_the_same(f) {
        accept(f, filled(f, 4, 0)).await;
        let first = f.claim(10).await;
        f.settle_all(&first, retry(f.now())).await;
        let second = f.claim(10).await;
        assert_eq!((second[0].attempt, checked(&second, 0)), (2, 4));
    }

    async fn a_new_message_that_sends_it_again_takes_it_along(f) {
        let id = accept(f, filled(f, 4, 0)).await;
        let first = f.claim(10).await;
        f.settle_all(&first, Decision::Failed { reason: Reason { transient: true, ..reason("451") } }).await;
        let way = Way { provider: PROVIDER.to_owned(), senders: Vec::new(), reason: "the only one".to_owned() };
        let rules = Arc::new(Rules { routes: Routes(vec![way]), allow: AllowList::default() });
        let (message, now, fresh) = (f.message(id).await.no, f.now(), MessageId([9; 16]));
        // In another order, so that every copy gets another ordinal.
        let ordinals = vec![3, 2, 1, 0];
        let asked = SendAgain { message, whom: OPEN, ordinals, id: fresh, due: now, scheduled: false, max_times: None, rules, api_key: KeyNo(1), now };
        assert!(f.store.send_again(asked).await.expect("again").iter().all(|one| matches!(one, Again::New(_))));
        f.restart().await;
        let mut second = f.claim(10).await;
        assert_eq!((second.len(), second[0].message.id), (1, fresh));
        second[0].copies.iter_mut().for_each(|copy| copy.ordinal = 3 - copy.ordinal);
        assert_eq!(checked(&second, 0), 4);
    }

    async fn mail_without_any_has_none(f) {
        f.post(vec![each("t", 3), joint("t", 3)]).await;
        f.restart().await;
        let claimed = f.claim(10).await;
        assert_eq!(claimed.len(), 2);
        for one in &claimed {
            assert_eq!(one.message.variables, None);
            assert!(one.copies.iter().all(|copy| copy.personal.is_none()));
        }
    }

    async fn a_joint_copy_has_what_is_everybodys(f) {
        let mut draft = f.draft(joint("t", 3));
        draft.message = Arc::new(Message { variables: Some(SHARED.into()), ..Message::clone(&draft.message) });
        accept(f, draft).await;
        f.restart().await;
        let claimed = f.claim(10).await;
        assert_eq!(claimed[0].message.variables.as_deref(), Some(SHARED));
        assert_eq!(claimed[0].copies[0].personal, None);
    }
}
