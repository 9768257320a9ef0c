//! What making a mail costs, beside the bare library:
//!   compose [--n N] [--html BYTES]
//! One JSON line, in microseconds a mail: `library` builds the whole mail with mail-builder; `first` makes what all copies share and one
//! copy of it; `next` makes each further copy of the same message; `personal_library` fills in a template of the same size with minijinja and
//! gives it to mail-builder, `personal` is each further copy of a message with the same template. `opens`, `clicks` and `personal_clicks` are `next` and
//! `personal` with a picture, and with a picture and 20 links. `preflight_*` looks at a message as it is
//! accepted: without HTML, with 1 KiB of it, with what `--html` says, and with 10,000 recipients (of which the figure is for one). What signing
//! costs is in `signing`.

mod signing;

use std::{hint::black_box, sync::Arc, time::Instant};

use jebi_domain::{
    content::Content,
    id::{DeliveryId, MessageId},
    link::{LinkKey, Links},
    message::{Addressee, Copies, Copy, Draft, Lane, Mailbox, Message, OnUnknown, Role},
    mime::{Files, Prepared},
    preflight,
    time::Wall,
    track::Track,
};
use mail_builder::MessageBuilder;

const TEXT: &str = "안녕하세요, 홍길동 님. 제비가 강남에서 돌아왔습니다.\r\n";

fn number(name: &str, usual: usize) -> usize {
    let mut args = std::env::args().skip_while(|arg| arg != name).skip(1);
    args.next().map_or(usual, |n| n.parse().expect("a number"))
}

fn mailbox(email: &str, name: &str) -> Mailbox {
    Mailbox { email: email.to_owned(), name: Some(name.to_owned()) }
}

/// Microseconds each, the best of five rounds.
fn timed(n: usize, mut make: impl FnMut(u32) -> usize) -> f64 {
    let round = |make: &mut dyn FnMut(u32) -> usize| {
        let start = Instant::now();
        for i in 0..n {
            black_box(make(i as u32));
        }
        start.elapsed().as_secs_f64() * 1e6 / n as f64
    };
    (0..5).map(|_| round(&mut make)).fold(f64::INFINITY, f64::min)
}

fn main() {
    let (n, bytes) = (number("--n", 20_000), number("--html", 18_000));
    let text = TEXT.repeat(2_000 / TEXT.len());
    let html = format!("<html><body>{}</body></html>", format!("<p>{TEXT}</p>").repeat(bytes / (TEXT.len() + 7)));
    let content = Content {
        from: mailbox("news@jebi.example", "제비 소식"),
        reply_to: vec![],
        subject: "가을이 왔어요".to_owned(),
        text: Some(text.clone()),
        html: Some(html.clone()),
        headers: vec![],
        tags: vec![],
        fill: None,
        attachments: vec![],
        calendar: None,
        list: None,
        shown: None,
        track: None,
    };
    let message = Message {
        id: MessageId(*b"0123456789abcdef"),
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
    let to = Addressee { role: Role::To, mailbox: mailbox("hong@naver.com", "홍길동"), open: true, unsettled: false };
    let (copy, none) = (Copy { ordinal: 7, addressees: vec![to], personal: None }, Files::default());
    let id = |ordinal| DeliveryId { message: message.id, ordinal };
    let made = |prepared: &Prepared, i| {
        let mail = prepared.copy(&copy, id(i), 1, &none, &Default::default()).expect("a mail");
        mail.head.len() + mail.body.len()
    };
    let library = timed(n, |i| {
        let mail = MessageBuilder::new()
            .from(("제비 소식", "news@jebi.example"))
            .to(("홍길동", "hong@naver.com"))
            .subject("가을이 왔어요")
            .date(1_762_131_845i64)
            .message_id(format!("{i}@jebi.example"))
            .text_body(text.as_str())
            .html_body(html.as_str());
        mail.write_to_vec().expect("a mail").len()
    });
    let first = timed(n, |i| made(&Prepared::new(&message), i));
    let prepared = Prepared::new(&message);
    let next = timed(n, |i| made(&prepared, i));
    let size = made(&prepared, 0);
    let looked = |html: Option<String>, recipients: usize| {
        let content = Content { html, text: Some(TEXT.repeat(12)), ..message.content.clone() };
        let copies = Copies::Each((0..recipients).map(|i| mailbox(&format!("hong{i}@naver.com"), "홍길동")).collect());
        let draft = Draft { message: Arc::new(Message { content, ..message.clone() }), copies, personal: vec![] };
        let rounds = if recipients > 1 { n / 100 } else { n };
        timed(rounds.max(1), |_| preflight::look(&draft, "messages[0]").len()) / recipients as f64
    };
    let links = "<p><a href=\"https://jebi.example/\">제비</a><img src=\"https://jebi.example/a.png\" alt=\"제비\"></p>";
    let small = format!("{links}{}", "<p>안녕하세요</p>".repeat(42));
    let text_us = looked(None, 1);
    let (small_us, large_us, each_us) =
        (looked(Some(small.clone()), 1), looked(Some(html.clone()), 1), looked(Some(small.clone()), 10_000));
    let (small, large) = (small.len(), html.len());

    let track = |opens, clicks| Some(Box::new(Track { base: "https://mail.jebi.example".to_owned(), opens, clicks, local: false }));
    let keys = Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))]);
    let linked = html.replacen("<p>", "<p><a href=\"https://shop.jebi.example/?a=1&amp;b=2\">제비</a>", 20);
    let followed = |html: &str, clicks, fill: Option<&Message>, copy: &Copy| {
        let base = fill.unwrap_or(&message);
        let content = Content { html: Some(html.to_owned()), track: track(true, clicks), ..base.content.clone() };
        let prepared = Prepared::new(&Message { content, ..base.clone() });
        timed(n, |i| {
            let mail = prepared.copy(copy, id(i), 1, &none, &keys).expect("a mail");
            mail.head.len() + mail.body.len()
        })
    };
    let (opens, clicks) = (followed(&html, false, None, &copy), followed(&linked, true, None, &copy));

    let signed = prepared.copy(&copy, id(0), 1, &none, &Default::default()).expect("a mail");
    let fields = "{{ name }} 님, {{ shop }} 쿠폰 {{ coupon }}{% if points > 10 %}, {{ points }}점{% endif %}";
    let (own_text, own_html) = (format!("{fields}\r\n{text}"), html.replacen("<p>", &format!("<p>{fields}</p><p>"), 1));
    let fill = r#"{"syntax":"jinja","missing":"error"}"#;
    let plain = &message;
    let mut message = plain.clone();
    message.content.fill = Some(serde_json::from_str(fill).expect("a fill"));
    message.content.subject = "{{ name }} 님, 가을이 왔어요".to_owned();
    (message.content.text, message.content.html) = (Some(own_text.clone()), Some(own_html.clone()));
    message.variables = Some(r#"{"shop":"제비"}"#.into());
    let own = r#"{"variables":{"name":"홍길동","coupon":"K-1234-5678","points":1200}}"#;
    let copy = Copy { personal: Some(own.into()), ..copy.clone() };
    let own_linked = own_html.replacen("<p>", "<p><a href=\"https://shop.jebi.example/?a={{ points }}&amp;b=2\">제비</a>", 20);
    let personal_clicks = followed(&own_linked, true, Some(&message), &copy);
    let prepared = Prepared::new(&message);
    let personal = timed(n, |i| {
        let mail = prepared.copy(&copy, id(i), 1, &none, &Default::default()).expect("a mail");
        mail.head.len() + mail.body.len()
    });
    let mut engine = minijinja::Environment::new();
    engine.add_template("mail.txt", &own_text).expect("a template");
    engine.add_template("mail.html", &own_html).expect("a template");
    let values = minijinja::context! { shop => "제비", name => "홍길동", coupon => "K-1234-5678", points => 1200 };
    let personal_library = timed(n, |i| {
        let render = |name| engine.get_template(name).expect("a template").render(&values).expect("a text");
        let mail = MessageBuilder::new()
            .from(("제비 소식", "news@jebi.example"))
            .to(("홍길동", "hong@naver.com"))
            .subject("홍길동 님, 가을이 왔어요")
            .date(1_762_131_845i64)
            .message_id(format!("{i}@jebi.example"))
            .text_body(render("mail.txt"))
            .html_body(render("mail.html"));
        mail.write_to_vec().expect("a mail").len()
    });
    let signing = signing::figures(&signed, n / 100 + 1);
    println!(
        "{{\"bytes\":{size},\"library_us\":{library:.2},\"first_us\":{first:.2},\"next_us\":{next:.2},\"personal_library_us\":{personal_library:.2},\
         \"personal_us\":{personal:.2},\"opens_us\":{opens:.2},\"clicks_us\":{clicks:.2},\"personal_clicks_us\":{personal_clicks:.2},\"preflight_text_us\":{text_us:.2},\"html_small_bytes\":{small},\"preflight_small_us\":{small_us:.2},\
         \"html_bytes\":{large},\"preflight_html_us\":{large_us:.2},\"preflight_each_us\":{each_us:.4},{signing}}}"
    );
}
