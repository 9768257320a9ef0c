//! `/v1/events/results`: where SNS delivers what SES reports.

use axum::{Json, extract::State, http::HeaderMap};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{
        AppState,
        error::{Reply, language},
        limit::BytesUpTo,
    },
    service::sns::Delivered,
};

/// Largest body. SNS publishes 256 KiB at most, and JSON writes some characters with two.
const LARGEST: usize = (512 + 128) << 10;
/// Says that the message has no envelope (SNS developer guide, "Raw message delivery").
const RAW: &str = "x-amz-sns-rawdelivery";

/// What became of a message.
#[derive(Serialize, ToSchema)]
pub struct EventResult {
    /// `confirmed` for a subscription that is confirmed now, else `processed`.
    status: &'static str,
    /// What is still to come, where something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Take a message of Amazon SNS
///
/// For SNS itself: subscribe this address to the topic that SES publishes to. It needs no key: what SNS signed is believed and nothing else.
/// 2xx is answered only when the event is stored, 5xx for what SNS may deliver again, 4xx for what can never be taken. The type of the body
/// is not looked at: SNS sends JSON as `text/plain`.
#[utoipa::path(
    post, path = "/v1/events/results", tag = "events", security(()),
    request_body(content = String, content_type = "text/plain", description = "What SNS delivers."),
    responses(
        (status = 200, description = "Stored.", body = EventResult),
        (status = 400, description = "The body is no message of SNS."),
        (status = 403, description = "Not signed by SNS, or of a topic whose messages are not taken."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is larger than any message of SNS."),
        (status = 422, description = "A field is wrong, the message is too old, or it has no envelope (raw delivery)."),
        (status = 503, description = "It cannot be stored or verified just now: SNS delivers it again."),
    ),
)]
pub async fn take(State(state): State<AppState>, headers: HeaderMap, BytesUpTo(body): BytesUpTo<LARGEST>) -> Reply<EventResult> {
    let raw = headers.get(RAW).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let (status, note) = match state.sns.deliver(&body, raw).await? {
        Delivered::Confirmed => ("confirmed", None),
        Delivered::Processed => ("processed", None),
        Delivered::Kept(note) => ("processed", Some(language(&headers).say(note).into_owned())),
    };
    Ok(Json(EventResult { status, note }))
}
