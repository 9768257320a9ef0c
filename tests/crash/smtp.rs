//! Killed while it sends by SMTP: nothing is lost, and what came twice had been leased at a kill and shows it.

use super::{home::Home, load::Load, random::killed_in};
use crate::support::machine;

/// A home whose servers send to an SMTP sink.
fn home() -> Home {
    let home = Home::new(None);
    let port = home.ses.listen_for_smtp();
    home.set("PROVIDER", "smtp");
    home.set("SMTP_HOST", "127.0.0.1");
    home.set("SMTP_PORT", port.to_string());
    home.set("SMTP_TLS", "none");
    home
}

#[test]
fn mail_sent_by_smtp_survives_three_kills() {
    let _machine = machine::busy();
    let load = Load::of([2000, 1, 1, 2000].into_iter().chain([1; 198]).chain([1000, 800]));
    assert_eq!(load.recipients(), 6000);
    let tally = killed_in(&home(), 25, &load, 3);
    assert!(tally.unknown_unsent <= tally.unknown);
}

#[test]
fn after_one_kill_everybody_has_what_was_sent_by_smtp() {
    let _machine = machine::busy();
    let load = Load::of([1000].into_iter().chain([1; 100]));
    let tally = killed_in(&home(), 4, &load, 1);
    assert_eq!(tally.unknown, 0, "one kill leaves nothing unknown: {tally:?}");
}
