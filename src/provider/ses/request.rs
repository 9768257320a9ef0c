//! The JSON body of `SendEmail` (SES API v2) with raw MIME.

use jebi_domain::port::Outgoing;

/// Room for the JSON around the base64, without the strings put into it.
const FRAME: usize = 256;

/// The request body. Every envelope recipient goes into `ToAddresses`, Bcc ones included: with raw content SES takes the
/// envelope from there and the visible headers from the MIME, so the roles must not be copied.
pub(super) fn body(mail: &Outgoing, configuration_set: Option<&str>) -> Vec<u8> {
    let strings = mail.from.len()
        + mail.to.iter().map(|a| a.len() + 3).sum::<usize>()
        + mail.tags.iter().map(|(n, v)| n.len() + v.len() + 24).sum::<usize>();
    let mut out = Vec::with_capacity(FRAME + strings + (mail.head.len() + mail.body.len()).div_ceil(3) * 4);
    out.push(b'{');
    if !mail.from.is_empty() {
        out.extend_from_slice(b"\"FromEmailAddress\":");
        string(&mut out, &mail.from);
        out.push(b',');
    }
    out.extend_from_slice(b"\"Destination\":{\"ToAddresses\":[");
    for (i, address) in mail.to.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(&mut out, address);
    }
    out.extend_from_slice(b"]},\"Content\":{\"Raw\":{\"Data\":\"");
    base64_of_both(&mut out, &mail.head, &mail.body);
    out.extend_from_slice(b"\"}}");
    for (i, (name, value)) in mail.tags.iter().enumerate() {
        out.extend_from_slice(if i == 0 { b",\"EmailTags\":[" } else { b"," });
        out.extend_from_slice(b"{\"Name\":");
        string(&mut out, name);
        out.extend_from_slice(b",\"Value\":");
        string(&mut out, value);
        out.push(b'}');
    }
    if !mail.tags.is_empty() {
        out.push(b']');
    }
    if let Some(set) = configuration_set {
        out.extend_from_slice(b",\"ConfigurationSetName\":");
        string(&mut out, set);
    }
    out.push(b'}');
    out
}

/// A JSON string with its quotes.
fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string can always be written to memory");
}

/// Base64 (RFC 4648 section 4) of `head` and `body` as one, without joining them first: base64 goes by groups of three
/// bytes, so the body starts after the bytes that fill the head's last group.
fn base64_of_both(out: &mut Vec<u8>, head: &[u8], body: &[u8]) {
    let (whole, rest) = head.split_at(head.len() / 3 * 3);
    base64_simd::STANDARD.encode_append(whole, out);
    let fill = if rest.is_empty() { 0 } else { (3 - rest.len()).min(body.len()) };
    let (first, body) = body.split_at(fill);
    if !rest.is_empty() {
        let mut group = [0; 3];
        group[..rest.len()].copy_from_slice(rest);
        group[rest.len()..rest.len() + fill].copy_from_slice(first);
        base64_simd::STANDARD.encode_append(&group[..rest.len() + fill], out);
    }
    base64_simd::STANDARD.encode_append(body, out);
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use bytes::Bytes;
    use jebi_domain::id::{DeliveryId, MessageId};
    use proptest::prelude::*;

    use super::*;

    fn mail(head: &'static [u8], body: &'static [u8]) -> Outgoing {
        Outgoing {
            delivery: DeliveryId { message: MessageId([7; 16]), ordinal: 3 },
            attempt: 1,
            from: "from@example.com".into(),
            to: vec!["a@example.com".into(), "\"odd\\\"one\"@example.com".into()],
            head: Bytes::from_static(head),
            body: Bytes::from_static(body),
            tags: vec![("jebi".into(), "x-1".into()), ("campaign".into(), "spring".into())],
        }
    }

    #[test]
    fn is_what_the_service_model_asks_for() {
        let sent = body(&mail(b"From: from@example.com\r\n", b"Content-Type: text/plain\r\n\r\nhello\r\n"), Some("events"));
        let json: serde_json::Value = serde_json::from_slice(&sent).expect("valid JSON");
        let data = STANDARD.encode("From: from@example.com\r\nContent-Type: text/plain\r\n\r\nhello\r\n");
        let wanted = serde_json::json!({
            "FromEmailAddress": "from@example.com",
            "Destination": {"ToAddresses": ["a@example.com", "\"odd\\\"one\"@example.com"]},
            "Content": {"Raw": {"Data": data}},
            "EmailTags": [{"Name": "jebi", "Value": "x-1"}, {"Name": "campaign", "Value": "spring"}],
            "ConfigurationSetName": "events",
        });
        assert_eq!(json, wanted);
    }

    #[test]
    fn leaves_out_what_is_not_there() {
        let mut bare = mail(b"", b"x");
        bare.tags.clear();
        bare.from.clear();
        let json: serde_json::Value = serde_json::from_slice(&body(&bare, None)).expect("valid JSON");
        let keys: Vec<_> = json.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(keys, ["Content", "Destination"]);
    }

    proptest! {
        #[test]
        fn base64_of_two_pieces_is_that_of_the_whole(head: Vec<u8>, body: Vec<u8>) {
            let mut out = Vec::new();
            base64_of_both(&mut out, &head, &body);
            prop_assert_eq!(STANDARD.decode(out).expect("valid base64"), [head, body].concat());
        }
    }
}
