//! A copied or restored store sends nothing until it is told to.

use std::{fs, path::Path};

use jebi_domain::{
    delivery::State,
    port::store::{Guard, Notice},
    time::Wall,
};

use super::{
    sqlite::Sqlite,
    support::{self, Engine, Fixture, Mail, PROVIDER, copies, each, node, run, sent, unsettled},
};

fn copy(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        fs::copy(from.join(name), to.join(name)).expect("copy");
    }
}

fn why(guard: &Guard) -> &str {
    match guard {
        Guard::Held { why, .. } | Guard::BulkHeld { why, .. } => why,
        Guard::Open => "open",
    }
}

#[test]
fn a_store_left_alone_is_open_and_one_restored_copied_or_moved_is_held() {
    run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        let (mine, backup, folder, other) = (Sqlite::new(), Sqlite::new(), Sqlite::new(), Sqlite::new());
        for engine in [&mine, &other] {
            let store = engine.open(&f.clock).await.expect("opens");
            assert_eq!(store.guard(), Guard::Open);
            store.close().await;
        }
        copy(mine.path(), backup.path(), &["jebi.db"]);
        copy(mine.path(), folder.path(), &["jebi.db", "installation"]);
        let store = mine.open(&f.clock).await.expect("opens");
        assert_eq!(store.guard(), Guard::Open);
        store.raise_epoch().await.expect("raise");
        store.close().await;

        let missing = backup.open(&f.clock).await.expect("opens");
        assert!(why(&missing.guard()).contains("is missing"), "{:?}", missing.guard());
        missing.close().await;
        let copied = folder.open(&f.clock).await.expect("opens");
        assert!(why(&copied.guard()).contains("is a copy"), "{:?}", copied.guard());
        copied.close().await;
        // An older state back in its place: the file beside it has gone on.
        let (fresh, older) = (Sqlite::new(), Sqlite::new());
        fresh.open(&f.clock).await.expect("opens").close().await;
        copy(fresh.path(), older.path(), &["jebi.db"]);
        let again = fresh.open(&f.clock).await.expect("opens");
        again.raise_epoch().await.expect("raise");
        again.close().await;
        copy(older.path(), fresh.path(), &["jebi.db"]);
        let restored = fresh.open(&f.clock).await.expect("opens");
        assert!(why(&restored.guard()).contains("it was restored"), "{:?}", restored.guard());
        restored.close().await;
        // It stays held, however often it is started.
        let restored = fresh.open(&f.clock).await.expect("opens");
        assert!(matches!(restored.guard(), Guard::Held { .. }));
        restored.close().await;

        let file = other.path().join("installation");
        let text = fs::read_to_string(&file).expect("read");
        fs::write(&file, text.replacen(&text[..4], "0000", 1)).expect("write");
        let foreign = other.open(&f.clock).await.expect("opens");
        assert!(why(&foreign.guard()).contains("another database"), "{:?}", foreign.guard());
        foreign.close().await;
    });
}

/// Opens again as if the store had been copied: held.
async fn hold(f: &mut Fixture, sqlite: &Path) {
    f.store.close().await;
    fs::remove_file(sqlite.join("installation")).expect("remove");
    f.store = f.engine.open(&f.clock).await.expect("opens");
    assert!(matches!(f.store.guard(), Guard::Held { .. }));
    f.incarnation = f.store.start(&node("하나"), f.now()).await.expect("start");
    f.subscribe().await;
    f.take_notices();
}

fn held(test: impl AsyncFnOnce(&mut Fixture, &Path)) {
    let engine = Sqlite::new();
    let path = engine.path().to_owned();
    run(Box::new(engine), async |f: &mut Fixture| test(f, &path).await);
}

#[test]
fn a_held_store_gives_nothing_and_takes_mail() {
    held(async |f, path| {
        f.post_one(each("t", 2)).await;
        hold(f, path).await;
        f.window.set(jebi_domain::message::Lane::Transactional, 100);
        let new = f.post_one(each("t", 1)).await;
        assert!(f.claim(9).await.is_empty());
        assert!(f.store.queues(PROVIDER).await.expect("queues").iter().all(|q| q.paused));
        assert!(f.take_notices().iter().all(|n| matches!(n, Notice::Queue(q) if q.paused)), "nothing is born leased");
        f.pass(5);
        let released = f.store.release(f.now()).await.expect("release");
        assert_eq!((released.unsettled, released.waiting, f.store.guard()), (2, 1, Guard::Open));
        assert!(f.take_notices().iter().any(|n| matches!(n, Notice::Queue(q) if !q.paused)), "the dispatcher is told");
        let claimed = f.claim(9).await;
        assert_eq!((copies(&claimed), claimed[0].message.id), (1, new));
    });
}

#[test]
fn what_was_under_way_is_held_for_a_person_and_what_is_later_goes() {
    held(async |f, path| {
        let later = Wall(f.now().0 + 600_000);
        let ids =
            f.post(vec![each("due", 700), each("out", 2), each("open", 2), each("tried", 1), each("gone", 3), each("gone2", 2)]).await;
        let scheduled = f.post_one(Mail { due: Some(later), ..each("later", 4) }).await;
        for queue in f.queues().await {
            let c = f.claim_from(queue, 1).await;
            match c.first().map(|c| c.message.topic.clone()).as_deref() {
                Some("open") => f.settle_all(&c, unsettled(Wall(f.now().0 + 100_000))).await,
                Some("tried") => f.settle_all(&c, support::retry(later)).await,
                Some("due") => f.settle_all(&c, sent()).await,
                _ => {}
            }
        }
        f.store.cancel_topic("gone", f.now()).await.expect("cancel");
        f.store.cancel_message(ids[5], f.now()).await.expect("cancel");
        hold(f, path).await;
        f.pass(5);
        let released = f.store.release(f.now()).await.expect("release");
        // 699 due, 2 + 2 out or open, one leased of each cancelled topic ends as unknown; the retry and the scheduled wait.
        assert_eq!((released.unsettled, released.waiting), (699 + 2 + 2, 1 + 4));
        f.reclaim().await;
        f.pass(300_000);
        assert!(f.claim(1_000).await.is_empty(), "nothing of it is resent by itself");
        assert_eq!((f.state(ids[1], 0).await, f.state(ids[2], 0).await), (State::Unsettled, State::Unsettled));
        assert_eq!((f.state(ids[4], 0).await, f.state(ids[4], 1).await), (State::Unknown, State::Cancelled));
        assert_eq!(f.view(ids[0], 5).await.reason.map(|r| r.code), Some("restored".into()));
        assert_eq!(f.violations().await, []);
        f.pass(300_000);
        let claimed = f.claim(1_000).await;
        assert!(claimed.iter().any(|c| c.message.id == scheduled) && copies(&claimed) == 5);
        // Feedback of the original's mail still settles it.
        f.report(ids[0], 5, &support::address(5), jebi_domain::event::FeedbackKind::Delivered).await;
        assert_eq!(f.state(ids[0], 5).await, State::Sent);
        f.restart().await;
        assert_eq!(f.store.guard(), Guard::Open);
    });
}
