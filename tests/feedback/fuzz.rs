//! The check of the fuzz target `feedback` on its seeds and on reports made at random: what a day of fuzzing finds is added to the seeds.

use std::fs;

use proptest::prelude::*;

#[path = "../../fuzz/checks/feedback.rs"]
mod feedback;

fn seeds() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/feedback");
    let paths = fs::read_dir(folder).expect("a folder").map(|seed| seed.expect("a file").path());
    paths.map(|path| fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).collect()
}

#[test]
fn every_seed_is_read() {
    let seeds = seeds();
    assert!(seeds.len() >= 16, "{}", seeds.len());
    seeds.iter().for_each(|seed| feedback::check(seed));
}

/// Words of both forms.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "1",
    "true",
    "\\u0000",
    "\"eventType\":",
    "\"notificationType\":",
    "\"Bounce\"",
    "\"Complaint\"",
    "\"Rendering Failure\"",
    "\"mail\":{",
    "\"bounce\":{",
    "\"bouncedRecipients\":[",
    "\"emailAddress\":\"a@b.kr\"",
    "\"tags\":{\"jebi-delivery\":",
    "\"headers\":[",
    "\r\n",
    "\r\n\r\n",
    "--b\r\n",
    "--b--",
    "Content-Type: multipart/report; boundary=\"b\"",
    "Content-Type: message/delivery-status",
    "Content-Type: message/feedback-report",
    "Content-Type: message/rfc822",
    "Action: failed",
    "Final-Recipient: rfc822; a@b.kr",
    "Status: 5.1.1",
    "Feedback-Type: abuse",
    "X-Jebi-Delivery-Id: 1g64s36d1n6rvkgeb1c9hp8sb6-7",
    "Auto-Submitted: auto-replied",
    " ",
    "가",
];

proptest! {
    #[test]
    fn any_bytes_are_read(data in prop::collection::vec(any::<u8>(), 0..600)) {
        feedback::check(&data);
    }

    #[test]
    fn any_words_are_read(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        feedback::check(words.concat().as_bytes());
    }

    /// A seed with a stretch cut out, doubled or overwritten.
    #[test]
    fn damaged_reports_are_read(which in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), len in 0_usize..40, put in "\\PC{0,8}") {
        let seeds = seeds();
        let mut seed = seeds[which.index(seeds.len())].clone();
        let from = from.index(seed.len());
        let end = (from + len).min(seed.len());
        seed.splice(from..end, put.into_bytes());
        feedback::check(&seed);
    }
}
