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
    let posted = SystemClock.boot();
    rig.post("transactional", "other", 0..20);
    // Behind the flood it would take fourteen seconds. Every second slot is the other topic's; what is claimed already, a
    // quarter of a second's sending, goes before.
    let came: Vec<f64> = (0..20)
        .map(|i| {
            let to = format!("other-{i}@example.com");
            ms(posted, until("the other topic's mail", Duration::from_secs(30), || rig.ses.first_to(&to)))
        })
        .collect();
    println!("milliseconds from post to arrival: {came:.0?}");
    let ahead = 50.0;
    for (i, came) in came.iter().enumerate() {
        let share = (ahead + 2.0 * (i as f64 + 1.0)) * SLOT_MS;
        assert!(*came <= share + 250.0, "mail {i} came after {came:.0} ms, its share is {share:.0}");
    }
    assert!(peak(&rig.written()) as f64 <= RATE);
    rig.stop();
}
