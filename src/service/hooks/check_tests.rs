use super::*;

fn request(kind: &str) -> EndpointRequest {
    EndpointRequest { kind: Some(kind.into()), ..EndpointRequest::default() }
}

fn of(request: EndpointRequest) -> Result<Checked, Vec<(String, &'static str)>> {
    new(request, Speech::Korean).map_err(|refusal| refusal.faults.into_iter().map(|f| (f.field, f.code)).collect())
}

fn faults(request: EndpointRequest) -> Vec<(String, &'static str)> {
    of(request).err().unwrap_or_default()
}

#[test]
fn each_kind_is_somewhere_and_the_urls_of_chats_are_not_shown() {
    let url = |kind: &str, url: &str| of(EndpointRequest { url: Some(url.into()), ..request(kind) }).expect("good").spec;
    assert_eq!(url("webhook", "https://shop.kr/hooks?a=b").target, "https://shop.kr/hooks?a=b");
    assert_eq!(url("slack", "https://hooks.slack.com/services/T/B/x").target, "https://hooks.slack.com/…");
    assert_eq!(url("discord", "https://discord.com/api/webhooks/1/x").target, "https://discord.com/…");
    let sns = of(EndpointRequest { topic_arn: Some("arn:aws:sns:ap-northeast-2:123456789012:alerts".into()), ..request("sns") });
    assert_eq!(sns.expect("good").spec.target, "arn:aws:sns:ap-northeast-2:123456789012:alerts");
    let mail = of(EndpointRequest { to: Some(vec!["ops@shop.kr".into()]), ..request("mail") }).expect("good");
    assert_eq!((mail.spec.to, mail.spec.language), (vec!["ops@shop.kr".to_owned()], Speech::Korean));
    assert_eq!(mail.spec.filter.events, ["alert.*", "endpoint.*", "topic.*"]);
}

#[test]
fn every_fault_is_found_at_once() {
    let bad = EndpointRequest {
        url: Some("https://user@shop.kr/".into()),
        to: Some(vec!["x".into()]),
        description: Some("가".repeat(201)),
        language: Some("fr".into()),
        events: Some(vec!["delivery.sent".into(), "delivery.vanished".into()]),
        topics: Some(vec!["a*b".into()]),
        ..request("webhook")
    };
    let found: Vec<String> = faults(bad).into_iter().map(|(field, code)| format!("{field} {code}")).collect();
    let expected = ["to wrong_target", "url invalid_url", "description too_long", "language invalid_language", "events[1] unknown_event"];
    assert_eq!(found[..5], expected);
    assert_eq!(found[5..], ["topics[0] invalid_pattern"]);
}

#[test]
fn a_bad_place_is_told() {
    assert_eq!(faults(request("webhook")), [("url".to_owned(), "missing_field")]);
    assert_eq!(faults(request("fax")), [("kind".to_owned(), "invalid_kind")]);
    for bad in
        ["ftp://shop.kr/", "shop.kr/x", "https://", "https://shop.kr/ x", "https://한국.kr/", "https://shop.kr/#a", "https://shop.kr\\@b/"]
    {
        let found = faults(EndpointRequest { url: Some(bad.into()), ..request("webhook") });
        assert_eq!(found, [("url".to_owned(), "invalid_url")], "{bad}");
    }
    for bad in [
        "",
        "arn:aws:sqs:ap-northeast-2:123456789012:a",
        "arn:aws:sns:ap-northeast-2:1234:a",
        "arn:aws:sns::123456789012:a",
        "arn:aws:sns:ap-northeast-2:123456789012:a.fifo",
    ] {
        assert!(!is_topic_arn(bad), "{bad}");
    }
}

#[test]
fn mail_is_not_sent_for_each_mail() {
    for events in [vec!["*".to_owned()], vec!["delivery.bounced".to_owned()], vec!["delivery*".to_owned()]] {
        let found = faults(EndpointRequest { to: Some(vec!["ops@shop.kr".into()]), events: Some(events), ..request("mail") });
        assert_eq!(found, [("events".to_owned(), "too_many_events")]);
    }
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let known = of(EndpointRequest { url: Some("https://shop.kr/a".into()), topics: Some(vec!["봄*".into()]), ..request("webhook") });
    let known = known.expect("good").spec;
    let change = EndpointChange { description: Some("결제".into()), ..EndpointChange::default() };
    let Checked { spec, url } = changed(change, &known).expect("good");
    assert_eq!((spec.description.as_str(), &spec.filter, &spec.target, url), ("결제", &known.filter, &known.target, None));
    let refused = changed(request("slack"), &known).err().expect("refused");
    assert_eq!(refused.faults[0].code, "invalid_kind");
}
