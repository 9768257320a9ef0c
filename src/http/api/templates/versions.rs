//! What was published, and what differs.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::request::Parts,
};
use jebi_domain::refusal::{Fault, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Name, body::VersionBody};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        params::{Id, Page, Params, number_cursor, read_number_cursor},
    },
    service::search::page_length,
};

/// A page of versions.
#[derive(Serialize, ToSchema)]
pub struct VersionList {
    versions: Vec<VersionBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// Which two to compare.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Sides {
    /// A version; the draft where it is left out.
    pub from: Option<u32>,
    /// A version; the draft where it is left out.
    pub to: Option<u32>,
}

/// What differs.
#[derive(Serialize, ToSchema)]
pub struct Differences {
    /// As `diff -u` writes it, over the files `jebi template pull` makes; empty where nothing differs.
    diff: String,
}

/// A template's name and the number of a version, in a path.
pub struct VersionPath(String, u32);

impl FromRequestParts<AppState> for VersionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await.ok();
        let read = path.and_then(|Path((name, version))| Some(Self(name, version.parse().ok()?)));
        read.ok_or_else(|| Refusal::missing("template version").into())
    }
}

/// List versions of a template
///
/// The latest first.
#[utoipa::path(
    get, path = "/v1/templates/{name}/versions", tag = "templates",
    params(("name" = String, Path, description = "The template's name, its slashes as %2F."), Page),
    responses(
        (status = 200, description = "A page of versions.", body = VersionList),
        (status = 404, description = "No such template."),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn versions(State(state): State<AppState>, Id(Name(name)): Id<Name>, Params(page): Params<Page>) -> Reply<VersionList> {
    let before = page.cursor.as_deref().map(read_number_cursor).transpose()?;
    let before = before.map(|before| u32::try_from(before).map_err(|_| bad_cursor())).transpose()?;
    let found = state.templates.versions(&name, before, page_length(page.limit)?).await?;
    let next_cursor = found.next.map(|version| number_cursor(i64::from(version)));
    Ok(Json(VersionList { versions: found.versions.into_iter().map(VersionBody::from).collect(), next_cursor }))
}

fn bad_cursor() -> Refusal {
    let remedy = "pass next_cursor of the page before, unchanged";
    Refusal::invalid(Fault::new("cursor", "invalid_cursor", "this is no cursor of this list", remedy))
}

/// Show a version of a template
///
/// What its author wrote, and what mail is made of.
#[utoipa::path(
    get, path = "/v1/templates/{name}/versions/{version}", tag = "templates",
    params(
        ("name" = String, Path, description = "The template's name, its slashes as %2F."),
        ("version" = u32, Path, description = "The version's number."),
    ),
    responses((status = 200, description = "The version.", body = VersionBody), (status = 404, description = "No such template or version.")),
)]
pub async fn version(State(state): State<AppState>, VersionPath(name, version): VersionPath) -> Reply<VersionBody> {
    Ok(Json(state.templates.version(&name, version).await?.into()))
}

/// Compare versions of a template
///
/// Two versions, or one and the draft.
#[utoipa::path(
    get, path = "/v1/templates/{name}/diff", tag = "templates",
    params(("name" = String, Path, description = "The template's name, its slashes as %2F."), Sides),
    responses(
        (status = 200, description = "What differs.", body = Differences),
        (status = 404, description = "No such template or version."),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn diff(State(state): State<AppState>, Id(Name(name)): Id<Name>, Params(sides): Params<Sides>) -> Reply<Differences> {
    Ok(Json(Differences { diff: state.templates.diff(&name, sides.from, sides.to).await? }))
}
