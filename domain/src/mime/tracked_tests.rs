use mail_parser::MessageParser;
use proptest::prelude::*;

use super::*;
use crate::{
    content::{Attachment, FileId, Fill, List, list::Unsubscribe},
    id::MessageId,
    link::LinkKey,
    message::{Addressee, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    mime::{EncodedFile, Files, Prepared, encoded_len},
    port::Outgoing,
    profile::Company,
};

const BASE: &str = "https://mail.example.kr";
const HTML: &str =
    "<html><body><h1>봄 소식</h1><a href=\"https://shop.kr/?a=1&amp;b=2\">보기</a> <a href=\"mailto:a@shop.kr\">문의</a></body></html>";

fn mailbox(email: &str) -> Mailbox {
    Mailbox { email: email.into(), name: Some("홍길동".into()) }
}

fn message(html: &str, track: Option<(bool, bool)>) -> Message {
    let content = Content {
        from: mailbox("news@example.kr"),
        reply_to: Vec::new(),
        subject: "봄 소식".into(),
        text: None,
        html: Some(html.into()),
        headers: Vec::new(),
        tags: Vec::new(),
        fill: None,
        attachments: Vec::new(),
        calendar: None,
        list: None,
        shown: None,
        track: track.map(|(opens, clicks)| Box::new(Track { base: BASE.into(), opens, clicks, local: false })),
    };
    Message {
        id: MessageId([7; 16]),
        topic: "spring".into(),
        lane: Lane::Bulk,
        provider: "ses".into(),
        route: String::new(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(5),
        due: Wall(5),
        scheduled: false,
        expires_at: None,
        variables: None,
    }
}

fn links() -> Links {
    Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))])
}

fn to(ordinal: u32, personal: Option<&str>) -> (Copy, DeliveryId) {
    let addressees = vec![Addressee { role: Role::To, mailbox: mailbox("kim@example.kr"), open: true, unsettled: false }];
    let copy = Copy { ordinal, addressees, personal: personal.map(Into::into) };
    (copy, DeliveryId { message: MessageId([7; 16]), ordinal })
}

fn made(prepared: &Prepared, ordinal: u32, personal: Option<&str>, links: &Links) -> Outgoing {
    let (copy, delivery) = to(ordinal, personal);
    prepared.copy(&copy, delivery, 1, &Files::default(), links).unwrap()
}

fn html_of(mail: &Outgoing) -> String {
    let bytes = [mail.head.clone(), mail.body.concat()].concat();
    MessageParser::new().parse(&bytes).unwrap().body_html(0).unwrap().into_owned()
}

fn mark(ordinal: u32) -> Mark {
    links().mark(to(ordinal, None).1, Wall(5)).unwrap()
}

fn expected(html: &str, ordinal: u32, (opens, clicks): (bool, bool)) -> String {
    let places = if clicks { places(html, &Exempt::new(&[], BASE)) } else { Vec::new() };
    let html = with_links(html, &places, BASE, &mark(ordinal));
    if opens { with_picture(html, BASE, &mark(ordinal)) } else { html }
}

#[test]
fn each_copy_has_its_own_picture_and_links_and_the_same_each_time() {
    let prepared = Prepared::new(&message(HTML, Some((true, true))));
    for ordinal in [0, 1, 70_000] {
        let mail = made(&prepared, ordinal, None, &links());
        assert_eq!(html_of(&mail).trim_end(), expected(HTML, ordinal, (true, true)));
        let again = made(&Prepared::new(&message(HTML, Some((true, true)))), ordinal, None, &links());
        assert_eq!(again.body.concat(), mail.body.concat(), "a resend");
    }
    let text = |mail: &Outgoing| MessageParser::new().parse(&mail.body.concat()[..]).unwrap().body_text(0).unwrap().into_owned();
    let plain = Prepared::new(&message(HTML, None));
    let (followed, plain) = (made(&prepared, 0, None, &links()), made(&plain, 0, None, &links()));
    assert!(!text(&plain).is_empty() && text(&followed) == text(&plain), "texts are untouched");
}

#[test]
fn without_a_key_or_anything_to_follow_the_mail_is_as_it_was() {
    let plain = made(&Prepared::new(&message(HTML, None)), 0, None, &links()).body.concat();
    assert_eq!(made(&Prepared::new(&message(HTML, Some((true, true)))), 0, None, &Links::default()).body.concat(), plain);
    assert_eq!(made(&Prepared::new(&message(HTML, Some((false, false)))), 0, None, &links()).body.concat(), plain);
    let blank = made(&Prepared::new(&message("  ", Some((true, true)))), 0, None, &links()).body.concat();
    assert_eq!(blank, made(&Prepared::new(&message("  ", None)), 0, None, &links()).body.concat(), "no picture alone");
}

#[test]
fn mail_that_is_filled_in_has_each_recipients_own_links_and_they_are_found_again() {
    let html = "<p>{{ name }}님 <a href=\"https://shop.kr/c?k={{ code }}&amp;u={{ unsubscribe_url | length }}\">쿠폰</a> \
                <a href=\"{{ unsubscribe_url }}\">거부</a></p>";
    let mut message = message(html, Some((true, true)));
    message.content.fill = Some(Box::default());
    message.content.list = Some(Box::new(List { unsubscribe: Some(Unsubscribe::Own(BASE.into())), ..List::default() }));
    let prepared = Prepared::new(&message);
    for (ordinal, code) in [(0, "갑"), (1, "을")] {
        let personal = format!("{{\"variables\":{{\"code\":\"{code}\"}}}}");
        let made = html_of(&made(&prepared, ordinal, Some(&personal), &links()));
        assert_eq!(made.matches(&format!("{BASE}/c/{}", mark(ordinal).as_str())).count(), 1, "{made}");
        assert_eq!(made.matches(&format!("href=\"{BASE}/u/")).count(), 1, "the way to refuse stays: {made}");
        let token = made.split("/c/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let (delivery, link) = links().read_mark(token).unwrap();
        let (copy, own) = to(ordinal, Some(&personal));
        assert_eq!(delivery, own);
        let target = prepared.target(&copy, own, &links(), link.unwrap()).unwrap();
        assert!(target.starts_with(&format!("https://shop.kr/c?k={code}&u=")), "{target}");
    }
    let (copy, own) = to(0, None);
    assert_eq!(prepared.target(&copy, own, &links(), LinkHash::of("https://evil.example/")), None);
    message.content.fill = Some(Box::new(Fill { language: "ko".into(), ..Fill::default() }));
    assert_eq!(made(&Prepared::new(&message), 0, Some("{\"variables\":{\"code\":1}}"), &links()).to.len(), 1);
}

#[test]
fn advertising_has_its_footer_before_the_picture_and_links_that_refuse_stay() {
    let mut message = message(HTML, Some((true, true)));
    message.content.list = Some(Box::new(List {
        unsubscribe: Some(Unsubscribe::Own(BASE.into())),
        advertising: Some(Company { name: Some("제비상점".into()), ..Company::default() }),
        ..List::default()
    }));
    message.content.subject = "(광고) 봄 소식".into();
    let prepared = Prepared::new(&message);
    let html = html_of(&made(&prepared, 0, None, &links()));
    let picture = html.find("<img src=\"https://mail.example.kr/v1/events/open").unwrap();
    assert!(html.find("제비상점").unwrap() < picture && html[picture..].trim_end().ends_with("</body></html>"), "{html}");
    assert_eq!((html.matches("/c/").count(), html.matches(&format!("href=\"{BASE}/u/")).count()), (1, 2), "{html}");
    let (copy, own) = to(0, None);
    let target = prepared.target(&copy, own, &links(), LinkHash::of("https://shop.kr/?a=1&b=2"));
    assert_eq!(target.as_deref(), Some("https://shop.kr/?a=1&b=2"));
}

#[test]
fn the_callers_own_way_to_refuse_is_never_followed() {
    let html = "<a href=\"https://shop.kr/bye\">a</a><a href=\"https://shop.kr/hi\">b</a>";
    let by_header = |mut message: Message| {
        message.content.headers = vec![("List-Unsubscribe".into(), "<https://shop.kr/bye>".into())];
        message
    };
    let by_page = |mut message: Message| {
        message.content.list = Some(Box::new(List { unsubscribe: Some(Unsubscribe::At("https://shop.kr/bye".into())), ..List::default() }));
        message
    };
    for message in [by_header(message(html, Some((false, true)))), by_page(message(html, Some((false, true))))] {
        let html = html_of(&made(&Prepared::new(&message), 0, None, &links()));
        assert!(html.contains("href=\"https://shop.kr/bye\"") && !html.contains("https://shop.kr/hi"), "{html}");
    }
}

#[test]
fn mail_kept_here_leads_to_the_world_once_there_is_an_address() {
    let mut message = message(HTML, Some((true, true)));
    message.content.track = Some(Box::new(Track { base: "http://127.0.0.1:3000".into(), opens: true, clicks: true, local: true }));
    let prepared = Prepared::new(&message);
    let reached = links().reached_by(Some(BASE.into()));
    for _ in 0..2 {
        assert!(html_of(&made(&prepared, 0, None, &links())).contains("http://127.0.0.1:3000/c/"));
        let html = html_of(&made(&prepared, 0, None, &reached));
        assert!(html.contains(&format!("{BASE}/c/")) && !html.contains("127.0.0.1"), "{html}");
    }
}

#[test]
fn files_stay_shared_and_sizes_are_told_before() {
    let id = FileId([1; 32]);
    let mut message = message(HTML, Some((true, true)));
    let file = |content_id: Option<&str>| Attachment {
        file: id,
        size: 3_000,
        name: "봄.png".into(),
        content_type: "image/png".into(),
        content_id: content_id.map(str::to_owned),
    };
    message.content.attachments = vec![file(Some("a@b")), file(None)];
    let lines = "QUJD".repeat(usize::try_from(encoded_len(3_000)).unwrap() / 4);
    let files: Files = [(id, std::sync::Arc::new(EncodedFile::new(format!("{lines}\r\n").into())))].into_iter().collect();
    let prepared = Prepared::new(&message);
    let (copy, delivery) = to(4, None);
    let mail = prepared.copy(&copy, delivery, 1, &files, &links()).unwrap();
    assert_eq!(html_of(&mail).trim_end(), expected(HTML, 4, (true, true)));
    let file = lines.len() as u64 + 2;
    assert_eq!(mail.body.len() as u64, prepared.body_len() + 2 * file - 2 * encoded_len(3_000));
}

/// HTML of every kind: sevenbit, long lines, Korean, line breaks of all sorts.
fn html() -> impl Strategy<Value = String> {
    let link = "<a href=\"https://shop.kr/?a=1&amp;b=2\">";
    let piece = prop_oneof![
        3 => Just(link.to_owned()),
        2 => "[ -~]{0,90}",
        2 => "[가-힣 ]{0,40}",
        1 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("x".repeat(1_300)),
        1 => Just("봄".repeat(500)),
        1 => Just("=\r\n".to_owned()),
        1 => Just("\u{1}".to_owned()),
    ];
    (prop::collection::vec(piece, 1..14), any::<bool>())
        .prop_map(|(all, body)| if body { format!("<p>{}</body>", all.concat()) } else { all.concat() })
}

proptest! {
    /// What is shared and marked is what would be encoded for each copy alone.
    #[test]
    fn a_shared_body_is_that_of_each_copy(html in html(), ordinal in 0_u32..1_000, opens: bool) {
        prop_assume!(!html.trim().is_empty());
        let message = message(&html, Some((opens, true)));
        let Some(following) = Following::of(&message.content, message.created_at) else { return Ok(()) };
        let followed = Followed::new(Frame::new(message.id, &message.content), None, html.clone(), &following);
        let links = links();
        let delivery = DeliveryId { message: message.id, ordinal };
        let own = following.own(delivery, &links).unwrap();
        let shared = followed.body(Some(&own)).with(&Files::default()).unwrap().concat();
        let alone = Frame::new(message.id, &message.content).body(None, Some(&expected(&html, ordinal, (opens, true))));
        prop_assert_eq!(shared, alone.with(&Files::default()).unwrap().concat());
        let is_shared = followed.marked.get().map(|(_, marked)| marked.is_some());
        prop_assert!(is_shared != Some(false), "it is encoded once: {}", html);
    }
}
