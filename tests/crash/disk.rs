//! A full disk, and one that does not sync.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{OnceLock, atomic::Ordering},
    thread,
    time::Duration,
};

use super::{
    LONG,
    check::{self, Leased},
    home::Home,
    load::Load,
};
use crate::support::{machine, site::Site, wait::until};

/// The library that makes the disk fail, built once a run.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libfault.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/fault.c");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(&out).arg(source).arg("-ldl").status();
        assert!(built.expect("a C compiler; scripts/test installs one").success());
        out
    })
}

/// A home whose disk can be made to fail.
struct Disk {
    home: Home,
    control: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let home = Home::new(None);
        let control = home.path().join("fault");
        fs::write(&control, "").expect("written");
        home.set("LD_PRELOAD", library().to_str().expect("text"));
        home.set("JEBI_TEST_FAULT_FOLDER", home.data().to_str().expect("text"));
        home.set("JEBI_TEST_FAULT_CONTROL", control.to_str().expect("text"));
        Self { home, control }
    }

    fn fail(&self, how: &str) {
        fs::write(&self.control, how).expect("written");
    }
}

#[test]
fn a_full_disk_refuses_mail_and_loses_none() {
    let _machine = machine::busy();
    let disk = Disk::new();
    let home = &disk.home;
    home.ses.set_latency(Duration::from_millis(10));
    let load = Load::of([2000].into_iter().chain([1; 30]).chain([7, 400]).chain([2; 10]));
    let server = home.start();
    load.post_to(home, 31, 3);
    assert!(home.ses.wait_for(200, LONG));
    disk.fail("ENOSPC");
    // Calls under way end; their outcomes wait for room. Nothing new is claimed.
    let stuck = until("the end of sending", LONG, || {
        let before = home.ses.total();
        (!home.ses.wait_for(before + 1, Duration::from_millis(1500))).then_some(before)
    });
    assert!(stuck < 2030, "it went on without a disk");
    until("a red /ready", LONG, || (home.call("GET", "/ready", &[], b"").expect("an answer").status == 503).then_some(()));
    let one = r#"{"messages":[{"emails":["full@example.com"],"subject":"s","content":"c"}]}"#;
    let refused = home.call("POST", "/v1/messages", &[], one.as_bytes()).expect("an answer");
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("disk_full")), "{:?}", refused.json());
    assert!(refused.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok()), "{}", refused.head);
    let acknowledged = load.acknowledged().len();
    thread::scope(|scope| {
        let posting = scope.spawn(|| load.post_all(home, 3));
        until("refusals", LONG, || (load.failures.load(Ordering::Relaxed) > 5).then_some(()));
        assert_eq!(load.acknowledged().len(), acknowledged, "nothing is acknowledged that is not on the disk");
        disk.fail("");
        posting.join().expect("everything was acknowledged");
    });
    load.drained(home);
    until("a green /ready", LONG, || (home.call("GET", "/ready", &[], b"").expect("an answer").status == 200).then_some(()));
    let tally = check::nothing_lost(home, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "no outcome was lost, so nothing was sent again: {tally:?}");
    server.stop();
    check::verified(home);
}

#[test]
fn a_sync_that_fails_ends_the_process_and_loses_nothing() {
    let _machine = machine::busy();
    let disk = Disk::new();
    let home = &disk.home;
    home.ses.set_latency(Duration::from_millis(5));
    let load = Load::of([1500].into_iter().chain([1; 60]));
    let mut server = home.start();
    let (mut leased, mut copies) = (Leased::default(), 0);
    let server = thread::scope(|scope| {
        let posting = scope.spawn(|| load.post_all(home, 3));
        assert!(home.ses.wait_for(100, LONG));
        disk.fail("EIO");
        let status = server.ended(LONG);
        assert_eq!(status.code(), Some(70), "{status}\n{}", home.log());
        copies = leased.note(home);
        disk.fail("");
        let server = home.start();
        posting.join().expect("everything was acknowledged");
        load.drained(home);
        server
    });
    let tally = check::nothing_lost(home, &load, &leased);
    assert_eq!(tally.unknown, 0, "{tally:?}");
    server.stop();
    check::verified(home);
    println!("{copies} leased, {tally:?}");
}
