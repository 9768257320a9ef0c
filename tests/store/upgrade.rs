//! What earlier releases wrote is opened by this one. `releases/0001.sql` is the dump of a database that the release with migration
//! 0001 made: sent, bounced, joint, scheduled and cancelled mail, an API key, an answer kept under an idempotency key.

use std::{fs, os::unix::fs::MetadataExt, path::Path, sync::Arc};

use jebi::store::sqlite::{DiskFloor, Options, SqliteStore};
use jebi_domain::{
    access::Grant,
    delivery::State,
    fake::{ManualClock, SeededRandom},
    id::{Incarnation, KeyNo},
    port::store::{AdminStore, Claim, Counts, DeliveryFilter, DeliveryView, Guard, Housekept, QueueStore, ReadStore},
    time::Wall,
};
use rusqlite::Connection;

use super::support::node;

const DUMP: &str = include_str!("releases/0001.sql");
/// Its identity, as its file `installation` had it.
const INSTALLATION: &str = "383b9b25dc3ab35d66c19aaf0d3395c5 2";
/// A minute after its last word.
const AFTERWARDS: Wall = Wall(1_795_274_135_000);
/// When its scheduled mail is due.
const DUE: Wall = Wall(1_893_456_000_000);

fn first_release(folder: &Path, clock: &ManualClock) -> SqliteStore {
    let file = folder.join("jebi.db");
    let db = Connection::open(&file).expect("a database");
    db.pragma_update(None, "journal_mode", "wal").expect("a log");
    db.execute_batch(DUMP).expect("the dump");
    drop(db);
    let installation = folder.join("installation");
    fs::write(&installation, "").expect("write");
    let inode = fs::metadata(&installation).expect("metadata").ino();
    fs::write(&installation, format!("{INSTALLATION} {inode}\n")).expect("write");
    let options = Options {
        file,
        byte_budget: 64 << 20,
        disk_floor: DiskFloor { bytes: 0, percent: 0 },
        on_fatal: Arc::new(|why| panic!("the store gave up: {why}")),
    };
    SqliteStore::open(options, Arc::new(clock.clone()), &SeededRandom::new(3)).expect("opens")
}

async fn verified(store: &SqliteStore) {
    let mut after = None;
    loop {
        let slice = store.verify(after).await.expect("verify");
        assert_eq!(slice.violations, []);
        after = slice.next;
        if after.is_none() {
            return;
        }
    }
}

async fn all(store: &SqliteStore, filter: DeliveryFilter) -> Vec<DeliveryView> {
    store.deliveries(filter, None, 100).await.expect("list").deliveries
}

async fn topic(store: &SqliteStore, name: &str) -> Counts {
    store.topic(name).await.expect("look-up").expect("a topic").counts
}

async fn claimed(store: &SqliteStore, incarnation: Incarnation, now: Wall) -> usize {
    let turns = store.queues("local").await.expect("queues").into_iter().map(|q| (q.queue, 10)).collect();
    let claim = Claim {
        incarnation,
        provider: "local".into(),
        turns,
        now,
        max_lateness_ms: i64::MAX,
        late_from: now,
        domains: vec![],
        recipients: u32::MAX,
    };
    store.claim(claim).await.expect("claim").claimed.iter().map(|c| c.copies.len()).sum()
}

#[tokio::test]
async fn a_database_of_the_first_release_goes_on_with_everything_it_knew() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = ManualClock::new(AFTERWARDS);
    let store = first_release(folder.path(), &clock);
    assert!(folder.path().join("jebi.before-0002.db").exists(), "a copy was made before");
    assert_eq!(store.guard(), Guard::Open);
    verified(&store).await;

    assert_eq!(topic(&store, "환영").await, Counts { total: 3, sent: 3, delivered: 2, bounced: 1, ..Counts::default() });
    assert_eq!(topic(&store, "예약").await, Counts { total: 2, waiting: 2, ..Counts::default() });
    assert_eq!(topic(&store, "취소").await, Counts { total: 1, cancelled: 1, ..Counts::default() });

    let keys = store.keys().await.expect("keys");
    assert_eq!(keys.iter().map(|k| (k.no, &k.grant)).collect::<Vec<_>>(), [(KeyNo(1), &Grant::FULL)], "a key without limits keeps none");
    let kept = store.answer(KeyNo(1), "first-release-1", AFTERWARDS).await.expect("look-up").expect("an answer");
    assert_eq!(kept.status, 202);

    let joint: Vec<_> = all(&store, DeliveryFilter { email: Some("c@example.kr".into()), ..DeliveryFilter::default() }).await;
    let [copy] = joint.as_slice() else { panic!("one copy: {joint:?}") };
    assert_eq!(copy.recipients.len(), 3);
    for one in &copy.recipients {
        assert_eq!((one.state, one.attempts, one.provider_id.is_some()), (State::Sent, 1, true), "{one:?}");
    }

    // What this release finds mail by is made for what was there.
    while store.housekeep(Incarnation(0), AFTERWARDS).await.expect("housekeep") == Housekept::More {}
    let by_id = DeliveryFilter { provider_id: copy.provider_id.clone(), ..DeliveryFilter::default() };
    assert_eq!(all(&store, by_id).await.len(), 1);
    let since = DeliveryFilter { since: Some(Wall(1_795_274_072_000)), ..DeliveryFilter::default() };
    assert_eq!(all(&store, since).await.len(), 4, "the joint copy of later, two scheduled ones, a cancelled one");

    clock.set_wall(DUE);
    let incarnation = store.start(&node("하나"), DUE).await.expect("start");
    assert_eq!(claimed(&store, incarnation, Wall(DUE.0 - 1)).await, 0);
    assert_eq!(claimed(&store, incarnation, DUE).await, 2, "scheduled mail goes when it is due");
    store.close().await;
}
