use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{refusal::Refusal, time::Wall};

const TOPIC: &str = "arn:aws:sns:ap-northeast-2:111122223333:ses-events";
const PEM: &str = "https://sns.ap-northeast-2.amazonaws.com/SimpleNotificationService-0f1e.pem";
const SUBSCRIBE: &str = "https://sns.ap-northeast-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y";

fn notification() -> Value {
    json!({
        "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": "안녕\n줄", "Timestamp": "2026-11-20T01:02:03.456Z",
        "SignatureVersion": "1", "Signature": "c2ln", "SigningCertURL": PEM, "UnsubscribeURL": "https://evil.example/",
    })
}

fn confirmation(kind: &str) -> Value {
    let mut all = notification();
    (all["Type"], all["Token"], all["SubscribeURL"]) = (json!(kind), json!("t0k"), json!(SUBSCRIBE));
    all
}

fn read(value: &Value) -> Result<Envelope, Refusal> {
    Envelope::read(value.to_string().as_bytes())
}

/// Field and code of the refusal.
fn refused(value: &Value) -> (String, &'static str) {
    let fault = read(value).map_or_else(|e: Refusal| e.faults[0].clone(), |read| panic!("{read:?}"));
    assert!(!fault.remedy.is_empty());
    (fault.field, fault.code)
}

#[test]
fn what_is_signed_of_a_notification() {
    let read = read(&notification()).expect("as SNS sends it");
    let text = format!("Message\n안녕\n줄\nMessageId\nm-1\nTimestamp\n2026-11-20T01:02:03.456Z\nTopicArn\n{TOPIC}\nType\nNotification\n");
    assert_eq!(read.signed.text, text);
    assert_eq!((read.kind, read.signed.version), (Kind::Notification, SignatureVersion::Sha1));
    assert_eq!(read.at, Wall(1_795_136_523_456));
    assert_eq!(read.signed.certificate.file(), "SimpleNotificationService-0f1e.pem");
}

#[test]
fn a_subject_is_signed_only_where_there_is_one() {
    let signed = |subject: Option<Value>| {
        let mut all = notification();
        if let Some(subject) = subject {
            all["Subject"] = subject;
        }
        read(&all).expect("as SNS sends it").signed.text
    };
    let without = signed(None);
    assert_eq!(signed(Some(Value::Null)), without, "null is none");
    assert!(!without.contains("Subject"));
    assert!(signed(Some(json!("주문"))).contains("\nMessageId\nm-1\nSubject\n주문\nTimestamp\n"));
    assert!(signed(Some(json!(""))).contains("\nSubject\n\nTimestamp\n"), "an empty one is one");
}

#[test]
fn what_is_signed_of_confirmations() {
    for kind in ["SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        let read = read(&confirmation(kind)).expect("as SNS sends it");
        let text = format!(
            "Message\n안녕\n줄\nMessageId\nm-1\nSubscribeURL\n{SUBSCRIBE}\nTimestamp\n2026-11-20T01:02:03.456Z\nToken\nt0k\nTopicArn\n{TOPIC}\n\
             Type\n{kind}\n"
        );
        assert_eq!(read.signed.text, text);
        let expected = Kind::SubscriptionConfirmation(Confirmation { subscribe_url: SUBSCRIBE.to_owned() });
        assert_eq!(read.kind == expected, kind == "SubscriptionConfirmation");
    }
}

#[test]
fn what_no_sns_sends_is_refused_by_name() {
    let with = |field: &str, value: Value| {
        let mut all = notification();
        all[field] = value;
        refused(&all)
    };
    for field in ["Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"] {
        let mut all = notification();
        all.as_object_mut().expect("an object").remove(field);
        assert_eq!(refused(&all).0, field, "missing");
        assert_eq!(with(field, Value::Null).0, field, "null");
        assert_eq!(with(field, json!(7)).0, "body", "a number");
    }
    for version in ["0", "3", "", "01", "1 ", "SHA256"] {
        assert_eq!(with("SignatureVersion", json!(version)), ("SignatureVersion".into(), "invalid_sns_message"), "{version:?}");
    }
    assert_eq!(with("Type", json!("notification")).0, "Type");
    assert_eq!(with("Timestamp", json!("yesterday")).0, "Timestamp");
    assert_eq!(with("MessageId", json!("a\nType\nb")).0, "MessageId");
    assert_eq!(with("Signature", json!("A".repeat(1_369))).0, "Signature");
    assert_eq!(with("TopicArn", json!("arn:aws:sqs:ap-northeast-2:111122223333:q")).1, "invalid_topic_arn");
    assert_eq!(with("SigningCertURL", json!("https://sns.evil.example/a.pem")).0, "SigningCertURL");
    assert_eq!(
        with("SigningCertURL", json!(PEM.replace("ap-northeast-2", "us-east-1"))).0,
        "SigningCertURL",
        "SNS signs where the topic is"
    );
    for field in ["Token", "SubscribeURL"] {
        let mut all = confirmation("SubscriptionConfirmation");
        all.as_object_mut().expect("an object").remove(field);
        assert_eq!(refused(&all).0, field);
    }
    let mut elsewhere = confirmation("SubscriptionConfirmation");
    elsewhere["SubscribeURL"] = json!("https://169.254.169.254/?Action=ConfirmSubscription");
    assert_eq!(refused(&elsewhere).0, "SubscribeURL");
    for body in ["", "[]", "\"Notification\"", "Successfully validated", "{", "{} {}"] {
        assert_eq!(Envelope::read(body.as_bytes()).expect_err("no envelope").faults[0].field, "body", "{body:?}");
    }
    let twice = notification().to_string().replacen('{', r#"{"Message":"another","#, 1);
    assert!(Envelope::read(twice.as_bytes()).is_err(), "what is given twice could be read in two ways");
}

#[test]
fn a_large_value_is_not_told_whole() {
    let body = format!("\"{}\"", "가".repeat(100_000));
    let told = Envelope::read(body.as_bytes()).expect_err("no envelope").faults.remove(0);
    assert!(told.fault.len() < 1_000, "{}", told.fault.len());
}

#[test]
fn a_bare_message_is_told_as_raw_delivery() {
    assert_eq!(refused(&json!({"eventType": "Delivery", "mail": {}})).1, "sns_raw_delivery");
    assert_eq!(refused(&json!({})).1, "sns_raw_delivery");
}

#[test]
fn only_sns_itself_has_certificates() {
    for good in
        [PEM, "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem", "https://sns.us-gov-west-1.amazonaws.com/a.pem"]
    {
        assert!(CertificateUrl::parse(good).is_some(), "{good}");
    }
    for bad in [
        "http://sns.ap-northeast-2.amazonaws.com/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com:443/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com:8443/a.pem",
        "https://user@sns.ap-northeast-2.amazonaws.com/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com@evil.example/a.pem",
        "https://evil.example/sns.ap-northeast-2.amazonaws.com/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com.evil.example/a.pem",
        "https://sns.s3.amazonaws.com.evil/a.pem",
        // Buckets and other services under the same domain.
        "https://mybucket.s3.amazonaws.com/a.pem",
        "https://sns.mybucket.s3.amazonaws.com/a.pem",
        "https://sns.us-east-1.s3.amazonaws.com/a.pem",
        "https://sns-us-east-1.amazonaws.com/a.pem",
        "https://s3.ap-northeast-2.amazonaws.com/sns/a.pem",
        "https://sns.a.amazonaws.com/a.pem",
        "https://sns.ab.amazonaws.com/a.pem",
        "https://sns..amazonaws.com/a.pem",
        "https://sns.ap_northeast.amazonaws.com/a.pem",
        "https://SNS.ap-northeast-2.amazonaws.com/a.pem",
        // One host must not count as many.
        "https://sns.Ap-Northeast-2.amazonaws.com/a.pem",
        "HTTPS://sns.ap-northeast-2.amazonaws.com/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com/a.pem?x",
        "https://sns.ap-northeast-2.amazonaws.com/a.pem#x",
        "https://sns.ap-northeast-2.amazonaws.com/a.pem/",
        "https://sns.ap-northeast-2.amazonaws.com/?a.pem",
        "https://sns.ap-northeast-2.amazonaws.com/../a.pem",
        "https://sns.ap-northeast-2.amazonaws.com//evil.example/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com/a%00.pem",
        "https://sns.ap-northeast-2.amazonaws.com\\@evil.example/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com/a.pem\n",
        "https://sns.ap-northeast-2.amazonaws.com",
        "https://sns.amazonaws.com/a.pem",
        "https://169.254.169.254/a.pem",
        "",
    ] {
        assert_eq!(CertificateUrl::parse(bad), None, "{bad}");
    }
}

#[test]
fn certificates_go_by_the_names_sns_uses() {
    let names = |url| CertificateUrl::parse(url).expect("good").names();
    let seoul = names(PEM);
    assert!(seoul.contains(&"sns.amazonaws.com".to_owned()) && seoul.contains(&"sns.ap-northeast-2.amazonaws.com".to_owned()));
    assert!(names("https://sns.me-south-1.amazonaws.com/a.pem").contains(&"sns-signing.me-south-1.amazonaws.com".to_owned()));
    assert!(names("https://sns.cn-north-1.amazonaws.com.cn/a.pem").contains(&"sns-cn-north-1.amazonaws.com.cn".to_owned()));
    assert!(names("https://sns.us-gov-east-1.amazonaws.com/a.pem").contains(&"sns-us-gov-west-1.amazonaws.com".to_owned()));
    assert!(!seoul.iter().any(|name| name.contains("gov") || name.contains("us-east-1")));
}

#[test]
fn only_sns_itself_is_visited() {
    assert!(is_subscribe_url(SUBSCRIBE));
    assert!(is_subscribe_url("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription&Token=1"));
    for bad in [
        "http://sns.ap-northeast-2.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.ap-northeast-2.amazonaws.com:8080/?Action=ConfirmSubscription",
        "https://sns.ap-northeast-2.amazonaws.com/ ?Action=ConfirmSubscription",
        "https://sns.ap-northeast-2.amazonaws.com/a?Action=ConfirmSubscription",
        "https://sns.ap-northeast-2.amazonaws.com@evil.example/?Action=ConfirmSubscription",
        "https://sns.ap-northeast-2.amazonaws.com/?a\r\nHost: evil",
        "https://sns.ap-northeast-2.amazonaws.com/?a#b",
        "https://bucket.s3.amazonaws.com/?Action=ConfirmSubscription",
        "https://localhost/?Action=ConfirmSubscription",
    ] {
        assert!(!is_subscribe_url(bad), "{bad}");
    }
}

#[test]
fn issuers_are_fetched_from_amazons_authority_only() {
    assert!(
        is_issuer_url("http://crt.r2m01.amazontrust.com/r2m01.cer") && is_issuer_url("https://crt.rootca1.amazontrust.com/rootca1.cer")
    );
    for bad in [
        "http://amazontrust.com/a.cer",
        "http://.amazontrust.com/a.cer",
        "http://crt.amazontrust.com:80/a.cer",
        "http://crt.amazontrust.com.evil.example/a.cer",
        "http://u@crt.amazontrust.com/a.cer",
        "http://evil.example/crt.amazontrust.com/a.cer",
        "http://crt.amazontrust.com/a/b.cer",
        "http://crt.amazontrust.com/",
        "ftp://crt.amazontrust.com/a.cer",
        "ldap://crt.amazontrust.com/a.cer",
    ] {
        assert!(!is_issuer_url(bad), "{bad}");
    }
}

#[test]
fn topics_are_read_exactly() {
    let seoul = TopicArn::parse(TOPIC).expect("an ARN");
    assert_eq!((seoul.region(), seoul.account(), seoul.as_str()), ("ap-northeast-2", "111122223333", TOPIC));
    assert_eq!(TopicArn::parse("arn:aws-cn:sns:cn-north-1:111122223333:a_B-1").expect("an ARN").region(), "cn-north-1");
    for bad in [
        "",
        "ses-events",
        "arn:aws:sns:ap-northeast-2:111122223333",
        "arn:aws:sns:ap-northeast-2:111122223333:",
        "arn:aws:sns:ap-northeast-2:111122223333:a:b",
        "arn:aws:sns:ap-northeast-2:11112222333:a",
        "arn:aws:sns:ap-northeast-2:11112222333x:a",
        "arn:aws:sns::111122223333:a",
        "arn:aws:sqs:ap-northeast-2:111122223333:a",
        "arn:gcp:sns:ap-northeast-2:111122223333:a",
        "arn:aws:sns:ap-northeast-2:111122223333:a.fifo",
        "arn:aws:sns:ap-northeast-2:111122223333:한글",
        " arn:aws:sns:ap-northeast-2:111122223333:a",
    ] {
        assert!(TopicArn::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn who_may_report() {
    let topic = |account: &str| TopicArn::parse(&format!("arn:aws:sns:ap-northeast-2:{account}:t")).expect("an ARN");
    let own = [OwnAccount { region: "ap-northeast-2".into(), account: "111122223333".into() }];
    let (ours, theirs) = (topic("111122223333"), topic("999988887777"));
    let judged = |t: &TopicArn, listed: &[TopicArn], verdict, confirmed| standing(t, listed, verdict, confirmed, &own);
    assert_eq!(judged(&ours, &[], Verdict::None, false), Standing::Own);
    assert_eq!(judged(&theirs, &[], Verdict::None, false), Standing::Waiting);
    assert_eq!(judged(&theirs, &[], Verdict::None, true), Standing::Confirmed, "where the account cannot be asked now");
    assert_eq!(judged(&theirs, &[], Verdict::Allowed, false), Standing::Allowed);
    assert_eq!(judged(&ours, &[], Verdict::Removed, true), Standing::Removed);
    let listed = [theirs.clone()];
    assert_eq!(judged(&theirs, &listed, Verdict::Removed, false), Standing::Listed, "the configuration says so");
    assert_eq!(judged(&ours, &listed, Verdict::None, true), Standing::Waiting, "with a list only that counts");
    assert_eq!(judged(&ours, &listed, Verdict::Allowed, false), Standing::Allowed, "and what a person allowed");
    let elsewhere = TopicArn::parse("arn:aws:sns:us-east-1:111122223333:t").expect("an ARN");
    assert_eq!(judged(&elsewhere, &[], Verdict::None, false), Standing::Waiting, "our account, another region");
    for verdict in [Verdict::None, Verdict::Allowed, Verdict::Removed] {
        assert_eq!(Verdict::from_code(verdict.code()), Some(verdict));
    }
}

#[test]
fn a_message_is_taken_as_long_as_sns_may_repeat_it() {
    let now = Wall(1_700_000_000_000);
    let at = |seconds: i64| age(Wall(now.0 + seconds * 1000), now);
    assert_eq!((at(0), at(-3_900), at(300)), (Age::Fresh, Age::Fresh, Age::Fresh));
    assert_eq!((at(-3_901), at(301)), (Age::Stale, Age::Early));
}

/// Addresses that resemble those of SNS.
const LOOKALIKE: &str =
    "(https?://)?[a-z@:./?#\\\\-]{0,12}(sns\\.)?[a-z0-9.@:-]{0,16}(\\.amazonaws\\.com)(\\.cn)?[a-z@:./?#\\\\]{0,10}(\\.pem)?";

proptest! {
    /// Whatever is read as an address of SNS has SNS's host, by a parser that shares nothing with ours.
    #[test]
    fn what_passes_has_the_host_of_sns(text in LOOKALIKE) {
        let host = |text: &str| {
            let rest = text.strip_prefix("https://").expect("https");
            let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
            rest[..end].to_owned()
        };
        let is_sns = |host: &str| {
            let labels: Vec<&str> = host.split('.').collect();
            let tail = if labels.len() == 5 { vec!["amazonaws", "com", "cn"] } else { vec!["amazonaws", "com"] };
            labels.len() == tail.len() + 2 && labels[0] == "sns" && labels[1].len() >= 3 && labels[2..] == tail[..]
        };
        if CertificateUrl::parse(&text).is_some() || is_subscribe_url(&text) {
            prop_assert!(is_sns(&host(&text)), "{}", text);
        }
    }

    /// No body makes reading panic.
    #[test]
    fn any_body_is_answered(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Envelope::read(&body);
    }

    /// Values cannot move the borders between fields unseen: different messages have different texts, or break a line in an id.
    #[test]
    fn the_signed_text_holds_the_values_whole(message in "\\PC{0,40}", subject in proptest::option::of("\\PC{0,20}")) {
        let mut all = notification();
        all["Message"] = json!(format!("x{message}"));
        all["Subject"] = json!(subject);
        let text = read(&all).expect("as SNS sends it").signed.text;
        let begins = format!("Message\nx{message}\nMessageId\nm-1\n");
        prop_assert!(text.starts_with(&begins));
    }
}
