//! Which variant a recipient gets: lookup of RFC 4647 section 3.4.

/// The index of the tag that `wanted` (a BCP 47 tag) finds among `tags`, or `None`. Case does not matter. The wanted tag is
/// shortened from its end until one fits: `zh-Hant-TW` finds `zh-Hant-TW`, `zh-Hant`, `zh`.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "an iterator is given as it is made")]
pub fn lookup<'a>(wanted: &str, tags: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let mut range = wanted.trim();
    while !range.is_empty() {
        if let Some(found) = tags.clone().position(|tag| tag.eq_ignore_ascii_case(range)) {
            return Some(found);
        }
        range = range.rsplit_once('-').map_or("", |(front, _)| front);
        // A single letter begins an extension and never ends a tag.
        if range.len() >= 2 && range.as_bytes()[range.len() - 2] == b'-' {
            range = &range[..range.len() - 2];
        }
    }
    None
}

/// The index of the tag a recipient gets: what they want, else what their sender has for everybody (empty for nothing), else the first.
#[must_use]
pub fn choose<'a>(wanted: Option<&str>, standard: &str, tags: impl Iterator<Item = &'a str> + Clone) -> usize {
    let wanted = wanted.and_then(|wanted| lookup(wanted, tags.clone()));
    wanted.or_else(|| lookup(standard, tags)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_variant_is_taken() {
        let tags = ["ko", "en", "zh-Hant", "en-GB"];
        let found = |wanted: &str| lookup(wanted, tags.iter().copied()).map(|i| tags[i]);
        assert_eq!(found("ko-KR"), Some("ko"));
        assert_eq!(found("KO"), Some("ko"));
        assert_eq!(found("en-gb"), Some("en-GB"));
        assert_eq!(found("en-US"), Some("en"));
        assert_eq!(found("zh-Hant-x-TW"), Some("zh-Hant"), "`x` is no tag's end");
        assert_eq!(found("zh-Hans"), None);
        assert_eq!(found("ja"), None);
        assert_eq!(found(""), None);
        assert_eq!(found("-"), None);
        assert_eq!(found("한"), None);
    }

    #[test]
    fn who_wants_nothing_that_is_there_gets_their_senders_language() {
        let chosen = |wanted: Option<&str>, standard: &str| choose(wanted, standard, ["ko", "en", "ja"].into_iter());
        assert_eq!((chosen(Some("ja"), "en"), chosen(None, "en-US"), chosen(Some("fr"), "en")), (2, 1, 1));
        assert_eq!((chosen(None, ""), chosen(Some("fr"), "de")), (0, 0));
    }
}
