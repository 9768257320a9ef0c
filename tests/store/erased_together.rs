//! Erasing while another node works on the same mail (PostgreSQL alone has others).

use std::sync::Arc;

use jebi_domain::{
    delivery::State,
    erasure::PersonKey,
    message::Lane,
    suppression::{NewEntry, SuppressionCause},
};

use super::{
    between::{beside, other},
    privacy::known,
    support::{Mail, address, copies, each, joint, sent},
    together,
};

#[test]
fn what_one_accepted_before_the_other_erased_is_not_sent() {
    together::run(async |f, other| {
        known(f);
        other.store.know_people_by(PersonKey::derive(b"a secret of the installation"));
        let bulk = |mail| Mail { lane: Lane::Bulk, ..mail };
        let (alone, both) = (f.post_one(bulk(each("a", 2))).await, f.post_one(bulk(joint("a", 2))).await);
        assert!(f.claim(0).await.is_empty());
        other.store.forget(&address(0), f.now()).await.expect("forget");
        let claimed = f.claim(9).await;
        assert_eq!(copies(&claimed), 2);
        assert!(claimed.iter().flat_map(|one| &one.copies).flat_map(|copy| copy.open()).all(|to| to.email == address(1)));
        assert_eq!((f.state(alone, 0).await, f.view(both, 0).await.recipients[0].state), (State::Suppressed, State::Suppressed));
        f.settle_all(&claimed, sent()).await;
    });
}

#[test]
fn cancelled_and_erased_at_once_a_recipient_counts_once() {
    beside(async |f, view| {
        known(f);
        let id = f.post_one(each("소식", 3)).await;
        let (theirs, _) = other(f).await;
        theirs.know_people_by(PersonKey::derive(b"a secret of the installation"));
        // The cancelling has marked the message and waits for its queue.
        let holder = view.session().await;
        holder.batch_execute("BEGIN; SELECT 1 FROM topic_queue FOR UPDATE").await.expect("held");
        let (store, now) = (Arc::clone(&f.store), f.now());
        let cancel = tokio::spawn(async move { store.cancel_message(id, now).await });
        view.waiting(1).await;
        let store = Arc::clone(&theirs);
        let erase = tokio::spawn(async move { store.erase_deliveries(&address(0), None, now).await });
        view.waiting(2).await;
        holder.batch_execute("COMMIT").await.expect("free");
        cancel.await.expect("done").expect("cancelled");
        assert_eq!(erase.await.expect("done").expect("erased").erased, 1);
        f.housekeep().await;
        let counts = f.topic("소식").await;
        assert_eq!((counts.waiting, counts.cancelled, counts.suppressed), (0, 3, 0));
        theirs.close().await;
    });
}

/// The first entry of an empty list, while another node accepts mail that it has not looked up.
#[test]
fn whoever_is_listed_first_while_mail_is_accepted_gets_none_of_it() {
    beside(async |f, view| {
        let (theirs, _) = other(f).await;
        f.post_one(each("", 1)).await;
        view.sql(
            "CREATE FUNCTION test_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
             CREATE TRIGGER test_wait AFTER INSERT ON topic FOR EACH STATEMENT EXECUTE FUNCTION test_wait();",
        );
        let holder = view.session().await;
        holder.batch_execute("SELECT pg_advisory_lock(1)").await.expect("held");
        let draft = f.draft(each("새소식", 2));
        let id = draft.message.id;
        let (store, batch) = (Arc::clone(&f.store), f.batch(vec![draft], None));
        let accept = tokio::spawn(async move { store.accept(batch).await });
        view.waiting(1).await;
        let entry = NewEntry::plain(address(0), SuppressionCause::Complaint, f.now());
        theirs.suppress(vec![entry]).await.expect("suppress");
        holder.batch_execute("SELECT pg_advisory_unlock(1)").await.expect("free");
        accept.await.expect("done").expect("accepted");
        assert_eq!((f.state(id, 0).await, f.state(id, 1).await), (State::Suppressed, State::Waiting));
        theirs.close().await;
    });
}
