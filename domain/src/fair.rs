//! Start-time fair queueing over the queues of one lane: every topic with due mail gets an equal share, and a topic that was
//! idle does not save up credit (Goyal, Vin, Cheng: "Start-time Fair Queuing", 1996).

use std::collections::{BTreeSet, HashMap};

use crate::{id::QueueNo, time::Wall};

/// The most one turn takes from one queue, so that a turn stays short and the next queue comes soon.
pub const MAX_TURN: u32 = 50;

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Virtual time of its next turn.
    tag: u64,
    due: Wall,
    paused: bool,
}

/// The queues that may have mail, by when and in which order they are served.
#[derive(Debug, Default)]
pub struct FairQueue {
    entries: HashMap<QueueNo, Entry>,
    /// Due and not paused, by tag.
    ready: BTreeSet<(u64, QueueNo)>,
    /// Not due yet, by time.
    later: BTreeSet<(Wall, QueueNo)>,
    /// Tag of the turn last served.
    virtual_time: u64,
}

impl FairQueue {
    /// Notes that a queue has mail from `due` on. An earlier note of an earlier time stands.
    pub fn add(&mut self, queue: QueueNo, due: Wall) {
        let entry = match self.entries.get(&queue) {
            Some(old) if old.due <= due => return,
            Some(old) => Entry { due, ..*old },
            None => Entry { tag: self.virtual_time, due, paused: false },
        };
        self.unlist(queue);
        self.list(queue, entry);
    }

    /// Sets what is known of a queue after a turn or a reload: its next due time, or `None` when it is empty.
    pub fn set(&mut self, queue: QueueNo, due: Option<Wall>) {
        let old = self.entries.get(&queue).copied();
        self.unlist(queue);
        match (due, old) {
            (Some(due), Some(old)) => self.list(queue, Entry { due, ..old }),
            (Some(due), None) => self.list(queue, Entry { tag: self.virtual_time, due, paused: false }),
            (None, _) => drop(self.entries.remove(&queue)),
        }
    }

    /// A paused queue keeps its mail and is not served.
    pub fn pause(&mut self, queue: QueueNo, paused: bool) {
        if let Some(old) = self.entries.get(&queue).copied() {
            self.unlist(queue);
            self.list(queue, Entry { paused, ..old });
        }
    }

    /// Forgets a queue.
    pub fn remove(&mut self, queue: QueueNo) {
        self.set(queue, None);
    }

    fn unlist(&mut self, queue: QueueNo) {
        if let Some(e) = self.entries.get(&queue) {
            self.ready.remove(&(e.tag, queue));
            self.later.remove(&(e.due, queue));
        }
    }

    fn list(&mut self, queue: QueueNo, entry: Entry) {
        self.entries.insert(queue, entry);
        if !entry.paused {
            self.later.insert((entry.due, queue));
        }
    }

    /// Moves what has come due into service. A queue that was idle starts at the present virtual time.
    fn wake(&mut self, now: Wall) {
        while let Some((due, queue)) = self.later.first().copied().filter(|(due, _)| *due <= now) {
            self.later.remove(&(due, queue));
            if let Some(e) = self.entries.get_mut(&queue) {
                e.tag = e.tag.max(self.virtual_time);
                self.ready.insert((e.tag, queue));
            }
        }
    }

    /// Whether any queue is due.
    pub fn has_due(&mut self, now: Wall) -> bool {
        self.wake(now);
        !self.ready.is_empty()
    }

    /// When the next queue comes due that is not due yet.
    #[must_use]
    pub fn next_due(&self) -> Option<Wall> {
        self.later.first().map(|(due, _)| *due)
    }

    /// Chooses turns for up to `room` deliveries: which queues, in which order, and how many from each. A queue chosen is
    /// out of service until [`Self::set`] says what is left in it.
    pub fn turns(&mut self, now: Wall, room: u32) -> Vec<(QueueNo, u32)> {
        self.wake(now);
        let (mut left, mut out) = (room, Vec::new());
        // Counted once: what does not divide evenly waits for the next turn, or the last queue would get it every time. A
        // queue that is alone takes all there is room for: each claim is a commit.
        let active = u32::try_from(self.ready.len()).unwrap_or(u32::MAX);
        let most = if active == 1 { room } else { MAX_TURN };
        while left > 0 {
            let Some((tag, queue)) = self.ready.pop_first() else { break };
            let take = (room / active).clamp(1, most).min(left);
            self.virtual_time = self.virtual_time.max(tag);
            if let Some(e) = self.entries.get_mut(&queue) {
                e.tag = tag + u64::from(take);
            }
            left -= take;
            out.push((queue, take));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Serves until everything is out; returns the queue of each delivery in order.
    fn drain(fair: &mut FairQueue, left: &mut HashMap<QueueNo, u32>, room: u32) -> Vec<QueueNo> {
        let mut order = Vec::new();
        loop {
            let turns = fair.turns(Wall(0), room);
            if turns.is_empty() {
                return order;
            }
            for (queue, take) in turns {
                let has = left.get_mut(&queue).expect("known");
                let taken = take.min(*has);
                *has -= taken;
                order.extend(std::iter::repeat_n(queue, taken as usize));
                fair.set(queue, (*has > 0).then_some(Wall(0)));
            }
        }
    }

    proptest! {
        #[test]
        fn everything_is_served_once_and_small_queues_are_not_held_up(sizes in prop::collection::vec(1u32..400, 1..12), room in 1u32..200) {
            let mut fair = FairQueue::default();
            let mut left = HashMap::new();
            for (i, n) in sizes.iter().enumerate() {
                let q = QueueNo(i as i64);
                fair.add(q, Wall(0));
                left.insert(q, *n);
            }
            let order = drain(&mut fair, &mut left, room);
            prop_assert_eq!(order.len() as u64, sizes.iter().map(|n| u64::from(*n)).sum::<u64>());
            for (i, n) in sizes.iter().enumerate() {
                let last = order.iter().rposition(|q| *q == QueueNo(i as i64)).expect("served") as u32;
                // Its own mail, as much of every other, and one turn of each.
                let share = (n + MAX_TURN) * u32::try_from(sizes.len()).expect("few");
                prop_assert!(last <= share, "queue {i} of {n} ended at {last}");
            }
        }
    }

    #[test]
    fn paused_and_future_queues_are_left_alone() {
        let mut fair = FairQueue::default();
        fair.add(QueueNo(1), Wall(0));
        fair.add(QueueNo(2), Wall(1000));
        fair.pause(QueueNo(1), true);
        assert!(!fair.has_due(Wall(999)));
        assert_eq!(fair.next_due(), Some(Wall(1000)));
        assert_eq!(fair.turns(Wall(1000), 10), vec![(QueueNo(2), 10)]);
        fair.pause(QueueNo(1), false);
        assert_eq!(fair.turns(Wall(1000), 10), vec![(QueueNo(1), 10)]);
    }

    #[test]
    fn a_newcomer_is_served_next_after_a_long_flood() {
        let mut fair = FairQueue::default();
        fair.add(QueueNo(1), Wall(0));
        for _ in 0..1000 {
            assert_eq!(fair.turns(Wall(0), 50), vec![(QueueNo(1), 50)]);
            fair.set(QueueNo(1), Some(Wall(0)));
        }
        fair.add(QueueNo(2), Wall(0));
        assert_eq!(fair.turns(Wall(0), 2), vec![(QueueNo(2), 1), (QueueNo(1), 1)]);
    }

    #[test]
    fn shares_are_even_when_the_room_does_not_divide() {
        let mut fair = FairQueue::default();
        let mut taken = [0; 2];
        for round in 0..300 {
            fair.add(QueueNo(0), Wall(0));
            fair.add(QueueNo(1), Wall(0));
            for (queue, n) in fair.turns(Wall(0), [3, 1, 5][round % 3]) {
                taken[queue.0 as usize] += n;
                fair.set(queue, Some(Wall(0)));
            }
        }
        assert!(taken[0].abs_diff(taken[1]) <= 3, "{taken:?}");
    }

    #[test]
    fn an_idle_queue_saves_up_no_credit() {
        let mut fair = FairQueue::default();
        fair.add(QueueNo(1), Wall(0));
        fair.add(QueueNo(2), Wall(0));
        assert_eq!(fair.turns(Wall(0), 2).len(), 2);
        fair.set(QueueNo(2), Some(Wall(10)));
        for _ in 0..100 {
            fair.set(QueueNo(1), Some(Wall(0)));
            fair.turns(Wall(0), 50);
        }
        fair.set(QueueNo(1), Some(Wall(0)));
        let shares: u32 = fair.turns(Wall(10), 20).iter().filter(|(q, _)| *q == QueueNo(2)).map(|(_, n)| n).sum();
        assert!(shares <= 10, "took {shares} of 20");
    }
}
