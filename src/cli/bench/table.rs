//! The figures as a small table, in the language of the command line.

use std::{collections::BTreeMap, time::Duration};

use super::measure::Figures;

/// The languages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Korean,
}

impl Language {
    /// What the environment asks for: the first of these names that is set (POSIX, "Internationalization Variables").
    pub fn of(env: &BTreeMap<String, String>) -> Self {
        let asked = ["JEBI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env.get(name).filter(|v| !v.is_empty()));
        if asked.is_some_and(|asked| asked.to_ascii_lowercase().starts_with("ko")) { Self::Korean } else { Self::English }
    }

    fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Korean => &KOREAN,
        }
    }
}

/// Every word of the table.
struct Words {
    one: &'static str,
    many: &'static str,
    accepted: &'static str,
    sent: &'static str,
    processor: &'static str,
    memory: &'static str,
    per_second: &'static str,
    per_mail: &'static str,
}

const ENGLISH: Words = Words {
    one: "single mails, one after another; from the request to sent",
    many: "recipients of one mailing",
    accepted: "accepted",
    sent: "sent",
    processor: "processor",
    memory: "memory",
    per_second: "a second",
    per_mail: "a mail, server and caller together",
};

const KOREAN: Words = Words {
    one: "통을 한 통씩 차례로, 요청부터 발송까지",
    many: "명에게 보내는 대량 발송 한 건",
    accepted: "접수",
    sent: "발송",
    processor: "CPU",
    memory: "메모리",
    per_second: "통/초",
    per_mail: "(메일 한 통당, 서버와 호출자 합계)",
};

/// One line a figure.
pub(super) fn table(figures: &Figures, language: Language) -> String {
    let words = language.words();
    let mut lines = Vec::new();
    if let Some(one) = &figures.one {
        lines.push(title(one.count, words.one, language));
        lines.extend([("p50", one.p50), ("p95", one.p95), ("p99", one.p99)].map(|(name, time)| row(name, &ms(time), "")));
    }
    if let Some(many) = &figures.many {
        lines.push(title(many.count, words.many, language));
        lines.push(row(words.accepted, &grouped(many.accepted_per_second), words.per_second));
        lines.push(row(words.sent, &grouped(many.sent_per_second), words.per_second));
        if let Some(own) = &many.own {
            lines.push(row(words.processor, &format!("{:.0} µs", own.processor.as_secs_f64() * 1e6), words.per_mail));
            lines.extend(own.memory.map(|bytes| row(words.memory, &format!("{} MiB", bytes >> 20), "")));
        }
    }
    lines.join("\n")
}

fn title(count: u32, what: &str, language: Language) -> String {
    let count = grouped(f64::from(count));
    if language == Language::Korean { format!("{count}{what}") } else { format!("{count} {what}") }
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

    #[test]
    fn the_language_is_the_shells() {
        let of = |names: &[(&str, &str)]| Language::of(&names.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect());
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8")]), Language::Korean);
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "C")]), Language::English);
        assert_eq!(of(&[("LANG", "en_US.UTF-8"), ("JEBI_LANG", "ko"), ("LC_ALL", "")]), Language::Korean);
        assert_eq!(of(&[]), Language::English);
    }
}
