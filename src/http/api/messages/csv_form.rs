//! The form of `/v1/messages/csv`, as it comes and as it is understood.

use std::{collections::BTreeMap, sync::Arc};

use axum::{body::Bytes, extract::Request};
use jebi_domain::{
    message::Lane,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::request::MessageRequest;
use crate::{
    http::{
        AppState,
        error::Problem,
        json, limit,
        upload::{Form, Spool, is_form},
    },
    service::accept::NewMessage,
    table::Options,
};

/// Bytes all lines together may hold, as a multiple of the largest file: a text of a workbook may stand in many cells.
const HELD: u64 = 4;
/// Bytes a workbook may unpack to, as a multiple of what it may have.
const UNPACKED: u64 = 16;

/// The fields of the form.
#[derive(Default)]
struct Parts {
    file: Option<Spool>,
    message: Option<Bytes>,
    columns: Option<Bytes>,
    sheet: Option<Bytes>,
    strict: Option<Bytes>,
}

impl Parts {
    /// Takes the next one.
    async fn take(&mut self, form: &mut Form, state: &AppState) -> Result<bool, Refusal> {
        let Some(part) = form.part().await? else { return Ok(false) };
        let name = part.name().to_owned();
        let twice = || {
            let fault = format!("the field {name:?} is given twice");
            Refusal::invalid(Fault::new(name.clone(), "duplicate_field", fault, "give it once"))
        };
        if name == "file" {
            if self.file.is_some() {
                return Err(twice());
            }
            self.file = Some(part.spooled(state).await?);
            return Ok(true);
        }
        let place = match name.as_str() {
            "message" => &mut self.message,
            "columns" => &mut self.columns,
            "sheet" => &mut self.sheet,
            "strict" => &mut self.strict,
            _ => {
                let fault = format!("there is no part {name:?} here");
                let remedy = "use file, message, columns, sheet and strict";
                return Err(Refusal::invalid(Fault::new(name, "unknown_part", fault, remedy)));
            }
        };
        if place.is_some() {
            return Err(twice());
        }
        *place = Some(part.field(state).await?);
        Ok(true)
    }
}

/// A form as it was understood.
pub(super) struct Upload {
    pub file: Arc<Spool>,
    pub options: Arc<Options>,
    /// Without recipients.
    pub message: NewMessage,
    pub strict: bool,
    /// What tells this form from others.
    pub fingerprint: [u8; 32],
}

impl Upload {
    /// Reads a form; its file goes to the disk as it comes.
    ///
    /// # Errors
    /// What is no form; a field that is missing, unknown, given twice or wrong.
    pub async fn read(request: Request, state: &AppState) -> Result<Self, Problem> {
        if !is_form(request.headers()) {
            let fault = "the body is not declared as a form";
            let fault = Fault::new("Content-Type", "unsupported_media_type", fault, "send multipart/form-data (RFC 7578)");
            return Err(Refusal::new(RefusalKind::UnsupportedMedia, fault).into());
        }
        let (mut form, mut parts) = (Form::of(request, state).await?, Parts::default());
        while parts.take(&mut form, state).await? {}
        let Parts { file, message, columns, sheet, strict } = parts;
        let (file, message) = (needed("file", file)?, needed("message", message)?);
        let message = limit::work(message.len(), move || read_message(&message)).await?;
        let columns: BTreeMap<String, String> = match columns {
            Some(columns) => json::read(&columns).map_err(|refusal| within("columns", refusal))?,
            None => BTreeMap::new(),
        };
        let sheet = sheet.map(|name| text("sheet", &name)).transpose()?.filter(|name| !name.is_empty());
        let strict = strict.map(|word| truth(&word)).transpose()?.unwrap_or(false);
        let (max_workbook, all) = (max_workbook(state), state.settings.upload_limit.saturating_mul(HELD));
        let options = Options {
            columns,
            sheet,
            max_rows: state.accept.max_rows(),
            max_bytes: usize::try_from(all).unwrap_or(usize::MAX),
            max_workbook,
            max_unpacked: max_workbook.saturating_mul(UNPACKED),
        };
        Ok(Self { file: Arc::new(file), options: Arc::new(options), message, strict, fingerprint: form.fingerprint() })
    }
}

/// Most bytes of a workbook: its reader holds what its cells share.
pub(super) fn max_workbook(state: &AppState) -> u64 {
    state.settings.body_limit as u64 / 2
}

fn read_message(part: &[u8]) -> Result<NewMessage, Refusal> {
    let request: MessageRequest = json::read(part).map_err(|refusal| within("message", refusal))?;
    let mut message = NewMessage::from(request);
    if message.addresses() > 0 {
        let fault = "the message has recipients, and so has the file";
        return Err(Refusal::invalid(Fault::new("message", "several_recipient_lists", fault, "leave them out: the file has them")));
    }
    message.lane.get_or_insert(Lane::Bulk);
    message.fill.texts = true;
    Ok(message)
}

fn needed<T>(name: &str, part: Option<T>) -> Result<T, Refusal> {
    part.ok_or_else(|| Refusal::invalid(Fault::new(name, "missing_field", "this field is required", "add it")))
}

fn text(name: &str, part: &[u8]) -> Result<String, Refusal> {
    let unread = |_| Refusal::invalid(Fault::new(name, "wrong_type", "it is not UTF-8", "give a text in UTF-8"));
    std::str::from_utf8(part).map(|text| text.trim().to_owned()).map_err(unread)
}

fn truth(part: &[u8]) -> Result<bool, Refusal> {
    match text("strict", part)?.as_str() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        word => Err(Refusal::invalid(Fault::new(
            "strict",
            "unknown_value",
            format!("{word:?} is not a value of this field"),
            "use true or false",
        ))),
    }
}

/// Faults of a part, named by it.
fn within(part: &str, refusal: Refusal) -> Refusal {
    let place = |fault: Fault| {
        let field = match fault.field.as_str() {
            "body" | "" => part.to_owned(),
            field => format!("{part}.{field}"),
        };
        Fault { field, ..fault }
    };
    Refusal { kind: refusal.kind, faults: refusal.faults.into_iter().map(place).collect() }
}
