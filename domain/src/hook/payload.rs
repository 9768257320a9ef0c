//! What is told of a happening: `{type, timestamp, data}` (Standard Webhooks 1.0.0, "Webhook payload"), well below its 20 kB.

use serde_json::{Map, Value, json};

use super::kind::HookKind;
use crate::{id::DeliveryId, message::Lane, outcome::Reason, time::Wall};

/// Longest text of a detail told, in characters; a longer one is cut, and `detail_cut` says so.
pub const MAX_DETAIL: usize = 2_000;
/// Longest topic, recipient, code or remedy told, in characters. What Jebi takes is shorter; what a provider says need not be.
const MAX_WORD: usize = 1_000;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub kind: HookKind,
    /// When it happened.
    pub at: Wall,
    pub fact: Fact,
}

/// What there is to say of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// To one recipient of one delivery.
    Delivery {
        delivery: DeliveryId,
        /// Empty for none.
        topic: String,
        lane: Lane,
        provider: String,
        recipient: String,
        /// The provider's id of the mail, where it has taken it.
        provider_id: Option<String>,
        /// Why it could not be sent.
        reason: Option<Reason>,
        /// The reporter's own words.
        detail: Option<String>,
    },
    /// Anything else: as it was written.
    Data(Value),
}

/// What is told, apart and written.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    pub kind: HookKind,
    pub at: Wall,
    pub data: Value,
    /// The bytes that are sent and signed.
    pub body: Vec<u8>,
}

/// Writes what is told of a happening.
#[must_use]
pub fn payload(told: &Told) -> Payload {
    let data = match &told.fact {
        Fact::Data(data) => data.clone(),
        fact @ Fact::Delivery { .. } => of_delivery(fact),
    };
    let body = json!({"type": told.kind.as_str(), "timestamp": told.at.to_string(), "data": data}).to_string().into_bytes();
    Payload { kind: told.kind, at: told.at, data, body }
}

fn of_delivery(fact: &Fact) -> Value {
    let Fact::Delivery { delivery, topic, lane, provider, recipient, provider_id, reason, detail } = fact else { return Value::Null };
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    put("delivery", json!(delivery.to_string()));
    put("message", json!(delivery.message.to_string()));
    put("topic", json!(Some(cut(topic, MAX_WORD).0).filter(|topic| !topic.is_empty())));
    put("lane", json!(lane));
    put("recipient", json!(cut(recipient, MAX_WORD).0));
    put("provider", json!(provider));
    if let Some(id) = provider_id {
        put("provider_id", json!(cut(id, MAX_WORD).0));
    }
    if let Some(r) = reason {
        put("reason", json!({"code": cut(&r.code, MAX_WORD).0, "text": cut(&r.text, MAX_WORD).0, "remedy": cut(&r.remedy, MAX_WORD).0}));
    }
    if let Some(detail) = detail.as_deref().filter(|detail| !detail.is_empty()) {
        let (text, was_cut) = cut(detail, MAX_DETAIL);
        // What was reported in a form of its own is told in it.
        let whole = serde_json::from_str::<Value>(detail).ok().filter(|value| !was_cut && value.is_object());
        put("detail", whole.unwrap_or_else(|| json!(text)));
        if was_cut {
            put("detail_cut", json!(true));
        }
    }
    Value::Object(data)
}

/// At most so many characters of a text, and whether some were left out.
fn cut(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MessageId;

    fn told(detail: Option<String>) -> Told {
        let fact = Fact::Delivery {
            delivery: DeliveryId { message: MessageId([7; 16]), ordinal: 3 },
            topic: "봄 소식".into(),
            lane: Lane::Bulk,
            provider: "ses".into(),
            recipient: "hong@naver.com".into(),
            provider_id: Some("0100".into()),
            reason: Some(Reason::new("550", "없는 사용자", "correct it")),
            detail,
        };
        Told { kind: HookKind::Bounced, at: Wall(1_700_000_000_123), fact }
    }

    #[test]
    fn it_has_the_standards_shape() {
        let written = payload(&told(Some("smtp; 550 5.1.1".into())));
        let body: Value = serde_json::from_slice(&written.body).expect("JSON");
        let id = DeliveryId { message: MessageId([7; 16]), ordinal: 3 };
        let data = json!({
            "delivery": id.to_string(), "message": id.message.to_string(), "topic": "봄 소식", "lane": "bulk", "provider": "ses",
            "recipient": "hong@naver.com", "provider_id": "0100", "detail": "smtp; 550 5.1.1",
            "reason": {"code": "550", "text": "없는 사용자", "remedy": "correct it"},
        });
        assert_eq!(body, json!({"type": "delivery.bounced", "timestamp": "2023-11-14T22:13:20.123Z", "data": data}));
        assert_eq!(written.data, data);
    }

    #[test]
    fn a_detail_in_a_form_of_its_own_is_told_in_it() {
        let detail = |text: &str| payload(&told(Some(text.into()))).data["detail"].clone();
        assert_eq!(detail(r#"{"link":"https://shop.kr"}"#), json!({"link": "https://shop.kr"}));
        assert_eq!(detail("[1]"), json!("[1]"), "a text that happens to be JSON stays one");
        assert_eq!(payload(&told(Some(String::new()))).data.get("detail"), None);
    }

    #[test]
    fn however_much_is_said_it_stays_below_what_the_standard_allows() {
        let mut long = told(Some("가".repeat(50_000)));
        let Fact::Delivery { topic, recipient, provider_id, reason, .. } = &mut long.fact else { unreachable!() };
        (*topic, *recipient, *provider_id) = ("가".repeat(9_000), "a".repeat(9_000), Some("b".repeat(9_000)));
        *reason = Some(Reason::new("c".repeat(9_000), "라".repeat(9_000), "d".repeat(9_000)));
        let written = payload(&long);
        assert!(written.body.len() < 20_000, "{}", written.body.len());
        assert_eq!(written.data["detail_cut"], true);
        assert_eq!(written.data["detail"].as_str().map(|text| text.chars().count()), Some(MAX_DETAIL));
    }
}
