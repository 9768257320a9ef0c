//! Reports made of any bytes at all, as SES's JSON and as mail. Whatever they say: reading them ends, what is read is bounded and holds no
//! line breaks, and can be kept and read again. Run by the fuzzer on bytes of its own, and by `cargo test` on the seeds and on random ones.

use jebi_domain::{
    feedback::{
        Reported, Verdict, What, mail,
        ses::{self, Parsed},
    },
    time::Wall,
};

/// Panics where a report is read as none may be.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match ses::parse(&text, Wall(0)) {
        Ok(Parsed::Reported(reported)) => is_sound(&reported),
        Ok(Parsed::SetUp) => {}
        Ok(Parsed::Unknown(kind)) => assert!(!kind.is_empty() && !kind.contains(char::is_control)),
        Err(fault) => helps(&fault.fault, &fault.remedy),
    }
    match mail::parse(data, Wall(0)) {
        Ok(reported) => {
            assert!(reported.about.delivery.is_some() && !reported.reports.is_empty());
            is_sound(&reported);
        }
        Err(fault) => helps(&fault.fault, &fault.remedy),
    }
}

fn helps(fault: &str, remedy: &str) {
    assert!(!fault.is_empty() && !remedy.is_empty());
}

fn is_sound(reported: &Reported) {
    for one in &reported.reports {
        assert!(one.detail.chars().count() <= 1_000 && !one.detail.contains(char::is_control), "{:?}", one.detail);
        if let Some(recipient) = &one.recipient {
            assert!(recipient.chars().count() <= 256 && !recipient.contains(char::is_control), "{recipient:?}");
        }
        let says_of_address = one.verdict != Verdict::Nothing;
        assert!(!says_of_address || matches!(one.what, What::Kind(_)), "only feedback says something of an address: {one:?}");
        assert!(!one.counts || matches!(one.verdict, Verdict::Dead | Verdict::Complained) || matches!(one.what, What::Kind(_)), "{one:?}");
    }
    let text = serde_json::to_string(reported).expect("it can be kept");
    assert_eq!(&serde_json::from_str::<Reported>(&text).expect("it can be read again"), reported);
}
