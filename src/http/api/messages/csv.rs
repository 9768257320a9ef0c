//! `/v1/messages/csv`: one message to the recipients of a file, a line each (requirement S4-1).

use std::{collections::BTreeMap, io::Cursor};

use axum::{
    Extension,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jebi_domain::{
    message::Lane,
    refusal::{Fault, Refusal, RefusalKind},
};
use utoipa::ToSchema;

use super::{
    super::again::{self, IdempotencyKey, idempotency_key},
    csv_answer::{BadLine, CsvAnswer, Lines},
    request::MessageRequest,
};
use crate::{
    http::{
        AppState,
        error::{self, Problem},
        json,
        limit::{self, check_encoding},
        upload::{Form, is_form},
    },
    service::{
        Caller,
        accept::{Given, NewMessage, NewRecipient, Submission, Voice},
    },
    table::{self, Options},
};

/// Bytes all lines together may hold, as a multiple of the largest body: a text of a workbook may stand in many cells.
const HELD: usize = 4;
/// Bytes a workbook may unpack to, likewise.
const UNPACKED: u64 = 8;

/// A file of recipients, and the message to them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form")]
pub struct CsvForm {
    /// A CSV text in UTF-8 or CP949 (EUC-KR), cells separated by commas, semicolons or tabs; or an Excel workbook (`.xlsx`). The first
    /// line names the columns. `email` (`이메일`, `메일`, `e-mail`) is needed; `name` (`이름`, `성명`) and `language` (`언어`) are known;
    /// every other column is a variable. An empty cell gives no value.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// JSON: the message as in `POST /v1/messages`, without recipients. Its lane is `bulk` unless it says.
    #[schema(value_type = MessageRequest)]
    message: String,
    /// JSON: what a column is, by its name in the file: `email`, `name`, `language`, the name of a variable, or empty for none of it.
    #[schema(value_type = Option<std::collections::HashMap<String, String>>)]
    columns: Option<String>,
    /// The sheet of a workbook; the first where it is left out.
    sheet: Option<String>,
    /// `true`: refuse the whole file when one line is bad.
    #[schema(value_type = Option<bool>)]
    strict: Option<String>,
}

/// Send mail to a file of recipients
///
/// A copy for each line, filled in with its cells: `{{ 쿠폰 }}` is the column `쿠폰`. When this answers 202, everything the answer counts
/// as `success` is on disk and will be tried. A bad line is reported with its number and does not sink the others, unless `strict` is set.
///
/// With an `Idempotency-Key` repeating is safe, as in `POST /v1/messages`; here the fields of the form are compared, not its raw bytes.
#[utoipa::path(
    post, path = "/v1/messages/csv", tag = "messages",
    request_body(content = CsvForm, content_type = "multipart/form-data"),
    params(IdempotencyKey),
    responses(
        (status = 202, description = "Accepted and on disk.", body = CsvAnswer,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is no form, or the Idempotency-Key cannot be used."),
        (status = 403, description = "The key does not allow sending (`missing_scope`), or not as this sender (`forbidden_sender`)."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The Idempotency-Key was used for another form."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as a form."),
        (status = 422, description = "A field or the file is wrong; nothing was stored."),
        (status = 429, description = "The key's daily limit is used up (`daily_limit`); try again after `Retry-After` seconds."),
        (status = 503, description = "Too much is waiting, or the store cannot write. Nothing was acknowledged: repeat it later with the same key."),
    ),
)]
pub async fn submit_csv(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    check_encoding(&headers)?;
    let (parts, fingerprint) = Parts::read(request, &state).await?;
    let (max_rows, body) = (state.accept.max_rows(), state.settings.body_limit);
    let size = parts.file.as_ref().map_or(0, Bytes::len);
    let read = move || Upload::read(parts, max_rows, body).map(|upload| (upload, key.map(|key| (key, fingerprint))));
    let (upload, idempotency) = limit::work(size, read).await?;
    let language = error::language(&headers);
    let Upload { submission, mut lines } = upload;
    lines.say(|fault| error::said(fault, language));
    let places = lines.numbers();
    let voice = Voice {
        say: Box::new(move |fault| error::said(fault, language)),
        render: Box::new(move |receipt| (StatusCode::ACCEPTED.as_u16(), json::write(&CsvAnswer::new(receipt, &lines)))),
    };
    let done = state.accept.submit(caller, submission, idempotency, voice).await;
    Ok(again::answer(done.map_err(|refusal| placed(refusal, &places))?))
}

/// The fields of the form.
#[derive(Default)]
struct Parts {
    file: Option<Bytes>,
    message: Option<Bytes>,
    columns: Option<Bytes>,
    sheet: Option<Bytes>,
    strict: Option<Bytes>,
}

impl Parts {
    /// With what tells this form from others.
    async fn read(request: Request, state: &AppState) -> Result<(Self, [u8; 32]), Problem> {
        if !is_form(request.headers()) {
            let fault = "the body is not declared as a form";
            let fault = Fault::new("Content-Type", "unsupported_media_type", fault, "send multipart/form-data (RFC 7578)");
            return Err(Refusal::new(RefusalKind::UnsupportedMedia, fault).into());
        }
        let (mut form, mut parts) = (Form::of(request, state).await?, Self::default());
        while let Some(part) = form.part().await? {
            let name = part.name().to_owned();
            let place = match name.as_str() {
                "file" => &mut parts.file,
                "message" => &mut parts.message,
                "columns" => &mut parts.columns,
                "sheet" => &mut parts.sheet,
                "strict" => &mut parts.strict,
                _ => {
                    let fault = format!("there is no part {name:?} here");
                    let remedy = "use file, message, columns, sheet and strict";
                    return Err(Refusal::invalid(Fault::new(name, "unknown_part", fault, remedy)).into());
                }
            };
            if place.is_some() {
                let fault = format!("the field {name:?} is given twice");
                return Err(Refusal::invalid(Fault::new(name, "duplicate_field", fault, "give it once")).into());
            }
            *place = Some(part.field(state).await?);
        }
        Ok((parts, form.fingerprint()))
    }
}

/// A form as it was understood.
struct Upload {
    submission: Submission,
    lines: Lines,
}

impl Upload {
    fn read(parts: Parts, max_rows: usize, body: usize) -> Result<Self, Refusal> {
        let Parts { file, message, columns, sheet, strict } = parts;
        let (file, message) = (needed("file", file)?, needed("message", message)?);
        let request: MessageRequest = json::read(&message).map_err(|refusal| within("message", refusal))?;
        let mut message = NewMessage::from(request);
        if message.addresses() > 0 {
            let fault = "the message has recipients, and so has the file";
            return Err(Refusal::invalid(Fault::new("message", "several_recipient_lists", fault, "leave them out: the file has them")));
        }
        message.lane.get_or_insert(Lane::Bulk);
        message.fill.texts = true;
        let columns: BTreeMap<String, String> = match columns {
            Some(columns) => json::read(&columns).map_err(|refusal| within("columns", refusal))?,
            None => BTreeMap::new(),
        };
        let strict = strict.map(|word| truth(&word)).transpose()?.unwrap_or(false);
        let sheet = sheet.map(|name| text("sheet", &name)).transpose()?.filter(|name| !name.is_empty());
        let max_unpacked = (body as u64).saturating_mul(UNPACKED);
        let options = Options { columns, sheet, max_rows, max_bytes: body.saturating_mul(HELD), max_unpacked };
        let mut lines = Lines::default();
        let told = table::read(Cursor::new(file), &options, &mut |line| {
            match line.read {
                Ok(entry) => {
                    let own = (entry.own.language.is_some() || !entry.own.variables.is_empty()).then(|| Box::new(entry.own));
                    message.recipients.push(NewRecipient { given: Given::Parts { email: line.email, name: entry.name }, own });
                    lines.good(line.number);
                }
                Err(fault) => lines.bad.push(BadLine { line: line.number, email: line.email, fault }),
            }
            Ok(())
        })
        .map_err(Refusal::invalid)?;
        lines.told(told);
        // Without a single good one there is nothing to accept.
        if !lines.bad.is_empty() && (strict || message.recipients.is_empty()) {
            return Err(Refusal { kind: RefusalKind::Invalid, faults: lines.bad.into_iter().map(|one| one.fault).collect() });
        }
        if message.recipients.is_empty() {
            let fault = Fault::new("file", "no_recipients", "the file has no recipients", "give one in each line below the first");
            return Err(Refusal::invalid(fault));
        }
        Ok(Self { submission: Submission { messages: vec![message], strict, most: Some(max_rows), ..Submission::default() }, lines })
    }
}

fn needed(name: &str, part: Option<Bytes>) -> Result<Bytes, Refusal> {
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

/// Faults of a submission, by the lines and parts its caller knows.
fn placed(refusal: Refusal, numbers: &[u32]) -> Refusal {
    let place = |fault: Fault| Fault { field: field(&fault.field, numbers), ..fault };
    Refusal { kind: refusal.kind, faults: refusal.faults.into_iter().map(place).collect() }
}

/// `messages[0].recipients[3].name` is `line 5.name`, `messages[0].subject` is `message.subject`.
pub(super) fn field(path: &str, numbers: &[u32]) -> String {
    let Some(rest) = path.strip_prefix("messages[0].") else {
        return if path.starts_with("messages") { "file".to_owned() } else { path.to_owned() };
    };
    let line = rest.strip_prefix("recipients[").and_then(|rest| {
        let (place, rest) = rest.split_once(']')?;
        Some((numbers.get(place.parse::<usize>().ok()?)?, rest))
    });
    line.map_or_else(|| format!("message.{rest}"), |(number, rest)| format!("line {number}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_by_what_the_caller_knows() {
        let of = |path| field(path, &[2, 3, 7]);
        assert_eq!(of("messages[0].recipients[2]"), "line 7");
        assert_eq!(of("messages[0].recipients[0].variables"), "line 2.variables");
        assert_eq!(of("messages[0].subject"), "message.subject");
        assert_eq!(of("messages"), "file");
        assert_eq!(of("Idempotency-Key"), "Idempotency-Key");
    }
}
