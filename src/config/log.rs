//! `[log]`: how much is said, and in which form.

use super::{
    Secret,
    key::Key,
    parse::{shown, word},
    reader::{Bad, Reader},
};

const LEVEL: Key = Key::new("log.level", &["LOG_LEVEL"]);
const FORMAT: Key = Key::new("log.format", &["LOG_FORMAT"]);

pub(super) const SENTRY: Key = Key::secret("log.sentry_dsn", &["SENTRY_DSN"]);

pub(super) const KEYS: &[&Key] = &[&LEVEL, &FORMAT, &SENTRY];

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
    /// Where errors are reported to, in Sentry's form `https://key@host/project`.
    pub sentry_dsn: Option<Secret>,
}

pub(super) fn read(r: &mut Reader) -> Option<Log> {
    let level = r.must(&LEVEL, level);
    let format = r.must(&FORMAT, word(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
    let sentry_dsn = r.may(&SENTRY, dsn);
    Some(Log { level: level?, format: format?, sentry_dsn: sentry_dsn? })
}

/// `https://key@host[:port][/path]/project`, as Sentry shows it. It is never repeated: it holds a key.
fn dsn(text: &str) -> Result<Secret, Bad> {
    let bad = || Bad::new("is not a Sentry DSN", "copy it from the project's settings (Client Keys): https://key@host/project");
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https")).ok_or_else(bad)?;
    let (key, place) = rest
        .split_once('@')
        .filter(|(key, _)| !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':'))
        .ok_or_else(bad)?;
    let uri: http::Uri = format!("{scheme}://{place}").parse().map_err(|_| bad())?;
    let project = uri.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_good =
        !key.starts_with(':') && uri.host().is_some_and(|host| !host.is_empty()) && project.parse::<u64>().is_ok() && uri.query().is_none();
    if is_good { Ok(Secret::new(text)) } else { Err(bad()) }
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
