//! A node that freezes, is taken for dead and wakes (S4-3): its late answers are evidence, it starts no call for what it held, and goes
//! on as a new incarnation. In real time: the lease it looks at when it wakes runs on the machine's clock.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;

use super::{
    LONG,
    node::{Cluster, Node},
};
use crate::{
    crash::check,
    support::{machine, wait::until},
};

/// Posts one mail each, straight to a node.
fn post(node: &Node<'_>, topic: &str, on_unknown: &str, count: usize) {
    let emails: Vec<String> = (0..count).map(|i| format!("{topic}-{i}@example.com")).collect();
    let body = serde_json::json!({"messages": [
        {"emails": emails, "topic_id": topic, "lane": "bulk", "on_unknown": on_unknown, "subject": "얼음", "content": "c"},
    ]});
    let answer = node.call("POST", "/v1/messages", &body.to_string()).expect("an answer");
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
}

/// State and `maybe_twice` of every copy of a topic.
fn shown(cluster: &Cluster, topic: &str) -> HashMap<String, (String, bool)> {
    let mut all = HashMap::new();
    check::each_delivery(cluster, &format!("topic_id={topic}"), |d: &Value| {
        let to = d["recipients"][0]["email"].as_str().expect("an address").to_owned();
        all.insert(to, (d["state"].as_str().expect("a state").to_owned(), d["maybe_twice"].as_bool().expect("a flag")));
    });
    all
}

#[test]
fn one_that_wakes_after_it_was_taken_for_dead_starts_nothing_and_tells_what_it_knows() {
    let _machine = machine::busy();
    let cluster = Cluster::new();
    // Calls are out when it freezes, and answered while it is.
    cluster.ses.set_latency(Duration::from_millis(1500));
    let frozen = cluster.node("frozen");
    let first = frozen.incarnation();
    post(&frozen, "hold", "hold", 40);
    post(&frozen, "resend", "resend", 400);
    let out =
        |topic: &str| cluster.ses.arrivals().iter().filter(|a| a.to.starts_with(topic)).map(|a| a.to.clone()).collect::<BTreeSet<_>>();
    until("calls of both", LONG, || (out("hold").len() >= 4 && out("resend").len() >= 4).then_some(()));
    frozen.signal(Signal::STOP);
    frozen.leave();
    let sent = until("the last bytes it wrote", LONG, || {
        let (by_it, all) = (cluster.sent_by("frozen"), cluster.ses.total());
        (!cluster.ses.wait_for(all + 1, Duration::from_millis(300))).then_some(by_it)
    });
    let leased = cluster.leased(first);
    assert!(!leased.is_empty());
    let other = cluster.node("other");
    cluster.ses.set_latency(Duration::from_millis(5));

    let ended = format!("SELECT count(*) FROM incarnation WHERE no = {first} AND ended_at IS NOT NULL");
    until("the other has taken it for dead", LONG, || (cluster.number(&ended) == 1).then_some(()));
    let waiting = || shown(&cluster, "resend").values().filter(|(state, _)| state != "sent").count();
    until("the other has sent all it may", LONG, || (waiting() == 0).then_some(()));
    let held = shown(&cluster, "hold").into_iter().filter(|(_, (state, _))| state == "unknown").map(|(to, _)| to).collect::<BTreeSet<_>>();
    assert!(!held.is_empty(), "what is not to be sent twice waits for evidence");
    assert_eq!(cluster.sent_by("frozen"), sent, "it sleeps");

    frozen.signal(Signal::CONT);
    until("it is another one", LONG, || (frozen.incarnation() > first).then_some(()));
    // Its late answers settle what it had sent; the other mail it held was not sent, and goes now or went before.
    until("no open end", LONG, || shown(&cluster, "hold").values().all(|(state, _)| state == "sent").then_some(()));
    let counts = cluster.ses.counts();
    for (to, (state, maybe_twice)) in shown(&cluster, "hold") {
        assert_eq!((state.as_str(), maybe_twice, counts.get(&to)), ("sent", false, Some(&1)), "{to}");
    }
    for (to, (state, maybe_twice)) in shown(&cluster, "resend") {
        let times = counts.get(&to).copied().unwrap_or(0);
        assert!(state == "sent" && (1..=2).contains(&times), "{to} is {state} and came {times} times");
        assert!(times == 1 || (maybe_twice && leased.contains(&to)), "{to} came twice and does not show it");
    }
    let twice: BTreeSet<&String> = counts.iter().filter(|(_, times)| **times > 1).map(|(to, _)| to).collect();
    let by_frozen: Vec<String> = cluster.ses.arrivals().into_iter().filter(|a| a.by == "frozen").skip(sent).map(|a| a.to).collect();
    // A sender thread may have been stopped between its look at the lease and the first byte: that call had begun, and shows it (above).
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
    let again = by_frozen.iter().filter(|to| twice.contains(to)).count();
    assert!(again <= threads, "what it sends now nobody had sent: {by_frozen:?}");
    println!("{} leased when it froze, {} of them twice, {} sent anew by it", leased.len(), twice.len(), by_frozen.len());

    // It works again.
    let before = cluster.sent_by("frozen");
    other.stop();
    post(&frozen, "after", "resend", 20);
    until("it sends again", LONG, || (cluster.sent_by("frozen") >= before + 20).then_some(()));
    frozen.ready();
    until("its outcomes", LONG, || {
        let topics = frozen.get("/v1/topics?limit=50");
        topics["topics"].as_array().expect("a list").iter().any(|t| t["topic_id"] == "after" && t["sent"] == 20).then_some(())
    });
    frozen.stop();
    let log = cluster.log_of("frozen");
    assert!(log.contains("it starts anew") && !log.contains("the incarnation has been ended"), "{log}");
    check::verified(&cluster);
}
