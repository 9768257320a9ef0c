use std::{any::Any, future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;

use crate::{
    id::DeliveryId,
    mime::Segments,
    outcome::{Outcome, Reason},
    port::{Boxed, account_list::AccountList},
    time::Wall,
};

/// A future that stays on its thread: senders are owned by one current-thread runtime each.
pub type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a provider has worked out of a mail before its slot was taken ([`Provider::ahead`]); nobody else reads it.
pub type Ahead = Arc<dyn Any + Send + Sync>;

/// A composed copy, ready for the wire. Headers and body are apart so that copies of one message share the body.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub delivery: DeliveryId,
    /// Number of this attempt, from 1.
    pub attempt: u16,
    /// Envelope sender, bare address.
    pub from: String,
    /// Envelope recipients, bare addresses; 1 to 50.
    pub to: Vec<String>,
    /// Header lines with CRLF each, without the empty line; ASCII only.
    pub head: Bytes,
    /// From the first header of the outermost part (`Content-Type: …`) to the end of the message, CRLF lines. Large parts are shared with
    /// other mails: never put together to be written.
    pub body: Segments,
    /// Labels for the provider, the delivery id among them.
    pub tags: Vec<(String, String)>,
    /// `None` where nothing was worked out before.
    pub ahead: Option<Ahead>,
}

impl Outgoing {
    /// Octets of all of it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.head.len() + self.body.len()
    }

    /// Whether there is nothing at all of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A configured account that can send.
pub trait Provider: Send + Sync {
    /// The name it has in the configuration.
    fn name(&self) -> &str;
    /// `ses`, `local`, …
    fn kind(&self) -> &'static str;
    /// Makes the part that lives on one sender thread: its connections.
    fn sender(&self) -> Box<dyn Sender>;
    /// Whether the account may send from (and in a sandbox: to) this identity: an address, or a domain without an `@`, by itself; `None`
    /// when the provider has no such thing to ask. The answer's `Err` says why it is not known.
    fn identity(&self, _identity: &str) -> Option<Boxed<'_, Result<bool, Reason>>> {
        None
    }
    /// Largest mail it takes, in octets with everything encoded (RFC 1870 section 3), as far as that is known now; `None` for no limit.
    fn max_size(&self) -> Option<u64> {
        None
    }
    /// Does with a mail what takes long and needs no connection, such as hashing. Called before the mail's slot is taken, on any thread;
    /// a mail that comes without is sent all the same.
    fn ahead(&self, _mail: &mut Outgoing) {}
    /// The suppression list the account keeps by itself; `None` when it has none.
    fn account_list(&self) -> Option<&dyn AccountList> {
        None
    }
    /// Asks the account for its limits and state; `None` when the provider has no such thing to ask.
    fn account(&self) -> Boxed<'_, Option<Result<AccountReport, Reason>>>;
}

/// The connections of one provider on one sender thread.
pub trait Sender {
    /// An established connection that has been checked for end-of-file, or a new one.
    ///
    /// # Errors
    /// The outcome any mail would have had: nothing was written, so it is never `Unknown`.
    fn checkout(&self) -> Local<'_, Result<Box<dyn Channel>, Outcome>>;
}

/// One established connection, good for one mail.
pub trait Channel {
    /// Writes the mail without waiting for anything first, and reads the answer. Gives the connection back to its pool
    /// when it is still good. Dropping the future before it is done leaves the outcome unknown.
    fn send(self: Box<Self>, mail: Outgoing) -> Local<'static, Outcome>;
    /// Gives the connection back unused.
    fn put_back(self: Box<Self>);
}

/// Whether an account may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountState {
    Healthy,
    /// The provider is watching it (SES: `PROBATION`); it still sends.
    Probation,
    /// It does not send, and why.
    Stopped(Reason),
}

/// What an account says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountReport {
    pub at: Wall,
    /// Recipients a second; `None` for no limit.
    pub max_send_rate: Option<f64>,
    /// Recipients in 24 hours; `None` for no limit.
    pub max_24_hour_send: Option<f64>,
    pub sent_last_24_hours: Option<f64>,
    pub state: AccountState,
    /// SES sandbox: only verified recipients.
    pub sandbox: bool,
}
