//! A topic sent again to those who did not get it (requirement S3-7), which cannot double.

use axum::http::Method;
use jebi_domain::{event::FeedbackKind, port::Clock};
use serde_json::{Value, json};

use super::{
    api_sends_again::{given_up, people, post, refused, send, sent, unknown},
    topic_results::report,
};
use crate::support::api::{Api, Setup, list, text};

const PATH: &str = "/v1/topics/t/resend";

async fn resend(api: &Api, body: Value) -> Value {
    api.post(PATH, &body).await.expect(202)
}

#[tokio::test]
async fn who_failed_for_now_or_expired_gets_a_new_delivery_and_the_rest_is_told_by_reason() {
    let api = Api::new().await;
    let made = post(&api, "t", &people(5)).await;
    post(&api, "other", &people(5)).await;
    // Both topics' copies take these ends in turn.
    send(&api, &[given_up(), refused(), sent(), unknown(), given_up()]).await;
    let done = resend(&api, json!({})).await;
    assert_eq!((&done["total"], &done["success"], &done["same"], &done["failed"]), (&json!(3), &json!(2), &json!(0), &json!(1)));
    assert_eq!(done["refused"], json!([{"code": "refused_for_good", "count": 1}]));
    assert_eq!((&done["more"], &done["next_cursor"], list(&done["message_ids"]).len()), (&json!(false), &Value::Null, 1));
    assert_eq!(api.waiting().await, 2, "the other topic's mail stays");
    let old = api.get(&format!("/v1/deliveries/{}", text(&made["deliveries"][0]["id"]))).await.expect(200);
    let new = api.get(&format!("/v1/deliveries/{}", text(&old["retried_as"]))).await.expect(200);
    assert_eq!(
        (&new["retry_of"], &new["topic_id"], &new["recipients"][0]["email"]),
        (&old["id"], &json!("t"), &old["recipients"][0]["email"])
    );
    let again = resend(&api, json!({})).await;
    assert_eq!((&again["total"], &again["success"]), (&json!(1), &json!(0)), "what went before is passed over");
    // Asked for by name, and then it may arrive twice.
    let open = resend(&api, json!({"states": ["unknown"]})).await;
    assert_eq!((&open["success"], &open["same"]), (&json!(1), &json!(1)));
    assert_eq!(api.waiting().await, 2, "that one is unsettled until it has gone");
    assert_eq!(api.get("/v1/topics/t").await.expect(200)["unsettled"], 1);
}

#[tokio::test]
async fn who_soft_bounced_gets_a_new_delivery_unless_it_arrived_after_all() {
    use FeedbackKind::*;
    let api = Api::new().await;
    let made = post(&api, "t", &people(5)).await;
    send(&api, &[sent()]).await;
    let reported: [&[FeedbackKind]; 5] =
        [&[SoftBounced], &[SoftBounced, Delivered], &[SoftBounced, Complained], &[SoftBounced, Bounced], &[Delivered]];
    for (place, kinds) in reported.into_iter().enumerate() {
        for kind in kinds {
            report(&api, &made, place, *kind, api.clock.wall()).await;
        }
    }
    let done = resend(&api, json!({"feedback": ["soft_bounced"]})).await;
    assert_eq!((&done["total"], &done["success"]), (&json!(4), &json!(1)));
    let refused = ["delivery_arrived", "recipient_complained", "refused_for_good"].map(|code| json!({"code": code, "count": 1}));
    assert_eq!(done["refused"], json!(refused));
    let shown = api.get(&format!("/v1/messages/{}", text(&done["message_ids"][0]))).await.expect(200);
    assert_eq!((&shown["total"], &shown["waiting"]), (&json!(1), &json!(1)));
    assert_eq!(resend(&api, json!({"feedback": ["soft_bounced"]})).await["success"], 0);
    assert_eq!(api.waiting().await, 1);
    // One delivery by itself follows the same rule.
    let of = |place: usize| format!("/v1/deliveries/{}/retry", text(&made["deliveries"][place]["id"]));
    for (place, code) in
        [(0, "already_retried"), (1, "delivery_arrived"), (2, "recipient_complained"), (3, "refused_for_good"), (4, "delivery_sent")]
    {
        assert_eq!(api.post(&of(place), &json!({})).await.problem(409)[0].1, code);
    }
}

#[tokio::test]
async fn what_never_goes_again_is_refused_by_name() {
    let api = Api::new().await;
    post(&api, "t", &people(1)).await;
    let ask = async |body: Value| {
        let answer = api.post(PATH, &body).await;
        let (field, code) = answer.problem(422).remove(0);
        (field, code, answer.json()["detail"].as_str().expect("a detail").to_owned())
    };
    for state in ["sent", "waiting", "sending", "suppressed", "cancelled"] {
        let (field, code, detail) = ask(json!({"states": ["failed", state]})).await;
        assert_eq!((field.as_str(), code.as_str()), ("states", "state_not_retried"));
        assert!(detail.contains(&format!("what is {state} is never sent again: ")), "{detail}");
    }
    for kind in ["bounced", "complained", "rejected", "delayed", "delivered", "opened", "clicked", "unsubscribed"] {
        let (field, code, detail) = ask(json!({"feedback": [kind]})).await;
        assert_eq!((field.as_str(), code.as_str()), ("feedback", "feedback_not_retried"));
        assert!(detail.contains(&format!("{kind}: ")), "{detail}");
    }
    assert_eq!(ask(json!({"states": ["lost"]})).await.1, "unknown_state");
    assert_eq!(ask(json!({"feedback": ["lost"]})).await.1, "unknown_value");
    assert_eq!(ask(json!({"states": [], "feedback": []})).await.1, "missing_field");
    assert_eq!(ask(json!({"max_retries": 101})).await.1, "out_of_range");
    for cursor in ["%", "ZXhwaXJlZDo"] {
        // The second is one of expired mail.
        assert_eq!(ask(json!({"states": ["failed"], "cursor": cursor})).await.1, "invalid_cursor");
    }
    api.post("/v1/topics/none/resend", &json!({})).await.problem(404);
    assert_eq!(api.waiting().await, 1);
}

#[tokio::test]
async fn of_several_who_ask_at_once_each_recipient_goes_once() {
    let api = Api::new().await;
    post(&api, "t", &people(1_200)).await;
    send(&api, &[given_up()]).await;
    let body = json!({});
    let (a, b, c) = tokio::join!(api.post(PATH, &body), api.post(PATH, &body), api.post("/v1/deliveries/retry", &body));
    let sum: u64 = [a, b, c].iter().map(|answer| answer.expect(202)["success"].as_u64().expect("a count")).sum();
    assert_eq!((sum, api.waiting().await), (1_200, 1_200));
    assert_eq!(send(&api, &[sent()]).await, 1_200);
}

#[tokio::test]
async fn a_large_topic_goes_in_parts_and_another_process_goes_on() {
    let api = Api::with(Setup { max_recipients: 30_000, ..Setup::default() }).await;
    post(&api, "t", &people(20_400)).await;
    send(&api, &[given_up()]).await;
    let states = json!(["failed", "expired"]);
    let first = resend(&api, json!({"states": states})).await;
    assert_eq!((&first["success"], &first["more"]), (&json!(20_000), &json!(true)));
    let other = api.beside().await;
    let rest = resend(&other, json!({"states": states, "cursor": first["next_cursor"]})).await;
    assert_eq!((&rest["success"], &rest["more"]), (&json!(400), &json!(false)));
    // Who has lost the cursor begins anew, and nothing doubles. The new copies are of the topic, too, and wait.
    let again = resend(&other, json!({"states": states})).await;
    assert_eq!((&again["success"], &again["more"]), (&json!(0), &json!(true)));
    assert_eq!(api.waiting().await, 20_400);
}

#[tokio::test]
async fn it_goes_at_the_time_given_and_a_repeated_request_gets_the_same_answer() {
    let api = Api::new().await;
    post(&api, "t", &people(2)).await;
    send(&api, &[given_up()]).await;
    let body = json!({"states": ["failed"], "scheduled_at": "2024-01-02 09:00:00"});
    let ask = async |body: &Value| api.with_header(Method::POST, PATH, ("idempotency-key", "resend-1"), body).await;
    let first = ask(&body).await;
    let done = first.expect(202);
    assert_eq!((&done["success"], &done["due_at"], &done["scheduled"]), (&json!(2), &json!("2024-01-02T00:00:00.000Z"), &json!(true)));
    assert_eq!(ask(&body).await.body, first.body);
    assert_eq!(ask(&json!({})).await.problem(409)[0].1, "idempotency_key_reused");
    assert_eq!(send(&api, &[sent()]).await, 0, "it is not due yet");
    let acts = api.get("/v1/audit").await.expect(200);
    let act = list(&acts["acts"]).iter().find(|act| act["act"] == "topic.resend").expect("it is written down");
    assert_eq!((&act["target"], &act["detail"]), (&json!("t"), &json!("total=2 success=2")));
}
