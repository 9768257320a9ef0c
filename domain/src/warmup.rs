//! Warming up: a new account or domain sends little at first, and more each day, until receivers know it. The plan is data.

use jiff::{Span, civil::Date, tz::TimeZone};

use crate::{reputation::Scope, time::Wall};

/// The ramp of a plan that names none: recipients a day. Over six weeks to 300,000, as large receivers and SES's own warm-up of dedicated
/// addresses (45 days, "Warming up dedicated IP addresses", SES guide) go.
pub const USUAL: &[u64] = &[
    50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 7_500, 10_000, 12_500, 15_000, 17_500, 20_000,
    25_000, 30_000, 35_000, 40_000, 45_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000, 115_000, 130_000, 145_000, 160_000, 180_000,
    200_000, 220_000, 240_000, 260_000, 280_000, 300_000,
];

/// How much may be sent each day at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub scope: Scope,
    /// The first day.
    pub start: Date,
    /// Recipients of each day from then on; afterwards nothing is limited.
    pub days: Vec<u64>,
}

/// What a plan says of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Today {
    /// Recipients.
    pub allowed: u64,
    /// Which day of the plan it is, from 1.
    pub day: u32,
    pub began: Wall,
    pub ends: Wall,
}

impl Plan {
    /// What holds at a time; `None` when the plan is over. Before it begins nothing is allowed: bulk mail waits for the first day.
    #[must_use]
    pub fn today(&self, now: Wall, zone: &TimeZone) -> Option<Today> {
        let today = now.day(zone);
        let (began, ends) = (midnight(today, zone)?, midnight(today.tomorrow().ok()?, zone)?);
        if today < self.start {
            return Some(Today { allowed: 0, day: 0, began, ends: midnight(self.start, zone)? });
        }
        let passed = (today - self.start).get_days();
        let passed = usize::try_from(passed).ok()?;
        let allowed = *self.days.get(passed)?;
        Some(Today { allowed, day: u32::try_from(passed).ok()? + 1, began, ends })
    }

    /// The last day of it.
    #[must_use]
    pub fn last(&self) -> Date {
        let days = i64::try_from(self.days.len()).unwrap_or(i64::MAX).saturating_sub(1);
        self.start.checked_add(Span::new().days(days.clamp(0, 3_660))).unwrap_or(Date::MAX)
    }
}

/// When a day begins.
fn midnight(day: Date, zone: &TimeZone) -> Option<Wall> {
    day.to_zoned(zone.clone()).ok().map(|at| at.timestamp().into())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Wall {
        text.parse::<jiff::Timestamp>().expect("a time").into()
    }

    #[test]
    fn each_calendar_day_has_its_allowance_and_afterwards_there_is_no_limit() {
        let seoul = TimeZone::get("Asia/Seoul").expect("a zone");
        let plan = Plan { scope: Scope::Domain("news.shop.kr".into()), start: date(2026, 12, 1), days: vec![50, 100] };
        let allowed = |text| plan.today(at(text), &seoul).map(|today| (today.day, today.allowed, today.ends));
        assert_eq!(allowed("2026-11-30T14:59:59Z"), Some((0, 0, at("2026-11-30T15:00:00Z"))), "not before it begins");
        assert_eq!(allowed("2026-11-30T15:00:00Z"), Some((1, 50, at("2026-12-01T15:00:00Z"))), "midnight in Seoul");
        assert_eq!(allowed("2026-12-02T14:59:59Z"), Some((2, 100, at("2026-12-02T15:00:00Z"))));
        assert_eq!(allowed("2026-12-02T15:00:00Z"), None);
        assert_eq!(plan.last(), date(2026, 12, 2));
    }

    #[test]
    fn a_day_that_lasts_25_hours_is_one() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let plan = Plan { scope: Scope::Provider("ses".into()), start: date(2026, 10, 25), days: vec![50] };
        let today = plan.today(at("2026-10-25T12:00:00Z"), &berlin).expect("the first day");
        assert_eq!(today.ends.since(today.began).as_secs(), 25 * 3600);
    }

    #[test]
    fn the_usual_ramp_never_falls_nor_doubles_after_its_first_days() {
        assert!(USUAL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(USUAL[2..].windows(2).all(|pair| pair[1] * 10 < pair[0] * 20));
    }
}
