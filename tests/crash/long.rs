//! Many small kills.

use super::{check::Tally, load::Load, random::killed};

/// Kills of one data folder.
const EACH: usize = 5;

#[test]
#[ignore = "takes some minutes: run by scripts/crash-long"]
fn five_hundred_kills() {
    #[expect(clippy::disallowed_methods, reason = "scripts/crash-long sets how many")]
    let wanted = std::env::var("JEBI_TEST_KILLS").map_or(500, |n| n.parse().expect("a number of kills"));
    let mut sum = Tally::default();
    for round in 0..u64::try_from(wanted / EACH).expect("a number") {
        let bulk = 200 + usize::try_from(round * 137 % 1800).expect("small");
        let load = Load::of([bulk, 1, 1, 300].into_iter().chain([1; 60]));
        let tally = killed(1000 + round, &load, EACH);
        sum.recipients += tally.recipients;
        sum.twice += tally.twice;
        sum.maybe_twice += tally.maybe_twice;
        sum.unknown += tally.unknown;
        sum.unknown_unsent += tally.unknown_unsent;
    }
    println!("{wanted} kills: {sum:?}");
}
