use proptest::prelude::*;

use super::*;

/// Made by the release before, of [`key`] 1.
const OLD: &str = "AQABExjg5QoSYuj6M9LlAet8tsezTnNfn9hSpW73JhrwaQ7tJtvkdQiu5L1HD2H5rTo";

fn key(no: u16, since: i64) -> LinkKey {
    LinkKey::derive("비밀".as_bytes(), no, b"salt", Wall(since))
}

fn target(profile: &str, topic: &str, address: &str) -> Target {
    Target { profile: profile.into(), topic: topic.into(), address: address.into(), advertising: false, delivery: None }
}

#[test]
fn a_link_has_the_same_text_each_time_and_another_for_each_recipient_and_topic() {
    let links = Links::new(vec![key(1, 0)]);
    let sign = |target: &Target| links.sign(target, Wall(5)).expect("a key is there");
    let kim = target("shop", "봄 소식", "kim@example.kr");
    assert_eq!(sign(&kim), sign(&kim));
    for other in [
        target("shop", "봄 소식", "lee@example.kr"),
        target("shop", "가을 소식", "kim@example.kr"),
        target("", "봄 소식", "kim@example.kr"),
    ] {
        assert_ne!(sign(&kim), sign(&other));
    }
    assert_ne!(sign(&kim), sign(&Target { advertising: true, ..kim.clone() }));
    // The parts cannot flow into one another.
    assert_ne!(sign(&target("a", "b", "c@d.kr")), sign(&target("ab", "", "c@d.kr")));
}

#[test]
fn nothing_of_the_recipient_shows_in_it() {
    let token = Links::new(vec![key(1, 0)]).sign(&target("shop", "news", "kim@example.kr"), Wall(0)).expect("a key is there");
    let bytes = decode(&token).expect("it is base64url");
    for part in ["kim", "example", "shop", "news"] {
        assert!(!bytes.windows(part.len()).any(|w| w == part.as_bytes()), "{part}");
    }
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')), "{token}");
    assert!(!format!("{:?}", target("", "", "kim@example.kr")).contains("kim@"));
}

#[test]
fn mail_is_signed_with_the_key_of_its_time_and_older_keys_go_on_reading() {
    let (old, new) = (key(1, 0), key(2, 1_000));
    let before = Links::new(vec![old.clone()]);
    let after = Links::new(vec![new.clone(), old]);
    let kim = target("shop", "news", "kim@example.kr");
    let (early, late) = (after.sign(&kim, Wall(999)).expect("signed"), after.sign(&kim, Wall(1_000)).expect("signed"));
    assert_ne!(early, late);
    assert_eq!(before.sign(&kim, Wall(999)), Some(early.clone()), "a resend after the change has the same link");
    assert_eq!((after.read(&early), after.read(&late)), (Some(kim.clone()), Some(kim.clone())));
    assert_eq!(before.read(&late), None, "a key that is not known reads nothing");
    assert_eq!(Links::new(vec![new]).read(&early), None, "a key that is gone reads nothing");
    assert_eq!(Links::default().sign(&kim, Wall(0)), None);
}

#[test]
fn another_secret_or_salt_makes_other_keys_and_the_proof_tells() {
    let kim = target("shop", "news", "kim@example.kr");
    let token = Links::new(vec![key(1, 0)]).sign(&kim, Wall(0)).expect("signed");
    for other in [LinkKey::derive(b"other", 1, b"salt", Wall(0)), LinkKey::derive("비밀".as_bytes(), 1, b"pepper", Wall(0)), key(2, 0)] {
        assert_ne!(other.proof(), key(1, 0).proof());
        assert_eq!(Links::new(vec![other]).read(&token), None);
    }
    assert_eq!(key(1, 0).proof(), key(1, 99).proof(), "the time is not part of the key");
}

proptest! {
    #[test]
    fn whatever_is_signed_is_read_back(profile in "[a-z]{0,64}", topic in "\\PC{0,60}", address in "\\PC{0,200}", at in 0_i64..99, advertising: bool, of: Option<([u8; 16], u32)>) {
        let links = Links::new(vec![key(7, 0), key(9, 50)]);
        let delivery = of.map(|(id, ordinal)| DeliveryId { message: MessageId(id), ordinal });
        let given = Target { advertising, delivery, ..target(&profile, &topic, &address) };
        let token = links.sign(&given, Wall(at)).expect("signed");
        prop_assert_eq!(links.read(&token), Some(given));
    }

    #[test]
    fn no_changed_token_is_read(at in any::<proptest::sample::Index>(), to in any::<proptest::sample::Index>()) {
        let links = Links::new(vec![key(1, 0), key(2, 50)]);
        let token = links.sign(&target("shop", "news", "kim@example.kr"), Wall(0)).expect("signed");
        let mut changed = token.clone().into_bytes();
        let place = at.index(changed.len());
        changed[place] = ALPHABET[to.index(64)];
        let changed = String::from_utf8(changed).expect("ASCII");
        prop_assert_eq!(links.read(&changed).is_some(), changed == token);
    }

    #[test]
    fn no_token_with_a_flipped_bit_is_read(bit in any::<proptest::sample::Index>(), topic in "\\PC{0,40}", advertising: bool) {
        let links = Links::new(vec![key(1, 0), key(2, 50), key(3, 90)]);
        let delivery = advertising.then_some(DeliveryId { message: MessageId([7; 16]), ordinal: 3 });
        let given = Target { advertising, delivery, ..target("shop", &topic, "kim@example.kr") };
        let mut bytes = decode(&links.sign(&given, Wall(60)).expect("signed")).expect("base64url");
        let place = bit.index(bytes.len() * 8);
        bytes[place / 8] ^= 1 << (place % 8);
        prop_assert_eq!(links.read(&encode(&[&bytes])), None, "bit {} of version, key number, tag or text", place);
    }

    #[test]
    fn garbage_is_refused(text in "\\PC{0,80}", ascii in "[A-Za-z0-9_-]{0,90}") {
        let links = Links::new(vec![key(1, 0)]);
        prop_assert_eq!(links.read(&text), None);
        prop_assert_eq!(links.read(&ascii), None);
    }

    #[test]
    fn bytes_are_written_one_way_only(bytes: Vec<u8>) {
        let text = encode(&[&bytes]);
        prop_assert_eq!(decode(&text), Some(bytes));
    }
}

#[test]
fn links_made_before_deliveries_were_written_into_them_are_read() {
    let links = Links::new(vec![key(1, 0)]);
    let old = links.sign(&target("shop", "봄 소식", "kim@example.kr"), Wall(0)).expect("signed");
    assert!(old.starts_with("AQ"), "version 1: {old}");
    assert_eq!(old, OLD);
    assert_eq!(links.read(OLD), Some(target("shop", "봄 소식", "kim@example.kr")));
    let delivery = Some(DeliveryId { message: MessageId([7; 16]), ordinal: 3 });
    let new = links.sign(&Target { delivery, ..target("shop", "봄 소식", "kim@example.kr") }, Wall(0)).expect("signed");
    assert!(new.starts_with("Ag"), "version 2: {new}");
}

#[test]
fn a_token_with_bits_left_over_or_cut_short_is_refused() {
    let links = Links::new(vec![key(1, 0)]);
    let token = links.sign(&target("", "", "kim@example.kr"), Wall(0)).expect("signed");
    for cut in 0..token.len() {
        assert_eq!(links.read(&token[..cut]), None, "{cut}");
    }
    assert_eq!(links.read(&format!("{token}A")), None);
    assert_eq!(decode("AB"), None, "the last four bits are not zero");
    assert_eq!(links.read(&"A".repeat(MAX_TOKEN + 4)), None);
}
