//! What following opens and clicks makes of a message's copies: a picture and links of each copy's own.

use std::{borrow::Cow, sync::OnceLock};

use crate::{
    content::Content,
    id::DeliveryId,
    link::Links,
    time::Wall,
    track::{
        LinkHash, Mark, Track,
        href::Exempt,
        rewrite::{Place, places, target_of, with_links, with_picture},
    },
};

use super::body::{Body, Frame, MarkedBody};

/// What is followed of a message.
pub(super) struct Following {
    track: Track,
    accepted: Wall,
    exempt: Exempt,
}

/// How one copy is followed.
pub(super) struct Own<'a> {
    base: &'a str,
    mark: Mark,
    track: &'a Track,
}

impl Following {
    pub(super) fn of(content: &Content, accepted: Wall) -> Option<Self> {
        let track = content.track.as_deref().filter(|track| track.opens || track.clicks)?;
        let exempt = Exempt::new(&content.headers, &track.base);
        let page = content.list.as_deref().and_then(|list| list.page()).filter(|_| track.clicks);
        Some(Self { track: track.clone(), accepted, exempt: exempt.and(page).into_owned() })
    }

    /// How a copy is followed. `None` where there is no key to sign its mark with: mail goes out all the same.
    pub(super) fn own<'a>(&'a self, delivery: DeliveryId, links: &'a Links) -> Option<Own<'a>> {
        let mark = links.mark(delivery, self.accepted)?;
        Some(Own { base: self.track.base(links), mark, track: &self.track })
    }

    /// The links of HTML that are followed, but for the one its recipient refuses by.
    pub(super) fn places(&self, html: &str, unsubscribe: Option<&str>) -> Vec<Place> {
        if self.track.clicks { places(html, &self.exempt.and(unsubscribe)) } else { Vec::new() }
    }

    /// The HTML of a copy of its own with its links.
    pub(super) fn linked(&self, html: String, own: &Own<'_>, unsubscribe: Option<&str>) -> String {
        let places = self.places(&html, unsubscribe);
        if places.is_empty() { html } else { with_links(&html, &places, own.base, &own.mark) }
    }
}

impl Own<'_> {
    fn linked<'h>(&self, html: &'h str, places: &[Place]) -> Cow<'h, str> {
        if places.is_empty() { Cow::Borrowed(html) } else { Cow::Owned(with_links(html, places, self.base, &self.mark)) }
    }

    fn pictured(&self, html: String) -> String {
        if self.track.opens { with_picture(html, self.base, &self.mark) } else { html }
    }
}

/// The HTML of a copy with these links of it followed, where it is.
pub(super) fn linked<'h>(html: &'h str, places: &[Place], own: Option<&Own<'_>>) -> Cow<'h, str> {
    own.map_or(Cow::Borrowed(html), |own| own.linked(html, places))
}

/// The HTML of a copy with its picture, where it is followed and there is something to read.
pub(super) fn pictured(html: Option<String>, own: Option<&Own<'_>>) -> Option<String> {
    match (html, own) {
        (Some(html), Some(own)) if !html.trim().is_empty() => Some(own.pictured(html)),
        (html, _) => html,
    }
}

/// Text and HTML that all copies share but for what follows them. Links are found once, and as long as the server's address is the same
/// the body is encoded once.
pub(super) struct Followed {
    frame: Frame,
    text: Option<String>,
    html: String,
    places: Vec<Place>,
    /// For which address it was encoded; `None` in it where each copy is encoded by itself.
    marked: OnceLock<(String, Option<MarkedBody>)>,
    /// Without any picture and link, for a node without a key.
    plain: OnceLock<Body>,
}

impl Followed {
    pub(super) fn new(frame: Frame, text: Option<String>, html: String, following: &Following) -> Self {
        let places = following.places(&html, None);
        Self { frame, text, html, places, marked: OnceLock::new(), plain: OnceLock::new() }
    }

    /// One copy's body, or what all have that are not followed.
    pub(super) fn body(&self, own: Option<&Own<'_>>) -> Cow<'_, Body> {
        let Some(own) = own.filter(|own| own.track.opens || !self.places.is_empty()) else {
            return Cow::Borrowed(self.plain.get_or_init(|| self.frame.body(self.text.as_deref(), Some(&self.html))));
        };
        let (base, marked) = self.marked.get_or_init(|| {
            let blank = Own { mark: Mark::blank(), ..*own };
            // A text that holds the blank itself would get marks in it.
            let free = !self.html.contains(blank.mark.as_str());
            let html = free.then(|| self.written(&blank));
            (own.base.to_owned(), html.and_then(|html| self.frame.marked(self.text.as_deref(), &html)))
        });
        match marked {
            Some(marked) if base == own.base => Cow::Owned(marked.copy(&own.mark)),
            _ => Cow::Owned(self.frame.body(self.text.as_deref(), Some(&self.written(own)))),
        }
    }

    /// Bytes of a copy's body.
    pub(super) fn len(&self, following: &Following) -> u64 {
        let own = Own { base: &following.track.base, mark: Mark::blank(), track: &following.track };
        self.frame.body(self.text.as_deref(), Some(&self.written(&own))).len()
    }

    /// Where a link of it leads.
    pub(super) fn target(&self, link: LinkHash) -> Option<String> {
        target_of(&self.html, link)
    }

    fn written(&self, own: &Own<'_>) -> String {
        own.pictured(own.linked(&self.html, &self.places).into_owned())
    }
}

#[cfg(test)]
#[path = "tracked_tests.rs"]
mod tests;
