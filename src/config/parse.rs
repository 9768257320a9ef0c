//! Values out of text, with the words for what is wrong.

use std::{fmt::Display, fs, ops::RangeInclusive, path::PathBuf, time::Duration};

use super::reader::Bad;

/// The value as shown in a fault: quoted, control characters escaped, no longer than a line.
pub(super) fn shown(text: &str) -> String {
    if text.chars().count() <= 60 { format!("{text:?}") } else { format!("{:?}…", text.chars().take(60).collect::<String>()) }
}

/// A whole number in a range.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl FnOnce(&str) -> Result<T, Bad>
where
    T: std::str::FromStr + PartialOrd + Display,
{
    move |text| {
        let remedy = format!("write a whole number from {} to {}", range.start(), range.end());
        let is_number = !text.is_empty() && text.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit());
        match text.parse::<T>() {
            Ok(number) if range.contains(&number) => Ok(number),
            Ok(_) => Err(Bad::new(format!("{} is out of range", shown(text)), remedy)),
            Err(_) if is_number => Err(Bad::new(format!("{} is out of range", shown(text)), remedy)),
            Err(_) => Err(Bad::new(format!("{} is not a whole number", shown(text)), remedy)),
        }
    }
}

/// Whole seconds in a range.
pub(super) fn seconds(range: RangeInclusive<u64>) -> impl FnOnce(&str) -> Result<Duration, Bad> {
    move |text| whole(range)(text).map(Duration::from_secs)
}

/// One of a few words, upper and lower case alike.
pub(super) fn word<T: Copy>(words: &[(&str, T)]) -> impl FnOnce(&str) -> Result<T, Bad> {
    move |text| {
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| Bad::new(format!("{} is not a choice", shown(text)), format!("write one of {}", known.join(", "))))
    }
}

/// Recipients a second.
pub(super) fn rate(text: &str) -> Result<f64, Bad> {
    let remedy = "write a number above 0, or leave it out to send as fast as the account allows";
    match text.trim().parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 1_000_000.0 => Ok(rate),
        _ => Err(Bad::new(format!("{} is not a rate in recipients a second", shown(text)), remedy)),
    }
}

/// An AWS region, by its form: new ones come.
pub(super) fn region(text: &str) -> Result<String, Bad> {
    let plausible = text.split('-').count() >= 3 && text.ends_with(|c: char| c.is_ascii_digit());
    if plausible && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Ok(text.to_owned());
    }
    Err(Bad::new(format!("{} is not an AWS region", shown(text)), "write one such as ap-northeast-2 (Seoul)"))
}

/// A file of certificates that can be read.
pub(super) fn pem_file(text: &str) -> Result<PathBuf, Bad> {
    let remedy = "name a PEM file of certificates";
    match fs::read_to_string(text) {
        Ok(pem) if pem.contains("-----BEGIN CERTIFICATE-----") => Ok(text.into()),
        Ok(_) => Err(Bad::new(format!("{} holds no certificate", shown(text)), remedy)),
        Err(e) => Err(Bad::new(format!("{} cannot be read: {e}", shown(text)), remedy)),
    }
}
