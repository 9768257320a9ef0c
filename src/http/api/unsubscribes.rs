//! `/v1/unsubscribes`: who refuses bulk mail of a sender. What the links in mail write down stands here as well.

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::port::refusals::RefusalInfo;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json,
        limit::JsonBytes,
        params::{Id, Named, Params, number_cursor, read_number_cursor},
    },
    service::{Caller, refusals::NewUnsubscribe, search::page_length},
};

/// The number of an unsubscribe in a path.
pub struct UnsubscribeNo(i64);

impl Named for UnsubscribeNo {
    const WHAT: &'static str = "unsubscribe";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// Somebody who unsubscribed elsewhere than by the link of this server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnsubscribeRequest {
    #[schema(example = "hong@example.com")]
    email: String,
    /// The topic they had enough of: its family, the part before the first `/`, gets them no more bulk mail. Left out: all bulk mail of that
    /// sender.
    #[serde(default)]
    #[schema(example = "news/2026-11")]
    topic: Option<String>,
    /// The sender profile; left out, that of the key, else mail without a profile.
    #[serde(default)]
    #[schema(example = "shop")]
    profile: Option<String>,
}

/// Who refuses what.
#[derive(Serialize, ToSchema)]
#[schema(as = Unsubscribe)]
pub struct UnsubscribeBody {
    id: i64,
    email: String,
    /// Empty for mail without a profile.
    profile: String,
    /// The family of topics; `null` for all bulk mail of that sender.
    family: Option<String>,
    /// `one_click` (RFC 8058), `page`, `preferences`, or `caller` for what was recorded here.
    how: String,
    at: Time,
    /// Since when it counts no more; `null` while it does.
    lifted_at: Option<Time>,
    /// Why it counts no more.
    lifted_because: Option<String>,
}

impl From<RefusalInfo> for UnsubscribeBody {
    fn from(one: RefusalInfo) -> Self {
        let (lifted_at, lifted_because) = one.lifted.unzip();
        Self {
            id: one.no,
            email: one.email,
            profile: one.profile,
            family: Some(one.family).filter(|family| !family.is_empty()),
            how: one.how,
            at: Time(one.at),
            lifted_at: lifted_at.map(Time),
            lifted_because,
        }
    }
}

/// Record an unsubscribe
///
/// Of somebody who did it on a page of your own, by mail or by telephone. Bulk mail of that sender and family is not sent to them from then
/// on, also what was accepted before and waits; transactional mail is. It ends all consents to advertising they gave that sender.
/// Repeatable: the first one counts.
#[utoipa::path(
    post, path = "/v1/unsubscribes", tag = "unsubscribes", request_body = UnsubscribeRequest,
    responses(
        (status = 201, description = "Recorded.", body = UnsubscribeBody),
        (status = 200, description = "It stood there before.", body = UnsubscribeBody),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    JsonBytes(body): JsonBytes,
) -> Result<(StatusCode, Json<UnsubscribeBody>), Problem> {
    let UnsubscribeRequest { email, topic, profile } = json::read(&body)?;
    let (recorded, new) = state.refusals.record(&caller, NewUnsubscribe { email, topic, profile }).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(recorded.into())))
}

/// Which unsubscribes to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Of this address.
    email: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Unsubscribes on a page: 1 to 500, 50 by default.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of unsubscribes.
#[derive(Serialize, ToSchema)]
pub struct UnsubscribeList {
    unsubscribes: Vec<UnsubscribeBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// List unsubscribes
///
/// Newest first, those that count no more too.
#[utoipa::path(
    get, path = "/v1/unsubscribes", tag = "unsubscribes", params(Filter),
    responses(
        (status = 200, description = "A page of unsubscribes.", body = UnsubscribeList),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Reply<UnsubscribeList> {
    let limit = page_length(filter.limit)?;
    let before = filter.cursor.as_deref().map(read_number_cursor).transpose()?;
    let page = state.refusals.list(filter.email.as_deref(), before, limit).await?;
    let unsubscribes = page.refusals.into_iter().map(UnsubscribeBody::from).collect();
    Ok(Json(UnsubscribeList { unsubscribes, next_cursor: page.next.map(number_cursor) }))
}

/// Why somebody is mailed again.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Because {
    /// How they asked for it: 1 to 500 characters. It is kept with the unsubscribe and in the audit log.
    #[serde(default)]
    reason: String,
}

/// Take an unsubscribe back
///
/// Because its owner asked to be mailed again. It stays listed. Advertising needs a consent recorded after it besides (`POST /v1/consents`).
#[utoipa::path(
    delete, path = "/v1/unsubscribes/{id}", tag = "unsubscribes",
    params(("id" = i64, Path, description = "The unsubscribe's number."), Because),
    responses(
        (status = 200, description = "It counts no more.", body = UnsubscribeBody),
        (status = 404, description = "No such unsubscribe."),
        (status = 422, description = "The reason is missing or too long."),
    ),
)]
pub async fn lift(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(UnsubscribeNo(no)): Id<UnsubscribeNo>,
    Params(Because { reason }): Params<Because>,
) -> Reply<UnsubscribeBody> {
    let lifted = state.refusals.lift(no, &reason).await;
    let lifted = state.audit.ended(&caller, "unsubscribe.lift", no, |_| reason.trim().to_owned(), lifted).await?;
    Ok(Json(lifted.into()))
}
