//! Templates and variables made of any bytes at all. Whatever they say: reading them ends, what is found good can be filled in or
//! fails with a reason, and neither grows beyond its bounds. Run by the fuzzer on bytes of its own, and by `cargo test` on the seeds
//! and on random ones.

use jebi_domain::{
    content::{Content, Fill, Missing},
    message::Mailbox,
    template::{self, Between, MAX_BODY, MAX_SUBJECT, Renderer, Shield},
};

/// Between two fields.
const FIELD: char = '\u{1f}';

/// Panics where a template does what none may.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let mut fields = text.split(FIELD).map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    let (body, subject, html, part, given) = (next(), next(), next(), next(), next());
    let fill = Fill {
        missing: if given.len() % 2 == 0 { Missing::Error } else { Missing::Empty },
        parts: [("part".to_owned(), part), ("other".to_owned(), "{% block a %}{{ x }}{% endblock %}".to_owned())].into(),
        ..Fill::default()
    };
    if let Ok(shield) = Shield::over(&html, Between::Comment) {
        assert_eq!(shield.restore(shield.shielded()).as_deref(), Ok(html.as_str()), "a shield changes what it keeps");
    }
    let derived = template::derive_text(&html);
    match template::check(&fill, &subject, Some(&body), Some(&html)) {
        Err(fault) => {
            assert_ne!(fault.code, "template_engine", "the engine cannot read what was written for it: {fault}");
            assert!(fault.line > 0 && fault.column > 0 && !fault.fault.is_empty() && !fault.remedy.is_empty(), "{fault:?}");
        }
        Ok(_) => fill_in(fill, subject, body, html, derived.as_deref(), &given),
    }
}

fn fill_in(fill: Fill, subject: String, body: String, html: String, derived: Option<&str>, given: &str) {
    if let Some(derived) = derived {
        assert!(template::check(&fill, "", Some(derived), None).is_ok(), "text made of HTML cannot be read: {derived:?}");
    }
    let from = r#"{"from":{"email":"a@example.kr"},"subject":""}"#;
    let mut content: Content = serde_json::from_str(from).expect("a content");
    (content.subject, content.text, content.html, content.fill) = (subject, Some(body), Some(html), Some(Box::new(fill)));
    let made = Renderer::new(&content, None).expect("what was checked can be read");
    let own = format!(r#"{{"variables":{given}}}"#);
    let personal =
        if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(given).is_ok() { Some(own.as_str()) } else { None };
    match made.render(personal, &Mailbox { email: "hong@example.kr".to_owned(), name: Some("홍길동".to_owned()) }) {
        Ok(mail) => {
            assert!(mail.subject.len() <= MAX_SUBJECT || !content.subject.contains('{'), "a subject of {} bytes", mail.subject.len());
            assert!(!mail.subject.contains(['\r', '\n', '\0']), "a subject of several lines: {:?}", mail.subject);
            for body in [mail.text, mail.html].into_iter().flatten() {
                assert!(body.len() <= 2 * MAX_BODY, "a body of {} bytes", body.len());
            }
        }
        Err(reason) => assert!(reason.code.starts_with("template_") && !reason.text.is_empty() && !reason.remedy.is_empty(), "{reason:?}"),
    }
}
