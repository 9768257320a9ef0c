//! What the translation puts into a template for its own ends.

use minijinja::{Error, Value};

use super::Call;
use crate::template::{gauge, values::is_missing};

fn told<'a>(call: &'a Call<'_>) -> (&'a str, &'a str) {
    let text = |at: usize| call.args.get(at).and_then(Value::as_str).unwrap_or_default();
    (text(0), text(1))
}

/// A variable that must be there: `value|_need(name, place)`.
pub(super) fn need(call: &Call<'_>) -> Result<Value, Error> {
    if is_missing(call.value) {
        let (name, place) = told(call);
        gauge::name(name, place);
    }
    Ok(call.value.clone())
}

/// All that a tag prints: `value|_printed(source, place)`. Named by its source where nothing in it was named.
pub(super) fn printed(call: &Call<'_>) -> Result<Value, Error> {
    let (name, place) = told(call);
    if is_missing(call.value) && !gauge::named_at(place) {
        gauge::name(name, place);
    }
    Ok(call.value.clone())
}

/// Text that is written again and again counts each time: `bytes|_room`.
pub(super) fn room(call: &Call<'_>) -> Result<Value, Error> {
    gauge::room(call.value.as_usize().unwrap_or(usize::MAX))?;
    Ok(Value::from(""))
}
