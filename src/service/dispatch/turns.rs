//! Whose turn it is: the fair queues of both lanes, fed by what the store says of its queues.

use jebi_domain::{
    fair::FairQueue,
    id::QueueNo,
    message::Lane,
    port::store::{ClaimReport, QueueInfo},
    time::Wall,
};

/// A choice of queues to claim from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub lane: Lane,
    pub turns: Vec<(QueueNo, u32)>,
}

/// The queues of one provider.
#[derive(Debug, Default)]
pub struct Turns([FairQueue; 2]);

impl Turns {
    /// What a notice or a reload says. It may be older than the last claim's report: a queue said to be empty is only
    /// forgotten when a claim finds it so.
    pub fn note(&mut self, info: &QueueInfo) {
        let fair = &mut self.0[info.lane as usize];
        if let Some(due) = info.next_due {
            fair.add(info.queue, due);
        }
        fair.pause(info.queue, info.paused);
    }

    /// A queue was cancelled; its number does not come back.
    pub fn forget(&mut self, queue: QueueNo) {
        self.0.iter_mut().for_each(|fair| fair.remove(queue));
    }

    /// Which lanes have mail that is due.
    pub fn due(&mut self, now: Wall) -> [bool; 2] {
        let [transactional, bulk] = &mut self.0;
        [transactional.has_due(now), bulk.has_due(now)]
    }

    /// When mail comes due that is not yet.
    #[must_use]
    pub fn next_due(&self) -> Option<Wall> {
        self.0.iter().filter_map(FairQueue::next_due).min()
    }

    /// Chooses: transactional first, and bulk only when no transactional mail is due. `rooms` per lane. The queues chosen are
    /// out of service until [`Self::report`] or [`Self::undo`].
    pub fn plan(&mut self, now: Wall, rooms: [u32; 2]) -> Option<Plan> {
        let lane = Lane::ALL.into_iter().find(|lane| self.0[*lane as usize].has_due(now))?;
        let room = rooms[lane as usize];
        if room == 0 {
            return None;
        }
        Some(Plan { lane, turns: self.0[lane as usize].turns(now, room) })
    }

    /// What a claim left in the queues asked. One that is not named is gone.
    pub fn report(&mut self, plan: &Plan, report: &ClaimReport) {
        let fair = &mut self.0[plan.lane as usize];
        for (queue, _) in &plan.turns {
            match report.queues.iter().find(|info| info.queue == *queue) {
                Some(info) => {
                    fair.set(*queue, info.next_due);
                    fair.pause(*queue, info.paused);
                }
                None => fair.remove(*queue),
            }
        }
    }

    /// A claim failed: its queues are due as before.
    pub fn undo(&mut self, plan: &Plan, now: Wall) {
        for (queue, _) in &plan.turns {
            self.0[plan.lane as usize].set(*queue, Some(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(queue: i64, lane: Lane, due: Option<i64>) -> QueueInfo {
        QueueInfo { queue: QueueNo(queue), lane, next_due: due.map(Wall), paused: false }
    }

    #[test]
    fn bulk_is_claimed_only_when_no_transactional_mail_is_due() {
        let mut turns = Turns::default();
        turns.note(&info(1, Lane::Bulk, Some(0)));
        turns.note(&info(2, Lane::Transactional, Some(100)));
        assert_eq!(turns.plan(Wall(0), [5, 5]), Some(Plan { lane: Lane::Bulk, turns: vec![(QueueNo(1), 5)] }));
        turns.note(&info(3, Lane::Bulk, Some(0)));
        assert_eq!(turns.plan(Wall(100), [0, 5]), None, "no room for the first lane: the second waits");
        assert_eq!(turns.plan(Wall(100), [5, 5]).map(|p| p.lane), Some(Lane::Transactional));
        assert_eq!(turns.plan(Wall(100), [5, 5]).map(|p| p.lane), Some(Lane::Bulk));
    }

    #[test]
    fn a_queue_is_out_of_service_until_its_report_and_a_missing_one_is_gone() {
        let mut turns = Turns::default();
        turns.note(&info(1, Lane::Bulk, Some(0)));
        turns.note(&info(2, Lane::Bulk, Some(0)));
        let plan = turns.plan(Wall(0), [9, 2]).expect("due");
        assert_eq!(turns.due(Wall(0)), [false, false]);
        turns.report(&plan, &ClaimReport { claimed: vec![], queues: vec![info(1, Lane::Bulk, Some(50))] });
        assert_eq!((turns.due(Wall(49)), turns.due(Wall(50))), ([false, false], [false, true]));
        turns.note(&info(2, Lane::Bulk, Some(10)));
        assert_eq!(turns.due(Wall(10)), [false, true], "new mail brings it back");
    }

    #[test]
    fn a_failed_claim_leaves_its_queues_due() {
        let mut turns = Turns::default();
        turns.note(&info(1, Lane::Transactional, Some(0)));
        let plan = turns.plan(Wall(0), [9, 9]).expect("due");
        turns.undo(&plan, Wall(0));
        assert_eq!(turns.plan(Wall(0), [9, 9]), Some(plan));
    }

    #[test]
    fn a_paused_queue_is_not_asked_and_a_resumed_one_is() {
        let mut turns = Turns::default();
        turns.note(&QueueInfo { paused: true, ..info(1, Lane::Bulk, Some(0)) });
        assert_eq!(turns.plan(Wall(0), [9, 9]), None);
        turns.note(&info(1, Lane::Bulk, Some(0)));
        assert!(turns.plan(Wall(0), [9, 9]).is_some());
    }
}
