use super::*;
use crate::link::LinkKey;

const OF: (&str, Wall) = ("봄 소식", Wall(5));

#[test]
fn the_own_link_names_recipient_and_topic_and_the_callers_page_is_filled_in() {
    let links = Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(0))]);
    let own = List { unsubscribe: Some(Unsubscribe::Own("https://mail.example.kr".into())), profile: "shop".into(), ..List::default() };
    let link = own.link(&links, OF, "kim@example.kr", "d1").expect("a link");
    let token = link.strip_prefix("https://mail.example.kr/u/").expect("the server's address");
    let target = Target { profile: "shop".into(), topic: "봄 소식".into(), address: "kim@example.kr".into() };
    assert_eq!(links.read(token), Some(target));
    assert_eq!(own.link(&Links::default(), OF, "kim@example.kr", "d1"), None, "nothing unsigned");

    let page = "https://shop.example.kr/u?e={email}&d={delivery}";
    let theirs = List { unsubscribe: Some(Unsubscribe::At(page.into())), ..List::default() };
    let link = theirs.link(&links, OF, "k+m>\r\n@example.kr", "d-1_~").expect("a link");
    assert_eq!(link, "https://shop.example.kr/u?e=k%2Bm%3E%0D%0A%40example.kr&d=d-1_~");
    assert_eq!(List::default().link(&links, OF, "kim@example.kr", "d1"), None);
}

#[test]
fn an_address_for_refusals_cannot_break_out_of_its_link() {
    let list = List { mailto: Some("a?b&c%d@example.kr".into()), ..List::default() };
    assert_eq!(list.mailto().as_deref(), Some("mailto:a%3Fb%26c%25d@example.kr?subject=unsubscribe"));
}
