//! `/u/{token}`: where the unsubscribe link of a mail leads (RFC 8058). Looking at it changes nothing, since scanners do; posting to it
//! refuses, without a key, a cookie or a redirect.

use std::sync::OnceLock;

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jebi_domain::port::senders::RefusedBy;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::escaped;
use crate::{
    http::{
        AppState,
        error::{self, Problem},
        limit::AnyBytes,
    },
    service::refusals::Standing,
    words::Language,
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const ENGLISH: &str = include_str!("en.json");
const KOREAN: &str = include_str!("ko.json");

/// The page of a link
///
/// Whose mail it is for, and a button.
pub async fn page(State(state): State<AppState>, Path(token): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let standing = state.refusals.look(&token).await?;
    Ok(answer(&state, standing.as_ref(), &headers))
}

/// Refuse more mail
///
/// By the button of a mail program (`List-Unsubscribe=One-Click`) or of the page.
pub async fn refuse(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    AnyBytes(body): AnyBytes,
) -> Result<Response, Problem> {
    // In a form of either kind (RFC 8058 section 3.2); whoever posts without it means the same.
    let by = if contains(&body, b"One-Click") { RefusedBy::OneClick } else { RefusedBy::Page };
    let standing = state.refusals.refuse(&token, by).await?;
    Ok(answer(&state, standing.as_ref(), &headers))
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

fn answer(state: &AppState, standing: Option<&Standing>, headers: &HeaderMap) -> Response {
    let language = error::language(headers);
    let status = if standing.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let page = written(standing, language, |at| state.times.shown(at));
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

/// Nothing but the page's own style, and a form that leads back here.
fn policy() -> &'static HeaderValue {
    static POLICY: OnceLock<HeaderValue> = OnceLock::new();
    POLICY.get_or_init(|| {
        let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        let policy = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        // It is ASCII; without one nothing but the bare page would be lost.
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    })
}

fn written(standing: Option<&Standing>, language: Language, shown: impl Fn(jebi_domain::time::Wall) -> String) -> String {
    let table = if language == Language::Korean { KOREAN } else { ENGLISH };
    // The tables are part of the program, and a test reads both.
    let texts: Map<String, Value> = serde_json::from_str(table).unwrap_or_default();
    let text = |name: &str| escaped(texts.get(name).and_then(Value::as_str).unwrap_or_default());
    let content = match standing {
        None => format!("<p>{}</p>", text("unknown")),
        Some(Standing { address, sender, refused_at }) => {
            let base = if refused_at.is_some() { "done" } else { "ask" };
            let words = text(&sender.as_ref().map_or_else(|| base.to_owned(), |_| format!("{base}_of")));
            let words = words.replace("{at}", &escaped(&refused_at.map(shown).unwrap_or_default()));
            let words = words.replace("{address}", &escaped(address)).replace("{sender}", &escaped(sender.as_deref().unwrap_or_default()));
            let form = format!("<form method=\"post\"><button name=\"by\" value=\"page\">{}</button></form>", text("button"));
            if refused_at.is_some() { format!("<p>{words}</p>") } else { format!("<p>{words}</p>\n{form}") }
        }
    };
    PAGE.replace("{{lang}}", language.tag())
        .replace("{{title}}", &text("title"))
        .replace("{{style}}", STYLE)
        .replace("{{content}}", &content)
}

#[cfg(test)]
mod tests {
    use jebi_domain::time::Wall;

    use super::*;

    fn standing(refused_at: Option<Wall>) -> Standing {
        Standing { address: "k**@example.kr".into(), sender: Some("<b>제비상점</b>".into()), refused_at }
    }

    #[test]
    fn each_language_has_every_text_and_every_place_is_filled() {
        let names = |table: &str| serde_json::from_str::<Map<String, Value>>(table).expect("a table").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(ENGLISH), names(KOREAN));
        for language in [Language::English, Language::Korean] {
            let nobody = Standing { sender: None, ..standing(None) };
            for one in [None, Some(standing(None)), Some(standing(Some(Wall(0)))), Some(nobody)] {
                let page = written(one.as_ref(), language, |_| "2026".into());
                let words = page.replace(STYLE, "");
                assert!(!words.contains('{') && !words.contains('}'), "{page}");
                assert!(page.contains(&format!("<html lang=\"{}\"", language.tag())));
            }
        }
    }

    #[test]
    fn a_profile_cannot_write_markup_and_the_button_goes_once_it_is_done() {
        let asked = written(Some(&standing(None)), Language::Korean, |_| String::new());
        assert!(asked.contains("&lt;b&gt;제비상점&lt;/b&gt;") && asked.contains("<button") && !asked.contains("<b>"), "{asked}");
        let done = written(Some(&standing(Some(Wall(0)))), Language::Korean, |_| "2026-11-21".into());
        assert!(!done.contains("<button") && done.contains("2026-11-21"), "{done}");
    }

    #[test]
    fn the_policy_names_the_style_that_is_served() {
        assert!(policy().to_str().expect("ASCII").contains("sha256-"));
        assert!(!PAGE.contains(" style=") && !PAGE.contains("<script"));
    }
}
