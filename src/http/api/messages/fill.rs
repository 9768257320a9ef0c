//! What fills in a message for each recipient, as a caller writes it: recipients with a language and variables of their own, and the
//! message in other languages.

use std::fmt;

use jebi_domain::content::{Personal, Variant};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Type, schema::Schema},
};

use crate::service::accept::{Given, NewRecipient};

/// An object of values by name. A name given twice is a fault: one of the two would be lost.
pub(super) struct Variables(pub Map<String, Value>);

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Named;
        impl<'de> Visitor<'de> for Named {
            type Value = Variables;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of values by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Variables, A::Error> {
                let mut all = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if all.contains_key(&name) {
                        return Err(A::Error::custom(format!("duplicate field `{name}`")));
                    }
                    all.insert(name, value);
                }
                Ok(Variables(all))
            }
        }
        from.deserialize_map(Named)
    }
}

/// A recipient: `"kim@example.kr"`, `"Kim <kim@example.kr>"`, or an object.
pub(super) struct Recipient(NewRecipient);

impl From<Recipient> for NewRecipient {
    fn from(one: Recipient) -> Self {
        one.0
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecipientParts {
    email: String,
    #[serde(default)]
    name: Option<String>,
    /// BCP 47 tag of the language they want the mail in.
    #[serde(default)]
    #[schema(example = "ko")]
    language: Option<String>,
    /// Their own values, before the message's. With the language 16 KiB of JSON at most.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>)]
    variables: Option<Variables>,
}

impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Recipient;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, or an object with email, name, language and variables")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Recipient, E> {
                self.visit_string(text.to_owned())
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Recipient, E> {
                Ok(Recipient(Given::Text(text).into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Recipient, A::Error> {
                let RecipientParts { email, name, language, variables } = RecipientParts::deserialize(MapAccessDeserializer::new(map))?;
                let own = (language.is_some() || variables.is_some())
                    .then(|| Box::new(Personal { language, variables: variables.map_or_else(Map::new, |given| given.0) }));
                Ok(Recipient(NewRecipient { given: Given::Parts { email, name }, own }))
            }
        }
        from.deserialize_any(Either)
    }
}

impl PartialSchema for Recipient {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).examples(["Kim <kim@example.kr>"]);
        let told = "An address, with or without a name, and what is this recipient's own.";
        OneOfBuilder::new().item(text).item(RecipientParts::schema()).description(Some(told)).into()
    }
}

impl ToSchema for Recipient {}

/// A stored template: its name, or its name and version.
#[derive(Deserialize)]
#[serde(untagged, expecting = "the name of a template, or an object with name and version")]
pub(super) enum TemplateName {
    Name(String),
    Parts(TemplateParts),
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateParts {
    #[schema(example = "welcome")]
    name: String,
    /// The published one where it is left out.
    #[serde(default)]
    #[schema(minimum = 1)]
    version: Option<u32>,
}

impl From<TemplateName> for (String, Option<u32>) {
    fn from(given: TemplateName) -> Self {
        match given {
            TemplateName::Name(name) => (name, None),
            TemplateName::Parts(TemplateParts { name, version }) => (name, version),
        }
    }
}

impl PartialSchema for TemplateName {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).examples(["welcome"]);
        OneOfBuilder::new().item(text).item(TemplateParts::schema()).description(Some("A stored template.")).into()
    }
}

impl ToSchema for TemplateName {}

/// The message in another language.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantRequest {
    /// BCP 47 tag.
    #[schema(example = "en")]
    language: String,
    /// 1 to 998 characters.
    subject: String,
    /// The HTML body. This or `text` is needed.
    #[serde(default)]
    html: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

impl From<VariantRequest> for Variant {
    fn from(r: VariantRequest) -> Self {
        let filled = |body: Option<String>| body.filter(|body| !body.is_empty());
        Self { language: r.language, subject: r.subject, text: filled(r.text), html: filled(r.html) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<NewRecipient, String> {
        serde_json::from_str::<Recipient>(text).map(NewRecipient::from).map_err(|e| e.to_string())
    }

    #[test]
    fn a_recipient_is_an_address_or_an_object() {
        assert_eq!(read(r#""홍 <h@example.kr>""#), Ok(Given::Text("홍 <h@example.kr>".into()).into()));
        let bare = Given::Parts { email: "h@example.kr".into(), name: None };
        assert_eq!(read(r#"{"email":"h@example.kr","variables":null}"#), Ok(bare.clone().into()));
        let own = Personal { language: Some("ko".into()), variables: json!({"n": 1}).as_object().cloned().unwrap() };
        let one = r#"{"email":"h@example.kr","language":"ko","variables":{"n":1}}"#;
        assert_eq!(read(one), Ok(NewRecipient { given: bare, own: Some(Box::new(own)) }));
    }

    #[test]
    fn nothing_of_it_is_lost_in_silence() {
        for (bad, said) in [
            (r#"{"email":"h@example.kr","variables":{"a":1,"a":2}}"#, "duplicate field `a`"),
            (r#"{"email":"h@example.kr","variables":[1]}"#, "expected an object of values by name"),
            (r#"{"email":"h@example.kr","lang":"ko"}"#, "unknown field `lang`"),
            ("7", "expected an address, or an object"),
        ] {
            let fault = read(bad).unwrap_err();
            assert!(fault.contains(said), "{bad}: {fault}");
        }
    }
}
