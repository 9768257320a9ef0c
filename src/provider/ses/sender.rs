//! The connections of one sender thread, and one call on one of them.

use std::{borrow::Cow, rc::Rc, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use http::{Request, header};
use jebi_domain::{
    outcome::{Outcome, Reason},
    port::{Channel, Local, Outgoing, Sender},
    time::{Boot, Wall},
};
use serde::Deserialize;

use super::{
    MAX_MAIL, Shared,
    connection::{Answer, Connection, too_slow},
    error::Refusal,
    payload::Payload,
    pool::Pool,
    request,
};

/// How long the look at a connection during check-out holds; a wait for a slot is often longer.
const FRESH: Duration = Duration::from_millis(1);
/// A mail larger than this has more time, as much as a line of [`SLOWEST`] bytes a millisecond takes.
const USUAL: u64 = 1 << 20;
const SLOWEST: u64 = 128;
const AGAIN: &str = "nothing to do: it is tried again by itself";
const UNSETTLED: &str = "nothing to do: feedback settles it, or it is resent by the message's policy";

pub(super) struct SesSender {
    shared: Arc<Shared>,
    pool: Rc<Pool>,
}

impl SesSender {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let pool = Pool::new(Arc::clone(&shared.clock));
        Self { shared, pool }
    }

    async fn connection(&self) -> Result<Connection, Outcome> {
        let shared = &*self.shared;
        // Without keys a connection is of no use.
        if let Err(reason) = shared.credentials.identity(shared.signing_clock.now()) {
            return Err(Outcome::RejectedAccount { reason });
        }
        if let Some(connection) = self.pool.take().await {
            return Ok(connection);
        }
        let limit = shared.config.timeouts.connect;
        let opening = std::pin::pin!(Connection::open(&shared.target, shared.tls.as_ref(), &*shared.clock));
        match select(opening, shared.clock.sleep_until(shared.clock.boot() + limit)).await {
            Either::Left((opened, _)) => opened,
            Either::Right(_) => Err(too_slow(&shared.target, limit)),
        }
        .map_err(|reason| Outcome::Transient { reason })
    }
}

impl Sender for SesSender {
    fn checkout(&self) -> Local<'_, Result<Box<dyn Channel>, Outcome>> {
        Box::pin(async move {
            let connection = self.connection().await?;
            let channel: Box<dyn Channel> = Box::new(SesChannel {
                shared: Arc::clone(&self.shared),
                pool: Rc::clone(&self.pool),
                connection,
                checked: self.shared.clock.boot(),
            });
            Ok(channel)
        })
    }
}

struct SesChannel {
    shared: Arc<Shared>,
    pool: Rc<Pool>,
    connection: Connection,
    /// When the connection was last seen open.
    checked: Boot,
}

impl Channel for SesChannel {
    fn send(self: Box<Self>, mail: Outgoing) -> Local<'static, Outcome> {
        Box::pin((*self).call(mail))
    }

    fn put_back(self: Box<Self>) {
        self.pool.put(self.connection);
    }
}

impl SesChannel {
    async fn call(mut self, mail: Outgoing) -> Outcome {
        let size = mail.len() as u64;
        if size > MAX_MAIL {
            self.pool.put(self.connection);
            return too_large(size);
        }
        let request = match self.shared.request(&mail) {
            Ok(request) => request,
            Err(reason) => {
                self.pool.put(self.connection);
                return Outcome::RejectedAccount { reason };
            }
        };
        // The request has its own copy of the content by now, or of where it lies.
        drop(mail);
        let start = self.shared.clock.boot();
        if start.since(self.checked) > FRESH && !self.connection.is_alive().await {
            let text = "the other side closed the connection before anything was sent";
            return Outcome::Transient { reason: Reason::new("connection_lost", text, AGAIN) };
        }
        // A large mail takes its time on a slow line.
        let limit = self.shared.config.timeouts.answer + Duration::from_millis(size.saturating_sub(USUAL) / SLOWEST);
        let wire = self.connection.wire();
        let before = wire.written();
        let deadline = self.shared.clock.sleep_until(start + limit);
        let done = {
            let exchange = std::pin::pin!(self.connection.exchange(request));
            match select(exchange, deadline).await {
                Either::Left((done, _)) => done.map_err(|text| ("connection_lost", text)),
                Either::Right(_) => Err(("timeout", format!("no complete answer within {} ms", limit.as_millis()))),
            }
        };
        match done {
            Ok(answer) => {
                self.pool.put(self.connection);
                self.shared.outcome(&answer)
            }
            // The connection is dropped: an answer may still come on it, and would be taken for the next mail's.
            Err((code, text)) if wire.written() == before => {
                let text = format!("the connection was lost before anything was sent: {text}");
                Outcome::Transient { reason: Reason::new(code, text, AGAIN) }
            }
            Err((code, text)) => Outcome::Unknown { reason: Reason::new(code, text, UNSETTLED) },
        }
    }
}

fn too_large(size: u64) -> Outcome {
    let text = format!("the mail has {size} bytes with everything encoded, and SES takes {MAX_MAIL} at most");
    Outcome::Permanent { reason: Reason::new("too_large", text, "make the mail smaller: link to large files in place of attaching them") }
}

/// The answer to an accepted mail.
#[derive(Deserialize)]
struct Accepted<'a> {
    #[serde(rename = "MessageId", borrow)]
    message_id: Option<Cow<'a, str>>,
}

impl Shared {
    fn request(&self, mail: &Outgoing) -> Result<Request<Payload>, Reason> {
        let now = self.signing_clock.now();
        let identity = self.credentials.identity(now)?;
        let body = request::body(mail, self.config.configuration_set.as_deref());
        self.signer.request(&identity, now, body)
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        if (200..300).contains(&answer.status) {
            return match serde_json::from_slice::<Accepted<'_>>(&answer.body) {
                // A whole answer without an id still is an acceptance; feedback finds the delivery by our own tag.
                Ok(accepted) => Outcome::Accepted { provider_id: accepted.message_id.unwrap_or_default().into_owned() },
                Err(error) => {
                    let text = format!("status {} with an answer that cannot be read: {error}", answer.status);
                    Outcome::Unknown { reason: Reason::new("bad_answer", text, UNSETTLED) }
                }
            };
        }
        let refusal = Refusal::read(answer.status, answer.header("x-amzn-errortype"), &answer.body);
        if refusal.is_skew() {
            self.correct_clock(answer);
        }
        if refusal.is_credentials() {
            self.credentials.refused();
        }
        refusal.outcome()
    }

    fn correct_clock(&self, answer: &Answer) {
        let Some(date) = answer.header(header::DATE).and_then(|d| jiff::fmt::rfc2822::parse(d).ok()) else {
            tracing::warn!("SES finds our clock wrong and its answer has no readable Date");
            return;
        };
        let offset_ms = self.signing_clock.correct(Wall::from(date.timestamp()));
        tracing::warn!(offset_ms, "SES finds our clock wrong; signing with its time from now on");
    }
}
