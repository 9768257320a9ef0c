//! `POST /v1/messages` as a form: the request in JSON, and files beside it.

use axum::extract::Request;
use jebi_domain::refusal::{Fault, Refusal};
use utoipa::ToSchema;

use super::{
    super::attachments::{MAX_FILES, too_many_files},
    request::{MessageRequest, SubmitRequest},
};
use crate::{
    http::{AppState, error::Problem, json, limit, upload::Form},
    service::{
        accept::{NewAttachment, Submission},
        files::Upload,
    },
};

/// Mail to be sent, with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form")]
pub struct SubmitForm {
    /// One message. This or `messages`.
    message: Option<MessageRequest>,
    /// The whole request, as it would stand in a JSON body.
    messages: Option<SubmitRequest>,
    /// Files every message of the request carries; a part's `Content-ID` shows it within the HTML.
    #[schema(value_type = Vec<String>, format = Binary)]
    attachments: Vec<Vec<u8>>,
}

/// Reads a form: what it submits, and what tells it from other forms. Its files are kept as they come.
///
/// # Errors
/// What is no form, has no message or two, or brings a file that is not taken.
pub async fn read(request: Request, state: &AppState) -> Result<(Submission, [u8; 32]), Problem> {
    let mut form = Form::of(request, state).await?;
    let (mut submission, mut files): (Option<Submission>, Vec<NewAttachment>) = (None, Vec::new());
    while let Some(part) = form.part().await? {
        let name = part.name().to_owned();
        match name.as_str() {
            "message" | "messages" if submission.is_some() => {
                let fault = "the form has message or messages more than once";
                return Err(Refusal::invalid(Fault::new(name, "duplicate_field", fault, "give one of them, once")).into());
            }
            "message" => {
                let body = part.field(state).await?;
                let size = body.len();
                let read = move || json::read::<MessageRequest>(&body).map_err(|refusal| within(&refusal, "messages[0]"));
                submission = Some(Submission { messages: vec![limit::work(size, read).await?.into()], ..Submission::default() });
            }
            "messages" => {
                let body = part.field(state).await?;
                let size = body.len();
                submission = Some(limit::work(size, move || json::read::<SubmitRequest>(&body)).await?.into());
            }
            "attachments" => {
                if files.len() == MAX_FILES {
                    return Err(too_many_files().into());
                }
                let field = format!("attachments[{}]", files.len());
                let at = |refusal| Upload::at(&field, refusal);
                let file_name = part.file_name().unwrap_or_default().to_owned();
                let content_id = part.content_id()?;
                let upload = state.files.upload(&file_name, part.content_type()).map_err(|fault| at(Refusal::invalid(fault)))?;
                let kept = part.file(upload).await.map_err(at)?.finish().await.map_err(at)?;
                files.push(NewAttachment {
                    file_id: Some(kept.id.to_string()),
                    content: None,
                    name: Some(kept.name),
                    content_type: Some(kept.content_type),
                    content_id,
                });
            }
            _ => {
                let fault = format!("there is no part {name:?} here");
                return Err(Refusal::invalid(Fault::new(name, "unknown_part", fault, "use message or messages, and attachments")).into());
            }
        }
    }
    let Some(mut submission) = submission else {
        let fault = Fault::new("message", "missing_field", "the form has no part message or messages", "add one with the mail in JSON");
        return Err(Refusal::invalid(fault).into());
    };
    for message in &mut submission.messages {
        message.attachments.extend(files.iter().cloned());
    }
    Ok((submission, form.fingerprint()))
}

/// A refusal of one message, told as of a whole request.
fn within(refusal: &Refusal, at: &str) -> Refusal {
    let told = |fault: &Fault| match fault.field.as_str() {
        "" | "body" => Fault { field: at.to_owned(), ..fault.clone() },
        field => Fault { field: format!("{at}.{field}"), ..fault.clone() },
    };
    Refusal { kind: refusal.kind, faults: refusal.faults.iter().map(told).collect() }
}
