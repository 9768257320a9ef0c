//! What a personal mail costs beside a plain one: `limits compose --n N --bytes 20000`.
//! `bare` builds a mail with mail-builder, `render` fills a template in, `personal` does both. Each prints one JSON line; `us_each` is CPU.

use jebi_domain::{content::Content, message::Mailbox, template::Renderer};
use mail_builder::MessageBuilder;

use crate::{cpu_seconds, html, report, Opts};

const SUBJECT: &str = "{{ name }}님, 주문 {{ order.number }}이 완료되었습니다";
const HEAD: &str = "<h1>안녕하세요, {{ name }}님!</h1>{% if vip %}<p>단골 고객께 드립니다.</p>{% endif %}<ul>{% for item in items %}<li>{{ item.name }}: \
    {{ item.price|won }}</li>{% endfor %}</ul><p><a href=\"https://shop.example.kr/o/{{ order.number }}?c={{ code }}\">자세히 보기</a></p>";
const TEXT: &str = "안녕하세요, {{ name }}님!\n{% for item in items %}- {{ item.name }}: {{ item.price|won }}\n{% endfor %}https://shop.example.kr/o/{{ order.number }}\n";

fn built(subject: &str, text: &str, html: &str, to: &str) -> usize {
    let mail = MessageBuilder::new()
        .from(("제비", "news@example.kr"))
        .to(("홍길동", to))
        .subject(subject)
        .date(1_762_131_845u64)
        .message_id("1@example.kr")
        .text_body(text)
        .html_body(html);
    mail.write_to_vec().expect("a mail").len()
}

fn measured(what: &str, n: u64, mut one: impl FnMut(u64) -> usize) {
    let (start, cpu) = (std::time::Instant::now(), cpu_seconds());
    let mut bytes = 0;
    for i in 0..n {
        bytes += one(i);
    }
    let used = cpu_seconds() - cpu;
    report(what, n, n, start.elapsed().as_secs_f64(), used);
    println!("{{\"what\":\"{what}\",\"us_each\":{:.2},\"bytes_each\":{}}}", used / n as f64 * 1e6, bytes as u64 / n.max(1));
}

pub fn run(opts: &Opts) {
    let n = opts.n("n", 20_000);
    let body = format!("{HEAD}{}", html(opts.n("bytes", 20_000)));
    let mut content: Content =
        serde_json::from_str(r#"{"from":{"email":"news@example.kr"},"subject":"","fill":{"syntax":"jinja","missing":"error"}}"#).expect("a content");
    content.subject = SUBJECT.to_owned();
    content.text = Some(TEXT.to_owned());
    content.html = Some(body);
    let renderer = Renderer::new(&content, Some(r#"{"vip":true,"shop":"제비 상점"}"#)).expect("a renderer");
    let to = Mailbox { email: "hong@example.kr".to_owned(), name: Some("홍길동".to_owned()) };
    let personal = |i: u64| {
        format!(r#"{{"variables":{{"order":{{"number":{i}}},"code":"c{i}","items":[{{"name":"사과","price":12000}},{{"name":"배","price":34000}}]}}}}"#)
    };
    let fixed = renderer.render(Some(&personal(1)), &to).expect("a mail");
    let (text, html) = (fixed.text.unwrap_or_default(), fixed.html.unwrap_or_default());
    measured("bare", n, |_| built(&fixed.subject, &text, &html, &to.email));
    measured("render", n, |i| renderer.render(Some(&personal(i)), &to).expect("a mail").html.map_or(0, |html| html.len()));
    measured("personal", n, |i| {
        let mail = renderer.render(Some(&personal(i)), &to).expect("a mail");
        built(&mail.subject, mail.text.as_deref().unwrap_or_default(), mail.html.as_deref().unwrap_or_default(), &to.email)
    });
}
