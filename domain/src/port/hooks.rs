//! Endpoints, what they are told, and the calls that tell them.

use std::{fmt, sync::Arc, time::Duration};

use super::{Boxed, store::StoreResult};
use crate::{
    hook::{Answer, EndpointSpec, HookKind, Told},
    id::Incarnation,
    time::Wall,
};

/// The number of an endpoint, which is its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointNo(pub i64);

impl fmt::Display for EndpointNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// An event: a number, and when it was written down. Both together are the id callers see (`webhook-id`), since a restored store may
/// give a number again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventNo {
    pub no: i64,
    pub told_at: Wall,
}

impl fmt::Display for EventNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evt_{:x}_{:x}", self.told_at.0, self.no)
    }
}

impl EventNo {
    /// Reads what is shown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, no) = text.strip_prefix("evt_")?.split_once('_')?;
        let read = |hex: &str| i64::from_str_radix(hex, 16).ok().filter(|n| *n >= 0);
        let id = Self { no: read(no)?, told_at: Wall(read(at)?) };
        (id.to_string() == text).then_some(id)
    }
}

/// An endpoint as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointInfo {
    pub no: EndpointNo,
    pub spec: EndpointSpec,
    /// Its secrets, sealed with the installation's secret; `None` where it has none.
    pub sealed: Option<Vec<u8>>,
    /// It is what the configuration says, and is changed there.
    pub from_config: bool,
    pub created_at: Wall,
    pub changed_at: Wall,
    pub health: EndpointHealth,
}

/// How an endpoint does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointHealth {
    pub disabled_at: Option<Wall>,
    /// Why it was disabled.
    pub disabled_why: Option<String>,
    /// No call is made before: it said that it gets too much.
    pub held_until: Option<Wall>,
    /// When the first try ended that failed since the last one that was answered well.
    pub failing_since: Option<Wall>,
    /// Calls dropped because they waited for too long or too many did.
    pub dropped: i64,
}

/// What an endpoint is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEndpoint {
    pub spec: EndpointSpec,
    pub sealed: Option<Vec<u8>>,
}

/// A call taken to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct HookCall {
    pub endpoint: EndpointNo,
    pub event: EventNo,
    /// Tries made in this round, and ever.
    pub tried: u16,
    pub attempts: u32,
    /// When the call was due first in this round.
    pub since: Wall,
    pub tells: Tells,
}

/// What a call tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Tells {
    Happening(Box<Told>),
    /// What it tells of is not in the store any more, or was erased.
    Gone,
    /// What is stored cannot be read by this version, for this reason: it fails alone, and is tried again.
    Unreadable(String),
}

/// What came of a try, in an endpoint's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTry {
    pub at: Wall,
    pub took: Duration,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// What went wrong; empty for nothing.
    pub error: String,
    /// What the answer's body began with.
    pub answer: String,
}

/// How a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// It is made, or made again, when it is due.
    Waiting,
    /// It was answered well.
    Told,
    /// It was not, and is not tried any more.
    Failed,
    /// It was given up without a last try: it waited for too long, too many did, or what it tells of is gone or was erased.
    Dropped,
}

impl CallState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Told, Self::Failed, Self::Dropped];

    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Told => "told",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// What is to become of a call after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEnd {
    pub endpoint: EndpointNo,
    pub event: i64,
    /// [`CallState::Waiting`] with the time of the next try.
    pub state: CallState,
    pub due: Option<Wall>,
    /// Which try it was, ever, from 1; `None` where none was made.
    pub tried: Option<(u32, CallTry)>,
}

/// What a batch of ends says of its endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    pub held_until: Option<Wall>,
    /// It wants no more calls.
    pub gone: Option<String>,
    /// A call has had its last try: where none was answered well since its first, the endpoint is disabled.
    pub given_up: Option<GivenUp>,
}

/// A call that has had its last try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    pub event: i64,
    /// Which try, ever, was the first of this round, from 1.
    pub first: u32,
    /// Why the endpoint is disabled then.
    pub why: String,
}

/// A line of an endpoint's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallInfo {
    pub event: EventNo,
    /// `None` for one this version does not know.
    pub kind: Option<HookKind>,
    pub at: Wall,
    pub state: CallState,
    pub attempts: u32,
    /// The next try.
    pub due: Option<Wall>,
    /// The tries, oldest first.
    pub tries: Vec<CallTry>,
}

/// A page of the log, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallPage {
    pub calls: Vec<CallInfo>,
    /// The next page's `before`.
    pub next: Option<EventNo>,
}

/// What is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    Event(EventNo),
    /// What was written down in this time, its end not included, at most [`REPLAYED`] at once, oldest first; those after the one named.
    Between {
        from: Wall,
        to: Wall,
        after: Option<EventNo>,
        failed_only: bool,
    },
}

/// Calls one request tells again at most.
pub const REPLAYED: u32 = 1_000;

/// What became of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Calls that are made again.
    pub calls: u64,
    /// There may be more after this event.
    pub next: Option<EventNo>,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookBounds {
    /// Calls that wait for one endpoint at most; the oldest are dropped.
    pub backlog: u32,
    /// A call that has waited for so long is dropped.
    pub waits: Duration,
    /// How long events and the log of their calls are kept.
    pub kept: Duration,
}

/// What keeping the bounds did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Calls dropped, by endpoint.
    pub dropped: Vec<(EndpointNo, u64)>,
    /// There is more that is old, or left by endpoints that are gone.
    pub more: bool,
}

/// What became of calls taken, beside those that ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freed {
    /// Calls that are to be taken again.
    pub calls: u64,
    /// Calls held that are not the incarnation's any more: they are not to be made.
    pub lost: Vec<(EndpointNo, i64)>,
}

/// Endpoints and their calls.
pub trait HookStore: Send + Sync {
    /// By number.
    fn endpoints(&self) -> Boxed<'_, StoreResult<Vec<EndpointInfo>>>;
    fn endpoint(&self, no: EndpointNo) -> Boxed<'_, StoreResult<Option<EndpointInfo>>>;
    /// Events written down from this commit on are told to it.
    fn add_endpoint(&self, new: NewEndpoint, now: Wall) -> Boxed<'_, StoreResult<EndpointInfo>>;
    /// Makes the endpoint of the configuration what it says; `None` removes it.
    fn configure_endpoint(&self, new: Option<NewEndpoint>, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Changes one that was last changed at `was`; `None` where there is none or somebody was quicker.
    fn change_endpoint(&self, no: EndpointNo, to: NewEndpoint, was: Wall, now: Wall) -> Boxed<'_, StoreResult<Option<EndpointInfo>>>;
    /// `false` where there is none. Its calls end; its log goes in slices.
    fn remove_endpoint(&self, no: EndpointNo, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Stops telling it, for this reason, and tells the others (`endpoint.disabled`). `false` where there is none or it is stopped.
    fn disable_endpoint(&self, no: EndpointNo, why: &str, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Tells it again; what waits is due now, slice by slice. `false` where there is none.
    fn enable_endpoint(&self, no: EndpointNo, now: Wall) -> Boxed<'_, StoreResult<bool>>;

    /// Writes an event down for all endpoints that want its kind: alerts. `data` is a JSON object below 10 kB. Returns how many there are.
    fn emit(&self, kind: HookKind, data: &str, now: Wall) -> Boxed<'_, StoreResult<u64>>;
    /// Writes an event down for this endpoint, whatever it wants. `None` where there is none, or it is disabled.
    fn emit_to(&self, no: EndpointNo, kind: HookKind, data: &str, now: Wall) -> Boxed<'_, StoreResult<Option<EventNo>>>;
    /// Tells again what was told, or not, to an endpoint. `None` where there is no such endpoint.
    fn replay(&self, no: EndpointNo, what: Replay, now: Wall) -> Boxed<'_, StoreResult<Option<Replayed>>>;

    /// Takes calls that are due, at most so many for each endpoint, for the incarnation: nobody else makes them until it ends. Endpoints
    /// that are disabled or held give none.
    fn take_calls(&self, own: Incarnation, room: Vec<(EndpointNo, u32)>, now: Wall) -> Boxed<'_, StoreResult<Vec<HookCall>>>;
    /// Writes what came of calls of one endpoint. Those the incarnation does not hold any more are passed over. Returns why the endpoint
    /// was disabled, where it was: that is written to the audit log too.
    fn end_calls(&self, own: Incarnation, ends: Vec<CallEnd>, verdicts: Verdicts, now: Wall) -> Boxed<'_, StoreResult<Option<String>>>;
    /// Frees calls taken by incarnations that have ended, and those of the incarnation that are not among the ones it holds: their taking
    /// was committed, and its answer lost. Not to be called while calls are being taken for it.
    fn free_calls(&self, own: Incarnation, held: Vec<(EndpointNo, i64)>) -> Boxed<'_, StoreResult<Freed>>;
    /// Drops what is over the bounds, in slices, and removes one slice of what is old; one node does it for all.
    fn trim_calls(&self, bounds: HookBounds, now: Wall) -> Boxed<'_, StoreResult<Trimmed>>;

    /// The log of an endpoint, what was written down last first; `state` alone where it is given.
    fn calls(&self, no: EndpointNo, state: Option<CallState>, before: Option<EventNo>, limit: u32) -> Boxed<'_, StoreResult<CallPage>>;
    /// Calls that wait for an endpoint, counted up to `most`.
    fn waiting_calls(&self, no: EndpointNo, most: u32) -> Boxed<'_, StoreResult<u32>>;
    /// Called after each commit of this node that left calls to be made.
    fn on_calls(&self, wake: Arc<dyn Fn() + Send + Sync>);
}

/// One request to an endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct HookRequest {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The URL may be a secret.
impl fmt::Debug for HookRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookRequest").field("body", &self.body.len()).finish_non_exhaustive()
    }
}

/// What came of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookReply {
    pub answer: Answer,
    /// What went wrong; empty where an answer came.
    pub error: String,
    /// What the answer's body began with.
    pub body: String,
}

/// Why a URL is not called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadTarget {
    /// It cannot be read, or has a user name in it.
    Url,
    /// It is not https, and plain HTTP is not allowed.
    Plain,
    /// The host leads to this address, which is not called.
    Private(std::net::IpAddr),
    /// The host cannot be found.
    Host(String),
}

/// Calls endpoints over the network.
pub trait HookSender: Send + Sync {
    /// Whether a URL may be called, as its host is found now. Each call looks again.
    fn check(&self, url: &str) -> Boxed<'_, Result<(), BadTarget>>;
    /// Makes one POST. Never follows a redirect, and gives up after the time-out.
    fn post(&self, request: HookRequest) -> Boxed<'_, HookReply>;
    /// Publishes to an SNS topic.
    fn publish(&self, topic_arn: &str, subject: &str, text: &str) -> Boxed<'_, HookReply>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_events_id_reads_back_and_holds_no_full_stop() {
        let id = EventNo { no: (7 << 40) | 5, told_at: Wall(1_700_000_000_000) };
        assert_eq!(EventNo::parse(&id.to_string()), Some(id));
        assert!(!id.to_string().contains('.'), "the signed text is parted by them");
        for bad in ["", "evt_", "evt_1", "evt_-1_2", "evt_01_2", "evt_1_2_3", "x_1_2", "evt_1_G"] {
            assert_eq!(EventNo::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn states_of_calls_read_back() {
        assert!(CallState::ALL.into_iter().all(|state| CallState::from_code(state.code()) == Some(state)));
        assert_eq!(CallState::from_code(9), None);
    }

    #[test]
    fn a_request_hides_its_url() {
        let request = HookRequest { url: "https://hooks.slack.com/services/T/B/secret".into(), headers: Vec::new(), body: vec![1] };
        assert!(!format!("{request:?}").contains("secret"));
    }
}
