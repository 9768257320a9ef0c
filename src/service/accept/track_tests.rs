use jebi_domain::{
    message::Mailbox,
    profile::{Company, Tracking},
};

use super::*;

fn content(html: Option<&str>) -> Content {
    Content {
        from: Mailbox { email: "news@example.kr".into(), name: None },
        reply_to: Vec::new(),
        subject: "봄".into(),
        text: Some("봄".into()),
        html: html.map(str::to_owned),
        headers: Vec::new(),
        tags: Vec::new(),
        fill: None,
        attachments: Vec::new(),
        calendar: None,
        list: None,
        shown: None,
        track: None,
    }
}

fn settings(opens: Follow, clicks: Follow) -> TrackSettings {
    TrackSettings { opens, clicks, base: Some("https://m.kr".into()), local: Some("http://127.0.0.1:3000".into()) }
}

fn profile(opens: Option<bool>, clicks: Option<bool>) -> Profile {
    Profile {
        name: "shop".into(),
        from: Mailbox { email: "news@example.kr".into(), name: None },
        reply_to: Vec::new(),
        company: Company::default(),
        language: None,
        tracking: Tracking { opens, clicks },
        unsubscribe: None,
        list_id: None,
        consent_notices: false,
    }
}

/// What is followed, and the code of the warning.
fn answered(change: impl FnOnce(&mut Question<'_>)) -> (Option<(bool, bool, bool)>, Option<&'static str>) {
    let (settings, content) = (settings(Follow::Document, Follow::None), content(Some("<p>봄</p>")));
    let mut question = Question {
        settings: &settings,
        asked: NewTrack::default(),
        documented: false,
        topic: Tracking::default(),
        profile: None,
        content: &content,
        lane: Lane::Bulk,
        stays: false,
        signs: true,
    };
    change(&mut question);
    let mut all = Vec::new();
    let (track, warning) = question.answer(&Faults::new(0, &mut all));
    (track.map(|track| (track.opens, track.clicks, track.local)), warning.map(|fault| fault.code))
}

#[test]
fn the_documents_shape_has_its_opens_followed_and_nothing_else_by_itself() {
    assert_eq!(answered(|q| q.documented = true), (Some((true, false, false)), None));
    assert_eq!(answered(|_| ()), (None, None));
    let given = |change: fn(&mut NewMessage)| {
        let (topic_id, emails, content) = (Some("봄".into()), vec!["a@b.kr".into()], Some("<p>".into()));
        let mut message = NewMessage { topic_id, emails, content, ..NewMessage::default() };
        change(&mut message);
        is_documented(&message)
    };
    assert!(given(|_| ()));
    assert!(
        !given(|m| m.topic_id = None) && !given(|m| m.content = None) && !given(|m| m.to = vec![super::super::Given::Text("a".into())])
    );
}

#[test]
fn the_message_goes_before_its_profile_and_that_before_the_server() {
    let all = settings(Follow::All, Follow::All);
    assert_eq!(answered(|q| q.settings = Box::leak(Box::new(all))).0, Some((true, true, false)));
    let bulk = &*Box::leak(Box::new(settings(Follow::Bulk, Follow::Bulk)));
    assert_eq!(answered(|q| q.settings = bulk).0, Some((true, true, false)));
    assert_eq!(answered(|q| (q.settings, q.lane) = (bulk, Lane::Transactional)).0, None);
    let (both, none) = (profile(Some(true), Some(true)), profile(Some(false), None));
    assert_eq!(answered(|q| q.profile = Some(Box::leak(Box::new(both.clone())))).0, Some((true, true, false)));
    let none = &*Box::leak(Box::new(none));
    assert_eq!(answered(|q| (q.documented, q.profile) = (true, Some(none))).0, None);
    let asked = NewTrack { opens: Some(true), clicks: Some(true) };
    assert_eq!(answered(|q| (q.asked, q.profile, q.lane) = (asked, Some(none), Lane::Transactional)).0, Some((true, true, false)));
}

#[test]
fn what_cannot_be_followed_is_told() {
    let unreached = &*Box::leak(Box::new(TrackSettings { base: None, ..settings(Follow::Document, Follow::None) }));
    let asked = NewTrack { opens: Some(true), clicks: None };
    assert_eq!(answered(|q| (q.settings, q.documented) = (unreached, true)), (None, Some("not_tracked")));
    assert_eq!(answered(|q| (q.settings, q.documented, q.stays) = (unreached, true, true)), (Some((true, false, true)), None));
    let nowhere = &*Box::leak(Box::new(TrackSettings { local: None, ..unreached.clone() }));
    assert_eq!(answered(|q| (q.settings, q.documented, q.stays) = (nowhere, true, true)), (None, None), "mail kept here is not missed");
    assert_eq!(answered(|q| (q.settings, q.asked, q.stays) = (nowhere, asked, true)), (None, Some("not_tracked")));
    assert_eq!(answered(|q| (q.documented, q.signs) = (true, false)), (None, Some("not_tracked")));
    let text = &*Box::leak(Box::new(content(None)));
    assert_eq!(answered(|q| (q.content, q.asked) = (text, asked)), (None, Some("not_tracked")));
    let off = NewTrack { opens: Some(false), clicks: Some(false) };
    assert_eq!(answered(|q| (q.settings, q.documented, q.asked) = (unreached, true, off)), (None, None));
}

#[test]
fn a_topic_goes_before_the_profile_and_after_the_message() {
    let shop = &*Box::leak(Box::new(profile(Some(true), Some(false))));
    let said = |asked: NewTrack| {
        answered(|question| {
            (question.profile, question.topic) = (Some(shop), Tracking { opens: Some(false), clicks: Some(true) });
            question.asked = asked;
        })
        .0
    };
    assert_eq!(said(NewTrack::default()), Some((false, true, false)));
    assert_eq!(said(NewTrack { opens: Some(true), clicks: Some(false) }), Some((true, false, false)));
    let one = answered(|question| (question.profile, question.topic.clicks) = (Some(shop), Some(true)));
    assert_eq!(one.0, Some((true, true, false)), "what it leaves open is the profile's");
}
