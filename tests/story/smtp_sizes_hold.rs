//! How large mail may be at a server that tells nothing of it: the operator says so. What is known at accept is refused there; what a
//! recipient's own values make too large fails for that recipient alone, and nothing of it is put on the wire.

use serde_json::{Value, json};

use crate::support::{
    fake_ses::FakeSes,
    server::{Server, until},
};

fn ask(server: &Server, message: &Value) -> (u16, Value) {
    server.ask("POST", "/v1/messages", &json!({"messages": [message]}).to_string())
}

#[test]
fn what_is_too_large_is_refused_at_accept_and_what_grows_too_large_fails_alone() {
    let (folder, sink) = (tempfile::tempdir().expect("a folder"), FakeSes::start(None));
    let port = sink.listen_for_smtp().to_string();
    let env = [("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", &port), ("SMTP_TLS", "none"), ("JEBI_SMTP_MAX_SIZE_BYTES", "65536")];
    let server = Server::start(folder.path(), &[&env[..], &[("DEFAULT_FROM_EMAIL", "shop@example.kr")]].concat());

    // Before the first connection.
    let (status, refused) = ask(&server, &json!({"emails": ["hong@example.kr"], "subject": "큰 메일", "text": "글".repeat(30_000)}));
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("message_too_large")), "{refused}");
    let fault = refused["errors"][0]["fault"].as_str().unwrap_or_default();
    assert!(fault.contains("smtp takes 65536 at most"), "{fault}");
    // A file counts, whatever is filled in.
    let file = json!([{"name": "a.txt", "content": "YWFh".repeat(20_000)}]);
    let (status, refused) = ask(
        &server,
        &json!({"emails": ["hong@example.kr"], "subject": "{{ x }}", "text": "x", "variables": {"x": 1}, "attachments": file}),
    );
    assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!("messages[0].attachments")), "{refused}");

    let (status, taken) = ask(
        &server,
        &json!({
            "subject": "명세서", "text": "{% for i in range(pages) %}{{ page }}{% endfor %}", "variables": {"page": "쪽".repeat(2_000)},
            "recipients": [
                {"email": "hong@example.kr", "variables": {"pages": 1}},
                {"email": "lim@example.kr", "variables": {"pages": 20}},
                {"email": "chang@example.kr", "variables": {"pages": 2}},
            ],
        }),
    );
    assert_eq!((status, &taken["success"]), (202, &json!(3)), "{taken}");
    let id = taken["messages"][0]["id"].as_str().expect("an id").to_owned();
    let of = |email: &str| {
        let all = server.get(&format!("/v1/deliveries?message_id={id}"));
        all["deliveries"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["recipients"][0]["email"] == email).cloned())
            .unwrap_or_default()
    };
    until("all have ended", || {
        let ended = |email: &str| ["sent", "failed"].iter().any(|state| of(email)["state"] == *state);
        ["hong@example.kr", "lim@example.kr", "chang@example.kr"].into_iter().all(ended).then_some(())
    });
    let failed = of("lim@example.kr");
    assert_eq!((&failed["state"], &failed["reason"]["code"]), (&json!("failed"), &json!("too_large")), "{failed}");
    assert!(failed["reason"]["text"].as_str().is_some_and(|text| text.contains("65536 at most")), "{failed}");
    assert_eq!((&of("hong@example.kr")["state"], &of("chang@example.kr")["state"]), (&json!("sent"), &json!("sent")));
    let mut came: Vec<String> = sink.counts().into_keys().collect();
    came.sort();
    assert_eq!(came, ["chang@example.kr", "hong@example.kr"]);
    // The provider is not blamed for it.
    assert_eq!(server.get("/v1/providers")["providers"][0]["state"], "running");
}
