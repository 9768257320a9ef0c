//! Numbers.

use minijinja::{Error, Value, value::ValueKind};

use super::{Call, refuse, text};
use crate::template::values::{self, is_missing};

/// A number, whole where it can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    pub fn real(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(n) => n,
        }
    }
    fn value(self) -> Value {
        match self {
            Self::Whole(n) => Value::from(n),
            Self::Real(n) => Value::from(n),
        }
    }
}

/// The number a value is, or that a text is written as.
pub(super) fn read(value: &Value) -> Option<Number> {
    if let Some(text) = value.as_str() {
        let text = text.trim();
        let plain = if text.contains(',') { text.replace(',', "") } else { text.to_owned() };
        let real = || plain.parse().ok().filter(|n: &f64| n.is_finite()).map(Number::Real);
        return plain.parse().ok().map(Number::Whole).or_else(real);
    }
    match value.kind() {
        ValueKind::Bool => Some(Number::Whole(i64::from(value.is_true()))),
        ValueKind::Number => match value.as_i64().filter(|_| value.is_integer()) {
            Some(n) => Some(Number::Whole(n)),
            None => f64::try_from(value.clone()).ok().map(Number::Real),
        },
        _ => None,
    }
}

fn number(value: &Value) -> Result<Number, Error> {
    read(value).ok_or_else(|| refuse("this is no number"))
}

fn operate(call: &Call<'_>, whole: fn(i64, i64) -> Option<i64>, real: fn(f64, f64) -> f64) -> Result<Value, Error> {
    let Some(right) = call.args.first() else { return Ok(Value::UNDEFINED) };
    if is_missing(call.value) || is_missing(right) {
        return Ok(Value::UNDEFINED);
    }
    let (a, b) = (number(call.value)?, number(right)?);
    if let (Number::Whole(a), Number::Whole(b)) = (a, b)
        && let Some(result) = whole(a, b)
    {
        return Ok(Value::from(result));
    }
    let result = real(a.real(), b.real());
    if result.is_finite() { Ok(Value::from(result)) } else { Err(refuse("this has no result: it divides by zero or is too large")) }
}

/// Numbers are added, texts put together, and lists too.
pub(super) fn plus(call: &Call<'_>) -> Result<Value, Error> {
    let Some(right) = call.args.first() else { return Ok(Value::UNDEFINED) };
    match (call.value.kind(), right.kind()) {
        (ValueKind::String, ValueKind::String) => text::cat(call),
        (ValueKind::Seq, ValueKind::Seq) => {
            let both = [values::items(call.value), values::items(right)].into_iter().flatten().flatten();
            values::list(both.collect())
        }
        _ => operate(call, i64::checked_add, |a, b| a + b),
    }
}
pub(super) fn minus(call: &Call<'_>) -> Result<Value, Error> {
    operate(call, i64::checked_sub, |a, b| a - b)
}
/// Numbers only: a text times a number has no bounds.
pub(super) fn multiply(call: &Call<'_>) -> Result<Value, Error> {
    let text = |value: Option<&Value>| value.is_some_and(|value| value.kind() == ValueKind::String && read(value).is_none());
    if text(Some(call.value)) || text(call.args.first()) {
        return Err(refuse("only numbers can be multiplied"));
    }
    operate(call, i64::checked_mul, |a, b| a * b)
}
pub(super) fn divide(call: &Call<'_>) -> Result<Value, Error> {
    operate(call, |_, _| None, |a, b| a / b)
}
pub(super) fn divide_whole(call: &Call<'_>) -> Result<Value, Error> {
    operate(call, i64::checked_div_euclid, |a, b| (a / b).floor())
}
pub(super) fn remainder(call: &Call<'_>) -> Result<Value, Error> {
    operate(call, i64::checked_rem_euclid, f64::rem_euclid)
}
pub(super) fn power(call: &Call<'_>) -> Result<Value, Error> {
    operate(call, |a, b| u32::try_from(b).ok().and_then(|b| a.checked_pow(b)), f64::powf)
}
pub(super) fn negate(call: &Call<'_>) -> Result<Value, Error> {
    if is_missing(call.value) {
        return Ok(Value::UNDEFINED);
    }
    Ok(match number(call.value)? {
        Number::Whole(n) => n.checked_neg().map_or(Number::Real(-(n as f64)), Number::Whole),
        Number::Real(n) => Number::Real(-n),
    }
    .value())
}

/// Django's `add`: a sum of numbers, else both put together.
pub(super) fn add(call: &Call<'_>) -> Result<Value, Error> {
    let both = [Some(call.value), call.args.first()];
    if both.iter().all(|value| value.is_some_and(|value| read(value).is_some())) {
        return operate(call, i64::checked_add, |a, b| a + b);
    }
    text::cat(call)
}

pub(super) fn abs(call: &Call<'_>) -> Result<Value, Error> {
    Ok(match number(call.value)? {
        Number::Whole(n) => n.checked_abs().map_or(Number::Real((n as f64).abs()), Number::Whole),
        Number::Real(n) => Number::Real(n.abs()),
    }
    .value())
}

pub(super) fn divisibleby(call: &Call<'_>) -> Result<Value, Error> {
    let by = call.arg(0).map(number).transpose()?.map_or(0.0, Number::real);
    if by == 0.0 {
        return Err(refuse("nothing is divisible by zero"));
    }
    Ok(Value::from(number(call.value)?.real() % by == 0.0))
}

pub(super) fn float(call: &Call<'_>) -> Result<Value, Error> {
    match (read(call.value), call.arg(0)) {
        (Some(n), _) => Ok(Value::from(n.real())),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(refuse("this is no number")),
    }
}

pub(super) fn int(call: &Call<'_>) -> Result<Value, Error> {
    match (read(call.value), call.arg(0)) {
        (Some(Number::Whole(n)), _) => Ok(Value::from(n)),
        (Some(Number::Real(n)), _) => Ok(Value::from(n.trunc() as i64)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(refuse("this is no number")),
    }
}

/// Halves are rounded away from zero.
pub(super) fn round(call: &Call<'_>) -> Result<Value, Error> {
    let digits = call.arg_count(0, 12)?.unwrap_or(0);
    let scale = 10f64.powi(digits as i32);
    Ok(Value::from((number(call.value)?.real() * scale).round() / scale))
}

/// Django's: without an argument one digit where there is a fraction, with a negative one none where there is no fraction.
pub(super) fn floatformat(call: &Call<'_>) -> Result<Value, Error> {
    let n = number(call.value)?.real();
    let digits = match call.arg(0) {
        None => -1.0,
        Some(value) => number(value)?.real(),
    };
    if digits.abs() > 12.0 {
        return Err(refuse("the argument is a number from -12 to 12"));
    }
    let places = digits.abs() as usize;
    let scale = 10f64.powi(places as i32);
    let rounded = (n * scale).round() / scale;
    let places = if digits < 0.0 && n.fract() == 0.0 { 0 } else { places };
    Ok(Value::from(format!("{rounded:.places$}")))
}

/// Commas between thousands.
pub(super) fn intcomma(call: &Call<'_>) -> Result<Value, Error> {
    let plain = match number(call.value)? {
        Number::Whole(n) => n.to_string(),
        Number::Real(n) => n.to_string(),
    };
    Ok(Value::from(commas(&plain)))
}

/// Commas between the thousands of a number that is written with digits.
pub(super) fn commas(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = sign.to_owned();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Bytes as people read them.
pub(super) fn filesizeformat(call: &Call<'_>) -> Result<Value, Error> {
    let mut n = number(call.value)?.real();
    for unit in ["bytes", "KB", "MB", "GB"] {
        if n.abs() < 1024.0 {
            return Ok(Value::from(if unit == "bytes" { format!("{n:.0} bytes") } else { format!("{n:.1} {unit}") }));
        }
        n /= 1024.0;
    }
    Ok(Value::from(format!("{n:.1} TB")))
}
