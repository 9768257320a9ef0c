//! What callers' systems are told of: happenings, who wants to hear of which, and how a telling is signed, repeated and written.
//!
//! | word | means |
//! |---|---|
//! | endpoint | where happenings are told to: a caller's URL, a chat channel, an SNS topic, mail addresses |
//! | hook event | a happening that at least one endpoint wanted when it was written down |
//! | hook call | the telling of one event to one endpoint, however many tries it takes |
//!
//! | file | owns |
//! |---|---|
//! | `kind` | the kinds of happening, by name and code |
//! | `filter` | which of them an endpoint wants |
//! | `endpoint` | what an endpoint is |
//! | `payload` | what is told |
//! | `sign` | Standard Webhooks signatures |
//! | `schedule` | what an answer means, and when a call is tried again |
//! | `guard` | addresses that are never called |
//! | `words`, `chat` | the same for people: Slack, Discord, mail |

pub mod chat;
mod endpoint;
mod filter;
pub mod guard;
mod kind;
mod payload;
mod schedule;
pub mod sign;
mod words;

pub use endpoint::{EndpointKind, EndpointSpec, Speech, is_topic_arn};
pub use filter::{BadPattern, Filter};
pub use kind::{HookKind, Kinds};
pub use payload::{Fact, MAX_DETAIL, Payload, Told, payload};
pub use schedule::{Answer, TRIES, Verdict, hold, judge, next_try};
pub use words::{Words, words};

/// The topic mail to endpoints is sent under. Nothing is told of mail of this topic: a telling that tells of itself would never end.
pub const MAIL_TOPIC: &str = "jebi.webhooks";
