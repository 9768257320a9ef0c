use proptest::prelude::*;

use super::*;

const NOW: Wall = Wall(1_764_000_000_000);
const RULE: WindowRule = WindowRule { volume: 1_000, days: 30, least: 100 };
const LIMITS: Limits = Limits {
    bounces: Steps { warn: 2.5, slow: 4.0, pause: 8.0 },
    complaints: Steps { warn: 0.05, slow: 0.08, pause: 0.3 },
    least_bounces: 10,
    least_complaints: 3,
    acts: true,
};

fn slot(ago: i64, sent: u64, bounced: u64, complained: u64) -> Slot {
    Slot { slot: slot_of(NOW) - ago, tally: Tally { sent, bounced, complained, failed: 0 } }
}

fn stands(sent: u64, bounced: u64, complained: u64) -> Standing {
    standing(&[slot(0, sent, bounced, complained)], &RULE, None, NOW)
}

#[test]
fn who_sends_much_is_judged_by_a_day_and_who_sends_little_by_a_volume() {
    let much = [slot(0, 5_000, 0, 0), slot(96, 5_000, 0, 0), slot(97, 5_000, 500, 0)];
    assert_eq!(standing(&much, &RULE, None, NOW).tally, Tally { sent: 10_000, ..Tally::default() }, "what is older than a day is left out");
    let little: Vec<Slot> = (0..40).map(|day| slot(day * 96, 60, 1, 0)).collect();
    let stands = standing(&little, &RULE, None, NOW);
    assert_eq!((stands.tally.sent, stands.tally.bounced), (1_020, 17), "as many days as it takes");
    let tiny: Vec<Slot> = (0..40).map(|day| slot(day * 96, 2, 1, 0)).collect();
    let stands = standing(&tiny, &RULE, None, NOW);
    assert_eq!((stands.tally.sent, stands.judged), (62, false), "30 days and not more, and too few to say anything");
}

#[test]
fn what_was_before_a_fresh_start_is_forgiven_to_the_mail() {
    let at = start_of(slot_of(NOW)) + std::time::Duration::from_secs(60);
    let fresh = Some(Fresh { at, before: Tally { sent: 300, bounced: 90, ..Tally::default() } });
    let slots = [slot(0, 500, 91, 0), slot(1, 1_000, 400, 9)];
    let stands = standing(&slots, &RULE, fresh, NOW);
    assert_eq!((stands.tally.sent, stands.tally.bounced, stands.tally.complained, stands.since), (200, 1, 0, at));
}

#[test]
fn simulators_and_the_senders_own_domain_do_not_count() {
    let via = Via { provider: "ses".into(), domain: "shop.kr".into() };
    for (address, counts) in [
        ("kim@naver.example", true),
        ("kim@Shop.KR", false),
        ("kim@mail.shop.kr", false),
        ("kim@workshop.kr", true),
        ("bounce@simulator.amazonses.com", false),
        ("kr", true),
    ] {
        assert_eq!(via.counts(address), counts, "{address}");
    }
}

#[test]
fn scopes_read_as_they_are_written() {
    for scope in [Scope::Provider("ses".into()), Scope::Domain("shop.kr".into())] {
        assert_eq!(scope.to_string().parse(), Ok(scope.clone()));
        assert_eq!(Scope::from_code(scope.code(), scope.name().to_owned()), Some(scope));
    }
    assert_eq!("@Shop.KR".parse(), Ok(Scope::Domain("shop.kr".into())));
    assert!("".parse::<Scope>().is_err() && "@".parse::<Scope>().is_err());
}

#[test]
fn each_limit_has_its_act() {
    let act = |bounced, complained| LIMITS.judge(Act::None, &stands(10_000, bounced, complained)).act;
    assert_eq!(
        [249, 250, 399, 400, 799, 800].map(|n| act(n, 0)),
        [Act::None, Act::Warned, Act::Warned, Act::Slowed, Act::Slowed, Act::Paused]
    );
    assert_eq!([4, 5, 8, 30].map(|n| act(0, n)), [Act::None, Act::Warned, Act::Slowed, Act::Paused]);
    let worse = LIMITS.judge(Act::None, &stands(10_000, 250, 8));
    assert_eq!((worse.complaints, worse.limit), (true, 0.08));
    // One of a few says nothing.
    assert_eq!(LIMITS.judge(Act::None, &stands(150, 9, 2)).act, Act::None);
    assert_eq!(LIMITS.judge(Act::None, &stands(99, 99, 99)).act, Act::None);
    let told = Limits { acts: false, ..LIMITS };
    assert_eq!(told.judge(Act::None, &stands(1_000, 500, 0)).act, Act::Warned);
}

#[test]
fn slowing_ends_well_below_its_limit_and_pausing_by_a_person_alone() {
    let act = |now, bounced| LIMITS.judge(now, &stands(10_000, bounced, 0)).act;
    assert_eq!([390, 320, 319].map(|n| act(Act::Slowed, n)), [Act::Slowed, Act::Slowed, Act::Warned]);
    assert_eq!([200, 199].map(|n| act(Act::Warned, n)), [Act::Warned, Act::None]);
    assert_eq!(act(Act::Paused, 0), Act::Paused);
    // What slowed is not paused by being near the limit of that.
    assert_eq!(act(Act::Slowed, 799), Act::Slowed);
}

#[test]
fn a_topic_is_stopped_by_its_first_results_and_then_left_alone() {
    let rule = TopicRule { first: 1_000, limit: 10.0 };
    let judge = |sent, delivered, bounced| rule.judge(FirstResults { sent, delivered, bounced });
    assert_eq!(judge(60, 0, 19), TopicJudgement::Wait, "neither enough results nor enough bounces");
    assert!(matches!(judge(60, 0, 20), TopicJudgement::Stop { of: 60, .. }), "20 bounces are enough");
    assert!(matches!(judge(500, 88, 12), TopicJudgement::Stop { of: 100, .. }), "or 100 results");
    assert_eq!(judge(500, 90, 10), TopicJudgement::Wait, "at the limit it is well");
    assert_eq!(judge(2_000, 950, 50), TopicJudgement::Passed);
    assert!(matches!(judge(5_000, 2_000, 900), TopicJudgement::Stop { .. }), "their bounces came late");
    assert_eq!(judge(5_000, 5_000, 0), TopicJudgement::Wait, "one that never bounced is not asked about");
}

proptest! {
    #[test]
    fn more_bounces_never_lead_to_less(sent in 100_u64..100_000, a in 0_u64..10_000, more in 0_u64..10_000, now in 0_i64..4) {
        let (a, b) = (a.min(sent), (a + more).min(sent));
        let now = Act::from_code(now).expect("an act");
        prop_assert!(LIMITS.judge(now, &stands(sent, a, 0)).act <= LIMITS.judge(now, &stands(sent, b, 0)).act);
        prop_assert!(LIMITS.judge(now, &stands(sent, 0, a)).act <= LIMITS.judge(now, &stands(sent, 0, b)).act);
    }

    #[test]
    fn the_same_standing_never_flaps(sent in 100_u64..10_000, bounced in 0_u64..1_000, complained in 0_u64..50, now in 0_i64..4) {
        let stands = stands(sent, bounced.min(sent), complained.min(sent));
        let first = LIMITS.judge(Act::from_code(now).expect("an act"), &stands).act;
        prop_assert_eq!(LIMITS.judge(first, &stands).act, first);
    }

    #[test]
    fn a_window_never_counts_more_than_there_is(counts in prop::collection::vec((0_i64..3_000, 0_u64..500, 0_u64..9), 0..60)) {
        let mut slots: Vec<Slot> = counts.iter().map(|(ago, sent, bounced)| slot(*ago, *sent, *bounced, 0)).collect();
        slots.sort_by_key(|one| -one.slot);
        let stands = standing(&slots, &RULE, None, NOW);
        let all: u64 = slots.iter().map(|one| one.tally.sent).sum();
        let day: u64 = slots.iter().filter(|one| one.slot >= slot_of(NOW) - 96).map(|one| one.tally.sent).sum();
        prop_assert!(stands.tally.sent <= all && stands.tally.sent >= day);
        let reach: u64 = slots.iter().filter(|one| one.slot >= RULE.oldest(NOW)).map(|one| one.tally.sent).sum();
        prop_assert!(stands.tally.sent >= reach.min(RULE.volume));
    }
}
