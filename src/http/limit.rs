//! Reading bodies within bounds, and moving big work off the threads that serve requests.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT},
    },
};
use http_body_util::{BodyExt, Limited};
use jebi_domain::{
    port::Boxed,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{AppState, error::Problem};

/// Bodies from this size on are parsed on the blocking pool: 64 KiB take about 0.1 ms, so single requests are not held up.
const BIG: usize = 64 << 10;

/// The raw body of a request that says it is JSON.
pub struct JsonBytes(pub Bytes);

impl FromRequest<AppState> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        check_type(request.headers())?;
        check_encoding(request.headers())?;
        collect(request, state).await.map(Self)
    }
}

/// The same where the body may be left out, and its type with it.
pub struct MaybeJsonBytes(pub Bytes);

impl FromRequest<AppState> for MaybeJsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let body = collect(request, state).await?;
        if !body.is_empty() {
            check_type(&headers)?;
            check_encoding(&headers)?;
        }
        Ok(Self(body))
    }
}

/// The raw body of a request, whatever it says it is.
pub struct AnyBytes(pub Bytes);

impl FromRequest<AppState> for AnyBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        collect(request, state).await.map(Self)
    }
}

/// The raw body of a request of at most so many bytes, whatever the configuration allows others.
pub struct BytesUpTo<const MAX: usize>(pub Bytes);

impl<const MAX: usize> FromRequest<AppState> for BytesUpTo<MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        collect_up_to(MAX, request, state).await.map(Self)
    }
}

async fn collect(request: Request, state: &AppState) -> Result<Bytes, Problem> {
    collect_up_to(state.settings.body_limit, request, state).await
}

/// Reads a body within its bounds: bytes of its own, bytes of all bodies at once, time.
///
/// # Errors
/// Too large, too slow, cut off, or busy where other bodies take the memory there is.
async fn collect_up_to(max: usize, request: Request, state: &AppState) -> Result<Bytes, Problem> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let until = state.clock.boot() + state.settings.body_time;
    if announced.is_some_and(|n| n > max as u64) {
        // Who expects a go-ahead (RFC 9110, 10.1.1) sends nothing after a refusal.
        if !request.headers().contains_key(EXPECT) {
            drain(request.into_body(), max, state.clock.sleep_until(until));
        }
        return Err(too_large(max as u64).into());
    }
    let (mut body, mut room, mut read) = (request.into_body(), state.load.body(), Vec::new());
    let mut time_up = state.clock.sleep_until(until);
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            () = &mut time_up => return Err(too_slow().into()),
        };
        let Some(frame) = frame else { return Ok(room.hold(read)) };
        let Ok(data) = frame.map_err(|_| unread())?.into_data() else { continue };
        let grown = if read.len() + data.len() > max { Err(too_large(max as u64)) } else { room.grow(data.len()) };
        if let Err(refusal) = grown {
            drain(body, max, state.clock.sleep_until(until));
            return Err(refusal.into());
        }
        read.extend_from_slice(&data);
    }
}

/// How many times the limit is read and thrown away of a body that is too large.
pub(super) const DRAINED: usize = 4;

/// Goes on reading a refused body beside the answer, within bounds. Closing on a caller that still sends would reset the
/// connection, and the caller would see that instead of the refusal (RFC 9112, 9.6).
pub(super) fn drain(body: Body, max: usize, until: Boxed<'static, ()>) {
    tokio::spawn(async move {
        let mut rest = Limited::new(body, max.saturating_mul(DRAINED));
        let read = async { while rest.frame().await.is_some_and(|frame| frame.is_ok()) {} };
        tokio::select! {
            () = read => {}
            () = until => {}
        }
    });
}

fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(CONTENT_TYPE).map(|v| String::from_utf8_lossy(v.as_bytes()));
    let essence = given.as_deref().and_then(|t| t.split(';').next()).map_or("", str::trim).to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    let fault = given.map_or_else(|| "the body's type is not given".to_owned(), |t| format!("the body's type is {t:?}, not JSON"));
    let fault = Fault::new("Content-Type", "unsupported_media_type", fault, "send JSON with Content-Type: application/json");
    Err(Refusal::new(RefusalKind::UnsupportedMedia, fault))
}

/// A compressed body is refused by name (RFC 9110, 8.4): read as it is, it would only be "not JSON".
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(CONTENT_ENCODING).map(|v| String::from_utf8_lossy(v.as_bytes()));
    let Some(coding) = given.filter(|coding| !coding.trim().eq_ignore_ascii_case("identity")) else { return Ok(()) };
    let fault = format!("the body is said to be encoded as {coding:?}, which this server does not read");
    let fault = Fault::new("Content-Encoding", "unsupported_encoding", fault, "send the body uncompressed, without this header");
    Err(Refusal::new(RefusalKind::UnsupportedMedia, fault))
}

pub(super) fn too_large(max: u64) -> Refusal {
    let fault = format!("the body is larger than {max} bytes");
    Refusal::new(RefusalKind::TooLarge, Fault::new("body", "too_large", fault, "split it into several requests"))
}

pub(super) fn too_slow() -> Refusal {
    let fault = "the body did not arrive in time";
    Refusal::new(RefusalKind::TooSlow, Fault::new("body", "request_timeout", fault, "send it faster, or split it into smaller requests"))
}

pub(super) fn unread() -> Refusal {
    Refusal::malformed(Fault::new("body", "unreadable_body", "the body ended before it was complete", "send the whole body"))
}

/// Does work on `size` bytes: here when they are few, else on the blocking pool.
///
/// # Errors
/// The work's own refusal; busy while the runtime goes down.
pub async fn work<T: Send + 'static>(size: usize, work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    if size < BIG {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Refusal::busy(5, "stopping", "the server is stopping")),
        },
    }
}
