//! Complete answers of SES, and what they mean.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jebi_domain::outcome::{Limit, Outcome};

use super::{NOW, accepted, assert_transient, assert_unknown, mail, on_a_sender_thread, send, sender};
use crate::support::ses_stub::{Answer, SesStub, Step};

#[test]
fn an_accepted_mail_has_the_id_ses_gave_and_the_request_holds_the_whole_mime() {
    on_a_sender_thread(async {
        let stub = SesStub::start([Step::Answer(Answer::accepted("0100-abc"))]).await;
        let (_, sender) = sender(&stub.url()).await;
        assert_eq!(send(&*sender).await, accepted("0100-abc"));
        let request = stub.look(|s| s.requests[0].clone());
        assert!(request.head.starts_with("POST /v2/email/outbound-emails HTTP/1.1\r\n"), "{}", request.head);
        assert_eq!(request.header("host"), Some(format!("127.0.0.1:{}", stub.port).as_str()));
        assert_eq!(request.header("x-amz-date"), Some("20231114T221320Z"));
        let json: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
        let mime = STANDARD.decode(json["Content"]["Raw"]["Data"].as_str().expect("text")).expect("base64");
        assert_eq!(mime, [mail().head, mail().body.concat()].concat());
        assert_eq!(json["EmailTags"][0]["Value"], super::delivery().to_string());
        assert_eq!(json["Destination"]["ToAddresses"], serde_json::json!(["to@example.com"]));
    });
}

#[test]
fn each_refusal_has_its_outcome_on_the_wire_too() {
    type Check = fn(&Outcome) -> bool;
    let transient: Check = |o| matches!(o, Outcome::Transient { .. });
    let account: Check = |o| matches!(o, Outcome::RejectedAccount { .. });
    let permanent: Check = |o| matches!(o, Outcome::Permanent { .. });
    let unknown: Check = |o| matches!(o, Outcome::Unknown { .. });
    let rate: Check = |o| matches!(o, Outcome::Throttled { limit: Limit::Rate, .. });
    let daily: Check = |o| matches!(o, Outcome::Throttled { limit: Limit::Daily, .. });
    let rows: [(u16, &str, &str, Check); 14] = [
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", rate),
        (429, "TooManyRequestsException", "Daily message quota exceeded.", daily),
        (400, "LimitExceededException", "Daily message quota exceeded.", daily),
        (400, "Throttling", "Maximum sending rate exceeded.", rate),
        (400, "MessageRejected", "Email address is not verified. The following identities failed the check in region X: a@b.kr", permanent),
        (400, "MessageRejected", "Account is paused", account),
        (400, "SendingPausedException", "", account),
        (404, "NotFoundException", "Configuration set <x> does not exist.", account),
        (400, "BadRequestException", "bad", permanent),
        (403, "AccessDeniedException", "no", account),
        (500, "InternalServiceErrorException", "", transient),
        (502, "", "", unknown),
        (503, "", "", transient),
        (504, "", "", unknown),
    ];
    on_a_sender_thread(async move {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        for (status, kind, text, is) in rows {
            stub.push(Step::Answer(Answer::error(status, kind, text)));
            let outcome = send(&*sender).await;
            assert!(is(&outcome), "{status} {kind} {text}: {outcome:?}");
        }
        assert_eq!(stub.look(|s| s.connections), 1, "a complete answer leaves the connection good");
    });
}

#[test]
fn answers_in_chunks_and_with_a_closing_connection_are_read() {
    on_a_sender_thread(async {
        let script = [
            Step::Answer(Answer::accepted("in-chunks").chunked()),
            Step::AnswerThenClose(Answer::accepted("closing").header("connection", "close")),
            Step::RawThenClose(b"HTTP/1.1 200 OK\r\n\r\n{\"MessageId\":\"until-the-end\"}".to_vec()),
        ];
        let stub = SesStub::start(script).await;
        let (_, sender) = sender(&stub.url()).await;
        assert_eq!(send(&*sender).await, accepted("in-chunks"));
        assert_eq!(send(&*sender).await, accepted("closing"));
        assert_eq!(stub.look(|s| s.connections), 1);
        assert_eq!(send(&*sender).await, accepted("until-the-end"));
        assert_eq!(send(&*sender).await, accepted("stub-4"));
        assert_eq!(stub.look(|s| s.requests.iter().map(|r| r.connection).collect::<Vec<_>>()), [1, 1, 2, 3]);
    });
}

#[test]
fn an_acceptance_without_an_id_is_one_and_an_unreadable_one_is_unknown() {
    on_a_sender_thread(async {
        let script = [
            Step::Answer(Answer::new(200, "{}")),
            Step::Answer(Answer::new(200, "<html>welcome</html>")),
            Step::Answer(Answer::new(200, "{\"MessageId\":\"cut")),
            Step::Answer(Answer::new(200, "")),
            Step::Answer(Answer::new(200, &" ".repeat(70_000))),
        ];
        let stub = SesStub::start(script).await;
        let (_, sender) = sender(&stub.url()).await;
        assert_eq!(send(&*sender).await, accepted(""));
        for _ in 0..3 {
            assert_unknown(&send(&*sender).await, "bad_answer");
        }
        assert_unknown(&send(&*sender).await, "connection_lost");
    });
}

#[test]
fn a_wrong_clock_is_put_right_by_the_answers_date_and_blames_no_mail() {
    on_a_sender_thread(async {
        let late = "Signature expired: 20231114T221320Z is now earlier than 20231114T230820Z (20231114T231320Z - 5 min.)";
        let script = [Step::Answer(Answer::error(403, "SignatureDoesNotMatch", late).header("date", "Tue, 14 Nov 2023 23:13:20 GMT"))];
        let stub = SesStub::start(script).await;
        let (clock, sender) = sender(&stub.url()).await;
        assert_transient(&send(&*sender).await, "SignatureDoesNotMatch");
        assert_eq!(send(&*sender).await, accepted("stub-2"));
        clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(send(&*sender).await, accepted("stub-3"));
        let dates = stub.look(|s| s.requests.iter().map(|r| r.header("x-amz-date").expect("signed").to_owned()).collect::<Vec<_>>());
        assert_eq!(dates, ["20231114T221320Z", "20231114T231320Z", "20231114T231321Z"]);
        assert_eq!(NOW.seconds() % 60, 20);
    });
}
