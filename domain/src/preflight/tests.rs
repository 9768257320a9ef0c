use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    content::{Fill, List},
    id::MessageId,
    message::{Copies, Mailbox, Message, OnUnknown},
    time::Wall,
};

fn mailbox(email: &str) -> Mailbox {
    Mailbox { email: email.to_owned(), name: None }
}

fn draft(lane: Lane, change: impl FnOnce(&mut Content)) -> Draft {
    let mut content = Content {
        from: mailbox("news@example.kr"),
        reply_to: vec![],
        subject: "제비 소식".to_owned(),
        text: Some("안녕하세요 https://example.kr/".to_owned()),
        html: None,
        headers: vec![],
        tags: vec![],
        fill: None,
        attachments: vec![],
        calendar: None,
        list: None,
        shown: None,
        track: None,
    };
    change(&mut content);
    let message = Message {
        id: MessageId([0; 16]),
        topic: String::new(),
        lane,
        provider: "local".to_owned(),
        route: String::new(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(0),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: None,
    };
    Draft { message: Arc::new(message), copies: Copies::Each(vec![mailbox("hong@naver.com")]), personal: vec![] }
}

fn codes(lane: Lane, change: impl FnOnce(&mut Content)) -> Vec<&'static str> {
    look(&draft(lane, change), "messages[0]").into_iter().map(|warning| warning.code).collect()
}

fn html(html: &str) -> Vec<&'static str> {
    codes(Lane::Transactional, |content| content.html = Some(html.to_owned()))
}

#[test]
fn a_good_mail_has_no_warnings() {
    assert_eq!(codes(Lane::Transactional, |_| {}), [""; 0]);
    let good = "<p>안녕하세요</p><a href=\"https://example.kr\">보기</a><img src=\"cid:logo\" alt=\"제비\"><img src=cid:x alt=''>";
    assert_eq!(html(good), [""; 0]);
}

#[test]
fn each_warning_has_a_mail_that_has_it() {
    assert_eq!(html("<a href=''>x</a><a href='/x'>x</a>"), ["link_empty", "link_relative"]);
    assert_eq!(html("<a href='java&#115;cript:alert(1)'>x</a>"), ["link_script"]);
    assert_eq!(html("<area href=http://localhost/><img alt=x src='http://10.0.0.1/a.png'>"), ["link_local"]);
    assert_eq!(html("<A HREF='http://'>x</A>"), ["link_broken"]);
    assert_eq!(html("<a href='https://bit.ly/x'>x</a>"), ["link_shortened"]);
    assert_eq!(html("<img src=cid:a>"), ["image_without_alt"]);
    assert_eq!(html(&"가".repeat(CLIPPED / 3 + 1)), ["html_clipped"]);
    let alone = |content: &mut Content| (content.html, content.text) = (Some("<p>x</p>".to_owned()), None);
    assert_eq!(codes(Lane::Transactional, alone), ["text_made_from_html"]);
    let text = |text: &'static str| codes(Lane::Transactional, move |content| content.text = Some(text.to_owned()));
    assert_eq!(text("https://bit.ly/x http://localhost"), ["link_local", "link_shortened"]);
}

#[test]
fn what_is_no_link_is_not_judged() {
    assert_eq!(html("<!-- <a href=''> --><style>a[href=''] {}</style><script>'<a href=\"\">'</script><title><a href=''></title>"), [""; 0]);
    assert_eq!(html("<a name=top>x</a><link href='/style.css'>"), [""; 0]);
}

#[test]
fn bulk_mail_wants_a_way_out() {
    assert_eq!(codes(Lane::Bulk, |_| {}), ["no_unsubscribe"]);
    let leave = |content: &mut Content| content.headers.push(("list-unsubscribe".to_owned(), "<https://example.kr/u>".to_owned()));
    assert_eq!(codes(Lane::Bulk, leave), [""; 0]);
    let own = List { mailto: Some("leave@example.kr".to_owned()), ..List::default() };
    assert_eq!(codes(Lane::Bulk, |content| content.list = Some(Box::new(own))), [""; 0]);
}

#[test]
fn a_field_in_a_link_is_not_judged_and_braces_without_a_template_are() {
    let field = |fill: Option<Box<Fill>>| {
        codes(Lane::Transactional, |content| {
            content.html = Some("<a href='{{ link }}'>x</a>".to_owned());
            content.fill = fill;
        })
    };
    assert_eq!(field(Some(Box::default())), [""; 0]);
    assert_eq!(field(None), ["link_relative"]);
}

#[test]
fn a_mail_near_its_limit_is_told_and_one_below_is_not() {
    let draft = draft(Lane::Transactional, |content| content.text = Some("x".repeat(100_000)));
    assert_eq!(near_limit(&draft, 200_000, "messages[0]"), None);
    let told = near_limit(&draft, 110_000, "messages[0]").unwrap();
    assert_eq!(told.code, "size_near_limit");
}

#[test]
fn many_alike_are_one_warning_that_names_the_first() {
    let draft =
        draft(Lane::Transactional, |content| content.html = Some("<a href=/first>x</a>".to_owned() + &"<a href=/x>x</a>".repeat(5_000)));
    let told = look(&draft, "messages[3]");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].field, "messages[3].html");
    assert_eq!(told[0].warning, "links without a host, which lead nowhere in a mail: 2000, the first /first");
}

proptest! {
    #[test]
    fn any_html_is_looked_at_without_a_fault(html in "[<>a-z/=\"' !\\-&;{}가\\\\]{0,80}") {
        let draft = draft(Lane::Bulk, |content| content.html = Some(html));
        prop_assert!(look(&draft, "messages[0]").len() < 12);
    }
}
