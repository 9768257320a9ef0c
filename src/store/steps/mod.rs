//! The business steps of the store, written once for both engines: what is read and written inside a transaction, the writer's turns,
//! and the ports over them. An engine brings connections, the texts of the statements, migrations and the place it lies in
//! (`engine`, `db`). Nothing here names an engine or its driver.
//!
//! | file | owns |
//! |---|---|
//! | `db` | the seam below: named statements, values, rows |
//! | `engine` | what an engine brings: `Engine`, `Session`; how steps ask |
//! | `error` | what can go wrong inside a transaction, and what callers are told |
//! | `group`, `writer` | jobs that wait, and the thread that runs them in turns of one transaction |
//! | `turn`, `delta` | one transaction of the writer; what it changes besides rows; what a node's writers share |
//! | `known` | messages, topics and queues as a turn knows them |
//! | `port` | the ports over the steps |
//! | `accept`, `claim`, `settle`, `reclaim` | the way of mail |
//! | `aside` | bulk mail that is held back, as a claim meets it |
//! | `kept_back` | who gets nothing of what is accepted, claimed or sent again, and why |
//! | `joint`, `settle_joint` | recipients of joint copies |
//! | `cancel`, `moving`, `reschedule`, `retry`, `operator`, `release` | what people decide |
//! | `engagement` | opens and clicks |
//! | `feedback` | what became of sent mail: reports, what they prove, reports of mail not known yet |
//! | `suppression`, `suppression_list` | addresses that are not to be mailed: looking them up and listing them by themselves; people's acts on the list |
//! | `results` | what became of topics, hour by hour |
//! | `retention` | what is deleted for its age |
//! | `privacy` | people whose data is erased, content that is deleted |
//! | `reputation`, `alerts` | what falls on accounts and senders' domains, and what was decided of them; alerts as they stand |
//! | `nodes` | the nodes there are |
//! | `keys`, `audit`, `inbox`, `files` | keys, administrative acts, the local inbox, files that go with mail |
//! | `senders`, `refusals`, `consents` | profiles, keys of links; who refused; the ledger of consents to advertising |
//! | `hooks`, `outbox`, `endpoints`, `calls` | what callers' systems are told of, to whom, and the calls that tell them |
//! | `sources` | topics and queues that events come from |
//! | `templates` | stored templates and their versions |
//! | `housekeep`, `refs`, `damage` | work that may lag, the index by provider id, what cannot be read |
//! | `list`, `view`, `record`, `row` | look-ups, and rows read as values |
//! | `verify` | whether what is kept agrees with itself |

mod accept;
mod alerts;
mod aside;
mod audit;
mod calls;
mod calls_again;
mod calls_erased;
mod calls_kept;
mod cancel;
mod claim;
mod consents;
mod damage;
mod db;
mod delta;
mod endpoints;
mod engagement;
mod engine;
mod error;
mod feedback;
mod files;
mod group;
mod hooks;
mod housekeep;
mod inbox;
mod joint;
mod kept_back;
mod keys;
mod known;
mod list;
mod moving;
mod nodes;
mod operator;
mod outbox;
mod port;
mod privacy;
mod reclaim;
mod record;
mod refs;
mod refusals;
mod release;
mod reputation;
mod reschedule;
mod results;
mod retention;
mod retry;
mod row;
mod senders;
mod settle;
mod settle_joint;
mod sources;
mod suppression;
mod suppression_list;
mod templates;
mod turn;
mod verify;
mod view;
mod writer;

use std::sync::{Arc, atomic::AtomicBool};

use jebi_domain::port::Clock;

pub use self::{
    db::{Bind, Columns, Many, Params, Query, Reads, Row, Statements, Value, Visit},
    engine::{Engine, Look, Moved, Session, Snapshot, Unheld},
    error::{Error, Kind},
    turn::{Common, Memory},
};
pub(in crate::store) use self::{
    db::{params, q},
    group::{Class, Classes, Group},
    privacy::load as load_erased,
    refusals::load as load_refused,
    suppression::load as load_suppressed,
    turn::Turn,
    writer::{Alarm, CLOSE_WAIT, Job, Writer},
};

/// What the writers and the callers share.
pub struct Shared {
    pub(in crate::store) group: Group<Box<dyn Job>>,
    pub(in crate::store) clock: Arc<dyn Clock>,
    /// Called when a write or sync failed for good: what is on the disk is unknown, the process must end.
    pub(in crate::store) on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
    /// The last turn could not be committed.
    pub(in crate::store) failing: AtomicBool,
    pub(in crate::store) common: Arc<Common>,
}

/// An open store of either engine: the ports over the steps.
pub struct SqlStore<E> {
    pub(in crate::store) shared: Arc<Shared>,
    pub(in crate::store) engine: E,
}
