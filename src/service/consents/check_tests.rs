use std::{sync::Arc, time::Duration};

use jebi_domain::{
    message::Mailbox,
    profile::{Company, Profile, Tracking},
};
use jiff::tz::TimeZone;

use super::*;

fn at(text: &str) -> Wall {
    Wall::from(text.parse::<jiff::Timestamp>().expect("a time"))
}

fn profiles() -> Directory {
    let profile = |name: &str, consent_notices| {
        let from = Mailbox { email: "news@jebi.example".into(), name: None };
        let (reply_to, company, tracking) = (vec![], Company::default(), Tracking::default());
        let name = name.to_owned();
        let profile =
            Profile { name, from, reply_to, company, language: None, tracking, unsubscribe: None, list_id: None, consent_notices };
        (profile.name.clone(), Arc::new(profile))
    };
    [profile("shop", true), profile("quiet", false)].into()
}

fn check(given: NewConsent, tells: bool, tell: bool) -> Result<NewEvent, Vec<(String, &'static str)>> {
    let times = Times { zone: TimeZone::get("Asia/Seoul").expect("bundled"), max_ahead: Duration::ZERO };
    let now = at("2026-11-21T00:00:00Z");
    let profiles = profiles();
    let checking = Checking { profiles: &profiles, times: &times, now, actor: "local administrator", tells, tell };
    let told = |refusal: Refusal| refusal.faults.into_iter().map(|f| (f.field, f.code)).collect();
    checking.all(vec![given], &|i, field| format!("consents[{i}].{field}")).map(|mut all| all.remove(0)).map_err(told)
}

fn new() -> NewConsent {
    NewConsent { email: "Hong@Example.kr".into(), profile: "shop".into(), how: "가입 양식".into(), ..NewConsent::default() }
}

#[test]
fn a_consent_is_compared_as_addresses_are_and_reminded_of_before_two_years() {
    let event = check(NewConsent { at: Some("2026-11-01 09:00:00".into()), ..new() }, true, true).expect("valid");
    assert_eq!((event.key.address.as_str(), event.email.as_str()), ("hong@example.kr", "Hong@example.kr"));
    assert_eq!(event.at, at("2026-11-01T00:00:00Z"));
    assert_eq!(event.confirm_at, Some(at("2028-10-17T15:00:00Z")), "the 18th in Seoul: 14 days before the day two years later");
}

#[test]
fn people_are_told_of_what_is_recent_where_the_profile_wants_it() {
    let notice = |given, tells, tell| check(given, tells, tell).expect("valid").notice;
    assert!(notice(new(), true, true));
    assert!(!notice(new(), false, true), "switched off");
    assert!(!notice(new(), true, false), "an import says so itself");
    assert!(notice(NewConsent { notice: Some(true), ..new() }, true, false));
    assert!(!notice(NewConsent { profile: "quiet".into(), ..new() }, true, true));
    assert!(!notice(NewConsent { at: Some("2026-11-06T23:59:59Z".into()), ..new() }, true, true), "more than 14 days ago");
    assert!(notice(NewConsent { at: Some("2026-11-07T00:00:00Z".into()), ..new() }, true, true));
}

#[test]
fn every_fault_is_found_at_once() {
    let bad = NewConsent {
        email: "hong".into(),
        profile: "nobody".into(),
        scope: Some("x".repeat(101)),
        at: Some("2026-11-21T00:05:01Z".into()),
        how: " ".into(),
        source: "a\nb".into(),
        language: Some("한국어".into()),
        ..new()
    };
    let fields: Vec<_> = check(bad, true, true).expect_err("faults").into_iter().map(|(field, _)| field).collect();
    let told = ["email", "profile", "how", "scope", "source", "at", "language"].map(|field| format!("consents[0].{field}"));
    assert_eq!(fields, told);
}
