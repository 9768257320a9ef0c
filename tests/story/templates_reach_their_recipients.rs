//! Mail by a stored template, from `PUT /v1/templates` to what an SMTP server is given: each in the recipient's language, with the template's
//! styles in its elements and a text part (requirements S0-3, S0-9, S0-19).

use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{
    server::{Server, until},
    smtp_stub::{Kind, SmtpStub},
};

/// A server that sends to a receiver.
struct Site {
    server: Server,
    receiver: SmtpStub,
    _runtime: Runtime,
    _folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let receiver = runtime.block_on(SmtpStub::of(Kind::default()));
        let folder = tempfile::tempdir().expect("a folder");
        let port = receiver.port.to_string();
        let env = [
            ("SMTP_HOST", "127.0.0.1"),
            ("SMTP_PORT", port.as_str()),
            ("SMTP_TLS", "none"),
            ("DEFAULT_FROM_EMAIL", "news@example.kr"),
            ("SERVER_URL", "https://mail.example.kr"),
        ];
        let server = Server::start(folder.path(), &env);
        Self { server, receiver, _runtime: runtime, _folder: folder }
    }

    fn ask(&self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let (answered, answer) = self.server.ask(method, path, &body.to_string());
        assert_eq!(answered, status, "{method} {path}: {answer}");
        answer
    }

    fn publish(&self, templates: &[Value]) {
        self.ask("POST", "/v1/templates", &json!({"templates": templates, "publish": true}), 200);
    }

    fn send(&self, message: &Value) -> Value {
        self.ask("POST", "/v1/messages", &json!({"messages": [message]}), 202)
    }

    /// The mail to an address, once it is there.
    fn mail_to(&self, email: &str) -> Vec<u8> {
        let is_to = |to: &String| to.contains(email);
        let find = || self.receiver.look(|seen| seen.mails.iter().rfind(|mail| mail.to.iter().any(is_to)).map(|mail| mail.content.clone()));
        until(&format!("the mail to {email} is there"), find)
    }
}

fn read(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).expect("a mail")
}

fn html<'a>(mail: &'a Message<'_>) -> std::borrow::Cow<'a, str> {
    mail.body_html(0).expect("HTML")
}

fn plain<'a>(mail: &'a Message<'_>) -> std::borrow::Cow<'a, str> {
    mail.body_text(0).expect("text")
}

fn base(greeting: &str) -> Value {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{{% block lang %}}ko{{% endblock %}}\"><head><style>.title {{ color: #1f5eff; }} .item {{ padding: 4px; }} \
         @media (max-width: 600px) {{ .title {{ color: red; }} }}</style></head>\n\
         <body><h1 class=\"title\">{greeting}</h1>{{% block content %}}{{% endblock %}}<p class=\"item\">{{{{ shop }}}}</p></body></html>"
    );
    json!({"name": "shop/base.html", "kind": "part", "variants": [{"html": html}]})
}

fn order() -> Value {
    let html = |lang: &str, hello: &str| {
        format!(
            "{{% extends \"shop/base.html\" %}}\n{{% block lang %}}{lang}{{% endblock %}}\n\
             {{% block content %}}<p>{hello}</p>\n<ul>{{% for item in items %}}<li class=\"item\">{{{{ item.name }}}} {{{{ item.price|intcomma }}}}</li>{{% endfor %}}</ul>{{% endblock %}}"
        )
    };
    json!({
        "name": "shop/order", "language": "ko",
        "variants": [
            {"language": "ko", "subject": "{{ name }}님, 주문 {{ order.number }}", "html": html("ko", "{{ name|josa(\"이/가\") }} 주문하신 상품입니다.")},
            {"language": "en", "subject": "Order {{ order.number }} of {{ name }}", "html": html("en", "What you ordered, {{ name }}:")},
        ],
        "variables": [{"name": "shop", "default": "제비상점"}, {"name": "order", "type": "object", "required": true}, {"name": "items", "type": "list"}, {"name": "name"}],
    })
}

#[test]
fn each_recipient_gets_the_template_in_their_language_whole() {
    let site = Site::new();
    site.publish(&[base("주문 안내"), order()]);
    let item = |name: &str, price: u32| json!([{"name": name, "price": price}]);
    let answer = site.send(&json!({
        "template": "shop/order", "variables": {"order": {"number": "20261121-7"}},
        "recipients": [
            {"email": "hong@example.kr", "name": "홍길동", "language": "ko-KR", "variables": {"items": item("감귤 <5kg>", 39_800)}},
            {"email": "smith@example.com", "name": "Smith", "language": "en-US", "variables": {"items": item("Mandarins", 30)}},
            {"email": "sato@example.jp", "name": "佐藤", "language": "ja", "variables": {"items": item("みかん", 1), "order": {"number": "9"}}},
        ],
    }));
    assert_eq!((&answer["success"], &answer["errors"]), (&3.into(), &0.into()), "{answer}");

    let mail = site.mail_to("hong@example.kr");
    let hong = read(&mail);
    assert_eq!(hong.subject(), Some("홍길동님, 주문 20261121-7"));
    let page = html(&hong);
    for there in [
        "<html lang=\"ko\">",
        "<h1 class=\"title\" style=\"color: #1f5eff;\">주문 안내</h1>",
        "<li class=\"item\" style=\"padding: 4px;\">감귤 &lt;5kg&gt; 39,800</li>",
        "<p class=\"item\" style=\"padding: 4px;\">제비상점</p>",
        "<p>홍길동이 주문하신 상품입니다.</p>",
        "@media (max-width: 600px)",
    ] {
        assert!(page.contains(there), "{there} is not in {page}");
    }
    let text = plain(&hong);
    for there in ["주문 안내", "홍길동이 주문하신 상품입니다.", "감귤 <5kg> 39,800", "제비상점"] {
        assert!(text.contains(there), "{there} is not in {text}");
    }
    assert!(!text.contains("color:") && !page.contains("{#") && !page.contains("{%"), "{text}{page}");

    let mail = site.mail_to("smith@example.com");
    let smith = read(&mail);
    assert_eq!(smith.subject(), Some("Order 20261121-7 of Smith"));
    assert!(html(&smith).contains("<html lang=\"en\">") && plain(&smith).contains("What you ordered, Smith:"), "{}", html(&smith));
    let mail = site.mail_to("sato@example.jp");
    let sato = read(&mail);
    assert_eq!(sato.subject(), Some("佐藤님, 주문 9"), "the template's own language stands in for one there is none in");
    assert!(plain(&sato).contains("みかん 1"), "{}", plain(&sato));
}

#[test]
fn what_is_published_later_changes_nothing_that_was_accepted() {
    let site = Site::new();
    site.publish(&[base("첫째"), order()]);
    let given = json!({"order": {"number": 1}, "items": [], "name": "홍길동"});
    let message = |email: &str| json!({"template": "shop/order", "emails": [email], "variables": given, "topic_id": "orders"});
    site.send(&message("first@example.kr"));
    site.mail_to("first@example.kr");
    site.ask("POST", "/v1/topics/orders/pause", &json!({}), 200);
    site.send(&message("before@example.kr"));
    site.publish(&[base("둘째")]);
    site.send(&message("after@example.kr"));
    site.ask("POST", "/v1/templates/shop%2Fbase.html/rollback", &json!({"version": 1}), 200);
    site.send(&message("back@example.kr"));
    site.ask("DELETE", "/v1/templates/shop%2Forder", &Value::Null, 204);
    site.ask("POST", "/v1/topics/orders/resume", &json!({}), 200);
    for (email, greeting) in [("before@example.kr", "첫째"), ("after@example.kr", "둘째"), ("back@example.kr", "첫째")] {
        let mail = site.mail_to(email);
        let page = html(&read(&mail)).into_owned();
        assert!(page.contains(&format!("style=\"color: #1f5eff;\">{greeting}</h1>")), "{email}: {page}");
    }
}

#[test]
fn mjml_with_loops_arrives_as_html() {
    let site = Site::new();
    let mjml = "<mjml>\n<mj-head><mj-title>{{ title }}</mj-title><mj-style inline=\"inline\">.price { color: #c00; }</mj-style></mj-head>\n<mj-body>\n\
        <mj-section><mj-column>\n<mj-text>안녕하세요, {{ name }}님{% if vip %} <b>단골</b>{% endif %}</mj-text>\n\
        {% for item in items %}\n<mj-text><span class=\"price\">{{ loop.index }}. {{ item.name }} {{ item.price|won }}</span></mj-text>\n{% endfor %}\n\
        <mj-button href=\"https://shop.example.kr/o?n={{ number|urlencode }}\">주문 보기</mj-button>\n</mj-column></mj-section></mj-body></mjml>";
    let variant = json!({"language": "ko", "subject": "{{ title }}", "mjml": mjml});
    site.publish(&[json!({"name": "모임", "language": "ko", "variants": [variant]})]);
    let variables = json!({"title": "겨울 주문", "vip": true, "number": "가 1", "items": [{"name": "현미", "price": 42_000}, {"name": "들기름", "price": 18_500}]});
    site.send(&json!({"template": "모임", "to": [{"email": "hong@example.kr", "name": "홍길동"}], "variables": variables}));
    let mail = site.mail_to("hong@example.kr");
    let hong = read(&mail);
    let (page, text) = (html(&hong), plain(&hong));
    for there in [
        "<title>겨울 주문</title>",
        "홍길동님 <b>단골</b>",
        "1. 현미 42,000원",
        "2. 들기름 18,500원",
        "?n=%EA%B0%80%201\"",
        "<!--[if mso | IE]>",
        "@media",
    ] {
        assert!(page.contains(there), "{there} is not in {page}");
    }
    for there in ["안녕하세요, 홍길동님 **단골**", "1. 현미 42,000원", "2. 들기름 18,500원", "주문 보기"] {
        assert!(text.contains(there), "{there} is not in {text}");
    }
    // What only the mail shows is told where the author wrote it, not in the HTML that was made of it.
    let broken = json!({"template": "모임", "to": [{"email": "kim@example.kr", "name": "김"}], "variables": {"title": "x", "items": [{"name": 1, "price": {}}], "number": 1}, "topic_id": "broken"});
    let id = site.send(&broken)["messages"][0]["id"].as_str().expect("an id").to_owned();
    let failed = || {
        let seen = site.server.get("/v1/deliveries?email=kim@example.kr");
        seen["deliveries"][0]["reason"].is_object().then(|| seen["deliveries"][0].clone())
    };
    let told = until("it has failed", failed);
    assert!(told["id"].as_str().is_some_and(|told| told.starts_with(&id)) && told.to_string().contains("html, line 7: "), "{told}");
}

#[test]
fn each_mail_of_a_list_has_its_own_link_where_the_template_wants_it() {
    let site = Site::new();
    let html = "<p>봄 소식</p><p><a href=\"{{ unsubscribe_url }}\">수신 거부</a></p>";
    let variant = json!({"language": "ko", "subject": "소식", "html": html, "text": "수신 거부: {{ unsubscribe_url }}"});
    site.publish(&[json!({"name": "letter", "language": "ko", "variants": [variant]})]);
    site.send(&json!({"template": "letter", "emails": ["hong@example.kr", "kim@example.kr"], "topic_id": "봄"}));
    let links = ["hong@example.kr", "kim@example.kr"].map(|email| {
        let mail = site.mail_to(email);
        let parsed = read(&mail);
        let raw = String::from_utf8_lossy(&mail).replace("\r\n ", "");
        let header = raw.split("List-Unsubscribe: <").nth(1).and_then(|rest| rest.split('>').next()).expect("a link").replace(' ', "");
        assert!(header.starts_with("https://mail.example.kr/u/"), "{header}");
        assert!(html_has(&parsed, &header) && plain(&parsed).trim() == format!("수신 거부: {header}"), "{}", html_of(&parsed));
        header
    });
    assert_ne!(links[0], links[1], "each their own");

    let alone = json!({"messages": [{"template": "letter", "emails": ["lee@example.kr"]}]});
    let refused = site.ask("POST", "/v1/messages", &alone, 422);
    let fault = &refused["errors"][0];
    assert_eq!(
        (&fault["field"], &fault["code"], &fault["fault"]),
        (
            &"messages[0].list.unsubscribe".into(),
            &"no_unsubscribe_link".into(),
            &"the mail prints unsubscribe_url and has no unsubscribe link".into()
        )
    );
    site.send(&json!({"template": "letter", "emails": ["lee@example.kr"], "variables": {"unsubscribe_url": "https://own.example.kr/x"}}));
    let mail = site.mail_to("lee@example.kr");
    assert!(html_has(&read(&mail), "https://own.example.kr/x"), "the caller's own goes before");
}

fn html_of(mail: &Message<'_>) -> String {
    html(mail).into_owned()
}

fn html_has(mail: &Message<'_>, link: &str) -> bool {
    html(mail).contains(&format!("href=\"{link}\""))
}
