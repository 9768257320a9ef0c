//! Variables that are missing (requirement S0-9): falsy in conditions, empty in loops, a fault where they are printed.

use super::*;
use crate::content::Missing;

#[test]
fn an_error_names_every_variable_that_is_missing() {
    let fill = parts(&[("foot", "\n{{ company.phone }}")]);
    let html = "<p>{{ order.number }}</p>\n{% for item in items %}\n{{ item.price|won }}{% endfor %}\n{{ '주문 ' ~ order.date|date:\"Y\" }}\n{{ email }}{% include 'foot' %}";
    let made =
        Renderer::new(&content(fill, "{{ title }}", Some("{{ title }} {{ nick|upper }} {{ '!' if nobody }}"), Some(html)), None).unwrap();
    let reason = made.render(Some(&personal(r#"{"order":{"id":1},"items":[{"price":1},{}]}"#)), &to("")).unwrap_err();
    assert_eq!(reason.code, "template_missing");
    assert_eq!(
        reason.text,
        "variables are missing: `title` (subject, line 1), `order.number` (html, line 1), `item.price` (html, line 3), \
         `order.date` (html, line 4), `company.phone` (foot, line 2), `nick` (text, line 1)"
    );
}

#[test]
fn one_recipients_fault_is_no_others() {
    let made = Renderer::new(&content(Fill::default(), "{{ code }}", Some("본문"), None), None).unwrap();
    assert_eq!(made.render(None, &to("")).unwrap_err().text, "a variable is missing: `code` (subject, line 1)");
    assert_eq!(made.render(Some(&personal(r#"{"code":"1234"}"#)), &to("")).unwrap().subject, "1234");
    assert_eq!(made.render(Some(&personal(r#"{"code":null}"#)), &to("")).unwrap_err().code, "template_missing", "null is no value");
    assert_eq!(made.render(Some(&personal(r#"{"code":0}"#)), &to("")).unwrap().subject, "0");
    assert_eq!(made.render(Some("\"x\""), &to("")).unwrap_err().code, "template_variables");
}

#[test]
fn missing_ones_may_print_nothing() {
    let empty = || Fill { missing: Missing::Empty, ..Fill::default() };
    assert_eq!(text_of(empty(), "[{{ a }}{{ a.b.c }}{{ a|upper }}{{ '가' ~ a }}{{ a + 1 }}{{ l.5 }}]", "{}").unwrap(), "[가]");
}

#[test]
fn conditions_loops_and_defaults_take_what_is_missing() {
    let say = |source: &str| text(source, r#"{"empty":"","zero":0}"#).unwrap();
    assert_eq!(say("{% if a.b.c %}x{% endif %}{% for i in a.b %}x{% endfor %}{% if not a %}y{% endif %}"), "y");
    assert_eq!(say("{{ a|default('고객') }}{{ a.b.c|default(\"-\") }}{{ empty|default('x') }}{{ empty|default('y', true) }}"), "고객-y");
    assert_eq!(say("{{ a|default:\"자세히 보기\" }}{{ empty|default:\"!\" }}{{ zero|default:\"0\" }}{{ a|default }}"), "자세히 보기!0");
    assert_eq!(say("{{ a|default(b)|default('c') }}{{ a or '또는' }}{{ a|yesno:\"예,아니오,모름\" }}"), "c또는모름");
    assert_eq!(say("{% if a|length > 0 %}x{% endif %}{% set z = a %}{% if not z %}y{% endif %}"), "y");
}

#[test]
fn the_names_a_template_needs_are_known_before() {
    let needs = |source: &str| variables(source).0;
    let may = |source: &str| variables(source).1;
    assert_eq!(needs("{{ a }}{{ b.c.d }}{{ e[0].f }}{{ g|upper }}{{ email }}{{ language }}{{ name }}"), ["a", "b.c.d", "e", "g", "name"]);
    assert_eq!(needs("{% for x in xs %}{{ x.y }}{{ z }}{% endfor %}{% set s = t %}{{ s }}{% with v=w %}{{ v }}{% endwith %}"), ["z"]);
    assert_eq!(
        may("{% for x in xs %}{{ x.y }}{{ z }}{% endfor %}{% set s = t %}{{ s }}{% with v=w %}{{ v }}{% endwith %}"),
        ["t", "w", "xs"]
    );
    assert_eq!(needs("{% if url %}{{ url }}{{ label }}{% endif %}{{ x if x else y }}"), ["label", "y"]);
    assert_eq!(needs("{% if not url %}{{ url }}{% else %}{{ a }}{% endif %}{% if b is defined %}{{ b.c }}{% endif %}"), ["a", "url"]);
    assert_eq!(may("{{ a|default:b }}{{ c or d }}{{ e is defined }}{{ 이름|default('') }}"), ["a", "b", "c", "e", "이름"]);
    assert_eq!(needs("{{ a or b }}{{ f(1) if false }}".replace("f(1)", "'x'").as_str()), ["b"]);
    let fill = parts(&[("p", "{{ within }}")]);
    assert_eq!(
        check(&fill, "{{ s }}", None, Some("{% include 'p' %}")).unwrap().variables.into_iter().collect::<Vec<_>>(),
        ["s", "within"]
    );
}
