//! A whole server tells what became of its mail, also across a crash between what happened and the call (S0-19).

use jebi::system::SystemClock;
use jebi_domain::port::Clock;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    server::{Server, run, until},
    ses_stub::{SesStub, Step},
};

const ENV: &[(&str, &str)] = &[("WEBHOOKS_ALLOW_HTTP", "true"), ("WEBHOOKS_ALLOW_PRIVATE_NETWORKS", "127.0.0.0/8")];

fn mail(topic: &str, to: &[&str]) -> String {
    json!({"messages": [{"topic_id": topic, "from": "shop@example.kr", "subject": "안내", "text": "안녕하세요, 홍길동님", "emails": to}]})
        .to_string()
}

/// What was told, by type and recipient or topic, sorted.
fn told(stub: &SesStub) -> Vec<(String, String)> {
    let read = |body: &[u8]| {
        let payload: Value = serde_json::from_slice(body).expect("JSON");
        let of = payload["data"]["recipient"].as_str().or(payload["data"]["topic"].as_str()).unwrap_or_default();
        (payload["type"].as_str().expect("a type").to_owned(), of.to_owned())
    };
    let mut all: Vec<_> = stub.look(|seen| seen.requests.iter().map(|request| read(&request.body)).collect());
    all.sort();
    all
}

fn pair(kind: &str, of: &str) -> (String, String) {
    (kind.to_owned(), of.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mails_way_is_told_and_only_what_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), ENV);
    let (all, bulk) = (SesStub::start([]).await, SesStub::start([]).await);
    let made = run(folder.path(), ENV, &["webhook", "create", "--url", &all.url(), "--event", "delivery.*", "--event", "topic.finished"]);
    assert!(made.code == 0 && made.out.contains("the webhook 1 is made") && made.out.contains("whsec_"), "{made:?}");
    let (status, made) =
        server.ask("POST", "/v1/webhooks", &json!({"url": bulk.url(), "topics": ["봄*"], "events": ["delivery.sent"]}).to_string());
    assert_eq!(status, 201, "{made}");
    assert_eq!(server.ask("POST", "/v1/messages", &mail("가을 소식", &["hong@naver.com", "kim@daum.net"])).0, 202);
    assert_eq!(server.ask("POST", "/v1/messages", &mail("봄 소식", &["lee@naver.com"])).0, 202);
    all.until(|seen| seen.requests.len() == 8).await;
    bulk.until(|seen| seen.requests.len() == 1).await;
    let expected = [
        pair("delivery.delivered", "hong@naver.com"),
        pair("delivery.delivered", "kim@daum.net"),
        pair("delivery.delivered", "lee@naver.com"),
        pair("delivery.sent", "hong@naver.com"),
        pair("delivery.sent", "kim@daum.net"),
        pair("delivery.sent", "lee@naver.com"),
        pair("topic.finished", "가을 소식"),
        pair("topic.finished", "봄 소식"),
    ];
    assert_eq!(told(&all), expected);
    assert_eq!(told(&bulk), [pair("delivery.sent", "lee@naver.com")]);
    let listed = run(folder.path(), ENV, &["webhook", "list"]);
    assert!(listed.out.contains("delivery.*,topic.finished") && listed.out.lines().count() == 3, "{listed:?}");
    let calls = until("all are written down", || {
        let calls = run(folder.path(), ENV, &["webhook", "calls", "1", "--state", "told"]);
        (calls.out.lines().count() == 8).then_some(calls)
    });
    assert!(calls.out.contains("delivery.sent") && calls.out.contains("200"), "{calls:?}");
    let tried = run(folder.path(), ENV, &["webhook", "test", "2"]);
    assert!(tried.code == 0 && tried.out.contains("evt_"), "{tried:?}");
    bulk.until(|seen| seen.requests.len() == 2).await;
    let again = run(folder.path(), ENV, &["webhook", "replay", "2", "--from", "2020-01-01T00:00:00Z"]);
    assert!(again.code == 0 && again.out.starts_with("2 calls"), "{again:?}");
    for (arguments, word) in
        [(["webhook", "disable", "2"], "disabled"), (["webhook", "enable", "2"], "enabled"), (["webhook", "remove", "2"], "removed")]
    {
        let done = run(folder.path(), ENV, &arguments);
        assert!(done.code == 0 && done.out.contains(word), "{done:?}");
    }
    let metrics = jebi_metrics(&server);
    assert!(metrics.contains("jebi_hook_calls_total{kind=\"webhook\",outcome=\"told\"}"), "{metrics}");
    let rotated = run(folder.path(), ENV, &["webhook", "rotate", "1", "--keep-old-hours", "0"]);
    assert!(rotated.code == 0 && rotated.out.starts_with("whsec_"), "{rotated:?}");
    let changed = run(folder.path(), ENV, &["webhook", "change", "1", "--description", "결제 서버"]);
    let shown = run(folder.path(), ENV, &["webhook", "show", "1"]);
    assert!(changed.code == 0 && shown.out.contains("결제 서버"), "{changed:?} {shown:?}");
}

fn jebi_metrics(server: &Server) -> String {
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    let answer = crate::support::http::call(address, "GET", "/metrics", &[], b"").expect("an answer");
    String::from_utf8(answer.body).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_a_crash_is_told_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), ENV);
    // It takes the call and never answers.
    let stub = SesStub::start((0..2).map(|_| Step::HangAfterBody)).await;
    let body = json!({"url": stub.url(), "events": ["delivery.sent"]}).to_string();
    assert_eq!(server.ask("POST", "/v1/webhooks", &body).0, 201);
    assert_eq!(server.ask("POST", "/v1/messages", &mail("", &["hong@naver.com", "kim@daum.net"])).0, 202);
    stub.until(|seen| seen.requests.len() == 2).await;
    server.signal(Signal::KILL);
    server.ended();
    let begun = SystemClock.boot();
    let _again = Server::start(folder.path(), ENV);
    stub.until(|seen| seen.requests.len() == 4).await;
    assert!(SystemClock.boot().since(begun).as_secs() < 15, "at once, not when a time-out has passed");
    let mut ids = stub.look(|seen| seen.requests.iter().map(|request| request.header("webhook-id").map(str::to_owned)).collect::<Vec<_>>());
    ids.sort();
    assert!(ids[0] == ids[1] && ids[2] == ids[3] && ids[1] != ids[2], "each once more, under its own id: {ids:?}");
}

#[test]
fn mail_to_people_is_told_and_nothing_is_told_of_that_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let env = [("DEFAULT_FROM_EMAIL", "jebi@example.kr"), ENV[0], ENV[1]];
    let server = Server::start(folder.path(), &env);
    let body =
        json!({"kind": "mail", "to": ["ops@example.kr", "boss@example.kr"], "language": "ko", "events": ["endpoint.*", "topic.finished"]});
    assert_eq!(server.ask("POST", "/v1/webhooks", &body.to_string()).0, 201);
    // Whatever it wants, it must not be told of itself.
    assert_eq!(server.ask("POST", "/v1/webhooks/1/test", "").0, 202);
    let mails = until("both have it", || server.get("/v1/inbox")["mails"].as_array().filter(|mails| mails.len() == 2).cloned());
    assert!(mails.iter().all(|mail| mail["subject"] == "[Jebi] 시험 알림입니다"), "{mails:?}");
    let topic =
        until("its topic is finished", || Some(server.get("/v1/topics/jebi.webhooks")).filter(|topic| topic["counts"]["sent"] == 2));
    assert_eq!(topic["counts"]["total"], 2);
    let calls = until("it is written down", || {
        let calls = server.get("/v1/webhooks/1/calls");
        calls["calls"].as_array().filter(|calls| calls.iter().all(|call| call["state"] == "told")).cloned()
    });
    assert_eq!(calls.len(), 1, "the test, and nothing of its mail: {calls:?}");
}
