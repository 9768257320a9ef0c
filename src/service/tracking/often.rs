//! How often each copy is opened or followed of late: nobody shall crowd out others, nor drive counts up without end.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jebi_domain::{id::DeliveryId, time::Boot};

/// Opens, and clicks, of a copy that are counted in a minute.
const A_MINUTE: u8 = 20;
/// Copies that are counted at most; with more in a minute all begin anew.
const COPIES: usize = 131_072;

/// Counts of this minute.
#[derive(Default)]
pub(super) struct Often(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    minute: u64,
    /// Of opens, and of clicks.
    copies: HashMap<DeliveryId, [u8; 2]>,
}

impl Often {
    /// Counts one; whether it is one too many.
    pub(super) fn is_too_often(&self, delivery: DeliveryId, click: bool, now: Boot) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.since(Boot(0)).as_secs() / 60;
        if counts.minute != minute || (counts.copies.len() >= COPIES && !counts.copies.contains_key(&delivery)) {
            counts.minute = minute;
            counts.copies.clear();
        }
        let count = &mut counts.copies.entry(delivery).or_default()[usize::from(click)];
        *count = count.saturating_add(1);
        *count > A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jebi_domain::id::MessageId;

    use super::*;

    fn copy(ordinal: u32) -> DeliveryId {
        DeliveryId { message: MessageId([7; 16]), ordinal }
    }

    #[test]
    fn each_copy_has_so_many_a_minute_of_each_kind() {
        let (often, now) = (Often::default(), Boot(0) + Duration::from_secs(600));
        let taken = |copy, click, now| (0..1_000).filter(|_| !often.is_too_often(copy, click, now)).count();
        assert_eq!(taken(copy(0), false, now), 20);
        assert_eq!((taken(copy(0), true, now), taken(copy(1), false, now), taken(copy(0), false, now)), (20, 20, 0));
        assert_eq!(taken(copy(0), false, now + Duration::from_secs(59)), 0);
        assert_eq!(taken(copy(0), false, now + Duration::from_secs(60)), 20);
    }

    #[test]
    fn very_many_copies_take_bounded_room_and_all_are_counted() {
        let often = Often::default();
        for ordinal in 0..300_000 {
            assert!(!often.is_too_often(copy(ordinal), false, Boot(0)), "{ordinal}");
        }
        assert!(often.0.lock().unwrap().copies.len() <= COPIES);
    }
}
