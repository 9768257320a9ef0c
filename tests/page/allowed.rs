//! Who reads the inbox without a key.

use super::{KEY, Site, mail};
use crate::support::http::{Answer, call};

/// Asks on a thread that may wait.
async fn ask(site: &Site, method: &'static str, path: &str, headers: &'static [(&'static str, &'static str)]) -> Answer {
    let (to, path) = (site.address(), path.to_owned());
    tokio::task::spawn_blocking(move || call(to, method, &path, headers, b"")).await.expect("it ran").expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_sits_here_needs_no_key() {
    let site = Site::start(&[]).await;
    let id = site.keep("소식", mail("korean.eml", "")).await;
    let paths =
        ["/v1/inbox".to_owned(), format!("/v1/inbox/{id}"), format!("/v1/inbox/{id}/html"), format!("/v1/inbox/{id}/attachments/0")];
    for path in &paths {
        assert_eq!(ask(&site, "GET", path, &[]).await.status, 200, "{path}");
        for header in [
            &[("X-Forwarded-For", "127.0.0.1")],
            &[("Forwarded", "for=127.0.0.1")],
            &[("X-Real-IP", "127.0.0.1")],
            &[("Via", "1.1 proxy")],
            &[("CF-Connecting-IP", "127.0.0.1")],
            &[("Sec-Fetch-Site", "cross-site")],
            &[("Origin", "https://evil.example")],
        ] {
            assert_eq!(ask(&site, "GET", path, header).await.status, 401, "{path} {header:?}");
        }
    }
    // A wrong key is refused even here: it must not seem to hold.
    assert_eq!(ask(&site, "GET", "/v1/inbox", &[("X-API-KEY", "wrong")]).await.status, 401);
    // Nothing but the inbox is open.
    assert_eq!(ask(&site, "GET", "/v1/deliveries", &[]).await.status, 401);
    // What writes must come from our own page.
    assert_eq!(ask(&site, "DELETE", "/v1/inbox", &[]).await.status, 401);
    assert_eq!(ask(&site, "DELETE", "/v1/inbox", &[("X-API-KEY", KEY)]).await.json()["removed"], 1);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_for_this_machine_needs_a_key() {
    let site = Site::start(&[]).await;
    // A second Host header: the one of the helper is this machine's own.
    assert_eq!(ask(&site, "GET", "/v1/inbox", &[("Host", "evil.example")]).await.status, 401);
    site.keep("소식", mail("korean.eml", "")).await;
    site.browse("rebound", serde_json::json!({})).await;
    site.stop().await;
    for env in [("SERVER_URL", "https://mail.example.com"), ("JEBI_INBOX_KEYLESS", "false")] {
        let site = Site::start(&[env]).await;
        assert_eq!(ask(&site, "GET", "/v1/inbox", &[]).await.status, 401, "{env:?}");
        assert_eq!(ask(&site, "GET", "/v1/inbox", &[("X-API-KEY", KEY)]).await.status, 200);
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_reads_and_does_nothing_else() {
    let site = Site::start(&[("JEBI_INBOX_KEYLESS", "false")]).await;
    let id = site.keep("소식", mail("korean.eml", "")).await;
    assert_eq!(ask(&site, "POST", "/v1/inbox/session", &[]).await.status, 401);
    let opened = ask(&site, "POST", "/v1/inbox/session", &[("X-API-KEY", KEY)]).await;
    let cookie = opened.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.contains("; Path=/v1/inbox; Max-Age=600; HttpOnly; SameSite=Strict") && !cookie.contains("Secure"), "{cookie}");
    let over_tls = ask(&site, "POST", "/v1/inbox/session", &[("X-API-KEY", KEY), ("Origin", "https://mail.example.com")]).await;
    assert!(over_tls.header("set-cookie").is_some_and(|cookie| cookie.ends_with("; Secure")));
    let pass: &'static str = cookie.split(';').next().expect("a value").to_owned().leak();
    let with: &'static [(&str, &str)] = vec![("Cookie", pass)].leak();
    assert_eq!(ask(&site, "GET", &format!("/v1/inbox/{id}/html"), with).await.status, 200);
    assert_eq!(ask(&site, "GET", "/v1/deliveries", with).await.status, 401);
    assert_eq!(ask(&site, "DELETE", &format!("/v1/inbox/{id}"), with).await.status, 401);
    assert_eq!(ask(&site, "POST", "/v1/inbox/session", with).await.status, 401);
    assert_eq!(ask(&site, "GET", "/v1/inbox", &[("Cookie", "jebi_inbox=guess")]).await.status, 401);
    site.stop().await;
}
