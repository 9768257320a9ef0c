//! Files and invitations of a message, as a caller gives them.

use std::fmt;

use axum::body::Bytes;
use base64_simd::STANDARD;
use jebi_domain::refusal::Fault;
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use utoipa::ToSchema;

use crate::service::accept::{NewAttachment, NewCalendar};

/// A file the message carries: with its content, or by the id of an uploaded one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attachment)]
pub struct AttachmentRequest {
    /// Shown to the recipient, with an ending that is allowed: 1 to 255 characters, no path.
    #[serde(default)]
    #[schema(required, nullable = false, example = "견적서.pdf")]
    name: Option<String>,
    /// The bytes in base64. This or `file_id`.
    #[serde(default)]
    #[schema(value_type = Option<String>, content_encoding = "base64")]
    content: Option<Base64>,
    /// The id of an uploaded file (`POST /v1/attachments`). This or `content`.
    #[serde(default)]
    file_id: Option<String>,
    /// `type/subtype`; by the name where it is not given.
    #[serde(default)]
    #[schema(example = "application/pdf")]
    content_type: Option<String>,
    /// Shows it within the HTML, which names it as `cid:` and this.
    #[serde(default)]
    #[schema(example = "logo")]
    content_id: Option<String>,
}

impl From<AttachmentRequest> for NewAttachment {
    fn from(r: AttachmentRequest) -> Self {
        let AttachmentRequest { name, content, file_id, content_type, content_id } = r;
        Self { file_id, content: content.map(|content| content.0), name, content_type, content_id }
    }
}

/// An invitation, or an answer to one, that calendars read (RFC 6047).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Calendar)]
pub struct CalendarRequest {
    /// As the object itself says it: `REQUEST`, `CANCEL`, `REPLY`, `PUBLISH`, `ADD`, `REFRESH`, `COUNTER` or `DECLINECOUNTER`.
    #[schema(example = "REQUEST")]
    method: String,
    /// The iCalendar object (RFC 5545), as the text of an `.ics` file.
    content: String,
}

impl From<CalendarRequest> for NewCalendar {
    fn from(r: CalendarRequest) -> Self {
        Self { method: r.method, content: r.content }
    }
}

/// Bytes in base64 (RFC 4648 section 4), decoded out of the body as it is read: a file is in memory as text and as bytes, and no third time.
struct Base64(Result<Bytes, Fault>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Base64;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes in base64")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
                Ok(Base64(decode(text.as_bytes())))
            }
        }
        from.deserialize_str(Text)
    }
}

fn decode(text: &[u8]) -> Result<Bytes, Fault> {
    if let Ok(bytes) = STANDARD.decode_to_vec(text) {
        return Ok(bytes.into());
    }
    // Many encoders break lines (RFC 2045 section 6.8).
    let joined: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | b' ' | b'\t')).collect();
    STANDARD.decode_to_vec(&joined).map(Bytes::from).map_err(|_| {
        let remedy = "encode the bytes as RFC 4648 section 4 has it, with padding and without data: before it";
        Fault::new("content", "invalid_base64", "this is not base64", remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_lines() {
        assert_eq!(decode(b"7ZWc6riA").unwrap(), "한글");
        assert_eq!(decode(b"7ZWc\r\n6riA\n").unwrap(), "한글");
        assert_eq!(decode(b"").unwrap(), "");
        for bad in ["7ZWc6ri", "data:text/plain;base64,7ZWc", "한글", "-_-_"] {
            assert_eq!(decode(bad.as_bytes()).map_err(|fault| fault.code), Err("invalid_base64"), "{bad}");
        }
    }
}
