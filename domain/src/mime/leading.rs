//! Where the links of a message's copies lead: found again in what they are made of, and in nothing else. Only the HTML is read: no mail is
//! made, and no text of it.

use std::{collections::HashMap, sync::Arc};

use crate::{
    content::{Content, List, Shown},
    id::DeliveryId,
    link::Links,
    message::{Copy, Message},
    template::{Recipient, Renderer, Written},
    time::Wall,
    track::{LinkHash, rewrite::targets},
};

use super::{filled::named, listed::Own};

/// About what a place in a map takes beside its texts, in bytes.
const PLACE: usize = 96;
/// About how much larger a template is in memory than written, with what the engine makes of it.
const READ: usize = 6;

/// A link of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leading {
    /// Where it leads.
    pub to: Arc<str>,
    /// As it stands in what the mail was made of; empty where a variable brought it. It is the same for all recipients.
    pub counted: Arc<str>,
}

/// The links of one mail, or of all mails of a message.
#[derive(Debug, Default)]
pub struct LinkMap {
    all: HashMap<LinkHash, Leading>,
    bytes: usize,
}

impl LinkMap {
    fn of(html: &str, counted: impl Fn(&Arc<str>) -> Arc<str>) -> Self {
        let mut map = Self::default();
        targets(html, |target| {
            map.all.entry(LinkHash::of(target)).or_insert_with(|| {
                let to = Arc::from(target);
                map.bytes += PLACE + target.len();
                Leading { counted: counted(&to), to }
            });
        });
        map
    }

    /// Where this link leads; `None` where it is none of this mail.
    #[must_use]
    pub fn get(&self, link: LinkHash) -> Option<&Leading> {
        self.all.get(&link)
    }

    /// About what it holds in memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.bytes
    }
}

/// What the links of a message are found in.
pub enum LinkSource {
    /// They are the same in every copy.
    Shared(LinkMap),
    /// Each copy has its own.
    Own(Box<OwnLinks>),
}

impl LinkSource {
    /// Reads a message. One whose links are not followed has none, and neither has one no copy of which can be made.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let content = &message.content;
        if !content.track.as_deref().is_some_and(|track| track.clicks) {
            return Self::Shared(LinkMap::default());
        }
        if content.fill.is_none() {
            return Self::Shared(content.html.as_deref().map(|html| LinkMap::of(html, Arc::clone)).unwrap_or_default());
        }
        OwnLinks::of(message).map_or_else(|| Self::Shared(LinkMap::default()), |own| Self::Own(Box::new(own)))
    }
}

/// A message that is filled in for each copy, as far as its links go.
pub struct OwnLinks {
    renderer: Renderer,
    written: Written,
    list: Option<Box<List>>,
    topic: String,
    accepted: Wall,
    shown: Option<Box<Shown>>,
    bytes: usize,
}

impl OwnLinks {
    fn of(message: &Message) -> Option<Self> {
        let Content { html, list, shown, .. } = &message.content;
        let mut fill = message.content.fill.clone()?;
        for variant in &mut fill.variants {
            (variant.subject, variant.text) = (String::new(), None);
        }
        let written = Written::of(&fill, html.as_deref());
        let sources = html.as_ref().map_or(0, String::len) + fill.bytes() + message.variables.as_ref().map_or(0, |all| all.len());
        let content = Content { subject: String::new(), text: None, fill: Some(fill), ..message.content.clone() };
        Some(Self {
            renderer: Renderer::new(&content, message.variables.as_deref()).ok()?,
            bytes: size_of::<Self>() + READ * sources + written.bytes(),
            written,
            list: list.clone(),
            topic: message.topic.clone(),
            accepted: message.created_at,
            shown: shown.clone(),
        })
    }

    /// The links of one copy; `None` where it cannot be made any more.
    #[must_use]
    pub fn copy(&self, copy: &Copy, delivery: DeliveryId, links: &Links) -> Option<LinkMap> {
        let own = self.list.as_deref().map(|list| Own::of(list, (&self.topic, self.accepted), copy, &delivery.to_string(), links));
        // What was written by a key that is gone was written without a link, or not at all.
        let own = own.and_then(Result::ok).unwrap_or_default();
        let to = Recipient { mailbox: named(self.shown.as_deref(), copy), unsubscribe: own.link() };
        let html = self.renderer.html(copy.personal.as_deref(), to)?;
        Some(LinkMap::of(&html, |to| self.written.counted(to)))
    }

    /// About what it holds in memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}
