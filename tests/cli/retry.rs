//! `jebi retry`: sends again what failed for now or expired (requirement S0-10).

use super::{SEND, Server, fault, folder, next_week, run};

#[test]
fn it_tells_how_many_and_takes_only_what_makes_sense() {
    let dir = folder();
    assert_eq!(fault(&run(dir.path(), &[], &["retry"])).0, 1, "there is no store to look through");
    let server = Server::start(dir.path(), &[]);
    run(dir.path(), &[], &[&SEND[..], &["--schedule", &next_week()]].concat());
    let ran = run(dir.path(), &[], &["retry", "--since-hours", "48"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "total: 0, success: 0, failed: 0\n", ""));
    let (code, told) = (run(dir.path(), &[], &["retry", "--since-hours", "0"]), "since_hours: 0 is not between 1 and 8784");
    assert!(code.code == 1 && code.err.contains(told), "{}", code.err);
    assert_eq!(run(dir.path(), &[], &["retry", "--topic", "none"]).code, 1);
    drop(server);
}
