//! Rows as `COPY … (FORMAT binary)` takes them (PostgreSQL 17, COPY, "Binary Format").

use rusqlite::types::ValueRef;

/// The head of a stream: signature, flags, no extension.
pub(super) const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Its end.
pub(super) const TAIL: &[u8] = &(-1_i16).to_be_bytes();

/// The type a column has in PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Small,
    Number,
    Long,
    Text,
    Bytes,
}

impl Kind {
    /// By its name in `pg_type`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Flag,
            "int2" => Self::Small,
            "int4" => Self::Number,
            "int8" => Self::Long,
            "text" => Self::Text,
            "bytea" => Self::Bytes,
            _ => return None,
        })
    }
}

/// Begins a row of so many columns.
pub(super) fn begin_row(out: &mut Vec<u8>, columns: usize) {
    // A table has at most 1,600.
    out.extend_from_slice(&(columns as i16).to_be_bytes());
}

/// Adds a value of the row, or says why it has no place in the column.
pub(super) fn put(out: &mut Vec<u8>, kind: Kind, value: ValueRef<'_>) -> Result<(), &'static str> {
    const TOO_LARGE: &str = "the number is larger than the column takes";
    match (kind, value) {
        (_, ValueRef::Null) => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        (Kind::Flag, ValueRef::Integer(flag @ (0 | 1))) => field(out, &[u8::from(flag == 1)])?,
        (Kind::Small, ValueRef::Integer(n)) => field(out, &i16::try_from(n).map_err(|_| TOO_LARGE)?.to_be_bytes())?,
        (Kind::Number, ValueRef::Integer(n)) => field(out, &i32::try_from(n).map_err(|_| TOO_LARGE)?.to_be_bytes())?,
        (Kind::Long, ValueRef::Integer(n)) => field(out, &n.to_be_bytes())?,
        (Kind::Text, ValueRef::Text(text)) => {
            std::str::from_utf8(text).map_err(|_| "the text is not UTF-8")?;
            if text.contains(&0) {
                return Err("the text holds a zero byte, which PostgreSQL has no place for");
            }
            field(out, text)?;
        }
        (Kind::Bytes, ValueRef::Blob(bytes)) => field(out, bytes)?,
        _ => return Err("the value is of another type than the column"),
    }
    Ok(())
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), &'static str> {
    let length = i32::try_from(bytes.len()).map_err(|_| "the value is longer than 2 GiB")?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_one(kind: Kind, value: ValueRef<'_>) -> Result<Vec<u8>, &'static str> {
        let mut out = Vec::new();
        put(&mut out, kind, value).map(|()| out)
    }

    #[test]
    fn values_have_the_form_of_the_documentation() {
        assert_eq!(put_one(Kind::Long, ValueRef::Null), Ok(vec![0xff; 4]));
        assert_eq!(put_one(Kind::Flag, ValueRef::Integer(1)), Ok(vec![0, 0, 0, 1, 1]));
        assert_eq!(put_one(Kind::Small, ValueRef::Integer(-2)), Ok(vec![0, 0, 0, 2, 0xff, 0xfe]));
        assert_eq!(put_one(Kind::Number, ValueRef::Integer(258)), Ok(vec![0, 0, 0, 4, 0, 0, 1, 2]));
        assert_eq!(put_one(Kind::Long, ValueRef::Integer(1)), Ok(vec![0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(put_one(Kind::Text, ValueRef::Text("가".as_bytes())), Ok(vec![0, 0, 0, 3, 0xea, 0xb0, 0x80]));
        assert_eq!(put_one(Kind::Bytes, ValueRef::Blob(&[0, 255])), Ok(vec![0, 0, 0, 2, 0, 255]));
    }

    #[test]
    fn what_has_no_place_is_refused_not_changed() {
        for (kind, value) in [
            (Kind::Flag, ValueRef::Integer(2)),
            (Kind::Small, ValueRef::Integer(32_768)),
            (Kind::Number, ValueRef::Integer(1 << 31)),
            (Kind::Text, ValueRef::Text(b"a\0b")),
            (Kind::Text, ValueRef::Text(b"\xff")),
            (Kind::Text, ValueRef::Blob(b"a")),
            (Kind::Bytes, ValueRef::Text(b"a")),
            (Kind::Long, ValueRef::Real(1.0)),
        ] {
            assert!(put_one(kind, value).is_err(), "{kind:?} {value:?}");
        }
    }
}
