//! What templates can say, in Jinja's spelling and in Django's (requirement S0-9).

use super::*;

#[test]
fn variables_go_from_the_recipients_own_to_the_defaults() {
    let fill =
        Fill { defaults: serde_json::from_str(r#"{"a":"기본","b":"기본","c":"기본","name":"고객"}"#).unwrap(), ..Fill::default() };
    let made =
        Renderer::new(&content(fill, "{{ name }}", Some("{{ a }} {{ b }} {{ c }} {{ email }}"), None), Some(r#"{"a":"공통","b":"공통"}"#))
            .unwrap();
    let mail = made.render(Some(&personal(r#"{"a":"개인"}"#)), &to("홍길동")).unwrap();
    assert_eq!((mail.subject.as_str(), mail.text.as_deref()), ("홍길동", Some("개인 공통 기본 hong@example.kr")));
    assert_eq!(made.render(None, &to("")).unwrap().subject, "고객");
    let given = made.render(Some(&personal(r#"{"name":"길동","email":"x@y.kr"}"#)), &to("홍길동")).unwrap();
    assert_eq!((given.subject.as_str(), given.text.as_deref()), ("길동", Some("공통 공통 기본 x@y.kr")));
}

#[test]
fn values_of_every_json_kind_are_printed() {
    let given = r#"{"i":3,"f":1.5,"t":true,"l":["가",2,null],"o":{"b":1,"a":"나"},"big":9007199254740993}"#;
    assert_eq!(
        text("{{ i }} {{ f }} {{ t }} {{ l }} {{ o }} {{ big }}", given).unwrap(),
        r#"3 1.5 True ["가",2,null] {"a":"나","b":1} 9007199254740993"#
    );
    assert_eq!(
        text("{{ o.a }} {{ o['b'] }} {{ l.0 }} {{ l[1] }} {{ l[-2] }} {{ l[:2] }} {{ o.a[0] }}", given).unwrap(),
        r#"나 1 가 2 2 ["가",2] 나"#
    );
}

#[test]
fn korean_names_are_names() {
    let given = r#"{"이름":"홍길동","주문":{"번호":7},"목록":["가","나"]}"#;
    assert_eq!(
        text("{{ 이름 }} {{ 주문.번호 }}{% for 하나 in 목록 %} {{ 하나 }}{% endfor %}{% set 합계 = 3 %} {{ 합계 }}", given).unwrap(),
        "홍길동 7 가 나 3"
    );
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let given = r#"{"x":"<b>\"홍\" & '길'</b>","u":"https://a.kr/?a=1&b=2"}"#;
    assert_eq!(html("{{ x }}", given), "&lt;b&gt;&quot;홍&quot; &amp; &#x27;길&#x27;&lt;/b&gt;");
    assert_eq!(html("<a href=\"{{ u }}\">", given), "<a href=\"https://a.kr/?a=1&amp;b=2\">");
    assert_eq!(html("{{ x|safe }}{% autoescape off %}{{ x }}{% endautoescape %}", given), "<b>\"홍\" & '길'</b><b>\"홍\" & '길'</b>");
    assert_eq!(html("{{ x|upper }}{{ '<i>' ~ x|safe }}{{ x|e|e }}", given).matches("&lt;").count(), 2 + 3 + 2);
    assert_eq!(text("{{ x }}", given).unwrap(), "<b>\"홍\" & '길'</b>");
    assert_eq!(subject("{{ x }}", given).unwrap(), "<b>\"홍\" & '길'</b>");
    let fill = parts(&[("p", "{{ x }}")]);
    assert_eq!(html_of(fill.clone(), "{% include 'p' %}", r#"{"x":"<"}"#), "&lt;", "a part is escaped where it is HTML");
    assert_eq!(text_of(fill, "{% include 'p' %}", r#"{"x":"<"}"#).unwrap(), "<");
}

#[test]
fn conditions_are_written_in_both_spellings() {
    let say = |source: &str| text(source, r#"{"a":1,"b":"","l":[1,2],"s":"150","vip":true}"#).unwrap();
    assert_eq!(say("{% if a == 1 and not b %}y{% else %}n{% endif %}"), "y");
    assert_eq!(say("{% if a > 1 %}1{% elif a < 1 %}2{% else %}3{% endif %}"), "3");
    assert_eq!(say("{% if nobody.knows or l|length > 1 %}y{% endif %}{% if nobody < 3 or nobody > 3 %}n{% endif %}"), "y");
    assert_eq!(say("{% if 2 in l and 3 not in l and 'a' in 'kakao' %}y{% endif %}"), "y");
    assert_eq!(say("{{ 'y' if vip else 'n' }}{{ 'n' if not vip }}{{ b or 'z' }}{{ 1 < a <= 2 }}{{ -a }}"), "yzFalse-1");
    assert_eq!(say("{% if s > 100 %}y{% endif %}{% if s|int == 150 %}y{% endif %}"), "yy", "a text of digits has an order beside numbers");
    assert_eq!(say("{% if a is defined and x is not defined and a is odd and 6 is divisibleby 3 %}y{% endif %}"), "y");
    assert_eq!(say("{{ 1 + 2 * 3 - 4 // 3 }} {{ 2 ** 3 % 5 }} {{ 7 / 2 }} {{ (1 + 2) * 3 }} {{ a ~ '개' ~ l.1 }}"), "6 3 3.5 9 1개2");
}

#[test]
fn loops_are_written_in_both_spellings() {
    let given = r#"{"l":["가","나","다"],"o":{"x":1,"y":2},"pairs":[["a",1],["b",2]],"none":[]}"#;
    let say = |source: &str| text(source, given).unwrap();
    assert_eq!(say("{% for x in l %}{{ forloop.counter }}{{ x }}{% if not forloop.last %},{% endif %}{% endfor %}"), "1가,2나,3다");
    assert_eq!(say("{% for x in l %}{{ loop.index0 }}{{ loop.first }}{{ loop.revindex }}{% endfor %}"), "0True31False22False1");
    assert_eq!(say("{% for x in none %}{% empty %}없음{% endfor %}{% for x in nobody %}{% else %}없음{% endfor %}"), "없음없음");
    assert_eq!(
        say(
            "{% for k, v in o.items %}{{ k }}{{ v }}{% endfor %}{% for k, v in o|items %}{{ k }}{{ v }}{% endfor %}{% for k in o.keys() %}{{ k }}{% endfor %}"
        ),
        "x1y2x1y2xy"
    );
    assert_eq!(say("{% for a, b in pairs reversed %}{{ a }}{{ b }}{% endfor %}"), "b2a1");
    assert_eq!(say("{% for x in l if x != '나' %}{{ loop.index }}{{ x }}{% endfor %}"), "1가2다");
    assert_eq!(
        say(
            "{% for i in range(3) %}{% cycle 'a' 'b' %}{{ loop.cycle(1, 2) }}{% endfor %}{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}"
        ),
        "a1b2a1531"
    );
    assert_eq!(
        say("{% for x in l %}{% with n=forloop.counter %}{% for y in l %}{{ n }}{{ loop.index }} {% endfor %}{% endwith %}{% endfor %}"),
        "11 12 13 21 22 23 31 32 33 "
    );
}

#[test]
fn templates_extend_and_include_each_other() {
    let fill = parts(&[
        (
            "emails/base.html",
            "<h1>{% block title %}알림{% endblock %}</h1>{% block body %}{% endblock body %}{% include \"foot\" with company=\"제비\" year=2026 %}",
        ),
        ("mid", "{% extends 'emails/base.html' %}{% block title %}중간 {{ block.super }}{% endblock %}"),
        ("foot", "<p>{{ company }} {{ year }}</p>"),
    ]);
    let source = "{% extends \"mid\" %}\n{% load i18n humanize %}{# 주석 #}{% block title %}{{ super() }}!{% endblock title %}\n{% block body %}{{ x }}{% endblock %}버려짐";
    assert_eq!(html_of(fill, source, r#"{"x":"<"}"#), "<h1>중간 알림!</h1>&lt;<p>제비 2026</p>");
    assert_eq!(text("{% include 'x' ignore missing %}그래도", "{}").unwrap(), "그래도");
}

#[test]
fn white_space_comments_and_raw_text_are_as_in_jinja() {
    assert_eq!(text("{# 주석 #}글{#\n둘#}", "{}").unwrap(), "글", "also where there is nothing to fill in");
    assert_eq!(text("가 {%- if true -%} 나 {%- endif -%} 다 {{- ' 라 ' -}} 마\n", "{}").unwrap(), "가나다 라 마\n");
    assert_eq!(text("a{# {{ x }} #}b{% comment '메모' %}{{ {% {% endcomment %}c{#- d -#} e", "{}").unwrap(), "abce");
    assert_eq!(text("{% raw %}{{ x }}{% endraw %}{% verbatim %}{% y %}{% endverbatim %}", "{}").unwrap(), "{{ x }}{% y %}");
    assert_eq!(text("{{ \"따옴표 \\\" 안 }} \" }}", "{}").unwrap(), "따옴표 \" 안 }} ");
    assert_eq!(text("{% with a=1, b=2 %}{{ a + b }}{% endwith %}{% with 3 as c %}{{ c }}{% endwith %}", "{}").unwrap(), "33");
    assert_eq!(
        html("<style>@media (max-width:1px){.a{color:red}}</style>{{ 1 }}", "{}"),
        "<style>@media (max-width:1px){.a{color:red}}</style>1"
    );
}

#[test]
fn the_variant_is_chosen_by_language() {
    let variant = |language: &str, subject: &str| Variant {
        language: language.to_owned(),
        subject: subject.to_owned(),
        text: Some("{{ language }}".to_owned()),
        html: None,
    };
    let fill = Fill {
        language: "ko".to_owned(),
        variants: vec![variant("en", "Hello {{ name }}"), variant("ja", "こんにちは")],
        ..Fill::default()
    };
    let made = Renderer::new(&content(fill, "안녕 {{ name }}", Some("{{ language }}"), None), None).unwrap();
    let mail = |language: &str| {
        let mail = made.render(Some(&format!("{{\"language\":\"{language}\"}}")), &to("홍길동")).unwrap();
        (mail.subject, mail.text.unwrap(), mail.language)
    };
    let is = |subject: &str, text: &str, language: &str| (subject.to_owned(), text.to_owned(), language.to_owned());
    assert_eq!(mail("en-US"), is("Hello 홍길동", "en-US", "en"));
    assert_eq!(mail("ja"), is("こんにちは", "ja", "ja"));
    assert_eq!(mail("ko-KR"), is("안녕 홍길동", "ko-KR", "ko"));
    assert_eq!(mail("fr"), is("안녕 홍길동", "fr", "ko"));
    assert_eq!(mail(""), is("안녕 홍길동", "ko", "ko"));
    assert_eq!(made.render(None, &to("홍길동")).unwrap().language, "ko");
}

#[test]
fn a_subject_is_one_line() {
    assert_eq!(subject("\n {{ x }} 님\n", r#"{"x":"홍길동"}"#).unwrap(), "홍길동 님");
    for bad in ["\\r\\nBcc: a@b.kr", "\\n", "\\u0000", "\\u2028", "\\u0085"] {
        let reason = subject("{{ x }}님", &format!(r#"{{"x":"홍{bad}"}}"#)).unwrap_err();
        assert_eq!(reason.code, "template_subject", "{bad}");
    }
}

#[test]
fn braces_replace_what_is_given_and_nothing_else() {
    let fill = Fill { syntax: crate::content::Syntax::Braces, ..Fill::default() };
    let made =
        Renderer::new(&content(fill, "{username}님", Some("{username} {name} {email} {{ x }} {% y %}"), Some("<i>{username}</i>")), None)
            .unwrap();
    let mail = made.render(Some(&personal(r#"{"username":"홍<길동>"}"#)), &to("홍길동")).unwrap();
    assert_eq!(mail.subject, "홍<길동>님");
    assert_eq!(mail.text.as_deref(), Some("홍<길동> {name} {email} {{ x }} {% y %}"));
    assert_eq!(mail.html.as_deref(), Some("<i>홍&lt;길동&gt;</i>"));
}
