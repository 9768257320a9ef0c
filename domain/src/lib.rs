//! Jebi's rules, without I/O: no sockets, no SQL, no HTTP, no clock of its own.
//!
//! Everything here is a value or a pure function over values. Time ([`time`]) and randomness ([`port::Random`]) are
//! parameters. The server package implements the traits in [`port`] and calls the rules.

pub mod access;
pub mod address;
pub mod advertising;
pub mod alert;
pub mod allow;
pub mod attachment;
pub mod backoff;
pub mod clock_offset;
pub mod consent;
pub mod content;
pub mod delivery;
pub mod dkim;
pub mod erasure;
pub mod event;
pub mod fair;
pub mod family;
pub mod feedback;
pub mod hook;
pub mod id;
pub mod idempotency;
pub mod link;
pub mod message;
pub mod mime;
pub mod network;
pub mod outcome;
pub mod pace;
pub mod port;
pub mod preflight;
pub mod profile;
pub mod quota;
pub mod refusal;
pub mod reputation;
pub mod results;
pub mod retry;
pub mod route;
pub mod settle;
pub mod shared_pace;
pub mod smtp;
pub mod sns;
pub mod suppression;
pub mod template;
pub mod template_record;
pub mod time;
pub mod track;
pub mod warmup;

#[cfg(feature = "fake")]
pub mod fake;
