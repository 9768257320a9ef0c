use mail_parser::MessageParser;
use proptest::prelude::*;

use super::*;
use crate::{
    id::MessageId,
    message::{Addressee, Content, Copies, Lane, MAX_JOINT, OnUnknown},
    mime::header::{check_custom, check_text},
    time::Wall,
};

fn content() -> Content {
    Content {
        from: mailbox("news@jebi.example", Some("제비 소식")),
        reply_to: vec![],
        subject: "가을이 왔어요".to_owned(),
        text: Some("안녕하세요.\n".to_owned()),
        html: None,
        headers: vec![],
        tags: vec![],
        fill: None,
        attachments: vec![],
        list: None,
        calendar: None,
        shown: None,
        track: None,
    }
}

fn message(content: Content) -> Message {
    Message {
        id: MessageId(*b"0123456789abcdef"),
        topic: String::new(),
        lane: Lane::Bulk,
        provider: "ses".to_owned(),
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

fn mailbox(email: &str, name: Option<&str>) -> Mailbox {
    Mailbox { email: email.to_owned(), name: name.map(str::to_owned) }
}

fn to(email: &str, name: Option<&str>) -> Addressee {
    Addressee { role: Role::To, mailbox: mailbox(email, name), open: true, unsettled: false }
}

fn made_for(content: Content, addressees: Vec<Addressee>) -> Outgoing {
    let message = message(content);
    let delivery = DeliveryId { message: message.id, ordinal: 7 };
    Prepared::new(&message)
        .copy(&Copy { ordinal: 7, addressees, personal: None }, delivery, 2, &Files::default(), &Links::default())
        .unwrap()
}

fn made(content: Content) -> Outgoing {
    made_for(content, vec![to("hong@naver.com", Some("홍길동"))])
}

fn whole(mail: &Outgoing) -> String {
    let bytes = [mail.head.clone(), mail.body.concat()].concat();
    String::from_utf8(bytes).unwrap()
}

/// The hard rules every mail keeps whatever is in it.
fn assert_sound(mail: &Outgoing) -> Result<(), TestCaseError> {
    let text = whole(mail);
    prop_assert!(text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n')), "ASCII without control characters");
    prop_assert!(text.ends_with("\r\n") && mail.head.ends_with(b"\r\n") && mail.body.concat().starts_with(b"Content-Type: "));
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    prop_assert_eq!(head.len() + 2 > mail.head.len(), true, "no empty line within the head");
    for (at, line) in text.split("\r\n").enumerate() {
        prop_assert!(!line.contains(['\r', '\n']), "bare line break in line {at}");
        prop_assert!(line.len() <= 998, "line {at} has {}", line.len());
    }
    for line in head.split("\r\n") {
        prop_assert!(!line.trim().is_empty());
        for word in line.split(' ').filter(|w| w.starts_with("=?utf-8?")) {
            prop_assert!(word.trim_end_matches([',', ';']).len() <= 75, "{word}");
        }
    }
    let names: Vec<_> = head.split("\r\n").filter(|l| !l.starts_with([' ', '\t'])).filter_map(|l| l.split(':').next()).collect();
    for once in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "X-Jebi-Delivery-Id", "Content-Type"] {
        prop_assert_eq!(names.iter().filter(|n| n.eq_ignore_ascii_case(once)).count(), 1, "{} in {:?}", once, names);
    }
    prop_assert!(!names.iter().any(|n| n.eq_ignore_ascii_case("bcc")));
    Ok(())
}

#[test]
fn a_korean_mail_is_exactly_these_bytes() {
    let mail = made(Content {
        reply_to: vec![mailbox("help@jebi.example", None), mailbox("ceo@jebi.example", Some("김, 대표"))],
        html: Some("<p>안녕하세요.</p>".to_owned()),
        headers: vec![("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned())],
        tags: vec![("campaign".to_owned(), "autumn".to_owned())],
        ..content()
    });
    assert_eq!(
        whole(&mail),
        concat!(
            "From: =?utf-8?B?7KCc67mEIOyGjOyLnQ==?= <news@jebi.example>\r\n",
            "To: =?utf-8?B?7ZmN6ri464+Z?= <hong@naver.com>\r\n",
            "Reply-To: <help@jebi.example>, =?utf-8?B?6rmALCDrjIDtkZw=?=\r\n",
            " <ceo@jebi.example>\r\n",
            "Subject: =?utf-8?B?6rCA7J2E7J20IOyZlOyWtOyalA==?=\r\n",
            "Date: Mon, 3 Nov 2025 01:04:05 +0000\r\n",
            "Message-ID: <1g64s36d1n6rvkgeb1c9hp8sb6-7@jebi.example>\r\n",
            "MIME-Version: 1.0\r\n",
            "X-Jebi-Delivery-Id: 1g64s36d1n6rvkgeb1c9hp8sb6-7\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "Content-Type: multipart/alternative;\r\n",
            " boundary=\"=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6\"\r\n",
            "\r\n",
            "--=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6\r\n",
            "Content-Type: text/plain; charset=\"utf-8\"\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "\r\n",
            "7JWI64WV7ZWY7IS47JqULg0K\r\n",
            "\r\n",
            "--=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6\r\n",
            "Content-Type: text/html; charset=\"utf-8\"\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "\r\n",
            "PHA+7JWI64WV7ZWY7IS47JqULjwvcD4=\r\n",
            "\r\n",
            "--=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6--\r\n",
        )
    );
    assert_sound(&mail).unwrap();
    assert_eq!((mail.from.as_str(), mail.to, mail.attempt), ("news@jebi.example", vec!["hong@naver.com".to_owned()], 2));
    let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(mail.tags, [tag("campaign", "autumn"), tag("jebi-delivery", "1g64s36d1n6rvkgeb1c9hp8sb6-7")]);
}

#[test]
fn a_resend_has_the_same_bytes_and_other_copies_share_the_body() {
    let message = message(Content { html: Some("<p>가</p>".to_owned()), text: None, ..content() });
    let copy = Copy { ordinal: 3, addressees: vec![to("hong@naver.com", None)], personal: None };
    let id = |ordinal| DeliveryId { message: message.id, ordinal };
    let prepared = Prepared::new(&message);
    let none = Files::default();
    let (first, again) = (
        prepared.copy(&copy, id(3), 1, &none, &Links::default()).unwrap(),
        Prepared::new(&message).copy(&copy, id(3), 2, &none, &Links::default()).unwrap(),
    );
    assert_eq!((&first.head, first.body.concat()), (&again.head, again.body.concat()));
    let other = prepared.copy(&copy, id(4), 1, &none, &Links::default()).unwrap();
    assert_ne!(first.head, other.head);
    assert_eq!(first.body.concat().as_ptr(), other.body.concat().as_ptr());
}

/// Requirement S0-1: over 50 recipients the same MIME goes in several envelopes.
#[test]
fn the_envelopes_of_one_mail_differ_in_the_delivery_id_alone() {
    let person = |role, i: usize| (role, mailbox(&format!("p{i}@naver.com"), Some("홍길동").filter(|_| i.is_multiple_of(7))));
    let roles = |i| {
        if i < 50 {
            Role::To
        } else if i < 70 {
            Role::Cc
        } else {
            Role::Bcc
        }
    };
    let all: Vec<_> = (0..101).map(|i| person(roles(i), i)).collect();
    let (many, few) = (Copies::Joint(all.clone()), Copies::Joint(all[..50].to_vec()));
    assert_eq!((many.count(), few.count(), few.shown()), (3, 1, None));
    let message = message(Content { html: Some("<p>가</p>".to_owned()), shown: many.shown(), ..content() });
    let prepared = Prepared::new(&message);
    let mails = (0_u32..).zip(all.chunks(MAX_JOINT)).map(|(ordinal, people)| {
        let one = |(role, mailbox): &(Role, Mailbox)| Addressee { role: *role, mailbox: mailbox.clone(), open: true, unsettled: false };
        let copy = Copy { ordinal, addressees: people.iter().map(one).collect(), personal: None };
        let mail = prepared.copy(&copy, DeliveryId { message: message.id, ordinal }, 1, &Files::default(), &Links::default()).unwrap();
        assert_sound(&mail).unwrap();
        assert!(mail.to.iter().eq(people.iter().map(|(_, mailbox)| &mailbox.email)), "in its own envelope only");
        mail
    });
    let mails: Vec<_> = mails.collect();
    assert_eq!(mails.iter().map(|mail| mail.to.len()).collect::<Vec<_>>(), [50, 50, 1]);
    for (mail, ordinal) in mails.iter().zip(0..) {
        let whole = whole(mail);
        let own = format!("X-Jebi-Delivery-Id: 1g64s36d1n6rvkgeb1c9hp8sb6-{ordinal}\r\n");
        assert!(whole.contains(&own) && whole.contains("\r\nMessage-ID: <1g64s36d1n6rvkgeb1c9hp8sb6-0@jebi.example>\r\n"), "{whole}");
        assert_eq!(whole.replace(&own, ""), self::whole(&mails[0]).replace("X-Jebi-Delivery-Id: 1g64s36d1n6rvkgeb1c9hp8sb6-0\r\n", ""));
        let parsed = MessageParser::new().parse(whole.as_bytes()).unwrap();
        let shown = |list: Option<&mail_parser::Address<'_>>| {
            list.unwrap().iter().map(|one| one.address().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let wanted = |role| all.iter().filter(|(own, _)| *own == role).map(|(_, one)| one.email.clone()).collect::<Vec<_>>();
        assert_eq!((shown(parsed.to()), shown(parsed.cc())), (wanted(Role::To), wanted(Role::Cc)));
        assert!(wanted(Role::Bcc).iter().all(|email| !whole.contains(email.as_str())));
    }
}

#[test]
fn who_was_erased_is_named_nowhere() {
    let person = |role, email: &str| Addressee {
        role,
        mailbox: Mailbox { email: email.to_owned(), name: None },
        open: email.contains('@'),
        unsettled: false,
    };
    let mail = made_for(
        content(),
        vec![person(Role::To, "erased"), person(Role::To, "lee@naver.com"), person(Role::Cc, "erased"), person(Role::Cc, "kim@naver.com")],
    );
    assert_sound(&mail).unwrap();
    let whole = whole(&mail);
    assert!(whole.contains("\r\nTo: <lee@naver.com>\r\nCc: <kim@naver.com>\r\n") && !whole.contains("erased"), "{whole}");
    // Nobody is left that could be named.
    let whole = self::whole(&made_for(content(), vec![person(Role::To, "erased"), person(Role::Bcc, "kim@naver.com")]));
    assert!(whole.contains("To: undisclosed-recipients:;\r\n") && !whole.contains("erased"), "{whole}");
}

#[test]
fn missing_parts_are_made_or_left_out() {
    let parts = |text: Option<&str>, html: Option<&str>| {
        let owned = |t: Option<&str>| t.map(str::to_owned);
        let mail = made(Content { text: owned(text), html: owned(html), ..content() });
        assert_sound(&mail).unwrap();
        let whole = whole(&mail);
        let parsed = MessageParser::new().parse(whole.as_bytes()).unwrap();
        let kind = parsed.part(0).unwrap().headers[parsed.part(0).unwrap().headers.len() - 2..].iter();
        assert!(kind.count() == 2);
        (whole.contains("multipart/alternative"), parsed.body_text(0).unwrap_or_default().into_owned(), whole.contains("text/html"))
    };
    assert_eq!(parts(Some("글"), None), (false, "글".to_owned(), false));
    assert_eq!(parts(Some("글"), Some("<b>글</b>")), (true, "글".to_owned(), true));
    assert_eq!(parts(None, Some("<b>글</b>")), (true, "**글**\r\n".to_owned(), true));
    assert_eq!(parts(Some("  \n"), Some("<b>글</b>")), (true, "**글**\r\n".to_owned(), true));
    assert_eq!(parts(Some("글"), Some("")), (false, "글".to_owned(), false));
    assert_eq!(parts(None, Some("<img src='https://a.kr/a.png'>")), (false, String::new(), true));
    let (multipart, text, html) = parts(None, None);
    assert_eq!((multipart, text.trim(), html), (false, "", false));
}

#[test]
fn a_joint_copy_shows_to_and_cc_never_bcc_and_goes_to_the_open_ones() {
    let person = |role, email: &str, open| Addressee { role, mailbox: mailbox(email, None), open, unsettled: false };
    let all = vec![
        person(Role::Bcc, "secret@b.kr", true),
        person(Role::To, "one@b.kr", false),
        person(Role::Cc, "two@b.kr", true),
        person(Role::To, "three@b.kr", true),
    ];
    let mail = made_for(content(), all);
    assert_sound(&mail).unwrap();
    let text = whole(&mail);
    assert!(text.contains("\r\nTo: <one@b.kr>, <three@b.kr>\r\nCc: <two@b.kr>\r\n"), "{text}");
    assert!(!text.contains("secret"));
    assert_eq!(mail.to, ["secret@b.kr", "two@b.kr", "three@b.kr"]);

    let mail = made_for(content(), vec![person(Role::Bcc, "secret@b.kr", true)]);
    assert!(whole(&mail).contains("\r\nTo: undisclosed-recipients:;\r\n"));
    assert_eq!(mail.to, ["secret@b.kr"]);

    let mail = made_for(content(), vec![person(Role::Cc, "two@b.kr", true), person(Role::Bcc, "secret@b.kr", true)]);
    assert!(whole(&mail).contains("\r\nCc: <two@b.kr>\r\n") && !whole(&mail).contains("\r\nTo:"));
}

#[test]
fn long_lists_are_folded() {
    let all = (0..50).map(|i| to(&format!("someone-with-a-name{i}@example.co.kr"), Some("아무개 씨의 긴 이름")));
    let mail = made_for(content(), all.collect());
    assert_sound(&mail).unwrap();
    let text = whole(&mail);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.split("\r\n").all(|line| line.len() <= 78), "{head}");
    let parsed = MessageParser::new().parse(text.as_bytes()).unwrap();
    let list = parsed.to().unwrap().as_list().unwrap();
    assert_eq!(list.len(), 50);
    assert!(list.iter().all(|a| a.name.as_deref() == Some("아무개 씨의 긴 이름")));
}

#[test]
fn headers_machines_read_are_folded_not_encoded() {
    let link = format!("<https://example.com/u/{}>, <mailto:u@example.com?subject=unsubscribe>", "k".repeat(200));
    let subject = "An English subject that is rather longer than one line of a header may be, so it is folded";
    let mail = made(Content {
        subject: subject.to_owned(),
        headers: vec![("List-Unsubscribe".to_owned(), link.clone()), ("X-이름".to_owned(), "이름은 걸러져요".to_owned())],
        ..content()
    });
    assert_sound(&mail).unwrap();
    let text = whole(&mail);
    assert!(!text.contains("=?us-ascii?"), "{text}");
    let parsed = MessageParser::new().parse(text.as_bytes()).unwrap();
    assert_eq!(parsed.header_raw("List-Unsubscribe").map(|v| v.replace("\r\n", "").trim().to_owned()), Some(link));
    assert_eq!(parsed.subject(), Some(subject));
}

#[test]
fn bodies_of_every_kind_survive() {
    for body in [
        ".\r\n..\n.begins with dots\n.",
        "From here on\nFrom there",
        "--=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6--\nno end",
        "trailing space \nand tab\t\n",
        "mac\rdos\r\nunix\n",
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 풀어 쓴 한글",
        "👩‍👩‍👧‍👦 🇰🇷 ✉️",
        "nul\0 and escape\u{1b}[31m",
        "bell\u{7}만",
        "form\u{c}feed = 100%",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([format!("{}\nend", "a".repeat(100_000)), "가".repeat(100_000), format!("{}가", "ascii ".repeat(1000))])
    {
        for html in [false, true] {
            let (text, html) = if html { (Some("글".to_owned()), Some(body.clone())) } else { (Some(body.clone()), None) };
            let mail = made(Content { text, html: html.clone(), ..content() });
            assert_sound(&mail).unwrap();
            let whole = whole(&mail);
            let parsed = MessageParser::new().parse(whole.as_bytes()).unwrap();
            let back = if html.is_some() { parsed.body_html(0) } else { parsed.body_text(0) }.unwrap();
            let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
            assert_eq!(lines(&back).trim_end_matches('\n'), lines(&body).trim_end_matches('\n'));
        }
    }
}

#[test]
fn content_that_was_never_checked_cannot_break_out_either() {
    let evil = "x\r\nBcc: all@b.kr\r\n\r\nbody\n.\r\n\u{85}\u{2028}\0";
    let mail = made_for(
        Content {
            from: mailbox("a@b.kr>\r\nBcc: x@y.kr", Some(evil)),
            reply_to: vec![mailbox("c@d.kr\r\nBcc: x@y.kr", Some(evil))],
            subject: evil.to_owned(),
            headers: vec![(format!("X-A{evil}"), evil.to_owned()), ("X-B".to_owned(), "a\r\nBcc: b".to_owned())],
            ..content()
        },
        vec![to("e@f.kr\nBcc: x@y.kr", Some(evil)), to("g@h.kr", Some("a\r\nBcc: b"))],
    );
    assert_sound(&mail).unwrap();
}

/// Text that passes the check for subjects and names.
fn shown_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,200}",
        "[ -~]{0,300}",
        "[가-힣 a-z👍\u{1100}-\u{11ff},\"<>@=?_]{0,120}",
        "(=\\?|utf-8|\\?B|\\?=|[a-z ]){0,20}",
        "[a-z]{70,1100}",
        "(?s).{0,40}",
    ]
    .prop_filter("refused", |text| check_text(text).is_ok())
}

fn headers() -> impl Strategy<Value = (String, String)> {
    ("X-[A-Za-z0-9-]{1,40}", prop_oneof!["\\PC{1,200}", "[ -~\t]{1,1500}", "([!-~]{1,300} {1,3}){1,10}"])
        .prop_filter("refused", |(name, value)| check_custom(name, value).is_ok())
}

proptest! {
    #[test]
    fn every_checked_value_makes_a_sound_mail_and_reads_back(
        subject in shown_text(),
        from in shown_text(),
        name in shown_text(),
        header in headers(),
        text in "(?s).{0,300}",
    ) {
        let mail = made_for(
            Content {
                from: mailbox("news@jebi.example", Some(&from)),
                reply_to: vec![mailbox("help@jebi.example", Some(&name))],
                subject: subject.clone(),
                headers: vec![header.clone()],
                text: Some(text.clone()),
                ..content()
            },
            vec![to("a@b.kr", Some(&name)), to("c@d.kr", Some(&from))],
        );
        assert_sound(&mail)?;
        let whole = whole(&mail);
        let parsed = MessageParser::new().parse(whole.as_bytes()).unwrap();
        // Readers fold white space to their own taste; everything else comes back as it was.
        let flat = |text: &str| text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(flat(parsed.subject().unwrap_or_default()), flat(&subject));
        for (list, names) in [(parsed.from(), vec![&from]), (parsed.to(), vec![&name, &from]), (parsed.reply_to(), vec![&name])] {
            let list = list.unwrap().as_list().unwrap();
            let back: Vec<_> = list.iter().map(|a| flat(a.name.as_deref().unwrap_or_default())).collect();
            prop_assert_eq!(back, names.into_iter().map(|n| flat(n)).collect::<Vec<_>>());
        }
        if header.1.is_ascii() {
            let raw = parsed.header_raw(header.0.as_str()).unwrap().replace("\r\n", "");
            prop_assert_eq!(raw.trim(), trimmed(&header.1));
        }
        let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        let back = parsed.body_text(0).unwrap_or_default();
        prop_assert_eq!(lines(&back).trim_end().to_owned(), lines(&text).trim_end().to_owned());
    }
}

mod listed {
    use super::*;
    use crate::{
        content::{List, list::Unsubscribe},
        link::{LinkKey, Links},
        profile::Company,
    };

    fn links() -> Links {
        Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))])
    }

    fn list() -> List {
        List {
            unsubscribe: Some(Unsubscribe::Own("https://mail.jebi.example".into())),
            mailto: Some("unsubscribe@jebi.example".into()),
            id: Some("news.jebi.example".into()),
            feedback_id: Some("spring:shop:bulk:jebiexample".into()),
            profile: "shop".into(),
            advertising: None,
        }
    }

    fn advertising() -> List {
        let company = Company {
            name: Some("제비상점".into()),
            postal_address: Some("서울특별시 중구 세종대로 110".into()),
            phone: Some("02-120".into()),
            email: Some("help@jebi.example".into()),
            ..Company::default()
        };
        List { advertising: Some(company), ..list() }
    }

    fn with(list: List) -> Content {
        Content { list: Some(Box::new(list)), ..content() }
    }

    fn try_made(content: Content, email: &str, links: &Links) -> Result<Outgoing, Reason> {
        let message = message(content);
        let delivery = DeliveryId { message: message.id, ordinal: 7 };
        let copy = Copy { ordinal: 7, addressees: vec![to(email, None)], personal: None };
        Prepared::new(&message).copy(&copy, delivery, 1, &Files::default(), links)
    }

    fn header(mail: &Outgoing, name: &str) -> Option<String> {
        let head = String::from_utf8(mail.head.to_vec()).unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        let found: Vec<&str> = head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect();
        assert!(found.len() < 2, "{name} stands twice: {head}");
        found.first().map(|value| (*value).to_owned())
    }

    #[test]
    fn a_mail_of_a_list_says_how_to_refuse_it_by_one_click() {
        let mail = try_made(with(list()), "hong@naver.com", &links()).unwrap();
        assert_sound(&mail).unwrap();
        let unsubscribe = header(&mail, "List-Unsubscribe").unwrap();
        let (link, mailto) = unsubscribe.split_once(", ").unwrap();
        assert_eq!(mailto, "<mailto:unsubscribe@jebi.example?subject=unsubscribe>");
        let token = link.strip_prefix("<https://mail.jebi.example/u/").unwrap().strip_suffix('>').unwrap();
        let target = links().read(token).unwrap();
        assert_eq!((target.profile.as_str(), target.address.as_str()), ("shop", "hong@naver.com"));
        assert_eq!(header(&mail, "List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
        assert_eq!(header(&mail, "List-Id").as_deref(), Some("<news.jebi.example>"));
        assert_eq!(header(&mail, "Feedback-ID").as_deref(), Some("spring:shop:bulk:jebiexample"));
        let again = try_made(with(list()), "hong@naver.com", &links()).unwrap();
        assert_eq!(whole(&mail), whole(&again), "a resend has the same bytes");
        let other = try_made(with(list()), "kim@naver.com", &links()).unwrap();
        assert_ne!(header(&mail, "List-Unsubscribe"), header(&other, "List-Unsubscribe"));
    }

    #[test]
    fn a_page_of_the_callers_is_filled_in_and_without_one_nothing_is_written() {
        let page = List { unsubscribe: Some(Unsubscribe::At("https://shop.kr/u?e={email}&d={delivery}".into())), ..List::default() };
        let mail = try_made(with(page), "hong@naver.com", &Links::default()).unwrap();
        let link = header(&mail, "List-Unsubscribe").unwrap();
        assert!(link.starts_with("<https://shop.kr/u?e=hong%40naver.com&d=") && link.ends_with('>'), "{link}");
        let bare = try_made(with(List { id: Some("a.kr".into()), ..List::default() }), "hong@naver.com", &Links::default()).unwrap();
        assert_eq!((header(&bare, "List-Unsubscribe"), header(&bare, "List-Unsubscribe-Post")), (None, None));
        let by_mail = List { mailto: Some("u@jebi.example".into()), ..List::default() };
        let by_mail = try_made(with(by_mail), "hong@naver.com", &Links::default()).unwrap();
        assert_eq!(header(&by_mail, "List-Unsubscribe").as_deref(), Some("<mailto:u@jebi.example?subject=unsubscribe>"));
        assert_eq!(header(&by_mail, "List-Unsubscribe-Post"), None, "one click needs a web address");
    }

    #[test]
    fn without_a_key_the_copy_is_not_made() {
        let reason = try_made(with(list()), "hong@naver.com", &Links::default()).unwrap_err();
        assert_eq!((reason.code.as_str(), reason.transient), ("no_link_key", true));
    }

    #[test]
    fn no_recipient_breaks_out_of_a_link() {
        let page = List { unsubscribe: Some(Unsubscribe::At("https://shop.kr/u?e={email}".into())), ..List::default() };
        for evil in ["a>\r\nBcc: b@c.kr", "a>, <https://evil.example/", "a\0b", "\u{2028}"] {
            for list in [page.clone(), list(), advertising()] {
                let message = message(with(list));
                let delivery = DeliveryId { message: message.id, ordinal: 7 };
                let named = Addressee { role: Role::Bcc, ..to(evil, None) };
                let copy = Copy { ordinal: 7, addressees: vec![named], personal: None };
                let mail = Prepared::new(&message).copy(&copy, delivery, 1, &Files::default(), &links()).unwrap();
                let (_, value) = ("", header(&mail, "List-Unsubscribe").unwrap());
                assert_eq!(value.matches("<https://").count(), 1, "{value}");
                assert_sound(&mail).unwrap();
            }
        }
    }

    #[test]
    fn advertising_is_marked_and_footed_in_both_parts() {
        for (text, html) in [
            (Some("봄입니다.\n"), Some("<html><body><p>봄</p></body></html>")),
            (None, Some("<p>봄</p>")),
            (Some("봄입니다."), None),
            (None, None),
        ] {
            let owned = |part: Option<&str>| part.map(str::to_owned);
            let content = Content { text: owned(text), html: owned(html), ..with(advertising()) };
            let mail = try_made(content, "hong@naver.com", &links()).unwrap();
            assert_sound(&mail).unwrap();
            let bytes = whole(&mail);
            let parsed = MessageParser::default().parse(bytes.as_bytes()).unwrap();
            assert_eq!(parsed.subject(), Some("(광고) 가을이 왔어요"));
            let link = header(&mail, "List-Unsubscribe").unwrap();
            let link = link.split_once('>').unwrap().0.trim_start_matches('<').to_owned();
            let plain = parsed.body_text(0).unwrap();
            for part in ["제비상점", "서울특별시 중구 세종대로 110", "02-120", "help@jebi.example", "수신을 거부", "refuse", link.as_str()]
            {
                assert!(plain.contains(part), "{part}: {plain}");
            }
            if html.is_some() {
                let shown = parsed.body_html(0).unwrap();
                assert!(shown.contains("제비상점") && shown.matches(&format!("href=\"{link}\"")).count() == 2, "{shown}");
            }
        }
    }

    #[test]
    fn advertising_whose_mark_is_wrong_is_not_made() {
        let content = Content { subject: "(광 고) 가을".into(), ..with(advertising()) };
        assert_eq!(try_made(content, "hong@naver.com", &links()).unwrap_err().code, "advertising_mark_variant");
        let content = Content { subject: "(광고) 가을".into(), ..with(advertising()) };
        let mail = try_made(content, "hong@naver.com", &links()).unwrap();
        let bytes = whole(&mail);
        assert_eq!(MessageParser::default().parse(bytes.as_bytes()).unwrap().subject(), Some("(광고) 가을"), "not marked twice");
    }
}
