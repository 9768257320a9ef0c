//! Mail with files: they are read before it is offered, held once for all its copies, and what cannot be read fails or waits alone.

use std::time::Duration;

use jebi_domain::{delivery::State, message::Lane};

use super::rig::*;

/// Bytes that are not alike.
fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 7 % 251) as u8).collect()
}

#[test]
fn a_file_is_read_once_and_shared_by_all_copies() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(3 << 20));
        let no = rig.store.post(Post { copies: 2000, files: &[file], ..Post::default() });
        rig.until(|rig| rig.provider.sent().len() == 2000).await;
        quiet().await;
        assert!((0..2000).all(|i| rig.store.row(no, i).state == State::Sent));
        assert_eq!(rig.shelf.read(), 3 << 20);
        let sent = rig.provider.sent();
        let lines = |i: usize| sent[i].body.pieces()[1].clone();
        assert_eq!(lines(0).as_ptr(), lines(1999).as_ptr(), "the same memory");
        let back = mail_parser::decoders::base64::base64_decode(&lines(0)).expect("base64");
        assert_eq!(back, bytes(3 << 20));
    });
}

#[test]
fn other_mail_goes_while_files_are_read() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(1000));
        rig.shelf.gate();
        let large = rig.store.post(Post { copies: 300, files: &[file], ..Post::default() });
        let small = rig.store.post(Post { lane: Lane::Transactional, ..Post::default() });
        let bulk = rig.store.post(Post { topic: "other", ..Post::default() });
        rig.until(|rig| rig.store.row(small, 0).state == State::Sent && rig.store.row(bulk, 0).state == State::Sent).await;
        assert_eq!(rig.provider.sent().len(), 2);
        rig.shelf.open();
        rig.until(|rig| rig.provider.sent().len() == 302).await;
        assert_eq!(rig.store.row(large, 299).state, State::Sent);
    });
}

#[test]
fn a_file_that_is_gone_or_damaged_fails_its_mail_and_no_other() {
    run(async {
        let rig = Rig::new().await;
        let [gone, spoilt, good] = [1000, 2000, 3000].map(|n| rig.shelf.put(bytes(n)));
        rig.shelf.remove(gone.0);
        rig.shelf.spoil(spoilt.0, vec![0; 2000]);
        let post = |files| rig.store.post(Post { copies: 3, files, ..Post::default() });
        let (a, b, c) = (post(&[good, gone]), post(&[spoilt]), post(&[good]));
        rig.until(|rig| rig.store.leased() == 0 && rig.store.row(c, 2).state == State::Sent).await;
        for (no, code) in [(a, "attachment_missing"), (b, "attachment_damaged")] {
            for i in 0..3 {
                let row = rig.store.row(no, i);
                let reason = row.reason.expect("a reason");
                assert_eq!((row.state, reason.code.as_str()), (State::Failed, code));
                assert!(reason.remedy.contains("upload the file again"), "{reason:?}");
            }
        }
        assert_eq!(rig.provider.sent().len(), 3);
    });
}

#[test]
fn mail_waits_for_a_store_that_does_not_give_its_files_and_no_attempt_counts() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(1000));
        rig.shelf.set_away(true);
        let no = rig.store.post(Post { copies: 2, files: &[file], ..Post::default() });
        rig.until(|rig| rig.store.row(no, 1).reason.is_some()).await;
        let row = rig.store.row(no, 1);
        assert_eq!((row.state, row.attempt), (State::Waiting, 0));
        assert_eq!(row.reason.map(|r| r.code).as_deref(), Some("attachment_unread"));
        rig.shelf.set_away(false);
        rig.until(|rig| rig.store.row(no, 0).state == State::Sent && rig.store.row(no, 1).state == State::Sent).await;
        assert_eq!((rig.store.row(no, 0).attempt, rig.provider.sent().len()), (1, 2));
    });
}

#[test]
fn mail_that_waits_for_its_files_is_taken_back_like_any_other() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(1000));
        rig.shelf.gate();
        let no = rig.store.post(Post { copies: 5, files: &[file], ..Post::default() });
        quiet().await;
        assert_eq!(rig.store.leased(), 5);
        rig.store.cancel("news");
        quiet().await;
        assert_eq!(rig.store.leased(), 0);
        // What is read too late changes nothing.
        rig.shelf.open();
        rig.advance(Duration::from_secs(30)).await;
        assert!(rig.provider.sent().is_empty());
        assert!((0..5).all(|i| rig.store.row(no, i).state != State::Sent));
    });
}

#[test]
fn a_stop_gives_back_what_waits_for_its_files() {
    run(async {
        let mut rig = Rig::new().await;
        let file = rig.shelf.put(bytes(1000));
        rig.shelf.gate();
        rig.store.post(Post { copies: 5, files: &[file], ..Post::default() });
        quiet().await;
        assert_eq!(rig.store.leased(), 5);
        let left = rig.dispatcher.take().expect("running").stop(Duration::from_secs(5)).await;
        assert_eq!((left.unwritten, rig.store.leased()), (0, 0));
    });
}

#[test]
fn mail_that_is_paused_and_goes_on_while_its_files_are_read_is_read_once_and_sent_once() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(2 << 20));
        rig.shelf.gate();
        let no = rig.store.post(Post { copies: 3, files: &[file], ..Post::default() });
        quiet().await;
        rig.store.pause("news", true);
        quiet().await;
        assert_eq!(rig.store.leased(), 0);
        rig.store.pause("news", false);
        rig.until(|rig| rig.store.leased() == 3).await;
        rig.shelf.open();
        rig.until(|rig| (0..3).all(|i| rig.store.row(no, i).state == State::Sent)).await;
        rig.advance(Duration::from_secs(30)).await;
        assert_eq!((rig.provider.sent().len(), rig.store.leased(), rig.status().leased), (3, 0, 0));
        assert!((0..3).all(|i| rig.store.row(no, i).attempt == 1), "nothing that was given back cost an attempt");
        // The first reading was given up, before it had read anything, or its file was kept for the second.
        assert_eq!(rig.shelf.read(), 2 << 20);
    });
}

#[test]
fn files_of_mail_that_was_cancelled_hold_up_no_other_mail() {
    run(async {
        let rig = Rig::new().await;
        let files = [1, 2, 3].map(|n| rig.shelf.put(bytes((2 << 20) + n)));
        rig.shelf.hang(files[0].0);
        rig.shelf.hang(files[1].0);
        let post = |topic, file: usize| rig.store.post(Post { topic, files: &files[file..=file], ..Post::default() });
        let (_, kept, other) = (post("a", 0), post("b", 1), post("c", 2));
        rig.advance(Duration::from_secs(1)).await;
        assert!(rig.provider.sent().is_empty(), "two are read at once");
        rig.store.cancel("a");
        rig.until(|rig| rig.store.row(other, 0).state == State::Sent).await;
        assert_eq!(rig.store.leased(), 1);
        // What hangs may be given back and be claimed again: it is read anew.
        rig.shelf.hang_no_more();
        rig.store.pause("b", true);
        rig.advance(Duration::from_secs(1)).await;
        rig.store.pause("b", false);
        rig.until(|rig| rig.store.row(kept, 0).state == State::Sent).await;
        assert_eq!((rig.provider.sent().len(), rig.store.leased()), (2, 0));
    });
}

#[test]
fn a_password_reset_with_a_small_file_waits_for_no_large_ones_of_either_lane() {
    run(async {
        let rig = Rig::new().await;
        let large = [1, 2, 3, 4].map(|n| rig.shelf.put(bytes((2 << 20) + n)));
        large.iter().for_each(|(id, _)| rig.shelf.hang(*id));
        for (i, lane) in [Lane::Bulk, Lane::Bulk, Lane::Transactional, Lane::Transactional].into_iter().enumerate() {
            rig.store.post(Post { lane, files: &large[i..=i], ..Post::default() });
        }
        rig.advance(Duration::from_secs(1)).await;
        let small = rig.shelf.put(bytes(50_000));
        let reset = rig.store.post(Post { topic: "login", lane: Lane::Transactional, files: &[small], ..Post::default() });
        quiet().await;
        assert_eq!(rig.store.row(reset, 0).state, State::Sent);
        // What hangs is given back by a stop like the rest.
        let mut rig = rig;
        let left = rig.dispatcher.take().expect("running").stop(Duration::from_secs(5)).await;
        assert_eq!((left.unwritten, rig.store.leased(), rig.provider.sent().len()), (0, 0, 1));
    });
}

#[test]
fn a_provider_that_takes_none_gets_its_mail_with_files_back_when_it_does() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(1000));
        rig.shelf.gate();
        let no = rig.store.post(Post { files: &[file], ..Post::default() });
        quiet().await;
        // Nothing of it is held while the account is refused.
        rig.provider.always(refused());
        rig.store.post(Post { topic: "other", ..Post::default() });
        rig.until(|rig| rig.store.leased() == 0).await;
        rig.shelf.open();
        rig.provider.always(accepted());
        rig.dispatch.account_answered(None, rig.clock_boot());
        rig.until(|rig| rig.store.count(State::Sent) == 2).await;
        assert_eq!(rig.store.row(no, 0).attempt, 1);
    });
}

#[test]
fn mail_that_others_took_over_while_its_files_were_read_is_not_sent_by_this_node() {
    run(async {
        let rig = Rig::new().await;
        let file = rig.shelf.put(bytes(1000));
        rig.shelf.gate();
        let no = rig.store.post(Post { copies: 2, files: &[file], ..Post::default() });
        quiet().await;
        rig.dispatch.give_up(rig.clock_wall());
        quiet().await;
        assert_eq!(rig.store.leased(), 0);
        rig.shelf.open();
        quiet().await;
        assert!(rig.provider.sent().is_empty());
        assert_eq!(rig.store.row(no, 1).reason.map(|r| r.code).as_deref(), Some("node_taken_over"), "evidence that it was not sent");
    });
}
