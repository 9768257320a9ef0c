//! HTML, links and JSON.

use std::borrow::Cow;

use minijinja::{Error, Value};

use super::Call;
use crate::template::{gauge::Text, values};

/// Text with the five characters written as entities that mean something in HTML or in a quoted attribute.
pub(in crate::template) fn escaped(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(['&', '<', '>', '"', '\'']) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for c in text[first..].chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The value's text, escaped unless it is safe or nothing is escaped here.
fn fit(call: &Call<'_>) -> String {
    let text = call.text();
    if call.html && !call.value.is_safe() { escaped(&text).into_owned() } else { text }
}

pub(super) fn escape(call: &Call<'_>) -> Result<Value, Error> {
    if call.value.is_safe() {
        return Ok(call.value.clone());
    }
    Ok(Value::from_safe_string(escaped(&call.text()).into_owned()))
}

pub(super) fn safe(call: &Call<'_>) -> Result<Value, Error> {
    Ok(Value::from_safe_string(call.text()))
}

/// Django's: paragraphs at blank lines, `<br>` at other line breaks.
pub(super) fn linebreaks(call: &Call<'_>) -> Result<Value, Error> {
    let text = fit(call).replace("\r\n", "\n").replace('\r', "\n");
    let mut out = Text::default();
    for paragraph in text.split("\n\n").map(|p| p.trim_matches('\n')).filter(|p| !p.is_empty()) {
        if !out.is_empty() {
            out.push("\n\n")?;
        }
        out.push("<p>")?;
        out.push(&paragraph.replace('\n', "<br>"))?;
        out.push("</p>")?;
    }
    Ok(out.safe())
}

pub(super) fn linebreaksbr(call: &Call<'_>) -> Result<Value, Error> {
    let mut out = Text::default();
    out.push(&fit(call).replace("\r\n", "\n").replace('\r', "\n").replace('\n', "<br>"))?;
    Ok(out.safe())
}

/// Leaves out what stands between `<` and `>`.
pub(super) fn striptags(call: &Call<'_>) -> Result<Value, Error> {
    let text = call.text();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(begin) = rest.find('<') {
        out.push_str(&rest[..begin]);
        match rest[begin..].find('>') {
            Some(end) => rest = &rest[begin + end + 1..],
            None => {
                out.push_str(&rest[begin..]);
                rest = "";
            }
        }
    }
    out.push_str(rest);
    Ok(Value::from(out))
}

/// For a part of a link: everything but letters, digits and `-_.~/` as `%XX` of its UTF-8 (RFC 3986 section 2.1).
pub(super) fn urlencode(call: &Call<'_>) -> Result<Value, Error> {
    let mut out = Text::default();
    for byte in call.text().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push_char(char::from(byte))?;
        } else {
            out.push(&format!("%{byte:02X}"))?;
        }
    }
    Ok(out.value())
}

/// JSON that may stand within `<script>`.
pub(super) fn tojson(call: &Call<'_>) -> Result<Value, Error> {
    let mut out = Text::default();
    for c in values::json(call.value).chars() {
        match c {
            '<' | '>' | '&' | '\'' => out.push(&format!("\\u{:04x}", u32::from(c)))?,
            c => out.push_char(c)?,
        }
    }
    Ok(out.safe())
}
