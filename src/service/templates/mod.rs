//! Stored templates: writing, publishing, looking at them, and giving mail what it is made of.
//!
//! | file | owns |
//! |---|---|
//! | `found` | templates as they are used: published ones, those being pushed, built-in ones; and the parts they need |
//! | `compile` | from what an author writes to what mail is made of; every fault with its place |
//! | `finish` | parts brought into their users, style sheets into the elements, the text part made |
//! | `push` | drafts and versions, checked against all that use them |
//! | `resolve` | what a message is made of, kept in memory |
//! | `preview` | one filled in with values |
//! | `trial` | one filled in and sent to whoever tries it |
//! | `read` | lists, versions and their differences |
//! | `layout` | a template as files in a folder |
//! | `starters` | templates that are there from the start |

mod compile;
mod finish;
mod found;
pub mod layout;
mod preview;
mod push;
mod read;
mod resolve;
pub mod starters;
mod trial;

use std::sync::{Arc, Mutex};

use jebi_domain::port::{Clock, Store};

pub use finish::Needs;
pub use preview::{Preview, PreviewRequest, Shown};
pub use push::{Change, ChangeKind, Precondition, Pushed, Pushes};
pub use read::{Listed, Page, differences};
pub use resolve::Resolved;
pub use trial::TestRequest;

/// Everything that is done with stored templates.
pub struct Templates {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    cache: Mutex<resolve::Cache>,
}

impl Templates {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, cache: Mutex::default() }
    }
}
