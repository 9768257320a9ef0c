//! How much is taken at once: requests, bytes of bodies, and the size of a request's head. What is too much is refused at once, so
//! that who asks knows it and memory stays bounded.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use jebi_domain::refusal::{Fault, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::{AppState, LocalAdmin, error::Problem};

/// Bytes of a head: target, names and values of headers. Its reader stops at twice that.
const MAX_HEAD: usize = 32 << 10;
/// Lines of a head.
const MAX_LINES: usize = 100;
/// Seconds to wait when too many requests are under way.
const RETRY_AFTER_S: u32 = 1;

/// What is under way.
pub struct Load {
    requests: Semaphore,
    bodies: Arc<Semaphore>,
}

impl Load {
    /// At most so many requests, and so many bytes of their bodies.
    #[must_use]
    pub fn new(requests: usize, bodies: usize) -> Self {
        let limit = |n: usize| n.min(Semaphore::MAX_PERMITS);
        Self { requests: Semaphore::new(limit(requests)), bodies: Arc::new(Semaphore::new(limit(bodies))) }
    }

    /// Room for the body of one request.
    pub(in crate::http) fn body(&self) -> BodyRoom {
        BodyRoom { bodies: Arc::clone(&self.bodies), held: None }
    }
}

/// The room a body takes, as it comes in.
pub(in crate::http) struct BodyRoom {
    bodies: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl BodyRoom {
    /// Takes room for so many bytes more.
    ///
    /// # Errors
    /// Busy when there is none.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let more = u32::try_from(bytes).ok().and_then(|bytes| Arc::clone(&self.bodies).try_acquire_many_owned(bytes).ok());
        let Some(more) = more else {
            let why = "the bodies of other requests take all the memory there is for them (JEBI_MAX_BODIES_BYTES)";
            return Err(Refusal::busy(RETRY_AFTER_S, "too_many_bodies", why));
        };
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }

    /// The body, which keeps its room as long as it is in use.
    pub fn hold(self, body: Vec<u8>) -> Bytes {
        struct Held(Vec<u8>, #[expect(dead_code, reason = "held for its drop")] BodyRoom);
        impl AsRef<[u8]> for Held {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        Bytes::from_owner(Held(body, self))
    }
}

/// Takes a place among the requests under way. The administrator on this machine needs none: who has to stop what is too much must
/// get in.
pub async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Result<Response, Problem> {
    if request.extensions().get::<LocalAdmin>().is_some() {
        return Ok(next.run(request).await);
    }
    let Ok(_place) = state.load.requests.try_acquire() else {
        let why = "too many requests are under way (MAX_CONCURRENT_REQUESTS)";
        return Err(Refusal::busy(RETRY_AFTER_S, "too_many_requests", why).into());
    };
    Ok(next.run(request).await)
}

/// Refuses a head that is too large (RFC 6585, section 5). One beyond the reader's own bound never gets here.
pub async fn head(request: Request, next: Next) -> Result<Response, Problem> {
    let headers = request.headers();
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let bytes = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() + target;
    if bytes <= MAX_HEAD && headers.len() <= MAX_LINES {
        return Ok(next.run(request).await);
    }
    let fault = format!("the head has {} lines and {bytes} bytes; {MAX_LINES} and {MAX_HEAD} are taken", headers.len());
    let fault = Fault::new("headers", "head_too_large", fault, "leave out headers that are not needed, and put data into the body");
    Err(Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, fault))
}
