//! Domains one slip of a finger away from a large mailbox provider's.

/// Providers people in Korea use, the most used first; a slip is taken for the first that fits.
pub(super) const PROVIDERS: [&str; 24] = [
    "naver.com",
    "gmail.com",
    "hanmail.net",
    "daum.net",
    "kakao.com",
    "nate.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "outlook.kr",
    "yahoo.co.kr",
    "hotmail.co.kr",
    "korea.com",
    "empas.com",
    "dreamwiz.com",
    "paran.com",
    "hanafos.com",
    "chollian.net",
    "lycos.co.kr",
    "live.com",
    "live.co.kr",
    "googlemail.com",
    "yahoo.co.jp",
];

/// Domains that look like slips and are somebody's.
const OTHERS: [&str; 16] = [
    "never.com",
    "email.com",
    "gmail.de",
    "email.net",
    "mail.com",
    "ymail.com",
    "kakao.co",
    "yahoo.de",
    "yahoo.co",
    "yahoo.ca",
    "yahoo.cz",
    "koreai.com",
    "koreas.com",
    "hotmail.co",
    "outlook.co",
    "gmx.com",
];

/// Shortest first part of a provider's domain for which one slip is told: shorter ones have too many neighbours with an owner.
const STEM: usize = 5;
/// From so long a first part on two slips are told.
const LONG_STEM: usize = 7;

/// The provider's domain that was probably meant, where this one is not a provider's itself. The first letter is seldom mistyped, and
/// names that differ in it are mostly other names.
pub(super) fn meant(domain: &str) -> Option<&'static str> {
    if PROVIDERS.contains(&domain) || OTHERS.contains(&domain) {
        return None;
    }
    let fits = |provider: &&&str| {
        let stem = provider.find('.').unwrap_or(provider.len());
        let most = match stem {
            LONG_STEM.. => 2,
            STEM.. => 1,
            _ => 0,
        };
        most > 0 && provider.as_bytes()[0] == domain.as_bytes().first().copied().unwrap_or_default() && distance(provider, domain, most)
    };
    PROVIDERS.iter().find(fits).copied()
}

/// Whether one text becomes the other by at most so many insertions, omissions, exchanges and swaps of neighbours (the restricted
/// Damerau-Levenshtein distance).
fn distance(a: &str, b: &str, most: usize) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let exchange = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = exchange.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        (before, last) = (last, row);
    }
    last[b.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_from_a_provider_is_told_and_other_names_are_not() {
        for (slip, provider) in [
            ("nsver.com", "naver.com"),
            ("naver.cpm", "naver.com"),
            ("navrr.com", "naver.com"),
            ("nvaer.com", "naver.com"),
            ("gmsil.com", "gmail.com"),
            ("gmail.ccom", "gmail.com"),
            ("hanmial.net", "hanmail.net"),
            ("hamnial.net", "hanmail.net"),
            ("kakap.com", "kakao.com"),
            ("hotmaill.con", "hotmail.com"),
            ("otulook.com", "outlook.com"),
        ] {
            assert_eq!(meant(slip), Some(provider), "{slip}");
        }
        for fine in ["never.com", "mail.com", "saver.com", "email.com", "date.com", "gate.com", "example.com", "samsung.com", "", "a.kr"] {
            assert_eq!(meant(fine), None, "{fine}");
        }
        for provider in PROVIDERS {
            assert_eq!(meant(provider), None, "{provider}");
        }
    }

    #[test]
    fn distances_count_swaps_once() {
        assert!(distance("naver.com", "anver.com", 1));
        assert!(!distance("naver.com", "anvre.com", 1));
        assert!(distance("naver.com", "anvre.com", 2));
        assert!(distance("", "ab", 2) && !distance("", "abc", 2));
    }
}
