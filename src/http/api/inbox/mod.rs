//! `/v1/inbox`: mail the local provider kept instead of sending it. `files` serves what a browser shows or saves of a mail.

mod files;
mod view;

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;

pub use files::{__path_attachment, __path_html, __path_session, __path_source, attachment, html, session, source};
pub use view::{MailBody, MailList};
use view::{MailLine, ProviderLine};

use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        params::{Id, Page, Params, number_cursor, read_number_cursor},
    },
    service::{Caller, inbox::Which, search::page_length},
};

/// What was removed.
#[derive(Serialize, ToSchema)]
#[schema(as = InboxCleared)]
pub struct Cleared {
    /// Mails removed.
    removed: u64,
}

/// List the local inbox
///
/// Newest first. From this machine itself no key is needed, unless a proxy or another name stands between.
#[utoipa::path(
    get, path = "/v1/inbox", tag = "inbox", params(Page),
    responses((status = 200, description = "A page of mails.", body = MailList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(page): Params<Page>) -> Reply<MailList> {
    let before = page.cursor.as_deref().map(read_number_cursor).transpose()?;
    let found = state.inbox.list(before, page_length(page.limit)?).await?;
    Ok(Json(MailList {
        mails: found.mails.into_iter().map(MailLine::from).collect(),
        next_cursor: found.next.map(number_cursor),
        providers: state.providers.status().into_iter().map(ProviderLine::from).collect(),
    }))
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
    let (mail, source, opened) = state.inbox.open(which).await?;
    Ok(Json(MailBody::new(mail, &source, opened)))
}

/// Remove a mail
///
/// For good. Its delivery keeps its result.
#[utoipa::path(
    delete, path = "/v1/inbox/{id}", tag = "inbox",
    params(("id" = String, Path, description = "The mail's number, or its delivery's id.")),
    responses((status = 204, description = "It is removed."), (status = 404, description = "No such mail.")),
)]
pub async fn remove(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(which): Id<Which>,
) -> Result<StatusCode, Problem> {
    let removed = state.inbox.remove(which).await;
    state.audit.ended(&caller, "inbox.remove", which, |()| String::new(), removed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Clear the local inbox
///
/// Removes every mail for good. Their deliveries keep their results.
#[utoipa::path(delete, path = "/v1/inbox", tag = "inbox", responses((status = 200, description = "All are removed.", body = Cleared)))]
pub async fn clear(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Reply<Cleared> {
    let removed = state.inbox.clear().await;
    let removed = state.audit.ended(&caller, "inbox.clear", "inbox", |n| format!("mails={n}"), removed).await?;
    Ok(Json(Cleared { removed }))
}
