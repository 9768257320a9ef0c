//! What is wrong with a template is told with its place, by name, and with what to write instead (requirement S0-9), in the same words
//! wherever it is met.

use serde_json::{Value, json};

use crate::support::api::{Answer, Api, list, text};

fn mail(html: &str) -> Value {
    json!({"name": "mail", "language": "ko", "variants": [{"language": "ko", "subject": "소식", "html": html}]})
}

fn part(name: &str, html: &str) -> Value {
    json!({"name": name, "kind": "part", "variants": [{"html": html}]})
}

/// Field, code, fault and remedy of each fault.
fn told(answer: &Answer) -> Vec<[String; 4]> {
    let answer = answer.json();
    let of = |fault: &Value| ["field", "code", "fault", "remedy"].map(|name| text(&fault[name]).to_owned());
    list(&answer["errors"]).iter().map(of).collect()
}

async fn pushed(api: &Api, templates: &[Value]) -> Vec<[String; 4]> {
    told(&api.post("/v1/templates", &json!({"templates": templates, "publish": true})).await)
}

const CASES: [(&str, usize, usize, &str, &str, &str); 8] = [
    (
        "<p>\n{% if name %}안녕</p>",
        2,
        4,
        "template_syntax",
        "this `if` is never closed",
        "expected `{% endif %}` before the end of the template",
    ),
    (
        "<p>{{ name | }}</p>",
        1,
        14,
        "template_syntax",
        "the end of the tag is not expected here",
        "expected the name of a filter behind `|`",
    ),
    ("가나 {% for x of y %}", 1, 13, "template_syntax", "`of` is not expected here", "expected `in`"),
    ("<p>{{ name|uper }}</p>", 1, 12, "template_filter", "there is no filter `uper`", "did you mean `upper`?"),
    (
        "{{ now() }}",
        1,
        4,
        "template_function",
        "there is no function `now`",
        "there is `range(…)`; anything else is given as a variable or done with a filter",
    ),
    ("{% url 'home' %}", 1, 4, "template_tag", "there is no tag `url`", "give the whole link as a variable, with `https://`"),
    ("글\n  {% include \"foot.html\" %}", 2, 14, "template_part", "there is no template `foot.html`", "no other template is at hand"),
    ("{% extends \"none\" %}", 1, 12, "template_part", "there is no template `none`", "no other template is at hand"),
];

#[tokio::test]
async fn a_fault_is_told_with_line_column_and_what_was_expected() {
    let api = Api::new().await;
    for (source, line, column, code, fault, remedy) in CASES {
        let place = |field: &str| format!("{field}variants[0].html:{line}:{column}");
        let expected = |field: String| vec![[field, code.to_owned(), fault.to_owned(), remedy.to_owned()]];
        assert_eq!(pushed(&api, &[mail(source)]).await, expected(place("templates[0].")), "{source}");
        let template = mail(source);
        let given = json!({"template": {"language": "ko", "variants": template["variants"]}});
        assert_eq!(told(&api.post("/v1/templates/mail/preview", &given).await), expected(place("")), "{source}");
        let message = json!({"messages": [{"emails": ["hong@example.kr"], "subject": "소식", "html": source, "variables": {"a": 1}}]});
        // A message's own text has no other templates beside it.
        let remedy = if code == "template_part" { "store this one as a template: only those extend or include others" } else { remedy };
        let of_message = vec![[
            "messages[0].html".to_owned(),
            code.to_owned(),
            format!("html line {line}, column {column}: {fault}"),
            remedy.to_owned(),
        ]];
        assert_eq!(told(&api.post("/v1/messages", &message).await), of_message, "{source}");
    }
}

#[tokio::test]
async fn recursion_is_told_with_its_way() {
    let api = Api::new().await;
    let circle = [mail("{% include 'a' %}"), part("a", "\n{% include 'b' %}"), part("b", "{% extends 'a' %}")];
    let faults = pushed(&api, &circle).await;
    assert_eq!(faults[0][0], "templates[2].variants[0].html:1:12");
    assert_eq!(faults[0][1..], ["template_recursion", "it comes back to itself: html → a → b → a", "take one of these out"]);
    let chain: Vec<Value> = (0..10).map(|i| part(&format!("p{i}"), &format!("{{% include 'p{}' %}}", i + 1))).collect();
    let deep: Vec<Value> = [mail("{% include 'p0' %}"), part("p10", "끝")].into_iter().chain(chain).collect();
    let faults = pushed(&api, &deep).await;
    assert!(faults.iter().any(|fault| fault[2].starts_with("templates use each other more than 8 deep: ")), "{faults:?}");
}

#[tokio::test]
async fn what_is_too_large_or_takes_too_long_is_named() {
    let api = Api::new().await;
    let render = "the template cannot be filled in with these values: ";
    for (source, fault) in [
        ("<p>\n{% for i in range(10000) %}{{ word * 1 ~ word ~ word }}{% endfor %}</p>", "html, line 2: only numbers can be multiplied"),
        ("<p>\n{% for i in range(10000) %}{{ word }}{% endfor %}</p>", "html, line 2: it writes more text than a mail may have"),
        ("{% for i in range(10000) %}{% for j in range(10000) %}{% endfor %}{% endfor %}", "html, line 1: it takes too many steps"),
        ("{% for i in range(20000) %}{% endfor %}", "html, line 1: a range has at most 10,000 numbers"),
    ] {
        api.put("/v1/templates/mail", &json!({"language": "ko", "variants": mail(source)["variants"]})).await;
        let seen = api.post("/v1/templates/mail/preview", &json!({"variables": {"word": "가".repeat(200)}})).await;
        assert_eq!(told(&seen)[0][2], format!("{render}{fault}"), "{source}");
        let code = if fault.contains("multiplied") { "template_render" } else { "template_limit" };
        assert_eq!(told(&seen)[0][1], code, "{source}");
    }
    let large = pushed(&api, &[mail(&"가".repeat(200_000))]).await;
    assert_eq!(large[0][1], "template_size", "{large:?}");
}

#[tokio::test]
async fn styles_that_stay_out_of_the_elements_are_pointed_out() {
    let api = Api::new().await;
    let base = part("base", "<html><head><style>p { color: red; }</style></head><body>{% block content %}{% endblock %}</body></html>");
    let odd = "{% extends 'base' %}{% if name %}{% set x = 1 %}{% endif %}{% block content %}<p>{{ name }}</p>{% endblock %}";
    let done = api.post("/v1/templates", &json!({"templates": [base, mail(odd)], "publish": true})).await.expect(200);
    let warning = &done["templates"][1]["warnings"][0];
    let expected = "the style sheets of its parts are not put into its elements: a `set` stands within another tag outside of the blocks";
    assert_eq!((text(&warning["code"]), text(&warning["fault"])), ("styles_not_inlined", expected), "{done}");
    let seen = api.post("/v1/templates/mail/preview", &json!({"variables": {"name": "홍길동"}})).await.expect(200);
    assert_eq!(text(&seen["warnings"][0]["code"]), "styles_not_inlined");
    assert!(text(&seen["html"]).contains("<p>홍길동</p>"), "it is sent all the same: {seen}");
}
