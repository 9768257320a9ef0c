//! The figures as a small table, in the language of the command line.

use std::time::Duration;

use super::measure::Figures;
use crate::words::Language;

/// One line a figure.
pub(super) fn table(figures: &Figures, language: Language) -> String {
    let say = |english: &str| language.say(english).into_owned();
    let count = |count: u32| grouped(f64::from(count));
    let mut lines = Vec::new();
    if let Some(one) = &figures.one {
        lines.push(say(&format!("{} single mails, one after another; from the request to sent", count(one.count))));
        lines.extend([("p50", one.p50), ("p95", one.p95), ("p99", one.p99)].map(|(name, time)| row(name, &ms(time), "")));
    }
    if let Some(many) = &figures.many {
        lines.push(say(&format!("{} recipients of one mailing", count(many.count))));
        lines.push(row(&say("accepted"), &grouped(many.accepted_per_second), &say("a second")));
        lines.push(row(&say("sent"), &grouped(many.sent_per_second), &say("a second")));
        if let Some(own) = &many.own {
            let processor = format!("{:.0} µs", own.processor.as_secs_f64() * 1e6);
            lines.push(row(&say("processor"), &processor, &say("a mail, server and caller together")));
            lines.extend(own.memory.map(|bytes| row(&say("memory"), &format!("{} MiB", bytes >> 20), "")));
        }
    }
    lines.join("\n")
}

/// Korean letters take two places.
fn row(name: &str, value: &str, unit: &str) -> String {
    let width = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    format!("  {name}{:pad$}{value:>12} {unit}", "", pad = 12_usize.saturating_sub(width)).trim_end().to_owned()
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// A whole number with commas.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let cut = |at: usize| if at > 0 && (digits.len() - at).is_multiple_of(3) { "," } else { "" };
    digits.char_indices().map(|(at, digit)| format!("{}{digit}", cut(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::measure::{Many, One, Own},
        *,
    };

    fn figures() -> Figures {
        let ms = Duration::from_micros;
        Figures {
            one: Some(One { count: 300, p50: ms(1_250), p95: ms(2_000), p99: ms(12_345) }),
            many: Some(Many {
                count: 1_000_000,
                accepted_per_second: 123_456.7,
                sent_per_second: 987.0,
                own: Some(Own { processor: ms(42), memory: Some(64 << 20) }),
            }),
        }
    }

    #[test]
    fn the_table_reads_in_both_languages() {
        let english = table(&figures(), Language::English);
        let lines: Vec<&str> = english.lines().collect();
        assert_eq!(lines[0], "300 single mails, one after another; from the request to sent");
        assert_eq!(lines[1], "  p50              1.25 ms");
        assert_eq!(lines[4], "1,000,000 recipients of one mailing");
        assert_eq!(lines[5], "  accepted         123,457 a second");
        assert_eq!(lines[7], "  processor          42 µs a mail, server and caller together");
        assert_eq!(lines[8], "  memory            64 MiB");
        let korean = table(&figures(), Language::Korean);
        assert!(korean.starts_with("300통을 한 통씩 차례로") && korean.contains("\n  접수             123,457 통/초\n"), "{korean}");
    }
}
