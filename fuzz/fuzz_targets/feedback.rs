#![no_main]
//! `cargo +nightly fuzz run feedback fuzz/corpus/feedback fuzz/seeds/feedback` from the folder above.

#[path = "../checks/feedback.rs"]
mod feedback;

libfuzzer_sys::fuzz_target!(|data: &[u8]| feedback::check(data));
