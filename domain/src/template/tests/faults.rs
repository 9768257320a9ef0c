//! What a template's author is told.

use super::*;

#[test]
fn a_syntax_error_has_its_place_and_what_was_expected() {
    for (source, expected) in [
        ("안녕\n  {{ name", "text:2:3 template_syntax: `{{` opens a tag that is never closed; close it with `}}`"),
        ("{{ }}", "text:1:4 template_syntax: the end of the tag is not expected here; expected a name, a number or a text in quotes"),
        ("가 {{ a b }}", "text:1:8 template_syntax: `b` is not expected here; expected an operator, a filter or `}}`"),
        (
            "{% if a %}\n\n{% for x in y %}",
            "text:3:4 template_syntax: this `for` is never closed; expected `{% endfor %}` before the end of the template",
        ),
        (
            "{% if a %}\n{% endfor %}",
            "text:2:4 template_syntax: `endfor` closes nothing here; expected `endif` for the tag that line 1 opens",
        ),
        ("{% endif %}", "text:1:4 template_syntax: `endif` closes nothing here; nothing is open: remove it"),
        ("{% if %}", "text:1:7 template_syntax: the end of the tag is not expected here; expected a name, a number or a text in quotes"),
        ("{% for x y %}", "text:1:10 template_syntax: `y` is not expected here; expected `in`"),
        ("{{ 'a }}", "text:1:4 template_syntax: this text is never closed; close it with '"),
        ("{{ a $ b }}", "text:1:6 template_syntax: `$` has no meaning in a tag; write a name, a number, a text in quotes or an operator"),
        (
            "{# a",
            "text:1:1 template_syntax: `{#` opens a comment that is never closed; close it with `#}`; in CSS put a space between `{` and `#`",
        ),
        ("{% raw %}a", "text:1:1 template_syntax: this tag is never closed; close it with `{% endraw %}`"),
        (
            "{% else %}",
            "text:1:4 template_syntax: there is nothing open here that `else` could belong to; write it once, within an `if` or a `for`",
        ),
        ("{% block a %}{% endblock b %}", "text:1:17 template_syntax: `b` is not the block that is open; write `endblock a`"),
        ("{{ super() }}", "text:1:1 template_syntax: there is no block around this; write it within `{% block … %}`"),
        ("{{ (1 }}", "text:1:4 template_syntax: this `(` is never closed; close it with `)`"),
        ("{{ [1) }}", "text:1:6 template_syntax: `)` closes nothing here; expected `]`"),
        ("{{ 1) }}", "text:1:5 template_syntax: `)` closes nothing here; remove it"),
        ("{{ {'a'} }}", "text:1:8 template_syntax: `}` is not expected here; expected `:`"),
    ] {
        assert_eq!(fault(source), expected, "{source}");
    }
}

#[test]
fn unknown_names_are_told_with_what_there_is() {
    for (source, expected) in [
        ("{{ a|uper }}", "text:1:6 template_filter: there is no filter `uper`; did you mean `upper`?"),
        ("{{ a is odds }}", "text:1:9 template_filter: there is no test `odds`; there are defined"),
        ("{{ fn(1) }}", "text:1:4 template_function: there is no function `fn`; there is `range(…)`"),
        ("{{ name.upper() }}", "text:1:9 template_function: there is no function `.upper()`; write `|upper`"),
        ("{% url 'home' %}", "text:1:4 template_tag: there is no tag `url`; give the whole link as a variable, with `https://`"),
        ("{% csrf_token %}", "text:1:4 template_tag: there is no tag `csrf_token`; remove it: a mail has no form to protect"),
        ("{% static 'a.png' %}", "text:1:4 template_tag: there is no tag `static`; give the picture's whole address"),
        ("{% now 'Y' %}", "text:1:4 template_tag: there is no tag `now`; give the time as a variable"),
        ("{% load my_tags %}", "text:1:9 template_tag: there is no library `my_tags`; remove the tag"),
        ("{% macro a() %}{% endmacro %}", "text:1:4 template_tag: there is no tag `macro`; write a part"),
        (
            "{{ a|truncatechars }}",
            "text:1:6 template_syntax: `truncatechars` is given 0 arguments; write `|truncatechars(length)` or `|truncatechars:length`",
        ),
        ("{{ a|upper:1 }}", "text:1:6 template_syntax: `upper` is given 1 arguments; write `|upper` without arguments"),
        ("{{ a|join(x=1) }}", "text:1:11 template_syntax: `join` has no argument `x`; write `|join(separator, attribute)`"),
        (
            "{% for x in y %}{{ forloop.parentloop.counter }}{% endfor %}",
            "text:1:28 template_syntax: `parentloop` is not supported; give the outer loop's value a name",
        ),
        (
            "{% include 'x' %}",
            "text:1:12 template_part: there is no template `x`; store this one as a template: only those extend or include others",
        ),
    ] {
        let told = fault(source);
        assert!(told.starts_with(expected), "{source}: {told}");
    }
    let told = fault_of(&parts(&[("emails/base.html", "")]), "{% extends 'base.html' %}");
    assert_eq!(told, "text:1:12 template_part: there is no template `base.html`; there are emails/base.html");
    let stored = Fill { template: Some(("notice".to_owned(), 1)), ..Fill::default() };
    let told = fault_of(&stored, "{% include 'x' %}");
    assert_eq!(told, "text:1:12 template_part: there is no template `x`; no other template is at hand");
}

#[test]
fn parts_and_variants_are_checked_too() {
    let told = fault_of(&parts(&[("a", "가\n{{ x| }}")]), "본문");
    assert_eq!(told, "a:2:7 template_syntax: the end of the tag is not expected here; expected the name of a filter behind `|`");
    let variant = Variant { language: "en".to_owned(), subject: "{{".to_owned(), text: None, html: None };
    let fill = Fill { variants: vec![variant.clone()], ..Fill::default() };
    assert!(fault_of(&fill, "본문").starts_with("subject (en):1:1 template_syntax"), "{}", fault_of(&fill, "본문"));
    let twice =
        Fill { language: "EN".to_owned(), variants: vec![Variant { subject: String::new(), ..variant.clone() }], ..Fill::default() };
    assert!(fault_of(&twice, "본문").starts_with("variant `en`:1:1 template_language: this language is given twice"));
    let bad = Fill { variants: vec![Variant { language: "한국어".to_owned(), ..variant }], ..Fill::default() };
    assert!(fault_of(&bad, "본문").contains("template_language: this is no language tag"));
}

#[test]
fn templates_that_come_back_to_themselves_are_refused() {
    let fill = parts(&[("a", "{% include 'b' %}"), ("b", "{% extends 'a' %}")]);
    assert_eq!(
        fault_of(&fill, "{% include 'a' %}"),
        "b:1:12 template_recursion: it comes back to itself: text → a → b → a; take one of these out"
    );
    let names: Vec<String> = (0..20).map(|i| format!("p{i}")).collect();
    let deep = names.windows(2).map(|w| (w[0].as_str(), format!("{{% include '{}' %}}", w[1]))).collect::<Vec<_>>();
    let mut all: Vec<(&str, &str)> = deep.iter().map(|(name, source)| (*name, source.as_str())).collect();
    all.push(("p19", "끝"));
    assert!(fault_of(&parts(&all), "{% include 'p0' %}").contains("template_recursion: templates use each other more than 8 deep"));
}

#[test]
fn a_fault_in_a_value_tells_template_and_line() {
    let reason = text("가\n\n{{ d|date:'Y' }}", r#"{"d":"어제"}"#).unwrap_err();
    assert_eq!(
        (reason.code.as_str(), reason.text.as_str()),
        ("template_render", "text, line 3: `date`: this is no date; give it as 2026-11-21 or 2026-11-21T09:30:00+09:00")
    );
    let fill = parts(&[("p", "\n{% for x in n %}{% endfor %}")]);
    assert_eq!(text_of(fill, "{% include 'p' %}", r#"{"n":3}"#).unwrap_err().text, "p, line 2: this is no list");
    let reason = text("{#\n주석\n#}\n{% comment %}\n\n{% endcomment %}{%- if true -%}\n\n{{ 'a' * 2 }}{% endif %}", "{}").unwrap_err();
    assert_eq!(reason.text, "text, line 8: only numbers can be multiplied");
    let reason = text("{{\n1\n}}{{ a\n+ 'x' }}", r#"{"a":1}"#).unwrap_err();
    assert_eq!(reason.text, "text, line 3: this is no number");
}
