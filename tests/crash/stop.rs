//! Stopped by SIGTERM.

use std::{thread, time::Duration};

use jebi::system::SystemClock;
use jebi_domain::port::Clock;
use rustix::process::Signal;

use super::{
    LONG,
    check::{self, Leased},
    home::Home,
    load::Load,
};
use crate::support::{
    machine,
    site::Site,
    wait::{ms, until},
};

#[test]
fn a_soft_stop_under_load_loses_and_doubles_nothing() {
    let _machine = machine::busy();
    let home = Home::new(None);
    home.ses.set_latency(Duration::from_millis(20));
    let load = Load::of([2000, 1, 1, 1000].into_iter().chain([1; 150]));
    let server = thread::scope(|scope| {
        let mut server = home.start();
        let posting = scope.spawn(|| load.post_all(&home, 4));
        for at in [300, 1200, 2500] {
            assert!(home.ses.wait_for(at, LONG));
            let asked = SystemClock.boot();
            server.stop();
            println!("stopped in {:.0} ms", ms(asked, SystemClock.boot()));
            assert!(home.leased().is_empty(), "nothing is left under way");
            server = home.start();
        }
        posting.join().expect("everything was acknowledged");
        load.drained(&home);
        server
    });
    let tally = check::nothing_lost(&home, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "{tally:?}");
    server.stop();
    check::verified(&home);
}

#[test]
fn a_second_signal_stops_at_once() {
    let _machine = machine::busy();
    let home = Home::new(None);
    // Longer than the grace: the first signal alone would wait for it.
    home.ses.set_latency(Duration::from_secs(40));
    let load = Load::of([20]);
    let mut server = home.start();
    load.post_all(&home, 1);
    assert!(home.ses.wait_for(4, LONG));
    server.signal(Signal::TERM);
    until("the end of listening", LONG, || home.call("GET", "/health", &[], b"").is_err().then_some(()));
    let asked = SystemClock.boot();
    server.signal(Signal::TERM);
    let status = server.ended(Duration::from_secs(5));
    println!("ended with {status} in {:.0} ms", ms(asked, SystemClock.boot()));
    assert!(status.code().is_some(), "it ended by itself: {status}");
    let mut leased = Leased::default();
    assert!(leased.note(&home) > 0, "what was under way shows at the next start");
    home.ses.set_latency(Duration::ZERO);
    let server = home.start();
    load.drained(&home);
    check::nothing_lost(&home, &load, &leased);
    server.stop();
    check::verified(&home);
}
