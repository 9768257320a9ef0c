//! Mail made of any bytes at all, in every place that reaches a header: whatever stands there, no header, part or line begins that is
//! not ours. Run by the fuzzer on bytes of its own, and by `cargo test` on the seeds and on random ones.

use bytes::Bytes;
use jebi_domain::{
    content::{
        Attachment, Calendar, Content, FileId,
        list::{List, Unsubscribe},
    },
    id::{DeliveryId, MessageId},
    message::{Addressee, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    mime::{EncodedFile, Encoding, Files, Prepared, header::check_text},
    outcome::Reason,
    port::Outgoing,
    profile::Company,
    time::Wall,
};
use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

use super::sound;

/// Between two fields.
const FIELD: char = '\u{1f}';
const FILE: &[u8] = b"PK\x03\x04 bytes of a file";
/// Stands in each text of advertising.
const FOOTER: &str = "이 메일은 광고입니다.";

/// Panics where a mail is not as it has to be.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let mut fields = text.split(FIELD).map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    // Addresses are never longer than 254 bytes; everything else is as long as it likes.
    let mailbox = |email: String, name: String| Mailbox { email: email.chars().take(200).collect(), name: Some(name) };
    let subject = next();
    let to = mailbox(format!("{}@example.kr", next()), next());
    let attachment = |name, content_type, content_id| Attachment {
        file: FileId(Sha256::digest(FILE).into()),
        size: FILE.len() as u64,
        name,
        content_type,
        content_id,
    };
    let content = Content {
        from: mailbox(format!("{}@jebi.example", next()), next()),
        reply_to: vec![mailbox(next(), next())],
        subject: subject.clone(),
        headers: vec![(format!("X-{}", next()), next()), ("References".to_owned(), next())],
        attachments: vec![attachment(next(), next(), None), attachment(next(), next(), Some(next()))],
        calendar: Some(Calendar { method: next(), ics: next() }),
        list: None,
        shown: None,
        track: None,
        text: Some(format!("text {}", next())),
        html: Some(format!("<p>{}</p>", next())),
        tags: vec![],
        fill: None,
    };
    let list = List {
        unsubscribe: Some(Unsubscribe::At(format!("https://example.kr/{}", next()))),
        mailto: Some(next()),
        id: Some(next()),
        feedback_id: Some(next()),
        profile: next(),
        advertising: None,
    };
    let company = Company {
        name: Some(next()),
        postal_address: Some(next()),
        phone: Some(next()),
        email: Some(next()),
        representative: Some(next()),
        business_number: Some(next()),
    };
    let advertising = List { advertising: Some(company), ..list.clone() };
    for list in [None, Some(list), Some(advertising)] {
        let content = Content { list: list.map(Box::new), ..content.clone() };
        let (is_list, is_advertising) = (content.list.is_some(), content.list.as_ref().is_some_and(|list| list.advertising.is_some()));
        let mail = match made(content, &to) {
            Ok(mail) => [mail.head.clone(), mail.body.concat()].concat(),
            // A mark in the subject that is not as the law wants it.
            Err(reason) => {
                assert!(is_advertising && reason.code.starts_with("advertising_mark"), "{reason:?}");
                continue;
            }
        };
        check_mail(&mail);
        let parsed = MessageParser::new().parse(&mail).expect("a mail");
        for name in ["List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID"] {
            let times = parsed.headers().iter().filter(|header| header.name().eq_ignore_ascii_case(name)).count();
            assert_eq!(times, usize::from(is_list), "{name}");
        }
        if is_advertising {
            let told = |part: &MessagePart<'_>| matches!(&part.body, PartType::Text(text) | PartType::Html(text) if text.contains(FOOTER));
            assert_eq!(parsed.parts.iter().filter(|part| told(part)).count(), 2, "{}", String::from_utf8_lossy(&mail));
        } else if check_text(&subject).is_ok() {
            let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(flat(parsed.subject().unwrap_or_default()), flat(&subject));
        }
    }
}

fn made(content: Content, to: &Mailbox) -> Result<Outgoing, Reason> {
    let file = content.attachments[0].file;
    let message = Message {
        id: MessageId([7; 16]),
        topic: String::new(),
        lane: Lane::Transactional,
        provider: String::new(),
        route: String::new(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(1_762_131_845_678),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: None,
    };
    let person = |role| Addressee { role, mailbox: to.clone(), open: true, unsettled: false };
    let copy = Copy { ordinal: 0, addressees: vec![person(Role::To), person(Role::Cc), person(Role::Bcc)], personal: None };
    let mut encoding = Encoding::new(file, FILE.len() as u64);
    encoding.push(FILE).expect("its bytes");
    let lines = Bytes::from(encoding.finish().expect("its bytes"));
    let files: Files = [(file, EncodedFile::new(lines).into())].into_iter().collect();
    Prepared::new(&message).copy(&copy, DeliveryId { message: message.id, ordinal: 0 }, 1, &files, &Default::default())
}

/// What holds of every mail of this content.
fn check_mail(whole: &[u8]) {
    sound::check(whole).unwrap_or_else(|fault| panic!("{fault}"));
    let parsed = MessageParser::new().parse(whole).expect("a mail");
    let kinds: Vec<_> = parsed.parts.iter().filter(|p| is_multipart(p)).filter_map(|p| p.content_type()?.subtype()).collect();
    assert_eq!(kinds, ["mixed", "alternative", "related"], "{}", String::from_utf8_lossy(whole));
    // Two texts, the invitation, the picture, the file, the invitation's file.
    assert_eq!(parsed.parts.iter().filter(|p| !is_multipart(p)).count(), 6, "{}", String::from_utf8_lossy(whole));
    let same = parsed.parts.iter().filter(|p| p.contents() == FILE).count();
    assert_eq!(same, 2, "both files are as they were");
}

fn is_multipart(part: &MessagePart<'_>) -> bool {
    matches!(part.body, PartType::Multipart(_))
}
