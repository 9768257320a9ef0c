//! Mail that wants to do something can do nothing.

use std::{fs, path::Path};

use serde_json::json;

use super::{Beacon, Site, mail};

#[tokio::test(flavor = "multi_thread")]
async fn hostile_mail_does_nothing_and_reaches_nobody() {
    let site = Site::start(&[]).await;
    let beacon = Beacon::start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/mails/hostile");
    let mut files: Vec<String> =
        fs::read_dir(folder).expect("the mails").map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    files.sort();
    assert!(files.len() >= 10, "mails are missing");
    let mut mails = Vec::new();
    for file in &files {
        let source = mail(&format!("hostile/{file}"), &beacon.address.to_string());
        mails.push(json!({ "name": file, "id": site.keep(file, source).await }));
    }
    site.browse("hostile", json!({ "mails": mails })).await;
    assert_eq!(beacon.heard(), [""; 0], "somebody outside heard of it");

    // So that a beacon nobody can reach does not pass for silence.
    site.browse("reach", json!({ "beacon": format!("http://{}/", beacon.address) })).await;
    assert_eq!(beacon.heard()[0], "GET / HTTP/1.1\r\n");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_deceive_are_shown_as_they_are() {
    let site = Site::start(&[]).await;
    let id = site.keep("\u{202e}gnp.drocer <img src=x onerror=alert(1)>\u{2066}", mail("names.eml", "")).await;
    site.browse("names", json!({ "id": id })).await;
    site.stop().await;
}
