use std::{collections::HashMap, future::Future, pin::pin, task::Poll};

use jebi_domain::{
    content::{Attachment, Content},
    id::MessageId,
    message::{Mailbox, OnUnknown},
    port::{Boxed, store::StoreResult},
    time::Wall,
};
use sha2::{Digest, Sha256};

use super::*;

#[derive(Default)]
struct Shelf {
    files: HashMap<FileId, Bytes>,
    read: Mutex<u64>,
}

impl FileBytes for Shelf {
    fn file_range(&self, id: FileId, from: u64, len: u32) -> Boxed<'_, StoreResult<Option<Bytes>>> {
        let found = self.files.get(&id).map(|file| {
            let from = usize::try_from(from).expect("small").min(file.len());
            file.slice(from..file.len().min(from + len as usize))
        });
        *self.read.lock().expect("whole") += found.as_ref().map_or(0, |range| range.len() as u64);
        Box::pin(std::future::ready(Ok(found)))
    }
}

/// So many files of so many bytes, and a cache over them.
fn shelf(files: u8, size: usize, budget: u64) -> (Vec<FileId>, Arc<Shelf>, FileCache) {
    let all: Vec<_> = (0..files).map(|i| Bytes::from(vec![i; size])).map(|b| (FileId(Sha256::digest(&b).into()), b)).collect();
    let ids = all.iter().map(|(id, _)| *id).collect();
    let shelf = Arc::new(Shelf { files: all.into_iter().collect(), read: Mutex::default() });
    (ids, shelf.clone(), FileCache::with_budget(shelf, budget))
}

fn message(lane: Lane, files: &[FileId], size: usize) -> Message {
    let attachment = |file: &FileId| Attachment {
        file: *file,
        size: size as u64,
        name: "계약서.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        content_id: None,
    };
    Message {
        id: MessageId([1; 16]),
        topic: String::new(),
        lane,
        provider: "ses".to_owned(),
        route: String::new(),
        content: Content {
            from: Mailbox { email: "a@b.kr".to_owned(), name: None },
            reply_to: vec![],
            subject: "제목".to_owned(),
            text: None,
            html: None,
            headers: vec![],
            tags: vec![],
            fill: None,
            attachments: files.iter().map(attachment).collect(),
            calendar: None,
            list: None,
            shown: None,
            track: None,
        },
        on_unknown: OnUnknown::Resend,
        created_at: Wall(0),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: None,
    }
}

/// What it comes to without waiting; `None` when it waits.
fn now<T>(what: impl Future<Output = T>) -> Option<T> {
    match pin!(what).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

const SIZE: usize = 57_000;

fn encoded() -> u64 {
    encoded_len(SIZE as u64)
}

#[test]
fn a_file_is_read_once_for_all_who_hold_it_and_kept_for_the_next() {
    let (ids, shelf, cache) = shelf(2, SIZE, 100 * encoded());
    let both = message(Lane::Bulk, &[ids[0], ids[1], ids[0]], SIZE);
    let held = now(cache.load(&both)).expect("no wait").expect("loaded");
    assert_eq!(*shelf.read.lock().expect("whole"), 2 * SIZE as u64);
    drop(held);
    now(cache.load(&message(Lane::Transactional, &[ids[1]], SIZE))).expect("no wait").expect("loaded");
    assert_eq!(*shelf.read.lock().expect("whole"), 2 * SIZE as u64);
}

#[test]
fn what_finds_no_room_waits_until_there_is_some() {
    let (ids, _, cache) = shelf(6, SIZE, 4 * encoded());
    let load = |lane, i: usize| now(cache.load(&message(lane, &ids[i..=i], SIZE)));
    let held: Vec<_> = (0..3).map(|i| load(Lane::Bulk, i).expect("room").expect("loaded")).collect();
    // A quarter is transactional mail's.
    assert!(load(Lane::Bulk, 3).is_none());
    let transactional = load(Lane::Transactional, 4).expect("room").expect("loaded");
    assert!(load(Lane::Transactional, 5).is_none());
    drop(transactional);
    drop(held);
    // What was only kept goes.
    assert!(load(Lane::Bulk, 3).expect("room").is_ok());
}

#[test]
fn who_waits_is_woken_by_the_last_mail_that_lets_go() {
    let (ids, _, cache) = shelf(5, SIZE, 4 * encoded());
    let three = now(cache.load(&message(Lane::Bulk, &ids[..3], SIZE))).expect("room").expect("loaded");
    // As a mail in flight holds them.
    let lines: Vec<Bytes> = cache.lock().files.values().filter_map(|e| e.file.upgrade()).map(|f| f.lines().clone()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let two = message(Lane::Bulk, &ids[3..], SIZE);
        let mut waiting = pin!(cache.load(&two));
        drop(three);
        assert!(futures_util::poll!(waiting.as_mut()).is_pending(), "lines in flight hold their room");
        drop(lines);
        assert!(waiting.await.is_ok());
    });
}

#[test]
fn what_is_larger_than_the_budget_goes_alone() {
    let (ids, _, cache) = shelf(4, SIZE, 2 * encoded());
    let large = now(cache.load(&message(Lane::Bulk, &ids[..3], SIZE))).expect("alone").expect("loaded");
    assert!(now(cache.load(&message(Lane::Transactional, &ids[3..], SIZE))).is_none());
    drop(large);
    assert!(now(cache.load(&message(Lane::Transactional, &ids[3..], SIZE))).is_some());
}

#[test]
fn room_of_a_file_that_is_not_there_is_given_back() {
    let (mut ids, _, cache) = shelf(1, SIZE, 2 * encoded());
    ids.push(FileId([9; 32]));
    for _ in 0..5 {
        let gone = now(cache.load(&message(Lane::Bulk, &ids[1..], SIZE))).expect("room");
        assert!(matches!(gone, Err(NotLoaded::Gone(reason)) if reason.code == "attachment_missing"));
        let short = now(cache.load(&message(Lane::Bulk, &ids[..1], SIZE - 1))).expect("room");
        assert!(matches!(short, Err(NotLoaded::Gone(reason)) if reason.code == "attachment_damaged"));
    }
    assert_eq!(*cache.room.used.lock().expect("whole"), 0);
}

#[test]
fn large_messages_wait_in_line_and_small_ones_pass() {
    let size = usize::try_from(SMALL / 2).expect("small");
    let file = encoded_len(SMALL / 2);
    let (ids, _, cache) = shelf(6, size, 8 * file);
    let of = |files: std::ops::Range<usize>| message(Lane::Bulk, &ids[files], size);
    let (three, two, one) = (of(0..3), of(3..5), of(5..6));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let held = cache.reserve(Lane::Bulk, 4 * file).await;
        let mut first = pin!(cache.load(&three));
        assert!(futures_util::poll!(first.as_mut()).is_pending());
        let mut second = pin!(cache.load(&two));
        assert!(futures_util::poll!(second.as_mut()).is_pending(), "it would fit, but then those that need more would wait for ever");
        assert!(cache.load(&one).await.is_ok());
        drop(held);
        assert!(first.await.is_ok() && second.await.is_ok());
    });
}
