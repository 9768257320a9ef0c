//! `jebi verify`: checks the whole store, slice by slice.

use std::io::{self, IsTerminal, Write};

use http::Method;

use super::{Client, Failure, note, print};

pub(super) async fn run(client: &Client) -> Result<(), Failure> {
    let (mut checked, mut violations) = (0, 0_u64);
    let mut path = "/v1/admin/verify".to_owned();
    loop {
        let slice = client.call(Method::GET, &path, None).await?;
        checked += slice["checked"].as_u64().ok_or_else(|| Failure::strange("checked"))?;
        for violation in slice["violations"].as_array().into_iter().flatten() {
            let word = |name: &str| violation[name].as_str().unwrap_or_default();
            print(&format!("{}: {}", word("rule"), word("detail")));
            violations += 1;
        }
        progress(checked);
        match slice["next_cursor"].as_str() {
            Some(next) => path = format!("/v1/admin/verify?cursor={next}"),
            None => break,
        }
    }
    if violations == 0 {
        note(&format!("{checked} deliveries checked: all is as it must be"));
        return Ok(());
    }
    note(&format!("{checked} deliveries checked: {violations} violations; keep a copy of the data folder and report them"));
    Err(Failure::silent())
}

/// Overwritten on a terminal, left out elsewhere.
fn progress(checked: u64) {
    let mut to = io::stderr().lock();
    if to.is_terminal() {
        // Progress that cannot be shown is not missed.
        let _ = write!(to, "{checked} deliveries checked\r");
    }
}
