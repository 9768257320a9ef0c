use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

fn code(subject: &str) -> &'static str {
    marked(subject).map_or_else(|f| f.code, |_| "ok")
}

#[test]
fn the_mark_is_added_once() {
    for (given, sent) in [
        ("봄맞이 할인", "(광고) 봄맞이 할인"),
        ("(광고) 봄맞이 할인", "(광고) 봄맞이 할인"),
        ("(광고)봄맞이 할인", "(광고)봄맞이 할인"),
        (" \t(광고) 봄맞이", "(광고) 봄맞이"),
        ("Spring sale", "(광고) Spring sale"),
        ("[제비상점] 봄맞이", "(광고) [제비상점] 봄맞이"),
        ("(광고) [네이버 광고] 새 소식", "(광고) [네이버 광고] 새 소식"),
        ("광고 집행 결과", "(광고) 광고 집행 결과"),
        ("(광고주 여러분께) 안내", "(광고) (광고주 여러분께) 안내"),
        ("★광고 없는 하루★ 행사", "(광고) ★광고 없는 하루★ 행사"),
        ("(광주·고양) 지역 행사", "(광고) (광주·고양) 지역 행사"),
        ("🎁 선물", "(광고) 🎁 선물"),
        ("구글 광고(Ads) 교육", "(광고) 구글 광고(Ads) 교육"),
        ("페이스북 광고 '성과' 3배", "(광고) 페이스북 광고 '성과' 3배"),
    ] {
        assert_eq!(marked(given).as_deref(), Ok(sent), "{given}");
    }
}

/// Conformance section 8, and what follows the same thought.
#[test]
fn every_other_way_of_writing_it_is_refused() {
    for variant in [
        "(광/고)",
        "(광 고)",
        "(광.고)",
        "(\"광고\")",
        "[광고]",
        "(대출광고)",
        "（광고）",
        "(광고 )",
        "( 광고)",
        "( 광 고 )",
        "{광고}",
        "<광고>",
        "【광고】",
        "「광고」",
        "'광고'",
        "“광고”",
        "*광고*",
        "★광고★",
        "(광·고)",
        "(광ㆍ고)",
        "(광_고)",
        "(광-고)",
        "(광1고)",
        "(광\u{200b}고)",
        "(광\u{3164}고)",
        "(\u{feff}광고)",
        "\u{200b}(광고)",
        "\u{a0}(광고)",
        "\u{3000}(광고)",
        "((광고))",
        "[(광고)]",
        "(성인광고)",
        "(광고성)",
        "(광고메일)",
        "(廣告)",
        "(ㄱㅘㅇㄱㅗ)",
        "(㉠광고)",
        "(광고",
        "광고)",
        "(AD광고)",
    ] {
        let subject = format!("{variant} 봄맞이 할인");
        assert_eq!(code(&subject), "advertising_mark_variant", "{subject:?}");
        assert_eq!(check_source(&subject).map_err(|f| f.code), Err("advertising_mark_variant"), "{subject:?}");
    }
}

#[test]
fn it_stands_once_and_nowhere_else() {
    for twice in ["(광고)(광고) 할인", "(광고) (광고) 할인", "(광고) [광고] 할인", "(광고) (광 고) 할인", "(광고) 오늘 (광고) 할인"]
    {
        assert_eq!(code(twice), "advertising_mark_twice", "{twice}");
    }
    for elsewhere in ["봄맞이 (광고)", "Re: (광고) 할인", "제비상점(광고) 할인"] {
        assert_eq!(code(elsewhere), "advertising_mark_elsewhere", "{elsewhere}");
    }
    assert_eq!(marked("봄맞이 (광고)").unwrap_err().remedy, "take it out: it is put at the beginning by itself");
}

#[test]
fn letters_apart_as_some_systems_give_them_are_the_same_mark() {
    let apart: String = "(광고) 봄맞이".nfd().collect();
    assert_eq!(marked(&apart).as_deref(), Ok("(광고) 봄맞이"));
    let apart: String = "[광고] 봄맞이".nfd().collect();
    assert_eq!(code(&apart), "advertising_mark_variant");
}

#[test]
fn of_a_template_only_what_it_begins_with_is_judged() {
    for good in ["{{ title }}", "(광고) {{ title }}", "{% if a %}(광고) a{% else %}(광고) b{% endif %}", "{name}님께", "할인 {{ x }}"]
    {
        assert_eq!(check_source(good), Ok(()), "{good}");
    }
    assert_eq!(check_source("(광고) (광고) {{ title }}").map_err(|f| f.code), Err("advertising_mark_twice"));
}

proptest! {
    #[test]
    fn a_marked_subject_stays_as_it_is(subject in "\\PC{0,40}") {
        if let Ok(once) = marked(&subject) {
            prop_assert!(once.starts_with(MARK));
            prop_assert_eq!(once.matches(MARK).count(), 1);
            prop_assert_eq!(marked(&once).map(Cow::into_owned), Ok(once.clone().into_owned()));
        }
    }
}
