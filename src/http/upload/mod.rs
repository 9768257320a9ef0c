//! Bodies that go to the store as they come, so that none is ever held whole: uploads, and forms with files.
//!
//! | file | owns |
//! |---|---|
//! | `flow` | a body in pieces, within bounds of size and time |
//! | `form` | `multipart/form-data` (RFC 7578) |
//! | `spool` | a part of a form on the disk, while it is worked on |
//! | `disposition` | the file name of a `Content-Disposition` |

mod disposition;
mod flow;
mod form;
mod spool;

pub use disposition::file_name;
pub use flow::Flow;
pub use form::{Form, is_form};
pub use spool::{Spool, unwritten};

/// A content type that says nothing: the name tells more.
pub fn told_type(given: Option<&str>) -> Option<&str> {
    let essence = |given: &str| given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // What browsers send for what they do not know, and curl for --data-binary.
    given.filter(|given| !["", "application/octet-stream", "application/x-www-form-urlencoded"].contains(&essence(given).as_str()))
}
