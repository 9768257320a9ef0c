//! Forms with files (RFC 7578), part by part as they come.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::{Body, Bytes},
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{
        HeaderMap,
        header::{CONTENT_TYPE, HeaderName, HeaderValue},
    },
};
use jebi_domain::refusal::{Fault, Refusal, RefusalKind};
use sha2::{Digest, Sha256};

use super::{Flow, told_type};
use crate::{
    http::{AppState, error::Problem, limit::unread},
    service::files::Upload,
};

const CONTENT_ID: HeaderName = HeaderName::from_static("content-id");

/// Whether a request says that it brings a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
}

/// A form on its way in.
pub struct Form {
    parts: Multipart,
    broken: Arc<Mutex<Option<Refusal>>>,
    ahead: Arc<AtomicUsize>,
    /// Of names, types, content ids and contents, in order: the same form has the same one, whatever stands between its parts.
    print: Sha256,
}

/// One part of it.
pub struct Part<'f> {
    field: Field<'f>,
    broken: Arc<Mutex<Option<Refusal>>>,
    ahead: Arc<AtomicUsize>,
    print: &'f mut Sha256,
    content: Sha256,
}

impl Form {
    /// Reads the form of a request.
    ///
    /// # Errors
    /// A body that is too large; no boundary; busy where other bodies take the memory there is.
    pub async fn of(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        let flow = Flow::of(&head.headers, body, state)?;
        let (broken, ahead) = flow.watch();
        let parts = Multipart::from_request(Request::from_parts(head, Body::from_stream(flow)), &())
            .await
            .map_err(|e| malformed(&e.body_text()))?;
        Ok(Self { parts, broken, ahead, print: Sha256::new() })
    }

    /// The next part, once the one before was read to its end.
    ///
    /// # Errors
    /// What is no form; a body that is too large, too slow, or cut off.
    pub async fn part(&mut self) -> Result<Option<Part<'_>>, Refusal> {
        let Self { parts, broken, ahead, print } = self;
        let field = parts.next_field().await.map_err(|e| why(broken, &e))?;
        ahead.store(0, Ordering::Relaxed);
        let Some(field) = field else { return Ok(None) };
        let content_id = field.headers().get(CONTENT_ID).map(HeaderValue::as_bytes);
        let texts = [field.name(), field.file_name(), field.content_type()].map(|text| text.map(str::as_bytes));
        for one in texts.into_iter().chain([content_id]) {
            let one = one.unwrap_or_default();
            print.update(format!("{}:", one.len()));
            print.update(one);
            print.update(";");
        }
        let (broken, ahead) = (Arc::clone(broken), Arc::clone(ahead));
        Ok(Some(Part { field, broken, ahead, print, content: Sha256::new() }))
    }

    /// What tells this form from others.
    #[must_use]
    pub fn fingerprint(self) -> [u8; 32] {
        self.print.finalize().into()
    }
}

impl Part<'_> {
    /// Its name in the form.
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The name of the file it is; `None` for a plain field.
    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// Its content type, where that says anything.
    pub fn content_type(&self) -> Option<&str> {
        told_type(self.field.content_type())
    }

    /// The id the HTML names it by.
    ///
    /// # Errors
    /// One that is not ASCII.
    pub fn content_id(&self) -> Result<Option<String>, Refusal> {
        let given = self.field.headers().get(CONTENT_ID).map(|value| value.to_str().map(str::to_owned));
        given.transpose().map_err(|_| malformed("the Content-ID of a part is not ASCII"))
    }

    /// Its next bytes.
    ///
    /// # Errors
    /// As for the form.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let chunk = self.field.chunk().await.map_err(|e| why(&self.broken, &e))?;
        self.ahead.store(0, Ordering::Relaxed);
        if let Some(chunk) = &chunk {
            self.content.update(chunk);
        }
        Ok(chunk)
    }

    /// Takes it as a file.
    ///
    /// # Errors
    /// As for the form and the file; the file's faults have no field.
    pub async fn file(mut self, mut upload: Upload) -> Result<Upload, Refusal> {
        while let Some(bytes) = self.next().await? {
            upload.push(bytes).await?;
        }
        self.end();
        Ok(upload)
    }

    /// Takes it as a field of at most `max` bytes.
    ///
    /// # Errors
    /// As for the form; one that is longer.
    pub async fn field(mut self, state: &AppState) -> Result<Bytes, Refusal> {
        let (max, mut room, mut read) = (state.settings.body_limit, state.load.body(), Vec::new());
        while let Some(bytes) = self.next().await? {
            if read.len() + bytes.len() > max {
                return Err(crate::http::limit::too_large(max as u64));
            }
            room.grow(bytes.len())?;
            read.extend_from_slice(&bytes);
        }
        self.end();
        Ok(room.hold(read))
    }

    pub(super) fn end(self) {
        self.print.update(self.content.finalize());
    }
}

/// What broke a form: what its body was cut off for, or what is wrong with it.
fn why(broken: &Mutex<Option<Refusal>>, error: &MultipartError) -> Refusal {
    broken.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(|| match error.body_text() {
        text if text.contains("incomplete") => unread(),
        text => malformed(&text),
    })
}

fn malformed(what: &str) -> Refusal {
    let remedy = "send multipart/form-data as RFC 7578 has it: most HTTP clients do it for you";
    Refusal::malformed(Fault::new("body", "invalid_form", format!("the form cannot be read: {what}"), remedy))
}

/// The head of a part does not end.
pub(super) fn head_too_large() -> Refusal {
    let fault = "the head of a part of the form is too large";
    Refusal::new(RefusalKind::Malformed, Fault::new("body", "invalid_form", fault, "give names of usual length"))
}
