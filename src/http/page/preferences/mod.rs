//! `/u/{token}/preferences`: what bulk mail the owner of a link gets or has refused, and boxes to choose. Signed by the link's token: nobody
//! else can post to it, so there is no cookie to forge a request with.

use std::collections::BTreeSet;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    escaped,
    frame::{self, Texts},
    unsubscribe::{Token, text_of, unknown},
};
use crate::{
    http::{AppState, error, error::Problem, limit::AnyBytes},
    service::refusals::{Chosen, ConsentChange, Kind, Preferences, SenderChoices},
};

const ENGLISH: &str = include_str!("en.json");
const KOREAN: &str = include_str!("ko.json");
/// Fields of a form that are read: more than the page has boxes.
const FIELDS: usize = 4_000;

/// The preferences of a link's owner
///
/// Boxes for each sender and kind of mail.
pub async fn page(State(state): State<AppState>, token: Token, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Problem> {
    let token = text_of(token);
    let found = state.refusals.preferences(&token).await?;
    Ok(answer((&token, found.as_ref()), query.as_deref(), &headers, false))
}

/// Choose
///
/// Boxes that were shown and are not marked any more are refused; those marked anew are taken back.
pub async fn choose(
    State(state): State<AppState>,
    token: Token,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    AnyBytes(body): AnyBytes,
) -> Result<Response, Problem> {
    let token = text_of(token);
    let Some(before) = state.refusals.preferences(&token).await? else {
        return Ok(unknown(error::language(&headers)));
    };
    let texts = texts(&before, query.as_deref(), &headers);
    let changes = state.refusals.choose(&token, &chosen(&body)).await?.unwrap_or_default();
    let wording = |change: &ConsentChange| {
        let sender = before.senders.iter().find(|one| one.profile == change.profile);
        consent(&texts, sender, &change.scope)
    };
    state.consents.chosen(changes, wording, "/u/…/preferences").await?;
    let after = state.refusals.preferences(&token).await?;
    Ok(answer((&token, after.as_ref()), query.as_deref(), &headers, true))
}

/// What a form says (URL-encoded, as browsers send it): fields of other names are passed over.
fn chosen(body: &[u8]) -> Chosen {
    let mut out = Chosen::default();
    for (name, value) in form_urlencoded::parse(body).take(FIELDS) {
        let Some((profile, kind)) = value.split_once('/') else { continue };
        let into: &mut BTreeSet<(String, String)> = match name.as_ref() {
            "shown" => &mut out.shown,
            "want" => &mut out.wanted,
            "consent_shown" => &mut out.consents_shown,
            "consent" => &mut out.consents_wanted,
            _ => continue,
        };
        into.insert((profile.to_owned(), kind.to_owned()));
    }
    out
}

fn texts(of: &Preferences, query: Option<&str>, headers: &HeaderMap) -> Texts {
    Texts::of(frame::language(query, of.language.as_deref(), headers), ENGLISH, KOREAN)
}

fn answer((token, found): (&str, Option<&Preferences>), query: Option<&str>, headers: &HeaderMap, saved: bool) -> Response {
    let Some(found) = found else { return unknown(error::language(headers)) };
    let texts = texts(found, query, headers);
    frame::answer(StatusCode::OK, texts.language, &texts.say("title", &[]), &content(&texts, token, found, saved))
}

fn content(texts: &Texts, token: &str, found: &Preferences, saved: bool) -> String {
    let mut out = String::new();
    if saved {
        out.push_str(&format!("<p class=\"saved\" role=\"status\">{}</p>\n", texts.say("saved", &[])));
    }
    out.push_str(&format!("<p>{}</p>\n<form method=\"post\">\n", texts.say("intro", &[("address", &found.address)])));
    for sender in &found.senders {
        out.push_str(&part(texts, sender));
    }
    let back = format!("<p><a href=\"../{}\">{}</a></p>", escaped(token), texts.say("back", &[]));
    out.push_str(&format!("<button>{}</button>\n</form>\n{back}", texts.say("save", &[])));
    out
}

/// The boxes of one sender.
fn part(texts: &Texts, of: &SenderChoices) -> String {
    let sender = name_of(texts, Some(of));
    let mut out = format!("<fieldset>\n<legend>{}</legend>\n", escaped(&sender));
    for kind in &of.families {
        let (class, label) = if kind.name.is_empty() {
            ("", texts.say("everything", &[("sender", &sender)]))
        } else {
            (" class=\"part\"", texts.say("family", &[("name", &kind.name)]))
        };
        out.push_str(&line(class, ("shown", "want"), &of.profile, kind, &label));
    }
    if of.families.len() > 1 {
        out.push_str(&format!("<p>{}</p>\n", texts.say("parts", &[])));
    }
    for kind in &of.consents {
        out.push_str(&line("", ("consent_shown", "consent"), &of.profile, kind, &escaped(&consent(texts, Some(of), &kind.name))));
    }
    out.push_str("</fieldset>\n");
    out
}

/// A box with its label, and that it was shown: what is not marked is not sent.
fn line(class: &str, (shown, name): (&str, &str), profile: &str, kind: &Kind, label: &str) -> String {
    let value = escaped(&format!("{profile}/{}", kind.name));
    let checked = if kind.wanted { " checked" } else { "" };
    format!(
        "<input type=\"hidden\" name=\"{shown}\" value=\"{value}\">\n\
         <label{class}><input type=\"checkbox\" name=\"{name}\" value=\"{value}\"{checked}>{label}</label>\n"
    )
}

/// What somebody consents to, in the words of the page.
fn consent(texts: &Texts, sender: Option<&SenderChoices>, scope: &str) -> String {
    let values = [("sender", name_of(texts, sender)), ("name", scope.to_owned())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    texts.plain(if scope.is_empty() { "consent" } else { "consent_to" }, &values)
}

fn name_of(texts: &Texts, sender: Option<&SenderChoices>) -> String {
    sender.and_then(|one| one.sender.clone()).unwrap_or_else(|| texts.plain("nobody", &[]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;
    use crate::words::Language;

    fn kind(name: &str, wanted: bool) -> Kind {
        Kind { name: name.into(), wanted }
    }

    fn preferences() -> Preferences {
        let families = vec![kind("", true), kind("봄 <소식>", true), kind("event", false)];
        let shop = SenderChoices {
            profile: "shop".into(),
            sender: Some("<b>제비상점</b>".into()),
            families,
            consents: vec![kind("", false), kind("news.example.kr", true)],
        };
        let nobody = SenderChoices { profile: String::new(), sender: None, families: vec![kind("", true)], consents: vec![] };
        Preferences { address: "h***@naver.com".into(), language: None, senders: vec![shop, nobody] }
    }

    #[test]
    fn each_language_has_every_text_and_every_place_is_filled() {
        let names = |table: &str| serde_json::from_str::<Map<String, Value>>(table).expect("a table").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(ENGLISH), names(KOREAN));
        for language in [Language::English, Language::Korean] {
            let texts = Texts::of(language, ENGLISH, KOREAN);
            let page = content(&texts, "AbC", &preferences(), true);
            assert!(!page.contains('{') && !page.contains('}'), "{page}");
            assert!(!page.contains("<b>") && !page.contains("<소식>"), "escaped: {page}");
            assert_eq!(page.matches("type=\"checkbox\"").count(), 6);
            assert_eq!(page.matches(" checked>").count(), 4);
        }
    }

    #[test]
    fn a_form_is_read_back_as_it_was_written() {
        let body = "shown=shop%2F&shown=shop%2F%EB%B4%84+%3C%EC%86%8C%EC%8B%9D%3E&want=shop%2F&consent_shown=shop%2F&x=y&want=nothing";
        let read = chosen(body.as_bytes());
        let of = |names: &[&str]| names.iter().map(|name| ("shop".to_owned(), (*name).to_owned())).collect::<BTreeSet<_>>();
        assert_eq!((read.shown, read.wanted), (of(&["", "봄 <소식>"]), of(&[""])));
        assert_eq!((read.consents_shown, read.consents_wanted), (of(&[""]), of(&[])));
    }
}
