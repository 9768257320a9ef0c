//! Dates and times, which JSON has as text (RFC 3339, or a part of it).

use jiff::civil::{Date, DateTime, Time};
use minijinja::{Error, Value};

use super::{Call, refuse};
use crate::template::gauge;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
/// Django's `N`: as the Associated Press has it.
const SHORT_MONTHS: [&str; 12] = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const KOREAN_DAYS: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];

/// With Django's letters; without an argument as people of the mail's language write it.
pub(super) fn date(call: &Call<'_>) -> Result<Value, Error> {
    write(call, if gauge::korean() { "Y년 n월 j일" } else { "N j, Y" })
}
/// The same for a time.
pub(super) fn time(call: &Call<'_>) -> Result<Value, Error> {
    write(call, if gauge::korean() { "A g:i" } else { "P" })
}

fn write(call: &Call<'_>, usual: &str) -> Result<Value, Error> {
    let moment = read(&call.text())?;
    let format = call.arg_text(0).unwrap_or_else(|| usual.to_owned());
    let mut out = gauge::Text::default();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => letters.next().map_or(Ok(()), |c| out.push_char(c))?,
            c if c.is_ascii_alphabetic() => out.push(&part(moment, c)?)?,
            c => out.push_char(c)?,
        }
    }
    Ok(out.value())
}

/// As it is written: no zone is changed into another.
fn read(text: &str) -> Result<DateTime, Error> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    let time = || text.parse::<Time>().ok().map(|time| DateTime::from_parts(Date::constant(1970, 1, 1), time));
    let day = || text.parse::<Date>().ok().map(|date| date.to_datetime(Time::midnight()));
    let moment = text.parse::<DateTime>().ok().or_else(day).or_else(time);
    moment.ok_or_else(|| refuse("this is no date; give it as 2026-11-21 or 2026-11-21T09:30:00+09:00"))
}

fn part(moment: DateTime, letter: char) -> Result<String, Error> {
    let month = usize::try_from(moment.month() - 1).unwrap_or_default();
    let day = usize::try_from(moment.weekday().to_monday_zero_offset()).unwrap_or_default();
    let hour = moment.hour();
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let korean = gauge::korean();
    Ok(match letter {
        'd' => format!("{:02}", moment.day()),
        'j' => moment.day().to_string(),
        'm' => format!("{:02}", moment.month()),
        'n' => moment.month().to_string(),
        'Y' => format!("{:04}", moment.year()),
        'y' => format!("{:02}", moment.year().rem_euclid(100)),
        'F' | 'M' | 'N' | 'b' if korean => format!("{}월", moment.month()),
        'F' => MONTHS[month].to_owned(),
        'M' => MONTHS[month][..3].to_owned(),
        'b' => MONTHS[month][..3].to_lowercase(),
        'N' => SHORT_MONTHS[month].to_owned(),
        'l' if korean => format!("{}요일", KOREAN_DAYS[day]),
        'D' if korean => KOREAN_DAYS[day].to_owned(),
        'l' => DAYS[day].to_owned(),
        'D' => DAYS[day][..3].to_owned(),
        'w' => ((day + 1) % 7).to_string(),
        'z' => moment.date().day_of_year().to_string(),
        't' => moment.date().days_in_month().to_string(),
        'H' => format!("{hour:02}"),
        'G' => hour.to_string(),
        'h' => format!("{twelve:02}"),
        'g' => twelve.to_string(),
        'i' => format!("{:02}", moment.minute()),
        's' => format!("{:02}", moment.second()),
        'a' | 'A' if korean => if hour < 12 { "오전" } else { "오후" }.to_owned(),
        'A' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        'a' | 'P' => {
            let half = if hour < 12 { "a.m." } else { "p.m." };
            match (letter, moment.minute()) {
                ('a', _) => half.to_owned(),
                (_, 0) => format!("{twelve} {half}"),
                (_, minute) => format!("{twelve}:{minute:02} {half}"),
            }
        }
        other => return Err(refuse(format!("`{other}` is no letter of a date; write `\\{other}` for the letter itself"))),
    })
}
