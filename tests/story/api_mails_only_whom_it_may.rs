//! `RECIPIENT_ALLOWLIST`: whoever is not on it is refused like a bad address, in every kind of list.

use serde_json::json;

use crate::support::api::{AllowList, Api, Setup};

async fn api() -> Api {
    let allow = AllowList::only(["hong@example.kr".to_owned()], ["staging.example.com".to_owned()]);
    Api::with(Setup { allow, ..Setup::default() }).await
}

#[tokio::test]
async fn others_are_refused_one_by_one_and_the_rest_goes() {
    let api = api().await;
    let emails = ["HONG@example.kr", "kim@example.kr", "any@staging.example.com", "any@sub.staging.example.com", "a@xstaging.example.com"];
    let answer = api.post("/v1/messages", &json!({"messages": [{"emails": emails, "subject": "소식", "content": "c"}]})).await.expect(202);
    assert_eq!((&answer["success"], &answer["errors"]), (&2.into(), &3.into()));
    let rejected = answer["messages"][0]["rejected"].as_array().expect("a list");
    assert!(rejected.iter().all(|r| r["code"] == "not_on_allowlist"), "{rejected:?}");
    assert_eq!(api.waiting().await, 2);
}

#[tokio::test]
async fn a_joint_copy_and_named_recipients_are_checked_too() {
    let api = api().await;
    for lists in [
        json!({"recipients": [{"email": "kim@example.kr", "name": "김철수"}]}),
        json!({"to": ["kim@example.kr"], "cc": ["lee@example.kr"]}),
        json!({"emails": ["kim@example.kr"]}),
    ] {
        let mut message = json!({"subject": "s", "content": "c"});
        message.as_object_mut().expect("an object").extend(lists.as_object().expect("an object").clone());
        let faults = api.post("/v1/messages", &json!({"messages": [message]})).await.problem(422);
        assert!(faults.iter().all(|(_, code)| code == "not_on_allowlist"), "{faults:?}");
    }
    let strict = json!({"strict": true, "messages": [{"emails": ["hong@example.kr", "kim@example.kr"], "subject": "s", "content": "c"}]});
    assert_eq!(api.post("/v1/messages", &strict).await.problem(422), [("messages[0].emails[1]".to_owned(), "not_on_allowlist".to_owned())]);
    assert_eq!(api.waiting().await, 0);
}
