//! Clicks wait a little for those that come right after them: of a program that follows all links of a mail the first looks like a person's.

use std::collections::{HashMap, VecDeque};

use super::token::LinkHash;
use crate::id::DeliveryId;

/// Clicks on different links of a copy within so many milliseconds are a program's.
const WINDOW_MS: i64 = 2_000;
/// Most clicks of a copy that wait together.
const TOGETHER: usize = 64;

/// Clicks that wait, by copy.
#[derive(Debug)]
pub struct Held<V> {
    groups: HashMap<DeliveryId, Vec<Click<V>>>,
    /// Copies in the order their first click came, and when.
    order: VecDeque<(i64, DeliveryId)>,
}

#[derive(Debug)]
struct Click<V> {
    at: i64,
    link: LinkHash,
    what: V,
}

impl<V> Default for Held<V> {
    fn default() -> Self {
        Self { groups: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V> Held<V> {
    /// Takes a click in that came at `now`, in milliseconds of a clock that never goes back. Gives those of its copy that need not wait
    /// any more, and whether each is one of several at once.
    pub fn offer(&mut self, of: DeliveryId, link: LinkHash, what: V, now: i64) -> Vec<(V, bool)> {
        let group = self.groups.entry(of).or_default();
        if group.is_empty() {
            self.order.push_back((now, of));
        }
        group.push(Click { at: now, link, what });
        if group.len() < TOGETHER { Vec::new() } else { self.take(of) }
    }

    /// Those that have waited long enough.
    pub fn due(&mut self, now: i64) -> Vec<(V, bool)> {
        let mut all = Vec::new();
        while let Some((first, of)) = self.order.front().copied() {
            if now - first < WINDOW_MS {
                break;
            }
            self.order.pop_front();
            all.extend(self.take_before(of, first));
        }
        all
    }

    /// All of them, as they stand.
    pub fn all(&mut self) -> Vec<(V, bool)> {
        self.order.clear();
        let groups = std::mem::take(&mut self.groups);
        groups.into_values().flat_map(judged).collect()
    }

    /// When the next ones need not wait any more.
    #[must_use]
    pub fn next(&self) -> Option<i64> {
        self.order.front().map(|(first, _)| first + WINDOW_MS)
    }

    /// A group whose first click came then; another of the same copy may have begun since.
    fn take_before(&mut self, of: DeliveryId, first: i64) -> Vec<(V, bool)> {
        let same = self.groups.get(&of).and_then(|group| group.first()).is_some_and(|click| click.at == first);
        if same { self.take(of) } else { Vec::new() }
    }

    fn take(&mut self, of: DeliveryId) -> Vec<(V, bool)> {
        self.groups.remove(&of).map(judged).unwrap_or_default()
    }
}

fn judged<V>(group: Vec<Click<V>>) -> Vec<(V, bool)> {
    // They all came within the window.
    let several = group.iter().any(|click| click.link != group[0].link);
    group.into_iter().map(|click| (click.what, several)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MessageId;

    const ONE: DeliveryId = DeliveryId { message: MessageId([1; 16]), ordinal: 0 };
    const OTHER: DeliveryId = DeliveryId { message: MessageId([1; 16]), ordinal: 1 };
    const A: LinkHash = LinkHash([1; 6]);
    const B: LinkHash = LinkHash([2; 6]);

    #[test]
    fn several_links_at_once_are_seen_from_the_first_on() {
        let mut held = Held::default();
        assert!(held.offer(ONE, A, "a", 100).is_empty() && held.offer(OTHER, A, "x", 200).is_empty());
        assert!(held.offer(ONE, B, "b", 1_500).is_empty() && held.due(2_099).is_empty());
        assert_eq!(held.next(), Some(2_100));
        assert_eq!(held.due(2_100), [("a", true), ("b", true)]);
        assert_eq!((held.due(2_200), held.next()), (vec![("x", false)], None));
    }

    #[test]
    fn the_same_link_twice_and_another_later_are_a_persons() {
        let mut held = Held::default();
        held.offer(ONE, A, "a", 0);
        held.offer(ONE, A, "again", 300);
        assert_eq!(held.due(2_000), [("a", false), ("again", false)]);
        held.offer(ONE, B, "later", 2_001);
        assert_eq!(held.all(), [("later", false)]);
        assert_eq!((held.next(), held.due(i64::MAX)), (None, vec![]));
    }

    #[test]
    fn no_copy_takes_room_without_end() {
        let mut held = Held::default();
        let given: usize = (0..TOGETHER).map(|i| held.offer(ONE, if i == 5 { B } else { A }, i, 1).len()).sum();
        assert_eq!(given, TOGETHER);
        held.offer(ONE, A, 0, 5);
        assert_eq!(held.due(2_001), [], "the first group is gone, the second waits");
        assert_eq!(held.due(2_005), [(0, false)]);
    }
}
