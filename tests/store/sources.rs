//! Topics and queues that events come from.

use jebi_domain::{
    port::sns::{Asked, EventSource, Seen, SourceChange, WAITING_SOURCES},
    sns::Verdict,
    time::Wall,
};

use super::support::{Fixture, HOUR};

async fn change(f: &Fixture, name: &str, change: SourceChange) {
    f.store.change_source(name, change, f.now()).await.expect("changed");
}

async fn one(f: &Fixture, name: &str) -> EventSource {
    let all = f.store.sources().await.expect("sources");
    all.into_iter().find(|source| source.name == name).expect("it is there")
}

fn asked(url: &str, next: Option<Wall>) -> SourceChange {
    SourceChange::Asked { url: url.into(), next }
}

conform! {
    async fn a_subscription_is_kept_until_it_is_confirmed(f) {
        let begun = f.now();
        change(f, "t", asked("https://one", Some(begun))).await;
        let waits = Asked { url: "https://one".into(), at: begun, next: Some(begun), tries: 0, fault: None };
        let expected = EventSource { name: "t".into(), first_seen_at: begun, asked: Some(waits.clone()), ..EventSource::default() };
        f.restart().await;
        assert_eq!(one(f, "t").await, expected);

        let again = Wall(f.now().0 + HOUR);
        change(f, "t", SourceChange::Failed { url: "https://one".into(), fault: "거절".into(), next: Some(again) }).await;
        let failed = Asked { next: Some(again), tries: 1, fault: Some("거절".into()), ..waits };
        assert_eq!(one(f, "t").await.asked, Some(failed.clone()));

        // Another was asked for since: what became of the first says nothing of it.
        change(f, "t", asked("https://two", None)).await;
        change(f, "t", SourceChange::Failed { url: "https://one".into(), fault: "late".into(), next: Some(again) }).await;
        let second = Asked { url: "https://two".into(), at: f.now(), next: None, tries: 0, fault: None };
        assert_eq!(one(f, "t").await.asked, Some(second.clone()));
        change(f, "t", SourceChange::Confirmed { url: "https://one".into() }).await;
        let source = one(f, "t").await;
        assert_eq!((source.asked, source.confirmed_at), (Some(second), Some(f.now())));
        change(f, "t", SourceChange::Confirmed { url: "https://two".into() }).await;
        assert_eq!(one(f, "t").await.asked, None);

        f.pass(HOUR);
        change(f, "t", SourceChange::Unsubscribed).await;
        assert_eq!(one(f, "t").await.unsubscribed_at, Some(f.now()));
        change(f, "t", SourceChange::Confirmed { url: "https://three".into() }).await;
        assert_eq!((one(f, "t").await.unsubscribed_at, one(f, "t").await.first_seen_at), (None, begun));
    }

    async fn what_a_person_decides_stays_and_lets_a_waiting_subscription_go_on(f) {
        change(f, "t", asked("https://one", None)).await;
        f.pass(HOUR);
        change(f, "t", SourceChange::Judged(Verdict::Allowed)).await;
        let source = one(f, "t").await;
        assert_eq!((source.verdict, source.asked.expect("it waits").next), (Verdict::Allowed, Some(f.now())));
        change(f, "t", SourceChange::Judged(Verdict::Removed)).await;
        let source = one(f, "t").await;
        assert_eq!((source.verdict, source.asked.expect("it waits").next), (Verdict::Removed, None));
        change(f, "new", SourceChange::Judged(Verdict::Allowed)).await;
        assert_eq!(one(f, "new").await.asked, None);
        f.restart().await;
        assert_eq!(one(f, "t").await.verdict, Verdict::Removed);
    }

    async fn what_came_adds_up_and_the_last_time_never_goes_back(f) {
        let seen = |name: &str, last: i64, events| Seen { name: name.into(), last: Wall(last), events };
        f.store.sources_seen(vec![seen("t", 500, 3), seen("https://queue", 900, 1)], f.now()).await.expect("seen");
        f.store.sources_seen(vec![seen("t", 400, 2)], f.now()).await.expect("seen");
        let (topic, queue) = (one(f, "t").await, one(f, "https://queue").await);
        assert_eq!((topic.last_event_at, topic.events), (Some(Wall(500)), 5));
        assert_eq!((queue.last_event_at, queue.events), (Some(Wall(900)), 1));
    }

    async fn of_those_nobody_knows_only_the_newest_are_kept(f) {
        change(f, "judged", SourceChange::Judged(Verdict::Allowed)).await;
        change(f, "confirmed", SourceChange::Confirmed { url: "https://x".into() }).await;
        change(f, "due", asked("https://x", Some(f.now()))).await;
        f.store.sources_seen(vec![Seen { name: "seen".into(), last: f.now(), events: 1 }], f.now()).await.expect("seen");
        for n in 0..WAITING_SOURCES + 5 {
            f.pass(1);
            change(f, &format!("w{n}"), asked("https://x", None)).await;
        }
        let names: Vec<String> = f.store.sources().await.expect("sources").into_iter().map(|source| source.name).collect();
        assert_eq!(names.len(), WAITING_SOURCES as usize + 4);
        assert!(["judged", "confirmed", "due", "seen", "w104", "w5"].iter().all(|name| names.iter().any(|n| n == name)), "{names:?}");
        assert!(!names.iter().any(|name| name == "w4"));
    }

    async fn one_account_cannot_push_out_what_another_waits_for(f) {
        let topic = |account: &str, n: u32| format!("arn:aws:sns:ap-northeast-2:{account}:t{n}");
        let (few, many) = ("111122223333", "999988887777");
        change(f, &topic(few, 0), asked("https://x", None)).await;
        for n in 0..2 * WAITING_SOURCES {
            f.pass(1);
            change(f, &topic(many, n), asked("https://x", None)).await;
        }
        let names: Vec<String> = f.store.sources().await.expect("sources").into_iter().map(|source| source.name).collect();
        assert_eq!(names.len(), WAITING_SOURCES as usize);
        assert!(names.contains(&topic(few, 0)) && names.contains(&topic(many, 199)), "{names:?}");
        assert!(!names.contains(&topic(many, 100)), "the oldest of whoever has most made room");
    }
}
