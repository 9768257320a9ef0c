//! Every error SES is known to give, and what it means.

use super::*;

#[derive(Debug, PartialEq, Eq)]
enum Is {
    Rate,
    Daily,
    Transient,
    Permanent,
    Account,
    Unknown,
}
use Is::{Account, Daily, Permanent, Rate, Transient, Unknown};

fn of(outcome: &Outcome) -> (Is, &Reason) {
    match outcome {
        Outcome::Throttled { limit: Limit::Rate, reason } => (Rate, reason),
        Outcome::Throttled { limit: Limit::Daily, reason } => (Daily, reason),
        Outcome::Transient { reason } => (Transient, reason),
        Outcome::Permanent { reason } => (Permanent, reason),
        Outcome::RejectedAccount { reason } => (Account, reason),
        Outcome::Unknown { reason } => (Unknown, reason),
        _ => panic!("no answer means that: {outcome:?}"),
    }
}

const NOT_VERIFIED: &str =
    "Email address is not verified. The following identities failed the check in region AP-NORTHEAST-2: a@example.com";

const ROWS: &[(u16, &str, &str, Is)] = &[
    (429, "TooManyRequestsException", "Maximum sending rate exceeded.", Rate),
    (429, "TooManyRequestsException", "", Rate),
    (429, "TooManyRequestsException", "Daily message quota exceeded.", Daily),
    (429, "", "", Rate),
    (400, "LimitExceededException", "Daily message quota exceeded", Daily),
    (400, "LimitExceededException", "Maximum sending rate exceeded.", Rate),
    (400, "LimitExceededException", "too many resources", Transient),
    (400, "Throttling", "Maximum sending rate exceeded.", Rate),
    (400, "Throttling", "Daily message quota exceeded.", Daily),
    (400, "ThrottlingException", "Rate exceeded", Rate),
    (400, "MessageRejected", NOT_VERIFIED, Permanent),
    (400, "MessageRejected", "Account is paused", Account),
    (400, "MessageRejected", "Your account is paused. Contact support.", Account),
    (400, "MessageRejected", "Sending paused for this account.", Account),
    (400, "MessageRejected", "Email with a virus was found", Permanent),
    (400, "MailFromDomainNotVerifiedException", "MAIL FROM domain is not verified", Account),
    (404, "NotFoundException", "Configuration set <events> does not exist.", Account),
    (404, "NotFoundException", "Template x does not exist.", Account),
    (400, "ConfigurationSetDoesNotExist", "Configuration set `x` does not exist.", Account),
    (400, "ConfigurationSetDoesNotExistException", "", Account),
    (400, "SendingPausedException", "Email sending is disabled", Account),
    (400, "AccountSendingPausedException", "", Account),
    (400, "ConfigurationSetSendingPausedException", "", Account),
    (400, "AccountSuspendedException", "The account is suspended", Account),
    (400, "BadRequestException", "Missing final '@domain'", Permanent),
    (400, "ValidationException", "1 validation error detected", Permanent),
    (400, "SerializationException", "unexpected token", Permanent),
    (400, "SomethingNewException", "a type nobody knows yet", Permanent),
    (413, "", "", Permanent),
    (500, "InternalServiceErrorException", "", Transient),
    (500, "InternalFailure", "", Transient),
    (500, "ConcurrentModificationException", "", Transient),
    (409, "ConflictException", "", Transient),
    (500, "", "", Transient),
    (503, "ServiceUnavailable", "", Transient),
    (503, "", "", Transient),
    (408, "", "", Transient),
    (502, "", "", Unknown),
    (502, "InternalServiceErrorException", "", Unknown),
    (504, "", "", Unknown),
    (403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: ses:SendEmail", Account),
    (403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", Account),
    (403, "InvalidSignatureException", "The request signature we calculated does not match", Account),
    (403, "InvalidClientTokenId", "The security token included in the request is invalid.", Account),
    (403, "UnrecognizedClientException", "The security token included in the request is invalid.", Account),
    (403, "ExpiredTokenException", "The security token included in the request is expired", Account),
    (400, "ExpiredToken", "", Account),
    (403, "MissingAuthenticationTokenException", "Missing Authentication Token", Account),
    (403, "SomethingNewException", "", Account),
    (403, "", "<html>Forbidden</html>", Account),
    (403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", Transient),
    (403, "SignatureDoesNotMatch", "Signature expired: 20231114T221320Z is now earlier than 20231114T223000Z (…)", Transient),
    (403, "InvalidSignatureException", "Signature not yet current: 20231114T221320Z is still later than 20231114T220000Z", Transient),
    (400, "", "<html>a proxy's page</html>", Account),
    (404, "", "", Account),
    (404, "UnknownOperationException", "", Account),
    (301, "", "", Account),
    (407, "", "", Account),
];

#[test]
fn every_known_error_has_its_outcome_with_a_code_a_text_and_a_remedy() {
    for (status, kind, text, wanted) in ROWS {
        let outcome = Refusal::new(*status, kind, (*text).to_owned()).outcome();
        let (is, reason) = of(&outcome);
        assert_eq!(&is, wanted, "{status} {kind} {text}");
        assert!(!reason.code.is_empty() && !reason.text.is_empty() && !reason.remedy.is_empty(), "{status} {kind}: {reason:?}");
    }
}

#[test]
fn a_remedy_speaks_of_its_own_fault() {
    let remedy = |kind: &str, text: &str| of(&Refusal::new(400, kind, text.to_owned()).outcome()).1.remedy.clone();
    assert!(remedy("MessageRejected", NOT_VERIFIED).contains("verify"));
    assert!(remedy("MessageRejected", NOT_VERIFIED).contains("sandbox"));
    assert!(remedy("NotFoundException", "Configuration set <x> does not exist.").contains("configuration set"));
    assert!(remedy("AccessDeniedException", "").contains("ses:SendRawEmail"));
    assert!(remedy("SendingPausedException", "").contains("paused"));
}

#[test]
fn the_type_is_read_from_header_or_body_in_every_spelling() {
    let body = br#"{"message":"m","__type":"com.amazonaws.sesv2#BadRequestException"}"#;
    let r = Refusal::read(400, None, body);
    assert_eq!((r.kind.as_str(), r.text.as_str()), ("BadRequestException", "m"));
    let r = Refusal::read(400, Some("MessageRejected:http://internal.amazon.com/coral/"), br#"{"Message":"M"}"#);
    assert_eq!((r.kind.as_str(), r.text.as_str()), ("MessageRejected", "M"));
    let r = Refusal::read(429, None, br#"{"code":"TooManyRequestsException"}"#);
    assert_eq!((r.kind.as_str(), r.text.as_str()), ("TooManyRequestsException", ""));
    let r = Refusal::read(503, None, b"<html>busy</html>");
    assert_eq!((r.kind.as_str(), r.text.as_str()), ("", ""));
}

#[test]
fn the_canonical_request_is_not_repeated() {
    let text =
        "The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:geheim'";
    let reason = Refusal::new(403, "SignatureDoesNotMatch", text.into()).reason();
    assert_eq!(reason.text, "The signature does not match.");
}

#[test]
fn skew_and_refused_keys_are_told_apart() {
    let of = |kind: &str, text: &str| Refusal::new(403, kind, text.into());
    assert!(of("SignatureDoesNotMatch", "Signature expired: …").is_skew());
    assert!(!of("SignatureDoesNotMatch", "Signature expired: …").is_credentials());
    assert!(of("ExpiredTokenException", "").is_credentials());
    assert!(!of("AccessDeniedException", "").is_credentials());
}
