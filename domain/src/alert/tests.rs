use proptest::prelude::*;

use super::*;

const REPEAT: Duration = Duration::from_secs(4 * 3600);

fn reading(code: AlertCode, value: f64, limit: f64) -> Reading {
    Reading { code, subject: "ses".into(), value, limit, what: format!("{value} of {limit}"), remedy: "look".into() }
}

fn at(minute: i64) -> Wall {
    Wall(1_764_000_000_000 + minute * 60_000)
}

/// What is told of values looked at minute by minute.
fn told(code: AlertCode, limit: f64, values: &[f64]) -> Vec<(usize, Tell)> {
    let mut alert = Alert::new(code, "ses");
    let mut looks = values.iter().enumerate();
    looks.by_ref().filter_map(|(i, value)| Some((i, alert.look(Some(&reading(code, *value, limit)), REPEAT, at(i as i64))?))).collect()
}

#[test]
fn it_is_raised_at_the_second_look_and_resolved_well_below_at_the_third() {
    let values = [80.0, 79.0, 80.0, 85.0, 70.0, 63.0, 63.0, 65.0, 63.0, 63.0, 63.0, 90.0, 90.0];
    assert_eq!(told(AlertCode::Quota, 80.0, &values), [(3, Tell::Raised), (10, Tell::Resolved), (12, Tell::Raised)]);
}

#[test]
fn room_that_is_short_is_an_alert_of_lack() {
    assert_eq!(
        told(AlertCode::Disk, 1_024.0, &[1_023.0, 500.0, 1_100.0, 1_280.0, 1_280.0, 1_280.0]),
        [(1, Tell::Raised), (5, Tell::Resolved)]
    );
}

#[test]
fn while_it_holds_people_are_reminded_at_long_intervals() {
    let values = vec![90.0; 600];
    let told = told(AlertCode::Quota, 80.0, &values);
    assert_eq!(told, [(1, Tell::Raised), (241, Tell::Reminded), (481, Tell::Reminded)]);
}

#[test]
fn in_a_silence_nobody_is_told_and_afterwards_what_still_holds_is() {
    let mut alert = Alert::new(AlertCode::BulkPaused, "ses");
    alert.silence = Some(Silence { until: at(10), reason: "알고 있음".into(), by: "홍길동".into() });
    let found = reading(AlertCode::BulkPaused, 1.0, 1.0);
    assert_eq!(alert.look(Some(&found), REPEAT, at(1)), None);
    assert!(alert.is_active());
    assert_eq!(alert.look(Some(&found), REPEAT, at(9)), None);
    assert_eq!(alert.look(Some(&found), REPEAT, at(10)), Some(Tell::Raised));
    assert_eq!(alert.look(None, REPEAT, at(11)), Some(Tell::Resolved), "its subject is gone");
    // What nobody was told of is not called off either.
    alert.silence = Some(Silence { until: at(30), reason: String::new(), by: String::new() });
    assert_eq!(alert.look(Some(&found), REPEAT, at(20)), None);
    assert_eq!((alert.look(None, REPEAT, at(21)), alert.is_active()), (None, false));
}

#[test]
fn names_read_back() {
    for code in AlertCode::ALL {
        assert_eq!(AlertCode::from_name(code.as_str()), Some(code));
        assert_eq!(serde_json::to_value(code).expect("json"), code.as_str());
    }
    assert_eq!(AlertCode::from_name("nothing"), None);
}

#[test]
fn one_that_was_never_raised_leaves_nothing() {
    let mut alert = Alert::new(AlertCode::Quota, "ses");
    assert_eq!(alert.look(Some(&reading(AlertCode::Quota, 90.0, 80.0)), REPEAT, at(0)), None);
    assert!(!alert.is_idle(at(0)), "one more look raises it");
    assert_eq!(alert.look(Some(&reading(AlertCode::Quota, 10.0, 80.0)), REPEAT, at(1)), None);
    assert!(alert.is_idle(at(1)));
}

proptest! {
    #[test]
    fn raising_and_resolving_take_turns_and_never_within_its_looks(values in prop::collection::vec(0.0..200.0_f64, 0..300)) {
        let told = told(AlertCode::Quota, 80.0, &values);
        let turns: Vec<_> = told.iter().filter(|(_, tell)| *tell != Tell::Reminded).collect();
        for (i, (_, tell)) in turns.iter().enumerate() {
            prop_assert_eq!(*tell, if i % 2 == 0 { Tell::Raised } else { Tell::Resolved });
        }
        for pair in turns.windows(2) {
            let least = if pair[1].1 == Tell::Resolved { 3 } else { 2 };
            prop_assert!(pair[1].0 - pair[0].0 >= least);
        }
    }

    #[test]
    fn a_value_that_wavers_between_its_limits_changes_nothing(values in prop::collection::vec(64.0..79.99_f64, 1..100)) {
        prop_assert_eq!(told(AlertCode::Quota, 80.0, &values), []);
        let mut raised = vec![80.0, 80.0];
        raised.extend(&values);
        prop_assert_eq!(told(AlertCode::Quota, 80.0, &raised), [(1, Tell::Raised)]);
    }
}
