//! The templates that come with Jebi: there without set-up, whole in both languages (requirements S0-3, S0-9, S0-19).

use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

/// Values for each starter.
pub fn samples() -> Value {
    serde_json::from_str(include_str!("../../docs/starters/samples.json")).expect("the samples are JSON")
}

#[tokio::test]
async fn every_starter_can_be_sent_at_once_in_both_languages() {
    let api = Api::new().await;
    let all = api.get("/v1/templates?limit=500").await.expect(200);
    let mails: Vec<&str> = list(&all["templates"]).iter().filter(|one| one["kind"] == "mail").map(|one| text(&one["name"])).collect();
    assert_eq!(mails, ["newsletter", "notice", "notification", "password-reset", "receipt", "verification"]);
    for name in mails {
        assert_eq!(api.state.templates.resolve(name, None).await.expect("it is built in").version, 0);
        for language in ["ko", "en"] {
            let body = json!({"variables": samples()[name][language], "language": language, "name": "홍길동"});
            let seen = api.post(&format!("/v1/templates/{name}/preview"), &body).await.expect(200);
            assert_eq!((&seen["missing"], &seen["unused"], &seen["warnings"]), (&json!([]), &json!([]), &json!([])), "{name} {language}");
            assert_eq!(text(&seen["language"]), language);
            let (html, plain, subject) = (text(&seen["html"]), text(&seen["text"]), text(&seen["subject"]));
            assert!(
                html.contains(&format!("<html lang=\"{language}\"")) && html.contains("prefers-color-scheme: dark"),
                "{name} {language}"
            );
            for left in ["{{", "{%", "}}", "%}"] {
                assert!(!html.contains(left) && !plain.contains(left) && !subject.contains(left), "{name} {language}: {left} is left");
            }
            let hangul = |text: &str| text.replace("홍길동", "").chars().any(|c| ('가'..='힣').contains(&c));
            assert_eq!((hangul(plain), hangul(subject)), (language == "ko", language == "ko"), "{name} {language}: {plain}");
            assert!(html.matches("<img").count() == html.matches(" alt=").count(), "every picture has its words");
            assert!(html.len() < 60_000, "Gmail cuts at 102 KB");
        }
    }
}

#[tokio::test]
async fn every_starter_is_sent_with_no_more_than_it_says_it_needs() {
    let api = Api::new().await;
    for name in ["newsletter", "notice", "notification", "password-reset", "receipt", "verification"] {
        let one = api.get(&format!("/v1/templates/{name}")).await.expect(200);
        let needed = list(&one["variables"]).iter().filter(|variable| variable["required"] == true).map(|variable| text(&variable["name"]));
        for language in ["ko", "en"] {
            let values: Value = needed.clone().map(|name_of| (name_of.to_owned(), samples()[name][language][name_of].clone())).collect();
            let recipient = json!({"email": "hong@example.kr", "language": language, "variables": values});
            let body = json!({"messages": [{"from": "a@example.kr", "template": name, "recipients": [recipient]}]});
            let taken = api.post("/v1/messages", &body).await.expect(202);
            assert_eq!((&taken["success"], &taken["errors"]), (&json!(1), &json!(0)), "{name} {language}: {taken}");
            let preview = json!({"variables": values, "language": language});
            let seen = api.post(&format!("/v1/templates/{name}/preview"), &preview).await.expect(200);
            assert_eq!(seen["missing"], json!([]), "{name} {language}");
        }
    }
}

#[tokio::test]
async fn the_documents_call_of_notification_works_on_a_fresh_install() {
    let api = Api::new().await;
    let context = json!({"subject": "알림", "username": "홍길동", "message": "새로운 알림이 있습니다."});
    let body = json!({"to": ["user@example.com"], "variables": context});
    let sent = api.post("/v1/templates/notification/test", &body).await.expect(202);
    let message = api.get(&format!("/v1/messages/{}", text(&sent["messages"][0]["id"]))).await.expect(200);
    assert_eq!(text(&message["subject"]), "알림");
    let seen = api.post("/v1/templates/notification/preview", &json!({"variables": context})).await.expect(200);
    assert!(text(&seen["html"]).contains("안녕하세요, 홍길동님!") && text(&seen["html"]).contains("새로운 알림이 있습니다."));
    assert!(!text(&seen["html"]).contains("자세히 보기"), "there is no link to press");
    assert_eq!(seen["missing"], json!([]));
}

#[tokio::test]
async fn the_documents_own_templates_are_taken_as_printed_and_go_before_the_built_in_ones() {
    let api = Api::new().await;
    let base = include_str!("../../domain/src/template/tests/emails/base.html");
    let (html, plain) = (
        include_str!("../../domain/src/template/tests/emails/notification.html"),
        include_str!("../../domain/src/template/tests/emails/notification.txt"),
    );
    let templates = json!([
        {"name": "emails/base.html", "kind": "part", "variants": [{"html": base}]},
        {"name": "notification", "language": "ko", "variants": [{"language": "ko", "subject": "{{ subject }}", "html": html, "text": plain}]},
    ]);
    api.post("/v1/templates", &json!({"templates": templates, "publish": true})).await.expect(200);
    let context = json!({"subject": "알림", "username": "홍길동", "message": "새로운 알림이 있습니다.", "action_url": "https://example.kr", "items": ["하나"]});
    let seen = api.post("/v1/templates/notification/preview", &json!({"variables": context})).await.expect(200);
    let html = text(&seen["html"]);
    assert!(html.contains("<h2>안녕하세요, 홍길동님!</h2>") && html.contains("자세히 보기") && html.contains("<li>하나</li>"), "{html}");
    assert!(html.contains("Your Company"), "the document's own base: {html}");
    assert_eq!(api.state.templates.resolve("notification", None).await.expect("published").version, 1);
    // Without it the built-in one is there again, and the base is still the document's: the built-in `notification` uses it.
    assert_eq!(api.delete("/v1/templates/notification").await.status, 204);
    let back = api.state.templates.resolve("notification", None).await.expect("built in");
    assert_eq!(back.version, 0);
    assert!(back.html.as_deref().is_some_and(|html| html.contains("Your Company")));
}

#[tokio::test]
async fn a_built_in_template_cannot_be_changed_and_an_own_one_is_listed_in_its_place() {
    let api = Api::new().await;
    for (path, body) in [("publish", json!({})), ("rollback", json!({"version": 1}))] {
        assert_eq!(api.post(&format!("/v1/templates/receipt/{path}"), &body).await.problem(409)[0].1, "template_built_in");
    }
    assert_eq!(api.delete("/v1/templates/receipt").await.problem(409)[0].1, "template_built_in");
    assert_eq!(api.get("/v1/templates/receipt/versions").await.expect(200)["versions"], json!([]));
    let own = json!({"language": "ko", "variants": [{"language": "ko", "subject": "영수증", "text": "고맙습니다"}]});
    api.put("/v1/templates/receipt", &own).await.expect(201);
    assert_eq!(api.state.templates.resolve("receipt", None).await.expect("a draft changes nothing").version, 0);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/v1/templates?limit=2{cursor}")).await.expect(200);
        seen.extend(list(&page["templates"]).iter().map(|one| (text(&one["name"]).to_owned(), one["built_in"] == true)));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    let all = [
        "base.html",
        "button.html",
        "emails/base.html",
        "newsletter",
        "notice",
        "notification",
        "password-reset",
        "receipt",
        "verification",
    ];
    assert_eq!(names, all);
    assert_eq!(seen.iter().find(|(name, _)| name == "receipt").map(|(_, built_in)| *built_in), Some(false));
}
