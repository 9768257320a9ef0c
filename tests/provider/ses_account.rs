//! The account's limits and state, asked over the wire.

use jebi_domain::{
    fake::ManualClock,
    port::{AccountReport, AccountState, Provider},
};

use super::{NOW, config, on_a_sender_thread, provider};
use crate::support::ses_stub::{Answer, SesStub, Step};

fn account(max: &str, enabled: bool, status: &str) -> Answer {
    let quota = format!("{{\"Max24HourSend\":{max},\"MaxSendRate\":14.0,\"SentLast24Hours\":12.0}}");
    Answer::new(
        200,
        &format!(
            "{{\"SendQuota\":{quota},\"SendingEnabled\":{enabled},\"ProductionAccessEnabled\":true,\"EnforcementStatus\":\"{status}\"}}"
        ),
    )
}

#[test]
fn limits_and_state_are_what_get_account_says() {
    on_a_sender_thread(async {
        let script = [account("50000.0", true, "HEALTHY"), account("-1.0", true, "PROBATION"), account("200.0", false, "HEALTHY")];
        let stub = SesStub::start(script.map(Step::Answer)).await;
        let ses = provider(config(&stub.url()), &ManualClock::new(NOW)).await;
        let wanted = AccountReport {
            at: NOW,
            max_send_rate: Some(14.0),
            max_24_hour_send: Some(50_000.0),
            sent_last_24_hours: Some(12.0),
            state: AccountState::Healthy,
            sandbox: false,
        };
        assert_eq!(ses.account().await.expect("SES has accounts").expect("an answer"), wanted);
        let second = ses.account().await.expect("SES has accounts").expect("an answer");
        assert_eq!((second.max_24_hour_send, second.state), (None, AccountState::Probation));
        let third = ses.account().await.expect("SES has accounts").expect("an answer");
        assert!(matches!(third.state, AccountState::Stopped(r) if r.remedy.contains("put-account-sending-attributes")));
        let request = stub.look(|s| s.requests[0].clone());
        assert!(request.head.starts_with("GET /v2/email/account HTTP/1.1\r\n"));
        assert!(request.header("authorization").expect("signed").contains("/ap-northeast-2/ses/aws4_request"));
    });
}

#[test]
fn a_refusal_is_told_with_its_remedy_and_not_repeated() {
    on_a_sender_thread(async {
        let script = [
            Answer::error(403, "AccessDeniedException", "User is not authorized to perform: ses:GetAccount"),
            Answer::error(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
            Answer::error(500, "InternalServiceErrorException", ""),
        ];
        let stub = SesStub::start(script.map(Step::Answer)).await;
        let ses = provider(config(&stub.url()), &ManualClock::new(NOW)).await;
        let mut reasons = Vec::new();
        for _ in 0..3 {
            reasons.push(ses.account().await.expect("SES has accounts").expect_err("refused"));
        }
        assert_eq!(reasons[0].code, "AccessDeniedException");
        assert!(reasons[0].remedy.contains("ses:GetAccount"));
        assert!(reasons[1].remedy.contains("access key"));
        assert!(!reasons[2].remedy.is_empty());
        assert_eq!(stub.look(|s| s.requests.len()), 3);
    });
}

#[test]
fn an_identity_is_verified_or_not_or_not_known_and_why() {
    on_a_sender_thread(async {
        let script = [
            Answer::new(200, r#"{"IdentityType":"EMAIL_ADDRESS","VerifiedForSendingStatus":true}"#),
            Answer::new(200, r#"{"IdentityType":"DOMAIN","VerifiedForSendingStatus":false,"VerificationStatus":"PENDING"}"#),
            Answer::error(404, "NotFoundException", "Email identity nobody.kr does not exist."),
            Answer::error(403, "AccessDeniedException", "User is not authorized to perform: ses:GetEmailIdentity"),
            Answer::error(404, "NotFoundException", "no such operation"),
        ];
        let stub = SesStub::start(script.map(Step::Answer)).await;
        let ses = provider(config(&stub.url()), &ManualClock::new(NOW)).await;
        let mut told = Vec::new();
        for identity in ["kim+news@example.kr", "example.kr", "nobody.kr", "secret.kr", "example.org"] {
            told.push(ses.identity(identity).expect("SES has identities").await);
        }
        assert_eq!(told[..3], [Ok(true), Ok(false), Ok(false)]);
        let reason = told[3].clone().expect_err("refused");
        assert!(reason.code == "AccessDeniedException" && reason.remedy.contains("ses:GetEmailIdentity"), "{reason:?}");
        assert!(told[4].is_err(), "a service without the operation is not one without the identity");
        let request = stub.look(|s| s.requests[0].clone());
        assert!(request.head.starts_with("GET /v2/email/identities/kim%2Bnews%40example.kr HTTP/1.1\r\n"), "{}", request.head);
    });
}
