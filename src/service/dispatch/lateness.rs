//! From when on mail counts as late. Mail that was never tried expires when it is very late, because nobody waits for it any more; but
//! not for what it could not help: a process that was down, a provider that was held, a clock that was set.

use std::time::Duration;

use jebi_domain::time::{Boot, Wall};

/// A shorter stretch of not being able to send is part of the usual: it does not start the count anew.
const WORTH: Duration = Duration::from_secs(300);

/// The point lateness counts from, at the soonest.
#[derive(Clone, Copy, Debug)]
pub struct Lateness {
    from: Wall,
    /// Since when nothing could be sent; the last look where it could.
    since: Boot,
}

impl Lateness {
    /// Counts from the start of the process on.
    #[must_use]
    pub fn new(boot: Boot, wall: Wall) -> Self {
        Self { from: wall, since: boot }
    }

    /// Notes whether mail could be sent now. A long time without a look (the machine slept) counts as one without sending.
    pub fn look(&mut self, able: bool, boot: Boot, wall: Wall) {
        if !able {
            return;
        }
        if boot.since(self.since) >= WORTH {
            self.from = wall;
        }
        self.since = boot;
    }

    /// The clock was set.
    pub fn count_from(&mut self, wall: Wall) {
        self.from = wall;
    }

    #[must_use]
    pub fn start(&self) -> Wall {
        self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    #[test]
    fn a_long_stretch_without_sending_starts_the_count_anew_and_a_short_one_does_not() {
        let mut lateness = Lateness::new(Boot(0), Wall(7));
        lateness.look(true, Boot(S), Wall(1_000));
        lateness.look(false, Boot(2 * S), Wall(2_000));
        lateness.look(true, Boot(299 * S), Wall(299_000));
        assert_eq!(lateness.start(), Wall(7));
        lateness.look(false, Boot(300 * S), Wall(300_000));
        lateness.look(false, Boot(700 * S), Wall(700_000));
        assert_eq!(lateness.start(), Wall(7));
        lateness.look(true, Boot(701 * S), Wall(701_000));
        assert_eq!(lateness.start(), Wall(701_000));
        lateness.look(true, Boot(5_000 * S), Wall(9_000_000));
        assert_eq!(lateness.start(), Wall(9_000_000), "it slept");
        lateness.count_from(Wall(3));
        assert_eq!(lateness.start(), Wall(3));
    }
}
