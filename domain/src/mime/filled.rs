//! Subject and body of a message that is filled in for each of its copies.

use crate::{
    message::{Copy, Message},
    outcome::Reason,
    template::Renderer,
};

use super::{
    body::{Body, Frame},
    compose::{subject, whole},
};

/// What stands around the texts, and what makes them.
pub(super) struct Filled {
    /// A message whose sources cannot be read has been accepted by a program with other rules: each of its copies fails.
    renderer: Result<Renderer, Reason>,
    frame: Frame,
    /// Bytes of the body as its sources stand.
    len: u64,
}

impl Filled {
    pub(super) fn new(message: &Message, frame: Frame) -> Self {
        let content = &message.content;
        let len = frame.body(content.text.as_deref(), content.html.as_deref()).len();
        Self { renderer: Renderer::new(content, message.variables.as_deref()), frame, len }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Subject and body for one copy. One to several is filled in for the first of them.
    pub(super) fn fill(&self, copy: &Copy) -> Result<(Vec<u8>, Body), Reason> {
        let renderer = self.renderer.as_ref().map_err(Clone::clone)?;
        let Some(first) = copy.addressees.first() else {
            return Err(Reason::new("no_recipient", "the copy has no recipient", "send the message again"));
        };
        let made = renderer.render(copy.personal.as_deref(), &first.mailbox)?;
        Ok((subject(&made.subject), whole(&self.frame, made.text.as_deref(), made.html.as_deref())))
    }
}

#[cfg(test)]
#[path = "filled_tests.rs"]
mod tests;
