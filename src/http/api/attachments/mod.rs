//! `/v1/attachments`: files that are uploaded before the mail that carries them.

mod body;

use axum::{
    Extension, Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use jebi_domain::{
    content::FileId,
    port::files::FileNo,
    refusal::{Fault, Refusal},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        limit::check_encoding,
        params::{Id, Page, Params, number_cursor, read_number_cursor},
        upload::{Flow, Form, file_name, is_form, told_type},
    },
    service::{
        Caller,
        files::{Kept, Upload},
        search::page_length,
    },
};
pub use body::{FileBody, FileForm, FileList, Uploaded};

/// Files one form may bring.
pub const MAX_FILES: usize = jebi_domain::attachment::MAX_ATTACHMENTS;

/// What stands beside an uploaded file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Beside {
    /// The file's name, with its ending; a `Content-Disposition` header may have it instead. A form's files have their own.
    #[param(example = "견적서.pdf")]
    name: Option<String>,
}

/// Upload a file
///
/// Keeps a file, so that messages may carry it by its id: the same content has the same id, is kept once, and may be uploaded again at
/// any time. The body is the file itself, or a form (`multipart/form-data`) with one or more files. It goes to the disk as it comes.
///
/// A file no message carries is removed `UNUSED_FILES_KEPT_DAYS` (7) after it was last uploaded.
#[utoipa::path(
    post, path = "/v1/attachments", tag = "attachments",
    params(Beside),
    request_body(content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "It is kept: one file for a plain body, a list for a form.", body = Uploaded),
        (status = 400, description = "The body ended too early, or is no form."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is larger than `JEBI_MAX_UPLOAD_BYTES`."),
        (status = 415, description = "The body is compressed."),
        (status = 422, description = "The file's name, type, size or content is not taken. The fault names the file."),
    ),
)]
pub async fn upload(
    State(state): State<AppState>,
    Params(beside): Params<Beside>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    check_encoding(&headers)?;
    let kept = if is_form(&headers) {
        if beside.name.is_some() {
            let fault = "a form's files have names of their own";
            return Err(Refusal::invalid(Fault::new("name", "invalid_parameter", fault, "leave the parameter out")).into());
        }
        Uploaded::Several { attachments: form(&state, request).await?.into_iter().map(FileBody::from).collect() }
    } else {
        Uploaded::One(plain(&state, beside.name, &headers, request).await?.into())
    };
    Ok((StatusCode::CREATED, Json(kept)))
}

/// The body is the file.
async fn plain(state: &AppState, name: Option<String>, headers: &HeaderMap, request: Request) -> Result<Kept, Problem> {
    let name = name.or_else(|| file_name(headers)).unwrap_or_default();
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut flow = Flow::of(headers, request.into_body(), state)?;
    let at = |refusal| Upload::at("body", refusal);
    let mut upload = state.files.upload(&name, told_type(content_type)).map_err(|fault| at(Refusal::invalid(fault)))?;
    while let Some(bytes) = flow.next().await? {
        upload.push(bytes).await.map_err(at)?;
    }
    Ok(upload.finish().await.map_err(at)?)
}

/// Every file of a form.
async fn form(state: &AppState, request: Request) -> Result<Vec<Kept>, Problem> {
    let (mut form, mut kept) = (Form::of(request, state).await?, Vec::new());
    while let Some(part) = form.part().await? {
        let Some(name) = part.file_name().map(str::to_owned) else {
            let fault = format!("the part {:?} of the form is no file", part.name());
            return Err(Refusal::invalid(Fault::new("body", "unknown_part", fault, "give files only, each with its name")).into());
        };
        let field = format!("attachments[{}]", kept.len());
        if kept.len() == MAX_FILES {
            return Err(too_many_files().into());
        }
        let at = |refusal| Upload::at(&field, refusal);
        let upload = state.files.upload(&name, part.content_type()).map_err(|fault| at(Refusal::invalid(fault)))?;
        let upload = part.file(upload).await.map_err(at)?;
        kept.push(upload.finish().await.map_err(at)?);
    }
    if kept.is_empty() {
        let fault = Fault::new("body", "no_files", "the form has no file", "give one or more, each with its name");
        return Err(Refusal::invalid(fault).into());
    }
    Ok(kept)
}

/// A form with more files than one may have.
pub fn too_many_files() -> Refusal {
    let fault = format!("the form has more than {MAX_FILES} files");
    Refusal::invalid(Fault::new("attachments", "too_many_attachments", fault, "send it in several forms"))
}

/// Show a file
///
/// What is known of it, not its content.
#[utoipa::path(
    get, path = "/v1/attachments/{id}", tag = "attachments",
    params(("id" = String, Path, description = "The file's id: 64 hexadecimal digits.")),
    responses((status = 200, description = "The file.", body = body::StoredFile), (status = 404, description = "No such file.")),
)]
pub async fn show(State(state): State<AppState>, Id(id): Id<FileId>) -> Reply<body::StoredFile> {
    Ok(Json(state.files.file(id).await?.into()))
}

/// List files
///
/// Newest first.
#[utoipa::path(
    get, path = "/v1/attachments", tag = "attachments", params(Page),
    responses((status = 200, description = "A page of files.", body = FileList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(page): Params<Page>) -> Reply<FileList> {
    let before = page.cursor.as_deref().map(read_number_cursor).transpose()?.map(FileNo);
    let found = state.files.list(before, page_length(page.limit)?).await?;
    let next_cursor = found.next.map(|no| number_cursor(no.0));
    Ok(Json(FileList { attachments: found.files.into_iter().map(body::StoredFile::from).collect(), next_cursor }))
}

/// Remove a file
///
/// For good, where no message carries it. It may be uploaded again.
#[utoipa::path(
    delete, path = "/v1/attachments/{id}", tag = "attachments",
    params(("id" = String, Path, description = "The file's id: 64 hexadecimal digits.")),
    responses(
        (status = 204, description = "It is removed."),
        (status = 404, description = "No such file."),
        (status = 409, description = "A message carries it."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<FileId>,
) -> Result<StatusCode, Problem> {
    let removed = state.files.remove(id).await;
    state.audit.ended(&caller, "attachment.remove", id, |()| String::new(), removed).await?;
    Ok(StatusCode::NO_CONTENT)
}
