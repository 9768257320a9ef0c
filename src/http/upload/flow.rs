//! A body in pieces, within bounds: bytes of its own, a pace it has to keep, and the memory all bodies share.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap,
        header::{CONTENT_LENGTH, EXPECT},
    },
};
use futures_util::Stream;
use hyper::body::Body as _;
use jebi_domain::{
    port::{Boxed, Clock, files::PIECE},
    refusal::Refusal,
    time::Boot,
};

use crate::http::{
    AppState,
    access::load::BodyRoom,
    error::Problem,
    limit::{DRAINED, drain, too_large, too_slow, unread},
};

/// What an upload takes of the memory bodies share: the piece that fills, and the one that is written.
const HELD: usize = 2 * PIECE;
/// Bytes a second a body has to bring, beside the time every request has.
const PACE: u64 = 32 << 10;
/// Most that is read ahead of what is used.
const AHEAD: usize = 1 << 20;

/// Why a body ended before its end.
type Broken = Arc<Mutex<Option<Refusal>>>;

/// A body as it comes in.
pub struct Flow {
    body: Option<Body>,
    max: u64,
    read: u64,
    clock: Arc<dyn Clock>,
    began: Boot,
    grace: Duration,
    time_up: Boxed<'static, ()>,
    /// Bytes given out since its reader last got on.
    ahead: Arc<AtomicUsize>,
    /// A frame was given out; who asks again at once waits for a turn, so that nobody takes in what they do not use.
    gave: bool,
    broken: Broken,
    #[expect(dead_code, reason = "held for its drop")]
    room: BodyRoom,
}

impl Flow {
    /// Takes the body of a request.
    ///
    /// # Errors
    /// One announced as too large; busy where other bodies take the memory there is.
    pub fn of(headers: &HeaderMap, body: Body, state: &AppState) -> Result<Self, Problem> {
        let max = state.settings.upload_limit;
        let mut room = state.load.body();
        let room_left = room.grow(HELD);
        let announced = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        let refused = if announced.is_some_and(|n| n > max) { Some(too_large(max)) } else { room_left.err() };
        let expects = headers.contains_key(EXPECT);
        let (began, grace) = (state.clock.boot(), state.settings.body_time);
        let time_up = state.clock.sleep_until(began + grace);
        let flow = Self {
            body: Some(body),
            max,
            read: 0,
            clock: Arc::clone(&state.clock),
            began,
            grace,
            time_up,
            ahead: Arc::default(),
            gave: false,
            broken: Arc::default(),
            room,
        };
        match refused {
            // Who expects a go-ahead (RFC 9110, 10.1.1) sends nothing after a refusal.
            Some(refusal) if expects => {
                flow.let_go();
                Err(refusal.into())
            }
            Some(refusal) => Err(refusal.into()),
            None => Ok(flow),
        }
    }

    /// The next bytes.
    ///
    /// # Errors
    /// Too large, too slow, cut off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let next = std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await;
        self.ahead.store(0, Ordering::Relaxed);
        next.transpose().map_err(|Cut| self.why())
    }

    /// What breaks it, for whoever reads it through somebody else.
    pub(super) fn watch(&self) -> (Broken, Arc<AtomicUsize>) {
        (Arc::clone(&self.broken), Arc::clone(&self.ahead))
    }

    fn why(&self) -> Refusal {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_else(unread)
    }

    /// Drops the body unread.
    fn let_go(mut self) {
        self.body = None;
    }

    fn cut(&self, why: Refusal) -> Poll<Option<Result<Bytes, Cut>>> {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        Poll::Ready(Some(Err(Cut)))
    }

    /// When what came so far should have come.
    fn due(&self) -> Boot {
        self.began + self.grace + Duration::from_secs(self.read / PACE)
    }
}

/// The body was cut off; why is told apart.
#[derive(Debug, thiserror::Error)]
#[error("the body was cut off")]
pub struct Cut;

impl Stream for Flow {
    type Item = Result<Bytes, Cut>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.gave) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.ahead.load(Ordering::Relaxed) > AHEAD {
            return self.cut(super::form::head_too_large());
        }
        while self.time_up.as_mut().poll(cx).is_ready() {
            let due = self.due();
            if self.clock.boot() >= due {
                return self.cut(too_slow());
            }
            self.time_up = self.clock.sleep_until(due);
        }
        loop {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) else { return Poll::Pending };
            let data = match frame {
                None => {
                    self.body = None;
                    return Poll::Ready(None);
                }
                Some(Err(_)) => {
                    self.body = None;
                    return self.cut(unread());
                }
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            if data.is_empty() {
                continue;
            }
            self.read += data.len() as u64;
            if self.read > self.max {
                return self.cut(too_large(self.max));
            }
            self.ahead.fetch_add(data.len(), Ordering::Relaxed);
            self.gave = true;
            return Poll::Ready(Some(Ok(data)));
        }
    }
}

/// What was not read is read beside the answer, as much as an upload may have: see [`drain`].
impl Drop for Flow {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            drain(body, usize::try_from(self.max).unwrap_or(usize::MAX) / DRAINED, self.clock.sleep_until(self.clock.boot() + self.grace));
        }
    }
}
