//! A template's way from a draft through versions to a mail (requirements S0-3, S0-9, S0-19).

use http::Method;
use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

fn welcome(ko: &str) -> Value {
    json!({
        "language": "ko",
        "variants": [
            {"language": "ko", "subject": "{{ name }}님, 환영합니다", "html": format!("<p>{ko}, {{{{ name }}}}님</p>"), "text": format!("{ko}, {{{{ name }}}}님")},
            {"language": "en", "subject": "Welcome {{ name }}", "html": "<p>Hello {{ name }}</p>", "text": "Hello {{ name }}"},
        ],
        "variables": [{"name": "name", "type": "text", "required": true, "description": "받는 사람"}],
    })
}

#[tokio::test]
async fn a_template_is_written_read_published_and_sent() {
    let api = Api::new().await;
    let made = api.put("/v1/templates/%ED%99%98%EC%98%81%2Fwelcome", &welcome("안녕하세요")).await;
    let tag = made.headers["etag"].to_str().unwrap().to_owned();
    let body = made.expect(201);
    assert_eq!((text(&body["name"]), text(&body["change"]), &body["published_version"]), ("환영/welcome", "created", &Value::Null));
    let shown = api.get("/v1/templates/%ED%99%98%EC%98%81%2Fwelcome").await;
    assert_eq!(shown.headers["etag"], tag.as_str());
    let shown = shown.expect(200);
    assert_eq!((&shown["variants"], &shown["built_in"]), (&complete(&welcome("안녕하세요")["variants"]), &json!(false)));
    // A draft is nothing mail can be made of.
    let unpublished = api.state.templates.resolve("환영/welcome", None).await.expect_err("a draft");
    assert_eq!((unpublished.faults[0].field.as_str(), unpublished.faults[0].code), ("template", "template_not_published"));

    let first = api.post("/v1/templates/%ED%99%98%EC%98%81%2Fwelcome/publish", &json!({"note": "처음"})).await.expect(200);
    assert_eq!(first["published_version"], 1);
    let resolved = api.state.templates.resolve("환영/welcome", None).await.expect("published");
    assert_eq!((resolved.version, resolved.subject.as_str()), (1, "{{ name }}님, 환영합니다"));
    assert_eq!(resolved.fill.template, Some(("환영/welcome".to_owned(), 1)));
    assert_eq!(resolved.fill.variants[0].language, "en");
}

/// The variants with what is left out as null, as answers have it.
fn complete(variants: &Value) -> Value {
    let one = |one: &Value| json!({"language": one["language"], "subject": one["subject"], "html": one["html"], "mjml": null, "text": one["text"]});
    list(variants).iter().map(one).collect()
}

#[tokio::test]
async fn a_published_version_never_changes_and_can_be_published_again() {
    let api = Api::new().await;
    api.put("/v1/templates/welcome", &welcome("첫째")).await.expect(201);
    api.post("/v1/templates/welcome/publish", &json!({"note": "one"})).await.expect(200);
    api.put("/v1/templates/welcome", &welcome("둘째")).await.expect(200);
    // What is edited is not what is sent.
    assert!(api.state.templates.resolve("welcome", None).await.unwrap().html.as_deref().unwrap().contains("첫째"));
    let second = api.post("/v1/templates/welcome/publish", &json!({})).await.expect(200);
    assert_eq!((text(&second["change"]), second["published_version"].as_u64()), ("changed", Some(2)));
    let same = api.post("/v1/templates/welcome/publish", &json!({})).await.expect(200);
    assert_eq!((text(&same["change"]), same["published_version"].as_u64()), ("unchanged", Some(2)), "nothing changed, so no version");

    let diff = api.get("/v1/templates/welcome/diff?from=1&to=2").await.expect(200);
    let diff = text(&diff["diff"]).to_owned();
    assert!(
        diff.contains("--- a/ko.html\n+++ b/ko.html\n") && diff.contains("-<p>첫째, {{ name }}님</p>") && diff.contains("+<p>둘째"),
        "{diff}"
    );
    assert!(!diff.contains("en.html"), "{diff}");
    assert_eq!(api.get("/v1/templates/welcome/diff?from=2").await.expect(200)["diff"], "", "the draft is what was published");

    let back = api.post("/v1/templates/welcome/rollback", &json!({"version": 1, "note": "되돌림"})).await.expect(200);
    assert_eq!(back["published_version"], 3);
    assert!(api.state.templates.resolve("welcome", None).await.unwrap().html.as_deref().unwrap().contains("첫째"));
    assert!(
        api.state.templates.resolve("welcome", Some(2)).await.unwrap().html.as_deref().unwrap().contains("둘째"),
        "any version can be asked for"
    );
    let page = api.get("/v1/templates/welcome/versions?limit=2").await.expect(200);
    let numbers: Vec<u64> = list(&page["versions"]).iter().filter_map(|one| one["version"].as_u64()).collect();
    assert_eq!((numbers, text(&page["versions"][0]["note"])), (vec![3, 2], "되돌림"));
    let rest = api.get(&format!("/v1/templates/welcome/versions?cursor={}", text(&page["next_cursor"]))).await.expect(200);
    assert_eq!((rest["versions"][0]["version"].as_u64(), &rest["next_cursor"]), (Some(1), &Value::Null));
    assert_eq!(api.get("/v1/templates/welcome/versions/1").await.expect(200)["variants"], complete(&welcome("첫째")["variants"]));
    assert_eq!(api.get("/v1/templates/welcome/versions/9").await.problem(404)[0].1, "not_found");
    assert_eq!(api.post("/v1/templates/welcome/rollback", &json!({"version": 9})).await.problem(404)[0].1, "not_found");
}

#[tokio::test]
async fn one_change_never_undoes_another_unseen() {
    let api = Api::new().await;
    let made = api.with_header(Method::PUT, "/v1/templates/welcome", ("if-none-match", "*"), &welcome("1")).await;
    let tag = made.headers["etag"].to_str().unwrap().to_owned();
    made.expect(201);
    let again = api.with_header(Method::PUT, "/v1/templates/welcome", ("if-none-match", "*"), &welcome("2")).await;
    assert_eq!(again.problem(412), [("If-Match".to_owned(), "template_changed".to_owned())]);
    let mine = api.with_header(Method::PUT, "/v1/templates/welcome", ("if-match", &tag), &welcome("2")).await;
    let newer = mine.headers["etag"].to_str().unwrap().to_owned();
    mine.expect(200);
    assert_ne!(newer, tag);
    for (method, path) in
        [(Method::PUT, "/v1/templates/welcome"), (Method::DELETE, "/v1/templates/welcome"), (Method::POST, "/v1/templates/welcome/publish")]
    {
        let body = if method == Method::PUT { welcome("3") } else { json!({}) };
        let late = api.with_header(method.clone(), path, ("if-match", &tag), &body).await;
        assert_eq!(late.problem(412)[0].1, "template_changed", "{method} {path}");
    }
    assert!(text(&api.get("/v1/templates/welcome").await.expect(200)["variants"][0]["html"]).contains('2'));
    let odd = api.with_header(Method::PUT, "/v1/templates/welcome", ("if-match", "17"), &welcome("3")).await;
    assert_eq!(odd.problem(422), [("If-Match".to_owned(), "invalid_precondition".to_owned())]);
}

#[tokio::test]
async fn a_preview_fills_in_and_names_what_is_missing_and_unused() {
    let api = Api::new().await;
    api.put("/v1/templates/welcome", &welcome("안녕")).await.expect(201);
    let body = json!({"variables": {"name": "<홍길동>"}, "language": "ko-KR"});
    let seen = api.post("/v1/templates/welcome/preview", &body).await.expect(200);
    assert_eq!((text(&seen["subject"]), text(&seen["language"])), ("<홍길동>님, 환영합니다", "ko"));
    assert_eq!((text(&seen["html"]), text(&seen["text"])), ("<p>안녕, &lt;홍길동&gt;님</p>", "안녕, <홍길동>님"));
    let body = json!({"variables": {"nmae": "x"}, "language": "en"});
    let seen = api.post("/v1/templates/welcome/preview", &body).await.expect(200);
    assert_eq!((&seen["missing"], &seen["unused"], text(&seen["html"])), (&json!(["name"]), &json!(["nmae"]), "<p>Hello </p>"));
    let wrong = api.post("/v1/templates/welcome/preview", &json!({"variables": {"name": 5}})).await;
    assert_eq!(wrong.problem(422), [("variables.name".to_owned(), "wrong_variable".to_owned())]);
    let given = json!({"language": "ko", "variants": [{"language": "ko", "subject": "s", "html": "<p>{{ 1 +\n }}</p>"}]});
    let broken = api.post("/v1/templates/none/preview", &json!({"template": given})).await;
    let (field, code) = broken.problem(422).remove(0);
    assert_eq!(code, "template_syntax");
    assert!(field.starts_with("variants[0].html:"), "{field}");
    assert_eq!(api.post("/v1/templates/none/preview", &json!({})).await.problem(404)[0].1, "not_found");
}

#[tokio::test]
async fn a_test_mail_goes_the_usual_way_and_is_marked() {
    let api = Api::new().await;
    api.put("/v1/templates/welcome", &welcome("안녕")).await.expect(201);
    let refused = api.post("/v1/templates/welcome/test", &json!({"to": ["me@example.kr"]})).await;
    assert_eq!(refused.problem(422), [("variables.name".to_owned(), "missing_variable".to_owned())]);
    let body = json!({"to": ["me@example.kr", "bad address"], "variables": {"name": "홍길동"}});
    let refused = api.post("/v1/templates/welcome/test", &body).await;
    assert_eq!(refused.problem(422)[0].0, "to[1]");
    assert_eq!(api.waiting().await, 0, "nothing is sent when anything is wrong");
    let body = json!({"to": ["me@example.kr", "you@example.kr"], "variables": {"name": "홍길동"}, "language": "en"});
    let sent = api.post("/v1/templates/welcome/test", &body).await.expect(202);
    assert_eq!((sent["success"].as_u64(), text(&sent["messages"][0]["lane"])), (Some(2), "transactional"));
    let message = api.get(&format!("/v1/messages/{}", text(&sent["messages"][0]["id"]))).await.expect(200);
    assert_eq!((text(&message["subject"]), text(&message["topic_id"])), ("Welcome 홍길동", "template-test"));
    assert_eq!(api.waiting().await, 2);
}

#[tokio::test]
async fn who_may_read_may_not_write_and_every_change_is_noted() {
    let api = Api::new().await;
    let (_, key) = api.make_key(&json!({"name": "reader", "scopes": ["read", "send"]})).await;
    let reader = api.with_key(key);
    assert_eq!(reader.put("/v1/templates/welcome", &welcome("1")).await.problem(403)[0].1, "missing_scope");
    assert_eq!(reader.post("/v1/templates", &json!({"templates": []})).await.problem(403)[0].1, "missing_scope");
    reader.get("/v1/templates").await.expect(200);
    api.put("/v1/templates/welcome", &welcome("1")).await.expect(201);
    api.post("/v1/templates/welcome/publish", &json!({})).await.expect(200);
    assert_eq!(api.delete("/v1/templates/welcome").await.status, 204);
    assert_eq!(api.delete("/v1/templates/welcome").await.problem(404)[0].1, "not_found");
    let acts = api.get("/v1/audit").await.expect(200);
    let acts: Vec<(&str, &str)> = list(&acts["acts"]).iter().map(|act| (text(&act["act"]), text(&act["target"]))).take(4).collect();
    assert_eq!(
        acts,
        [("template.delete", "welcome"), ("template.delete", "welcome"), ("template.publish", "welcome"), ("template.put", "welcome")]
    );
}
