//! The file name of a `Content-Disposition` header (RFC 6266).

use axum::http::{HeaderMap, header::CONTENT_DISPOSITION};

/// The name; `filename*` goes before `filename` (section 4.3). `None` when there is none, or what there is cannot be read.
pub fn file_name(headers: &HeaderMap) -> Option<String> {
    let given = String::from_utf8(headers.get(CONTENT_DISPOSITION)?.as_bytes().to_vec()).ok()?;
    let parameters = split(&given);
    let named = |name: &str| parameters.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    match named("filename*") {
        Some(value) => extended(value),
        None => named("filename").map(str::to_owned),
    }
}

/// The parameters behind the kind, quotation marks taken off.
fn split(text: &str) -> Vec<(String, String)> {
    let (mut all, mut part, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in text.chars().chain([';']) {
        match c {
            _ if escaped => {
                part.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => all.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    let pair = |one: &String| one.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    all.iter().filter_map(pair).collect()
}

/// `UTF-8''…` (RFC 8187).
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    percent_decoded(encoded)
}

/// Text with its percent-encoded bytes decoded; `None` where they are not whole, or no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = tail else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push(u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_DISPOSITION, axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        file_name(&headers)
    }

    #[test]
    fn names_of_every_form_are_read() {
        assert_eq!(of("attachment; filename=a.pdf").as_deref(), Some("a.pdf"));
        assert_eq!(of("attachment; filename=\"a; \\\"b\\\".pdf\"").as_deref(), Some("a; \"b\".pdf"));
        assert_eq!(of("attachment; filename=\"견적서.pdf\"").as_deref(), Some("견적서.pdf"));
        let both = "attachment; filename=\"___.pdf\"; filename*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C.pdf";
        assert_eq!(of(both).as_deref(), Some("견적서.pdf"));
        assert_eq!(of("attachment"), None);
        assert_eq!(of("attachment; filename*=EUC-KR''%B0"), None);
        assert_eq!(of("attachment; filename*=UTF-8''%FF"), None);
        assert_eq!(of("attachment; filename*=UTF-8''%4"), None);
    }
}
