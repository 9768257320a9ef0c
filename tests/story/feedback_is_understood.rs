//! What SES tells and what comes as mail is understood, shown by recipient in the reporter's own words, and never doubled (S3-4).

use axum::http::Method;
use jebi::service::feedback::Taken;
use serde_json::{Value, json};

use crate::support::{
    api::{Answer, Api, list, text},
    reports::{arf, dsn, ses_event, ses_fixture},
};

const TO: &str = "hong@naver.example";

/// One mail; its delivery's id.
async fn post(api: &Api, topic: &str, to: &str) -> String {
    let mail = json!({"messages": [{"emails": [to], "topic_id": topic, "subject": "주문 안내", "text": "홍길동 님, 안녕하세요."}]});
    api.post("/v1/messages", &mail).await.expect(202);
    let all = api.get(&format!("/v1/deliveries?topic_id={topic}")).await.expect(200);
    text(&list(&all["deliveries"])[0]["id"]).to_owned()
}

async fn hand_in(api: &Api, raw: &str) -> Answer {
    let mut request = api.request(Method::POST, "/v1/events/dsn", raw.to_owned());
    request.headers_mut().insert("content-type", "message/rfc822".parse().expect("a header"));
    api.send(request).await
}

async fn shown(api: &Api, id: &str) -> Value {
    api.get(&format!("/v1/deliveries/{id}")).await.expect(200)
}

/// Words of the timeline that were reported: event, words, source.
fn told(delivery: &Value) -> Vec<(String, String, String)> {
    let lines = list(&delivery["timeline"]).iter().filter(|line| !line["source"].is_null());
    lines.map(|line| (text(&line["event"]).to_owned(), text(&line["detail"]).to_owned(), text(&line["source"]).to_owned())).collect()
}

#[tokio::test]
async fn events_of_ses_are_shown_in_its_own_words_by_both_forms() {
    let api = Api::new().await;
    let id = post(&api, "가을", TO).await;
    let take = async |fixture: &str| {
        let event = ses_event(fixture, "ses-1", TO, Some(&id));
        api.state.feedback.ses("sns-1", &event).await.expect("taken")
    };
    assert_eq!(take(ses_fixture!("event_send")).await, Taken::Recorded { new: 0 });
    assert_eq!(take(ses_fixture!("event_delivery_delay")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("event_delivery")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("notification_bounce")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("event_bounce")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("event_bounce")).await, Taken::Recorded { new: 0 }, "SNS tells it again");
    assert_eq!(take(ses_fixture!("event_complaint")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("event_open")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("event_click")).await, Taken::Recorded { new: 1 });
    assert_eq!(take(ses_fixture!("event_subscription")).await, Taken::Recorded { new: 0 });
    let delivery = shown(&api, &id).await;
    assert_eq!(delivery["feedback"], "complained", "the gravest");
    let words: Vec<_> = told(&delivery).into_iter().map(|(event, words, source)| format!("{source} {event}: {words}")).collect();
    assert_eq!(
        words,
        [
            "ses delayed: MailboxFull: smtp; 452 4.2.2 over quota",
            "ses delivered: 250 2.0.0 OK (reported by a1-2.smtp-out.ap-northeast-2.amazonses.com)",
            "ses soft_bounced: Transient/MailboxFull",
            "ses bounced: Permanent/NoEmail: smtp; 550 5.1.1 No such user (reported by dsn; mx.naver.example)",
            "ses complained: abuse: FBL/1.0",
            "ses opened: Mozilla/5.0 (192.0.2.0/24)",
            "ses clicked: https://shop.example.kr/e: Mozilla/5.0 (192.0.2.0/24)",
            "ses note: Subscription: contact list main: unsubscribed from all: news OptOut: UnsubscribeHeader",
        ]
    );
    let counts = api.get("/v1/topics/가을").await.expect(200);
    assert_eq!((&counts["delivered"], &counts["bounced"], &counts["complained"]), (&json!(1), &json!(1), &json!(1)), "{counts}");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_what_is_new_is_taken() {
    let api = Api::new().await;
    let take = |text: &'static str| api.state.feedback.ses("sns-1", text);
    for text in [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        r#"{"notificationType":"AmazonSnsSubscriptionSucceeded","message":"You have successfully subscribed"}"#,
        r#"{"eventType":"Teleport","mail":{"messageId":"x"}}"#,
    ] {
        assert_eq!(take(text).await, Ok(Taken::Nothing), "{text}");
    }
    let refused = take(r#"{"AlarmName":"disk"}"#).await.expect_err("nothing of SES");
    assert_eq!(refused.faults[0].code, "not_an_event");
    // Mail nobody here sent is no error; it may come before our own result.
    let foreign = ses_event(ses_fixture!("event_bounce"), "somebody-elses", TO, None);
    assert_eq!(api.state.feedback.ses("sns-2", &foreign).await, Ok(Taken::Kept));
    let other = ses_event(ses_fixture!("event_bounce"), "x", TO, Some("1g64s36d1n6rvkgeb1c9hp8sb6-0"));
    assert_eq!(api.state.feedback.ses("sns-3", &other).await, Ok(Taken::Unknown));
}

#[tokio::test]
async fn bounces_and_complaints_by_mail_are_taken_once_and_suppress() {
    let api = Api::new().await;
    let (bounced, complained) = (post(&api, "a", TO).await, post(&api, "b", "lim@daum.example").await);
    let raw = dsn(&bounced, TO, "failed", "5.1.1", "550 5.1.1 No such user");
    assert_eq!(hand_in(&api, &raw).await.expect(200), json!({"status": "processed", "result": "recorded", "new": 1}));
    assert_eq!(hand_in(&api, &raw).await.expect(200), json!({"status": "processed", "result": "repeated", "new": 0}));
    assert_eq!(hand_in(&api, &arf(&complained, "lim@daum.example")).await.expect(200)["result"], "recorded");
    let delivery = shown(&api, &bounced).await;
    assert_eq!(delivery["feedback"], "bounced");
    assert_eq!(told(&delivery), [("bounced".into(), "smtp; 550 5.1.1 No such user (reported by mail.example.kr)".into(), "dsn".into())]);
    assert_eq!(told(&shown(&api, &complained).await)[0].2, "arf");
    for (topic, to) in [("c", TO), ("d", "lim@daum.example")] {
        let id = post(&api, topic, to).await;
        assert_eq!(shown(&api, &id).await["state"], "suppressed");
    }
    let elsewhere = dsn("1g64s36d1n6rvkgeb1c9hp8sb6-0", TO, "failed", "5.1.1", "550 gone");
    assert_eq!(hand_in(&api, &elsewhere).await.expect(200)["result"], "unknown");
}

#[tokio::test]
async fn a_full_mailbox_by_mail_suppresses_nobody() {
    let api = Api::new().await;
    let id = post(&api, "a", TO).await;
    assert_eq!(hand_in(&api, &dsn(&id, TO, "failed", "5.2.2", "552 5.2.2 mailbox full")).await.expect(200)["result"], "recorded");
    assert_eq!(shown(&api, &id).await["feedback"], "soft_bounced");
    let next = post(&api, "b", TO).await;
    assert_eq!(shown(&api, &next).await["state"], "waiting");
}

#[tokio::test]
async fn other_mail_is_refused_and_told_what_it_is() {
    let api = Api::new().await;
    let code = async |raw: &str| hand_in(&api, raw).await.problem(422)[0].1.clone();
    let plain = "From: hong@naver.example\r\nTo: shop@example.kr\r\nSubject: x\r\n";
    assert_eq!(code(&format!("{plain}Auto-Submitted: auto-replied\r\n\r\n휴가 중입니다.\r\n")).await, "auto_reply");
    assert_eq!(code(&format!("{plain}\r\n안녕하세요\r\n")).await, "not_a_report");
    assert_eq!(code(&dsn("nobody", TO, "failed", "5.1.1", "550 gone")).await, "delivery_not_named");
    assert_eq!(code("").await, "report_unreadable");
    let (_, reader) = api.make_key(&json!({"name": "reader", "scopes": ["read"]})).await;
    assert_eq!(hand_in(&api.with_key(reader), "x").await.problem(403)[0].1, "missing_scope");
}
