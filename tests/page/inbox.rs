//! The inbox page shows mail as it is meant to be read.

use serde_json::json;

use super::{Site, mail};
use crate::support::fake_ses::FakeSes;

#[tokio::test(flavor = "multi_thread")]
async fn a_korean_mail_reads_right_and_its_attachment_is_saved_intact() {
    let site = Site::start(&[]).await;
    let id = site.keep("봄맞이 할인 안내", mail("korean.eml", "")).await;
    let old = site.keep("안녕하세요", euc_kr()).await;
    site.browse("korean", json!({ "id": id, "old": old })).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_inbox_says_how_to_begin_and_new_mail_shows_by_itself() {
    let site = Site::start(&[]).await;
    site.browse("first", json!({})).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_with_a_key_where_one_is_needed_and_by_keyboard_alone() {
    let site = Site::start(&[("JEBI_INBOX_KEYLESS", "false")]).await;
    site.keep("첫째", mail("korean.eml", "")).await;
    let id = site.keep("둘째", mail("korean.eml", "")).await;
    site.browse("with_key", json!({ "id": id })).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_read_page_by_page_and_cleared() {
    let site = Site::start(&[]).await;
    for n in 0..120 {
        site.keep(&format!("메일 {n}"), "Subject: s\r\n\r\nbody\r\n").await;
    }
    site.browse("pages", json!({})).await;
    assert_eq!(site.app.store.list(None, 1).await.expect("a list").mails.len(), 0);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_another_provider_it_says_where_mail_goes_instead() {
    let ses = FakeSes::start(None);
    let endpoint = format!("http://127.0.0.1:{}", ses.port);
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let site = Site::start(&[&[("PROVIDER", "ses"), ("AWS_ENDPOINT_URL_SESV2", endpoint.as_str())], keys.as_slice()].concat()).await;
    site.browse("elsewhere", json!({})).await;
    site.stop().await;
}

/// "안녕하세요" in subject, text and file name, all in EUC-KR.
fn euc_kr() -> Vec<u8> {
    const HELLO: &[u8] = &[0xbe, 0xc8, 0xb3, 0xe7, 0xc7, 0xcf, 0xbc, 0xbc, 0xbf, 0xe4];
    let head = "From: =?EUC-KR?B?yKux5rW/?= <hong@example.kr>\r\nSubject: =?EUC-KR?B?vsiz58fPvLy/5A==?=\r\nMIME-Version: 1.0\r\n\
                Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=euc-kr\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>";
    let tail = "</p>\r\n--b\r\nContent-Type: text/plain; name=\"=?EUC-KR?B?vsiz58fPvLy/5A==?=.txt\"\r\n\
                Content-Disposition: attachment\r\n\r\nfile\r\n--b--\r\n";
    [head.as_bytes(), HELLO, tail.as_bytes()].concat()
}
