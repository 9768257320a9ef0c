//! `/v1/consents`: who has consented to advertising, and who no longer does.

mod file;

use axum::{
    Json,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jebi_domain::{
    address,
    consent::{Consent, ConsentEvent, EventKind},
    port::consents::{ConsentFilter, Recorded},
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    again::{self, IdempotencyKey},
    shape::Time,
};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json::{self, Object},
        limit::{self, AnyBytes, JsonBytes},
        params::{Id, Named, Params, number_cursor, read_number_cursor},
    },
    service::{
        Caller,
        consents::{MAX_AT_ONCE, NewConsent},
        search::page_length,
    },
};

/// A consent's number.
#[derive(Clone, Copy)]
pub struct ConsentNo(i64);

impl Named for ConsentNo {
    const WHAT: &'static str = "consent";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// What happened to consents.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentsRequest {
    /// 1 to 1000. All are checked before any is recorded.
    #[schema(value_type = Vec<ConsentRequest>)]
    consents: Vec<Object<ConsentRequest>>,
}

/// What happened.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A consent was given.
    #[default]
    Given,
    /// It was taken back.
    Withdrawn,
    /// Mail was refused, with or without a consent before.
    Refused,
}

/// A consent, its withdrawal, or a refusal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentRequest {
    email: String,
    /// The sender profile it was given to.
    #[schema(example = "shop")]
    profile: String,
    /// To what, such as the list id; left out for everything of that sender.
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    kind: Kind,
    /// When it happened: RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone; now when missing.
    #[serde(default)]
    at: Option<String>,
    /// How, in a few words: 1 to 200 characters.
    #[schema(example = "form at shop.example.kr/join")]
    how: String,
    /// The wording it was given to, or its version: 4000 characters at most.
    #[serde(default)]
    wording: String,
    /// Where it came from, such as an IP address: 500 characters at most.
    #[serde(default)]
    source: String,
    /// Language the person is written to in (BCP 47); the profile's when missing.
    #[serde(default)]
    language: Option<String>,
    /// Whether the person is told of it; by default where it happened within the last 14 days and the profile wants it. Nobody is told of
    /// what changes nothing.
    #[serde(default)]
    notice: Option<bool>,
}

impl From<ConsentRequest> for NewConsent {
    fn from(r: ConsentRequest) -> Self {
        let kind = match r.kind {
            Kind::Given => EventKind::Given,
            Kind::Withdrawn => EventKind::Withdrawn,
            Kind::Refused => EventKind::Refused,
        };
        let ConsentRequest { email, profile, scope, at, how, wording, source, language, notice, .. } = r;
        Self { email, profile, scope, kind, at, how, wording, source, language, notice }
    }
}

/// A consent as it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentBody {
    id: i64,
    email: String,
    profile: String,
    /// Empty for everything of that sender.
    scope: String,
    /// Whether it holds.
    holds: bool,
    given_at: Option<Time>,
    /// When it was withdrawn or refused.
    ended_at: Option<Time>,
    /// When the person is asked next whether it is to go on.
    confirm_at: Option<Time>,
    language: Option<String>,
}

impl From<Consent> for ConsentBody {
    fn from(c: Consent) -> Self {
        Self {
            holds: c.holds(),
            id: c.no,
            email: c.email,
            profile: c.key.profile,
            scope: c.key.scope,
            given_at: c.given_at.map(Time),
            ended_at: c.ended_at.map(Time),
            confirm_at: c.confirm_at.map(Time),
            language: c.language,
        }
    }
}

/// A consent and all that was written of it.
#[derive(Serialize, ToSchema)]
pub struct ConsentDetail {
    #[serde(flatten)]
    consent: ConsentBody,
    /// Oldest first.
    events: Vec<ConsentEventBody>,
}

impl From<(Consent, Vec<ConsentEvent>)> for ConsentDetail {
    fn from((consent, events): (Consent, Vec<ConsentEvent>)) -> Self {
        Self { consent: consent.into(), events: events.into_iter().map(ConsentEventBody::from).collect() }
    }
}

/// Something that happened to a consent.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsentEvent)]
pub struct ConsentEventBody {
    /// `given`, `withdrawn`, `refused` or `confirmation`.
    kind: &'static str,
    at: Time,
    how: String,
    wording: String,
    source: String,
    /// Who wrote it down.
    actor: String,
    recorded_at: Time,
    /// How it stands with telling the person: `none`, `due`, `taken`, `told`, `failed` or `unknown`.
    notice: &'static str,
    /// The mail that told it.
    message_id: Option<String>,
}

impl From<ConsentEvent> for ConsentEventBody {
    fn from(e: ConsentEvent) -> Self {
        Self {
            kind: e.kind.as_str(),
            at: Time(e.at),
            how: e.how,
            wording: e.wording,
            source: e.source,
            actor: e.actor,
            recorded_at: Time(e.recorded_at),
            notice: e.notice.as_str(),
            message_id: e.message.map(|id| id.to_string()),
        }
    }
}

/// What was recorded, in the order of the request.
#[derive(Serialize, ToSchema)]
pub struct ConsentsRecorded {
    /// Those that were not written before with the same time.
    new: usize,
    consents: Vec<ConsentBody>,
}

impl From<Vec<Recorded>> for ConsentsRecorded {
    fn from(all: Vec<Recorded>) -> Self {
        Self { new: all.iter().filter(|r| r.new).count(), consents: all.into_iter().map(|r| r.consent.into()).collect() }
    }
}

/// Record consents
///
/// And withdrawals and refusals. What happened later counts, in whatever order it is recorded; nothing that was recorded is ever changed.
/// What changes nothing is recorded, and nobody is told of it.
/// All are checked first: a fault, and nothing is recorded. They are recorded in parts of 50. After a failure of the server repeat the request:
/// what stands there already, given with the same `at`, is not written again.
#[utoipa::path(
    post, path = "/v1/consents", tag = "consents", params(IdempotencyKey), request_body = ConsentsRequest,
    responses(
        (status = 201, description = "Recorded.", body = ConsentsRecorded,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is not JSON, or the Idempotency-Key cannot be used."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The key was used for another body."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong; nothing was recorded."),
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let request: ConsentsRequest = json::read(&body)?;
    if request.consents.len() > MAX_AT_ONCE {
        let fault = format!("the request has {} consents; at most {MAX_AT_ONCE} are taken at once", request.consents.len());
        return Err(Refusal::invalid(Fault::new("consents", "too_many", fault, "split it, or send a file to /v1/consents/csv")).into());
    }
    let given = request.consents.into_iter().map(|Object(one)| one.into()).collect();
    let path = |i: usize, field: &str| format!("consents[{i}].{field}");
    let work = async { state.consents.record(&caller, given, path, true).await.map(ConsentsRecorded::from) };
    again::once_as(StatusCode::CREATED, &state, &caller, &headers, "consents", &body, work).await
}

/// How a file is read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileOptions {
    /// The profile of lines that name none.
    profile: Option<String>,
    /// `true`: people are told of what happened within the last 14 days. By default nobody is: a file holds what was told before.
    notice: Option<bool>,
}

/// Record consents of a file
///
/// A CSV text (RFC 4180) in UTF-8, UTF-16 or CP949 (EUC-KR), with commas, semicolons or tabs; the first line names the columns: `email` and
/// `how`, and where they are wanted `profile`, `scope`, `kind`, `at`, `wording`, `source` and `language`. Faults name the line: `line 6.email`.
/// All are checked before any is recorded, then recorded in parts of 50, as with `POST /v1/consents`.
#[utoipa::path(
    post, path = "/v1/consents/csv", tag = "consents", params(FileOptions),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 201, description = "Recorded.", body = ConsentsRecorded),
        (status = 400, description = "The body broke off."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is compressed."),
        (status = 422, description = "The file cannot be read, or a line is wrong; nothing was recorded."),
    ),
)]
pub async fn import(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Params(options): Params<FileOptions>,
    AnyBytes(body): AnyBytes,
) -> Result<(StatusCode, Json<ConsentsRecorded>), Problem> {
    let (profile, notice) = (options.profile.unwrap_or_default(), options.notice.unwrap_or(false));
    let file::Lines { consents, numbers } = limit::work(body.len(), move || file::read(&body, &profile)).await?;
    let place = |i: usize, field: &str| {
        let line = format!("line {}", numbers[i]);
        format!("{line}.{field}")
    };
    let recorded = state.consents.record(&caller, consents, place, notice).await?;
    Ok((StatusCode::CREATED, Json(recorded.into())))
}

/// Which consents to list; all conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Of this address.
    email: Option<String>,
    /// Given to this profile.
    profile: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Consents on a page: 1 to 500, 50 by default.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of consents.
#[derive(Serialize, ToSchema)]
pub struct ConsentList {
    consents: Vec<ConsentBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// List consents
///
/// Newest first, those that ended too.
#[utoipa::path(
    get, path = "/v1/consents", tag = "consents", params(Filter),
    responses((status = 200, description = "A page of consents.", body = ConsentList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Reply<ConsentList> {
    let limit = page_length(filter.limit)?;
    let before = filter.cursor.as_deref().map(read_number_cursor).transpose()?;
    let parsed = filter.email.as_deref().map(|email| {
        let parsed = address::parse(email).map_err(|e| Refusal::invalid(Fault::new("email", e.code, e.fault, e.remedy)))?;
        Ok::<_, Refusal>(address::key(&parsed).into_owned())
    });
    let filter = ConsentFilter { address: parsed.transpose()?, profile: filter.profile };
    let page = state.consents.list(filter, before, limit).await?;
    let next_cursor = page.next.map(number_cursor);
    Ok(Json(ConsentList { consents: page.consents.into_iter().map(ConsentBody::from).collect(), next_cursor }))
}

/// Show a consent
///
/// And all that was written of it, oldest first.
#[utoipa::path(
    get, path = "/v1/consents/{id}", tag = "consents",
    params(("id" = i64, Path, description = "The consent's number.")),
    responses((status = 200, description = "The consent.", body = ConsentDetail), (status = 404, description = "No such consent.")),
)]
pub async fn show(State(state): State<AppState>, Id(ConsentNo(no)): Id<ConsentNo>) -> Reply<ConsentDetail> {
    let (consent, events) = state.consents.find(no).await?;
    Ok(Json((consent, events).into()))
}

/// How it was withdrawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    /// In a few words: 1 to 200 characters.
    #[schema(example = "by telephone")]
    how: String,
    /// When; now when missing.
    #[serde(default)]
    at: Option<String>,
}

/// Withdraw a consent
///
/// Repeatable: the first withdrawal counts, and is told once.
#[utoipa::path(
    post, path = "/v1/consents/{id}/withdraw", tag = "consents", request_body = Withdrawal,
    params(("id" = i64, Path, description = "The consent's number.")),
    responses(
        (status = 200, description = "Withdrawn.", body = ConsentBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such consent."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn withdraw(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(ConsentNo(no)): Id<ConsentNo>,
    JsonBytes(body): JsonBytes,
) -> Reply<ConsentBody> {
    let Withdrawal { how, at } = json::read(&body)?;
    let withdrawn = state.consents.withdraw(&caller, no, how, at).await;
    let withdrawn = state.audit.ended(&caller, "consent.withdraw", no, |_| String::new(), withdrawn).await?;
    Ok(Json(withdrawn.consent.into()))
}
