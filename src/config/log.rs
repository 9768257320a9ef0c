//! `[log]`: how much is said, and in which form.

use super::{
    key::Key,
    parse::{shown, word},
    reader::{Bad, Reader},
};

const LEVEL: Key = Key::new("log.level", &["LOG_LEVEL"]);
const FORMAT: Key = Key::new("log.format", &["LOG_FORMAT"]);

pub(super) const KEYS: &[&Key] = &[&LEVEL, &FORMAT];

/// Accepted words and the level they mean; the last three are Python's.
const LEVELS: &[(&str, &str)] = &[
    ("error", "error"),
    ("warn", "warn"),
    ("info", "info"),
    ("debug", "debug"),
    ("trace", "trace"),
    ("off", "off"),
    ("warning", "warn"),
    ("critical", "error"),
    ("fatal", "error"),
];

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The log.
#[derive(Clone, Debug)]
pub struct Log {
    /// A filter: a level, or levels per module (`info,jebi::worker=debug`), in lower case.
    pub level: String,
    pub format: LogFormat,
}

pub(super) fn read(r: &mut Reader) -> Option<Log> {
    let level = r.must(&LEVEL, level);
    let format = r.must(&FORMAT, word(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
    Some(Log { level: level?, format: format? })
}

fn level(text: &str) -> Result<String, Bad> {
    let parts: Option<Vec<String>> = text.split(',').map(directive).collect();
    let remedy = "write error, warn, info, debug, trace or off, also per module: info,jebi::worker=debug";
    parts.map(|parts| parts.join(",")).ok_or_else(|| Bad::new(format!("{} is not a log level", shown(text)), remedy))
}

fn directive(text: &str) -> Option<String> {
    let known = |word: &str| LEVELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.trim())).map(|(_, level)| *level);
    match text.split_once('=') {
        None => known(text).map(str::to_owned),
        Some((module, level)) => {
            let module = module.trim();
            let is_path = !module.is_empty() && module.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'));
            known(level).filter(|_| is_path).map(|level| format!("{module}={level}"))
        }
    }
}
