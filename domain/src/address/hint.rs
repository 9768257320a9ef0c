//! What was probably meant: known typing slips, characters of other widths, Hangul typed with the input method on.

use super::{fault::accept, key, near};

/// Domains people in Korea mistype, and what they meant.
const SLIPS: &[(&str, &str)] = &[
    ("naver.co", "naver.com"),
    ("naver.cm", "naver.com"),
    ("naver.om", "naver.com"),
    ("naver.co.kr", "naver.com"),
    ("nave.com", "naver.com"),
    ("naer.com", "naver.com"),
    ("navr.com", "naver.com"),
    ("naber.com", "naver.com"),
    ("navet.com", "naver.com"),
    ("navver.com", "naver.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.cm", "gmail.com"),
    ("gmail.om", "gmail.com"),
    ("gmial.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmal.com", "gmail.com"),
    ("gmil.com", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("gmaill.com", "gmail.com"),
    ("hanmail.com", "hanmail.net"),
    ("hanmail.co", "hanmail.net"),
    ("hanmail.ne", "hanmail.net"),
    ("hanmal.net", "hanmail.net"),
    ("hanmai.net", "hanmail.net"),
    ("hamail.net", "hanmail.net"),
    ("daum.com", "daum.net"),
    ("daum.ne", "daum.net"),
    ("duam.net", "daum.net"),
    ("nate.net", "nate.com"),
    ("nate.co", "nate.com"),
    ("kakao.co", "kakao.com"),
    ("hotmial.com", "hotmail.com"),
    ("hotmai.com", "hotmail.com"),
    ("yaho.com", "yahoo.com"),
    ("outlok.com", "outlook.com"),
    ("iclod.com", "icloud.com"),
];

/// Endings that are no top level at all.
const ENDINGS: &[(&str, &str)] =
    &[(".con", ".com"), (".comm", ".com"), (".ocm", ".com"), (".cmo", ".com"), (".vom", ".com"), (".nett", ".net"), (".ner", ".net")];

/// The address that was probably meant by one that is valid but looks mistyped, such as `hong@naver.con`. Only ever shown:
/// the domain may be real, and the mail goes where the caller said.
#[must_use]
pub fn suggestion(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    if let Some((_, meant)) = SLIPS.iter().find(|(slip, _)| slip.eq_ignore_ascii_case(domain)) {
        return Some(format!("{local}@{meant}"));
    }
    if let Some(meant) = near::meant(&key(domain)) {
        return Some(format!("{local}@{meant}"));
    }
    let (_, ending) = domain.rsplit_once('.')?;
    let (_, meant) = ENDINGS.iter().find(|(slip, _)| slip[1..].eq_ignore_ascii_case(ending))?;
    let stem = domain[..domain.len() - ending.len() - 1].to_ascii_lowercase();
    let fixed = format!("{local}@{stem}{meant}");
    // `nave.con` has two slips in it.
    Some(suggestion(&fixed).unwrap_or(fixed))
}

/// The address probably meant by one that is refused; `None` when cleaning it gives no address either.
pub(super) fn meant(text: &str) -> Option<String> {
    let address = accept(&cleaned(&typed(text)))?;
    Some(suggestion(&address).unwrap_or(address))
}

/// Whether a character is blank on screen though it is not white space: zero widths, fillers, direction marks.
pub(super) fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
    )
}

/// The ASCII form of a full-width or ideographic character. NFKC does not turn `。` into a dot, so this is a table.
pub(super) fn narrowed(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{3002}' | '\u{ff61}' | '\u{fe52}' => Some('.'),
        '\u{fe6b}' => Some('@'),
        '\u{fe50}' | '\u{3001}' => Some(','),
        _ => None,
    }
}

fn cleaned(text: &str) -> String {
    let narrow: String =
        text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !invisible(*c)).map(|c| narrowed(c).unwrap_or(c)).collect();
    let mut rest = narrow.as_str();
    if let Some((_, inside)) = rest.rsplit_once('<') {
        rest = inside.split('>').next().unwrap_or(inside);
    }
    if rest.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        rest = rest[7..].split('?').next().unwrap_or_default();
    }
    rest = rest.trim_matches(['"', '\'', '(', ')', '<', '>', ',', ';', ':', '.']);
    let Some((local, domain)) = rest.rsplit_once('@') else { return rest.to_owned() };
    let mut domain = domain.replace([',', ';'], ".");
    while domain.contains("..") {
        domain = domain.replace("..", ".");
    }
    format!("{local}@{domain}")
}

const INITIALS: [&str; 19] = ["r", "R", "s", "e", "E", "f", "a", "q", "Q", "t", "T", "d", "w", "W", "c", "z", "x", "v", "g"];
const VOWELS: [&str; 21] = ["k", "o", "i", "O", "j", "p", "u", "P", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l"];
const FINALS: [&str; 28] = [
    "", "r", "R", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "qt", "t", "T", "d", "w", "c", "z",
    "x", "v", "g",
];
/// Consonants on their own, U+3131 to U+314E.
const CONSONANTS: [&str; 30] = [
    "r", "R", "rt", "s", "sw", "sg", "e", "E", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a", "q", "Q", "qt", "t", "T", "d", "w", "W",
    "c", "z", "x", "v", "g",
];

/// Whether a Hangul letter stands on its own, as it does only when Latin words are typed with the Korean input method on.
pub(super) fn lone_letter(c: char) -> bool {
    ('\u{3131}'..='\u{3163}').contains(&c)
}

/// What the same keys give with the input method off, on the standard two-set layout.
fn typed(text: &str) -> String {
    if !text.chars().any(lone_letter) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = u32::from(c) as usize;
        match code {
            0xac00..=0xd7a3 => {
                let index = code - 0xac00;
                for keys in [INITIALS[index / 588], VOWELS[index % 588 / 28], FINALS[index % 28]] {
                    out.push_str(keys);
                }
            }
            0x3131..=0x314e => out.push_str(CONSONANTS[code - 0x3131]),
            0x314f..=0x3163 => out.push_str(VOWELS[code - 0x314f]),
            _ => out.push(c),
        }
    }
    out.to_ascii_lowercase()
}
