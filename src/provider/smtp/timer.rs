//! A deadline for whatever is waited for. One sleeping timer serves phase after phase: it is armed anew only when it goes off, or
//! when something is due sooner, so a mail costs no timer.

use std::{future::Future, pin::pin, task::Poll, time::Duration};

use jebi_domain::{
    port::{Boxed, Clock},
    time::Boot,
};

/// It took too long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Late(pub Duration);

#[derive(Default)]
pub(super) struct Timer {
    armed: Option<(Boot, Boxed<'static, ()>)>,
}

impl Timer {
    /// Waits for `what`, at most `limit`.
    ///
    /// # Errors
    /// It took longer.
    pub(super) async fn within<F: Future>(&mut self, clock: &dyn Clock, limit: Duration, what: F) -> Result<F::Output, Late> {
        let until = clock.boot() + limit;
        let mut what = pin!(what);
        std::future::poll_fn(|cx| {
            if let Poll::Ready(done) = what.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            loop {
                let (at, sleep) = match &mut self.armed {
                    Some((at, sleep)) if *at <= until => (*at, sleep),
                    armed => {
                        let (at, sleep) = armed.insert((until, clock.sleep_until(until)));
                        (*at, sleep)
                    }
                };
                if sleep.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                self.armed = None;
                if at >= until {
                    return Poll::Ready(Err(Late(limit)));
                }
            }
        })
        .await
    }
}
