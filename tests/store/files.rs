//! Files: kept once by their content, in pieces; held by the messages that carry them, removed when nobody does.

use std::sync::Arc;

use bytes::Bytes;
use jebi::service::dispatch::files::{FileCache, NotLoaded};
use jebi_domain::{
    content::{Attachment, FileId},
    id::KeyNo,
    message::Draft,
    outcome::{Decision, Reason},
    port::{
        files::{FileInfo, Finished, PIECE, Removed, UploadNo},
        operator::{Again, Rules, SendAgain},
        store::{Accepted, StoreError},
    },
    route::{Routes, Way},
    time::Wall,
};
use sha2::{Digest, Sha256};

use super::support::{DAY, Fixture, HOUR, Mail, OPEN, PROVIDER, address, each, reason, to};

/// Bytes that differ from place to place.
pub fn content(len: usize) -> Bytes {
    (0..len).map(|i| (i / 7 + i % 251) as u8).collect::<Vec<_>>().into()
}

pub fn id(of: &[u8]) -> FileId {
    FileId(Sha256::digest(of).into())
}

pub fn finished(of: &[u8]) -> Finished {
    Finished { id: id(of), size: of.len() as u64, kind: Some("application/pdf".into()) }
}

impl Fixture {
    async fn begin_file(&self, content: &Bytes) -> UploadNo {
        let upload = self.store.begin_upload(self.now()).await.expect("begun");
        for from in (0..content.len()).step_by(PIECE) {
            let piece = content.slice(from..content.len().min(from + PIECE));
            self.store.append(upload, from as u64, piece, self.now()).await.expect("appended");
        }
        upload
    }

    pub async fn keep_file(&self, content: &Bytes) -> FileId {
        let upload = self.begin_file(content).await;
        self.store.finish_upload(upload, finished(content), self.now()).await.expect("finished");
        id(content)
    }

    pub async fn info(&self, id: FileId) -> Option<FileInfo> {
        self.store.file(id).await.expect("looked up")
    }

    async fn range(&self, id: FileId, from: u64, len: u32) -> Option<Bytes> {
        self.store.file_range(id, from, len).await.expect("read")
    }

    /// Purges everything that was last used, or last came in, before now less these.
    async fn purge(&self, unused: i64, unfinished: i64) {
        let now = self.now();
        while self.store.purge_files(Wall(now.0 - unused), Wall(now.0 - unfinished), now).await.expect("purged") {}
    }

    /// A mail that carries files.
    pub fn draft_with(&self, mail: Mail, files: &[FileId]) -> Draft {
        let mut draft = self.draft(mail);
        let attachment = |file: &FileId| Attachment {
            file: *file,
            size: 1,
            name: "견적서.pdf".into(),
            content_type: "application/pdf".into(),
            content_id: None,
        };
        let message = Arc::get_mut(&mut draft.message).expect("nobody else has it");
        message.content.attachments = files.iter().map(attachment).collect();
        draft
    }

    async fn post_with(&self, mail: Mail, files: &[FileId]) -> Result<Accepted, StoreError> {
        self.store.accept(self.batch(vec![self.draft_with(mail, files)], None)).await
    }

    /// Slices of work that uploads nobody needs leave to a purge: 0 when there are none.
    async fn uploads_left(&self) -> usize {
        let end = Wall(i64::MAX / 2);
        let mut slices = 0;
        while self.store.purge_files(Wall(0), end, self.now()).await.expect("purged") {
            slices += 1;
        }
        slices
    }
}

conform! {
    async fn a_file_is_read_back_from_any_place(f) {
        let content = content(2 * PIECE + 1_000);
        let file = f.keep_file(&content).await;
        let all = content.len() as u32;
        assert_eq!(f.range(file, 0, all).await.as_deref(), Some(&content[..]));
        let piece = PIECE as u64;
        for (from, len) in [(0, 1), (piece - 1, 2), (piece, 1), (piece + 5, PIECE as u32), (2 * piece + 990, 100), (7, all)] {
            let end = content.len().min(from as usize + len as usize);
            assert_eq!(f.range(file, from, len).await.as_deref(), Some(&content[from as usize..end]), "{from} {len}");
        }
        assert_eq!(f.range(file, content.len() as u64, 10).await.as_deref(), Some(&b""[..]));
        assert_eq!(f.range(file, u64::MAX, 10).await.as_deref(), Some(&b""[..]));
        assert_eq!(f.range(id(b"another"), 0, 10).await, None);
        f.reopen().await;
        assert_eq!(f.range(file, 0, all).await.as_deref(), Some(&content[..]), "after a restart too");
    }

    async fn a_file_is_there_only_when_it_is_finished(f) {
        let content = content(PIECE + 1);
        let upload = f.begin_file(&content).await;
        assert_eq!((f.info(id(&content)).await, f.range(id(&content), 0, 1).await), (None, None));
        for wrong in [Finished { size: 5, ..finished(&content) }, Finished { size: PIECE as u64 + 2, ..finished(&content) }] {
            assert!(matches!(f.store.finish_upload(upload, wrong, f.now()).await, Err(StoreError::Internal(_))));
        }
        f.store.finish_upload(upload, finished(&content), f.now()).await.expect("finished");
        let info = f.info(id(&content)).await.expect("a file");
        assert_eq!((info.size, info.kind.as_deref(), info.created_at, info.uses), (PIECE as u64 + 1, Some("application/pdf"), f.now(), 0));
        // Over is over.
        assert!(f.store.finish_upload(upload, finished(&content), f.now()).await.is_err());
        assert!(f.store.append(upload, PIECE as u64 + 1, Bytes::from_static(b"x"), f.now()).await.is_err());
    }

    async fn pieces_come_in_order_and_once(f) {
        let content = content(3 * PIECE);
        let upload = f.store.begin_upload(f.now()).await.expect("begun");
        let piece = |n: usize| content.slice(n * PIECE..(n + 1) * PIECE);
        f.store.append(upload, 0, piece(0), f.now()).await.expect("appended");
        for from in [0, 2 * PIECE as u64, 1] {
            assert!(f.store.append(upload, from, piece(1), f.now()).await.is_err(), "{from}");
        }
        assert!(f.store.append(upload, PIECE as u64, Bytes::new(), f.now()).await.is_err());
        assert!(f.store.append(upload, PIECE as u64, content.slice(..PIECE + 1), f.now()).await.is_err());
        f.store.append(upload, PIECE as u64, piece(1), f.now()).await.expect("appended");
        f.store.append(upload, 2 * PIECE as u64, piece(2), f.now()).await.expect("appended");
        f.store.finish_upload(upload, finished(&content), f.now()).await.expect("finished");
        assert_eq!(f.range(id(&content), 0, u32::MAX).await, Some(content.clone()));
    }

    async fn the_same_content_is_kept_once(f) {
        let content = content(PIECE + 10);
        let (one, two) = (f.begin_file(&content).await, f.begin_file(&content).await);
        let (a, b) = (f.store.finish_upload(one, finished(&content), f.now()), f.store.finish_upload(two, finished(&content), f.now()));
        let (a, b) = tokio::join!(a, b);
        a.expect("finished");
        b.expect("finished too");
        let before = f.info(id(&content)).await.expect("a file");
        f.pass(HOUR);
        assert_eq!(f.keep_file(&content).await, before.id);
        let after = f.info(before.id).await.expect("a file");
        assert_eq!((after.no, after.created_at, after.used_at), (before.no, before.created_at, f.now()), "it counts as new");
        assert_eq!(f.store.files(None, 10).await.expect("a page").files.len(), 1);
        // The two others go, and nothing of the one that stays.
        assert!(f.uploads_left().await >= 2);
        assert_eq!(f.range(before.id, 0, u32::MAX).await, Some(content.clone()));
    }

    async fn files_are_listed_page_by_page(f) {
        let mut ids = Vec::new();
        for n in 1..=5 {
            ids.push(f.keep_file(&content(n)).await);
        }
        ids.reverse();
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = f.store.files(before, 2).await.expect("a page");
            found.extend(page.files.iter().map(|file| file.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(found, ids);
    }

    async fn a_file_a_message_carries_stays(f) {
        let content = content(10);
        let file = f.keep_file(&content).await;
        let mail = || to("t", (0..3).map(address));
        f.post_with(mail(), &[file, file]).await.expect("accepted");
        assert_eq!(f.info(file).await.map(|info| info.uses), Some(1));
        assert_eq!(f.store.remove_file(file).await, Ok(Removed::InUse));
        for _ in 0..3 {
            f.pass(8 * DAY);
            f.purge(7 * DAY, HOUR).await;
        }
        assert_eq!(f.range(file, 0, 100).await, Some(content));
        assert_eq!(f.info(file).await.map(|info| info.used_at), Some(f.now()), "it was found in use");
    }

    async fn a_file_nobody_uses_goes_after_its_time(f) {
        let (old, new) = (f.keep_file(&content(PIECE * 40)).await, content(20));
        f.pass(5 * DAY);
        let new = f.keep_file(&new).await;
        f.purge(7 * DAY, HOUR).await;
        assert!(f.info(old).await.is_some(), "its time is not up");
        f.pass(3 * DAY);
        f.purge(7 * DAY, HOUR).await;
        assert_eq!((f.info(old).await, f.range(old, 0, 1).await), (None, None));
        assert!(f.info(new).await.is_some());
        // It can come again.
        assert_eq!(f.keep_file(&content(PIECE * 40)).await, old);
        assert_eq!(f.range(old, 5, 7).await.as_deref(), Some(&content(12)[5..]));
    }

    async fn a_touched_file_begins_its_time_anew(f) {
        let file = f.keep_file(&content(10)).await;
        f.pass(6 * DAY);
        assert_eq!(f.store.touch_file(file, f.now()).await, Ok(true));
        f.pass(6 * DAY);
        f.purge(7 * DAY, HOUR).await;
        assert!(f.info(file).await.is_some());
        assert_eq!(f.store.touch_file(id(b"another"), f.now()).await, Ok(false));
    }

    async fn an_upload_that_is_not_finished_goes(f) {
        let content = content(20 * PIECE);
        let given_up = f.begin_file(&content).await;
        let slow = f.begin_file(&content).await;
        f.store.abandon_upload(given_up).await.expect("abandoned");
        f.pass(HOUR / 2);
        f.store.append(slow, 20 * PIECE as u64, Bytes::from_static(b"x"), f.now()).await.expect("appended");
        f.pass(HOUR / 2 + 1);
        f.purge(7 * DAY, HOUR).await;
        assert!(f.store.finish_upload(given_up, finished(&content), f.now()).await.is_err(), "it is gone");
        f.pass(HOUR);
        f.purge(7 * DAY, HOUR).await;
        assert!(f.store.append(slow, 20 * PIECE as u64 + 1, Bytes::from_static(b"y"), f.now()).await.is_err(), "gone by now");
        assert_eq!(f.uploads_left().await, 0);
    }

    async fn a_finished_upload_cannot_be_given_up(f) {
        let content = content(10);
        let upload = f.begin_file(&content).await;
        f.store.finish_upload(upload, finished(&content), f.now()).await.expect("finished");
        f.store.abandon_upload(upload).await.expect("nothing to do");
        assert_eq!(f.uploads_left().await, 0);
        assert_eq!(f.range(id(&content), 0, 10).await, Some(content));
    }

    async fn an_unused_file_is_removed_by_hand(f) {
        let file = f.keep_file(&content(10)).await;
        assert_eq!(f.store.remove_file(file).await, Ok(Removed::Done));
        assert_eq!(f.store.remove_file(file).await, Ok(Removed::Missing));
        assert_eq!(f.info(file).await, None);
        assert!(f.uploads_left().await > 0, "its pieces go");
    }

    async fn mail_with_a_file_that_is_gone_is_refused_whole(f) {
        let there = f.keep_file(&content(10)).await;
        let gone = id(b"never there");
        assert_eq!(f.post_with(each("t", 2), &[there, gone]).await.map(|_| ()), Err(StoreError::NoFile(gone)));
        assert_eq!(f.store.topic("t").await, Ok(None), "nothing was stored");
        assert_eq!(f.info(there).await.map(|info| info.uses), Some(0));
    }

    async fn a_large_request_holds_its_files_while_it_is_staged(f) {
        let file = f.keep_file(&content(10)).await;
        f.post_with(each("t", 1_500), &[file]).await.expect("accepted");
        assert_eq!(f.info(file).await.map(|info| info.uses), Some(1));
        let gone = id(b"never there");
        assert!(f.post_with(each("u", 1_500), &[file, gone]).await.is_err());
        f.housekeep().await;
        assert_eq!(f.info(file).await.map(|info| info.uses), Some(1), "what was staged is gone");
    }

    async fn mail_sent_again_holds_its_files_too(f) {
        let file = f.keep_file(&content(10)).await;
        f.post_with(each("t", 1), &[file]).await.expect("accepted");
        let c = f.claim(1).await;
        assert_eq!(c[0].message.content.attachments.len(), 1);
        let given_up = Decision::Failed { reason: Reason { transient: true, ..reason("451") } };
        f.settle(&c[0], 0, given_up).await;
        let again = SendAgain {
            message: c[0].message_no,
            whom: OPEN, ordinals: vec![0],
            id: f.draft(each("t", 1)).message.id,
            due: f.now(),
            scheduled: false,
            max_times: None,
            rules: Arc::new(Rules {
                routes: Routes(vec![Way { provider: PROVIDER.into(), senders: vec![], reason: "only".into() }]),
                ..Rules::default()
            }),
            api_key: KeyNo(1),
            now: f.now(),
        };
        let done = f.store.send_again(again).await.expect("sent again");
        assert!(matches!(done[0], Again::New(_)), "{done:?}");
        assert_eq!(f.info(file).await.map(|info| info.uses), Some(2));
    }

    async fn mail_and_a_purge_at_once_never_leave_a_mail_without_its_file(f) {
        for round in 0..10 {
            let file = f.keep_file(&content(100 + round)).await;
            f.pass(8 * DAY);
            let now = f.now();
            let purge = f.store.purge_files(Wall(now.0 - DAY), Wall(now.0 - HOUR), now);
            let files = [file];
            let (posted, purged) = tokio::join!(f.post_with(each("t", 1), &files), purge);
            purged.expect("purged");
            assert_eq!(posted.is_ok(), f.info(file).await.is_some());
        }
        assert_eq!(f.violations().await, []);
    }

    async fn a_lost_file_and_a_lost_piece_are_named(f) {
        let (one, two) = (f.keep_file(&content(10)).await, f.keep_file(&content(PIECE + 1)).await);
        f.post_with(each("t", 1), &[one]).await.expect("accepted");
        assert_eq!(f.violations().await, []);
        f.planted = true;
        f.store.close().await;
        f.engine.tamper("DELETE FROM file WHERE size = 10");
        f.engine.tamper("DELETE FROM file_piece WHERE start > 0");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        let found = f.violations().await;
        assert_eq!(found.iter().map(|v| v.rule).collect::<Vec<_>>(), ["file_missing", "file_incomplete"]);
        assert!(found[1].detail.contains(&two.to_string()), "{}", found[1].detail);
    }

    async fn a_file_that_lacks_a_piece_is_read_up_to_there_and_its_mail_fails_as_damaged(f) {
        let whole = content(2 * PIECE + 100);
        let file = f.keep_file(&whole).await;
        let mut draft = f.draft_with(each("t", 1), &[file]);
        let message = Arc::get_mut(&mut draft.message).expect("nobody else has it");
        message.content.attachments[0].size = whole.len() as u64;
        assert!(FileCache::new(f.store.clone()).load(&draft.message).await.is_ok());
        let (piece, all) = (PIECE as u64, u32::MAX);
        for (lost, kept) in [(PIECE, PIECE), (0, 0)] {
            f.planted = true;
            f.store.close().await;
            f.engine.tamper(&format!("DELETE FROM file_piece WHERE start = {lost}"));
            f.store = f.engine.open(&f.clock).await.expect("opens");
            assert_eq!(f.range(file, 0, all).await.as_deref(), Some(&whole[..kept]));
            assert_eq!(f.range(file, piece, all).await.as_deref(), Some(&b""[..]), "nothing from behind what is lost");
            assert_eq!(f.range(file, 2 * piece, all).await.as_deref(), Some(&whole[2 * PIECE..]));
            let loaded = FileCache::new(f.store.clone()).load(&draft.message).await;
            assert!(matches!(&loaded, Err(NotLoaded::Gone(reason)) if reason.code == "attachment_damaged"), "{:?}", loaded.err());
        }
    }
}
