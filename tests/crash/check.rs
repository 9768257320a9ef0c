//! What has to hold once everything has drained.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{home::Home, load::Load};
use crate::support::site::Site;

/// How often each address had its copy under a lease when a server ended.
#[derive(Debug, Default)]
pub struct Leased(BTreeMap<String, u32>);

impl Leased {
    /// Notes what is leased now that a server has ended. Returns how many copies.
    pub fn note(&mut self, home: &Home) -> usize {
        self.add(home.leased())
    }
    /// Notes these. Returns how many.
    pub fn add(&mut self, addresses: BTreeSet<String>) -> usize {
        let copies = addresses.len();
        addresses.into_iter().for_each(|to| *self.0.entry(to).or_default() += 1);
        copies
    }
    fn times(&self, to: &str) -> u32 {
        self.0.get(to).copied().unwrap_or(0)
    }
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Tally {
    pub recipients: usize,
    /// Recipients who got it twice.
    pub twice: usize,
    /// Copies that say they may have.
    pub maybe_twice: usize,
    /// Copies whose end nobody knows, and those of them that never arrived.
    pub unknown: usize,
    pub unknown_unsent: usize,
}

/// A copy as `/v1/deliveries` shows it.
struct Shown {
    state: String,
    maybe_twice: bool,
}

/// Everything acknowledged is there once and has arrived, or shows that nobody knows; what arrived twice was leased at a kill
/// and shows it.
#[track_caller]
pub fn nothing_lost(home: &impl Site, load: &Load, leased: &Leased) -> Tally {
    verified(home);
    let acknowledged = load.acknowledged();
    assert_eq!(acknowledged.len(), load.recipients(), "every request was acknowledged in the end");
    assert!(acknowledged.values().all(|n| *n == 1));
    let arrived = home.ses().counts();
    let shown = shown(home, load);
    assert_eq!(shown.len(), acknowledged.len(), "a repeated request does not double");
    let mut tally = Tally { recipients: shown.len(), ..Tally::default() };
    for to in arrived.keys() {
        assert!(acknowledged.contains_key(to), "{to} got mail nobody acknowledged");
    }
    for (to, copy) in &shown {
        let times = arrived.get(to).copied().unwrap_or(0);
        tally.maybe_twice += usize::from(copy.maybe_twice);
        match copy.state.as_str() {
            "sent" => assert!(times >= 1, "{to} is shown as sent and did not arrive"),
            // Only what was leased at two kills: it is not sent a third time.
            "unknown" => {
                assert!(leased.times(to) >= 2, "{to} is unknown and was not leased at two kills");
                tally.unknown += 1;
                tally.unknown_unsent += usize::from(times == 0);
            }
            other => panic!("{to} is {other} after everything has drained"),
        }
        if times > 1 {
            tally.twice += 1;
            assert!(times == 2, "{to} arrived {times} times");
            assert!(leased.times(to) >= 1, "{to} arrived twice and was not leased at a kill");
            assert!(copy.maybe_twice || copy.state == "unknown", "{to} arrived twice and does not show it");
        }
    }
    tally
}

/// Every copy, by address.
fn shown(home: &impl Site, load: &Load) -> BTreeMap<String, Shown> {
    let mut all = BTreeMap::new();
    for topic in load.topics() {
        each_delivery(home, &format!("topic_id={topic}"), |d| {
            let to = d["recipients"][0]["email"].as_str().expect("an address").to_owned();
            let copy =
                Shown { state: d["state"].as_str().expect("a state").to_owned(), maybe_twice: d["maybe_twice"].as_bool().expect("a flag") };
            assert!(all.insert(to.clone(), copy).is_none(), "{to} is stored twice");
        });
    }
    all
}

/// Goes through `/v1/deliveries`, page by page.
pub fn each_delivery(home: &impl Site, filter: &str, mut look: impl FnMut(&Value)) {
    let mut cursor = String::new();
    loop {
        let page = home.get(&format!("/v1/deliveries?{filter}&limit=500{cursor}"));
        page["deliveries"].as_array().expect("a list").iter().for_each(&mut look);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return,
        }
    }
}

/// `jebi verify` finds nothing, through a server or on the store of a stopped one.
#[track_caller]
pub fn verified(home: &impl Site) {
    let verify = home.jebi(&["verify"]);
    assert!(verify.status.success(), "{}{}", String::from_utf8_lossy(&verify.stdout), String::from_utf8_lossy(&verify.stderr));
}
