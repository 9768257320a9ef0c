//! What is wrong with one link of a mail.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
    sync::LazyLock,
};

use super::Warning;

/// Hosts that lead on to others, one a line; `#` begins a comment.
static SHORTENERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("shorteners.txt").lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// What is wrong with a link. The order is that of the warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    Empty,
    Relative,
    Script,
    Local,
    Broken,
    Shortened,
}

impl Trouble {
    /// For so many links; `link` is the first of them.
    pub(super) fn warning(self, field: &str, n: usize, link: &str) -> Warning {
        match self {
            Self::Empty => Warning::new(
                field,
                "link_empty",
                format!("links that lead nowhere, because they are empty: {n}"),
                "write where each leads, or remove it",
            ),
            Self::Relative => {
                let warning = format!("links without a host, which lead nowhere in a mail: {n}, the first {link}");
                Warning::new(field, "link_relative", warning, "write whole links, such as https://example.com/page")
            }
            Self::Script => {
                let warning = format!("links that mail programs remove, because they run a script or hold data: {n}, the first {link}");
                Warning::new(field, "link_script", warning, "link to a page instead")
            }
            Self::Local => {
                let warning = format!("links that only work in your own network: {n}, the first {link}");
                Warning::new(field, "link_local", warning, "link to the public address of the page")
            }
            Self::Broken => {
                let warning = format!("links that cannot be read: {n}, the first {link}");
                Warning::new(field, "link_broken", warning, "correct them, such as https://example.com/page")
            }
            Self::Shortened => {
                let warning = format!("links through a URL shortener, which filters take for spam: {n}, the first {link}");
                Warning::new(field, "link_shortened", warning, "link to the page itself, or through a domain of your own")
            }
        }
    }
}

/// Judges a link, by RFC 3986.
pub(super) fn judge(link: &str) -> Option<Trouble> {
    let link = link.trim();
    if link.is_empty() {
        return Some(Trouble::Empty);
    }
    // A place in the mail itself.
    if link.starts_with('#') {
        return None;
    }
    let Some((scheme, rest)) = scheme(link) else { return Some(Trouble::Relative) };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => web(rest),
        "javascript" | "vbscript" => Some(Trouble::Script),
        // Pictures may be within the HTML; where a link leads to data it is removed.
        "data" if !rest.starts_with("image/") => Some(Trouble::Script),
        "file" => Some(Trouble::Local),
        _ => None,
    }
}

/// The links of plain text.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = &str> {
    let begins =
        |word: &str| ["http://", "https://"].iter().any(|scheme| word.get(..scheme.len()).is_some_and(|b| b.eq_ignore_ascii_case(scheme)));
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')'));
    words.filter(move |word| begins(word)).map(|word| word.trim_end_matches(['.', ',', ';', '!', '?']))
}

fn scheme(link: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = link.split_once(':')?;
    let is_one =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    is_one.then_some((scheme, rest))
}

fn web(rest: &str) -> Option<Trouble> {
    let Some(rest) = rest.strip_prefix("//") else { return Some(Trouble::Broken) };
    if rest.contains(|c: char| c.is_control() || c == ' ') {
        return Some(Trouble::Broken);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if let Some(address) = place.strip_prefix('[') {
        let read = address.split_once(']').and_then(|(address, _)| address.parse().ok());
        return read.map_or(Some(Trouble::Broken), |address| is_own(IpAddr::V6(address)).then_some(Trouble::Local));
    }
    let (host, port) = place.split_once(':').unwrap_or((place, ""));
    if host.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Trouble::Broken);
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return is_own(address.into()).then_some(Trouble::Local);
    }
    let Ok(host) = idna::domain_to_ascii(host) else { return Some(Trouble::Broken) };
    let host = host.trim_end_matches('.');
    if !is_name(host) {
        return Some(Trouble::Broken);
    }
    let own = ["localhost", "local", "internal", "lan", "test"];
    if !host.contains('.') || host.rsplit('.').next().is_some_and(|last| own.contains(&last)) {
        return Some(Trouble::Local);
    }
    SHORTENERS.contains(host.strip_prefix("www.").unwrap_or(host)).then_some(Trouble::Shortened)
}

fn is_name(host: &str) -> bool {
    host.split('.')
        .all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')))
}

/// Whether an address is nobody else's to reach.
fn is_own(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_seen_and_good_links_have_none() {
        use Trouble::{Broken, Empty, Local, Relative, Script, Shortened};
        for (link, wanted) in [
            ("https://example.kr/주문?번호=1#위", None),
            ("HTTP://Example.kr:8080", None),
            ("https://제비.한국/", None),
            ("https://user@example.kr/", None),
            ("http://[2001:db8::1]/", None),
            ("http://203.0.113.5/", None),
            ("mailto:help@example.kr", None),
            ("tel:+82-2-123-4567", None),
            ("cid:logo", None),
            ("data:image/png;base64,AA", None),
            ("#top", None),
            ("", Some(Empty)),
            (" \n", Some(Empty)),
            ("/orders/1", Some(Relative)),
            ("example.kr/page", Some(Relative)),
            ("//example.kr/page", Some(Relative)),
            ("?page=1:2", Some(Relative)),
            ("JavaScript:alert(1)", Some(Script)),
            ("data:text/html,x", Some(Script)),
            ("http://localhost:3000/", Some(Local)),
            ("http://192.168.0.7/x", Some(Local)),
            ("http://[::1]/", Some(Local)),
            ("https://intranet/x", Some(Local)),
            ("https://shop.local", Some(Local)),
            ("file:///etc/passwd", Some(Local)),
            ("http:example.kr", Some(Broken)),
            ("https:///page", Some(Broken)),
            ("https://exa mple.kr", Some(Broken)),
            ("https://example..kr/", Some(Broken)),
            ("https://example.kr:8o/", Some(Broken)),
            ("https://bit.ly/abc", Some(Shortened)),
            ("https://www.TinyURL.com/x", Some(Shortened)),
            ("https://me2.do/x", Some(Shortened)),
        ] {
            assert_eq!(judge(link), wanted, "{link:?}");
        }
    }

    #[test]
    fn the_links_of_text_are_found_without_what_ends_the_sentence() {
        let found: Vec<&str> = in_text("보세요: https://a.kr/1. (http://b.kr/2) 또는 <HTTPS://c.kr>, httpx").collect();
        assert_eq!(found, ["https://a.kr/1", "http://b.kr/2", "HTTPS://c.kr"]);
    }
}
