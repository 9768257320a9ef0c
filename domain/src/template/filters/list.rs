//! Lists and tables.

use std::collections::BTreeMap;

use minijinja::{Error, Value, value::ValueKind};

use super::{Call, number, refuse};
use crate::template::{
    gauge::{self, Text},
    values::{self, List, Table, is_missing},
};

/// Longest range of numbers.
const MAX_RANGE: i64 = 10_000;

/// The items of what can be gone through.
pub(super) fn read(value: &Value) -> Result<Vec<Value>, Error> {
    values::items(value).ok_or_else(|| refuse("this is no list"))
}

fn pairs(table: &Table) -> Result<Vec<Value>, Error> {
    table.entries.iter().map(|(key, value)| values::list(vec![Value::from(&**key), value.clone()])).collect()
}

/// What `for` goes over; `value|_each("items")` for the pairs of a table, unless it has an entry of that name.
pub(super) fn each(call: &Call<'_>) -> Result<Value, Error> {
    let Some(what) = call.args.first().and_then(Value::as_str) else {
        if call.value.kind() == ValueKind::Seq {
            return Ok(call.value.clone());
        }
        gauge::work(values::weight(call.value))?;
        return values::list(read(call.value)?);
    };
    gauge::work(values::weight(call.value))?;
    let Some(table) = call.value.downcast_object_ref::<Table>() else {
        return if is_missing(call.value) {
            values::list(Vec::new())
        } else {
            Err(refuse(format!("there is no `.{what}`: it is no table")))
        };
    };
    match (table.entries.get(what), what) {
        (Some(entry), _) => values::list(read(entry)?),
        (None, "keys") => values::list(read(call.value)?),
        (None, "values") => values::list(table.entries.values().cloned().collect()),
        _ => values::list(pairs(table)?),
    }
}

pub(super) fn items(call: &Call<'_>) -> Result<Value, Error> {
    match call.value.downcast_object_ref::<Table>() {
        Some(table) => values::list(pairs(table)?),
        None => Err(refuse("this is no table")),
    }
}

/// `value|_list(a, b)` is `[a, b]`.
pub(super) fn make(call: &Call<'_>) -> Result<Value, Error> {
    values::list(call.args.to_vec())
}

/// `value|_table("a", b)` is `{"a": b}`.
pub(super) fn make_table(call: &Call<'_>) -> Result<Value, Error> {
    let entries = call.args.chunks_exact(2).map(|pair| (values::printed(&pair[0]).into_boxed_str(), pair[1].clone()));
    values::table(entries.collect::<BTreeMap<_, _>>())
}

pub(super) fn range(call: &Call<'_>) -> Result<Value, Error> {
    let whole = |value: &Value| match number::read(value) {
        Some(number::Number::Whole(n)) => Ok(n),
        _ => Err(refuse("`range` takes whole numbers")),
    };
    let first = whole(call.value)?;
    let (begin, end) = call.arg(0).map(whole).transpose()?.map_or((0, first), |end| (first, end));
    let step = call.arg(1).map(whole).transpose()?.unwrap_or(1);
    if step == 0 {
        return Err(refuse("the step of a range is not 0"));
    }
    let count = (i128::from(end) - i128::from(begin)).div_euclid(i128::from(step));
    if count > i128::from(MAX_RANGE) {
        return Err(gauge::limit("a range has at most 10,000 numbers"));
    }
    let up = |n: &i64| if step > 0 { *n < end } else { *n > end };
    let all = std::iter::successors(Some(begin), |n| n.checked_add(step)).take_while(up);
    values::list(all.map(Value::from).collect())
}

/// `value|_item(key)`: an item by its place (from the end where negative), an entry by its name.
pub(super) fn item(call: &Call<'_>) -> Result<Value, Error> {
    let Some(key) = call.args.first() else { return Ok(Value::UNDEFINED) };
    if let Some(table) = call.value.downcast_object_ref::<Table>() {
        return Ok(table.entries.get(values::printed(key).as_str()).cloned().unwrap_or_default());
    }
    let Some(number::Number::Whole(place)) = number::read(key) else { return Ok(Value::UNDEFINED) };
    let at = |length: usize| usize::try_from(if place < 0 { place.saturating_add(length as i64) } else { place }).ok();
    if let Some(list) = call.value.downcast_object_ref::<List>() {
        return Ok(at(list.items.len()).and_then(|at| list.items.get(at)).cloned().unwrap_or_default());
    }
    let Some(text) = call.value.as_str() else { return Ok(Value::UNDEFINED) };
    gauge::work(text.len())?;
    let found = at(text.chars().count()).and_then(|at| text.chars().nth(at));
    Ok(found.map_or(Value::UNDEFINED, |c| Value::from(&*c.encode_utf8(&mut [0; 4]))))
}

/// `value|_slice(begin, end, step)`, with `none` for what is left out.
pub(super) fn slice(call: &Call<'_>) -> Result<Value, Error> {
    if is_missing(call.value) {
        return Ok(call.value.clone());
    }
    let whole = |place: usize| match call.arg(place).map(number::read) {
        None => Ok(None),
        Some(Some(number::Number::Whole(n))) => Ok(Some(n)),
        Some(_) => Err(refuse("a slice takes whole numbers")),
    };
    cut(call.value, whole(0)?, whole(1)?, whole(2)?.unwrap_or(1))
}

/// Django's: `"begin:end"` or `"begin:end:step"`.
pub(super) fn django_slice(call: &Call<'_>) -> Result<Value, Error> {
    let range = call.arg_text(0).unwrap_or_default();
    let mut bounds = Vec::new();
    for bound in range.split(':') {
        let bound = bound.trim();
        bounds.push(if bound.is_empty() { None } else { Some(bound.parse().map_err(|_| refuse("the argument is like \"1:3\""))?) });
    }
    match bounds.as_slice() {
        [end] => cut(call.value, None, *end, 1),
        [begin, end] => cut(call.value, *begin, *end, 1),
        [begin, end, step] => cut(call.value, *begin, *end, step.unwrap_or(1)),
        _ => Err(refuse("the argument is like \"1:3\"")),
    }
}

fn cut(value: &Value, begin: Option<i64>, end: Option<i64>, step: i64) -> Result<Value, Error> {
    let step = usize::try_from(step).ok().filter(|step| *step > 0).ok_or_else(|| refuse("the step of a slice is 1 or more"))?;
    let items = read(value)?;
    let length = items.len() as i64;
    let place = |bound: i64| (if bound < 0 { bound.saturating_add(length) } else { bound }).clamp(0, length) as usize;
    let (begin, end) = (begin.map_or(0, place), end.map_or(items.len(), place));
    let kept = items.into_iter().take(end).skip(begin).step_by(step);
    if value.kind() == ValueKind::String {
        return Ok(Value::from(kept.map(|c| values::printed(&c)).collect::<String>()));
    }
    values::list(kept.collect())
}

/// What an item has under a name, which may be dotted, or the item itself.
fn attribute(item: &Value, name: Option<&str>) -> Value {
    let Some(name) = name else { return item.clone() };
    name.split('.').fold(item.clone(), |value, name| item_of(&value, name))
}

fn item_of(value: &Value, name: &str) -> Value {
    let key = Value::from(name);
    item(&Call { value, args: &[key], html: false }).unwrap_or_default()
}

fn item_at(call: &Call<'_>, place: i64) -> Result<Value, Error> {
    match call.value.downcast_object_ref::<Table>() {
        Some(_) => Err(refuse("this is no list")),
        None => item(&Call { value: call.value, args: &[Value::from(place)], html: call.html }),
    }
}
pub(super) fn first(call: &Call<'_>) -> Result<Value, Error> {
    item_at(call, 0)
}
pub(super) fn last(call: &Call<'_>) -> Result<Value, Error> {
    item_at(call, -1)
}
pub(super) fn length(call: &Call<'_>) -> Result<Value, Error> {
    match call.value.as_str() {
        Some(text) => Ok(Value::from(text.chars().count())),
        None => call.value.len().map(Value::from).ok_or_else(|| refuse("this has no length")),
    }
}
pub(super) fn list(call: &Call<'_>) -> Result<Value, Error> {
    values::list(read(call.value)?)
}
pub(super) fn reverse(call: &Call<'_>) -> Result<Value, Error> {
    if let Some(text) = call.value.as_str() {
        return Ok(Value::from(text.chars().rev().collect::<String>()));
    }
    let mut items = read(call.value)?;
    items.reverse();
    values::list(items)
}
pub(super) fn unique(call: &Call<'_>) -> Result<Value, Error> {
    let items = read(call.value)?;
    let mut seen = std::collections::BTreeSet::new();
    values::list(items.into_iter().filter(|item| seen.insert(item.clone())).collect())
}
pub(super) fn map(call: &Call<'_>) -> Result<Value, Error> {
    let name = call.arg_text(0);
    values::list(read(call.value)?.iter().map(|item| attribute(item, name.as_deref())).collect())
}
pub(super) fn max(call: &Call<'_>) -> Result<Value, Error> {
    Ok(read(call.value)?.into_iter().max().unwrap_or_default())
}
pub(super) fn min(call: &Call<'_>) -> Result<Value, Error> {
    Ok(read(call.value)?.into_iter().min().unwrap_or_default())
}

pub(super) fn join(call: &Call<'_>) -> Result<Value, Error> {
    let (separator, name) = (call.arg_text(0).unwrap_or_default(), call.arg_text(1));
    let mut out = Text::default();
    for (i, item) in read(call.value)?.iter().enumerate() {
        if i > 0 {
            out.push(&separator)?;
        }
        out.push_value(&attribute(item, name.as_deref()))?;
    }
    Ok(out.value())
}

pub(super) fn sum(call: &Call<'_>) -> Result<Value, Error> {
    let name = call.arg_text(0);
    read(call.value)?.iter().try_fold(Value::from(0), |sum, item| {
        let item = attribute(item, name.as_deref());
        number::plus(&Call { value: &sum, args: &[item], html: false })
    })
}

fn ordered(value: &Value, by: Option<&str>, reverse: bool, as_written: bool) -> Result<Value, Error> {
    let mut items = read(value)?;
    items.sort_by_cached_key(|item| {
        let key = attribute(item, by);
        match key.as_str() {
            Some(text) if !as_written => Value::from(text.to_lowercase()),
            _ => key,
        }
    });
    if reverse {
        items.reverse();
    }
    values::list(items)
}

pub(super) fn sort(call: &Call<'_>) -> Result<Value, Error> {
    ordered(call.value, call.arg_text(2).as_deref(), call.arg_true(0), call.arg_true(1))
}
/// Jinja's without an argument, the pairs of a table by name; Django's with one, a list by what its items have there.
pub(super) fn dictsort(call: &Call<'_>) -> Result<Value, Error> {
    match call.arg_text(0) {
        Some(by) => ordered(call.value, Some(&by), false, true),
        None => items(call),
    }
}
pub(super) fn dictsortreversed(call: &Call<'_>) -> Result<Value, Error> {
    let sorted = dictsort(call)?;
    reverse(&Call { value: &sorted, args: &[], html: call.html })
}

/// Rows of so many items; the last one filled up where something to fill with is given.
pub(super) fn batch(call: &Call<'_>) -> Result<Value, Error> {
    let count = call.arg_count(0, 1_000)?.filter(|count| *count > 0).ok_or_else(|| refuse("a row has 1 item or more"))?;
    let rows = read(call.value)?.chunks(count).map(<[Value]>::to_vec).collect::<Vec<_>>();
    let filled = rows.into_iter().map(|mut row| {
        if let Some(fill) = call.arg(1) {
            row.resize(count, fill.clone());
        }
        values::list(row)
    });
    values::list(filled.collect::<Result<_, _>>()?)
}

/// At each separator; at white space without one.
pub(super) fn split(call: &Call<'_>) -> Result<Value, Error> {
    let text = call.text();
    let pieces: Vec<Value> = match call.arg_text(0) {
        Some(separator) if !separator.is_empty() => text.split(&separator).map(Value::from).collect(),
        _ => text.split_whitespace().map(Value::from).collect(),
    };
    values::list(pieces)
}
