//! `/v1/admin/retention`: how long data is kept, and what is old enough to go. `jebi retention` uses it.

use axum::{Json, extract::State};
use jebi_domain::retention::DataKind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Params, bad_cursor, number_cursor, read_number_cursor},
    },
    service::retention::Counted,
};

/// A cursor holds the kind above so many bits, and below them where its slice begins.
const BITS: u32 = 48;

/// From where on to count.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Place {
    /// `next_cursor` of the slice before.
    cursor: Option<String>,
}

/// A counted slice of one kind of data.
#[derive(Serialize, ToSchema)]
#[schema(as = RetentionSlice)]
pub struct SliceBody {
    /// `content`, `events`, `records`, `inbox`, `audit` or `suppression_history`.
    data: &'static str,
    /// Days it is kept; `null` when it is never deleted for its age.
    days: Option<u64>,
    /// What of the slice is old enough: messages (`content`), reports (`events`), deliveries (`records`), or rows.
    due: u64,
    /// Messages of the slice that were accepted long enough ago and stay for now: something of them is open, or ended later.
    kept: u64,
    /// Pass it as `cursor` for the next slice, of this kind or the next; `null` when everything was counted.
    next_cursor: Option<String>,
}

/// Count what is old enough
///
/// One slice of one kind of data, and nothing is changed. Add up what the slices of a kind say.
#[utoipa::path(
    get, path = "/v1/admin/retention", tag = "admin", params(Place),
    responses((status = 200, description = "A counted slice.", body = SliceBody), (status = 422, description = "The cursor is wrong.")),
)]
pub async fn count(State(state): State<AppState>, Params(from): Params<Place>) -> Reply<SliceBody> {
    let at = from.cursor.as_deref().map(read_number_cursor).transpose()?.unwrap_or(0);
    let place = usize::try_from(at >> BITS).ok().filter(|place| *place < DataKind::ALL.len()).ok_or_else(bad_cursor)?;
    let after = at & ((1 << BITS) - 1);
    let Counted { kind, days, found } = state.retention.count(DataKind::ALL[place], (after > 0).then_some(after)).await?;
    let next = match found.next {
        Some(next) => Some(((place as i64) << BITS) | next),
        None => Some(((place as i64) + 1) << BITS).filter(|_| place + 1 < DataKind::ALL.len()),
    };
    Ok(Json(SliceBody { data: kind.as_str(), days, due: found.due, kept: found.kept, next_cursor: next.map(number_cursor) }))
}
