//! What a caller sends to `POST /v1/messages`.

use std::fmt;

use jebi_domain::{
    content::{Missing, Syntax, Variant},
    message::{Lane, OnUnknown},
};
use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, RefOr, Type,
        schema::{AdditionalProperties, ArrayBuilder, Schema},
    },
};

use super::{
    super::shape,
    attachments::{AttachmentRequest, CalendarRequest},
    fill::{Recipient, TemplateName, Variables, VariantRequest},
    list::{CategoryRequest, ListRequest},
};
use crate::{
    http::json::Object,
    service::accept::{Given, NewFill, NewMessage, NewRecipient, NewTrack, Submission},
};

/// Mail to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    /// At least one message. All are accepted, or none.
    #[schema(value_type = Vec<MessageRequest>)]
    messages: Vec<Object<MessageRequest>>,
    /// When to send: `YYYY-MM-DD HH:MM:SS` in the server's time zone, or RFC 3339. Up to 5 minutes past means now; older is refused.
    #[serde(default)]
    #[schema(example = "2024-01-01 09:00:00")]
    scheduled_at: Option<String>,
    /// Not sent after this; same forms.
    #[serde(default)]
    expires_at: Option<String>,
    /// Refuse the whole request when one address is bad.
    #[serde(default)]
    strict: bool,
}

/// One message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRequest {
    /// Groups messages, for counts, pausing and cancelling: 1 to 200 bytes without control characters.
    #[serde(default)]
    #[schema(example = "newsletter_2024_01")]
    topic_id: Option<String>,
    /// The sender; the server's configured one when missing.
    #[serde(default)]
    from: Option<Address>,
    /// One address or several.
    #[serde(default)]
    reply_to: Addresses,
    /// 1 to 998 characters.
    #[serde(default)]
    #[schema(required, nullable = false)]
    subject: Option<String>,
    /// The HTML body. This, `html` or `text` is needed.
    #[serde(default)]
    content: Option<String>,
    /// The same as `content`.
    #[serde(default)]
    html: Option<String>,
    /// The plain text body; made from the HTML when missing.
    #[serde(default)]
    text: Option<String>,
    /// A copy for each of these addresses.
    #[serde(default)]
    #[schema(example = json!(["user@example.com"]))]
    emails: Vec<String>,
    /// A copy for each of these, with names, and with a language and variables of their own.
    #[serde(default)]
    recipients: Vec<Recipient>,
    /// One joint copy to these and to `cc` and `bcc`, at most 50 in each. More than 50 in all go in several copies of the same mail.
    #[serde(default)]
    to: Vec<Address>,
    #[serde(default)]
    cc: Vec<Address>,
    #[serde(default)]
    bcc: Vec<Address>,
    /// Files it carries, 50 at most.
    #[serde(default)]
    #[schema(value_type = Vec<AttachmentRequest>)]
    attachments: Vec<Object<AttachmentRequest>>,
    /// An invitation.
    #[serde(default)]
    #[schema(value_type = Option<CalendarRequest>)]
    calendar: Option<Object<CalendarRequest>>,
    /// Further headers, by name.
    #[serde(default)]
    headers: Pairs,
    /// Labels handed to the provider, 40 at most: letters, digits, `_` and `-`.
    #[serde(default)]
    tags: Pairs,
    /// Which queue it waits in. By default `bulk` with a topic and several recipients of a copy each, else `transactional`.
    #[serde(default)]
    #[schema(schema_with = shape::lane)]
    lane: Option<Lane>,
    /// What to do when nobody knows whether the provider took it: send it once more (the default), or leave it.
    #[serde(default)]
    #[schema(schema_with = shape::on_unknown)]
    on_unknown: Option<OnUnknown>,
    /// Instead of the request's.
    #[serde(default)]
    scheduled_at: Option<String>,
    /// Instead of the request's.
    #[serde(default)]
    expires_at: Option<String>,
    /// The sender profile it goes out as; what the message says itself goes before it. A key tied to a profile uses that one.
    #[serde(default)]
    profile: Option<String>,
    /// What it is by law; left out for everything that is no advertising.
    #[serde(default)]
    #[schema(value_type = Option<CategoryRequest>)]
    category: Option<CategoryRequest>,
    /// Its list headers.
    #[serde(default)]
    #[schema(value_type = Option<ListRequest>)]
    list: Option<Object<ListRequest>>,
    /// Whether its opens and clicks are followed. What is not given is the profile's, else the server's.
    #[serde(default)]
    #[schema(value_type = Option<TrackRequest>)]
    track: Option<Object<TrackRequest>>,
    /// The stored template it is made of: its name, or an object with name and version. It has the bodies; a `subject` here goes before its
    /// own.
    #[serde(default)]
    template: Option<TemplateName>,
    /// How fields are written in subject and bodies: `jinja` for `{{ name }}`, `braces` for `{name}`. Without it and without `variables`,
    /// `variants` and `missing` the message is sent as it stands; with one of those it is `jinja`.
    #[serde(default)]
    #[schema(schema_with = shape::syntax)]
    syntax: Option<Syntax>,
    /// What printing a variable does that nobody gives: `error` (the recipient is refused, the default) or `empty`.
    #[serde(default)]
    #[schema(schema_with = shape::missing)]
    missing: Option<Missing>,
    /// Values for all recipients; a recipient's own go before them. 64 KiB of JSON at most.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, serde_json::Value>>)]
    variables: Option<Variables>,
    /// BCP 47 tag of the language subject and bodies are in: what recipients get who want none, or one there is no variant in. With a
    /// template, which of its languages that is; its default one where it is left out.
    #[serde(default)]
    #[schema(example = "ko")]
    language: Option<String>,
    /// The recipients' values are texts out of a table: those a stored template describes as numbers or truth values are read as such.
    #[serde(default)]
    text_values: bool,
    /// Subject and bodies in other languages, 50 at most. A recipient gets the one that fits their `language` best.
    #[serde(default)]
    variants: Vec<VariantRequest>,
}

impl From<SubmitRequest> for Submission {
    fn from(r: SubmitRequest) -> Self {
        let messages = r.messages.into_iter().map(|Object(message)| message.into()).collect();
        Self { messages, scheduled_at: r.scheduled_at, expires_at: r.expires_at, strict: r.strict, ..Self::default() }
    }
}

impl From<MessageRequest> for NewMessage {
    fn from(r: MessageRequest) -> Self {
        let fill = NewFill {
            syntax: r.syntax,
            missing: r.missing,
            variables: r.variables.map(|given| given.0),
            language: r.language,
            template: r.template.map(Into::into),
            texts: r.text_values,
            variants: r.variants.into_iter().map(Variant::from).collect(),
        };
        Self {
            fill,
            topic_id: r.topic_id,
            from: r.from.map(|a| a.0),
            reply_to: given(r.reply_to.0),
            subject: r.subject,
            content: r.content,
            html: r.html,
            text: r.text,
            emails: r.emails,
            recipients: r.recipients.into_iter().map(NewRecipient::from).collect(),
            to: given(r.to),
            cc: given(r.cc),
            bcc: given(r.bcc),
            attachments: r.attachments.into_iter().map(|Object(one)| one.into()).collect(),
            calendar: r.calendar.map(|Object(one)| one.into()),
            headers: r.headers.0,
            tags: r.tags.0,
            lane: r.lane,
            on_unknown: r.on_unknown,
            scheduled_at: r.scheduled_at,
            expires_at: r.expires_at,
            profile: r.profile,
            category: r.category.map(Into::into),
            list: r.list.map(|Object(list)| list.into()).unwrap_or_default(),
            track: r.track.map(|Object(track)| track.into()).unwrap_or_default(),
        }
    }
}

fn given(addresses: Vec<Address>) -> Vec<Given> {
    addresses.into_iter().map(|a| a.0).collect()
}

/// What is followed of a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackRequest {
    /// Whether a picture at the end of the HTML tells of opens.
    #[serde(default)]
    opens: Option<bool>,
    /// Whether links of the HTML lead through this server.
    #[serde(default)]
    clicks: Option<bool>,
}

impl From<TrackRequest> for NewTrack {
    fn from(r: TrackRequest) -> Self {
        Self { opens: r.opens, clicks: r.clicks }
    }
}

/// An address: `"kim@example.kr"`, `"Kim <kim@example.kr>"`, or `{"email", "name"}`.
pub struct Address(pub Given);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EmailAndName {
    email: String,
    #[serde(default)]
    name: Option<String>,
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Address;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, or an object with email and name")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Address, E> {
                Ok(Address(Given::Text(text.to_owned())))
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Address, E> {
                Ok(Address(Given::Text(text)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Address, A::Error> {
                let EmailAndName { email, name } = EmailAndName::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Address(Given::Parts { email, name }))
            }
        }
        from.deserialize_any(Either)
    }
}

impl PartialSchema for Address {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).examples(["Kim <kim@example.kr>"]);
        OneOfBuilder::new().item(text).item(EmailAndName::schema()).description(Some("An address, with or without a name.")).into()
    }
}

impl ToSchema for Address {}

/// One address or a list of them.
#[derive(Default)]
pub struct Addresses(pub Vec<Address>);

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Addresses;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address or a list of addresses")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Addresses, E> {
                Ok(Addresses(vec![Address(Given::Text(text.to_owned()))]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Addresses, A::Error> {
                Ok(Addresses(vec![Address::deserialize(MapAccessDeserializer::new(map))?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Addresses, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Addresses)
            }
        }
        from.deserialize_any(OneOrMore)
    }
}

impl PartialSchema for Addresses {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new().item(Address::schema()).item(ArrayBuilder::new().items(Address::schema())).into()
    }
}

impl ToSchema for Addresses {}

/// An object of texts, in the order given.
#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut all = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    all.push(pair);
                }
                Ok(Pairs(all))
            }
        }
        from.deserialize_map(Texts)
    }
}

impl PartialSchema for Pairs {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new().additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(Schema::Object(text.build()))))).into()
    }
}

impl ToSchema for Pairs {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::json;

    fn read(message: &str) -> NewMessage {
        let body = format!(r#"{{"messages":[{message}]}}"#);
        Submission::from(json::read::<SubmitRequest>(body.as_bytes()).unwrap()).messages.remove(0)
    }

    #[test]
    fn the_documents_example_is_read_as_it_stands() {
        let body = r#"{
          "messages": [
            {
              "topic_id": "newsletter_2024_01",
              "emails": ["user@example.com"],
              "subject": "1월 뉴스레터",
              "content": "안녕하세요..."
            }
          ],
          "scheduled_at": "2024-01-01 09:00:00"
        }"#;
        let read = Submission::from(json::read::<SubmitRequest>(body.as_bytes()).unwrap());
        assert_eq!(read.scheduled_at.as_deref(), Some("2024-01-01 09:00:00"));
        assert_eq!(read.messages[0].emails, ["user@example.com"]);
        assert_eq!(read.messages[0].content.as_deref(), Some("안녕하세요..."));
    }

    #[test]
    fn addresses_come_as_text_or_with_a_name_apart() {
        let message = read(
            r#"{"from":"Kim <k@example.kr>","reply_to":{"email":"r@example.kr"},"to":["a@example.kr",{"email":"b@example.kr","name":"나"}]}"#,
        );
        assert_eq!(message.from, Some(Given::Text("Kim <k@example.kr>".into())));
        assert_eq!(message.reply_to, [Given::Parts { email: "r@example.kr".into(), name: None }]);
        assert_eq!(message.to[1], Given::Parts { email: "b@example.kr".into(), name: Some("나".into()) });
        assert_eq!(read(r#"{"reply_to":["a@example.kr"]}"#).reply_to, [Given::Text("a@example.kr".into())]);
    }

    #[test]
    fn headers_keep_their_order() {
        let message = read(r#"{"headers":{"X-B":"1","X-A":"2"}}"#);
        assert_eq!(message.headers, [("X-B".into(), "1".into()), ("X-A".into(), "2".into())]);
    }

    #[test]
    fn a_wrong_type_in_an_address_names_its_place() {
        let body = br#"{"messages":[{"to":["a@example.kr",{"email":7}]}]}"#;
        let refusal = json::read::<SubmitRequest>(body).map(|_| ()).unwrap_err();
        assert!(refusal.faults[0].field.starts_with("messages[0].to[1]"), "{refusal:?}");
    }
}
