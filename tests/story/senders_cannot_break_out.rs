//! Every field that reaches a header or a link, with what would end a line or a value in it: refused when it is given, with the field named.
//! That nothing breaks out of mail whose fields were never checked is shown in `tests/mime/injection.rs`.

use jebi::service::accept::ListSettings;
use serde_json::{Value, json};

use crate::support::api::{Api, Setup};

/// What ends a line for somebody, or a header's value.
const TRIES: [&str; 6] = ["\r\nBcc: victim@example.com", "\nBcc: victim@example.com", "\rX: y", "\0", "\u{85}X: y", "\u{2028}X: y"];

async fn api() -> Api {
    let list = ListSettings { public: Some("https://mail.example.kr".into()), ..ListSettings::default() };
    Api::with(Setup { list, secret: Some("a secret of thirty-two characters"), ..Setup::default() }).await
}

/// Puts a value where a path with slashes leads; a number is a place of a list that is there.
fn put(into: &mut Value, path: &str, value: String) {
    let mut at = into;
    for part in path.split('/') {
        at = match part.parse::<usize>() {
            Ok(place) => &mut at[place],
            Err(_) => &mut at[part],
        };
    }
    *at = value.into();
}

#[tokio::test]
async fn nothing_that_ends_a_line_gets_into_a_profile() {
    let api = api().await;
    let good = json!({"from": {"email": "news@example.kr", "name": "제비"}, "reply_to": [{"email": "help@example.kr", "name": "도움"}], "company": {}});
    api.put("/v1/profiles/shop", &good).await.expect(201);
    for (path, field, before, after) in [
        ("from/name", "from.name", "제비", "상점"),
        ("from/email", "from.email", "news", "@example.kr"),
        ("reply_to/0/name", "reply_to[0].name", "도움", "말"),
        ("reply_to/0/email", "reply_to[0].email", "help@example", ".kr"),
        ("company/name", "company.name", "제비", "상점"),
        ("company/postal_address", "company.postal_address", "서울", "중구"),
        ("company/representative", "company.representative", "홍", "길동"),
        ("company/phone", "company.phone", "02-", "120"),
        ("company/business_number", "company.business_number", "123-45-", "67890"),
        ("company/email", "company.email", "help", "@example.kr"),
        ("language", "language", "ko", "-KR"),
        ("unsubscribe", "unsubscribe", "https://shop.kr/", "u"),
        ("list_id", "list_id", "news", ".example.kr"),
    ] {
        for attempt in TRIES {
            let mut bad = good.clone();
            put(&mut bad, path, format!("{before}{attempt}{after}"));
            let faults = api.put("/v1/profiles/shop", &bad).await.problem(422);
            assert_eq!(faults.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), [field], "{attempt:?}");
        }
    }
    for name in ["a%0D%0ABcc:x", "a%00", "%E2%80%A8", &"x".repeat(65)] {
        assert_eq!(api.put(&format!("/v1/profiles/{name}"), &good).await.problem(422)[0].0, "name", "{name}");
    }
}

#[tokio::test]
async fn nothing_that_ends_a_line_gets_into_a_message() {
    let api = api().await;
    let good = json!({
        "lane": "bulk", "from": {"email": "news@example.kr", "name": "제비"}, "reply_to": [{"email": "help@example.kr", "name": "도움"}],
        "recipients": [{"email": "hong@naver.com", "name": "홍길동"}], "subject": "소식", "content": "<p>봄</p>", "headers": {"X-A": "a"},
        "tags": {"campaign": "spring"}, "list": {"id": "news.example.kr", "mailto": "u@example.kr", "unsubscribe": "https://shop.kr/u"},
        "calendar": {"method": "REQUEST", "content": "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"},
        "attachments": [{"name": "a.txt", "content": "aGk=", "content_type": "text/plain", "content_id": "a@b.kr"}],
    });
    api.post("/v1/messages", &json!({"messages": [good]})).await.expect(202);
    for (path, before, after) in [
        ("from/name", "제비", "상점"),
        ("from/email", "news", "@example.kr"),
        ("reply_to/0/name", "도움", "말"),
        ("reply_to/0/email", "help", "@example.kr"),
        ("recipients/0/name", "홍", "길동"),
        ("recipients/0/email", "hong", "@naver.com"),
        ("subject", "봄", "소식"),
        ("headers/X-A", "a", "b"),
        ("tags/campaign", "spring", "2026"),
        ("list/id", "news", ".example.kr"),
        ("list/mailto", "u", "@example.kr"),
        ("list/unsubscribe", "https://shop.kr/", "u"),
        ("calendar/method", "REQ", "UEST"),
        ("attachments/0/name", "계약", "서.txt"),
        ("attachments/0/content_type", "text/plain; charset=utf-8", ""),
        ("attachments/0/content_id", "logo", "@example.kr"),
    ] {
        for attempt in TRIES {
            let mut bad = good.clone();
            put(&mut bad, path, format!("{before}{attempt}{after}"));
            let faults = api.post("/v1/messages", &json!({"messages": [bad]})).await.problem(422);
            let field = path.replace("/0", "[0]").replace('/', ".");
            assert!(faults.iter().all(|(at, _)| at.starts_with(&format!("messages[0].{field}"))), "{field} {attempt:?}: {faults:?}");
        }
    }
    assert_eq!(api.waiting().await, 1);
}

#[tokio::test]
async fn what_is_too_long_is_refused_not_cut() {
    let api = api().await;
    let long = |n: usize| "x".repeat(n);
    let good = json!({"lane": "bulk", "emails": ["hong@naver.com"], "subject": "소식", "content": "c", "list": {}, "headers": {}});
    for (path, value) in [
        ("subject", long(999)),
        ("list/id", format!("{}.kr", long(253))),
        ("list/mailto", format!("{}@example.kr", long(65))),
        ("list/unsubscribe", format!("https://shop.kr/{}", long(400))),
        ("topic_id", long(10_000)),
        ("headers/X-A", long(20_000)),
    ] {
        let mut bad = good.clone();
        put(&mut bad, path, value);
        let faults = api.post("/v1/messages", &json!({"messages": [bad]})).await.problem(422);
        assert_eq!(faults[0].0, format!("messages[0].{}", path.replace('/', ".")), "{faults:?}");
    }
    let profile = json!({"from": "news@example.kr", "company": {"name": long(201)}});
    assert_eq!(api.put("/v1/profiles/shop", &profile).await.problem(422), [("company.name".to_owned(), "too_long".to_owned())]);
}
