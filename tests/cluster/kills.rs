//! Everything at once, in one load: nodes killed and stopped, connections cut, COMMITs lost before and after they were carried out, the
//! server restarted.

use std::{thread, time::Duration};

use super::{
    LONG,
    node::{Cluster, Node},
};
use crate::{
    crash::{
        check::{self, Leased, Tally},
        home::KEY,
        load::Load,
    },
    support::{
        chaos::{Chaos, Lost},
        http, machine,
        postgres::Postgres,
        site::Site,
        wait::until,
    },
};

/// Statements by which a COMMIT is told: of a claim, of outcomes, of an acceptance.
const CLAIM: &str = "INSERT INTO lease (";
const SETTLE: &str = "UPDATE delivery d SET state = 3";
const ACCEPT: &str = "INSERT INTO message (";

/// One COMMIT is lost; waits until that has happened.
fn lose(chaos: &Chaos, lost: Lost, after: &str) {
    let happened = chaos.lose_commit(lost, after);
    happened.blocking_recv().unwrap_or_else(|_| panic!("no COMMIT after {after} to lose"));
}

/// Sends a load through three nodes, and does to them what can happen to nodes. Returns what came of it, and how many copies were
/// leased at the kill.
pub fn stormy(load: &Load) -> (Tally, usize) {
    let server = Postgres::start("");
    let cluster = Cluster::over(server.database(), None);
    cluster.ses.set_latency(Duration::from_millis(5));
    let ways: Vec<Chaos> = (0..4).map(|_| Chaos::before(server.port())).collect();
    let node = |i: usize, name: &str| cluster.node_at(name, &ways[i].through(&cluster.database.url()));
    let part = |percent: usize| load.recipients() * percent / 100;
    let come = |percent: usize| assert!(cluster.ses.wait_for(part(percent), LONG), "at {percent} %: it sends\n{}", cluster.log());
    let (mut leased, mut at_kill) = (Leased::default(), 0);
    let tally = thread::scope(|scope| {
        let (a, b, c) = (node(0, "a"), node(1, "b"), node(2, "c"));
        let posting = scope.spawn(|| load.post_all(&cluster, 4));
        come(3);
        lose(&ways[1], Lost::Order, CLAIM);
        lose(&ways[1], Lost::Answer, CLAIM);
        come(8);
        lose(&ways[2], Lost::Order, SETTLE);
        lose(&ways[2], Lost::Answer, SETTLE);
        come(13);
        ways[1].cut();
        come(20);
        let killed = cluster.bury(a.kill());
        at_kill = leased.add(killed);
        come(35);
        server.restart();
        come(50);
        let d = node(3, "d");
        c.stop();
        come(60);
        server.crash();
        server.begin();
        come(70);
        ways.iter().for_each(Chaos::cut);
        posting.join().expect("everything was acknowledged");
        load.drained(&cluster);
        let tally = check::nothing_lost(&cluster, load, &leased);
        for lost in [Lost::Order, Lost::Answer] {
            loses_an_acceptance(&cluster, &ways[1], &b, lost);
        }
        b.stop();
        d.stop();
        tally
    });
    check::verified(&cluster);
    (tally, at_kill)
}

/// An acceptance whose COMMIT is lost is answered with 503; repeated with the same key it is stored once.
fn loses_an_acceptance(cluster: &Cluster, way: &Chaos, node: &Node<'_>, lost: Lost) {
    let to = format!("lost-{lost:?}@example.com").to_lowercase();
    let body = serde_json::json!({"messages": [{"emails": [to], "subject": "한 번만", "content": "c"}]}).to_string();
    let headers = [("x-api-key", KEY), ("idempotency-key", to.as_str())];
    let post = || http::call(node.address, "POST", "/v1/messages", &headers, body.as_bytes()).expect("an answer");
    let happened = way.lose_commit(lost, ACCEPT);
    let first = post();
    happened.blocking_recv().expect("it was lost");
    assert_eq!(first.status, 503, "{}", String::from_utf8_lossy(&first.body));
    assert!(first.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|s| s > 0)), "{}", first.head);
    let again = until("an acknowledgement", LONG, || Some(post()).filter(|answer| answer.status == 202));
    let replayed = again.header("idempotency-replayed").is_some_and(|v| v == "true");
    assert_eq!(replayed, lost == Lost::Answer, "{}", again.head);
    let arrived = || cluster.ses.counts().get(&to).copied();
    until("its mail", LONG, arrived);
    assert_eq!(arrived(), Some(1));
}

#[test]
fn thirty_thousand_mails_survive_a_storm() {
    let _machine = machine::busy();
    let sizes = [5000, 1, 1, 5000].into_iter().chain([1; 298]).chain([5000, 5000, 5000]).chain([1; 300]).chain([4000]).chain([100; 4]);
    let load = Load::of(sizes);
    assert_eq!(load.recipients(), 30_000);
    let (tally, at_kill) = stormy(&load);
    println!("{at_kill} leased at the kill, {tally:?}");
    assert!(tally.twice <= at_kill, "{} twice, {at_kill} leased", tally.twice);
    assert!(tally.maybe_twice <= at_kill);
    assert_eq!(tally.unknown, 0, "one kill leaves nothing unknown");
}

#[test]
#[ignore = "takes some minutes: run by scripts/cluster-long"]
fn a_hundred_thousand_mails_survive_storm_after_storm() {
    #[expect(clippy::disallowed_methods, reason = "scripts/cluster-long sets how many")]
    let storms = std::env::var("JEBI_TEST_STORMS").map_or(5, |n| n.parse().expect("a number of storms"));
    let mut sum = Tally::default();
    let mut leases = 0;
    for storm in 0..storms {
        let sizes = [5000; 10].into_iter().chain([1; 2000]).chain([5000; 9]).chain([100; 30]);
        let (tally, at_kill) = stormy(&Load::of(sizes));
        println!("storm {storm}: {at_kill} leased at the kill, {tally:?}");
        assert!(tally.twice <= at_kill && tally.maybe_twice <= at_kill && tally.unknown == 0);
        leases += at_kill;
        sum.recipients += tally.recipients;
        sum.twice += tally.twice;
        sum.maybe_twice += tally.maybe_twice;
    }
    println!("{storms} storms, {leases} leased at the kills: {sum:?}");
}
