//! The log: set up once, in one place. Lines go to standard error with UTC times; standard output belongs to commands.

use std::{
    fmt,
    io::{self, IsTerminal},
    panic,
    sync::OnceLock,
};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    fmt::{MakeWriter, format::JsonFields, layer, time::SystemTime},
    layer::SubscriberExt,
    registry,
    registry::LookupSpan,
    reload,
    util::SubscriberInitExt,
};

use super::{json::Lines, sentry};

/// The target of a panic's line.
pub(super) const PANIC: &str = "jebi::panic";

/// Why the log could not be set up.
#[derive(Debug)]
pub struct LogError(String);

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the log cannot be set up: {}", self.0)
    }
}

impl std::error::Error for LogError {}

/// Starts the log for the whole process: `level` is a level or levels per module (`info,jebi::worker=debug`); `json` writes
/// one object a line instead of text. Panics are told in it too.
///
/// # Errors
/// The level cannot be read, or the log was started before.
pub fn init(level: &str, json: bool) -> Result<(), LogError> {
    let colours = io::stderr().is_terminal();
    let (subscriber, handle) = subscriber(level, json, colours, io::stderr)?;
    subscriber.with(sentry::layer()).try_init().map_err(|e| LogError(e.to_string()))?;
    // The log is started once, so nobody was there before.
    let _ = FILTER.set(handle);
    panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or("a value that is no text");
        let place = panic.location().map(ToString::to_string);
        tracing::error!(target: PANIC, panic = said, location = place, "a mistake in the program");
    }));
    Ok(())
}

/// The filter of the log that was started.
static FILTER: OnceLock<FilterHandle> = OnceLock::new();
type FilterHandle = reload::Handle<EnvFilter, Registry>;

/// Logs at another level from now on; without a started log nothing changes.
///
/// # Errors
/// The level cannot be read.
pub fn set_level(level: &str) -> Result<(), LogError> {
    let filter = EnvFilter::builder().parse(level).map_err(|e| LogError(e.to_string()))?;
    FILTER.get().map_or(Ok(()), |handle| handle.reload(filter)).map_err(|e| LogError(e.to_string()))
}

fn subscriber<W>(
    level: &str,
    json: bool,
    colours: bool,
    writer: W,
) -> Result<(impl Subscriber + Send + Sync + for<'a> LookupSpan<'a>, FilterHandle), LogError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(level).map_err(|e| LogError(e.to_string()))?;
    // This timer writes RFC 3339 in UTC.
    let lines = layer().with_timer(SystemTime).with_writer(writer);
    let lines = match json {
        true => lines.fmt_fields(JsonFields::new()).event_format(Lines).boxed(),
        false => lines.with_ansi(colours).boxed(),
    };
    let (filter, handle) = reload::Layer::new(filter);
    Ok((registry().with(filter).with(lines), handle))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(level: &str, json: bool) -> String {
        logged(level, json, || {
            tracing::info!(target: "jebi::worker", waiting = 3, "started");
            tracing::debug!(target: "jebi::worker", "claimed");
            tracing::debug!(target: "hyper", "read");
        })
    }

    fn noted(json: bool, work: impl FnOnce()) -> String {
        logged("info", json, work)
    }

    fn logged(level: &str, json: bool, work: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let (subscriber, _) = subscriber(level, json, false, move || writer.clone()).expect("a log");
        tracing::subscriber::with_default(subscriber, work);
        let bytes = kept.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_json_line_is_one_object_with_its_fields_and_a_time_in_utc() {
        let text = written("info", true);
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&line["level"], &line["message"], &line["waiting"]), (&"INFO".into(), &"started".into(), &3.into()));
        let time = line["timestamp"].as_str().expect("a time");
        assert!(time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok(), "{time}");
    }

    #[test]
    fn a_line_holds_the_fields_of_its_request_and_numbers_stay_numbers() {
        let text = noted(true, || {
            let span = tracing::info_span!("request", request_id = "r1", method = "GET", status = tracing::field::Empty);
            let _inside = span.enter();
            span.record("status", 200);
            tracing::warn!(target: "jebi::http", ok = true, share = 0.5, error = %"a \"quoted\"\nline", message = "done");
        });
        let line: serde_json::Value = serde_json::from_str(&text).expect("one object");
        let expected = serde_json::json!({"request_id": "r1", "method": "GET", "status": 200, "ok": true, "share": 0.5,
            "error": "a \"quoted\"\nline", "message": "done", "level": "WARN", "target": "jebi::http", "timestamp": line["timestamp"]});
        assert_eq!(line, expected);
    }

    #[test]
    fn levels_go_by_module() {
        let text = written("warn,jebi::worker=debug", false);
        assert!(text.contains("started") && text.contains("claimed") && !text.contains("read"), "{text}");
        assert!(text.lines().all(|line| line.split(' ').next().is_some_and(|time| time.ends_with('Z'))), "{text}");
        assert_eq!(written("off", false), "");
    }

    #[test]
    fn the_level_may_be_changed_while_it_logs() {
        let kept = Kept::default();
        let writer = kept.clone();
        let (subscriber, handle) = subscriber("warn", false, false, move || writer.clone()).expect("a log");
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!("before");
            handle.reload(EnvFilter::builder().parse("info").expect("a level")).expect("the log is there");
            tracing::info!("after");
        });
        let text = String::from_utf8(kept.0.lock().expect("not poisoned").clone()).expect("text");
        assert!(!text.contains("before") && text.contains("after"), "{text}");
    }

    #[test]
    fn a_level_that_cannot_be_read_is_refused() {
        assert!(subscriber("info,=x=y", false, false, io::sink).is_err());
    }
}
