//! Behind a real PgBouncer in transaction mode, with fewer connections than the nodes open: accepted, claimed, settled, looked up, with
//! and without a direct address to listen at.

use std::time::Duration;

use super::{LONG, node::Cluster};
use crate::{
    crash::{
        check::{self, Leased},
        load::Load,
    },
    support::{machine, pgbouncer::PgBouncer, postgres::Postgres, site::Site, wait::until},
};

fn two_nodes(direct: bool) {
    let _machine = machine::busy();
    let server = Postgres::shared();
    let pooler = PgBouncer::before(server.port(), 4);
    let cluster = Cluster::new();
    cluster.ses.set_latency(Duration::from_millis(10));
    let url = pooler.through(server.port(), &cluster.database.url());
    cluster.set("DATABASE_URL", &*url);
    cluster.set("DATABASE_POOLER", "transaction");
    if direct {
        cluster.set("DATABASE_DIRECT_URL", cluster.database.url());
    }
    let (one, other) = (cluster.node_at("one", &url), cluster.node_at("other", &url));
    let load = Load::of([3000, 1, 1, 400, 7].into_iter().chain([1; 60]));
    load.post_all(&cluster, 3);
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "{tally:?}");
    assert!(cluster.sent_by("one") > 100 && cluster.sent_by("other") > 100);
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
         AND (query LIKE 'LISTEN%' OR query LIKE '%pg_notify%')";
    assert_eq!(cluster.number(listening), if direct { 2 } else { 0 });

    // What one takes and leaves waiting, the other hears of: paused at one, resumed at the other, cancelled at the first.
    let post = r#"{"messages":[{"emails":["p@example.com"],"topic_id":"paused","subject":"멈춤","content":"c"}]}"#;
    for (node, path) in [(&one, "/v1/topics/paused/pause"), (&other, "/v1/topics/paused/resume")] {
        if path.ends_with("pause") {
            assert_eq!(one.call("POST", "/v1/messages", post).expect("an answer").status, 202);
            until("its mail", LONG, || cluster.ses.first_to("p@example.com"));
        }
        let answer = node.call("POST", path, "").expect("an answer");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
    let found = other.get("/v1/deliveries?email=r0-0@example.com&limit=5");
    assert_eq!(found["deliveries"].as_array().map(Vec::len), Some(1), "{found}");
    let log = cluster.log();
    assert!(!log.contains(" ERROR "), "{log}");
    one.stop();
    other.stop();
    check::verified(&cluster);
}

#[test]
fn two_nodes_with_a_direct_address_to_listen_at() {
    two_nodes(true);
}

#[test]
fn two_nodes_without_one() {
    two_nodes(false);
}
