//! What became of a topic's mail, over the API (requirement S3-7): counts, rates, what happened when.

use std::time::Duration;

use jebi_domain::{
    event::{Feedback, FeedbackKind},
    id::DeliveryId,
    port::Clock,
    time::Wall,
};
use serde_json::{Value, json};

use super::api_sends_again::{people, post, refused, send, sent};
use crate::support::api::{Api, list, text};

const HOUR: Duration = Duration::from_secs(3_600);

/// Reports something of one of a message's copies.
pub(super) async fn report(api: &Api, message: &Value, place: usize, kind: FeedbackKind, at: Wall) {
    let (delivery, recipient) = (text(&message["deliveries"][place]["id"]), format!("person{place}@example.kr"));
    let delivery = DeliveryId::parse(delivery).expect("an id");
    let one = Feedback { delivery, recipient, kind, at, detail: "250 ok".into() };
    assert_eq!(api.store.record_feedback(vec![one]).await.expect("recorded"), 1);
}

fn points(page: &Value, name: &str) -> Vec<(String, i64)> {
    let point = |p: &Value| (text(&p["at"]).to_owned(), p[name].as_i64().expect("a count"));
    list(&page["series"]["points"]).iter().map(point).filter(|(_, n)| *n > 0).collect()
}

/// A mailing of four, three of which were sent: an hour later two of them are delivered, two hours later one opens it.
async fn mailing() -> Api {
    use FeedbackKind::*;
    let api = Api::new().await;
    let made = post(&api, "소식 11월", &people(4)).await;
    assert_eq!(send(&api, &[sent(), sent(), sent(), refused()]).await, 4);
    let began = api.clock.wall();
    api.clock.advance(HOUR);
    report(&api, &made, 0, Delivered, api.clock.wall()).await;
    report(&api, &made, 1, Delivered, api.clock.wall()).await;
    api.clock.advance(HOUR);
    for kind in [Opened, OpenedByPerson, Clicked, Unsubscribed] {
        report(&api, &made, 0, kind, api.clock.wall()).await;
    }
    report(&api, &made, 1, Opened, api.clock.wall()).await;
    // Its clock is wrong by days.
    report(&api, &made, 2, Bounced, began - 100 * HOUR).await;
    api
}

#[tokio::test]
async fn a_topic_tells_how_its_recipients_stand_and_the_rates() {
    let api = mailing().await;
    let page = api.get("/v1/topics/%EC%86%8C%EC%8B%9D%2011%EC%9B%94").await.expect(200);
    for (name, count) in
        [("total", 4), ("sent", 3), ("failed", 1), ("delivered", 2), ("bounced", 1), ("opened", 2), ("opened_by_person", 1)]
    {
        assert_eq!(page[name], count, "{name}");
    }
    for name in ["opens", "opens_by_person", "clicks", "clicks_by_person"] {
        assert!(page[name].is_i64(), "{name}");
    }
    let third = |n: f64| json!(n / 3.0);
    let rates = json!({
        "delivered": third(2.0), "bounced": third(1.0), "soft_bounced": 0.0, "complained": 0.0, "opened": 1.0, "opened_by_person": 0.5,
        "clicked": 0.5, "clicked_by_person": 0.0, "unsubscribed": 0.5,
    });
    assert_eq!(page["rates"], rates);
    assert_eq!(page["estimated_finish_at"], Value::Null, "nothing waits");
}

#[tokio::test]
async fn where_nothing_was_sent_there_are_no_rates() {
    let api = Api::new().await;
    post(&api, "t", &people(1)).await;
    let page = api.get("/v1/topics/t").await.expect(200);
    assert!(page["rates"].as_object().expect("rates").values().all(Value::is_null), "{page}");
    assert_eq!(page["series"], json!({"step": "hour", "points": [], "more": false}));
}

#[tokio::test]
async fn what_happened_is_told_by_the_hour_and_by_the_servers_day() {
    let api = mailing().await;
    let ask = async |query: &str| api.get(&format!("/v1/topics/%EC%86%8C%EC%8B%9D%2011%EC%9B%94{query}")).await.expect(200);
    let at = |hour: u32| format!("2023-12-31T{hour:02}:00:00.000Z");
    let page = ask("").await;
    assert_eq!(points(&page, "sent"), [(at(0), 3)]);
    assert_eq!(points(&page, "bounced"), [(at(0), 1)], "no earlier than the topic");
    assert_eq!(points(&page, "delivered"), [(at(1), 2)]);
    assert_eq!((points(&page, "opened"), points(&page, "opened_by_person")), (vec![(at(2), 2)], vec![(at(2), 1)]));
    assert_eq!((points(&page, "clicked"), points(&page, "unsubscribed")), (vec![(at(2), 1)], vec![(at(2), 1)]));
    // 09:00 to 12:00 in Seoul.
    let days = ask("?series=day").await;
    assert_eq!(points(&days, "delivered"), [("2023-12-30T15:00:00.000Z".to_owned(), 2)]);
    assert_eq!((&days["series"]["step"], &days["series"]["points"][0]["date"]), (&json!("day"), &json!("2023-12-31")));
    assert_eq!(list(&ask("?since=2023-12-31%2010:00:00").await["series"]["points"]).len(), 2, "a time without a zone is Seoul's");
    assert_eq!(list(&ask("?until=2023-12-31T01:00:00Z").await["series"]["points"]).len(), 1);
    assert_eq!(list(&ask("?since=2023-12-31T00:00:01Z&until=2023-12-31T01:00:01Z").await["series"]["points"]).len(), 1);
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_named() {
    let api = mailing().await;
    let ask = async |query: &str| api.get(&format!("/v1/topics/%EC%86%8C%EC%8B%9D%2011%EC%9B%94{query}")).await.problem(422);
    assert_eq!(ask("?series=week").await, [("series".into(), "unknown_value".into())]);
    assert_eq!(ask("?since=yesterday").await[0].0, "since");
    assert_eq!(ask("?since=2024-01-02&until=2024-01-01").await[0].0, "since", "a day is no time");
    let turned = "?since=2024-01-02T00:00:00Z&until=2024-01-02T00:00:00Z";
    assert_eq!(ask(turned).await, [("until".into(), "out_of_range".into())]);
    assert_eq!(ask("?step=day").await, [("step".into(), "unknown_parameter".into())]);
    api.get("/v1/topics/none").await.problem(404);
}

#[tokio::test]
async fn a_list_of_topics_has_counts_only() {
    let api = mailing().await;
    let page = api.get("/v1/topics").await.expect(200);
    let topic = &page["topics"][0];
    assert_eq!((&topic["delivered"], &topic["clicked"]), (&json!(2), &json!(1)));
    assert!(topic["rates"].is_null() && topic["series"].is_null() && topic["opens"].is_null(), "{topic}");
}
