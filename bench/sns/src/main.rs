//! SNS as a benchmark needs it: a certificate, signed delivery events, and how fast signatures can be checked at all.

use std::{
    fs,
    io::{BufRead, BufWriter, Write},
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{KeyPair as _, ParsedPublicKey, RsaKeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use base64::{engine::general_purpose::STANDARD, Engine};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, RsaKeySize, PKCS_RSA_SHA256};
use serde_json::json;

const USAGE: &str = "sns keys DIR                    writes root.pem, the certificate SNS would have, and its key
sns sign DIR TIME < LINES       a signed delivery event for each line `DELIVERY SES-ID ADDRESS`, one a line; TIME is RFC 3339
sns verify DIR SECONDS < EVENTS checks the signatures of events again and again, on all cores; prints how many a second, as JSON";

const FILE: &str = "SimpleNotificationService-0f1e2d3c4b5a69788796a5b4c3d2e1f0.pem";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:events";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["keys", folder] => keys(Path::new(folder)),
        ["sign", folder, time] => sign(Path::new(folder), time),
        ["verify", folder, seconds] => verify(Path::new(folder), seconds.parse().expect("seconds")),
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(64);
        }
    }
}

fn keys(folder: &Path) {
    let mut root = CertificateParams::new(Vec::new()).expect("no names");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().expect("a key");
    fs::write(folder.join("root.pem"), root.self_signed(&root_key).expect("a certificate").pem()).expect("written");
    let mut own = CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).expect("a name");
    own.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
    let certificate = own.signed_by(&key, &Issuer::from_params(&root, &root_key)).expect("a certificate");
    fs::write(folder.join(FILE), certificate.pem()).expect("written");
    fs::write(folder.join("key.der"), key.serialize_der()).expect("written");
}

fn key(folder: &Path) -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(&fs::read(folder.join("key.der")).expect("sns keys was run before")).expect("a key")
}

fn lines() -> Vec<String> {
    std::io::stdin().lock().lines().map(|line| line.expect("text")).collect()
}

/// Does work on parts of something, one for each core.
fn each_core<T: Sync, R: Send>(all: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, |n| n.get());
    let (part, work) = (all.len().div_ceil(cores).max(1), &work);
    thread::scope(|scope| {
        let running: Vec<_> = all.chunks(part).map(|part| scope.spawn(move || work(part))).collect();
        running.into_iter().map(|one| one.join().expect("it ends")).collect()
    })
}

fn string_to_sign(message: &serde_json::Value) -> String {
    let fields = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    fields.iter().filter_map(|field| Some(format!("{field}\n{}\n", message[field].as_str()?))).collect()
}

fn sign(folder: &Path, time: &str) {
    let (key, lines) = (key(folder), lines());
    let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos());
    let signed = each_core(&lines, |part| {
        let (random, mut out) = (SystemRandom::new(), Vec::new());
        for line in part {
            let [delivery, ses, address] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("not three words: {line}") };
            let event = json!({
                "eventType": "Delivery",
                "mail": {
                    "timestamp": time, "source": "from@example.com", "sendingAccountId": "123456789012", "messageId": ses,
                    "destination": [address], "headersTruncated": false,
                    "headers": [{"name": "From", "value": "from@example.com"}, {"name": "To", "value": address}, {"name": "Subject", "value": "Hello"}],
                    "commonHeaders": {"from": ["from@example.com"], "to": [address], "subject": "Hello"},
                    "tags": {"jebi-delivery": [delivery], "ses:configuration-set": ["main"], "ses:source-ip": ["192.0.2.1"]},
                },
                "delivery": {
                    "timestamp": time, "processingTimeMillis": 546, "recipients": [address], "smtpResponse": "250 ok:  Message 64111812 accepted",
                    "reportingMTA": "a8-70.smtp-out.amazonses.com",
                },
            });
            let mut message = json!({
                "Type": "Notification", "MessageId": format!("{run}-{delivery}"), "TopicArn": TOPIC, "Subject": "Amazon SES Email Event Notification",
                "Message": event.to_string(), "Timestamp": time, "SignatureVersion": "2",
                "SigningCertURL": format!("https://sns.us-east-1.amazonaws.com/{FILE}"),
                "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
            });
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &random, string_to_sign(&message).as_bytes(), &mut signature).expect("signed");
            message["Signature"] = json!(STANDARD.encode(signature));
            out.push(message.to_string());
        }
        out
    });
    let mut out = BufWriter::new(std::io::stdout().lock());
    for event in signed.iter().flatten() {
        writeln!(out, "{event}").expect("written");
    }
}

fn verify(folder: &Path, seconds: u64) {
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key(folder).public_key().as_ref()).expect("a key");
    let events: Vec<(String, Vec<u8>)> = lines()
        .iter()
        .map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).expect("JSON");
            (string_to_sign(&message), STANDARD.decode(message["Signature"].as_str().expect("a text")).expect("base64"))
        })
        .collect();
    let begun = Instant::now();
    let counts = each_core(&events, |part| {
        let mut count = 0_u64;
        while begun.elapsed() < Duration::from_secs(seconds) {
            for (text, signature) in part.iter().take(1_000) {
                assert!(public.verify_sig(text.as_bytes(), signature).is_ok(), "signed by sns sign");
                count += 1;
            }
        }
        count
    });
    println!("{}", json!({ "per_s": counts.iter().sum::<u64>() as f64 / begun.elapsed().as_secs_f64() }));
}
