//! What the translation puts into a template for its own ends.

use minijinja::{Error, Value};

use super::Call;
use crate::template::{gauge, values::is_missing};

fn place<'a>(call: &'a Call<'_>) -> (&'a str, usize) {
    let (name, line) = (call.args.first().and_then(Value::as_str), call.args.get(1).and_then(Value::as_usize));
    (name.unwrap_or_default(), line.unwrap_or_default())
}

/// A variable that must be there: `value|_need(name, line)`.
pub(super) fn need(call: &Call<'_>) -> Result<Value, Error> {
    if is_missing(call.value) {
        let (name, line) = place(call);
        gauge::name(name, line);
    }
    Ok(call.value.clone())
}

/// All that a tag prints: `value|_printed(source, line)`. Named by its source where nothing in it was named.
pub(super) fn printed(call: &Call<'_>) -> Result<Value, Error> {
    let (name, line) = place(call);
    if is_missing(call.value) && !gauge::named_in(line) {
        gauge::name(name, line);
    }
    Ok(call.value.clone())
}

/// Text that is written again and again counts each time: `bytes|_room`.
pub(super) fn room(call: &Call<'_>) -> Result<Value, Error> {
    gauge::room(call.value.as_usize().unwrap_or(usize::MAX))?;
    Ok(Value::from(""))
}
