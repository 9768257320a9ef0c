//! Keys, paths, methods, types and sizes: what never reaches a service.

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::json;

use crate::support::api::{Api, Setup};

fn bare(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path)
}

#[tokio::test]
async fn a_key_is_needed_under_v1_in_either_header() {
    let api = Api::new().await;
    let ask = async |header: Option<(&str, String)>| {
        let mut request = bare("GET", "/v1/topics");
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        api.send(request.body(Body::empty()).unwrap()).await
    };
    ask(Some(("authorization", format!("Bearer {}", api.key)))).await.expect(200);
    ask(Some(("authorization", format!("bearer {}", api.key)))).await.expect(200);
    ask(Some(("x-api-key", api.key.clone()))).await.expect(200);
    let none = ask(None).await;
    assert_eq!(none.problem(401)[0].1, "missing_key");
    assert_eq!(none.headers["www-authenticate"], "Bearer realm=\"jebi\"");
    for bad in ["Bearer nonsense".to_owned(), "Basic YTpi".to_owned(), api.key.clone(), "Bearer ".to_owned(), "Bearer 키".to_owned()] {
        assert_eq!(ask(Some(("authorization", bad))).await.problem(401)[0].1, "invalid_key");
    }
    api.local("/v1/topics").await.expect(200);
}

#[tokio::test]
async fn keys_are_made_shown_once_and_revoked() {
    let mut api = Api::new().await;
    let made = api.post("/v1/keys", &json!({"name": "newsletter"})).await.expect(201);
    let (id, key) = (made["id"].as_i64().unwrap(), made["key"].as_str().unwrap().to_owned());
    assert!(key.starts_with("jebi_") && key.len() >= 5 + 43);
    let list = api.get("/v1/keys").await;
    assert!(!String::from_utf8_lossy(&list.body).contains(&key));
    let line = list.expect(200)["keys"].as_array().unwrap().iter().find(|k| k["id"] == id).cloned().unwrap();
    assert_eq!((&line["name"], &line["revoked_at"]), (&"newsletter".into(), &serde_json::Value::Null));
    assert!(key.starts_with(line["prefix"].as_str().unwrap()));

    let first = std::mem::replace(&mut api.key, key);
    api.get("/v1/topics").await.expect(200);
    assert_eq!(api.delete(&format!("/v1/keys/{id}")).await.status, 204);
    api.get("/v1/topics").await.problem(401);
    api.key = first;
    api.delete(&format!("/v1/keys/{id}")).await.problem(404);
    assert_eq!(api.post("/v1/keys", &json!({"name": ""})).await.problem(422), [("name".into(), "invalid_name".into())]);
}

#[tokio::test]
async fn a_key_from_outside_holds_and_is_not_doubled() {
    let mut api = Api::new().await;
    let given = "0123456789abcdef0123456789abcdef";
    let first = api.state.keys.ensure("JEBI_API_KEY", given).await.unwrap();
    assert_eq!(api.state.keys.ensure("JEBI_API_KEY", given).await.unwrap(), first);
    assert_eq!(first.prefix, "0123");
    assert!(api.state.keys.ensure("JEBI_API_KEY", "short").await.is_err());
    api.key = given.to_owned();
    api.get("/v1/topics").await.expect(200);
}

#[tokio::test]
async fn unknown_paths_methods_and_ids_are_problems_too() {
    let api = Api::new().await;
    assert_eq!(api.get("/v2/messages").await.problem(404)[0].1, "not_found");
    assert_eq!(api.get("/").await.problem(404)[0].1, "not_found");
    let put = api.send(api.request(Method::PUT, "/v1/topics/a", Body::empty())).await;
    assert_eq!(put.problem(405)[0].1, "method_not_allowed");
    let allowed: Vec<_> = put.headers["allow"].to_str().unwrap().split(',').map(str::trim).collect();
    assert!(allowed.contains(&"GET") && allowed.contains(&"DELETE"), "{allowed:?}");
    for path in ["/v1/messages/nonsense", "/v1/deliveries/nonsense", "/v1/inbox/nonsense", "/v1/inbox/7", "/v1/topics/%FF"] {
        assert_eq!(api.get(path).await.problem(404)[0].1, "not_found", "{path}");
    }
    api.get("/v1/messages/00000000000000000000000000").await.problem(404);
    api.get("/v1/deliveries/00000000000000000000000000-0").await.problem(404);
    api.get("/v1/topics/none").await.problem(404);
    api.delete("/v1/keys/nonsense").await.problem(404);
}

#[tokio::test]
async fn the_body_has_to_be_declared_as_json() {
    let api = Api::new().await;
    for given in [None, Some("application/x-www-form-urlencoded"), Some("text/plain")] {
        let mut request = bare("POST", "/v1/messages").header("x-api-key", &api.key);
        if let Some(given) = given {
            request = request.header("content-type", given);
        }
        let answer = api.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.problem(415), [("Content-Type".into(), "unsupported_media_type".into())]);
    }
    let mut packed = api.request(Method::POST, "/v1/messages", "{}");
    packed.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    assert_eq!(api.send(packed).await.problem(415), [("Content-Encoding".into(), "unsupported_encoding".into())]);
    let declared = bare("POST", "/v1/messages").header("x-api-key", &api.key).header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(api.send(declared.body(Body::from("{}")).unwrap()).await.problem(422)[0].1, "missing_field");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_announced_or_not() {
    let api = Api::with(Setup { body_limit: 1000, ..Setup::default() }).await;
    let big = "x".repeat(1001);
    let mut announced = api.request(Method::POST, "/v1/messages", Body::empty());
    announced.headers_mut().insert("content-length", 1001.into());
    assert_eq!(api.send(announced).await.problem(413), [("body".into(), "too_large".into())]);
    let streamed = Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(big)]));
    assert_eq!(api.submit(streamed).await.problem(413), [("body".into(), "too_large".into())]);
    let cut = Body::from_stream(futures_util::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]));
    assert_eq!(api.submit(cut).await.problem(400), [("body".into(), "unreadable_body".into())]);
}

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let api = Api::new().await;
    let given = bare("GET", "/v1/none").header("x-request-id", "abc-1.2_3").body(Body::empty()).unwrap();
    let answer = api.send(given).await;
    assert_eq!(answer.headers["x-request-id"], "abc-1.2_3");
    assert_eq!(answer.json()["request_id"], "abc-1.2_3");
    let unusable = bare("GET", "/health").header("x-request-id", "a b").body(Body::empty()).unwrap();
    let (one, other) = (api.send(unusable).await, api.get("/health").await);
    assert_eq!(one.headers["x-request-id"].len(), 16);
    assert_ne!(one.headers["x-request-id"], other.headers["x-request-id"]);
}

#[tokio::test]
async fn a_mistyped_parameter_does_not_list_everything() {
    let api = Api::new().await;
    for (query, field, code) in [
        ("topic=a", "topic", "unknown_parameter"),
        ("state=gone", "state", "unknown_state"),
        ("message_id=7", "message_id", "invalid_id"),
        ("cursor=!", "cursor", "invalid_cursor"),
        ("limit=0", "limit", "out_of_range"),
        ("limit=501", "limit", "out_of_range"),
        ("limit=x", "limit", "invalid_parameter"),
    ] {
        let faults = api.get(&format!("/v1/deliveries?{query}")).await.problem(422);
        assert_eq!(faults, [(field.to_owned(), code.to_owned())], "{query}");
    }
}
