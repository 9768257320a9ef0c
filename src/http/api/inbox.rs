//! `/v1/inbox`: mail the local provider kept instead of sending it.

use axum::{Json, body::Bytes, extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use jebi_domain::{id::DeliveryId, port::InboxSummary};
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        params::{Id, Page, Params, number_cursor, read_number_cursor},
    },
    service::{inbox::Which, search::page_length},
};

/// A page of mails.
#[derive(Serialize, ToSchema)]
pub struct MailList {
    mails: Vec<MailLine>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// A mail in the list.
#[derive(Serialize, ToSchema)]
struct MailLine {
    id: i64,
    #[schema(value_type = String)]
    delivery_id: DeliveryId,
    at: Time,
    from: String,
    /// Everybody it went to.
    to: Vec<String>,
    subject: String,
    /// Bytes of the source.
    size: u64,
}

/// A mail with what was written in it. Its source is what a provider would have got.
#[derive(Serialize, ToSchema)]
#[schema(as = Mail)]
pub struct MailBody {
    #[serde(flatten)]
    line: MailLine,
    /// The plain text given when sending; `null` when none was, or once the content is gone.
    text: Option<String>,
    /// The HTML given when sending; likewise.
    html: Option<String>,
    /// The mail's MIME source, read as UTF-8.
    source: String,
}

impl From<InboxSummary> for MailLine {
    fn from(m: InboxSummary) -> Self {
        Self { id: m.no, delivery_id: m.delivery, at: Time(m.at), from: m.from, to: m.to, subject: m.subject, size: m.size }
    }
}

/// List the local inbox
///
/// Newest first.
#[utoipa::path(
    get, path = "/v1/inbox", tag = "inbox", params(Page),
    responses((status = 200, description = "A page of mails.", body = MailList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(page): Params<Page>) -> Reply<MailList> {
    let before = page.cursor.as_deref().map(read_number_cursor).transpose()?;
    let found = state.inbox.list(before, page_length(page.limit)?).await?;
    Ok(Json(MailList { mails: found.mails.into_iter().map(MailLine::from).collect(), next_cursor: found.next.map(number_cursor) }))
}

/// Read a mail
///
/// By its number in the inbox, or by its delivery's id.
#[utoipa::path(
    get, path = "/v1/inbox/{id}", tag = "inbox",
    params(("id" = String, Path, description = "The mail's number, or its delivery's id.")),
    responses((status = 200, description = "The mail.", body = MailBody), (status = 404, description = "No such mail.")),
)]
pub async fn show(State(state): State<AppState>, Id(which): Id<Which>) -> Reply<MailBody> {
    let (mail, source) = state.inbox.mail(which).await?;
    let message = state.inbox.message(&mail).await?;
    let (text, html) = message.map_or((None, None), |m| (m.content.text.clone(), m.content.html.clone()));
    Ok(Json(MailBody { line: mail.into(), text, html, source: String::from_utf8_lossy(&source).into_owned() }))
}

/// Read a mail's source
///
/// The whole MIME message, as a provider would have got it.
#[utoipa::path(
    get, path = "/v1/inbox/{id}/source", tag = "inbox",
    params(("id" = String, Path, description = "The mail's number, or its delivery's id.")),
    responses(
        (status = 200, description = "The source.", body = String, content_type = "message/rfc822"),
        (status = 404, description = "No such mail."),
    ),
)]
pub async fn source(State(state): State<AppState>, Id(which): Id<Which>) -> Result<impl IntoResponse, Problem> {
    let (_, source): (_, Bytes) = state.inbox.mail(which).await?;
    Ok(([(CONTENT_TYPE, "message/rfc822")], source))
}
