//! Mails with files of 10 MB beside small ones: whatever they take to be hashed and written, no second holds more than the rate, and a
//! password reset does not wait for them.

use std::time::Duration;

use jebi::system::SystemClock;
use jebi_domain::port::Clock;
use serde_json::{Value, json};

use super::{KEY, Rig, peak};
use crate::support::{
    http, machine,
    wait::{ms, until},
};

const RATE: f64 = 50.0;
/// One slot, with the delay variation and lateness it is stretched by.
const SLOT_MS: f64 = 1033.0 / RATE;

fn upload(rig: &Rig, bytes: &[u8]) -> Value {
    let headers = [("x-api-key", KEY), ("content-type", "application/octet-stream")];
    let answer = http::call(rig.address(), "POST", "/v1/attachments?name=a.txt", &headers, bytes).expect("an answer");
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    let file: Value = serde_json::from_slice(&answer.body).expect("JSON");
    json!([{"name": "계약서.txt", "file_id": file["id"]}])
}

#[test]
fn mails_with_ten_megabytes_pass_no_rate_and_delay_no_password_reset() {
    let _machine = machine::quiet();
    let rig = Rig::at(RATE);
    let files = upload(&rig, &"0123456789abcde\n".repeat(10 << 16).into_bytes());
    rig.post_with("bulk", "large", 0..40, &files);
    rig.post("bulk", "small", 0..2_000);
    until("large mail", Duration::from_secs(60), || rig.ses.first_to("large-0@example.com"));
    let mut late: Vec<f64> = (0..20)
        .map(|i| {
            let posted = SystemClock.boot();
            rig.post("transactional", "login", i..i + 1);
            let to = format!("login-{i}@example.com");
            let came = until("the password reset", Duration::from_secs(20), || rig.ses.first_to(&to));
            ms(posted, came)
        })
        .collect();
    late.sort_by(f64::total_cmp);
    println!("milliseconds from post to arrival: {late:.1?}");
    // Others may have the processors meanwhile: what the machine does in its worst moments says nothing.
    let bound = 2.0 * SLOT_MS + 200.0;
    assert!(late[14] <= bound && late[19] <= 2_000.0, "{bound:.0} ms for three of four: {late:.1?}");
    until("all large mail", Duration::from_secs(120), || rig.ses.first_to("large-39@example.com"));
    let log = rig.written();
    println!("peak {}", peak(&log));
    assert!(peak(&log) as f64 <= RATE, "{} in a second", peak(&log));
    rig.stop();
}
