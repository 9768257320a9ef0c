//! Keys, what they allow, how they are used, and the audit log.

use jebi_domain::{
    access::{Grant, Scope, Scopes, SenderRule},
    fake::ManualClock,
    id::KeyNo,
    network::Network,
    port::store::{AuditEntry, AuditFilter, KeyKind, KeyUse, NewKey},
    time::Wall,
};

use sha2::{Digest, Sha256};

use super::{
    sqlite::Sqlite,
    support::{Engine, HOUR, START, each},
};

fn key(name: &str, byte: u8) -> NewKey {
    NewKey { kind: KeyKind::Key, name: name.into(), prefix: "jb_".into(), hash: [byte; 32], grant: Grant::FULL }
}

fn narrow() -> Grant {
    Grant {
        scopes: Scopes::of(&[Scope::Send]),
        expires_at: Some(Wall(99)),
        senders: ["@shop.kr", "news@example.kr"].iter().filter_map(|text| SenderRule::parse(text)).collect(),
        networks: ["10.0.0.0/8", "2001:db8::/32"].iter().filter_map(|text| Network::parse(text)).collect(),
        daily_limit: Some(5),
        profile: Some("shop".into()),
    }
}

fn act(act: &str, at: i64) -> AuditEntry {
    AuditEntry {
        no: 0,
        at: Wall(at),
        actor: "key 1 (홍길동)".into(),
        key: Some(KeyNo(1)),
        address: Some("192.0.2.1".into()),
        act: act.into(),
        target: "2".into(),
        detail: "이유".into(),
        result: "done".into(),
    }
}

conform! {
    async fn keys_are_kept_by_hash_and_revoked_once(f) {
        let a = f.store.add_key(key("first", 1), f.now()).await.expect("add");
        assert_eq!(f.store.add_key(key("again", 1), f.now()).await.expect("add"), a);
        let b = f.store.add_key(key("second", 2), f.now()).await.expect("add");
        assert_eq!(f.store.revoke_key(b.no, f.now()).await, Ok(true));
        assert_eq!(f.store.revoke_key(b.no, f.now()).await, Ok(false));
        assert_eq!(f.store.revoke_key(KeyNo(99), f.now()).await, Ok(false));
        f.restart().await;
        let keys = f.store.keys().await.expect("keys");
        assert_eq!(keys.iter().map(|k| (k.name.as_str(), k.revoked_at.is_some())).collect::<Vec<_>>(), [("first", false), ("second", true)]);
    }

    async fn what_a_key_allows_is_kept_and_changed(f) {
        let token = NewKey { kind: KeyKind::Token, grant: narrow(), ..key("kim", 1) };
        let made = f.store.add_key(token, f.now()).await.expect("add");
        assert_eq!((made.kind, &made.grant), (KeyKind::Token, &narrow()));
        let changed = f.store.change_key(made.no, "lee", Grant::FULL).await.expect("change").expect("there is one");
        assert_eq!((changed.name.as_str(), &changed.grant, changed.hash), ("lee", &Grant::FULL, made.hash));
        assert_eq!(f.store.change_key(KeyNo(99), "x", narrow()).await, Ok(None));
        f.restart().await;
        assert_eq!(f.store.keys().await.expect("keys"), [changed]);
    }

    async fn requests_are_added_up(f) {
        let no = f.store.add_key(key("first", 1), f.now()).await.expect("add").no;
        let uses = |requests, last| vec![KeyUse { key: no, requests, last: Wall(last) }, KeyUse { key: KeyNo(99), requests, last: Wall(last) }];
        f.store.note_use(uses(3, 50)).await.expect("noted");
        f.store.note_use(uses(2, 40)).await.expect("noted");
        let info = &f.store.keys().await.expect("keys")[0];
        assert_eq!((info.requests, info.last_used_at), (5, Some(Wall(50))));
    }

    async fn recipients_are_counted_in_the_commit_that_accepts_them_and_can_be_forgiven(f) {
        // The fixture's mail is of key 1.
        let no = f.store.add_key(key("first", 1), f.now()).await.expect("add").no;
        assert_eq!(no, KeyNo(1));
        let day = Wall(START.0 - START.0.rem_euclid(24 * HOUR));
        f.post(vec![each("t", 3), each("t", 400)]).await;
        assert_eq!(f.store.key_usage(day).await, Ok(vec![(no, 403)]));
        f.restart().await;
        assert_eq!(f.store.key_usage(day).await, Ok(vec![(no, 403)]));
        f.store.forgive_key(no, day, f.now()).await.expect("forgiven");
        assert_eq!(f.store.key_usage(day).await, Ok(vec![(no, 0)]));
        f.post(vec![each("t", 2)]).await;
        assert_eq!(f.store.key_usage(day).await, Ok(vec![(no, 2)]));
        assert_eq!(f.store.key_usage(Wall(day.0 + 24 * HOUR)).await, Ok(vec![]));
    }

    async fn a_repeated_request_is_counted_once(f) {
        let day = Wall(START.0 - START.0.rem_euclid(24 * HOUR));
        let first = f.batch(vec![f.draft(each("t", 3))], Some("again"));
        let second = f.batch(vec![f.draft(each("t", 3))], Some("again"));
        f.store.accept(first).await.expect("accept");
        f.store.accept(second).await.expect("repeat");
        assert_eq!(f.store.key_usage(day).await, Ok(vec![(KeyNo(1), 3)]));
    }

    async fn acts_are_listed_newest_first_in_pages_and_by_time(f) {
        for at in 1..=5 {
            f.store.audit(act("key.create", at)).await.expect("written");
        }
        let first = f.store.audits(AuditFilter::default(), None, 2).await.expect("list");
        assert_eq!(first.entries.iter().map(|e| e.at.0).collect::<Vec<_>>(), [5, 4]);
        assert_eq!(first.entries[0], AuditEntry { no: first.entries[0].no, ..act("key.create", 5) });
        let second = f.store.audits(AuditFilter::default(), first.next, 2).await.expect("list");
        assert_eq!(second.entries.iter().map(|e| e.at.0).collect::<Vec<_>>(), [3, 2]);
        let times = AuditFilter { since: Some(Wall(2)), until: Some(Wall(4)) };
        let some = f.store.audits(times, None, 10).await.expect("list");
        assert_eq!((some.entries.iter().map(|e| e.at.0).collect::<Vec<_>>(), some.next), (vec![3, 2], None));
    }
}

#[tokio::test]
async fn a_key_made_before_keys_had_scopes_has_all() {
    let engine = Sqlite::new();
    let first = include_str!("../../src/store/sqlite/migrations/0001_init.sql");
    let hash: String = Sha256::digest(first).iter().map(|byte| format!("{byte:02x}")).collect();
    engine.tamper(&format!(
        "CREATE TABLE migration (no INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL);
         INSERT INTO migration (no, name, hash) VALUES (1, 'init', '{hash}'); {first}
         INSERT INTO api_key (name, prefix, hash, created_at) VALUES ('old', 'jb_', zeroblob(32), 5);"
    ));
    let store = engine.open(&ManualClock::new(START)).await.expect("it is migrated");
    let keys = store.keys().await.expect("keys");
    assert_eq!((keys[0].kind, &keys[0].grant, keys[0].created_at), (KeyKind::Key, &Grant::FULL, Wall(5)));
    store.close().await;
}
