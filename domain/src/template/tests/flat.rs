//! A template and its parts made into one source: what is written, and what is told of faults, stays the same.

use super::*;

const BASE: &str = "<html lang=\"{% block lang %}ko{% endblock %}\">\n<style>.a { color: {{ color|default('red') }} } {% block css %}{% endblock %}</style>\n\
    <h1>{%- block title -%} 제목 {%- endblock -%} </h1>\n{% block body %}<p>{% block inner %}안{% endblock %}</p>\n{% endblock %}\n\
    {% for n in [1, 2] %}{% block row %}{{ loop.index }}{% set n = 9 %}{% endblock %}{{ n }}{% endfor %}{{ given|default('') }}";

fn all() -> Fill {
    parts(&[
        ("base", BASE),
        (
            "mid",
            "{% extends 'base' %}{% set given = '가운데' %}{% block body %}[{{ super() }}]{% endblock %}{% block inner %}중간{{ super() }}{% endblock %}",
        ),
        ("button", "<a href=\"{{ url }}\">{{ label|default('누르기') }}</a>{% set url = 'x' %}"),
        ("card", "{% extends 'frame' %}{% block body %}카드 {{ name }}{% endblock %}"),
        ("frame", "<div>{% block body %}{% endblock %}</div>"),
        ("plain", "끝 {{ name }}"),
    ])
}

/// The same mail of both forms.
fn both(fill: &Fill, source: &str, variables: &str) -> (Result<String, Reason>, Result<String, Reason>) {
    let made = |source: &str, fill: Fill| {
        let renderer = Renderer::new(&content(fill, "제목", None, Some(source)), None)?;
        Ok(renderer.render(Some(&personal(variables)), &to("홍길동"))?.html.unwrap())
    };
    let flat = flatten("html", source, &fill.parts).unwrap_or_else(|why| panic!("{source}: {why}"));
    assert!(!["extends", "{% block", "include", "super()"].iter().any(|word| flat.contains(word)), "{flat}");
    (made(source, fill.clone()), made(&flat, Fill { parts: BTreeMap::new(), ..fill.clone() }))
}

#[test]
fn what_is_written_stays_the_same() {
    for source in [
        "{% extends 'base' %}",
        "글 {{ name }}{% include 'plain' %} {% extends 'base' %} 안 {% block title %}환영 {{ name }}{% endblock %} 안 보임 {% block css %}.b{}{% endblock %}",
        "{% extends 'mid' %}{% block inner %}끝{{ super() }}{{ block.super }}{% endblock %}{% block lang %}en{% endblock %}",
        "{% extends 'base' %}{% set color = 'blue' %}{% set given = color %}{% block body %}{% set given = 1 %}{{ given }}{% endblock %}",
        "{% extends 'base' %}{% if name %}{% block title %}조건{% endblock %}{% endif %}",
        "{% set url = 'u' %}{% include 'button' with url='https://a.kr', label='<확인>' %}{% include 'button' %}{{ url }}",
        "{% for i in [1, 2] -%}  {% include 'plain' %}  {%- endfor %}{% include 'none' ignore missing %}{% include 'card' %}",
        "{% autoescape off %}{{ bold }}{% include 'button' with url=bold %}{{ bold }}{% endautoescape %}{{ bold }}",
        "{% autoescape off %}{% autoescape on %}{% include 'button' with url=bold %}{% endautoescape %}{% endautoescape %}",
        "{%- raw -%} {{ a }} {%- endraw -%} {# {% block x %} #}{% comment %}{% endblock %}{% endcomment %} {{- -1 -}} {{ 'a}}-' -}} ",
        "{% block a %}{% block b %}{{ name }}{% endblock %}{% endblock %}{% load humanize %}",
    ] {
        let (whole, flat) = both(&all(), source, r#"{"bold":"<b>"}"#);
        assert_eq!(whole.unwrap(), flat.unwrap(), "{source}");
    }
}

#[test]
fn the_documents_templates_stay_the_same() {
    let fill = parts(&[("emails/base.html", include_str!("emails/base.html"))]);
    let given = r#"{"subject":"알림","username":"홍길동","message":"새로운 알림","action_url":"https://a.kr","items":["하나"]}"#;
    let (whole, flat) = both(&fill, include_str!("emails/notification.html"), given);
    assert_eq!(whole.unwrap(), flat.unwrap());
}

#[test]
fn faults_are_told_where_the_author_wrote_them() {
    let mut fill = all();
    fill.parts.insert("foot".to_owned(), "\n\n{{ company.phone }}{{ number|date:'Y' if broken }}".to_owned());
    for (source, given, expected) in [
        (
            "{% extends 'base' %}\n{% block title %}{{ a }}\n{{ b }}{% include 'foot' %}{% endblock %}",
            "{}",
            "variables are missing: `a` (html, line 2), `b` (html, line 3), `company.phone` (foot, line 3)",
        ),
        (
            "{% extends 'base' %}\n{% block title %}{% include 'foot' %}{% endblock %}",
            r#"{"company":{"phone":1},"broken":true,"number":"x"}"#,
            "foot, line 3: `date`: this is no date; give it as 2026-11-21 or 2026-11-21T09:30:00+09:00",
        ),
        ("{% extends 'base' %}\n\n{% block title %}{{ 'a' * 2 }}{% endblock %}", "{}", "html, line 3: only numbers can be multiplied"),
        (
            "가 {{ name }}{% include 'foot' %} {{ 1 }} {{ 'a' * 2 }}",
            r#"{"company":{"phone":1}}"#,
            "html, line 1: only numbers can be multiplied",
        ),
        ("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "{}", "html, line 1: it takes too many steps"),
    ] {
        let (whole, flat) = both(&fill, source, given);
        assert_eq!(flat.unwrap_err().text, expected, "{source}");
        assert_eq!(whole.unwrap_err().text, expected, "{source}");
    }
}

#[test]
fn what_cannot_be_brought_together_stays_apart() {
    let mut fill = all();
    fill.parts.insert("a".to_owned(), "{% block x %}{% block y %}{% endblock %}{% endblock %}".to_owned());
    fill.parts.insert("large".to_owned(), "가".repeat(60_000));
    let twelve = |name: &str| format!("{{% include '{name}' %}}").repeat(12);
    for (name, next) in ["m0", "m1", "m2", "m3", "m4", "m5", "m6"].windows(2).map(|pair| (pair[0], pair[1])) {
        fill.parts.insert(name.to_owned(), twelve(next));
    }
    fill.parts.insert("m6".to_owned(), String::new());
    for (source, why) in [
        ("{% extends 'base' %}{% if name %}{% set a = 1 %}{% endif %}", NotFlat::Set),
        ("{% extends 'a' %}{% block y %}{% block x %}{{ super() }}{% endblock %}{% endblock %}", NotFlat::Circle),
        ("{% include 'large' %}{% include 'large' %}{% include 'large' %}", NotFlat::TooLarge),
        ("{% include 'm0' %}", NotFlat::TooLarge),
        ("{ {%- if a %}{% endif %}", NotFlat::Brace),
        ("{% block x %}{% endblock %}{% extends 'a' %}", NotFlat::Before),
        ("{% block a %}{{ super() }}{% endblock %}", NotFlat::Unreadable),
        ("{% include 'none' %}", NotFlat::Unreadable),
        ("{% block a %}", NotFlat::Unreadable),
    ] {
        assert_eq!(flatten("html", source, &fill.parts), Err(why), "{source}");
    }
}

#[test]
fn the_text_is_made_of_all_parts() {
    let flat = flatten("html", "{% extends 'base' %}{% block body %}<p>{% include 'plain' %}</p>{% endblock %}", &all().parts).unwrap();
    let text = derive_text(&flat).unwrap();
    assert!(text.contains("끝 {{ name }}") && !text.contains("{#@"), "{text}");
}
