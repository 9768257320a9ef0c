//! The check of the fuzz target `headers` on its seeds and on bytes made at random: what a day of fuzzing finds is added to the seeds.

use std::fs;

use proptest::prelude::*;

use super::sound;

#[path = "../../fuzz/checks/headers.rs"]
mod headers;

#[test]
fn every_seed_makes_a_mail_that_is_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/headers");
    let seeds: Vec<_> = fs::read_dir(folder).expect("a folder").map(|seed| seed.expect("a file").path()).collect();
    assert!(seeds.len() >= 10, "{seeds:?}");
    for seed in seeds {
        headers::check(&fs::read(&seed).unwrap_or_else(|e| panic!("{}: {e}", seed.display())));
    }
}

proptest! {
    #[test]
    fn any_bytes_make_a_mail_that_is_sound(data in prop::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(0x1f), 1 => prop::sample::select(b"\r\n:;=?\"<>@-._ ,".to_vec())], 0..800)) {
        headers::check(&data);
    }

    #[test]
    fn any_text_makes_a_mail_that_is_sound(fields in prop::collection::vec(prop_oneof!["\\PC{0,60}", "(?s).{0,40}", "[a-z \"\\\\;=?<>]{0,90}", "(\r\n|--|=_mixed_|Bcc: |a@b.kr|=\\?utf-8\\?B\\?|\\?=){0,12}"], 0..33)) {
        headers::check(fields.join("\u{1f}").as_bytes());
    }
}
