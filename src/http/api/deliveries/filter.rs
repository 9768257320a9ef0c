//! Which deliveries a list or a file has.

use jebi_domain::{
    address,
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryKey, MessageId},
    message::Lane,
    port::store::DeliveryFilter,
    refusal::{Fault, Refusal},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::shape;
use crate::{
    http::params::read_number_cursor,
    service::{search::page_length, times::Times},
};

/// The conditions every list of deliveries takes, and what each list takes besides.
macro_rules! filter {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Of this topic.
            topic_id: Option<String>,
            /// Of this message.
            message_id: Option<String>,
            /// In this state.
            #[param(schema_with = shape::state)]
            state: Option<String>,
            /// This was reported of it.
            #[param(schema_with = shape::feedback)]
            feedback: Option<String>,
            /// To this address, in any case.
            email: Option<String>,
            /// Accepted by this server at that time or later: RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone.
            since: Option<String>,
            /// Accepted by this server before that time.
            until: Option<String>,
            /// With this id at the provider, for at least 30 days after it was sent; a delivery's own id is taken too.
            provider_id: Option<String>,
            /// Whose message carries this tag: `name:value`.
            tag: Option<String>,
            /// Through the provider of this name.
            provider: Option<String>,
            /// In this lane.
            #[param(schema_with = shape::lane)]
            lane: Option<String>,
            $($own)*
        }

        impl $name {
            /// The conditions, checked.
            ///
            /// # Errors
            /// A refusal naming the first parameter that is wrong.
            pub fn conditions(&self, times: &Times) -> Result<DeliveryFilter, Refusal> {
                Ok(DeliveryFilter {
                    topic: self.topic_id.clone(),
                    message: self.message_id.as_deref().map(read_message).transpose()?,
                    state: self.state.as_deref().map(|text| read_state("state", text)).transpose()?,
                    feedback: self.feedback.as_deref().map(read_feedback).transpose()?,
                    email: self.email.as_deref().map(read_email).transpose()?,
                    provider_id: self.provider_id.clone(),
                    provider: self.provider.clone(),
                    lane: self.lane.as_deref().map(read_lane).transpose()?,
                    tag: self.tag.as_deref().map(read_tag).transpose()?,
                    since: self.since.as_deref().map(|text| times.point("since", text)).transpose()?,
                    until: self.until.as_deref().map(|text| times.point("until", text)).transpose()?,
                })
            }
        }
    };
}

filter! {
    /// Which deliveries to list; all conditions hold together.
    ListFilter {
        /// `next_cursor` of the page before.
        cursor: Option<String>,
        /// Deliveries on a page: 1 to 500, 50 by default.
        #[param(minimum = 1, maximum = 500)]
        limit: Option<u32>,
    }
}
filter! {
    /// Which deliveries to write into the file; all conditions hold together.
    FileFilter {}
}

impl ListFilter {
    /// Where the page begins, and its length.
    ///
    /// # Errors
    /// A refusal naming the parameter.
    pub fn page(&self) -> Result<(Option<DeliveryKey>, u32), Refusal> {
        let after = self.cursor.as_deref().map(read_number_cursor).transpose()?.map(DeliveryKey);
        Ok((after, page_length(self.limit)?))
    }
}

/// A state by its word.
///
/// # Errors
/// A refusal naming the field.
pub fn read_state(field: &str, text: &str) -> Result<State, Refusal> {
    State::parse(text).ok_or_else(|| {
        let known = State::ALL.map(State::as_str).join(", ");
        Refusal::invalid(Fault::new(field, "unknown_state", format!("{text:?} is no state"), format!("use one of {known}")))
    })
}

/// A kind of feedback by its word.
///
/// # Errors
/// A refusal naming `feedback`.
pub fn read_feedback(text: &str) -> Result<FeedbackKind, Refusal> {
    FeedbackKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
        let known = FeedbackKind::ALL.map(FeedbackKind::as_str).join(", ");
        Refusal::invalid(Fault::new("feedback", "unknown_value", format!("{text:?} is no feedback"), format!("use one of {known}")))
    })
}

fn read_message(text: &str) -> Result<MessageId, Refusal> {
    MessageId::parse(text).ok_or_else(|| {
        let remedy = "pass the 26 characters the answer to sending it gave";
        Refusal::invalid(Fault::new("message_id", "invalid_id", format!("{text:?} is no message id"), remedy))
    })
}

/// An address as it is stored. What is none would otherwise find nothing and look like mail that was never sent.
///
/// # Errors
/// A refusal naming `email`.
pub fn read_email(text: &str) -> Result<String, Refusal> {
    let parsed = address::parse(text).map_err(|e| Refusal::invalid(Fault::new("email", e.code, e.fault, e.remedy)))?;
    Ok(address::key(&parsed).into_owned())
}

fn read_lane(text: &str) -> Result<Lane, Refusal> {
    Lane::ALL.into_iter().find(|lane| lane.as_str() == text).ok_or_else(|| {
        let remedy = "use transactional or bulk";
        Refusal::invalid(Fault::new("lane", "unknown_lane", format!("{text:?} is no lane"), remedy))
    })
}

fn read_tag(text: &str) -> Result<(String, String), Refusal> {
    let parts = text.split_once(':').filter(|(name, _)| !name.is_empty());
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| {
        let fault = format!("{text:?} is no tag");
        Refusal::invalid(Fault::new("tag", "invalid_tag_filter", fault, "write name:value, such as campaign:spring"))
    })
}
