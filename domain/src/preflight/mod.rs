//! What is probably not meant in a message that can be sent all the same: told when it is accepted, and never in its way.
//!
//! It is looked at once, not for each recipient. Where templates fill it in, their sources are looked at; what a field stands in is not
//! judged.

mod html;
mod link;

use std::collections::BTreeMap;

use crate::{
    content::Content,
    message::{Draft, Lane},
    mime::size,
    refusal::Fault,
};
use link::Trouble;

/// Bytes from which on Gmail shows only the beginning of a mail's HTML, as far as is known.
const CLIPPED: usize = 102 << 10;
/// Bytes of a body that are looked at.
const LOOKED_AT: usize = 1 << 20;
/// Characters of a link that are shown.
const SHOWN: usize = 100;

/// Something that is probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The field by its path in the request.
    pub field: String,
    /// A stable machine word in snake_case, always English.
    pub code: &'static str,
    /// What will happen. Holds no secret.
    pub warning: String,
    /// What to do about it.
    pub remedy: String,
}

impl Warning {
    #[must_use]
    pub fn new(field: impl Into<String>, code: &'static str, warning: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: field.into(), code, warning: warning.into(), remedy: remedy.into() }
    }
}

impl From<Fault> for Warning {
    fn from(fault: Fault) -> Self {
        Self { field: fault.field, code: fault.code, warning: fault.fault, remedy: fault.remedy }
    }
}

/// Looks at a message; `at` is its path in the request, such as `messages[0]`.
#[must_use]
pub fn look(draft: &Draft, at: &str) -> Vec<Warning> {
    let content = &draft.message.content;
    let mut all = Vec::new();
    let field = |name: &str| format!("{at}.{name}");
    if let Some(html) = content.html.as_deref() {
        look_at_html(html, content, &field("html"), &mut all);
        if content.text.is_none() && content.fill.is_none() {
            let warning = "there is no text part, so one is made from the HTML";
            all.push(Warning::new(field("text"), "text_made_from_html", warning, "write the text yourself where its wording matters"));
        }
    }
    if let Some(text) = content.text.as_deref() {
        let found = link::in_text(start(text)).filter(|link| !is_filled(content, link));
        warn_of_links(
            found.map(|link| (link, link::judge(link))).filter(|(_, t)| matches!(t, Some(Trouble::Local | Trouble::Shortened))),
            &field("text"),
            &mut all,
        );
    }
    let has = |name: &str| content.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let leads_out = content.list.as_ref().is_some_and(|list| list.unsubscribe.is_some() || list.mailto.is_some());
    if draft.message.lane == Lane::Bulk && !leads_out && !has("List-Unsubscribe") {
        let warning = "bulk mail without List-Unsubscribe: Gmail and Yahoo want it, and readers report what they cannot leave as spam";
        all.push(Warning::new(
            field("headers"),
            "no_unsubscribe",
            warning,
            "leave the link of this server in, or give a page of yours as list.unsubscribe",
        ));
    }
    all
}

/// A mail that comes near the most its provider takes.
#[must_use]
pub fn near_limit(draft: &Draft, limit: u64, at: &str) -> Option<Warning> {
    let most = limit / 10 * 9;
    let size = size::at_most(&draft.message, &draft.copies, most);
    if size <= most {
        return None;
    }
    let warning = format!("the mail has {size} bytes with everything encoded, and its provider takes {limit}");
    Some(Warning::new(at, "size_near_limit", warning, "link to large files in place of attaching them"))
}

fn look_at_html(html: &str, content: &Content, field: &str, all: &mut Vec<Warning>) {
    if html.len() > CLIPPED {
        let warning = format!("the HTML has {} bytes, and Gmail shows about the first {CLIPPED} of them", html.len());
        all.push(Warning::new(field, "html_clipped", warning, "make it shorter, or move styles that repeat into one place"));
    }
    let found = html::look(start(html));
    let own = found.links.iter().map(String::as_str).filter(|link| !is_filled(content, link));
    warn_of_links(own.map(|link| (link, link::judge(link))), field, all);
    if found.without_alt > 0 {
        let warning = format!(
            "pictures without an alt text: {}; who does not load pictures or hears the mail read finds nothing there",
            found.without_alt
        );
        all.push(Warning::new(field, "image_without_alt", warning, "say in alt what each shows; alt=\"\" for one that is only ornament"));
    }
}

/// One warning for each kind of trouble, with the first link that has it.
fn warn_of_links<'a>(links: impl Iterator<Item = (&'a str, Option<Trouble>)>, field: &str, all: &mut Vec<Warning>) {
    let mut kinds = BTreeMap::<Trouble, (usize, &str)>::new();
    for (link, trouble) in links {
        let Some(trouble) = trouble else { continue };
        kinds.entry(trouble).or_insert((0, link)).0 += 1;
    }
    all.extend(kinds.into_iter().map(|(trouble, (n, link))| trouble.warning(field, n, &shown(link))));
}

fn shown(link: &str) -> String {
    let mut text: String = link.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect();
    if link.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}

/// Whether a field stands in it, which is filled in later.
fn is_filled(content: &Content, link: &str) -> bool {
    content.fill.is_some() && link.contains('{')
}

/// As much of a body as is looked at.
fn start(body: &str) -> &str {
    &body[..body.floor_char_boundary(LOOKED_AT)]
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
