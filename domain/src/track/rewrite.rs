//! Picture and links of a copy put into its HTML. Nothing else of it changes, not a byte: readers see what was submitted.

use std::ops::Range;

use super::{
    CLICK_PATH, OPEN_PATH,
    href::{self, Exempt},
    html::anchors,
    token::{LinkHash, Mark, token},
};
use crate::advertising::end_of_body;

/// A link that is followed: where its address stands, and which it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    at: Range<usize>,
    link: LinkHash,
}

/// The links of HTML that are followed, in order.
pub(crate) fn places(html: &str, exempt: &Exempt) -> Vec<Place> {
    let mut all = Vec::new();
    anchors(html, |anchor| {
        if anchor.exempt {
            return;
        }
        if let Some(target) = href::target(&html[anchor.href.clone()], &html[anchor.tag], exempt) {
            all.push(Place { at: anchor.href, link: LinkHash::of(&target) });
        }
    });
    all
}

/// Where a link of HTML leads; `None` where none of them is this one.
pub(crate) fn target_of(html: &str, link: LinkHash) -> Option<String> {
    let (mut found, exempt) = (None, Exempt::default());
    anchors(html, |anchor| {
        if anchor.exempt || found.is_some() {
            return;
        }
        let target = href::target(&html[anchor.href], &html[anchor.tag], &exempt);
        found = target.filter(|target| LinkHash::of(target) == link).map(std::borrow::Cow::into_owned);
    });
    found
}

/// The HTML with these links leading through this server.
pub(crate) fn with_links(html: &str, places: &[Place], base: &str, mark: &Mark) -> String {
    let base = escaped(base);
    let mut out = String::with_capacity(html.len() + places.len() * (base.len() + 64));
    let mut taken = 0;
    for place in places {
        out.push_str(&html[taken..place.at.start]);
        out.push_str(&base);
        out.push_str(CLICK_PATH);
        out.push_str(&token(mark, place.link));
        taken = place.at.end;
    }
    out.push_str(&html[taken..]);
    out
}

/// The HTML with the picture at the end of its body: before the last `</body>` or `</html>`, else at the end.
pub(crate) fn with_picture(mut html: String, base: &str, mark: &Mark) -> String {
    let at = end_of_body(&html);
    html.insert_str(at, &picture(base, mark));
    html
}

fn picture(base: &str, mark: &Mark) -> String {
    let (base, mark) = (escaped(base), mark.as_str());
    format!("<img src=\"{base}{OPEN_PATH}{mark}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">")
}

/// Most bytes that picture and links make HTML longer.
pub(crate) fn grows(html: &str, base: &str, opens: bool, clicks: bool) -> u64 {
    // Each link has at least this.
    let links = if clicks { memchr::memmem::find_iter(html.to_ascii_lowercase().as_bytes(), b"href").count() } else { 0 };
    let base = escaped(base).len();
    ((base + CLICK_PATH.len() + 56) * links + if opens { base + OPEN_PATH.len() + 160 } else { 0 }) as u64
}

/// For attributes, in quotation marks or not: an address has nothing else that could end them.
fn escaped(base: &str) -> String {
    base.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
#[path = "rewrite_tests.rs"]
mod tests;
