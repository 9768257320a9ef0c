//! A message made ready once, and its copies made from it.

use std::borrow::Cow;

use bytes::Bytes;
use mail_builder::headers::{Header, address::Address, date::Date, raw::Raw, text::Text};

use crate::{
    content::List,
    id::DeliveryId,
    link::Links,
    message::{Copy, Lane, Mailbox, Message, Role},
    outcome::Reason,
    port::Outgoing,
    profile::Company,
    time::Wall,
    track::{
        LinkHash,
        rewrite::{Place, target_of},
    },
};

use super::{
    body::{Body, Frame},
    file::Files,
    filled::{Filled, is_blank},
    header::{AUTO_SUBMITTED, MAX_NAME, foldable, trimmed},
    listed::{self, Own},
    tag::DELIVERY_TAG,
    text,
    tracked::{self, Followed, Following},
};

/// The header that carries our delivery id, so that feedback finds the delivery even if the answer was never seen.
pub const DELIVERY_HEADER: &str = "X-Jebi-Delivery-Id";

/// A message with everything encoded that its copies share. Making a copy writes its recipients and its id between pieces
/// that are ready.
pub struct Prepared {
    /// Envelope sender.
    from: String,
    /// `From`.
    first: Vec<u8>,
    /// `To` and `Cc`, where they are the same in every copy.
    shown: Option<Vec<u8>>,
    /// `Reply-To`.
    before_subject: Vec<u8>,
    texts: Texts,
    /// `Date`, and `Message-ID` as far as the id.
    before_id: Vec<u8>,
    /// The rest of `Message-ID`, `MIME-Version`, and the name of [`DELIVERY_HEADER`].
    between_ids: Vec<u8>,
    /// `Auto-Submitted` where it is ours, the caller's headers, and those of its list.
    last: Vec<u8>,
    /// What each copy has of its own because of the list it is of.
    listed: Option<Box<Listed>>,
    /// What is followed of it.
    following: Option<Box<Following>>,
    tags: Vec<(String, String)>,
}

/// A message of a list.
struct Listed {
    topic: String,
    /// When the message was accepted.
    accepted: Wall,
    list: List,
}

/// Advertising that is the same in every copy but for its footer.
struct Footed {
    /// The subject as its header.
    subject: Vec<u8>,
    frame: Frame,
    text: Option<String>,
    html: Option<String>,
    /// The links of it that are followed.
    places: Vec<Place>,
    company: Company,
}

/// Subject and bodies.
enum Texts {
    /// The same in every copy; the subject as its header.
    Same(Vec<u8>, Body),
    /// The same but for what follows each copy.
    Followed(Vec<u8>, Box<Followed>),
    /// With each copy's own footer.
    Footed(Box<Footed>),
    /// Each copy's own; of advertising the company its footer tells of.
    Own(Box<Filled>, Option<Company>),
    /// No copy can be made.
    Never(Reason),
}

impl Prepared {
    /// Encodes what the copies share. The content has been checked when it was accepted; what was not checked still cannot
    /// break out of its header, because line breaks are dropped.
    #[must_use]
    pub fn new(message: &Message) -> Self {
        let content = &message.content;
        let (mut first, mut before_subject, mut last) = (Vec::new(), Vec::new(), Vec::new());
        let (mut before_id, mut between_ids) = (Vec::new(), Vec::new());
        write_mailboxes(&mut first, "From", [&content.from]);
        let shown = content.shown.as_deref().map(|all| {
            let mut header = Vec::new();
            write_shown(&mut header, &all.to, &all.cc);
            header
        });
        if !content.reply_to.is_empty() {
            write_mailboxes(&mut before_subject, "Reply-To", &content.reply_to);
        }
        before_id.extend_from_slice(b"Date: ");
        Date::new(message.created_at.seconds()).write_rfc822(&mut before_id);
        before_id.extend_from_slice(b"\r\nMessage-ID: <");
        between_ids.push(b'@');
        between_ids.extend(host(&content.from.email));
        between_ids.extend_from_slice(b">\r\nMIME-Version: 1.0\r\n");
        between_ids.extend_from_slice(DELIVERY_HEADER.as_bytes());
        between_ids.extend_from_slice(b": ");
        if message.lane == Lane::Transactional && !content.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(AUTO_SUBMITTED)) {
            last.extend_from_slice(b"Auto-Submitted: auto-generated\r\n");
        }
        for (name, value) in &content.headers {
            write_text(&mut last, name, trimmed(value));
        }
        let listed = content.list.as_deref().map(|list| {
            listed::headers(list, |name, value| write_text(&mut last, name, value));
            Box::new(Listed { topic: message.topic.clone(), accepted: message.created_at, list: list.clone() })
        });
        let following = Following::of(content, message.created_at).map(Box::new);
        let (from, texts, tags) = (content.from.email.clone(), texts(message, following.as_deref()), content.tags.clone());
        Self { from, first, shown, before_subject, texts, before_id, between_ids, last, listed, following, tags }
    }

    /// Octets of the body with its files, as RFC 1870 counts them; of advertising without its footer.
    #[must_use]
    pub fn body_len(&self) -> u64 {
        match &self.texts {
            Texts::Same(_, body) => body.len(),
            Texts::Followed(_, all) => self.following.as_deref().map_or(0, |following| all.len(following)),
            Texts::Footed(ad) => ad.frame.body(ad.text.as_deref(), ad.html.as_deref()).len(),
            Texts::Own(..) | Texts::Never(_) => 0,
        }
    }

    /// Makes one copy, the same bytes each time. `Bcc` recipients are in the envelope only. `files` has every file of the message, `links`
    /// sign what leads to this server.
    ///
    /// # Errors
    /// Why this copy cannot be made, now or later: it ends as failed, and no other does.
    pub fn copy(&self, copy: &Copy, delivery: DeliveryId, attempt: u16, files: &Files, links: &Links) -> Result<Outgoing, Reason> {
        let id = delivery.to_string();
        let listed = match &self.listed {
            Some(of) => Own::of(&of.list, (&of.topic, of.accepted), copy, &id, links)?,
            None => Own::default(),
        };
        let followed = self.following.as_deref().and_then(|following| following.own(delivery, links));
        let own;
        let (subject, body) = match &self.texts {
            Texts::Same(subject, body) => (subject, Cow::Borrowed(body)),
            Texts::Followed(subject, all) => (subject, all.body(followed.as_ref())),
            Texts::Footed(ad) => {
                let linked = ad.html.as_deref().map(|html| tracked::linked(html, &ad.places, followed.as_ref()));
                let (text, html) = listed::footed(ad.text.as_deref(), linked.as_deref(), &ad.company, &listed);
                let html = tracked::pictured(html, followed.as_ref());
                (&ad.subject, Cow::Owned(ad.frame.body(text.as_deref(), html.as_deref())))
            }
            Texts::Own(filled, company) => {
                let (subject, text, html) = filled.texts(copy, listed.link())?;
                let html = match (&self.following, &followed) {
                    (Some(following), Some(own)) => html.map(|html| following.linked(html, own, listed.link())),
                    _ => html,
                };
                let (subject, text, html) = match company {
                    None => (Cow::Borrowed(subject.as_str()), text, html),
                    Some(company) => {
                        let (text, html) = listed::footed(text.as_deref(), html.as_deref(), company, &listed);
                        (listed::marked(&subject)?, text, html)
                    }
                };
                let html = tracked::pictured(html, followed.as_ref());
                own = subject_header(&subject);
                (&own, Cow::Owned(filled.body(text.as_deref(), html.as_deref())))
            }
            Texts::Never(reason) => return Err(reason.clone()),
        };
        let body = body.with(files)?;
        let parts = [&self.first, &self.before_subject, subject, &self.before_id, &self.between_ids, &self.last];
        let shared = parts.iter().map(|part| part.len()).sum::<usize>();
        let named = self.shown.as_ref().map_or(96 * copy.addressees.len(), Vec::len);
        let mut head = Vec::with_capacity(shared + named + 2 * id.len() + 32);
        head.extend_from_slice(&self.first);
        match &self.shown {
            Some(shown) => head.extend_from_slice(shown),
            None => write_recipients(&mut head, copy),
        }
        head.extend_from_slice(&self.before_subject);
        head.extend_from_slice(subject);
        head.extend_from_slice(&self.before_id);
        match &self.shown {
            // The envelopes of one mail: whoever is in two of them reads it once, and replies to any of them are one thread.
            Some(_) => head.extend_from_slice(DeliveryId { ordinal: 0, ..delivery }.to_string().as_bytes()),
            None => head.extend_from_slice(id.as_bytes()),
        }
        head.extend_from_slice(&self.between_ids);
        head.extend_from_slice(id.as_bytes());
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(&self.last);
        listed.headers(|name, value| write_text(&mut head, name, value));
        let mut tags = Vec::with_capacity(self.tags.len() + 1);
        tags.extend_from_slice(&self.tags);
        tags.push((DELIVERY_TAG.to_owned(), id));
        Ok(Outgoing {
            delivery,
            attempt,
            from: self.from.clone(),
            to: copy.open().map(|mailbox| mailbox.email.clone()).collect(),
            head: Bytes::from(head),
            body,
            tags,
            ahead: None,
        })
    }

    /// Where a link of a copy leads, found again in what the copy is made of; `None` where the copy has no such link.
    #[must_use]
    pub fn target(&self, copy: &Copy, delivery: DeliveryId, links: &Links, link: LinkHash) -> Option<String> {
        match &self.texts {
            Texts::Followed(_, all) => all.target(link),
            Texts::Footed(ad) => target_of(ad.html.as_deref()?, link),
            Texts::Own(filled, _) => {
                let id = delivery.to_string();
                let listed = self.listed.as_deref().map(|of| Own::of(&of.list, (&of.topic, of.accepted), copy, &id, links));
                // What was written by a key that is gone was written without a link, or not at all.
                let listed = listed.and_then(Result::ok).unwrap_or_default();
                let (_, _, html) = filled.texts(copy, listed.link()).ok()?;
                target_of(&html?, link)
            }
            Texts::Same(..) | Texts::Never(_) => None,
        }
    }
}

fn texts(message: &Message, following: Option<&Following>) -> Texts {
    let content = &message.content;
    let company = content.list.as_deref().and_then(|list| list.advertising.clone());
    let frame = Frame::new(message.id, content);
    if content.fill.is_some() {
        return Filled::new(message, frame).map_or_else(Texts::Never, |filled| Texts::Own(Box::new(filled), company));
    }
    let (text, html) = (content.text.as_deref(), content.html.as_deref());
    // Making text of HTML takes long: once for all copies, and a footer is added to both.
    let made = if is_blank(text) && !is_blank(html) { html.and_then(text::from_html) } else { None };
    let text = made.as_deref().or(text);
    let owned = |part: Option<&str>| part.map(str::to_owned);
    let Some(company) = company else {
        let subject = subject_header(&content.subject);
        return match (following, html.filter(|html| !is_blank(Some(html)))) {
            (Some(following), Some(html)) => {
                Texts::Followed(subject, Box::new(Followed::new(frame, owned(text), html.to_owned(), following)))
            }
            _ => Texts::Same(subject, frame.body(text, html)),
        };
    };
    let places = following.zip(html).map(|(following, html)| following.places(html, None)).unwrap_or_default();
    listed::marked(&content.subject).map_or_else(Texts::Never, |subject| {
        let (subject, text, html) = (subject_header(&subject), owned(text), owned(html));
        Texts::Footed(Box::new(Footed { subject, frame, text, html, places, company }))
    })
}

fn subject_header(subject: &str) -> Vec<u8> {
    let mut header = Vec::new();
    write_text(&mut header, "Subject", &unread(subject));
    header
}

/// `To` and `Cc` with everybody they were addressed to, also those this attempt does not go to, but not those who were erased. Mail to `Bcc` recipients
/// alone gets an empty group (RFC 5322 section 3.6.3), since some receivers hold mail without any recipient header for spam.
fn write_recipients(head: &mut Vec<u8>, copy: &Copy) {
    if let [only] = copy.addressees.as_slice()
        && only.role == Role::To
    {
        return write_mailboxes(head, "To", [&only.mailbox]);
    }
    let those = |role: Role| copy.named().filter(move |a| a.role == role).map(|a| &a.mailbox);
    write_shown(head, those(Role::To), those(Role::Cc));
}

fn write_shown<'a>(head: &mut Vec<u8>, to: impl IntoIterator<Item = &'a Mailbox>, cc: impl IntoIterator<Item = &'a Mailbox>) {
    let (mut to, mut cc) = (to.into_iter().peekable(), cc.into_iter().peekable());
    if to.peek().is_none() && cc.peek().is_none() {
        return head.extend_from_slice(b"To: undisclosed-recipients:;\r\n");
    }
    if to.peek().is_some() {
        write_mailboxes(head, "To", to);
    }
    if cc.peek().is_some() {
        write_mailboxes(head, "Cc", cc);
    }
}

fn write_mailboxes<'a>(out: &mut Vec<u8>, name: &str, mailboxes: impl IntoIterator<Item = &'a Mailbox>) {
    let list = mailboxes.into_iter().map(address).collect::<Vec<_>>();
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    match list.as_slice() {
        [only] => only.write_header(out, name.len() + 2),
        _ => Address::new_list(list).write_header(out, name.len() + 2),
    }
}

fn address(mailbox: &Mailbox) -> Address<'_> {
    let name = mailbox.name.as_deref().filter(|name| !trimmed(name).is_empty()).map(unread);
    // Of one that was never checked nothing is written that is not ASCII: whoever reads it might take it for a line break.
    let email = match mailbox.email.bytes().all(|b| matches!(b, b' '..=b'~')) {
        true => Cow::Borrowed(mailbox.email.as_str()),
        false => Cow::Owned(mailbox.email.chars().filter(|c| matches!(c, ' '..='~')).collect()),
    };
    Address::new_address(name, email)
}

/// Writes unstructured text. The builder would write ASCII of more than 77 bytes as encoded words, which spoils headers that
/// machines read (`List-Unsubscribe`) and makes a plain English subject look like spam; folding is enough for those.
fn write_text(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend(name.bytes().filter(|b| b.is_ascii_graphic() && *b != b':').take(MAX_NAME));
    out.extend_from_slice(b": ");
    let printable = value.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~'));
    if printable && !value.ends_with(' ') && foldable(name, value) {
        Raw::new(value).write_header(out, name.len() + 2);
    } else {
        Text::new(value).write_header(out, name.len() + 2);
    }
}

/// Text as it has to be given to the builder so that no reader takes a part of it for an encoded word. It leaves ASCII with
/// `=?` in it as it is, and lenient readers decode what follows, quoted or not; a space at the end makes it encode the whole.
fn unread(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    if text.is_ascii() && text.contains("=?") { Cow::Owned(format!("{text} ")) } else { Cow::Borrowed(text) }
}

/// The domain of the sender, for the right part of `Message-ID`.
fn host(email: &str) -> impl Iterator<Item = u8> {
    let domain = email.rsplit_once('@').map_or(email, |(_, domain)| domain);
    domain.bytes().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests;
