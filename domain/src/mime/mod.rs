//! Building MIME messages: what all copies share is built once, what differs is built per copy.
//!
//! Everything is fixed per delivery: no clock, no randomness. A resend has the same bytes, so receivers can tell that it is
//! the same mail.

mod body;
pub mod compose;
pub mod header;
pub mod tag;
mod text;

pub use compose::Prepared;
pub use text::tags;
pub(crate) use text::from_html as text_from_html;
