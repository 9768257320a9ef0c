#![no_main]
//! `cargo +nightly fuzz run template fuzz/corpus/template fuzz/seeds/template` from the folder above.

#[path = "../checks/template.rs"]
mod template;

libfuzzer_sys::fuzz_target!(|data: &[u8]| template::check(data));
