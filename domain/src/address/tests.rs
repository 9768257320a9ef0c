use email_address::{EmailAddress, Options};
use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> AddressFault {
    match parse(text) {
        Err(fault) => fault,
        Ok(address) => panic!("{text:?} was taken as {address:?}"),
    }
}

#[test]
fn ordinary_addresses_are_taken_with_their_domain_in_lower_case() {
    for (text, address) in [
        ("hong@naver.com", "hong@naver.com"),
        ("Hong.Gil+news@Example.CO.KR", "Hong.Gil+news@example.co.kr"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("!#$%&'*+-/=?^_`{|}~@a.kr", "!#$%&'*+-/=?^_`{|}~@a.kr"),
        ("a@1.2.kr", "a@1.2.kr"),
        ("hong@한국.kr", "hong@xn--3e0b707e.kr"),
        ("hong@한국.한국", "hong@xn--3e0b707e.xn--3e0b707e"),
        ("hong@XN--3e0b707e.kr", "hong@xn--3e0b707e.kr"),
        ("hong@xn--3e0b707e.xn--3e0b707e", "hong@xn--3e0b707e.xn--3e0b707e"),
        // macOS gives Hangul decomposed.
        ("hong@\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}.kr", "hong@xn--3e0b707e.kr"),
        ("success@simulator.amazonses.com", "success@simulator.amazonses.com"),
        ("hong@naver.con", "hong@naver.con"),
    ] {
        assert_eq!(parse(text).as_deref(), Ok(address), "{text}");
    }
}

#[test]
fn limits_are_those_of_rfc_5321() {
    assert!(parse(&format!("{}@a.kr", "a".repeat(64))).is_ok());
    assert_eq!(refused(&format!("{}@a.kr", "a".repeat(65))).code, "local_too_long");
    assert!(parse(&format!("a@{}.kr", "b".repeat(63))).is_ok());
    assert_eq!(refused(&format!("a@{}.kr", "b".repeat(64))).code, "label_too_long");
    let domain = |n: usize| format!("{}.{}.{}.{}.kr", "b".repeat(61), "b".repeat(61), "b".repeat(61), "b".repeat(n));
    assert_eq!(parse(&format!("aa@{}", domain(62))).map(|a| a.len()), Ok(254));
    assert_eq!(refused(&format!("aaa@{}", domain(62))).code, "address_too_long");
    assert_eq!(refused(&"a".repeat(2000)).code, "address_too_long");
    // As A-labels it is longer than as written.
    assert_eq!(refused(&format!("a@{}kr", "한국어도메인이름.".repeat(9))).code, "address_too_long");
}

#[test]
fn every_refusal_says_what_is_wrong() {
    for (text, code) in [
        ("", "address_empty"),
        (" \u{3000}\u{200b}", "address_empty"),
        ("hong", "no_at"),
        ("naver.com", "no_at"),
        ("@naver.com", "local_empty"),
        ("hong@", "domain_empty"),
        ("hong@@naver.com", "several_at"),
        ("hong@naver.com,kim@naver.com", "several_addresses"),
        ("hong@naver.com; kim@naver.com", "several_addresses"),
        ("hong@naver.com kim@naver.com", "several_addresses"),
        ("hong@naver.com\nkim@naver.com", "several_addresses"),
        ("홍길동 <hong@naver.com>", "display_name"),
        ("<hong@naver.com>", "display_name"),
        ("\"hong gil\"@naver.com", "space"),
        ("\"hong\"@naver.com", "quoted_local_part"),
        ("hong@[192.0.2.1]", "address_literal"),
        ("hong@[IPv6:::1]", "address_literal"),
        (".hong@naver.com", "dots"),
        ("hong.@naver.com", "dots"),
        ("ho..ng@docomo.ne.jp", "dots"),
        ("ho ng@naver.com", "space"),
        ("hong@naver.com\r\nBcc: x@y.kr", "several_addresses"),
        ("hong@naver.com\r\nX: y", "space"),
        ("hong\0@naver.com", "control_character"),
        ("hong\u{85}@naver.com", "space"),
        ("hong\u{1b}@naver.com", "control_character"),
        ("홍길동@naver.com", "non_ascii_local_part"),
        ("hóng@naver.com", "non_ascii_local_part"),
        ("hong(x)@naver.com", "local_character"),
        ("ho\\ng@naver.com", "local_character"),
        ("hong@naver", "top_level_missing"),
        ("hong@localhost", "top_level_missing"),
        ("hong@naver.c", "top_level"),
        ("hong@naver.123", "top_level"),
        ("hong@192.0.2.1", "top_level"),
        ("hong@naver.c0m", "top_level"),
        ("hong@naver_mail.com", "domain_character"),
        ("hong@-naver.com", "domain_hyphen"),
        ("hong@naver-.com", "domain_hyphen"),
        ("hong@naver..com", "domain_dots"),
        ("hong@.naver.com", "domain_dots"),
        ("hong@na--ver.com", "domain_invalid"),
        ("hong@xn--zzzzzzzz99999.kr", "domain_invalid"),
        ("hong@xn--a.kr", "domain_invalid"),
        ("hong@㈜.kr", "domain_invalid"),
    ] {
        assert_eq!(refused(text).code, code, "{text:?}");
    }
}

#[test]
fn what_korean_users_paste_is_refused_with_what_they_meant() {
    for (text, code, meant) in [
        (" hong@naver.com", "space", "hong@naver.com"),
        ("hong@naver.com ", "space", "hong@naver.com"),
        ("hong@naver.com\r\n", "space", "hong@naver.com"),
        ("hong @naver.com", "space", "hong@naver.com"),
        ("\u{a0}hong@naver.com", "space", "hong@naver.com"),
        ("hong@naver.com\u{3000}", "space", "hong@naver.com"),
        ("hong@naver.com\u{200b}", "invisible_character", "hong@naver.com"),
        ("\u{feff}hong@naver.com", "invisible_character", "hong@naver.com"),
        ("hong@na\u{200b}ver.com", "invisible_character", "hong@naver.com"),
        ("hong@na\u{ad}ver.com", "invisible_character", "hong@naver.com"),
        ("hong@naver.com\u{3164}", "invisible_character", "hong@naver.com"),
        ("hong＠naver.com", "full_width", "hong@naver.com"),
        ("hong@naver．com", "full_width", "hong@naver.com"),
        ("hong@naver。com", "full_width", "hong@naver.com"),
        ("hong@naver｡com", "full_width", "hong@naver.com"),
        ("ｈｏｎｇ@ｎａｖｅｒ.ｃｏｍ", "full_width", "hong@naver.com"),
        ("hong@naver.com,", "trailing_punctuation", "hong@naver.com"),
        ("hong@naver.com;", "trailing_punctuation", "hong@naver.com"),
        ("hong@naver.com.", "trailing_punctuation", "hong@naver.com"),
        ("mailto:hong@naver.com", "mailto", "hong@naver.com"),
        ("MAILTO:hong@naver.com?subject=hi", "mailto", "hong@naver.com"),
        ("홍길동 <hong@naver.com>", "display_name", "hong@naver.com"),
        ("hong@naver,com", "separator", "hong@naver.com"),
        ("hong@naver;com", "separator", "hong@naver.com"),
        ("hong@naver..com", "domain_dots", "hong@naver.com"),
        ("hong@ㅜㅁㅍㄷㄱ.채ㅡ", "hangul_typed", "hong@naver.com"),
        ("ㅗㅐㅜㅎ@ㅜㅁㅍㄷㄱ.채ㅡ", "hangul_typed", "hong@naver.com"),
        ("hong@흠ㅑㅣ.채ㅡ", "hangul_typed", "hong@gmail.com"),
        // Two faults at once: both are put right in the suggestion.
        (" hong@naver,con", "space", "hong@naver.com"),
    ] {
        let fault = refused(text);
        assert_eq!(fault.code, code, "{text:?}");
        assert!(fault.remedy.contains(&format!("`{meant}`")), "{text:?}: {}", fault.remedy);
    }
}

#[test]
fn nothing_is_suggested_where_nothing_can_be_seen() {
    for text in ["홍길동@naver.com", "ㅎㅎ", "hong@naver", "ㅇ@ㅇ"] {
        assert!(!refused(text).remedy.contains("is meant"), "{text}: {}", refused(text).remedy);
    }
    assert_eq!(refused("hong@naver.com\u{200b}").fault, "it ends with a zero width space (U+200B)");
    assert_eq!(refused("hong＠naver.com").fault, "it holds the full-width character `＠` (U+FF20)");
}

#[test]
fn slips_are_valid_and_come_with_a_suggestion() {
    for (slip, meant) in [
        ("naver.con", "naver.com"),
        ("nave.com", "naver.com"),
        ("nave.con", "naver.com"),
        ("gmail.co", "gmail.com"),
        ("Gmial.com", "gmail.com"),
        ("hanmail.com", "hanmail.net"),
        ("daum.com", "daum.net"),
        ("nate.net", "nate.com"),
        ("Example.CON", "example.com"),
    ] {
        let address = format!("hong@{slip}");
        assert!(parse(&address).is_ok(), "{slip}");
        assert_eq!(suggestion(&address), Some(format!("hong@{meant}")), "{slip}");
    }
    for fine in ["naver.com", "hanmail.net", "daum.net", "nate.com", "gmail.com", "con.kr", "a.co", "example.com"] {
        assert_eq!(suggestion(&format!("hong@{fine}")), None, "{fine}");
    }
    assert_eq!(suggestion("naver.con"), None);
}

#[test]
fn keys_fold_case_and_nothing_else() {
    assert_eq!(key("Hong.Gil+News@Naver.com"), "hong.gil+news@naver.com");
    assert!(matches!(key("hong@naver.com"), Cow::Borrowed("hong@naver.com")));
    assert_ne!(key("ho.ng@naver.com"), key("hong@naver.com"));
}

#[test]
fn logs_show_one_character_and_the_domain() {
    for (email, shown) in [
        ("kim@naver.com", "k***@naver.com"),
        ("홍@naver.com", "***@naver.com"),
        ("@naver.com", "***@naver.com"),
        ("kim", "***"),
        ("", "***"),
        ("kim@", "***"),
        ("kim@naver.com\r\nINFO forged", "***"),
        ("kim@a.kr, lee@b.kr", "k***@b.kr"),
        ("\nkim@naver.com", "***@naver.com"),
        ("kim@한국.kr", "k***@한국.kr"),
    ] {
        assert_eq!(masked(email), shown, "{email:?}");
    }
}

#[test]
fn mailboxes_come_with_and_without_names() {
    for (text, email, name) in [
        ("hong@naver.com", "hong@naver.com", None),
        ("<hong@naver.com>", "hong@naver.com", None),
        ("제비 <hong@Naver.com>", "hong@naver.com", Some("제비")),
        ("(주)제비<hong@naver.com>", "hong@naver.com", Some("(주)제비")),
        (" Hong Gildong  <hong@naver.com> ", "hong@naver.com", Some("Hong Gildong")),
        ("\"Hong, Gil \\\"G\\\" <x>\" <hong@naver.com>", "hong@naver.com", Some("Hong, Gil \"G\" <x>")),
        ("\"홍길동\"<hong@naver.com>", "hong@naver.com", Some("홍길동")),
        ("\"\" <hong@naver.com>", "hong@naver.com", None),
        ("hong@naver.com <hong@naver.com>", "hong@naver.com", Some("hong@naver.com")),
    ] {
        let mailbox = parse_mailbox(text).unwrap_or_else(|f| panic!("{text:?}: {f}"));
        assert_eq!((mailbox.email.as_str(), mailbox.name.as_deref()), (email, name), "{text:?}");
    }
    for (text, code) in [
        ("", "address_empty"),
        (" hong@naver.com", "space"),
        ("제비", "no_at"),
        ("제비 <>", "address_empty"),
        ("제비 <hong@naver>", "top_level_missing"),
        ("Kim, Lee <hong@naver.com>", "mailbox_shape"),
        ("a@b.kr, Lee <hong@naver.com>", "mailbox_shape"),
        ("\"Kim <hong@naver.com>", "mailbox_shape"),
        ("\"Kim\" Lee <hong@naver.com>", "mailbox_shape"),
        ("hong@naver.com>", "mailbox_shape"),
        ("제비\r\nBcc: x <hong@naver.com>", "line_break"),
        ("제\u{2028}비 <hong@naver.com>", "line_break"),
        ("제\u{85}비 <hong@naver.com>", "line_break"),
        ("\"제\\\n비\" <hong@naver.com>", "line_break"),
        ("제\0비 <hong@naver.com>", "control_character"),
        ("=?UTF-8?B?7KCc67mE?= <hong@naver.com>", "encoded_word"),
    ] {
        assert_eq!(parse_mailbox(text).map_err(|f| f.code), Err(code), "{text:?}");
    }
}

fn sound(address: &str) -> bool {
    address.bytes().all(|b| b.is_ascii_graphic())
        && address.bytes().filter(|b| *b == b'@').count() == 1
        && address.len() <= MAX_ADDRESS
        && !address.contains(['<', '>', '(', ')', ',', ';', ':', '"', '[', ']', '\\'])
}

proptest! {
    #[test]
    fn what_is_taken_can_go_into_an_envelope_and_a_header(text in prop_oneof![
        "\\PC{0,30}",
        "[a-zA-Z0-9.!+'_-]{1,12}@[a-zA-Z0-9.-]{1,20}",
        "[a-z.]{1,6}[ -~]{0,2}@[a-z]{1,8}\\.[a-z가-힣ａ-ｚ。\u{200b}.-]{1,8}",
        "(?s).{0,5}[a-z]{1,5}@(xn--)?[a-z0-9가-힣-]{1,8}\\.(com|kr|한국)(?s).{0,3}",
    ]) {
        if let Ok(address) = parse(&text) {
            prop_assert!(sound(&address), "{address:?}");
            prop_assert_eq!(parse(&address), Ok(address.clone()), "taken again, unchanged");
            let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
            prop_assert!(EmailAddress::parse_with_options(&address, options).is_ok(), "{address:?}");
        }
        let key = key(&text);
        prop_assert_eq!(super::key(&key), key.as_ref());
    }

    #[test]
    fn every_suggestion_is_an_address(text in "[ <]?[a-z가-힣ㄱ-ㅣ]{1,5}[ ＠@,]{1,2}[a-zㄱ-ㅣ]{1,5}[.,。．]{1,2}[a-zㄱ-ㅣ]{1,4}[>,. ]?") {
        if let Err(fault) = parse(&text)
            && let Some((_, rest)) = fault.remedy.rsplit_once("if `")
        {
            let meant = rest.split('`').next().unwrap_or_default();
            prop_assert!(parse(meant).is_ok_and(|a| a == meant), "{meant:?}");
        }
    }

    #[test]
    fn masks_never_show_more_than_one_character_of_the_local_part(local in "[a-z]{2,10}", domain in "[a-z]{1,9}\\.kr") {
        let shown = masked(&format!("{local}@{domain}"));
        prop_assert!(!shown.contains(&local[..2]) || domain.contains(&local[..2]));
    }

    #[test]
    fn names_read_back_from_quotes(name in "[^\\p{C}\u{2028}\u{2029}]{1,20}") {
        let name = name.trim_matches([' ', '\t']);
        prop_assume!(!name.is_empty() && check(name));
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let mailbox = parse_mailbox(&format!("\"{quoted}\" <a@b.kr>"));
        prop_assert_eq!(mailbox.map(|m| m.name), Ok(Some(name.to_owned())));
    }
}

fn check(name: &str) -> bool {
    crate::mime::header::check_text(name).is_ok()
}
