//! Values that are read whatever their type is.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// What is read of a value, by what the value is. What has no way of its own means nothing.
pub(super) trait Loose<'de>: Default {
    /// A simple value; without a text for null.
    fn simple(_: Text) -> Self {
        Self::default()
    }

    fn list<A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn object<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// Has serde read types by [`Loose`].
macro_rules! read_so {
    ($($of:ty),+) => {$(
        impl<'de> serde::Deserialize<'de> for $of {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::feedback::ses::loose::read(from)
            }
        }
    )+};
}
pub(super) use read_so;

/// Reads a value.
pub(super) fn read<'de, T: Loose<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_any(Any(PhantomData))
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Loose<'de>> Visitor<'de> for Any<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::simple(Text(Some(text.to_owned()))))
    }
    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::simple(Text(Some(text))))
    }
    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::simple(Text(Some(value.to_string()))))
    }
    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::simple(Text(Some(value.to_string()))))
    }
    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::simple(Text(Some(value.to_string()))))
    }
    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::simple(Text(Some(value.to_string()))))
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::simple(Text(None)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::list(seq)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::object(map)
    }
}

/// A text; `None` for null and for what is no simple value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub Option<String>);

impl Text {
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl Loose<'_> for Text {
    fn simple(text: Text) -> Self {
        text
    }
}

read_so!(Text);

/// An object; `None` for whatever else stands there.
pub(super) struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Loose<'de> for Maybe<T> {
    fn object<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| Self(Some(one)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from)
    }
}

/// A list. One value that stands there by itself is a list of one.
pub(super) struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + From<Text>> Loose<'de> for List<T> {
    fn simple(text: Text) -> Self {
        Self(text.get().is_some().then(|| T::from(text)).into_iter().collect())
    }

    fn list<A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        // Of a list within the list the same is read.
        while let Some(Self(some)) = seq.next_element()? {
            all.extend(some);
        }
        Ok(Self(all))
    }

    fn object<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| Self(vec![one]))
    }
}

impl<'de, T: Deserialize<'de> + From<Text>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from)
    }
}
