//! What the list a message is of makes of its copies: headers for refusing (RFC 2369, RFC 8058, RFC 2919), and of advertising the mark and
//! the footer.

use std::borrow::Cow;

use crate::{
    advertising::{self, Ways},
    content::List,
    link::Links,
    message::Copy,
    outcome::Reason,
    profile::Company,
    time::Wall,
};

/// The link of one copy; without a list there is none.
#[derive(Default)]
pub(super) struct Own {
    link: Option<String>,
    mailto: Option<String>,
}

impl Own {
    /// The link of a copy of a message of this list: of which topic, and when it was accepted.
    ///
    /// # Errors
    /// There is no key to sign it with: mail that has to have a link is not sent without.
    pub fn of(list: &List, of: (&str, Wall), copy: &Copy, delivery: &str, links: &Links) -> Result<Self, Reason> {
        // A joint copy has no link of its own: its list has a page for all.
        let email = copy.named().next().map(|a| a.mailbox.email.as_str()).unwrap_or_default();
        let link = list.link(links, of, email, delivery);
        if link.is_none() && list.signs() {
            let text = "this node has no key to sign the unsubscribe link with";
            let reason = Reason::new("no_link_key", text, "give all nodes the same JEBI_SECRET, then send it again");
            return Err(Reason { transient: true, ..reason });
        }
        Ok(Self { link, mailto: list.mailto() })
    }

    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// `List-Unsubscribe`, and that one click is enough.
    pub fn headers(&self, mut write: impl FnMut(&str, &str)) {
        let ways: Vec<String> = self.link.iter().chain(&self.mailto).map(|way| format!("<{way}>")).collect();
        if !ways.is_empty() {
            write("List-Unsubscribe", &ways.join(", "));
        }
        if self.link.is_some() {
            write("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
    }

    fn ways(&self) -> Ways<'_> {
        Ways { link: self.link.as_deref(), mailto: self.mailto.as_deref() }
    }
}

/// The headers all copies share.
pub(super) fn headers(list: &List, mut write: impl FnMut(&str, &str)) {
    if let Some(id) = &list.id {
        write("List-Id", &format!("<{id}>"));
    }
    if let Some(id) = &list.feedback_id {
        write("Feedback-ID", id);
    }
}

/// The subject of advertising.
///
/// # Errors
/// Its mark is not as the law wants it.
pub(super) fn marked(subject: &str) -> Result<Cow<'_, str>, Reason> {
    advertising::marked(subject).map_err(|e| Reason::new(e.code, e.fault, e.remedy))
}

/// The texts of advertising with their footers. There is always one: a mail without any gets the footer as its text.
pub(super) fn footed(text: Option<&str>, html: Option<&str>, company: &Company, own: &Own) -> (Option<String>, Option<String>) {
    let there = |part: Option<&'_ str>| part.is_some_and(|part| !part.trim().is_empty());
    let html_part = html.filter(|_| there(html)).map(|html| advertising::html(html, company, own.ways()));
    let text_part = (there(text) || html_part.is_none()).then(|| advertising::text(text.unwrap_or_default(), company, own.ways()));
    (text_part, html_part)
}
