//! What an operator may do with mail that is there: send it again, say what became of it, move its time.

use std::sync::Arc;

use super::{
    Boxed,
    store::{StoreResult, StoredAnswer},
};
use crate::{
    allow::AllowList,
    delivery::State,
    id::{DeliveryId, KeyNo, MessageId, MessageNo},
    route::Routes,
    time::Wall,
};

/// What mail has to keep to when it comes in, and again when it is sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Which provider a sender's mail takes.
    pub routes: Routes,
    /// Who may be mailed.
    pub allow: AllowList,
}

/// Whom of a copy mail is sent to again, besides those it failed for now for or expired for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whom {
    /// Those nobody knows of: it goes once more as the same delivery, and may arrive twice.
    pub open: bool,
    /// Those the provider took it for and gave up on for now ([`crate::results::after_soft_bounce`]): as a new delivery.
    pub soft_bounced: bool,
}

/// Copies of one message that are to be sent again, in one commit.
#[derive(Clone, Debug)]
pub struct SendAgain {
    pub message: MessageNo,
    /// Which copies.
    pub ordinals: Vec<u32>,
    pub whom: Whom,
    /// Id of the message that is made of those copies that go as new mail.
    pub id: MessageId,
    /// When they may go.
    pub due: Wall,
    /// Whether that is a time still to come.
    pub scheduled: bool,
    /// How often a mail may have been sent again, this time included; `None` for no limit.
    pub max_times: Option<u32>,
    /// What new mail has to keep to now.
    pub rules: Arc<Rules>,
    /// Whose request it is.
    pub api_key: KeyNo,
    pub now: Wall,
}

/// What became of a copy that was to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It goes once more as the same delivery: it may have arrived before, and shows that.
    Same,
    /// It goes as this new delivery.
    New(DeliveryId),
    /// Nothing was done.
    Refused(NotAgain),
}

/// Why a copy is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAgain {
    /// There is no such copy.
    Missing,
    /// It is in the queue or being sent: it goes by itself.
    UnderWay,
    /// Its last attempt is reviewed at that time and goes by itself, or was sent again by an operator already.
    Reviewed(Wall),
    /// The provider took it.
    Sent,
    /// Nobody knows what became of it, and that is not asked for.
    Open,
    /// It soft-bounced, and arrived all the same: it was delivered, or somebody opened it.
    Arrived,
    /// Its recipient reported it as spam.
    Complained,
    /// The provider refused it for good: it would do so again.
    Permanent,
    /// The address is on the suppression list.
    Suppressed,
    /// Whoever it went to has unsubscribed from mail of its kind.
    Unsubscribed,
    /// The data of whoever it went to was erased.
    Erased,
    /// What it said was deleted.
    ContentDeleted,
    /// It was cancelled, and what was cancelled is not sent.
    Cancelled,
    /// It may have arrived and was cancelled or has expired since: it is never resent.
    Over,
    /// It was sent again before, as this delivery.
    Already(DeliveryId),
    /// The address is not among those that may be mailed.
    NotAllowed,
    /// No provider carries its sender's mail any more.
    NoProvider,
    /// It was sent again this many times.
    TooOften(u32),
}

/// How a delivery hangs together with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The delivery this one sends again.
    pub retry_of: Option<DeliveryId>,
    /// The delivery that sends this one again.
    pub retried_as: Option<DeliveryId>,
}

/// What became of an operator's word on a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// There is no such delivery.
    Missing,
    /// Its outcome is not open: where it stands.
    NotOpen(State),
}

/// What became of a change of a message's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescheduled {
    /// So many recipients wait for the new time; 0 when nothing of it waits untried.
    Done(i64),
    /// There is no such message.
    Missing,
    /// It was cancelled.
    Cancelled,
    /// It expires at that time, which is not after the new one.
    Expires(Wall),
}

/// An operator's decisions; each is one step.
pub trait OperatorStore: Send + Sync {
    /// Sends copies again: those whose outcome nobody knows as the same delivery, those that failed for now or expired as a
    /// new message with the same content and lane. The answers stand in the order of the ordinals. At most
    /// [`SEND_AGAIN`] copies.
    fn send_again(&self, again: SendAgain) -> Boxed<'_, StoreResult<Vec<Again>>>;
    /// Which deliveries this one sends again, or is sent again by.
    fn links(&self, id: DeliveryId) -> Boxed<'_, StoreResult<Links>>;
    /// Gives a delivery of open outcome the result `sent` or `failed`, on a person's word.
    fn settle_by_hand(&self, id: DeliveryId, to: State, note: &str, now: Wall) -> Boxed<'_, StoreResult<Settled>>;
    /// Moves what waits of a message and was never tried to another time.
    fn reschedule(&self, id: MessageId, due: Wall, scheduled: bool) -> Boxed<'_, StoreResult<Rescheduled>>;
    /// Keeps an answer under an idempotency key. The first one stays.
    fn keep_answer(&self, api_key: KeyNo, key: &str, answer: StoredAnswer, now: Wall) -> Boxed<'_, StoreResult<()>>;
}

/// Copies sent again in one commit, at most: a quarter of a writer turn.
pub const SEND_AGAIN: usize = 250;
