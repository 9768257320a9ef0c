//! What a topic's counts say: rates, and its hours as points of a series.

use jiff::{civil::Date, tz::TimeZone};

use crate::{
    event::FeedbackKind,
    port::{
        operator::NotAgain,
        results::{Hour, HourCounts},
        store::Counts,
    },
    time::Wall,
};

/// Hours of a calendar day at most: the day clocks are set back has one more.
pub const DAY_HOURS: u32 = 25;

/// Parts of a whole, from 0 to 1; `None` where the whole is nothing. What was sent is the whole of what was delivered and what bounced; what
/// was delivered is that of everything people did. A report may be missing, so a part that is larger than its whole is all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    pub delivered: Option<f64>,
    pub bounced: Option<f64>,
    pub soft_bounced: Option<f64>,
    pub complained: Option<f64>,
    pub opened: Option<f64>,
    pub clicked: Option<f64>,
    pub opened_by_person: Option<f64>,
    pub clicked_by_person: Option<f64>,
    pub unsubscribed: Option<f64>,
}

impl Rates {
    #[must_use]
    pub fn of(c: &Counts) -> Self {
        Self {
            delivered: part(c.delivered, c.sent),
            bounced: part(c.bounced, c.sent),
            soft_bounced: part(c.soft_bounced, c.sent),
            complained: part(c.complained, c.delivered),
            opened: part(c.opened, c.delivered),
            clicked: part(c.clicked, c.delivered),
            opened_by_person: part(c.opened_by_person, c.delivered),
            clicked_by_person: part(c.clicked_by_person, c.delivered),
            unsubscribed: part(c.unsubscribed, c.delivered),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of recipients lie far below 2^53")]
fn part(of: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| (of as f64 / whole as f64).clamp(0.0, 1.0))
}

/// Whether a mail the provider took may go to a recipient again because it soft-bounced: the receiver's server refused it for now until
/// the provider gave up. `bits` is the set of everything reported.
///
/// # Errors
/// What was reported besides, or instead, forbids it.
pub fn after_soft_bounce(bits: i64) -> Result<(), NotAgain> {
    use FeedbackKind::{
        Bounced, Clicked, ClickedByPerson, Complained, Delivered, Opened, OpenedByPerson, Rejected, SoftBounced, Unsubscribed,
    };
    let has = |kinds: &[FeedbackKind]| kinds.iter().any(|kind| bits & kind.bit() != 0);
    if !has(&[SoftBounced]) {
        return Err(NotAgain::Sent);
    }
    if has(&[Complained]) {
        return Err(NotAgain::Complained);
    }
    if has(&[Bounced, Rejected]) {
        return Err(NotAgain::Permanent);
    }
    // The soft bounce was an automatic answer.
    if has(&[Delivered, Opened, Clicked, OpenedByPerson, ClickedByPerson, Unsubscribed]) {
        return Err(NotAgain::Arrived);
    }
    Ok(())
}

/// How long the steps of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Hour,
    /// A calendar day.
    Day,
}

impl Step {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hour, Self::Day].into_iter().find(|step| step.as_str() == text)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Points of a series at most: 31 days of hours, a year of days.
    #[must_use]
    pub fn most(self) -> u32 {
        match self {
            Self::Hour => 744,
            Self::Day => 366,
        }
    }

    /// Hours that make a full series of points and one more, which shows that there are earlier ones.
    #[must_use]
    pub fn hours(self) -> u32 {
        match self {
            Self::Hour => self.most() + 1,
            Self::Day => (self.most() + 1) * DAY_HOURS,
        }
    }
}

/// What happened in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When the hour or the day begins.
    pub at: Wall,
    /// The day; `None` for an hour.
    pub date: Option<Date>,
    pub counts: HourCounts,
}

/// The newest points of a series, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    pub points: Vec<Point>,
    /// Earlier points were left out, as there are more than a series has.
    pub more: bool,
}

impl Series {
    /// Makes one of hours, newest first, as many as [`Step::hours`] says. In a zone whose offset is not whole hours, an hour belongs to the
    /// day it begins in.
    #[must_use]
    pub fn of(hours: &[(Hour, HourCounts)], step: Step, zone: &TimeZone) -> Self {
        let mut points: Vec<Point> = Vec::new();
        for (hour, counts) in hours {
            let point = match step {
                Step::Hour => Point { at: hour.begins(), date: None, counts: *counts },
                Step::Day => {
                    let date = hour.begins().day(zone);
                    match points.last_mut().filter(|last| last.date == Some(date)) {
                        Some(last) => {
                            last.counts.add(counts);
                            continue;
                        }
                        None => Point { at: midnight(date, zone).unwrap_or(hour.begins()), date: Some(date), counts: *counts },
                    }
                }
            };
            points.push(point);
        }
        let more = points.len() > step.most() as usize;
        points.truncate(step.most() as usize);
        points.reverse();
        Self { points, more }
    }
}

/// When a day begins; `None` at the ends of the calendar.
fn midnight(date: Date, zone: &TimeZone) -> Option<Wall> {
    date.to_zoned(zone.clone()).ok().map(|at| at.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, n: i64) -> Vec<(Hour, HourCounts)> {
        let first = Hour::of(from.parse::<jiff::Timestamp>().unwrap().into());
        (0..n).rev().map(|i| (Hour(first.0 + i), HourCounts { sent: 1, delivered: i, ..HourCounts::default() })).collect()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn rates_name_their_whole_and_nothing_of_nothing_is_none() {
        let counts = Counts {
            sent: 200,
            delivered: 160,
            bounced: 30,
            soft_bounced: 10,
            complained: 1,
            opened: 80,
            opened_by_person: 40,
            clicked: 16,
            clicked_by_person: 8,
            unsubscribed: 4,
            ..Counts::default()
        };
        let all = Rates {
            delivered: Some(0.8),
            bounced: Some(0.15),
            soft_bounced: Some(0.05),
            complained: Some(0.00625),
            opened: Some(0.5),
            opened_by_person: Some(0.25),
            clicked: Some(0.1),
            clicked_by_person: Some(0.05),
            unsubscribed: Some(0.025),
        };
        assert_eq!(Rates::of(&counts), all);
        assert_eq!(Rates::of(&Counts::default()), Rates::default());
        // Opens were reported and deliveries were not, or fewer.
        assert_eq!(Rates::of(&Counts { sent: 5, opened: 3, ..Counts::default() }).opened, None);
        assert_eq!(Rates::of(&Counts { sent: 5, delivered: 2, opened: 3, ..Counts::default() }).opened, Some(1.0));
    }

    #[test]
    fn only_a_soft_bounce_and_nothing_else_lets_mail_go_again() {
        use FeedbackKind::*;
        let says = |kinds: &[FeedbackKind]| after_soft_bounce(kinds.iter().fold(0, |bits, kind| bits | kind.bit()));
        assert_eq!(says(&[]), Err(NotAgain::Sent));
        for other in [Delayed, Delivered, Bounced, Complained] {
            assert_eq!(says(&[other]), Err(NotAgain::Sent), "{other:?}");
        }
        assert_eq!(says(&[SoftBounced]), Ok(()));
        assert_eq!(says(&[Delayed, SoftBounced]), Ok(()));
        for arrived in [Delivered, Opened, Clicked, OpenedByPerson, ClickedByPerson, Unsubscribed] {
            assert_eq!(says(&[SoftBounced, arrived]), Err(NotAgain::Arrived), "{arrived:?}");
        }
        for refused in [Bounced, Rejected] {
            assert_eq!(says(&[SoftBounced, refused, Delivered, Opened]), Err(NotAgain::Permanent), "{refused:?}");
        }
        assert_eq!(says(&[SoftBounced, Bounced, Delivered, Complained]), Err(NotAgain::Complained));
    }

    #[test]
    fn days_are_those_of_the_zone() {
        // 14:00 to 16:59 UTC: 23:00 of one day in Seoul, and two hours of the next.
        let made = Series::of(&hours("2026-11-20T14:00:00Z", 3), Step::Day, &zone("Asia/Seoul"));
        let [first, second] = made.points[..] else { panic!("{made:?}") };
        assert_eq!((first.date.unwrap().to_string(), first.at.to_string()), ("2026-11-20".into(), "2026-11-19T15:00:00.000Z".into()));
        assert_eq!((first.counts.sent, first.counts.delivered), (1, 0));
        assert_eq!((second.date.unwrap().to_string(), second.at.to_string()), ("2026-11-21".into(), "2026-11-20T15:00:00.000Z".into()));
        assert_eq!((second.counts.sent, second.counts.delivered, made.more), (2, 3, false));
    }

    #[test]
    fn the_day_clocks_are_set_back_is_one_point_of_25_hours() {
        let made = Series::of(&hours("2026-10-24T22:00:00Z", 26), Step::Day, &zone("Europe/Berlin"));
        assert_eq!(made.points.iter().map(|p| p.counts.sent).collect::<Vec<_>>(), [25, 1]);
    }

    #[test]
    fn an_hour_belongs_to_the_day_it_begins_in() {
        // Midnight in India is 18:30 UTC.
        let made = Series::of(&hours("2026-11-20T18:00:00Z", 2), Step::Day, &zone("Asia/Kolkata"));
        assert_eq!(made.points.iter().map(|p| p.date.unwrap().day()).collect::<Vec<_>>(), [20, 21]);
    }

    #[test]
    fn the_newest_are_kept_and_what_is_left_out_is_told() {
        for (step, full) in [(Step::Hour, 744), (Step::Day, 366 * 24)] {
            let made = Series::of(&hours("2025-01-01T00:00:00Z", full), step, &TimeZone::UTC);
            assert_eq!((made.points.len(), made.more), (step.most() as usize, false));
            assert!(made.points.is_sorted_by_key(|p| p.at));
            let asked = hours("2025-01-01T00:00:00Z", full + 1);
            assert!(asked.len() <= step.hours() as usize);
            let more = Series::of(&asked, step, &TimeZone::UTC);
            assert_eq!((more.points.len(), more.more), (step.most() as usize, true));
            assert!(more.points[0].at > made.points[0].at);
        }
        assert_eq!((Step::parse("day"), Step::parse("week")), (Some(Step::Day), None));
    }
}
