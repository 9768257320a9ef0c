//! Deleting for age and several nodes: one does it, none while two versions run, and what another refers to meanwhile stays.

use jebi_domain::{
    id::MessageId,
    port::{nodes::NodeStart, operator::Again},
    retention::DataKind,
    time::Wall,
};

use super::{
    operator::{again_with, given_up},
    support::{DAY, Fixture, Mail, each, sent, to},
    together::run,
};

fn before(f: &Fixture) -> Wall {
    Wall(f.now().0 - 7 * DAY)
}

async fn finish(f: &Fixture) {
    let claimed = f.claim(1_000).await;
    f.settle_all(&claimed, sent()).await;
}

#[test]
fn one_node_deletes_and_the_other_leaves_it_to_that() {
    run(async |f, other| {
        f.post_one(each("a", 2)).await;
        f.post_one(each("끝", 1)).await;
        finish(f).await;
        f.pass(8 * DAY);
        let now = f.now();
        let one = f.store.trim(DataKind::Content, before(f), now).await.expect("trim");
        assert_eq!(one.deleted, 2);
        let two = other.store.trim(DataKind::Records, before(f), now).await.expect("trim");
        assert_eq!((two.deleted, two.more), (0, false));
        assert_eq!(f.store.trim(DataKind::Records, before(f), now).await.expect("trim").deleted, 2);
        // What the other remembers of it is not there for it either.
        assert_eq!(f.topic("a").await.sent, 2);
    });
}

#[test]
fn nothing_is_deleted_while_another_version_runs() {
    run(async |f, other| {
        f.post_one(each("a", 2)).await;
        f.post_one(each("끝", 1)).await;
        finish(f).await;
        let older = other.store.start(&NodeStart { name: "옛".into(), version: "0.0.0-before".into() }, f.now()).await.expect("start");
        f.pass(8 * DAY);
        other.store.beat(older, f.now()).await.expect("beat");
        let trim = async |f: &Fixture| f.store.trim(DataKind::Records, before(f), f.now()).await.expect("trim").deleted;
        assert_eq!(trim(f).await, 0);
        other.store.end(older, f.now()).await.expect("end");
        assert_eq!(trim(f).await, 2);
    });
}

#[test]
fn what_one_refers_to_while_the_other_removes_it_is_whole() {
    run(async |f, other| {
        let body = "<p>안녕하세요</p>".repeat(2_000);
        let mail = |n: usize| Mail { subject: body.clone(), ..to("a", [format!("r{n}@example.com"), format!("s{n}@example.com")]) };
        f.post_one(mail(0)).await;
        for round in 1..=30 {
            finish(f).await;
            f.pass(8 * DAY);
            let now = f.now();
            let draft = f.draft(mail(round));
            let id = draft.message.id;
            let accept = other.store.accept(f.batch(vec![draft], None));
            let kind = if round % 2 == 0 { DataKind::Content } else { DataKind::Records };
            let (accepted, trimmed) = tokio::join!(accept, f.store.trim(kind, before(f), now));
            accepted.expect("accepted");
            trimmed.expect("trimmed");
            assert!(f.message(id).await.message.content.subject == body, "round {round}");
        }
    });
}

#[test]
fn a_copy_sent_again_while_its_mail_is_deleted_is_whole_or_refused() {
    run(async |f, other| {
        let body = "<p>안녕하세요</p>".repeat(2_000);
        let (mut went, mut gone) = (0, 0);
        for round in 0..30_u8 {
            let id = f
                .post_one(Mail { subject: body.clone(), ..to("a", [format!("r{round}@example.com"), format!("s{round}@example.com")]) })
                .await;
            let claimed = f.claim(9).await;
            f.settle_all(&claimed, given_up()).await;
            let no = f.message(id).await.no;
            f.pass(8 * DAY);
            let now = f.now();
            let new = MessageId([round + 1; 16]);
            let asked = again_with(no, &[0], new, now);
            let kind = if round % 2 == 0 { DataKind::Content } else { DataKind::Records };
            f.post_one(each("끝", 1)).await;
            let (answer, trimmed) = tokio::join!(other.store.send_again(asked), f.store.trim(kind, before(f), now));
            trimmed.expect("trimmed");
            match answer.expect("an answer")[0] {
                Again::New(_) => {
                    assert!(f.message(new).await.message.content.subject == body, "round {round}");
                    went += 1;
                }
                _ => gone += 1,
            }
            finish(f).await;
        }
        assert_eq!(went + gone, 30);
    });
}
