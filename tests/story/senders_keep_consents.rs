//! `/v1/consents`: the ledger, and the notices the law asks for (Network Act, article 50 paragraphs 7 and 8).

use std::time::Duration;

use axum::http::Method;
use jebi::service::{
    Caller,
    accept::{Given, ListSettings, NewMessage, Submission, Voice},
};
use jebi_domain::{consent::Notice, id::MessageId, message::Message, port::operator::Rules};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::api::{Answer, Api, Setup, at, list, text};

const DAY: Duration = Duration::from_secs(86_400);

async fn api() -> Api {
    api_with(Setup::default()).await
}

async fn api_with(setup: Setup) -> Api {
    let lists = ListSettings { public: Some("https://mail.example.kr".into()), marks_advertising: true, ..ListSettings::default() };
    let api = Api::with(Setup { list: lists, secret: Some("a secret of thirty-two characters"), ..setup }).await;
    let company = json!({"name": "제비상점", "email": "help@example.kr", "phone": "02-120"});
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr", "company": company, "language": "ko"})).await.expect(201);
    api
}

#[expect(clippy::needless_pass_by_value, reason = "a test's object is written where it is used")]
fn consent(more: Value) -> Value {
    let mut one =
        json!({"email": "hong@naver.com", "profile": "shop", "how": "가입 양식", "wording": "광고성 정보 수신에 동의합니다 (v3)"});
    for (name, value) in more.as_object().expect("an object") {
        one[name] = value.clone();
    }
    json!({"consents": [one]})
}

async fn record(api: &Api, more: Value) -> Value {
    api.post("/v1/consents", &consent(more)).await.expect(201)
}

async fn post_file(api: &Api, file: &[u8], query: &str) -> Answer {
    let mut request = api.request(Method::POST, &format!("/v1/consents/csv{query}"), file.to_vec());
    request.headers_mut().insert("content-type", "text/csv".parse().expect("a value"));
    api.send(request).await
}

/// The notices sent so far, oldest first.
async fn told(api: &Api) -> Vec<Message> {
    let page = api.get("/v1/messages?limit=500").await.expect(200);
    let mut all = Vec::new();
    for message in list(&page["messages"]).iter().rev() {
        let id = MessageId::parse(text(&message["id"])).expect("an id");
        let view = api.store.message(id).await.expect("the store answers").expect("it is there");
        all.push((*view.message).clone());
    }
    all
}

/// Has the mail of a notice accepted, as the process would have that then ended. Its id.
async fn accepted_before(api: &Api, event: i64) -> String {
    let key = format!("consent-notice-{event}");
    let mail = NewMessage {
        profile: Some("shop".into()),
        recipients: vec![Given::Text("park@naver.com".into()).into()],
        subject: Some("[제비상점] 수신 동의 처리 결과 안내".into()),
        text: Some("처리되었습니다".into()),
        ..NewMessage::default()
    };
    let voice = Voice {
        say: Box::new(|fault| fault),
        render: Box::new(|receipt| (202, receipt.messages[0].id.expect("an id").to_string().into())),
    };
    let submission = Submission { messages: vec![mail], ..Submission::default() };
    let fingerprint = Sha256::digest(key.as_bytes()).into();
    let answer = api.state.accept.submit(Caller::LOCAL, submission, Some((key, fingerprint)), voice).await.expect("accepted");
    String::from_utf8(answer.body.to_vec()).expect("an id")
}

fn body(message: &Message) -> String {
    message.content.text.clone().expect("a text")
}

#[tokio::test]
async fn a_consent_is_recorded_shown_and_withdrawn() {
    let api = api().await;
    let made = record(&api, json!({"at": "2023-12-30 10:00:00", "source": "203.0.113.9", "scope": "news.example.kr"})).await;
    let one = &made["consents"][0];
    assert_eq!((&made["new"], &one["holds"], &one["scope"]), (&1.into(), &true.into(), &"news.example.kr".into()));
    let same = record(&api, json!({"at": "2023-12-30 10:00:00", "scope": "news.example.kr"})).await;
    assert_eq!((&same["new"], &same["consents"][0]["id"]), (&0.into(), &one["id"]), "told twice, written once");
    let path = format!("/v1/consents/{}", one["id"]);
    let ended = api.post(&format!("{path}/withdraw"), &json!({"how": "전화"})).await.expect(200);
    assert_eq!((&ended["holds"], &ended["confirm_at"]), (&false.into(), &Value::Null));
    let again = api.post(&format!("{path}/withdraw"), &json!({"how": "전화"})).await.expect(200);
    assert_eq!(again["ended_at"], ended["ended_at"]);
    let shown = api.get(&path).await.expect(200);
    let kinds: Vec<&str> = list(&shown["events"]).iter().map(|e| text(&e["kind"])).collect();
    assert_eq!(kinds, ["given", "withdrawn"]);
    let first = &shown["events"][0];
    assert_eq!((text(&first["source"]), text(&first["wording"])), ("203.0.113.9", "광고성 정보 수신에 동의합니다 (v3)"));
    let found = api.get("/v1/consents?email=HONG@naver.com").await.expect(200);
    assert_eq!(list(&found["consents"]).len(), 1);
    assert_eq!(list(&api.get("/v1/consents?email=kim@naver.com").await.expect(200)["consents"]).len(), 0);
    assert_eq!(api.get("/v1/consents/99").await.problem(404)[0].1, "not_found");
    assert_eq!(
        api.post(&format!("{path}/withdraw"), &json!({"how": ""})).await.problem(422),
        [("how".to_owned(), "missing_how".to_owned())]
    );
}

#[tokio::test]
async fn what_happened_later_counts_in_whatever_order_it_is_told() {
    let api = api().await;
    record(&api, json!({"kind": "withdrawn", "at": "2023-12-20 00:00:00", "how": "전화"})).await;
    let older = record(&api, json!({"at": "2023-12-10 00:00:00"})).await;
    assert_eq!((&older["new"], &older["consents"][0]["holds"]), (&1.into(), &false.into()), "an old consent does not come back");
    let newer = record(&api, json!({"at": "2023-12-25 00:00:00"})).await;
    assert_eq!(newer["consents"][0]["holds"], true);
}

#[tokio::test]
async fn a_file_is_taken_whole_or_not_at_all_and_nobody_is_told() {
    let api = api().await;
    let post = async |file: &str, query: &str| post_file(&api, file.as_bytes(), query).await;
    let file = "email,how,at\nhong@naver.com,\"가입, 2쪽\",2023-12-30 10:00:00\nkim@naver.com,전화,\n";
    let made = post(file, "?profile=shop").await.expect(201);
    assert_eq!(made["new"], 2);
    api.state.consents.tell().await.expect("the store answers");
    assert_eq!(told(&api).await.len(), 0);
    let bad = post("email,how\nhong,x\nlee@naver.com,\n", "?profile=shop").await.problem(422);
    let fields: Vec<&str> = bad.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["line 2.email", "line 3.how"]);
    assert_eq!(post("email,이름\n", "?profile=shop").await.problem(422), [("line 1".to_owned(), "unknown_column".to_owned())]);
    assert_eq!(post("email,how\n", "?profile=shop").await.problem(422)[0].1, "no_consents");
    assert_eq!(list(&api.get("/v1/consents").await.expect(200)["consents"]).len(), 2);
    assert_eq!(post("email,how\nlee@naver.com,x\n", "?profile=shop&notice=true").await.expect(201)["new"], 1);
    api.state.consents.tell().await.expect("the store answers");
    assert_eq!(told(&api).await.len(), 1);
}

#[tokio::test]
async fn after_a_failure_on_the_way_the_same_request_records_the_rest() {
    let api = api().await;
    let one = |i: usize| json!({"email": format!("hong{i}@naver.com"), "profile": "shop", "how": "가입 양식", "at": "2023-12-30 10:00:00"});
    let all = json!({"consents": (0..120).map(one).collect::<Vec<_>>()});
    let db = rusqlite::Connection::open(api.folder().join("jebi.db")).expect("the database");
    db.execute_batch(
        "CREATE TRIGGER fails BEFORE INSERT ON consent WHEN NEW.address = 'hong70@naver.com' BEGIN SELECT RAISE(ABORT, 'it fails'); END",
    )
    .expect("a trigger");
    assert_eq!(api.post("/v1/consents", &all).await.problem(503)[0].1, "store_failed");
    let stands = async || list(&api.get("/v1/consents?limit=500").await.expect(200)["consents"]).len();
    assert_eq!(stands().await, 50, "a part whole, or not at all");
    db.execute_batch("DROP TRIGGER fails").expect("no trigger");
    let made = api.post("/v1/consents", &all).await.expect(201);
    assert_eq!((&made["new"], stands().await), (&70.into(), 120));
    let answered: Vec<&str> = list(&made["consents"]).iter().map(|c| text(&c["email"])).collect();
    assert_eq!(answered, (0..120).map(|i| format!("hong{i}@naver.com")).collect::<Vec<_>>(), "in the order of the request");
    // A fault in the last of them: nothing of the others.
    let mut faulty = json!({"consents": (200..260).map(one).collect::<Vec<_>>()});
    faulty["consents"][59]["how"] = "".into();
    assert_eq!(api.post("/v1/consents", &faulty).await.problem(422)[0].0, "consents[59].how");
    assert_eq!(stands().await, 120);
}

#[tokio::test]
async fn a_file_as_korean_spreadsheets_write_it_is_taken_and_faults_name_its_lines() {
    let api = api().await;
    let (cp949, _, _) = encoding_rs::EUC_KR.encode("email;how;wording\r\nhong@naver.com;가입 양식;\"동의합니다\r\n(v3)\"\r\n");
    let made = post_file(&api, &cp949, "?profile=shop").await.expect(201);
    let shown = api.get(&format!("/v1/consents/{}", made["consents"][0]["id"])).await.expect(200);
    let first = &shown["events"][0];
    assert_eq!((text(&first["how"]), text(&first["wording"])), ("가입 양식", "동의합니다\r\n(v3)"));
    // An empty line, and one that begins a line earlier than it ends.
    let file = "email,how,wording\n\nkim@naver.com,전화,\"동의\n합니다\"\nlee,전화,\n";
    let bad = post_file(&api, file.as_bytes(), "?profile=shop").await.problem(422);
    assert_eq!(bad.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["line 5.email"]);
    let workbook = post_file(&api, b"PK\x03\x04\0\0", "?profile=shop").await.problem(422);
    assert_eq!(workbook, [("body".to_owned(), "unsupported_file".to_owned())]);
    assert_eq!(list(&api.get("/v1/consents").await.expect(200)["consents"]).len(), 1);
}

#[tokio::test]
async fn the_result_is_told_once_for_each_event() {
    let api = api().await;
    let made = record(&api, json!({})).await;
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
    assert_eq!(api.state.consents.tell().await, Ok((0, false)), "never twice");
    api.clock.advance(DAY);
    let path = format!("/v1/consents/{}", made["consents"][0]["id"]);
    api.post(&format!("{path}/withdraw"), &json!({"how": "전화"})).await.expect(200);
    record(&api, json!({"email": "kim@naver.com", "language": "en"})).await;
    assert_eq!(api.state.consents.tell().await, Ok((2, false)));
    let mails = told(&api).await;
    assert_eq!(mails[0].content.subject, "[제비상점] 수신 동의 처리 결과 안내");
    for part in ["전송자: 제비상점", "동의하신 날: 2023-12-31", "제50조제7항", "02-120", "https://mail.example.kr/u/"] {
        assert!(body(&mails[0]).contains(part), "{part}: {}", body(&mails[0]));
    }
    assert_eq!(mails[1].content.subject, "[제비상점] 수신 동의 철회 처리 결과 안내");
    assert!(!body(&mails[1]).contains("/u/"), "who has withdrawn needs no link");
    assert_eq!(mails[2].content.subject, "[제비상점] Your consent to receive mail is recorded");
    assert!(mails.iter().all(|m| m.lane == jebi_domain::message::Lane::Transactional && m.content.list.is_none()), "no advertising");
    let events = api.get(&path).await.expect(200);
    let notices: Vec<&str> = list(&events["events"]).iter().map(|e| text(&e["notice"])).collect();
    assert_eq!(notices, ["told", "told"]);
    assert_eq!(text(&events["events"][0]["message_id"]), mails[0].id.to_string());
}

#[tokio::test]
async fn a_request_that_is_repeated_tells_nobody_again() {
    let api = api().await;
    let seen = async || {
        api.state.consents.tell().await.expect("the store answers");
        told(&api).await.len()
    };
    record(&api, json!({})).await;
    assert_eq!(seen().await, 1);
    // After a time-out: without a time it happens at another one.
    api.clock.advance(Duration::from_secs(5));
    let again = record(&api, json!({})).await;
    assert_eq!((&again["new"], &again["consents"][0]["holds"], seen().await), (&1.into(), &true.into(), 1));
    // What was overtaken is written down, and changes nothing.
    let old = record(&api, json!({"kind": "withdrawn", "at": "2023-12-30 09:00:00", "how": "전화"})).await;
    assert_eq!((&old["new"], &old["consents"][0]["holds"], seen().await), (&1.into(), &true.into(), 1));
    let old = record(&api, json!({"kind": "withdrawn", "at": "2023-12-30 09:00:00", "how": "전화"})).await;
    assert_eq!((&old["new"], &old["consents"][0]["holds"], seen().await), (&0.into(), &true.into(), 1));
    let path = format!("/v1/consents/{}", old["consents"][0]["id"]);
    for _ in 0..2 {
        api.clock.advance(Duration::from_secs(5));
        api.post(&format!("{path}/withdraw"), &json!({"how": "전화"})).await.expect(200);
        assert_eq!(seen().await, 2);
    }
    let shown = api.get(&path).await.expect(200);
    let notices: Vec<&str> = list(&shown["events"]).iter().map(|e| text(&e["notice"])).collect();
    assert_eq!(notices, ["told", "none", "none", "told", "none"]);
}

#[tokio::test]
async fn under_an_idempotency_key_a_consent_is_recorded_once() {
    let api = api().await;
    let post = async |body: &Value| api.with_header(Method::POST, "/v1/consents", ("idempotency-key", "form-1"), body).await;
    let first = post(&consent(json!({}))).await;
    assert_eq!(first.expect(201)["new"], 1);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    api.clock.advance(Duration::from_secs(5));
    let again = post(&consent(json!({}))).await;
    assert_eq!(
        (again.status, &again.body, &again.headers["idempotency-replayed"]),
        (first.status, &first.body, &"true".parse().expect("a value"))
    );
    let shown = api.get(&format!("/v1/consents/{}", first.json()["consents"][0]["id"])).await.expect(200);
    assert_eq!(list(&shown["events"]).len(), 1);
    let other = post(&consent(json!({"kind": "withdrawn"}))).await;
    assert_eq!(other.problem(409), [("Idempotency-Key".to_owned(), "idempotency_key_reused".to_owned())]);
}

#[tokio::test]
async fn after_a_crash_a_notice_is_neither_lost_nor_sent_twice() {
    let api = api().await;
    record(&api, json!({})).await;
    // Taken, and the process ended before anything else.
    let now = api.state.clock.wall();
    assert_eq!(api.store.take_notices(now, 10, now).await.expect("taken").len(), 1);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)), "somebody may still be at it");
    api.clock.advance(Duration::from_secs(601));
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
    assert_eq!(told(&api).await.len(), 1);

    // Its mail was accepted, and the process ended before that was written down: the key answers with the mail there is.
    let made = record(&api, json!({"email": "park@naver.com"})).await;
    let now = api.state.clock.wall();
    let taken = api.store.take_notices(now, 10, now).await.expect("taken");
    let accepted = accepted_before(&api, taken[0].event.no).await;
    api.clock.advance(Duration::from_secs(601));
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
    assert_eq!(told(&api).await.len(), 2, "no mail but the one there was");
    let shown = api.get(&format!("/v1/consents/{}", made["consents"][0]["id"])).await.expect(200);
    assert_eq!((&shown["events"][0]["notice"], &shown["events"][0]["message_id"]), (&"told".into(), &accepted.into()));

    // Two nodes look at the same time.
    record(&api, json!({"email": "kim@naver.com"})).await;
    let now = api.state.clock.wall();
    let taken = api.store.take_notices(now, 10, now).await.expect("taken");
    api.clock.advance(Duration::from_secs(601));
    let beside = api.beside().await;
    let (here, there) = tokio::join!(api.state.consents.tell(), beside.state.consents.tell());
    assert_eq!((here.expect("told").0 + there.expect("told").0, told(&api).await.len()), (1, 3));
    let event = taken[0].event.no;
    assert_eq!(api.store.end_notice(event, Notice::Due, None, now).await, Ok(()), "what has ended stays so");
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));

    // Tried so long ago that its key is forgotten.
    let made = record(&api, json!({"email": "lee@naver.com"})).await;
    let now = api.state.clock.wall();
    let taken = api.store.take_notices(now, 10, now).await.expect("taken");
    assert_eq!(api.store.begin_notice(taken[0].event.no, now, now).await, Ok(true));
    api.clock.advance(DAY);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    let shown = api.get(&format!("/v1/consents/{}", made["consents"][0]["id"])).await.expect(200);
    assert_eq!(shown["events"][0]["notice"], "unknown");
    assert_eq!(told(&api).await.len(), 3);
}

#[tokio::test]
async fn a_queue_that_is_full_for_days_loses_no_notice() {
    let api = api_with(Setup { max_waiting: 0, ..Setup::default() }).await;
    let made: Vec<Value> = [record(&api, json!({})).await, record(&api, json!({"email": "kim@naver.com"})).await].into();
    for _ in 0..25 {
        let busy = api.state.consents.tell().await.expect_err("nothing can be accepted");
        assert_eq!(busy.faults[0].code, "queue_full");
        api.clock.advance(Duration::from_secs(3_600));
    }
    let Setup { routes, allow, .. } = Setup::default();
    api.set_rules(Rules { routes, allow });
    assert_eq!(api.state.consents.tell().await, Ok((2, false)));
    api.clock.advance(DAY);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    assert_eq!(told(&api).await.len(), 2, "each is told, and once");
    for one in made {
        let shown = api.get(&format!("/v1/consents/{}", one["consents"][0]["id"])).await.expect(200);
        assert_eq!(shown["events"][0]["notice"], "told");
    }
}

#[tokio::test]
async fn one_notice_that_cannot_be_sent_does_not_stop_the_others() {
    let api = api().await;
    let made = record(&api, json!({})).await;
    for email in ["kim@naver.com", "lee@naver.com"] {
        record(&api, json!({"email": email})).await;
    }
    // What is stored under the key of the first cannot be read.
    accepted_before(&api, 1).await;
    let db = rusqlite::Connection::open(api.folder().join("jebi.db")).expect("the database");
    let damaged = db.execute("UPDATE idempotency SET fingerprint = x'00' WHERE key = 'consent-notice-1'", []);
    assert_eq!(damaged, Ok(1));
    assert_eq!(api.state.consents.tell().await, Ok((2, false)));
    api.clock.advance(Duration::from_secs(601));
    let busy = api.state.consents.tell().await.expect_err("it is the only one");
    assert_eq!(busy.faults[0].code, "store_failed");
    // Whether it was accepted nobody can tell: it is given up in time, and shown.
    api.clock.advance(DAY);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    let shown = api.get(&format!("/v1/consents/{}", made["consents"][0]["id"])).await.expect(200);
    assert_eq!(shown["events"][0]["notice"], "unknown");
}

#[tokio::test]
async fn every_two_years_people_are_asked_before_the_day() {
    let api = api().await;
    let made = record(&api, json!({"at": "2023-12-31 09:00:00", "notice": false})).await;
    let path = format!("/v1/consents/{}", made["consents"][0]["id"]);
    let due = at("2025-12-16T15:00:00Z");
    assert_eq!(made["consents"][0]["confirm_at"], due.to_string(), "14 days before the same day, in Seoul");
    api.clock.advance(due.since(api.state.clock.wall()) - Duration::from_secs(1));
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    let mails = told(&api).await;
    assert_eq!(mails[0].content.subject, "[제비상점] 수신 동의 여부 확인 안내");
    for part in ["동의하신 날: 2023-12-31", "확인 기한: 2025-12-31", "제50조제8항", "철회", "https://mail.example.kr/u/"] {
        assert!(body(&mails[0]).contains(part), "{part}: {}", body(&mails[0]));
    }
    let shown = api.get(&path).await.expect(200);
    assert_eq!((&shown["holds"], &shown["confirm_at"]), (&true.into(), &at("2027-12-16T15:00:00Z").to_string().into()), "silence keeps it");
    // A server that was down for years asks once, not for each time it missed.
    api.clock.advance(DAY * 365 * 5);
    assert_eq!(api.state.consents.tell().await, Ok((1, false)));
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    api.post(&format!("{path}/withdraw"), &json!({"how": "전화"})).await.expect(200);
    api.state.consents.tell().await.expect("told");
    api.clock.advance(DAY * 365 * 3);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)), "who has withdrawn is left alone");
}

#[tokio::test]
async fn a_profile_that_tells_nobody_is_obeyed() {
    let api = api().await;
    api.put("/v1/profiles/quiet", &json!({"from": "news@example.kr", "consent_notices": false})).await.expect(201);
    record(&api, json!({"profile": "quiet"})).await;
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    api.clock.advance(DAY * 800);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)), "not after two years either");
    assert_eq!(told(&api).await.len(), 0);
}

#[tokio::test]
async fn a_notice_whose_profile_is_gone_fails_and_is_shown() {
    let api = api().await;
    let made = record(&api, json!({})).await;
    assert_eq!(api.delete("/v1/profiles/shop").await.status, 204);
    assert_eq!(api.state.consents.tell().await, Ok((0, false)));
    let path = format!("/v1/consents/{}", made["consents"][0]["id"]);
    assert_eq!(api.get(&path).await.expect(200)["events"][0]["notice"], "failed");
    api.post(&format!("{path}/withdraw"), &json!({"how": "전화"})).await.expect(200);
}
