//! Mail that is posted until it is acknowledged: a request without an answer is repeated with the same key.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::LONG;
use crate::support::{site::Site, wait::until};

/// One request.
pub struct Post {
    key: String,
    body: String,
    recipients: Vec<String>,
}

/// What is to be posted, and what was acknowledged.
pub struct Load {
    posts: Vec<Post>,
    next: AtomicUsize,
    acknowledged: Mutex<BTreeMap<String, u32>>,
    /// Answers other than an acknowledgement, and requests cut off.
    pub failures: AtomicUsize,
}

impl Load {
    /// Requests of these numbers of recipients, in this order. Single ones are transactional, others bulk; each size has a topic.
    pub fn of(sizes: impl IntoIterator<Item = usize>) -> Self {
        let post = |(i, size): (usize, usize)| {
            let recipients: Vec<String> = (0..size).map(|r| format!("r{i}-{r}@example.com")).collect();
            let lane = if size == 1 { "transactional" } else { "bulk" };
            let body = serde_json::json!({"messages": [{
                "emails": recipients, "topic_id": format!("size-{size}"), "lane": lane, "subject": format!("제비 {i}"), "content": "<p>안녕하세요</p>",
            }]});
            Post { key: format!("request-{i}"), body: body.to_string(), recipients }
        };
        Self {
            posts: sizes.into_iter().enumerate().map(post).collect(),
            next: AtomicUsize::new(0),
            acknowledged: Mutex::default(),
            failures: AtomicUsize::new(0),
        }
    }

    /// Recipients in all.
    pub fn recipients(&self) -> usize {
        self.posts.iter().map(|p| p.recipients.len()).sum()
    }

    pub fn topics(&self) -> impl Iterator<Item = String> {
        let mut sizes: Vec<usize> = self.posts.iter().map(|p| p.recipients.len()).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes.into_iter().map(|size| format!("size-{size}"))
    }

    /// Recipients acknowledged, each with how often; more than once would be a test's fault.
    pub fn acknowledged(&self) -> BTreeMap<String, u32> {
        self.acknowledged.lock().expect("not poisoned").clone()
    }

    /// Posts everything left, on so many connections at a time, through whatever servers there are until it is acknowledged.
    pub fn post_all(&self, home: &impl Site, connections: usize) {
        self.post_to(home, self.posts.len(), connections);
    }

    /// The same up to the request with this number.
    pub fn post_to(&self, home: &impl Site, end: usize, connections: usize) {
        let take = || self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < end).then_some(n + 1)).ok();
        thread::scope(|scope| {
            for _ in 0..connections {
                scope.spawn(|| {
                    while let Some(i) = take() {
                        until("an acknowledgement", LONG, || self.post(home, &self.posts[i]).then_some(()));
                    }
                });
            }
        });
    }

    /// Posts once. Whether it was acknowledged.
    fn post(&self, home: &impl Site, post: &Post) -> bool {
        match home.call("POST", "/v1/messages", &[("idempotency-key", &post.key)], post.body.as_bytes()) {
            Ok(answer) if answer.status == 202 => {
                assert_eq!(answer.json()["success"], post.recipients.len(), "{}", String::from_utf8_lossy(&answer.body));
                let mut acknowledged = self.acknowledged.lock().expect("not poisoned");
                post.recipients.iter().for_each(|r| *acknowledged.entry(r.clone()).or_default() += 1);
                true
            }
            Ok(answer) => {
                assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
                assert!(answer.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|s| s > 0)), "{}", answer.head);
                self.failures.fetch_add(1, Ordering::Relaxed);
                false
            }
            Err(_) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                false
            }
        }
    }

    /// Waits until nothing waits any more.
    #[track_caller]
    pub fn drained(&self, home: &impl Site) {
        until("the end of the queue", Duration::from_secs(150), || {
            let open = |topic: &serde_json::Value| ["waiting", "sending", "unsettled"].iter().any(|state| topic[state] != 0);
            // A store that is away for a moment answers 503.
            let topics = home.call("GET", "/v1/topics?limit=500", &[], b"").ok().filter(|answer| answer.status == 200)?.json();
            let topics = topics["topics"].as_array().expect("a list").clone();
            (!topics.iter().any(open)).then_some(())
        });
    }
}
