//! Reading and writing JSON.

use std::{fmt, marker::PhantomData};

use axum::body::Bytes;
use jebi_domain::refusal::{Fault, Refusal};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::error::Category;

/// Reads a body.
///
/// # Errors
/// Malformed when it is not JSON; invalid, naming the field by its path, when it is not what is asked for.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map(|Object(read)| read).map_err(|error| explain::<T>(body, &error))
}

/// The same for a body that may be left out.
///
/// # Errors
/// As above.
pub fn read_or_default<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Refusal> {
    if body.is_empty() { Ok(T::default()) } else { read(body) }
}

/// A struct read from an object only: serde by itself takes an array of its fields too.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Only<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Only<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        from.deserialize_map(Only(PhantomData))
    }
}

/// Writes an answer.
pub fn write<T: Serialize>(answer: &T) -> Bytes {
    // Writing to memory fails only for maps without text keys, which no answer has.
    Bytes::from(serde_json::to_vec(answer).expect("answers are plain structs"))
}

/// Only a bad body is read a second time, with its path kept: that costs a multiple of plain reading.
fn explain<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Refusal {
    if error.classify() != Category::Data {
        let fault = if body.is_empty() { "the body is empty".to_owned() } else { format!("the body is not JSON: {error}") };
        return Refusal::malformed(Fault::new("body", "invalid_json", fault, "send one JSON object (RFC 8259), without comments"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let (path, said) = match serde_path_to_error::deserialize::<_, Object<T>>(&mut json) {
        Err(error) => (error.path().to_string(), error.into_inner().to_string()),
        Ok(_) => (String::new(), error.to_string()),
    };
    let path = if path == "." { String::new() } else { path };
    Refusal::invalid(fault(brief(path), &brief(said)))
}

/// Most of a library's words that are told, at the beginning and at the end, in characters: it repeats the caller's value whole.
const TOLD: usize = 200;

/// Without the middle where it is too long.
fn brief(text: String) -> String {
    let Some((head, _)) = text.char_indices().nth(TOLD) else { return text };
    let Some((tail, _)) = text.char_indices().rev().nth(TOLD).filter(|(tail, _)| *tail > head) else { return text };
    format!("{}…{}", &text[..head], &text[tail..])
}

fn fault(path: String, said: &str) -> Fault {
    let named = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("unknown field") {
        let known = said.split_once(", ").map_or("", |(_, rest)| rest.split(" at line").next().unwrap_or(rest));
        let field = if path.is_empty() || path.ends_with(named) { path } else { format!("{path}.{named}") };
        let field = if field.is_empty() { named.to_owned() } else { field };
        return Fault::new(
            field,
            "unknown_field",
            format!("there is no field {named:?} here"),
            format!("take it out, or check its name: {known}"),
        );
    }
    if said.starts_with("missing field") {
        let field = if path.is_empty() { named.to_owned() } else { format!("{path}.{named}") };
        return Fault::new(field, "missing_field", "this field is required", "add it");
    }
    if said.starts_with("duplicate field") {
        return Fault::new(path, "duplicate_field", format!("the field {named:?} is given twice"), "give it once");
    }
    if said.starts_with("unknown variant") {
        let known = said.split_once(", expected ").map_or("", |(_, rest)| rest.split(" at line").next().unwrap_or(rest));
        return Fault::new(path, "unknown_value", format!("{named:?} is not a value of this field"), format!("use {known}"));
    }
    Fault::new(path, "wrong_type", said, "give a value of the type /openapi.json names for this field")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Outer {
        inner: Vec<Object<Inner>>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Inner {
        name: String,
        list: Vec<String>,
    }

    fn of(body: &str) -> (String, &'static str) {
        let refusal = read::<Outer>(body.as_bytes()).map(|_| ()).unwrap_err();
        (refusal.faults[0].field.clone(), refusal.faults[0].code)
    }

    #[test]
    fn faults_name_the_field_by_its_path() {
        assert_eq!(of("{"), ("body".into(), "invalid_json"));
        assert_eq!(of(""), ("body".into(), "invalid_json"));
        assert_eq!(of("{} {}"), ("inner".into(), "missing_field"));
        assert_eq!(of(r#"{"inner":[["a",[]]]}"#), ("inner[0]".into(), "wrong_type"));
        assert_eq!(of("[1]"), ("".into(), "wrong_type"));
        assert_eq!(of(r#"{"inner":[],"x":1}"#), ("x".into(), "unknown_field"));
        assert_eq!(of(r#"{"inner":[{"name":"a","list":[],"nam":1}]}"#), ("inner[0].nam".into(), "unknown_field"));
        assert_eq!(of(r#"{"inner":[{"name":"a"}]}"#), ("inner[0].list".into(), "missing_field"));
        assert_eq!(of(r#"{"inner":[{"name":"a","list":["b",7]}]}"#), ("inner[0].list[1]".into(), "wrong_type"));
        assert_eq!(of(r#"{"inner":[{"name":5,"list":[]}]}"#), ("inner[0].name".into(), "wrong_type"));
    }

    #[test]
    fn a_large_value_is_not_told_whole() {
        let large = "가".repeat(100_000);
        for body in [format!(r#"{{"inner":"{large}"}}"#), format!(r#"{{"{large}":1}}"#), format!(r#"{{"inner":[{{"{large}":1}}]}}"#)] {
            let fault = read::<Outer>(body.as_bytes()).map(|_| ()).unwrap_err().faults.remove(0);
            assert!(fault.fault.len() + fault.field.len() + fault.remedy.len() < 5_000, "{fault:?}");
        }
        assert_eq!(brief("가".repeat(TOLD * 2)), "가".repeat(TOLD * 2), "nothing is left out for nothing");
    }
}
