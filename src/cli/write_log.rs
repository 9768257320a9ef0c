//! A node's own log of what it wrote to its sockets and when, for tests that look at the rate of several. Compiled to nothing in release
//! builds.
//!
//! `JEBI_TEST_WRITE_LOG=path` appends a line for every mail: nanoseconds of the clock that runs through suspend, which all processes of a
//! machine share, and recipients.

use std::sync::Arc;

use jebi_domain::time::Boot;

/// What is told of every write.
type Observer = Arc<dyn Fn(Boot, u32) + Send + Sync>;

#[cfg(debug_assertions)]
pub(super) fn observer() -> Option<Observer> {
    use std::io::Write;

    #[expect(clippy::disallowed_methods, reason = "a test's own switch, absent from release builds and from the configuration")]
    let path = std::env::var_os("JEBI_TEST_WRITE_LOG")?;
    #[expect(clippy::expect_used, reason = "a test that asked for a log needs it")]
    let file = std::fs::File::options().create(true).append(true).open(path).expect("JEBI_TEST_WRITE_LOG can be written");
    Some(Arc::new(move |at, recipients| {
        // One call a line: threads and processes share the file, and a kill cuts none.
        let written = (&file).write_all(format!("{} {recipients}\n", at.0).as_bytes());
        debug_assert!(written.is_ok(), "{written:?}");
    }))
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(super) fn observer() -> Option<Observer> {
    None
}
