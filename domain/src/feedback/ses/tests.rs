use serde_json::{Value, json};

use super::*;
use crate::id::DeliveryId;

/// Every event and notification of SES, as its guide shows them.
const FIXTURES: [(&str, &str); 13] = [
    ("event_send", include_str!("../../../fixtures/ses/event_send.json")),
    ("event_delivery", include_str!("../../../fixtures/ses/event_delivery.json")),
    ("event_bounce", include_str!("../../../fixtures/ses/event_bounce.json")),
    ("event_complaint", include_str!("../../../fixtures/ses/event_complaint.json")),
    ("event_reject", include_str!("../../../fixtures/ses/event_reject.json")),
    ("event_open", include_str!("../../../fixtures/ses/event_open.json")),
    ("event_click", include_str!("../../../fixtures/ses/event_click.json")),
    ("event_rendering_failure", include_str!("../../../fixtures/ses/event_rendering_failure.json")),
    ("event_delivery_delay", include_str!("../../../fixtures/ses/event_delivery_delay.json")),
    ("event_subscription", include_str!("../../../fixtures/ses/event_subscription.json")),
    ("notification_bounce", include_str!("../../../fixtures/ses/notification_bounce.json")),
    ("notification_complaint", include_str!("../../../fixtures/ses/notification_complaint.json")),
    ("notification_delivery", include_str!("../../../fixtures/ses/notification_delivery.json")),
];
const OWN: &str = "1g64s36d1n6rvkgeb1c9hp8sb6-7";
const SES_ID: &str = "010c019a0000aaaa-0f0e0d0c-1111-2222-3333-444455556666-000000";
const NOW: Wall = Wall(1_800_000_000_000);

fn fixture(name: &str) -> Value {
    let text = FIXTURES.iter().find(|(own, _)| *own == name).expect("a fixture").1;
    serde_json::from_str(text).expect("JSON")
}

#[track_caller]
fn read(event: &Value) -> Reported {
    match parse(&event.to_string(), NOW) {
        Ok(Parsed::Reported(reported)) => reported,
        other => panic!("{other:?}"),
    }
}

/// One report as a line: whom, what, verdict, counted, at, words.
fn line(report: &Report) -> String {
    let what = match &report.what {
        What::Kind(kind) => kind.as_str().to_owned(),
        What::Engaged(one) => format!("{} {:?}", one.kind().as_str(), one.ip),
        What::Sent => "sent".to_owned(),
        What::Note => "note".to_owned(),
    };
    let whom = report.recipient.as_deref().unwrap_or("*");
    let counts = if report.counts { " counts" } else { "" };
    format!("{whom} {what} {:?}{counts} {} | {}", report.verdict, report.at, report.detail)
}

fn lines(event: &Value) -> Vec<String> {
    read(event).reports.iter().map(line).collect()
}

/// S3-4, conformance section 3: each type in each form it comes in.
#[test]
fn every_event_and_notification_is_read() {
    let want = [
        ("event_send", "* sent Nothing 2026-11-20T01:02:03.456Z | "),
        (
            "event_delivery",
            "kim@naver.example delivered Nothing 2026-11-20T01:02:05.000Z | 250 2.0.0 OK (reported by a1-2.smtp-out.ap-northeast-2.amazonses.com)",
        ),
        (
            "event_bounce",
            "kim@naver.example bounced Dead counts 2026-11-20T01:02:05.100Z | Permanent/NoEmail: smtp; 550 5.1.1 No such user (reported by dsn; mx.naver.example)",
        ),
        ("event_complaint", "kim@naver.example complained Complained counts 2026-11-20T02:00:00.000Z | abuse: FBL/1.0"),
        ("event_reject", "* rejected Nothing 2026-11-20T01:02:03.456Z | Bad content"),
        ("event_open", "kim@naver.example opened Some(192.0.2.1) Nothing 2026-11-20T03:00:00.000Z | Mozilla/5.0"),
        (
            "event_click",
            "kim@naver.example clicked Some(192.0.2.1) Nothing 2026-11-20T03:01:00.000Z | https://shop.example.kr/e: Mozilla/5.0",
        ),
        (
            "event_rendering_failure",
            "* rejected Nothing 2026-11-20T01:02:03.456Z | Rendering Failure: template welcome: Attribute 'name' is not present in the rendering data.",
        ),
        ("event_delivery_delay", "kim@naver.example delayed Nothing 2026-11-20T01:12:00.000Z | MailboxFull: smtp; 452 4.2.2 over quota"),
        (
            "event_subscription",
            "kim@naver.example note Nothing 2026-11-20T04:00:00.000Z | Subscription: contact list main: unsubscribed from all: news OptOut: UnsubscribeHeader",
        ),
        ("notification_bounce", "lee@daum.example soft_bounced Unreachable 2026-11-20T05:00:00.000Z | Transient/MailboxFull"),
        ("notification_complaint", "lee@daum.example complained Complained counts 2026-11-20T06:00:00.000Z | complaint"),
        (
            "notification_delivery",
            "lee@daum.example delivered Nothing 2026-11-20T01:02:05.000Z | 250 ok (reported by a1.smtp-out.amazonses.com)",
        ),
    ];
    assert_eq!(want.map(|(name, _)| name), FIXTURES.map(|(name, _)| name));
    for (name, want) in want {
        assert_eq!(lines(&fixture(name)), [want], "{name}");
        assert_eq!(read(&fixture(name)).about.provider_id.as_deref(), Some(SES_ID), "{name}");
    }
}

#[test]
fn both_forms_of_one_bounce_say_the_same() {
    let event = fixture("event_bounce");
    let mut notification = event.clone();
    let all = notification.as_object_mut().expect("an object");
    all.remove("eventType");
    all.insert("notificationType".into(), "Bounce".into());
    all["mail"] = json!({"messageId": SES_ID, "sourceIp": "192.0.2.9", "destination": ["kim@naver.example"]});
    all["bounce"]["remoteMtaIp"] = "192.0.2.50".into();
    assert_eq!(lines(&event), lines(&notification));
}

#[test]
fn the_mail_is_found_by_tag_then_header_then_ses_id() {
    let own = DeliveryId::parse(OWN).expect("an id");
    let about = |event: &Value| read(event).about;
    let plain = fixture("event_delivery");
    assert_eq!(about(&plain), About { delivery: None, provider_id: Some(SES_ID.into()), likely_foreign: true });
    let mut tagged = plain.clone();
    tagged["mail"]["tags"]["jebi-delivery"] = json!([OWN]);
    assert_eq!(about(&tagged).delivery, Some(own));
    assert!(!about(&tagged).likely_foreign);
    let mut once = plain.clone();
    once["mail"]["tags"]["jebi-delivery"] = OWN.into();
    assert_eq!(about(&once).delivery, Some(own));
    let mut headed = plain.clone();
    headed["mail"]["headers"] = json!([{"name": "x-jebi-delivery-id", "value": OWN}]);
    assert_eq!(about(&headed), About { delivery: Some(own), likely_foreign: false, ..about(&plain) });
    for (truncated, foreign) in [(json!(true), false), (json!("true"), false), (json!("false"), true), (Value::Null, true)] {
        let mut cut = plain.clone();
        cut["mail"]["headersTruncated"] = truncated;
        assert_eq!(about(&cut).likely_foreign, foreign);
    }
    let mut bare = plain;
    bare["mail"] = json!({"messageId": SES_ID});
    assert_eq!(about(&bare), About { delivery: None, provider_id: Some(SES_ID.into()), likely_foreign: false });
}

fn bounce(kind: &str, sub: &str, recipients: &Value) -> Value {
    let mut event = fixture("event_bounce");
    event["bounce"] =
        json!({"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": recipients, "timestamp": "2026-11-20T01:02:05.100Z"});
    event
}

#[test]
fn bounces_are_judged_by_recipient() {
    let two = json!([
        {"emailAddress": "kim@naver.example", "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 gone"},
        {"emailAddress": "lee@daum.example", "action": "failed", "status": "4.2.2", "diagnosticCode": "smtp; 452 4.2.2 full"},
    ]);
    let all = read(&bounce("Permanent", "General", &two)).reports;
    let seen: Vec<_> = all.iter().map(|one| (one.recipient.as_deref().expect("a recipient"), &one.what, one.verdict, one.counts)).collect();
    let (hard, soft) = (What::Kind(FeedbackKind::Bounced), What::Kind(FeedbackKind::SoftBounced));
    assert_eq!(seen, [("kim@naver.example", &hard, Verdict::Dead, true), ("lee@daum.example", &soft, Verdict::Unreachable, false)]);
}

#[test]
fn sub_types_are_an_open_set() {
    use FeedbackKind::{Bounced, SoftBounced};
    let bare = json!([{"emailAddress": "kim@naver.example"}]);
    for (kind, sub, want) in [
        ("Permanent", "General", (Bounced, Verdict::Dead, true)),
        ("Permanent", "NoEmail", (Bounced, Verdict::Dead, true)),
        ("Permanent", "Suppressed", (Bounced, Verdict::Dead, true)),
        ("Permanent", "OnAccountSuppressionList", (Bounced, Verdict::Dead, false)),
        ("Permanent", "OnTenantSuppressionList", (Bounced, Verdict::Dead, false)),
        ("Permanent", "UnsubscribedRecipient", (Bounced, Verdict::Nothing, false)),
        ("Permanent", "EmailValidationSuppressed", (Bounced, Verdict::Nothing, false)),
        ("Permanent", "MadeUpTomorrow", (Bounced, Verdict::Dead, true)),
        // Without a server's word it may be somebody's automatic answer (S3-4).
        ("Transient", "General", (SoftBounced, Verdict::Nothing, false)),
        ("Undetermined", "Undetermined", (SoftBounced, Verdict::Nothing, false)),
        ("MadeUpTomorrow", "", (SoftBounced, Verdict::Nothing, false)),
        ("Transient", "MailboxFull", (SoftBounced, Verdict::Unreachable, false)),
        ("Transient", "MessageTooLarge", (SoftBounced, Verdict::Nothing, false)),
        ("Transient", "ContentRejected", (SoftBounced, Verdict::Nothing, false)),
        ("Transient", "AttachmentRejected", (SoftBounced, Verdict::Nothing, false)),
        ("Transient", "CustomTimeoutExceeded", (SoftBounced, Verdict::Nothing, false)),
    ] {
        let one = read(&bounce(kind, sub, &bare)).reports.remove(0);
        assert_eq!((&one.what, one.verdict, one.counts), (&What::Kind(want.0), want.1, want.2), "{kind}/{sub}");
        assert!(one.detail.starts_with(kind), "{}", one.detail);
    }
    let policy = json!([{"emailAddress": "kim@naver.example", "status": "5.7.1", "diagnosticCode": "smtp; 550 5.7.1 policy"}]);
    let one = read(&bounce("Permanent", "General", &policy)).reports.remove(0);
    assert_eq!((&one.what, one.verdict, one.counts), (&What::Kind(Bounced), Verdict::Nothing, true), "the address may be good");
}

#[test]
fn not_spam_and_failed_authentication_are_no_complaints() {
    for (kind, sub, want) in [
        (json!("abuse"), Value::Null, (What::Kind(FeedbackKind::Complained), Verdict::Complained, true)),
        (json!("fraud"), Value::Null, (What::Kind(FeedbackKind::Complained), Verdict::Complained, true)),
        (Value::Null, Value::Null, (What::Kind(FeedbackKind::Complained), Verdict::Complained, true)),
        (Value::Null, json!("OnAccountSuppressionList"), (What::Kind(FeedbackKind::Complained), Verdict::Complained, false)),
        (json!("not-spam"), Value::Null, (What::Note, Verdict::Nothing, false)),
        (json!("auth-failure"), Value::Null, (What::Note, Verdict::Nothing, false)),
    ] {
        let mut event = fixture("event_complaint");
        event["complaint"]["complaintFeedbackType"] = kind.clone();
        event["complaint"]["complaintSubType"] = sub;
        let one = read(&event).reports.remove(0);
        assert_eq!((one.what, one.verdict, one.counts), want, "{kind}");
    }
}

#[test]
fn a_complaint_marks_all_it_names() {
    let mut event = fixture("event_complaint");
    event["complaint"]["complainedRecipients"] =
        json!([{"emailAddress": "kim@naver.example"}, {"emailAddress": "홍길동 <hong@naver.example>"}]);
    let all = read(&event).reports;
    assert_eq!(all.iter().filter_map(|one| one.recipient.as_deref()).collect::<Vec<_>>(), ["kim@naver.example", "hong@naver.example"]);
}

#[test]
fn what_names_nobody_is_about_the_only_recipient() {
    let mut event = fixture("event_bounce");
    event["bounce"]["bouncedRecipients"] = Value::Null;
    assert_eq!(read(&event).reports[0].recipient.as_deref(), Some("kim@naver.example"));
    event["mail"]["destination"] = json!(["a@naver.example", "b@naver.example"]);
    assert_eq!(lines(&event), ["* note Nothing 2026-11-20T01:02:05.100Z | Permanent/NoEmail (reported by dsn; mx.naver.example)"]);
    event["mail"]["destination"] = Value::Null;
    assert!(lines(&event)[0].starts_with("* bounced Dead counts "), "a copy to one is theirs: {:?}", lines(&event));
    let mut event = fixture("event_delivery");
    event["delivery"]["recipients"] = json!([]);
    event["mail"]["destination"] = Value::Null;
    assert_eq!(read(&event).reports[0].recipient, None);
}

/// It is shown that it came, and that SES reports of a mail proves that it took it.
#[test]
fn an_event_without_what_its_type_is_of_is_a_note() {
    for kind in ["Delivery", "Bounce", "Complaint", "DeliveryDelay", "Open", "Click", "Subscription"] {
        let mut event = fixture("event_send");
        event["eventType"] = kind.into();
        assert_eq!(lines(&event), [format!("* note Nothing 2026-11-20T01:02:03.456Z | {kind}")]);
    }
}

#[test]
fn unknown_types_and_texts_of_set_up_are_no_faults() {
    let of = |text: &str| parse(text, NOW).expect("read");
    assert_eq!(of(r#"{"eventType":"Teleport","mail":{},"teleport":{}}"#), Parsed::Unknown("Teleport".into()));
    assert_eq!(of(r#"{"notificationType":"AmazonSnsSubscriptionSucceeded","message":"You have successfully subscribed"}"#), Parsed::SetUp);
    assert_eq!(of("Successfully validated SNS topic for Amazon SES event publishing."), Parsed::SetUp);
}

#[test]
fn what_is_nothing_of_ses_is_refused() {
    for text in ["", "hello", "[]", "{}", "null", r#"{"eventType":null}"#, r#"{"AlarmName":"x"}"#] {
        assert_eq!(parse(text, NOW).map_err(|fault| fault.code), Err("not_an_event"), "{text}");
    }
}

#[test]
fn fields_of_other_types_and_new_ones_are_passed_over() {
    let mut event = fixture("event_bounce");
    event["mail"]["commonHeaders"] = json!(7);
    event["mail"]["newField"] = json!({"a": [1, {"b": null}]});
    event["bounce"]["bouncedRecipients"][0]["status"] = json!(511);
    event["bounce"]["feedbackId"] = json!(["a"]);
    event["bounce"]["reportingMTA"] = json!({"name": "x"});
    assert_eq!(
        lines(&event),
        ["kim@naver.example bounced Dead counts 2026-11-20T01:02:05.100Z | Permanent/NoEmail: smtp; 550 5.1.1 No such user"]
    );
}

#[test]
fn lists_and_objects_of_other_types_lose_no_event() {
    let want = lines(&fixture("event_bounce"));
    let mut event = fixture("event_bounce");
    event["mail"]["destination"] = json!("kim@naver.example");
    event["mail"]["tags"] = json!([]);
    event["mail"]["headers"] =
        json!([{"name": "X"}, {"name": "Y", "value": null}, {"value": 7}, "Z", 7, null, {"name": ["a"], "value": {}}]);
    let one = event["bounce"]["bouncedRecipients"][0].clone();
    event["bounce"]["bouncedRecipients"] = one;
    assert_eq!(lines(&event), want);
    event["bounce"]["bouncedRecipients"] = json!("kim@naver.example");
    assert!(lines(&event)[0].starts_with("kim@naver.example bounced Dead counts "), "{:?}", lines(&event));
    event["bounce"]["bouncedRecipients"] = json!([["kim@naver.example"], null, 7.5]);
    assert_eq!(read(&event).reports.len(), 2, "what is no address is somebody all the same");
    for odd in [json!(3), json!("x"), json!([]), json!(true), Value::Null] {
        for field in ["headers", "tags", "destination"] {
            let mut event = fixture("event_bounce");
            event["mail"][field] = odd.clone();
            assert!(lines(&event)[0].starts_with("kim@naver.example bounced"), "{field} {odd}");
        }
        let mut event = fixture("event_bounce");
        event["mail"] = odd.clone();
        assert_eq!(read(&event).about, About::default(), "{odd}");
        event = fixture("event_bounce");
        event["bounce"] = odd;
        assert_eq!(lines(&event), ["* note Nothing 2026-11-20T01:02:03.456Z | Bounce"]);
    }
}

/// What stands in an event may be somebody's address, and faults go to logs.
#[test]
fn a_fault_does_not_repeat_the_text() {
    let twice = r#"{"eventType":"Bounce","eventType":"kim@naver.example"}"#;
    for text in [r#""kim@naver.example""#, r#"["kim@naver.example"]"#, r#"{"kim@naver.example""#, "kim@naver.example", twice] {
        let fault = parse(text, NOW).expect_err("no event").fault;
        assert!(!fault.contains("kim") && fault.chars().count() < 200, "{fault}");
    }
    assert!(parse(twice, NOW).expect_err("no event").fault.contains("not those of an event (line 1, column "));
}

#[test]
fn times_are_read_in_all_forms() {
    let of = |text: &str| time(&Text(Some(text.to_owned()))).map(|at| at.to_string());
    let at = |text: &str| Some(text.to_owned());
    assert_eq!(of("2026-11-20T01:02:03.456Z"), at("2026-11-20T01:02:03.456Z"));
    assert_eq!(of("2018-10-08T14:05:45 +0000"), at("2018-10-08T14:05:45.000Z"));
    assert_eq!(of("2018-10-08T23:05:45+09:00"), at("2018-10-08T14:05:45.000Z"));
    assert_eq!(of("2018-10-08T23:05:45.5 +0900"), at("2018-10-08T14:05:45.500Z"));
    assert_eq!((of("yesterday"), of("")), (None, None));
    let mut event = fixture("event_delivery");
    event["delivery"]["timestamp"] = "soon".into();
    assert_eq!(read(&event).reports[0].at.to_string(), "2026-11-20T01:02:03.456Z", "that of the mail");
    event["mail"]["timestamp"] = Value::Null;
    assert_eq!(read(&event).reports[0].at, NOW);
}

#[test]
fn words_are_bounded_and_hold_no_line_breaks() {
    let mut event = fixture("event_delivery");
    event["delivery"]["smtpResponse"] = format!("250\r\n{}", "가".repeat(5_000)).into();
    let detail = &read(&event).reports[0].detail;
    assert!(detail.chars().count() <= MAX_DETAIL && !detail.contains(char::is_control));
}

#[test]
fn reports_are_kept_as_json_and_come_back() {
    for (name, _) in FIXTURES {
        let one = read(&fixture(name));
        let text = serde_json::to_string(&one).expect("JSON");
        assert_eq!(serde_json::from_str::<Reported>(&text).expect("reads"), one, "{name}");
    }
}
