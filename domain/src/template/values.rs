//! Values a template sees. Lists and tables are ours throughout, and know how large they are.

use std::{collections::BTreeMap, fmt, sync::Arc};

use minijinja::{
    Error, Value,
    value::{Enumerator, Object, ObjectRepr, ValueKind},
};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::gauge;

/// What a value is counted as beside its text, in bytes.
const EACH: usize = 24;

/// A list.
#[derive(Debug)]
pub(super) struct List {
    pub items: Vec<Value>,
    weight: usize,
}

/// A table: names and their values.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub entries: BTreeMap<Box<str>, Value>,
    weight: usize,
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.items.get(key.as_usize()?).cloned()
    }
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }
}

impl Object for Table {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.entries.get(key).cloned()
    }
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.entries.keys().map(|key| Value::from(&**key)).collect())
    }
    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// About how many bytes it takes to go through a value. A list within a list counts each time it is met.
pub(super) fn weight(value: &Value) -> usize {
    if let Some(text) = value.as_str() {
        return EACH + text.len();
    }
    if let Some(list) = value.downcast_object_ref::<List>() {
        return list.weight;
    }
    value.downcast_object_ref::<Table>().map_or(EACH, |table| table.weight)
}

/// A list of these, unless it would be larger than a value may be.
pub(super) fn list(items: Vec<Value>) -> Result<Value, Error> {
    let weight = sum(items.iter());
    bounded(weight)?;
    Ok(Value::from_object(List { items, weight }))
}

/// A table of these, unless it would be larger than a value may be.
pub(super) fn table(entries: BTreeMap<Box<str>, Value>) -> Result<Value, Error> {
    let weight = sum(entries.values());
    bounded(weight)?;
    Ok(Value::from_object(Table { entries, weight }))
}

fn bounded(weight: usize) -> Result<(), Error> {
    if weight > gauge::MAX_VALUE { Err(gauge::limit("it makes a list of more than 512 KiB")) } else { Ok(()) }
}

fn sum<'a>(values: impl Iterator<Item = &'a Value>) -> usize {
    values.fold(2 * EACH, |sum, value| sum.saturating_add(EACH + weight(value)))
}

/// The items of a list, the names of a table, the characters of a text; nothing for what is missing.
pub(super) fn items(value: &Value) -> Option<Vec<Value>> {
    if let Some(list) = value.downcast_object_ref::<List>() {
        return Some(list.items.clone());
    }
    if let Some(table) = value.downcast_object_ref::<Table>() {
        return Some(table.entries.keys().map(|key| Value::from(&**key)).collect());
    }
    if let Some(text) = value.as_str() {
        return Some(text.chars().map(|c| Value::from(&*c.encode_utf8(&mut [0; 4]))).collect());
    }
    is_missing(value).then(Vec::new)
}

/// A JSON `null` is as good as no value: nobody wants to read `None` in a mail.
pub(super) fn is_missing(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

/// A value as it is printed, unescaped: text as it is, lists and tables as JSON.
pub(super) fn printed(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => String::new(),
        ValueKind::Bool => if value.is_true() { "True" } else { "False" }.to_owned(),
        ValueKind::Seq | ValueKind::Map => json(value),
        _ => value.to_string(),
    }
}

/// As JSON on one line.
pub(super) fn json(value: &Value) -> String {
    serde_json::to_string(&Shown(value)).unwrap_or_default()
}

struct Shown<'a>(&'a Value);

impl serde::Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let Some(list) = self.0.downcast_object_ref::<List>() {
            return to.collect_seq(list.items.iter().map(Shown));
        }
        if let Some(table) = self.0.downcast_object_ref::<Table>() {
            return to.collect_map(table.entries.iter().map(|(key, value)| (key, Shown(value))));
        }
        match self.0.kind() {
            ValueKind::Bool => to.serialize_bool(self.0.is_true()),
            ValueKind::String => to.serialize_str(self.0.as_str().unwrap_or_default()),
            ValueKind::Number => match (self.0.as_i64(), f64::try_from(self.0.clone())) {
                (Some(number), _) if self.0.is_integer() => to.serialize_i64(number),
                (_, Ok(number)) => to.serialize_f64(number),
                _ => to.serialize_str(&self.0.to_string()),
            },
            _ => to.serialize_none(),
        }
    }
}

/// Variables as a caller gives them: a JSON object.
#[derive(Default)]
pub(super) struct Variables(pub BTreeMap<Box<str>, Value>);

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Variables;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of variables")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Variables, A::Error> {
                entries(map).map(Variables)
            }
        }
        from.deserialize_map(Names)
    }
}

fn entries<'de, A: MapAccess<'de>>(mut map: A) -> Result<BTreeMap<Box<str>, Value>, A::Error> {
    let mut entries = BTreeMap::new();
    while let Some((key, Json(value))) = map.next_entry()? {
        entries.insert(key, value);
    }
    Ok(entries)
}

/// One value out of JSON.
pub(super) struct Json(pub Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_bool<E>(self, v: bool) -> Result<Json, E> {
                Ok(Json(Value::from(v)))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Json, E> {
                Ok(Json(Value::from(v)))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Json, E> {
                Ok(Json(Value::from(v)))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Json, E> {
                Ok(Json(Value::from(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Json, E> {
                Ok(Json(Value::from(v)))
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json(Value::from(())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut items = Vec::new();
                while let Some(Json(item)) = seq.next_element()? {
                    items.push(item);
                }
                list(items).map(Json).map_err(|e| A::Error::custom(e.detail().unwrap_or_default()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Json, A::Error> {
                table(entries(map)?).map(Json).map_err(|e| A::Error::custom(e.detail().unwrap_or_default()))
            }
        }
        from.deserialize_any(Any)
    }
}
