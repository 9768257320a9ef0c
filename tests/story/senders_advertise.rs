//! `category: "advertising"`: marked, footed, told who sends it, and only to whom it may go (Network Act, article 50).

use std::collections::HashMap;

use jebi::service::accept::{ListSettings, ProviderKind};
use jebi_domain::{content::List, id::MessageId, message::Lane};
use serde_json::{Value, json};

use crate::support::api::{Api, Setup, list, text};

fn settings() -> ListSettings {
    ListSettings { public: Some("https://mail.example.kr".into()), marks_advertising: true, ..ListSettings::default() }
}

async fn with(list: ListSettings) -> Api {
    let api = Api::with(Setup { list, secret: Some("a secret of thirty-two characters"), ..Setup::default() }).await;
    let company =
        json!({"name": "제비상점", "postal_address": "서울특별시 중구 세종대로 110", "phone": "02-120", "email": "help@example.kr"});
    api.put("/v1/profiles/shop", &json!({"from": "news@example.kr", "company": company, "list_id": "news.example.kr"})).await.expect(201);
    api
}

#[expect(clippy::needless_pass_by_value, reason = "a test's object is written where it is used")]
fn advertising(more: Value) -> Value {
    let mut message = json!({
        "category": "advertising", "profile": "shop", "emails": ["hong@naver.com"], "subject": "봄맞이 할인", "content": "<p>봄</p>",
    });
    for (name, value) in more.as_object().expect("an object") {
        message[name] = value.clone();
    }
    json!({"messages": [message]})
}

async fn stored(api: &Api, answer: &Value) -> (Lane, List) {
    let id = MessageId::parse(text(&answer["messages"][0]["id"])).expect("an id");
    let message = api.store.message(id).await.expect("the store answers").expect("it is there").message;
    (message.lane, *message.content.list.clone().expect("a list"))
}

#[tokio::test]
async fn it_waits_with_bulk_and_carries_what_its_footer_tells() {
    let api = with(settings()).await;
    let answer = api.post("/v1/messages", &advertising(json!({}))).await.expect(202);
    let (lane, list) = stored(&api, &answer).await;
    assert_eq!(lane, Lane::Bulk);
    let company = list.advertising.clone().expect("a company");
    assert_eq!((company.name.as_deref(), company.phone.as_deref()), (Some("제비상점"), Some("02-120")));
    assert!(list.signs() && list.profile == "shop" && list.id.as_deref() == Some("news.example.kr"), "{list:?}");
    assert_eq!(list.feedback_id.as_deref(), Some("none:shop:advertising:examplekr"));
    let asked = api.post("/v1/messages", &advertising(json!({"lane": "transactional"}))).await.expect(202);
    assert_eq!(stored(&api, &asked).await.0, Lane::Transactional, "by default only");
}

#[tokio::test]
async fn a_profile_that_does_not_tell_enough_is_refused_and_what_lacks_is_named() {
    let api = with(settings()).await;
    let refused = api.post("/v1/messages", &advertising(json!({"profile": null}))).await.problem(422);
    assert_eq!(refused, [("messages[0].profile".to_owned(), "missing_profile".to_owned())]);
    for lacking in ["name", "postal_address", "phone", "email"] {
        let mut company = json!({"name": "제비", "postal_address": "서울", "phone": "02-120", "email": "help@example.kr"});
        company[lacking] = Value::Null;
        api.put("/v1/profiles/poor", &json!({"from": "news@example.kr", "company": company})).await;
        let answer = api.post("/v1/messages", &advertising(json!({"profile": "poor"}))).await;
        assert_eq!(answer.problem(422), [("messages[0].profile".to_owned(), "profile_incomplete".to_owned())]);
        assert!(text(&answer.json()["errors"][0]["fault"]).ends_with(&format!(": {lacking}")), "{}", answer.json());
    }
    assert_eq!(api.waiting().await, 0);
}

#[tokio::test]
async fn a_mark_that_passes_by_filters_is_refused() {
    let api = with(settings()).await;
    for variant in ["(광/고)", "(광 고)", "(광.고)", "(\"광고\")", "[광고]", "(대출광고)", "（광고）"] {
        let refused = api.post("/v1/messages", &advertising(json!({"subject": format!("{variant} 할인")}))).await.problem(422);
        assert_eq!(refused, [("messages[0].subject".to_owned(), "advertising_mark_variant".to_owned())], "{variant}");
    }
    let twice = api.post("/v1/messages", &advertising(json!({"subject": "(광고) (광고) 할인"}))).await.problem(422);
    assert_eq!(twice[0].1, "advertising_mark_twice");
    api.post("/v1/messages", &advertising(json!({"subject": "(광고) 할인"}))).await.expect(202);
}

#[tokio::test]
async fn there_is_always_a_way_to_refuse() {
    let api = with(settings()).await;
    let refused = api.post("/v1/messages", &advertising(json!({"list": {"unsubscribe": false}}))).await.problem(422);
    assert_eq!(refused, [("messages[0].list.unsubscribe".to_owned(), "no_way_to_refuse".to_owned())]);
    for way in [json!({"unsubscribe": false, "mailto": "u@example.kr"}), json!({"unsubscribe": "https://shop.kr/u?e={email}"})] {
        api.post("/v1/messages", &advertising(json!({"list": way}))).await.expect(202);
    }
    let joint = advertising(json!({"emails": [], "to": ["a@naver.com", "b@naver.com"]}));
    let codes: Vec<String> = api.post("/v1/messages", &joint).await.problem(422).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["joint_list", "joint_advertising"]);
    let nowhere = with(ListSettings { public: None, ..settings() }).await;
    assert_eq!(nowhere.post("/v1/messages", &advertising(json!({}))).await.problem(422)[0].1, "no_way_to_refuse");
}

#[tokio::test]
async fn senders_elsewhere_switch_the_marking_off() {
    let api = with(ListSettings { marks_advertising: false, ..settings() }).await;
    let answer = api.post("/v1/messages", &advertising(json!({"profile": null, "subject": "[광고] sale"}))).await.expect(202);
    let (lane, list) = stored(&api, &answer).await;
    assert_eq!((lane, list.advertising.is_none(), list.signs()), (Lane::Bulk, true, true));
}

#[tokio::test]
async fn with_the_ledger_only_those_who_consent_get_it() {
    let api = with(ListSettings { asks_ledger: true, ..settings() }).await;
    let consents = json!({"consents": [
        {"email": "Hong@naver.com", "profile": "shop", "how": "가입 양식"},
        {"email": "kim@naver.com", "profile": "shop", "scope": "news.example.kr", "how": "가입 양식"},
        {"email": "lee@naver.com", "profile": "shop", "scope": "other", "how": "가입 양식"},
        {"email": "park@naver.com", "profile": "shop", "how": "가입 양식"},
        {"email": "park@naver.com", "profile": "shop", "kind": "withdrawn", "how": "전화"},
    ]});
    // The withdrawal is told with a later time.
    api.clock.advance(std::time::Duration::from_secs(1));
    api.post("/v1/consents", &consents).await.expect(201);
    let emails = ["hong@naver.com", "kim@naver.com", "lee@naver.com", "park@naver.com", "choi@naver.com"];
    let answer = api.post("/v1/messages", &advertising(json!({"emails": emails}))).await.expect(202);
    let rejected: Vec<(&str, &str)> =
        list(&answer["messages"][0]["rejected"]).iter().map(|r| (text(&r["email"]), text(&r["code"]))).collect();
    assert_eq!(rejected, ["lee@naver.com", "park@naver.com", "choi@naver.com"].map(|email| (email, "no_consent")));
    assert_eq!(api.waiting().await, 2);
    let plain = json!({"messages": [{"profile": "shop", "emails": ["choi@naver.com"], "subject": "영수증", "content": "c"}]});
    api.post("/v1/messages", &plain).await.expect(202);
    let caller = with(settings()).await;
    caller.post("/v1/messages", &advertising(json!({"emails": ["choi@naver.com"]}))).await.expect(202);
}

/// Whether the answer warns that a link is missing.
fn lacks_link(answer: &Value) -> bool {
    let warnings = answer["messages"][0]["warnings"].as_array();
    warnings.is_some_and(|all| all.iter().any(|one| one["code"] == "no_unsubscribe_link"))
}

#[tokio::test]
async fn bulk_gets_list_headers_and_transactional_mail_none() {
    let api = with(settings()).await;
    let bulk = json!({"topic_id": "봄 소식", "emails": ["a@naver.com", "b@naver.com"], "subject": "s", "content": "c"});
    let answer = api.post("/v1/messages", &json!({"messages": [bulk.clone()]})).await.expect(202);
    let (_, made) = stored(&api, &answer).await;
    assert!(made.signs() && made.id.is_none() && !lacks_link(&answer), "{made:?} {answer}");
    let single = json!({"messages": [{"profile": "shop", "emails": ["a@naver.com"], "subject": "s", "content": "c"}]});
    let answer = api.post("/v1/messages", &single).await.expect(202);
    let id = MessageId::parse(text(&answer["messages"][0]["id"])).expect("an id");
    let message = api.store.message(id).await.expect("the store answers").expect("it is there").message;
    assert_eq!(message.content.list, None);

    let mut own = bulk.clone();
    own["headers"] = json!({"List-Unsubscribe": "<https://shop.kr/u>", "List-Id": "<a.kr>", "Feedback-ID": "a:b:c:shopkr"});
    let answer = api.post("/v1/messages", &json!({"messages": [own.clone()]})).await.expect(202);
    let id = MessageId::parse(text(&answer["messages"][0]["id"])).expect("an id");
    let message = api.store.message(id).await.expect("the store answers").expect("it is there").message;
    assert_eq!(message.content.list, None, "the caller's own headers go before ours");
    own["list"] = json!({"unsubscribe": true, "id": "b.kr"});
    let codes: Vec<String> =
        api.post("/v1/messages", &json!({"messages": [own.clone()]})).await.problem(422).into_iter().map(|f| f.1).collect();
    assert_eq!(codes, ["list_and_header", "list_and_header"]);
    own["list"] = json!({"mailto": "no@shop.kr"});
    let mut one = own.clone();
    (one["emails"], one["topic_id"]) = (json!(["a@naver.com"]), Value::Null);
    for message in [own, one] {
        let faults = api.post("/v1/messages", &json!({"messages": [message]})).await.problem(422);
        assert_eq!(faults, [("messages[0].list".to_owned(), "list_and_header".to_owned())], "there would be two such headers");
    }

    let bad = json!({"unsubscribe": "https://shop.kr/u>, <https://evil.example", "id": "x\r\nBcc: a@b.kr", "mailto": "a@b.kr\r\nX: y"});
    let mut injected = bulk.clone();
    injected["list"] = bad;
    let fields: Vec<String> =
        api.post("/v1/messages", &json!({"messages": [injected]})).await.problem(422).into_iter().map(|f| f.0).collect();
    assert_eq!(fields, ["messages[0].list.mailto", "messages[0].list.id", "messages[0].list.unsubscribe"]);
}

#[tokio::test]
async fn without_an_address_of_its_own_the_server_writes_no_link_and_says_so() {
    let kinds: HashMap<_, _> = [("local".to_owned(), ProviderKind::Other)].into();
    let lists = ListSettings { public: None, local: Some("http://127.0.0.1:3000".into()), kinds, ..settings() };
    let bulk = json!({"messages": [{"topic_id": "t", "emails": ["a@naver.com", "b@naver.com"], "subject": "s", "content": "c"}]});
    let api = with(lists.clone()).await;
    let answer = api.post("/v1/messages", &bulk).await.expect(202);
    assert_eq!(text(&answer["messages"][0]["warnings"][0]["code"]), "no_unsubscribe_link");
    assert!(!stored(&api, &answer).await.1.signs());
    let kinds: HashMap<_, _> = [("local".to_owned(), ProviderKind::Local)].into();
    let kept_here = with(ListSettings { kinds, ..lists.clone() }).await;
    let answer = kept_here.post("/v1/messages", &bulk).await.expect(202);
    assert!(!lacks_link(&answer) && stored(&kept_here, &answer).await.1.signs(), "but for the local inbox");
    let kinds: HashMap<_, _> = [("local".to_owned(), ProviderKind::Ses)].into();
    let ses = with(ListSettings { kinds, public: Some("https://mail.example.kr".into()), ..lists }).await;
    let answer = ses.post("/v1/messages", &bulk).await.expect(202);
    assert_eq!(stored(&ses, &answer).await.1.feedback_id, None, "SES writes its own");
}
