//! What all copies of a message share: sender, subject, bodies, headers, tags.

use jebi_domain::{
    hook::MAIL_TOPIC,
    message::{Content, MAX_SUBJECT, MAX_TOPIC, Mailbox},
    profile::Profile,
    refusal::Fault,
};

use super::{
    attachments::{self, Carried},
    rules,
    submission::{Given, NewMessage},
};

/// Most Reply-To addresses.
const MAX_REPLY_TO: usize = 50;
/// Most tags a caller may give: SES takes 50, and some are ours.
const MAX_TAGS: usize = 40;

/// Collects the faults of one message.
pub(super) struct Faults<'a> {
    /// Place of the message in the request.
    at: usize,
    all: &'a mut Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(at: usize, all: &'a mut Vec<Fault>) -> Self {
        Self { at, all }
    }
    /// The path of a field of this message.
    pub(super) fn path(&self, field: impl std::fmt::Display) -> String {
        format!("messages[{}].{field}", self.at)
    }
    pub(super) fn add(&mut self, field: &str, code: &'static str, fault: impl Into<String>, remedy: &str) {
        let path = self.path(field);
        self.all.push(Fault::new(path, code, fault, remedy));
    }
    /// Faults found so far.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }
    /// The value, or `None` with its fault kept.
    pub(super) fn keep<T>(&mut self, checked: Result<T, Fault>) -> Option<T> {
        checked.map_err(|fault| self.all.push(fault)).ok()
    }
}

/// The content, taken from the message. Without a fault it is ready to be composed.
///
/// What the message says goes before its profile, and that before the server's default.
pub(super) fn read(
    message: &mut NewMessage,
    default_from: Option<&Mailbox>,
    profile: Option<&Profile>,
    carried: &mut Carried,
    faults: &mut Faults<'_>,
) -> Option<Content> {
    let from = sender(message.from.take(), profile.map(|p| &p.from).or(default_from), faults);
    let mut reply_to = reply_to(std::mem::take(&mut message.reply_to), faults);
    if let (true, Some(profile)) = (reply_to.is_empty(), profile) {
        reply_to.clone_from(&profile.reply_to);
    }
    let subject = subject_text("subject", message.subject.take(), faults);
    let html = html(message, faults);
    let text = message.text.take().filter(|t| !t.is_empty());
    if html.is_none() && text.is_none() {
        faults.add("content", "missing_body", "it has neither content nor text", "give content (HTML), text, or both");
    }
    for (name, value) in &message.headers {
        let path = || format!("messages[{}].headers.{name}", faults.at);
        let checked = rules::header(name, value, path);
        faults.keep(checked);
    }
    let together = rules::headers(message.headers.iter().map(|(name, _)| name.as_str()), || faults.path("headers"));
    faults.keep(together);
    if message.tags.len() > MAX_TAGS {
        let fault = format!("it has {} tags; at most {MAX_TAGS} are allowed", message.tags.len());
        faults.add("tags", "too_many_tags", fault, "leave some out");
    }
    for (name, value) in &message.tags {
        let path = || format!("messages[{}].tags.{name}", faults.at);
        let checked = rules::tag(name, value, path);
        faults.keep(checked);
    }
    let attachments = carried.read(message, faults);
    let calendar = attachments::calendar(message, faults);
    Some(Content {
        from: from?,
        reply_to,
        subject: subject?,
        text,
        html,
        headers: std::mem::take(&mut message.headers),
        tags: std::mem::take(&mut message.tags),
        fill: None,
        attachments,
        calendar,
        list: None,
        shown: None,
        track: None,
    })
}

fn sender(given: Option<Given>, default_from: Option<&Mailbox>, faults: &mut Faults<'_>) -> Option<Mailbox> {
    if let Some(given) = given {
        let checked = rules::mailbox(given, || faults.path("from"));
        return faults.keep(checked);
    }
    if default_from.is_none() {
        faults.add(
            "from",
            "missing_from",
            "no sender is given and the server has none configured",
            "give from, or set AWS_SES_FROM_EMAIL or DEFAULT_FROM_EMAIL on the server",
        );
    }
    default_from.cloned()
}

fn reply_to(given: Vec<Given>, faults: &mut Faults<'_>) -> Vec<Mailbox> {
    if given.len() > MAX_REPLY_TO {
        let fault = format!("it has {} addresses; at most {MAX_REPLY_TO} are allowed", given.len());
        faults.add("reply_to", "too_many_addresses", fault, "give one or a few");
        return Vec::new();
    }
    let read = |(i, one)| {
        let checked = rules::mailbox(one, || faults.path(format_args!("reply_to[{i}]")));
        faults.keep(checked)
    };
    given.into_iter().enumerate().filter_map(read).collect()
}

/// A subject, or the template of one.
pub(super) fn subject_text(field: &str, given: Option<String>, faults: &mut Faults<'_>) -> Option<String> {
    let Some(subject) = given.filter(|s| !s.trim().is_empty()) else {
        faults.add(field, "missing_subject", "it has no subject", "give a subject of 1 to 998 characters");
        return None;
    };
    // Counting characters is only needed where the bytes are too many.
    if subject.len() > MAX_SUBJECT && subject.chars().count() > MAX_SUBJECT {
        let fault = format!("it is longer than {MAX_SUBJECT} characters");
        faults.add(field, "too_long", fault, "shorten it");
        return None;
    }
    let checked = rules::header_text(&subject, || faults.path(field));
    faults.keep(checked).map(|()| subject)
}

fn html(message: &mut NewMessage, faults: &mut Faults<'_>) -> Option<String> {
    let content = message.content.take().filter(|c| !c.is_empty());
    let html = message.html.take().filter(|h| !h.is_empty());
    if content.is_some() && html.is_some() {
        faults.add("html", "content_and_html", "content and html are both given; they mean the same", "give one of them");
    }
    content.or(html)
}

/// The topic, empty for none.
pub(super) fn topic(given: Option<&str>, is_local: bool, faults: &mut Faults<'_>) -> String {
    let Some(topic) = given else { return String::new() };
    // No webhook is told of mail of this topic: whoever could use it could hide theirs.
    if topic == MAIL_TOPIC && !is_local {
        let fault = "mail to webhooks has this topic, and nothing is told of it";
        faults.add("topic_id", "invalid_topic", fault, "give the topic another name");
        return String::new();
    }
    match check_topic(topic) {
        Ok(()) => topic.to_owned(),
        Err(Fault { code, fault, remedy, .. }) => {
            faults.add("topic_id", code, fault, &remedy);
            String::new()
        }
    }
}

/// Whether a topic can have this name.
///
/// # Errors
/// Why not.
pub fn check_topic(topic: &str) -> Result<(), Fault> {
    // As a segment of a path these two mean something else (RFC 3986, 5.2.4), so `/v1/topics/..` could never name it.
    if matches!(topic, "." | "..") {
        let fault = format!("{topic:?} cannot stand in a path, so the topic could not be asked for");
        return Err(Fault::new("topic_id", "invalid_topic", fault, "give the topic another name"));
    }
    if !topic.is_empty() && topic.len() <= MAX_TOPIC && !topic.chars().any(char::is_control) {
        return Ok(());
    }
    let fault = format!("a topic must be 1 to {MAX_TOPIC} bytes of UTF-8 without control characters");
    Err(Fault::new("topic_id", "invalid_topic", fault, "shorten it, or leave topic_id out"))
}
