//! Files and several nodes: what one uploads the other sends, and no mail is left without its file.

use bytes::Bytes;
use jebi_domain::{
    port::files::{PIECE, Removed},
    time::Wall,
};

use super::{
    files::{content, finished, id},
    support::{DAY, each},
    together::run,
};

#[test]
fn what_one_uploads_the_other_reads_and_sends() {
    run(async |f, other| {
        let content = content(PIECE + 100);
        let file = f.keep_file(&content).await;
        assert_eq!(other.store.file_range(file, 0, u32::MAX).await, Ok(Some(content)));
        other.store.accept(f.batch(vec![f.draft_with(each("t", 2), &[file])], None)).await.expect("accepted");
        assert_eq!(f.store.remove_file(file).await, Ok(Removed::InUse));
    });
}

#[test]
fn the_same_content_finished_by_both_at_once_is_one_file() {
    run(async |f, other| {
        for n in 1..20 {
            let content: Bytes = content(n);
            let mut uploads = Vec::new();
            for store in [&f.store, &other.store] {
                let upload = store.begin_upload(f.now()).await.expect("begun");
                store.append(upload, 0, content.clone(), f.now()).await.expect("appended");
                uploads.push(upload);
            }
            let (one, two) = tokio::join!(
                f.store.finish_upload(uploads[0], finished(&content), f.now()),
                other.store.finish_upload(uploads[1], finished(&content), f.now())
            );
            one.expect("finished");
            two.expect("finished too");
            assert_eq!(other.store.file_range(id(&content), 0, 100).await, Ok(Some(content)));
        }
        assert_eq!(f.store.files(None, 100).await.expect("a page").files.len(), 19);
    });
}

#[test]
fn mail_of_one_and_a_removal_by_the_other_never_leave_a_mail_without_its_file() {
    run(async |f, other| {
        let (mut sent, mut removed) = (0, 0);
        for round in 0..40 {
            let file = f.keep_file(&content(10 + round)).await;
            let accept = f.store.accept(f.batch(vec![f.draft_with(each("t", 1), &[file])], None));
            let (posted, gone) = if round % 2 == 0 {
                let (posted, gone) = tokio::join!(accept, other.store.remove_file(file));
                (posted.is_ok(), gone == Ok(Removed::Done))
            } else {
                f.pass(8 * DAY);
                let now = f.now();
                let purge = other.store.purge_files(Wall(now.0 - DAY), Wall(now.0 - DAY), now);
                let (posted, purged) = tokio::join!(accept, purge);
                purged.expect("purged");
                (posted.is_ok(), f.info(file).await.is_none())
            };
            assert_ne!(posted, gone, "round {round}");
            sent += i32::from(posted);
            removed += i32::from(gone);
        }
        assert_eq!(sent + removed, 40);
        assert_eq!(f.violations().await, []);
    });
}
