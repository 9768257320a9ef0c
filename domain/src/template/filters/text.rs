//! Texts.

use minijinja::{Error, Value};

use super::{Call, number, refuse};
use crate::template::{
    gauge::{self, Text},
    values::is_missing,
};

/// Most columns a text is filled up to, and most a line is moved in by.
const MAX_WIDTH: usize = 1_000;

/// Puts texts together. What comes of it is escaped, unless both were safe.
pub(super) fn cat(call: &Call<'_>) -> Result<Value, Error> {
    let Some(right) = call.args.first() else { return Ok(Value::UNDEFINED) };
    if !gauge::empty() && (is_missing(call.value) || is_missing(right)) {
        return Ok(Value::UNDEFINED);
    }
    let mut out = Text::default();
    out.push_value(call.value)?;
    out.push_value(right)?;
    Ok(if call.value.is_safe() && right.is_safe() { out.safe() } else { out.value() })
}

pub(super) fn string(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(call.text()))
}
pub(super) fn lower(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(call.text().to_lowercase()))
}
pub(super) fn upper(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(call.text().to_uppercase()))
}

fn first_upper(text: &str, rest: fn(&str) -> String) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    first + &rest(chars.as_str())
}
/// The first letter large.
pub(super) fn capfirst(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(first_upper(&call.text(), str::to_owned)))
}
/// The first letter large, the others small.
pub(super) fn capitalize(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(first_upper(&call.text(), str::to_lowercase)))
}
/// The first letter of each word large.
pub(super) fn title(call: &Call<'_>) -> Result<Value, Error> {
    let text = call.text();
    let words = text.split_inclusive(|c: char| c.is_whitespace() || c == '-');
    Ok(Value::from(words.map(|word| first_upper(word, str::to_lowercase)).collect::<String>()))
}

pub(super) fn trim(call: &Call<'_>) -> Result<Value, Error> {
    let text = call.text();
    Ok(Value::from(match call.arg_text(0) {
        Some(characters) => text.trim_matches(|c| characters.contains(c)),
        None => text.trim(),
    }))
}

pub(super) fn cut(call: &Call<'_>) -> Result<Value, Error> {
    let cut = call.arg_text(0).unwrap_or_default();
    if cut.is_empty() { Ok(call.value.clone()) } else { Ok(Value::from(call.text().replace(&cut, ""))) }
}

pub(super) fn replace(call: &Call<'_>) -> Result<Value, Error> {
    let (old, new) = (call.arg_text(0).unwrap_or_default(), call.arg_text(1).unwrap_or_default());
    if old.is_empty() {
        return Err(refuse("the text to be replaced is empty"));
    }
    let text = call.text();
    let mut out = Text::default();
    for (i, piece) in text.split(&old).enumerate() {
        if i > 0 {
            out.push(&new)?;
        }
        out.push(piece)?;
    }
    Ok(out.value())
}

/// Spaces before, and the missing columns shared out: `left` of `of` parts stand before.
fn pad(call: &Call<'_>, left: usize, of: usize) -> Result<Value, Error> {
    let width = call.arg_count(0, MAX_WIDTH)?.unwrap_or(0);
    let text = call.text();
    let free = width.saturating_sub(text.chars().count());
    let before = free * left / of;
    Ok(Value::from(format!("{}{text}{}", " ".repeat(before), " ".repeat(free - before))))
}
pub(super) fn ljust(call: &Call<'_>) -> Result<Value, Error> {
    pad(call, 0, 1)
}
pub(super) fn rjust(call: &Call<'_>) -> Result<Value, Error> {
    pad(call, 1, 1)
}
pub(super) fn center(call: &Call<'_>) -> Result<Value, Error> {
    pad(call, 1, 2)
}

/// Moves lines in by 4 columns or as many as told; the first one too where that is asked for.
pub(super) fn indent(call: &Call<'_>) -> Result<Value, Error> {
    let width = " ".repeat(call.arg_count(0, MAX_WIDTH)?.unwrap_or(4));
    let text = call.text();
    let mut out = Text::default();
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push("\n")?;
        }
        if !line.is_empty() && (i > 0 || call.arg_true(1)) {
            out.push(&width)?;
        }
        out.push(line)?;
    }
    Ok(out.value())
}

/// Django's: at most so many characters, the last one an ellipsis where some were cut off.
pub(super) fn truncatechars(call: &Call<'_>) -> Result<Value, Error> {
    let most = call.arg_count(0, gauge::MAX_VALUE)?.unwrap_or(0);
    let text = call.text();
    if text.chars().count() <= most {
        return Ok(Value::from(text));
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    Ok(Value::from(format!("{}…", kept.trim_end())))
}

/// Django's: at most so many words, then an ellipsis.
pub(super) fn truncatewords(call: &Call<'_>) -> Result<Value, Error> {
    let most = call.arg_count(0, gauge::MAX_VALUE)?.unwrap_or(0);
    let text = call.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= most {
        return Ok(Value::from(words.join(" ")));
    }
    Ok(Value::from(format!("{} …", words[..most].join(" "))))
}

/// Jinja's: at most `length` characters with `end` among them, cut between words unless `killwords`.
pub(super) fn truncate(call: &Call<'_>) -> Result<Value, Error> {
    let most = call.arg_count(0, gauge::MAX_VALUE)?.unwrap_or(255);
    let end = call.arg_text(2).unwrap_or_else(|| "...".to_owned());
    let text = call.text();
    if text.chars().count() <= most {
        return Ok(Value::from(text));
    }
    let room = most.saturating_sub(end.chars().count());
    let mut kept: String = text.chars().take(room).collect();
    if !call.arg_true(1)
        && let Some(space) = kept.rfind(' ')
    {
        kept.truncate(space);
    }
    Ok(Value::from(format!("{kept}{end}")))
}

pub(super) fn wordcount(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from(call.text().split_whitespace().count()))
}

/// Django's: `""` or `"s"` by the number, else `"one,many"`.
pub(super) fn pluralize(call: &Call<'_>) -> Result<Value, Error> {
    let suffix = call.arg_text(0).unwrap_or_else(|| "s".to_owned());
    let (one, many) = suffix.split_once(',').unwrap_or(("", &suffix));
    let count = number::read(call.value).map(number::Number::real).or_else(|| call.value.len().map(|n| n as f64));
    let Some(count) = count else { return Err(refuse("this is no number and no list")) };
    Ok(Value::from(if count == 1.0 { one } else { many }))
}
