use proptest::prelude::*;

use super::*;

fn remote(html: &str) -> usize {
    outside(html).remote
}

#[test]
fn what_would_be_loaded_from_elsewhere_is_counted() {
    for (html, count) in [
        ("<p>none</p>", 0),
        (r#"<img src="https://a.example/1.gif"><IMG SRC='HTTP://a.example/2.gif'><img src=//a.example/3>"#, 3),
        (r#"<img src="cid:logo"><img src="data:image/png;base64,AA==">"#, 0),
        (r#"<img srcset="https://a.example/1 1x, https://a.example/2 2x, cid:x 3x">"#, 2),
        (r#"<table background="http://a.example/b"><td style="background: url( 'http://a.example/c')">"#, 2),
        (r#"<style>@import "https://a.example/d"; p { background: URL(https://a.example/e) } </style>"#, 2),
        (r#"<link rel=stylesheet href="https://a.example/f">"#, 1),
        ("<!-- <img src=https://a.example/no> --><script>var x = '<img src=https://a.example/no>'</script>", 0),
        (r#"<img src="https&#58;//a.example/1">"#, 1),
    ] {
        assert_eq!(remote(html), count, "{html}");
    }
}

#[test]
fn links_are_listed_once_and_only_those_of_the_web() {
    let html = r##"<a href="https://a.example/?x=1&amp;y=2">a</a><a href='https://a.example/?x=1&y=2'>again</a>
        <a href="javascript:alert(1)">no</a><a href=mailto:a@example.com>no</a><a href="#top">no</a><area href=http://b.example/>"##;
    assert_eq!(outside(html).links, ["https://a.example/?x=1&y=2", "http://b.example/"]);
    assert_eq!(outside(html).remote, 0);
}

#[test]
fn own_pictures_are_put_in_and_others_stay_out() {
    let picture: &[u8] = b"abc";
    let own = HashMap::from([("logo@x", ("image/png", picture))]);
    let shown = |html: &str| framed(html, &own).replace(LINK_STYLE, "");
    assert_eq!(shown(r#"<img src="cid:logo@x">"#), r#"<img src="data:image/png;base64,YWJj">"#);
    assert_eq!(shown("<img src=CID:logo%40x>"), "<img src=data:image/png;base64,YWJj>");
    assert_eq!(shown("<p style='background:url(cid:logo@x)'>"), "<p style='background:url(data:image/png;base64,YWJj)'>");
    assert_eq!(shown("<img src=cid:other>"), "<img src=cid:other>");
}

#[test]
fn a_picture_named_often_does_not_grow_without_end() {
    let large = vec![0; 1 << 20];
    let own = HashMap::from([("x", ("image/png", large.as_slice()))]);
    let shown = framed(&"<img src='cid:x'>".repeat(1_000), &own);
    assert!(shown.len() < 50 << 20, "{}", shown.len());
}

#[test]
fn elements_that_act_on_the_whole_document_are_disarmed() {
    let none = HashMap::new();
    let html = "<LINK rel=preconnect href=//a><meta http-equiv=refresh content=0><base href=//a><p>링크</p>";
    let shown = framed(html, &none);
    assert!(!shown.contains("<LINK") && !shown.contains("<meta") && !shown.contains("<base") && shown.contains("<p>링크</p>"), "{shown}");
}

#[test]
fn svg_cannot_give_a_link_its_address_later() {
    let shown = framed("<svg><a><SET attributeName=href to=//a /><animate attributeName='href' values=//a /></a></svg>", &HashMap::new());
    assert!(!shown.contains("<SET") && !shown.contains("<animate"), "{shown}");
}

/// 1 MiB of each: with a search to the end at each character this would take many minutes.
#[test]
fn hostile_repetitions_are_read_in_linear_time() {
    for one in ["&", "<a href=\"", "<!--", "<style>", "<", "cid:", "href", "url(", "&#x"] {
        let value = one.repeat((1 << 20) / one.len());
        outside(&format!("<a href=\"{value}\"><p style='{value}'>{value}"));
        framed(&value, &HashMap::from([("x", ("image/png", b"x".as_slice()))]));
    }
}

#[test]
fn links_lose_their_addresses_and_keep_their_looks() {
    let shown = framed("<!DOCTYPE html>\n<a HREF = 'https://a.example'>여기</a> the word href", &HashMap::new());
    assert_eq!(shown, format!("<!DOCTYPE html>{LINK_STYLE}\n<a jebi-removed-HREF = 'https://a.example'>여기</a> the word href"));
}

proptest! {
    #[test]
    fn anything_is_read_without_a_panic(html in "[<>a-zA-Z가-힣=\"'/ &;:!#%()-]{0,80}") {
        outside(&html);
        let own = HashMap::from([("a", ("image/png", b"x".as_slice()))]);
        framed(&html, &own);
    }
}
