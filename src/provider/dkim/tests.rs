use bytes::Bytes;
use jebi_domain::{
    dkim::Algorithm,
    id::{DeliveryId, MessageId},
};

use super::*;

/// RFC 8463 appendix A.1: the two secret keys.
const RFC_ED25519: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const RFC_HASH: &str = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";
/// RFC 8463 appendix A.3, the signature with Ed25519 without its value.
const RFC_UNSIGNED: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n \
    q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n \
    bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
const RFC_SIGNATURE: &str = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
const RFC_HEAD: &str = "From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n\
    Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
    Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
const RFC_BODY: &str = "\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

fn mail(head: &str, body: &str) -> Outgoing {
    let mut id = [0; 16];
    // 2026-11-21T12:00:00.789Z, as an id of version 7 holds it.
    id[..6].copy_from_slice(&1_795_262_400_789_i64.to_be_bytes()[2..]);
    Outgoing {
        delivery: DeliveryId { message: MessageId(id), ordinal: 0 },
        attempt: 1,
        from: "bounce@elsewhere.example".into(),
        to: vec!["hong@example.com".into()],
        head: Bytes::copy_from_slice(head.as_bytes()),
        body: Bytes::copy_from_slice(body.as_bytes()).into(),
        tags: Vec::new(),
        ahead: None,
    }
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(text).expect("base64")
}

fn signer(domain: &str, algorithms: &[Algorithm]) -> Signer {
    let key = |(i, algorithm): (usize, &Algorithm)| {
        let selector = format!("s{i}");
        let pem = make(domain, &selector, *algorithm).expect("a key").pem;
        DkimKey { selector, pem }
    };
    let config = DkimConfig { domain: domain.to_owned(), keys: algorithms.iter().enumerate().map(key).collect() };
    Signer::new("relay", &config).expect("good keys")
}

#[test]
fn the_rfcs_example_has_its_hash_and_its_signature() {
    let mail = mail(RFC_HEAD, RFC_BODY);
    assert_eq!(body_hash(&mail.body).to_vec(), decoded(RFC_HASH));
    let signed = Signed::of(&mail, &["from", "to", "subject", "date", "message-id", "from", "subject", "date"]);
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&decoded(RFC_ED25519)).expect("the RFC's key");
    let signature = Key::Ed25519(pair).sign(&input(&signed, RFC_UNSIGNED.as_bytes())).expect("signed");
    assert_eq!(signature, decoded(RFC_SIGNATURE));
}

#[test]
fn the_length_is_known_before_and_a_mail_sent_again_is_the_same() {
    let signer = signer("example.kr", &[Algorithm::Rsa, Algorithm::Ed25519]);
    let mail = mail("From: <a@news.example.kr>\r\nSubject: x\r\n", "Content-Type: text/plain\r\n\r\n.\r\n");
    let draft = signer.draft(&mail).expect("its domain");
    let first = draft.sign(&mail).expect("signed");
    assert_eq!(first.len(), draft.len());
    assert!(first.len() <= signer.most());
    assert_eq!(signer.draft(&Outgoing { attempt: 2, ..mail.clone() }).expect("the same").sign(&mail).expect("signed"), first);
    let text = String::from_utf8(first).expect("ASCII");
    assert_eq!(text.matches("DKIM-Signature: ").count(), 2);
    assert!(text.contains("t=1795262400;") && text.contains("a=rsa-sha256;") && text.contains("a=ed25519-sha256;"), "{text}");
}

#[test]
fn only_the_domain_of_from_and_those_below_are_signed_whoever_gets_the_bounces() {
    let signer = signer("example.kr", &[Algorithm::Ed25519]);
    for (from, wanted) in [("a@example.kr", true), ("\"x@example.kr\" <a@other.kr>", false), ("a@notexample.kr", false)] {
        assert_eq!(signer.draft(&mail(&format!("From: {from}\r\n"), "\r\n")).is_some(), wanted, "{from}");
    }
    assert!(signer.draft(&mail("Subject: without a sender\r\n", "\r\n")).is_none());
}

#[test]
fn keys_of_no_use_are_refused_and_none_is_shown() {
    let fault = |pem: &str| {
        let config = DkimConfig { domain: "example.kr".into(), keys: vec![DkimKey { selector: "s1".into(), pem: pem.into() }] };
        assert!(!format!("{config:?}").contains("BEGIN"), "{config:?}");
        Signer::new("relay", &config).err().expect("refused").fault
    };
    assert_eq!(fault("nothing"), "the key of the selector `s1` holds no private key in PEM that can be read");
    // openssl genrsa 1024.
    assert_eq!(fault(include_str!("test_keys/short.pem")), "the key of the selector `s1` is too short: RSA keys have 2048 to 4096 bits");
    // openssl genpkey -algorithm EC.
    let kind = "the key of the selector `s1` is of a kind DKIM does not know, or damaged: RSA and Ed25519 are";
    assert_eq!(fault(include_str!("test_keys/curve.pem")), kind);
    let damaged = make("example.kr", "s1", Algorithm::Rsa).expect("a key").pem.replacen("MII", "MIJ", 1);
    assert_eq!(fault(&damaged), kind);
}

#[test]
fn keys_made_elsewhere_are_read_too() {
    for pem in [include_str!("test_keys/openssl_ed25519.pem"), include_str!("test_keys/openssl_pkcs1.pem")] {
        assert!(Key::read(pem).is_ok());
    }
}
