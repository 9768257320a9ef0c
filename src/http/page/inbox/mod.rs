//! `/inbox`: the local inbox for people. The page itself holds no mail: it asks the API for it, as any caller does.
//!
//! | file | owns |
//! |---|---|
//! | `inbox.html`, `inbox.css`, `inbox.js` | the page; `{{name}}` stands for a text |
//! | `en.json`, `ko.json` | every text of it, a table a language |
//! | `admit` | who may read the inbox without showing a key |

mod admit;

use std::sync::OnceLock;

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS},
    },
    response::IntoResponse,
};
use serde_json::{Map, Value};

use super::escaped;
use crate::{http::error, words::Language};

pub use admit::{COOKIE, admit};

const PAGE: &str = include_str!("inbox.html");
const SCRIPT: &str = include_str!("inbox.js");
const STYLE: &str = include_str!("inbox.css");
const ENGLISH: &str = include_str!("en.json");
const KOREAN: &str = include_str!("ko.json");

/// Only what this server itself serves; frames hold mails, which have a policy of their own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The inbox as a page
///
/// Korean or English by `Accept-Language`. Asks for an API key where one is needed.
pub async fn page(headers: HeaderMap) -> impl IntoResponse {
    static PAGES: OnceLock<[String; 2]> = OnceLock::new();
    let [korean, english] = PAGES.get_or_init(|| [Language::Korean, Language::English].map(written));
    let language = error::language(&headers);
    let page = if language == Language::Korean { korean } else { english };
    let named = [(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())), (VARY, HeaderValue::from_static("Accept-Language"))];
    (served("text/html; charset=utf-8"), named, page.as_str())
}

/// The page's script
///
/// Nothing of it comes from elsewhere.
pub async fn script() -> impl IntoResponse {
    (served("text/javascript; charset=utf-8"), SCRIPT)
}

/// The page's style
///
/// Light or dark, as the reader has it.
pub async fn style() -> impl IntoResponse {
    (served("text/css; charset=utf-8"), STYLE)
}

fn served(media_type: &'static str) -> [(HeaderName, HeaderValue); 5] {
    let fixed = HeaderValue::from_static;
    [
        (CONTENT_TYPE, fixed(media_type)),
        (CONTENT_SECURITY_POLICY, fixed(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (REFERRER_POLICY, fixed("no-referrer")),
        // Another version of the program has another page.
        (CACHE_CONTROL, fixed("no-cache")),
    ]
}

/// The page with its texts in place; the script gets the whole table too.
fn written(language: Language) -> String {
    let table = match language {
        Language::Korean => KOREAN,
        Language::English => ENGLISH,
    };
    // The tables are part of the program, and a test reads both.
    let texts: Map<String, Value> = serde_json::from_str(table).unwrap_or_default();
    // So that no text ends the element it stands in.
    let data = Value::Object(texts.clone()).to_string().replace('<', "\\u003c");
    let page = PAGE.replace("{{lang}}", language.tag()).replace("{{texts}}", &data);
    texts.iter().fold(page, |page, (name, text)| page.replace(&format!("{{{{{name}}}}}"), &escaped(text.as_str().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(table: &str) -> BTreeSet<String> {
        let texts: Map<String, Value> = serde_json::from_str(table).expect("a table");
        assert!(texts.values().all(|text| text.as_str().is_some_and(|text| !text.trim().is_empty())), "an empty text");
        texts.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn both_tables_have_the_same_texts_and_each_is_used() {
        let (english, korean) = (names(ENGLISH), names(KOREAN));
        assert_eq!(english, korean);
        let used = |name: &String| PAGE.contains(&format!("{{{{{name}}}}}")) || SCRIPT.contains(&format!("t.{name}"));
        let unused: Vec<_> = english.iter().filter(|name| !used(name)).collect();
        assert!(unused.is_empty(), "nobody shows {unused:?}");
        let asked = SCRIPT
            .split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
            .filter_map(|word| word.strip_prefix("t.")?.split('.').next());
        asked.for_each(|name| assert!(english.contains(name), "there is no text {name}"));
    }

    #[test]
    fn every_place_of_the_page_is_filled() {
        for language in [Language::Korean, Language::English] {
            let page = written(language);
            assert!(!page.contains("{{") && page.contains(&format!("<html lang=\"{}\"", language.tag())), "{page}");
        }
        assert!(written(Language::Korean).contains("받은 편지함"));
    }

    #[test]
    fn the_page_has_nothing_its_policy_forbids() {
        let lower = PAGE.to_lowercase();
        assert!(!lower.contains(" style=") && !lower.contains("http://") && !lower.contains("https://") && !lower.contains(" onclick="));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("));
    }
}
