//! Families of topics: what somebody refuses or is kept from. Campaigns of one kind share a family, so who has had enough of `news/2026-11`
//! does not get `news/2026-12` either.
//!
//! `/` alone parts a family from what follows: `news` covers `news` and `news/2026`, but neither `newsletter` nor `news-weekly`. A name that
//! begins with it is a family of its own.

/// What parts a family from the rest of a topic's name.
pub const END: char = '/';

/// The family of a topic: the part of its name before the first `/`. A name without one, or that begins with one, is a family of its own; mail
/// without a topic has the empty one.
#[must_use]
pub fn of(topic: &str) -> &str {
    match topic.split_once(END) {
        Some((family, _)) if !family.is_empty() => family,
        _ => topic,
    }
}

/// Every family a topic belongs to, the widest first, which is [`of`] it: each part of its name before a `/`, and all of it. None for mail
/// without a topic.
pub fn all(topic: &str) -> impl Iterator<Item = &str> {
    let widest = of(topic).len();
    let parts = topic.match_indices(END).map(|(at, _)| &topic[..at]).filter(move |part| part.len() >= widest);
    parts.chain(Some(topic).filter(|topic| !topic.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::{all, of};

    #[test]
    fn a_family_is_what_stands_before_the_first_slash() {
        assert_eq!(of("news/2026-11"), "news");
        assert_eq!(of("소식/2026/11월"), "소식");
        assert_eq!(of("news/"), "news");
    }

    #[test]
    fn a_name_without_a_part_before_a_slash_is_its_own_family() {
        assert_eq!(of("newsletter-41"), "newsletter-41");
        assert_eq!(of("/2026-11"), "/2026-11");
        assert_eq!(of(""), "");
    }

    #[test]
    fn the_family_of_a_family_is_itself() {
        for topic in ["news/2026-11", "news", "", "/x/y", "a//b"] {
            assert_eq!(of(of(topic)), of(topic));
        }
    }

    #[test]
    fn a_topic_belongs_to_each_part_before_a_slash_and_to_itself() {
        assert_eq!(all("소식/봄/1").collect::<Vec<_>>(), ["소식", "소식/봄", "소식/봄/1"]);
        assert_eq!(all("news-weekly_1.kr:2").collect::<Vec<_>>(), ["news-weekly_1.kr:2"]);
        assert_eq!(all("news/").collect::<Vec<_>>(), ["news", "news/"]);
        assert_eq!(all("").count(), 0);
        for topic in ["news/2026-11", "news", "/x/y", "a//b", "소식/"] {
            assert_eq!(all(topic).next(), Some(of(topic)), "{topic}");
        }
    }
}
