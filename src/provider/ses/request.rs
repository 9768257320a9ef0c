//! The JSON body of `SendEmail` (SES API v2) with raw MIME.

use std::sync::Arc;

use jebi_domain::port::Outgoing;

use super::{base64::Base64, payload::Streamed};

/// Room for the JSON around the base64, without the strings put into it.
const FRAME: usize = 256;

/// A mail from this size on is encoded while it goes out.
const STREAMED: usize = 256 * 1024;

/// The hash of a large mail's request, made before its slot: over many megabytes it takes longer than a slot may be late.
struct Hashed {
    /// What else the request holds. The account may have been given another one meanwhile.
    configuration_set: Option<String>,
    hash: String,
}

/// Hashes what [`body`] will make of a large mail.
pub(super) fn hash_ahead(mail: &mut Outgoing, configuration_set: Option<&str>) {
    if let Json::Streamed(streamed) = body(mail, configuration_set) {
        let hashed = Hashed { configuration_set: configuration_set.map(str::to_owned), hash: streamed.hash() };
        mail.ahead = Some(Arc::new(hashed));
    }
}

/// What was hashed before, where it still holds.
fn hashed(mail: &Outgoing, configuration_set: Option<&str>) -> Option<String> {
    let hashed = mail.ahead.as_ref()?.downcast_ref::<Hashed>()?;
    (hashed.configuration_set.as_deref() == configuration_set).then(|| hashed.hash.clone())
}

/// The body of a request.
pub(super) enum Json {
    Whole(Vec<u8>),
    Streamed(Box<Streamed>),
}

/// The request body. Every envelope recipient goes into `ToAddresses`, Bcc ones included: with raw content SES takes the
/// envelope from there and the visible headers from the MIME, so the roles must not be copied.
pub(super) fn body(mail: &Outgoing, configuration_set: Option<&str>) -> Json {
    let strings = mail.from.len()
        + mail.to.iter().map(|a| a.len() + 3).sum::<usize>()
        + mail.tags.iter().map(|(n, v)| n.len() + v.len() + 24).sum::<usize>();
    let raw = mail.len();
    if raw >= STREAMED {
        let (mut before, mut after) = (Vec::with_capacity(FRAME + strings), Vec::with_capacity(FRAME + strings));
        open(&mut before, mail);
        close(&mut after, mail, configuration_set);
        return Json::Streamed(Box::new(Streamed::new(before, mail, after, hashed(mail, configuration_set))));
    }
    let mut out = Vec::with_capacity(FRAME + strings + raw.div_ceil(3) * 4);
    open(&mut out, mail);
    let mut base64 = Base64::default();
    base64.push(&mut out, &mail.head);
    mail.body.pieces().iter().for_each(|piece| base64.push(&mut out, piece));
    base64.end(&mut out);
    close(&mut out, mail, configuration_set);
    Json::Whole(out)
}

/// Up to the mail itself.
fn open(out: &mut Vec<u8>, mail: &Outgoing) {
    out.push(b'{');
    if !mail.from.is_empty() {
        out.extend_from_slice(b"\"FromEmailAddress\":");
        string(out, &mail.from);
        out.push(b',');
    }
    out.extend_from_slice(b"\"Destination\":{\"ToAddresses\":[");
    for (i, address) in mail.to.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(out, address);
    }
    out.extend_from_slice(b"]},\"Content\":{\"Raw\":{\"Data\":\"");
}

/// What follows it.
fn close(out: &mut Vec<u8>, mail: &Outgoing, configuration_set: Option<&str>) {
    out.extend_from_slice(b"\"}}");
    for (i, (name, value)) in mail.tags.iter().enumerate() {
        out.extend_from_slice(if i == 0 { b",\"EmailTags\":[" } else { b"," });
        out.extend_from_slice(b"{\"Name\":");
        string(out, name);
        out.extend_from_slice(b",\"Value\":");
        string(out, value);
        out.push(b'}');
    }
    if !mail.tags.is_empty() {
        out.push(b']');
    }
    if let Some(set) = configuration_set {
        out.extend_from_slice(b",\"ConfigurationSetName\":");
        string(out, set);
    }
    out.push(b'}');
}

/// A JSON string with its quotes.
fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string can always be written to memory");
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use bytes::Bytes;
    use hyper::body::Body as _;
    use jebi_domain::id::{DeliveryId, MessageId};

    use super::{super::payload::Payload, *};

    fn mail(head: &'static [u8], body: &'static [u8]) -> Outgoing {
        Outgoing {
            delivery: DeliveryId { message: MessageId([7; 16]), ordinal: 3 },
            attempt: 1,
            from: "from@example.com".into(),
            to: vec!["a@example.com".into(), "\"odd\\\"one\"@example.com".into()],
            head: Bytes::from_static(head),
            body: Bytes::from_static(body).into(),
            tags: vec![("jebi".into(), "x-1".into()), ("campaign".into(), "spring".into())],
            ahead: None,
        }
    }

    fn whole(mail: &Outgoing, set: Option<&str>) -> Vec<u8> {
        match body(mail, set) {
            Json::Whole(all) => all,
            Json::Streamed(_) => panic!("a small mail is not streamed"),
        }
    }

    #[test]
    fn is_what_the_service_model_asks_for() {
        let sent = whole(&mail(b"From: from@example.com\r\n", b"Content-Type: text/plain\r\n\r\nhello\r\n"), Some("events"));
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
        let json: serde_json::Value = serde_json::from_slice(&whole(&bare, None)).expect("valid JSON");
        let keys: Vec<_> = json.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(keys, ["Content", "Destination"]);
    }

    #[test]
    fn a_hash_made_before_is_taken_only_for_the_same_request() {
        let hash = |mail: &Outgoing, set| match body(mail, set) {
            Json::Streamed(streamed) => streamed.hash(),
            Json::Whole(_) => panic!("a large mail is streamed"),
        };
        let mut large = Outgoing { body: vec![b'x'; STREAMED].into(), ..mail(b"Subject: x\r\n", b"") };
        let (plain, events) = (hash(&large, None), hash(&large, Some("events")));
        hash_ahead(&mut large, Some("events"));
        assert_eq!(hashed(&large, Some("events")), Some(events.clone()));
        assert_eq!((hash(&large, Some("events")), hash(&large, None)), (events, plain));
        let mut small = mail(b"", b"x");
        hash_ahead(&mut small, None);
        assert!(small.ahead.is_none());
    }

    #[test]
    fn a_large_mail_streams_the_same_bytes_and_tells_their_number_and_hash() {
        let pieces = [300_000, 1, 2, 70_001].map(|n| Bytes::from((0..n).map(|i| (i % 251) as u8).collect::<Vec<_>>()));
        let large = Outgoing { body: pieces.clone().into_iter().collect(), ..mail(b"Subject: x\r\n", b"") };
        let Json::Streamed(streamed) = body(&large, Some("events")) else { panic!("a large mail is streamed") };
        let (hash, mut all) = (streamed.hash(), Vec::new());
        let mut payload = Payload::Streamed(streamed);
        let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
        let len = payload.size_hint().exact();
        let mut pauses = 0;
        loop {
            match std::pin::Pin::new(&mut payload).poll_frame(cx) {
                std::task::Poll::Ready(Some(Ok(frame))) => {
                    let chunk = frame.into_data().expect("data");
                    assert!(chunk.len() < 80_000, "{}", chunk.len());
                    all.extend_from_slice(&chunk);
                }
                std::task::Poll::Ready(_) => break,
                // Others on its thread have their turn.
                std::task::Poll::Pending => pauses += 1,
            }
        }
        assert_eq!(pauses, 1);
        assert!(payload.is_end_stream());
        assert_eq!(Some(all.len() as u64), len);
        let wanted = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &all);
        assert_eq!(hash, wanted.as_ref().iter().map(|b| format!("{b:02x}")).collect::<String>());
        let json: serde_json::Value = serde_json::from_slice(&all).expect("valid JSON");
        let data = STANDARD.decode(json["Content"]["Raw"]["Data"].as_str().expect("text")).expect("base64");
        assert_eq!(data, [Bytes::from_static(b"Subject: x\r\n")].into_iter().chain(pieces).collect::<Vec<_>>().concat());
        assert_eq!(json["ConfigurationSetName"], "events");
    }
}
