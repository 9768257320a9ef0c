//! What one rendering may still use, and what it found missing.
//!
//! Kept per thread, because a rendering never leaves its thread and the engine hands filters no place of ours that is as cheap.

use std::cell::{Cell, RefCell};

use minijinja::{Error, ErrorKind, Value};

use super::values;

/// Bytes a rendering may read and make in values, all together.
pub(super) const WORK: usize = 8 << 20;
/// Largest single value a filter makes, in bytes.
pub(super) const MAX_VALUE: usize = 512 << 10;
/// Where the text of an error says that a limit was met.
pub(super) const LIMIT: &str = "limit: ";

struct Gauge {
    work: Cell<usize>,
    room: Cell<usize>,
    /// A missing value prints nothing.
    empty: Cell<bool>,
    /// Dates and the like are told in Korean.
    korean: Cell<bool>,
    missed: Cell<bool>,
    named: RefCell<Vec<(String, String)>>,
}

thread_local! {
    static GAUGE: Gauge = const {
        Gauge {
            work: Cell::new(0),
            room: Cell::new(0),
            empty: Cell::new(false),
            korean: Cell::new(false),
            missed: Cell::new(false),
            named: RefCell::new(Vec::new()),
        }
    };
}

/// Begins a rendering that may write `room` bytes.
pub(super) fn begin(room: usize, empty: bool, korean: bool) {
    GAUGE.with(|gauge| {
        gauge.work.set(WORK);
        gauge.room.set(room);
        gauge.empty.set(empty);
        gauge.korean.set(korean);
        gauge.missed.set(false);
        gauge.named.borrow_mut().clear();
    });
}

pub(super) fn korean() -> bool {
    GAUGE.with(|gauge| gauge.korean.get())
}
/// Whether a missing value counts as an empty text.
pub(super) fn empty() -> bool {
    GAUGE.with(|gauge| gauge.empty.get())
}
/// Notes that a missing value was printed.
pub(super) fn miss() {
    GAUGE.with(|gauge| gauge.missed.set(true));
}
/// Whether a missing value was printed.
pub(super) fn missed() -> bool {
    GAUGE.with(|gauge| gauge.missed.get())
}
/// Notes the name of a missing variable and its place.
pub(super) fn name(name: &str, place: &str) {
    GAUGE.with(|gauge| {
        let mut named = gauge.named.borrow_mut();
        if named.len() < 100 && !named.iter().any(|(known, _)| known == name) {
            named.push((name.to_owned(), place.to_owned()));
        }
    });
}
/// Whether a name was noted at that place.
pub(super) fn named_at(place: &str) -> bool {
    GAUGE.with(|gauge| gauge.named.borrow().iter().any(|(_, known)| known == place))
}
/// The names noted, each with the place it was first met at.
pub(super) fn names() -> Vec<(String, String)> {
    GAUGE.with(|gauge| gauge.named.take())
}

/// Takes `bytes` of the work that is left.
pub(super) fn work(bytes: usize) -> Result<(), Error> {
    take(|gauge| &gauge.work, bytes, "it reads and makes more text than a mail may")
}
/// Takes `bytes` of the room that is left in what is written.
pub(super) fn room(bytes: usize) -> Result<(), Error> {
    take(|gauge| &gauge.room, bytes, "it writes more text than a mail may have")
}

fn take(of: fn(&Gauge) -> &Cell<usize>, bytes: usize, fault: &str) -> Result<(), Error> {
    GAUGE.with(|gauge| match of(gauge).get().checked_sub(bytes) {
        Some(left) => {
            of(gauge).set(left);
            Ok(())
        }
        None => Err(limit(fault)),
    })
}

pub(super) fn limit(fault: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{LIMIT}{fault}"))
}

/// A text under construction that cannot grow beyond [`MAX_VALUE`].
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    pub fn push(&mut self, text: &str) -> Result<(), Error> {
        if self.0.len() + text.len() > MAX_VALUE {
            return Err(limit("it makes a text of more than 512 KiB"));
        }
        self.0.push_str(text);
        Ok(())
    }
    pub fn push_char(&mut self, c: char) -> Result<(), Error> {
        self.push(c.encode_utf8(&mut [0; 4]))
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn value(self) -> Value {
        Value::from(self.0)
    }
    pub fn safe(self) -> Value {
        Value::from_safe_string(self.0)
    }
    /// Adds a value as it is printed, unescaped.
    pub fn push_value(&mut self, value: &Value) -> Result<(), Error> {
        match value.as_str() {
            Some(text) => self.push(text),
            None => self.push(&values::printed(value)),
        }
    }
}
