//! Turns that cross other transactions are run again, whatever they carry, and nothing of them is written twice.

use jebi_domain::{delivery::State, message::Lane, port::store::DeliveryFilter};

use super::{
    postgres::OnPostgres,
    support::{Fixture, Mail, copies, each, failed, joint, retry, run, sent},
};

/// Every third transaction that writes to one of these tables fails as a serialization failure would; run again it is another one.
const CROSSING: &str = "CREATE FUNCTION cross_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF pg_current_xact_id()::text::bigint % 3 = 0 THEN RAISE EXCEPTION 'crossed' USING ERRCODE = '40001'; END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER crossed AFTER INSERT OR UPDATE ON delivery FOR EACH STATEMENT EXECUTE FUNCTION cross_it();
    CREATE TRIGGER crossed AFTER INSERT ON message FOR EACH STATEMENT EXECUTE FUNCTION cross_it();
    CREATE TRIGGER crossed AFTER INSERT OR DELETE ON lease FOR EACH STATEMENT EXECUTE FUNCTION cross_it();
    CREATE TRIGGER crossed AFTER UPDATE ON topic_queue FOR EACH STATEMENT EXECUTE FUNCTION cross_it();";

async fn large_and_small_requests_and_their_outcomes(f: &mut Fixture) {
    f.engine.tamper(CROSSING);
    // Staged over many turns, with small ones beside it.
    let large =
        f.post(vec![Mail { lane: Lane::Bulk, ..each("공지", 6_000) }, Mail { lane: Lane::Bulk, ..each("공지", 3) }, joint("공지", 4)]);
    let small = async {
        let mut ids = Vec::new();
        for _ in 0..30 {
            ids.push(f.post_one(each("인증", 2)).await);
        }
        ids
    };
    let (large, small) = tokio::join!(large, small);
    assert_eq!((f.topic("공지").await.total, f.topic("인증").await.total), (6_007, 60));
    let mut taken = 0;
    loop {
        let claimed = f.claim(500).await;
        if claimed.is_empty() {
            break;
        }
        taken += copies(&claimed);
        let now = f.now();
        for (i, one) in claimed.iter().enumerate() {
            let decision = match i % 3 {
                0 => sent(),
                1 if one.attempt == 1 => retry(now),
                _ => failed(),
            };
            f.settle_all(std::slice::from_ref(one), decision).await;
        }
    }
    assert!(taken >= 6_000 + 3 + 1 + 60);
    let all = f.all(DeliveryFilter::default()).await;
    assert_eq!(all.len(), 6_000 + 3 + 1 + 60);
    assert!(all.iter().all(|one| matches!(one.state, State::Sent | State::Failed)));
    assert!(large.iter().chain(&small).all(|id| all.iter().any(|one| one.id.message == *id)));
}

#[test]
fn crossed_turns_run_again() {
    run(Box::new(OnPostgres::new()), large_and_small_requests_and_their_outcomes);
}
