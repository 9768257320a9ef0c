//! The text part made of an HTML source, with its tags in their places.

use super::*;
use crate::template::{Between, Shield};

#[test]
fn tags_stay_where_they_are() {
    let html = "<h1>{{ title }}</h1><p>안녕하세요, {{ name }}님.{% if vip %}<br>단골 고객이시군요.{% endif %}</p>\
        {% for item in items %}<p>{{ item.name }} {{ item.price|won }}</p>{% endfor %}";
    let text = derive_text(html).unwrap();
    let given = r#"{"title":"주문","vip":true,"items":[{"name":"사과","price":1000},{"name":"배","price":2000}]}"#;
    let filled = text_of(Fill::default(), &text, given).unwrap();
    for there in ["# 주문", "안녕하세요, 홍길동님.\n단골 고객이시군요.", "사과 1,000원", "배 2,000원"] {
        assert!(filled.contains(there), "{there} is not in {filled:?} of {text:?}");
    }
    let filled = text_of(Fill::default(), &text, r#"{"title":"<b>","items":[]}"#).unwrap();
    assert!(filled.contains("# <b>") && !filled.contains("단골") && !filled.contains("원"), "{filled}");
}

#[test]
fn rows_of_tables_and_links_are_decided_on_where_they_stand() {
    let html = "<table>{% for row in rows %}<tr><td>{{ row.name }}</td><td>{{ row.price }}</td></tr>{% endfor %}</table>\
        {% if url %}<a class=\"b\" href=\"{{ url }}\">자세히 보기</a>{% endif %}<p>끝</p>";
    let text = derive_text(html).unwrap();
    let filled =
        text_of(Fill::default(), &text, r#"{"rows":[{"name":"가","price":1},{"name":"나","price":2}],"url":"https://a.kr"}"#).unwrap();
    let lines: Vec<&str> = filled.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, ["가", "1", "나", "2", "자세히 보기 (https://a.kr)", "끝"], "{text}");
    let filled = text_of(Fill::default(), &text, "{}").unwrap();
    assert_eq!(filled.trim(), "끝", "{text}");
}

#[test]
fn a_link_without_conditions_is_told_as_in_other_mail() {
    let text = derive_text("<p>{{ name }}님, <a href=\"{{ url }}\">여기</a>를 보세요.</p>").unwrap();
    assert_eq!(text, "{{ name }}님, [여기][1]를 보세요.\n\n[1]: {{ url }}\n");
}

#[test]
fn hidden_text_goes_without_its_tags_but_not_without_what_they_decide() {
    let text = derive_text("<div style=\"display:none\">{{ preheader }}</div><p>{{ body }}</p>").unwrap();
    assert_eq!(text.trim(), "{{ body }}");
    assert_eq!(derive_text("<div style=\"display:none\">{% if a %}</div><p>글</p>{% endif %}"), None);
}

#[test]
fn what_cannot_be_done_before_is_done_for_each_copy() {
    for html in [
        "{% extends 'base' %}{% block a %}<p>글</p>{% endblock %}",
        "<p>{% include 'a' %}</p>",
        "<p>{{ body|safe }}</p>",
        "<p>{{ body|linebreaks }}</p>",
        "<p>{{ a|e }}</p>",
        "{% comment %}<p>글</p>{% endcomment %}<p>나</p>",
        "<p>&#123;&#123; x }}</p>{{ y }}",
        "<p>{{ a</p>",
        "<img alt=\"\" src=\"{{ a }}\">",
    ] {
        assert_eq!(derive_text(html), None, "{html}");
    }
    assert!(derive_text("<p>{{ a|default('safe') }}</p>").is_some(), "a word in quotes is no filter");
}

#[test]
fn a_shield_gives_back_what_it_took() {
    for source in [
        "",
        "<p>글</p>",
        "<a href='{{ u }}' {% if x %}class=\"y\"{% endif %}>{{ '}}' }}</a><!-- {{ c }} --><title>{{ t }}</title>",
        "<style>.a{color:{{ c }}}</style><style>{% if x %}.b{}{% endif %}</style><table>{% for a in b %}<tr></tr>{% endfor %}</table>",
        "jebix {{ a }} jebix0z {# 주석 #}",
    ] {
        for between in [Between::Comment, Between::Word] {
            let shield = Shield::over(source, between).unwrap();
            assert!(!shield.shielded().contains("{{") && !shield.shielded().contains("{%"), "{}", shield.shielded());
            assert_eq!(shield.restore(shield.shielded()).unwrap(), source);
        }
    }
    let shield = Shield::over("<p>\n가{% if a %}나{{ b }}{% endif %}", Between::Comment).unwrap();
    let lost = shield.restore("<p><!--jebix0z--> <!--jebix2z-->").unwrap_err();
    assert_eq!((lost.tag.as_str(), lost.line, lost.column), ("{{ b }}", 2, 13));
    let lost = shield.restore("<p><!--jebix2z--> jebix1z <!--jebix0z-->").unwrap_err();
    assert_eq!(lost.tag, "{% if a %}", "out of order");
    let at = shield.shielded().find('나').unwrap();
    assert_eq!(shield.original(at), (2, 12));
    assert_eq!(shield.original(shield.shielded().len()), (2, 31));
}
