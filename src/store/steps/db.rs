//! The seam under the steps: named statements with typed values, on a connection of either engine. The steps say what they read and
//! write by the name of a query; its text is the engine's.

use std::borrow::Cow;

use super::Error;

/// A statement by its name: the same in both engines' folders, each with a text of its own.
pub struct Query {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// A query by its file's name.
macro_rules! q {
    ($name:literal) => {{
        static QUERY: $crate::store::steps::Query = $crate::store::steps::Query {
            name: $name,
            sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/sqlite/sql/", $name, ".sql")),
            postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/postgres/sql/", $name, ".sql")),
        };
        &QUERY
    }};
}
pub(in crate::store) use q;

/// What a parameter or a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// What can be a parameter.
pub trait Bind {
    fn value(&self) -> Value<'_>;
}

macro_rules! bind_int {
    ($($type:ty),*) => {$(
        impl Bind for $type {
            fn value(&self) -> Value<'_> {
                Value::Int(i64::from(*self))
            }
        }
    )*};
}
bind_int!(i64, i32, u32, u16, u8);

impl Bind for bool {
    fn value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}
impl Bind for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}
impl Bind for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}
impl Bind for Cow<'_, str> {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}
impl Bind for [u8] {
    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}
impl Bind for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}
impl<T: Bind + ?Sized> Bind for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}
impl<T: Bind> Bind for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Bind::value)
    }
}

/// The parameters of a statement, in order.
pub trait Params {
    fn bound<R>(self, with: impl FnOnce(&[Value<'_>]) -> R) -> R;
}

impl Params for () {
    fn bound<R>(self, with: impl FnOnce(&[Value<'_>]) -> R) -> R {
        with(&[])
    }
}

impl<T: Bind, const N: usize> Params for [T; N] {
    fn bound<R>(self, with: impl FnOnce(&[Value<'_>]) -> R) -> R {
        with(&self.each_ref().map(Bind::value))
    }
}

/// More than a tuple takes: [`params!`].
pub struct Many<'a, const N: usize>(pub [&'a dyn Bind; N]);

impl<const N: usize> Params for Many<'_, N> {
    fn bound<R>(self, with: impl FnOnce(&[Value<'_>]) -> R) -> R {
        with(&self.0.map(Bind::value))
    }
}

/// Parameters of any number and type.
macro_rules! params {
    ($($value:expr),* $(,)?) => { $crate::store::steps::Many([$(&$value as &dyn $crate::store::steps::Bind),*]) };
}
pub(in crate::store) use params;

macro_rules! params_of_tuples {
    ($(($($name:ident),+)),+ $(,)?) => {$(
        impl<$($name: Bind),+> Params for ($($name,)+) {
            fn bound<R>(self, with: impl FnOnce(&[Value<'_>]) -> R) -> R {
                #[expect(non_snake_case, reason = "each type's name stands for its value too")]
                let ($($name,)+) = self;
                with(&[$($name.value()),+])
            }
        }
    )+};
}
params_of_tuples!(
    (A),
    (A, B),
    (A, B, C),
    (A, B, C, D),
    (A, B, C, D, E),
    (A, B, C, D, E, F),
    (A, B, C, D, E, F, G),
    (A, B, C, D, E, F, G, H),
);

/// What a column can be read as.
pub trait Read: Sized {
    /// `None` when it holds something else.
    fn read(value: Value<'_>) -> Option<Self>;
}

macro_rules! read_int {
    ($($type:ty),*) => {$(
        impl Read for $type {
            fn read(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Int(n) => Self::try_from(n).ok(),
                    Value::Bool(b) => Some(Self::from(b)),
                    _ => None,
                }
            }
        }
    )*};
}
read_int!(i64, u32, u16);

impl Read for bool {
    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bool(b) => Some(b),
            Value::Int(n) => Some(n != 0),
            _ => None,
        }
    }
}
impl Read for String {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.to_owned()) } else { None }
    }
}
impl Read for Vec<u8> {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Blob(bytes) = value { Some(bytes.to_vec()) } else { None }
    }
}
impl<T: Read> Read for Option<T> {
    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            some => T::read(some).map(Some),
        }
    }
}

/// A row's columns, of either engine.
pub trait Columns {
    fn column(&self, index: usize) -> Result<Value<'_>, Error>;
}

/// A row that was found.
pub struct Row<'a>(pub &'a dyn Columns);

impl Row<'_> {
    /// A column by its place in the statement.
    pub fn get<T: Read>(&self, index: usize) -> Result<T, Error> {
        T::read(self.0.column(index)?).ok_or_else(|| Error::damaged("row", format!("column {index} holds another kind of value")))
    }
}

/// Called with each row found; `false` ends the reading.
pub type Visit<'a> = &'a mut dyn FnMut(&Row<'_>) -> Result<bool, Error>;

/// Reading on a connection, inside a transaction.
pub trait Reads {
    /// Reads rows.
    fn visit(&self, query: &'static Query, params: &[Value<'_>], each: Visit<'_>) -> Result<(), Error>;
}

/// Writing on a connection, inside a transaction.
pub trait Statements: Reads {
    /// Runs a statement; the number of rows it changed.
    fn execute(&self, query: &'static Query, params: &[Value<'_>]) -> Result<u64, Error>;

    /// Runs a statement whose result nobody looks at. Its failure may show at a later statement of the transaction.
    fn run(&self, query: &'static Query, params: &[Value<'_>]) -> Result<(), Error> {
        self.execute(query, params).map(drop)
    }

    /// Adds a row by a statement that may run later in the transaction, with others of its kind; before anything reads it.
    fn append(&self, query: &'static Query, row: &[Value<'_>]) -> Result<(), Error> {
        self.run(query, row)
    }

    /// Runs a statement for each of many rows; which of them it changed or found.
    fn each(&self, query: &'static Query, rows: &[&[Value<'_>]]) -> Result<Vec<bool>, Error>;
}
