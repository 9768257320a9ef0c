//! Killed at named places (`src/crash_point.rs`), one test a place.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus, thread, time::Duration};

use jebi_domain::time::Boot;
use rusqlite::{Connection, OpenFlags};

use super::{
    LONG,
    check::{self, Leased},
    home::{Home, Server},
    load::Load,
};
use crate::support::{
    machine,
    site::Site,
    wait::{ms, until},
};

/// Starts a server that dies at a place; how it died where that was at once.
pub(super) fn dying<'a>(home: &'a Home, place: &str) -> Result<Server<'a>, ExitStatus> {
    home.start_with(&[("JEBI_TEST_CRASH_AT", place)])
}

#[track_caller]
pub(super) fn died(server: Result<Server<'_>, ExitStatus>, place: &str) {
    let status = match server {
        Ok(mut server) => server.ended(LONG),
        Err(status) => status,
    };
    assert_eq!(status.signal(), Some(9), "{place}: {status}");
}

/// Sends some mail through a server that dies at a place, and the rest through the next one.
#[track_caller]
fn survives(places: &[&str]) {
    let _machine = machine::busy();
    places.iter().for_each(|place| survives_with(place, &Load::of([280, 1, 1, 1].into_iter().chain([1; 20]))));
}

#[track_caller]
fn survives_with(place: &str, load: &Load) {
    let home = Home::new(None);
    home.ses.set_latency(Duration::from_millis(3));
    let (mut leased, mut copies) = (Leased::default(), 0);
    let server = dying(&home, place);
    let server = thread::scope(|scope| {
        let posting = scope.spawn(|| load.post_all(&home, 3));
        died(server, place);
        copies = leased.note(&home);
        let server = home.start();
        posting.join().expect("everything was acknowledged");
        load.drained(&home);
        server
    });
    let tally = check::nothing_lost(&home, load, &leased);
    assert_eq!(tally.unknown, 0, "{place}: {tally:?}");
    server.stop();
    check::verified(&home);
    println!("{place}: {copies} leased, {tally:?}");
}

#[test]
fn before_a_commit() {
    survives(&["turn_before_commit:8", "turn_before_commit:11", "turn_before_commit:17"]);
}

#[test]
fn after_a_commit_before_anybody_is_told() {
    survives(&["turn_after_commit:8", "turn_after_commit:11", "turn_after_commit:17"]);
}

#[test]
fn between_the_commits_of_a_staged_request() {
    let _machine = machine::busy();
    // Only beside other mail is a large request written in several commits.
    let load = || Load::of([600, 1, 9000].into_iter().chain([1; 150]).chain([9000]).chain([1; 300]));
    survives_with("between_staged_commits", &load());
    survives_with("between_staged_commits:2", &load());
}

#[test]
fn after_a_claim_before_its_mail_is_ready() {
    survives(&["claimed", "claimed:2"]);
}

#[test]
fn before_the_write() {
    survives(&["before_write", "before_write:57"]);
}

#[test]
fn after_the_answer_before_it_is_settled() {
    survives(&["after_answer", "after_answer:57"]);
}

#[test]
fn in_a_settle_before_its_commit() {
    survives(&["settle_before_commit", "settle_before_commit:4"]);
}

#[test]
fn after_the_commit_of_a_settle() {
    survives(&["settle_after_commit", "settle_after_commit:4"]);
}

#[test]
fn while_it_takes_over_what_the_last_one_left() {
    let _machine = machine::busy();
    let home = Home::new(None);
    home.ses.set_latency(Duration::from_millis(3));
    let load = Load::of([280].into_iter().chain([1; 20]));
    let first = dying(&home, "after_answer:30");
    thread::scope(|scope| {
        let posting = scope.spawn(|| load.post_all(&home, 3));
        died(first, "after_answer:30");
        let (before, mut leased) = (home.leased(), Leased::default());
        assert!(leased.note(&home) > 0);
        died(dying(&home, "reclaim"), "reclaim");
        assert_eq!(home.leased(), before, "nothing of it was written");
        let server = home.start();
        posting.join().expect("everything was acknowledged");
        load.drained(&home);
        let tally = check::nothing_lost(&home, &load, &leased);
        assert_eq!(tally.unknown, 0, "{tally:?}");
        server.stop();
        check::verified(&home);
    });
}

#[test]
fn between_the_epoch_in_the_database_and_its_file() {
    let _machine = machine::busy();
    let home = Home::new(None);
    home.start().stop();
    died(dying(&home, "epoch_raised"), "epoch_raised");
    died(dying(&home, "epoch_raised"), "epoch_raised");
    let server = home.start();
    let load = Load::of([3]);
    load.post_all(&home, 1);
    load.drained(&home);
    assert_eq!(home.ses.total(), 3, "it is not taken for a copy: {}", home.log());
    server.stop();
    // The very first start, before there is a file.
    let home = Home::new(None);
    died(dying(&home, "epoch_raised"), "epoch_raised");
    let server = home.start();
    let load = Load::of([3]);
    load.post_all(&home, 1);
    load.drained(&home);
    assert_eq!(home.ses.total(), 3, "it is not taken for a copy: {}", home.log());
    server.stop();
}

#[test]
fn while_cancelled_mail_is_swept() {
    let _machine = machine::busy();
    let home = Home::new(Some(40.0));
    let load = Load::of([2300]);
    let server = dying(&home, "sweep");
    load.post_all(&home, 1);
    assert!(home.ses.wait_for(10, LONG));
    let answer = home.call("DELETE", "/v1/topics/size-2300", &[], b"").expect("an answer");
    assert_eq!(answer.status, 200);
    let cancelled = answer.json()["cancelled"].as_u64().expect("a number");
    assert!(cancelled > 2000, "{cancelled}");
    died(server, "sweep");
    let leased = home.leased();
    let server = home.start();
    load.drained(&home);
    let (mut unsure, mut by_state) = (0, [0u64; 3]);
    let arrived = home.ses.counts();
    check::each_delivery(&home, "topic_id=size-2300", |d| {
        let to = d["recipients"][0]["email"].as_str().expect("an address");
        let times = arrived.get(to).copied().unwrap_or(0);
        match d["state"].as_str().expect("a state") {
            "sent" => by_state[0] += u64::from(times == 1),
            "cancelled" => by_state[1] += u64::from(times == 0),
            // Under way at the kill; cancelled, so it is not sent again.
            "unknown" if leased.contains(to) => unsure += 1,
            other => panic!("{to} is {other} and arrived {times} times"),
        }
    });
    assert_eq!(by_state[0] + by_state[1] + unsure, 2300, "{by_state:?}, {unsure} unsure");
    assert!(by_state[1] >= cancelled);
    until("the sweep", LONG, || {
        let db = Connection::open_with_flags(home.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
        let left: i64 = db
            .query_row("SELECT count(*) FROM topic_queue WHERE cancelled_at IS NOT NULL AND swept_at IS NULL", [], |r| r.get(0))
            .expect("a number");
        (left == 0).then_some(())
    });
    server.stop();
    check::verified(&home);
    assert_eq!(home.ses.counts(), arrived, "nothing cancelled was sent");
}

#[test]
fn the_rate_holds_across_a_kill_in_the_first_second() {
    let _machine = machine::busy();
    let home = Home::new(Some(30.0));
    let server = home.start();
    let load = Load::of([60]);
    load.post_all(&home, 1);
    assert!(home.ses.wait_for(5, LONG));
    server.kill();
    let before = home.ses.total();
    let last = home.ses.arrivals().last().map(|a| a.at).expect("some came");
    let server = home.start();
    assert!(home.ses.wait_for(before + 1, LONG));
    let first: Boot = home.ses.arrivals()[before].at;
    assert!(ms(last, first) >= 1000.0, "{} ms after the last one of before", ms(last, first));
    server.kill();
}
