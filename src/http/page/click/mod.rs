//! `/c/{token}`: where the links of followed mail lead through. It leads on to where the link stood in the accepted mail and nowhere else;
//! what is no such link gets a page.

use std::sync::OnceLock;

use axum::{
    extract::{Extension, Path, State, rejection::PathRejection},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER, USER_AGENT,
            VARY,
        },
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::escaped;
use crate::{
    http::{
        AppState,
        access::client::Client,
        error::{self, Problem},
    },
    service::tracking::{Led, Visitor},
    words::Language,
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const ENGLISH: &str = include_str!("en.json");
const KOREAN: &str = include_str!("ko.json");

/// A link of a mail
///
/// Leads on to where it stood in the mail.
pub async fn follow(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    token: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visitor = visitor(client, &method, &headers);
    // What is no text is no token either.
    let to = match token {
        Ok(Path(token)) => state.tracking.clicked(&token, visitor).await?,
        Err(_) => Led::Unknown,
    };
    let status = match to {
        Led::To(found) => {
            if let Some(location) = location(&found.to) {
                return Ok(led(location));
            }
            StatusCode::NOT_FOUND
        }
        Led::Gone => StatusCode::GONE,
        Led::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Led::Unknown => StatusCode::NOT_FOUND,
    };
    Ok(page(status, error::language(&headers)))
}

/// Who follows or opens; `None` where it is looked at only: `HEAD`, or a browser that fetches ahead of its user.
pub fn visitor<'a>(client: Client, method: &Method, headers: &'a HeaderMap) -> Option<Visitor<'a>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ahead = ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        let purpose = text(name).to_ascii_lowercase();
        purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview")
    });
    (*method == Method::GET && !ahead).then(|| Visitor { address: client.address(), agent: text(USER_AGENT.as_str()) })
}

/// An address as it goes into a header. What is no ASCII is written as browsers do ("URL Standard").
fn location(url: &str) -> Option<HeaderValue> {
    let plain = url.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    if plain {
        return HeaderValue::from_str(url).ok();
    }
    let written = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    HeaderValue::from_str(written.as_str()).ok()
}

fn led(location: HeaderValue) -> Response {
    let fixed = HeaderValue::from_static;
    let headers = [(LOCATION, location), (REFERRER_POLICY, fixed("no-referrer")), (CACHE_CONTROL, fixed("no-store"))];
    (StatusCode::FOUND, headers).into_response()
}

fn page(status: StatusCode, language: Language) -> Response {
    let fixed = HeaderValue::from_static;
    let headers = [
        (CONTENT_TYPE, fixed("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, policy().clone()),
        (CONTENT_LANGUAGE, fixed(language.tag())),
        (VARY, fixed("Accept-Language")),
        (CACHE_CONTROL, fixed("no-store")),
    ];
    let mut answer = (status, headers, written(status, language)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().insert(RETRY_AFTER, fixed("1"));
    }
    answer
}

/// Nothing but the page's own style.
fn policy() -> &'static HeaderValue {
    static POLICY: OnceLock<HeaderValue> = OnceLock::new();
    POLICY.get_or_init(|| {
        let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let policy = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        // It is ASCII; without one nothing but the bare page would be lost.
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    })
}

fn written(status: StatusCode, language: Language) -> String {
    let table = if language == Language::Korean { KOREAN } else { ENGLISH };
    // The tables are part of the program, and a test reads both.
    let texts: Map<String, Value> = serde_json::from_str(table).unwrap_or_default();
    let text = |name: &str| escaped(texts.get(name).and_then(Value::as_str).unwrap_or_default());
    let name = match status {
        StatusCode::GONE => "gone",
        StatusCode::SERVICE_UNAVAILABLE => "busy",
        _ => "unknown",
    };
    PAGE.replace("{{lang}}", language.tag())
        .replace("{{title}}", &text(name))
        .replace("{{style}}", STYLE)
        .replace("{{text}}", &text(&format!("{name}_text")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_every_text_and_every_place_is_filled() {
        let names = |table: &str| serde_json::from_str::<Map<String, Value>>(table).expect("a table").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(ENGLISH), names(KOREAN));
        for language in [Language::English, Language::Korean] {
            for status in [StatusCode::GONE, StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE] {
                let page = written(status, language).replace(STYLE, "");
                assert!(!page.contains('{') && !page.contains("<p></p>") && page.contains(&format!("<html lang=\"{}\"", language.tag())));
            }
        }
        assert!(!PAGE.contains(" style=") && !PAGE.contains("<script"));
    }

    #[test]
    fn addresses_go_on_as_they_are_or_as_browsers_write_them() {
        for (url, written) in [
            ("https://shop.kr/?a=1&b=%EB%B4%84#x", "https://shop.kr/?a=1&b=%EB%B4%84#x"),
            ("HTTPS://Shop.kr", "HTTPS://Shop.kr"),
            ("https://한국.kr/봄 소식?q=가", "https://xn--3e0b707e.kr/%EB%B4%84%20%EC%86%8C%EC%8B%9D?q=%EA%B0%80"),
        ] {
            assert_eq!(location(url).as_ref().and_then(|l| l.to_str().ok()), Some(written), "{url}");
        }
        assert_eq!(location("https://봄 x:99999/"), None);
    }
}
