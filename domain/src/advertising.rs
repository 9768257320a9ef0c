//! Advertising mail by Korean law: the mark its subject begins with, and what its footer tells.
//!
//! Network Act (정보통신망법) article 50 paragraph 4, decree article 61 paragraph 3 and its annex 6; the forbidden ways of writing the mark are
//! those the guide of KISA names for paragraph 5. `docs/KOREAN-ADVERTISING-LAW.md` says what is done for which paragraph.

mod footer;
mod mark;

pub(crate) use footer::end_of_body;
pub use footer::{Ways, html, text};
pub use mark::{MARK, check_source, marked};
