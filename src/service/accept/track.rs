//! Whether opens and clicks of a message are followed, and by which address of this server.

use jebi_domain::{
    content::Fill,
    message::{Content, Lane},
    profile::{Profile, Tracking},
    refusal::Fault,
    track::Track,
};

use super::{
    content::Faults,
    submission::{NewMessage, NewTrack},
};

/// What the operator decided about following mail.
#[derive(Clone, Debug, Default)]
pub struct TrackSettings {
    pub opens: Follow,
    pub clicks: Follow,
    /// How readers reach this server, without a slash at the end; `None` where they cannot.
    pub base: Option<String>,
    /// How this machine reaches it, for mail that is kept here.
    pub local: Option<String>,
}

/// Which mail is followed that does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    #[default]
    None,
    /// In the shape of the first document (requirement S3-5).
    Document,
    Bulk,
    All,
}

/// Whether a message has the shape of the first document: a topic, bare addresses and an HTML by its name there, and nothing in their place.
pub(super) fn is_documented(given: &NewMessage) -> bool {
    let others = given.recipients.len() + given.to.len() + given.cc.len() + given.bcc.len();
    given.topic_id.is_some() && !given.emails.is_empty() && given.content.is_some() && others == 0
}

/// A message as far as following it goes.
pub(super) struct Question<'a> {
    pub settings: &'a TrackSettings,
    pub asked: NewTrack,
    pub documented: bool,
    /// What its topic says.
    pub topic: Tracking,
    pub profile: Option<&'a Profile>,
    pub content: &'a Content,
    pub lane: Lane,
    /// Whether its provider keeps mail on this machine.
    pub stays: bool,
    /// Whether there is a secret to sign picture and links with.
    pub signs: bool,
}

impl Question<'_> {
    /// What is followed, and what its sender should know.
    pub(super) fn answer(&self, faults: &Faults<'_>) -> (Option<Box<Track>>, Option<Fault>) {
        let said = self.profile.map(|profile| profile.tracking).unwrap_or_default();
        let opens = self.asked.opens.or(self.topic.opens).or(said.opens).unwrap_or_else(|| self.holds(self.settings.opens));
        let clicks = self.asked.clicks.or(self.topic.clicks).or(said.clicks).unwrap_or_else(|| self.holds(self.settings.clicks));
        if !opens && !clicks {
            return (None, None);
        }
        let asked = self.asked.opens == Some(true) || self.asked.clicks == Some(true);
        let warning = |fault: &str, remedy: &str| Some(Fault::new(faults.path("track"), "not_tracked", fault, remedy));
        if !has_html(self.content) {
            let fault = "opens and clicks are not followed: the message has no HTML";
            return (None, warning(fault, "give content or html, or leave track out").filter(|_| asked));
        }
        if !self.signs {
            let fault = "opens and clicks are not followed: this server has no secret to sign picture and links with";
            return (None, warning(fault, "let the operator set JEBI_SECRET, the same for all nodes"));
        }
        let place = match (&self.settings.base, &self.settings.local) {
            (Some(base), _) => Some((base.clone(), false)),
            (None, Some(local)) if self.stays => Some((local.clone(), true)),
            _ => None,
        };
        if let Some((base, local)) = place {
            return (Some(Box::new(Track { base, opens, clicks, local })), None);
        }
        let fault = "opens and clicks are not followed: this server has no address that readers of mail can reach";
        let remedy = "let the operator set SERVER_URL (or TRACKING_HOST) to one, or give track with false";
        // Mail that is kept here is not missed by anybody.
        (None, warning(fault, remedy).filter(|_| asked || !self.stays))
    }

    fn holds(&self, follow: Follow) -> bool {
        match follow {
            Follow::None => false,
            Follow::Document => self.documented,
            Follow::Bulk => self.lane == Lane::Bulk,
            Follow::All => true,
        }
    }
}

fn has_html(content: &Content) -> bool {
    let variants = |fill: &Fill| fill.variants.iter().any(|variant| variant.html.is_some());
    content.html.is_some() || content.fill.as_deref().is_some_and(variants)
}

#[cfg(test)]
#[path = "track_tests.rs"]
mod tests;
