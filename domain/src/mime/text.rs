//! Plain text made from HTML.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Columns text made from HTML is wrapped at. Korean characters take two.
const WIDTH: usize = 76;

/// Largest HTML that text is made from, in bytes. Conversion takes about 0.1 s for it, 0.5 s at the worst measured.
const MAX_HTML: usize = 512 << 10;
/// Longest text that is made; a mail whose text would be longer goes without it.
pub(super) const MAX_MADE: usize = 2 * MAX_HTML;
/// Deepest nesting of elements that text is made from. The HTML parser takes quadratic time in it: unbounded, a megabyte of
/// `<div>` would hold a sender for minutes.
const MAX_DEPTH: usize = 500;
/// Most style rules times tags that text is made from: each rule is tried on each element, at about 10 ns.
const MAX_MATCHES: usize = 5_000_000;

/// The text a reader of plain text gets for this HTML. `None` when none can be made (it is too large, too deep, or the
/// converter fails) or nothing would be in it (a mail that is one picture), and then the mail goes out with its HTML alone.
///
/// Document CSS is honoured so that hidden preheaders stay hidden; table borders are not drawn, because tables in mail are
/// layout; links are not broken, because nobody could follow them.
pub(crate) fn from_html(html: &str) -> Option<String> {
    if !affordable(html) {
        return None;
    }
    // The converter reads what strangers wrote; a panic in it must not cost the mail.
    let text = catch_unwind(AssertUnwindSafe(|| {
        let config = html2text::config::plain().use_doc_css().no_table_borders().raw_mode(true).no_link_wrapping().allow_width_overflow();
        config.string_from_read(html.as_bytes(), WIDTH).ok()
    }));
    text.ok().flatten().filter(|text| !text.trim().is_empty() && text.len() <= MAX_MADE)
}

/// Whether converting takes a bounded time.
fn affordable(html: &str) -> bool {
    let rules = html.bytes().filter(|b| matches!(b, b'{' | b',')).count();
    html.len() <= MAX_HTML && tags(html).is_some_and(|tags| rules.saturating_mul(tags) <= MAX_MATCHES)
}

/// How many tags are in this HTML; `None` where its elements are nested more than 500 deep. Told without parsing; counts too much
/// rather than too little: elements that close themselves are left out, everything else that is opened must be closed.
#[must_use]
pub fn tags(html: &str) -> Option<usize> {
    const CLOSE_THEMSELVES: [&str; 21] = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "source", "td", "th",
        "tr", "track", "wbr",
    ];
    let (mut depth, mut tags) = (0usize, 0usize);
    for tag in html.split('<').skip(1) {
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        tags += 1;
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() && !CLOSE_THEMSELVES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            depth += 1;
        }
        if depth > MAX_DEPTH {
            return None;
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_html_reads_as_text_without_what_is_hidden() {
        let html = "<html><head><title>제목</title><style>.pre{display:none}</style></head><body>\
            <div class=\"pre\">미리보기</div><table><tr><td><h1>가을 소식</h1></td></tr><tr><td><p>안녕하세요, \
            <a href=\"https://example.com/a?b=c\">여기</a>를 보세요.</p></td></tr></table></body></html>";
        let text = from_html(html).unwrap();
        assert_eq!(text, "# 가을 소식\n안녕하세요, [여기][1]를 보세요.\n\n[1]: https://example.com/a?b=c\n");
    }

    #[test]
    fn a_mail_that_is_one_picture_has_no_text() {
        assert_eq!(from_html("<img src=\"https://example.com/a.png\">"), None);
        assert_eq!(from_html(""), None);
    }

    #[test]
    fn broken_html_still_gives_text() {
        assert_eq!(from_html("<p>a<b>b<td>c</p>d").map(|t| t.contains('a')), Some(true));
        assert!(from_html(&format!("{}끝", "<blockquote>".repeat(200))).is_some_and(|t| t.contains('끝')));
        let long = "<tr><td><p>가<br>나<li>다".repeat(2000);
        assert!(from_html(&format!("<table>{long}</table>")).is_some(), "self-closing elements do not count as nesting");
    }

    #[test]
    fn html_that_would_take_for_ever_gives_none() {
        assert_eq!(from_html(&"가".repeat(MAX_HTML)), None);
        assert_eq!(from_html(&format!("{}끝", "<div>".repeat(MAX_DEPTH + 1))), None);
        let rules = ".a{color:red}".repeat(5_000);
        assert_eq!(from_html(&format!("<style>{rules}</style>{}", "<p>a</p>".repeat(2_000))), None);
    }

    /// html2text 0.17.4 panics on this table (`lib.rs:688`).
    #[test]
    fn a_panic_in_the_converter_gives_none() {
        assert_eq!(from_html("<table><td colspan=3>a<td rowspan=2>b<table>"), None);
    }
}
