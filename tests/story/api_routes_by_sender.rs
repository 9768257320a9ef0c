//! Several providers: a message takes the one its sender names, and says why. What waits for one that is gone is told and moved.

use std::time::Duration;

use jebi::system::SystemClock;
use jebi_domain::port::Clock;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::server::{Server, until};

const TWO: &str = "[providers.news]\nkind = \"local\"\nsenders = [\"@news.example.com\"]\n\
                   [providers.shop]\nkind = \"local\"\nsenders = [\"shop@example.com\", \"@example.kr\"]\n";
const REST: &str = "[providers.rest]\nkind = \"local\"\n";

fn start(folder: &tempfile::TempDir, toml: &str, key: Option<String>) -> Server {
    std::fs::write(folder.path().join("jebi.toml"), toml).expect("written");
    let mut server = Server::start(folder.path(), &[]);
    server.key = server.key.take().or(key);
    server
}

fn send(server: &Server, from: &str, more: &Value) -> (u16, Value) {
    let mut message = json!({"from": from, "emails": ["hong@example.kr"], "subject": "새 소식", "content": "안녕하세요"});
    message.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    server.ask("POST", "/v1/messages", &json!({"messages": [message]}).to_string())
}

fn id(answer: &Value) -> String {
    answer["messages"][0]["id"].as_str().unwrap_or_else(|| panic!("{answer} has no id")).to_owned()
}

#[test]
fn the_sender_chooses_the_provider_and_the_message_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(&folder, TWO, None);
    for (from, provider, route) in [
        ("kim@news.example.com", "news", "through news: its senders name @news.example.com"),
        ("상점 <Shop@Example.com>", "shop", "through shop: its senders name shop@example.com"),
        ("lee@example.kr", "shop", "through shop: its senders name @example.kr"),
    ] {
        let (status, answer) = send(&server, from, &json!({}));
        assert_eq!(status, 202, "{answer}");
        let message = server.get(&format!("/v1/messages/{}", id(&answer)));
        assert_eq!((&message["provider"], &message["route"]), (&json!(provider), &json!(route)));
        let deliveries = until("it is sent", || {
            let found = server.get(&format!("/v1/deliveries?message_id={}", id(&answer)));
            (found["deliveries"][0]["state"] == "sent").then_some(found)
        });
        let delivery = server.get(&format!("/v1/deliveries/{}", deliveries["deliveries"][0]["id"].as_str().expect("an id")));
        assert!(delivery["timeline"].to_string().contains(route), "{delivery}");
    }
    let (status, answer) = send(&server, "kim@example.com", &json!({}));
    assert_eq!((status, &answer["code"]), (422, &json!("no_provider_for_sender")), "{answer}");
    let fault = &answer["errors"][0];
    assert_eq!(fault["field"], "messages[0].from");
    assert!(fault["fault"].as_str().expect("text").contains("kim@example.com"));
    assert!(fault["remedy"].as_str().expect("text").contains("@news.example.com, shop@example.com, @example.kr"), "{fault}");
}

#[test]
fn mail_waiting_for_a_provider_that_is_gone_is_told_and_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = start(&folder, TWO, None);
    let next_month = SystemClock.wall() + Duration::from_secs(30 * 24 * 3600);
    let (topic, later) = ("weekly", json!({"topic_id": "weekly", "scheduled_at": next_month.to_string()}));
    let waiting: Vec<String> = ["a@news.example.com", "b@news.example.com"].iter().map(|from| id(&send(&server, from, &later).1)).collect();
    let key = server.key.clone();
    server.signal(Signal::TERM);
    assert!(server.ended().0.success());

    let server = start(&folder, REST, key);
    let warnings = server.get("/ready")["warnings"].to_string();
    assert!(warnings.contains("2 recipients wait for the provider news, which is not configured"), "{warnings}");
    assert!(std::fs::read_to_string(folder.path().join("log")).expect("a log").contains("wait for the provider news"));
    // One of the same topic that waits there already.
    send(&server, "c@example.com", &later);

    for (from, to, status, code) in
        [("news", "nobody", 422, "unknown_provider"), ("rest", "rest", 422, "same_provider"), ("nobody", "rest", 404, "not_found")]
    {
        let (answered, answer) = server.ask("POST", &format!("/v1/providers/{from}/move"), &json!({"to": to}).to_string());
        assert_eq!((answered, &answer["code"]), (status, &json!(code)), "{answer}");
    }
    let (status, moved) = server.ask("POST", "/v1/providers/news/move", r#"{"to":"rest"}"#);
    assert_eq!((status, &moved["moved"]), (200, &json!(2)));
    let act = &server.get("/v1/audit?limit=1")["acts"][0];
    assert_eq!([&act["act"], &act["target"], &act["detail"]], ["provider.move", "news", "to=rest recipients=2"]);
    assert_eq!(server.get("/ready")["warnings"], json!([]));
    for message in &waiting {
        assert_eq!(server.get(&format!("/v1/messages/{message}"))["provider"], "rest");
    }
    let shown = server.get("/v1/providers")["providers"][0]["waiting"].clone();
    assert_eq!(shown, json!({"transactional": 3, "bulk": 0}));
    let cancelled = server.ask("DELETE", &format!("/v1/topics/{topic}"), "");
    assert_eq!((cancelled.0, &cancelled.1["cancelled"]), (200, &json!(3)), "both queues of the topic are one to its owner");
}
