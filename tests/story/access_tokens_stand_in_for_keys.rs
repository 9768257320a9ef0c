//! Signed tokens (S3-9): HS256, `sub` and `exp`, an optional scope; two secrets while one is replaced.

use std::time::Duration;

use jebi::service::{
    access::{AccessSettings, TokenSecrets},
    tokens,
};
use jebi_domain::port::Clock;
use serde_json::json;

use crate::support::api::{Api, Setup, list};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NEXT: &str = "fedcba9876543210fedcba9876543210";

fn secrets(all: &[&str]) -> AccessSettings {
    AccessSettings { token_secrets: TokenSecrets(all.iter().map(|s| (*s).to_owned()).collect()), ..AccessSettings::default() }
}

async fn api() -> Api {
    Api::with(Setup { access: secrets(&[SECRET]), ..Setup::default() }).await
}

/// The API asked with a token that holds for an hour.
fn with_token(api: &Api, secret: &str, subject: &str, scopes: &[&str]) -> Api {
    let (now, scopes) = (api.clock.wall(), scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    api.with_key(tokens::make(secret, subject, &scopes, now + Duration::from_secs(3_600), now).expect("a token"))
}

const MAIL: &str = r#"{"messages":[{"emails":["kim@example.kr"],"subject":"안내","content":"<p>안녕</p>"}]}"#;

#[tokio::test]
async fn a_token_sends_and_reads_until_it_ends() {
    let api = api().await;
    let kim = with_token(&api, SECRET, "홍길동", &[]);
    kim.submit(MAIL).await.expect(202);
    kim.get("/v1/deliveries").await.expect(200);
    assert_eq!(kim.get("/v1/keys").await.problem(403)[0].1, "missing_scope");
    with_token(&api, SECRET, "관리자", &["admin"]).get("/v1/keys").await.expect(200);
    assert_eq!(with_token(&api, SECRET, "kim", &["read"]).submit(MAIL).await.problem(403)[0].1, "missing_scope");
    api.clock.advance(Duration::from_secs(3_600 + 59));
    kim.get("/v1/deliveries").await.expect(200);
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(kim.get("/v1/deliveries").await.problem(401), [("Authorization".into(), "invalid_token".into())]);
}

#[tokio::test]
async fn without_a_secret_and_with_another_no_token_holds() {
    let without = Api::new().await;
    assert_eq!(with_token(&without, SECRET, "kim", &[]).get("/v1/topics").await.problem(401)[0].1, "invalid_key");
    let api = api().await;
    assert_eq!(with_token(&api, NEXT, "kim", &[]).get("/v1/topics").await.problem(401)[0].1, "invalid_token");
}

#[tokio::test]
async fn a_secret_is_replaced_while_its_tokens_hold() {
    let api = api().await;
    let old = with_token(&api, SECRET, "kim", &[]);
    api.state.access.replace(secrets(&[NEXT, SECRET]));
    old.get("/v1/topics").await.expect(200);
    with_token(&api, NEXT, "kim", &[]).get("/v1/topics").await.expect(200);
    api.state.access.replace(secrets(&[NEXT]));
    old.get("/v1/topics").await.problem(401);
}

#[tokio::test]
async fn subjects_have_idempotency_keys_of_their_own() {
    let api = api().await;
    let (kim, lee) = (with_token(&api, SECRET, "kim", &[]), with_token(&api, SECRET, "lee", &[]));
    let first = kim.submit_as("order-1", MAIL).await.expect(202);
    assert_ne!(lee.submit_as("order-1", MAIL).await.expect(202), first);
    assert_ne!(api.submit_as("order-1", MAIL).await.expect(202), first);
    // Another token of the same subject is the same caller.
    api.clock.advance(Duration::from_secs(10));
    let again = with_token(&api, SECRET, "kim", &["send"]).submit_as("order-1", MAIL).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(202), first);
    assert_eq!(api.waiting().await, 3);
}

#[tokio::test]
async fn a_subject_is_listed_narrowed_and_revoked_like_a_key() {
    let api = api().await;
    let kim = with_token(&api, SECRET, "홍길동", &["admin"]);
    kim.get("/v1/keys").await.expect(200);
    let keys = api.get("/v1/keys").await.expect(200);
    let subject = list(&keys["keys"]).iter().find(|k| k["kind"] == "token").expect("it is listed");
    assert_eq!((&subject["name"], &subject["prefix"]), (&json!("홍길동"), &json!("")));
    let path = format!("/v1/keys/{}", subject["id"]);
    api.patch(&path, &json!({"scopes": ["send"], "daily_limit": 1})).await.expect(200);
    assert_eq!(kim.get("/v1/keys").await.problem(403)[0].1, "missing_scope");
    kim.submit(MAIL).await.expect(202);
    assert_eq!(kim.submit(MAIL).await.problem(429)[0].1, "daily_limit");
    assert_eq!(api.patch(&path, &json!({"name": "other"})).await.problem(422)[0].1, "fixed_name");
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(kim.submit(MAIL).await.problem(401)[0].1, "invalid_token");
}
