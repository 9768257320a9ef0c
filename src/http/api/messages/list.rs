//! What a message says of the list it is of: how its recipients refuse, and whether it is advertising.

use std::fmt;

use jebi_domain::profile::Refusing;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Type, schema::Schema},
};

use crate::service::accept::{Category, NewList};

/// The list headers of a message. What is not given is the profile's, else the server's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRequest {
    /// How recipients refuse: `true` by this server's own link (the default of bulk mail), `false` for no link, or a page of yours.
    #[serde(default)]
    #[schema(value_type = Option<Unsubscribe>)]
    unsubscribe: Option<Unsubscribe>,
    /// `List-Id` (RFC 2919): a label and a domain of yours.
    #[serde(default)]
    #[schema(example = "news.example.kr")]
    id: Option<String>,
    /// An address that takes refusals by mail, beside the link.
    #[serde(default)]
    mailto: Option<String>,
}

impl From<ListRequest> for NewList {
    fn from(r: ListRequest) -> Self {
        Self { unsubscribe: r.unsubscribe.map(Refusing::from), id: r.id, mailto: r.mailto }
    }
}

/// What a mail is by law.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategoryRequest {
    /// Advertising by Korean law: `(광고)` before the subject, a footer with the sender's details and the refusal. It needs a profile
    /// with them.
    Advertising,
}

impl From<CategoryRequest> for Category {
    fn from(r: CategoryRequest) -> Self {
        match r {
            CategoryRequest::Advertising => Self::Advertising,
        }
    }
}

/// `true`, `false`, or a page.
pub struct Unsubscribe(Refusing);

impl From<Unsubscribe> for Refusing {
    fn from(u: Unsubscribe) -> Self {
        u.0
    }
}

impl From<Refusing> for Unsubscribe {
    fn from(r: Refusing) -> Self {
        Self(r)
    }
}

impl<'de> Deserialize<'de> for Unsubscribe {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Unsubscribe;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or the address of a page")
            }
            fn visit_bool<E: Error>(self, own: bool) -> Result<Unsubscribe, E> {
                Ok(Unsubscribe(if own { Refusing::Own } else { Refusing::Nothing }))
            }
            fn visit_str<E: Error>(self, page: &str) -> Result<Unsubscribe, E> {
                Ok(Unsubscribe(Refusing::At(page.to_owned())))
            }
        }
        from.deserialize_any(Either)
    }
}

impl Serialize for Unsubscribe {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Refusing::Own => to.serialize_bool(true),
            Refusing::Nothing => to.serialize_bool(false),
            Refusing::At(page) => to.serialize_str(page),
        }
    }
}

impl PartialSchema for Unsubscribe {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).examples(["https://example.kr/unsubscribe?e={email}"]);
        let flag = ObjectBuilder::new().schema_type(Type::Boolean);
        let description = "`true` for this server's own link, `false` for none, or a page of yours: https, where `{email}` and \
                           `{delivery}` stand for each copy's own.";
        OneOfBuilder::new().item(flag).item(text).description(Some(description)).into()
    }
}

impl ToSchema for Unsubscribe {}
