//! Building MIME messages: what all copies share is built once, what differs is built per copy.
//!
//! Everything is fixed per delivery: no clock, no randomness. A resend has the same bytes, so receivers can tell that it is
//! the same mail.

mod attached;
mod base64;
mod body;
pub mod compose;
mod file;
mod filled;
pub mod header;
mod listed;
mod marked;
mod param;
mod segments;
pub mod size;
pub mod tag;
mod text;
mod thread;
mod tracked;

pub(crate) use base64::{encode as base64, encoded_len as base64_len};
pub use compose::Prepared;
pub use file::{EncodedFile, Encoding, Files, encoded_len, missing};
pub use segments::Segments;
pub(crate) use text::from_html as text_from_html;
pub use text::tags;
