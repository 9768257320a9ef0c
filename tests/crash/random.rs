//! Killed at random while it takes mail in and sends it.

use std::{thread, time::Duration};

use jebi_domain::{fake::SeededRandom, port::Random};

use super::{
    LONG,
    check::{self, Leased, Tally},
    home::Home,
    load::Load,
};
use crate::support::{machine, site::Site};

/// Kills a server `kills` times, spread at random over the sending of a load, starts it again on the same data each time, and
/// checks everything at the end.
pub fn killed(seed: u64, load: &Load, kills: usize) -> Tally {
    killed_in(&Home::new(None), seed, load, kills)
}

/// The same with whatever provider the home is set up for.
pub fn killed_in(home: &Home, seed: u64, load: &Load, kills: usize) -> Tally {
    // Something is always under way.
    home.ses.set_latency(Duration::from_millis(5));
    let (random, stretch) = (SeededRandom::new(seed), load.recipients() * 97 / 100 / kills);
    let (mut leased, mut leases, mut most) = (Leased::default(), 0, 0);
    let server = thread::scope(|scope| {
        let mut server = home.start();
        let posting = scope.spawn(|| load.post_all(home, 4));
        for kill in 0..kills {
            let share = usize::try_from(random.below(stretch as u64)).expect("small");
            assert!(home.ses.wait_for(kill * stretch + share + 1, LONG), "seed {seed}: it sends\n{}", home.log());
            server.kill();
            let now = leased.note(home);
            leases += now;
            most = now.max(most);
            server = home.start();
        }
        posting.join().expect("everything was acknowledged");
        load.drained(home);
        server
    });
    let tally = check::nothing_lost(home, load, &leased);
    assert!(tally.twice <= leases, "seed {seed}: {} twice, {leases} leased", tally.twice);
    server.stop();
    check::verified(home);
    println!(
        "seed {seed}: {kills} kills, {leases} leased at them (at most {most}), {} requests repeated, {tally:?}",
        load.failures.load(std::sync::atomic::Ordering::Relaxed)
    );
    tally
}

#[test]
fn twenty_thousand_mails_survive_four_kills() {
    let _machine = machine::busy();
    let sizes = [5000, 1, 1, 5000].into_iter().chain([1; 198]).chain([5000, 4000]).chain([1; 200]).chain([100; 6]);
    let load = Load::of(sizes);
    assert_eq!(load.recipients(), 20_000);
    let tally = killed(20, &load, 4);
    // A copy under way at two of them may never have been written to the wire.
    assert!(tally.unknown_unsent <= tally.unknown);
}

#[test]
fn after_one_kill_everybody_has_it() {
    let _machine = machine::busy();
    let load = Load::of([1000].into_iter().chain([1; 100]));
    let tally = killed(3, &load, 1);
    assert_eq!(tally.unknown, 0, "one kill leaves nothing unknown: {tally:?}");
}
