use super::*;
use crate::content::Variant;

fn jinja(html: &str) -> Written {
    Written::of(&Fill::default(), Some(html))
}

fn counted(all: &Written, url: &str) -> String {
    all.counted(url).to_string()
}

#[test]
fn a_link_is_counted_as_its_author_wrote_it() {
    let all = jinja(
        "<p>{{ name }}<a href=\"https://shop.kr/c?k={{ code }}&amp;u={{ email | urlencode }}\">a</a><a href='https://shop.kr/봄?a=1&amp;b=2'>b</a>\
         <a href={{ reset_url }}>c</a><a href=\"{{ base }}/news\">d</a>",
    );
    for (url, written) in [
        ("https://shop.kr/c?k=갑&u=kim%40example.kr", "https://shop.kr/c?k={{ code }}&u={{ email | urlencode }}"),
        ("https://shop.kr/c?k=&u=", "https://shop.kr/c?k={{ code }}&u={{ email | urlencode }}"),
        ("https://shop.kr/봄?a=1&b=2", "https://shop.kr/봄?a=1&b=2"),
        ("https://shop.kr/reset/s3cr3t", "{{ reset_url }}"),
        ("https://other.kr/news", "{{ base }}/news"),
    ] {
        assert_eq!(counted(&all, url), written, "{url}");
    }
}

#[test]
fn what_a_variable_brings_has_no_place_of_its_own() {
    let all = jinja("{{ body | safe }}<a href=\"https://shop.kr/\">a</a><a href=\"https://shop.kr/u/{{ x }}/end\">b</a>");
    for url in ["https://evil.example/kim@example.kr", "https://shop.kr/u/1/en", "https://shop.kr/u/end", "https://shop.kr/?a"] {
        assert_eq!(counted(&all, url), "", "{url}");
    }
    assert_eq!(counted(&all, "https://shop.kr/u/1/end"), "https://shop.kr/u/{{ x }}/end");
}

#[test]
fn what_tags_decide_on_is_open_and_comments_are_nothing() {
    let source = "https://shop.kr/{% if ko %}ko{% elif x %}x{% else %}en{% endif %}/a{# why #}b";
    let all = jinja(&format!("{{% for one in all %}}<a href=\"{source}\">a</a>{{% endfor %}}"));
    for language in ["ko", "x", "en"] {
        assert_eq!(counted(&all, &format!("https://shop.kr/{language}/ab")), source.replace("{# why #}", ""));
    }
    assert_eq!(counted(&all, "https://shop.kr/ko/b"), "");
}

#[test]
fn variants_parts_and_braces_are_read_too() {
    let variant = Variant {
        language: "en".into(),
        subject: String::new(),
        text: None,
        html: Some("<a href=\"https://shop.kr/en/{{ code }}\">a</a>".into()),
    };
    let parts = [("foot".to_owned(), "<a href=\"https://shop.kr/help?c={{ code }}\">a</a>".to_owned())].into();
    let all = Written::of(&Fill { variants: vec![variant], parts, ..Fill::default() }, None);
    assert_eq!(counted(&all, "https://shop.kr/en/7"), "https://shop.kr/en/{{ code }}");
    assert_eq!(counted(&all, "https://shop.kr/help?c=7"), "https://shop.kr/help?c={{ code }}");
    let braces = Fill { syntax: Syntax::Braces, ..Fill::default() };
    let all = Written::of(&braces, Some("<a href=\"https://shop.kr/{username}?e={email}\">a</a><a href=\"https://shop.kr/{{ x }}\">b</a>"));
    assert_eq!(counted(&all, "https://shop.kr/홍길동?e={email}"), "https://shop.kr/{username}?e={email}");
    assert_eq!(counted(&all, "https://shop.kr/{{ x }}"), "https://shop.kr/{{ x }}");
}

#[test]
fn so_many_are_told_apart() {
    let many: String = (0..MOST + 5).map(|i| format!("<a href=\"https://shop.kr/{i}/{{{{ x }}}}\">a</a>")).collect();
    let all = jinja(&many);
    assert_eq!((all.open.len(), counted(&all, &format!("https://shop.kr/{}/1", MOST + 1))), (MOST, String::new()));
    assert_eq!(counted(&all, "https://shop.kr/7/1"), "https://shop.kr/7/{{ x }}");
}
