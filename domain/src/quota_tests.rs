use proptest::prelude::*;

use super::*;

const DAY: i64 = 24 * 3_600_000;
const HOUR: i64 = 3_600_000;

fn quota(limit: u64, reserve: f64) -> Quota {
    Quota::new(Some(limit), reserve, Vec::new())
}

/// The most recipients in any half-open 24 hours of a log.
fn peak(log: &[(i64, u64)]) -> u64 {
    let (mut lo, mut sum, mut most) = (0, 0, 0);
    for (at, n) in log {
        sum += n;
        while at - log[lo].0 >= DAY {
            sum -= log[lo].1;
            lo += 1;
        }
        most = most.max(sum);
    }
    most
}

#[test]
fn bulk_stops_at_the_reserve_and_transactional_mail_at_the_limit() {
    let mut q = quota(100, 0.1);
    q.add(Wall(0), 90);
    assert_eq!((q.room(Wall(0), Lane::Bulk), q.room(Wall(0), Lane::Transactional)), (Some(0), Some(10)));
    assert!(q.check(Wall(0), Lane::Bulk, 1).is_err());
    assert_eq!(q.check(Wall(0), Lane::Transactional, 10), Ok(()));
    q.add(Wall(0), 10);
    assert_eq!(q.check(Wall(HOUR), Lane::Transactional, 1), Err(Wall(DAY + SLOT_MS)));
    assert_eq!(q.check(Wall(DAY + SLOT_MS), Lane::Bulk, 1), Ok(()), "the window rolled on");
}

#[test]
fn it_waits_for_as_many_slots_as_it_takes() {
    let mut q = quota(30, 0.0);
    for hour in 0..3 {
        q.add(Wall(hour * HOUR), 10);
    }
    for (n, hour) in [(1, 0), (10, 0), (11, 1), (30, 2)] {
        assert_eq!(q.check(Wall(3 * HOUR), Lane::Bulk, n), Err(Wall(hour * HOUR + DAY + SLOT_MS)), "{n}");
    }
}

#[test]
fn what_others_send_through_the_account_counts_and_leaves_after_a_day() {
    let mut q = quota(100, 0.1);
    q.add(Wall(0), 20);
    q.told(75, Wall(1000));
    assert_eq!((q.used(Wall(1000)), q.room(Wall(1000), Lane::Bulk)), (75, Some(15)));
    q.add(Wall(2000), 10);
    assert_eq!(q.used(Wall(2000)), 85, "ours is added to the figure");
    q.told(40, Wall(3000));
    assert_eq!(q.used(Wall(3000)), 40, "the account's figure is believed where it is the higher");
    q.told(5, Wall(4000));
    assert_eq!(q.used(Wall(4000)), 30, "but never below what we sent ourselves");
    q.told(130, Wall(5000));
    assert_eq!(q.check(Wall(5000), Lane::Transactional, 1), Err(Wall(5000 + SLOT_MS)), "ours alone make no room: look again soon");
    q.told(110, Wall(5000));
    assert_eq!(q.check(Wall(5000), Lane::Transactional, 10), Err(Wall(DAY + SLOT_MS)), "when ours of the first slot are gone");
    assert_eq!(q.used(Wall(5000 + DAY)), 30, "our slot has not rolled out, the others' figure is a day old");
}

#[test]
fn what_was_not_accepted_is_taken_back() {
    let mut q = quota(10, 0.0);
    q.add(Wall(0), 6);
    q.add(Wall(HOUR), 4);
    q.take_back(5);
    assert_eq!((q.used(Wall(HOUR)), q.room(Wall(HOUR), Lane::Bulk)), (5, Some(5)));
    q.take_back(100);
    assert_eq!(q.used(Wall(HOUR)), 0, "never below nothing");
}

#[test]
fn a_copy_larger_than_the_limit_goes_alone() {
    let mut q = quota(10, 0.5);
    assert_eq!(q.check(Wall(0), Lane::Bulk, 50), Ok(()));
    q.add(Wall(0), 50);
    assert!(q.check(Wall(0), Lane::Transactional, 1).is_err());
}

#[test]
fn the_end_of_a_mailing_follows_rate_and_quota() {
    let q = quota(1000, 0.1);
    assert_eq!(q.finish(Wall(0), Lane::Bulk, 0, Some(1.0)), Some(Wall(0)));
    assert_eq!(q.finish(Wall(0), Lane::Bulk, 300, Some(1.0)), Some(Wall(300_000)));
    assert_eq!(q.finish(Wall(0), Lane::Bulk, 900, Some(1.0)), Some(Wall(900_000)));
    let second_day = q.finish(Wall(0), Lane::Bulk, 1000, Some(1.0)).expect("within the horizon");
    assert!((DAY..DAY + 2 * SLOT_MS).contains(&second_day.0), "{second_day}");
    assert_eq!(q.finish(Wall(0), Lane::Bulk, 1_000_000, Some(1.0)), None, "three years are no estimate");
    assert_eq!(Quota::new(None, 0.1, Vec::new()).finish(Wall(0), Lane::Bulk, 36_000, Some(10.0)), Some(Wall(HOUR)));
}

#[test]
fn it_goes_on_with_what_was_sent_before_the_start() {
    let q = Quota::new(Some(100), 0.0, vec![(7, 40), (5, 20)]);
    assert_eq!(q.used(Wall(8 * SLOT_MS)), 60);
    assert_eq!(q.used(leaves(5)), 40);
}

proptest! {
    #[test]
    fn no_24_hours_hold_more_than_the_limit_and_bulk_leaves_the_reserve(
        limit in 20u64..500, percent in 0u32..=50,
        mails in prop::collection::vec((any::<bool>(), 1u64..5, 0i64..2 * HOUR), 1..400),
    ) {
        let mut q = quota(limit, f64::from(percent) / 100.0);
        let (mut now, mut log) = (0, Vec::new());
        for (bulk, n, pause) in mails {
            let lane = if bulk { Lane::Bulk } else { Lane::Transactional };
            now += pause;
            while let Err(at) = q.check(Wall(now), lane, n) {
                prop_assert!(at.0 > now, "a wait must move on");
                now = at.0;
            }
            q.add(Wall(now), n);
            log.push((now, n));
            if bulk {
                prop_assert!(q.used(Wall(now)) <= limit - q.reserve());
            }
        }
        prop_assert!(peak(&log) <= limit);
    }

    #[test]
    // Slots may hold more than the limit: it may have been lowered since.
    fn the_time_told_is_the_first_that_does(sent in prop::collection::vec((0i64..100, 1u64..30), 1..50), n in 1u64..20) {
        let q = Quota::new(Some(40), 0.0, sent);
        let now = Wall(100 * SLOT_MS);
        if let Err(at) = q.check(now, Lane::Bulk, n) {
            prop_assert_eq!(q.check(at, Lane::Bulk, n), Ok(()));
            prop_assert!(q.check(Wall(at.0 - 1), Lane::Bulk, n).is_err());
        }
    }

    #[test]
    fn more_mail_never_ends_earlier(limit in 10u64..1000, a in 0u64..3000, b in 0u64..3000, rate in 0.1..20.0f64) {
        let q = quota(limit, 0.1);
        let (few, many) = (a.min(b), a.max(b));
        let (first, last) = (q.finish(Wall(0), Lane::Bulk, few, Some(rate)), q.finish(Wall(0), Lane::Bulk, many, Some(rate)));
        if let Some(last) = last {
            prop_assert!(first.expect("earlier") <= last);
        }
    }
}
