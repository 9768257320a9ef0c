//! Texts for people, in English and Korean.
//!
//! English stands where the rule is: whoever finds a fault says it there, and knows nothing of languages. `locales/en.ftl` lists
//! those texts with their values named, `locales/ko.ftl` has each in Korean under the same id (both in the format of Project
//! Fluent). [`Language::say`] finds the text a sentence was made from, takes the values out of it and says it in the other
//! language. This works as well for a text that comes out of the store or out of another process, costs English nothing, and
//! what is not listed stays English. `tests/arch/words.rs` holds the lists to the code, so that nothing is missing or left over.
//!
//! Codes, names of fields, logs and metrics are always English.

mod accept;
mod catalogue;

use std::borrow::Cow;

use catalogue::KOREAN;

/// A language people are spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Korean,
}

impl Language {
    /// As RFC 5646 writes it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// By a language tag or the name of a locale: `ko`, `ko-KR`, `ko_KR.UTF-8`. `None` for a language there are no texts in.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let primary = name.split(['-', '_', '.', '@']).next().unwrap_or_default();
        [Self::English, Self::Korean].into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The one a caller likes best, by the values of its `Accept-Language` headers; English where it does not say.
    #[must_use]
    pub fn accepted<'a>(headers: impl Iterator<Item = &'a str>) -> Self {
        accept::best(headers)
    }

    /// An English text of this program in this language. What is not known is given back as it is.
    #[must_use]
    pub fn say(self, english: &str) -> Cow<'_, str> {
        match self {
            Self::English => Cow::Borrowed(english),
            Self::Korean => KOREAN.translated(english).map_or(Cow::Borrowed(english), Cow::Owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Language::named("ko"), Some(Language::Korean));
        assert_eq!(Language::named("KO-kr"), Some(Language::Korean));
        assert_eq!(Language::named("ko_KR.UTF-8"), Some(Language::Korean));
        assert_eq!(Language::named("en_US"), Some(Language::English));
        for other in ["", "C", "C.UTF-8", "POSIX", "kok_IN", "fr"] {
            assert_eq!(Language::named(other), None, "{other:?}");
        }
    }

    #[test]
    fn values_keep_their_place_and_nothing_is_put_around_them() {
        let said = Language::Korean.say("the request has 12000 recipients; at most 10000 are taken at once");
        assert_eq!(said, "요청의 수신자가 12000명입니다. 한 번에 10000명까지 받습니다");
    }

    #[test]
    fn a_text_within_a_text_is_said_too() {
        let said = Language::Korean.say("it holds a space (U+0020)");
        assert_eq!(said, "공백(U+0020)이(가) 있습니다");
        let said = Language::Korean.say("remove it; if `a@b.kr` is meant, send that");
        assert_eq!(said, "지우십시오. `a@b.kr`이(가) 맞다면 그렇게 보내십시오");
    }

    #[test]
    fn libraries_are_understood_too() {
        let said = Language::Korean.say("invalid type: integer `7`, expected a string at line 1 column 5");
        assert_eq!(said, "형식이 다릅니다. 문자열이(가) 와야 하는데 integer `7`입니다(1행 5열)");
    }

    #[test]
    fn english_and_unknown_texts_stay_as_they_are() {
        assert_eq!(Language::English.say("remove it"), "remove it");
        assert_eq!(Language::Korean.say("nobody has written this down"), "nobody has written this down");
    }
}
