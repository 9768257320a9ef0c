//! One renderer, used by all sender threads of a message.

use jebi_domain::{content::Content, message::Mailbox, template::Renderer};

#[test]
fn a_renderer_is_shared_by_all_senders() {
    fn shared<T: Send + Sync>(_: &T) {}
    let content: Content = serde_json::from_str(
        r#"{"from":{"email":"a@example.kr"},"subject":"{{ n }}","html":"{% for i in range(n) %}{{ i }}{% endfor %}",
            "fill":{"syntax":"jinja","missing":"error"}}"#,
    )
    .expect("a content");
    let made = Renderer::new(&content, None).expect("it can be read");
    shared(&made);
    let to = Mailbox { email: "hong@example.kr".to_owned(), name: None };
    std::thread::scope(|scope| {
        for n in 0..4 {
            let (made, to) = (&made, &to);
            scope.spawn(move || {
                for _ in 0..50 {
                    let mail = made.render(Some(&format!(r#"{{"variables":{{"n":{n}}}}}"#)), to).expect("filled in");
                    assert_eq!(mail.html.map(|html| html.len()), Some(n));
                }
            });
        }
    });
}
