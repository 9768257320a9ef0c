//! SMTP without sockets: replies, paths, dot-stuffing and the ids servers give (RFC 5321).

mod path;
mod queue_id;
mod reply;
mod stuffing;

pub use path::{Path, PathFault};
pub use queue_id::{message_id, queue_id};
pub use reply::{Enhanced, Frame, MAX_REPLY, Reply, Unreadable, frame};
pub use stuffing::{Stuffer, needs_stuffing, stuff};
