//! Following what becomes of a mail with its reader: a picture that tells of opens, and links that lead through this server.
//!
//! | file | owns |
//! |---|---|
//! | `html` | where the links of HTML stand, by the rules browsers read it by |
//! | `href` | where a link leads, and which links are followed |
//! | `rewrite` | putting picture and links into HTML, and changing nothing else |
//! | `token` | what stands for one copy, and for one link of it |
//! | `machine` | whether it was a program: a guess |
//! | `hold` | clicks that wait for those that come right after them |
//! | `visitor` | how much of an address and of a browser's name is kept |

mod hold;
pub mod href;
mod html;
pub mod machine;
pub(crate) mod rewrite;
mod token;
pub mod visitor;

use serde::{Deserialize, Serialize};

pub use hold::Held;
pub use token::{LinkHash, MARK, Mark, token};

use crate::link::Links;

/// What is followed of a message. All of it was decided when it was accepted, so that a resend has the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// How readers reach this server: `http` or `https` and a host, without a slash at the end.
    pub base: String,
    /// Whether a picture tells of opens.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opens: bool,
    /// Whether links lead through this server.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clicks: bool,
    /// It is for mail that is kept on this machine: nobody else reaches `base`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
}

impl Track {
    /// How readers reach this server by now: mail that was kept here may leave by another provider.
    #[must_use]
    pub fn base<'a>(&'a self, links: &'a Links) -> &'a str {
        if self.local { links.base(&self.base) } else { &self.base }
    }

    /// Whether picture and links lead to a place that only this machine knows: mail that leaves it cannot have such.
    #[must_use]
    pub fn is_bound_here(&self, links: &Links) -> bool {
        self.local && self.base(links) == self.base
    }
}

/// Where the picture is: the first document's own form (requirement S3-5).
pub const OPEN_PATH: &str = "/v1/events/open?request_id=";
/// Where links lead through.
pub const CLICK_PATH: &str = "/c/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_for_this_machine_alone_gets_the_worlds_address_once_there_is_one() {
        let track = |base: &str, local| Track { base: base.into(), opens: true, clicks: false, local };
        let (here, reached) = (Links::default(), Links::default().reached_by(Some("https://mail.example.kr".into())));
        let own = track("http://127.0.0.1:3000", true);
        assert_eq!((own.base(&here), own.is_bound_here(&here)), ("http://127.0.0.1:3000", true));
        assert_eq!((own.base(&reached), own.is_bound_here(&reached)), ("https://mail.example.kr", false));
        let world = track("http://mail.example.kr", false);
        assert_eq!((world.base(&reached), world.is_bound_here(&here)), ("http://mail.example.kr", false));
    }

    #[test]
    fn only_what_is_so_is_stored() {
        let track = Track { base: "https://m.kr".into(), opens: true, clicks: false, local: false };
        let text = serde_json::to_string(&track).unwrap();
        assert_eq!(text, r#"{"base":"https://m.kr","opens":true}"#);
        assert_eq!(serde_json::from_str::<Track>(&text).unwrap(), track);
    }
}
