use super::*;
use crate::{
    event::FeedbackKind,
    feedback::{Verdict, What},
};

const OWN: &str = "1g64s36d1n6rvkgeb1c9hp8sb6-7";
const NOW: Wall = Wall(1_800_000_000_000);

/// A report of a kind, with its part for machines and what it gives back.
fn report(kind: &str, machine: &str, returned: (&str, &str)) -> String {
    format!(
        "From: MAILER-DAEMON@mail.example.kr\r\nTo: no-reply@shop.example.kr\r\nDate: Fri, 20 Nov 2026 10:02:05 +0900\r\nSubject: Undelivered\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n배달하지 못했습니다.\r\n\r\n\
         --b\r\nContent-Type: message/{kind}\r\n\r\n{machine}\r\n\
         --b\r\nContent-Type: {}\r\n\r\n{}\r\n--b--\r\n",
        returned.0, returned.1
    )
}

fn returned() -> String {
    format!(
        "From: 상점 <no-reply@shop.example.kr>\r\nTo: kim@naver.example\r\nMessage-ID: <{OWN}@shop.example.kr>\r\nX-Jebi-Delivery-Id: {OWN}\r\nSubject: =?utf-8?B?7KCc67mE?=\r\n\r\n주문 안내\r\n"
    )
}

fn dsn(groups: &str) -> String {
    report("delivery-status", groups, ("message/rfc822", &returned()))
}

#[track_caller]
fn read(raw: &str) -> Reported {
    parse(raw.as_bytes(), NOW).unwrap_or_else(|fault| panic!("{fault:?}"))
}

fn code(raw: &str) -> &'static str {
    parse(raw.as_bytes(), NOW).expect_err("refused").code
}

#[test]
fn a_failure_is_read_with_its_words() {
    let raw = dsn(
        "Reporting-MTA: dns; mail.example.kr\r\n\r\nFinal-Recipient: rfc822; kim@naver.example\r\nOriginal-Recipient: rfc822;kim@naver.example\r\n\
                   Action: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.naver.example\r\nDiagnostic-Code: smtp; 550 5.1.1 No such\r\n user\r\n",
    );
    let one = read(&raw);
    assert_eq!((one.source, one.about.delivery), (Source::Dsn, DeliveryId::parse(OWN)));
    let [report] = one.reports.as_slice() else { panic!("{:?}", one.reports) };
    assert_eq!(report.recipient.as_deref(), Some("kim@naver.example"));
    assert_eq!((&report.what, report.verdict, report.counts), (&What::Kind(FeedbackKind::Bounced), Verdict::Dead, true));
    assert_eq!(report.detail, "smtp; 550 5.1.1 No such user (reported by mx.naver.example)");
    assert_eq!(report.at.to_string(), "2026-11-20T01:02:05.000Z");
}

#[test]
fn each_recipient_and_action_is_judged() {
    let group = |who: &str, action: &str, status: &str| {
        format!("\r\nFinal-Recipient: rfc822; {who}@naver.example\r\nAction: {action}\r\nStatus: {status}\r\n")
    };
    let groups = ["Reporting-MTA: dns; mail.example.kr\r\n".to_owned()]
        .into_iter()
        .chain([
            group("a", "failed", "5.2.2"),
            group("b", "delayed", "4.4.1"),
            group("c", "delivered", "2.0.0"),
            group("d", "expanded", "2.0.0"),
            group("e", "relayed", "2.0.0"),
            group("f", "failed (bad)", "5.7.1"),
        ])
        .collect::<String>();
    let all = read(&dsn(&groups)).reports;
    let seen: Vec<_> =
        all.iter().map(|one| (one.recipient.as_deref().expect("one")[..1].to_owned(), one.what.clone(), one.verdict)).collect();
    let kind = What::Kind;
    assert_eq!(
        seen,
        [
            ("a".to_owned(), kind(FeedbackKind::SoftBounced), Verdict::Unreachable),
            ("b".to_owned(), kind(FeedbackKind::Delayed), Verdict::Nothing),
            ("c".to_owned(), kind(FeedbackKind::Delivered), Verdict::Nothing),
            ("d".to_owned(), kind(FeedbackKind::Delivered), Verdict::Nothing),
            ("e".to_owned(), What::Note, Verdict::Nothing),
            ("f".to_owned(), kind(FeedbackKind::Bounced), Verdict::Nothing),
        ]
    );
}

#[test]
fn headers_alone_and_a_message_id_name_the_mail() {
    let groups = "Final-Recipient: rfc822; kim@naver.example\r\nAction: failed\r\nStatus: 5.1.1\r\n";
    let headers = format!("Subject: x\r\nX-JEBI-delivery-id: {OWN}\r\n");
    for kind in ["text/rfc822-headers", "message/global-headers"] {
        assert_eq!(read(&report("delivery-status", groups, (kind, &headers))).about.delivery, DeliveryId::parse(OWN), "{kind}");
    }
    let by_id = format!("Subject: x\r\nMessage-ID: <{OWN}@shop.example.kr>\r\n\r\n");
    assert_eq!(read(&report("delivery-status", groups, ("message/rfc822", &by_id))).about.delivery, DeliveryId::parse(OWN));
    let foreign = "Subject: x\r\nMessage-ID: <abc@shop.example.kr>\r\n\r\n";
    assert_eq!(code(&report("delivery-status", groups, ("message/rfc822", foreign))), "delivery_not_named");
    assert_eq!(code(&report("delivery-status", groups, ("text/plain", "nothing"))), "delivery_not_named");
}

#[test]
fn complaints_are_read() {
    let arf = |fields: &str| read(&report("feedback-report", fields, ("message/rfc822", &returned())));
    let one = arf("Feedback-Type: abuse\r\nUser-Agent: Daum-FBL/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <kim@naver.example>\r\n\
                   Arrival-Date: Fri, 20 Nov 2026 11:00:00 +0900\r\n");
    assert_eq!((one.source, one.about.delivery), (Source::Arf, DeliveryId::parse(OWN)));
    let report = &one.reports[0];
    assert_eq!((&report.what, report.verdict, report.counts), (&What::Kind(FeedbackKind::Complained), Verdict::Complained, true));
    assert_eq!((report.recipient.as_deref(), report.detail.as_str()), (Some("kim@naver.example"), "abuse: Daum-FBL/1.0"));
    assert_eq!(report.at.to_string(), "2026-11-20T02:00:00.000Z");
    let bare = arf("Feedback-Type: fraud\r\n").reports.remove(0);
    assert_eq!((bare.recipient, bare.what), (None, What::Kind(FeedbackKind::Complained)), "one of those the copy went to");
    for kind in ["not-spam", "auth-failure"] {
        assert_eq!(arf(&format!("Feedback-Type: {kind}\r\n")).reports[0].what, What::Note, "{kind}");
    }
}

#[test]
fn what_is_no_report_is_refused_and_says_what_it_is() {
    let plain = "From: a@example.kr\r\nTo: b@example.kr\r\nSubject: x\r\n";
    assert_eq!(code(&format!("{plain}Auto-Submitted: auto-replied (vacation)\r\n\r\n휴가 중입니다.\r\n")), "auto_reply");
    assert_eq!(code(&format!("{plain}\r\nhello\r\n")), "not_a_report");
    let fault = parse(
        report("disposition-notification", "Disposition: automatic\r\n", ("text/plain", "")).replace("auto-replied", "no").as_bytes(),
        NOW,
    )
    .expect_err("refused");
    assert_eq!(fault.code, "not_a_report");
    assert!(fault.fault.contains("disposition-notification"), "{}", fault.fault);
    for raw in ["", "\r\n", "{}"] {
        assert!(matches!(code(raw), "report_unreadable" | "not_a_report"), "{raw:?}");
    }
    assert_eq!(code(&dsn("\r\n")), "report_unreadable");
    assert_eq!(code(&dsn("Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n")), "report_unreadable", "no recipient");
    assert_eq!(code(&report("feedback-report", "Version: 1\r\n", ("message/rfc822", &returned()))), "report_unreadable");
}

#[test]
fn a_report_of_many_recipients_is_bounded() {
    let groups: String = (0..MAX_REPORTS + 50)
        .map(|i| format!("\r\nFinal-Recipient: rfc822; a{i}@naver.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"))
        .collect();
    assert_eq!(read(&dsn(&groups)).reports.len(), MAX_REPORTS);
}
