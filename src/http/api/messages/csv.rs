//! `/v1/messages/csv`: one mail to the recipients of a file, a line each (requirement S4-1).
//!
//! The file lies on the disk while it is worked on and is read as often as needed; a part of its lines is in memory. A file of one part is
//! one request as any other. One of several is tried out first as a whole; then each part is stored by a commit of its own, the last one
//! with the answer.

use axum::{
    Extension, Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jebi_domain::{
    refusal::{Fault, Refusal, RefusalKind},
    time::Boot,
};
use utoipa::ToSchema;

use super::{
    super::again::{self, IdempotencyKey, idempotency_key},
    SubmitParams,
    csv_answer::{CsvAnswer, TOLD, Tally, field},
    csv_form::{Upload, max_workbook},
    csv_lines::{Known, Part, Reading},
    request::MessageRequest,
};
use crate::{
    http::{
        AppState,
        error::{self, Problem},
        json,
        limit::check_encoding,
        params::Params,
    },
    service::{
        Caller,
        accept::{Begun, NewMessage, Queued, Receipt, Rehearsal, Render, Say, Series, Submission, Voice},
    },
    words::Language,
};

/// Memory a file takes while it is worked on, of what all bodies share; a workbook takes what it may have in all.
const WORKING: u64 = 16 << 20;

/// A file of recipients, and the message to them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form")]
pub struct CsvForm {
    /// A CSV text in UTF-8 or CP949 (EUC-KR), cells separated by commas, semicolons or tabs; or an Excel workbook (`.xlsx`). The first
    /// line names the columns. `email` (`이메일`, `메일`, `e-mail`) is needed; `name` (`이름`, `성명`) and `language` (`언어`) are known;
    /// every other column is a variable, and so is one of these under another word than the first. An empty cell gives no value.
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
/// Of an address that is there twice the first line holds.
///
/// With an `Idempotency-Key` repeating is safe, as in `POST /v1/messages`; here the fields of the form are compared, not its raw bytes. A file
/// of more than 10,000 lines, or with more than about 4 MiB in its cells, needs one: it becomes several messages, and where that was cut
/// short, the same request goes on without sending anything twice.
///
/// With `?dry_run=true` nothing is stored or sent: the answer is what it would be.
#[utoipa::path(
    post, path = "/v1/messages/csv", tag = "messages",
    request_body(content = CsvForm, content_type = "multipart/form-data"),
    params(IdempotencyKey, SubmitParams),
    responses(
        (status = 200, description = "With `dry_run`: what would be accepted. Nothing is stored.", body = CsvAnswer),
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
    Params(params): Params<SubmitParams>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?.filter(|_| !params.dry_run);
    check_encoding(&headers)?;
    let upload = Upload::read(request, &state).await?;
    let mut room = state.load.body();
    room.grow(usize::try_from(WORKING.min(max_workbook(&state))).unwrap_or(usize::MAX))?;
    let idempotency = key.map(|key| (key, upload.fingerprint));
    let work = Work { state: &state, upload, language: error::language(&headers), began: state.clock.boot() };
    let series = match state.accept.begin(caller, idempotency).await? {
        Begun::Before(answer) => return Ok(again::answer(answer)),
        Begun::Now(series) => series,
    };
    if params.dry_run { work.rehearse(&series).await } else { work.take(series).await }
}

/// A file that is worked on.
struct Work<'a> {
    state: &'a AppState,
    upload: Upload,
    language: Language,
    began: Boot,
}

/// What a whole file would become.
#[derive(Default)]
struct Look {
    tally: Tally,
    faults: Vec<Fault>,
    /// Recipients not taken yet.
    open: usize,
    queued: Option<Queued>,
}

impl Work<'_> {
    fn reading(&self) -> Reading {
        Reading::begin(self.upload.file.clone(), self.upload.options.clone())
    }

    fn submission(&self, part: &mut Part, strict: bool, is_part: bool) -> Submission {
        let message = NewMessage { recipients: std::mem::take(&mut part.recipients), ..self.upload.message.clone() };
        Submission { messages: vec![message], strict, most: Some(self.upload.options.max_rows), is_part, ..Submission::default() }
    }

    fn say(&self) -> Say {
        let language = self.language;
        Box::new(move |fault| error::said(fault, language))
    }

    /// Takes it in.
    async fn take(&self, series: Series<'_>) -> Result<Response, Problem> {
        let mut reading = self.reading();
        let (first, second) = (reading.next().await, reading.next().await);
        let Some(second) = second else {
            let known = self.known(reading).await?;
            let mut only = self.usable(&known, first)?;
            let (submission, voice) =
                (self.submission(&mut only, self.upload.strict, false), self.last_voice(Tally::default(), known, &only));
            let answer = series.last(submission, voice).await.map_err(|refusal| placed(refusal, &only.lines))?;
            return Ok(again::answer(answer));
        };
        series.has_key()?;
        let (_, look) = self.look(&series, reading, first.into_iter().chain([second])).await?;
        series.admit(look.open).await?;
        self.store(series).await
    }

    /// Tries it out.
    async fn rehearse(&self, series: &Series<'_>) -> Result<Response, Problem> {
        let (known, look) = self.look(series, self.reading(), []).await?;
        series.admit(look.open).await?;
        let finish = match &look.queued {
            Some(queued) => self.state.forecast.would_finish_at(queued).await?,
            None => None,
        };
        Ok(Json(CsvAnswer::new(look.tally, &known, self.took()).rehearsed(finish)).into_response())
    }

    /// Looks at all parts, `read` ones first, and stores nothing.
    async fn look(
        &self,
        series: &Series<'_>,
        mut reading: Reading,
        read: impl IntoIterator<Item = Part>,
    ) -> Result<(Known, Look), Refusal> {
        let (mut look, mut read) = (Look::default(), read.into_iter());
        loop {
            let next = match read.next() {
                Some(part) => Some(part),
                None => reading.next().await,
            };
            let Some(mut part) = next else { break };
            if let Some(answer) = series.taken(part.number).await? {
                look.tally.add(Tally::read(&answer.body)?);
                continue;
            }
            let tried = series.rehearse(self.submission(&mut part, false, true), self.say()).await;
            look.add(tried.map_err(|refusal| placed(refusal, &part.lines))?, &part.lines);
        }
        let known = self.known(reading).await?;
        let is_bad = known.bad_lines > 0 || !look.faults.is_empty();
        if look.tally.success > 0 && !(self.upload.strict && is_bad) {
            return Ok((known, look));
        }
        let faults: Vec<Fault> = known.bad.into_iter().map(|one| one.fault).chain(look.faults).take(TOLD).collect();
        if faults.is_empty() { Err(no_recipients()) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
    }

    /// Stores part after part.
    async fn store(&self, series: Series<'_>) -> Result<Response, Problem> {
        let (mut reading, mut tally) = (self.reading(), Tally::default());
        let Some(mut this) = reading.next().await else {
            return Err(self.known(reading).await.map_or_else(|refusal| refusal, |_| no_recipients()).into());
        };
        while let Some(next) = reading.next().await {
            let voice = Voice { say: self.say(), render: part_answer(&this) };
            let stored = series.part(this.number, self.submission(&mut this, false, true), voice).await;
            let answer = stored.map_err(|refusal| partly(placed(refusal, &this.lines), tally.success))?;
            tally.add(Tally::read(&answer.body)?);
            this = next;
        }
        let (known, before) = (self.known(reading).await?, tally.success);
        let (submission, voice) = (self.submission(&mut this, false, true), self.last_voice(tally, known, &this));
        let answer = series.last(submission, voice).await.map_err(|refusal| partly(placed(refusal, &this.lines), before))?;
        Ok(again::answer(answer))
    }

    /// What was found in the file, once it was read, in the caller's words.
    async fn known(&self, reading: Reading) -> Result<Known, Refusal> {
        let mut known = reading.end().await?;
        for one in &mut known.bad {
            one.fault = error::said(one.fault.clone(), self.language);
        }
        Ok(known)
    }

    /// The only part, where anything of the file can be taken.
    fn usable(&self, known: &Known, part: Option<Part>) -> Result<Part, Refusal> {
        match part {
            Some(part) if known.bad_lines == 0 || !self.upload.strict => Ok(part),
            None if known.bad_lines == 0 => Err(no_recipients()),
            _ => Err(Refusal { kind: RefusalKind::Invalid, faults: known.bad.iter().map(|one| one.fault.clone()).collect() }),
        }
    }

    fn last_voice(&self, before: Tally, known: Known, part: &Part) -> Voice {
        let (lines, clock, began) = (part.lines.clone(), self.state.clock.clone(), self.began);
        let render = Box::new(move |receipt: Receipt| {
            // Called again where the commit was tried again.
            let mut tally = before.clone();
            tally.add(of(receipt, &lines));
            let took = clock.boot().since(began).as_millis();
            (StatusCode::ACCEPTED.as_u16(), json::write(&CsvAnswer::new(tally, &known, u64::try_from(took).unwrap_or(u64::MAX))))
        });
        Voice { say: self.say(), render }
    }

    fn took(&self) -> u64 {
        u64::try_from(self.state.clock.boot().since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

impl Look {
    fn add(&mut self, Rehearsal { receipt, queued }: Rehearsal, lines: &[u32]) {
        let faults = receipt.messages.iter().flat_map(|taken| &taken.rejected).map(|one| &one.fault);
        let left = TOLD - self.faults.len().min(TOLD);
        self.faults.extend(faults.take(left).map(|fault| Fault { field: field(&fault.field, lines), ..fault.clone() }));
        let tally = of(receipt, lines);
        self.open += tally.success;
        self.tally.add(tally);
        for next in queued.into_iter().flatten() {
            match &mut self.queued {
                Some(queued) => queued.recipients += next.recipients,
                none => *none = Some(next),
            }
        }
    }
}

/// The submission had one message.
fn of(mut receipt: Receipt, lines: &[u32]) -> Tally {
    let scheduled = receipt.scheduled;
    receipt.messages.pop().map_or_else(Tally::default, |taken| Tally::of(taken, scheduled, lines))
}

fn part_answer(part: &Part) -> Render {
    let lines = part.lines.clone();
    Box::new(move |receipt| (StatusCode::ACCEPTED.as_u16(), json::write(&of(receipt, &lines))))
}

fn no_recipients() -> Refusal {
    Refusal::invalid(Fault::new("file", "no_recipients", "the file has no recipients", "give one in each line below the first"))
}

/// Faults of a submission, by the lines and parts its caller knows.
fn placed(refusal: Refusal, lines: &[u32]) -> Refusal {
    let place = |fault: Fault| Fault { field: field(&fault.field, lines), ..fault };
    Refusal { kind: refusal.kind, faults: refusal.faults.into_iter().map(place).collect() }
}

/// A refusal after parts were stored.
fn partly(mut refusal: Refusal, stored: usize) -> Refusal {
    if stored > 0 {
        let fault = format!("{stored} recipients of the file are stored already, and get their mail");
        let remedy = "repeat the request with the same Idempotency-Key: it goes on behind them";
        refusal.faults.push(Fault::new("file", "partly_stored", fault, remedy));
    }
    refusal
}
