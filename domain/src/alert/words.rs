//! What to do about an alert, for people, in the language they read.

use super::{AlertCode, Tell};

impl AlertCode {
    /// What to do.
    #[must_use]
    pub fn remedy(self, korean: bool) -> &'static str {
        let (english, other) = match self {
            Self::Reputation => (
                "look which mail bounces or is complained of, and clean that list before bulk mail is slowed",
                "반송되거나 신고된 메일을 확인하고, 대량 메일이 느려지기 전에 수신자 목록을 정리하세요",
            ),
            Self::BulkSlowed => (
                "clean the list; it goes faster by itself when the rate is well below the limit again",
                "수신자 목록을 정리하세요. 비율이 한도보다 충분히 낮아지면 속도가 저절로 회복됩니다",
            ),
            Self::BulkPaused => (
                "clean the list, then run `jebi reputation resume`; transactional mail goes on meanwhile",
                "수신자 목록을 정리한 뒤 `jebi reputation resume`을 실행하세요. 거래성 메일은 계속 발송됩니다",
            ),
            Self::TopicStopped => (
                "check where its addresses come from; then cancel the topic or resume it",
                "주소의 출처를 확인한 뒤 토픽을 취소하거나 재개하세요",
            ),
            Self::Failures => ("look at the reasons of failed deliveries", "실패한 메일의 사유를 확인하세요"),
            Self::QueueAge => (
                "look how the providers stand, and whether their rate is enough for what waits",
                "발송 서비스의 상태와, 속도가 대기 중인 메일에 충분한지 확인하세요",
            ),
            Self::ProviderStopped => (
                "see that the provider can be reached and that its account may send; its mail waits",
                "발송 서비스에 연결되는지, 계정이 발송할 수 있는지 확인하세요. 메일은 기다리고 있습니다",
            ),
            Self::AccountReview => (
                "look into the provider's console, clean the lists that bounce or are complained of, and answer its case",
                "발송 서비스의 콘솔을 확인하고, 반송·신고가 많은 목록을 정리한 뒤 문의에 답하세요",
            ),
            Self::Quota => (
                "ask the provider for a higher limit, or send less; bulk mail waits first",
                "발송 서비스에 한도 상향을 요청하거나 발송량을 줄이세요. 대량 메일이 먼저 기다립니다",
            ),
            Self::Unsettled => (
                "see that feedback comes in; what nobody knows can be settled by hand",
                "발송 결과 알림이 들어오는지 확인하세요. 알 수 없는 결과는 직접 확정할 수 있습니다",
            ),
            Self::Disk => (
                "make room: below the floor new mail is refused",
                "디스크 공간을 확보하세요. 최소 공간보다 적어지면 새 메일을 받지 않습니다",
            ),
            Self::FeedbackSilent => (
                "check the way feedback takes: the SNS topic, its subscription and the configuration set",
                "발송 결과 알림의 경로(SNS 토픽, 구독, 구성 세트)를 확인하세요",
            ),
        };
        if korean { other } else { english }
    }

    /// What it says of a value.
    #[must_use]
    pub fn what(self, subject: &str, value: f64, limit: f64, korean: bool) -> String {
        let of = if subject.is_empty() { String::new() } else { format!("{subject}: ") };
        let said = match (self, korean) {
            (Self::Reputation, false) => "too much mail bounces or is complained of".to_owned(),
            (Self::Reputation, true) => "반송되거나 신고되는 메일이 많습니다".to_owned(),
            (Self::BulkSlowed, false) => "bulk mail is slowed".to_owned(),
            (Self::BulkSlowed, true) => "대량 메일의 속도를 낮췄습니다".to_owned(),
            (Self::BulkPaused, false) => "bulk mail waits for a person".to_owned(),
            (Self::BulkPaused, true) => "대량 메일을 멈추었습니다. 사람이 재개해야 합니다".to_owned(),
            (Self::TopicStopped, false) => "the topic was paused because its first mails bounced".to_owned(),
            (Self::TopicStopped, true) => "처음 보낸 메일이 많이 반송되어 토픽을 멈추었습니다".to_owned(),
            (Self::Failures, false) => format!("{value:.1} % of the last hour's mail failed; the limit is {limit} %"),
            (Self::Failures, true) => format!("지난 한 시간 동안 메일의 {value:.1}%가 실패했습니다(한도 {limit}%)"),
            (Self::QueueAge, false) => format!("the oldest mail that is due waits for {value:.0} minutes; the limit is {limit}"),
            (Self::QueueAge, true) => format!("가장 오래된 메일이 {value:.0}분째 기다리고 있습니다(한도 {limit}분)"),
            (Self::ProviderStopped, false) => "nothing is sent".to_owned(),
            (Self::ProviderStopped, true) => "발송이 멈춰 있습니다".to_owned(),
            (Self::AccountReview, false) => "the provider has put the account under review".to_owned(),
            (Self::AccountReview, true) => "발송 서비스가 계정을 심사하고 있습니다".to_owned(),
            (Self::Quota, false) => format!("{value:.0} % of the limit of 24 hours are used"),
            (Self::Quota, true) => format!("24시간 한도의 {value:.0}%를 사용했습니다"),
            (Self::Unsettled, false) => format!("of {value:.0} recipients nobody knows whether their mail was sent"),
            (Self::Unsettled, true) => format!("수신자 {value:.0}명의 발송 여부를 알 수 없습니다"),
            (Self::Disk, false) => format!("{value:.0} MiB of room are left for new mail"),
            (Self::Disk, true) => format!("새 메일을 위한 공간이 {value:.0}MiB 남았습니다"),
            (Self::FeedbackSilent, false) => format!("nothing was heard of sent mail for {value:.0} hours"),
            (Self::FeedbackSilent, true) => format!("{value:.0}시간 동안 발송 결과 알림이 없었습니다"),
        };
        format!("{of}{said}")
    }
}

impl Tell {
    /// The word for people.
    #[must_use]
    pub fn word(self, korean: bool) -> &'static str {
        match (self, korean) {
            (Self::Raised, false) => "raised",
            (Self::Raised, true) => "발생",
            (Self::Reminded, false) => "still holds",
            (Self::Reminded, true) => "지속",
            (Self::Resolved, false) => "resolved",
            (Self::Resolved, true) => "해제",
        }
    }
}
