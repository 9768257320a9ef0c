//! Opens and clicks as they come from readers: whose mark it is, where a link leads, and handing both over to be written down.
//!
//! A reader is answered at once, before anything is written: an open is no mail, and one that is lost in a crash is lost. What comes while
//! more waits than there is room for is answered too, and not counted.

mod often;
mod recent;
mod targets;
mod topics;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwap;
use jebi_domain::{
    id::DeliveryId,
    mime::Leading,
    port::{Clock, Store, engagement::Visit},
    refusal::Refusal,
    time::Boot,
    track::{
        LinkHash,
        machine::is_proxy,
        visitor::{self, KeepIp},
    },
};
use metrics::{Unit, counter, describe_counter};
use tokio::sync::mpsc::{self, Receiver, Sender};

pub use self::topics::{Said, TopicTracking};
use self::{often::Often, targets::Targets};
use super::{links::LinkKeys, trouble::refusal};

/// Opens and clicks that wait to be written down: some seconds of very many.
const WAITING: usize = 16_384;

/// Visits that were not written down, since the start.
const DROPPED: &str = "jebi_tracking_dropped_total";
/// Opens and clicks of a copy beyond so many a minute, since the start.
const LIMITED: &str = "jebi_tracking_limited_total";
/// Opens and clicks that were taken in, since the start.
const TAKEN: &str = "jebi_tracking_taken_total";

/// Who opened a mail or followed a link.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    pub address: Option<IpAddr>,
    /// As the browser names itself.
    pub agent: &'a str,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Led {
    To(Leading),
    /// Its mail is gone.
    Gone,
    /// Too many look for theirs just now.
    Busy,
    /// It is no link this installation made.
    Unknown,
}

/// One open, or a click on this link, and when it came.
#[derive(Debug)]
pub struct Taken {
    pub visit: Visit,
    pub link: Option<LinkHash>,
    pub came: Boot,
}

/// Follows opens and clicks.
pub struct Tracking {
    clock: Arc<dyn Clock>,
    /// `None` where this process has no secret: it knows no mark.
    links: Option<Arc<LinkKeys>>,
    targets: Targets,
    keep: ArcSwap<KeepIp>,
    often: Often,
    waiting: Sender<Taken>,
    /// Something was dropped since the last that was taken: it is said once.
    dropping: AtomicBool,
}

impl Tracking {
    /// With what its visits are to be taken from.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, links: Option<Arc<LinkKeys>>, keep: KeepIp) -> (Self, Receiver<Taken>) {
        describe_counter!(TAKEN, Unit::Count, "Opens and clicks taken in.");
        describe_counter!(
            LIMITED,
            Unit::Count,
            "Opens and clicks that were not counted, because their mail has had very many in that minute."
        );
        describe_counter!(DROPPED, Unit::Count, "Opens and clicks that were not counted, because too many came at once.");
        let (waiting, taken) = mpsc::channel(WAITING);
        let (targets, often) = (Targets::new(store, Arc::clone(&clock)), Often::default());
        (Self { clock, links, targets, keep: ArcSwap::from_pointee(keep), often, waiting, dropping: AtomicBool::new(false) }, taken)
    }

    /// Keeps so much of addresses from now on.
    pub fn keep(&self, keep: KeepIp) {
        self.keep.store(Arc::new(keep));
    }

    /// Takes an open in. Of a mark that is not ours nothing is.
    pub fn opened(&self, token: &str, visitor: Visitor<'_>) {
        let Some((delivery, None)) = self.read(token) else { return };
        self.take(delivery, None, visitor);
    }

    /// Where a link leads; a click is taken in where there is a `visitor`.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn clicked(&self, token: &str, visitor: Option<Visitor<'_>>) -> Result<Led, Refusal> {
        let (Some(keys), Some((delivery, Some(link)))) = (&self.links, self.read(token)) else { return Ok(Led::Unknown) };
        let led = self.targets.of(delivery, link, keys.live().load_full()).await.map_err(refusal)?;
        if let (Led::To(found), Some(visitor)) = (&led, visitor) {
            self.take(delivery, Some((link, Arc::clone(&found.counted))), visitor);
        }
        Ok(led)
    }

    fn read(&self, token: &str) -> Option<(DeliveryId, Option<LinkHash>)> {
        self.links.as_ref()?.live().load().read_mark(token)
    }

    fn take(&self, delivery: DeliveryId, click: Option<(LinkHash, Arc<str>)>, visitor: Visitor<'_>) {
        if self.often.is_too_often(delivery, click.is_some(), self.clock.boot()) {
            counter!(LIMITED).increment(1);
            return;
        }
        let (link, url) = click.unzip();
        let visit =
            Visit { delivery, url, at: self.clock.wall(), agent: visitor::agent(visitor.agent), from: self.from(visitor), burst: false };
        counter!(TAKEN).increment(1);
        if self.waiting.try_send(Taken { visit, link, came: self.clock.boot() }).is_ok() {
            self.dropping.store(false, Ordering::Relaxed);
            return;
        }
        counter!(DROPPED).increment(1);
        if !self.dropping.swap(true, Ordering::Relaxed) {
            tracing::warn!(waiting = WAITING, "opens and clicks come faster than they are written down: some are not counted");
        }
    }

    /// What is kept of an address. A proxy's says nothing of the reader.
    fn from(&self, visitor: Visitor<'_>) -> String {
        let (Some(address), Some(links), false) = (visitor.address, &self.links, is_proxy(visitor.agent)) else { return String::new() };
        visitor::kept(address, **self.keep.load(), |bytes| links.visitor(bytes))
    }
}
