//! `(광고)`: at the beginning of the subject, once, written exactly so.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::mime::header::HeaderFault;

/// The mark. Nothing stands before it, nothing within it.
pub const MARK: &str = "(광고)";

/// The word of the mark as others write it: in Chinese characters, in single letters, with a word after it.
const SPELLINGS: [&str; 10] = ["광고", "廣告", "広告", "广告", "광고성", "광고임", "광고메일", "광고물", "ㄱㅘㅇㄱㅗ", "ㄱㅗㅏㅇㄱㅗ"];
/// Characters between the signs around a mark, at most: what is longer is a part of the subject.
const LONGEST: usize = 16;

/// The subject as it is sent: with the mark where it has none.
///
/// # Errors
/// The mark is written in a way that passes by filters, or stands twice, or elsewhere than at the beginning.
pub fn marked(subject: &str) -> Result<Cow<'_, str>, HeaderFault> {
    let subject = composed(subject);
    match standing(&subject)? {
        Standing::Marked(rest) if rest.contains(MARK) => Err(twice()),
        Standing::Bare if subject.contains(MARK) => Err(HeaderFault::new(
            "advertising_mark_elsewhere",
            format!("the mark {MARK} stands elsewhere than at the very beginning of the subject"),
            "take it out: it is put at the beginning by itself",
        )),
        Standing::Marked(_) => Ok(subject),
        Standing::Bare => Ok(Cow::Owned(format!("{MARK} {subject}").trim_end().to_owned())),
    }
}

/// Checks the subject of a template as far as it is known before it is filled in: what it begins with.
///
/// # Errors
/// The mark is written in a way that passes by filters, or stands twice.
pub fn check_source(subject: &str) -> Result<(), HeaderFault> {
    standing(&composed(subject)).map(drop)
}

/// What a subject begins with.
enum Standing<'s> {
    /// The mark, and then this.
    Marked(&'s str),
    Bare,
}

fn standing(subject: &str) -> Result<Standing<'_>, HeaderFault> {
    if let Some(rest) = subject.strip_prefix(MARK) {
        let again = lead(rest).is_some_and(|lead| is_word(&lead.word));
        return if again { Err(twice()) } else { Ok(Standing::Marked(rest)) };
    }
    match lead(subject) {
        Some(Lead { word, signs }) if is_word(&word) || (signs && word.ends_with("광고")) => Err(HeaderFault::new(
            "advertising_mark_variant",
            format!("the subject begins with a mark that is written otherwise than {MARK}, which the law takes for avoiding filters"),
            format!(
                "write exactly {MARK} at the beginning, without blanks or other characters, or leave it out: it is put there by itself"
            ),
        )),
        _ => Ok(Standing::Bare),
    }
}

fn twice() -> HeaderFault {
    HeaderFault::new(
        "advertising_mark_twice",
        format!("the mark {MARK} stands more than once in the subject"),
        "write it once, or not at all",
    )
}

/// Without the white space around it, which is no part of a header's value, and with Hangul in syllables: some systems give it in letters.
fn composed(subject: &str) -> Cow<'_, str> {
    let subject = subject.trim_matches([' ', '\t']);
    if is_nfc(subject) { Cow::Borrowed(subject) } else { Cow::Owned(subject.nfc().collect()) }
}

fn is_word(group: &str) -> bool {
    SPELLINGS.contains(&group)
}

/// What a text begins with, as far as it could be a mark.
struct Lead {
    /// The letters up to a sign: Hangul and Chinese characters only, so that nothing put between them hides them.
    word: String,
    /// Whether signs stand before it. Without them nothing was opened, and a sign after some words is the subject's own.
    signs: bool,
}

/// `None` where it begins otherwise.
fn lead(text: &str) -> Option<Lead> {
    // Compatibility forms are made ordinary (full-width brackets, letters in circles), single letters of Hangul left as they are.
    let plain: Vec<char> = text
        .chars()
        .take(4 * LONGEST)
        .flat_map(|c| if is_jamo(c) { vec![c] } else { c.nfkc().collect() })
        .skip_while(|c| c.is_whitespace() || is_invisible(*c))
        .collect();
    let open = plain.iter().take_while(|c| !is_letter(**c)).count();
    let signs: Vec<char> = plain[..open].iter().copied().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect();
    let rest = &plain[open..];
    let bracketed = signs.iter().any(|c| is_bracket(*c));
    let closes = |c: &char| match signs.last() {
        Some(sign) if !bracketed => c == sign,
        _ => is_bracket(*c),
    };
    let group = match rest.iter().position(closes) {
        Some(end) => &rest[..end],
        // Opened and never closed: its first word.
        None if bracketed => &rest[..rest.iter().position(|c| c.is_whitespace()).unwrap_or(rest.len())],
        None => return None,
    };
    (group.len() <= LONGEST).then(|| Lead { word: group.iter().filter(|c| is_written(**c)).collect(), signs: !signs.is_empty() })
}

fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»' | '‹' | '›')
        || matches!(c, '\u{2768}'..='\u{2775}' | '\u{27e6}'..='\u{27ef}' | '\u{2983}'..='\u{2998}' | '\u{3008}'..='\u{3011}')
        || matches!(c, '\u{3014}'..='\u{301f}' | '\u{fe59}'..='\u{fe5e}')
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_invisible(c)
}

/// What the word of the mark is written in.
fn is_written(c: char) -> bool {
    is_jamo(c) || matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{4e00}'..='\u{9fff}')
}

/// Single letters of Hangul, as keyboards give them.
fn is_jamo(c: char) -> bool {
    matches!(c, '\u{3131}'..='\u{3163}')
}

/// Characters that show nothing, some of which count as letters; and the dot `ㆍ`, which does too.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{119e}' | '\u{180e}' | '\u{200b}'..='\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{318d}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || c == '\u{ffa0}'
}

#[cfg(test)]
#[path = "mark_tests.rs"]
mod tests;
