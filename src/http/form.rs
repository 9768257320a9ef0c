//! Forms with files (`multipart/form-data`, RFC 7578), read within the same bounds as any body.

use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::MultipartError},
    http::header::CONTENT_TYPE,
};
use jebi_domain::refusal::{Fault, Refusal, RefusalKind};
use sha2::{Digest, Sha256};

use super::{AppState, error::Problem, limit};

/// The parts of a form, in the order given.
pub struct Form(Vec<Part>);

/// One part.
struct Part {
    name: String,
    bytes: Bytes,
}

impl FromRequest<AppState> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        limit::check_encoding(request.headers())?;
        let given = request.headers().get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        if !given.as_deref().is_some_and(|given| given.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")) {
            let fault =
                given.map_or_else(|| "the body's type is not given".to_owned(), |t| format!("the body's type is {t:?}, not a form"));
            let fault = Fault::new("Content-Type", "unsupported_media_type", fault, "send a form: multipart/form-data with a boundary");
            return Err(Refusal::new(RefusalKind::UnsupportedMedia, fault).into());
        }
        let (parts, body) = request.into_parts();
        let body = limit::collect(Request::from_parts(parts.clone(), body), state).await?;
        // It is whole and within its bounds.
        let mut whole = Request::from_parts(parts, Body::from(body));
        DefaultBodyLimit::disable().apply(&mut whole);
        let mut form = Multipart::from_request(whole, state).await.map_err(|e| broken(&e.body_text()))?;
        let mut all = Vec::new();
        while let Some(field) = form.next_field().await.map_err(|e| unread(&e))? {
            let name = field.name().unwrap_or_default().to_owned();
            all.push(Part { name, bytes: field.bytes().await.map_err(|e| unread(&e))? });
        }
        Ok(Self(all))
    }
}

impl Form {
    /// What repeating the form is told by. Its raw bytes would not do: programs choose another boundary each time.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut sum = Sha256::new();
        for Part { name, bytes } in &self.0 {
            for text in [name.as_bytes(), bytes] {
                sum.update((text.len() as u64).to_be_bytes());
                sum.update(text);
            }
        }
        sum.finalize().into()
    }

    /// Bytes of all parts.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.iter().map(|part| part.bytes.len()).sum()
    }

    /// Takes these parts out, in this order; they are all a form may have, each once.
    ///
    /// # Errors
    /// All that are strange or doubled.
    pub fn take<const N: usize>(self, names: [&str; N]) -> Result<[Option<Bytes>; N], Refusal> {
        let (mut taken, mut faults) = ([const { None }; N], Vec::new());
        for Part { name, bytes } in self.0 {
            match names.iter().position(|known| *known == name) {
                None => {
                    let remedy = format!("take it out, or check its name: {}", names.join(", "));
                    faults.push(Fault::new(name.clone(), "unknown_field", format!("there is no field {name:?} here"), remedy));
                }
                Some(at) if taken[at].is_some() => {
                    faults.push(Fault::new(name.clone(), "duplicate_field", format!("the field {name:?} is given twice"), "give it once"));
                }
                Some(at) => taken[at] = Some(bytes),
            }
        }
        if faults.is_empty() { Ok(taken) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
    }
}

fn unread(error: &MultipartError) -> Refusal {
    broken(&error.body_text())
}

fn broken(why: &str) -> Refusal {
    let fault = format!("the body is no form: {why}");
    Refusal::malformed(Fault::new("body", "invalid_form", fault, "send multipart/form-data (RFC 7578), whole"))
}
