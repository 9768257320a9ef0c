//! Comparing, asking, and values in place of others.

use std::cmp::Ordering;

use minijinja::{Error, Value, value::ValueKind};

use super::{Call, list, number, refuse};
use crate::template::values::{Table, is_missing, printed};

fn other<'a>(call: &'a Call<'_>) -> &'a Value {
    call.args.first().unwrap_or(call.value)
}

fn equal(a: &Value, b: &Value) -> bool {
    is_missing(a) && is_missing(b) || a == b
}

/// The order of two numbers, or of two texts. A text that is a number counts as one beside a number: files of recipients hold
/// texts only. Nothing else has an order.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a.kind(), b.kind()) {
        (ValueKind::String, ValueKind::String) | (ValueKind::Bool, ValueKind::Bool) => Some(a.cmp(b)),
        (ValueKind::Number | ValueKind::String, ValueKind::Number | ValueKind::String) => {
            number::read(a)?.real().partial_cmp(&number::read(b)?.real())
        }
        _ => None,
    }
}

fn ordered(call: &Call<'_>, holds: fn(Ordering) -> bool) -> Result<Value, Error> {
    Ok(Value::from(order(call.value, other(call)).is_some_and(holds)))
}

pub(super) fn eq(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(equal(call.value, other(call))))
}
pub(super) fn ne(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(!equal(call.value, other(call))))
}
pub(super) fn lt(call: &Call<'_>) -> Result<Value, Error> {
    ordered(call, Ordering::is_lt)
}
pub(super) fn le(call: &Call<'_>) -> Result<Value, Error> {
    ordered(call, Ordering::is_le)
}
pub(super) fn gt(call: &Call<'_>) -> Result<Value, Error> {
    ordered(call, Ordering::is_gt)
}
pub(super) fn ge(call: &Call<'_>) -> Result<Value, Error> {
    ordered(call, Ordering::is_ge)
}
pub(super) fn not(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(!call.value.is_true()))
}

/// A text in a text, a value in a list, a name in a table.
fn within(call: &Call<'_>) -> Result<bool, Error> {
    let (value, all) = (call.value, other(call));
    if let Some(text) = all.as_str() {
        return Ok(!is_missing(value) && text.contains(&printed(value)));
    }
    if let Some(table) = all.downcast_object_ref::<Table>() {
        return Ok(value.as_str().is_some_and(|name| table.entries.contains_key(name)));
    }
    Ok(list::read(all)?.iter().any(|item| equal(item, value)))
}
pub(super) fn is_in(call: &Call<'_>) -> Result<Value, Error> {
    within(call).map(Value::from)
}
pub(super) fn is_not_in(call: &Call<'_>) -> Result<Value, Error> {
    within(call).map(|within| Value::from(!within))
}

/// `value|_is(test)` or `value|_is(test, argument)`.
pub(super) fn is(call: &Call<'_>) -> Result<Value, Error> {
    let value = call.value;
    let whole = || number::read(value).map(number::Number::real).filter(|n| n.fract() == 0.0);
    let argument = || call.args.get(1).map(printed).unwrap_or_default();
    let holds = match other(call).as_str().unwrap_or_default() {
        "defined" => !value.is_undefined(),
        "undefined" => value.is_undefined(),
        "none" => value.is_none(),
        "boolean" => value.kind() == ValueKind::Bool,
        "true" => value.kind() == ValueKind::Bool && value.is_true(),
        "false" => value.kind() == ValueKind::Bool && !value.is_true(),
        "number" => value.is_number(),
        "integer" => value.is_integer(),
        "float" => value.is_number() && !value.is_integer(),
        "string" => value.kind() == ValueKind::String,
        "sequence" => value.kind() == ValueKind::Seq,
        "iterable" => matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::String),
        "mapping" => value.kind() == ValueKind::Map,
        "odd" => whole().is_some_and(|n| n.rem_euclid(2.0) == 1.0),
        "even" => whole().is_some_and(|n| n.rem_euclid(2.0) == 0.0),
        "divisibleby" => return number::divisibleby(&Call { value, args: &call.args[1..], html: call.html }),
        "startingwith" | "endingwith" if value.as_str().is_some_and(|text| text.len() > 10_000) => {
            return Err(refuse("this text is too long to look at its begin or end"));
        }
        "startingwith" => printed(value).starts_with(&argument()),
        "endingwith" => printed(value).ends_with(&argument()),
        test => return Err(refuse(format!("there is no test `{test}`"))),
    };
    Ok(Value::from(holds))
}

fn argument(call: &Call<'_>) -> Value {
    call.args.first().cloned().unwrap_or_else(|| Value::from(""))
}

/// Jinja's: in place of what is missing; with `boolean` also of what is empty, zero or false.
pub(super) fn default(call: &Call<'_>) -> Result<Value, Error> {
    let replaced = is_missing(call.value) || call.arg_true(1) && !call.value.is_true();
    Ok(if replaced { argument(call) } else { call.value.clone() })
}
/// Django's, written with a colon: in place of what is missing, empty, zero or false.
pub(super) fn default_empty(call: &Call<'_>) -> Result<Value, Error> {
    Ok(if call.value.is_true() { call.value.clone() } else { argument(call) })
}
/// In place of a JSON `null`.
pub(super) fn default_if_none(call: &Call<'_>) -> Result<Value, Error> {
    Ok(if call.value.is_none() { argument(call) } else { call.value.clone() })
}

/// `"yes,no"` or `"yes,no,unknown"`.
pub(super) fn yesno(call: &Call<'_>) -> Result<Value, Error> {
    let words = call.arg_text(0).unwrap_or_else(|| "yes,no,maybe".to_owned());
    let words: Vec<&str> = words.split(',').collect();
    let (yes, no) = match words.as_slice() {
        [yes, no, ..] => (*yes, *no),
        _ => return Err(refuse("the argument names two or three words with commas between")),
    };
    let word = if is_missing(call.value) {
        words.get(2).copied().unwrap_or(no)
    } else if call.value.is_true() {
        yes
    } else {
        no
    };
    Ok(Value::from(word))
}
