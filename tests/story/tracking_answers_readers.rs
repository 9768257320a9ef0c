//! The picture and the links of followed mail, as readers and others ask for them.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use jebi::service::{
    accept::{Follow, ListSettings, TrackSettings},
    access::AccessSettings,
};
use jebi_domain::{
    id::{DeliveryId, MessageId},
    link::{LinkKey, Links},
    network::Network,
    port::Clock,
    time::Wall,
    track::LinkHash,
};
use serde_json::{Value, json};

use crate::support::api::{Answer, Api, Setup, list, text};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36";
const BASE: &str = "https://mail.example.kr";
const SHOP: &str = "https://한국.kr/봄?a=1&b=2";
const HTML: &str = "<p><a href=\"https://한국.kr/봄?a=1&amp;b=2\">보기</a> <a href='https://shop.kr/b'>b</a></p>";

fn setup() -> Setup {
    let track = TrackSettings { opens: Follow::Document, clicks: Follow::None, base: Some(BASE.into()), local: None };
    let list = ListSettings { public: Some(BASE.into()), ..ListSettings::default() };
    let access = AccessSettings { allowed_networks: Network::parse("10.0.0.0/8").into_iter().collect(), ..AccessSettings::default() };
    Setup { track, list, access, secret: Some("a secret of thirty-two characters"), ..Setup::default() }
}

/// A message of the document's shape with this of its tracking; its id, and what it was warned of.
async fn posted(api: &Api, track: Value) -> (MessageId, Vec<String>) {
    let mut message = json!({"topic_id": "봄", "emails": ["hong@naver.com"], "subject": "봄 소식", "content": HTML});
    if !track.is_null() {
        message["track"] = track;
    }
    let answer = api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
    let one = &answer["messages"][0];
    let codes = one["warnings"].as_array().into_iter().flatten().map(|w| text(&w["code"]).to_owned());
    let codes = codes.filter(|code| code == "not_tracked").collect();
    (MessageId::parse(text(&one["id"])).expect("an id"), codes)
}

/// The token of its picture, and of one of its links.
fn tokens(api: &Api, message: MessageId, target: &str) -> (String, String) {
    let links = api.state.links.as_ref().expect("a secret").live();
    let mark = links.load().mark(DeliveryId { message, ordinal: 0 }, api.clock.wall()).expect("a key");
    let made = jebi_domain::track::token(&mark, LinkHash::of(target));
    (mark.as_str().to_owned(), made)
}

/// As readers do: from anywhere, without a key.
async fn ask(api: &Api, method: Method, path: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("user-agent", CHROME).header("accept-language", "ko");
    api.send_from("203.0.113.9", request.body(Body::empty()).expect("a test's request")).await
}

/// Opens and clicks of the topic once all that came by now is written: what comes later is written later, so that one more that comes now,
/// of other mail, is waited for.
async fn counted(api: &Api) -> (i64, i64) {
    api.clock.advance(Duration::from_secs(3));
    let message = json!({"topic_id": "끝", "emails": ["kim@naver.com"], "subject": "끝", "content": HTML});
    let answer = api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
    let id = MessageId::parse(text(&answer["messages"][0]["id"])).expect("an id");
    let (last, _) = tokens(api, id, SHOP);
    ask(api, Method::GET, &format!("/v1/events/open?request_id={last}")).await;
    loop {
        let end = api.store.topic("끝").await.expect("the store answers").expect("a topic");
        if end.engaged.opens == 1 {
            let topic = api.store.topic("봄").await.expect("the store answers").expect("a topic");
            return (topic.engaged.opens, topic.engaged.clicks);
        }
    }
}

#[tokio::test]
async fn what_is_followed_is_decided_when_it_is_accepted() {
    let api = Api::with(setup()).await;
    let followed = async |track: Value| {
        let (id, warnings) = posted(&api, track).await;
        let shown = api.get(&format!("/v1/messages/{id}")).await.expect(200);
        assert!(warnings.is_empty(), "{warnings:?}");
        (shown["track"]["opens"] == true, shown["track"]["clicks"] == true)
    };
    assert_eq!(followed(Value::Null).await, (true, false), "the document's shape");
    assert_eq!(followed(json!({"opens": false})).await, (false, false));
    assert_eq!(followed(json!({"clicks": true})).await, (true, true));
    let bad = api
        .post("/v1/messages", &json!({"messages": [{"emails": ["a@b.kr"], "subject": "a", "text": "b", "track": {"open": true}}]}))
        .await;
    assert_eq!(bad.status, 422);
    let unreached = Api::with(Setup { track: TrackSettings { base: None, ..setup().track }, ..setup() }).await;
    assert_eq!(posted(&unreached, Value::Null).await.1, ["not_tracked"]);
    assert_eq!(posted(&unreached, json!({"opens": false})).await.1, [""; 0]);
}

#[tokio::test]
async fn a_topic_says_what_is_followed_of_its_mail_before_there_is_any() {
    let api = Api::with(setup()).await;
    let path = "/v1/topics/%EB%B4%84/tracking";
    let said = json!({"topic_id": "봄", "tracking": {"opens": null, "clicks": null}});
    assert_eq!(api.get(path).await.expect(200), said, "nothing yet");
    let followed = async |track: Value| {
        let shown = api.get(&format!("/v1/messages/{}", posted(&api, track).await.0)).await.expect(200);
        (shown["track"]["opens"] == true, shown["track"]["clicks"] == true)
    };
    assert_eq!(followed(Value::Null).await, (true, false));
    let said = json!({"topic_id": "봄", "tracking": {"opens": false, "clicks": true}});
    assert_eq!(api.put(path, &json!({"opens": false, "clicks": true})).await.expect(200), said);
    assert_eq!((api.get(path).await.expect(200), followed(Value::Null).await), (said, (false, true)));
    assert_eq!(followed(json!({"opens": true})).await, (true, true), "a message goes before it");
    api.put(path, &json!({})).await.expect(200);
    assert_eq!(followed(Value::Null).await, (true, false));
    for (path, body) in [(path, json!({"open": true})), (path, json!({"opens": 1})), ("/v1/topics/a%00b/tracking", json!({"opens": true}))]
    {
        assert_eq!(api.put(path, &body).await.status, 422, "{path} {body}");
    }
    let audit = api.get("/v1/audit").await.expect(200).to_string();
    assert!(audit.contains("topic.tracking") && audit.contains("opens=off clicks=on"), "{audit}");
}

#[tokio::test]
async fn the_picture_is_answered_to_whoever_asks_and_counted_for_whoever_reads() {
    let api = Api::with(setup()).await;
    let (id, _) = posted(&api, Value::Null).await;
    let (token, _) = tokens(&api, id, SHOP);
    let other = Links::new(vec![LinkKey::derive(b"another installation's secret", 1, b"salt", Wall(0))]);
    let theirs = other.mark(DeliveryId { message: id, ordinal: 0 }, Wall(5)).expect("a key");
    let good = format!("/v1/events/open?request_id={token}");
    let others = ["".to_owned(), "?request_id=".into(), "?request_id=1".into(), format!("?request_id={}", theirs.as_str())];
    let tampered = format!("?request_id={}A", &token[..token.len() - 1]);
    let long = format!("?request_id={}", "A".repeat(20_000));
    for path in others.into_iter().chain([tampered, long]).map(|query| format!("/v1/events/open{query}")).chain([good.clone()]) {
        let answer = ask(&api, Method::GET, &path).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["content-type"]), (200, &"image/gif".parse().expect("a value")), "{path:.80}");
        assert!(answer.headers["cache-control"].to_str().is_ok_and(|value| value.contains("no-store")));
        assert!(answer.body.starts_with(b"GIF89a\x01\x00\x01\x00") && answer.body.len() == 43);
    }
    let looked = ask(&api, Method::HEAD, &good).await;
    assert_eq!((looked.status.as_u16(), looked.body.len()), (200, 0));
    assert_eq!(ask(&api, Method::POST, &good).await.status, 405);
    ask(&api, Method::GET, &good).await;
    assert_eq!(counted(&api).await, (2, 0), "nothing but the two");
}

#[tokio::test]
async fn who_loads_a_picture_without_end_is_answered_and_counts_twenty_times_a_minute() {
    let api = Api::with(setup()).await;
    let (id, _) = posted(&api, Value::Null).await;
    let (token, _) = tokens(&api, id, SHOP);
    for _ in 0..50 {
        assert_eq!(ask(&api, Method::GET, &format!("/v1/events/open?request_id={token}")).await.status, 200);
    }
    assert_eq!(counted(&api).await, (20, 0));
}

#[tokio::test]
async fn a_link_that_is_filled_in_leads_to_the_readers_own_place_and_is_counted_as_it_stands_in_the_template() {
    let api = Api::with(setup()).await;
    let message = json!({
        "topic_id": "봄", "subject": "봄 소식", "syntax": "jinja", "track": {"clicks": true},
        "html": "<p>{{ name | default('') }}</p><a href=\"https://shop.kr/reset?u={{ email | urlencode }}&amp;t={{ token }}\">a</a>",
        "recipients": [{"email": "hong@naver.com", "variables": {"token": "s3cr3t"}}],
    });
    let answer = api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
    let id = MessageId::parse(text(&answer["messages"][0]["id"])).expect("an id");
    let (_, token) = tokens(&api, id, "https://shop.kr/reset?u=hong%40naver.com&t=s3cr3t");
    let led = ask(&api, Method::GET, &format!("/c/{token}")).await;
    assert_eq!((led.status.as_u16(), text_of(&led, "location")), (302, "https://shop.kr/reset?u=hong%40naver.com&t=s3cr3t"));
    assert_eq!(counted(&api).await, (0, 1));
    let topic = api.get("/v1/topics/%EB%B4%84").await.expect(200);
    assert_eq!(topic["links"][0]["url"], "https://shop.kr/reset?u={{ email | urlencode }}&t={{ token }}");
    let delivery = api.get(&format!("/v1/deliveries/{id}-00000")).await.expect(200);
    let clicked = list(&delivery["timeline"]).iter().find(|entry| entry["event"] == "clicked").expect("a click");
    assert!(text(&clicked["detail"]).starts_with("https://shop.kr/reset?u={{ email | urlencode }}&t={{ token }}; "), "{clicked}");
    assert!(!format!("{topic}{delivery}").contains("s3cr3t"), "nobody reads what stood in it");
}

#[tokio::test]
async fn a_link_leads_where_it_stood_in_the_mail_and_nowhere_else() {
    let api = Api::with(setup()).await;
    let (id, _) = posted(&api, json!({"clicks": true})).await;
    let (mark, token) = tokens(&api, id, SHOP);
    let led = ask(&api, Method::GET, &format!("/c/{token}?url=https://evil.example")).await;
    assert_eq!((led.status.as_u16(), text_of(&led, "location")), (302, "https://xn--3e0b707e.kr/%EB%B4%84?a=1&b=2"));
    assert_eq!((text_of(&led, "referrer-policy"), text_of(&led, "cache-control")), ("no-referrer", "no-store"));
    assert!(led.body.is_empty());
    let looked = ask(&api, Method::HEAD, &format!("/c/{token}")).await;
    assert_eq!(looked.status, 302);

    let (_, evil) = tokens(&api, id, "https://evil.example/");
    let tampered = format!("{}A{}", &token[..10], &token[11..]);
    let other = Links::new(vec![LinkKey::derive(b"another installation's secret", 1, b"salt", Wall(0))]);
    let theirs = other.mark(DeliveryId { message: id, ordinal: 0 }, Wall(5)).expect("a key");
    let theirs = jebi_domain::track::token(&theirs, LinkHash::of(SHOP));
    for bad in
        [evil, tampered, theirs, mark, "x".to_owned(), "A".repeat(20_000), "%00%ff".to_owned(), "https:%2F%2Fevil.example".to_owned()]
    {
        let answer = ask(&api, Method::GET, &format!("/c/{bad}")).await;
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!((answer.status.as_u16(), answer.headers.get("location")), (404, None), "{bad:.80}: {page}");
        assert!(page.contains("올바른 링크가 아닙니다"), "{bad:.80}: {page}");
    }
    let gone = DeliveryId { message: MessageId([9; 16]), ordinal: 0 };
    let links = api.state.links.as_ref().expect("a secret").live();
    let gone = jebi_domain::track::token(&links.load().mark(gone, api.clock.wall()).expect("a key"), LinkHash::of(SHOP));
    let answer = ask(&api, Method::GET, &format!("/c/{gone}")).await;
    assert_eq!(answer.status, 410);
    assert!(String::from_utf8_lossy(&answer.body).contains("더 이상 열 수 없는 링크입니다"));

    // Clicks wait for others of their mail.
    let (_, second) = tokens(&api, id, "https://shop.kr/b");
    ask(&api, Method::GET, &format!("/c/{second}")).await;
    assert_eq!(counted(&api).await, (0, 2));
    let links = api.store.topic_links("봄", 10).await.expect("the store answers");
    let mut urls: Vec<&str> = links.iter().map(|link| link.url.as_str()).collect();
    urls.sort_unstable();
    assert_eq!(urls, ["https://shop.kr/b", SHOP]);
    let shown = api.get(&format!("/v1/deliveries/{id}-00000")).await.expect(200);
    let entries: Vec<&Value> = list(&shown["timeline"]).iter().filter(|entry| entry["event"] == "clicked").collect();
    assert!(
        entries.len() == 2 && text(&entries[0]["detail"]).contains("a program") && !shown.to_string().contains("203.0.113.9"),
        "{shown}"
    );
}

#[track_caller]
fn text_of<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().expect("text")
}
