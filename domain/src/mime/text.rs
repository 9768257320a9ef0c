//! Plain text made from HTML.

/// Columns text made from HTML is wrapped at. Korean characters take two.
const WIDTH: usize = 76;

/// The text a reader of plain text gets for this HTML; `None` when none can be made or nothing would be in it (a mail that
/// is one picture), and then the mail goes out with its HTML alone.
///
/// Document CSS is honoured so that hidden preheaders stay hidden; table borders are not drawn, because tables in mail are
/// layout; links are not broken, because nobody could follow them.
pub(super) fn from_html(html: &str) -> Option<String> {
    let config = html2text::config::plain().use_doc_css().no_table_borders().raw_mode(true).no_link_wrapping().allow_width_overflow();
    let text = config.string_from_read(html.as_bytes(), WIDTH).ok()?;
    (!text.trim().is_empty()).then_some(text)
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
    fn broken_and_deep_html_still_gives_text() {
        assert_eq!(from_html("<p>a<b>b<td>c</p>d").map(|t| t.contains('a')), Some(true));
        let deep = format!("{}끝", "<div>".repeat(20_000));
        assert_eq!(from_html(&deep).as_deref().map(str::trim), Some("끝"));
        let narrow = format!("{}끝{}", "<blockquote>".repeat(200), "</blockquote>".repeat(200));
        assert!(from_html(&narrow).is_some_and(|t| t.contains('끝')));
    }
}
