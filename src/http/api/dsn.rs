//! `/v1/events/dsn`: reports that come as mail.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{
        AppState,
        error::Reply,
        limit::{AnyBytes, work},
    },
    service::feedback::{FeedbackIntake, Taken},
};

/// A mail that reports of a mail, as it arrived. Any content type is taken, `message/rfc822` first of all.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only describes the body")]
pub struct RawReport(Vec<u8>);

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct ReportTaken {
    /// Always `processed`.
    status: &'static str,
    /// `recorded`; `repeated` where all of it was known; `unknown` where it names no mail this server has.
    result: &'static str,
    /// Statements that were new: one for each recipient and kind.
    new: u32,
}

/// Hand in a bounce or a complaint that came as mail
///
/// For mail sent over SMTP: a delivery status notification (RFC 3464) or a feedback report (ARF, RFC 5965), the whole mail with its
/// headers, unchanged, as it came to the address mail is sent from. The mail it reports of is found by the `X-Jebi-Delivery-Id` or the
/// `Message-ID` in what it gives back. Permanent bounces of an address and complaints enter the suppression list. Handing the same in again
/// changes nothing.
#[utoipa::path(
    post, path = "/v1/events/dsn", tag = "events",
    request_body(content = RawReport, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "It is on disk, or names no mail of this server.", body = ReportTaken),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 422, description = "It is no report that can be read: an automatic answer, a read receipt, another mail, or one that gives back no mail of ours."),
        (status = 503, description = "The store cannot write. Nothing was recorded: hand it in again later."),
    ),
)]
pub async fn take(State(state): State<AppState>, AnyBytes(raw): AnyBytes) -> Reply<ReportTaken> {
    let now = state.clock.wall();
    let reported = work(raw.len(), move || FeedbackIntake::read_mail(&raw, now)).await?;
    let (result, new) = match state.feedback.record(reported).await? {
        Taken::Recorded { new: 0 } => ("repeated", 0),
        Taken::Recorded { new } => ("recorded", new),
        Taken::Kept | Taken::Unknown | Taken::Nothing => ("unknown", 0),
    };
    Ok(Json(ReportTaken { status: "processed", result, new }))
}
