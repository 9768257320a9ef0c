//! Killed while reports of sent mail pour in: what was acknowledged is applied, exactly once, and the counts are those of a recount (S3-4).

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use jebi::system::SystemClock;
use jebi_domain::{
    fake::SeededRandom,
    port::{Clock, Random},
};
use serde_json::Value;

use super::{
    LONG, check,
    home::{Home, Server},
    load::Load,
};
use crate::support::{
    fake_ses::id_of,
    machine,
    reports::{dsn, ses_event, ses_fixture},
    site::Site,
    sns,
    wait::until,
};

const PEOPLE: usize = 3_000;
const KILLS: usize = 4;
const TOPIC: &str = "size-3000";

/// Every delivery of a topic and whom it is for.
fn deliveries(home: &Home, topic: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    check::each_delivery(home, &format!("topic_id={topic}"), |one| {
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

fn count(home: &Home, topic: &str, name: &str) -> u64 {
    until("the topic", LONG, || {
        let answer = home.call("GET", &format!("/v1/topics/{topic}"), &[], b"").ok().filter(|answer| answer.status == 200)?;
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
    let all = deliveries(&home, TOPIC);
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
            assert!(count(&home, TOPIC, "bounced") >= known, "what was acknowledged is there after the kill");
        }
        server
    });
    let of = |rest: &[usize]| all.iter().enumerate().filter(|(i, _)| rest.contains(&(i % 3))).count() as u64;
    assert_eq!(count(&home, TOPIC, "bounced"), of(&[0]));
    assert_eq!(count(&home, TOPIC, "delivered"), of(&[1, 2]));
    assert_eq!(count(&home, TOPIC, "soft_bounced"), of(&[2]));
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

/// Delivers an event as SNS does, signed; whether it was acknowledged.
fn deliver(home: &Home, id: &str, event: &str) -> bool {
    let message = sns::SIGNER.signed(sns::unsigned(id, event, SystemClock.wall()));
    match home.call("POST", "/v1/events/results", &[], message.to_string().as_bytes()) {
        Ok(answer) if answer.status == 200 => true,
        Ok(answer) => {
            assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
            false
        }
        Err(_) => false,
    }
}

/// Delivers all, each until it is acknowledged and some twice, while the server is killed again and again.
fn pour<'h>(home: &'h Home, mut server: Server<'h>, events: &[String], kills: usize) -> Server<'h> {
    let (next, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(event) = events.get(i) else { return };
                    for _ in 0..=usize::from(i % 7 == 0) {
                        until("an acknowledgement", LONG, || deliver(home, &format!("m-{i}"), event).then_some(()));
                    }
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for kill in 0..kills {
            let at = (2 * kill + 1) * events.len() / (2 * kills);
            until("events", LONG, || (acknowledged.load(Ordering::Relaxed) > at).then_some(()));
            server.kill();
            server = home.start();
        }
        server
    })
}

/// A third of the events come before their mail and are kept, by SES's id alone; the others are found by our tag, or by that id.
#[test]
fn every_acknowledged_event_of_sns_is_applied_exactly_once_and_what_was_kept_too() {
    const MANY: usize = 600;
    const SIZE: &str = "size-600";
    let _machine = machine::busy();
    let home = Home::new(None);
    home.ses.rules(|rules| rules.ids_known = true);
    sns::SIGNER.write(home.path());
    home.set("SNS_TOPIC_ARNS", sns::TOPIC);
    home.set("JEBI_SNS_CERTIFICATES", home.path().display().to_string());
    home.set("JEBI_SNS_TRUSTED_ROOTS", home.path().join("root.pem").display().to_string());
    let load = Load::of([MANY]);
    let by_id = |fixture: &str, to: &str| ses_event(fixture, &id_of(to), to, None);
    let early = |i: &usize| i.is_multiple_of(3);
    let kept: Vec<String> =
        (0..MANY).filter(early).map(|i| by_id(ses_fixture!("notification_delivery"), &format!("r0-{i}@example.com"))).collect();
    let mut server = pour(&home, home.start(), &kept, 2);
    load.post_all(&home, 1);
    // Killed while what was kept finds its mail.
    until("mail", LONG, || (home.ses.total() > MANY / 2).then_some(()));
    server.kill();
    server = home.start();
    load.drained(&home);

    let all = deliveries(&home, SIZE);
    assert_eq!(all.len(), MANY);
    let place = |to: &str| to.strip_prefix("r0-").and_then(|to| to.split('@').next()?.parse::<usize>().ok()).expect("one of the load's");
    let mut events = Vec::new();
    for (id, to) in &all {
        let tagged = |fixture: &str| ses_event(fixture, &id_of(to), to, Some(id));
        match place(to) % 3 {
            0 => {}
            1 => events.push(tagged(ses_fixture!("event_bounce"))),
            _ => events.extend([tagged(ses_fixture!("event_delivery")), by_id(ses_fixture!("notification_bounce"), to)]),
        }
    }
    server = pour(&home, server, &events, 3);
    // What waits for the index is found a moment later.
    let third = (MANY / 3) as u64;
    for (name, n) in [("delivered", 2 * third), ("bounced", third), ("soft_bounced", third)] {
        until(name, LONG, || (count(&home, SIZE, name) >= n).then_some(()));
        assert_eq!(count(&home, SIZE, name), n, "{name}");
    }
    check::each_delivery(&home, &format!("topic_id={SIZE}"), |one| {
        let to = one["recipients"][0]["email"].as_str().expect("an address");
        assert_eq!(one["feedback"], if place(to) % 3 == 1 { "bounced" } else { "delivered" }, "{to}");
    });
    server.stop();
    check::verified(&home);
}
