//! `/u/{token}`: where the unsubscribe link of a mail leads (RFC 8058). Looking at it changes nothing, since scanners do; posting to it
//! refuses, without a key, a cookie or a redirect.

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jebi_domain::{port::refusals::RefusedBy, time::Wall};

use super::{
    escaped,
    frame::{self, Texts},
};
use crate::{
    http::{AppState, error::Problem, limit::AnyBytes},
    service::refusals::Standing,
    words::Language,
};

const ENGLISH: &str = include_str!("en.json");
const KOREAN: &str = include_str!("ko.json");

/// A token as it stands in the path; what is no text is no token.
pub(in crate::http) type Token = Result<Path<String>, PathRejection>;

pub(super) fn text_of(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

/// The page of a link
///
/// Whose mail it is for, and a button.
pub async fn page(State(state): State<AppState>, token: Token, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Problem> {
    let token = text_of(token);
    let standing = state.refusals.look(&token).await?;
    Ok(answer(&state, (&token, standing.as_ref()), query.as_deref(), &headers))
}

/// Refuse more mail
///
/// By the button of a mail program (`List-Unsubscribe=One-Click`) or of the page.
pub async fn refuse(
    State(state): State<AppState>,
    token: Token,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    AnyBytes(body): AnyBytes,
) -> Result<Response, Problem> {
    let token = text_of(token);
    // In a form of either kind (RFC 8058 section 3.2); whoever posts without it means the same.
    let by = if contains(&body, b"One-Click") { RefusedBy::OneClick } else { RefusedBy::Page };
    let all = by == RefusedBy::Page && body.split(|byte| *byte == b'&').any(|part| part == b"by=all");
    let standing = state.refusals.refuse(&token, by, all).await?;
    Ok(answer(&state, (&token, standing.as_ref()), query.as_deref(), &headers))
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

fn answer(state: &AppState, (token, standing): (&str, Option<&Standing>), query: Option<&str>, headers: &HeaderMap) -> Response {
    let own = standing.and_then(|standing| standing.language.as_deref());
    let texts = Texts::of(frame::language(query, own, headers), ENGLISH, KOREAN);
    match standing {
        None => unknown(texts.language),
        Some(standing) => {
            let content = content(&texts, token, standing, |at| state.times.shown(at));
            frame::answer(StatusCode::OK, texts.language, &texts.say("title", &[]), &content)
        }
    }
}

/// What a link that this installation did not make leads to.
pub(super) fn unknown(language: Language) -> Response {
    let texts = Texts::of(language, ENGLISH, KOREAN);
    frame::answer(StatusCode::NOT_FOUND, language, &texts.say("title", &[]), &format!("<p>{}</p>", texts.say("unknown", &[])))
}

fn content(texts: &Texts, token: &str, standing: &Standing, shown: impl Fn(Wall) -> String) -> String {
    let Standing { address, sender, of_kind, refused_at, .. } = standing;
    let at = refused_at.map(shown).unwrap_or_default();
    let values = [("address", address.as_str()), ("sender", sender.as_deref().unwrap_or_default()), ("at", &at)];
    let of = |name: &str| if sender.is_some() { format!("{name}_of") } else { name.to_owned() };
    // The token was read: it is of the letters of its alphabet.
    let preferences = format!("<p><a href=\"{}/preferences\">{}</a></p>", escaped(token), texts.say("preferences", &[]));
    if refused_at.is_some() {
        return format!("<p role=\"status\">{}</p>\n{preferences}", texts.say(&of("done"), &values));
    }
    let ask = texts.say(&of(if *of_kind { "ask" } else { "ask_all" }), &values);
    let button = |name: &str, kind: &str, value: &str| {
        format!("<form method=\"post\"><button{kind} name=\"by\" value=\"{value}\">{}</button></form>", texts.say(name, &values))
    };
    let first = button("button", "", "page");
    let all = if *of_kind { button(&of("button_all"), " class=\"second\"", "all") } else { String::new() };
    format!("<p>{ask}</p>\n{first}\n{all}\n{preferences}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    fn standing(refused_at: Option<Wall>) -> Standing {
        let sender = Some("<b>제비상점</b>".to_owned());
        Standing { address: "h***@naver.com".into(), sender, of_kind: true, refused_at, language: None }
    }

    fn shown(standing: &Standing, language: Language) -> String {
        let texts = Texts::of(language, ENGLISH, KOREAN);
        frame::written(language, &texts.say("title", &[]), &content(&texts, "AbC-_", standing, |_| "2026-11-21".into()))
    }

    #[test]
    fn each_language_has_every_text_and_every_place_is_filled() {
        let names = |table: &str| serde_json::from_str::<Map<String, Value>>(table).expect("a table").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(ENGLISH), names(KOREAN));
        for language in [Language::English, Language::Korean] {
            let whole = Standing { of_kind: false, ..standing(None) };
            for one in [standing(None), standing(Some(Wall(0))), Standing { sender: None, ..standing(None) }, whole] {
                let page = shown(&one, language);
                let words = page.replace(frame::STYLE, "");
                assert!(!words.contains('{') && !words.contains('}'), "{page}");
                assert!(page.contains(&format!("<html lang=\"{}\"", language.tag())));
            }
        }
    }

    #[test]
    fn a_profile_cannot_write_markup_and_the_button_goes_once_it_is_done() {
        let asked = shown(&standing(None), Language::Korean);
        assert!(asked.contains("&lt;b&gt;제비상점&lt;/b&gt;") && asked.contains("<button") && !asked.contains("<b>"), "{asked}");
        let done = shown(&standing(Some(Wall(0))), Language::Korean);
        assert!(!done.contains("<button") && done.contains("2026-11-21") && done.contains("AbC-_/preferences"), "{done}");
    }

    #[test]
    fn a_link_of_everything_has_one_button() {
        let buttons = |of_kind| shown(&Standing { of_kind, ..standing(None) }, Language::English).matches("<button").count();
        assert_eq!((buttons(true), buttons(false)), (2, 1));
    }
}
