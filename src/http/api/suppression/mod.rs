//! `/v1/suppressions`: addresses that are not to be mailed.
//!
//! | file | owns |
//! |---|---|
//! | `import` | a file that comes in |
//! | `lines` | the lines of such a file |
//! | `export` | the list as a file |

pub mod export;
pub mod import;
mod lines;

use axum::{
    Json,
    extract::{Extension, State},
};
use jebi_domain::{
    address::masked,
    port::suppressions::Listed,
    refusal::{Fault, Refusal},
    suppression::{Entry, Removed, Source},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json::{self, Object},
        limit::JsonBytes,
        params::{Id, Named, Params, cursor, read_text_cursor},
    },
    service::{
        Caller,
        search::page_length,
        suppression::{self, MAX_AT_ONCE, NewSuppression, Standing},
    },
};

/// Between address and scope in a cursor; neither has it.
const BETWEEN: char = '\n';

/// The address in a path.
pub struct Address(String);

impl Named for Address {
    const WHAT: &'static str = "suppression";
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

/// Entries to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuppressionsRequest {
    /// 1 to 1000. All are checked before any is written.
    #[schema(value_type = Vec<SuppressionRequest>)]
    suppressions: Vec<Object<SuppressionRequest>>,
}

/// An address that is not to be mailed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuppressionRequest {
    email: String,
    /// Which mail is kept back: `all`, `bulk` (bulk mail only) or `topic:NAME` (this topic, and every one that goes on after its name with
    /// `/`, `-`, `_`, `.` or `:`). Left out: `bulk` for `unsubscribe`, what `suppression.complaints` says for `complaint`, else `all`.
    #[serde(default)]
    #[schema(example = "bulk")]
    scope: Option<String>,
    /// `manual` (the default), `bounce`, `soft_bounce`, `complaint` or `unsubscribe`, which never keeps transactional mail back.
    #[serde(default)]
    cause: Option<String>,
    /// Why, in words: 500 characters at most.
    #[serde(default)]
    #[schema(example = "전화로 수신 거부")]
    reason: Option<String>,
}

/// What is said of an address that stands in the path.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuppressionPut {
    /// As in `POST /v1/suppressions`.
    #[serde(default)]
    scope: Option<String>,
    /// As in `POST /v1/suppressions`.
    #[serde(default)]
    cause: Option<String>,
    /// Why, in words: 500 characters at most.
    #[serde(default)]
    reason: Option<String>,
}

impl From<SuppressionRequest> for NewSuppression {
    fn from(SuppressionRequest { email, scope, cause, reason }: SuppressionRequest) -> Self {
        Self { email, scope, cause, reason, at: None }
    }
}

/// An entry as it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Suppression)]
pub struct EntryBody {
    /// In lower case: as addresses are compared.
    email: String,
    scope: String,
    /// `bounce`, `complaint`, `manual`, `soft_bounce` or `unsubscribe`.
    cause: &'static str,
    /// Why, in somebody's words: the receiver's server's, or those of who added it.
    reason: String,
    /// `event` (what was reported of a mail), `operator`, `import`, or `account:NAME` (the list of that provider's account).
    source: String,
    /// Who added it; empty where nobody did.
    created_by: String,
    /// Since when it is there.
    created_at: Time,
    /// When it was last told again.
    last_at: Time,
    /// How often it was told.
    times: i64,
}

impl From<Entry> for EntryBody {
    fn from(e: Entry) -> Self {
        Self {
            email: e.address,
            scope: e.scope.text(),
            cause: e.cause.as_str(),
            reason: e.detail,
            source: e.source.text(),
            created_by: e.actor,
            created_at: Time(e.since),
            last_at: Time(e.last_at),
            times: e.times,
        }
    }
}

/// An entry that was taken off.
#[derive(Serialize, ToSchema)]
#[schema(as = RemovedSuppression)]
pub struct RemovedBody {
    #[serde(flatten)]
    entry: EntryBody,
    removed_at: Time,
    removed_by: String,
    /// Why it was taken off.
    removed_reason: String,
}

impl From<Removed> for RemovedBody {
    fn from(r: Removed) -> Self {
        Self { entry: r.entry.into(), removed_at: Time(r.at), removed_by: r.actor, removed_reason: r.reason }
    }
}

/// All that is known of an address.
#[derive(Serialize, ToSchema)]
pub struct SuppressionDetail {
    email: String,
    /// By scope; empty where it is on the list no more.
    suppressions: Vec<EntryBody>,
    /// What was taken off, newest first, 100 at most.
    removed: Vec<RemovedBody>,
}

impl From<Standing> for SuppressionDetail {
    fn from(s: Standing) -> Self {
        let entries = s.entries.into_iter().map(EntryBody::from).collect();
        Self { email: s.address, suppressions: entries, removed: s.removed.into_iter().map(RemovedBody::from).collect() }
    }
}

/// How entries were taken.
#[derive(Serialize, ToSchema)]
pub struct SuppressionsAdded {
    /// Not there before in that scope.
    added: u64,
    /// There already: the first cause stays, and they count once more.
    known: u64,
    /// Left out: addresses of the SES simulator, which stays usable for tests.
    left_out: u64,
}

impl From<Listed> for SuppressionsAdded {
    fn from(Listed { new, known, left }: Listed) -> Self {
        Self { added: new, known, left_out: left }
    }
}

/// Suppress addresses
///
/// Mail to them is taken and not sent: each delivery says `suppressed`, and why. What waits already is looked at again when it is its turn.
/// An address may have an entry for each scope. All are checked first: a fault, and nothing is written. Repeating is safe.
#[utoipa::path(
    post, path = "/v1/suppressions", tag = "suppressions", request_body = SuppressionsRequest,
    responses(
        (status = 200, description = "Written.", body = SuppressionsAdded),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong; nothing was written."),
    ),
)]
pub async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    JsonBytes(body): JsonBytes,
) -> Reply<SuppressionsAdded> {
    let request: SuppressionsRequest = json::read(&body)?;
    if request.suppressions.len() > MAX_AT_ONCE {
        let fault = format!("the request has {} entries; at most {MAX_AT_ONCE} are taken at once", request.suppressions.len());
        let remedy = "split it, or send a file to /v1/suppressions/csv";
        return Err(Refusal::invalid(Fault::new("suppressions", "too_many", fault, remedy)).into());
    }
    let given: Vec<NewSuppression> = request.suppressions.into_iter().map(|Object(one)| one.into()).collect();
    let target = if let [only] = given.as_slice() { masked(&only.email) } else { format!("{} addresses", given.len()) };
    let place = |i: usize, field: &str| format!("suppressions[{i}].{field}");
    let written = async { state.suppressions.put(state.suppressions.checked(&caller, given, Source::Operator, place)?).await };
    let listed = state.audit.ended(&caller, "suppression.add", target, told, written.await).await?;
    Ok(Json(listed.into()))
}

/// How it went, for the audit log.
fn told(listed: &Listed) -> String {
    format!("added {}, known {}, left out {}", listed.new, listed.known, listed.left)
}

/// Suppress an address
///
/// Adds an entry, or counts one that is there in this scope once more.
#[utoipa::path(
    put, path = "/v1/suppressions/{email}", tag = "suppressions", request_body = SuppressionPut,
    params(("email" = String, Path, description = "The address.")),
    responses(
        (status = 200, description = "The address, as it stands.", body = SuppressionDetail),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "The address is of the SES simulator, which never enters the list."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Address(email)): Id<Address>,
    JsonBytes(body): JsonBytes,
) -> Reply<SuppressionDetail> {
    let SuppressionPut { scope, cause, reason } = json::read(&body)?;
    let given = NewSuppression { email: email.clone(), scope, cause, reason, at: None };
    let place = |_: usize, field: &str| field.to_owned();
    let written = async { state.suppressions.put(state.suppressions.checked(&caller, vec![given], Source::Operator, place)?).await };
    state.audit.ended(&caller, "suppression.add", masked(&email), told, written.await).await?;
    Ok(Json(state.suppressions.find(&email).await?.into()))
}

/// Which entries to list; all conditions hold together.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// The address, or its beginning.
    email: Option<String>,
    /// The domain, whole.
    domain: Option<String>,
    /// `bounce`, `complaint`, `manual`, `soft_bounce` or `unsubscribe`.
    cause: Option<String>,
    /// `all`, `bulk` or `topic:NAME`.
    scope: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Entries on a page: 1 to 500, 50 by default.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of entries.
#[derive(Serialize, ToSchema)]
pub struct SuppressionList {
    suppressions: Vec<EntryBody>,
    /// Pass it as `cursor` for the next page; `null` on the last. A page that had to look at too much is short, and still has one.
    next_cursor: Option<String>,
}

/// List suppressed addresses
///
/// By address and scope.
#[utoipa::path(
    get, path = "/v1/suppressions", tag = "suppressions", params(Filter),
    responses((status = 200, description = "A page of entries.", body = SuppressionList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Reply<SuppressionList> {
    let limit = page_length(filter.limit)?;
    let after = filter.cursor.as_deref().map(read_text_cursor).transpose()?;
    let after = after.map(|text| text.split_once(BETWEEN).map_or((text.clone(), String::new()), |(a, s)| (a.to_owned(), s.to_owned())));
    let wanted = suppression::filter(filter.email.as_deref(), filter.domain.as_deref(), filter.cause.as_deref(), filter.scope.as_deref())?;
    let page = state.suppressions.list(wanted, after, limit).await?;
    let next_cursor = page.next.map(|(address, scope)| cursor(format!("{address}{BETWEEN}{scope}").as_bytes()));
    Ok(Json(SuppressionList { suppressions: page.entries.into_iter().map(EntryBody::from).collect(), next_cursor }))
}

/// Show an address
///
/// Its entries, and what was taken off: by whom and why.
#[utoipa::path(
    get, path = "/v1/suppressions/{email}", tag = "suppressions",
    params(("email" = String, Path, description = "The address.")),
    responses(
        (status = 200, description = "What is known of it.", body = SuppressionDetail),
        (status = 404, description = "It is not on the list, and never was taken off."),
        (status = 422, description = "This is no address."),
    ),
)]
pub async fn show(State(state): State<AppState>, Id(Address(email)): Id<Address>) -> Reply<SuppressionDetail> {
    Ok(Json(state.suppressions.find(&email).await?.into()))
}

/// What to take off.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Of this scope only; every scope where it is left out.
    scope: Option<String>,
    /// Why the address may be mailed again: 1 to 500 characters.
    #[serde(default)]
    #[param(required = true, min_length = 1, max_length = 500)]
    reason: String,
}

/// Take an address off the list
///
/// Who did it and why stays known. Where the provider's account has a list of its own and is told of ours, it is taken off there too.
#[utoipa::path(
    delete, path = "/v1/suppressions/{email}", tag = "suppressions", params(("email" = String, Path, description = "The address."), Which),
    responses(
        (status = 200, description = "What was taken off.", body = SuppressionDetail),
        (status = 404, description = "It is not on the list."),
        (status = 422, description = "This is no address, the scope is none, or the reason is missing."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Address(email)): Id<Address>,
    Params(which): Params<Which>,
) -> Result<Json<SuppressionDetail>, Problem> {
    let removed = state.suppressions.remove(&caller, &email, which.scope.as_deref(), &which.reason).await;
    let detail = |gone: &Vec<Entry>| format!("{}: {}", gone.iter().map(|e| e.scope.text()).collect::<Vec<_>>().join(", "), which.reason);
    state.audit.ended(&caller, "suppression.remove", masked(&email), detail, removed).await?;
    Ok(Json(state.suppressions.find(&email).await?.into()))
}
