//! A topic's recipients as a file: results, everything reported, reasons (requirement S3-7).

use jebi_domain::{event::FeedbackKind, port::Clock};

use super::{
    api_sends_again::{people, post, refused, send, sent},
    topic_results::report,
};
use crate::support::api::Api;

/// The file's rows, each by the names of its columns.
async fn rows(api: &Api, query: &str) -> Vec<std::collections::HashMap<String, String>> {
    let answer = api.get(&format!("/v1/topics/t/deliveries.csv{query}")).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["content-type"]), (200, &"text/csv; charset=utf-8".parse().unwrap()));
    let body = answer.body.strip_prefix("\u{feff}".as_bytes()).expect("a byte order mark").to_vec();
    let mut read = csv::Reader::from_reader(body.as_slice());
    read.deserialize().map(|row| row.expect("a row")).collect()
}

async fn mailing() -> Api {
    use FeedbackKind::*;
    let api = Api::new().await;
    post(&api, "other", &people(2)).await;
    let made = post(&api, "t", &people(4)).await;
    send(&api, &[sent(), sent(), refused(), sent()]).await;
    for kind in [Delayed, Delivered, Opened, OpenedByPerson] {
        report(&api, &made, 0, kind, api.clock.wall()).await;
    }
    for kind in [SoftBounced, Complained, Clicked, Unsubscribed] {
        report(&api, &made, 1, kind, api.clock.wall()).await;
    }
    api
}

#[tokio::test]
async fn every_recipient_has_a_row_with_all_that_is_known() {
    let api = mailing().await;
    let all = rows(&api, "").await;
    let shown: Vec<[&str; 10]> = all
        .iter()
        .map(|row| {
            [
                "email",
                "state",
                "feedback",
                "all_feedback",
                "opened",
                "clicked",
                "opened_by_person",
                "clicked_by_person",
                "unsubscribed",
                "reason_code",
            ]
            .map(|name| row[name].as_str())
        })
        .collect();
    // The other topic's two copies were sent before.
    assert_eq!(
        shown,
        [
            ["person0@example.kr", "failed", "delivered", "delivered delayed", "true", "false", "true", "false", "false", "550 5.1.1"],
            ["person1@example.kr", "sent", "complained", "complained soft_bounced", "false", "true", "false", "false", "true", ""],
            ["person2@example.kr", "sent", "", "", "false", "false", "false", "false", "false", ""],
            ["person3@example.kr", "sent", "", "", "false", "false", "false", "false", "false", ""],
        ]
    );
    assert!(all.iter().all(|row| row["topic_id"] == "t"));
}

#[tokio::test]
async fn it_is_narrowed_by_state_feedback_and_address() {
    let api = mailing().await;
    let find = async |query: &str| rows(&api, query).await.iter().map(|row| row["email"].clone()).collect::<Vec<_>>();
    assert_eq!(find("?state=failed").await, ["person0@example.kr"]);
    assert_eq!(find("?feedback=soft_bounced").await, ["person1@example.kr"]);
    assert_eq!(find("?feedback=opened&state=sent").await, Vec::<String>::new());
    assert_eq!(find("?email=PERSON3@example.kr").await, ["person3@example.kr"]);
    let list = api.get("/v1/deliveries?topic_id=t&feedback=complained").await.expect(200);
    assert_eq!(list["deliveries"].as_array().map(Vec::len), Some(1), "lists take it as well");
    let refused = api.get("/v1/topics/t/deliveries.csv?feedback=lost").await.problem(422);
    assert_eq!(refused, [("feedback".into(), "unknown_value".into())]);
    assert_eq!(api.get("/v1/topics/t/deliveries.csv?topic_id=t").await.problem(422)[0].1, "unknown_parameter");
    api.get("/v1/topics/none/deliveries.csv").await.problem(404);
}
