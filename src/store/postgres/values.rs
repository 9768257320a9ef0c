//! Values of the steps on PostgreSQL's wire, by the type of the parameter or column.

use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::steps::{Columns, Error, Value};

type Failed = Box<dyn StdError + Sync + Send>;

/// A value kept until it is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Owned {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    Blob(Vec<u8>),
}

impl From<&Value<'_>> for Owned {
    fn from(value: &Value<'_>) -> Self {
        match *value {
            Value::Null => Self::Null,
            Value::Int(n) => Self::Int(n),
            Value::Bool(b) => Self::Bool(b),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl Owned {
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(n) => Value::Int(*n),
            Self::Bool(b) => Value::Bool(*b),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

impl ToSql for Owned {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
        encode(self.value(), ty, out)
    }
    // What does not fit is found when it is written.
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

fn encode(value: Value<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failed> {
    match (value, ty) {
        (Value::Null, _) => return Ok(IsNull::Yes),
        (Value::Int(n), &Type::INT8) => out.put_i64(n),
        (Value::Bool(b), &Type::INT8) => out.put_i64(b.into()),
        (Value::Bool(b), &Type::BOOL) => out.put_u8(b.into()),
        (Value::Text(text), &Type::TEXT) => out.put_slice(text.as_bytes()),
        (Value::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (value, ty) => return Err(format!("{value:?} is no {ty}").into()),
    }
    Ok(IsNull::No)
}

/// A column's value.
struct Raw<'a>(Value<'a>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failed> {
        let value = match *ty {
            Type::INT8 => Value::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Int(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Value::Int(i16::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Value::Bool(raw.first().is_some_and(|byte| *byte != 0)),
            Type::TEXT => Value::Text(std::str::from_utf8(raw)?),
            Type::BYTEA => Value::Blob(raw),
            _ => return Err(format!("no column of ours is of type {ty}").into()),
        };
        Ok(Self(value))
    }
    fn from_sql_null(_: &Type) -> Result<Self, Failed> {
        Ok(Self(Value::Null))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Columns for tokio_postgres::Row {
    fn column(&self, index: usize) -> Result<Value<'_>, Error> {
        self.try_get::<_, Raw<'_>>(index).map(|raw| raw.0).map_err(|e| Error::damaged("row", e))
    }
}

/// The types of a statement's parameters, which its text casts each of them to: the same for prepared and for unnamed statements.
pub(super) fn types(text: &str) -> Vec<Type> {
    let mut found: Vec<Type> = Vec::new();
    for part in text.split('$').skip(1) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let Some((no, cast)) = part[..digits].parse::<usize>().ok().zip(part[digits..].strip_prefix("::")) else { continue };
        let name = &cast[..cast.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(cast.len())];
        let of = match (name, cast[name.len()..].starts_with("[]")) {
            ("bigint", false) => Type::INT8,
            ("bigint", true) => Type::INT8_ARRAY,
            ("text", false) => Type::TEXT,
            ("text", true) => Type::TEXT_ARRAY,
            ("bytea", false) => Type::BYTEA,
            ("bytea", true) => Type::BYTEA_ARRAY,
            ("boolean", false) => Type::BOOL,
            ("boolean", true) => Type::BOOL_ARRAY,
            _ => Type::UNKNOWN,
        };
        if found.len() < no {
            found.resize(no, Type::UNKNOWN);
        }
        if no > 0 {
            found[no - 1] = of;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_the_types_they_are_cast_to() {
        let text = "SELECT $2::text, $1::bigint[] WHERE $1::bigint[] IS NOT NULL AND $3::boolean";
        assert_eq!(types(text), [Type::INT8_ARRAY, Type::TEXT, Type::BOOL]);
        assert_eq!(types("SELECT 1"), []);
        assert_eq!(types("SELECT $2::bytea"), [Type::UNKNOWN, Type::BYTEA]);
    }
}
