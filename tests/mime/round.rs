//! Whatever is put in comes back out.

use jebi_domain::{
    content::Content,
    mime::header::{check_custom, check_text},
};
use mail_parser::{HeaderForm, MessageParser, MimeHeaders};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::{File, composed, content, sound, whole};

/// A name that could be a file's: some Hangul, some of it in its parts, quotes, signs of every kind.
fn name() -> impl Strategy<Value = String> {
    let some =
        prop_oneof!["[가-힣]{1,60}", "[\u{1100}-\u{1112}][\u{1161}-\u{1175}]", "[ -~]{1,80}", "\\PC{1,40}", "(👍|🇰🇷|é|e\u{301}){1,9}"];
    (some, "(\\.[a-z]{1,4})?")
        .prop_map(|(name, end)| name + &end)
        .prop_filter("blank, or at its ends", |n| !n.trim().is_empty() && n.trim() == n)
        // They end a line for some readers: refused when mail is accepted, and never written.
        .prop_filter("a line's end", |n| !n.contains(['\u{2028}', '\u{2029}']))
}

fn file() -> impl Strategy<Value = File> {
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 1..600), "(?s).{1,80}".prop_map(String::into_bytes)];
    (name(), bytes).prop_map(|(name, bytes)| File::new(&name, "application/x-jebi", bytes))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,300}",
        "[ -~\r\n\t]{0,400}",
        "([가-힣 .\n👍]|\u{1112}\u{1161}\u{11ab}){0,300}",
        "(\\.|\n|From |--=_){0,60}",
        "[a-z]{900,2100}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_is_put_in_comes_back_out(
        subject in "[가-힣a-z👍 ]{1,120}",
        memo in "[가-힣a-z ]{1,90}",
        text in text(),
        html in text(),
        apart in prop::collection::vec(file(), 0..4),
        within in prop::collection::vec(file(), 0..3),
    ) {
        prop_assume!(check_text(&subject).is_ok() && check_custom("X-Memo", &memo).is_ok());
        let count = within.len();
        let within = within.into_iter().enumerate().map(|(i, file)| file.inline(&format!("{i}@jebi")));
        let files: Vec<File> = within.chain(apart).collect();
        let html = format!("<p>{html}</p>");
        let content = Content { subject: subject.clone(), text: Some(text.clone()), html: Some(html.clone()), headers: vec![("X-Memo".to_owned(), memo.clone())], ..content() };
        let mail = whole(&composed(content, &files));
        prop_assert_eq!(sound::check(&mail), Ok(()));
        let read = MessageParser::new().parse(&mail).expect("a mail");
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(flat(read.subject().unwrap_or_default()), flat(&subject));
        prop_assert_eq!(flat(read.header_as("X-Memo", HeaderForm::Text).first().and_then(|h| h.as_text()).unwrap_or_default()), flat(&memo));
        let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n').to_owned();
        let body = |kind: &str| {
            let found = read.parts.iter().find(|p| p.content_disposition().is_none() && p.content_type().and_then(|t| t.subtype()) == Some(kind));
            found.and_then(|part| part.text_contents()).map(&lines)
        };
        let wanted = if text.trim().is_empty() { None } else { Some(lines(&text)) };
        // Text that is blank counts as missing and is made from the HTML.
        prop_assert!(wanted.is_none() || body("plain") == wanted, "{:?}", body("plain"));
        prop_assert_eq!(body("html"), Some(lines(&html)));
        let parts: Vec<_> = read.parts.iter().filter(|part| part.content_disposition().is_some()).collect();
        prop_assert_eq!(parts.len(), files.len());
        for (i, (part, file)) in parts.iter().zip(&files).enumerate() {
            prop_assert_eq!(part.contents(), file.bytes.as_slice());
            prop_assert_eq!(part.attachment_name().map(str::to_owned), Some(file.attachment.name.nfc().collect::<String>()));
            prop_assert_eq!(part.content_id(), file.attachment.content_id.as_deref());
            prop_assert_eq!(part.content_disposition().map(|d| d.is_inline()), Some(i < count));
        }
    }
}
