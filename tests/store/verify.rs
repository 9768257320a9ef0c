//! The check finds what is wrong, by name. Faults are planted behind the closed store's back.

use jebi_domain::time::Wall;

use super::{
    postgres::OnPostgres,
    support::{self, Fixture, PROVIDER, copies, each, joint, sent, unsettled},
};

async fn found(f: &mut Fixture, sql: &str) -> Vec<&'static str> {
    f.post_one(each("t", 5)).await;
    let c = f.claim(3).await;
    f.settle(&c[0], 0, sent()).await;
    assert_eq!(f.violations().await, []);
    f.planted = true;
    f.store.close().await;
    f.engine.tamper(sql);
    f.store = f.engine.open(&f.clock).await.expect("opens");
    let mut rules: Vec<_> = f.violations().await.iter().map(|v| v.rule).collect();
    rules.dedup();
    rules
}

conform! {
    async fn a_changed_count(f) {
        assert_eq!(found(f, "UPDATE topic SET sent = sent + 1 WHERE name = 't'").await, ["counts_differ"]);
    }

    async fn a_changed_count_of_what_was_reported(f) {
        let columns = ["delivered", "bounced", "complained", "soft_bounced", "delayed", "rejected", "opened", "clicked", "unsubscribed"];
        let sets = columns.map(|column| format!("{column} = {column} + 1")).join(", ");
        assert_eq!(found(f, &format!("UPDATE topic SET {sets} WHERE name = 't'")).await, ["counts_differ"]);
        let violations = f.violations().await;
        let detail = &violations[0].detail;
        for column in columns {
            assert!(detail.contains(&format!("{column}: 1")) && detail.contains(&format!("{column}: 0")), "{column}: {detail}");
        }
    }

    async fn a_changed_total(f) {
        assert_eq!(found(f, "UPDATE totals SET waiting = 7").await, ["totals_differ"]);
    }

    async fn a_second_entry(f) {
        let plant = "INSERT INTO entry (queue, due, no, message, first, count, attempt) \
                     SELECT queue, due, no + 1000, message, first, count, attempt FROM entry";
        assert_eq!(found(f, plant).await, ["claimable_twice"]);
    }

    async fn an_entry_over_a_lease(f) {
        let plant = "UPDATE entry SET first = 2, count = 3";
        assert_eq!(found(f, plant).await, ["claimable_twice"]);
    }

    async fn a_lost_lease(f) {
        assert_eq!(found(f, "DELETE FROM lease").await, ["waiting_for_nothing", "waiting_differs"]);
    }

    async fn a_lost_entry(f) {
        assert_eq!(found(f, "DELETE FROM entry").await, ["waiting_for_nothing"]);
    }

    async fn a_queue_that_counts_wrongly(f) {
        assert_eq!(found(f, "UPDATE topic_queue SET waiting = 9").await, ["waiting_differs"]);
    }

    async fn a_lease_that_ends_too_early(f) {
        assert_eq!(found(f, "UPDATE lease SET open = 1").await, ["lease_miscounted"]);
    }

    async fn a_lease_of_nobody(f) {
        assert_eq!(found(f, "DELETE FROM incarnation").await, ["lease_without_owner"]);
    }

    async fn a_key_without_its_message(f) {
        let plant = "INSERT INTO idempotency (api_key, key, fingerprint, status, body, created_at, message) VALUES (1, 'k', x'00', 202, x'', 0, 999)";
        assert_eq!(found(f, plant).await, ["key_without_message"]);
    }

    async fn two_accepted_attempts_that_do_not_show(f) {
        let plant = "INSERT INTO attempt (key, attempt, outcome) SELECT key, 2, 'sent' FROM delivery WHERE state = 3";
        assert_eq!(found(f, plant).await, ["sent_twice_unmarked"]);
    }

    async fn a_recipient_accepted_twice_that_does_not_show_it(f) {
        f.post_one(joint("u", 2)).await;
        let c = f.claim(1).await;
        f.settle_all(&c, sent()).await;
        let plant = "INSERT INTO joint_attempt (key, position, attempt, outcome) SELECT key, 1, 2, 'sent' FROM joint_recipient WHERE position = 1";
        assert_eq!(found(f, plant).await, ["sent_twice_unmarked"]);
    }

    async fn a_joint_copy_that_is_not_the_sum_of_its_recipients(f) {
        f.post_one(joint("u", 2)).await;
        let c = f.claim(1).await;
        f.settle_all(&c, sent()).await;
        let plant = "UPDATE delivery SET state = 4 WHERE joint IS NOT NULL";
        assert_eq!(found(f, plant).await, ["joint_sum_differs"]);
    }

    async fn an_unsettled_copy_nobody_reviews(f) {
        f.post_one(each("u", 1)).await;
        let c = f.claim(1).await;
        f.settle_all(&c, unsettled(Wall(f.now().0 + 1_000))).await;
        assert_eq!(found(f, "DELETE FROM entry WHERE attempt = 2").await, ["waiting_for_nothing"]);
    }

    async fn the_check_looks_at_every_copy(f) {
        f.post(vec![each("a", 40), each("b", 2), each("", 3)]).await;
        let (mut checked, mut after) = (0, None);
        loop {
            let slice = f.store.verify(after).await.expect("verify");
            checked += slice.checked;
            after = slice.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(checked, 45);
    }
}

/// PostgreSQL keeps it twice; a copy between databases or a person may leave the two apart.
#[test]
fn a_pause_that_claims_do_not_see() {
    support::run(Box::new(OnPostgres::new()), async |f: &mut Fixture| {
        f.post_one(each("t", 2)).await;
        f.store.pause_topic("t", true, f.now()).await.expect("paused");
        assert_eq!((copies(&f.claim(9).await), f.violations().await), (0, vec![]));
        f.planted = true;
        f.store.close().await;
        f.engine.tamper("DELETE FROM topic_paused");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        let rules: Vec<_> = f.violations().await.iter().map(|v| v.rule).collect();
        assert_eq!(rules, ["pause_differs"]);
        assert!(f.store.queues(PROVIDER).await.expect("queues").iter().all(|q| !q.paused), "dispatchers are told what claims see");
    });
}
