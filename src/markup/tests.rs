use super::*;

const LETTER: &str = r#"<mjml>
  <mj-head>
    <mj-title>{{ title }}</mj-title>
    <mj-preview>{{ preview }}</mj-preview>
    <mj-style>.note { color: #c00; }</mj-style>
  </mj-head>
  <mj-body background-color="{{ background|default('#fff') }}">
    {% if notice %}
    <mj-section><mj-column><mj-text css-class="note">{{ notice }}</mj-text></mj-column></mj-section>
    {% endif %}
    <mj-section>
      <mj-column>
        <mj-text>안녕하세요, {{ name }}님!{% if vip %} <b>단골</b>{% endif %}</mj-text>
        {% for item in items %}
        <mj-text>{{ loop.index }}. {{ item.name }} {{ item.price|won }}</mj-text>
        {% endfor %}
        <mj-button href="{{ url }}?a=1&amp;b={{ code|urlencode }}">확인하기</mj-button>
        <mj-table><tr><td>{{ total }}</td></tr></mj-table>
        <mj-raw>{% include "foot" %}</mj-raw>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>"#;

#[test]
fn mjml_keeps_every_tag_in_its_place() {
    let html = mjml(LETTER).unwrap();
    let order = [
        "<title>{{ title }}</title>",
        "{{ preview }}",
        "{{ background|default('#fff') }}",
        "{% if notice %}",
        "{{ notice }}",
        "{% endif %}",
        "안녕하세요, {{ name }}님!{% if vip %}",
        "단골",
        "{% endif %}",
        "{% for item in items %}",
        "{{ loop.index }}. {{ item.name }} {{ item.price|won }}",
        "{% endfor %}",
        "href=\"{{ url }}?a=1&amp;b={{ code|urlencode }}\"",
        "{{ total }}",
        "{% include \"foot\" %}",
    ];
    let mut at = 0;
    for there in order {
        at = at + html[at..].find(there).unwrap_or_else(|| panic!("{there} is not where it was in {html}")) + there.len();
    }
    assert!(html.contains("<!doctype html>") && html.contains("<!--[if mso | IE]>"), "{html}");
    let inlined = inline_css(&html).unwrap();
    assert!(inlined.contains("{% for item in items %}") && inlined.contains("@media"), "{inlined}");
}

#[test]
fn mjml_tells_what_is_wrong_and_where() {
    let fault = |source: &str| mjml(source).map_err(|f| (f.code, f.line, f.column, f.fault)).unwrap_err();
    let body = |inner: &str| format!("<mjml>\n<mj-body>\n  {inner}\n</mj-body></mjml>");
    assert_eq!(fault(&body("<mj-sektion></mj-sektion>")), ("mjml_element", 3, 3, "there is no element `mj-sektion` here".to_owned()));
    assert_eq!(fault(&body("{{ a\n}}<mj-include path=\"x\" />")).0, "mjml_element");
    assert_eq!(fault("<mjml><mj-head>\n<mj-html-attributes></mj-html-attributes></mj-head></mjml>").2, 1);
    assert_eq!(fault(&body("<mj-section><mj-column></mj-section>")).0, "mjml_syntax");
    assert_eq!(fault("<p>글</p>").0, "mjml_syntax");
    assert_eq!(fault("").0, "mjml_syntax");
    assert_eq!(fault(&body("{{ a")).0, "template_syntax");
    assert_eq!(fault(&body(&"<mj-text>".repeat(100))).0, "markup_size");
    let sized = mjml(&body("<mj-section><mj-column width=\"{{ w }}\"><mj-text>글</mj-text></mj-column></mj-section>"));
    if let Err(fault) = &sized {
        assert_eq!((fault.code, fault.line), ("markup_tag", 3), "{fault}");
    }
}

#[test]
fn mjml_that_is_no_xml_is_told_with_its_place() {
    let fault = mjml("<mjml><mj-body>\n<mj-section a=b></mj-section></mj-body></mjml>").unwrap_err();
    assert_eq!((fault.code, fault.line), ("mjml_syntax", 2), "{fault}");
}

#[test]
fn css_goes_into_the_elements_and_stays_in_the_sheet() {
    let html = "<!DOCTYPE html><html><head><link rel=\"stylesheet\" href=\"https://fonts.example/a.css\"><style>\
        .b{color:red} p{margin:0} @media (max-width:480px){.b{color:blue}}</style></head><body>\
        <!--[if mso]><table><tr><td>{{ outlook }}<![endif]--><p class=\"b\" style=\"padding:{{ gap }}\">{{ x }}</p>\
        <table>{% for r in rows %}<tr><td {% if r.hot %}class=\"b\"{% endif %}>{{ r.n }}</td></tr>{% endfor %}</table></body></html>";
    let made = inline_css(html).unwrap();
    for there in [
        "@media (max-width:480px){.b{color:blue}}",
        "<!--[if mso]><table><tr><td>{{ outlook }}<![endif]-->",
        "href=\"https://fonts.example/a.css\"",
        "padding: {{ gap }}",
        "{{ x }}</p>",
        // The end tag of `tbody` may be left out, so one that begins with each row is right.
        "{% for r in rows %}<tbody><tr><td {% if r.hot %}class=\"b\"",
        "{{ r.n }}</td></tr>{% endfor %}",
    ] {
        assert!(made.contains(there), "{there} is not in {made}");
    }
    assert!(made.contains("color: red") || made.contains("color:red;"), "{made}");
}

#[test]
fn sheets_and_sources_that_cannot_be_inlined_stay() {
    let plain = "<p>{{ a }}</p>{% if b %}<p>나</p>{% endif %}";
    assert_eq!(inline_css(plain).unwrap(), plain);
    let decided = "<html><head><style>{% block css %}.a{color:red}{% endblock %}</style></head><body><p class=\"a\">글</p></body></html>";
    assert_eq!(inline_css(decided).unwrap(), decided);
    let made =
        inline_css("{% extends \"base\" %}{% block x %}<style>.a{color:red}</style><p class=\"a\">{{ y }}</p>{% endblock %}").unwrap();
    assert!(made.starts_with("{% extends \"base\" %}{% block x %}") && made.ends_with("{{ y }}</p>{% endblock %}"), "{made}");
    assert!(made.contains("style=\"color: red;\""), "{made}");
}

#[test]
fn nothing_is_read_from_anywhere_and_nothing_runs_for_ever() {
    let html = "<html><head><link rel=stylesheet href=\"file:///etc/passwd\"><style>@import url(http://127.0.0.1:1/x.css);p{color:red}</style></head><body><p>글</p></body></html>";
    assert!(inline_css(html).unwrap().contains("file:///etc/passwd"));
    assert_eq!(inline_css(&"가".repeat(MAX_SOURCE)).unwrap_err().code, "markup_size");
    assert_eq!(inline_css(&format!("<style>p{{}}</style>{}", "<div>".repeat(600))).unwrap_err().code, "markup_size");
    let rules = format!("<html><style>{}</style>{}", ".a{color:red}".repeat(5_000), "<p>글</p>".repeat(2_000));
    assert_eq!(inline_css(&rules).unwrap_err().code, "markup_size");
}
