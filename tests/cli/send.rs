//! `jebi send`.

use super::{SEND, Server, fault, folder, ids, next_week, run};

#[test]
fn a_mail_stored_without_a_server_goes_out_when_it_runs() {
    let dir = folder();
    let ran = run(dir.path(), &[], &SEND);
    assert_eq!((ran.code, ran.err.trim_end()), (0, "stored: no server runs; it goes out when one does (`jebi serve`)"));
    let id = ids(&ran)[0];
    assert_eq!(ran.out, format!("{id} kim@example.com\n"));

    let waiting = run(dir.path(), &[], &[&SEND[..], &["--wait"]].concat());
    let said = "--wait: no server runs, so nothing would be sent; start `jebi serve`, or leave it out";
    assert_eq!(fault(&waiting), (69, said));

    let server = Server::start(dir.path(), &[]);
    super::until("it is sent", || (server.get(&format!("/v1/deliveries/{id}"))["state"] == "sent").then_some(()));
    assert_eq!(server.get("/v1/inbox")["mails"].as_array().map(Vec::len), Some(1), "the refused one was not stored");
}

#[test]
fn every_recipient_gets_a_copy_and_the_result_is_waited_for() {
    let dir = folder();
    std::fs::write(dir.path().join("body.html"), "<p>제비</p>").expect("written");
    let server = Server::start(dir.path(), &[("AWS_SES_FROM_EMAIL", "shop@example.com"), ("PROVIDER", "local")]);
    let ran = run(
        dir.path(),
        &[],
        &[
            "send",
            "--to",
            "Kim <kim@example.com>",
            "--to",
            "lee@example.com",
            "--subject",
            "소식",
            "--html-file",
            "body.html",
            "--text",
            "제비",
            "--topic",
            "news",
            "--wait",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let [kim, lee] = ids(&ran).try_into().expect("two copies");
    assert_eq!(ran.out, format!("{kim} kim@example.com sent\n{lee} lee@example.com sent\n"));
    let mail = server.get(&format!("/v1/inbox/{kim}"));
    assert_eq!((&mail["html"], &mail["text"]), (&"<p>제비</p>".into(), &"제비".into()));
    assert_eq!(server.get("/v1/topics/news")["sent"], 2);
}

#[test]
fn a_scheduled_mail_waits() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let at = next_week();
    let ran = run(dir.path(), &[], &[&SEND[..], &["--schedule", &at]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let delivery = server.get(&format!("/v1/deliveries/{}", ids(&ran)[0]));
    assert_eq!((&delivery["state"], &delivery["due_at"]), (&"waiting".into(), &at.as_str().into()));
}

#[test]
fn what_is_not_sent_in_time_ends_with_its_state_and_a_code() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", "t", "--wait"]].concat()).code, 0);
    assert_eq!(server.ask("POST", "/v1/topics/t/pause", "").0, 200);
    let ran = run(dir.path(), &[("SYNC_WAIT_SECONDS", "1")], &[&SEND[..], &["--topic", "t", "--wait"]].concat());
    assert_eq!((ran.code, ran.out.split(' ').nth(2)), (69, Some("waiting\n")), "{}", ran.err);
    assert!(ran.err.ends_with("no result after 1 s (SYNC_WAIT_SECONDS): GET /v1/deliveries/ID shows how it goes on\n"), "{}", ran.err);
}

#[test]
fn one_bad_address_refuses_all_live_and_at_rest_alike() {
    let dir = folder();
    let given = [&SEND[..], &["--to", "lee"]].concat();
    let said = "messages[0].recipients[1]: there is no @ in it; give an address such as name@example.com";
    assert_eq!(fault(&run(dir.path(), &[], &given)), (1, said));
    let server = Server::start(dir.path(), &[]);
    assert_eq!(fault(&run(dir.path(), &[], &given)), (1, said));
    assert_eq!(server.get("/v1/deliveries")["deliveries"].as_array().map(Vec::len), Some(0));
    assert_eq!(run(dir.path(), &[], &["send", "--to", "kim@example.com", "--subject", "no body"]).code, 2);
}
