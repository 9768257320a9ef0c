//! Restarted one after the other under steady traffic: nothing lost, nothing twice, no gap in sending.

use std::{sync::atomic::Ordering, thread, time::Duration};

use super::{
    LONG,
    node::{Cluster, Node},
};
use crate::{
    crash::{
        check::{self, Leased},
        load::Load,
    },
    support::{machine, postgres::Postgres, wait::ms},
};

const RATE: f64 = 150.0;
const SINGLES: usize = 300;
/// The longest time without a mail, in milliseconds.
const GAP: f64 = 2_000.0;

#[test]
fn three_nodes_are_replaced_under_traffic_without_a_gap() {
    let _machine = machine::quiet();
    let cluster = Cluster::over(Postgres::shared().database(), Some(RATE));
    cluster.ses.set_latency(Duration::from_millis(20));
    // As long as whoever shares the load out takes to see that one stops.
    cluster.set("SERVER_DRAIN_WAIT", "1");
    let mut nodes: Vec<_> = (0..3).map(|i| cluster.node(&format!("old-{i}"))).collect();
    let load = Load::of([1500].into_iter().chain([1; SINGLES]));
    thread::scope(|scope| {
        let posting = scope.spawn(|| {
            load.post_to(&cluster, 1, 1);
            for i in 0..SINGLES {
                // One single mail after every fourth other.
                assert!(cluster.ses.wait_for(i * 5, LONG), "it sends");
                load.post_to(&cluster, i + 2, 1);
            }
        });
        for (i, at) in [250, 650, 1050].into_iter().enumerate() {
            assert!(cluster.ses.wait_for(at, LONG), "it sends");
            let new = cluster.node(&format!("new-{i}"));
            new.ready();
            nodes.remove(0).stop();
            nodes.push(new);
        }
        posting.join().expect("everything was acknowledged");
    });
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "{tally:?}");
    assert_eq!(load.failures.load(Ordering::Relaxed), 0, "no request met a closed door");
    let arrivals = cluster.ses.arrivals();
    let gap = arrivals.windows(2).map(|two| ms(two[0].at, two[1].at)).fold(0.0, f64::max);
    println!("longest time without a mail: {gap:.0} ms among {}", arrivals.len());
    assert!(gap < GAP, "{gap:.0} ms without a mail");
    nodes.into_iter().for_each(Node::stop);
}
