//! A standby takes over, under an address that follows the primary: until it is promoted it takes no writes; then bulk waits for a
//! person, and transactional mail goes on.

use std::time::Duration;

use super::{
    LONG,
    node::{Cluster, Node},
};
use crate::{
    crash::{
        check::{self, Leased},
        load::Load,
    },
    support::{chaos::Chaos, machine, pgbouncer::PgBouncer, postgres::Postgres, site::Site, wait::until},
};

fn guard(node: &Node<'_>) -> (u16, String) {
    let answer = node.call("GET", "/ready", "").expect("an answer");
    let body = answer.json();
    let checks = body["checks"].as_array().expect("checks").clone();
    let guard = checks.iter().find(|check| check["name"] == "restore_guard").expect("the guard");
    (answer.status, guard["detail"].as_str().expect("words").to_owned())
}

fn fails_over(pooled: bool) {
    let _machine = machine::busy();
    let primary = Postgres::start("");
    let way = Chaos::before(primary.port());
    let cluster = Cluster::over(primary.database(), Some(300.0));
    let mut url = way.through(&cluster.database.url());
    // The nodes' connections to a pooler stay, whatever is behind it.
    let pooler = pooled.then(|| PgBouncer::before(way.port, 4));
    if let Some(pooler) = &pooler {
        url = pooler.through(way.port, &url);
        cluster.set("DATABASE_POOLER", "transaction");
    }
    cluster.set("DATABASE_URL", &*url);
    cluster.ses.set_latency(Duration::from_millis(20));
    let nodes = [cluster.node_at("one", &url), cluster.node_at("other", &url)];
    let load = Load::of([3000].into_iter().chain([1; 30]));
    load.post_to(&cluster, 11, 2);
    assert!(cluster.ses.wait_for(200, LONG));

    let standby = primary.replica();
    until("the standby follows", LONG, || {
        let sql = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'";
        (!primary.sql(sql).is_empty()).then_some(())
    });
    // A stop sends it everything.
    primary.stop();
    way.follow(standby.port());
    if !pooled {
        refused_by_a_standby(&cluster, &nodes[0]);
    }
    standby.sql("SELECT pg_promote()");
    for node in &nodes {
        until("bulk is held", LONG, || {
            let (status, words) = guard(node);
            (status == 200 && words.contains("timeline")).then_some(())
        });
    }
    // What is out ends; then only what is new and transactional goes.
    let held = |topic: &str| {
        let topics = cluster.call("GET", "/v1/topics?limit=50", &[], b"").ok().filter(|answer| answer.status == 200)?.json();
        let topic = topics["topics"].as_array().expect("a list").iter().find(|t| t["topic_id"] == topic)?.clone();
        (topic["sending"] == 0 && topic["unsettled"] == 0).then(|| topic["waiting"].as_u64().expect("a number"))
    };
    let waiting = until("what is out has ended", LONG, || held("size-3000"));
    assert!(waiting > 0);
    load.post_all(&cluster, 2);
    until("the transactional mail", LONG, || (held("size-1") == Some(0)).then_some(()));
    assert_eq!(held("size-3000"), Some(waiting), "no bulk went meanwhile");
    let released = cluster.jebi(&["release", "--yes"]);
    assert!(released.status.success(), "{}", String::from_utf8_lossy(&released.stderr));
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "the standby had everything: {tally:?}");
    assert!(nodes.iter().all(|node| guard(node) == (200, "open".into())));
    nodes.into_iter().for_each(Node::stop);
    check::verified(&cluster);
}

/// Until it is promoted it takes no writes.
fn refused_by_a_standby(cluster: &Cluster, node: &Node<'_>) {
    let single = r#"{"messages":[{"emails":["early@example.com"],"subject":"s","content":"c"}]}"#;
    let refused = until("an answer of the standby", LONG, || {
        let answer = node.call("POST", "/v1/messages", single).ok()?;
        assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
        cluster.log_of(&node.name).contains("takes no writes").then_some(answer)
    });
    assert!(refused.header("retry-after").is_some(), "{}", refused.head);
}

#[test]
fn after_a_promotion_bulk_is_held_until_a_release_and_transactional_mail_goes_on() {
    fails_over(false);
}

#[test]
fn the_same_behind_a_pooler_whose_connections_stay() {
    fails_over(true);
}
