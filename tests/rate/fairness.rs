//! Bulk never delays transactional mail, and one topic's flood another topic only by its share.

use std::{thread, time::Duration};

use jebi::system::SystemClock;
use jebi_domain::{
    fake::SeededRandom,
    port::{Clock, Random},
};

use super::{Rig, peak};
use crate::support::{
    machine,
    wait::{ms, until},
};

const RATE: f64 = 200.0;
/// One slot, with the delay variation and lateness it is stretched by.
const SLOT_MS: f64 = 1027.0 / RATE;

#[test]
fn a_bulk_of_a_hundred_thousand_does_not_delay_a_transactional_mail() {
    let _machine = machine::quiet();
    let rig = Rig::at(RATE);
    (0..10).for_each(|i| rig.post("bulk", "bulk", i * 10_000..(i + 1) * 10_000));
    assert!(rig.ses.wait_for(300, Duration::from_secs(60)), "it sends at its rate");
    let random = SeededRandom::new(11);
    let mut late: Vec<f64> = (0..20)
        .map(|i| {
            thread::sleep(Duration::from_millis(random.below(120)));
            let posted = SystemClock.boot();
            rig.post("transactional", "login", i..i + 1);
            let to = format!("login-{i}@example.com");
            let came = until("the transactional mail", Duration::from_secs(20), || rig.ses.first_to(&to));
            ms(posted, came)
        })
        .collect();
    late.sort_by(f64::total_cmp);
    println!("milliseconds from post to arrival: {late:.1?}");
    let log = rig.written();
    assert!(peak(&log) as f64 <= RATE, "{} in a second", peak(&log));
    let bound = 2.0 * SLOT_MS + 100.0;
    assert!(late[18] <= bound, "{bound:.0} ms at most but for one: {late:.1?}");
    rig.stop();
}

#[test]
fn a_flood_of_one_topic_delays_another_by_its_share() {
    let _machine = machine::quiet();
    let rig = Rig::at(RATE);
    rig.post("transactional", "flood", 0..3000);
    assert!(rig.ses.wait_for(100, Duration::from_secs(60)));
    rig.post("transactional", "other", 0..20);
    // Behind the flood its first would be the three-thousandth. Every second slot is the other topic's; what is claimed already, a
    // quarter of a second's sending, goes before, and what is under way. Counted in mails: a stall of the machine delays both alike.
    let answered = rig.ses.total();
    let done = || rig.ses.arrivals().iter().filter(|a| a.to.starts_with("other")).count() == 20;
    until("the other topic's mail", Duration::from_secs(60), || done().then_some(()));
    let arrivals = rig.ses.arrivals();
    let places = arrivals.iter().enumerate().filter(|(_, a)| a.to.starts_with("other")).map(|(place, _)| place.saturating_sub(answered));
    let places: Vec<usize> = places.collect();
    println!("places after the answer: {places:?}");
    let ahead = 50 + 14;
    for (i, place) in places.iter().enumerate() {
        let share = ahead + 2 * (i + 1);
        assert!(*place <= share, "mail {i} came as number {place}, its share is {share}: {places:?}");
    }
    assert!(peak(&rig.written()) as f64 <= RATE);
    rig.stop();
}
