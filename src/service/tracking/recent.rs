//! What was needed lately, in so many bytes: what was not asked for the longest goes first.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    time::Duration,
};

use jebi_domain::time::Boot;

/// What a place takes beside what stands there, in bytes.
const PLACE: usize = 160;

/// Values by key.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    all: HashMap<K, Place<V>>,
    /// Keys in the order they were asked for.
    order: BTreeMap<u64, K>,
    next: u64,
    bytes: usize,
    most: usize,
    /// How long a value holds.
    age: Duration,
}

#[derive(Debug)]
struct Place<V> {
    value: V,
    bytes: usize,
    /// Its place in the order.
    asked: u64,
    since: Boot,
}

impl<K: Clone + Eq + Hash, V: Clone> Recent<K, V> {
    pub(super) fn new(most: usize, age: Duration) -> Self {
        Self { all: HashMap::new(), order: BTreeMap::new(), next: 0, bytes: 0, most, age }
    }

    pub(super) fn get(&mut self, key: &K, now: Boot) -> Option<V> {
        let place = self.all.get_mut(key)?;
        if now.since(place.since) >= self.age {
            self.remove(key);
            return None;
        }
        self.next += 1;
        self.order.remove(&place.asked);
        place.asked = self.next;
        self.order.insert(place.asked, key.clone());
        Some(place.value.clone())
    }

    /// Takes a value of so many bytes in. The last one stays however large it is: it is what is asked for.
    pub(super) fn put(&mut self, key: K, value: V, bytes: usize, now: Boot) {
        self.remove(&key);
        let bytes = bytes + PLACE;
        while self.bytes + bytes > self.most
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.remove(&oldest);
        }
        self.next += 1;
        self.bytes += bytes;
        self.order.insert(self.next, key.clone());
        self.all.insert(key, Place { value, bytes, asked: self.next, since: now });
    }

    fn remove(&mut self, key: &K) {
        if let Some(place) = self.all.remove(key) {
            self.bytes -= place.bytes;
            self.order.remove(&place.asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: Duration = Duration::from_secs(60);

    fn recent(places: usize) -> Recent<u32, u32> {
        Recent::new(places * (PLACE + 100), AGE)
    }

    #[test]
    fn what_was_not_asked_for_the_longest_goes_first() {
        let (mut recent, now) = (recent(3), Boot(0));
        (0..3).for_each(|key| recent.put(key, key * 10, 100, now));
        assert_eq!(recent.get(&0, now), Some(0));
        recent.put(3, 30, 100, now);
        assert_eq!([0, 1, 2, 3].map(|key| recent.get(&key, now)), [Some(0), None, Some(20), Some(30)]);
        assert_eq!((recent.all.len(), recent.order.len(), recent.bytes), (3, 3, 3 * (PLACE + 100)));
    }

    #[test]
    fn bytes_count_and_not_how_many_there_are() {
        let (mut recent, now) = (recent(3), Boot(0));
        (0..3).for_each(|key| recent.put(key, key, 100, now));
        recent.put(3, 3, 300, now);
        assert_eq!([0, 1, 2, 3].map(|key| recent.get(&key, now)), [None, None, Some(2), Some(3)]);
        recent.put(4, 4, 100_000, now);
        assert_eq!([2, 3, 4].map(|key| recent.get(&key, now)), [None, None, Some(4)], "one that is larger than all room is alone");
        recent.put(5, 5, 100, now);
        assert_eq!([4, 5].map(|key| recent.get(&key, now)), [None, Some(5)]);
    }

    #[test]
    fn a_value_holds_for_a_time_and_is_replaced() {
        let (mut recent, now) = (recent(2), Boot(0));
        recent.put(1, 1, 100, now);
        recent.put(1, 2, 50, now);
        assert_eq!((recent.get(&1, now + Duration::from_secs(59)), recent.bytes), (Some(2), PLACE + 50));
        assert_eq!((recent.get(&1, now + AGE), recent.bytes, recent.order.len()), (None, 0, 0));
    }
}
