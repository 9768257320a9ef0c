//! Checks of what goes into list headers and links, told as faults of a field.

use http::Uri;
use jebi_domain::{address, content::list::PLACES, refusal::Fault};

/// Longest page of a caller's own, in bytes: with an address in it, its header stays within one line.
const MAX_PAGE: usize = 400;
/// Longest `List-Id`, in bytes (RFC 2919 section 3).
const MAX_LIST_ID: usize = 255;

/// A caller's own page for refusing: `https`, as RFC 8058 section 3.1 wants it, with `{email}` and `{delivery}` for each copy's own.
pub(super) fn page(page: String, field: impl Fn() -> String) -> Result<String, Fault> {
    let remedy = "give https://, a host and a path; {email} and {delivery} stand for each copy's own";
    let refused = |fault: &str| Err(Fault::new(field(), "invalid_unsubscribe", fault, remedy));
    if page.len() > MAX_PAGE {
        return refused("it is longer than 400 characters");
    }
    let plain = page.replace(PLACES[0], "x").replace(PLACES[1], "x");
    let is_safe = |b: u8| b.is_ascii_graphic() && !b"<>\"'`{}\\^|,".contains(&b);
    if !plain.bytes().all(is_safe) {
        return refused("it holds characters that stand in no web address");
    }
    let uri: Result<Uri, _> = plain.parse();
    match uri {
        Ok(uri) if uri.scheme_str() == Some("https") && uri.host().is_some_and(|host| !host.is_empty()) && !plain.contains('@') => {
            // A place in the host would let a recipient's address choose where the link leads.
            let host = page.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
            if host.contains('{') { refused("the host of it depends on the recipient") } else { Ok(page) }
        }
        _ => refused("it is no web address with https"),
    }
}

/// An address for refusing by mail.
pub(super) fn mailto(text: &str, field: impl Fn() -> String) -> Result<String, Fault> {
    let parsed = address::parse(text).map_err(|e| Fault::new(field(), e.code, e.fault, e.remedy))?;
    if parsed.is_ascii() {
        return Ok(parsed);
    }
    Err(Fault::new(field(), "invalid_mailto", "it holds other characters than ASCII, which a mailto link cannot", "give another address"))
}

/// `label.domain` (RFC 2919 section 2), without angle brackets.
pub(super) fn list_id(text: &str, field: impl Fn() -> String) -> Result<String, Fault> {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if text.len() <= MAX_LIST_ID && text.contains('.') && text.split('.').all(is_label) {
        return Ok(text.to_owned());
    }
    let fault = "it is no list id of 255 characters at most";
    Err(Fault::new(field(), "invalid_list_id", fault, "write a label and a domain of yours, such as news.example.kr"))
}

/// A BCP 47 tag.
pub(super) fn language(tag: String, field: impl Fn() -> String) -> Result<String, Fault> {
    let mut parts = tag.split('-');
    let first = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if first && rest && tag.len() <= 35 {
        return Ok(tag);
    }
    Err(Fault::new(field(), "invalid_language", "it is no language tag (BCP 47)", "write one such as ko, en or en-US"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field() -> String {
        "f".into()
    }

    #[test]
    fn a_page_is_https_and_its_host_is_its_own() {
        for good in ["https://shop.kr/u", "https://shop.kr:8443/u?e={email}&d={delivery}", "https://xn--o79aq2kkxh.kr/", "https://a.kr"] {
            assert_eq!(page(good.into(), field).as_deref(), Ok(good));
        }
        for bad in [
            "http://shop.kr/u",
            "https://",
            "shop.kr",
            "https://한국.kr/u",
            "https://shop.kr/u>, <https://evil.example",
            "https://shop.kr/u\r\nBcc: a@b.kr",
            "https://shop.kr/u x",
            "https://{email}/u",
            "https://shop.kr.{delivery}/u",
            "https://user@shop.kr/u",
            "https://shop.kr/{name}",
            "https://shop.kr/u\"onclick=",
            "javascript:alert(1)",
            &format!("https://shop.kr/{}", "x".repeat(400)),
        ] {
            assert_eq!(page(bad.into(), field).map_err(|f| f.code), Err("invalid_unsubscribe"), "{bad}");
        }
    }

    #[test]
    fn ids_addresses_and_languages_are_plain() {
        for bad in ["news", "", ".kr", "news..kr", "news kr.kr", "뉴스.kr", "news.kr>", "news.kr\n"] {
            assert!(list_id(bad, field).is_err(), "{bad}");
        }
        assert_eq!(list_id("봄".replace('봄', "spring_2.jebi-1.example").as_str(), field).as_deref(), Ok("spring_2.jebi-1.example"));
        assert!(
            mailto("unsubscribe@example.kr", field).is_ok()
                && mailto("거부@example.kr", field).is_err()
                && mailto("a@b.kr\n", field).is_err()
        );
        for good in ["ko", "en-US", "zh-Hant-TW", "fil"] {
            assert!(language(good.into(), field).is_ok(), "{good}");
        }
        for bad in ["", "k", "ko_KR", "ko-", "한국어", "ko\n", "english"] {
            assert!(language(bad.into(), field).is_err(), "{bad}");
        }
    }
}
