//! Two nodes share the work, and every view of it agrees.

use super::{LONG, node::Cluster};
use crate::{
    crash::{
        check::{self, Leased},
        load::Load,
    },
    support::{machine, site::Site, wait::until},
};

#[test]
fn two_nodes_share_a_database_and_its_mail() {
    let _machine = machine::busy();
    let cluster = Cluster::new();
    cluster.ses.set_latency(std::time::Duration::from_millis(10));
    let (one, other) = (cluster.node("one"), cluster.node("other"));
    // All is posted to one of them.
    other.leave();
    let load = Load::of([5000, 1, 1, 400].into_iter().chain([1; 30]));
    load.post_all(&cluster, 2);
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "{tally:?}");
    assert!(cluster.sent_by("one") > 0 && cluster.sent_by("other") > 500, "the other hears of it and takes its part");

    let listed = other.get("/v1/nodes");
    let nodes = listed["nodes"].as_array().expect("a list");
    let state = |name: &str| nodes.iter().find(|n| n["name"] == name).map(|n| (n["state"].clone(), n["this"].clone(), n["leased"].clone()));
    assert_eq!(state("one"), Some(("sending".into(), false.into(), 0.into())), "{listed}");
    assert_eq!(state("other"), Some(("sending".into(), true.into(), 0.into())));
    assert!(one.is_ready() && other.is_ready());
    let shown = cluster.jebi(&["nodes"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("one") && shown.contains("other"), "{shown}");

    one.stop();
    until("the list shows the end", LONG, || {
        let nodes = other.get("/v1/nodes");
        nodes["nodes"].as_array().expect("a list").iter().any(|n| n["name"] == "one" && n["state"] == "ended").then_some(())
    });
    other.stop();
    check::verified(&cluster);
}
