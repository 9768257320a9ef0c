//! How old a message may be.

use std::time::Duration;

use crate::time::Wall;

/// How long SNS goes on delivering a message at most: a delivery policy's retries last 3,600 s in all (SNS developer guide, "Creating an
/// HTTP/S delivery policy").
const RETRIES: Duration = Duration::from_secs(3_600);
/// What two clocks may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// How a message's time stands to ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    Fresh,
    /// SNS does not deliver it any more: somebody else repeats it.
    Stale,
    /// Of a time to come. Where SNS signed it, our own clock is behind.
    Early,
}

/// Judges the time a message was published at; a retry keeps it.
#[must_use]
pub fn age(published: Wall, now: Wall) -> Age {
    if now.since(published) > RETRIES + SKEW {
        return Age::Stale;
    }
    if published.since(now) > SKEW { Age::Early } else { Age::Fresh }
}
