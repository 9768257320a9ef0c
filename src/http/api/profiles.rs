//! `/v1/profiles`: who mail is from.

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::{
    port::senders::ProfileInfo,
    profile::{Company, Profile, Refusing, Tracking},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    messages::{Address, Addresses, Unsubscribe},
    shape::Time,
};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json::{self, Object},
        limit::JsonBytes,
        params::{Id, Named},
    },
    service::{Caller, profiles::NewProfile},
};

/// A profile's name in a path.
pub struct ProfileName(String);

impl Named for ProfileName {
    const WHAT: &'static str = "profile";
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

/// What a profile is to hold. It takes the place of everything there was under its name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileRequest {
    /// The sender of messages that name none.
    #[schema(value_type = Address)]
    from: Address,
    /// One address or several, for messages that name none.
    #[serde(default)]
    #[schema(value_type = Addresses)]
    reply_to: Addresses,
    #[serde(default)]
    #[schema(value_type = Option<CompanyBody>)]
    company: Option<Object<CompanyBody>>,
    /// A language tag (BCP 47). Jebi's own notices are written in it (Korean for `ko`, else English), and of a message in several languages
    /// that names no `language` itself those get it who want none, or one it is not in.
    #[serde(default)]
    #[schema(example = "ko")]
    language: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<TrackingBody>)]
    tracking: Option<Object<TrackingBody>>,
    /// How recipients refuse bulk mail: `true` by this server's own link, `false` for no link, or a page of yours.
    #[serde(default)]
    #[schema(value_type = Option<Unsubscribe>)]
    unsubscribe: Option<Unsubscribe>,
    /// `List-Id` of bulk mail (RFC 2919): a label and a domain of yours.
    #[serde(default)]
    #[schema(example = "news.example.kr")]
    list_id: Option<String>,
    /// Whether people are told of the consents recorded for this profile, and reminded of them every two years; `true` by default.
    #[serde(default)]
    consent_notices: Option<bool>,
}

/// The company behind a sender. Advertising mail needs name, postal address, phone and e-mail address.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Company)]
struct CompanyBody {
    #[schema(example = "제비상점")]
    name: Option<String>,
    #[schema(example = "서울특별시 중구 세종대로 110")]
    postal_address: Option<String>,
    #[schema(example = "02-120")]
    phone: Option<String>,
    email: Option<String>,
    representative: Option<String>,
    business_number: Option<String>,
}

/// Whether opens and clicks are followed of mail that does not say; `null` leaves it to the profile, or the server.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Tracking)]
pub struct TrackingBody {
    opens: Option<bool>,
    clicks: Option<bool>,
}

impl From<Tracking> for TrackingBody {
    fn from(Tracking { opens, clicks }: Tracking) -> Self {
        Self { opens, clicks }
    }
}

impl From<TrackingBody> for Tracking {
    fn from(TrackingBody { opens, clicks }: TrackingBody) -> Self {
        Self { opens, clicks }
    }
}

/// An address with its name.
#[derive(Serialize, ToSchema)]
struct SenderBody {
    email: String,
    name: Option<String>,
}

/// A profile.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub struct ProfileBody {
    name: String,
    from: SenderBody,
    reply_to: Vec<SenderBody>,
    company: CompanyBody,
    language: Option<String>,
    tracking: TrackingBody,
    unsubscribe: Option<Unsubscribe>,
    list_id: Option<String>,
    consent_notices: bool,
    created_at: Time,
    changed_at: Time,
}

/// All profiles.
#[derive(Serialize, ToSchema)]
pub struct ProfileList {
    profiles: Vec<ProfileBody>,
}

impl ProfileRequest {
    fn named(self, name: String) -> NewProfile {
        let company = self.company.map(|Object(c)| Company {
            name: c.name,
            postal_address: c.postal_address,
            phone: c.phone,
            email: c.email,
            representative: c.representative,
            business_number: c.business_number,
        });
        let tracking = self.tracking.map(|Object(tracking)| Tracking::from(tracking));
        NewProfile {
            name,
            from: self.from.0,
            reply_to: self.reply_to.0.into_iter().map(|a| a.0).collect(),
            company: company.unwrap_or_default(),
            language: self.language,
            tracking: tracking.unwrap_or_default(),
            unsubscribe: self.unsubscribe.map(Refusing::from),
            list_id: self.list_id,
            consent_notices: self.consent_notices.unwrap_or(true),
        }
    }
}

impl From<ProfileInfo> for ProfileBody {
    fn from(info: ProfileInfo) -> Self {
        let Profile { name, from, reply_to, company: c, language, tracking, unsubscribe, list_id, consent_notices } = info.profile;
        let sender = |m: jebi_domain::message::Mailbox| SenderBody { email: m.email, name: m.name };
        Self {
            name,
            from: sender(from),
            reply_to: reply_to.into_iter().map(sender).collect(),
            company: CompanyBody {
                name: c.name,
                postal_address: c.postal_address,
                phone: c.phone,
                email: c.email,
                representative: c.representative,
                business_number: c.business_number,
            },
            language,
            tracking: tracking.into(),
            unsubscribe: unsubscribe.map(Unsubscribe::from),
            list_id,
            consent_notices,
            created_at: Time(info.created_at),
            changed_at: Time(info.changed_at),
        }
    }
}

/// List sender profiles
///
/// All of them, by name.
#[utoipa::path(get, path = "/v1/profiles", tag = "profiles", responses((status = 200, description = "All profiles.", body = ProfileList)))]
pub async fn list(State(state): State<AppState>) -> Reply<ProfileList> {
    let profiles = state.profiles.list().await?;
    Ok(Json(ProfileList { profiles: profiles.into_iter().map(ProfileBody::from).collect() }))
}

/// Show a sender profile
///
/// As messages that name it are sent with it.
#[utoipa::path(
    get, path = "/v1/profiles/{name}", tag = "profiles",
    params(("name" = String, Path, description = "The profile's name.")),
    responses((status = 200, description = "The profile.", body = ProfileBody), (status = 404, description = "No such profile.")),
)]
pub async fn show(State(state): State<AppState>, Id(ProfileName(name)): Id<ProfileName>) -> Reply<ProfileBody> {
    Ok(Json(state.profiles.find(&name).await?.into()))
}

/// Make or replace a sender profile
///
/// From the next request on. What a message says itself goes before its profile, and the profile before the server's configuration.
/// Mail accepted before keeps what it was accepted with.
#[utoipa::path(
    put, path = "/v1/profiles/{name}", tag = "profiles", request_body = ProfileRequest,
    params(("name" = String, Path, description = "The profile's name: 1 to 64 lower-case letters, digits, `-` and `_`.")),
    responses(
        (status = 200, description = "Replaced.", body = ProfileBody),
        (status = 201, description = "Made.", body = ProfileBody),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(ProfileName(name)): Id<ProfileName>,
    JsonBytes(body): JsonBytes,
) -> Result<(StatusCode, Json<ProfileBody>), Problem> {
    let request: ProfileRequest = json::read(&body)?;
    let put = state.profiles.put(request.named(name.clone())).await;
    let told = |(info, _): &(ProfileInfo, bool)| format!("from={}", info.profile.from.email);
    let (info, new) = state.audit.ended(&caller, "profile.put", name, told, put).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, Json(info.into())))
}

/// Remove a sender profile
///
/// Mail accepted before keeps what it was accepted with.
#[utoipa::path(
    delete, path = "/v1/profiles/{name}", tag = "profiles",
    params(("name" = String, Path, description = "The profile's name.")),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, description = "No such profile."),
        (status = 409, description = "A live key is tied to it (`profile_in_use`)."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(ProfileName(name)): Id<ProfileName>,
) -> Result<StatusCode, Problem> {
    let removed = state.profiles.remove(&name).await;
    state.audit.ended(&caller, "profile.remove", name, |()| String::new(), removed).await?;
    Ok(StatusCode::NO_CONTENT)
}
