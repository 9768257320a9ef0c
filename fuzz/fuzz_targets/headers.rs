#![no_main]
//! `cargo +nightly fuzz run headers fuzz/seeds/headers` from the folder above.

#[path = "../checks/headers.rs"]
mod headers;
#[path = "../checks/sound.rs"]
mod sound;

libfuzzer_sys::fuzz_target!(|data: &[u8]| headers::check(data));
