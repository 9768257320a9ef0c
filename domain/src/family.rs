//! Families of topics: what somebody refuses or is kept from. Campaigns of one kind share a family, so who has had enough of `news/2026-11`
//! does not get `news/2026-12` either.

/// What parts a family from the rest of a topic's name.
const END: char = '/';

/// The family of a topic: the part of its name before the first `/`. A name without one, or that begins with one, is a family of its own; mail
/// without a topic has the empty one.
#[must_use]
pub fn of(topic: &str) -> &str {
    match topic.split_once(END) {
        Some((family, _)) if !family.is_empty() => family,
        _ => topic,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

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
}
