//! What the pages behind links in mail have in common: their form, their style and the language they are in.

use std::sync::OnceLock;

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::escaped;
use crate::{http::error, words::Language};

const PAGE: &str = include_str!("frame.html");
pub(super) const STYLE: &str = include_str!("frame.css");

/// The texts of a page in one language.
pub(super) struct Texts {
    pub language: Language,
    texts: Map<String, Value>,
}

impl Texts {
    /// Of tables in English and in Korean, which are part of the program; a test reads both.
    pub fn of(language: Language, english: &str, korean: &str) -> Self {
        let table = if language == Language::Korean { korean } else { english };
        Self { language, texts: serde_json::from_str(table).unwrap_or_default() }
    }

    /// A text with values in its places, as it is.
    pub fn plain(&self, name: &str, values: &[(&str, &str)]) -> String {
        let text = self.texts.get(name).and_then(Value::as_str).unwrap_or_default();
        values.iter().fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
    }

    /// The same for the text of a page.
    pub fn say(&self, name: &str, values: &[(&str, &str)]) -> String {
        escaped(&self.plain(name, values))
    }
}

/// The language of a page: what its reader has chosen (`?lang=`), else the one they are written to in, else what their browser asks for.
pub(super) fn language(query: Option<&str>, own: Option<&str>, headers: &HeaderMap) -> Language {
    let chosen = query.into_iter().flat_map(|query| query.split('&')).find_map(|part| part.strip_prefix("lang=")).and_then(Language::named);
    chosen.or_else(|| own.and_then(Language::named)).unwrap_or_else(|| error::language(headers))
}

/// A page, and the way to the other language.
pub(super) fn answer(status: StatusCode, language: Language, title: &str, content: &str) -> Response {
    let page = written(language, title, content);
    let fixed = HeaderValue::from_static;
    let named = [
        (CONTENT_TYPE, fixed("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, policy().clone()),
        (CONTENT_LANGUAGE, fixed(language.tag())),
        (VARY, fixed("Accept-Language")),
        (CACHE_CONTROL, fixed("no-store")),
    ];
    (status, named, page).into_response()
}

pub(super) fn written(language: Language, title: &str, content: &str) -> String {
    let other = match language {
        Language::English => "<a href=\"?lang=ko\" lang=\"ko\" hreflang=\"ko\">한국어</a>",
        Language::Korean => "<a href=\"?lang=en\" lang=\"en\" hreflang=\"en\">English</a>",
    };
    PAGE.replace("{{lang}}", language.tag())
        .replace("{{title}}", title)
        .replace("{{style}}", STYLE)
        .replace("{{other}}", other)
        .replace("{{content}}", content)
}

/// Nothing but the page's own style, and a form that leads back here.
pub(super) fn policy() -> &'static HeaderValue {
    static POLICY: OnceLock<HeaderValue> = OnceLock::new();
    POLICY.get_or_init(|| {
        let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let policy = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        // It is ASCII; without one nothing but the bare page would be lost.
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_that_is_served() {
        assert!(policy().to_str().expect("ASCII").contains("sha256-"));
        assert!(!PAGE.contains(" style=") && !PAGE.contains("<script"));
    }

    #[test]
    fn the_readers_choice_goes_before_the_language_they_are_written_to_in_and_that_before_the_browsers() {
        let mut headers = HeaderMap::new();
        headers.insert("accept-language", HeaderValue::from_static("ko-KR"));
        assert_eq!(language(None, None, &headers), Language::Korean);
        assert_eq!(language(None, Some("en-US"), &headers), Language::English);
        assert_eq!(language(Some("lang=ko"), Some("en"), &headers), Language::Korean);
        assert_eq!(language(Some("utm=x&lang=xx"), Some("fr"), &headers), Language::Korean, "what there are no texts in is passed over");
    }
}
