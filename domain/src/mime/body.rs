//! The body all copies of a message share: from the outermost `Content-Type` to the end.

use std::borrow::Cow;

use bytes::Bytes;
use mail_builder::{
    headers::{content_type::ContentType, raw::Raw},
    mime::{BodyPart, MimePart},
};

use crate::id::MessageId;

/// Builds the body: `multipart/alternative` of text and HTML, or the one there is, or an empty text. Blank bodies count as
/// missing.
pub(super) fn build(id: MessageId, text: Option<&str>, html: Option<&str>) -> Bytes {
    let html = html.filter(|html| !html.trim().is_empty());
    let plain = match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => Some(Cow::Borrowed(text)),
        None => html.and_then(super::text::from_html).map(Cow::Owned),
    };
    let part = match (plain.as_deref(), html) {
        (Some(plain), Some(html)) => {
            let parts = vec![leaf("text/plain", plain), leaf("text/html", html)];
            MimePart::new(ContentType::new("multipart/alternative").attribute("boundary", boundary(id, plain, html)), parts)
        }
        (None, Some(html)) => leaf("text/html", html),
        (Some(plain), None) => leaf("text/plain", plain),
        (None, None) => leaf("text/plain", text.unwrap_or_default()),
    };
    let mut out = Vec::with_capacity((part.size() + part.size() / 2) + 512);
    part.write_part(&mut out);
    // Every line ends with CRLF, the last one too: SMTP needs it before the final dot.
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    Bytes::from(out)
}

/// A boundary from the message's id, which is in neither part: `=_` cannot occur in quoted-printable or base64, and nobody
/// knows the id when the content is written, but seven-bit text is sent as it is and may quote a mail of ours.
fn boundary(id: MessageId, plain: &str, html: &str) -> String {
    let mut boundary = format!("=_jebi_{id}");
    while plain.contains(&boundary) || html.contains(&boundary) {
        boundary.push('_');
    }
    boundary
}

/// One text part. The builder chooses the transfer encoding but leaves two things to us:
/// it encodes line breaks into base64 as they come, where RFC 2045 section 6.8 wants CRLF, and it sends bare CR, NUL and
/// other control characters as 7bit, where RFC 2045 section 2.7 forbids them. Text with such characters is given to it as
/// binary with an opaque content type, which it always writes as base64.
fn leaf<'x>(kind: &'static str, text: &'x str) -> MimePart<'x> {
    let text = crlf(text);
    if text.bytes().any(|b| b < b' ' && !matches!(b, b'\t' | b'\r' | b'\n')) {
        let bytes = BodyPart::Binary(Cow::Owned(text.into_owned().into_bytes()));
        return MimePart::raw(bytes).header("Content-Type", Raw::new(format!("{kind}; charset=\"utf-8\"")));
    }
    MimePart::new(kind, BodyPart::Text(text))
}

/// The text with every line break, CRLF, LF or CR, as CRLF.
fn crlf(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let bare = |i: usize| match bytes[i] {
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        b'\n' => i == 0 || bytes[i - 1] != b'\r',
        _ => false,
    };
    if !(0..bytes.len()).any(bare) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 16 + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}
