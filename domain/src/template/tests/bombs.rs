//! Templates that would run for ever or take all memory are stopped.

use super::*;

/// Why it was stopped. Every one of these is stopped by a count of steps or bytes, never by a clock.
fn stopped(source: &str) -> String {
    let reason = text(source, "{}").unwrap_err();
    assert_eq!(reason.code, "template_limit", "{}: {}", source.chars().take(100).collect::<String>(), reason.text);
    reason.text
}

#[test]
fn loops_end() {
    assert_eq!(
        stopped("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}"),
        "text, line 1: it takes too many steps"
    );
    assert!(stopped("{% for i in range(1000000000) %}{% endfor %}").contains("a range has at most 10,000 numbers"));
    assert!(stopped("{% for i in range(0, -99999999999, -1) %}{% endfor %}").contains("a range has at most"));
}

#[test]
fn texts_cannot_grow() {
    for source in [
        format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}", "{% set a = a ~ a %}".repeat(40)),
        format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}", "{% set a = a + a %}".repeat(40)),
        format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}", "{% set a = a|replace('a', a) %}".repeat(5)),
        format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}", "{% set a = [a, a]|join(a) %}".repeat(30)),
        format!("{{% set a = 'aaaaaaaaaaaaaaaa' %}}{}", "{% set a = a|add:a %}".repeat(40)),
        "{% for i in range(9000) %}{% set x = 'a'|center:1000 %}{% endfor %}".to_owned(),
    ] {
        stopped(&source);
    }
    // Escaping what is escaped adds four bytes for each character: no bomb.
    assert_eq!(text(&format!("{{% set a = '<<' %}}{}{{{{ a|length }}}}", "{% set a = a|e|string %}".repeat(40)), "{}").unwrap(), "320");
    assert_eq!(text("{{ 'x' * 100000000 }}", "{}").unwrap_err().code, "template_render");
    assert_eq!(text("{{ [1] * 100000000 }}", "{}").unwrap_err().code, "template_render");
    assert_eq!(text("{{ 'x'|center:100000000 }}", "{}").unwrap_err().code, "template_render");
    assert_eq!(text("{{ 10 ** 400 }}", "{}").unwrap_err().code, "template_render");
}

#[test]
fn lists_cannot_grow() {
    for grow in ["[a, a]", "{'a': a, 'b': a}", "a + a", "[a, a, a, a, a, a, a, a]"] {
        let source = format!("{{% set a = [1, 2, 3, 4] %}}{}{{{{ a }}}}", format!("{{% set a = {grow} %}}").repeat(60));
        let reason = text(&source, "{}").unwrap_err();
        assert!(reason.code == "template_limit" || grow.starts_with('{'), "{grow}: {}", reason.text);
    }
    let compared =
        format!("{{% set a = ['a'] %}}{{% set b = ['a'] %}}{}{{{{ a == b }}}}", "{% set a = [a, a] %}{% set b = [b, b] %}".repeat(40));
    stopped(&compared);
}

#[test]
fn what_is_written_is_bounded() {
    let long = "가".repeat(10_000);
    assert!(stopped(&format!("{{% for i in range(1000) %}}{long}{{% endfor %}}")).ends_with("it writes more text than a mail may have"));
    assert!(stopped(&format!("{{% for i in range(1000) %}}{{% if i >= 0 %}}{long}{{% endif %}}{{% endfor %}}")).contains("more text"));
    let fill = parts(&[("p", &long), ("q", &format!("{{% block b %}}{long}{{% endblock %}}"))]);
    for source in ["{% for i in range(1000) %}{% include 'p' %}{% endfor %}", "{% for i in range(1000) %}{% include 'q' %}{% endfor %}"] {
        assert_eq!(text_of(fill.clone(), source, "{}").unwrap_err().code, "template_limit", "{source}");
    }
    let value = format!(r#"{{"v":"{long}"}}"#);
    assert_eq!(text("{% for i in range(1000) %}{{ v }}{% endfor %}", &value).unwrap_err().code, "template_limit");
    assert_eq!(subject("{{ v }}", &value).unwrap_err().code, "template_limit");
    assert_eq!(text("{% for i in range(100) %}{{ v|safe }}{% endfor %}", &value).unwrap_err().code, "template_limit");
}

#[test]
fn parts_cannot_multiply() {
    let twice = |name: &str| format!("{{% include '{name}' %}}").repeat(12);
    let all = [("a", twice("b")), ("b", twice("c")), ("c", twice("d")), ("d", twice("e")), ("e", twice("f")), ("f", "{{ 1 }}".to_owned())];
    let fill = parts(&all.iter().map(|(name, source)| (*name, source.as_str())).collect::<Vec<_>>());
    assert_eq!(text_of(fill, "{% include 'a' %}", "{}").unwrap_err().code, "template_limit");
}

#[test]
fn sources_are_bounded_before_anything_is_compiled() {
    assert!(fault(&"가".repeat(MAX_SOURCE)).contains("template_size"));
    assert!(fault(&format!("{{{{ {}1{} }}}}", "(".repeat(300), ")".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{{{{ {}1 }}}}", "not ".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{{{{ 1{} }}}}", " + 1".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{{{{ a{} }}}}", "|upper".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{{{{ a{} }}}}", ".b".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{{{{ [{}] }}}}", "1,".repeat(3000))).contains("template_size"));
    assert!(fault(&format!("{}{}", "{% if a %}".repeat(300), "{% endif %}".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(300))).contains("template_size"));
    assert!(fault(&format!("{}{}", "{% with a=1 %}".repeat(300), "{% endwith %}".repeat(300))).contains("template_size"));
}

#[test]
fn values_that_are_too_deep_or_too_large_are_refused() {
    let deep = format!("{{\"v\":{}1{}}}", "[".repeat(1_000), "]".repeat(1_000));
    assert_eq!(text("{{ v }}", &deep).unwrap_err().code, "template_variables");
    let wide = format!("{{\"v\":[{}1]}}", "1,".repeat(100_000));
    assert_eq!(text("{{ v }}", &wide).unwrap_err().code, "template_variables");
}

#[test]
fn an_ordinary_large_mail_is_not_stopped() {
    let rows: Vec<String> = (0..1_000).map(|i| format!(r#"{{"name":"상품 {i}","price":{},"count":2}}"#, i * 1_000)).collect();
    let given = format!(r#"{{"rows":[{}]}}"#, rows.join(","));
    let source = "{% for row in rows %}<tr><td>{{ loop.index }}</td><td>{{ row.name }}</td><td>{{ row.price|won }}</td>\
        <td>{{ row.price * row.count }}</td><td>{% if row.count > 1 %}{{ row.count }}개{% endif %}</td></tr>{% endfor %}{{ rows|sum(attribute='price')|won }}";
    assert!(html(source, &given).ends_with("499,500,000원"));
}
