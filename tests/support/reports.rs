//! Reports of sent mail, as providers and receivers make them.

use serde_json::{Value, json};

/// An event or notification of SES as its guide shows it (`domain/fixtures/ses/`).
macro_rules! ses_fixture {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/domain/fixtures/ses/", $name, ".json"))
    };
}
pub(crate) use ses_fixture;

/// A fixture, of the mail with this id of SES and to this address; with our own tag where it has a delivery.
pub fn ses_event(fixture: &str, ses_id: &str, to: &str, delivery: Option<&str>) -> String {
    let mut event: Value = serde_json::from_str(fixture).expect("JSON");
    let own = event["mail"]["destination"][0].as_str().expect("an address").to_owned();
    event["mail"]["messageId"] = ses_id.into();
    if let Some(delivery) = delivery {
        event["mail"]["tags"]["jebi-delivery"] = json!([delivery]);
    }
    event.to_string().replace(&own, to)
}

/// A permanent bounce of a delivery as an MTA reports it by mail (RFC 3464).
pub fn dsn(delivery: &str, to: &str, action: &str, status: &str, words: &str) -> String {
    report(
        "delivery-status",
        &format!(
            "Reporting-MTA: dns; mail.example.kr\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
             Diagnostic-Code: smtp; {words}\r\n"
        ),
        delivery,
    )
}

/// A complaint as a mailbox provider passes it on (RFC 5965).
pub fn arf(delivery: &str, to: &str) -> String {
    report(
        "feedback-report",
        &format!("Feedback-Type: abuse\r\nUser-Agent: FBL/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <{to}>\r\n"),
        delivery,
    )
}

fn report(kind: &str, machine: &str, delivery: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.example.kr\r\nTo: shop@example.kr\r\nSubject: =?utf-8?B?67CY7Iah?=\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n배달하지 못했습니다.\r\n\r\n\
         --b\r\nContent-Type: message/{kind}\r\n\r\n{machine}\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: shop@example.kr\r\nX-Jebi-Delivery-Id: {delivery}\r\n\r\n--b--\r\n"
    )
}
