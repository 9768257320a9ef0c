//! The JSON of SES, as far as it is looked at. Everything else is passed over, and a text may come as any simple value: SES has changed
//! types before (`headersTruncated`), and a report is not lost over one.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::{
    id::DeliveryId,
    mime::{compose::DELIVERY_HEADER, tag::DELIVERY_TAG},
};

/// A text; `None` for null and for what is no simple value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub Option<String>);

impl Text {
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Text, E> {
                Ok(Text(Some(text)))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }
        from.deserialize_any(Any)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(default)]
    pub event_type: Text,
    #[serde(default)]
    pub notification_type: Text,
    pub mail: Option<Mail>,
    pub bounce: Option<Bounce>,
    pub complaint: Option<Complaint>,
    pub delivery: Option<Delivery>,
    pub reject: Option<Reject>,
    pub open: Option<Engaged>,
    pub click: Option<Engaged>,
    pub failure: Option<Failure>,
    pub delivery_delay: Option<Delay>,
    pub subscription: Option<Subscription>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mail {
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default)]
    pub message_id: Text,
    pub destination: Option<Vec<Text>>,
    #[serde(default)]
    pub headers_truncated: Text,
    pub headers: Option<Headers>,
    pub tags: Option<Tags>,
}

/// Our own id among the headers.
#[derive(Default)]
pub(super) struct Headers(pub Option<DeliveryId>);

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Headers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of headers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Headers, A::Error> {
                let mut own = None;
                while let Some(Header { name, value }) = seq.next_element()? {
                    if name.eq_ignore_ascii_case(DELIVERY_HEADER) {
                        own = own.or_else(|| DeliveryId::parse(value.trim()));
                    }
                }
                Ok(Headers(own))
            }
        }
        from.deserialize_seq(All)
    }
}

/// Our own id among the tags.
#[derive(Default)]
pub(super) struct Tags(pub Option<DeliveryId>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Tags;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tags by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut own = None;
                while let Some(name) = map.next_key::<Cow<'_, str>>()? {
                    if name == DELIVERY_TAG {
                        // A list of texts, as SES writes it today.
                        own = own.or(match map.next_value::<Value>()? {
                            Value::String(one) => DeliveryId::parse(&one),
                            Value::Array(all) => all.iter().filter_map(Value::as_str).find_map(DeliveryId::parse),
                            _ => None,
                        });
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Tags(own))
            }
        }
        from.deserialize_map(All)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bounce {
    #[serde(default)]
    pub bounce_type: Text,
    #[serde(default)]
    pub bounce_sub_type: Text,
    pub bounced_recipients: Option<Vec<Failed>>,
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default, rename = "reportingMTA")]
    pub reporting_mta: Text,
}

/// A recipient, and what the receiving server said.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failed {
    #[serde(default)]
    pub email_address: Text,
    #[serde(default)]
    pub status: Text,
    #[serde(default)]
    pub diagnostic_code: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Complaint {
    pub complained_recipients: Option<Vec<Failed>>,
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default)]
    pub complaint_sub_type: Text,
    #[serde(default)]
    pub complaint_feedback_type: Text,
    #[serde(default)]
    pub user_agent: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delivery {
    #[serde(default)]
    pub timestamp: Text,
    pub recipients: Option<Vec<Text>>,
    #[serde(default)]
    pub smtp_response: Text,
    #[serde(default, rename = "reportingMTA")]
    pub reporting_mta: Text,
}

#[derive(Deserialize)]
pub(super) struct Reject {
    #[serde(default)]
    pub reason: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Engaged {
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default)]
    pub ip_address: Text,
    #[serde(default)]
    pub user_agent: Text,
    #[serde(default)]
    pub link: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    #[serde(default)]
    pub template_name: Text,
    #[serde(default)]
    pub error_message: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delay {
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default)]
    pub delay_type: Text,
    pub delayed_recipients: Option<Vec<Failed>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subscription {
    #[serde(default)]
    pub contact_list: Text,
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default)]
    pub source: Text,
    pub new_topic_preferences: Option<Preferences>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Preferences {
    #[serde(default)]
    pub unsubscribe_all: Text,
    pub topic_subscription_status: Option<Vec<Topic>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Topic {
    #[serde(default)]
    pub topic_name: Text,
    #[serde(default)]
    pub subscription_status: Text,
}
