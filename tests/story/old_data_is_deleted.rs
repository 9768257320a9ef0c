//! What is old enough goes by itself: first what mail said, then its record; counts stay, and an operator sees before what will go.

use std::time::Duration;

use jebi_domain::{
    id::Incarnation,
    port::{Clock, store::Housekept},
    retention::{Ages, DataKind},
};
use serde_json::{Value, json};

use crate::support::api::{Api, Setup};

const DAY: u64 = 86_400;

async fn api() -> Api {
    let ages = Ages::of(|kind| match kind {
        DataKind::Content => Some(Duration::from_secs(90 * DAY)),
        DataKind::Records => Some(Duration::from_secs(400 * DAY)),
        _ => None,
    });
    Api::with(Setup { ages, ..Setup::default() }).await
}

/// All that is counted, by kind: days kept, old enough, open.
async fn counted(api: &Api) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), "/v1/admin/retention".to_owned());
    loop {
        let slice = api.get(&path).await.expect(200);
        all.push(json!([slice["data"], slice["days"], slice["due"], slice["kept"]]));
        match slice["next_cursor"].as_str() {
            Some(next) => path = format!("/v1/admin/retention?cursor={next}"),
            None => return all,
        }
    }
}

async fn delete(api: &Api) {
    while api.state.retention.slice().await.expect("a slice") {}
}

#[tokio::test]
async fn content_goes_first_then_the_record_and_the_counts_stay() {
    let api = api().await;
    let body = |to: &str| json!({"messages": [{"emails": [to, "kim@naver.com"], "topic_id": "소식", "subject": "홍길동 님께", "content": "<p>비밀</p>"}]});
    let posted = api.post("/v1/messages", &body("hong@naver.com")).await.expect(202);
    let path = format!("/v1/messages/{}", posted["messages"][0]["id"].as_str().expect("an id"));
    api.delete("/v1/topics/%EC%86%8C%EC%8B%9D").await.expect(200);
    while api.store.housekeep(Incarnation(0), api.clock.wall()).await.expect("housekeeping") == Housekept::More {}
    let open = api.post("/v1/messages", &body("lee@naver.com")).await.expect(202);
    let open = format!("/v1/messages/{}", open["messages"][0]["id"].as_str().expect("an id"));

    api.clock.advance(Duration::from_secs(91 * DAY));
    assert_eq!(
        counted(&api).await,
        [
            json!(["content", 90, 1, 1]),
            json!(["events", null, 0, 0]),
            json!(["records", 400, 0, 0]),
            json!(["inbox", null, 0, 0]),
            json!(["audit", null, 0, 0]),
            json!(["suppression_history", null, 0, 0]),
        ]
    );
    delete(&api).await;
    let shown = api.get(&path).await.expect(200).to_string();
    assert!(!shown.contains("홍길동") && !shown.contains("비밀"), "{shown}");
    assert!(api.get(&open).await.expect(200).to_string().contains("홍길동"), "it waits");

    api.clock.advance(Duration::from_secs(310 * DAY));
    delete(&api).await;
    assert_eq!(api.get(&path).await.status, 404);
    assert!(api.get(&open).await.expect(200).to_string().contains("홍길동"), "it still waits");
    let topic = api.get("/v1/topics/%EC%86%8C%EC%8B%9D").await.expect(200);
    assert_eq!((&topic["total"], &topic["cancelled"], &topic["waiting"]), (&4.into(), &2.into(), &2.into()), "{topic}");
    let found = api.get("/v1/deliveries?email=hong%40naver.com").await.expect(200);
    assert!(!found.to_string().contains("hong"), "{found}");
    assert_eq!(api.get("/v1/admin/verify").await.expect(200)["violations"], json!([]));
}

#[tokio::test]
async fn a_wrong_cursor_is_told() {
    let api = api().await;
    assert_eq!(api.get("/v1/admin/retention?cursor=xyz").await.problem(422)[0].0, "cursor");
}
