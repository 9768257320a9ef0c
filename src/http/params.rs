//! Ids in paths, query parameters and cursors.

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jebi_domain::{
    content::FileId,
    id::{DeliveryId, KeyNo, MessageId},
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use super::{AppState, error::Problem};
use crate::service::inbox::Which;

/// What can stand in a path.
pub trait Named: Sized + Send {
    /// Its noun, for the refusal.
    const WHAT: &'static str;
    fn parse(text: &str) -> Option<Self>;
}

impl Named for MessageId {
    const WHAT: &'static str = "message";
    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
impl Named for DeliveryId {
    const WHAT: &'static str = "delivery";
    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
impl Named for FileId {
    const WHAT: &'static str = "attachment";
    fn parse(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
impl Named for KeyNo {
    const WHAT: &'static str = "key";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}
impl Named for Which {
    const WHAT: &'static str = "mail";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::No).or_else(|| DeliveryId::parse(text).map(Self::Delivery))
    }
}
impl Named for String {
    const WHAT: &'static str = "topic";
    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// The id in the path. One that cannot be read names nothing: 404.
pub struct Id<T>(pub T);

impl<T: Named> FromRequestParts<AppState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| T::parse(&text)).map(Self).ok_or_else(|| Refusal::missing(T::WHAT).into())
    }
}

/// The query parameters. An unknown one is refused: a mistyped filter would otherwise list everything.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(read)| Self(read)).map_err(|e| Refusal::invalid(fault(&e.body_text())).into())
    }
}

fn fault(said: &str) -> Fault {
    let said = said.rsplit_once("query string: ").map_or(said, |(_, rest)| rest);
    if said.contains("unknown field") {
        let named = said.split('`').nth(1).unwrap_or_default();
        let known = said.split_once(", ").map_or("", |(_, rest)| rest);
        return Fault::new(named, "unknown_parameter", "there is no such parameter here", format!("check its name: {known}"));
    }
    let (field, fault) = said.split_once(": ").unwrap_or(("query", said));
    if fault == "invalid digit found in string" || fault.starts_with("number too large") || fault.starts_with("cannot parse integer") {
        return Fault::new(
            field,
            "invalid_parameter",
            "this is not a whole number in range",
            "give a whole number; /openapi.json has its range",
        );
    }
    Fault::new(field, "invalid_parameter", fault, "see /openapi.json for what it takes")
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Lines on a page: 1 to 500, 50 by default.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// A cursor as callers see it: they are not meant to make their own.
pub fn cursor(at: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(at)
}

/// A cursor made of a number.
pub fn number_cursor(at: i64) -> String {
    cursor(&at.to_be_bytes())
}

/// Reads a cursor back.
///
/// # Errors
/// A refusal naming `cursor`.
pub fn read_cursor(text: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())
}

/// Reads a cursor made of a number.
///
/// # Errors
/// A refusal naming `cursor`.
pub fn read_number_cursor(text: &str) -> Result<i64, Refusal> {
    read_cursor(text)?.try_into().map(i64::from_be_bytes).map_err(|_| bad_cursor())
}

/// Reads a cursor made of text.
///
/// # Errors
/// A refusal naming `cursor`.
pub fn read_text_cursor(text: &str) -> Result<String, Refusal> {
    String::from_utf8(read_cursor(text)?).map_err(|_| bad_cursor())
}

/// A cursor that is none of its list.
pub fn bad_cursor() -> Refusal {
    Refusal::invalid(Fault::new(
        "cursor",
        "invalid_cursor",
        "this is no cursor of this list",
        "pass next_cursor of the page before, unchanged",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_garbage_is_refused() {
        assert_eq!(read_number_cursor(&number_cursor(-5)).unwrap(), -5);
        assert_eq!(read_text_cursor(&cursor("소식".as_bytes())).unwrap(), "소식");
        assert_eq!(read_number_cursor("abc").unwrap_err().faults[0].field, "cursor");
        assert!(read_cursor("한").is_err());
    }

    #[test]
    fn a_bad_parameter_is_named() {
        let told = fault("Failed to deserialize query string: limit: invalid digit found in string");
        assert_eq!((told.field.as_str(), told.code), ("limit", "invalid_parameter"));
        let told = fault("Failed to deserialize query string: unknown field `topic`, expected one of `topic_id`, `state`");
        assert_eq!((told.field.as_str(), told.code), ("topic", "unknown_parameter"));
        assert!(told.remedy.contains("topic_id"));
    }
}
