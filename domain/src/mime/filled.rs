//! A message that is filled in for each of its copies: subject and bodies are each copy's own, what stands around them is made once.

use crate::{
    content::Shown,
    message::{Copy, Mailbox, Message, Role},
    outcome::Reason,
    template::{Recipient, Rendered, Renderer},
};

use super::{
    body::{Body, Frame},
    text,
};

pub(super) struct Filled {
    renderer: Renderer,
    frame: Frame,
    /// Whom all copies name, where they are envelopes of one mail.
    shown: Option<Box<Shown>>,
}

impl Filled {
    /// # Errors
    /// Templates that cannot be read: no copy can be made then.
    pub(super) fn new(message: &Message, frame: Frame) -> Result<Self, Reason> {
        let renderer = Renderer::new(&message.content, message.variables.as_deref())?;
        Ok(Self { renderer, frame, shown: message.content.shown.clone() })
    }

    /// One copy's subject, text and HTML; `unsubscribe` is the link its recipient refuses more by.
    ///
    /// # Errors
    /// Why this one cannot be made.
    pub(super) fn texts(&self, copy: &Copy, unsubscribe: Option<&str>) -> Result<(String, Option<String>, Option<String>), Reason> {
        let mailbox = self.shown.as_deref().map_or_else(|| shown(copy), |all| all.first().unwrap_or(&NOBODY));
        let Rendered { subject, text, html, .. } = self.renderer.render(copy.personal.as_deref(), Recipient { mailbox, unsubscribe })?;
        if subject.trim().is_empty() {
            let remedy = "write a subject that is never empty, such as {{ title | default(\"…\", true) }}";
            return Err(Reason::new("template_empty", "its subject has become empty", remedy));
        }
        // Templates have a text made of their HTML where that could be done; where not, it is made of each mail.
        let made = if is_blank(text.as_deref()) { html.as_deref().and_then(text::from_html) } else { None };
        Ok((subject, made.or(text), html))
    }

    /// The body of a copy's texts.
    pub(super) fn body(&self, text: Option<&str>, html: Option<&str>) -> Body {
        self.frame.body(text, html)
    }
}

pub(super) fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

static NOBODY: Mailbox = Mailbox { email: String::new(), name: None };

/// Whose name and address a copy may show: the recipient's; of a joint copy the first one's whom all see anyway.
fn shown(copy: &Copy) -> &Mailbox {
    let first = if copy.addressees.len() == 1 { copy.addressees.first() } else { copy.named().find(|one| one.role != Role::Bcc) };
    first.map_or(&NOBODY, |one| &one.mailbox)
}

#[cfg(test)]
#[path = "filled_tests.rs"]
mod tests;
