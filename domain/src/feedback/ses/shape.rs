//! The JSON of SES, as far as it is looked at. Everything else is passed over, and what is looked at may be of another type than SES's
//! guide has: SES has changed types before (`headersTruncated`), and a report is not lost over one. `loose` has the types for that.

use std::borrow::Cow;

use serde::{
    Deserialize,
    de::{IgnoredAny, MapAccess, SeqAccess},
};
use serde_json::Value;

use super::loose::{List, Loose, Maybe, Text, read_so};
use crate::{
    id::DeliveryId,
    mime::{compose::DELIVERY_HEADER, tag::DELIVERY_TAG},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(default)]
    pub event_type: Text,
    #[serde(default)]
    pub notification_type: Text,
    #[serde(default)]
    pub mail: Maybe<Mail>,
    #[serde(default)]
    pub bounce: Maybe<Bounce>,
    #[serde(default)]
    pub complaint: Maybe<Complaint>,
    #[serde(default)]
    pub delivery: Maybe<Delivery>,
    #[serde(default)]
    pub reject: Maybe<Reject>,
    #[serde(default)]
    pub open: Maybe<Engaged>,
    #[serde(default)]
    pub click: Maybe<Engaged>,
    #[serde(default)]
    pub failure: Maybe<Failure>,
    #[serde(default)]
    pub delivery_delay: Maybe<Delay>,
    #[serde(default)]
    pub subscription: Maybe<Subscription>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mail {
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default)]
    pub message_id: Text,
    #[serde(default)]
    pub destination: List<Text>,
    #[serde(default)]
    pub headers_truncated: Text,
    #[serde(default)]
    pub headers: Headers,
    #[serde(default)]
    pub tags: Tags,
}

/// Our own id among the headers.
#[derive(Default)]
pub(super) struct Headers {
    pub own: Option<DeliveryId>,
    /// There is a list of them.
    pub shown: bool,
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    value: Text,
}

impl<'de> Loose<'de> for Headers {
    fn list<A: SeqAccess<'de>>(mut seq: A) -> Result<Self, A::Error> {
        let mut own = None;
        while let Some(header) = seq.next_element::<Maybe<Header>>()? {
            let Some(Header { name, value }) = header.0 else { continue };
            if name.get().is_some_and(|name| name.eq_ignore_ascii_case(DELIVERY_HEADER)) {
                own = own.or_else(|| DeliveryId::parse(value.get()?));
            }
        }
        Ok(Self { own, shown: true })
    }
}

/// Our own id among the tags.
#[derive(Default)]
pub(super) struct Tags(pub Option<DeliveryId>);

impl<'de> Loose<'de> for Tags {
    fn object<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
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
        Ok(Self(own))
    }
}

read_so!(Headers, Tags);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bounce {
    #[serde(default)]
    pub bounce_type: Text,
    #[serde(default)]
    pub bounce_sub_type: Text,
    #[serde(default)]
    pub bounced_recipients: List<Failed>,
    #[serde(default)]
    pub timestamp: Text,
    #[serde(default, rename = "reportingMTA")]
    pub reporting_mta: Text,
}

/// A recipient, and what the receiving server said.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Failed {
    pub email_address: Text,
    pub status: Text,
    pub diagnostic_code: Text,
}

impl From<Text> for Failed {
    /// An address without anything said of it.
    fn from(email_address: Text) -> Self {
        Self { email_address, ..Self::default() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Complaint {
    #[serde(default)]
    pub complained_recipients: List<Failed>,
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
    #[serde(default)]
    pub recipients: List<Text>,
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
    #[serde(default)]
    pub delayed_recipients: List<Failed>,
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
    #[serde(default)]
    pub new_topic_preferences: Maybe<Preferences>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Preferences {
    #[serde(default)]
    pub unsubscribe_all: Text,
    #[serde(default)]
    pub topic_subscription_status: List<Topic>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Topic {
    #[serde(default)]
    pub topic_name: Text,
    #[serde(default)]
    pub subscription_status: Text,
}

impl From<Text> for Topic {
    /// Its name alone.
    fn from(topic_name: Text) -> Self {
        Self { topic_name, ..Self::default() }
    }
}
