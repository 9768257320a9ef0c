//! A happening in words for people: a headline, and a line for each detail.

use serde_json::Value;

use super::{endpoint::Speech, kind::HookKind, payload::Payload};

/// What people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub headline: String,
    /// Name and value.
    pub lines: Vec<(String, String)>,
}

/// Longest value shown, in characters.
const LONGEST: usize = 400;
/// Most lines shown.
const MOST: usize = 16;

/// The happening in words.
#[must_use]
pub fn words(payload: &Payload, speech: Speech) -> Words {
    let mut lines = Vec::new();
    for (name, value) in payload.data.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            // One level deep: a reason's code and text, a topic's counts.
            Value::Object(inner) => {
                lines.extend(inner.iter().filter(|(_, v)| !v.is_null() && **v != "").map(|(n, v)| (label(n, speech), shown(v))));
            }
            value => lines.push((label(name, speech), shown(value))),
        }
    }
    lines.truncate(MOST);
    Words { headline: format!("[Jebi] {}", headline(payload.kind, speech)), lines }
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn headline(kind: HookKind, speech: Speech) -> &'static str {
    let (english, korean) = match kind {
        HookKind::Sent => ("A mail was sent", "메일이 발송되었습니다"),
        HookKind::Failed => ("A mail could not be sent", "메일을 보내지 못했습니다"),
        HookKind::Expired => ("A mail was too late to be sent", "발송 기한이 지난 메일이 있습니다"),
        HookKind::Cancelled => ("A mail was cancelled", "메일 발송이 취소되었습니다"),
        HookKind::Suppressed => ("A recipient is on the suppression list", "수신자가 발송 제외 목록에 있습니다"),
        HookKind::Unknown => ("Nobody knows whether a mail was sent", "발송 여부를 알 수 없는 메일이 있습니다"),
        HookKind::Delivered => ("A mail was delivered", "메일이 배달되었습니다"),
        HookKind::Bounced => ("A mail bounced", "메일이 반송되었습니다"),
        HookKind::SoftBounced => ("A mail bounced for now", "메일이 일시적으로 반송되었습니다"),
        HookKind::Complained => ("A mail was reported as spam", "메일이 스팸으로 신고되었습니다"),
        HookKind::Delayed => ("A mail is delayed", "메일 배달이 지연되고 있습니다"),
        HookKind::Rejected => ("A mail was rejected by the provider", "발송 서비스가 메일을 거부했습니다"),
        HookKind::Opened | HookKind::OpenedByPerson => ("A mail was opened", "메일이 열렸습니다"),
        HookKind::Clicked | HookKind::ClickedByPerson => ("A link in a mail was followed", "메일의 링크가 클릭되었습니다"),
        HookKind::Unsubscribed => ("A recipient unsubscribed", "수신자가 수신을 거부했습니다"),
        HookKind::TopicFinished => ("A topic is finished", "토픽 발송이 끝났습니다"),
        HookKind::AlertRaised => ("Alert", "경보가 발생했습니다"),
        HookKind::AlertResolved => ("Alert resolved", "경보가 해제되었습니다"),
        HookKind::EndpointDisabled => ("A webhook endpoint was disabled", "웹훅 엔드포인트가 중지되었습니다"),
        HookKind::EndpointTest => ("This is a test", "시험 알림입니다"),
    };
    if speech == Speech::Korean { korean } else { english }
}

/// What a detail is called. One without a name here is called as in the payload.
fn label(name: &str, speech: Speech) -> String {
    let (english, korean) = match name {
        "delivery" => ("Delivery", "배달"),
        "message" => ("Message", "메시지"),
        "topic" => ("Topic", "토픽"),
        "lane" => ("Lane", "레인"),
        "recipient" => ("Recipient", "수신자"),
        "provider" => ("Provider", "발송 서비스"),
        "provider_id" => ("Provider's id", "발송 서비스 ID"),
        "code" => ("Code", "코드"),
        "text" => ("Text", "내용"),
        "remedy" => ("What to do", "조치"),
        "detail" => ("Detail", "상세"),
        "endpoint" => ("Endpoint", "엔드포인트"),
        "target" => ("Target", "대상"),
        "reason" => ("Reason", "사유"),
        "total" => ("Total", "전체"),
        "sent" => ("Sent", "발송"),
        "failed" => ("Failed", "실패"),
        "suppressed" => ("Suppressed", "제외"),
        "cancelled" => ("Cancelled", "취소"),
        "expired" => ("Expired", "기한 만료"),
        "unknown" => ("Unknown", "확인 불가"),
        other => return other.to_owned(),
    };
    if speech == Speech::Korean { korean } else { english }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hook::{Fact, Told, payload},
        time::Wall,
    };
    use serde_json::json;

    fn of(kind: HookKind, data: Value) -> Payload {
        payload(&Told { kind, at: Wall(0), fact: Fact::Data(data) })
    }

    #[test]
    fn both_languages_name_what_happened_and_its_details() {
        let payload = of(HookKind::Bounced, json!({"recipient": "hong@naver.com", "topic": null, "reason": {"code": "550", "text": ""}}));
        let korean = words(&payload, Speech::Korean);
        assert_eq!(korean.headline, "[Jebi] 메일이 반송되었습니다");
        assert_eq!(korean.lines, [("코드".to_owned(), "550".to_owned()), ("수신자".to_owned(), "hong@naver.com".to_owned())]);
        assert_eq!(words(&payload, Speech::English).headline, "[Jebi] A mail bounced");
    }

    #[test]
    fn what_is_long_or_much_is_shown_in_part() {
        let many: serde_json::Map<String, Value> = (0..40).map(|i| (format!("k{i}"), json!("가".repeat(900)))).collect();
        let shown = words(&of(HookKind::AlertRaised, Value::Object(many)), Speech::English);
        assert_eq!(shown.lines.len(), MOST);
        assert!(shown.lines.iter().all(|(_, value)| value.chars().count() == LONGEST + 1 && value.ends_with('…')));
    }
}
