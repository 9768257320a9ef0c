use proptest::prelude::*;

use super::*;
use crate::{
    id::{DeliveryId, MessageId},
    link::{LinkKey, Links},
    time::Wall,
};

const BASE: &str = "https://m.kr";

fn mark(ordinal: u32) -> Mark {
    let links = Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))]);
    links.mark(DeliveryId { message: MessageId([7; 16]), ordinal }, Wall(5)).unwrap()
}

fn rewritten(html: &str) -> String {
    with_links(html, &places(html, &Exempt::new(&[], &[BASE])), BASE, &mark(0))
}

/// The rewritten HTML with each address as it was.
fn put_back(html: &str, rewritten: &str) -> String {
    let (ours, mut out, mut rest) = (format!("{BASE}{CLICK_PATH}{}", mark(0).as_str()), String::new(), rewritten);
    let places = places(html, &Exempt::new(&[], &[BASE]));
    for place in places {
        let at = rest.find(&ours).expect("a link of ours for each place");
        out.push_str(&rest[..at]);
        out.push_str(&html[place.at]);
        rest = &rest[at + ours.len() + 8..];
    }
    out + rest
}

#[test]
fn links_of_every_spelling_lead_through_and_the_rest_stays() {
    let html = "<!doctype html><A  CLASS=x HREF='https://shop.kr/a?b=1&amp;c=2' ID=\"y\">봄</A>\n<a\nhref=https://shop.kr/b>b</a>\
        <map><area shape=rect href=\"HTTP://shop.kr/c\"></map><a href=\"https://shop.kr/a?b=1&c=2\" href=\"https://late.kr\">a</a>";
    let made = rewritten(html);
    let link = |target: &str| format!("{BASE}/c/{}", token(&mark(0), LinkHash::of(target)));
    let a = link("https://shop.kr/a?b=1&c=2");
    let want = format!(
        "<!doctype html><A  CLASS=x HREF='{a}' ID=\"y\">봄</A>\n<a\nhref={}>b</a><map><area shape=rect href=\"{}\"></map>\
         <a href=\"{a}\" href=\"https://late.kr\">a</a>",
        link("https://shop.kr/b"),
        link("HTTP://shop.kr/c")
    );
    assert_eq!(made, want);
    assert!(a.len() < 90, "{a}");
    let mut found = Vec::new();
    targets(html, |target| found.push(target.to_owned()));
    assert_eq!(found, ["https://shop.kr/a?b=1&c=2", "https://shop.kr/b", "HTTP://shop.kr/c", "https://shop.kr/a?b=1&c=2"]);
}

#[test]
fn what_is_no_link_to_the_web_or_says_so_stays() {
    for html in [
        "<a href=\"mailto:a@b.kr\">a</a><a href='tel:02-120'>t</a><a href=\"#top\">u</a><a name=x>v</a><a>w</a>",
        "<!-- <a href=\"https://shop.kr\"> --><style><a href=\"https://shop.kr\"></style><script>\"<a href='https://shop.kr'>\"</script>",
        "<!--[if mso]><a href=\"https://shop.kr\">Outlook</a><v:roundrect href=\"https://shop.kr\"><![endif]-->",
        "<a data-jebi-no-track href=\"https://shop.kr\">a</a><a href=\"https://shop.kr\" DATA-JEBI-NO-TRACK=\"1\">b</a>",
        "<link href=\"https://shop.kr/a.css\"><base href=\"https://shop.kr/\"><abbr href=\"https://shop.kr\"><img src=\"https://shop.kr\">",
        "<a href=\"https://shop.kr",
        "&lt;a href=\"https://shop.kr\"&gt; </a href=\"https://shop.kr\">",
        "<a data-href=\"https://shop.kr\" title='href=\"https://shop.kr\"'>a</a>",
    ] {
        assert_eq!(rewritten(html), html);
    }
    // What shows where Outlook does not look is no comment.
    let shown =
        "<![if !mso]><a href=\"https://shop.kr\">a</a><![endif]><!--[if !mso]><!--><a href=\"https://shop.kr\">b</a><!--<![endif]-->";
    assert_eq!(rewritten(shown).matches("https://m.kr/c/").count(), 2);
}

#[test]
fn the_picture_is_the_last_of_the_body() {
    let with = |html: &str| with_picture(html.to_owned(), BASE, &mark(3));
    let picture = picture(BASE, &mark(3));
    assert!(picture.starts_with(&format!("<img src=\"https://m.kr/v1/events/open?request_id={}\" ", mark(3).as_str())), "{picture}");
    assert_eq!(with("<body><p>봄</p></BODY ></html>\n"), format!("<body><p>봄</p>{picture}</BODY ></html>\n"));
    assert_eq!(with("<pre></body></pre>x</body>"), format!("<pre></body></pre>x{picture}</body>"));
    assert_eq!(with("<p>봄</p>"), format!("<p>봄</p>{picture}"));
    assert_ne!(mark(3), mark(4));
}

#[test]
fn no_address_of_the_server_breaks_out_of_an_attribute() {
    let html =
        with_links("<a href=https://shop.kr>", &places("<a href=https://shop.kr>", &Exempt::default()), "https://m.kr/\"'><x&", &mark(0));
    assert!(html.starts_with("<a href=https://m.kr/&quot;&#39;&gt;&lt;x&amp;/c/"), "{html}");
}

fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("<a href=\"https://shop.kr/a?b=1&amp;c\">".to_owned()),
        2 => Just("<a class='x' href='http://shop.kr'>".to_owned()),
        2 => Just("<area href=https://shop.kr/>".to_owned()),
        1 => Just("<!-- ".to_owned()),
        1 => Just("-->".to_owned()),
        1 => Just("</body>".to_owned()),
        1 => Just("<style>".to_owned()),
        1 => Just("</style >".to_owned()),
        1 => Just("<script>".to_owned()),
        1 => Just("</script>".to_owned()),
        1 => Just("<p title=\"".to_owned()),
        4 => "[ -~]{0,12}",
        2 => "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..20).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn nothing_changes_but_links_and_picture(html in markup()) {
        let made = rewritten(&html);
        prop_assert_eq!(&put_back(&html, &made), &html);
        let whole = with_picture(made.clone(), BASE, &mark(0));
        prop_assert_eq!(&whole.replacen(&picture(BASE, &mark(0)), "", 1), &made);
        prop_assert!(whole.len() as u64 <= html.len() as u64 + grows(&html, BASE, true, true));
        // Rewriting is done once: what leads here already stays.
        prop_assert_eq!(rewritten(&made), made);
    }

    #[test]
    fn every_link_written_is_found_again(html in markup()) {
        let mut found = Vec::new();
        targets(&html, |target| found.push(LinkHash::of(target)));
        for place in places(&html, &Exempt::new(&[], &[BASE])) {
            prop_assert!(found.contains(&place.link));
        }
    }
}
