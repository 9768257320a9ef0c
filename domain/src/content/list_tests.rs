use super::*;
use crate::link::LinkKey;

const OF: (&str, Wall) = ("봄 소식", Wall(5));

#[test]
fn the_own_link_names_recipient_and_topic_and_the_callers_page_is_filled_in() {
    let links = Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))]);
    let own = List { unsubscribe: Some(Unsubscribe::Own("https://mail.example.kr".into())), profile: "shop".into(), ..List::default() };
    let link = own.link(&links, OF, "kim@example.kr", "d1").expect("a link");
    let token = link.strip_prefix("https://mail.example.kr/u/").expect("the server's address");
    let target =
        Target { profile: "shop".into(), topic: "봄 소식".into(), address: "kim@example.kr".into(), advertising: false, delivery: None };
    assert_eq!(links.read(token), Some(target));
    assert_eq!(own.link(&Links::default(), OF, "kim@example.kr", "d1"), None, "nothing unsigned");

    let page = "https://shop.example.kr/u?e={email}&d={delivery}";
    let theirs = List { unsubscribe: Some(Unsubscribe::At(page.into())), ..List::default() };
    let link = theirs.link(&links, OF, "k+m>\r\n@example.kr", "d-1_~").expect("a link");
    assert_eq!(link, "https://shop.example.kr/u?e=k%2Bm%3E%0D%0A%40example.kr&d=d-1_~");
    assert!(!theirs.is_bound_here(&Links::default()) && !own.is_bound_here(&links) && !List::default().is_bound_here(&links));
    assert_eq!(List::default().link(&links, OF, "kim@example.kr", "d1"), None);
}

#[test]
fn an_address_for_refusals_cannot_break_out_of_its_link() {
    let list = List { mailto: Some("a?b&c%d@example.kr".into()), ..List::default() };
    assert_eq!(list.mailto().as_deref(), Some("mailto:a%3Fb%26c%25d@example.kr?subject=unsubscribe"));
}

/// Mail that was accepted for the local inbox and leaves by another provider later.
#[test]
fn a_link_to_this_machine_becomes_one_for_the_world_once_there_is_an_address() {
    let key = LinkKey::derive(b"secret", 1, b"salt", Wall(0));
    let list = |base: &str| List { unsubscribe: Some(Unsubscribe::Own(base.into())), ..List::default() };
    let here = Links::new(vec![key.clone()]);
    let reached = Links::new(vec![key]).reached_by(Some("https://mail.example.kr".into()));
    let start =
        |list: &List, links: &Links| list.link(links, OF, "kim@example.kr", "d1").expect("a link").split("/u/").next().map(str::to_owned);
    let bound = list("http://127.0.0.1:3000");
    assert_eq!((start(&bound, &here).as_deref(), bound.is_bound_here(&here)), (Some("http://127.0.0.1:3000"), true));
    assert_eq!((start(&bound, &reached).as_deref(), bound.is_bound_here(&reached)), (Some("https://mail.example.kr"), false));
    let before = list("https://old.example.kr");
    assert_eq!(
        (start(&before, &reached).as_deref(), before.is_bound_here(&here)),
        (Some("https://old.example.kr"), false),
        "the same bytes each time"
    );
}
