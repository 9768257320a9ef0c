//! Killed while reports of sent mail pour in: what was acknowledged is applied, exactly once, and the counts are those of a recount (S3-4).

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use jebi_domain::{fake::SeededRandom, port::Random};
use serde_json::Value;

use super::{LONG, check, home::Home, load::Load};
use crate::support::{machine, reports::dsn, site::Site, wait::until};

const PEOPLE: usize = 3_000;
const KILLS: usize = 4;
const TOPIC: &str = "size-3000";

/// Every delivery and whom it is for.
fn deliveries(home: &Home) -> Vec<(String, String)> {
    let mut all = Vec::new();
    check::each_delivery(home, &format!("topic_id={TOPIC}"), |one| {
        let part = |value: &Value| value.as_str().expect("a text").to_owned();
        all.push((part(&one["id"]), part(&one["recipients"][0]["email"])));
    });
    all
}

/// What is told of a mail: each third bounced, the others were delivered, and of some of those somebody says later that they bounced.
fn words(i: usize) -> Vec<(&'static str, &'static str)> {
    match i % 3 {
        0 => vec![("failed", "5.1.1")],
        1 => vec![("delivered", "2.0.0")],
        _ => vec![("delivered", "2.0.0"), ("failed", "5.2.2")],
    }
}

/// Hands in one report; whether it was acknowledged.
fn hand_in(home: &Home, report: &str) -> bool {
    match home.call("POST", "/v1/events/dsn", &[], report.as_bytes()) {
        Ok(answer) if answer.status == 200 => {
            assert!(matches!(answer.json()["result"].as_str(), Some("recorded" | "repeated")), "{}", answer.json());
            true
        }
        Ok(answer) => {
            assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
            false
        }
        Err(_) => false,
    }
}

fn count(home: &Home, name: &str) -> u64 {
    until("the topic", LONG, || {
        let answer = home.call("GET", &format!("/v1/topics/{TOPIC}"), &[], b"").ok().filter(|answer| answer.status == 200)?;
        answer.json()[name].as_u64()
    })
}

#[test]
fn every_acknowledged_report_is_applied_exactly_once() {
    let _machine = machine::busy();
    let home = Home::new(None);
    let load = Load::of([PEOPLE]);
    let mut server = home.start();
    load.post_all(&home, 1);
    load.drained(&home);
    let all = deliveries(&home);
    assert_eq!(all.len(), PEOPLE);
    let reports: Vec<String> = all
        .iter()
        .enumerate()
        .flat_map(|(i, (id, to))| words(i).into_iter().map(move |(action, status)| dsn(id, to, action, status, &format!("{status} said"))))
        .collect();
    let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let bounced_so_far = AtomicUsize::new(0);
    let random = SeededRandom::new(6);
    server = thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(report) = reports.get(i) else { return };
                    until("an acknowledgement", LONG, || hand_in(&home, report).then_some(()));
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                    if report.contains("Action: failed\r\nStatus: 5.1.1") {
                        bounced_so_far.fetch_add(1, Ordering::Relaxed);
                    }
                    // Some are told twice.
                    if i % 7 == 0 {
                        until("an acknowledgement", LONG, || hand_in(&home, report).then_some(()));
                    }
                }
            });
        }
        for kill in 0..KILLS {
            let share = usize::try_from(random.below((reports.len() / KILLS / 2) as u64)).expect("small");
            let at = kill * reports.len() / KILLS + share;
            until("reports", LONG, || (acknowledged.load(Ordering::Relaxed) > at).then_some(()));
            server.kill();
            let known = bounced_so_far.load(Ordering::Relaxed) as u64;
            server = home.start();
            assert!(count(&home, "bounced") >= known, "what was acknowledged is there after the kill");
        }
        server
    });
    let of = |rest: &[usize]| all.iter().enumerate().filter(|(i, _)| rest.contains(&(i % 3))).count() as u64;
    assert_eq!(count(&home, "bounced"), of(&[0]));
    assert_eq!(count(&home, "delivered"), of(&[1, 2]));
    assert_eq!(count(&home, "soft_bounced"), of(&[2]));
    check::each_delivery(&home, &format!("topic_id={TOPIC}"), |one| {
        let id = one["id"].as_str().expect("an id");
        let to = one["recipients"][0]["email"].as_str().expect("an address");
        let i = all.iter().position(|(own, _)| own == id).unwrap_or_else(|| panic!("{to} was not there before"));
        assert_eq!(one["feedback"], if i % 3 == 0 { "bounced" } else { "delivered" }, "{to}");
    });
    server.stop();
    check::verified(&home);
}

#[test]
fn a_report_is_applied_wholly_or_not_at_all_wherever_it_dies() {
    let _machine = machine::busy();
    for place in ["turn_before_commit", "turn_after_commit"] {
        let home = Home::new(None);
        let load = Load::of([12]);
        let server = home.start();
        load.post_all(&home, 1);
        load.drained(&home);
        let mut all = Vec::new();
        check::each_delivery(&home, "topic_id=size-12", |one| {
            all.push((one["id"].as_str().expect("an id").to_owned(), one["recipients"][0]["email"].as_str().expect("one").to_owned()));
        });
        server.stop();
        // Somewhere among the first turns, some of which are the start's own.
        let dying = home.start_with(&[("JEBI_TEST_CRASH_AT", &format!("{place}:9"))]);
        let mut told: u64 = 0;
        for (id, to) in &all {
            told += u64::from(hand_in(&home, &dsn(id, to, "failed", "5.1.1", "550 5.1.1 gone")));
        }
        if let Ok(mut server) = dying {
            server.ended(LONG);
        }
        let server = home.start();
        let bounced = home.call("GET", "/v1/topics/size-12", &[], b"").expect("an answer").json()["bounced"].as_u64().expect("a number");
        assert!((told..=told + 1).contains(&bounced), "{place}: {told} acknowledged, {bounced} there");
        for (id, to) in &all {
            assert!(hand_in(&home, &dsn(id, to, "failed", "5.1.1", "550 5.1.1 gone")));
        }
        let bounced = home.call("GET", "/v1/topics/size-12", &[], b"").expect("an answer").json()["bounced"].as_u64();
        assert_eq!(bounced, Some(12));
        server.stop();
        check::verified(&home);
    }
}
