//! `DELETE /v1/messages/{id}/content`.

use axum::{
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::id::MessageId;

use crate::{
    http::{AppState, error::Problem, params::Id},
    service::Caller,
};

/// Delete what a message said
///
/// Subject, bodies, headers, files and each recipient's own values, for good. Its record stays: who got it, when, and what became of it. Not while
/// something of it waits or is being sent; afterwards nothing of it can be sent again (`content_deleted`). Repeatable.
#[utoipa::path(
    delete, path = "/v1/messages/{id}/content", tag = "messages",
    params(("id" = String, Path, description = "The message's id.")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such message."),
        (status = 409, description = "Something of it waits or is being sent (`message_under_way`)."),
    ),
)]
pub async fn delete_content(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<MessageId>,
) -> Result<StatusCode, Problem> {
    let deleted = state.privacy.delete_content(id).await;
    state.audit.ended(&caller, "message.delete_content", id, |()| String::new(), deleted).await?;
    Ok(StatusCode::NO_CONTENT)
}
