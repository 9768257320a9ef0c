//! Mails as they are composed: held to files that show every byte, and read by three readers that are not ours.

mod fuzz;
mod golden;
mod injection;
mod readers;
mod round;
mod through;

#[path = "../../fuzz/checks/sound.rs"]
pub mod sound;

use std::sync::Arc;

use bytes::Bytes;
use jebi_domain::{
    content::{Attachment, Content, FileId},
    id::{DeliveryId, MessageId},
    link::Links,
    message::{Addressee, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    mime::{EncodedFile, Encoding, Files, Prepared},
    port::Outgoing,
    time::Wall,
};
use sha2::{Digest, Sha256};

pub fn mailbox(email: &str, name: &str) -> Mailbox {
    Mailbox { email: email.to_owned(), name: (!name.is_empty()).then(|| name.to_owned()) }
}

/// A text alone; tests put the rest in.
pub fn content() -> Content {
    Content {
        from: mailbox("news@jebi.example", "제비 소식"),
        reply_to: vec![],
        subject: "가을이 왔어요".to_owned(),
        text: Some("안녕하세요, 홍길동 님.\n\n제비가 강남에서 돌아왔습니다.\n".to_owned()),
        html: None,
        headers: vec![],
        tags: vec![],
        fill: None,
        attachments: vec![],
        calendar: None,
        list: None,
        shown: None,
        track: None,
    }
}

pub fn message(content: Content) -> Message {
    Message {
        id: MessageId(*b"0123456789abcdef"),
        topic: String::new(),
        lane: Lane::Transactional,
        provider: "local".to_owned(),
        route: "only one".to_owned(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(1_762_131_845_678),
        due: Wall(1_762_131_845_678),
        scheduled: false,
        expires_at: None,
        variables: None,
    }
}

/// A file to attach, and its bytes.
#[derive(Debug)]
pub struct File {
    pub attachment: Attachment,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn new(name: &str, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let (file, size) = (FileId(Sha256::digest(&bytes).into()), bytes.len() as u64);
        let (name, content_type) = (name.to_owned(), content_type.to_owned());
        Self { attachment: Attachment { file, size, name, content_type, content_id: None }, bytes }
    }

    /// Within the HTML.
    pub fn inline(mut self, id: &str) -> Self {
        self.attachment.content_id = Some(id.to_owned());
        self
    }
}

/// What is in memory of these files.
pub fn encoded(files: &[File]) -> Files {
    let one = |file: &File| {
        let mut encoding = Encoding::new(file.attachment.file, file.attachment.size);
        encoding.push(&file.bytes).expect("its bytes");
        (file.attachment.file, Arc::new(EncodedFile::new(Bytes::from(encoding.finish().expect("its bytes")))))
    };
    files.iter().map(one).collect()
}

pub fn to(mailbox: Mailbox) -> Copy {
    Copy { ordinal: 7, addressees: vec![Addressee { role: Role::To, mailbox, open: true, unsettled: false }], personal: None }
}

/// One copy.
pub fn composed(mut content: Content, files: &[File]) -> Outgoing {
    content.attachments = files.iter().map(|file| file.attachment.clone()).collect();
    let message = message(content);
    let delivery = DeliveryId { message: message.id, ordinal: 7 };
    Prepared::new(&message).copy(&to(mailbox("hong@naver.com", "홍길동")), delivery, 1, &encoded(files), &Links::default()).expect("a mail")
}

pub fn whole(mail: &Outgoing) -> Vec<u8> {
    [mail.head.clone(), mail.body.concat()].concat()
}
