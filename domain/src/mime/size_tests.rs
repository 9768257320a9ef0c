use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::{
    content::{Attachment, Calendar, FileId},
    id::{DeliveryId, MessageId},
    message::{Addressee, Copy, Lane, OnUnknown},
    mime::{EncodedFile, Encoding, Files},
    time::Wall,
};

fn message(content: Content) -> Message {
    Message {
        id: MessageId(*b"0123456789abcdef"),
        topic: String::new(),
        lane: Lane::Transactional,
        provider: "ses".to_owned(),
        route: "only one".to_owned(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(1_762_131_845_678),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: None,
    }
}

fn mailbox(name: &str) -> Mailbox {
    Mailbox { email: "hong@example.kr".to_owned(), name: Some(name.to_owned()) }
}

fn encoded(bytes: &[u8]) -> (FileId, Arc<EncodedFile>) {
    let id = FileId(Sha256::digest(bytes).into());
    let mut encoding = Encoding::new(id, bytes.len() as u64);
    encoding.push(bytes).unwrap();
    (id, Arc::new(EncodedFile::new(Bytes::from(encoding.finish().unwrap()))))
}

proptest! {
    /// What is told is never less than what goes out, and not far from it when it had to be found out.
    #[test]
    fn no_mail_is_larger_than_was_told(
        names in prop::collection::vec("[가-힣a-z \"=?]{0,30}", 1..5),
        subject in "\\PC{1,120}",
        text in prop::option::of("(?s).{0,400}"),
        html in prop::option::of("(<p>|[가-힣 a-z.\n\t]){0,200}"),
        files in prop::collection::vec(("\\PC{1,80}", prop::collection::vec(any::<u8>(), 1..300)), 0..3),
        invited in any::<bool>(),
    ) {
        let made: Vec<_> = files.iter().map(|(_, bytes)| encoded(bytes)).collect();
        let attachments = files.iter().zip(&made).map(|((name, bytes), (file, _))| Attachment {
            file: *file,
            size: bytes.len() as u64,
            name: name.clone(),
            content_type: "application/pdf".to_owned(),
            content_id: None,
        });
        let ics = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n".to_owned();
        let content = Content {
            from: mailbox(&names[0]),
            reply_to: vec![mailbox(&names[0])],
            subject,
            text,
            html,
            headers: vec![("X-A".to_owned(), names[0].clone())],
            tags: vec![],
            fill: None,
            attachments: attachments.collect(),
            calendar: invited.then(|| Calendar { method: "REQUEST".to_owned(), ics }),
            list: None,
            shown: None,
            track: None,
        };
        let message = message(content);
        let all: Vec<_> = names.iter().map(|name| (Role::To, mailbox(name))).collect();
        let addressee = |(role, mailbox): &(Role, Mailbox)| Addressee { role: *role, mailbox: mailbox.clone(), open: true, unsettled: false };
        let copy = Copy { ordinal: 0, addressees: all.iter().map(addressee).collect(), personal: None };
        let delivery = DeliveryId { message: message.id, ordinal: 0 };
        let prepared = Prepared::new(&message);
        let mail = prepared.copy(&copy, delivery, 1, &made.into_iter().collect::<Files>(), &crate::link::Links::default()).unwrap();
        prop_assert_eq!(prepared.body_len(), mail.body.len() as u64);
        let real = (mail.head.len() + mail.body.len()) as u64;
        let copies = Copies::Joint(all);
        let (cheap, exact) = (at_most(&message, &copies, u64::MAX), at_most(&message, &copies, 0));
        prop_assert!(real <= exact && exact <= cheap, "{real} {exact} {cheap}");
        prop_assert!(exact - real < 3 * AROUND + 4 * mail.head.len() as u64, "{real} {exact}");
    }
}

fn bodies(text: Option<&str>, html: Option<&str>) -> Message {
    let own = |part: Option<&str>| part.map(str::to_owned);
    message(Content {
        from: mailbox("홍길동"),
        reply_to: vec![],
        subject: "s".to_owned(),
        text: own(text),
        html: own(html),
        headers: vec![],
        tags: vec![],
        fill: None,
        attachments: vec![],
        calendar: None,
        list: None,
        shown: None,
        track: None,
    })
}

#[test]
fn a_text_that_is_made_because_there_is_none_or_a_blank_one_counts() {
    let html = format!("<p>{}</p>", "견적서를 보내 드립니다. ".repeat(2000));
    let copies = Copies::Each(vec![mailbox("임꺽정")]);
    for text in [None, Some(""), Some(" "), Some("\r\n\t")] {
        let message = bodies(text, Some(&html));
        let (real, bound) = (Prepared::new(&message).body_len(), at_most(&message, &copies, u64::MAX));
        assert!(real > 2 * html.len() as u64 && real <= bound, "{text:?}: {real} {bound}");
    }
}

#[test]
fn a_mail_that_a_bound_would_refuse_is_made_to_know() {
    // Bare ASCII is sent as it is; as base64 it would be a third larger.
    let text = "The quick brown fox jumps over the lazy dog.\r\n".repeat(1000);
    let copies = Copies::Each(vec![mailbox("임꺽정")]);
    let message = bodies(Some(&text), None);
    let limit = text.len() as u64 + 4 * AROUND;
    assert!(at_most(&message, &copies, u64::MAX) > limit);
    assert!(at_most(&message, &copies, limit) <= limit);
}
