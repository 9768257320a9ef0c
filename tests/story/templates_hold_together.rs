//! Templates that use each other: checked together, changed together, never broken by one another (requirement S0-9).

use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

fn part(name: &str, html: &str) -> Value {
    json!({"name": name, "kind": "part", "variants": [{"html": html}]})
}

fn mail(name: &str, html: &str) -> Value {
    json!({"name": name, "language": "ko", "variants": [{"language": "ko", "subject": "소식", "html": html, "text": "소식"}]})
}

async fn push(api: &Api, templates: &[Value]) -> crate::support::api::Answer {
    api.post("/v1/templates", &json!({"templates": templates, "publish": true})).await
}

const BASE: &str = "<html><body>{% block content %}{% endblock %}</body></html>";
const MAIL: &str = "{% extends \"my/base.html\" %}{% block content %}<p>{{ text }}</p>{% endblock %}";

#[tokio::test]
async fn a_part_and_what_uses_it_are_pushed_together_in_any_order() {
    let api = Api::new().await;
    let done = push(&api, &[mail("news", MAIL), part("my/base.html", BASE)]).await.expect(200);
    assert_eq!(list(&done["templates"]).iter().map(|one| one["published_version"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(1)]);
    let resolved = api.state.templates.resolve("news", None).await.expect("published");
    let html = resolved.html.as_deref().expect("HTML");
    assert!(
        resolved.fill.parts.is_empty() && html.contains("<html><body>") && html.contains("{{ text }}"),
        "it has all it needs in it: {html}"
    );
    let again = push(&api, &[mail("news", MAIL), part("my/base.html", BASE)]).await.expect(200);
    assert!(list(&again["templates"]).iter().all(|one| one["change"] == "unchanged"), "{again}");
    let one = api.state.templates.resolve("my/base.html", None).await.expect_err("a part is no mail");
    assert_eq!(one.faults[0].code, "template_is_part");
}

#[tokio::test]
async fn every_fault_has_its_place_and_nothing_is_written() {
    let api = Api::new().await;
    let broken = "{% extends \"my/base.html\" %}\n{% block content %}\n<p>{{ text|nosuch }}</p>{% endblock %}";
    let faults = push(&api, &[part("my/base.html", BASE), mail("news", broken)]).await.problem(422);
    assert_eq!(faults.len(), 1);
    let (field, code) = &faults[0];
    assert_eq!(code, "template_filter");
    assert!(field.starts_with("templates[1].variants[0].html:3:"), "{field}");
    let in_part = push(&api, &[part("my/base.html", "<p>\n{% if %}</p>"), mail("news", MAIL)]).await.problem(422);
    assert!(in_part.iter().all(|(field, _)| field.starts_with("templates[0].variants[0].html:2:")), "{in_part:?}");
    let missing = push(&api, &[mail("news", "{% include \"nowhere.html\" %}")]).await.problem(422);
    assert_eq!((missing[0].0.as_str(), missing[0].1.as_str()), ("templates[0].variants[0].html:1:12", "template_part"));
    let form = json!([mail("", "<p></p>"), mail("a", "<p></p>"), mail("a", "<p></p>"), part("b", "x")]);
    let faults = push(&api, form.as_array().unwrap()).await.problem(422);
    let faults: Vec<(&str, &str)> = faults.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
    assert_eq!(faults, [("templates[0].name", "invalid_template_name"), ("templates[2].name", "invalid_push")]);
    assert_eq!(list(&api.get("/v1/templates").await.expect(200)["templates"]).iter().filter(|one| one["built_in"] == false).count(), 0);
}

#[tokio::test]
async fn a_part_cannot_break_what_uses_it() {
    let api = Api::new().await;
    push(&api, &[part("footer.html", "<p>끝</p>"), part("my/base.html", BASE), mail("news", MAIL)]).await.expect(200);
    // It comes to use what does not exist for its users: itself, by way of them.
    let turned = part("footer.html", "{% include \"my/base.html\" %}");
    push(&api, &[turned]).await.expect(200);
    let circle = push(&api, &[part("my/base.html", "{% include \"footer.html\" %}")]).await.problem(422);
    assert_eq!(circle[0].1, "template_recursion");
    let gone = api.delete("/v1/templates/my%2Fbase.html").await;
    let told = gone.problem(409);
    assert!(told.iter().all(|(_, code)| code == "template_in_use") && told.len() == 2, "{told:?}");
    let first = gone.json();
    assert!(text(&first["errors"][1]["fault"]).contains("\"news\""), "{first}");
    api.delete("/v1/templates/news").await;
    assert_eq!(api.delete("/v1/templates/footer.html").await.status, 204);
    assert_eq!(api.delete("/v1/templates/my%2Fbase.html").await.status, 204, "nobody uses it any more");
    let kind = push(&api, &[mail("a", "<p></p>"), mail("b", "{% include \"a\" %}")]).await.problem(422);
    assert_eq!(kind[0], ("templates[1].variants".to_owned(), "template_is_mail".to_owned()));
}

#[tokio::test]
async fn what_a_part_changes_shows_in_the_next_mail_on_every_node() {
    let api = Api::new().await;
    push(&api, &[part("my/base.html", BASE), mail("news", MAIL)]).await.expect(200);
    let other = api.beside().await;
    let before = other.state.templates.resolve("news", None).await.expect("published");
    assert!(std::sync::Arc::ptr_eq(&before, &other.state.templates.resolve("news", None).await.expect("published")), "it is kept");
    push(&api, &[part("my/base.html", &BASE.replace("<body>", "<body><h1>새</h1>"))]).await.expect(200);
    let after = other.state.templates.resolve("news", None).await.expect("published");
    let html = |of: &jebi::service::templates::Resolved| of.html.clone().expect("HTML");
    assert!(html(&after).contains("<h1>새</h1>") && !html(&before).contains("<h1>"));
    push(&api, &[mail("other", "<p>다른 소식</p>")]).await.expect(200);
    let same = other.state.templates.resolve("news", None).await.expect("published");
    assert!(std::sync::Arc::ptr_eq(&after, &same), "another template's change makes nothing anew");
    let inactive = json!({"language": "ko", "active": false, "variants": mail("news", MAIL)["variants"]});
    api.put("/v1/templates/news", &inactive).await.expect(200);
    assert_eq!(other.state.templates.resolve("news", None).await.expect_err("not active").faults[0].code, "template_inactive");
    assert_eq!(other.state.templates.resolve("none", None).await.expect_err("there is none").faults[0].code, "unknown_template");
    assert_eq!(other.state.templates.resolve("news", Some(9)).await.expect_err("no version").faults[0].code, "unknown_template");
}

#[tokio::test]
async fn a_trial_says_what_would_change_and_changes_nothing() {
    let api = Api::new().await;
    push(&api, &[mail("news", "<p>1</p>")]).await.expect(200);
    let body = json!({"templates": [mail("news", "<p>2</p>"), mail("new", "<p></p>")], "publish": true, "dry_run": true});
    let told = api.post("/v1/templates", &body).await.expect(200);
    let changes: Vec<&str> = list(&told["templates"]).iter().map(|one| text(&one["change"])).collect();
    assert_eq!((changes, told["templates"][0]["published_version"].as_u64()), (vec!["changed", "created"], Some(1)));
    assert_eq!(api.get("/v1/templates/new").await.problem(404)[0].1, "not_found");
    assert!(text(&api.get("/v1/templates/news").await.expect(200)["variants"][0]["html"]).contains('1'));
    let stale = json!({"name": "news", "if_revision": 0, "language": "ko", "variants": mail("news", "x")["variants"]});
    assert_eq!(push(&api, &[stale]).await.problem(412), [("templates[0].if_revision".to_owned(), "template_changed".to_owned())]);
}

#[tokio::test]
async fn variables_nobody_described_and_nobody_uses_are_pointed_out() {
    let api = Api::new().await;
    let mut template = mail("news", "<p>{{ text }} {{ email }}</p>");
    template["variables"] = json!([{"name": "texxt"}]);
    let done = push(&api, &[template]).await.expect(200);
    let codes: Vec<&str> = list(&done["templates"][0]["warnings"]).iter().map(|one| text(&one["code"])).collect();
    assert_eq!(codes, ["undescribed_variable", "unused_variable"]);
}
