//! Where a link leads, as whoever follows it gets there, and which links are followed.

use std::{borrow::Cow, cell::RefCell};

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

use super::{CLICK_PATH, OPEN_PATH};

/// Longest address of a link that is followed, in bytes.
pub const MAX_TARGET: usize = 4_096;

/// Addresses that are never followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exempt {
    /// Where recipients refuse more mail.
    refusing: Vec<String>,
    /// What this server writes itself is under these.
    under: Vec<String>,
}

impl Exempt {
    /// For a message with these headers and these addresses of the server.
    #[must_use]
    pub fn new(headers: &[(String, String)], bases: &[&str]) -> Self {
        let refusing = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("List-Unsubscribe"));
        let refusing = refusing.flat_map(|(_, value)| value.split('<').skip(1)).filter_map(|part| part.split('>').next());
        let paths = ["/u/", "/p/", CLICK_PATH, OPEN_PATH];
        let under = bases.iter().flat_map(|base| paths.map(|path| format!("{base}{path}")));
        Self { refusing: refusing.map(|url| url.trim().to_owned()).collect(), under: under.collect() }
    }

    /// With one more way to refuse.
    #[must_use]
    pub fn and(&self, url: Option<&str>) -> Cow<'_, Self> {
        let Some(url) = url else { return Cow::Borrowed(self) };
        let mut more = self.clone();
        more.refusing.push(url.to_owned());
        Cow::Owned(more)
    }

    fn has(&self, target: &str) -> bool {
        self.under.iter().any(|own| target.starts_with(own)) || self.refusing.iter().any(|page| is_of(page, target))
    }
}

/// Whether an address is that page, one below it, or the page with its parameters in another order or more of them.
fn is_of(page: &str, target: &str) -> bool {
    if !is_web(page) {
        return false;
    }
    let (page, parameters) = cut(page);
    let (path, theirs) = cut(target);
    if parameters.is_empty() && path.strip_prefix(page).is_some_and(|below| page.ends_with('/') || below.starts_with('/')) {
        // The first page of a whole site stands for itself alone.
        return path == page || page.splitn(4, '/').nth(3).is_some_and(|path| !path.is_empty());
    }
    path == page && parameters.iter().all(|one| theirs.contains(one))
}

/// An address without its parameters, and they.
fn cut(url: &str) -> (&str, Vec<&str>) {
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    (path, query.split('&').filter(|one| !one.is_empty()).collect())
}

/// Where an `href` leads, where it is one that is followed: `http` or `https`, with a host. `tag` is the whole start tag.
pub(super) fn target<'a>(value: &'a str, tag: &str, exempt: &Exempt) -> Option<Cow<'a, str>> {
    let target = address(value, tag)?;
    // The second is what readers make of a NUL.
    let is_clean = !target.contains(|c: char| c.is_control() || c == '\u{fffd}');
    (is_web(&target) && target.len() <= MAX_TARGET && is_clean && !exempt.has(&target)).then_some(target)
}

/// The address in an `href`, as readers take it.
pub(super) fn address<'a>(value: &'a str, tag: &str) -> Option<Cow<'a, str>> {
    // Most links of a mail that are none begin with another letter.
    let decoded = plain(value).or_else(|| decoded(tag).map(Cow::Owned))?;
    let trimmed = match decoded {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(|c| c <= ' ')),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(|c| c <= ' ').to_owned()),
    };
    // Browsers leave these out ("URL Standard", section 4.4).
    Some(if trimmed.contains(['\t', '\n', '\r']) { Cow::Owned(trimmed.replace(['\t', '\n', '\r'], "")) } else { trimmed })
}

/// Whether it is an address of the web with a host, in full.
fn is_web(target: &str) -> bool {
    let after =
        |scheme: &str| target.get(..scheme.len()).filter(|there| there.eq_ignore_ascii_case(scheme)).map(|_| &target[scheme.len()..]);
    after("https://")
        .or_else(|| after("http://"))
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '\\', '?', '#', ':', ' ']))
}

/// The value with the character references that nearly all links have; `None` where there are others.
fn plain(value: &str) -> Option<Cow<'_, str>> {
    if value.contains('\0') {
        return None;
    }
    let mut parts = value.split('&');
    let first = parts.next().unwrap_or_default();
    let mut out = Cow::Borrowed(first);
    for part in parts {
        out.to_mut().push('&');
        let name = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
        match part.as_bytes().get(name) {
            Some(b';') if &part[..name] == "amp" => out.to_mut().push_str(&part[name + 1..]),
            // A name that goes on with an equals sign is a parameter's ("HTML Living Standard", section 13.2.5.73).
            Some(b'=') if name > 0 => out.to_mut().push_str(part),
            Some(c) if name == 0 && *c != b'#' => out.to_mut().push_str(part),
            None if name == 0 => {}
            _ => return None,
        }
    }
    Some(out)
}

/// The value of a tag's `href` with all character references resolved.
fn decoded(tag: &str) -> Option<String> {
    #[derive(Default)]
    struct Href(RefCell<Option<String>>);
    impl TokenSink for Href {
        type Handle = ();
        fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(tag) = token {
                let value = tag.attrs.iter().find(|one| &*one.name.local == "href").map(|one| one.value.to_string());
                *self.0.borrow_mut() = value;
            }
            TokenSinkResult::Continue
        }
    }
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(tag));
    let tokenizer = Tokenizer::new(Href::default(), TokenizerOpts::default());
    // It stops for scripts that are to be run, which this sink never asks for.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<String> {
        let exempt = Exempt::new(
            &[("List-Unsubscribe".into(), "<https://shop.kr/out?x=1>, <mailto:u@shop.kr>".into())],
            &["https://m.kr", "https://own.kr"],
        );
        target(value, &format!("<a href=\"{value}\">"), &exempt).map(Cow::into_owned)
    }

    #[test]
    fn references_are_resolved_as_readers_do() {
        for (written, leads) in [
            ("https://shop.kr/?a=1&amp;b=2", "https://shop.kr/?a=1&b=2"),
            ("https://shop.kr/?a=1&b=2&", "https://shop.kr/?a=1&b=2&"),
            ("https://shop.kr/?a=1&copy=2&amp;reg=3", "https://shop.kr/?a=1&copy=2&reg=3"),
            ("https://shop.kr/?a=1&copy", "https://shop.kr/?a=1©"),
            ("https&#58;//shop.kr/&#xBD04;&eacute;", "https://shop.kr/봄é"),
            ("https://shop.kr/?a&&b=&%26", "https://shop.kr/?a&&b=&%26"),
            (" \n HTTPS://shop.kr/a\nb\t", "HTTPS://shop.kr/ab"),
            ("https://shop.kr/봄?q=가을 소식", "https://shop.kr/봄?q=가을 소식"),
        ] {
            assert_eq!(of(written).as_deref(), Some(leads), "{written}");
        }
    }

    #[test]
    fn only_the_web_is_followed_and_no_way_to_refuse() {
        for other in [
            "",
            "#top",
            "mailto:a@b.kr",
            "tel:02-120",
            "javascript:alert(1)",
            "/path",
            "//shop.kr",
            "shop.kr",
            "ftp://shop.kr",
            "cid:a",
            "https://",
            "https:///a",
            "http:shop.kr",
            "https://\0",
            "https://shop.kr/out?x=1",
            "https://shop.kr/out?lang=ko&x=1",
            "https://shop.kr/out?x=1#top",
            "https://own.kr/u/abc?lang=ko",
            "https://own.kr/p/abc",
            "https://m.kr/u/abc",
            "https://m.kr/c/abc",
            "https://m.kr/v1/events/open?request_id=a",
        ] {
            assert_eq!(of(other), None, "{other:?}");
        }
        assert!(of("https://shop.kr/out?x=2").is_some() && of("https://m.kr/news").is_some());
        assert_eq!(of(&format!("https://shop.kr/{}", "x".repeat(MAX_TARGET))), None);
        let more = Exempt::default();
        let more = more.and(Some("https://shop.kr/bye"));
        for refusing in ["https://shop.kr/bye", "https://shop.kr/bye/preferences", "https://shop.kr/bye?lang=ko", "https://shop.kr/bye#a"] {
            assert_eq!(target(refusing, "", &more), None, "{refusing}");
        }
        assert!(target("https://shop.kr/byes", "", &more).is_some());
        let site = Exempt::default();
        let site = site.and(Some("https://shop.kr/"));
        assert_eq!(target("https://shop.kr/", "", &site), None);
        assert!(target("https://shop.kr/news", "", &site).is_some());
    }
}
