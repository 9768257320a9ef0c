//! PostgreSQL away at the start, and while they run.

use std::{sync::atomic::Ordering, thread, time::Duration};

use jebi::system::SystemClock;
use jebi_domain::port::Clock;

use super::{
    LONG,
    node::{Cluster, Node},
};
use crate::{
    crash::{
        check::{self, Leased},
        load::Load,
    },
    support::{
        machine,
        postgres::Postgres,
        site::Site,
        wait::{ms, until},
    },
};

const ONE: &str = r#"{"messages":[{"emails":["outage@example.com"],"subject":"s","content":"c"}]}"#;

#[test]
fn a_start_waits_for_the_server_so_long_and_no_longer() {
    let _machine = machine::busy();
    let server = Postgres::start("");
    let cluster = Cluster::over(server.database(), None);
    server.stop();
    let Err(status) = cluster.start("late", &[("DATABASE_START_WAIT", "1")]) else { panic!("it started without its database") };
    assert_eq!(status.code(), Some(1));
    let log = cluster.log_of("late");
    assert!(log.contains("waiting for the database; the start gives up in"), "{log}");
    let said: Vec<&str> = log.lines().filter(|line| line.contains("jebi did not start")).collect();
    let place = format!("nothing listens at 127.0.0.1:{} (tried for 1 s, DATABASE_START_WAIT)", server.port());
    assert!(said.len() == 1 && said[0].contains(&place), "{said:?}");

    thread::scope(|scope| {
        let starting = scope.spawn(|| cluster.node("patient"));
        until("it waits", LONG, || cluster.log_of("patient").contains("waiting for the database").then_some(()));
        server.begin();
        let node = starting.join().expect("it starts when the server does");
        node.ready();
        node.stop();
    });
}

#[test]
fn while_the_server_is_away_nothing_is_acknowledged_and_afterwards_nothing_lacks() {
    let _machine = machine::busy();
    let server = Postgres::start("");
    let cluster = Cluster::over(server.database(), None);
    cluster.ses.set_latency(Duration::from_millis(400));
    let nodes = [cluster.node("one"), cluster.node("other")];
    let load = Load::of([1000].into_iter().chain([1; 120]));
    load.post_to(&cluster, 21, 2);
    assert!(cluster.ses.wait_for(100, LONG));
    server.crash();
    for node in &nodes {
        let refused = until("it notices", LONG, || node.call("POST", "/v1/messages", ONE).ok().filter(|answer| answer.status != 202));
        assert_eq!(refused.status, 503, "{}", String::from_utf8_lossy(&refused.body));
        assert_eq!(refused.json()["code"], "store_unavailable", "{}", refused.json());
        assert!(refused.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|s| s > 0)), "{}", refused.head);
        until("a red /ready", LONG, || (!node.is_ready()).then_some(()));
    }
    // What was out has ended, and nothing else has begun.
    let sent = until("no more calls", LONG, || {
        let before = cluster.ses.total();
        (!cluster.ses.wait_for(before + 1, Duration::from_millis(700))).then_some(before)
    });
    let acknowledged = load.acknowledged().len();
    let away = thread::scope(|scope| {
        let posting = scope.spawn(|| load.post_all(&cluster, 2));
        until("refusals", LONG, || (load.failures.load(Ordering::Relaxed) > 5).then_some(()));
        assert_eq!(load.acknowledged().len(), acknowledged, "nothing is acknowledged that is not stored");
        server.begin();
        let back = SystemClock.boot();
        assert!(cluster.ses.wait_for(sent + 50, LONG), "it sends again by itself\n{}", cluster.log());
        let sends = ms(back, SystemClock.boot());
        posting.join().expect("everything was acknowledged");
        nodes.iter().for_each(Node::ready);
        println!("back to sending {sends:.0} ms after the server, green at most {:.0}", ms(back, SystemClock.boot()));
        sends
    });
    assert!(away < 15_000.0, "{away:.0} ms");
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "what was out was settled when it came back: {tally:?}");
    nodes.into_iter().for_each(Node::stop);
    check::verified(&cluster);
}
