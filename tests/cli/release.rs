//! A copied data folder sends nothing until it is released.

use std::{fs, path::Path};

use super::{SEND, Server, fault, folder, ids, next_week, run, until};

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to.join("data")).expect("a folder");
    for file in fs::read_dir(from.join("data")).expect("the data folder") {
        let file = file.expect("an entry");
        fs::copy(file.path(), to.join("data").join(file.file_name())).expect("copied");
    }
}

fn state(server: &Server, id: &str) -> String {
    server.get(&format!("/v1/deliveries/{id}"))["state"].as_str().expect("a state").to_owned()
}

#[test]
fn a_copy_is_held_until_released_and_what_was_due_is_left_to_a_person() {
    let (original, dir) = (folder(), folder());
    let before = run(original.path(), &[], &SEND);
    let later = run(original.path(), &[], &[&SEND[..], &["--schedule", &next_week()]].concat());
    let (before, later) = (ids(&before)[0], ids(&later)[0]);
    copy(original.path(), dir.path());

    let server = Server::start(dir.path(), &[]);
    assert!(
        server.greeting.contains("\nIt sends nothing until you run `jebi release`: data/installation is a copy: "),
        "{}",
        server.greeting
    );
    let (status, ready) = server.ask("GET", "/ready", "");
    assert_eq!(status, 503);
    let guard = ready["checks"].as_array().and_then(|all| all.iter().find(|c| c["name"] == "restore_guard")).expect("the guard");
    assert!(guard["ok"] == false && guard["detail"].as_str().is_some_and(|d| d.contains("the whole folder was copied")), "{guard}");

    // Accepted meanwhile, and not sent.
    let during = run(dir.path(), &[("SYNC_WAIT_SECONDS", "1")], &[&SEND[..], &["--wait"]].concat());
    assert_eq!((during.code, during.out.split(' ').nth(2)), (69, Some("waiting\n")), "{}", during.err);
    assert_eq!(state(&server, before), "waiting");

    let unasked = run(dir.path(), &[], &["release"]);
    assert_eq!(unasked.code, 1);
    let said = "--yes: is needed where nobody can be asked; give it if the original of this store no longer sends";
    assert_eq!(unasked.err.lines().last(), Some(said));
    let released = run(dir.path(), &[], &["release", "--yes"]);
    assert_eq!((released.code, released.out.as_str()), (0, "released: recipients now unsettled: 1, waiting and sent when due: 2\n"));
    assert!(released.err.starts_with("held since "), "{}", released.err);

    let after = run(dir.path(), &[], &[&SEND[..], &["--wait"]].concat());
    assert_eq!((after.code, after.out.split(' ').nth(2)), (0, Some("sent\n")), "{}", after.err);
    until("what came during the hold is sent", || (state(&server, ids(&during)[0]) == "sent").then_some(()));
    assert_eq!((state(&server, before).as_str(), state(&server, later).as_str()), ("unsettled", "waiting"));
    assert_eq!(server.ask("GET", "/ready", "").0, 200);
    assert_eq!(run(dir.path(), &[], &["release"]).out, "the store is not held: there is nothing to release\n");
    assert_eq!(run(dir.path(), &[], &["verify"]).code, 0);
}

#[test]
fn a_copy_can_be_released_before_it_is_started() {
    let (original, dir) = (folder(), folder());
    let before = run(original.path(), &[], &SEND);
    copy(original.path(), dir.path());
    let unasked = run(dir.path(), &[], &["release"]);
    assert_eq!((unasked.code, unasked.out.as_str()), (1, ""));
    let released = run(dir.path(), &[], &["release", "--yes"]);
    assert_eq!((released.code, released.out.as_str()), (0, "released: recipients now unsettled: 1, waiting and sent when due: 0\n"));
    let server = Server::start(dir.path(), &[]);
    assert!(!server.greeting.contains("jebi release"), "{}", server.greeting);
    assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--wait"]].concat()).code, 0);
    assert_eq!(state(&server, ids(&before)[0]), "unsettled");
    assert_eq!(fault(&run(original.path(), &[], &["release", "--no"])).0, 2);
}
