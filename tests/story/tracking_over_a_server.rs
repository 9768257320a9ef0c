//! A mail into the local inbox, its picture loaded and its link followed over HTTP, and what is known of it then.

use serde_json::{Value, json};

use crate::support::{
    http::{self, Answer},
    server::{Server, until},
};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36";
const HERE: &str = "http://127.0.0.1:1";

fn html(server: &Server) -> String {
    let id =
        until("the mail is there", || server.get("/v1/inbox")["mails"].as_array().and_then(|all| all.first().map(|m| m["id"].clone())));
    let key = server.key.as_deref().unwrap_or_default();
    let answer = http::call(address(server), "GET", &format!("/v1/inbox/{id}/source"), &[("x-api-key", key)], b"").expect("an answer");
    mail_parser::MessageParser::default().parse(&answer.body).expect("a mail").body_html(0).expect("HTML").into_owned()
}

fn address(server: &Server) -> std::net::SocketAddr {
    server.url.trim_start_matches("http://").parse().expect("an address")
}

fn load(server: &Server, link: &str) -> Answer {
    let path = link.strip_prefix(HERE).expect("it leads here");
    http::call(address(server), "GET", path, &[("user-agent", CHROME)], b"").expect("an answer")
}

fn between<'a>(html: &'a str, before: &str, after: char) -> &'a str {
    html.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_else(|| panic!("no {before} in {html}"))
}

#[test]
fn a_reader_of_the_inbox_is_seen_in_counts_links_and_timeline() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[("SERVER_URL", HERE), ("DEFAULT_FROM_EMAIL", "news@shop.kr")]);
    let message = json!({"messages": [{
        "topic_id": "봄", "emails": ["hong@naver.com"], "subject": "봄 소식", "track": {"clicks": true},
        "content": "<html><body><p>홍길동 님 <a href=\"https://shop.kr/봄?a=1&amp;b=2\">보기</a> <a href=\"mailto:a@shop.kr\">문의</a></p></body></html>",
    }]});
    let (status, answer) = server.ask("POST", "/v1/messages", &message.to_string());
    assert_eq!(status, 202, "{answer}");
    let id = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
    let html = html(&server);
    let (picture, link) = (between(&html, "<img src=\"", '"'), between(&html, "<a href=\"", '"'));
    assert!(picture.starts_with(&format!("{HERE}/v1/events/open?request_id=")) && link.starts_with(&format!("{HERE}/c/")), "{html}");
    assert!(link.len() < 120 && html.contains("href=\"mailto:a@shop.kr\"") && html.trim_end().ends_with("</body></html>"), "{html}");

    let led = load(&server, link);
    assert_eq!((led.status, led.header("location")), (302, Some("https://shop.kr/%EB%B4%84?a=1&b=2")));
    // Right after the sending it counts as a program's; some moments later as a person's. More than 20 in a minute would not count.
    let mut looks = 0..;
    let topic = until("a person has opened it", || {
        if looks.next().is_some_and(|look: u32| look.is_multiple_of(25)) {
            assert_eq!(load(&server, picture).status, 200);
        }
        Some(server.get("/v1/topics/%EB%B4%84")).filter(|topic| topic["opened_by_person"] == 1)
    });
    assert_eq!((&topic["opened"], &topic["sent"]), (&1.into(), &1.into()), "{topic}");
    let topic = until("the click is counted", || Some(server.get("/v1/topics/%EB%B4%84")).filter(|topic| topic["clicked"] == 1));
    assert_eq!(topic["clicked_by_person"], 0, "{topic}");
    let shown = server.get(&format!("/v1/deliveries/{id}-00000"));
    let told = |kind: &str| -> Vec<Value> {
        shown["timeline"].as_array().expect("a timeline").iter().filter(|entry| entry["event"] == kind).cloned().collect()
    };
    assert!(told("opened").len() >= 2 && told("clicked").len() == 1, "{shown}");
    let detail = told("clicked")[0]["detail"].as_str().expect("words").to_owned();
    assert!(detail.starts_with("https://shop.kr/봄?a=1&b=2; a program: ") && detail.contains("127.0.0.0/24"), "{detail}");
}
